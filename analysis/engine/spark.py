"""The engine on Apache Spark: the same work on the same batches, on as many machines as there are.

Spark reads the files, gives the executors batches, adds up their counts, and does again what a lost executor had done.
The weekly table is made of whole numbers by the same code as on one machine, and is the same byte for byte; the rows
are the same rows, in files of Spark's own cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from analysis.engine.local import place, plan, remember
from analysis.engine.steps import (
    CHANNEL,
    KEYS,
    TABLE,
    Columns,
    Scrubber,
    counted,
    gathered,
    row_columns,
    weekly_table,
    work,
)
from analysis.measures.frames import Codebook, channel_weeks, frame_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DONE = "_SUCCESS"
"""What Spark leaves in a folder that it has written to the end."""


@dataclass(frozen=True)
class Scrubbing:
    """Batches of posts → batches of scrubbed rows with frames; goes to the executors with all it needs."""

    columns: Columns
    codebook: Codebook
    scrubber: Scrubber

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One executor's share."""
        for batch in gathered(batches):
            rows = work(batch, self.columns, self.codebook, self.scrubber).rows
            yield from rows.cast(_row_schema(self.codebook)).to_batches()


@dataclass(frozen=True)
class Counting:
    """Batches of scrubbed rows → their counts."""

    codebook: Codebook

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One executor's share."""
        for batch in gathered(batches):
            counts = counted(pl.DataFrame(batch), self.codebook)
            yield from counts.to_arrow().cast(_count_schema(self.codebook)).to_batches()


def posts_table(
    files: list[Path],
    out: Path,
    codebook: Codebook,
    scrubber: Scrubber,
    session: SparkSession,
    *,
    columns: Columns | None = None,
    keep_rows: bool = True,
) -> Path:
    """Read posts, scrub them, code frames, and write the weekly table, on a cluster.

    A run that was cut goes on behind the last of its two steps that had come to an end.

    Parameters
    ----------
    files, out
        Parquet files and folder of the result, where every executor finds them under the same path.
    codebook, scrubber, columns, keep_rows
        As in `local.posts_table`.
    session
        From `cluster`.

    Returns
    -------
    Path
        The weekly table: byte for byte what `local.posts_table` writes.

    Raises
    ------
    InputError
        As `local.posts_table`.
    """
    chosen = columns or Columns()
    remember(out, plan(files, chosen), chosen, codebook, "spark")
    posts = session.read.parquet(*[_address(file) for file in sorted(files)]).select(*map(_quoted, chosen.all))
    rows = posts.mapInArrow(Scrubbing(chosen, codebook, scrubber), _ddl(_row_schema(codebook)))
    if keep_rows:
        _written(rows, out / "rows")
        rows = session.read.parquet(_address(out / "rows"))
    _written(_counts(rows, codebook), out / "counts")
    table = weekly_table(map(pl.read_parquet, sorted((out / "counts").glob("*.parquet"))), codebook)
    place(out / TABLE, lambda path: table.write_parquet(path, compression="zstd", statistics=False))
    return out / TABLE


def _counts(rows: DataFrame, codebook: Codebook) -> DataFrame:
    from pyspark.sql import functions

    schema = _count_schema(codebook)
    keys = [*KEYS, CHANNEL]
    sums = [functions.sum(name).alias(name) for name in schema.names if name not in keys]
    return rows.mapInArrow(Counting(codebook), _ddl(schema)).groupBy(*keys).agg(*sums)


def _written(frame: DataFrame, folder: Path) -> None:
    if not (folder / DONE).exists():
        frame.write.mode("overwrite").parquet(_address(folder), compression="zstd")


def _address(path: Path) -> str:
    """A path of the shared folder, whatever file system Spark takes by itself."""
    return path.resolve().as_uri()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _row_schema(codebook: Codebook) -> pa.Schema:
    types = {"week_index": pa.int64()} | dict.fromkeys(frame_columns(codebook), pa.bool_())
    return pa.schema([(name, types.get(name, pa.string())) for name in row_columns(codebook)])


def _count_schema(codebook: Codebook) -> pa.Schema:
    empty = pl.DataFrame(schema={name: pl.Boolean for name in frame_columns(codebook)})
    keyed = empty.with_columns(week_index=pl.lit(0, pl.Int64), language_code=pl.lit(""), channel_pseudonym=pl.lit(""))
    names = channel_weeks(keyed, codebook, list(KEYS), CHANNEL).columns
    types = {"language_code": pa.string(), CHANNEL: pa.string()}
    return pa.schema([(name, types.get(name, pa.int64())) for name in names])


def _ddl(schema: pa.Schema) -> str:
    """A schema as Spark writes one."""
    spoken = {pa.string(): "string", pa.int64(): "bigint", pa.bool_(): "boolean"}
    return ", ".join(f"{_quoted(field.name)} {spoken[field.type]}" for field in schema)
