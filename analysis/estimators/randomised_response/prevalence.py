"""Moment estimate of a masked share: the share of yes, corrected for the device.

What belongs here: validation of answers; the closed form and its variance. What must not: covariates.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import (
    DEFAULT_CONFIDENCE,
    Estimate,
    normal_interval,
    unusable_estimate,
    usable_estimate,
)
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.variance import FloatArray, design_covariance

UNIT = "share of respondents"
MIN_RESPONDENTS = 10
OUTSIDE = "the whole interval lies outside 0 to 1: instructions were not followed, or the device is another: not usable"


def checked_answers(answer: npt.ArrayLike) -> FloatArray:
    """Validate masked answers.

    Parameters
    ----------
    answer
        (n,) 0/1.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    EstimationError
        When a value is not 0 or 1, or fewer than ten are given.

    Example
    -------
    >>> len(checked_answers([0, 1] * 5))
    10
    """
    y = np.asarray(answer, dtype=np.float64)
    wrong = ~np.isin(y, (0.0, 1.0))
    if wrong.any():
        i = int(wrong.argmax())
        raise EstimationError(f"response is {y.flat[i]:g} at position {i + 1}; use 1 for yes and 0 for no")
    if y.ndim != 1 or len(y) < MIN_RESPONDENTS:
        raise EstimationError(f"response holds {y.size} answer(s); give at least {MIN_RESPONDENTS} in one column")
    return y


def prevalence(
    answer: npt.ArrayLike,
    how: Device,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Estimate:
    """Estimate the share that holds the trait behind a random device.

    Assumes that everybody follows the device. The estimate may leave 0 to 1; when its whole interval does, it is
    withheld.

    Parameters
    ----------
    answer
        (n,) 0/1.
    how
        From `device`.
    weights, strata, clusters
        (n,) each, or None.
    confidence
        Coverage of the interval.

    Returns
    -------
    Estimate
        Term `prevalence`.

    Raises
    ------
    EstimationError
        As `checked_answers`, `checked_weights` and `design_covariance`.

    Source
        Warner 1965, JASA 60(309), 63–69; (ȳ − c0)/c1 with variance ȳ(1 − ȳ)/n/c1².

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> round(prevalence([0, 1] * 50, device("mirrored", 0.75)).value, 6)
    0.5
    """
    y = checked_answers(answer)
    w = checked_weights(weights, len(y))
    full = np.ones(len(y)) if w is None else w
    share = float(full @ y / full.sum())
    variance, df, method = _share_variance(y, share, w, strata, clusters)
    value, se = (share - how.c0) / how.c1, float(np.sqrt(variance)) / abs(how.c1)
    limits = normal_interval(value, se, confidence, df)
    if limits.high < 0 or limits.low > 1:
        return unusable_estimate("prevalence", OUTSIDE, n=len(y), unit=UNIT, method=method, confidence=confidence)
    warnings = () if 0 <= value <= 1 else ("the estimated share lies outside 0 to 1, its interval does not",)
    return usable_estimate(
        "prevalence",
        value,
        se,
        n=len(y),
        unit=UNIT,
        method=method,
        confidence=confidence,
        degrees_of_freedom=df,
        warnings=warnings,
    )


def _share_variance(
    y: FloatArray,
    share: float,
    w: FloatArray | None,
    strata: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
) -> tuple[float, float | None, str]:
    if w is None and strata is None and clusters is None:
        return share * (1 - share) / len(y), None, "share of yes corrected for the device"
    full = np.ones(len(y)) if w is None else w
    design = design_covariance((full * (y - share) / full.sum())[:, None], strata, clusters)
    method = "weighted share of yes corrected for the device, linearised"
    return float(design.matrix[0, 0]), float(design.degrees_of_freedom), method
