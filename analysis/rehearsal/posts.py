"""The posts of a rehearsal: accounts that differ from each other, what they write about, and when.

Shares hold over all weeks; a jump moves a frame's posts towards the weeks from an event on. What must not be here: a
format, a reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from analysis.rehearsal.post_texts import Texts
from analysis.rehearsal.post_truths import PostTruths
from analysis.study.posts import DAYS_PER_WEEK, Posts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]

SECONDS_PER_DAY = 86_400
SECONDS_PER_WEEK = DAYS_PER_WEEK * SECONDS_PER_DAY
ALIKE = 15.0
"""How alike accounts are: their mixes of frames and of stances vary as shares of so many posts would."""

FADES = 8
"""Weeks in which the logarithm of a jump falls back to nothing, evenly."""

LINKED_SHARE, POSTS_PER_THING = 0.15, 15
SHARED_THINGS = 25
"""What accounts that act together share."""

SIGNED_SHARE = 0.02
"""Of posts that hold an invented address: it has to be taken out before anybody reads them."""


@dataclass(frozen=True, eq=False)
class Published:
    """Posts in order of time, arrays of one length: account, seconds since 1970, language, text, shared thing or -1."""

    account: Ints
    at: Ints
    language: Strings
    text: list[str]
    thing: Ints


def address(account: int) -> str:
    """An invented address of an account's owner."""
    return f"inv.account{account}@mail.example.org"


def publish(
    plan: Posts, truths: PostTruths, kinds: Sequence[str], size: int, generator: np.random.Generator
) -> Published:
    """Draw posts.

    Parameters
    ----------
    plan, truths
    kinds
        Kind of every account.
    size
        Posts, apart from what accounts share that act together.
    generator
    """
    active = generator.lognormal(0, 0.6, len(kinds))
    together, second = _together(plan, truths, kinds, generator)
    account = np.concatenate([generator.choice(len(kinds), size, p=active / active.sum()), together])
    shares = truths.frame_shares(plan)
    frame = _drawn(_mixes(list(shares.values()), len(kinds), generator)[account], generator)
    language = np.array(list(truths.language_shares(plan)))[
        generator.choice(len(truths.language_shares(plan)), len(account), p=list(truths.language_shares(plan).values()))
    ]
    at = _weeks(plan, truths, list(shares), frame, generator) * SECONDS_PER_WEEK
    at += generator.integers(0, SECONDS_PER_WEEK, len(at))
    at[size:] = second
    thing = np.where(generator.random(len(at)) < LINKED_SHARE, generator.integers(0, _things(size), len(at)), -1)
    thing[size:] = _things(size) + np.repeat(np.arange(SHARED_THINGS), len(together) // SHARED_THINGS)
    stance = _stances(plan, truths, kinds, account, generator)
    text = _written(plan, [list(shares)[number] for number in frame], language, stance, generator)
    signed = np.flatnonzero(generator.random(len(text)) < SIGNED_SHARE)
    for row in signed:
        text[row] = f"{text[row]} {address(int(account[row]))}"
    order = np.argsort(at, kind="stable")
    start = int(datetime.combine(plan.first_day, datetime.min.time(), UTC).timestamp())
    return Published(account[order], start + at[order], language[order], [text[row] for row in order], thing[order])


def _things(size: int) -> int:
    return max(size // POSTS_PER_THING, 1)


def _mixes(shares: Sequence[float], accounts: int, generator: np.random.Generator) -> Floats:
    """(accounts, parts) shares of each account: those of all accounts are their expectation."""
    drawn = generator.standard_gamma(ALIKE * np.array(shares), (accounts, len(shares)))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _drawn(mixes: Floats, generator: np.random.Generator) -> Ints:
    """One part of each row's mix."""
    at_most = mixes.shape[1] - 1
    below = generator.random((len(mixes), 1)) > np.cumsum(mixes, axis=1)
    return np.asarray(np.minimum(below.sum(axis=1), at_most))


def _weeks(plan: Posts, truths: PostTruths, frames: list[str], frame: Ints, generator: np.random.Generator) -> Ints:
    """Week of every post, by the profile of its frame."""
    week = np.zeros(len(frame), dtype=np.int64)
    for number, name in enumerate(frames):
        chosen = np.flatnonzero(frame == number)
        profile = volume(plan, truths.factors(plan, name))
        week[chosen] = generator.choice(plan.weeks, len(chosen), p=profile / profile.sum())
    return week


def volume(plan: Posts, factors: Sequence[float]) -> Floats:
    """(weeks,) expected posts of a frame, beside those of a week before any event."""
    since = np.arange(plan.weeks)[:, None] - np.array(plan.event_weeks, dtype=np.int64)
    lasting = np.where(since >= 0, np.clip(1 - since / FADES, 0, 1), 0.0)
    return np.asarray(np.exp(lasting @ np.log(np.array(factors, dtype=np.float64))))


def _stances(
    plan: Posts, truths: PostTruths, kinds: Sequence[str], account: Ints, generator: np.random.Generator
) -> list[str]:
    if not plan.stances:
        return [""] * len(account)
    shares = {kind: list(truths.stance_shares(plan, kind).values()) for kind in dict.fromkeys(kinds)}
    mixes = np.concatenate([_mixes(shares[kind], 1, generator) for kind in kinds])
    codes = [stance.code for stance in plan.stances]
    return [codes[number] for number in _drawn(mixes[account], generator)]


def _together(
    plan: Posts, truths: PostTruths, kinds: Sequence[str], generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Accounts, and seconds since the first day, of what institutional accounts share within half of the window."""
    institutions = [number for number, kind in enumerate(kinds) if kind in plan.institutions]
    size = min(truths.sharing, len(institutions)) if plan.coordination else 0
    if plan.coordination is None or size < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    window = max(plan.coordination.window_seconds // 2, 1)
    members = np.sort(generator.choice(institutions, size, replace=False))
    start = generator.integers(0, plan.weeks * SECONDS_PER_WEEK - window, (SHARED_THINGS, 1))
    second = start + generator.integers(0, window, (SHARED_THINGS, size))
    return np.tile(members, SHARED_THINGS), second.ravel()


def _written(
    plan: Posts, frame: Sequence[str], language: Strings, stance: Sequence[str], generator: np.random.Generator
) -> list[str]:
    texts = Texts(plan)
    numbers, places = generator.permutation(len(frame)), generator.random(len(frame))
    found = []
    for about, spoken, side, number, place in zip(frame, language.tolist(), stance, numbers, places, strict=True):
        phrases = texts.phrases(about, spoken)
        found.append(texts.written(spoken, phrases[int(place * len(phrases))], int(number), side))
    return found
