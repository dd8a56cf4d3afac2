"""Bounds and sensitivity curves under selection and bogus answers."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import Interval
from analysis.estimators.selection import (
    bogus_sensitivity,
    contamination_bounds,
    data_defect_curve,
    interval_of_bounds,
    unadjusted_bias,
)


def test_a_true_two_percent_reads_almost_six_with_four_percent_bogus():
    case = bogus_sensitivity(0.0592)[1]
    assert case.read_from_two_percent == pytest.approx(0.0592)
    assert case.low == pytest.approx(0.02)


@pytest.mark.parametrize("kind", ["contaminated", "corrupted", "missing"])
def test_bounds_contain_every_truth_that_fits(kind):
    rng = np.random.default_rng(1)
    for _ in range(200):
        part, genuine, other = rng.random(3) * [0.5, 1, 1]
        seen = (1 - part) * genuine + part * other
        truth = {"contaminated": genuine, "missing": seen, "corrupted": (1 - part) * genuine + part * rng.random()}[
            kind
        ]
        observed = genuine if kind == "missing" else seen
        bounds = contamination_bounds(observed, part, kind)
        assert bounds.low - 1e-12 <= truth <= bounds.high + 1e-12


def test_bounds_are_sharp_both_ways():
    assert contamination_bounds(0.3, 0.1) == Interval(pytest.approx(0.2 / 0.9), pytest.approx(0.3 / 0.9))
    assert contamination_bounds(0.02, 0.1).low == 0.0
    with pytest.raises(EstimationError, match="share is"):
        contamination_bounds(1.2, 0.1)
    with pytest.raises(EstimationError, match="kind is"):
        contamination_bounds(0.2, 0.1, "odd")


def test_imbens_manski_lies_between_one_and_two_sided():
    point = interval_of_bounds(Interval(0.3, 0.3), (0.1, 0.1))
    wide = interval_of_bounds(Interval(0.3, 0.9), (0.01, 0.01))
    assert (0.3 - point.low) / 0.1 == pytest.approx(1.95996, abs=1e-4)
    assert (0.3 - wide.low) / 0.01 == pytest.approx(1.64485, abs=1e-4)
    assert interval_of_bounds(Interval(0.3, 0.9), (0.01, 0.01), "set").low == pytest.approx(
        0.3 - 1.95996 * 0.01, abs=1e-5
    )


def test_data_defect_identity_holds_in_a_finite_population():
    rng = np.random.default_rng(4)
    y = (rng.random(20000) < 0.3).astype(float)
    answered = rng.random(20000) < np.where(y == 1, 0.12, 0.10)
    rho = np.corrcoef(y, answered)[0, 1]
    made = data_defect_curve(float(y[answered].mean()), int(answered.sum()), 20000, [rho])[0]
    assert made.share == pytest.approx(y.mean(), abs=1e-12)
    assert data_defect_curve(0.5, 100, 1000, [0.0])[0].effective_n is None
    with pytest.raises(EstimationError, match="n is"):
        data_defect_curve(0.5, 1000, 1000, [0.01])


def test_unadjusted_bias_recovers_selection_on_the_proxy_and_on_the_outcome():
    rng = np.random.default_rng(2)
    x = rng.normal(size=200000)
    y = 0.6 * x + 0.8 * rng.normal(size=200000)
    for driver, phi in ((x, 0.0), (y, 1.0)):
        chosen = rng.random(200000) < 1 / (1 + np.exp(2 - driver))
        made = unadjusted_bias(y[chosen], x[chosen], float(x.mean()), [phi])[0]
        assert made.adjusted_mean == pytest.approx(y.mean(), abs=0.05)
    with pytest.raises(EstimationError, match="correlate"):
        unadjusted_bias([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], 2.0)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("contaminated", 0.2 / 0.9, 0.3 / 0.9), ("corrupted", 0.2, 0.4), ("missing", 0.27, 0.37)],
)
def test_bounds_by_hand(kind, low, high):
    made = contamination_bounds(0.3, 0.1, kind)
    assert (made.low, made.high) == pytest.approx((low, high))
    assert contamination_bounds(0.3, 1.0, kind) == Interval(0.0, 1.0)
    assert contamination_bounds(0.95, 0.1, kind).high == pytest.approx(0.955 if kind == "missing" else 1.0)
    assert contamination_bounds(0.05, 0.1, kind).low == pytest.approx(0.045 if kind == "missing" else 0.0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: contamination_bounds(-0.1, 0.1), "share is -0.1; give a share from 0 to 1"),
        (lambda: contamination_bounds(0.1, 1.1), "contaminated is 1.1; give a share from 0 to 1"),
        (lambda: contamination_bounds(np.nan, 0.1), "share is nan"),
        (
            lambda: contamination_bounds(0.2, 0.1, "odd"),
            "kind is 'odd'; choose one of contaminated, corrupted, missing",
        ),
        (
            lambda: interval_of_bounds(Interval(0, 1), (0.1, 0.1), "both"),
            "target is 'both'; choose one of parameter, set",
        ),
        (
            lambda: interval_of_bounds(Interval(0, 1), (-0.1, 0.1)),
            "standard errors are -0.1 and 0.1; they are 0 or more",
        ),
        (lambda: interval_of_bounds(Interval(0, 1), (0.1, -0.1)), "standard errors are 0.1 and -0.1"),
        (
            lambda: data_defect_curve(0.5, 0, 100, [0.1]),
            "n is 0 in a population of 100; give at least 1, and fewer than ",
        ),
        (lambda: data_defect_curve(0.5, 100, 100, [0.1]), "n is 100 in a population of 100"),
        (lambda: data_defect_curve(1.5, 10, 100, [0.1]), "share is 1.5"),
        (lambda: data_defect_curve(0.5, 10, 100, [1.0]), "correlation is 1; give a number strictly between -1 and 1"),
        (lambda: data_defect_curve(0.5, 10, 100, [-1.0]), "correlation is -1"),
        (
            lambda: unadjusted_bias([1, 2], [1, 2, 3], 1),
            "y and proxy differ in length or hold a missing value; give compl",
        ),
        (lambda: unadjusted_bias([1, np.nan, 3], [1, 2, 3], 1), "y and proxy differ in length or hold a missing value"),
        (lambda: unadjusted_bias([1, 2, 3], [1, np.inf, 3], 1), "y and proxy differ in length or hold a missing value"),
        (lambda: unadjusted_bias([[1, 2]], [[1, 2]], 1), "y and proxy differ in length"),
        (
            lambda: unadjusted_bias([1, 1, 1], [1, 2, 3], 1),
            "y or proxy does not vary; sensitivity to selection is not de",
        ),
        (lambda: unadjusted_bias([1, 2, 3], [1, 1, 1], 1), "y or proxy does not vary"),
        (
            lambda: unadjusted_bias([1, 2, 3], [3, 2, 1], 1),
            "proxy and y correlate -1.000; turn the proxy's sign, or find",
        ),
        (lambda: unadjusted_bias([1, 2, 3], [1, 2, 3], 1, [1.5]), "mixing weight is 1.5; give a share from 0 to 1"),
    ],
)
def test_impossible_assumptions_are_refused(ask, message):
    with pytest.raises(EstimationError, match=message):
        ask()


@pytest.mark.parametrize(("low_se", "high_se"), [(0.02, 0.03), (0.05, 0.01), (0.0, 0.04)])
@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_limits_of_bounds_solve_the_equation_of_imbens_and_manski(low_se, high_se, confidence):
    made = interval_of_bounds(Interval(0.3, 0.35), (low_se, high_se), confidence=confidence)
    c = (made.high - 0.35) / high_se
    if low_se:
        assert (0.3 - made.low) / low_se == pytest.approx(c)
    else:
        assert made.low == 0.3
    covered = stats.norm.cdf(c + 0.05 / max(low_se, high_se)) - stats.norm.cdf(-c)
    assert covered == pytest.approx(confidence)
    both = interval_of_bounds(Interval(0.3, 0.35), (low_se, high_se), "set", confidence)
    z = stats.norm.ppf((1 + confidence) / 2)
    assert (both.low, both.high) == pytest.approx((0.3 - z * low_se, 0.35 + z * high_se))
    assert interval_of_bounds(Interval(0.3, 0.35), (0.0, 0.0)) == Interval(0.3, 0.35)


@pytest.mark.parametrize("rho", [0.03, -0.03, 0.4, -0.4])
def test_a_data_defect_solves_mengs_identity(rho):
    (made,) = data_defect_curve(0.3, 200, 1000, [rho])
    sd = np.sqrt(made.share * (1 - made.share))
    assert made.bias == pytest.approx(rho * np.sqrt(0.8 / 0.2) * sd)
    assert made.bias == pytest.approx(0.3 - made.share)
    assert made.effective_n == pytest.approx(0.25 / rho**2)
    assert made.correlation == rho


def test_no_defect_and_shares_at_the_ends():
    (made,) = data_defect_curve(0.3, 200, 1000, [0.0])
    assert (made.share, made.bias, made.effective_n) == (0.3, 0.0, None)
    assert data_defect_curve(0.0, 200, 1000, [0.2])[0].share == pytest.approx(0.0)
    assert data_defect_curve(1.0, 200, 1000, [-0.2])[0].share == pytest.approx(1.0)
    assert len(data_defect_curve(0.3, 1, 1000, [0.1, 0.2])) == 2


def test_unadjusted_bias_by_hand():
    y, x = [1.0, 4.0, 2.0, 7.0, 6.0], [1.0, 2.0, 2.0, 5.0, 3.0]
    r, shift = np.corrcoef(y, x)[0, 1], (2.6 - 2.0) / np.std(x, ddof=1)
    for phi, made in zip((0.0, 0.5, 1.0), unadjusted_bias(y, x, 2.0), strict=True):
        wanted = (phi + (1 - phi) * r) / (phi * r + 1 - phi) * shift
        assert made.mixing_weight == phi
        assert made.standardised == pytest.approx(wanted)
        assert made.bias == pytest.approx(wanted * np.std(y, ddof=1))
        assert made.adjusted_mean == pytest.approx(4.0 - made.bias)


def test_bogus_answers_come_in_three_shares():
    made = bogus_sensitivity(0.1)
    assert [case.bogus_share for case in made] == [0.0, 0.04, 0.07]
    assert [case.high for case in made] == pytest.approx([0.1, 0.1 / 0.96, 0.1 / 0.93])
    assert [case.low for case in made] == pytest.approx([0.1, 0.06 / 0.96, 0.03 / 0.93])
    assert [case.read_from_two_percent for case in made] == pytest.approx([0.02, 0.0592, 0.0886])
