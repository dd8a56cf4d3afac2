"""The masked answer as predictor of an outcome.

What belongs here: the joint likelihood of masked answer and outcome, for every device.
What must not: outcomes that are masked themselves (`regression`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.estimators.densities import Component, bernoulli, component, gaussian
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.latent_predictor import OutcomeModel, checked_outcome, outcome_starts
from analysis.estimators.likelihood import fitted_covariance, maximise
from analysis.estimators.list_experiment.mixture import convergence_of, search_warnings
from analysis.estimators.list_experiment.regression import Convergence
from analysis.estimators.randomised_response.regression import MaskedData, mask, masked_regression
from analysis.estimators.variance import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class MaskedPredictor:
    """A fitted joint model of a masked answer and an outcome.

    Attributes
    ----------
    terms, coefficients, covariance
        `sensitive.…`, `outcome.…`, `outcome.sensitive_item` and, linear, `outcome.log_sigma`.
    log_likelihood, convergence, warnings, method, n, degrees_of_freedom
        Of the fit.
    """

    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    convergence: Convergence
    warnings: tuple[str, ...]
    method: str
    n: int
    degrees_of_freedom: float

    def estimates(self, confidence: float = DEFAULT_CONFIDENCE) -> tuple[Estimate, ...]:
        """Coefficients as records."""
        se = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return tuple(
            usable_estimate(
                term,
                float(value),
                float(error),
                n=self.n,
                unit="coefficient",
                method=self.method,
                confidence=confidence,
                degrees_of_freedom=self.degrees_of_freedom,
            )
            for term, value, error in zip(self.terms, self.coefficients, se, strict=True)
        )


def masked_predictor(data: MaskedData, outcome: npt.ArrayLike, outcome_model: OutcomeModel) -> MaskedPredictor:
    """Fit the masked trait as a predictor of an outcome, in one step.

    Parameters
    ----------
    data
        From `masked_data`; its covariates enter both parts.
    outcome
        (n,) 0/1 (logistic) or any number (linear).
    outcome_model
        `logistic` or `linear`.

    Returns
    -------
    MaskedPredictor

    Raises
    ------
    EstimationError
        When the outcome is missing somewhere, not 0/1 for the logistic model, or the model is unknown.

    Source
        Blair, Imai & Zhou 2015, JASA 110(511), section 3.2. `rrreg.predictor` of R rr 1.4.2 works for the forced design
        only, and stops early.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> from analysis.estimators.randomised_response.regression import masked_data
    >>> data = masked_data([0, 1, 1, 0] * 50, device("unrelated", 0.9, q=0.5))
    >>> masked_predictor(data, [0, 1, 0, 1, 1] * 40, "logistic").terms[-1]
    'outcome.sensitive_item'
    """
    o = checked_outcome(outcome, len(data.y), outcome_model)
    one = np.ones((len(o), 1))
    designs = [data.X, data.X, one] + ([one] if outcome_model == "linear" else [])
    fit = maximise(
        lambda eta, rows: [_held(data.rows(rows), o[rows], outcome_model, eta, z) for z in (0, 1)],
        designs,
        weights=data.weights,
        starts=outcome_starts(masked_regression(data).coefficients, data.X, data.share, o, outcome_model),
    )
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    terms, convergence, df = _terms(data, outcome_model), convergence_of(fit), covariance.degrees_of_freedom
    return MaskedPredictor(
        terms,
        fit.theta,
        covariance.matrix,
        fit.log_likelihood,
        convergence,
        search_warnings(convergence, terms, covariance.matrix),
        f"joint maximum likelihood ({outcome_model} outcome), {covariance.method}",
        len(o),
        float(len(o) - len(terms)) if df is None else float(df),
    )


def _terms(data: MaskedData, outcome_model: OutcomeModel) -> tuple[str, ...]:
    blocks = [f"{block}.{name}" for block in ("sensitive", "outcome") for name in data.names]
    return (*blocks, "outcome.sensitive_item", *(["outcome.log_sigma"] if outcome_model == "linear" else []))


def _held(data: MaskedData, o: FloatArray, outcome_model: OutcomeModel, eta: FloatArray, z: int) -> Component:
    axes = np.eye(eta.shape[1])
    item = bernoulli(eta[:, 0], z, axes[0])
    mean, loading = eta[:, 1] + z * eta[:, 2], axes[1] + z * axes[2]
    if outcome_model == "logistic":
        return component(item, mask(data, len(axes), z), bernoulli(mean, o, loading))
    told = gaussian(mean, eta[:, 3], o, np.vstack([loading, axes[3]]))
    return component(item, mask(data, len(axes), z), told)
