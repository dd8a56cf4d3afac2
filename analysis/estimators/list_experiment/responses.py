"""What the answers to a list experiment must look like before anything is estimated.

What belongs here: boundary validation, one sentence per violation, and the two count tables every closed form starts
from. What must not: estimates; repairing, recoding or dropping answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray, IntArray

# Normal approximations of a share or a mean are meaningless below this; ten is the usual textbook floor.
MIN_RESPONDENTS_PER_ARM = 10

# conventional: the sensitive item makes the treated list longer by one. placebo-list: the control list holds in its
# place an item that nobody can hold, so that both lists have J + 1 items.
ListDesign: TypeAlias = Literal["conventional", "placebo-list"]


@dataclass(frozen=True, slots=True, eq=False)
class ListResponses:
    """Validated answers of a list experiment.

    Attributes
    ----------
    y
        (n,) number of items endorsed, as float.
    treat
        (n,) 1 if the list held the sensitive item.
    items
        J, the number of items that everybody saw, without sensitive and placebo item.
    control_counts, treated_counts
        (J + 2,) respondents answering 0, 1, ..., J + 1 in each arm; the last control cell is 0 unless the control list
        holds a placebo item.
    """

    y: FloatArray
    treat: IntArray
    items: int
    control_counts: IntArray
    treated_counts: IntArray

    def rows(self, rows: slice) -> ListResponses:
        """Answers of some respondents, beside the counts of all."""
        return replace(self, y=self.y[rows], treat=self.treat[rows])

    @property
    def n(self) -> int:
        """Respondents in both arms."""
        return len(self.y)

    @property
    def control_n(self) -> int:
        """Respondents in the control arm."""
        return int(self.control_counts.sum())

    @property
    def treated_n(self) -> int:
        """Respondents in the treated arm."""
        return int(self.treated_counts.sum())


def list_responses(
    response: npt.ArrayLike, treat: npt.ArrayLike, items: int, *, design: ListDesign = "conventional"
) -> ListResponses:
    """Validate a list experiment and count its cells.

    Use it at the door of every estimator of this package.

    Parameters
    ----------
    response
        (n,) whole numbers: 0..J in the control arm (0..J + 1 with a placebo item), 0..J + 1 in the treated arm.
    treat
        (n,) 0/1 or bool; 1 saw the sensitive item.
    items
        J, the number of items without the sensitive one; at least 1.
    design
        Whether the control list is one item shorter, or of equal length with a placebo item.

    Returns
    -------
    ListResponses

    Raises
    ------
    EstimationError
        When lengths differ, an answer is missing, fractional or outside its range, an arm is missing or has fewer than
        ten respondents, or `items` is not a positive whole number.

    Missing
        Not allowed; the caller decides what a refusal means and drops or codes it.

    Example
    -------
    >>> list_responses([0, 1] * 10, [0] * 10 + [1] * 10, 3).treated_n
    10
    """
    J = _checked_items(items)
    z = _checked_arms(treat)
    y = _checked_counts(response, len(z))
    _refuse_out_of_range(y, z, J, J + (design == "placebo-list"))
    counts = [np.bincount(y[z == arm].astype(np.int64), minlength=J + 2) for arm in (0, 1)]
    _refuse_small_arms(counts[0], counts[1])
    return ListResponses(y, z, J, counts[0], counts[1])


POSITIVE_WEIGHTS = (
    "weights are 0 or more; where linear calibration left negative ones, calibrate by rake or logit, or with bounds"
)


def checked_weights(weights: npt.ArrayLike | None, n: int) -> FloatArray | None:
    """Validate survey weights.

    Parameters
    ----------
    weights
        (n,) non-negative, not all zero; None passes through.
    n
        Number of respondents.

    Returns
    -------
    numpy.ndarray or None

    Raises
    ------
    EstimationError
        When the length is wrong, or a weight is missing, infinite or negative, or all are zero.

    Example
    -------
    >>> checked_weights([1, 2], 2).tolist()
    [1.0, 2.0]
    """
    if weights is None:
        return None
    w = _as_floats(weights, "weights")
    if w.shape != (n,):
        raise EstimationError(f"weights has shape {w.shape}; give one weight for each of the {n} respondents")
    _refuse_at(~np.isfinite(w), w, "weights", "give every respondent a finite weight")
    _refuse_at(w < 0, w, "weights", POSITIVE_WEIGHTS)
    if not w.sum() > 0:
        raise EstimationError("weights are all zero; give some respondents a positive weight")
    return w


def _checked_items(items: int) -> int:
    if isinstance(items, bool) or not isinstance(items, (int, np.integer)) or items < 1:
        raise EstimationError(f"items is {items!r}; give the number of items without the sensitive one, at least 1")
    return int(items)


def _checked_arms(treat: npt.ArrayLike) -> IntArray:
    z = _as_floats(treat, "treat")
    if z.ndim != 1:
        raise EstimationError(f"treat has shape {z.shape}; give one flat column")
    _refuse_at(~np.isin(z, (0.0, 1.0)), z, "treat", "use 0 for the control arm and 1 for the treated arm")
    return z.astype(np.int64)


def _checked_counts(response: npt.ArrayLike, n: int) -> FloatArray:
    y = _as_floats(response, "response")
    if y.shape != (n,):
        raise EstimationError(
            f"response has shape {y.shape} but treat has {n} rows; give both for the same respondents"
        )
    _refuse_at(~np.isfinite(y), y, "response", "drop the respondent or code the missing answer first")
    _refuse_at(y != np.floor(y), y, "response", "a list answer is a whole number of items")
    return y


def _refuse_out_of_range(y: FloatArray, z: IntArray, J: int, most: int) -> None:
    hint = "" if most > J else "; if its list held a placebo item, the design is placebo-list"
    fix = f"the control arm answers 0..{most} when items is {J}{hint}"
    _refuse_at((y < 0) | ((z == 0) & (y > most)), y, "response", fix)
    _refuse_at(y > J + 1, y, "response", f"the treated arm answers 0..{J + 1} when items is {J}")


def _refuse_small_arms(control: IntArray, treated: IntArray) -> None:
    for name, counts in (("control (treat = 0)", control), ("treated (treat = 1)", treated)):
        n = int(counts.sum())
        if n < MIN_RESPONDENTS_PER_ARM:
            raise EstimationError(
                f"treat has {n} respondent(s) in the {name} arm; give at least {MIN_RESPONDENTS_PER_ARM}"
            )


def _as_floats(values: npt.ArrayLike, name: str) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EstimationError(f"{name} is not numeric ({error}); give numbers") from error


def _refuse_at(is_wrong: npt.NDArray[np.bool_], values: FloatArray, name: str, fix: str) -> None:
    if is_wrong.any():
        i = int(is_wrong.argmax())
        raise EstimationError(f"{name} is {values[i]:g} at position {i + 1}; {fix}")
