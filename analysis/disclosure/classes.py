"""Equivalence classes: records that agree on every quasi-identifier, with a blank as a category of its own.

What belongs here: turning columns into codes and codes into class sizes. What must not: any measure of risk, any
decision, any output about a single record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DisclosureError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DENSE_CELLS = 1 << 22
"""Largest number of possible combinations that are counted in a dense array; larger ones are sorted."""

LARGEST_KEY = 1 << 62


@dataclass(frozen=True, eq=False)
class Classes:
    """The partition of records into equivalence classes.

    Attributes
    ----------
    label
        (n,) class of every record, 0 to `count` − 1.
    size
        (count,) records in every class.
    """

    label: Ints
    size: Ints

    @property
    def count(self) -> int:
        """Number of classes."""
        return len(self.size)

    @property
    def frequency(self) -> Ints:
        """(n,) records that share the record's class, itself included: f in the literature."""
        return self.size[self.label]


def encode(columns: Sequence[Any]) -> Ints:
    """Give every category of every column a number from 0; None, NaN and the empty text share one category: blank.

    Parameters
    ----------
    columns
        M columns of n values each, of any type that prints.

    Returns
    -------
    (n, M) int
        Codes; 0 is the blank.

    Raises
    ------
    DisclosureError
        No column, or columns of different lengths.
    """
    if not columns:
        raise DisclosureError("no quasi-identifier was named; name at least one column")
    coded = [pd.factorize(pd.Series(column).replace("", None))[0] + 1 for column in columns]
    if len({len(column) for column in coded}) > 1:
        raise DisclosureError(f"columns of lengths {', '.join(str(len(c)) for c in coded)}; give columns of one length")
    return np.column_stack(coded).astype(np.int64)


def partition(codes: Ints) -> Classes:
    """Find the equivalence classes of coded records.

    Parameters
    ----------
    codes
        (n, M) non-negative codes, as `encode` gives them.

    Returns
    -------
    Classes
    """
    key, cells = combined_key(codes)
    if cells <= DENSE_CELLS:
        counts = np.bincount(key, minlength=cells)
        occupied = np.flatnonzero(counts)
        position = np.zeros(cells, dtype=np.int64)
        position[occupied] = np.arange(len(occupied))
        return Classes(position[key], counts[occupied].astype(np.int64))
    _, label, size = np.unique(key, return_inverse=True, return_counts=True)
    return Classes(label.astype(np.int64), size.astype(np.int64))


def combined_key(codes: Ints) -> tuple[Ints, int]:
    """One number per combination of codes, and how many combinations the numbers can tell apart.

    Where the product of the categories would not fit, the combination so far is numbered anew before it goes on.
    """
    key = np.zeros(len(codes), dtype=np.int64)
    cells = 1
    for column in codes.T:
        radix = int(column.max(initial=0)) + 1
        if cells * radix >= LARGEST_KEY:
            _, key = np.unique(key, return_inverse=True)
            cells = int(key.max(initial=0)) + 1
        key = key * radix + column
        cells *= radix
    return key, cells
