import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators.variance import (
    arm_mean_covariance,
    dense_codes,
    design_covariance,
    least_squares,
    mean_variance,
    neyman_variance,
)

SAME_ARITHMETIC = 1e-9  # closed forms computed in another order
N = 120


@pytest.fixture
def trial():
    rng = np.random.default_rng(5)
    treat = rng.integers(0, 2, N)
    cluster = np.repeat(np.arange(24), 5)
    y = rng.normal(size=N) + treat + rng.normal(size=24)[cluster]
    return y, treat, cluster, rng.uniform(0.5, 2, N)


def two_arm_design(treat):
    return np.column_stack([np.ones(len(treat)), treat]).astype(float)


@pytest.mark.parametrize(("factor", "name"), [("neyman", "HC2"), ("hc3", "HC3")])
def test_two_sample_factors_are_those_of_the_saturated_regression(trial, factor, name):
    y, treat, _, _ = trial
    ours = mean_variance(y[treat == 1], factor) + mean_variance(y[treat == 0], factor)
    theirs = sm.OLS(y, two_arm_design(treat)).fit(cov_type=name).bse[1] ** 2
    assert ours == pytest.approx(theirs, rel=SAME_ARITHMETIC)


def test_neyman_variance_by_hand():
    assert neyman_variance(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == 0.25


def test_one_answer_has_no_variance():
    with pytest.raises(EstimationError, match="at least 2"):
        mean_variance(np.array([1.0]), "neyman")


def test_unknown_two_sample_factor_is_refused():
    with pytest.raises(EstimationError, match="factor is 'hc7'"):
        mean_variance(np.array([1.0, 2.0]), "hc7")


def test_stata_factor_equals_statsmodels(trial):
    y, treat, cluster, _ = trial
    design = two_arm_design(treat)
    theirs = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": cluster}).bse
    np.testing.assert_allclose(
        least_squares(y, design, clusters=cluster, factor="stata").standard_errors, theirs, rtol=SAME_ARITHMETIC
    )


def test_the_three_factors_differ_as_documented(trial):
    y, treat, cluster, _ = trial
    design, clusters_n = two_arm_design(treat), 24
    bare, designed, stata = (
        least_squares(y, design, clusters=cluster, factor=f).covariance[1, 1] for f in ("none", "design", "stata")
    )
    assert designed / bare == pytest.approx(clusters_n / (clusters_n - 1), rel=SAME_ARITHMETIC)
    assert stata / designed == pytest.approx((N - 1) / (N - 2), rel=SAME_ARITHMETIC)


def test_singleton_clusters_give_hc1(trial):
    y, treat, _, _ = trial
    theirs = sm.OLS(y, two_arm_design(treat)).fit(cov_type="HC1").bse
    ours = least_squares(y, two_arm_design(treat), factor="stata").standard_errors
    np.testing.assert_allclose(ours, theirs, rtol=SAME_ARITHMETIC)


def test_weighted_coefficients_equal_statsmodels(trial):
    y, treat, _, w = trial
    design = two_arm_design(treat)
    np.testing.assert_allclose(
        least_squares(y, design, weights=w).coefficients,
        sm.WLS(y, design, weights=w).fit().params,
        rtol=SAME_ARITHMETIC,
    )


def test_regression_and_linearised_means_give_one_variance(trial):
    y, treat, cluster, w = trial
    strata = cluster % 4
    fit = least_squares(y, two_arm_design(treat), weights=w, strata=strata, clusters=cluster)
    covariance = arm_mean_covariance(y, treat, w, strata, cluster).matrix
    assert covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] == pytest.approx(
        fit.covariance[1, 1], rel=SAME_ARITHMETIC
    )
    assert covariance[1, 1] == pytest.approx(fit.covariance[0, 0], rel=SAME_ARITHMETIC)


def test_covariance_is_free_of_the_scale_of_the_weights(trial):
    y, treat, cluster, w = trial
    one, many = (arm_mean_covariance(y, treat, k * w, clusters=cluster).matrix for k in (1, 1000))
    np.testing.assert_allclose(one, many, rtol=SAME_ARITHMETIC)


def test_cluster_codes_are_nested_in_strata(trial):
    y, treat, cluster, _ = trial
    strata = np.array(["north", "south"])[(cluster % 2)]
    local_code = cluster // 2  # the same twelve codes in both strata
    nested = arm_mean_covariance(y, treat, strata=strata, clusters=local_code)
    unique = arm_mean_covariance(y, treat, strata=strata, clusters=cluster)
    np.testing.assert_allclose(nested.matrix, unique.matrix, rtol=SAME_ARITHMETIC)
    assert (nested.clusters_n, nested.strata_n, nested.degrees_of_freedom) == (24, 2, 22)


def test_stratified_covariance_by_hand():
    scores = np.array([[1.0], [3.0], [10.0], [10.0]])
    assert design_covariance(scores, strata=[1, 1, 2, 2]).matrix[0, 0] == pytest.approx(4.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    scores, cluster = rng.normal(size=(40, 2)), rng.integers(0, 8, 40)
    order = rng.permutation(40)
    np.testing.assert_allclose(
        design_covariance(scores, clusters=cluster).matrix,
        design_covariance(scores[order], clusters=cluster[order]).matrix,
        atol=SAME_ARITHMETIC,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"strata": [1, 1, 1, 2]}, "strata '2' holds one cluster only"),
        ({"clusters": [7, 7, 7, 7]}, "one cluster only"),
        ({"clusters": [1, 2, 3]}, r"clusters has shape \(3,\)"),
        ({"strata": [1.0, 1.0, np.nan, 1.0]}, "strata is missing at position 3"),
        ({"strata": np.array(["a", None, "a", "a"], dtype=object)}, "strata is missing at position 2"),
        ({"clusters": ["a", "b", "c", ""]}, "clusters is missing at position 4"),
    ],
)
def test_broken_designs_are_refused(arguments, words):
    with pytest.raises(EstimationError, match=words):
        design_covariance(np.ones((4, 1)), **arguments)


@pytest.mark.parametrize(
    ("design", "options", "words"),
    [
        (np.ones((4, 2)), {}, "lower rank"),
        (np.ones((4, 1)), {"factor": "cr9"}, "factor is 'cr9'"),
        (np.ones((4, 1)), {"factor": "stata", "strata": [1, 1, 2, 2]}, "no stratified form"),
    ],
)
def test_least_squares_refuses_what_it_cannot_answer(design, options, words):
    with pytest.raises(EstimationError, match=words):
        least_squares(np.arange(4.0), design, **options)


def test_an_arm_without_weight_is_refused():
    with pytest.raises(EstimationError, match="arm 1"):
        arm_mean_covariance(np.arange(4.0), np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 0.0, 0.0]))


@pytest.mark.parametrize(
    "codes",
    [
        np.array([1.0, np.nan, 2.0, 1.0]),
        np.array(["a", "", "b", "a"]),
        np.array(["a", None, "b", "a"], dtype=object),
        np.array(["a", "", "b", "a"], dtype=object),
        np.array(["a", float("nan"), "b", "a"], dtype=object),
    ],
)
def test_a_missing_code_is_named_by_its_position(codes):
    with pytest.raises(EstimationError, match="strata is missing at position 2; drop the row or give it a code"):
        dense_codes(codes, "strata", 4, np.zeros(4, dtype=np.int64))


def test_codes_are_numbered_in_sorted_order():
    default = np.array([1], dtype=np.int64)
    assert dense_codes(None, "strata", 1, default) is default
    assert dense_codes(["b", "a", "b"], "strata", 3, default).tolist() == [1, 0, 1]
    assert dense_codes([7, 0, 7], "strata", 3, default).tolist() == [1, 0, 1]
    assert dense_codes([0.5, 0.0, 0.5], "strata", 3, default).tolist() == [1, 0, 1]
    with pytest.raises(EstimationError, match=r"clusters has shape \(2,\); give one code for each of the 3 rows"):
        dense_codes([1, 2], "clusters", 3, default)
