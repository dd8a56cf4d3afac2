"""Linear and logistic regression under a sampling design.

What belongs here: weighted fits with the design's variance. What must not: frequency weights (their standard errors
shrink with the weights' scale).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign, total_covariance
from analysis.estimators.weighting.estimates import _checked

Family = Literal["gaussian", "logistic"]
MAX_STEPS = 100
STEP_TOLERANCE = 1e-12
SEPARATED = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class SurveyRegression:
    """Coefficients with their design covariance.

    Attributes
    ----------
    coefficients, covariance
        (k,) and (k, k).
    degrees_of_freedom
        Primary units minus strata minus the slopes.
    n
        Rows that count.
    """

    coefficients: FloatArray
    covariance: FloatArray
    degrees_of_freedom: int
    n: int

    @property
    def standard_errors(self) -> FloatArray:
        """Square roots of the diagonal, (k,)."""
        return np.sqrt(np.diag(self.covariance))


def survey_regression(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    design: SurveyDesign,
    family: Family = "gaussian",
    domain: npt.ArrayLike | None = None,
) -> SurveyRegression:
    """Fit a linear or logistic regression by pseudo maximum likelihood.

    Parameters
    ----------
    y
        (n,); for `logistic` from 0 to 1.
    X
        (n, k) of full rank, intercept included by the caller.
    design, domain
        As in `survey_mean`.
    family
        `gaussian` (identity link) or `logistic`.

    Returns
    -------
    SurveyRegression

    Raises
    ------
    EstimationError
        When X is rank deficient, an outcome is out of range, or the logistic fit does not converge (the outcome is
        separated by a covariate).

    Source
        Binder 1983, International Statistical Review 51(3), 279–292. Equals `svyglm` of R survey 4.1 with `gaussian`
        and `quasibinomial`.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_regression([1.0, 3.0], np.ones((2, 1)), survey_design(2)).coefficients.tolist()
    [2.0]
    """
    if family not in ("gaussian", "logistic"):
        raise EstimationError(f"family is '{family}'; choose gaussian or logistic")
    both, inside = _checked(np.column_stack([np.asarray(y, dtype=np.float64), np.asarray(X)]), design, domain)
    outcome, x = both[:, 0], both[:, 1:]
    w = np.where(inside, design.weights, 0.0)
    w = w / w[w > 0].mean()
    if np.linalg.matrix_rank(x * np.sqrt(w)[:, None]) < x.shape[1]:
        raise EstimationError(f"X has {x.shape[1]} columns but a lower rank; remove the column that repeats the others")
    if family == "logistic" and ((outcome < 0) | (outcome > 1)).any():
        raise EstimationError("y lies outside 0 to 1; a logistic regression needs shares or 0/1")
    beta, mean, slope = _fit(outcome, x, w, family)
    bread = np.linalg.inv(x.T @ (x * (w * slope)[:, None]))
    scores = x * (w * (outcome - mean))[:, None] @ bread
    df = design.degrees_of_freedom(inside) + 1 - x.shape[1]
    return SurveyRegression(beta, total_covariance(design, scores, inside), df, int((w > 0).sum()))


def _fit(y: FloatArray, x: FloatArray, w: FloatArray, family: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    if family == "gaussian":
        beta = np.asarray(np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * y)), dtype=np.float64)
        return beta, x @ beta, np.ones(len(y))
    beta = np.zeros(x.shape[1])
    for _ in range(MAX_STEPS):
        predictor = x @ beta
        if np.abs(predictor[w > 0]).max() > SEPARATED:
            break
        mean = 1 / (1 + np.exp(-predictor))
        slope = mean * (1 - mean)
        step = np.linalg.solve(x.T @ (x * (w * slope)[:, None]), x.T @ (w * (y - mean)))
        beta = np.asarray(beta + step, dtype=np.float64)
        if np.max(np.abs(step)) < STEP_TOLERANCE * (1 + np.max(np.abs(beta))):
            mean = 1 / (1 + np.exp(-(x @ beta)))
            return beta, mean, mean * (1 - mean)
    raise EstimationError("y is separated by a covariate: the logistic fit does not converge; leave the covariate out")
