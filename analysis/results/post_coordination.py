"""Coordination of institutional accounts beside its null: over all posts, by frame and by period. Counts only.

What must not be here: which accounts, or any number about one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.coordination import CoordinationNull, Shares, coordination_null
from analysis.estimators.estimate import Estimate
from analysis.results.post_rows import (
    PERIOD,
    WEEKS_OF_A_PERIOD,
    PostRow,
    PostTables,
    Settings,
    basis,
    released,
    unusable,
)
from analysis.study.posts import Coordination

EVERYTHING = "all posts"
NAMES = (
    "coordination_scope_text", "pairs_n", "null_low_n", "null_median_n", "null_high_n", "rank_p_value",
    "basis_posts_n", "basis_channels_n", "source",
)  # fmt: skip


def sharing_posts(tables: PostTables) -> pd.DataFrame:
    """Posts of institutional accounts that share something at a known time."""
    posts = tables.posts
    chosen = posts.account_kind_code.isin(tables.plan.institutions) & posts.shared_object_pseudonym.notna()
    return posts[chosen & posts.posted_at_utc.notna()]


def coordination_rows(tables: PostTables, settings: Settings) -> Iterator[PostRow]:
    """Rows of `post_estimates`: accounts, components and pairs above what chance makes."""
    inside, chosen = sharing_posts(tables), tables.plan.coordination
    if inside.empty or chosen is None:
        return
    method = (
        f"pairs within {chosen.window_seconds} s against {settings.permutations} permutations within account and hour"
    )
    try:
        null = _null(inside, chosen, settings)
    except EstimationError as error:
        found: dict[str, tuple[Estimate, float | None]] = {"coordinated_accounts": (unusable(error, method), None)}
    else:
        found = {
            "coordinated_accounts": (_count(null.accounts_above, method), None),
            "coordinated_components": (_count(null.components_above, method), None),
            "coordinated_pairs": (_count(null.pairs, method), null.p_value),
        }
    population = "institutional accounts that share objects"
    for name, (estimate, rank) in found.items():
        yield PostRow(
            name, chosen.estimand, "count", population, PERIOD, estimate, len(inside),
            inside.channel_pseudonym.nunique(), rank,
        )  # fmt: skip


def coordination_table(tables: PostTables, settings: Settings) -> pd.DataFrame:
    """Table `coordination`: pairs observed and under the null, by set of posts.

    Parameters
    ----------
    tables, settings
        The study.

    Returns
    -------
    DataFrame
        Sets that can be compared: at least ten posts and ten accounts, and few enough pairs to count.
    """
    rows: list[dict[str, object]] = []
    chosen = tables.plan.coordination
    if chosen is None:
        return released(rows, NAMES)
    for scope, inside in _scopes(tables):
        try:
            null = _null(inside, chosen, settings)
        except EstimationError:
            continue
        low, median, high = np.quantile(null.pairs_null, [0.025, 0.5, 0.975], method="inverted_cdf")
        rows.append(
            {
                "coordination_scope_text": scope,
                "pairs_n": null.pairs,
                "null_low_n": low,
                "null_median_n": median,
                "null_high_n": high,
                "rank_p_value": null.p_value,
                **basis(len(inside), inside.channel_pseudonym.nunique()),
                "source": tables.source,
            }
        )
    return released(rows, NAMES)


def _scopes(tables: PostTables) -> Iterator[tuple[str, pd.DataFrame]]:
    inside = sharing_posts(tables)
    if inside.empty:
        return
    yield EVERYTHING, inside
    for frame, rows in tables.frames.groupby("frame_code", sort=True):
        yield f"frame {frame}", inside[inside.post_pseudonym.isin(rows.post_pseudonym)]
    for period, rows in inside.groupby(inside.week_index // WEEKS_OF_A_PERIOD, sort=True):
        first = int(period) * WEEKS_OF_A_PERIOD
        yield f"weeks {first} to {first + WEEKS_OF_A_PERIOD - 1}", rows


def _null(inside: pd.DataFrame, chosen: Coordination, settings: Settings) -> CoordinationNull:
    things = pd.factorize(pd.concat([inside.shared_object_pseudonym, inside.post_pseudonym], ignore_index=True))[0]
    seconds = (pd.to_datetime(inside.posted_at_utc, utc=True) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    shares = Shares(
        things[: len(inside)].astype(np.int64),
        pd.factorize(inside.channel_pseudonym)[0].astype(np.int64),
        things[len(inside) :].astype(np.int64),
        seconds.to_numpy(dtype=np.int64),
    )
    return coordination_null(
        shares,
        chosen.window_seconds,
        chosen.least_shares,
        generator=np.random.default_rng([settings.seed, 3]),
        draws=settings.permutations,
    )


def _count(number: int, method: str) -> Estimate:
    return Estimate(
        term="count", value=float(number), se=None, low=None, high=None, confidence=0.95, n=number, effective_n=None,
        degrees_of_freedom=None, unit="count", method=method,
    )  # fmt: skip
