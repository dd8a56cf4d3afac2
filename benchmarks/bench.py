"""`bench`: how fast, as ratios against a limit or a peer measured in the same run.

What belongs here: which parts there are, and keeping what they found. What must not: a measurement, a deadline: nothing
is tested by time.
"""

import importlib
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from analysis.errors import InputError
from benchmarks.record import keep, record, write_report
from benchmarks.report import show

PARTS = {
    "pipeline": "a run from nothing, after an edit, with nothing to do, its memory; tables, diagnostics",
    "readers": "every vendor's export beside a plain parser",
    "scrub": "the scrubber beside Presidio, scrubadub and the read-write limit",
    "engine": "posts to the weekly table beside reading and writing alone; its memory",
    "estimators": "list and endorsement models, weights, replicates and sizes beside R; raking beside svy",
    "disclosure": "risk, local and secondary suppression beside sdcMicro",
    "coordination": "pairs of shares beside R's CooRTweet",
    "scaling": "what a row costs each command on large files beside smaller ones, and memory",
}
LEAST_SIZES = {"engine": 1, "scaling": 2}
"""Parts that can be asked for other sizes, and how many they need."""
MODULES = {"estimators": ("sampling", "survey", "estimators")}
"""Modules of a part that has several; any other has one, named after it."""


def bench(
    part: Annotated[str, typer.Argument(help=f"{', '.join(PARTS)}, or all")] = "all",
    track_it: Annotated[bool, typer.Option("--record", help="Add to the tracked history that the book shows")] = False,
    sizes: Annotated[
        list[int] | None,
        typer.Option(
            "--rows", help="Rows of `bench engine` or `bench scaling`, ascending; may be given more than once"
        ),
    ] = None,
) -> None:
    """Measure one part, or all of them, and write a report to build/bench; a missing peer is skipped and says why."""
    if part not in (*PARTS, "all"):
        raise InputError(f"bench {part}: no such part; name one of {', '.join(PARTS)}, or all")
    if sizes and (part not in LEAST_SIZES or sizes != sorted(set(sizes)) or sizes[0] < 1):
        raise InputError(
            f"bench {part} --rows {sizes}: numbers of rows, ascending, belong to bench {' and '.join(LEAST_SIZES)}"
        )
    if sizes and len(sizes) < LEAST_SIZES[part]:
        raise InputError(f"bench {part} --rows {sizes}: give at least {LEAST_SIZES[part]} sizes")
    asked = {part: [tuple(sizes)]} if sizes else {}
    rows = []
    for name in track(list(PARTS) if part == "all" else [part], description="measuring", transient=True):
        modules = MODULES.get(name, (name,))
        made = [importlib.import_module(f"benchmarks.{module}").measure(*asked.get(name, [])) for module in modules]
        comparisons = [comparison for comparisons in made for comparison in comparisons]
        show(name, comparisons)
        rows += record(name, comparisons)
    for path in write_report(rows, Path("build/bench")):
        print(f"written: {path}")
    if track_it:
        print(f"added to {keep(rows, Path.cwd())}")
