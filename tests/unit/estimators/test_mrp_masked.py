"""Multilevel regression of masked answers: calibrated, and against a posterior by quadrature."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.estimators import mrp
from analysis.estimators.mrp import multilevel_cells, sample_multilevel
from analysis.estimators.mrp_calibration import simulation_based_calibration
from analysis.estimators.mrp_posterior import MultilevelPrior
from analysis.estimators.randomised_response.designs import device

CROSSWISE = device("crosswise", 0.2)
SIMULATIONS = 200
SMALL = {"asked_n": 150, "levels_n": (4, 3), "draws_n": 49, "thin": 12}


@pytest.mark.deep
def test_ranks_are_uniform_where_answers_are_masked():
    made = simulation_based_calibration(SIMULATIONS, np.random.default_rng(6), device=CROSSWISE, **SMALL)
    assert made.p_values.min() > 0.05 / len(made.names) / 10
    assert made.p_values[-1] > 0.001


@pytest.mark.deep
def test_ranks_are_not_where_the_device_is_taken_for_another(monkeypatch):
    wrong = device("crosswise", 0.05)
    kept = mrp.masked_answers
    monkeypatch.setattr(mrp, "masked_answers", lambda yes, asked, _: kept(yes, asked, wrong))
    made = simulation_based_calibration(SIMULATIONS, np.random.default_rng(6), device=CROSSWISE, **SMALL)
    assert made.p_values[-1] < 1e-4


@pytest.mark.parametrize(("yes", "asked"), [(90, 300), (60, 300)])
@pytest.mark.parametrize("how", [CROSSWISE, device("forced", 0.7, p1=0.2, p0=0.1), device("mirrored", 0.75)])
def test_one_cell_has_the_posterior_of_the_closed_likelihood(how, yes, asked):
    """The grouping's scale is held near 0, so the share depends on the intercept alone."""
    y = np.repeat([1.0, 0.0], [yes, asked - yes])
    cells = multilevel_cells(y, np.ones((asked, 1)), np.zeros((asked, 1), dtype=int), [1], how)
    prior = MultilevelPrior(intercept_sd=1.5, scale=1e-3, degrees_of_freedom=30)
    drawn = sample_multilevel(cells, np.random.default_rng(1), prior=prior, draws=4000)
    share = 1 / (1 + np.exp(-(drawn.beta[:, :, 0] + drawn.effects[:, :, 0])))
    grid = np.linspace(-12, 6, 6001)
    chance = how.c0 + how.c1 / (1 + np.exp(-grid))
    weight = stats.binom.pmf(yes, asked, chance) * stats.norm.pdf(grid, 0, 1.5)
    held = 1 / (1 + np.exp(-grid))
    mean = weight @ held / weight.sum()
    sd = np.sqrt(weight @ (held - mean) ** 2 / weight.sum())
    assert share.mean() == pytest.approx(mean, abs=0.1 * sd)
    assert share.std() == pytest.approx(sd, rel=0.1)


def test_without_a_device_nothing_changed_and_a_truthful_one_is_none():
    g = np.random.default_rng(2)
    y, groups = (g.random(400) < 0.3).astype(float), g.integers(0, 3, (400, 1))
    cells = multilevel_cells(y, np.ones((400, 1)), groups, [3])
    plain = sample_multilevel(cells, np.random.default_rng(3), draws=2000)
    behind = replace(cells, device=device("forced", 1.0, p1=0, p0=0))
    truthful = sample_multilevel(behind, np.random.default_rng(3), prior=MultilevelPrior(), draws=2000)
    assert truthful.beta.mean() == pytest.approx(plain.beta.mean(), abs=0.15 * plain.beta.std())
