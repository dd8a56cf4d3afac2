"""`coverage`: simulate surveys, and count how often each method's interval holds the truth."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import track

from analysis.errors import InputError
from analysis.results.method_coverage import SOURCE, coverage_row
from analysis.results.method_surveys import METHODS
from analysis.schemas import TABLES
from analysis.store import Store, canonical, csv_bytes, write_atomically

RESULTS = "reference__method_coverage"
SURVEYS = 2000


def coverage(
    methods: Annotated[list[str] | None, typer.Argument(help="Methods; all when none is named")] = None,
    surveys: Annotated[int, typer.Option(help="Simulated surveys for each method")] = SURVEYS,
    update: Annotated[bool, typer.Option(help="Replace these methods' rows in the tracked file")] = False,
) -> None:
    """Count coverage by simulation; about an hour for all methods. The tracked file changes only with --update."""
    by_id = {method.method_id: method for method in METHODS}
    unknown = sorted(set(methods or ()) - set(by_id))
    if unknown:
        raise InputError(f"method '{unknown[0]}' is unknown; choose from {', '.join(by_id)}")
    chosen = [by_id[name] for name in methods or by_id]
    rows = [coverage_row(m, surveys) | {"source": SOURCE} for m in track(chosen, "simulating", transient=True)]
    table, store = TABLES["method_coverage"], Store(Path.cwd())
    for row in rows:
        verdict = "FAILS" if row["is_failed"] else "passes"
        print(f"{row['method_id']}: {row['coverage_share']:.4f} of {row['answered_n']}, {verdict}")
    if update:
        tracked = store.path(RESULTS)
        kept = store.read(RESULTS) if tracked.is_file() else pd.DataFrame(columns=list(table.column_names))
        others = kept[~kept.method_id.isin([row["method_id"] for row in rows])]
        frame = pd.concat([others, pd.DataFrame(rows)], ignore_index=True) if len(others) else pd.DataFrame(rows)
        write_atomically(tracked, csv_bytes(canonical(frame, table), table))
