"""Measurement invariance and item functioning: fits by the definition of their likelihood, and indices by formula."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from analysis.errors import EstimationError
from analysis.estimators.invariance import (
    FactorFit,
    InvarianceStep,
    _compare,
    _discrepancy,
    _independence,
    _Layout,
    _moments,
    measurement_invariance,
)
from analysis.estimators.item_function import _holm, _nagelkerke, item_functions, ordered_logit

G, P, N = 3, 4, 900
RNG = np.random.default_rng(3)
CODE = np.arange(N) % G
FACTOR = RNG.normal(np.array([0.0, 0.5, -0.3])[CODE], np.array([1.0, 1.3, 0.8])[CODE])
X = 2 + np.array([0.9, -0.7, 0.8, 0.6]) * FACTOR[:, None] + RNG.normal(0, [0.5, 0.7, 0.6, 0.8], (N, P))
X[:, 3] += 0.4 * (CODE == 1)
NAMES = np.array(["da", "fa", "ps"])[CODE]


@pytest.fixture(scope="module")
def made():
    return measurement_invariance(X, NAMES)


def chi_square(fit):
    """N times the discrepancy of normal-theory likelihood."""
    total = 0.0
    for g in range(G):
        rows = X[g == CODE]
        s, mean = np.cov(rows.T, bias=True), rows.mean(axis=0)
        lam = fit.loadings[g]
        sigma = fit.factor_variance[g] * np.outer(lam, lam) + np.diag(fit.residuals[g])
        gap = mean - fit.intercepts[g] - lam * fit.factor_mean[g]
        inverse = np.linalg.inv(sigma)
        logs = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(s)[1]
        total += len(rows) * (logs + np.trace(s @ inverse) - P + gap @ inverse @ gap)
    return total


DEGREES = {"configural": 42 - 36, "metric": 42 - 4 - 12 - 12 - 2, "scalar": 42 - 4 - 4 - 12 - 4}


def test_each_fit_has_the_chi_square_and_the_indices_of_its_parameters(made):
    null, null_df = 0.0, G * P * (P - 1) // 2
    for g in range(G):
        s = np.cov(X[g == CODE].T, bias=True)
        null += 300 * (np.log(np.diag(s)).sum() - np.linalg.slogdet(s)[1])
    assert _independence(_moments(X, CODE, G)) == pytest.approx((null, null_df))
    for fit in made.fits:
        chi, df = chi_square(fit), DEGREES[fit.step]
        assert fit.chi_square == pytest.approx(chi, abs=1e-6)
        assert fit.degrees_of_freedom == df
        assert fit.p_value == pytest.approx(stats.chi2.sf(chi, df))
        assert fit.cfi == pytest.approx(1 - max(chi - df, 0) / max(chi - df, null - null_df, 0))
        assert fit.rmsea == pytest.approx(np.sqrt(max(chi - df, 0) / df / N * G))
    assert [fit.step for fit in made.fits] == ["configural", "metric", "scalar"]
    assert made.groups == ("da", "fa", "ps")


def test_what_a_step_holds_equal_is_equal(made):
    configural, metric, scalar = made.fits
    assert (configural.factor_mean == 0).all()
    assert (configural.factor_variance == 1).all()
    assert np.ptp(configural.loadings, axis=0).min() > 0
    for fit in (metric, scalar):
        assert np.ptp(fit.loadings, axis=0) == pytest.approx(np.zeros(P))
        assert fit.factor_variance[0] == 1
        assert (fit.factor_variance[1:] != 1).all()
    assert np.ptp(metric.intercepts, axis=0).min() > 0
    assert (metric.factor_mean == 0).all()
    assert np.ptp(scalar.intercepts, axis=0) == pytest.approx(np.zeros(P))
    assert scalar.factor_mean[0] == 0
    assert (scalar.factor_mean[1:] != 0).all()
    for fit in made.fits:
        assert (fit.loadings.sum(axis=1) > 0).all()
        assert (fit.loadings[:, 1] < 0).all()
    assert metric.factor_variance == pytest.approx([1.0, 1.69, 0.64], rel=0.3)


def test_steps_compare_each_fit_with_the_one_before(made):
    first, second, third = made.steps
    assert (first.difference, first.degrees_of_freedom, first.cfi_loss) == (None, None, None)
    assert first.holds
    for step, before, fit in zip((second, third), made.fits, made.fits[1:], strict=False):
        assert step.difference == pytest.approx(fit.chi_square - before.chi_square)
        assert step.degrees_of_freedom == fit.degrees_of_freedom - before.degrees_of_freedom == 6
        assert step.p_value == pytest.approx(stats.chi2.sf(step.difference, 6))
        assert step.cfi_loss == pytest.approx(before.cfi - fit.cfi)
        assert step.rmsea_gain == pytest.approx(fit.rmsea - before.rmsea)
    assert (second.holds, third.holds, made.highest) == (True, False, "metric")
    assert made.meaning == "effects and correlations may be compared across languages, means may not"


def fit(step, chi, df, cfi, rmsea):
    empty = np.zeros((2, 3))
    return FactorFit(step, empty, empty, empty, empty[:, 0], empty[:, 0], chi, df, 0.5, cfi, rmsea)


@pytest.mark.parametrize(
    ("cfi", "rmsea", "holds"), [(0.9, 0.1, True), (0.899, 0.05, False), (0.95, 0.101, False), (0.95, 0.05, True)]
)
def test_the_first_step_holds_by_its_own_indices(cfi, rmsea, holds):
    assert _compare(None, fit("configural", 9.0, 4, cfi, rmsea)).holds is holds


@pytest.mark.parametrize(
    ("cfi", "rmsea", "holds"), [(0.941, 0.06, True), (0.939, 0.06, False), (0.95, 0.0649, True), (0.95, 0.0651, False)]
)
def test_a_later_step_holds_while_its_indices_fall_little(cfi, rmsea, holds):
    before = fit("configural", 9.0, 4, 0.95, 0.05)
    step = _compare(before, fit("metric", 8.5, 6, cfi, rmsea))
    assert step == InvarianceStep("metric", 0.0, 2, 1.0, pytest.approx(0.95 - cfi), pytest.approx(rmsea - 0.05), holds)


@pytest.mark.parametrize("step", ["configural", "metric", "scalar"])
def test_the_gradient_is_that_of_the_discrepancy(step):
    layout, moments = _Layout(step, G, P), _moments(X, CODE, G)
    theta = np.random.default_rng(4).normal(0.4, 0.2, sum(layout.sizes))
    gradient = _discrepancy(theta, layout, moments)[1]
    for k in range(len(theta)):
        move = np.zeros(len(theta))
        move[k] = 1e-5
        up, down = (_discrepancy(theta + sign * move, layout, moments)[0] for sign in (1, -1))
        assert gradient[k] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-2)


def test_units_and_names_do_not_matter(made):
    other = measurement_invariance(X * [10, 1, 5, 2] + [5, 0, 1, 0], np.array(["c", "b", "a"])[CODE])
    for one, two in zip(made.fits, other.fits, strict=True):
        assert two.chi_square == pytest.approx(one.chi_square, abs=1e-3)
    assert other.highest == made.highest
    assert other.fits[0].loadings[0] == pytest.approx(made.fits[0].loadings[2] * [10, 1, 5, 2], rel=1e-3)


def two_factors(noise, shared):
    rng = np.random.default_rng(5)
    two = np.repeat(rng.normal(size=(600, 2)), 2, axis=1) + shared * rng.normal(size=(600, 1))
    return two + rng.normal(0, noise, (600, 4)), np.arange(600) % 2


def test_items_of_two_factors_hold_not_even_the_first_step():
    found = measurement_invariance(*two_factors(0.7, 0.4))
    assert found.highest is None
    assert found.meaning == "not even the pattern of items is the same: compare nothing across these languages"


@pytest.mark.parametrize(
    ("noise", "shared", "message"),
    [
        (0.3, 0.0, r"items column \d has no residual variance left \(a Heywood case\); leave it out"),
        (0.2, 0.4, r"items lose a residual variance in the configural model \(a Heywood case\); look for a useless it"),
    ],
)
def test_an_item_without_a_residual_is_refused(noise, shared, message):
    with pytest.raises(EstimationError, match=message):
        measurement_invariance(*two_factors(noise, shared))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: (x, NAMES[:-1]), "group has 899 rows and items 900; give one group for each row"),
        (lambda x: (x[:, :2], NAMES), r"items has shape \(900, 2\); a factor needs 3 items, see item_function for one"),
        (lambda x: (x[:, 0], NAMES), r"items has shape \(900,\)"),
        (lambda x: (x, ["da"] * N), "group has one level, 'da'; invariance compares two or more"),
        (lambda x: (x * [1, 1, 1, 0], NAMES), "group 'da' has 300 rows or an item without variance; pool it, or leave"),
        (lambda x: (x, np.where(np.arange(N) < 8, "zz", "da")), "group 'zz' has 8 rows or an item without variance"),
    ],
)
def test_scales_without_a_factor_are_refused(change, message):
    with pytest.raises(EstimationError, match=message):
        measurement_invariance(*change(X))


def test_a_group_one_larger_than_twice_the_items_is_taken():
    group = np.where(np.arange(N) < 9, "zz", "da")
    assert [len(x) for x in (X[group == "zz"],)] == [9]
    try:
        measurement_invariance(X, group)
    except EstimationError as error:
        assert "rows or an item" not in str(error)  # noqa: PT017 - nine rows may have no fit, but are not refused


def ordinal(n=700, seed=6):
    rng = np.random.default_rng(seed)
    group = (np.arange(n) % 2).astype(float)
    trait = rng.normal(size=n)
    made = []
    for effect in (0.0, 0.0, 1.4, 0.0):
        lean = 1.5 * trait + effect * group
        made.append((rng.logistic(size=n) + lean > np.array([[-1.0], [0.5], [1.5]])).sum(axis=0))
    return np.column_stack(made).astype(float), group, trait


def ordered_likelihood(cuts, slopes, x, y):
    above = np.concatenate([np.ones((len(y), 1)), expit(x @ slopes[:, None] - cuts), np.zeros((len(y), 1))], axis=1)
    return np.log(above[np.arange(len(y)), y] - above[np.arange(len(y)), y + 1]).sum()


def test_the_ordered_logit_maximises_its_likelihood():
    items, group, trait = ordinal()
    x, y = np.column_stack([trait, group]), items[:, 2].astype(int)
    made = ordered_logit(x, y)
    best = ordered_likelihood(made.cuts, made.slopes, x, y)
    assert made.log_likelihood == pytest.approx(best)
    assert (np.diff(made.cuts) > 0).all()
    for k in range(5):
        for step in (-0.02, 0.02):
            moved = np.concatenate([made.cuts, made.slopes])
            moved[k] += step
            assert ordered_likelihood(moved[:3], moved[3:], x, y) < best
    assert made.slopes == pytest.approx([1.5, 1.4], abs=0.35)


def test_without_covariates_cut_points_are_those_of_the_shares():
    y = np.array([0] * 10 + [1] * 30 + [2] * 60)
    made = ordered_logit(np.empty((100, 0)), y)
    assert made.cuts == pytest.approx([np.log(10 / 90), np.log(40 / 60)], abs=1e-5)
    assert made.log_likelihood == pytest.approx(10 * np.log(0.1) + 30 * np.log(0.3) + 60 * np.log(0.6))
    assert len(made.slopes) == 0


def test_items_are_tested_by_likelihood_ratios():
    items, group, _ = ordinal()
    for k, made in enumerate(item_functions(items, group)):
        rest = np.delete(items, k, axis=1).sum(axis=1)
        score = (rest - rest.mean()) / rest.std()
        designs = [np.empty((700, 0)), score[:, None], np.column_stack([score, group])]
        designs.append(np.column_stack([score, group, score * group]))
        fits = [ordered_logit(x, items[:, k].astype(int)) for x in designs]
        null, base, uniform, full = (f.log_likelihood for f in fits)
        assert made.item == k
        assert made.uniform_p == pytest.approx(stats.chi2.sf(2 * (uniform - base), 1))
        assert made.non_uniform_p == pytest.approx(stats.chi2.sf(max(2 * (full - uniform), 0), 1), abs=1e-6)
        assert made.uniform_effect == pytest.approx(fits[2].slopes[1])
        r2 = [(1 - np.exp(2 * (null - v) / 700)) / (1 - np.exp(2 * null / 700)) for v in (base, full)]
        assert made.r2_change == pytest.approx(r2[1] - r2[0])
        assert _nagelkerke(full, null, 700) == pytest.approx(r2[1])
        size = "large" if made.r2_change >= 0.07 else "moderate" if made.r2_change >= 0.035 else "negligible"
        assert made.size == size
        assert made.flagged is (made.adjusted_p < 0.05 and size != "negligible")


def test_joint_p_values_are_adjusted_by_holm():
    assert _holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert _holm([0.5, 0.9, 0.6]) == pytest.approx([1.0, 1.0, 1.0])
    items, group, _ = ordinal()
    made = item_functions(items, group)
    joint = []
    for k in range(4):
        rest = np.delete(items, k, axis=1).sum(axis=1)
        score = (rest - rest.mean()) / rest.std()
        full = ordered_logit(np.column_stack([score, group, score * group]), items[:, k].astype(int))
        base = ordered_logit(score[:, None], items[:, k].astype(int))
        joint.append(stats.chi2.sf(2 * (full.log_likelihood - base.log_likelihood), 2))
    assert [m.adjusted_p for m in made] == pytest.approx(_holm(joint))


@pytest.mark.parametrize(
    ("items", "group", "message"),
    [
        (
            np.ones((6, 1)),
            np.arange(6) % 2,
            r"items has shape \(6, 1\) and group \(6,\); give two items or more, a group",
        ),
        (np.ones(6), np.arange(6) % 2, r"items has shape \(6,\)"),
        (np.ones((6, 2)), np.arange(5) % 2, r"group \(5,\)"),
        (
            np.array([[1.0, np.nan], [2.0, 1.0]]),
            [0, 1],
            "items hold a missing value, or group is not 0 and 1; keep comple",
        ),
        (np.ones((6, 2)), np.ones(6), "group is not 0 and 1"),
        (
            np.column_stack([np.arange(6) % 2, np.ones(6)]),
            np.arange(6) % 2,
            "items leave a rest score that does not vary",
        ),
        (
            np.column_stack([np.arange(6) % 3, np.ones(6), np.arange(6)]),
            np.arange(6) % 2,
            "items column 2 holds one answer",
        ),
    ],
)
def test_items_that_cannot_be_matched_are_refused(items, group, message):
    with pytest.raises(EstimationError, match=message):
        item_functions(items, group)


def test_separated_categories_are_refused():
    x = np.linspace(-1.7, 1.7, 400)
    with pytest.raises(EstimationError, match="items: a category is separated by score or group; pool rare categories"):
        ordered_logit(x[:, None], (x > 0).astype(int))
