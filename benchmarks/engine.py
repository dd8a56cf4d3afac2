"""`bench engine`: posts to the weekly table, beside reading and writing the same rows and doing nothing to them.

What belongs here: fictional rows, runs here and on Spark, CPU time and memory, a kill in the middle. What must not: a
verdict on any of them.
"""

import contextlib
import filecmp
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.commands.cpu_time import cpu_seconds
from analysis.commands.posts_table import CODEBOOK
from analysis.engine.steps import TABLE
from analysis.measures.codebooks import parse_codebook
from benchmarks.report import SAMPLED_SECONDS, Comparison, peak_memory, process_tree
from benchmarks.scrub import LANGUAGE_SHARES, LETTERS, bench_posts

POSTS = 1_000_000
TRIES = 3
DIFFERENT_TEXTS = 100_000
ROW_GROUP = 125_000
CHANNELS, WEEKS = 3_000, 104
FRAMED_SHARE = 0.5
SEED = 11
PACE = "posts per CPU second"
SPARK_PYTHON, EXECUTORS = Path("build/spark/bin/python"), "local-cluster[2,1,1024]"


@dataclass(frozen=True)
class Pass:
    """What one size cost: CPU seconds of the pass on all cores, on one, and of reading and writing alone; most memory.

    Of several tries the least, in turn: a neighbour on the machine costs each of them something. Memory is in bytes.
    """

    posts: int
    ours: float
    on_one: float
    alone: float
    peak: int

    @property
    def microseconds(self) -> float:
        """CPU time of one post."""
        return 1e6 * self.ours / self.posts


def measure(sizes: Sequence[int] = (POSTS,)) -> list[Comparison]:
    """Read, scrub, code, count and write so many posts; read and write them alone; kill the last size in the middle.

    Parameters
    ----------
    sizes
        Numbers of posts, ascending; with several, the cost of one post at the last is held against the first.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        passes = [_pass(folder, sizes[0])]
        on_spark = _on_spark(folder, passes[0])
        passes += [_pass(folder, size) for size in sizes[1:]]
        resumed = _killed(folder, passes[-1])
    return [*chain.from_iterable(map(_beside_the_limit, passes)), *_linearity(passes), on_spark, resumed]


def _pass(folder: Path, size: int) -> Pass:
    source = folder / "posts.parquet"
    write_posts(source, size)
    tries = [_tried(source, folder / "out") for _ in range(TRIES if size <= POSTS else 1)]
    ours, on_one, alone, peaks = zip(*tries, strict=True)
    return Pass(size, min(ours), min(on_one), min(alone), max(peaks))


def _tried(source: Path, out: Path) -> tuple[float, float, float, int]:
    """One try of each, as `Pass` holds them."""
    peaks: list[int] = []
    alone = cpu_seconds(lambda: _copy(source, source.with_name("copy.parquet")))
    shutil.rmtree(out, ignore_errors=True)
    on_one = cpu_seconds(lambda: _run(source, out, "--processes", "1"))
    shutil.rmtree(out)
    ours = cpu_seconds(lambda: peaks.append(_run(source, out)))
    return ours, on_one, alone, peaks[0]


def _beside_the_limit(each: Pass) -> Iterator[Comparison]:
    peak = f"; peak memory {each.peak / 2**30:.2f} GiB over all processes"
    for words, seconds, more in (("", each.ours, peak), (" in one process", each.on_one, "")):
        what, limit = f"posts-table on {each.posts:,} posts{words}", "reading and writing alone"
        note = f"{100 * each.alone / seconds:.1f} % of the limit{more}"
        yield Comparison(what, limit, PACE, each.posts / seconds, each.posts / each.alone, note, kind="limit")


def _linearity(passes: Sequence[Pass]) -> list[Comparison]:
    first, last = passes[0], passes[-1]
    if first is last:
        return []
    what = f"posts-table: one of {last.posts:,} posts"
    note = "1 where the cost is linear"
    return [
        Comparison(
            what, f"one of {first.posts:,}", "CPU microseconds", last.microseconds, first.microseconds, note, kind="own"
        )
    ]


def _on_spark(folder: Path, each: Pass) -> Comparison:
    """The same posts on two executors of Spark, and whether the table is the same."""
    what, peer = f"posts-table on {each.posts:,} posts", f"Spark on {EXECUTORS}"
    if not (SPARK_PYTHON.exists() and shutil.which("java")):
        why = f"skipped: no Java, or no environment {SPARK_PYTHON} (docs/cluster.md)"
        return Comparison(what, peer, "CPU seconds", each.ours, None, why, kind="own")
    options = ["--engine", "spark", "--master", EXECUTORS]
    command = [str(SPARK_PYTHON), *_command(folder / "posts.parquet", folder / "spark")[1:], *options]
    subprocess.run(command, capture_output=True, check=True)
    same = filecmp.cmp(folder / "out" / TABLE, folder / "spark" / TABLE, shallow=False)
    shutil.rmtree(folder / "spark")
    note = f"{'the same' if same else 'OTHER'} bytes of the table; not all of its executors' CPU time is counted"
    return Comparison(what, peer, "CPU seconds", each.ours, None, note, kind="own")


def _killed(folder: Path, whole: Pass) -> Comparison:
    """The same pass, killed without warning when half of its parts are done, and started again."""
    parts = len(list((folder / "out/counts").iterdir()))
    done = _kill_in_the_middle(folder / "posts.parquet", folder / "again", parts // 2)
    # Nobody reaps what a killed run's children used: only what was left to do is counted.
    seconds = cpu_seconds(lambda: _run(folder / "posts.parquet", folder / "again"))
    names = sorted(path.relative_to(folder / "out") for path in (folder / "out").rglob("*.parquet"))
    same = all(filecmp.cmp(folder / "out" / name, folder / "again" / name, shallow=False) for name in names)
    verdict = f"all {len(names)} files have the same bytes" if same else "OTHER BYTES"
    note = f"killed with {done} of {parts} parts done; {verdict}"
    return Comparison(
        f"posts-table on {whole.posts:,} posts, what a kill in the middle left",
        "in one go",
        "CPU seconds",
        seconds,
        whole.ours,
        note,
        kind="own",
    )


def _kill_in_the_middle(source: Path, out: Path, parts: int) -> int:
    """Start a run, and kill it with all its processes when so many parts are done; how many then were."""
    process = subprocess.Popen(_command(source, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(out.glob("counts/0*"))) < parts:
        time.sleep(SAMPLED_SECONDS)
    for pid in [*process_tree(process.pid)][::-1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    return len(list(out.glob("counts/0*")))


def write_posts(path: Path, size: int) -> None:
    """Fictional posts in row groups: made-up words, in half of them a phrase of a frame.

    Parameters
    ----------
    path, size
        File; rows.
    """
    texts = np.array(bench_posts(min(size, DIFFERENT_TEXTS)), dtype=object)
    generator = np.random.default_rng(SEED)
    codebook = parse_codebook(CODEBOOK.read_text(encoding="utf-8"))
    phrases = {g: [p for found in codebook.phrases[g].values() for p in found] for g in LETTERS}
    writer = None
    for first in range(0, size, ROW_GROUP):
        rows = min(ROW_GROUP, size - first)
        table = _rows(texts, phrases, rows, generator)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=1)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _rows(
    texts: "np.typing.NDArray[np.object_]", phrases: dict[str, list[str]], rows: int, generator: np.random.Generator
) -> pa.Table:
    language = generator.choice(list(LETTERS), rows, p=LANGUAGE_SHARES)
    framed = generator.random(rows) < FRAMED_SHARE
    chosen = texts[generator.integers(0, len(texts), rows)]
    place = generator.integers(0, 2**31, rows)
    text = [
        f"{said} {phrases[g][at % len(phrases[g])]}" if has else said
        for said, g, at, has in zip(chosen, language, place, framed, strict=True)
    ]
    return pa.table(
        {
            "post_text": pa.array(text, pa.string()),
            "language_code": pa.array(language.tolist(), pa.string()),
            "week_index": pa.array(generator.integers(0, WEEKS, rows)),
            "channel_pseudonym": pa.array([f"channel{c:05d}" for c in generator.integers(0, CHANNELS, rows)]),
        }
    )


def _copy(source: Path, target: Path) -> None:
    """What any pass has to do: read every row group, write it as the engine writes it."""
    file = pq.ParquetFile(source)
    with pq.ParquetWriter(target, file.schema_arrow, compression="zstd", compression_level=1) as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group))


def _command(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "analysis", "posts-table", str(source), "--out", str(out)]


def _run(source: Path, out: Path, *options: str) -> int:
    """Run the command in a process of its own; the most memory that it and its children held together, in bytes."""
    return peak_memory([*_command(source, out), *options], Path.cwd())
