"""A table of counts with two classifications and its margins, as a system of sums.

What belongs here: from labels and counts to cells and equations. What must not: which cells to hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.additive import System, additive_system
from analysis.errors import DisclosureError


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Cells of a table with both margins.

    Attributes
    ----------
    labels
        One (row, column) per cell of the system; `total` stands for a margin.
    system
        Counts and sums.
    """

    labels: tuple[tuple[str, str], ...]
    system: System


def two_way(counts: Mapping[tuple[str, str], int], total: str) -> TwoWay:
    """Arrange counts with their margins.

    Parameters
    ----------
    counts
        (row, column) to count; combinations that are left out hold 0. Margins may be given and are then checked.
    total
        Label of the margins.

    Raises
    ------
    DisclosureError
        A margin that is not the sum of its cells, or no inner cell.
    """
    rows = sorted({row for row, _ in counts} - {total})
    columns = sorted({column for _, column in counts} - {total})
    if not rows or not columns:
        raise DisclosureError(f"the table holds nothing but '{total}'; give its inner cells")
    inner = np.array([[counts.get((row, column), 0) for column in columns] for row in rows], dtype=np.int64)
    table = np.vstack([inner, inner.sum(axis=0)])
    table = np.hstack([table, table.sum(axis=1, keepdims=True)])
    labels = tuple((row, column) for row in [*rows, total] for column in [*columns, total])
    _check_margins(counts, dict(zip(labels, table.ravel().tolist(), strict=True)))
    return TwoWay(labels, additive_system(table.ravel(), _equations(table.shape)))


def _check_margins(given: Mapping[tuple[str, str], int], computed: Mapping[tuple[str, str], int]) -> None:
    for cell, value in given.items():
        if computed[cell] != value:
            where = " × ".join(cell)
            raise DisclosureError(
                f"cell {where} is {value}, but the cells it sums up give {computed[cell]}; mend the table"
            )


def _equations(shape: tuple[int, ...]) -> list[tuple[int, list[int]]]:
    """Last cell of every row and of every column is the sum of the others."""
    position = np.arange(np.prod(shape)).reshape(shape)
    lines = [*position, *position.T]
    return [(int(line[-1]), line[:-1].tolist()) for line in lines]
