"""How finely a number about posts is published, and which numbers too few accounts carry to be published at all.

What belongs here: steps by kind of number, and the rule of dominance. What must not: an estimate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from analysis.schemas.precision import (
    SHARE_STEPS,
    Shown,
    Spread,
    down_to_step,
    floored,
    on_step,
    open_step,
    publish_number,
    publish_share,
    share_step,
    shown_at,
    up_to_step,
)

LEAST = 10
"""Posts, and accounts, on either side of a share, and below which a count is published as 0."""

LARGEST_SHARE = 0.5
"""Of the posts behind a number that one account may hold, as in the weekly table of posts."""

EVENT_PART = 10
"""The weeks around a shock hold about so small a part of a series: a jump rests on no more posts than that."""

P_VALUES = ("rank_p_value", "significant_p_value", "adjusted_p_value")
COUNTS = ("pairs_n", "null_low_n", "null_median_n", "null_high_n")
JUMP = "rate_ratio"
OF_POSTS = ("post_share", "channel_share", JUMP)
"""Numbers that may be evidence; a jump is the logarithm of a ratio."""

COUNTED_SHARES = ("post_share",)
COUNTED_ESTIMATORS = ("labelled",)

Row = dict[str, object]


def is_carried(posts: npt.NDArray[np.float64]) -> bool:
    """Whether enough accounts carry these posts, none of them most.

    Parameters
    ----------
    posts
        (m,) posts of each account.
    """
    total = float(posts.sum())
    return total >= LEAST and int((posts > 0).sum()) >= LEAST and float(posts.max()) <= LARGEST_SHARE * total


def coarse_count(number: float) -> int:
    """Rounded down to a multiple of five; 0 for all below ten."""
    return floored(int(number)) if number >= LEAST else 0


def on_steps(row: Row) -> Row | None:
    """The row with every number on its step, or None where no step hides what stands behind it."""
    changed: Row = {name: coarse_count(_number(row, name)) for name in COUNTS if name in row}
    changed |= {name: up_to_step(_number(row, name), SHARE_STEPS[0]) for name in P_VALUES if _is_given(row, name)}
    if _is_given(row, "significant_share"):
        changed["significant_share"] = on_step(_number(row, "significant_share"), SHARE_STEPS[0])
    if _is_given(row, "balanced_accuracy_share"):
        step = share_step(int(_number(row, "labelled_posts_n"))) or SHARE_STEPS[-1]
        changed["balanced_accuracy_share"] = on_step(_number(row, "balanced_accuracy_share"), step)
    if not _is_given(row, "value"):
        return row | changed
    shown = _shown(row)
    return None if shown is None else row | changed | _of_value(row, shown)


def _of_value(row: Row, shown: Shown) -> Row:
    columns = {"value": shown.value, "standard_error": shown.se, "ci_low": shown.low, "ci_high": shown.high}
    changed: Row = {name: number for name, number in columns.items() if name in row}
    if _is_given(row, "known_truth_value") and "known_error_value" in row:
        changed["known_error_value"] = shown.value - _number(row, "known_truth_value")
    if _is_given(row, "band_low"):
        changed["band_low"] = down_to_step(_number(row, "band_low"), shown.step)
        changed["band_high"] = up_to_step(_number(row, "band_high"), shown.step)
    return changed


def _shown(row: Row) -> Shown | None:
    value, spread, posts_n = _number(row, "value"), _spread(row), int(_number(row, "basis_posts_n"))
    quantity, estimator = row.get("quantity_code"), row.get("estimator_text")
    if quantity == "count":
        count = coarse_count(value)
        return Shown(float(count), None, None, None, 1.0) if count else None
    if quantity == JUMP or "agreement_scope_text" in row:
        step = open_step(posts_n // EVENT_PART if quantity else posts_n)
        return shown_at(value, spread, step, is_share=False)
    if quantity == "channel_share":
        return _by_account(value, spread, int(_number(row, "basis_channels_n")))
    if "covariate_text" in row:
        return publish_number(value, spread, posts_n // EVENT_PART)
    if quantity in COUNTED_SHARES or estimator in COUNTED_ESTIMATORS:
        return publish_share(value, spread, int(_number(row, "labelled_posts_n")) if estimator else posts_n)
    return publish_number(value, spread, posts_n)


def shown_number(quantity: str, limits: tuple[float, float, float], behind: tuple[int, int]) -> Shown | None:
    """A share of posts, or a jump, on the steps of the row that `post_estimates` holds of it.

    Parameters
    ----------
    quantity
        One of `OF_POSTS`.
    limits
        The number, and the ends of its interval.
    behind
        Posts, and accounts.
    """
    names = ("value", "ci_low", "ci_high", "basis_posts_n", "basis_channels_n")
    return _shown({"quantity_code": quantity, **dict(zip(names, (*limits, *behind), strict=True))})


def _by_account(value: float, spread: Spread, channels_n: int) -> Shown | None:
    """Every account counts alike: any share of one account fits what is published, for who knows all the others."""
    step = next((step for step in SHARE_STEPS if step * channels_n >= 1), None)
    return None if step is None else shown_at(value, spread, step, is_share=True)


def _spread(row: Row) -> Spread:
    value = _number(row, "value")
    se = _number(row, "standard_error") if _is_given(row, "standard_error") else None
    if not _is_given(row, "ci_low"):
        return se, None, None
    return se, value - _number(row, "ci_low"), _number(row, "ci_high") - value


def _number(row: Mapping[str, object], name: str) -> float:
    return float(str(row[name]))


def _is_given(row: Mapping[str, object], name: str) -> bool:
    cell = row.get(name)
    return cell is not None and not math.isnan(float(str(cell)))
