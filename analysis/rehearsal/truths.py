"""What is true in the rehearsal's world: the stated truths of a plan, from `truths.yml` beside it, and defaults.

What must not be here: persons.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from analysis.errors import StudyError
from analysis.rehearsal.post_truths import PostTruths, post_faults
from analysis.study import Plan
from analysis.study.entry import Code, Column, Entry, EstimandId, Text
from analysis.study.faults import nearest
from analysis.study.loading import parse_entry

DEFAULT_SHARE = 0.3
DEFAULT_EFFECTS = {"split_ballots": 0.05, "batteries": 0.2, "endorsements": 0.3, "contrasts": 0.0}
"""Points of a share; for an endorsement, points of the scale under the first endorser."""

Share = float
RATE = Field(default=0.0, ge=0, le=1)


class Habits(Entry):
    """How people answer; shares of respondents or of answers."""

    refused: Share = Field(default=0.03, ge=0, le=0.9)
    """Of the answers to every item that may be refused."""
    dont_know: Share = Field(default=0.02, ge=0, le=0.9)
    sensitive_refused: Share = Field(default=0.06, ge=0, le=0.9)
    """Of the answers to items whose quantity is also asked by a list or a device."""
    denied: Share = Field(default=0.1, ge=0, le=1)
    """Of those who hold what such an item asks: they deny it when asked directly, and answer lists truly."""
    careless: Share = Field(default=0.03, ge=0, le=0.9)
    """Respondents who answer by chance, too fast, and fail the instructed item."""
    inattentive: Share = Field(default=0.02, ge=0, le=0.9)
    """Others who fail the instructed item."""
    overclaimed: Share = Field(default=0.02, ge=0, le=0.9)
    """Respondents who claim to have seen every message, the invented one too."""
    written_twice: Share = Field(default=0.01, ge=0, le=0.5)
    """Rows that stand twice in an export."""
    answered_twice: Share = Field(default=0.01, ge=0, le=0.5)
    """Volunteers who answer again under another id."""
    consenting: Share = Field(default=0.93, gt=0, le=1)
    """Respondents whose consent is in force; the others refused, withdrew, narrowed it, or were never asked."""
    minutes: float = Field(default=15.0, gt=0)
    """Median length of an interview."""


class Network(Entry):
    """How respondents recruit each other."""

    seeds: int = Field(default=10, ge=1)
    coupons: int = Field(default=3, ge=1)
    accepted: Share = Field(default=0.6, gt=0, le=1)
    """Coupons that bring somebody."""
    homophily: Share = Field(default=0.3, ge=0, le=0.95)
    """Recruits chosen for their answer to the main question; as many again for their domain."""
    degree: float = Field(default=12.0, gt=0)
    """Median number of acquaintances."""


class Truths(Entry):
    """What is true; whatever is left out has the default that the report prints."""

    shares: dict[EstimandId, Share] = Field(default_factory=dict)
    """Share of everybody who would truly say yes to a question of one item, or who holds what a list asks."""
    answers: dict[Column, dict[Code, float]] = Field(default_factory=dict)
    """Shares of the answers of an item; of a place, of the places."""
    waves: dict[Code, dict[EstimandId, Share]] = Field(default_factory=dict)
    """Period of the plan to the shares that are others in it: the people nearest to the answer change theirs."""
    effects: dict[EstimandId, float] = Field(default_factory=dict)
    """What a wording, an endorser (the first one of the plan) or messages do."""
    together: float = Field(default=0.4, ge=0, le=0.9)
    """Correlation of what people hold, from item to item."""
    domains: float = Field(default=0.25, ge=0, le=2)
    """How far domains lie apart, in standard deviations of what people hold."""
    volunteers: float = Field(default=0.3, ge=-2, le=2)
    """How much more often volunteers come from the first domain than from the last, as a log ratio."""
    habits: Habits = Habits()
    network: Network = Network()
    places: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    """Source to the places in which it asks; everywhere where it is not named."""
    posts: PostTruths = PostTruths()
    """What accounts write, where the plan has posts."""


def load_truths(path: Path, plan: Plan) -> Truths:
    """The stated truths; only defaults where there is no such file.

    Raises
    ------
    StudyError
        Not readable, an unknown key, a share that is none, or a name that the plan does not have.
    """
    if not path.exists():
        return Truths()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot be read as UTF-8 text") from error
    truths = parse_entry(text, str(path), Truths)
    wrong = next(_faults(truths, plan), None)
    if wrong:
        raise StudyError(f"{path}: {wrong}")
    return truths


def stated_shares(plan: Plan) -> set[str]:
    """Estimands whose share a world may state: questions of one item, and lists and devices without a question."""
    asked = {question.estimand for question in plan.questions if question.item}
    return asked | (set(masked_estimands(plan)) - set(plan.by_estimand))


def masked_estimands(plan: Plan) -> list[str]:
    """What lists and devices ask, each once, in the order of the plan."""
    named = [*(each.estimand for each in plan.list_experiments), *(each.estimand for each in plan.devices)]
    return list(dict.fromkeys(named))


def _faults(truths: Truths, plan: Plan) -> Iterator[str]:
    yield from post_faults(truths.posts, plan.posts)
    known = stated_shares(plan)
    for estimand, share in truths.shares.items():
        if estimand not in known:
            yield f"shares: {estimand!r}: no share of one item or list; {nearest(estimand, known)}"
        if not 0 <= share <= 1:
            yield f"shares: {estimand}: got {share:g}; a share lies between 0 and 1"
    for period, shares in truths.waves.items():
        yield from _wrong_wave(plan, period, shares)
    moved = effects_of(plan)
    for estimand in truths.effects:
        if estimand not in moved:
            yield f"effects: {estimand!r}: nothing in the plan has such an effect; {nearest(estimand, moved)}"
    for column, shares in truths.answers.items():
        yield from _wrong_answers(plan, column, shares)


def _wrong_wave(plan: Plan, period: str, shares: dict[str, float]) -> Iterator[str]:
    if period not in plan.periods:
        yield f"waves: {period!r}: the plan has no such period; {nearest(period, plan.periods)}"
    known = stated_shares(plan)
    for estimand, share in shares.items():
        if estimand not in known:
            yield f"waves: {period}: {estimand!r}: no share of one item or list; {nearest(estimand, known)}"
        if not 0 <= share <= 1:
            yield f"waves: {period}: {estimand}: got {share:g}; a share lies between 0 and 1"
    items = [plan.by_estimand[each].item for each in shares if each in plan.by_estimand]
    twice = next((item for item in items if items.count(item) > 1), None)
    if twice:
        yield f"waves: {period}: two shares of the item {twice}; keep one of them"


def _wrong_answers(plan: Plan, column: str, shares: dict[str, float]) -> Iterator[str]:
    if column not in plan.columns:
        yield f"answers: {column!r}: no item has this column; {nearest(column, plan.columns)}"
        return
    item = plan.columns[column][0]
    strange = [code for code in shares if column != plan.place and not item.may_be(code)]
    if strange:
        yield f"answers: {column}: got {strange[0]!r}; {nearest(strange[0], item.codes or shares)}"
    if min(shares.values(), default=-1) < 0 or abs(math.fsum(shares.values()) - 1) > 1e-6:
        total = math.fsum(shares.values())
        yield f"answers: {column}: shares add up to {total:g}; give shares of 0 or more that add up to 1"


def effects_of(plan: Plan) -> dict[str, float]:
    """Estimand of every effect of a plan to its default."""
    return {
        each.estimand: DEFAULT_EFFECTS[part] for part in ("split_ballots", "batteries", "endorsements")
        for each in getattr(plan, part)
    }  # fmt: skip
