"""Shocks in the posts: every defensible specification, one joint answer, and what must not jump.

What belongs here: which series a specification looks at. What must not: arithmetic of an estimator, a choice among
specifications after the fact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.event_study import Window, event_study, predetermined_jumps
from analysis.estimators.multiverse import Multiverse, Specification, has_counts, multiverse
from analysis.reserved import NO_FRAME
from analysis.results.post_rows import (
    REASONS_TO_DROP,
    SMALLEST_BASIS,
    PostRow,
    PostTables,
    basis,
    released,
    unusable,
)
from analysis.schemas.columns import COLUMNS
from analysis.study.posts import ALL_ACCOUNTS as ALL
from analysis.study.posts import LEAST_PLACEBOS, Posts
from analysis.study.posts import Window as Declared

WEIGHTS = ("post", "account")
BASELINES = ("volume", "beside posts without a frame")
"""Posts without a frame stand for how much is written at all. The share among all posts would be another quantity: it
falls for every frame when one of them rises."""
MENTIONS = ("any", "not negated")
FEWEST_PER_WEEK = 2.0
"""Mean posts of a frame in a week below which a subset's series is mostly zeros."""
LEVEL = 0.05
SPOKEN = COLUMNS["language_code"].codes
RATE_RATIO = "rate_ratio"

SPECIFICATION_NAMES = (
    "shock_number", "frame_code", "specification_text", "curve_position", "quantity_code", "value", "rank_p_value",
    "band_low", "band_high", "basis_posts_n", "basis_channels_n", "source",
)  # fmt: skip
INFERENCE_NAMES = (
    "shock_number", "frame_code", "study_week_index", "quantity_code", "specifications_n", "placebo_dates_n", "value",
    "ci_low", "ci_high", "rank_p_value", "significant_share", "significant_p_value", "is_replicated",
    "known_truth_value", "may_conclude_text", "basis_posts_n", "basis_channels_n", "is_usable", "unusable_reason",
    "source",
)  # fmt: skip
COVARIATE_NAMES = (
    "shock_number", "covariate_text", "value", "rank_p_value", "adjusted_p_value", "has_jump", "basis_posts_n",
    "basis_channels_n", "source",
)  # fmt: skip


@dataclass(frozen=True)
class ShockTables:
    """Tables `shock_specifications` and `shock_inference`."""

    specifications: pd.DataFrame
    inference: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Seen:
    """A specification with the posts and accounts that it rests on."""

    specification: Specification
    posts_n: int
    channels_n: int


def shock_rows(tables: PostTables) -> Iterator[PostRow]:
    """Rows of `post_estimates`: jump of each frame's weekly volume at each shock, by one fixed specification."""
    plan, estimated, (dated, weeks) = tables.plan, tables.plan.frame_change, _dated(tables.coded)
    if estimated is None:
        return
    for frame in sorted(dated.frame_code.unique()):
        inside = dated[dated.frame_code == frame]
        series = _weekly(inside, weeks)
        for number, (event, week) in enumerate(zip(plan.dated, plan.event_weeks, strict=True), start=1):
            try:
                study = event_study(
                    series,
                    week,
                    other_events=_others(plan, week),
                    window=_window(plan.main_window),
                    fewest=LEAST_PLACEBOS,
                )
                estimate, rank = study.jump, study.p_value
            except EstimationError as error:
                estimate, rank = unusable(error, "segmented regression at the event"), None
            yield PostRow(
                f"shock_{number}_{frame.lower()}", estimated.estimand, RATE_RATIO, f"posts of frame {frame}",
                f"week {week}, {event.name}", estimate, len(inside), inside.channel_pseudonym.nunique(), rank,
            )  # fmt: skip


def _dated(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Rows with a week, and the weeks up to the last post; posts and accounts become numbers: counted faster.

    Weeks of the plan in which nothing was collected yet are no weeks without posts.
    """
    dated = rows[rows.week_index.notna()]
    numbered = {name: pd.factorize(dated[name])[0] for name in ("post_pseudonym", "channel_pseudonym")}
    dated = dated.assign(week_index=dated.week_index.astype("int64"), **numbered)
    return dated, 0 if dated.empty else int(dated.week_index.max()) + 1


def _others(plan: Posts, week: int) -> tuple[int, ...]:
    return tuple(other for other in plan.event_weeks if other != week)


def _window(declared: Declared) -> Window:
    return Window(declared.before, declared.after)


def _weekly(rows: pd.DataFrame, weeks: int, weight: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float64]:
    return np.bincount(rows.week_index, weights=weight, minlength=weeks).astype(np.float64)


def shock_tables(tables: PostTables) -> ShockTables:
    """Every frame at every event under all specifications, and what they say together.

    Parameters
    ----------
    tables
        The study.

    Returns
    -------
    ShockTables
        Without rows where no post has a time, or the plan has no events.
    """
    plan, (dated, weeks) = tables.plan, _dated(tables.coded)
    subsets = list(_subsets(dated, tables))
    single: list[dict[str, object]] = []
    joint: list[dict[str, object]] = []
    for frame in sorted(dated.frame_code.unique()) if plan.frame_change else ():
        seen = list(_specifications(subsets, frame, weeks, plan))
        inside = dated[dated.frame_code == frame]
        about = {**basis(len(inside), inside.channel_pseudonym.nunique()), "source": tables.source}
        studies = [_study(seen, week, plan) for week in plan.event_weeks]
        is_replicated = _is_replicated([one for _, one in studies], plan)
        for number, (week, (tried, one)) in enumerate(zip(plan.event_weeks, studies, strict=True), start=1):
            named: dict[str, object] = {"shock_number": number, "frame_code": frame, "quantity_code": RATE_RATIO}
            joint.append(
                named
                | _joint(one, len(tried), plan)
                | {
                    "study_week_index": week,
                    "is_replicated": is_replicated,
                    "known_truth_value": _truth(tables, number, week, frame),
                }
                | about
            )
            if isinstance(one, Multiverse):
                single += [named | row | {"source": tables.source} for row in _curve(one, tried)]
    return ShockTables(released(single, SPECIFICATION_NAMES), released(joint, INFERENCE_NAMES))


@dataclass(frozen=True)
class Jump:
    """The change of a frame's weekly volume at one event, over all specifications; the reason where there is none.

    Attributes
    ----------
    joint : Multiverse or EstimationError
    posts_n, channels_n : posts of the frame, and accounts that wrote them
    """

    joint: Multiverse | EstimationError
    posts_n: int
    channels_n: int


def jump(tables: PostTables, frame: str, event: str, accounts: str) -> Jump:
    """A frame at one event of the plan, among accounts of one kind or all.

    Parameters
    ----------
    tables
        The study.
    frame, event
        Code, and name.
    accounts
        Code of a kind, or `ALL_ACCOUNTS`.
    """
    plan, (dated, weeks) = tables.plan, _dated(tables.coded)
    chosen = dated if accounts == ALL else dated[dated.account_kind_code == accounts]
    subsets = [each for each in _subsets(dated, tables) if accounts in (ALL, each.accounts)]
    seen = list(_specifications(subsets, frame, weeks, plan)) if weeks else []
    inside = chosen[chosen.frame_code == frame]
    week = next(week for each, week in zip(plan.dated, plan.event_weeks, strict=True) if each.name == event)
    return Jump(_study(seen, week, plan)[1], len(inside), inside.channel_pseudonym.nunique())


def _truth(tables: PostTables, number: int, week: int, frame: str) -> float | None:
    """Natural logarithm of the factor with which a fictional world was made."""
    estimand = tables.plan.frame_change.estimand if tables.plan.frame_change else ""
    truth = tables.truth.get((estimand, f"shock {number}, week {week}, frame {frame}"))
    return None if truth is None else math.log(truth)


def _study(seen: list[_Seen], week: int, plan: Posts) -> tuple[list[_Seen], Multiverse | EstimationError]:
    """What all specifications with a post around the event say together; a silent one tells of no change."""
    tried = [one for one in seen if has_counts(one.specification, week)]
    if seen and not tried:
        reason = f"no post of the frame lies around week {week}; take frames together, or leave it out"
        return tried, EstimationError(reason)
    try:
        specifications = [one.specification for one in tried]
        return tried, multiverse(specifications, week, other_events=_others(plan, week), fewest=LEAST_PLACEBOS)
    except EstimationError as error:
        return tried, error


def _is_replicated(studies: list[Multiverse | EstimationError], plan: Posts) -> bool:
    """Whether there are two events or more, each with the placebo dates that the plan asks for, and all alike."""
    found = [one for one in studies if isinstance(one, Multiverse) and one.placebos_n >= plan.fewest_placebos]
    return len(found) == len(studies) > 1 and _same_way(found)


def _same_way(found: list[Multiverse]) -> bool:
    signs = {math.copysign(1.0, one.median_jump) for one in found}
    return len(signs) == 1 and all(one.median_p_value <= LEVEL for one in found)


def conclusion(placebos_n: int, fewest: int) -> str:
    """What so many placebo dates allow to be concluded.

    Example
    -------
    >>> conclusion(37, 39)
    'described only: 37 placebo dates, the plan asks for 39; smallest p-value 0.0264; no replication is concluded'
    """
    smallest = f"smallest p-value {math.ceil(1e4 / (placebos_n + 1)) / 1e4:g}"
    if placebos_n >= fewest:
        return f"an event may stand out, and be replicated at a second one: {placebos_n} placebo dates; {smallest}"
    told = f"described only: {placebos_n} placebo dates, the plan asks for {fewest}"
    return f"{told}; {smallest}; no replication is concluded"


def _joint(one: Multiverse | EstimationError, specifications_n: int, plan: Posts) -> dict[str, object]:
    if isinstance(one, EstimationError):
        return {
            "may_conclude_text": "nothing",
            "specifications_n": specifications_n,
            "placebo_dates_n": 0,
            "is_usable": False,
            "unusable_reason": str(one)[:REASONS_TO_DROP],
        }
    return {
        "may_conclude_text": conclusion(one.placebos_n, plan.fewest_placebos),
        "specifications_n": specifications_n,
        "placebo_dates_n": one.placebos_n,
        "value": one.median_jump,
        "ci_low": one.median_low,
        "ci_high": one.median_high,
        "rank_p_value": one.median_p_value,
        "significant_share": one.significant_share,
        "significant_p_value": one.significant_p_value,
        "is_usable": True,
    }


def _curve(one: Multiverse, seen: list[_Seen]) -> Iterator[dict[str, object]]:
    order = np.argsort(one.jumps, kind="stable")
    for position, place in enumerate(order, start=1):
        each = seen[place]
        yield {
            "specification_text": each.specification.name,
            "curve_position": position,
            "value": one.jumps[place],
            "rank_p_value": one.rank_p_values[place],
            "band_low": one.band_low[position - 1],
            "band_high": one.band_high[position - 1],
            **basis(each.posts_n, each.channels_n),
        }


@dataclass(frozen=True, eq=False)
class _Subset:
    """Posts of some accounts in some language, and the weights under which every account of them counts alike."""

    accounts: str
    spoken: str
    rows: pd.DataFrame
    account_weights: npt.NDArray[np.float64]


def _subsets(dated: pd.DataFrame, tables: PostTables) -> Iterator[_Subset]:
    kinds = (ALL, *sorted(tables.kinds, reverse=True))
    for accounts, spoken in itertools.product(kinds, (ALL, *tables.plan.languages)):
        chosen = np.ones(len(dated), dtype=bool)
        for name, value in (("account_kind_code", accounts), ("language_code", spoken)):
            chosen &= (value == ALL) | dated[name].eq(value).to_numpy(dtype=bool, na_value=False)
        rows = dated[chosen]
        yield _Subset(accounts, spoken, rows, _account_weights(rows))


def _specifications(subsets: Sequence[_Subset], frame: str, weeks: int, plan: Posts) -> Iterator[_Seen]:
    """Every combination that has enough posts; one whose numbers equal another's is no specification of its own."""
    seen: set[tuple[object, ...]] = set()
    windows = [_window(declared) for declared in plan.windows]
    for subset, mention in itertools.product(subsets, MENTIONS):
        inside = subset.rows[subset.rows.frame_code == frame]
        inside = inside if mention == "any" else inside[~inside.is_negated.astype(bool)]
        if not _is_enough(inside, weeks):
            continue
        frameless = subset.rows[subset.rows.frame_code == NO_FRAME]
        channels_n = inside.channel_pseudonym.nunique()
        for weight, baseline in itertools.product(WEIGHTS, BASELINES):
            weights = None if weight == "post" else subset.account_weights
            series = _weighted_weekly(inside, weeks, weights)
            exposure = None if baseline == "volume" else _weighted_weekly(frameless, weeks, weights)
            if exposure is not None and (frame == NO_FRAME or not (exposure > 0).all()):
                continue
            for window in windows:
                same = (series.tobytes(), None if exposure is None else exposure.tobytes(), window)
                if same not in seen:
                    seen.add(same)
                    name = (
                        f"accounts: {subset.accounts}; language: {subset.spoken}; mentions: {mention}; each {weight} "
                        f"counts alike; {baseline}; weeks: {window.before} before, {window.after} from it on"
                    )
                    yield _Seen(Specification(name, series, exposure, window), len(inside), channels_n)


def _is_enough(inside: pd.DataFrame, weeks: int) -> bool:
    return len(inside) >= FEWEST_PER_WEEK * weeks and inside.channel_pseudonym.nunique() >= SMALLEST_BASIS


def _account_weights(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Weight of each account's posts under which every account with a post counts alike; the mean post weighs 1."""
    posts = np.bincount(rows.drop_duplicates("post_pseudonym").channel_pseudonym)
    with np.errstate(divide="ignore"):
        return np.asarray(posts.sum() / (np.count_nonzero(posts) * posts))


def _weighted_weekly(
    rows: pd.DataFrame, weeks: int, account_weights: npt.NDArray[np.float64] | None
) -> npt.NDArray[np.float64]:
    return _weekly(rows, weeks, None if account_weights is None else account_weights[rows.channel_pseudonym])


def covariate_table(tables: PostTables) -> pd.DataFrame:
    """Table `shock_covariates`: shares of posts that were fixed before the first shock by who writes, and in what.

    Parameters
    ----------
    tables
        The study.

    Returns
    -------
    DataFrame
        Without rows where a week has no posts, or too few weeks are there.
    """
    plan, (dated, weeks) = tables.plan, _dated(tables.coded.drop_duplicates("post_pseudonym"))
    rows: list[dict[str, object]] = []
    covariates = _covariates(dated, weeks, tables) if weeks else {}
    about = {**basis(len(dated), dated.channel_pseudonym.nunique()), "source": tables.source}
    for number, week in enumerate(plan.event_weeks if plan.frame_change else (), start=1):
        try:
            found = predetermined_jumps(
                covariates,
                week,
                other_events=_others(plan, week),
                window=_window(plan.main_window),
                fewest=LEAST_PLACEBOS,
            )
        except EstimationError:
            # The reason stands in `post_estimates`: the same series are too short, or have gaps, there too.
            continue
        rows += [
            {
                "shock_number": number,
                "covariate_text": one.name,
                "value": one.jump,
                "rank_p_value": one.p_value,
                "adjusted_p_value": one.adjusted_p_value,
                "has_jump": one.jumps,
                **about,
            }
            for one in found
        ]
    return released(rows, COVARIATE_NAMES)


def _covariates(dated: pd.DataFrame, weeks: int, tables: PostTables) -> dict[str, npt.NDArray[np.float64]]:
    """Who writes, and in what, as the plan names it; a share that is the same every week can show no jump."""
    plan = tables.plan
    earlier = dated[dated.week_index < min(plan.event_weeks, default=0)].groupby("channel_pseudonym").size()
    busiest = earlier.index[earlier > earlier.median()]
    marked = {
        **{
            f"share of posts by {kind} accounts": dated.account_kind_code == kind
            for kind in plan.must_not_jump.accounts
        },
        **{
            f"share of posts in {SPOKEN[language].partition(' or ')[0]}": dated.language_code == language
            for language in plan.must_not_jump.languages
        },
        "share of posts by the accounts that posted most before the first shock": dated.channel_pseudonym.isin(busiest),
    }
    all_posts = _weekly(dated, weeks)
    with np.errstate(invalid="ignore"):
        shares = {name: _weekly(dated[is_so], weeks) / all_posts for name, is_so in marked.items()}
    return {name: share for name, share in shares.items() if np.ptp(share) != 0}
