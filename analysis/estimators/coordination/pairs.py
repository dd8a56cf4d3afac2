"""Pairs of shares of one object within a time window, by sorting and sliding; never all pairs of an object.

What belongs here: the shares, and their pairs in parts of bounded size. What must not: edges, components.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DEFAULT_MAX_PAIRS = 20_000_000
"""Candidate pairs from which on a window is refused: they bound time, and the memory of the edges."""
PART_PAIRS = 2_000_000
"""Pairs held at a time; bounds the memory."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of objects by accounts: arrays of one length.

    Attributes
    ----------
    object, account, content : (n,) int64
        Codes of 0 or more. Objects and contents share one numbering, so that a post that shares itself is recognised.
    time : (n,) int64
        In any whole unit; windows are given in the same one.

    Raises
    ------
    EstimationError
        Unequal lengths, a negative code, or numbers that are not whole.
    """

    object: IntArray
    account: IntArray
    content: IntArray
    time: IntArray

    def __post_init__(self) -> None:
        """Refuse arrays that cannot be shares."""
        for name in ("object", "account", "content", "time"):
            values = getattr(self, name)
            if values.shape != self.object.shape or values.ndim != 1:
                raise EstimationError(f"{name} has shape {values.shape}; give one value for each of the shares")
            if values.dtype.kind not in "iu":
                raise EstimationError(f"{name} has type {values.dtype}; give whole numbers")
            if name != "time" and len(values) and values.min() < 0:
                raise EstimationError(f"{name} holds {values.min()}; codes are 0 or more")

    def __len__(self) -> int:
        """Number of shares."""
        return len(self.object)

    def select(self, rows: BoolArray | IntArray) -> Shares:
        """Some of the shares, by mask or position."""
        return Shares(self.object[rows], self.account[rows], self.content[rows], self.time[rows])

    def distinct(self) -> Shares:
        """Every share once: the same account, object, content and time twice is one event."""
        if len(self) == 0:
            return self
        order = np.lexsort((self.content, self.account, self.time, self.object))
        columns = [values[order] for values in (self.object, self.time, self.account, self.content)]
        is_new = np.ones(len(order), dtype=bool)
        is_new[1:] = np.logical_or.reduce([values[1:] != values[:-1] for values in columns])
        return self.select(order[is_new])


def active(shares: Shares, min_participation: int) -> Shares:
    """Shares of accounts that shared often enough, sorted by object and time.

    Parameters
    ----------
    shares
        Distinct shares.
    min_participation
        Fewest shares of an account.

    Returns
    -------
    Shares
    """
    if len(shares) == 0:
        return shares
    kept = shares.select(np.bincount(shares.account)[shares.account] >= min_participation)
    return kept.select(np.lexsort((kept.time, kept.object)))


def window_ends(shares: Shares, window: int) -> IntArray:
    """For each share, the position behind the last share of its object within the window after it.

    Parameters
    ----------
    shares
        Sorted by object and time.
    window
        Longest distance in time, in its unit.

    Returns
    -------
    numpy.ndarray
        (n,) positions.

    Raises
    ------
    EstimationError
        When objects times seconds do not fit 64 bits.
    """
    if len(shares) == 0:
        return np.empty(0, dtype=np.int64)
    since = shares.time - shares.time.min()
    step = int(since.max()) + window + 1
    rank = np.cumsum(np.diff(shares.object, prepend=shares.object[0]) != 0)
    if (int(rank[-1]) + 1) * step >= np.iinfo(np.int64).max:
        raise EstimationError(f"{rank[-1] + 1} objects over {step} time units do not fit; give time in coarser units")
    key = rank * step + since
    ends: IntArray = np.searchsorted(key, key + window, side="right").astype(np.int64)
    return ends


def demand_room(ends: IntArray, window: int, max_pairs: int) -> None:
    """Refuse a window that makes more candidate pairs than allowed, before any is made.

    Parameters
    ----------
    ends, window, max_pairs
        From `window_ends`; most candidates allowed.

    Raises
    ------
    EstimationError
        Naming the number of candidates and what to do.
    """
    per_share = ends - np.arange(len(ends)) - 1
    candidates, largest = int(per_share.sum()), int(per_share.max(initial=0))
    if candidates > max_pairs:
        raise EstimationError(
            f"window {window} makes {candidates} candidate pairs, more than the {max_pairs} allowed (one share has "
            f"{largest} others in its window); shorten the window, leave out objects that everybody shares, or raise "
            "the cap"
        )


@dataclass(frozen=True, eq=False)
class Part:
    """Some shares and all that follow within their windows: what is needed to make their pairs, here or elsewhere.

    Attributes
    ----------
    shares
        (m,) shares, sorted by object and time.
    ends
        (k,) for each of the first k ≤ m shares, the position behind the last within its window.
    counting
        (m,) whether a share counts: a pair needs one that does.
    """

    shares: Shares
    ends: IntArray
    counting: BoolArray


def parts(shares: Shares, ends: IntArray, counting: BoolArray, most_pairs: int) -> Iterator[Part]:
    """Cut shares into parts of bounded numbers of pairs; one object may be in many.

    Parameters
    ----------
    shares, ends
        Sorted shares, and `window_ends` of them.
    counting
        (n,) as in `Part`.
    most_pairs
        Candidate pairs of a part, unless a single share has more.

    Yields
    ------
    Part
    """
    total = np.concatenate([[0], np.cumsum(ends - np.arange(len(ends)) - 1)])
    first = 0
    while first < len(ends):
        last = int(np.searchsorted(total, total[first] + most_pairs, side="right")) - 1
        last = min(max(last, first + 1), len(ends))
        if total[last] > total[first]:
            behind = int(ends[first:last].max())
            yield Part(_cut(shares, first, behind), ends[first:last] - first, counting[first:behind])
        first = last


def _cut(shares: Shares, first: int, behind: int) -> Shares:
    own = slice(first, behind)
    return Shares(shares.object[own], shares.account[own], shares.content[own], shares.time[own])


def pairs_of(part: Part) -> tuple[IntArray, IntArray]:
    """Pairs of positions, earlier share first, without pairs inside an account or a content.

    A post that shares itself makes no pair, nor do two shares that do not count.

    Parameters
    ----------
    part
        From `parts`.

    Returns
    -------
    tuple
        Two (pairs,) arrays of positions in the part's shares.
    """
    left, right = _expanded(part.ends)
    shares, itself = part.shares, part.shares.object == part.shares.content
    keep = (shares.account[left] != shares.account[right]) & (shares.content[left] != shares.content[right])
    keep &= ~(itself[left] | itself[right]) & (part.counting[left] | part.counting[right])
    return left[keep], right[keep]


def _expanded(ends: IntArray) -> tuple[IntArray, IntArray]:
    """Positions 0, 0, …, 1, … and of what follows each within its window."""
    after = ends - np.arange(len(ends)) - 1
    left = np.repeat(np.arange(len(ends)), after)
    begins = np.repeat(np.cumsum(after) - after, after)
    return left, left + 1 + np.arange(len(left)) - begins
