"""Multilevel regression of list answers: the likelihood by brute force, and what the model must find and refuse."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.mrp import poststratify_draws, sample_multilevel
from analysis.estimators.mrp_list import VAGUE, list_cells

LEVELS = (3, 2)
RNG = np.random.default_rng(12)
HOLDING, OTHERS = np.array([0.05, 0.3, 0.6]), np.array([0.2, 0.5, 0.7])


def survey(n, seed=3, *, chance=HOLDING, reach=(0.6, 0.3, 0.1)):
    g = np.random.default_rng(seed)
    groups = np.column_stack([g.choice(3, n, p=reach), g.integers(0, 2, n)])
    treat = g.permutation(np.arange(n) % 2)
    held = g.random(n) < chance[groups[:, 0]]
    return g.binomial(4, OTHERS[groups[:, 0]]) + treat * held, treat, groups


def counted(y, treat, groups, **change):
    given = {"y": y, "treat": treat, "items": 4, "X": np.ones((len(y), 1)), "groups": groups, "levels_n": LEVELS}
    return list_cells(**given | change)


def test_the_likelihood_is_that_of_every_answer_with_the_other_items_integrated_out():
    y, treat, groups = survey(60)
    made = counted(y, treat, groups)
    design = np.column_stack([np.ones(60), np.eye(3)[groups[:, 0]], np.eye(2)[groups[:, 1]]])
    spread = np.empty(60)
    for arm in (0, 1):
        d = design[treat == arm]
        left = y[treat == arm] - d @ np.linalg.pinv(d) @ y[treat == arm]
        spread[treat == arm] = left @ left / (len(d) - 4)
    covariance = np.diag(spread) + VAGUE**2 * design @ design.T
    cell = [np.flatnonzero((made.groups == row).all(axis=1))[0] for row in groups]
    points = RNG.normal(0, 1.5, (5, len(made.groups)))
    share = 1 / (1 + np.exp(-points))
    wanted = [stats.multivariate_normal.logpdf(y, treat * one[cell], covariance) for one in share]
    own = [made.likelihood(point)[0] for point in points]
    assert np.subtract(own, own[0]) == pytest.approx(np.subtract(wanted, wanted[0]), abs=1e-7)


def fitted(y, treat, groups):
    made = counted(y, treat, groups)
    draws = sample_multilevel(made, np.random.default_rng(1), chains=2, draws=400, warm_up=200)
    domains = {"all": np.ones(3, dtype=bool)} | {str(k): np.arange(3) == k for k in range(3)}
    cells = np.array([[k, 0] for k in range(3)])
    return poststratify_draws(draws, np.ones((3, 1)), cells, [1.0, 1.0, 1.0], domains)


def test_it_finds_the_population_that_the_sample_misses():
    y, treat, groups = survey(12_000, seed=4)
    everybody, *hosts = fitted(y, treat, groups)
    assert everybody.low < HOLDING.mean() < everybody.high
    plain = difference_in_means(y, treat, 4).difference
    assert plain.high < HOLDING.mean()  # three in five were asked where few hold it
    assert all(host.low < truth < host.high for host, truth in zip(hosts, HOLDING, strict=True))


def test_an_item_that_nobody_holds_has_an_interval_from_zero():
    y, treat, groups = survey(900, chance=np.zeros(3))
    assert fitted(y, treat, groups)[0].low == 0.0
    y, treat, groups = survey(900, chance=np.ones(3))
    assert fitted(y, treat, groups)[0].high == 1.0


def test_every_answer_counts_where_other_items_differ_between_groups():
    """A cell with controls only still says what others are like: without them the limits are wider."""
    y, treat, groups = survey(2000)
    lonely = (groups[:, 0] == 2) & (groups[:, 1] == 1) & (treat == 1)
    with_controls = counted(y[~lonely], treat[~lonely], groups[~lonely])
    without = ~((groups[:, 0] == 2) & (groups[:, 1] == 1))
    assert len(with_controls.groups) == 6
    assert with_controls.precision[4, 4] > counted(y[without], treat[without], groups[without]).precision[4, 4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": np.full(60, 9)}, "9"),
        ({"treat": np.r_[np.ones(5), np.zeros(55)]}, "5 respondent"),
        ({"X": np.zeros((60, 1))}, "column of ones"),
        ({"groups": np.full((60, 2), 3)}, "level outside"),
        ({"y": np.full(60, 2)}, "do not differ"),
    ],
)
def test_answers_that_do_not_fit_are_refused(change, words):
    y, treat, groups = survey(60)
    with pytest.raises(EstimationError, match=words):
        counted(**{"y": y, "treat": treat, "groups": groups} | change)
