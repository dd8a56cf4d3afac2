"""The ideal-point sampler by Geweke's joint test: answers from parameters, parameters from answers, in turn.

If the density, its refreshes and the paths are right together, parameters keep their prior whatever answers were drawn.
Source: Geweke 2004, JASA 99(467), 799–804, section 3.2.
"""

import os

import numpy as np
import pytest

from analysis.estimators.endorsement import hamiltonian
from analysis.estimators.endorsement.ideal_points import _start
from analysis.estimators.endorsement.posterior import Posterior, Prior
from analysis.estimators.endorsement.prepare import _cells

PRIOR = Prior(normal_variance=1.0, largest_variance=2.0, gap_rate=1.0)
J, RESPONDENTS, STEP, PATHS = 3, 30, 0.25, 2
TURNS, UNUSED, BATCHES = int(os.environ.get("JOINT_TURNS", "1200")), 100, 20
# Batch means of some forty moments; with twenty batches a t value of 5 has a probability of 8e-5.
LARGEST_T = 5.0

G, AREA, AREAS = np.arange(RESPONDENTS) % 2, np.arange(RESPONDENTS) // 2 % 4, 4
ROWS = np.array([[1.0, 0.0], [1.0, 1.0]])


def posterior(category, arm, has_areas):
    """With areas the rows of covariates come once for each."""
    rows, row, area = (
        (np.tile(ROWS, (AREAS, 1)), 2 * AREA + G, np.arange(2 * AREAS) // 2) if has_areas else (ROWS, G, None)
    )
    cells = _cells(row, category, arm)
    return Posterior(rows, cells, np.full(J, 3), 1, prior=PRIOR, area=area, softness=0.5, known=0.3)


def survey(at, rng, shift=0.0):
    arm = rng.integers(0, 2, (RESPONDENTS, J))
    by_area = at.area[AREA] if len(at.area) else np.zeros((RESPONDENTS, 2))
    x, lam = G * at.delta[0] + by_area[:, 0] + rng.normal(size=RESPONDENTS), at.lam[:, 0]
    support = (
        by_area[:, 1:]
        + lam[:, 0]
        + np.outer(G, lam[:, 1])
        + np.sqrt(at.omega2[:, 0]) * rng.normal(size=(RESPONDENTS, J))
    )
    latent = at.beta * (x[:, None] + arm * support) + rng.normal(size=(RESPONDENTS, J)) + shift
    return (latent[:, :, None] > at.alpha).sum(axis=2), arm


def moments(at, phi2):
    natural = np.concatenate([at.beta, at.alpha[:, 0], np.diff(at.alpha, axis=1).ravel(), at.omega2.ravel()])
    more = np.concatenate([at.lam.ravel(), at.delta, phi2.ravel(), at.area.ravel(), at.tau2])
    return np.concatenate([natural, more, natural**2, more**2])


def wanted(has_areas):
    """Prior means of `moments`: β half-normal, first cut, gap, ω², λ, δ, φ², areas, τ², and of their squares."""
    first = [np.sqrt(2 / np.pi)] * J + [0.0] * J + [1.0] * J + [1.0] * J + [0.0] * 2 * J + [0.0] + [1.0] * 2
    second = [1.0] * J + [1.0] * J + [2.0] * J + [4 / 3] * J + [2.0] * 2 * J + [1.0] + [4 / 3] * 2
    if has_areas:
        first, second = first + [0.0] * 2 * AREAS + [1.0] * 2, second + [1.0] * 2 * AREAS + [4 / 3] * 2
    return np.array(first + second)


def t_values(seed, shift=0.0, has_areas=False):
    rng = np.random.default_rng(seed)
    target = posterior(rng.integers(0, 3, (RESPONDENTS, J)), rng.integers(0, 2, (RESPONDENTS, J)), has_areas)
    normal = hamiltonian.approximate(target.log_density, _start(target), target.first_phi2())
    chain, found = hamiltonian._Chain(normal.mode, target.first_phi2(), rng), []
    for _ in range(TURNS):
        target = posterior(*survey(target.unpack(chain.theta), rng, shift), has_areas)
        parts = hamiltonian.Target(target.log_density, target.draw_phi2, target.stretch)
        for _ in range(PATHS):
            chain.rest = parts.refresh(chain.theta, chain.rest, rng)
            chain.theta, _ = hamiltonian._path(parts, normal.root, chain, STEP)
        found.append(moments(target.unpack(chain.theta), chain.rest))
    means = np.array([batch.mean(axis=0) for batch in np.array_split(np.array(found[UNUSED:]), BATCHES)])
    return (means.mean(axis=0) - wanted(has_areas)) / (means.std(axis=0, ddof=1) / np.sqrt(BATCHES))


@pytest.mark.parametrize("has_areas", [False, True], ids=["no areas", "areas"])
def test_parameters_keep_their_prior(has_areas):
    assert np.abs(t_values(1, has_areas=has_areas)).max() < LARGEST_T


def test_a_wrong_simulator_moves_them():
    """Negative twin: answers that lean up by three tenths of the probit error drag the cut points along."""
    assert np.abs(t_values(1, shift=-0.3)[J : 2 * J]).max() > LARGEST_T
