"""Prevalence, or any mean, from predictions for all rows and labels for some.

What belongs here: one function for each estimator, `LabelledTexts` and one row of predictions in, value and standard
error out. What must not: regressions, and the choice between the estimators.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.moments import Spread, clustered, cross_product
from analysis.estimators.text_prevalence.sample import LabelledTexts

FloatArray = npt.NDArray[np.float64]

CUT = 0.5
"""A prediction above it counts as a positive class where an estimator needs classes."""
MOST_STEPS = 10_000
WEAKEST_YOUDEN = 0.05
"""True minus false positive rate below which dividing by it is meaningless."""


@dataclass(frozen=True)
class MeanFit:
    """One estimate, the pull of each row on it, and the part of the rows' weight that each has.

    `influence` (n,) adds up to about the estimate's error and is None where no error is defined; `weight` (n,) adds up
    to 1; `small` is a factor for the standard error without clusters; `details` are numbers that explain it.
    """

    value: float
    influence: FloatArray | None = None
    weight: FloatArray | None = None
    details: dict[str, float] = field(default_factory=dict)
    small: float = 1.0

    def spread(self, texts: LabelledTexts) -> Spread | None:
        """Variance, and with clusters its degrees of freedom."""
        if self.influence is None or self.weight is None:
            return None
        if texts.cluster is None:
            return Spread(cross_product(self.influence[:, None] * self.small, None))
        held = np.bincount(texts.cluster, weights=self.weight).astype(np.float64)
        return clustered(self.influence[:, None], held[:, None, None], texts.cluster)


def naive_mean(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """Mean of the predictions as if they were labels: shown for its bias, never to be reported alone."""
    return MeanFit(float(g.mean()), (g - g.mean()) / len(g), _equal(texts))


def labelled_mean(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """Weighted mean of the labels alone (Hájek 1971)."""
    w = texts.labelled / texts.probability
    y = np.where(texts.labelled, texts.value, 0.0)
    value = float(w @ y / w.sum())
    return MeanFit(value, w * (y - value) / w.sum(), w / w.sum())


def adjusted_count(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """ACC: the predicted share, corrected by the error rates among the labels (Forman 2008; Rogan & Gladen 1978)."""
    _demand_shares(texts)
    w, positive = texts.labelled / texts.probability, (g > CUT).astype(float)
    y = np.where(texts.labelled, texts.value, 0.0)
    true_rate = _ratio(w * y, positive, "label 1")
    false_rate = _ratio(w * (1 - y), positive, "label 0")
    youden = true_rate - false_rate
    if youden < WEAKEST_YOUDEN:
        raise EstimationError(
            f"predictions separate labels by {youden:.3f} only (true minus false positive rate); ACC divides by it"
        )
    value = (float(positive.mean()) - false_rate) / youden
    # Linearised: the predicted share, and each error rate with its weight in the ratio.
    influence = (positive - positive.mean()) / len(g)
    influence = influence - value * w * y * (positive - true_rate) / (w @ y)
    influence = influence - (1 - value) * w * (1 - y) * (positive - false_rate) / (w @ (1 - y))
    details = {"true_positive_rate": true_rate, "false_positive_rate": false_rate}
    return MeanFit(value, influence / youden, _equal(texts), details)


def _ratio(weight: FloatArray, positive: FloatArray, what: str) -> float:
    if weight.sum() <= 0:
        raise EstimationError(f"y never holds {what} among labelled rows; its error rate cannot be estimated")
    return float(weight @ positive / weight.sum())


def prediction_powered_mean(texts: LabelledTexts, g: FloatArray, *, tuned: bool) -> MeanFit:
    """PPI (weight 1 on predictions) or PPI++ (weight tuned to the smallest variance).

    Source
        Angelopoulos et al. 2023, Science 382, 669–674; Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453. With
        unequal probabilities rows are weighted by 1/π (labelled) and 1/(1 − π) (unlabelled).
    """
    label, rest = texts.labelled, ~texts.labelled
    if not rest.any():
        raise EstimationError("labelled marks every row: predictions add nothing; use the labelled-only estimator")
    w = label / texts.probability
    u = np.where(rest, 1 / np.where(rest, 1 - texts.probability, 1.0), 0.0)
    w, u = w / w.sum(), u / u.sum()
    y = np.where(label, texts.value, 0.0)
    weight = _power(y, g, label, w, u) if tuned else 1.0
    rectifier, imputed = w @ (y - weight * g), weight * (u @ g)
    influence = w * (y - weight * g - rectifier) + u * (weight * g - imputed)
    return MeanFit(float(rectifier + imputed), influence, _equal(texts), {"lambda": weight})


def _power(y: FloatArray, g: FloatArray, label: npt.NDArray[np.bool_], w: FloatArray, u: FloatArray) -> float:
    """Weight on predictions (equation 8 of the PPI++ paper), kept within 0 and 1."""
    n, rest = int(label.sum()), int((~label).sum())
    away_y, away_g = y - w @ y, g - w @ g
    covariance = float(w @ (away_y * away_g))
    relative = np.where(label, n * w, rest * u)
    spread = float(np.var(relative * (g - (w @ y - w @ g + u @ g)), ddof=1))
    return 0.0 if spread == 0 else min(max(covariance / ((1 + n / rest) * spread), 0.0), 1.0)


def design_based_mean(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """DSL for a mean: predictions, plus the labelled rows' errors weighted by 1/π (Egami et al. 2023)."""
    y = np.where(texts.labelled, texts.value, 0.0)
    corrected = g + texts.labelled / texts.probability * (y - g)
    value = float(corrected.mean())
    return MeanFit(value, (corrected - value) / len(g), _equal(texts), small=math.sqrt(len(g) / (len(g) - 1)))


def expectation_maximised_share(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """EMQ: shift of the prior under which the predicted probabilities reproduce themselves.

    Only the prior may differ between labelled rows and all rows; there is no standard error.

    Source
        Saerens, Latinne & Decaestecker 2002, Neural Computation 14(1), 21–41.
    """
    _demand_shares(texts)
    if not ((g > 0) & (g < 1)).all():
        raise EstimationError("predictions hold 0 or 1; EMQ needs probabilities strictly between them")
    prior = labelled_mean(texts, g).value
    if not 0 < prior < 1:
        raise EstimationError(f"y has one value only among labelled rows (share {prior:g}); EMQ needs both")
    share = prior
    for _ in range(MOST_STEPS):
        ratio = (share / (1 - share)) / (prior / (1 - prior)) * g / (1 - g)
        before, share = share, float(np.mean(ratio / (1 + ratio)))
        if abs(share - before) < 1e-12:
            return MeanFit(share, details={"prior": prior})
        share = min(max(share, 1e-12), 1 - 1e-12)
    raise EstimationError("EMQ does not settle; predictions are no probabilities")


def _demand_shares(texts: LabelledTexts) -> None:
    y = texts.value[texts.labelled]
    if not np.isin(y, (0.0, 1.0)).all():
        raise EstimationError("y holds values other than 0 and 1; ACC and EMQ are for shares, use ppi++ or dsl")


def _equal(texts: LabelledTexts) -> FloatArray:
    return np.full(len(texts), 1 / len(texts))


MEANS: dict[str, Callable[[LabelledTexts, FloatArray], MeanFit]] = {
    "naive": naive_mean,
    "labelled": labelled_mean,
    "acc": adjusted_count,
    "ppi": lambda texts, g: prediction_powered_mean(texts, g, tuned=False),
    "ppi++": lambda texts, g: prediction_powered_mean(texts, g, tuned=True),
    "dsl": design_based_mean,
    "emq": expectation_maximised_share,
}
