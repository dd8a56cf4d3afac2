"""The list as predictor: an outcome that depends on whether the respondent holds the sensitive item.

What belongs here: the joint likelihood of counts and outcome, logistic or linear, and its predictions.
What must not: list regressions in which the item is the outcome (`mixture`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.estimators.densities import Component, bernoulli, binomial, component, gaussian
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.latent_predictor import OutcomeModel, checked_outcome, outcome_starts
from analysis.estimators.likelihood import FittedCovariance, LikelihoodFit, fitted_covariance, maximise
from analysis.estimators.list_experiment.mixture import convergence_of, fit_list_likelihood, search_warnings
from analysis.estimators.list_experiment.prediction import delta_se
from analysis.estimators.list_experiment.regression import Convergence, RegressionData
from analysis.estimators.list_experiment.responses import ListResponses
from analysis.estimators.variance import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class JointRegression:
    """A fitted joint model of list counts and an outcome.

    Attributes
    ----------
    outcome_model
        `logistic` or `linear`.
    terms, coefficients, covariance
        `sensitive.…`, `control.…`, `outcome.…`, `outcome.sensitive_item` and, linear, `outcome.log_sigma`.
    log_likelihood, convergence, warnings
        Of the fit.
    predictions
        `outcome_if_not_held`, `outcome_if_held`, their `outcome_difference`, and `prediction` (share holding the item).
    data, degrees_of_freedom, method
        What was fitted; of the t for intervals; in words.
    undetermined
        (k,) coefficients without a standard error.
    """

    outcome_model: str
    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    convergence: Convergence
    warnings: tuple[str, ...]
    predictions: tuple[Estimate, ...]
    data: RegressionData
    degrees_of_freedom: float
    method: str
    undetermined: npt.NDArray[np.bool_]


def joint_regression(
    data: RegressionData,
    outcome: npt.ArrayLike,
    outcome_model: OutcomeModel,
    confidence: float = DEFAULT_CONFIDENCE,
) -> JointRegression:
    """Fit the sensitive item as a predictor of an outcome, in one step.

    Assumes the outcome model within holders and non-holders, beside what the constrained list likelihood assumes.

    Parameters
    ----------
    data
        From `regression_data`.
    outcome
        (n,) 0/1 (logistic) or any number (linear).
    outcome_model
        `logistic` or `linear`.
    confidence
        Coverage of the intervals.

    Returns
    -------
    JointRegression

    Raises
    ------
    EstimationError
        When the outcome is missing somewhere, not 0/1 for the logistic model, or the model is unknown.

    Source
        Imai, Park & Greene 2015, Political Analysis 23(2), 180–196, eqs (5)–(8). `ictreg.joint` of R list 9.2.6 stops
        up to 1e-2 below this maximum, or crashes.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> joint_regression(data, [0, 1, 1, 0, 1] * 16, "logistic").terms[-1]
    'outcome.sensitive_item'
    """
    o = checked_outcome(outcome, data.responses.n, outcome_model)
    fit = _maximised(data, o, outcome_model)
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    terms, convergence = _terms(data, outcome_model), convergence_of(fit)
    df = covariance.degrees_of_freedom
    degrees = float(data.responses.n - len(terms)) if df is None else float(df)
    return JointRegression(
        outcome_model,
        terms,
        fit.theta,
        covariance.matrix,
        fit.log_likelihood,
        convergence,
        search_warnings(convergence, terms, covariance.matrix),
        _predictions(data, fit, covariance, outcome_model=outcome_model, degrees=degrees, confidence=confidence),
        data,
        degrees,
        f"joint maximum likelihood ({outcome_model} outcome), {covariance.method}",
        fit.undetermined,
    )


def _terms(data: RegressionData, outcome_model: OutcomeModel) -> tuple[str, ...]:
    blocks = [f"{block}.{name}" for block in ("sensitive", "control", "outcome") for name in data.names]
    sigma = ["outcome.log_sigma"] if outcome_model == "linear" else []
    return (*blocks, "outcome.sensitive_item", *sigma)


def _maximised(data: RegressionData, o: FloatArray, outcome_model: OutcomeModel) -> LikelihoodFit:
    one = np.ones((data.responses.n, 1))
    designs = [data.X, data.X, data.X, one] + ([one] if outcome_model == "linear" else [])
    listed = fit_list_likelihood(data, "constrained").theta
    return maximise(
        lambda eta, rows: [_held(data.responses.rows(rows), o[rows], outcome_model, eta, z) for z in (0, 1)],
        designs,
        weights=data.weights,
        starts=outcome_starts(listed, data.X, data.w, o, outcome_model),
    )


def _held(responses: ListResponses, o: FloatArray, outcome_model: OutcomeModel, eta: FloatArray, z: int) -> Component:
    M = eta.shape[1]
    axes = np.eye(M)
    others = responses.y - z * responses.treat
    item = bernoulli(eta[:, 0], z, axes[0])
    counts = binomial(eta[:, 1], others, responses.items, axes[1])
    mean, loading = eta[:, 2] + z * eta[:, 3], axes[2] + z * axes[3]
    if outcome_model == "logistic":
        return component(item, counts, bernoulli(mean, o, loading))
    return component(item, counts, gaussian(mean, eta[:, 4], o, np.vstack([loading, axes[4]])))


def _predictions(
    data: RegressionData,
    fit: LikelihoodFit,
    covariance: FittedCovariance,
    *,
    outcome_model: OutcomeModel,
    degrees: float,
    confidence: float,
) -> tuple[Estimate, ...]:
    """Average outcome if nobody and if everybody held the item, their difference, and the share holding it."""
    k, share = data.X.shape[1], data.w / data.w.sum()
    held = [_average_outcome(data.X, fit.theta, share, outcome_model, z) for z in (0.0, 1.0)]
    p = special.expit(data.X @ fit.theta[:k])
    gradient = np.zeros(len(fit.theta))
    gradient[:k] = data.X.T @ (share * p * (1 - p))
    named: dict[str, tuple[float, FloatArray]] = {
        "outcome_if_not_held": held[0],
        "outcome_if_held": held[1],
        "outcome_difference": (held[1][0] - held[0][0], held[1][1] - held[0][1]),
        "prediction": (float(share @ p), gradient),
    }
    return tuple(
        usable_estimate(
            term,
            value,
            delta_se(g, covariance.matrix),
            n=data.responses.n,
            unit="share of respondents" if outcome_model == "logistic" or term == "prediction" else "outcome",
            method="average of fitted values, delta method",
            confidence=confidence,
            degrees_of_freedom=degrees,
        )
        for term, (value, g) in named.items()
    )


def _average_outcome(
    X: FloatArray, theta: FloatArray, share: FloatArray, outcome_model: OutcomeModel, z: float
) -> tuple[float, FloatArray]:
    k = X.shape[1]
    eta = X @ theta[2 * k : 3 * k] + z * theta[3 * k]
    mean = special.expit(eta) if outcome_model == "logistic" else eta
    slope = mean * (1 - mean) if outcome_model == "logistic" else np.ones(len(X))
    gradient = np.zeros(len(theta))
    gradient[2 * k : 3 * k] = X.T @ (share * slope)
    gradient[3 * k] = z * float(share @ slope)
    return float(share @ mean), gradient
