"""`bench engine`: posts to the weekly table, beside reading and writing the same rows and doing nothing to them.

What belongs here: fictional rows, the run, its CPU time and its memory. What must not: a verdict on either.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.commands.bench_report import Comparison, cpu_seconds, peak_memory
from analysis.commands.bench_scrub import LANGUAGE_SHARES, LETTERS, bench_posts
from analysis.commands.posts_table import CODEBOOK
from analysis.measures.frames import parse_codebook

POSTS = 2_000_000
DIFFERENT_TEXTS = 100_000
ROW_GROUP = 125_000
CHANNELS, WEEKS = 3_000, 104
FRAMED_SHARE = 0.5
SEED = 11
PACE = "posts per CPU second"


def measure(size: int = POSTS) -> list[Comparison]:
    """Read, scrub, code, count and write `size` posts; then read and write them alone."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        source = Path(folder) / "posts.parquet"
        write_posts(source, size)
        alone = cpu_seconds(lambda: _copy(source, Path(folder) / "copy.parquet"))
        peaks: list[int] = []
        ours = cpu_seconds(lambda: peaks.append(_run(source, Path(folder) / "out")))
    note = f"peak memory {peaks[0] / 2**30:.2f} GiB over all processes; {100 * alone / ours:.0f} % of the limit"
    what = f"posts-table on {size:,} posts"
    return [Comparison(what, "reading and writing alone", PACE, size / ours, size / alone, note)]


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


def _run(source: Path, out: Path) -> int:
    """Run the command in a process of its own; the most memory that it and its children held together, in bytes."""
    return peak_memory([sys.executable, "-m", "analysis", "posts-table", str(source), "--out", str(out)], Path.cwd())
