"""`protect-table`: hide small counts of a two-way table, and what would give them away."""

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
from analysis.commands.survey_file import level_text, numeric, read_rows, require_columns
from analysis.disclosure.additive import TOLERANCE, Bools, feasible_intervals
from analysis.disclosure.classes import Ints
from analysis.disclosure.secondary import known_least, protect
from analysis.disclosure.two_way import TwoWay, two_way
from analysis.errors import DisclosureError, InputError, shown_code
from analysis.spreadsheet import csv_text, inert


@dataclass(frozen=True)
class Hidden:
    """One suppressed cell and what the published cells still say about it; `high` is None where nothing bounds it."""

    row: str
    column: str
    kind: str
    low: float
    high: float | None


def protect_table(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file, one row per cell", show_default=False)],
    *,
    rows: Annotated[str, typer.Option(help="Column with the row of the table", show_default=False)],
    columns: Annotated[str, typer.Option(help="Column with the column of the table", show_default=False)],
    value: Annotated[str, typer.Option(help="Column with the count", show_default=False)],
    threshold: Annotated[int, typer.Option(help="Smallest count that may be shown", show_default=False)],
    total: Annotated[str, typer.Option(help="Label of margins in the file, if it holds them")] = "Total",
    protect_zeros: Annotated[
        bool, typer.Option(help="Hide zeros too: an empty group says something about all")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the table with margins here, hidden cells empty")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")] = False,
) -> None:
    """Suppress counts below the threshold and, beside them, the fewest cells that keep them from being worked out.

    The margins are part of the table. Up to 200 cells the choice is provably the smallest. Afterwards the intruder's
    linear programs are solved for every hidden cell, with all that is published: where zeros are shown, a hidden cell
    holds one or more. None may be a single value, and none below the threshold may be known to be so.
    """
    if threshold < 1:
        raise InputError(f"--threshold is {threshold}; give a whole number of at least 1, such as 10")
    table = _read(file, rows, columns, value, total)
    counts = table.system.value
    primary = (counts < threshold) & ((counts > 0) | protect_zeros)
    pattern = protect(table.system, primary, np.maximum(counts + 1, threshold), zeros_are_shown=not protect_zeros)
    least = known_least(table.system, not protect_zeros)
    hidden = _audited(table, pattern.suppressed, primary, threshold, least)
    if out is not None:
        write_atomically(out, _csv(table, pattern.suppressed, (rows, columns, value)))
    document = _record(table, threshold, pattern.method, hidden)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        _show(document)


def _read(file: Path, rows: str, columns: str, value: str, total: str) -> TwoWay:
    frame = read_rows(file)
    require_columns(frame, {"--rows": rows, "--columns": columns, "--value": value})
    counts = numeric(frame, value, "counts are whole numbers of 0 or more")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        row = int(np.argmin(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))))
        held = shown_code(frame[value].iloc[row])
        raise InputError(f"column '{value}' holds {held} in row {row + 1}; counts are whole numbers of 0 or more")
    cells = list(zip(_labels(frame, rows), _labels(frame, columns), strict=True))
    twice = pd.Series(cells)[pd.Series(cells).duplicated()]
    if len(twice):
        cell = " × ".join(shown_code(label) for label in twice.iloc[0])
        raise InputError(f"cell {cell} appears twice; give one row per cell, or add them up first")
    return two_way(dict(zip(cells, counts.astype(int).tolist(), strict=True)), total)


def _labels(frame: pd.DataFrame, column: str) -> list[str]:
    labels = level_text(frame[column])
    if labels.isna().any():
        row = int(labels.isna().argmax())
        raise InputError(f"column '{column}' is empty in row {row + 1}; every cell needs both labels")
    return [str(label) for label in labels]


def _audited(table: TwoWay, suppressed: Bools, primary: Bools, threshold: int, least: Ints) -> list[Hidden]:
    """Intervals of the hidden cells; refuses a table in which one is known exactly or known to be small."""
    found = feasible_intervals(table.system, suppressed, least)
    hidden = []
    for cell, low, high in zip(found.cell, found.low, found.high, strict=True):
        row, column = table.labels[cell]
        if high - low < TOLERANCE or (primary[cell] and high < threshold - TOLERANCE):
            raise DisclosureError(f"cell {row} × {column} can be worked out although it is hidden; merge categories")
        kind = "primary" if primary[cell] else "secondary"
        hidden.append(Hidden(row, column, kind, _tidy(low), _tidy(high) if math.isfinite(high) else None))
    return hidden


def _tidy(number: float) -> float:
    """Without the dust of the solver."""
    return round(float(number), 6) + 0.0


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
        high = "unbounded" if cell["high"] is None else f"{cell['high']:g}"
        shown.add_row(cell["row"], cell["column"], cell["kind"], f"{cell['low']:g}", high)
    display(shown)
