"""Two-step nonlinear least squares list regression.

What belongs here: the two Gauss–Newton fits and the joint sandwich that carries the first into the second.
What must not: likelihoods; more than one sensitive item (see `several_items`, which uses these steps).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.densities import Term, component, one_argument
from analysis.estimators.likelihood import LikelihoodFit, maximise
from analysis.estimators.list_experiment.regression import (
    Convergence,
    ListRegression,
    RegressionData,
    coefficient_names,
)
from analysis.estimators.variance import FloatArray, design_covariance

# Beyond this logit the slope of the curve is 1e-6 and squares no longer see the coefficient.
FLAT_LOGIT = 14.0

SINGULAR_WARNING = (
    "nonlinear least squares is singular: the treated answers do not determine the sensitive coefficients; "
    "use --estimator linear, or ml with care"
)


@dataclass(frozen=True, slots=True, eq=False)
class CurveFit:
    """Least squares of y on size × logistic(Xβ).

    Attributes
    ----------
    beta, fitted, slope
        (k,), (n,) fitted values, (n, k) derivative of the fitted values.
    search
        How the search ended; its log-likelihood is minus half the sum of squares.
    """

    beta: FloatArray
    fitted: FloatArray
    slope: FloatArray
    search: LikelihoodFit


def fit_curve(y: FloatArray, X: FloatArray, w: FloatArray, size: float) -> CurveFit:
    """Fit y = size × logistic(Xβ) by weighted least squares from zero.

    Parameters
    ----------
    y, X, w
        (n,), (n, k), (n,) weights.
    size
        Number of items behind y: J for control counts, 1 for the sensitive item.

    Returns
    -------
    CurveFit

    Example
    -------
    >>> round(float(fit_curve(np.array([0.0, 1.0, 1.0, 1.0]), np.ones((4, 1)), np.ones(4), 1).beta[0]), 6)
    1.098612
    """
    search = maximise(lambda eta, rows: [component(_minus_half_square(y[rows], eta[:, 0], size))], [X], weights=w)
    fitted, slope = _curve(X, search.theta, size)
    return CurveFit(search.theta, fitted, slope, search)


def _minus_half_square(y: FloatArray, eta: FloatArray, size: float) -> Term:
    p = special.expit(eta)
    slope, residual = size * p * (1 - p), y - size * p
    return one_argument(-0.5 * residual**2, residual * slope, residual * slope * (1 - 2 * p) - slope**2, [1.0])


def _curve(X: FloatArray, beta: FloatArray, size: float) -> tuple[FloatArray, FloatArray]:
    p = special.expit(X @ beta)
    return size * p, X * (size * p * (1 - p))[:, None]


def nonlinear_least_squares(data: RegressionData) -> ListRegression:
    """Fit the two-step nonlinear list regression.

    First the control counts on J × logistic(xγ) in the control arm, then what is left of the treated counts on
    logistic(xδ). It needs no distribution of the counts, only their means. May be singular; then it says so.

    Parameters
    ----------
    data
        From `regression_data`.

    Returns
    -------
    ListRegression

    Raises
    ------
    EstimationError
        When the control model is singular, or as `design_covariance`.

    Source
        Imai 2011, JASA 106(494), section 2.2, eqs (4)–(6); joint sandwich as two-step GMM. With weights R list 9.2.6
        leaves them out of its covariance; here they are in.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> nonlinear_least_squares(data).terms
    ('sensitive.Intercept', 'control.Intercept')
    """
    y, z, w, X = data.responses.y, data.responses.treat, data.w, data.X
    control = fit_curve(y[z == 0], X[z == 0], w[z == 0], data.responses.items)
    if control.search.undetermined_n:
        raise EstimationError("response: the control model is singular; drop covariates or use the difference in means")
    expected, expected_slope = _curve(X, control.beta, data.responses.items)
    sensitive = fit_curve((y - expected)[z == 1], X[z == 1], w[z == 1], 1.0)
    theta = np.concatenate([sensitive.beta, control.beta])
    influence = _influence(data, sensitive, control, expected, expected_slope)
    covariance, df, method = _covariance(influence, data, len(theta))
    convergence, warnings = _ending(sensitive, control, X)
    return ListRegression(
        "nls",
        None,
        f"two-step nonlinear least squares, {method}",
        coefficient_names(data.names),
        theta,
        covariance,
        influence,
        X.shape[1],
        "logit",
        data,
        df,
        convergence=convergence,
        undetermined=np.concatenate([sensitive.search.undetermined, control.search.undetermined]),
        warnings=warnings,
    )


def _influence(
    data: RegressionData, sensitive: CurveFit, control: CurveFit, expected: FloatArray, expected_slope: FloatArray
) -> FloatArray:
    """Pull of each respondent on (δ, γ): moments of both steps times the inverse of their joint derivative."""
    y, z, w = data.responses.y, data.responses.treat, data.w
    k = data.X.shape[1]
    moments = np.zeros((data.responses.n, 2 * k))
    moments[z == 1, :k] = sensitive.slope * (w[z == 1] * ((y - expected)[z == 1] - sensitive.fitted))[:, None]
    moments[z == 0, k:] = control.slope * (w[z == 0] * (y[z == 0] - control.fitted))[:, None]
    derivative = np.zeros((2 * k, 2 * k))
    weighted = sensitive.slope * w[z == 1][:, None]
    derivative[:k, :k] = weighted.T @ sensitive.slope
    derivative[:k, k:] = weighted.T @ expected_slope[z == 1]
    derivative[k:, k:] = control.slope.T @ (control.slope * w[z == 0][:, None])
    pull: FloatArray = moments @ np.linalg.pinv(derivative, rcond=1e-14).T
    return pull


def _covariance(influence: FloatArray, data: RegressionData, k: int) -> tuple[FloatArray, float, str]:
    if data.strata is None and data.clusters is None:
        return influence.T @ influence, float(np.sum(data.w > 0) - k), "two-step sandwich"
    design = design_covariance(influence, data.strata, data.clusters)
    return design.matrix, float(design.degrees_of_freedom), "linearised sandwich"


def _ending(sensitive: CurveFit, control: CurveFit, X: FloatArray) -> tuple[Convergence, tuple[str, ...]]:
    separated = int(np.sum(np.abs(X @ sensitive.beta) > FLAT_LOGIT))
    convergence = Convergence(
        sensitive.search.is_converged and control.search.is_converged,
        sensitive.search.iterations + control.search.iterations,
        sensitive.search.remaining_gain,
        sensitive.search.undetermined_n,
        separated,
    )
    is_lost = convergence.undetermined_n > 0 or separated > 0 or not convergence.is_converged
    return convergence, (SINGULAR_WARNING,) if is_lost else ()
