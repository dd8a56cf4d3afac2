import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.difference import difference_in_means

ROUNDING = 1e-9  # the same sums in another order
J = 3
seeds = st.integers(0, 100_000)


def simulated(seed, n=60, top=J + 1):
    rng = np.random.default_rng(seed)
    treat = rng.permutation(np.repeat([0, 1], n // 2))
    response = np.where(treat == 1, rng.integers(0, top + 1, n), rng.integers(0, J + 1, n))
    return response, treat, rng.uniform(0.2, 3, n), np.repeat(np.arange(n // 3), 3)


def test_difference_and_arm_means_by_hand():
    result = difference_in_means([0, 2] * 5 + [1, 4] * 5, [0] * 10 + [1] * 10, J)
    assert (result.difference.value, result.control_mean.value, result.treated_mean.value) == (1.5, 1.0, 2.5)
    assert result.difference.se == pytest.approx(np.sqrt(10 / 81 + 22.5 / 81), rel=ROUNDING)
    assert (result.difference.n, result.control_mean.n, result.difference.effective_n) == (20, 10, 20.0)


def test_arms_that_share_clusters_are_not_independent():
    response, treat, _, cluster = simulated(1)
    result = difference_in_means(response, treat, J, clusters=cluster)
    independent = np.hypot(result.control_mean.se, result.treated_mean.se)
    assert result.difference.se != pytest.approx(independent, rel=1e-3)
    assert result.difference.degrees_of_freedom == 19


def test_effective_n_falls_when_weights_vary():
    response, treat, w, _ = simulated(2, n=600)
    result = difference_in_means(response, treat, J, weights=w**2)
    assert result.difference.effective_n < 500
    equal = difference_in_means(response, treat, J, weights=np.full(600, 7.0))
    assert equal.difference.effective_n == pytest.approx(600, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_row_order_does_not_matter(seed):
    response, treat, w, cluster = simulated(seed)
    order = np.random.default_rng(seed).permutation(len(treat))
    one = difference_in_means(response, treat, J, weights=w, clusters=cluster).difference
    two = difference_in_means(response[order], treat[order], J, weights=w[order], clusters=cluster[order]).difference
    assert (one.value, one.se) == pytest.approx((two.value, two.se), rel=ROUNDING, abs=ROUNDING)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_a_row_equals_two_copies_with_half_its_weight(seed):
    response, treat, w, cluster = simulated(seed)
    one = difference_in_means(response, treat, J, weights=w, clusters=cluster).difference
    columns = [np.repeat(column, 2) for column in (response, treat, w / 2, cluster)]
    two = difference_in_means(columns[0], columns[1], J, weights=columns[2], clusters=columns[3]).difference
    assert (one.value, one.se) == pytest.approx((two.value, two.se), rel=ROUNDING, abs=ROUNDING)


def test_two_copies_without_their_cluster_look_too_precise():
    """Negative twin: duplicated rows must be declared as clusters."""
    response, treat, w, _ = simulated(3)
    one = difference_in_means(response, treat, J, weights=w).difference
    two = difference_in_means(np.repeat(response, 2), np.repeat(treat, 2), J, weights=np.repeat(w / 2, 2)).difference
    assert two.se < 0.8 * one.se


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from(["hc3", "neyman"]))
def test_relabelling_the_arms_reverses_the_sign_only(seed, factor):
    response, treat, _, _ = simulated(seed, top=J)
    one = difference_in_means(response, treat, J, factor=factor)
    two = difference_in_means(response, 1 - treat, J, factor=factor)
    assert one.difference.value == pytest.approx(-two.difference.value, abs=ROUNDING)
    assert one.difference.se == pytest.approx(two.difference.se, rel=ROUNDING)
    assert one.control_mean.value == two.treated_mean.value


def test_a_two_sample_factor_is_refused_under_a_design():
    response, treat, w, _ = simulated(4)
    with pytest.raises(EstimationError, match="factor 'neyman' is for independent respondents"):
        difference_in_means(response, treat, J, weights=w, factor="neyman")


def test_one_arm_without_weight_is_refused():
    response, treat, _, _ = simulated(5)
    with pytest.raises(EstimationError, match="arm 0"):
        difference_in_means(response, treat, J, weights=treat)


def test_constant_answers_give_an_error_of_zero_and_no_nan():
    result = difference_in_means([1] * 20, [0] * 10 + [1] * 10, J, clusters=np.arange(20))
    assert (result.difference.value, result.difference.se, result.difference.effective_n) == (0.0, 0.0, None)


def test_arm_means_and_effective_sizes_under_a_design_by_hand():
    response, treat, w, cluster = simulated(6)
    made = difference_in_means(response, treat, J, weights=w, clusters=cluster, confidence=0.9)
    means, pulls, simple = [], [], []
    for arm in (1, 0):
        rows = treat == arm
        share = w * rows / w[rows].sum()
        means.append(share @ response)
        pulls.append(np.bincount(cluster, weights=share * (response - means[-1])))
        simple.append(share @ (response - means[-1]) ** 2 / (rows.sum() - 1))
    covariance = 20 / 19 * np.array([[a @ b for b in pulls] for a in pulls])
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert made.difference.value == pytest.approx(means[0] - means[1])
    assert made.difference.se == pytest.approx(np.sqrt(variance))
    assert (made.treated_mean.se, made.control_mean.se) == pytest.approx(tuple(np.sqrt(np.diag(covariance))))
    assert made.difference.effective_n == pytest.approx(60 * sum(simple) / variance)
    assert made.treated_mean.effective_n == pytest.approx(30 * simple[0] / covariance[0, 0])
    assert made.control_mean.effective_n == pytest.approx(30 * simple[1] / covariance[1, 1])
    t = stats.t.ppf(0.95, 19)
    for one, term, n in (
        (made.difference, "difference", 60), (made.treated_mean, "treated_mean", 30),
        (made.control_mean, "control_mean", 30),
    ):  # fmt: skip
        assert (one.term, one.n, one.degrees_of_freedom, one.confidence) == (term, n, 19, 0.9)
        assert one.method == "difference in weighted means, linearised with-replacement variance"
        assert one.high - one.value == pytest.approx(t * one.se)
        assert one.unit == made.difference.unit


@pytest.mark.parametrize("factor", ["neyman", "hc3"])
def test_the_variance_without_a_design_by_hand(factor):
    response, treat, _, _ = simulated(7)
    made = difference_in_means(response, treat, J, factor=factor)
    squares = [((response[treat == a] - response[treat == a].mean()) ** 2).sum() for a in (1, 0)]
    # Neyman divides by n (n − 1), HC3 by (n − 1)²
    each = [s / (30 * 29 if factor == "neyman" else 29**2) for s in squares]
    assert made.difference.se == pytest.approx(np.sqrt(sum(each)))
    assert made.treated_mean.se == pytest.approx(np.sqrt(each[0]))
    assert made.difference.method == f"difference in means, {factor} variance"
    assert (made.difference.degrees_of_freedom, made.treated_mean.effective_n) == (None, 30)
