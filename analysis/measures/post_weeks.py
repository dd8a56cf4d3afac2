"""The weekly table of posts, cut to what may be shown: many posts, many accounts, none of them dominant.

What belongs here: thresholds on posts and accounts before the gate. What must not: rounding (the gate does it last).
"""

import pandas as pd
import polars as pl

from analysis.measures.frames import Codebook, channel_weeks
from analysis.reserved import ALL_POSTS, CUT_POSTS, NO_FRAME

TRUNCATED = "truncated"
"""Code of a text that the vendor cut: a frame may stand beyond the cut."""

LARGEST_SHARE = 0.5
"""Of a cell's posts that one account may hold: beyond it, the cell would say what this account publishes."""


def releasable_weeks(coded: pl.DataFrame, codebook: Codebook, minimum: int) -> pd.DataFrame:
    """Posts by week, language and frame, without cells of few posts, few accounts or one dominant account.

    Parameters
    ----------
    coded
        Posts with frames, from `code_frames`; those whose own text the vendor cut are counted once more, as `CUT`.
    codebook
        Frames.
    minimum
        Smallest number of posts, and of accounts, behind a cell.

    Returns
    -------
    DataFrame
        study_week_index, language_code, frame_code, posts_n.
    """
    keys = ["study_week_index", "language_code"]
    dated = coded.filter(pl.col("week_index").is_not_null()).with_columns(
        pl.col("week_index").cast(pl.Int64).alias("study_week_index")
    )
    counts = channel_weeks(dated, codebook, keys, "channel_pseudonym")
    is_cut = (pl.col("text_source_code") == TRUNCATED) & ~pl.col("is_repost")
    cut = channel_weeks(dated.filter(is_cut), codebook, keys, "channel_pseudonym")
    parts = [_cells(counts, frame, keys, minimum) for frame in (ALL_POSTS, NO_FRAME, *codebook.frames)]
    parts.append(_cells(cut.rename({f"n_{ALL_POSTS}": f"n_{CUT_POSTS}"}), CUT_POSTS, keys, minimum))
    return pl.concat(parts).sort([*keys, "frame_code"]).to_pandas()


def _cells(counts: pl.DataFrame, frame: str, keys: list[str], minimum: int) -> pl.DataFrame:
    n = pl.col(f"n_{frame}")
    cells = counts.group_by(keys).agg(
        pl.lit(frame).first().alias("frame_code"),
        n.sum().alias("posts_n"),
        (n > 0).sum().alias("channels_n"),
        (n.max() / n.sum()).alias("largest_share"),
    )
    enough = (
        (pl.col("posts_n") >= minimum) & (pl.col("channels_n") >= minimum) & (pl.col("largest_share") <= LARGEST_SHARE)
    )
    return cells.filter(enough).select(*keys, "frame_code", "posts_n")
