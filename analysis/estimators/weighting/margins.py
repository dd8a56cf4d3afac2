"""Known totals of a population, matched with the rows of a sample.

What belongs here: margins and what makes them impossible to meet. What must not: weights that meet them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.variance import FloatArray, IntArray

# Totals of two margins may differ by rounding of published figures only.
SAME_TOTAL = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Known totals of one categorical variable, or of a cross of several.

    Attributes
    ----------
    name
        Of the variable, for messages.
    code
        (n,) position of each row's level in `levels`.
    levels, totals
        Names, and population totals of 0 or more, in the same order.
    """

    name: str
    code: IntArray
    levels: tuple[str, ...]
    totals: FloatArray


def margin(name: str, values: Sequence[object] | npt.NDArray[np.generic], totals: Mapping[str, float]) -> Margin:
    """Match the rows of a sample with the totals of a population.

    Parameters
    ----------
    name
        Of the variable.
    values
        (n,) levels; compared as text.
    totals
        Level to population total.

    Returns
    -------
    Margin

    Raises
    ------
    EstimationError
        When a level of the sample has no total, a level with a positive total has no row, or a total is negative or
        missing.

    Example
    -------
    >>> margin("sex", ["f", "m"], {"f": 60, "m": 40}).code.tolist()
    [0, 1]
    """
    levels = tuple(totals)
    position = {level: i for i, level in enumerate(levels)}
    # Numpy's own texts are converted all at once; its numbers would be written in another way than by `str`.
    given = values.tolist() if isinstance(values, np.ndarray) and values.dtype.kind == "U" else values
    text = [str(v) for v in given]
    for row, value in enumerate(text):
        if value not in position:
            raise EstimationError(
                f"margin '{name}' has no total for '{value}' (position {row + 1}); add the level, or merge it"
            )
    amounts = np.array([float(totals[level]) for level in levels])
    for level, amount in zip(levels, amounts, strict=True):
        if not np.isfinite(amount) or amount < 0:
            raise EstimationError(f"margin '{name}' has total {amount:g} for '{level}'; totals are 0 or more")
    return Margin(name, np.array([position[v] for v in text], dtype=np.int64), levels, amounts)


def check_margins(margins: Sequence[Margin], weights: FloatArray) -> None:
    """Refuse margins that no weights can meet.

    Parameters
    ----------
    margins, weights
        Of the same n rows.

    Raises
    ------
    EstimationError
        When there are none, their sums differ, or a level with a positive total has no weight in the sample.
    """
    if not margins:
        raise EstimationError("margins are empty; give the totals of at least one variable")
    grand = float(margins[0].totals.sum())
    if not grand > 0:
        raise EstimationError(f"margin '{margins[0].name}' adds up to {grand:g}; give totals above 0")
    for m in margins:
        total = float(m.totals.sum())
        if abs(total - grand) > SAME_TOTAL * grand:
            raise EstimationError(
                f"margin '{m.name}' adds up to {total:g} and '{margins[0].name}' to {grand:g}; "
                "give margins of one population, or rescale them"
            )
        held = np.bincount(m.code, weights=weights, minlength=len(m.levels))
        empty = (held == 0) & (m.totals > 0)
        if empty.any():
            level = m.levels[int(empty.argmax())]
            raise EstimationError(
                f"margin '{m.name}' has total {m.totals[int(empty.argmax())]:g} for '{level}', which no "
                f"respondent with "
                "weight holds; merge it with another level"
            )


def indicators(m: Margin) -> FloatArray:
    """Indicator of each level, (n, levels).

    Parameters
    ----------
    m
        A margin.

    Returns
    -------
    numpy.ndarray
    """
    made: FloatArray = (m.code[:, None] == np.arange(len(m.levels))).astype(np.float64)
    return made


def starting_weights(weights: npt.ArrayLike, n: int) -> FloatArray:
    """Check starting weights.

    Parameters
    ----------
    weights, n
        (n,) 0 or more; 0 for n takes their own length.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    EstimationError
        As `checked_weights`; when they are missing.
    """
    w = checked_weights(weights, n if n else len(np.asarray(weights)))
    if w is None:
        raise EstimationError("weights are missing; give starting weights, 1 for each row if there are none")
    return w
