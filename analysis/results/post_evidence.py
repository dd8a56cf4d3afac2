"""Shares of posts, and jumps, as what claims are judged by, at many levels: restricted, read by the stage of verdicts.

What belongs here: which number answers for which estimand of the plan's evidence. What must not: a limit of any rule,
an estimator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.multiverse import Multiverse
from analysis.results.post_rows import REASONS_TO_DROP, PostTables, StanceLevels, basis
from analysis.results.post_shocks import LEVEL, RATE_RATIO, jump
from analysis.results.posts import Mentioned, mentioned
from analysis.schemas.evidence_levels import LEVELS
from analysis.study.posts import ALL_ACCOUNTS, FEWEST_PLACEBOS, PostEvidence, Posts

COLUMNS = [
    "estimand_id", "item_text", "group_text", "quantity_code", "basis_posts_n", "basis_channels_n", "is_publishable",
    "confidence_level", "robust_value", "robust_low", "robust_high", "is_rise_ranked", "is_composition_steady",
    "unusable_reason",
]  # fmt: skip
Limits = tuple[float | None, float | None, float | None]
UNKNOWN = (0.5, 0.0, 1.0)
"""Of a number that could not be estimated: it lies somewhere."""

NOT_SHOWN = "too few accounts carry it, or readers do not agree"


@dataclass(frozen=True)
class _Number:
    """What answers for an estimand: limits at every level that can be reached, and what is behind them."""

    group: str
    quantity: str
    posts_n: int = 0
    channels_n: int = 0
    limits: Mapping[float, Limits] = field(default_factory=dict)
    is_ranked: bool | None = None
    is_steady: bool | None = None
    reason: str = NOT_SHOWN


def post_evidence_rows(tables: PostTables, corrected: StanceLevels, covariates: pd.DataFrame) -> pd.DataFrame:
    """Table `post_evidence`: the interval of every share and jump that the plan names as evidence, at every level.

    A stance has the interval of design-based supervised learning; a frame the envelope of both ways of counting, posts
    alike and accounts alike, around the share that counts accounts alike; a jump, as a logarithm, the median over all
    specifications with its interval from placebo dates, at the levels that so many dates reach. A number that was not
    estimated has rows that say why, and moves nothing.

    Parameters
    ----------
    tables : PostTables
    corrected : mapping
        Kind of account and stance to the share at every level.
    covariates : DataFrame
        Table `shock_covariates`.
    """
    plan = tables.plan
    frames = {(each.kind, each.frame): each for each in mentioned(tables)} if plan.frame_share else {}
    rows: list[tuple[object, ...]] = []
    for each in plan.evidence:
        found = _jumped(each, tables, covariates) if each.event else _share(each, frames, corrected)
        rows += _rows(each, found)
    table = pd.DataFrame(rows, columns=COLUMNS)
    whole, truth = ("basis_posts_n", "basis_channels_n"), ("is_rise_ranked", "is_composition_steady")
    return table.astype(dict.fromkeys(whole, "int64") | dict.fromkeys(truth, "boolean"))


def _share(asked: PostEvidence, frames: Mapping[tuple[str, str], Mentioned], corrected: StanceLevels) -> _Number:
    group, item = asked.accounts or ALL_ACCOUNTS, asked.item
    if asked.stance and (group, item) in corrected:
        found = corrected[group, item]
        limits = {level: (each.value, each.low, each.high) for level, each in found.estimates.items()}
        return _Number(group, "post_share", found.posts_n, found.channels_n, limits)
    if asked.frame and (group, item) in frames:
        each = frames[group, item]
        limits = {level: _envelope(each, level) for level in LEVELS}
        return _Number(group, "channel_share", each.posts_n, len(each.whole), limits)
    return _Number(group, "post_share" if asked.stance else "channel_share")


def _jumped(asked: PostEvidence, tables: PostTables, covariates: pd.DataFrame) -> _Number:
    """A jump with as many placebo dates as the split level of a conjunction and the plan ask for."""
    group = asked.accounts or ALL_ACCOUNTS
    found = jump(tables, asked.item, asked.event or "", group)
    joint, wanted = found.joint, max(tables.plan.fewest_placebos, FEWEST_PLACEBOS)
    if not isinstance(joint, Multiverse):
        return _Number(group, RATE_RATIO, found.posts_n, found.channels_n, reason=str(joint)[:REASONS_TO_DROP])
    if joint.placebos_n < wanted:
        reason = f"{joint.placebos_n} placebo dates describe a jump; a verdict takes {wanted}: a longer series"
        return _Number(group, RATE_RATIO, found.posts_n, found.channels_n, reason=reason)
    limits: dict[float, Limits] = dict(_intervals(joint))
    ranked, steady = joint.rise_p_value <= LEVEL, _is_steady(asked, tables.plan, covariates)
    return _Number(group, RATE_RATIO, found.posts_n, found.channels_n, limits, ranked, steady)


def _intervals(joint: Multiverse) -> Iterator[tuple[float, Limits]]:
    for level in LEVELS:
        try:
            yield level, (joint.median_jump, *joint.interval(level))
        except EstimationError:
            # So few placebo dates say nothing at a level so high; p-values are no smaller than the dates allow.
            return


def _is_steady(asked: PostEvidence, plan: Posts, covariates: pd.DataFrame) -> bool | None:
    """Whether nothing jumps at the event that must not; None where nothing could be looked at."""
    number = 1 + [event.name for event in plan.dated].index(asked.event or "")
    rows = covariates[covariates.shock_number == number]
    return None if rows.empty else not bool(rows.has_jump.astype(bool).any())


def _rows(asked: PostEvidence, found: _Number) -> Iterator[tuple[object, ...]]:
    known = {level: each for level, each in found.limits.items() if None not in each}
    n = basis(found.posts_n, found.channels_n).values() if known else basis(0, 0).values()
    for level in known or LEVELS:
        about = (asked.estimand, asked.item, found.group, found.quantity)
        seen = (found.is_ranked, found.is_steady, None if known else found.reason)
        yield *about, *n, bool(known), level, *known.get(level, UNKNOWN), *seen


def _envelope(each: Mentioned, level: float) -> Limits:
    ways = each.by_account(level), each.by_post(level)
    lows, highs = [way.low for way in ways if way.low is not None], [way.high for way in ways if way.high is not None]
    return ways[0].value, min(lows), max(highs)
