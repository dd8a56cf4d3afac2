"""`coverage`: simulate surveys, and count how often each method's interval holds the truth."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import track

from analysis.atomic import write_atomically
from analysis.errors import InputError
from analysis.results.method_coverage import METHODS, SOURCE, coverage_row
from analysis.schemas import TABLES
from analysis.store import Store, canonical, csv_bytes

RESULTS = "reference__method_coverage"
SURVEYS = 2000


def coverage(
    methods: Annotated[list[str] | None, typer.Argument(help="Methods; all when none is named")] = None,
    surveys: Annotated[int, typer.Option(help="Simulated surveys for each method")] = SURVEYS,
    update: Annotated[bool, typer.Option(help="Replace these methods' rows in the tracked file")] = False,
) -> None:
    """Count coverage by simulation; about an hour for all methods. Only --update changes the tracked file."""
    by_id = {method.method_id: method for method in METHODS}
    unknown = sorted(set(methods or ()) - set(by_id))
    if unknown:
        raise InputError(f"method '{unknown[0]}' is unknown; choose from {', '.join(by_id)}")
    for name in track(methods or by_id, "simulating", transient=True):
        row = coverage_row(by_id[name], surveys) | {"source": SOURCE}
        verdict = "FAILS" if row["is_failed"] else "passes"
        print(f"{name}: {row['coverage_share']:.4f} of {row['answered_n']}, {verdict}")
        if update:
            _track(Store(Path.cwd()), row)


def _track(store: Store, row: dict[str, object]) -> None:
    """Put one row into the tracked file, in the place of an earlier one."""
    table, tracked = TABLES["method_coverage"], store.path(RESULTS)
    frame = pd.DataFrame([row])
    if tracked.is_file():
        kept = store.read(RESULTS)
        frame = pd.concat([kept[kept.method_id != row["method_id"]], frame], ignore_index=True)
    write_atomically(tracked, csv_bytes(canonical(frame, table), table))
