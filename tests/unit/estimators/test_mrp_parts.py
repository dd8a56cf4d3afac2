"""The parts of multilevel regression and poststratification that need no chain: cells, averages, conditionals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, special, stats

from analysis.errors import EstimationError
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.mrp import (
    MultilevelDraws,
    PoststratifiedShare,
    multilevel_cells,
    poststratify_draws,
    sample_multilevel,
    shrinkage,
)
from analysis.estimators.mrp_posterior import (
    MultilevelPrior,
    Posterior,
    direct_answers,
    list_differences,
    masked_answers,
)
from analysis.estimators.randomised_response.designs import device

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
    assert made.leaves_open == (False, False)
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


def posterior(likelihood=None):
    found = cells()
    return Posterior(found.X, found.groups, LEVELS, likelihood or found.likelihood, MultilevelPrior(2.0, 0.5, 0.7, 4.0))


def by_hand(theta):
    """Log density with scipy, answer by answer."""
    beta, z, log_scale = theta[:2], theta[2:7], theta[7:]
    effects = z * np.exp(log_scale)[[0, 0, 1, 1, 1]]
    logit = X @ beta + effects[GROUPS[:, 0]] + effects[2 + GROUPS[:, 1]]
    prior = stats.norm.logpdf(beta, 0, [2.0, 0.5]).sum() + stats.norm.logpdf(z).sum()
    scales = stats.t.logpdf(np.exp(log_scale) / 0.7, 4.0).sum() + log_scale.sum()
    return stats.bernoulli.logpmf(Y, special.expit(logit)).sum() + prior + scales


def test_the_density_is_that_of_the_model():
    points = RNG.normal(0, 1, (6, 9))
    own, wanted = np.array([[posterior().density(p, np.zeros(0))[0], by_hand(p)] for p in points]).T
    assert own - own[0] == pytest.approx(wanted - wanted[0], abs=1e-9)


def test_renewing_leaves_the_logits_and_has_the_distribution_of_the_rest():
    """A chain of such moves alone has the intercept and the scale given the logits of a grouping: by quadrature."""
    nobody = MultilevelPrior(2.0, 0.5, 0.7, 4.0)
    own = Posterior(np.ones((2, 1)), np.array([[0], [1]]), (2,), direct_answers(COUNTS[:2], ASKED[:2]), nobody)
    theta, rng, logits = np.array([0.3, 1.0, -1.0, 0.4]), np.random.default_rng(3), None
    kept = np.empty((8000, 2))
    for row in kept:
        before = own.parts(theta)
        theta = own.renew(theta, rng)
        beta, effects, _ = own.parts(theta)
        logits = beta[0] + effects
        assert logits == pytest.approx(before[0][0] + before[1])
        row[:] = beta[0], theta[-1]
    intercept, u = (m.ravel() for m in np.meshgrid(np.linspace(-9, 9, 400), np.linspace(-6, 5, 400)))
    weight = stats.norm.pdf(intercept, 0, 2.0) * stats.t.pdf(np.exp(u) / 0.7, 4.0) * np.exp(u)
    weight *= stats.norm.pdf(logits[:, None] - intercept, 0, np.exp(u)).prod(axis=0)
    for k, value in enumerate((intercept, u)):
        mean = weight @ value / weight.sum()
        assert kept[:, k].mean() == pytest.approx(mean, abs=0.06)
        assert kept[:, k].std() == pytest.approx(np.sqrt(weight @ (value - mean) ** 2 / weight.sum()), rel=0.08)


COUNTS, ASKED = np.array([0, 1, 2, 1]), np.array([1, 3, 2, 1])


@pytest.mark.parametrize(
    "likelihood",
    [
        direct_answers(COUNTS, ASKED),
        masked_answers(COUNTS, ASKED, device("crosswise", 0.2)),
        masked_answers(COUNTS, ASKED, device("forced", 0.7, p1=0.2, p0=0.1)),
        list_differences(np.diag([3.0, 4.0, 5.0, 6.0]) - 0.5, np.array([0.3, 0.1, 2.0, -1.0])),
    ],
)
def test_slopes_are_those_of_the_density(likelihood):
    own = posterior(likelihood)
    for at in RNG.normal(0, 1, (4, own.size)):
        value, slope = own.density(at, np.zeros(0))
        measured = optimize.approx_fprime(at, lambda p: own.density(p, np.zeros(0))[0], 1e-7)
        assert np.isfinite(value)
        assert slope == pytest.approx(measured, abs=2e-4)


def test_masked_answers_are_those_of_the_device():
    how, logit = device("triangular", 0.3), np.array([-1.0, 0.0, 0.5, 2.0])
    chance = how.c0 + how.c1 * special.expit(logit)
    wanted = stats.binom.logpmf(COUNTS, ASKED, chance) - stats.binom.logpmf(COUNTS, ASKED, 0.5) - ASKED * np.log(2)
    assert masked_answers(COUNTS, ASKED, how)(logit)[0] == pytest.approx(wanted.sum())


@pytest.mark.parametrize(
    ("y", "how", "low", "high"),
    [
        ([0] * 30, None, True, False),
        ([1] * 30, None, False, True),
        ([0] * 29 + [1], None, False, False),
        ([0] * 26 + [1] * 4, device("forced", 0.7, p1=0.15, p0=0.15), True, False),
        ([0] * 5 + [1] * 25, device("forced", 0.7, p1=0.15, p0=0.15), False, True),
        ([0] * 15 + [1] * 15, device("forced", 0.7, p1=0.15, p0=0.15), False, False),
        ([0] * 6 + [1] * 24, device("crosswise", 0.2), True, False),
    ],
)
def test_an_end_stays_open_where_the_answers_leave_it_open(y, how, low, high):
    found = multilevel_cells(y, np.ones((30, 1)), np.zeros((30, 1), dtype=int), [1], how)
    assert found.leaves_open == (low, high)
    made = poststratify_draws(
        sample_multilevel(found, np.random.default_rng(1), chains=1, draws=50, warm_up=20),
        np.ones((1, 1)), [[0]], [1], {"": np.ones(1, dtype=bool)},
    )[0]  # fmt: skip
    assert ((made.low == 0.0), (made.high == 1.0)) == (low, high)
