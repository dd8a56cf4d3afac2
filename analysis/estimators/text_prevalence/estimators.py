"""The estimators by name, over one or many splits of the sample.

What belongs here: the choice, the median over splits, the shape of the answer. What must not: their arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.shares import share_evidence, share_interval, variance_pieces
from analysis.estimators.text_prevalence.regressions import REGRESSIONS, Model
from analysis.estimators.text_prevalence.sample import LabelledTexts
from analysis.estimators.text_prevalence.shares import MEANS, MeanFit
from analysis.estimators.text_prevalence.strata import stratified_mean

FloatArray = npt.NDArray[np.float64]

IntervalRule = Literal["share", "normal"]
Estimator = Literal["naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq", "ppi++-strata"]
ESTIMATORS: tuple[Estimator, ...] = ("naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq")
"""Those that the pipeline puts side by side."""
OF_MEANS: dict[str, Callable[[LabelledTexts, FloatArray], MeanFit]] = {**MEANS, "ppi++-strata": stratified_mean}
DESCRIPTIONS: dict[str, str] = {
    "naive": "predictions taken for labels, uncorrected",
    "labelled": "labelled rows alone, weighted by 1/π",
    "acc": "adjusted classify and count",
    "ppi": "prediction-powered inference",
    "ppi++": "prediction-powered inference, tuned",
    "ppi++-strata": "prediction-powered inference, tuned in strata of the prediction",
    "dsl": "design-based supervised learning",
    "emq": "expectation-maximisation quantification",
}
UNCORRECTED = (
    "rests on predictions alone: its error is not in its interval; shown beside corrected estimates for its bias"
)
FEW_CLUSTERS = 20
AT_EDGE = 1e-6
NO_INTERVAL = "this estimator has no standard error and no interval: report another one beside it"
EDGE = "the estimate ran into the end of its range: predictions and labels do not fit each other; do not use it"


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
    interval: IntervalRule = "share",
) -> TextFit:
    """Estimate a prevalence, or a regression, from predictions for all rows and labels for a probability sample.

    Use `dsl` unless there is a reason against it: it needs only that labels were drawn with the stated probabilities.
    PPI may be wider than labelled-only; PPI++ is not, up to noise in its tuning. Naive is for comparison.

    Parameters
    ----------
    texts
        Labels and predictions.
    estimator
        One of `OF_MEANS`; `acc` and `emq` are for shares only, `ppi++-strata` for a mean.
    model
        A regression; None for the mean.
    term
        Name of the mean.
    confidence
        Coverage of the intervals.
    interval
        `share`: the project's rule for shares, t elsewhere. `normal`: value ± normal quantile × se, as the authors'
        libraries print it; it misses rare shares and few clusters.

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
    values = np.array([fit.values for fit in fits])
    centre = np.median(values, axis=0)
    covariance = _combined(values, centre, [fit.covariance for fit in fits])
    details = {name: float(np.median([fit.details[name] for fit in fits])) for name in fits[0].details}
    said = (*texts.warnings, *((UNCORRECTED,) if estimator == "naive" else ()), *_cluster_warnings(texts))
    unit = "share of posts" if model is None else "coefficient"
    about = _About(len(texts), unit, DESCRIPTIONS[estimator], confidence, said)
    if covariance is None:
        estimates = tuple(about.without_error(name, float(v)) for name, v in zip(names, centre, strict=True))
        return TextFit(estimates, None, details, len(fits))
    df = np.median([fit.degrees_of_freedom for fit in fits], axis=0)
    is_plain = interval == "normal"
    made = [
        about.estimate(name, float(value), float(variance), None if is_plain else float(degrees))
        for name, value, variance, degrees in zip(names, centre, np.diag(covariance), df, strict=True)
    ]
    if model is None and not is_plain and _are_shares(texts):
        made = [_with_share_interval(made[0], texts, estimator, fits)]
    return TextFit(tuple(made), covariance, details, len(fits))


def at_level(level: float) -> str:
    """Under which name DSL stands with intervals of a coverage."""
    return f"dsl at {level:g}"


def _are_shares(texts: LabelledTexts) -> bool:
    return bool(np.isin(texts.value[texts.labelled], (0.0, 1.0)).all())


def _cluster_warnings(texts: LabelledTexts) -> tuple[str, ...]:
    clusters = 0 if texts.cluster is None else int(texts.cluster.max()) + 1
    if texts.cluster is None or clusters >= FEW_CLUSTERS:
        return ()
    return (
        f"{clusters} clusters only: intervals use the CR2 errors and t with few degrees of freedom, are wide, and "
        "say nothing about clusters of another kind",
    )


def _with_share_interval(made: Estimate, texts: LabelledTexts, estimator: str, fits: list[_Fit]) -> Estimate:
    """The project's rule for shares: of the labels alone where they all say the same."""
    value, variance, df = float(made.value or 0.0), float(made.se or 0.0) ** 2, float(made.degrees_of_freedom or 1.0)
    rows = np.ones(len(texts), dtype=bool) if estimator == "naive" else texts.labelled
    weights = rows / np.where(rows, texts.probability if estimator != "naive" else 1.0, 1.0)
    labels = share_evidence(weights, df, texts.cluster)
    labels = replace(labels, degrees_of_freedom=df)
    y = texts.value[texts.labelled]
    if estimator != "naive" and np.ptp(y) == 0:
        limits = share_interval(float(y[0]), 0.0, labels, made.confidence)
        said = (*made.warnings, f"all labels say {y[0]:g}: the interval is the exact one of the labels alone")
        return replace(made, low=min(limits.low, value), high=max(limits.high, value), warnings=said)
    pieces = float(np.median([fit.pieces for fit in fits]))
    most = len(texts) if estimator not in ("labelled", "naive") else labels.effective_n
    evidence = replace(labels, effective_n=max(most, labels.effective_n), pieces=pieces)
    # Corrected shares may leave the unit interval; half a label stands for none.
    edge = 0.5 / max(labels.effective_n, 1.0)
    limits = share_interval(min(max(value, edge), 1 - edge), variance, evidence, made.confidence)
    low, high = (0.0 if value <= 0 else limits.low), (1.0 if value >= 1 else limits.high)
    return replace(made, low=min(low, value), high=max(high, value))


def _demand_known(estimator: str, model: Model | None) -> None:
    if estimator not in OF_MEANS:
        raise EstimationError(f"estimator is '{estimator}'; choose one of {', '.join(OF_MEANS)}")
    if model is not None and estimator not in REGRESSIONS:
        raise EstimationError(f"estimator '{estimator}' is for shares without covariates; use {', '.join(REGRESSIONS)}")


@dataclass(frozen=True, eq=False)
class _Fit:
    """One split: values (k,), covariance, degrees of freedom (k,), what its variance rests on, and details."""

    values: FloatArray
    covariance: FloatArray | None
    degrees_of_freedom: FloatArray
    details: dict[str, float]
    pieces: float = float("inf")


def _fit(texts: LabelledTexts, g: FloatArray, estimator: str, model: Model | None) -> _Fit:
    k = 1 if model is None else len(model.names)
    plain = np.full(k, max(_labels_n(texts, estimator) - k, 1.0))
    if model is None:
        mean = OF_MEANS[estimator](texts, g)
        spread = mean.spread(texts)
        if spread is None or mean.influence is None:
            return _Fit(np.array([mean.value]), None, plain, mean.details)
        totals = mean.influence if texts.cluster is None else np.bincount(texts.cluster, weights=mean.influence)
        df = plain if spread.degrees_of_freedom is None else spread.degrees_of_freedom
        return _Fit(np.array([mean.value]), spread.covariance, df, mean.details, variance_pieces(totals))
    fit = REGRESSIONS[estimator](texts, g, model)
    df = plain if fit.degrees_of_freedom is None else fit.degrees_of_freedom
    return _Fit(fit.coefficients, fit.covariance, df, fit.details)


def _labels_n(texts: LabelledTexts, estimator: str) -> float:
    """Kish's effective number of labels; all rows where predictions pass for labels."""
    if estimator == "naive":
        return float(len(texts))
    w = 1 / texts.probability[texts.labelled]
    return float(w.sum() ** 2 / (w @ w))


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

    def estimate(self, term: str, value: float, variance: float, degrees_of_freedom: float | None) -> Estimate:
        """The record of one term."""
        return usable_estimate(
            term, value, float(np.sqrt(variance)), degrees_of_freedom=degrees_of_freedom, **vars(self)
        )

    def without_error(self, term: str, value: float) -> Estimate:
        """The record of a term that has no standard error; at 0 or 1 it says so."""
        at_edge = min(value, 1 - value) < AT_EDGE
        made = replace(self, warnings=(*self.warnings, NO_INTERVAL, *((EDGE,) if at_edge else ())))
        return Estimate(
            term=term,
            value=value,
            se=None,
            low=None,
            high=None,
            effective_n=None,
            degrees_of_freedom=None,
            **vars(made),
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
