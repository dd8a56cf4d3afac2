"""`replicate`: recompute published figures from third-party records and compare with the tracked result."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import track
from rich.table import Table

from analysis.atomic import write_atomically
from analysis.commands.screen import display
from analysis.errors import ReplicationError
from analysis.replication import afghanistan, nigeria, pakistan, race
from analysis.replication.files import Source, load_sources, obtain
from analysis.schemas import TABLES
from analysis.store import Store, canonical, csv_bytes

STUDIES = {
    "afghan.csv": afghanistan.recompute,
    "list_race.tab.gz": race.recompute,
    "rr_nigeria.RData": nigeria.recompute,
    "endorse_pakistan.RData": pakistan.recompute,
}
RESULTS = "reference__replication_results"


def replicate(
    update: Annotated[bool, typer.Option(help="Write the recomputed figures to the tracked file")] = False,
) -> None:
    """Recompute every replicated figure; the tracked result changes only with --update."""
    store = Store(Path.cwd())
    table = TABLES["replication_results"]
    folder = store.root / "data/external"
    recomputed = canonical(recompute_all(store.root, lambda source: obtain(source, folder)), table)
    display(_shown(recomputed))
    if update:
        write_atomically(store.path(RESULTS), csv_bytes(recomputed, table))
        print(f"written: {store.path(RESULTS).relative_to(store.root)}")
    elif csv_bytes(recomputed, table) == csv_bytes(canonical(store.read(RESULTS), table), table):
        print(f"equal to the tracked result: {len(recomputed)} figures")
    else:
        raise ReplicationError(_differences(recomputed, store.read(RESULTS)))


def recompute_all(root: Path, get: Callable[[Source], bytes]) -> pd.DataFrame:
    """Get every study's file and recompute its figures: table `replication_results`, not yet in key order."""
    sources = load_sources(root / "data/external/sources.yml")
    frames = []
    for name, recompute in track(STUDIES.items(), description="recomputing", transient=True):
        frames.append(recompute(get(sources[name]), sources[name]))
    return pd.concat(frames, ignore_index=True)


def _differences(recomputed: pd.DataFrame, tracked: pd.DataFrame) -> str:
    both = recomputed.merge(tracked, on="replication_id", how="outer", suffixes=("", "_tracked"))
    lines = [
        f"  {row.replication_id}: recomputed {row.value} ({row.standard_error}), "
        f"tracked {row.value_tracked} ({row.standard_error_tracked})"
        for row in both.itertuples()
    ]
    path = "data/reference/replication_results.csv"
    advice = "the tracked file was left as it is; find out why before you run with --update"
    return f"recomputed figures differ from {path}; {advice}:\n" + "\n".join(lines)


def _shown(results: pd.DataFrame) -> Table:
    shown = Table(title="Recomputed from third-party records")
    for heading in ("figure", "value", "standard error", "n", "compared with"):
        shown.add_column(heading)
    for row in results.itertuples():
        numbers = (f"{row.value:.5f}", f"{row.standard_error:.5f}", str(row.respondents_n))
        shown.add_row(row.replication_id, *numbers, row.published_text)
    return shown
