"""The table of bias and coverage of RDS intervals; `./run python -m analysis.commands.rds_coverage` recomputes it.

What belongs here: writing `data/reference/rds_coverage.csv`. What must not: simulation.

It takes about a quarter of an hour of one core for 500 studies of each kind; `--worlds` changes that. A test
recomputes the `spot_check` rows and demands the same numbers.
"""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

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
    path: Annotated[Path, typer.Option(help="Table to write")] = TABLE,
    worlds: Annotated[int, typer.Option(help="Simulated studies of each kind")] = WORLDS,
) -> None:
    """Simulate the studies and write the table."""
    rows = spot_check_rows()
    for scenario in track(SCENARIOS, description="simulating"):
        rows += [table_row(r) | {"source": SOURCE} for r in coverage_table(scenario, worlds, SEED)]
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, [*COLUMNS.values(), "source"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    typer.run(write_coverage)
