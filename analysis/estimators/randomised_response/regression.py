"""Logistic regression of a masked answer.

What belongs here: the likelihood Pr(yes) = c0 + c1 logistic(xβ), its predictions and its gap to the moment estimate.
What must not: the device (`designs`), the masked answer as predictor (`predictor`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.estimators.densities import Component, Term, bernoulli, component, constant
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.likelihood import fitted_covariance, maximise
from analysis.estimators.list_experiment.boundary import Linear, is_at_boundary, with_linear_limits
from analysis.estimators.list_experiment.mixture import convergence_of, search_warnings
from analysis.estimators.list_experiment.prediction import Average, delta_se
from analysis.estimators.list_experiment.regression import (
    Convergence,
    checked_covariates,
    refuse_repeated_columns,
)
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.randomised_response.prevalence import UNIT, checked_answers
from analysis.estimators.variance import FloatArray, least_squares


@dataclass(frozen=True, slots=True, eq=False)
class MaskedData:
    """Validated masked answers with covariates and sampling design.

    Attributes
    ----------
    y, X, names
        (n,) answers, (n, k) design matrix with intercept, k names.
    how
        The device.
    weights, strata, clusters
        (n,) each, or None.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    how: Device
    weights: FloatArray | None
    strata: npt.ArrayLike | None
    clusters: npt.ArrayLike | None

    def rows(self, rows: slice) -> MaskedData:
        """Answers and covariates of some respondents, without the sampling design."""
        return MaskedData(self.y[rows], self.X[rows], self.names, self.how, None, None, None)

    @property
    def share(self) -> FloatArray:
        """Weights that add up to 1."""
        w = np.ones(len(self.y)) if self.weights is None else self.weights
        return np.asarray(w / w.sum())


@dataclass(frozen=True, slots=True, eq=False)
class MaskedRegression:
    """A fitted regression of a masked answer.

    Attributes
    ----------
    terms, coefficients, covariance
        `sensitive.…`, (k,), (k, k).
    scores
        (n, k) weighted scores at the optimum, weights of mean 1.
    log_likelihood, convergence, warnings
        Of the fit.
    data, degrees_of_freedom, method
        What was fitted; of the t for intervals; in words.
    """

    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    scores: FloatArray
    log_likelihood: float
    convergence: Convergence
    warnings: tuple[str, ...]
    undetermined: npt.NDArray[np.bool_]
    data: MaskedData
    degrees_of_freedom: float
    method: str

    def estimates(self, confidence: float = DEFAULT_CONFIDENCE) -> tuple[Estimate, ...]:
        """Coefficients as records; without a standard error where the data do not determine one."""
        return coefficient_estimates(self, confidence)


def masked_data(
    answer: npt.ArrayLike,
    how: Device,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> MaskedData:
    """Validate the input of a regression of a masked answer.

    Parameters
    ----------
    answer, how
        (n,) 0/1; from `device`.
    X, names, weights, strata, clusters
        As in `regression_data` of list experiments.

    Returns
    -------
    MaskedData

    Raises
    ------
    EstimationError
        As `checked_answers`, `checked_covariates`, `refuse_repeated_columns` and `checked_weights`.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> masked_data([0, 1] * 10, device("mirrored", 0.75)).names
    ('Intercept',)
    """
    y = checked_answers(answer)
    matrix, labels = checked_covariates(X, names, len(y))
    w = checked_weights(weights, len(y))
    refuse_repeated_columns(matrix if w is None else matrix[w > 0], labels, "the sample")
    return MaskedData(y, matrix, labels, how, w, strata, clusters)


def masked_regression(data: MaskedData) -> MaskedRegression:
    """Fit the logistic regression of the trait behind a masked answer.

    Parameters
    ----------
    data
        From `masked_data`.

    Returns
    -------
    MaskedRegression

    Raises
    ------
    EstimationError
        As `maximise` and `design_covariance`.

    Source
        Blair, Imai & Zhou 2015, JASA 110(511), section 3.1. `rrreg` of R rr 1.4.2 reports inverse outer products of
        scores as covariance (up to 5 % off); here it is the observed information, or the sandwich under a design, and
        p below one half works.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> fit = masked_regression(masked_data([0, 1] * 50, device("mirrored", 0.75)))
    >>> round(float(abs(fit.coefficients[0])), 6)
    0.0
    """
    fit = maximise(lambda eta, rows: [held(data.rows(rows), eta, z) for z in (0, 1)], [data.X], weights=data.weights)
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    terms, convergence = tuple(f"sensitive.{name}" for name in data.names), convergence_of(fit)
    df = covariance.degrees_of_freedom
    return MaskedRegression(
        terms,
        fit.theta,
        covariance.matrix,
        fit.scores,
        fit.log_likelihood,
        convergence,
        search_warnings(convergence, terms, covariance.matrix),
        fit.undetermined,
        data,
        float(len(data.y) - len(terms)) if df is None else float(df),
        f"maximum likelihood ({data.how.design} design), {covariance.method}",
    )


def held(data: MaskedData, eta: FloatArray, z: int) -> Component:
    """Give the joint density of holding the trait (z = 1) or not, and of the masked answer.

    Parameters
    ----------
    data, eta, z
        Data, (n, M) predictors of which the first is the trait's, 0 or 1.

    Returns
    -------
    Component

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> data = masked_data([0, 1] * 10, device("mirrored", 0.75))
    >>> round(float(np.exp(held(data, np.zeros((20, 1)), 1).value[1])), 3)
    0.375
    """
    return component(bernoulli(eta[:, 0], z, np.eye(eta.shape[1])[0]), mask(data, eta.shape[1], z))


def mask(data: MaskedData, predictors_n: int, z: int) -> Term:
    """Give the log probability of the masked answer of holders or others; −inf where the device forbids it.

    Parameters
    ----------
    data, predictors_n, z
        Data, M, 0 or 1.

    Returns
    -------
    Term

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> data = masked_data([0, 1] * 10, device("triangular", 0.25))
    >>> bool(np.isneginf(mask(data, 1, 1).value[0]))
    True
    """
    yes = data.how.yes_given(z)
    log_yes, log_no = (np.log(x) if x > 0 else -np.inf for x in (yes, 1 - yes))
    return constant(np.where(data.y == 1, log_yes, log_no), predictors_n)


def coefficient_estimates(fit: MaskedRegression, confidence: float) -> tuple[Estimate, ...]:
    """Turn coefficients into records.

    Parameters
    ----------
    fit, confidence
        Fit and coverage.

    Returns
    -------
    tuple of Estimate

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> fit = masked_regression(masked_data([0, 1] * 50, device("mirrored", 0.75)))
    >>> coefficient_estimates(fit, 0.95)[0].term
    'sensitive.Intercept'
    """
    se = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
    return tuple(
        _without_error(fit, term, float(value), confidence)
        if lost
        else usable_estimate(
            term,
            float(value),
            float(error),
            n=len(fit.data.y),
            unit="log odds",
            method=fit.method,
            confidence=confidence,
            degrees_of_freedom=fit.degrees_of_freedom,
        )
        for term, value, error, lost in zip(fit.terms, fit.coefficients, se, fit.undetermined, strict=True)
    )


def _without_error(fit: MaskedRegression, term: str, value: float, confidence: float) -> Estimate:
    return Estimate(
        term=term,
        value=value,
        se=None,
        low=None,
        high=None,
        confidence=confidence,
        n=len(fit.data.y),
        effective_n=None,
        degrees_of_freedom=None,
        unit="log odds",
        method=fit.method,
    )


def masked_average(fit: MaskedRegression, X: FloatArray | None = None) -> Average:
    """Average the fitted shares over rows, weighted as the data were.

    Parameters
    ----------
    fit
        From `masked_regression`.
    X
        (n, k) rows to predict for; the fitted rows when None.

    Returns
    -------
    Average

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> round(masked_average(masked_regression(masked_data([0, 1] * 50, device("mirrored", 0.75)))).value, 6)
    0.5
    """
    rows = fit.data.X if X is None else X
    p = special.expit(rows @ fit.coefficients)
    share = fit.data.share
    return Average(float(share @ p), rows.T @ (share * p * (1 - p)), is_share=True, row=share @ rows)


def masked_predictions(
    fit: MaskedRegression, averages: dict[str, Average], confidence: float = DEFAULT_CONFIDENCE
) -> tuple[Estimate, ...]:
    """Turn averages, or differences of averages, into estimates by the delta method.

    Where the fit ran to the boundary there is no standard error, and the limits are those of `with_linear_limits`.

    Parameters
    ----------
    fit, averages, confidence
        Where they come from, term to average, coverage.

    Returns
    -------
    tuple of Estimate

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> fit = masked_regression(masked_data([0, 1] * 50, device("mirrored", 0.75)))
    >>> masked_predictions(fit, {"prediction": masked_average(fit)})[0].term
    'prediction'
    """
    return tuple(_prediction(fit, term, a, confidence) for term, a in averages.items())


def _prediction(fit: MaskedRegression, term: str, a: Average, confidence: float) -> Estimate:
    """Limits within 0 to 1 for shares; at the boundary those of the linear regression of the corrected answer."""
    se = delta_se(a.gradient, fit.covariance)
    made = usable_estimate(
        term,
        a.value,
        se,
        n=len(fit.data.y),
        unit=UNIT,
        method="average of fitted values, delta method",
        confidence=confidence,
        degrees_of_freedom=fit.degrees_of_freedom,
    )
    is_separated = bool(fit.undetermined.any()) or fit.convergence.separated_n > 0
    if is_at_boundary(a.value, se, is_separated=is_separated, is_share=a.is_share):
        lowest = 0.0 if a.is_share else -1.0
        return with_linear_limits(made, a.row, _linear(fit.data), lowest, confidence=confidence)
    if not a.is_share or made.low is None or made.high is None:
        return made
    # The answer is noisy enough for a symmetric interval; on the logit scale it would miss rare traits.
    return replace(made, low=max(made.low, 0.0), high=min(made.high, 1.0))


def _linear(data: MaskedData) -> Linear:
    """Least squares of the answer corrected for the device: unbiased for the trait wherever its share lies."""
    corrected = (data.y - data.how.c0) / data.how.c1
    linear = least_squares(corrected, data.X, weights=data.weights, strata=data.strata, clusters=data.clusters)
    return lambda row: (float(row @ linear.coefficients), delta_se(row, linear.covariance))
