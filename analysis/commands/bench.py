"""`bench`: how fast, as ratios against a limit or a peer measured in the same run.

What belongs here: which parts there are. What must not: a measurement, a deadline: nothing is tested by time.
"""

import importlib
from typing import Annotated

import typer

from analysis.commands.bench_report import show
from analysis.errors import InputError

PARTS = {
    "pipeline": "tables, diagnostics, a run with nothing to do",
    "estimators": "list and endorsement models beside R, RDS bootstrap and raking beside R's figures and svy",
    "disclosure": "risk, local and secondary suppression beside sdcMicro",
    "engine": "posts to the weekly table beside reading and writing alone; its memory",
    "coordination": "pairs of shares beside R's CooRTweet",
    "scrub": "the scrubber beside Presidio, scrubadub and the read-write limit",
}


MODULES = {"estimators": ("bench_sampling", "bench_estimators")}
"""Modules of a part that has several; any other has one, named after it."""


def bench(
    part: Annotated[str, typer.Argument(help=f"{', '.join(PARTS)}, or all")] = "pipeline",
    *,
    rows: Annotated[
        list[int] | None, typer.Option(help="Posts of `bench engine`, ascending; may be given more than once")
    ] = None,
) -> None:
    """Measure one part, or all of them, and write build/bench_<part>.json; a missing peer is skipped and says why."""
    if part not in (*PARTS, "all"):
        raise InputError(f"bench {part}: no such part; name one of {', '.join(PARTS)}, or all")
    if rows and (part != "engine" or rows != sorted(rows) or rows[0] < 1):
        raise InputError(f"bench {part} --rows {rows}: numbers of posts, ascending, belong to bench engine alone")
    sizes = {"engine": [tuple(rows)]} if rows else {}
    for name in PARTS if part == "all" else [part]:
        modules = MODULES.get(name, (f"bench_{name}",))
        made = [
            importlib.import_module(f"analysis.commands.{module}").measure(*sizes.get(name, [])) for module in modules
        ]
        show(name, [comparison for comparisons in made for comparison in comparisons])
