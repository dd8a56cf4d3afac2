"""`protect-table`: hide small counts of a two-way table or hierarchy, and what would give them away."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.table import Table

from analysis.atomic import write_atomically
from analysis.commands.screen import display
from analysis.commands.survey_file import numeric, require_columns
from analysis.commands.table_file import level_text, read_rows
from analysis.disclosure.additive import TOLERANCE, Bools, feasible_intervals
from analysis.disclosure.classes import Floats, Ints
from analysis.disclosure.secondary import EXACT_CELLS, known_least, protect
from analysis.disclosure.two_way import TwoWay, two_way
from analysis.errors import DisclosureError, InputError, shown_code
from analysis.spreadsheet import csv_text, inert


@dataclass(frozen=True)
class Hidden:
    """One suppressed cell and what the published cells still say about it; None where nothing bounds it."""

    row: str
    column: str
    kind: str
    low: float | None
    high: float | None


def protect_table(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file, one row per cell", show_default=False)],
    *,
    rows: Annotated[str, typer.Option(help="Column with the row of the table", show_default=False)],
    columns: Annotated[str, typer.Option(help="Column with the column of the table", show_default=False)],
    value: Annotated[str, typer.Option(help="Column with the count, or the sum", show_default=False)],
    threshold: Annotated[int, typer.Option(help="Smallest number of persons that may be shown", show_default=False)],
    total: Annotated[str, typer.Option(help="Label of margins in the file, if it holds them")] = "Total",
    row_hierarchy: Annotated[
        Path | None, typer.Option(help="CSV with columns child,parent: what rows are parts of", show_default=False)
    ] = None,
    column_hierarchy: Annotated[
        Path | None, typer.Option(help="CSV with columns child,parent: what columns are parts of", show_default=False)
    ] = None,
    contributors: Annotated[
        str | None,
        typer.Option(help="Column with the persons behind each value: values may then be sums of any sign"),
    ] = None,
    protection: Annotated[
        float, typer.Option(help="With --contributors: share by which a hidden value has to stay uncertain")
    ] = 0.1,
    protect_zeros: Annotated[
        bool, typer.Option(help="Hide zeros too: an empty group says something about all")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the table with margins here, hidden cells empty")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")] = False,
) -> None:
    """Suppress values of fewer persons than the threshold and, beside them, the fewest cells that give them away.

    Margins and subtotals are part of the table. Up to 200 cells the choice is provably the smallest. Afterwards the
    intruder's programs are solved for every hidden cell, with all that is published: where zeros are shown, a hidden
    count is one or more; counts are whole numbers; sums may be negative where a shown one is. No hidden cell may be a
    single value, and none below the threshold may be known to be so.
    """
    if threshold < 1:
        raise InputError(f"--threshold is {threshold}; give a whole number of at least 1, such as 10")
    if not 0 < protection < 1:
        raise InputError(f"--protection is {protection}; give a share between 0 and 1, such as 0.1")
    hierarchies = (_hierarchy(row_hierarchy, "--row-hierarchy"), _hierarchy(column_hierarchy, "--column-hierarchy"))
    table, persons = _read(file, (rows, columns, value, contributors), total, hierarchies)
    rule = _rule(table, persons, threshold, protection, protect_zeros=protect_zeros)
    pattern = protect(
        table.system,
        rule.primary,
        rule.at_least,
        zeros_are_shown=not protect_zeros,
        at_most=rule.at_most,
        least=rule.least,
    )
    is_whole = rule.at_most is None and any(hierarchies) and table.system.size <= EXACT_CELLS
    hidden = _audited(table, pattern.suppressed, rule, is_whole=is_whole)
    if out is not None:
        write_atomically(out, _csv(table, pattern.suppressed, (rows, columns, value)))
    document = _record(table, threshold, pattern.method, hidden)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        _show(document)


@dataclass(frozen=True, eq=False)
class _Rule:
    """Which cells are small, what each must be able to be, and what a reader knows hidden ones to hold at least."""

    primary: Bools
    at_least: Ints
    at_most: Ints | None
    least: Floats


def _rule(table: TwoWay, persons: Ints | None, threshold: int, protection: float, *, protect_zeros: bool) -> _Rule:
    value = table.system.value
    if persons is None:
        primary = (value < threshold) & ((value > 0) | protect_zeros)
        least = known_least(table.system, not protect_zeros).astype(np.float64)
        return _Rule(primary, np.maximum(value + 1, threshold), None, least)
    primary = (persons < threshold) & ((persons > 0) | protect_zeros)
    around = np.maximum(1, np.ceil(protection * np.abs(value))).astype(np.int64)
    least = np.full(len(value), -np.inf if (value < 0).any() else 0.0)
    return _Rule(primary, value + around, np.maximum(value - around, least).astype(np.int64), least)


def _hierarchy(file: Path | None, option: str) -> dict[str, str]:
    """What each label is a part of, from a file."""
    if file is None:
        return {}
    frame = read_rows(file, as_text=True)
    require_columns(frame, {option: "child"})
    require_columns(frame, {option: "parent"})
    children, parents = _labels(frame, "child"), _labels(frame, "parent")
    twice = next((child for number, child in enumerate(children) if child in children[:number]), None)
    if twice is not None:
        raise InputError(f"{option} names the parent of {shown_code(twice)} twice; every label is part of one")
    return dict(zip(children, parents, strict=True))


Names = tuple[str, str, str, str | None]


def _read(
    file: Path, names: Names, total: str, hierarchies: tuple[dict[str, str], dict[str, str]]
) -> tuple[TwoWay, Ints | None]:
    """The table, and the persons behind each of its cells where a column counts them."""
    rows, columns, value, contributors = names
    frame = read_rows(file)
    require_columns(frame, {"--rows": rows, "--columns": columns, "--value": value, "--contributors": contributors})
    cells = list(zip(_labels(frame, rows), _labels(frame, columns), strict=True))
    twice = pd.Series(cells)[pd.Series(cells).duplicated()]
    if len(twice):
        cell = " × ".join(shown_code(label) for label in twice.iloc[0])
        raise InputError(f"cell {cell} appears twice; give one row per cell, or add them up first")
    values = _whole(frame, value, may_be_negative=contributors is not None)
    table = two_way(
        dict(zip(cells, values, strict=True)), total, *hierarchies, may_be_negative=contributors is not None
    )
    if contributors is None:
        return table, None
    counted = dict(zip(cells, _whole(frame, contributors, may_be_negative=False), strict=True))
    return table, two_way(counted, total, *hierarchies).system.value


def _whole(frame: pd.DataFrame, column: str, *, may_be_negative: bool) -> list[int]:
    fix = (
        "sums are whole numbers, in a smaller unit if need be"
        if may_be_negative
        else "counts are whole numbers of 0 or more"
    )
    numbers = numeric(frame, column, fix)
    is_fine = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (may_be_negative | (numbers >= 0))
    if not is_fine.all():
        row = int(np.argmin(is_fine))
        raise InputError(f"column '{column}' holds {shown_code(frame[column].iloc[row])} in row {row + 1}; {fix}")
    return [int(number) for number in numbers]


def _labels(frame: pd.DataFrame, column: str) -> list[str]:
    labels = level_text(frame[column])
    if labels.isna().any():
        row = int(labels.isna().argmax())
        raise InputError(f"column '{column}' is empty in row {row + 1}; every cell needs both labels")
    return [str(label) for label in labels]


def _audited(table: TwoWay, suppressed: Bools, rule: _Rule, *, is_whole: bool) -> list[Hidden]:
    """Intervals of the hidden cells; refuses a table in which one is known exactly or known to be small."""
    found = feasible_intervals(table.system, suppressed, rule.least, is_whole=is_whole)
    hidden = []
    for cell, low, high in zip(found.cell, found.low, found.high, strict=True):
        row, column = table.labels[cell]
        is_known = high < rule.at_least[cell] - TOLERANCE or (
            rule.at_most is not None and low > rule.at_most[cell] + TOLERANCE
        )
        if high - low < TOLERANCE or (rule.primary[cell] and is_known):
            raise DisclosureError(f"cell {row} × {column} can be worked out although it is hidden; merge categories")
        kind = "primary" if rule.primary[cell] else "secondary"
        hidden.append(Hidden(row, column, kind, _tidy(low), _tidy(high)))
    return hidden


def _tidy(number: float) -> float | None:
    """Without the dust of the solver; None where nothing bounds it."""
    return round(float(number), 6) + 0.0 if math.isfinite(number) else None


def _record(table: TwoWay, threshold: int, method: str, hidden: list[Hidden]) -> dict[str, Any]:
    return {
        "threshold": threshold,
        "cells": table.system.size,
        "method": method,
        "primary": sum(cell.kind == "primary" for cell in hidden),
        "secondary": sum(cell.kind == "secondary" for cell in hidden),
        "suppressed": [vars(cell) for cell in hidden],
    }


def _csv(table: TwoWay, suppressed: Bools, names: tuple[str, str, str]) -> bytes:
    cells = [
        (row, column, "" if is_hidden else str(count))
        for (row, column), count, is_hidden in zip(table.labels, table.system.value, suppressed, strict=True)
    ]
    return csv_text(inert(pd.DataFrame(cells, columns=list(names)))).encode()


def _show(document: dict[str, Any]) -> None:
    heading = (
        f"{document['cells']} cells with margins; {document['primary']} below {document['threshold']}, "
        f"{document['secondary']} hidden beside them ({document['method']})"
    )
    shown = Table(title=heading)
    for name in ("row", "column", "why", "at least", "at most"):
        shown.add_column(name)
    for cell in document["suppressed"]:
        low, high = ("unbounded" if cell[end] is None else f"{cell[end]:g}" for end in ("low", "high"))
        shown.add_row(cell["row"], cell["column"], cell["kind"], low, high)
    display(shown)
