"""List regressions whose average prediction is held at the difference in means.

What belongs here: the generalised method of moments that adds the difference in means to the moments of a regression.
What must not: the regressions themselves (`mixture`, `nonlinear`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize, special, stats

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, mix
from analysis.estimators.likelihood import EVERY
from analysis.estimators.list_experiment.agreement import weighted_difference
from analysis.estimators.list_experiment.mixture import list_density, maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.regression import ListRegression, RegressionData
from analysis.estimators.variance import FloatArray, design_covariance

Moments = Callable[[FloatArray], FloatArray]
# Rounds of weighting after the first fit, as the reference does.
ROUNDS = 3
STEP = 1e-6
NO_SPREAD = 1e-8
OUTSIDE = "the difference in means is {:.3f}, which no share can be: the regression cannot be held at it"


def robust_regression(data: RegressionData, estimator: str) -> tuple[ListRegression, float]:
    """Fit a list regression that keeps its average prediction near the difference in means.

    Use it where the model and the difference in means disagree: covariates then describe who holds the item, and the
    design says how many do. Assumes no design effect and no liars; not the distribution of counts on average.

    Parameters
    ----------
    data
        From `regression_data`, with covariates that vary.
    estimator
        `ml` (constrained) or `nls`: whose moments are combined with the difference in means.

    Returns
    -------
    tuple
        The regression, and the p-value of Hansen's test that all moments hold.

    Raises
    ------
    EstimationError
        When the estimator is unknown, fitted shares do not vary, the difference in means is outside 0 to 1, or the
        moments repeat each other.

    Source
        Blair, Chou & Imai 2019, Political Analysis 27(4), section 4.1; weights of the moments as in
        `ictreg(robust = TRUE)` of R list 9.2.6, which take the difference in means as known and so hold the model
        close to it. The covariance here, unlike there, carries the error of that difference.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> rng = np.random.default_rng(1)
    >>> x, z = rng.integers(0, 2, 800), np.arange(800) % 2
    >>> y = rng.binomial(3, 0.4, 800) + z * (rng.random(800) < 0.2 + 0.3 * x)
    >>> data = regression_data(y, z, 3, np.column_stack([np.ones(800), x]), ["Intercept", "x"])
    >>> robust_regression(data, "ml")[0].estimator
    'robust-ml'
    """
    first, moments, slopes = _start(data, estimator)
    difference, pull = weighted_difference(data)
    if not 0 < difference < 1:
        raise EstimationError(OUTSIDE.format(difference))
    k, n = data.X.shape[1], data.responses.n
    share = data.w / data.w.mean()

    def stacked(theta: FloatArray) -> FloatArray:
        gap = share * (difference - special.expit(data.X @ theta[:k]))
        return np.column_stack([moments(theta), gap])

    def mean_slope(theta: FloatArray) -> FloatArray:
        p = special.expit(data.X @ theta[:k])
        gap = np.concatenate([-(share * p * (1 - p)) @ data.X / n, np.zeros(len(theta) - k)])
        return np.vstack([slopes(theta), gap])

    if np.ptp(data.X @ first.coefficients[:k]) < NO_SPREAD:
        raise EstimationError("fitted shares do not vary: the regression has nothing to add to the difference in means")
    theta = first.coefficients
    for _ in range(ROUNDS):
        root = _weight_root(stacked(theta))
        theta = _minimised(stacked, mean_slope, root, theta)
    slope = mean_slope(theta)
    pulled = stacked(theta)
    pulled[:, -1] += n * pull
    weighted = root.T @ root @ slope
    influence = -pulled @ weighted @ np.linalg.inv(slope.T @ weighted) / n
    design = design_covariance(influence, data.strata, data.clusters)
    statistic, p_value = _hansen(pulled, slope, root, n)
    made = replace(
        first,
        estimator=f"robust-{estimator}",
        method=f"{first.method.split(',')[0]} held at the difference in means, linearised sandwich",
        coefficients=theta,
        covariance=design.matrix,
        influence=influence,
        degrees_of_freedom=float(design.degrees_of_freedom),
        log_likelihood=None,
        undetermined=None,
        warnings=first.warnings,
    )
    return made, p_value if np.isfinite(statistic) else 1.0


def _start(data: RegressionData, estimator: str) -> tuple[ListRegression, Moments, Moments]:
    """The regression on its own; its moments, one row a respondent; the slope of their mean."""
    w = (data.w / data.w.mean())[:, None]
    if estimator == "ml":
        return maximum_likelihood(data), *_likelihood_moments(data, w)
    if estimator == "nls":

        def moments(theta: FloatArray) -> FloatArray:
            return np.asarray(_least_squares_moments(data, theta) * w)

        return nonlinear_least_squares(data), moments, lambda at: _slope(lambda t: moments(t).mean(axis=0), at)
    raise EstimationError(f"estimator is '{estimator}'; a robust form exists for ml and nls")


def _likelihood_moments(data: RegressionData, w: FloatArray) -> tuple[Moments, Moments]:
    """Weighted scores of the constrained likelihood, and the mean of their derivatives."""
    density, X = list_density(data, "constrained"), data.X

    def part(theta: FloatArray) -> Component:
        return mix(density(np.column_stack([X @ block for block in np.split(theta, 2)]), EVERY))[0]

    def scores(theta: FloatArray) -> FloatArray:
        first = part(theta).first
        return np.asarray(np.hstack([X * first[:, [m]] for m in (0, 1)]) * w)

    def slopes(theta: FloatArray) -> FloatArray:
        second = part(theta).second
        rows = [np.hstack([X.T @ (w * second[:, m, [j]] * X) for j in (0, 1)]) for m in (0, 1)]
        return np.asarray(np.vstack(rows) / len(X))

    return scores, slopes


def _least_squares_moments(data: RegressionData, theta: FloatArray) -> FloatArray:
    y, z, J, X = data.responses.y, data.responses.treat, data.responses.items, data.X
    p, q = (special.expit(X @ block) for block in np.split(theta, 2))
    treated = z * (y - J * q - p) * p * (1 - p)
    control = (1 - z) * (y - J * q) * J * q * (1 - q)
    return np.asarray(np.hstack([X * treated[:, None], X * control[:, None]]), dtype=np.float64)


def _weight_root(moments: FloatArray) -> FloatArray:
    """R with R'R the inverse of the moments' mean cross product."""
    product = moments.T @ moments / len(moments)
    try:
        return np.asarray(np.linalg.inv(np.linalg.cholesky(product)))
    except np.linalg.LinAlgError as error:
        raise EstimationError("the moments of the robust regression repeat each other; drop covariates") from error


def _minimised(stacked: Moments, slope: Moments, root: FloatArray, theta: FloatArray) -> FloatArray:
    def aimed(at: FloatArray) -> FloatArray:
        return np.asarray(root @ stacked(at).mean(axis=0))

    found = optimize.least_squares(
        aimed, theta, jac=lambda at: root @ slope(at), xtol=1e-12, ftol=1e-14, gtol=1e-12, max_nfev=500
    )
    return np.asarray(found.x)


def _slope(mean: Callable[[FloatArray], FloatArray], theta: FloatArray) -> FloatArray:
    steps = STEP * np.eye(len(theta))
    return np.column_stack([(mean(theta + e) - mean(theta - e)) / (2 * STEP) for e in steps])


def _hansen(pulled: FloatArray, slope: FloatArray, root: FloatArray, n: int) -> tuple[float, float]:
    """One more moment than coefficients: how far from 0 the moments stay, in standard errors."""
    weighted = root.T @ root @ slope
    left = np.eye(len(slope)) - slope @ np.linalg.inv(slope.T @ weighted) @ weighted.T
    covariance = left @ (pulled.T @ pulled / n) @ left.T
    axes = np.linalg.eigh(covariance)[1][:, -1]
    size = float(axes @ covariance @ axes)
    statistic = n * float(axes @ left @ pulled.mean(axis=0)) ** 2 / size if size > 0 else 0.0
    return statistic, float(stats.chi2.sf(statistic, 1))
