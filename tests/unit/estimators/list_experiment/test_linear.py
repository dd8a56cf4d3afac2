"""The linear list regression by its formulas, and what every regression of a list turns into records."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.regression import (
    ListRegression,
    checked_covariates,
    coefficient_names,
    covariance_of,
    hc3_or_design,
    linear_regression,
    refuse_repeated_columns,
    regression_data,
)

N = 90
RNG = np.random.default_rng(2)
TREAT = np.arange(N) % 2
AGE = RNG.normal(size=N)
Y = np.clip(np.round(1.5 + 0.6 * AGE + 0.5 * TREAT + RNG.normal(size=N)), 0, 3)
X = np.column_stack([np.ones(N), AGE])
NAMES = ("Intercept", "age")
W = RNG.uniform(0.5, 2.0, N)


def data(**design):
    return regression_data(Y, TREAT, 3, X, NAMES, **design)


FULL = np.hstack([X * TREAT[:, None], X])


def test_without_a_design_the_covariance_is_hc3():
    made = linear_regression(data())
    beta = np.linalg.lstsq(FULL, Y, rcond=None)[0]
    bread = np.linalg.inv(FULL.T @ FULL)
    leverage = np.diag(FULL @ bread @ FULL.T)
    scaled = FULL * ((Y - FULL @ beta) / (1 - leverage))[:, None]
    assert made.coefficients == pytest.approx(beta)
    assert made.covariance == pytest.approx(bread @ scaled.T @ scaled @ bread)
    assert made.influence == pytest.approx(scaled @ bread)
    assert made.degrees_of_freedom == N - 4
    assert made.method == "least squares, HC3"
    assert made.terms == ("sensitive.Intercept", "sensitive.age", "control.Intercept", "control.age")
    assert (made.estimator, made.model, made.sensitive_n, made.link) == ("linear", None, 2, "identity")


def test_weights_enter_coefficients_leverage_and_residuals():
    weights = np.where(np.arange(N) < 6, 0.0, W)
    made = linear_regression(data(weights=weights))
    w = weights / weights[weights > 0].mean()
    bread = np.linalg.inv(FULL.T @ (FULL * w[:, None]))
    beta = bread @ FULL.T @ (w * Y)
    leverage = w * np.diag(FULL @ bread @ FULL.T)
    scaled = FULL * (w * (Y - FULL @ beta) / (1 - leverage))[:, None]
    assert made.coefficients == pytest.approx(beta)
    assert made.covariance == pytest.approx(bread @ scaled.T @ scaled @ bread)
    assert made.degrees_of_freedom == N - 6 - 4


@pytest.mark.parametrize("design", [{"clusters": np.arange(N) // 3}, {"strata": np.arange(N) % 5}])
def test_under_a_design_the_covariance_is_linearised(design):
    made = linear_regression(data(**design, weights=W))
    w = W / W.mean()
    bread = np.linalg.inv(FULL.T @ (FULL * w[:, None]))
    beta = bread @ FULL.T @ (w * Y)
    influence = FULL * (w * (Y - FULL @ beta))[:, None] @ bread
    assert made.coefficients == pytest.approx(beta)
    assert made.influence == pytest.approx(influence)
    if "clusters" in design:
        totals = np.array([influence[design["clusters"] == c].sum(axis=0) for c in range(30)])
        wanted = 30 / 29 * (totals - totals.mean(axis=0)).T @ (totals - totals.mean(axis=0))
    else:
        wanted = np.zeros((4, 4))
        for s in range(5):
            part = influence[design["strata"] == s]
            left = part - part.mean(axis=0)
            wanted += len(part) / (len(part) - 1) * left.T @ left
    assert made.covariance == pytest.approx(wanted)
    assert covariance_of(influence, made.data) == pytest.approx(wanted)
    assert made.method == "least squares, linearised sandwich"


def test_hc3_and_the_design_share_their_coefficients():
    one, two = data(weights=W), data(weights=W, clusters=np.arange(N))
    assert hc3_or_design(Y, X, one)[0] == pytest.approx(hc3_or_design(Y, X, two)[0])


def test_coefficients_become_records():
    made = linear_regression(data())
    records = made.estimates(0.9)
    t = stats.t.ppf(0.95, N - 4)
    assert [r.term for r in records] == list(made.terms)
    assert [r.value for r in records] == pytest.approx(made.coefficients)
    assert [r.se for r in records] == pytest.approx(np.sqrt(np.diag(made.covariance)))
    assert [r.high for r in records] == pytest.approx(made.coefficients + t * made.standard_errors)
    assert {(r.n, r.unit, r.method, r.confidence) for r in records} == {(N, "items", "least squares, HC3", 0.9)}
    assert made.estimates()[0].confidence == 0.95


def test_coefficients_that_the_data_do_not_determine_have_no_error():
    made = linear_regression(data())
    lost = ListRegression(
        "ml", "constrained", "by hand", made.terms, made.coefficients, np.diag([1.0, 4.0, -1e-12, 1.0]), made.influence,
        2, "logistic", made.data, 20.0, undetermined=np.array([False, True, False, False]),
    )  # fmt: skip
    records = lost.estimates()
    assert [r.se for r in records] == [1.0, None, 0.0, 1.0]
    assert (records[1].low, records[1].high, records[1].value) == (None, None, made.coefficients[1])
    assert {r.unit for r in records} == {"log odds"}


def test_names_of_coefficients():
    assert coefficient_names(["a", "b"], ("control", "other")) == (
        "sensitive.a", "sensitive.b", "control.a", "control.b", "other.a", "other.b",
    )  # fmt: skip


def test_covariates_are_checked():
    matrix, labels = checked_covariates(None, None, 3)
    assert (matrix.tolist(), labels) == ([[1.0]] * 3, ("Intercept",))
    assert checked_covariates([[1, 2], [3, 4]], None, 2)[1] == ("x0", "x1")
    assert checked_covariates([[1, 2], [3, 4]], ["a", "b"], 2)[1] == ("a", "b")
    for wrong, n in (([1, 2], 2), ([[1], [2]], 3)):
        with pytest.raises(
            EstimationError, match=rf"covariates have shape .*; give {n} rows, one column for each covari"
        ):
            checked_covariates(wrong, None, n)
    with pytest.raises(EstimationError, match="covariates have 2 columns but 1 names; give one for each"):
        checked_covariates([[1, 2]], ["a"], 1)
    with pytest.raises(EstimationError, match="covariate 'b' is nan at position 2; drop the row or code it"):
        checked_covariates([[1, 2], [3, np.nan], [np.inf, 1]], ["a", "b"], 3)


def test_repeated_columns_are_named():
    x = np.column_stack([np.ones(5), np.arange(5.0), 3 * np.arange(5.0) - 2])
    refuse_repeated_columns(x[:, :2] * [1, 1e-9], ("one", "a"), "the sample")
    with pytest.raises(
        EstimationError, match="covariate 'b' is constant or repeats other covariates in the sample; remov"
    ):
        refuse_repeated_columns(x, ("one", "a", "b"), "the sample")
    with pytest.raises(EstimationError, match="covariate 'a' is constant or repeats other covariates in arm 1"):
        refuse_repeated_columns(x * [1, 0, 1], ("one", "a", "b"), "arm 1")
    with pytest.raises(
        EstimationError, match="covariates: 3 coefficients for 2 rows in the sample; drop covariates or co"
    ):
        refuse_repeated_columns(x[:2], ("one", "a", "b"), "the sample")
    refuse_repeated_columns(np.eye(3), ("a", "b", "c"), "the sample")


def test_columns_are_looked_at_in_each_arm_among_rows_with_weight():
    only_treated = np.column_stack([np.ones(N), TREAT * AGE])
    with pytest.raises(
        EstimationError, match="covariate 'age' is constant or repeats other covariates in the control arm"
    ):
        regression_data(Y, TREAT, 3, only_treated, NAMES)
    only_control = np.column_stack([np.ones(N), (1 - TREAT) * AGE])
    with pytest.raises(EstimationError, match="in the treated arm"):
        regression_data(Y, TREAT, 3, only_control, NAMES)
    flat = np.column_stack([np.ones(N), np.where(np.arange(N) < 10, AGE, 1.0)])
    with pytest.raises(EstimationError, match="in the control arm"):
        regression_data(Y, TREAT, 3, flat, NAMES, weights=np.where(np.arange(N) < 10, 0.0, 1.0))
