"""The engine on one machine: a few processes, each at one row group, and a folder that remembers what is done.

Every row group becomes one part; a part counts as done when its counts stand under their final name. After a kill -9
the same call goes on where it was, and ends with the same bytes. Memory is bounded by the bytes of a batch, not by the
size of files, row groups or texts.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.engine.steps import (
    TABLE,
    Columns,
    Scrubber,
    gathered,
    summed,
    weekly_table,
    work,
)
from analysis.errors import InputError
from analysis.measures.frames import Codebook

PLAN = "plan.json"
READ_ROWS, FEW_ROWS = 4_096, 64
"""Rows read at a time; where texts may be huge, so few that as many megabytes are no more than a batch."""
USUAL_BYTES = range(16, 1_024)
"""Bytes of a text in the file, on average: more are long texts, fewer may be copies of one."""


@dataclass(frozen=True)
class Job:
    """One row group of one file, and where its part goes."""

    file: str
    row_group: int
    rows: int
    part: str


@dataclass(frozen=True)
class Task:
    """Everything that a process needs beside its job."""

    folder: str
    columns: Columns
    codebook: Codebook
    scrubber: Scrubber
    keep_rows: bool


def posts_table(
    files: list[Path],
    out: Path,
    codebook: Codebook,
    scrubber: Scrubber,
    *,
    columns: Columns | None = None,
    processes: int | None = None,
    keep_rows: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Read posts, scrub them, code frames, and write the weekly table, in one pass.

    Parameters
    ----------
    files
        Parquet files.
    out
        Folder of the result; an unfinished run in it is gone on with.
    codebook
        The frames.
    scrubber
        A module's function from array to array: processes find it by name.
    columns
        Names of the columns.
    processes
        How many; all cores without it.
    keep_rows
        Also write the scrubbed rows with their frames.
    progress
        Called with rows done and rows in all after each part.

    Returns
    -------
    Path
        The weekly table.

    Raises
    ------
    InputError
        No file, a file that is no Parquet or lacks a column, or a folder that holds another run.
    """
    chosen = columns or Columns()
    jobs = plan(files, chosen)
    remember(out, jobs, chosen, codebook, "local")
    for name in ("counts", "rows"):
        (out / name).mkdir(exist_ok=True)
    task = Task(str(out), chosen, codebook, scrubber, keep_rows)
    _run(jobs, task, processes or os.cpu_count() or 1, progress or (lambda done, total: None))
    return _finish(out, jobs, codebook)


def plan(files: list[Path], columns: Columns) -> list[Job]:
    """One job for each row group, in order of the files' names.

    Raises
    ------
    InputError
        As `posts_table`.
    """
    jobs = []
    for number, file in enumerate(sorted(files)):
        try:
            footer = pq.ParquetFile(file)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"file '{file}' is no readable Parquet file; write it again") from error
        missing = [name for name in columns.all if name not in footer.schema_arrow.names]
        if missing:
            raise InputError(f"file '{file}' has no column '{missing[0]}'; name it, or rename it in the file")
        week = footer.schema_arrow.field(columns.week).type
        if not pa.types.is_integer(week):
            raise InputError(f"file '{file}': column '{columns.week}' is of type {week}; give weeks as whole numbers")
        for group in range(footer.num_row_groups):
            rows = footer.metadata.row_group(group).num_rows
            jobs.append(Job(str(file), group, rows, f"{number:05d}_{group:05d}"))
    if not jobs:
        raise InputError("no Parquet file with rows; give a file, or a folder that holds *.parquet")
    return jobs


def remember(out: Path, jobs: list[Job], columns: Columns, codebook: Codebook, engine: str) -> None:
    """Write the plan, or refuse a folder that holds another one.

    Parameters
    ----------
    out, jobs, columns, codebook, engine
        All that a run can be gone on with: whatever changes one of them needs a folder of its own.

    Raises
    ------
    InputError
        The folder holds another plan.
    """
    sizes = {job.file: Path(job.file).stat().st_size for job in jobs}
    content = {
        "jobs": [asdict(job) for job in jobs],
        "bytes": sizes,
        "columns": asdict(columns),
        "engine": engine,
        "codebook_sha256": hashlib.sha256(json.dumps(asdict(codebook), sort_keys=True).encode()).hexdigest(),
    }
    text = json.dumps(content, indent=1, sort_keys=True)
    path = out / PLAN
    out.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise InputError(
            f"folder '{out}' holds a run on other files, columns or frames, or of another engine; give an empty folder"
        )
    if not path.exists():
        place(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def place(path: Path, write: Callable[[Path], object]) -> None:
    """Write under a temporary name, then rename: a part is there whole or not at all.

    Parameters
    ----------
    path, write
        Where it goes; what writes it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write(temporary)
    temporary.replace(path)


def _run(jobs: list[Job], task: Task, processes: int, progress: Callable[[int, int], None]) -> None:
    total = int(pl.Series([job.rows for job in jobs], dtype=pl.Int64).sum())
    open_jobs = [job for job in jobs if not _counts_path(task.folder, job).exists()]
    done = total - int(pl.Series([job.rows for job in open_jobs], dtype=pl.Int64).sum())
    progress(done, total)
    for rows in _worked(open_jobs, task, min(processes, len(open_jobs)) - 1):
        done += rows
        progress(done, total)


def _worked(jobs: list[Job], task: Task, helpers: int) -> Iterator[int]:
    """Rows of each job once it is done: here, and in so many processes beside, from the other end of the list."""
    if helpers < 1:
        yield from (run_job(job, task) for job in jobs)
        return
    # Fresh processes: a forked one would inherit locks of threads that do not exist in it.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    with ProcessPoolExecutor(helpers, mp_context=multiprocessing.get_context("spawn")) as pool:
        # A codebook learns its words when it is first used: the helpers' own is not changed while it is sent to them.
        theirs = replace(task, codebook=replace(task.codebook))
        given = [pool.submit(run_job, job, theirs) for job in jobs]
        for job, each in zip(reversed(jobs), reversed(given), strict=True):
            if each.cancel():
                yield run_job(job, task)
        yield from (each.result() for each in as_completed(each for each in given if not each.cancelled()))


def _counts_path(folder: str, job: Job) -> Path:
    return Path(folder) / "counts" / f"{job.part}.parquet"


def run_job(job: Job, task: Task) -> int:
    """Work on one row group and put its part in place; the counts last, since they say that the part is done.

    Parameters
    ----------
    job, task
        As planned.

    Returns
    -------
    int
        Rows.
    """
    # What is there already stays: to look through it again, as at a process's end, costs as much as a small file.
    gc.freeze()
    counts: list[pl.DataFrame] = []

    def write_rows(path: Path | None) -> None:
        writer = None
        for batch in _batches(job, task.columns):
            worked = work(batch, task.columns, task.codebook, task.scrubber)
            counts.append(worked.counts)
            if path is not None:
                writer = writer or pq.ParquetWriter(path, worked.rows.schema, compression="zstd", compression_level=1)
                writer.write_table(worked.rows)
        if writer is not None:
            writer.close()

    if task.keep_rows:
        place(Path(task.folder) / "rows" / f"{job.part}.parquet", write_rows)
    else:
        write_rows(None)
    together = summed(counts)
    place(_counts_path(task.folder, job), together.write_parquet)
    return job.rows


def _batches(job: Job, columns: Columns) -> Iterator[pa.Table]:
    """Batches of bounded bytes; how long texts are is seen once they are read, since copies are small in a file."""
    file = pq.ParquetFile(job.file, pre_buffer=False)
    group = file.metadata.row_group(job.row_group)
    held = (group.column(place) for place in range(group.num_columns))
    size = next(column.total_uncompressed_size for column in held if column.path_in_schema == columns.text)
    rows = READ_ROWS if size // max(job.rows, 1) in USUAL_BYTES else FEW_ROWS
    return gathered(file.iter_batches(rows, row_groups=[job.row_group], columns=columns.all))


def _finish(out: Path, jobs: list[Job], codebook: Codebook) -> Path:
    """Add up the parts' counts and write the weekly table."""
    parts = (pl.read_parquet(_counts_path(str(out), job)) for job in jobs)
    table = weekly_table(parts, codebook)
    place(out / TABLE, lambda path: table.write_parquet(path, compression="zstd", statistics=False))
    return out / TABLE
