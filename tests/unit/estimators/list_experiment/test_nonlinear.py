"""The two-step nonlinear regression: both sums of squares at their minimum, and the sandwich of both steps."""

import numpy as np
import pytest
from scipy.special import expit

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.nonlinear import fit_curve, nonlinear_least_squares
from analysis.estimators.list_experiment.regression import regression_data

N, J = 800, 3
RNG = np.random.default_rng(15)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
TREAT = np.arange(N) % 2
Y = RNG.binomial(J, expit(0.1 - 0.3 * AGE)) + TREAT * (RNG.random(N) < expit(-0.2 + 0.5 * AGE))
W = RNG.uniform(0.5, 2, N)
NAMES = ("Intercept", "age")


def data(**design):
    return regression_data(Y, TREAT, J, X, NAMES, **design)


def moments(theta, w):
    """(n, 4) contributions to both steps' equations."""
    delta, gamma = theta[:2], theta[2:]
    p, q = expit(X @ delta), expit(X @ gamma)
    first = np.where(TREAT == 0, w * (Y - J * q) * J * q * (1 - q), 0.0)
    second = np.where(TREAT == 1, w * (Y - J * q - p) * p * (1 - p), 0.0)
    return np.hstack([X * second[:, None], X * first[:, None]])


@pytest.mark.parametrize("weighted", [False, True])
def test_both_steps_are_at_their_minimum(weighted):
    w = W / W.mean() if weighted else np.ones(N)
    fit = nonlinear_least_squares(data(weights=W) if weighted else data())
    assert moments(fit.coefficients, w).sum(axis=0) == pytest.approx(np.zeros(4), abs=1e-5)
    assert fit.terms == ("sensitive.Intercept", "sensitive.age", "control.Intercept", "control.age")
    assert (fit.estimator, fit.model, fit.sensitive_n, fit.link) == ("nls", None, 2, "logit")
    assert fit.degrees_of_freedom == N - 4
    assert fit.method == "two-step nonlinear least squares, two-step sandwich"
    assert fit.convergence.is_converged
    assert (fit.convergence.undetermined_n, fit.convergence.separated_n, fit.warnings) == (0, 0, ())
    assert not fit.undetermined.any()
    assert len(fit.undetermined) == 4


@pytest.mark.parametrize("weighted", [False, True])
def test_the_covariance_is_a_sandwich_over_both_steps(weighted):
    """The derivative is the expected one: residuals drop out, as in Gauss and Newton's method."""
    w = W / W.mean() if weighted else np.ones(N)
    fit = nonlinear_least_squares(data(weights=W) if weighted else data())
    p, q = expit(X @ fit.coefficients[:2]), expit(X @ fit.coefficients[2:])
    own, base = X * (p * (1 - p))[:, None], X * (J * q * (1 - q))[:, None]
    one, zero = (w * (a == TREAT) for a in (1, 0))
    bread = np.zeros((4, 4))
    bread[:2, :2], bread[:2, 2:] = own.T @ (own * one[:, None]), own.T @ (base * one[:, None])
    bread[2:, 2:] = base.T @ (base * zero[:, None])
    pull = moments(fit.coefficients, w) @ np.linalg.inv(bread).T
    assert fit.influence == pytest.approx(pull, abs=1e-9)
    assert fit.covariance == pytest.approx(pull.T @ pull)


def test_under_a_design_pulls_of_a_cluster_are_added():
    clusters, strata = np.arange(N) // 8, (np.arange(N) // 8) % 2
    fit = nonlinear_least_squares(data(weights=W, clusters=clusters, strata=strata))
    totals = np.column_stack([np.bincount(clusters, weights=c) for c in fit.influence.T])
    wanted = np.zeros((4, 4))
    for s in (0, 1):
        left = totals[s::2] - totals[s::2].mean(axis=0)
        wanted += 50 / 49 * left.T @ left
    assert fit.covariance == pytest.approx(wanted)
    assert fit.degrees_of_freedom == 98
    assert fit.method == "two-step nonlinear least squares, linearised sandwich"


def test_rows_without_weight_do_not_count():
    weights = np.where(np.arange(N) < 30, 0.0, 1.0)
    fit = nonlinear_least_squares(data(weights=weights))
    assert fit.degrees_of_freedom == N - 30 - 4
    again = nonlinear_least_squares(regression_data(Y[30:], TREAT[30:], J, X[30:], NAMES))
    assert fit.coefficients == pytest.approx(again.coefficients, abs=1e-6)


def test_a_curve_through_a_mean_is_its_logit():
    y = np.array([0.0, 1.0, 2.0, 3.0, 3.0])
    made = fit_curve(y, np.ones((5, 1)), np.array([1.0, 1.0, 1.0, 1.0, 2.0]), 3)
    mean = (0 + 1 + 2 + 3 + 6) / 6
    assert made.beta == pytest.approx([np.log(mean / (3 - mean))])
    assert made.fitted == pytest.approx(np.full(5, mean))
    assert made.slope[:, 0] == pytest.approx(np.full(5, 3 * mean / 3 * (1 - mean / 3)))


def test_what_nobody_holds_is_singular_and_said_so():
    y = np.where(TREAT == 1, np.maximum(Y - 1, 0), Y)
    fit = nonlinear_least_squares(regression_data(y, TREAT, J, X, NAMES))
    assert len(fit.warnings) == 1
    with pytest.raises(
        EstimationError, match="response: the control model is singular; drop covariates or use the differ"
    ):
        nonlinear_least_squares(regression_data(np.where(TREAT == 0, 0, Y), TREAT, J, X, NAMES))
