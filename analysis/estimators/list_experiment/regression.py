"""List regressions: what goes in, what comes out, and the linear one.

What belongs here: validation of covariates, the record that every list regression returns, the linear estimator.
What must not: likelihoods (`mixture`), two-step least squares (`nonlinear`), predictions (`prediction`), formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.list_experiment.responses import ListDesign, ListResponses, checked_weights, list_responses
from analysis.estimators.variance import FloatArray, design_covariance, least_squares

Link = Literal["identity", "logit"]
INTERCEPT = "Intercept"
# A column whose part not explained by the earlier columns is below this share of its length repeats them.
REPEATED_COLUMN = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RegressionData:
    """Validated answers, covariates and sampling design of a list regression.

    Attributes
    ----------
    responses
        Answers and arms.
    X, names
        (n, k) design matrix, intercept included, and its k column names.
    weights, strata, clusters
        (n,) each, or None.
    """

    responses: ListResponses
    X: FloatArray
    names: tuple[str, ...]
    weights: FloatArray | None
    strata: npt.ArrayLike | None
    clusters: npt.ArrayLike | None

    @property
    def w(self) -> FloatArray:
        """Weights, all one when none were given."""
        return np.ones(self.responses.n) if self.weights is None else self.weights

    @property
    def has_design(self) -> bool:
        """Whether weights, strata or clusters were given."""
        return any(x is not None for x in (self.weights, self.strata, self.clusters))


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the numerical search ended.

    Attributes
    ----------
    is_converged, iterations, remaining_gain
        Whether it arrived; steps; log-likelihood (or sum of squares) that a further step promises.
    undetermined_n
        Coefficients the data say nothing about: they have no standard error.
    separated_n
        Respondents whose fitted probability is 0 or 1 to six digits.
    """

    is_converged: bool
    iterations: int
    remaining_gain: float
    undetermined_n: int
    separated_n: int


@dataclass(frozen=True, slots=True, eq=False)
class ListRegression:
    """A fitted list regression.

    Attributes
    ----------
    estimator, model, method
        `linear`, `nls` or `ml`; the likelihood, None otherwise; estimator and covariance in words.
    terms, coefficients, covariance
        k names (`sensitive.…`, then `control.…`), (k,), (k, k).
    influence
        (n, k) each respondent's pull on the coefficients.
    sensitive_n
        The first so many coefficients belong to the sensitive item.
    link
        How the share follows from the sensitive predictor.
    data
        What was fitted.
    degrees_of_freedom
        Of the t for intervals: design degrees of freedom, or rows minus coefficients.
    log_likelihood, convergence
        None where there is none.
    undetermined
        (k,) coefficients without a standard error; None when all have one.
    warnings
        Sentences that belong beside the numbers.
    """

    estimator: str
    model: str | None
    method: str
    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    influence: FloatArray
    sensitive_n: int
    link: Link
    data: RegressionData
    degrees_of_freedom: float
    log_likelihood: float | None = None
    convergence: Convergence | None = None
    undetermined: npt.NDArray[np.bool_] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def standard_errors(self) -> FloatArray:
        """Square roots of the diagonal of the covariance, (k,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def estimates(self, confidence: float = DEFAULT_CONFIDENCE) -> tuple[Estimate, ...]:
        """Coefficients as records, in the order of `terms`."""
        unit = "items" if self.link == "identity" else "log odds"
        lost = np.zeros(len(self.terms), dtype=bool) if self.undetermined is None else self.undetermined
        made = (
            usable_estimate(
                term,
                float(value),
                float(se),
                n=self.data.responses.n,
                unit=unit,
                method=self.method,
                confidence=confidence,
                degrees_of_freedom=self.degrees_of_freedom,
            )
            for term, value, se in zip(self.terms, self.coefficients, self.standard_errors, strict=True)
        )
        return tuple(
            replace(estimate, se=None, low=None, high=None) if is_lost else estimate
            for estimate, is_lost in zip(made, lost, strict=True)
        )


def regression_data(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    design: ListDesign = "conventional",
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> RegressionData:
    """Validate the input of a list regression.

    Parameters
    ----------
    response, treat, items, design
        As in `list_responses`.
    X, names
        (n, k) design matrix with its intercept, and names; None for the intercept alone.
    weights, strata, clusters
        (n,) each, or None.

    Returns
    -------
    RegressionData

    Raises
    ------
    EstimationError
        As `list_responses` and `checked_weights`; when X has a missing value, the wrong shape, or a column that is a
        combination of others in one of the arms.

    Example
    -------
    >>> regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3).names
    ('Intercept',)
    """
    data = list_responses(response, treat, items, design=design)
    matrix, labels = checked_covariates(X, names, data.n)
    w = checked_weights(weights, data.n)
    for arm, arm_name in ((0, "control"), (1, "treated")):
        rows = (data.treat == arm) if w is None else (data.treat == arm) & (w > 0)
        refuse_repeated_columns(matrix[rows], labels, f"the {arm_name} arm")
    return RegressionData(data, matrix, labels, w, strata, clusters)


def checked_covariates(
    X: npt.ArrayLike | None, names: Sequence[str] | None, n: int
) -> tuple[FloatArray, tuple[str, ...]]:
    """Validate a design matrix; without one, give the intercept.

    Parameters
    ----------
    X, names, n
        (n, k) matrix or None, k names or None, rows expected.

    Returns
    -------
    tuple
        Matrix and names.

    Raises
    ------
    EstimationError
        On a wrong shape, a wrong number of names, or a missing or infinite value.

    Example
    -------
    >>> checked_covariates(None, None, 2)[1]
    ('Intercept',)
    """
    if X is None:
        return np.ones((n, 1)), (INTERCEPT,)
    matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != n:
        raise EstimationError(f"covariates have shape {matrix.shape}; give {n} rows, one column for each covariate")
    labels = tuple(names) if names is not None else tuple(f"x{i}" for i in range(matrix.shape[1]))
    if len(labels) != matrix.shape[1]:
        raise EstimationError(f"covariates have {matrix.shape[1]} columns but {len(labels)} names; give one for each")
    wrong = ~np.isfinite(matrix)
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise EstimationError(
            f"covariate '{labels[column]}' is {matrix[row, column]} at position {row + 1}; drop the row or code it"
        )
    return matrix, labels


def refuse_repeated_columns(X: FloatArray, names: Sequence[str], where: str) -> None:
    """Refuse a design matrix in which a column follows from the columns before it.

    Parameters
    ----------
    X, names
        (n, k) and k names.
    where
        Which rows these are, for the message.

    Raises
    ------
    EstimationError
        Naming the first such column.

    Example
    -------
    >>> refuse_repeated_columns(np.eye(2), ("a", "b"), "the sample")
    """
    if len(X) < X.shape[1]:
        raise EstimationError(
            f"covariates: {X.shape[1]} coefficients for {len(X)} rows in {where}; drop covariates or collect more rows"
        )
    lengths = np.linalg.norm(X, axis=0)
    pivots = np.abs(np.diag(np.linalg.qr(X / np.where(lengths > 0, lengths, 1.0))[1]))
    repeated = (pivots < REPEATED_COLUMN) | (lengths == 0)
    if repeated.any():
        name = names[int(repeated.argmax())]
        raise EstimationError(
            f"covariate '{name}' is constant or repeats other covariates in {where}; remove it from the formula"
        )


def linear_regression(data: RegressionData) -> ListRegression:
    """Fit the linear list regression: count on covariates, and on covariates times the arm.

    Use it as the robust first look at who holds the item; fitted shares may leave 0 to 1. Without strata and clusters
    the covariance is HC3 (as R); with them it is design-based.

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
        As `least_squares`.

    Source
        Imai 2011, JASA 106(494), section 2.2; equals `ictreg(method = "lm")` of R list 9.2.6 without strata and
        clusters, `svyglm` of R survey 4.1 with them.

    Example
    -------
    >>> fit = linear_regression(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))
    >>> round(float(fit.coefficients[0]), 6)
    1.0
    """
    y, z = data.responses.y, data.responses.treat[:, None]
    full = np.hstack([data.X * z, data.X])
    names = coefficient_names(data.names)
    coefficients, covariance, influence, df, method = hc3_or_design(y, full, data)
    return ListRegression(
        "linear", None, method, names, coefficients, covariance, influence, data.X.shape[1], "identity", data, df
    )


def hc3_or_design(
    y: FloatArray, X: FloatArray, data: RegressionData
) -> tuple[FloatArray, FloatArray, FloatArray, float, str]:
    """Fit least squares with HC3 (no strata, no clusters) or with the design-based covariance.

    Parameters
    ----------
    y, X
        (n,) and (n, k).
    data
        Gives weights, strata and clusters.

    Returns
    -------
    tuple
        Coefficients, covariance, influence (n, k), degrees of freedom, method in words.

    Source
        MacKinnon & White 1985, Journal of Econometrics 29(3), 305–325; Binder 1983.

    Example
    -------
    >>> tiny = regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3)
    >>> hc3_or_design(tiny.responses.y, tiny.X, tiny)[3]
    19.0
    """
    w = data.w
    bread = np.linalg.inv(X.T @ (X * w[:, None]))
    if data.strata is not None or data.clusters is not None:
        fit = least_squares(y, X, weights=data.weights, strata=data.strata, clusters=data.clusters)
        influence = (X * (w * fit.residuals)[:, None]) @ bread
        method = "least squares, linearised sandwich"
        return fit.coefficients, fit.covariance, influence, float(fit.degrees_of_freedom), method
    beta = bread @ (X.T @ (w * y))
    leverage = w * np.sum((X @ bread) * X, axis=1)
    residuals = w * (y - X @ beta) / np.maximum(1 - leverage, np.finfo(float).eps)
    influence = (X * residuals[:, None]) @ bread
    return beta, influence.T @ influence, influence, float(np.sum(w > 0) - X.shape[1]), "least squares, HC3"


def coefficient_names(names: Sequence[str], controls: Sequence[str] = ("control",)) -> tuple[str, ...]:
    """Name coefficients: the sensitive block first, then each control block.

    Parameters
    ----------
    names
        Of the covariates.
    controls
        Prefixes of the blocks after the sensitive one.

    Returns
    -------
    tuple of str

    Example
    -------
    >>> coefficient_names(["Intercept"])
    ('sensitive.Intercept', 'control.Intercept')
    """
    return tuple(f"{block}.{name}" for block in ("sensitive", *controls) for name in names)


def covariance_of(influence: FloatArray, data: RegressionData) -> FloatArray:
    """Give the covariance of anything whose influence on each respondent is known.

    Parameters
    ----------
    influence
        (n, q).
    data
        Gives strata and clusters.

    Returns
    -------
    numpy.ndarray
        (q, q).

    Source
        Binder 1983, International Statistical Review 51(3), 279–292.

    Example
    -------
    >>> tiny = regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3)
    >>> covariance_of(np.ones((20, 1)), tiny).shape
    (1, 1)
    """
    return design_covariance(influence, data.strata, data.clusters).matrix
