"""Multilevel regression and poststratification: what goes in, what is pooled, and whether the sampler is right."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators import mrp
from analysis.estimators.mrp import multilevel_cells, poststratify_draws, sample_multilevel, shrinkage
from analysis.estimators.mrp_calibration import simulation_based_calibration
from analysis.estimators.mrp_posterior import MultilevelPrior

SIMULATIONS = 40
SMALL = {"asked_n": 60, "levels_n": (5, 3), "draws_n": 49, "thin": 4}
REJECTED = 1e-3  # five quantities are looked at; a right sampler fails one in 200 runs


def population():
    rng = np.random.default_rng(11)
    host = np.repeat(np.arange(8), 400)
    age = np.tile(np.repeat([-1.0, 0.0, 1.0, 2.0], 100), 8)
    chance = 1 / (1 + np.exp(-(-0.8 + 0.5 * age + rng.normal(0, 0.7, 8)[host])))
    return rng, host, age, (rng.random(3200) < chance).astype(float)


def test_it_recovers_a_share_that_the_raw_sample_misses():
    rng, host, age, y = population()
    taken = rng.random(3200) < np.where(host < 4, 0.4, 0.05) * np.exp(0.3 * age)
    x = np.column_stack([np.ones(3200), age])
    cells = multilevel_cells(y[taken], x[taken], host[taken][:, None], [8])
    draws = sample_multilevel(cells, np.random.default_rng(1), chains=4, draws=500, warm_up=200)
    assert max(d.r_hat for d in draws.diagnostics()) < 1.02
    everybody = {"all": np.ones(3200, dtype=bool), "host 7": host == 7}
    made = poststratify_draws(draws, x, host[:, None], np.ones(3200), everybody)
    assert made[0].low < y.mean() < made[0].high
    assert abs(made[0].value - y.mean()) < abs(y[taken].mean() - y.mean())
    assert made[1].low < y[host == 7].mean() < made[1].high
    assert made[0].population == 3200


def test_levels_with_few_answers_borrow_more():
    rng, host, _, y = population()
    taken = (host < 7) | (rng.random(3200) < 0.01)
    cells = multilevel_cells(y[taken], np.ones((int(taken.sum()), 1)), host[taken][:, None], [9])
    draws = sample_multilevel(cells, np.random.default_rng(1), chains=2, draws=500, warm_up=200)
    made = shrinkage(draws, cells)
    assert made[7].asked < made[0].asked
    assert made[7].pooling < made[0].pooling
    assert made[8].raw is None
    assert abs(made[8].pooling) < 0.5


def test_a_tight_prior_pulls_everything_to_its_centre():
    y = np.ones(40)
    cells = multilevel_cells(y, np.ones((40, 1)), np.zeros((40, 1), dtype=int), [1])
    tight = sample_multilevel(
        cells, np.random.default_rng(1), prior=MultilevelPrior(0.1, 0.1, 0.05), chains=1, draws=300, warm_up=100
    )
    loose = sample_multilevel(cells, np.random.default_rng(1), chains=1, draws=300, warm_up=100)
    assert tight.beta.mean() < 0.5 < loose.beta.mean()


@pytest.mark.deep
def test_simulation_based_calibration_passes():
    made = simulation_based_calibration(SIMULATIONS, np.random.default_rng(5), **SMALL)
    assert made.ranks.shape == (SIMULATIONS, 5)
    assert (made.p_values > REJECTED).all(), dict(zip(made.names, made.p_values, strict=True))


@pytest.mark.deep
def test_simulation_based_calibration_catches_a_wrong_sampler(monkeypatch):
    right = mrp.direct_answers
    monkeypatch.setattr(mrp, "direct_answers", lambda yes, asked: right(3 * yes, 3 * asked))
    made = simulation_based_calibration(SIMULATIONS, np.random.default_rng(5), **SMALL)
    assert (made.p_values < REJECTED).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": [1, 2]}, "y is 2"),
        ({"X": [[0.0], [1.0]]}, "column of ones"),
        ({"groups": [[0], [3]]}, "level outside"),
        ({"groups": [[0]]}, "give a row for each"),
    ],
)
def test_answers_that_do_not_fit_are_refused(change, words):
    given = {"y": [1, 0], "X": [[1.0], [1.0]], "groups": [[0], [1]], "levels_n": [2]} | change
    with pytest.raises(EstimationError, match=words):
        multilevel_cells(**given)


def test_a_domain_without_members_is_refused():
    cells = multilevel_cells([1, 0, 1], np.ones((3, 1)), [[0], [0], [1]], [2])
    draws = sample_multilevel(cells, np.random.default_rng(1), chains=1, draws=20, warm_up=5)
    with pytest.raises(EstimationError, match="no members"):
        poststratify_draws(draws, np.ones((2, 1)), [[0], [1]], [5, 0], {"second": np.array([False, True])})
