"""Simulation-based calibration of the multilevel logit: whether the sampler gives back its own prior.

What belongs here: simulated data sets and the ranks of their truths. What must not: the sampler.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.estimators.mrp import multilevel_cells, sample_multilevel
from analysis.estimators.mrp_posterior import MultilevelPrior
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.variance import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class SimulationRanks:
    """Simulation-based calibration: ranks of true values among posterior draws.

    Attributes
    ----------
    names
        Quantities.
    ranks
        (simulations, k) from 0 to `draws_n`; uniform when the sampler is right.
    draws_n
        Draws each rank was taken among.
    p_values
        (k,) of a chi-square test of uniformity over ten bins.
    """

    names: tuple[str, ...]
    ranks: IntArray
    draws_n: int
    p_values: FloatArray


def simulation_based_calibration(
    simulations_n: int,
    rng: np.random.Generator,
    *,
    asked_n: int = 120,
    levels_n: tuple[int, ...] = (6, 4),
    prior: MultilevelPrior | None = None,
    draws_n: int = 99,
    thin: int = 8,
    device: Device | None = None,
) -> SimulationRanks:
    """Check the sampler against its own prior.

    Parameters
    ----------
    simulations_n, rng
        Data sets, and where randomness comes from.
    asked_n, levels_n, prior
        Size and shape of each data set; the default prior with intercepts of standard deviation 1.
    draws_n, thin
        Draws kept to rank among, and steps between them.
    device
        That answers go through.

    Returns
    -------
    SimulationRanks
        For the intercept, a slope, each scale, and a poststratified share.

    Randomness
        From `rng`.

    Source
        Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788.
    """
    made = prior or MultilevelPrior(intercept_sd=1.0, slope_sd=1.0)
    names = ("intercept", "slope", *(f"scale {k + 1}" for k in range(len(levels_n))), "share")
    ranks = np.array(
        [_ranks(child, (asked_n, levels_n), made, (draws_n, thin), device) for child in rng.spawn(simulations_n)],
        dtype=np.int64,
    )
    return SimulationRanks(names, ranks, draws_n, np.array([_uniformity(r, draws_n) for r in ranks.T]))


def _ranks(
    rng: np.random.Generator,
    shape: tuple[int, tuple[int, ...]],
    prior: MultilevelPrior,
    length: tuple[int, int],
    device: Device | None,
) -> list[int]:
    (asked_n, levels_n), (draws_n, thin) = shape, length
    beta = rng.normal(0, [prior.intercept_sd, prior.slope_sd])
    scales = np.abs(prior.scale * rng.standard_t(prior.degrees_of_freedom, len(levels_n)))
    effects = [rng.normal(0, s, levels) for s, levels in zip(scales, levels_n, strict=True)]
    x = np.column_stack([np.ones(asked_n), rng.integers(-1, 2, asked_n)])
    groups = np.column_stack([rng.integers(levels, size=asked_n) for levels in levels_n])
    predictor = x @ beta + np.column_stack([e[groups[:, k]] for k, e in enumerate(effects)]).sum(axis=1)
    chance = 1 / (1 + np.exp(-predictor))
    yes = chance if device is None else device.c0 + device.c1 * chance
    cells = multilevel_cells((rng.random(asked_n) < yes).astype(float), x, groups, levels_n, device)
    drawn = sample_multilevel(cells, rng, prior=prior, chains=1, draws=draws_n * thin, warm_up=200)
    column = cells.groups + np.concatenate([[0], np.cumsum(levels_n)[:-1]])
    fitted = drawn.beta[0] @ cells.X.T + drawn.effects[0][:, column].sum(axis=2)
    share = (1 / (1 + np.exp(-fitted))) @ (cells.asked / asked_n)
    chain = np.column_stack([drawn.beta[0], drawn.scales[0], share])[thin - 1 :: thin]
    truth = np.array([*beta, *scales, float(chance.mean())])
    return [int(v) for v in (chain < truth).sum(axis=0)]


def _uniformity(ranks: IntArray, draws_n: int) -> float:
    bins = np.floor(ranks * 10 / (draws_n + 1)).astype(np.int64)
    return float(stats.chisquare(np.bincount(bins, minlength=10)).pvalue)
