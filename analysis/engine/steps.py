"""What is done to one batch of posts: scrub, code frames, count. The same code for every engine.

What belongs here: a batch in, a batch out. What must not: files, processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import InputError
from analysis.measures.frames import Codebook, channel_weeks, frame_columns, frame_flags, weekly_frames
from analysis.measures.tallies import added

Scrubber = Callable[[pa.Array], pa.Array]
"""Texts → as many texts; ArrowInvalid where one is no UTF-8."""
KEYS = ("week_index", "language_code")
CHANNEL = "channel_pseudonym"
UNKNOWN_WEEK = -1
"""Week of a post without time: counted apart, shown by no table of weeks."""
BATCH_BYTES = 48 * 2**20
"""Uncompressed text held by one process at a time, about; working on it takes some ten times as much."""
BATCH_ROWS = 65_536
SEEN_ROWS, MOST_DISTINCT = 4_096, 0.75
"""Texts that are counted to see whether copies are worth looking for, and the share of different ones up to which."""
TOGETHER = 8
"""Counts of so many batches are held at a time."""
TABLE = "post_weeks.parquet"


@dataclass(frozen=True)
class Columns:
    """Names of the columns in the user's files."""

    text: str = "post_text"
    language: str = "language_code"
    week: str = "week_index"
    channel: str = "channel_pseudonym"

    @property
    def all(self) -> list[str]:
        """In a fixed order."""
        return [self.text, self.language, self.week, self.channel]


@dataclass(frozen=True)
class Worked:
    """A batch with scrubbed text and frames, and its counts by week, language and channel."""

    rows: pa.Table
    counts: pl.DataFrame


def work(batch: pa.Table, columns: Columns, codebook: Codebook, scrubber: Scrubber) -> Worked:
    """Scrub, code and count one batch.

    Parameters
    ----------
    batch
        The four columns.
    columns, codebook
        Their names; the frames.
    scrubber
        Looks at every text.

    Returns
    -------
    Worked
        Rows: language, week, channel, scrubbed text and one boolean for each frame, in the order of the batch.

    Raises
    ------
    InputError
        Text that is no UTF-8.
    """
    texts = _of_strings(batch, columns.text, partial(_each_once, scrubber=scrubber))
    keys = pl.DataFrame(
        {
            "language_code": pl.from_arrow(_of_strings(batch, columns.language, _valid)),
            "week_index": pl.from_arrow(batch.column(columns.week).cast(pa.int64())),
            CHANNEL: pl.from_arrow(_of_strings(batch, columns.channel, _valid)),
        }
    ).with_columns(pl.col("week_index").fill_null(UNKNOWN_WEEK), pl.col("language_code").fill_null("other"))
    flags = frame_flags(texts, keys["language_code"], codebook)
    coded = keys.with_columns(pl.Series(name, values) for name, values in flags.items())
    rows = coded.to_arrow(compat_level=pl.CompatLevel.oldest()).append_column(
        "post_text", texts.cast(pa.large_string())
    )
    return Worked(rows.select(row_columns(codebook)), counted(coded, codebook))


def _each_once(texts: pa.StringArray, scrubber: Scrubber) -> pa.StringArray:
    """Texts scrubbed, copies of one text once, where a look at the first texts shows that there are many."""
    seen = texts.slice(0, SEEN_ROWS)
    if pc.count_distinct(seen).as_py() > MOST_DISTINCT * len(seen):
        return scrubber(texts)
    encoded = _valid(texts).dictionary_encode()
    return scrubber(encoded.dictionary).take(encoded.indices)


def _of_strings(batch: pa.Table, name: str, function: Scrubber) -> pa.Array:
    """What is made of a column of texts that are UTF-8: patterns take it for granted, files may lie."""
    try:
        return function(pa.concat_arrays(batch.column(name).cast(pa.string()).chunks))
    except pa.ArrowInvalid as error:
        raise InputError(
            f"column '{name}' holds text that is no UTF-8 ({error}); write the file anew in UTF-8"
        ) from error


def _valid(texts: pa.StringArray) -> pa.StringArray:
    texts.validate(full=True)
    return texts


def row_columns(codebook: Codebook) -> list[str]:
    """Columns of the rows that `work` makes, in order.

    Parameters
    ----------
    codebook
        The frames.
    """
    return ["language_code", "week_index", CHANNEL, "post_text", *frame_columns(codebook)]


def counted(rows: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Counts by week, language and channel of rows that `work` made, in the languages of the codebook.

    Parameters
    ----------
    rows, codebook
        Of one batch, or of several; the frames.
    """
    known = rows.filter(pl.col("language_code").is_in(codebook.languages))
    return channel_weeks(known, codebook, list(KEYS), CHANNEL)


def summed(counts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Counts of several batches added up, a few at a time: memory grows with accounts and weeks, not with batches.

    Parameters
    ----------
    counts
        From `counted`, at least one; each is added up in itself.
    """
    keys = [*KEYS, CHANNEL]
    total: list[pl.DataFrame] = []
    for each in counts:
        total.append(each)
        if len(total) == TOGETHER:
            total = [added(pl.concat(total), keys)]
    return added(pl.concat(total), keys) if len(total) > 1 else total[0]


def weekly_table(counts: Iterable[pl.DataFrame], codebook: Codebook) -> pl.DataFrame:
    """The weekly table of all counts there are; the same bytes whatever made them, in whichever pieces.

    Parameters
    ----------
    counts, codebook
        From `counted`; the frames.
    """
    together = summed(each.filter(pl.col("week_index") != UNKNOWN_WEEK) for each in counts)
    return weekly_frames(together, codebook, list(KEYS), CHANNEL)


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Small batches put together until they are worth a start, none above the bound of rows or (but for one row) bytes.

    Parameters
    ----------
    batches
        Of one schema.
    """
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and (rows + batch.num_rows > BATCH_ROWS or size + batch.nbytes > BATCH_BYTES):
            yield from halved(pa.Table.from_batches(held).combine_chunks())
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if rows:
        yield from halved(pa.Table.from_batches(held).combine_chunks())


def halved(batch: pa.Table) -> Iterator[pa.Table]:
    """A batch cut until it is small: texts may be uneven.

    Parameters
    ----------
    batch
        Of any size.
    """
    if batch.nbytes <= BATCH_BYTES or batch.num_rows <= 1:
        yield batch
        return
    middle = batch.num_rows // 2
    yield from halved(batch.slice(0, middle).combine_chunks())
    yield from halved(batch.slice(middle).combine_chunks())
