"""Crosswise question with an anchor: the share that holds a trait when some answer at random.

What belongs here: the correction and its interval. What must not: other devices, covariates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, quantile, unusable_estimate, usable_estimate
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.randomised_response.designs import MIN_SIGNAL
from analysis.estimators.randomised_response.prevalence import UNIT, checked_answers
from analysis.estimators.variance import FloatArray, design_covariance

METHOD = "crosswise share corrected by an anchor question, linearised; Fieller interval"
AT_RANDOM = "the anchor does not show that anybody answers with attention: nothing can be said about the trait"


@dataclass(frozen=True, slots=True)
class AnchoredPrevalence:
    """What a crosswise question and its anchor say.

    Attributes
    ----------
    corrected
        Share that holds the trait, term `corrected_prevalence`; without a value where nobody is shown to attend.
    attentive
        Share that follows the instruction, term `attentive`.
    uncorrected
        What the question says when everybody is taken to follow it, term `prevalence`: pulled towards one half.
    """

    corrected: Estimate
    attentive: Estimate
    uncorrected: Estimate


def anchored_prevalence(
    answer: npt.ArrayLike,
    anchor: npt.ArrayLike,
    p: float,
    anchor_p: float,
    *,
    anchor_share: float = 0.0,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> AnchoredPrevalence:
    """Estimate a crosswise share and the share of attentive respondents together.

    Use it whenever a crosswise question was asked: a respondent who answers at random says yes half of the time, which
    makes a rare trait look common. The anchor is a second crosswise question whose sensitive statement holds for a
    known share, usually nobody. Assumes that the same people attend to both, and that attention is unrelated to the
    trait.

    Parameters
    ----------
    answer, anchor
        (n,) 1 when both or neither statement holds, else 0.
    p, anchor_p
        Probability of the innocuous statement beside the trait, and beside the anchor's.
    anchor_share
        Share that the anchor's sensitive statement holds for.
    weights, strata, clusters
        (n,) each, or None.
    confidence
        Coverage of the intervals.

    Returns
    -------
    AnchoredPrevalence
        Estimates may leave 0 to 1 by chance.

    Raises
    ------
    EstimationError
        A probability outside 0 to 1 or at one half, answers that are not 0 or 1, or as `design_covariance`.

    Source
        Atsusaka & Stevenson 2023, Political Analysis 31(1), 134–148, equations for B̂ and γ̂; with weights and clusters
        the linearised variance instead of their bootstrap, and Fieller 1954, JRSS B 16(2), 175–185, for the ratio.

    Example
    -------
    >>> y, a = np.array([1, 0, 0, 0, 0] * 40), np.array([0, 0, 0, 0, 1] * 40)
    >>> round(anchored_prevalence(1 - y, 1 - a, 0.15, 0.15).attentive.value, 3)
    0.857
    """
    y, a = checked_answers(answer), checked_answers(anchor)
    _refuse_impossible(len(y), len(a), {"p": p, "anchor_p": anchor_p, "anchor_share": anchor_share})
    w = checked_weights(weights, len(y))
    share = (np.ones(len(y)) if w is None else w) / (len(y) if w is None else w.sum())
    means = np.array([share @ y, share @ a])
    scores = share[:, None] * (np.column_stack([y, a]) - means)
    design = design_covariance(scores, strata, clusters)
    about = _About(len(y), float(design.degrees_of_freedom), confidence)
    told = (1 - 2 * anchor_p) * (0.5 - anchor_share)
    away, anchored = means - 0.5
    attentive = about.estimate("attentive", anchored / told, math.sqrt(design.matrix[1, 1]) / abs(told))
    uncorrected = about.estimate(
        "prevalence", 0.5 + away / (2 * p - 1), math.sqrt(design.matrix[0, 0]) / abs(2 * p - 1)
    )
    if (attentive.value or 0.0) <= 0:
        nothing = unusable_estimate("corrected_prevalence", AT_RANDOM, n=len(y), unit=UNIT, method=METHOD)
        return AnchoredPrevalence(nothing, attentive, uncorrected)
    corrected = _corrected(about, (float(away), float(anchored)), design.matrix, told / (2 * p - 1))
    return AnchoredPrevalence(corrected, attentive, uncorrected)


def _refuse_impossible(n: int, anchors_n: int, given: dict[str, float]) -> None:
    if n != anchors_n:
        raise EstimationError(f"anchor has {anchors_n} answers for {n}; give one for each respondent")
    for name, value in given.items():
        if not 0 <= value <= 1:
            raise EstimationError(f"{name} is {value:g}; a probability lies between 0 and 1")
        if abs(value - 0.5) < MIN_SIGNAL:
            raise EstimationError(f"{name} is {value:g}: at one half the question says nothing; choose another")


@dataclass(frozen=True, slots=True)
class _About:
    n: int
    degrees_of_freedom: float
    confidence: float

    def estimate(self, term: str, value: float, se: float, warnings: tuple[str, ...] = ()) -> Estimate:
        return usable_estimate(
            term, float(value), float(se), n=self.n, unit=UNIT, method=METHOD, confidence=self.confidence,
            degrees_of_freedom=self.degrees_of_freedom, warnings=warnings,
        )  # fmt: skip


def _corrected(about: _About, away: tuple[float, float], covariance: FloatArray, factor: float) -> Estimate:
    """½ + factor · (λ − ½)/(λ' − ½), with the limits between which that ratio is compatible with the data."""
    t = quantile((1 + about.confidence) / 2, about.degrees_of_freedom)
    top, bottom = away
    slack = t * t * covariance[1, 1] / bottom**2 if bottom else math.inf
    if slack >= 1:
        return unusable_estimate(
            "corrected_prevalence", AT_RANDOM, n=about.n, unit=UNIT, method=METHOD, confidence=about.confidence
        )
    ratio = top / bottom
    variance = (covariance[0, 0] - 2 * ratio * covariance[0, 1] + ratio**2 * covariance[1, 1]) / bottom**2
    middle = (ratio - slack * covariance[0, 1] / covariance[1, 1]) / (1 - slack)
    inner = variance - slack / bottom**2 * (covariance[0, 0] - covariance[0, 1] ** 2 / covariance[1, 1])
    half = t * math.sqrt(max(inner, 0.0)) / (1 - slack)
    low, high = sorted(0.5 + factor * end for end in (middle - half, middle + half))
    made = about.estimate("corrected_prevalence", 0.5 + factor * ratio, abs(factor) * math.sqrt(variance))
    return Estimate(
        **{name: getattr(made, name) for name in made.__slots__}
        | {"low": min(low, float(made.value or 0.0)), "high": max(high, float(made.value or 0.0))}
    )
