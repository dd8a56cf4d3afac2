"""Trimming of extreme weights.

What belongs here: cutting weights and giving away what was cut. What must not: calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.margins import starting_weights


@dataclass(frozen=True, slots=True, eq=False)
class TrimmedWeights:
    """Weights with the extremes cut and what was cut given to the others.

    Attributes
    ----------
    weights
        (n,) with the sum of the original.
    cut_low, cut_high
        Rows raised to the lower and lowered to the upper limit.
    """

    weights: FloatArray
    cut_low: int
    cut_high: int


def trim_weights(weights: npt.ArrayLike, lower: float, upper: float) -> TrimmedWeights:
    """Cut weights at limits and spread the difference evenly over the rows inside them.

    Trimming trades bias for variance; report both results. Rows of weight 0 stay 0. The spread may push a row a little
    past a limit, and calibrated totals are no longer met.

    Parameters
    ----------
    weights
        (n,).
    lower, upper
        Limits; infinity for none.

    Returns
    -------
    TrimmedWeights

    Raises
    ------
    EstimationError
        When limits are reversed, or every row lies outside them.

    Source
        Potter 1990, Proceedings of the Survey Research Methods Section, ASA, 225–230; one pass, as `trimWeights` of
        R survey 4.1.

    Example
    -------
    >>> trim_weights([1.0, 2.0, 9.0], 0.0, 6.0).weights.tolist()
    [2.5, 3.5, 6.0]
    """
    if not lower < upper:
        raise EstimationError(f"trimming limits are {lower:g} and {upper:g}; give a lower one below the upper one")
    w = starting_weights(weights, len(np.asarray(weights)))
    used = w > 0
    outside = used & ((w < lower) | (w > upper))
    if not outside.any():
        return TrimmedWeights(w, 0, 0)
    inside = used & ~outside
    if not inside.any():
        raise EstimationError(f"every weight lies outside {lower:g} to {upper:g}; widen the limits")
    cut = np.where(outside, np.clip(w, lower, upper), w)
    made = np.where(inside, cut + (w.sum() - cut.sum()) / inside.sum(), cut)
    return TrimmedWeights(made, int((used & (w < lower)).sum()), int((w > upper).sum()))
