"""Difference in means: the list experiment's first and most robust estimator.

What belongs here: arm means, their difference and its variance, with or without a sampling design.
What must not: covariates (see the regressions), diagnostics, the word prevalence: this is a difference in mean counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.list_experiment.responses import ListDesign, ListResponses, checked_weights, list_responses
from analysis.estimators.variance import FloatArray, IntArray, TwoSampleFactor, arm_mean_covariance, mean_variance

UNIT = "items (difference or mean of counts)"


@dataclass(frozen=True, slots=True)
class DifferenceResult:
    """Arm means of a list experiment and their difference.

    Attributes
    ----------
    difference
        Treated minus control mean count, term `difference`.
    control_mean, treated_mean
        Mean counts, terms `control_mean` and `treated_mean`.
    """

    difference: Estimate
    control_mean: Estimate
    treated_mean: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class _ArmMeans:
    means: FloatArray  # treated, control
    covariance: FloatArray  # (2, 2)
    degrees_of_freedom: float | None
    method: str


def difference_in_means(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    *,
    design: ListDesign = "conventional",
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    factor: TwoSampleFactor = "hc3",
    confidence: float = DEFAULT_CONFIDENCE,
) -> DifferenceResult:
    """Estimate the difference in mean counts between the treated and the control list.

    It is the share holding the sensitive item only if lists were assigned at random, the item changes no other answer,
    and everybody answers it truthfully; run `floor_ceiling_screen` before reading it so.

    Parameters
    ----------
    response, treat, items, design
        As in `list_responses`.
    weights, strata, clusters
        (n,) each, or None. If any is given, the design-based variance and the t with (clusters − strata) are used.
    factor, confidence
        `hc3` or `neyman`, for independent respondents only; coverage of the intervals.

    Returns
    -------
    DifferenceResult

    Raises
    ------
    EstimationError
        As `list_responses`, `checked_weights`, `design_covariance`; when `factor` is not `hc3` under a design.

    Source
        Blair & Imai 2012, Political Analysis 20(1), eq. (1). `hc3` equals `ictreg(y ~ 1, method = "lm")` of R list
        9.2.6, the design-based variance equals `svyglm(y ~ treat)` of R survey 4.1.

    Example
    -------
    >>> difference_in_means([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3).difference.value
    1.0
    """
    data = list_responses(response, treat, items, design=design)
    w = checked_weights(weights, data.n)
    if w is None and strata is None and clusters is None:
        arms = _independent_arms(data.y, data.treat, factor)
    else:
        arms = _designed_arms(data, w, strata, clusters, factor)
    return _assemble(data, arms, _design_effect(data, w, arms), confidence)


def _independent_arms(y: FloatArray, z: IntArray, factor: TwoSampleFactor) -> _ArmMeans:
    groups = (y[z == 1], y[z == 0])
    covariance = np.diag([mean_variance(g, factor) for g in groups])
    return _ArmMeans(np.array([g.mean() for g in groups]), covariance, None, f"difference in means, {factor} variance")


def _designed_arms(
    data: ListResponses,
    w: FloatArray | None,
    strata: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
    factor: TwoSampleFactor,
) -> _ArmMeans:
    if factor != "hc3":
        raise EstimationError(f"factor '{factor}' is for independent respondents; leave it out under a design")
    design = arm_mean_covariance(data.y, data.treat, w, strata, clusters)
    full = np.ones(data.n) if w is None else w
    means = np.array([np.average(data.y, weights=full * (data.treat == arm)) for arm in (1, 0)])
    method = "difference in weighted means, linearised with-replacement variance"
    return _ArmMeans(means, design.matrix, design.degrees_of_freedom, method)


def _design_effect(data: ListResponses, w: FloatArray | None, arms: _ArmMeans) -> FloatArray | None:
    """Divide by the variance of n independent, equally weighted respondents: difference, treated, control."""
    if arms.degrees_of_freedom is None:
        return np.ones(3)
    full = np.ones(data.n) if w is None else w
    simple = np.array([_simple_variance(data, full, arm, arms.means[1 - arm]) for arm in (1, 0)])
    if not simple.all():
        return None
    actual = np.array([_contrast_variance(arms.covariance), *np.diag(arms.covariance)])
    return np.asarray(actual / np.array([simple.sum(), *simple]))


def _simple_variance(data: ListResponses, w: FloatArray, arm: int, mean: float) -> float:
    in_arm = data.treat == arm
    return float(np.average((data.y - mean) ** 2, weights=w * in_arm)) / (int(in_arm.sum()) - 1)


def _contrast_variance(covariance: FloatArray) -> float:
    return float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])


def _assemble(data: ListResponses, arms: _ArmMeans, deff: FloatArray | None, confidence: float) -> DifferenceResult:
    values = (float(arms.means[0] - arms.means[1]), float(arms.means[0]), float(arms.means[1]))
    variances = (_contrast_variance(arms.covariance), *np.diag(arms.covariance))
    sizes = (data.n, data.treated_n, data.control_n)
    difference, treated, control = (
        usable_estimate(
            term,
            values[i],
            float(np.sqrt(variances[i])),
            n=sizes[i],
            unit=UNIT,
            method=arms.method,
            confidence=confidence,
            effective_n=_effective_n(sizes[i], deff, i),
            degrees_of_freedom=arms.degrees_of_freedom,
        )
        for i, term in enumerate(("difference", "treated_mean", "control_mean"))
    )
    return DifferenceResult(difference, control, treated)


def _effective_n(n: int, deff: FloatArray | None, i: int) -> float | None:
    return None if deff is None or deff[i] <= 0 else float(n / deff[i])
