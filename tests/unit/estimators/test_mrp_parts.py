"""The parts of multilevel regression and poststratification that need no chain: cells, averages, conditionals."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.mrp import (
    MultilevelDraws,
    MultilevelPrior,
    PoststratifiedShare,
    _Sampler,
    multilevel_cells,
    poststratify_draws,
    sample_multilevel,
    shrinkage,
)

RNG = np.random.default_rng(14)
Y = np.array([1, 0, 1, 1, 0, 1, 0])
X = np.column_stack([np.ones(7), [0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]])
GROUPS = np.array([[0, 2], [0, 2], [1, 0], [1, 0], [0, 2], [1, 1], [0, 0]])
LEVELS = (2, 3)


def cells():
    return multilevel_cells(Y, X, GROUPS, LEVELS)


def test_cells_are_distinct_rows_with_their_answers():
    made = cells()
    assert made.X.tolist() == [[1, 0], [1, 0], [1, 1], [1, 1]]
    assert made.groups.tolist() == [[0, 0], [0, 2], [1, 0], [1, 1]]
    assert made.asked.tolist() == [1, 3, 2, 1]
    assert made.yes.tolist() == [0, 1, 2, 1]
    assert made.levels_n == (2, 3)
    assert (made.asked.dtype, made.groups.dtype) == (np.int64, np.int64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": [1, 2, 0]}, "y is 2 at position 2; give 1 or 0, and leave missing answers out"),
        ({"X": [1.0, 1.0, 1.0]}, r"X has shape \(3,\), groups \(3, 1\) for 3 answers; give a row for each"),
        ({"groups": [0, 1, 0]}, r"X has shape \(3, 1\), groups \(3,\) for 3 answers"),
        ({"y": [1, 0]}, r"groups \(3, 1\) for 2 answers"),
        ({"levels_n": [2, 2]}, "give a row for each"),
        ({"X": [[1.0], [0.0], [1.0]]}, "X needs a first column of ones and no missing value"),
        ({"X": [[1.0, 1], [1, np.nan], [1, 1]]}, "X needs a first column of ones and no missing value"),
        ({"groups": [[0], [2], [0]]}, "groups hold a level outside 0 to levels_n - 1; check the codes"),
        ({"groups": [[0], [-1], [0]]}, "groups hold a level outside 0 to levels_n - 1"),
    ],
)
def test_answers_are_checked(change, message):
    given = {"y": [1, 0, 0], "X": [[1.0], [1.0], [1.0]], "groups": [[0], [1], [0]], "levels_n": [2]} | change
    with pytest.raises(EstimationError, match=message):
        multilevel_cells(**given)


@pytest.mark.parametrize(
    ("prior", "draws", "chains", "message"),
    [
        (MultilevelPrior(0.0, 1.0, 1.0), 20, 1, "prior holds a standard deviation of 0 or less; give positive numbers"),
        (MultilevelPrior(1.0, 0.0, 1.0), 20, 1, "prior holds a standard deviation of 0 or less"),
        (MultilevelPrior(1.0, 1.0, 0.0), 20, 1, "prior holds a standard deviation of 0 or less"),
        (MultilevelPrior(1.0, 1.0, 1.0, 0.0), 20, 1, "prior holds a standard deviation of 0 or less"),
        (None, 9, 1, r"draws is 9 in 1 chain\(s\); take at least 10"),
        (None, 10, 0, r"draws is 10 in 0 chain\(s\)"),
    ],
)
def test_priors_and_draws_have_their_range(prior, draws, chains, message):
    with pytest.raises(EstimationError, match=message):
        sample_multilevel(cells(), RNG, prior=prior, draws=draws, chains=chains)


def test_draws_are_kept_after_the_warm_up():
    made = sample_multilevel(cells(), np.random.default_rng(1), chains=2, draws=10, warm_up=3)
    assert (made.beta.shape, made.effects.shape, made.scales.shape) == ((2, 10, 2), (2, 10, 5), (2, 10, 2))
    assert (made.levels_n, made.prior) == ((2, 3), MultilevelPrior())
    assert (made.scales > 0).all()
    longer = sample_multilevel(cells(), np.random.default_rng(1), chains=2, draws=13, warm_up=0)
    assert longer.beta[:, 3:] == pytest.approx(made.beta)
    assert longer.effects[:, 3:] == pytest.approx(made.effects)
    blocks = np.concatenate([made.beta, made.scales], axis=2)
    assert made.diagnostics() == tuple(diagnose(blocks[:, :, k]) for k in range(4))


def hand_made():
    return MultilevelDraws(
        RNG.normal(size=(2, 50, 2)),
        RNG.normal(size=(2, 50, 5)),
        RNG.uniform(0.5, 2, (2, 50, 2)),
        MultilevelPrior(),
        LEVELS,
    )


def test_shares_are_weighted_averages_of_predicted_cells():
    draws = hand_made()
    x, groups = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([[0, 2], [1, 0], [1, 1]])
    counts = np.array([10.0, 0.0, 30.0])
    domains = {"all": np.ones(3, dtype=bool), "last": np.array([False, True, True])}
    made = poststratify_draws(draws, x, groups, counts, domains, confidence=0.8)
    predictor = np.einsum("sdp,cp->sdc", draws.beta, x)
    for c in range(3):
        predictor[:, :, c] += draws.effects[:, :, groups[c, 0]] + draws.effects[:, :, 2 + groups[c, 1]]
    share = 1 / (1 + np.exp(-predictor))
    for one, term, w in zip(made, domains, (counts / 40, np.array([0, 0, 1.0])), strict=True):
        wanted = share @ w
        assert (one.term, one.population) == (term, 40.0 if term == "all" else 30.0)
        assert (one.value, one.sd) == pytest.approx((wanted.mean(), wanted.std(ddof=1)))
        assert (one.low, one.high) == pytest.approx(tuple(np.quantile(wanted, [0.1, 0.9])))
        assert one.diagnostics == diagnose(wanted)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones((2, 2))}, r"cells have X \(2, 2\), groups \(3, 2\), counts \(3,\); code them as the sample"),
        ({"X": np.ones((3, 1))}, r"cells have X \(3, 1\)"),
        ({"groups": np.zeros((2, 2))}, r"groups \(2, 2\)"),
        ({"groups": np.zeros((3, 1))}, r"groups \(3, 1\)"),
        ({"counts": [1, -1, 1]}, "counts hold a missing or negative number; a cell has 0 or more members"),
        ({"counts": [1, np.nan, 1]}, "counts hold a missing or negative number"),
        ({"counts": [0, 0, 0]}, "domain 'all' has no members in the population's cells; leave it out"),
    ],
)
def test_cells_of_the_population_are_checked(change, message):
    given = {"X": np.ones((3, 2)), "groups": np.zeros((3, 2)), "counts": [1, 1, 1]} | change
    with pytest.raises(EstimationError, match=message):
        poststratify_draws(hand_made(), **given, domains={"all": np.ones(3, dtype=bool)})


def test_a_share_is_mixed_when_each_diagnostic_is_good():
    fine = ChainDiagnostics(r_hat=1.0, ess_bulk=4000.0, ess_tail=4000.0)
    one = PoststratifiedShare("all", 0.5, 0.1, 0.3, 0.7, 10.0, fine)
    assert one.is_mixed
    for poor in ({"r_hat": 1.5}, {"ess_bulk": 20.0}, {"ess_tail": 20.0}):
        assert not replace(one, diagnostics=replace(fine, **poor)).is_mixed


def test_shrinkage_by_hand():
    draws = hand_made()
    made = shrinkage(draws, cells())
    assert [(s.grouping, s.level) for s in made] == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    assert [s.asked for s in made] == [4, 3, 3, 1, 3]
    assert [s.raw for s in made] == pytest.approx([1 / 4, 3 / 3, 2 / 3, 1 / 1, 1 / 3])
    for position, one in enumerate(made):
        drawn = draws.effects[:, :, position]
        assert (one.effect, one.effect_sd) == pytest.approx((drawn.mean(), drawn.std(ddof=1)))
        variance = (draws.scales[:, :, one.grouping] ** 2).mean()
        assert one.pooling == pytest.approx(1 - drawn.var(ddof=1) / variance)
    nobody = multilevel_cells([1, 0], np.ones((2, 1)), [[0], [0]], [2])
    flat = MultilevelDraws(np.zeros((1, 4, 1)), np.zeros((1, 4, 2)), np.zeros((1, 4, 1)), MultilevelPrior(), (2,))
    assert (shrinkage(flat, nobody)[1].raw, shrinkage(flat, nobody)[1].pooling) == (None, 0.0)


def sampler():
    return _Sampler(cells(), MultilevelPrior(2.0, 0.5, 1.0))


def test_the_predictor_adds_coefficients_and_scaled_effects():
    beta, z, sigma = np.array([0.3, -0.7]), np.arange(1.0, 6.0), np.array([2.0, 0.5])
    made = sampler()._predictor(beta, z, sigma)
    effects = z * [2, 2, 0.5, 0.5, 0.5]
    wanted = [
        0.3 - 0.7 * x[1] + effects[g[0]] + effects[2 + g[1]] for x, g in zip(cells().X, cells().groups, strict=True)
    ]
    assert made == pytest.approx(wanted)


def moments(draw, size):
    drawn = np.array([draw() for _ in range(size)])
    return drawn.mean(axis=0), np.cov(drawn.T)


def test_coefficients_and_effects_are_drawn_from_their_normal_conditional():
    own, omega, sigma = sampler(), np.array([0.2, 0.7, 0.5, 0.3]), np.array([1.5, 0.8])
    indicator = np.zeros((4, 5))
    for row, (a, b) in enumerate(cells().groups):
        indicator[row, a] = sigma[0]
        indicator[row, 2 + b] = sigma[1]
    design = np.hstack([cells().X, indicator])
    precision = design.T @ np.diag(omega) @ design + np.diag([1 / 4, 4, 1, 1, 1, 1, 1])
    covariance = np.linalg.inv(precision)
    mean = covariance @ design.T @ (cells().yes - cells().asked / 2)
    rng, size = np.random.default_rng(2), 6000
    found, spread = moments(lambda: np.concatenate(own._effects(omega, sigma, rng)), size)
    assert np.abs((found - mean) / np.sqrt(np.diag(covariance) / size)).max() < 4.5
    assert spread == pytest.approx(covariance, abs=0.12)


def test_scales_are_drawn_given_the_effects():
    """Given the effects, a scale's square is inverse-gamma mixed over the half-t: it grows with their squares."""
    own, rng = sampler(), np.random.default_rng(3)
    z, sigma = np.array([1.0, -1.0, 0.5, 0.0, -0.5]), np.array([1.5, 0.8])
    for _ in range(20):
        effects = z * sigma[[0, 0, 1, 1, 1]]
        moved, following = own._interweave(z, sigma, rng)
        assert moved * following[[0, 0, 1, 1, 1]] == pytest.approx(effects)
        assert (following > 0).all()
    small = [own._interweave(0.01 * z, sigma, rng)[1] for _ in range(800)]
    large = [own._interweave(9.0 * z, sigma, rng)[1] for _ in range(800)]
    assert (np.median(large, axis=0) > 3 * np.median(small, axis=0)).all()
