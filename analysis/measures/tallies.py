"""Counts added up by their keys, in the order of the keys: whole numbers, so that pieces of any size give the same.

What must not be here: what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

MOST_CELLS, WIDEST = 2**62, 2**20
"""Numbers of cells at hand; whole numbers that lie no further apart are their own ranks."""


def added(counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row for each combination of keys that occurs, with the sums of all other columns.

    Parameters
    ----------
    counts
        Rows with keys (texts or whole numbers, null or not) and columns of whole numbers or of truth values.
    keys
        Names of the keys.

    Returns
    -------
    polars.DataFrame
        Keys and sums (64 bits), in ascending order of the keys, nulls first.
    """
    others = [name for name in counts.columns if name not in keys]
    if counts.is_empty():
        return counts.select(*keys, *(pl.col(name).cast(pl.Int64) for name in others))
    cells = _cells(counts, keys)
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(is_first) - 1
    named: pl.DataFrame = counts.select(keys)[order[is_first]]
    sums = (_sums(counts[name].to_numpy(), places, len(named)) for name in others)
    return named.with_columns(pl.Series(name, values) for name, values in zip(others, sums, strict=True))


def _sums(values: npt.NDArray[Any], places: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """What is counted, added up at its places; most is nothing."""
    sums = np.zeros(size, np.int64)
    counted = np.flatnonzero(values)
    np.add.at(sums, places[counted], values[counted].astype(np.int64))
    return sums


def _cells(counts: pl.DataFrame, keys: Sequence[str]) -> npt.NDArray[np.int64]:
    """One number for each combination of keys, in the same order as the keys."""
    cells, size = np.zeros(len(counts), np.int64), 1
    for name in keys:
        ranks, values = _ranks(counts[name])
        if size * values > MOST_CELLS:
            cells = np.unique(cells, return_inverse=True)[1]
            size = int(cells.max()) + 1
        cells, size = cells * values + ranks, size * values
    return cells


def _ranks(key: pl.Series) -> tuple[npt.NDArray[np.int64], int]:
    """A number for each value that orders them as they are ordered, nulls first; and how many numbers there may be."""
    if key.dtype == pl.String:
        known = key.drop_nulls().unique().sort()
        ranks = key.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
        return ranks + 1, len(known) + 1
    least, most = cast("tuple[int, int]", (key.min() or 0, key.max() or 0))
    if most - least < WIDEST:
        return (key.cast(pl.Int64) - least + 1).fill_null(0).to_numpy(), most - least + 2
    known = key.drop_nulls().unique().sort()
    ranks = np.searchsorted(known.to_numpy(), key.fill_null(0).to_numpy())
    return np.where(key.is_null().to_numpy(), 0, ranks + 1), len(known) + 1
