"""Shares of posts as what claims are judged by, at many levels: restricted, and read by the stage of verdicts alone.

What belongs here: which share answers for which estimand of the plan's evidence. What must not: a limit of any rule, an
estimator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.results.post_rows import PostTables, StanceLevels, basis
from analysis.results.posts import Mentioned, mentioned
from analysis.schemas.evidence_levels import LEVELS
from analysis.study.posts import PostEvidence

COLUMNS = [
    "estimand_id", "item_text", "group_text", "quantity_code", "basis_posts_n", "basis_channels_n", "is_publishable",
    "confidence_level", "robust_value", "robust_low", "robust_high",
]  # fmt: skip
UNKNOWN = (0.5, 0.0, 1.0)
"""Of a share that could not be estimated: it lies somewhere."""


def post_evidence_rows(tables: PostTables, corrected: StanceLevels) -> pd.DataFrame:
    """Table `post_evidence`: the interval of every share that the plan names as evidence, at every level.

    A stance has the interval of design-based supervised learning; a frame the envelope of both ways of counting, posts
    alike and accounts alike, around the share that counts accounts alike. A share that was not estimated, because too
    few accounts carry it or readers do not agree, has rows that say so, and moves nothing.

    Parameters
    ----------
    tables : PostTables
    corrected : mapping
        Kind of account and stance to the share at every level.
    """
    frames = {(each.kind, each.frame): each for each in mentioned(tables)} if tables.plan.frame_share else {}
    rows = [row for each in tables.plan.evidence for row in _rows(each, frames, corrected)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"basis_posts_n": "int64", "basis_channels_n": "int64"})


def _rows(
    asked: PostEvidence, frames: Mapping[tuple[str, str], Mentioned], corrected: StanceLevels
) -> Iterator[tuple[object, ...]]:
    key = (asked.accounts, asked.item)
    quantity = "post_share" if asked.stance else "channel_share"
    about = (asked.estimand, asked.item, asked.accounts, quantity)
    if asked.stance and key in corrected:
        found = corrected[key]
        n = basis(found.posts_n, found.channels_n)
        limits = {level: (each.value, each.low, each.high) for level, each in found.estimates.items()}
    elif asked.frame and key in frames:
        n = basis(frames[key].posts_n, len(frames[key].whole))
        limits = {level: _envelope(frames[key], level) for level in LEVELS}
    else:
        n, limits = basis(0, 0), {}
    for level in LEVELS:
        value = limits.get(level, UNKNOWN)
        is_known = level in limits and None not in value
        yield *about, *n.values(), is_known, level, *(value if is_known else UNKNOWN)


def _envelope(each: Mentioned, level: float) -> tuple[float | None, float | None, float | None]:
    ways = each.by_account(level), each.by_post(level)
    lows, highs = [way.low for way in ways if way.low is not None], [way.high for way in ways if way.high is not None]
    return ways[0].value, min(lows), max(highs)
