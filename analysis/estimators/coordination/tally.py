"""What is counted in one part of the pairs, and how parts add up: whole numbers, the same in any cut and any order.

What belongs here: counts of parts, sums of counts. What must not: components, quantiles, where a part is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from analysis.estimators.coordination.pairs import PART_PAIRS, IntArray, Part, pairs_of


class RunOnParts(Protocol):
    """Calls a function with every part, on this machine or on others."""

    def __call__(self, function: Callable[[Part], Any], parts: Iterable[Part], /) -> Iterator[Any]:
        """Results in the order of the parts."""


@dataclass(frozen=True)
class Runner:
    """Where pairs are counted.

    Attributes
    ----------
    run
        Such as the built-in `map`.
    workers
        How many parts can be worked on at a time; there will be at least twice as many, if there are pairs for them.
    """

    run: RunOnParts = map
    workers: int = 1

    def most_pairs(self, candidates: int) -> int:
        """Candidate pairs of one part, out of so many."""
        return PART_PAIRS if self.workers == 1 else min(PART_PAIRS, candidates // (2 * self.workers) + 1)


HERE = Runner()


@dataclass(frozen=True, eq=False)
class Keys:
    """Distinct rows of whole numbers in ascending order, and how often each was seen.

    Attributes
    ----------
    rows
        (k, 2)
    counts
        (k,)
    """

    rows: IntArray = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    counts: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, first: IntArray, second: IntArray | None = None, counts: IntArray | None = None) -> Keys:
        """Rows that may repeat, counted."""
        rows = np.column_stack([first, np.zeros_like(first) if second is None else second])
        often = np.ones(len(rows), dtype=np.int64) if counts is None else counts
        if len(rows) == 0:
            return cls()
        order = np.lexsort((rows[:, 1], rows[:, 0])) if second is not None else np.argsort(first, kind="stable")
        rows, often = rows[order], often[order]
        starts = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]).any(axis=1)])
        return cls(rows[starts], np.add.reduceat(often, starts))

    def plus(self, other: Keys) -> Keys:
        """Both together."""
        if len(self.counts) == 0:
            return other
        rows = np.concatenate([self.rows, other.rows])
        return Keys.of(rows[:, 0], rows[:, 1], np.concatenate([self.counts, other.counts]))

    def distinct_per_first(self) -> IntArray:
        """How many second numbers each first number has, first numbers in ascending order."""
        return np.unique(self.rows[:, 0], return_counts=True)[1].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of one part, or of several.

    Attributes
    ----------
    pairs, time_delta_sum
        Pairs, and the sum of their distances in time.
    edges
        Pairs of accounts as one number.
    low, high
        The same with the content of the account with the lower, the higher code.
    contents, objects
        Codes of those in pairs, each once.
    """

    pairs: int = 0
    time_delta_sum: int = 0
    edges: Keys = field(default_factory=Keys)
    low: Keys = field(default_factory=Keys)
    high: Keys = field(default_factory=Keys)
    contents: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    objects: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.pairs + other.pairs,
            self.time_delta_sum + other.time_delta_sum,
            self.edges.plus(other.edges),
            self.low.plus(other.low),
            self.high.plus(other.high),
            np.union1d(self.contents, other.contents),
            np.union1d(self.objects, other.objects),
        )


def count_part(part: Part, accounts_n: int, coortweet_compat: bool) -> Tally:
    """Count the pairs of a part.

    Parameters
    ----------
    part
        From `parts`.
    accounts_n
        One more than the largest code of an account, in all parts.
    coortweet_compat
        As in `coordination`.

    Returns
    -------
    Tally
    """
    left, right = pairs_of(part)
    account, content, of_object = part.shares.account, part.shares.content, part.shares.object
    swapped = account[left] > account[right]
    low, high = np.where(swapped, right, left), np.where(swapped, left, right)
    edge = account[low] * accounts_n + account[high]
    first, second = (left, right) if coortweet_compat else (low, high)
    inside = np.zeros(len(account), dtype=bool)
    inside[left] = inside[right] = True
    return Tally(
        len(left),
        int((part.shares.time[right] - part.shares.time[left]).sum()),
        Keys.of(edge),
        Keys.of(edge, content[first]),
        Keys.of(edge, content[second]),
        np.unique(content[inside]),
        np.unique(of_object[inside]),
    )


def paired_contents(part: Part) -> IntArray:
    """Contents that are in a pair of a part.

    Parameters
    ----------
    part
        From `parts`.

    Returns
    -------
    numpy.ndarray
        Codes, each once.
    """
    left, right = pairs_of(part)
    inside = np.zeros(len(part.shares), dtype=bool)
    inside[left] = inside[right] = True
    return np.unique(part.shares.content[inside])


def joint_objects(part: Part, accounts_n: int) -> tuple[int, Keys]:
    """Pairs of a part, and which objects which two accounts shared together.

    Parameters
    ----------
    part, accounts_n
        As in `count_part`.

    Returns
    -------
    tuple
        Number of pairs; pairs of accounts with objects.
    """
    left, right = pairs_of(part)
    account = part.shares.account
    low, high = np.minimum(account[left], account[right]), np.maximum(account[left], account[right])
    return len(left), Keys.of(low * accounts_n + high, part.shares.object[left])
