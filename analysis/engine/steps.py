"""What is done to one batch of posts: scrub, code frames, count. The same code for every engine.

What belongs here: a batch in, a batch out. What must not: files, processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from analysis.measures.frames import LANGUAGES, Codebook, channel_weeks, code_frames, frame_columns

Scrubber = Callable[[pa.Array], pa.Array]
KEYS = ("week_index", "language_code")
UNKNOWN_WEEK = -1
"""Week of a post without time: counted apart, shown by no table of weeks."""


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
        Array of texts → array of texts.

    Returns
    -------
    Worked
        Rows: language, week, channel, scrubbed text and one boolean for each frame, in the order of the batch.
    """
    text = batch.column(columns.text).cast(pa.string()).combine_chunks()
    text = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    ready = pl.DataFrame(
        {
            "post_text": pl.from_arrow(scrubber(text)),
            "language_code": pl.from_arrow(batch.column(columns.language).cast(pa.string())),
            "week_index": pl.from_arrow(batch.column(columns.week).cast(pa.int64())),
            "channel_pseudonym": pl.from_arrow(batch.column(columns.channel).cast(pa.string())),
        }
    ).with_columns(pl.col("week_index").fill_null(UNKNOWN_WEEK), pl.col("language_code").fill_null("other"))
    coded = code_frames(ready, codebook, "post_text", "language_code")
    counted = coded.filter(pl.col("language_code").is_in(LANGUAGES))
    counts = channel_weeks(counted, codebook, list(KEYS), "channel_pseudonym").sort([*KEYS, "channel_pseudonym"])
    kept = ["language_code", "week_index", "channel_pseudonym", "post_text", *frame_columns(codebook)]
    return Worked(coded.select(kept).to_arrow(compat_level=pl.CompatLevel.oldest()), counts)
