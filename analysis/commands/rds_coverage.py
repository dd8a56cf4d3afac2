"""The table of bias and coverage of RDS intervals; `./run python -m analysis.commands.rds_coverage` recomputes it.

What belongs here: writing `data/reference/rds_coverage.csv`. What must not: simulation.

A study takes a third of a second of one core; `worlds_n` says how many made a row, `--scenario` recomputes some kinds
only. A shorter run is the beginning of a longer one. A test recomputes the `spot_check` rows and demands the same
numbers.
"""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from analysis.errors import InputError
from analysis.estimators.rds.coverage import SCENARIOS, SPOT_CHECK, CoverageRow, coverage_table

TABLE = Path("data/reference/rds_coverage.csv")
SEED = 20261125
WORLDS = 500
SPOT_WORLDS = 6
SPOT_DRAWS = 40
DECIMALS = 4
SOURCE = (
    "simulated with analysis/estimators/rds/coverage.py, seed 20261125; recompute: analysis/commands/rds_coverage.py"
)
COLUMNS = {
    "scenario": "simulation_code",
    "estimator": "estimator_text",
    "interval": "interval_text",
    "worlds_n": "worlds_n",
    "truth": "truth_share",
    "bias": "bias_share",
    "spread": "spread_share",
    "mean_se": "mean_standard_error",
    "coverage": "coverage_share",
    "coverage_low": "coverage_low_share",
    "coverage_high": "coverage_high_share",
    "mean_width": "mean_width_share",
    "design_effect": "design_effect",
}


def table_row(row: CoverageRow) -> dict[str, str]:
    """Write a row as text, numbers with four decimals, nothing for what does not exist.

    Parameters
    ----------
    row
        Of `coverage_table`.

    Returns
    -------
    dict
        Column to text.
    """
    return {
        column: _text(getattr(row, field.name)) for field in dataclasses.fields(row) for column in [COLUMNS[field.name]]
    }


def _text(value: str | float | None) -> str:
    if value is None or isinstance(value, (str, int)):
        return "" if value is None else str(value)
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"


def spot_check_rows() -> list[dict[str, str]]:
    """Recompute the few rows that the test compares.

    Returns
    -------
    list of dict
    """
    return [table_row(r) | {"source": SOURCE} for r in coverage_table(SPOT_CHECK, SPOT_WORLDS, SEED, SPOT_DRAWS)]


def write_coverage(
    path: Annotated[Path, typer.Option(help="Table to write; rows of other kinds are kept")] = TABLE,
    worlds: Annotated[int, typer.Option(help="Simulated studies of each kind")] = WORLDS,
    scenario: Annotated[list[str] | None, typer.Option(help="Kinds to simulate; all without it")] = None,
) -> None:
    """Simulate the studies and write the table."""
    wanted = [s for s in SCENARIOS if not scenario or s.name in scenario]
    if scenario and len(wanted) < len(scenario):
        raise InputError(f"--scenario knows {', '.join(s.name for s in SCENARIOS)}")
    kept = _kept_rows(path) | {SPOT_CHECK.name: spot_check_rows()}
    for one in track(wanted, description="simulating"):
        kept[one.name] = [table_row(r) | {"source": SOURCE} for r in coverage_table(one, worlds, SEED)]
        write_rows(path, kept)


def _kept_rows(path: Path) -> dict[str, list[dict[str, str]]]:
    if not path.exists():
        return {}
    kept: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            kept.setdefault(row["simulation_code"], []).append(row)
    return kept


def write_rows(path: Path, rows: dict[str, list[dict[str, str]]]) -> None:
    """Write rows by kind, the spot check first.

    Parameters
    ----------
    path, rows
        Table, and rows of each kind.
    """
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*COLUMNS.values(), "source"], lineterminator="\n")
        writer.writeheader()
        for kind in (SPOT_CHECK, *SCENARIOS):
            writer.writerows(rows.get(kind.name, []))


if __name__ == "__main__":
    typer.run(write_coverage)
