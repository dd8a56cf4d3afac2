"""Protect frequencies: suppress small cells and what would give them away, round what remains, add up nothing again.

All frequency tables of a release form one constraint system: a cell that two tables show is one cell, and a total
that a table shows is the sum of its parts. What must not be here: a table whose totals are computed after suppression.

Source: primary suppression as in ACRO (minimum cell 10); secondary as in Fischetti & Salazar 2001; rounding after
suppression as in OpenSAFELY.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.additive import TOLERANCE, Bools, System, additive_system, feasible_intervals
from analysis.disclosure.history import Earlier, held
from analysis.disclosure.secondary import Pattern, protect
from analysis.errors import DisclosureError
from analysis.schemas.declaration import Table

COUNTED = ("persons", "posts")
"""Units whose counts are protected."""

Cell = tuple[str, frozenset[tuple[str, object]]]
"""What is counted, and the categories that the count is restricted to: equal in every table that shows it."""


@dataclass(frozen=True)
class Protected:
    """Tables as they may leave, and what the audit of the whole system found.

    Attributes
    ----------
    frames
        Table name → frame with counts suppressed and rounded.
    primary_n, secondary_n, cells_n
        Cells below the threshold; hidden beside them; in all tables together, each counted once.
    method
        How the secondary cells were chosen: `exact` or `greedy`.
    exposed_n
        Hidden cells that can be worked out, or known to lie below the threshold; the gate demands 0.
    """

    frames: dict[str, pd.DataFrame]
    primary_n: int
    secondary_n: int
    cells_n: int
    method: str
    exposed_n: int


def frequency_columns(table: Table) -> list[str]:
    """The columns that count persons, or what persons wrote."""
    return [column.name for column in table.columns if column.role == "measure" and column.unit in COUNTED]


def protect_frequencies(
    frames: Mapping[str, pd.DataFrame],
    tables: Mapping[str, Table],
    minimum_cell: int,
    rounding_base: int,
    earlier: Earlier | None = None,
) -> Protected:
    """Suppress and round all frequency tables of a release together.

    Parameters
    ----------
    frames
        Table name → checked table of output kind `frequency`; counts are the measure columns in persons.
    tables
        Their declarations.
    minimum_cell, rounding_base
        Persons. A count of zero is small too: an empty group says something about everybody in it.
    earlier
        The same tables in earlier releases: a count that moved by fewer persons than `minimum_cell` stays as published.

    Returns
    -------
    Protected

    Raises
    ------
    DisclosureError
        A count is empty, or two tables disagree about a cell, or a total is not the sum of its parts.
    """
    shown = _shown_cells(frames, tables)
    system, position = _system(shown, frames, tables)
    is_shown = np.array([cell in shown for cell in position], dtype=bool)
    primary = is_shown & (system.value < minimum_cell)
    at_least = np.maximum(system.value + 1, minimum_cell)
    pattern = protect(system, primary, at_least, hidden=~is_shown)
    published = _published(earlier or {}, tables)
    counts = {
        cell: None
        if pattern.suppressed[number]
        else held(_rounded(int(system.value[number]), rounding_base), published[cell], minimum_cell)
        for cell, number in position.items()
    }
    return Protected(
        frames={name: _written(frame, tables[name], counts) for name, frame in frames.items()},
        primary_n=int(primary.sum()),
        secondary_n=int((pattern.suppressed & is_shown & ~primary).sum()),
        cells_n=int(is_shown.sum()),
        method=pattern.method,
        exposed_n=_exposed(system, pattern, primary, is_shown, minimum_cell),
    )


def _cell(row: Mapping[str, object], table: Table, counted: str) -> Cell:
    """Identity of a cell: totals drop out of it."""
    totals = {key: table.column(key).total for key in table.key}
    restricted = frozenset((key, row[key]) for key, total in totals.items() if not total or row[key] != total)
    return (f"{table.counts or table.name}: {counted}", restricted)


def _shown_cells(frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Table]) -> dict[Cell, int]:
    shown: dict[Cell, int] = {}
    for name, frame in frames.items():
        for counted in frequency_columns(tables[name]):
            if frame[counted].isna().any():
                raise DisclosureError(f"{name}, column {counted}: a count is empty before protection; give every count")
            for row in frame.to_dict("records"):
                cell, value = _cell(row, tables[name], counted), int(row[counted])
                if shown.setdefault(cell, value) != value:
                    raise DisclosureError(
                        f"{name}, column {counted}: a cell is {value} here and {shown[cell]} in another table of "
                        f"{cell[0]!r}; count both from the same rows"
                    )
    return shown


def _system(
    shown: Mapping[Cell, int], frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Table]
) -> tuple[System, dict[Cell, int]]:
    """Every cell once, totals that no table shows among them, and the sums between them."""
    values, parts_of = dict(shown), _sums(frames, tables)
    for total, parts in parts_of:
        values.setdefault(total, sum(values[part] for part in parts))
    position = {cell: number for number, cell in enumerate(values)}
    equations = [(position[total], [position[part] for part in parts]) for total, parts in parts_of]
    return additive_system(np.array(list(values.values()), dtype=np.int64), equations), position


def _sums(frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Table]) -> list[tuple[Cell, list[Cell]]]:
    """For every key with a declared total: the cell without that key is the sum over its values."""
    found: list[tuple[Cell, list[Cell]]] = []
    for name, frame in frames.items():
        table = tables[name]
        for counted in frequency_columns(table):
            for key in (key for key in table.key if table.column(key).total):
                groups: dict[Cell, list[Cell]] = {}
                for row in frame[frame[key] != table.column(key).total].to_dict("records"):
                    total = _cell({**row, key: table.column(key).total}, table, counted)
                    groups.setdefault(total, []).append(_cell(row, table, counted))
                found += groups.items()
    return found


def _rounded(count: int, base: int) -> int:
    return (count + base // 2) // base * base


def _published(earlier: Earlier, tables: Mapping[str, Table]) -> dict[Cell, list[int]]:
    """Every count that an earlier release shows, by cell, the oldest first."""
    found: dict[Cell, list[int]] = defaultdict(list)
    for name, frames in earlier.items():
        for counted in frequency_columns(tables[name]):
            for row in (row for frame in frames for row in frame.to_dict("records") if pd.notna(row[counted])):
                found[_cell(row, tables[name], counted)].append(int(row[counted]))
    return found


def _written(frame: pd.DataFrame, table: Table, counts: Mapping[Cell, int | None]) -> pd.DataFrame:
    written = frame.copy()
    for counted in frequency_columns(table):
        cells = [counts[_cell(row, table, counted)] for row in frame.to_dict("records")]
        written[counted] = pd.array(cells, dtype="Int64")
    return written


def _exposed(system: System, pattern: Pattern, primary: Bools, is_shown: Bools, minimum_cell: int) -> int:
    """Hidden cells that the intruder's linear programs can pin down."""
    found = feasible_intervals(system, pattern.suppressed)
    is_point = (found.high - found.low < TOLERANCE) & is_shown[found.cell]
    is_known_small = primary[found.cell] & (found.high < minimum_cell - TOLERANCE)
    return int((is_point | is_known_small).sum())
