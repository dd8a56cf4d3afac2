"""List and direct question together, by the paper's equations on a small table."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.direct import PlaceboTest, combine_with_direct

Z = np.array([1] * 10 + [0] * 10)
D = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
Y = np.array([3, 4, 2, 1, 2, 3, 2, 1, 0, 4, 2, 1, 1, 0, 2, 3, 1, 2, 0, 1])
W = np.array([1, 2, 1, 3, 1, 2, 1, 1, 2, 1, 1, 1, 2, 2, 1, 3, 1, 1, 2, 1.0])
STRATA = np.arange(20) % 2
NORMAL = 1.959963984540054


def mean(rows):
    return Y[rows].mean()


def variance(rows):
    return Y[rows].var(ddof=1)


def test_the_combined_share_and_its_variance():
    made = combine_with_direct(Y, Z, 3, D)
    one, zero = (Z == 1) & (D == 0), (Z == 0) & (D == 0)
    tau, p = mean(one) - mean(zero), 5 / 20
    assert made.list_among_deniers == pytest.approx(tau)
    assert made.combined.value == pytest.approx(p + (1 - p) * tau)
    wanted = (1 - tau) ** 2 * p * (1 - p) / 20 + (1 - p) * (variance(one) / 10 + variance(zero) / 10)
    assert made.combined.se == pytest.approx(np.sqrt(wanted))
    assert made.combined.high - made.combined.value == pytest.approx(NORMAL * np.sqrt(wanted))
    assert (made.direct.value, made.direct.se) == pytest.approx((p, np.sqrt(p * (1 - p) / 19)))
    assert (made.combined.term, made.direct.term) == ("combined", "direct")
    assert made.combined.unit == made.direct.unit == "share of respondents"
    assert made.combined.n == 20
    assert made.combined.method == "list and direct question combined"
    narrow = combine_with_direct(Y, Z, 3, D, confidence=0.5).combined
    assert narrow.high - narrow.value == pytest.approx(stats.norm.ppf(0.75) * made.combined.se)


def test_placebos_are_differences_in_means():
    made = combine_with_direct(Y, Z, 3, D)
    one, zero = (Z == 1) & (D == 1), (Z == 0) & (D == 1)
    value = mean(one) - mean(zero)
    se = np.sqrt(variance(one) / 3 + variance(zero) / 2)
    placebo = made.treatment_among_admitters
    assert (placebo.value, placebo.se, placebo.expected, placebo.n) == pytest.approx((value, se, 1.0, 5))
    assert placebo.p_value == pytest.approx(2 * stats.norm.sf(abs(value - 1) / se))
    on_direct = made.treatment_on_direct
    se = np.sqrt(D[:10].var(ddof=1) / 10 + D[10:].var(ddof=1) / 10)
    assert (on_direct.value, on_direct.se, on_direct.expected, on_direct.n) == pytest.approx((0.1, se, 0.0, 20))
    assert on_direct.p_value == pytest.approx(2 * stats.norm.sf(0.1 / se))


def test_too_few_who_admit_leave_a_placebo_that_is_not_judged():
    few = np.where(np.arange(20) == 11, 0, D)
    made = combine_with_direct(Y, Z, 3, few)
    assert made.treatment_among_admitters is None
    assert made.treatment_on_direct is not None


def test_where_nobody_said_yes_neither_placebo_is_judged():
    made = combine_with_direct(Y, Z, 3, np.zeros(20))
    assert (made.treatment_among_admitters, made.treatment_on_direct) == (None, None)
    assert made.combined.value == pytest.approx(made.list_among_deniers)


def test_arms_without_spread_fail_a_placebo_that_expects_another_difference():
    made = combine_with_direct(np.where(D == 1, 2 * Z + 1, Y), Z, 3, D)
    assert made.treatment_among_admitters == PlaceboTest(pytest.approx(2.0), 0.0, 1.0, 0.0, 5)


def test_arms_without_spread_have_a_placebo_without_error():
    y = np.where(D == 1, Z + 1, Y)
    made = combine_with_direct(y, Z, 3, D)
    assert made.treatment_among_admitters == PlaceboTest(pytest.approx(1.0), 0.0, 1.0, 1.0, 5)


def linearised(pull, strata=STRATA):
    total = 0.0
    for s in np.unique(strata):
        part = pull[strata == s]
        total += len(part) / (len(part) - 1) * ((part - part.mean()) ** 2).sum()
    return total


def test_under_a_design_the_variance_is_linearised():
    made = combine_with_direct(Y, Z, 3, D, weights=W, strata=STRATA)
    share = W / W.sum()
    p = share @ D
    parts, pull = {}, (share * (D - p)).copy()
    for arm in (1, 0):
        w = W * ((D == 0) & (arm == Z))
        parts[arm] = (w / w.sum(), (w @ Y) / w.sum())
    tau = parts[1][1] - parts[0][1]
    assert made.list_among_deniers == pytest.approx(tau)
    assert made.combined.value == pytest.approx(p + (1 - p) * tau)
    of_list = parts[1][0] * (Y - parts[1][1]) - parts[0][0] * (Y - parts[0][1])
    assert made.combined.se == pytest.approx(np.sqrt(linearised((1 - tau) * pull + (1 - p) * of_list)))
    assert made.direct.se == pytest.approx(np.sqrt(linearised(pull)))
    t = stats.t.ppf(0.975, 18)
    assert made.combined.high - made.combined.value == pytest.approx(t * made.combined.se)
    assert made.combined.method == "list and direct question combined, linearised"
    admitted = np.zeros(20)
    for arm, sign in ((1, 1), (0, -1)):
        w = W * ((D == 1) & (arm == Z))
        admitted += sign * w / w.sum() * (Y - (w @ Y) / w.sum())
    assert made.treatment_among_admitters.se == pytest.approx(np.sqrt(linearised(admitted)))


def test_clusters_are_counted_within_strata():
    clusters = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4] * 2)
    made = combine_with_direct(Y, Z, 3, D, strata=STRATA, clusters=clusters)
    t = stats.t.ppf(0.975, 8)
    assert made.combined.high - made.combined.value == pytest.approx(t * made.combined.se)


def test_covariates_adjust_the_difference():
    x = np.column_stack([np.ones(20), np.arange(20.0) % 5])
    made = combine_with_direct(Y, Z, 3, D, X=x, names=("(Intercept)", "age"))
    rows = D == 0
    full = np.column_stack([Z, x])[rows]
    beta = np.linalg.lstsq(full, Y[rows], rcond=None)[0]
    assert made.list_among_deniers == pytest.approx(beta[0])
    residual = Y[rows] - full @ beta
    s = [residual[Z[rows] == arm].var(ddof=1) for arm in (1, 0)]
    wanted = (1 - beta[0]) ** 2 * 0.25 * 0.75 / 20 + 0.75 * (s[0] / 10 + s[1] / 10)
    assert made.combined.se == pytest.approx(np.sqrt(wanted))


def test_too_few_deniers_are_refused():
    most = np.where((Z == 1) & (np.arange(20) < 9), 1, D)
    with pytest.raises(
        EstimationError, match=r"direct: 1 respondent\(s\) of arm 1 said no to the direct question; too few"
    ):
        combine_with_direct(Y, Z, 3, most)
    weights = np.where((Z == 0) & (D == 0) & (np.arange(20) > 13), 0.0, 1.0)
    assert combine_with_direct(Y, Z, 3, D, weights=weights).combined.n > 0
    weights = np.where((Z == 0) & (D == 0) & (np.arange(20) > 12), 0.0, 1.0)
    with pytest.raises(EstimationError, match=r"direct: 1 respondent\(s\) of arm 0 said no"):
        combine_with_direct(Y, Z, 3, D, weights=weights)
