"""`posts-table`: from a folder of posts to the weekly table of frames, however many posts there are.

What belongs here: options, progress, and which scrubber is used. What must not: what is done to a batch.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from analysis.commands.engine_options import ALL_CORES, Conf, EngineName, Master, is_spark
from analysis.commands.screen import say_if_slow
from analysis.custody.scrub import scrubbed
from analysis.engine.cluster import cluster, settings_of
from analysis.engine.local import posts_table as run_local
from analysis.engine.spark import posts_table as run_spark
from analysis.engine.steps import Columns
from analysis.errors import InputError
from analysis.measures.codebooks import parse_codebook

CODEBOOK = Path(__file__).resolve().parents[2] / "data/study/frames.csv"


def posts_table(
    source: Annotated[Path, typer.Argument(help="Parquet file, or a folder of them", show_default=False)],
    *,
    out: Annotated[
        Path, typer.Option(help="Folder of the result; an unfinished run is gone on with", show_default=False)
    ],
    text: Annotated[str, typer.Option(help="Column of texts")] = "post_text",
    language: Annotated[str, typer.Option(help="Column of language codes")] = "language_code",
    week: Annotated[str, typer.Option(help="Column of weeks")] = "week_index",
    channel: Annotated[str, typer.Option(help="Column of accounts")] = "channel_pseudonym",
    codebook: Annotated[Path, typer.Option(help="Frame codebook")] = CODEBOOK,
    processes: Annotated[int | None, typer.Option(help="Processes; all cores without it")] = None,
    keep_rows: Annotated[bool, typer.Option(help="Also write scrubbed rows with their frames")] = True,
    engine: EngineName = "local",
    master: Master = None,
    conf: Conf = None,
) -> None:
    """Scrub posts, code frames, count by week, language and frame: one pass, bounded memory, resumable."""
    files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    if not all(file.is_file() for file in files):
        raise InputError(f"file '{source}' does not exist; give a Parquet file or a folder of them")
    say_if_slow()
    columns, frames = Columns(text, language, week, channel), parse_codebook(codebook.read_text(encoding="utf-8"))
    if is_spark(engine, master, conf):
        with cluster(master or ALL_CORES, settings_of(conf or [])) as session:
            table = run_spark(files, out, frames, scrubbed, session, columns=columns, keep_rows=keep_rows)
    else:
        table = _with_progress(
            partial(run_local, files, out, frames, scrubbed, columns=columns, processes=processes, keep_rows=keep_rows)
        )
    print(f"{table}: not cleared for release; small cells are in it. Rows under {out / 'rows'} are restricted.")


def _with_progress(run: Callable[..., Path]) -> Path:
    bar = Progress(
        TextColumn("posts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    )
    with bar:
        shown = bar.add_task("posts", total=None)
        return run(progress=lambda done, total: bar.update(shown, completed=done, total=total))
