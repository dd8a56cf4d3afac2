"""The estimators by name, over one or many splits of the sample.

What belongs here: the choice, the median over splits, the shape of the answer. What must not: their arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.text_prevalence.regressions import REGRESSIONS, Model
from analysis.estimators.text_prevalence.sample import LabelledTexts
from analysis.estimators.text_prevalence.shares import MEANS

FloatArray = npt.NDArray[np.float64]

Estimator = Literal["naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq"]
ESTIMATORS: tuple[Estimator, ...] = ("naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq")
DESCRIPTIONS: dict[str, str] = {
    "naive": "predictions taken for labels, uncorrected",
    "labelled": "labelled rows alone, weighted by 1/π",
    "acc": "adjusted classify and count",
    "ppi": "prediction-powered inference",
    "ppi++": "prediction-powered inference, tuned",
    "dsl": "design-based supervised learning",
    "emq": "expectation-maximisation quantification",
}
UNCORRECTED = (
    "rests on predictions alone: its error is not in its interval; shown beside corrected estimates for its bias"
)


@dataclass(frozen=True, eq=False)
class TextFit:
    """What an estimator says.

    Attributes
    ----------
    estimates
        One for each coefficient, or one `prevalence`.
    covariance : (k, k) or None
        Median over splits; None where no standard error exists.
    details
        Numbers that explain the estimate, median over splits.
    splits
        Rows of predictions that were combined.
    """

    estimates: tuple[Estimate, ...]
    covariance: FloatArray | None
    details: dict[str, float]
    splits: int


def estimate_text(
    texts: LabelledTexts,
    estimator: Estimator,
    model: Model | None = None,
    *,
    term: str = "prevalence",
    confidence: float = DEFAULT_CONFIDENCE,
) -> TextFit:
    """Estimate a prevalence, or a regression, from predictions for all rows and labels for a probability sample.

    Use `dsl` unless there is a reason against it: it needs only that labels were drawn with the stated probabilities.
    PPI may be wider than labelled-only; PPI++ is not, up to noise in its tuning. Naive is for comparison.

    Parameters
    ----------
    texts
        Labels and predictions.
    estimator
        One of `ESTIMATORS`; `acc` and `emq` are for shares only.
    model
        A regression; None for the mean.
    term
        Name of the mean.
    confidence
        Coverage of the intervals.

    Returns
    -------
    TextFit

    Raises
    ------
    EstimationError
        An unknown estimator, ACC or EMQ with a regression, and what the estimators raise.

    Source
        Several splits: median of the estimates, √median(se² + (estimate − median)²): Chernozhukov et al. 2018,
        Econometrics Journal 21(1), section 3.4, as in R dsl 0.1.0.

    Example
    -------
    >>> from analysis.estimators.text_prevalence.sample import labelled_texts
    >>> g = np.random.default_rng(1).random(200)
    >>> r = np.arange(200) % 2 == 0
    >>> texts = labelled_texts(np.where(r, g, np.nan), r, np.full(200, 0.5), g)
    >>> round(estimate_text(texts, "dsl").estimates[0].value - g.mean(), 12)
    0.0
    """
    _demand_known(estimator, model)
    fits = [_fit(texts, g, estimator, model) for g in texts.predictions]
    names = (term,) if model is None else model.names
    values = np.array([value for value, _, _ in fits])
    centre = np.median(values, axis=0)
    covariance = _combined(values, centre, [c for _, c, _ in fits])
    details = {name: float(np.median([d[name] for _, _, d in fits])) for name in fits[0][2]}
    unit = "share of posts" if model is None else "coefficient"
    said = (*texts.warnings, *((UNCORRECTED,) if estimator == "naive" else ()))
    variances = [None] * len(names) if covariance is None else np.diag(covariance).tolist()
    about = _About(len(texts), unit, DESCRIPTIONS[estimator], confidence, said)
    estimates = tuple(
        about.estimate(name, float(value), variance)
        for name, value, variance in zip(names, centre, variances, strict=True)
    )
    return TextFit(estimates, covariance, details, len(fits))


def _demand_known(estimator: str, model: Model | None) -> None:
    if estimator not in ESTIMATORS:
        raise EstimationError(f"estimator is '{estimator}'; choose one of {', '.join(ESTIMATORS)}")
    if model is not None and estimator not in REGRESSIONS:
        raise EstimationError(f"estimator '{estimator}' is for shares without covariates; use {', '.join(REGRESSIONS)}")


def _fit(
    texts: LabelledTexts, g: FloatArray, estimator: str, model: Model | None
) -> tuple[FloatArray, FloatArray | None, dict[str, float]]:
    if model is None:
        mean = MEANS[estimator](texts, g)
        return np.array([mean.value]), None if mean.se is None else np.array([[mean.se**2]]), mean.details
    fit = REGRESSIONS[estimator](texts, g, model)
    return fit.coefficients, fit.covariance, fit.details


def _combined(values: FloatArray, centre: FloatArray, covariances: list[FloatArray | None]) -> FloatArray | None:
    given = [c for c in covariances if c is not None]
    if len(given) < len(covariances):
        return None
    away = values - centre
    return np.asarray(np.median([c + np.outer(a, a) for c, a in zip(given, away, strict=True)], axis=0))


@dataclass(frozen=True)
class _About:
    """What all estimates of one fit share."""

    n: int
    unit: str
    method: str
    confidence: float
    warnings: tuple[str, ...]

    def estimate(self, term: str, value: float, variance: float | None) -> Estimate:
        """The record of one term; without a variance it has no interval."""
        if variance is not None:
            return usable_estimate(term, value, float(np.sqrt(variance)), **vars(self))
        return Estimate(
            term=term,
            value=value,
            se=None,
            low=None,
            high=None,
            effective_n=None,
            degrees_of_freedom=None,
            **vars(self),
        )


def expected_standard_errors(texts: LabelledTexts, factors: FloatArray) -> FloatArray:
    """Standard error of the DSL prevalence if `factor` times as many texts were labelled, drawn in the same way.

    Use it to decide how many more to label. Probabilities grow with the factor up to 1.

    Parameters
    ----------
    texts
        Labels and predictions so far; the first split is used.
    factors
        (m,) positive factors.

    Returns
    -------
    numpy.ndarray
        (m,) standard errors; a factor of 1 gives back about today's.

    Source
        Variance of the difference estimator under Poisson sampling: Särndal, Swensson & Wretman 1992, equation 3.2.

    Example
    -------
    >>> from analysis.estimators.text_prevalence.sample import labelled_texts
    >>> g = np.random.default_rng(1).random(200)
    >>> r = np.arange(200) % 4 == 0
    >>> texts = labelled_texts(np.where(r, g > 0.5, np.nan), r, np.full(200, 0.25), g)
    >>> bool(np.all(np.diff(expected_standard_errors(texts, np.array([1.0, 2.0, 4.0]))) < 0))
    True
    """
    g, pi = texts.predictions[0], texts.probability
    weight = texts.labelled / pi
    error = np.where(texts.labelled, texts.value, 0.0) - np.where(texts.labelled, g, 0.0)
    value = float(np.mean(g + weight * error))
    between = float(np.mean((g - value) ** 2 + 2 * weight * error * (g - value) + weight * error**2))
    wanted = np.minimum(np.outer(factors, pi), 1.0)
    drawn = ((1 / wanted - 1) * (weight * error**2)).mean(axis=1)
    return np.asarray(np.sqrt((between + drawn) / len(texts)))
