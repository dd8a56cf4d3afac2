"""The double list by Glynn's equation 7, with and without a design."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.double import double_list, placebo_list, refuse_unpaired

N = 80
RNG = np.random.default_rng(5)
ON_A = (np.arange(N) % 4 < 2).astype(int)
HELD = RNG.random(N) < 0.4
A = RNG.binomial(3, 0.4, N) + ON_A * HELD
B = RNG.binomial(3, 0.5, N) + (1 - ON_A) * HELD
W = RNG.uniform(0.5, 2, N)
CLUSTERS = np.arange(N) // 4
ONE, TWO = ON_A == 1, ON_A == 0


def test_the_average_of_two_differences_by_the_contrast_of_each_person():
    made = double_list(A, B, ON_A, 3)
    own = np.where(ONE, A - B, B - A)
    assert made.average.value == pytest.approx((own[ONE].mean() + own[TWO].mean()) / 2)
    halves = [own[rows].var(ddof=1) / rows.sum() for rows in (ONE, TWO)]
    assert made.average.se == pytest.approx(np.sqrt(sum(halves)) / 2)
    assert made.list_a.value == pytest.approx(A[ONE].mean() - A[TWO].mean())
    assert made.list_b.value == pytest.approx(B[TWO].mean() - B[ONE].mean())
    assert made.average.value == pytest.approx((made.list_a.value + made.list_b.value) / 2)
    assert made.disagreement.value == pytest.approx(made.list_a.value - made.list_b.value)
    both = A + B
    se = np.sqrt(both[ONE].var(ddof=1) / ONE.sum() + both[TWO].var(ddof=1) / TWO.sum())
    assert made.disagreement.se == pytest.approx(se)
    assert made.p_disagreement == pytest.approx(2 * stats.norm.sf(abs(made.disagreement.value) / se))
    assert (made.average.term, made.disagreement.term) == ("double_list", "list_a_minus_list_b")
    for one in (made.average, made.disagreement):
        assert (one.n, one.unit, one.method) == (N, "share of respondents", "per-person contrast of two lists")
        assert one.high - one.value == pytest.approx(1.959963984540054 * one.se)


def test_under_a_design_contrasts_are_linearised():
    design = {"weights": W, "clusters": CLUSTERS}
    made = double_list(A, B, ON_A, 3, **design, confidence=0.9)
    own = np.where(ONE, A - B, B - A)

    def pulls(v):
        found = []
        for rows in (ONE, TWO):
            share = W * rows / W[rows].sum()
            found.append(np.bincount(CLUSTERS, weights=share * (v - share @ v)))
        return np.array(found)

    def variance(v, c):
        totals = np.asarray(c) @ pulls(v)
        return 20 / 19 * ((totals - totals.mean()) ** 2).sum()

    means = [np.average(own[rows], weights=W[rows]) for rows in (ONE, TWO)]
    assert made.average.value == pytest.approx(np.mean(means))
    assert made.average.se == pytest.approx(np.sqrt(variance(own, [0.5, 0.5])))
    assert made.disagreement.se == pytest.approx(np.sqrt(variance(A + B, [1.0, -1.0])))
    t = abs(made.disagreement.value / made.disagreement.se)
    assert made.p_disagreement == pytest.approx(2 * stats.t.sf(t, 19))
    assert made.average.high - made.average.value == pytest.approx(stats.t.ppf(0.95, 19) * made.average.se)
    single = difference_in_means(A, ON_A, 3, **design, confidence=0.9).difference
    assert made.list_a == single
    assert made.list_b == difference_in_means(B, 1 - ON_A, 3, **design, confidence=0.9).difference


@pytest.mark.parametrize("given", ["weights", "strata", "clusters"])
def test_any_part_of_a_design_makes_it_one(given):
    value = {"weights": W, "strata": np.arange(N) % 2, "clusters": CLUSTERS}[given]
    assert double_list(A, B, ON_A, 3, **{given: value}).average.degrees_of_freedom == {
        "weights": N - 1, "strata": N - 2, "clusters": 19,
    }[given]  # fmt: skip


def test_lists_that_are_equal_everywhere_do_not_disagree():
    same = np.where(ONE, 2, 1)
    made = double_list(same, 3 - same, ON_A, 3)
    assert (made.average.value, made.average.se, made.p_disagreement) == (1.0, 0.0, 1.0)


def test_a_placebo_is_a_difference_that_should_be_nought():
    made = placebo_list(A, ON_A, 3)
    assert made.difference == difference_in_means(A, ON_A, 3).difference
    assert made.p_value == pytest.approx(2 * stats.norm.sf(abs(made.difference.value / made.difference.se)))
    clustered = placebo_list(A, ON_A, 3, weights=W, strata=np.arange(N) % 2, clusters=CLUSTERS, confidence=0.9)
    wanted = difference_in_means(A, ON_A, 3, weights=W, strata=np.arange(N) % 2, clusters=CLUSTERS, confidence=0.9)
    assert clustered.difference == wanted.difference
    t = abs(wanted.difference.value / wanted.difference.se)
    assert clustered.p_value == pytest.approx(2 * stats.t.sf(t, wanted.difference.degrees_of_freedom))


def test_everybody_sees_the_item_once():
    refuse_unpaired([0, 1], [1, 0])
    for a, b, who in (([0, 1, 1], [1, 0, 1], 3), ([0, 0], [1, 0], 2)):
        with pytest.raises(
            EstimationError, match=f"treat: respondent {who} saw the item on both lists or on none; a doub"
        ):
            refuse_unpaired(a, b)


def test_a_placebo_item_that_everybody_names_fails_although_nobody_varies():
    arms = [0] * 10 + [1] * 10
    assert placebo_list([1] * 10 + [2] * 10, arms, 3).p_value == 0.0
    assert placebo_list([1] * 20, arms, 3).p_value == 1.0
