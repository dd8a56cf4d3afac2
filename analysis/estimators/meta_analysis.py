"""Meta-analysis of effects that come in groups: several experiments of one paper, several models of one report.

What belongs here: the three-level random-effects model. What must not: reading studies, choosing effects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.variance import FloatArray

FEWEST_GROUPS = 3
LEAST_LOG_VARIANCE, START = -30.0, -6.0  # of a variance between effects; below it is 0 to any purpose
TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class MetaAnalysis:
    """The mean effect, and how effects spread around it.

    Attributes
    ----------
    mean
        Term `mean_effect`; Student t with one degree of freedom fewer than there are groups.
    between_groups, within_groups
        Standard deviations of true effects: of group means, and of effects around the mean of their group.
    effects_n, groups_n
        Effects and groups.
    """

    mean: Estimate
    between_groups: float
    within_groups: float
    effects_n: int
    groups_n: int


@dataclass(frozen=True, slots=True)
class _Fit:
    mean: float
    precision: float  # of the mean
    deviance: float  # restricted


def three_level(
    effects: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    n: int,
    unit: str,
    confidence: float = DEFAULT_CONFIDENCE,
) -> MetaAnalysis:
    """Average effects under random effects of groups and of effects within them, by restricted maximum likelihood.

    Use it where one paper gives several effects: they resemble each other, and counting each as a study of its own
    would overstate what is known. Sampling errors are taken as independent.

    Parameters
    ----------
    effects, standard_errors
        (k,) finite; errors above 0.
    groups
        (k,) labels.
    n, unit
        Respondents behind all effects; the effects' unit.
    confidence
        Coverage of the interval.

    Returns
    -------
    MetaAnalysis

    Raises
    ------
    EstimationError
        When lengths differ, a number is missing, an error is not above 0, or there are fewer than three groups.

    Source
        Konstantopoulos 2011, Research Synthesis Methods 2(1), 61–76; as `rma.mv(random = ~ 1 | group/effect)` of R
        metafor, with t quantiles of (groups − 1) degrees of freedom.

    Example
    -------
    >>> made = three_level([0.1, 0.2, 0.3], [0.05] * 3, ["a", "b", "c"], n=300, unit="share")
    >>> round(made.mean.value, 3)
    0.2
    """
    y, s = np.asarray(effects, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    labels = np.asarray(groups).astype(str)
    if not y.shape == s.shape == labels.shape or not np.isfinite(y).all() or not (np.isfinite(s) & (s > 0)).all():
        raise EstimationError("effects, standard_errors and groups have to be as many, finite, with errors above 0")
    members = [labels == label for label in np.unique(labels)]
    if len(members) < FEWEST_GROUPS:
        raise EstimationError(f"groups has {len(members)} label(s); a mean of groups needs {FEWEST_GROUPS} or more")
    blocks = [(y[rows], s[rows] ** 2) for rows in members]
    within, between = _variances(blocks)
    fit = _fit(blocks, within, between)
    mean = usable_estimate(
        "mean_effect",
        fit.mean,
        fit.precision**-0.5,
        n=n,
        unit=unit,
        method=f"three-level random effects, REML: {len(y)} effects in {len(members)} groups",
        confidence=confidence,
        degrees_of_freedom=len(members) - 1,
    )
    return MetaAnalysis(mean, math.sqrt(between), math.sqrt(within), len(y), len(members))


def _variances(blocks: list[tuple[FloatArray, FloatArray]]) -> tuple[float, float]:
    """Variances within and between groups that minimise the restricted deviance; from three starts, bounded below."""

    def deviance(logs: FloatArray) -> float:
        within, between = np.exp(logs)
        return _fit(blocks, float(within), float(between)).deviance

    starts = [(START, START), (START, LEAST_LOG_VARIANCE), (LEAST_LOG_VARIANCE, START)]
    bounds = [(LEAST_LOG_VARIANCE, 5.0)] * 2
    options = {"xatol": TOLERANCE**0.5, "fatol": TOLERANCE, "maxiter": 4000}
    found = [optimize.minimize(deviance, s, method="Nelder-Mead", bounds=bounds, options=options) for s in starts]
    within, between = np.exp(min(found, key=lambda one: float(one.fun)).x)
    return float(within), float(between)


def _fit(blocks: list[tuple[FloatArray, FloatArray]], within: float, between: float) -> _Fit:
    """Generalised least squares at given variances; a group's covariance is diagonal plus a constant (Woodbury)."""
    parts = []
    for y, v in blocks:
        w = 1 / (v + within)
        total, shrink = float(w.sum()), between / (1 + between * float(w.sum()))
        wy = float(w @ y)
        parts.append(
            (
                total - shrink * total**2,
                wy - shrink * total * wy,
                float(w @ y**2) - shrink * wy**2,
                -float(np.log(w).sum()) + math.log1p(between * total),
            )
        )
    precision, weighted, squares, log_determinant = (math.fsum(column) for column in zip(*parts, strict=True))
    mean = weighted / precision
    deviance = log_determinant + math.log(precision) + squares - mean * weighted
    return _Fit(mean, precision, deviance)
