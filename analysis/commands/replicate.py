"""`replicate`: recompute published figures from third-party records and compare with the tracked result."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import pandas as pd
import typer
from rich.progress import track
from rich.table import Table

from analysis.atomic import write_atomically
from analysis.commands.screen import display
from analysis.errors import ReplicationError
from analysis.replication import (
    afghanistan,
    conflict,
    darfur,
    decisions,
    hate_crimes,
    host_attitudes,
    incidents,
    korea,
    lists_and_direct,
    migrant_stock,
    nigeria,
    pakistan,
    race,
    zodiac,
)
from analysis.replication.files import Source, load_sources, obtain
from analysis.schemas import TABLES
from analysis.store import Store, canonical, csv_bytes

Recompute: TypeAlias = Callable[[bytes, Source], pd.DataFrame]
FIGURES = "replication_results"
RECOMPUTED: dict[str, dict[str, Recompute]] = {
    FIGURES: {
        "afghan.csv": afghanistan.recompute,
        "list_race.tab.gz": race.recompute,
        "rr_nigeria.RData": nigeria.recompute,
        "endorse_pakistan.RData": pakistan.recompute,
        "agerberg_tannenberg_list.csv": zodiac.recompute,
        "blair_coppock_moor_apsr_2020.RDS": lists_and_direct.recompute,
        "korea_panelA.RData": korea.recompute,
        "korea_panelC.RData": korea.recompute,
        "arvig.rda": incidents.recompute,
        "sensemakr_darfur.rda": darfur.recompute,
        "GEDEvent_v26_01_26_03.csv": conflict.recompute,
        "toronto_hate_crimes.csv": hate_crimes.toronto,
        "salah_merged_hate_crimes.csv": hate_crimes.england,
        "godefroidt_metaanalysis.xlsx": host_attitudes.recompute,
    },
    "list_practice": {"blair_coppock_moor_apsr_2020.RDS": lists_and_direct.practice},
    "asylum_decisions": {"unhcr_asylum_decisions.rda": decisions.by_host},
    "asylum_decisions_uk": {"uk_grant_rates_initial_quarterly.csv": decisions.by_quarter},
    "migrant_stock": {"undesa_stocks_2024.rda": migrant_stock.by_host},
}
"""Table of `data/reference` → file that it is made from → how; a table of several files is their rows together."""


def replicate(
    update: Annotated[bool, typer.Option(help="Write what was recomputed to the tracked files")] = False,
) -> None:
    """Recompute every replicated figure and table; tracked results change only with --update."""
    store = Store(Path.cwd())
    folder = store.root / "data/external"
    recomputed = recompute_all(store.root, lambda source: obtain(source, folder))
    display(_shown(recomputed[FIGURES]))
    if update:
        for name, frame in recomputed.items():
            write_atomically(store.path(tracked(name)), csv_bytes(frame, TABLES[name]))
            print(f"written: {store.path(tracked(name)).relative_to(store.root)}")
        return
    differing = [name for name, frame in recomputed.items() if not equals_tracked(store, name, frame)]
    if differing:
        told = [_differences(store, name, recomputed[name]) for name in differing]
        advice = "the tracked files were left as they are; find out why before you run with --update"
        raise ReplicationError(f"recomputed results differ from {'; from '.join(told)}\n{advice}")
    for name, frame in recomputed.items():
        print(f"equal to the tracked result: {len(frame)} {'figures' if name == FIGURES else f'rows of {name}'}")


def needed(sources: dict[str, Source]) -> list[tuple[str, Source]]:
    """Files that something is recomputed from; sources may declare more, which nobody here has read."""
    wanted = dict.fromkeys(name for parts in RECOMPUTED.values() for name in parts)
    unknown = [name for name in wanted if name not in sources]
    if unknown:
        raise ReplicationError(f"data/external/sources.yml declares no '{unknown[0]}'; add its entry")
    return [(name, sources[name]) for name in wanted]


def recompute_all(root: Path, get: Callable[[Source], bytes]) -> dict[str, pd.DataFrame]:
    """Get every file once and recompute every table from it: name → canonical rows."""
    sources = load_sources(root / "data/external/sources.yml")
    data = {name: get(source) for name, source in track(needed(sources), description="fetching", transient=True)}
    made = {}
    for table, parts in track(RECOMPUTED.items(), description="recomputing", transient=True):
        frames = [recompute(data[name], sources[name]) for name, recompute in parts.items()]
        made[table] = canonical(pd.concat(frames, ignore_index=True), TABLES[table])
    return made


def tracked(table: str) -> str:
    """Full name of the tracked table that a recomputed one is compared with."""
    return f"reference__{table}"


def equals_tracked(store: Store, name: str, frame: pd.DataFrame) -> bool:
    """Whether a recomputed table has the bytes of the tracked one."""
    table = TABLES[name]
    return csv_bytes(frame, table) == csv_bytes(canonical(store.read(tracked(name)), table), table)


def _differences(store: Store, name: str, frame: pd.DataFrame) -> str:
    path = store.path(tracked(name)).relative_to(store.root)
    if name == FIGURES:
        return f"{path}:\n{_figure_differences(frame, store.read(tracked(name)))}"
    table = TABLES[name]
    mine, theirs = (
        csv_bytes(canonical(x, table), table).decode().splitlines() for x in (frame, store.read(tracked(name)))
    )
    first = next(
        (i for i, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), min(len(mine), len(theirs))
    )
    rows = [lines[first] if first < len(lines) else "no such line" for lines in (mine, theirs)]
    return f"{path}, line {first + 1}:\n  recomputed {rows[0]}\n  tracked {rows[1]}"


def _figure_differences(recomputed: pd.DataFrame, known: pd.DataFrame) -> str:
    both = recomputed.merge(known, on="replication_id", how="outer", suffixes=("", "_tracked"))
    return "\n".join(
        f"  {row.replication_id}: recomputed {row.value} ({row.standard_error}), "
        f"tracked {row.value_tracked} ({row.standard_error_tracked})"
        for row in both.itertuples()
    )


def _shown(results: pd.DataFrame) -> Table:
    shown = Table(title="Recomputed from third-party records")
    for heading in ("figure", "value", "standard error", "n", "compared with"):
        shown.add_column(heading)
    for row in results.itertuples():
        error = "–" if pd.isna(row.standard_error) else f"{row.standard_error:.5f}"
        numbers = (f"{row.value:.5f}", error, str(row.respondents_n))
        shown.add_row(row.replication_id, *numbers, row.published_text)
    return shown
