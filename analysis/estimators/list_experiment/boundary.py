"""Predictions of a regression that ran to the end of the unit interval: limits that do not claim certainty.

What belongs here: telling such a prediction, and the limits it gets instead of the delta method's.
What must not: fitting, averages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from analysis.estimators.estimate import Estimate, quantile
from analysis.estimators.variance import FloatArray

BOUNDARY = (
    "the fit ran to the end of the unit interval, where the delta method fails: no standard error; the limits are "
    "those of the linear regression of the same average"
)
NO_LIMITS = "the fit ran to the end of the unit interval, where the delta method fails: no error and no limits"
# A share whose standard error is this many times p(1 − p) tells next to nothing on the logit scale; one nearer to 0 or
# 1 than AT_EDGE is there.
WIDEST, AT_EDGE = 2.0, 1e-4
# Average of rows to the linear regression's average and its standard error.
Linear = Callable[[FloatArray], tuple[float, float]]


def is_at_boundary(value: float, se: float, *, is_separated: bool, is_share: bool) -> bool:
    """Tell whether the delta method means nothing for an average prediction.

    Parameters
    ----------
    value, se
        Average and delta-method error.
    is_separated
        Whether the fit has probabilities of 0 or 1, or coefficients that the data do not determine.
    is_share
        Whether the average lies between 0 and 1 by design; differences do not.

    Returns
    -------
    bool

    Example
    -------
    >>> is_at_boundary(1e-9, 1e-7, is_separated=False, is_share=True)
    True
    """
    if is_separated or not is_share:
        return is_separated
    return min(value, 1 - value) < AT_EDGE or se > WIDEST * value * (1 - value)


def with_linear_limits(
    made: Estimate, row: FloatArray | None, linear: Linear | None, lowest: float, *, confidence: float
) -> Estimate:
    """Give a prediction at the boundary the limits of the linear regression, or none.

    The linear regression needs no probability to be between 0 and 1, so its error holds at the boundary too. Its
    average counts as far as it lies within the range; the prediction itself always lies within the limits.

    Parameters
    ----------
    made
        Prediction with delta-method numbers.
    row, linear
        Average row (k,), and the regression; None where it does not estimate the same.
    lowest
        Of the range: 0 for a share, −1 for a difference; its end is 1.
    confidence
        Coverage.

    Returns
    -------
    Estimate
        Without standard error.

    Example
    -------
    >>> from analysis.estimators.estimate import usable_estimate
    >>> at_zero = usable_estimate("p", 1e-9, 1e-7, n=400, unit="share", method="test", degrees_of_freedom=398)
    >>> made = with_linear_limits(at_zero, np.ones(1), lambda row: (-0.02, 0.05), 0.0, confidence=0.95)
    >>> made.se, made.low, round(made.high, 3)
    (None, 0.0, 0.098)
    """
    if row is None or linear is None or made.value is None:
        return replace(made, se=None, low=None, high=None, warnings=(*made.warnings, NO_LIMITS))
    centre, se = linear(row)
    half = quantile((1 + confidence) / 2, made.degrees_of_freedom) * se
    centre = float(np.clip(centre, lowest, 1.0))
    low, high = max(centre - half, lowest), min(centre + half, 1.0)
    return replace(
        made,
        se=None,
        low=min(low, made.value),
        high=max(high, made.value),
        warnings=(*made.warnings, BOUNDARY),
    )
