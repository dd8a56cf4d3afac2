"""Several sensitive items: the likelihood by its definition, and what each arm alone would give."""

import numpy as np
import pytest
from scipy.special import expit, gammaln

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.several_items import (
    likelihood_several,
    linear_several,
    nonlinear_several,
    several_items_data,
)

N, J = 900, 3
RNG = np.random.default_rng(13)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
LEVEL = np.arange(N) % 3
HELD = RNG.random(N) < expit(np.array([0.0, -0.6, 0.3])[LEVEL] + 0.4 * AGE)
Y = RNG.binomial(J, expit(0.2 - 0.3 * AGE)) + HELD * (LEVEL > 0)
NAMES, LABELS = ("Intercept", "age"), ("one", "two")
W = RNG.uniform(0.5, 2, N)


def data(**design):
    return several_items_data(Y, LEVEL, J, X, NAMES, labels=LABELS, **design)


def log_likelihood(theta, condition):
    total = np.zeros(N)
    p = expit(X @ theta[4:6])
    for z in (0, 1):
        others = Y - z * (LEVEL > 0)
        k = np.clip(others, 0, J)
        eta = np.where(LEVEL == 1, X @ theta[:2], X @ theta[2:4])
        if condition == "level":
            eta = eta + np.where(LEVEL == 1, theta[6], theta[7]) * k
        eta = np.where(LEVEL == 0, 0.0, eta)
        item = expit(eta) if z else 1 - expit(eta)
        count = np.exp(gammaln(J + 1) - gammaln(k + 1) - gammaln(J - k + 1)) * p**k * (1 - p) ** (J - k)
        total += item * np.where((others >= 0) & (others <= J), count, 0.0)
    return np.log(total).sum()


@pytest.mark.parametrize("condition", ["none", "level"])
def test_the_likelihood_is_that_of_the_definition_and_has_no_slope(condition):
    fit = likelihood_several(data(), condition)
    theta = fit.coefficients
    assert fit.log_likelihood == pytest.approx(log_likelihood(theta, condition), rel=1e-9)
    for e in np.eye(len(theta)) * 1e-4:
        assert abs(log_likelihood(theta + e, condition) - log_likelihood(theta - e, condition)) / 2e-4 < 2e-3
    more = ["sensitive.one.other_items", "sensitive.two.other_items"] if condition == "level" else []
    assert list(fit.terms) == [
        "sensitive.one.Intercept", "sensitive.one.age", "sensitive.two.Intercept", "sensitive.two.age",
        "control.Intercept", "control.age", *more,
    ]  # fmt: skip
    assert (fit.estimator, fit.model, fit.sensitive_n, fit.link) == ("ml", condition, 2, "logit")
    assert fit.degrees_of_freedom == N - len(theta)
    assert fit.method.startswith("maximum likelihood, several items, ")


def test_the_linear_fit_has_a_block_for_each_item():
    fit = linear_several(data())
    full = np.hstack([X * (LEVEL == 1)[:, None], X * (LEVEL == 2)[:, None], X])
    assert fit.coefficients == pytest.approx(np.linalg.lstsq(full, Y, rcond=None)[0])
    assert (fit.estimator, fit.model, fit.sensitive_n, fit.link) == ("linear", None, 2, "identity")
    assert fit.degrees_of_freedom == N - 6
    plain = linear_several(several_items_data(Y, LEVEL, J))
    gaps = [Y[k == LEVEL].mean() - Y[LEVEL == 0].mean() for k in (1, 2)]
    assert plain.coefficients == pytest.approx([*gaps, Y[LEVEL == 0].mean()])
    assert plain.terms == ("sensitive.1.Intercept", "sensitive.2.Intercept", "control.Intercept")


@pytest.mark.parametrize("design", [{}, {"weights": W, "clusters": np.arange(N) // 6}])
def test_the_nonlinear_fit_is_that_of_each_arm_with_one_covariance(design):
    fit = nonlinear_several(data(**design))
    influence = np.zeros((N, 6))
    wanted = []
    for k in (1, 2):
        rows = (LEVEL == 0) | (k == LEVEL)
        w = None if "weights" not in design else W[rows]
        arm = nonlinear_least_squares(regression_data(Y[rows], LEVEL[rows] == k, J, X[rows], NAMES, weights=w))
        influence[rows, 2 * k - 2 : 2 * k] = arm.influence[:, :2]
        wanted += arm.coefficients[:2].tolist()
        if k == 1:
            influence[rows, 4:] = arm.influence[:, 2:]
            control = arm.coefficients[2:].tolist()
    assert fit.coefficients == pytest.approx([*wanted, *control])
    if design:
        totals = np.column_stack([np.bincount(design["clusters"], weights=c) for c in influence.T])
        left = totals - totals.mean(axis=0)
        assert fit.covariance == pytest.approx(150 / 149 * left.T @ left)
    else:
        assert fit.covariance == pytest.approx(influence.T @ influence)
    assert (fit.estimator, fit.sensitive_n, fit.link, fit.warnings) == ("nls", 2, "logit", ())
    assert fit.method == "two-step nonlinear least squares, two-step sandwich"
    assert fit.degrees_of_freedom == (149 if design else N - 6)
    assert len(fit.terms) == 6


def test_a_design_reaches_the_likelihood():
    fit = likelihood_several(data(weights=W, strata=np.arange(N) % 4))
    assert fit.degrees_of_freedom == N - 4
    assert fit.method == "maximum likelihood, several items, linearised sandwich"


@pytest.mark.parametrize(
    ("level", "labels", "message"),
    [
        (np.zeros(N), None, "treat: give 0 for the control list and 1..K for the sensitive items, without gaps"),
        (np.where(LEVEL == 1, 1.5, LEVEL), None, "treat: give 0 for the control list"),
        (np.where(LEVEL == 1, np.nan, LEVEL), None, "treat: give 0 for the control list"),
        (np.where(LEVEL == 1, -1, LEVEL), None, "treat: give 0 for the control list"),
        (LEVEL, ("one",), "sensitive levels: 1 names for 2 items; give one name for each"),
        (np.where(LEVEL == 1, 3, LEVEL), None, ""),
    ],
)
def test_levels_run_from_control_to_the_last_item(level, labels, message):
    with pytest.raises(EstimationError, match=message):
        several_items_data(Y, level, J, X, NAMES, labels=labels)


def test_an_unknown_condition_is_refused():
    with pytest.raises(EstimationError, match="condition is 'indicator'; choose 'none' or 'level'"):
        likelihood_several(data(), "indicator")
