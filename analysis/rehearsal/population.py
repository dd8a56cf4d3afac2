"""The people of the rehearsal: what each of them holds, item by item, before anybody asks.

Shares are those that are stated, exactly: people are ranked by what lies behind an answer and cut at the stated shares.
What must not be here: what people say when they are asked, who is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from analysis.errors import StudyError
from analysis.rehearsal.truths import DEFAULT_SHARE, Truths, effects_of, masked_estimands
from analysis.study import Plan
from analysis.study.estimands import Question
from analysis.study.items import Item

Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

LEAST_PEOPLE, PEOPLE_PER_RESPONDENT = 20_000, 12
SEVERAL_SHARE = 0.15
"""Of people who choose a second answer where several may be chosen."""

NO, YES = "no", "yes"
"""Of what no question asks."""

WIDEST = 200
"""Different numbers that are drawn at most."""


@dataclass(frozen=True, eq=False)
class Population:
    """Everybody whom the plan is about.

    Attributes
    ----------
    plan, truths : what they were made from
    answers : column → (N,) code of what a person holds; several codes with spaces between
    held : estimand that no question asks → (N,) whether it is held
    versions : estimand of a split ballot → (N,) yes under the first version, and under the second
    policies : item of an endorsed policy → (N,) support before it is rounded to an answer of the scale
    changed : period → the columns and estimands without a question that are others in it, as in `answers` and `held`
    degree : (N,) acquaintances
    domain : (N,) position of the person's domain
    common : (N,) what lies behind all of a person's answers
    """

    plan: Plan
    truths: Truths
    answers: Mapping[str, Texts]
    held: Mapping[str, Bools]
    versions: Mapping[str, tuple[Bools, Bools]]
    policies: Mapping[str, Floats]
    degree: npt.NDArray[np.int64]
    domain: npt.NDArray[np.int64]
    common: Floats
    changed: Mapping[str, tuple[Mapping[str, Texts], Mapping[str, Bools]]] = field(default_factory=dict)

    def during(self, period: str) -> Self:
        """The same people in a period of the plan."""
        answers, held = self.changed.get(period, ({}, {}))
        return replace(self, answers={**self.answers, **answers}, held={**self.held, **held}, changed={})

    @property
    def size(self) -> int:
        """People."""
        return len(self.degree)

    def chance(self, question: Question) -> Floats:
        """Chance of each person's true yes; between 0 and 1 where the wording is drawn at random."""
        plan = self.plan
        if question.item is None:
            parts = question.all_of or (question.of or "", question.given or "")
            return np.asarray(np.prod([self.chance(plan.by_estimand[part]) for part in parts], axis=0))
        for ballot in plan.split_ballots:
            if ballot.question == question.estimand:
                return np.asarray(np.mean(self.versions[ballot.estimand], axis=0))
        return np.isin(self.answers[question.item], question.yes).astype(np.float64)

    def holds(self, estimand: str) -> Bools:
        """Who holds what a list or a device asks: a question's yes, or what is stated for the estimand alone."""
        question = self.plan.by_estimand.get(estimand)
        return self.held[estimand] if question is None else self.chance(question) >= 1


def size_for(respondents: int) -> int:
    """People of a world in which so many are asked."""
    return max(LEAST_PEOPLE, PEOPLE_PER_RESPONDENT * respondents)


def populate(
    plan: Plan, truths: Truths, hosts: Sequence[str], size: int, generator: np.random.Generator, *,
    cells: Mapping[tuple[str, ...], float] | None = None,
) -> Population:  # fmt: skip
    """Make the people of a plan.

    Parameters
    ----------
    plan, truths
    hosts : sequence of str
        Places that answers to the plan's place may name.
    size : int
        People.
    generator : Generator
    cells : mapping, optional
        Answers to the items that the plan's margins cross → total; without any, traits are independent.
    """
    maker = _Maker(plan, truths, tuple(hosts), size, generator)
    maker.traits(cells)
    maker.views()
    held = {name: maker.stated(name) for name in maker.only_masked()}
    versions = {ballot.estimand: maker.ballot(ballot.estimand, ballot.question) for ballot in plan.split_ballots}
    policies = {each.item: maker.support(each.item) for experiment in plan.endorsements for each in experiment.policies}
    changed = {period: maker.changed(shares) for period, shares in truths.waves.items()}
    return Population(
        plan, truths, maker.answers, held, versions, policies, maker.degree(), maker.domain, maker.common, changed
    )


def on_scale(support: Floats, item: Item) -> npt.NDArray[np.int64]:
    """Support as the position of an answer on the item's scale."""
    return np.clip(np.rint(support), 0, len(levels_of(item)) - 1).astype(np.int64)


def drawn_columns(plan: Plan) -> set[str]:
    """Columns that nobody holds: what is drawn at random, counted, masked or checked in the interview."""
    found = {each.arm for experiment in plan.list_experiments for each in experiment.all_lists}
    found |= {each.item for experiment in plan.list_experiments for each in experiment.all_lists}
    found |= {name for experiment in plan.endorsements for each in experiment.policies
              for name in (each.item, each.endorser)}  # fmt: skip
    found |= {each.item for each in plan.devices} | {ballot.version for ballot in plan.split_ballots}
    found |= {battery.foil for battery in plan.batteries}
    attention = plan.screen.attention
    if attention:
        found.add(attention.item)
    return found


def trait_columns(plan: Plan) -> list[str]:
    """Columns that say what people are: by which they are grouped, weighted or adjusted for."""
    crossed = plan.margins.crossed if plan.margins else ()
    named = (plan.place, *crossed, *(group.item for group in plan.groups), *plan.covariates)
    keys = plan.microdata.keys if plan.microdata else ()
    return list(dict.fromkeys(name for name in (*named, *keys) if name))


@dataclass
class _Maker:
    plan: Plan
    truths: Truths
    hosts: tuple[str, ...]
    size: int
    generator: np.random.Generator
    answers: dict[str, Texts] = field(default_factory=dict)
    scales: dict[str, Floats] = field(default_factory=dict)
    ranked: dict[str, tuple[Floats, list[str], list[float]]] = field(default_factory=dict)
    """Column or estimand → what lies behind its answers, the answers in order, and their shares."""

    def __post_init__(self) -> None:
        self.domain = np.zeros(self.size, dtype=np.int64)
        self.common = self.generator.standard_normal(self.size)
        self.first = {}
        for question in reversed(self.plan.questions):
            if question.item:
                self.first[question.item] = question

    def traits(self, cells: Mapping[tuple[str, ...], float] | None) -> None:
        """What people are; the domain shifts what they hold."""
        crossed = self.plan.margins.crossed if self.plan.margins else ()
        if cells:
            chosen = self._by_rank(self.generator.random(self.size), list(cells), list(cells.values()))
            for place, column in enumerate(crossed):
                self.answers[column] = np.array([cell[place] for cell in chosen], dtype=object)
        for column in trait_columns(self.plan):
            if column not in self.answers:
                self.answers[column] = self._trait(column)
        domain = self.plan.domain
        if domain:
            levels = sorted(set(self.answers[domain.item]))
            self.domain = np.array([levels.index(each) for each in self.answers[domain.item]])
            self.common += self._offset(len(levels))

    def _offset(self, levels: int) -> Floats:
        """Domains evenly spaced about zero, as far apart as the truths say."""
        spread = np.linspace(-1.0, 1.0, levels) * np.sqrt(3) if levels > 1 else np.zeros(1)
        return np.asarray(spread[self.domain] * self.truths.domains)

    def _trait(self, column: str) -> Texts:
        item = self.plan.columns[column][0]
        levels = self.hosts if column == self.plan.place else levels_of(item)
        shares = self._shares(column, levels, [1 / (1 + place) ** 0.5 for place in range(len(levels))])
        chosen = self._by_rank(self.generator.random(self.size), list(levels), shares)
        return self._with_second(item, chosen) if item.multiple else chosen

    def _with_second(self, item: Item, chosen: Texts) -> Texts:
        """Some name a second answer too."""
        more = self.generator.random(self.size) < SEVERAL_SHARE
        other = self.generator.integers(0, len(item.codes), self.size)
        return np.array(
            [" ".join(dict.fromkeys((own, item.codes[number]))) if extra else own
             for own, number, extra in zip(chosen, other, more, strict=True)], dtype=object,
        )  # fmt: skip

    def _shares(self, column: str, levels: Sequence[str], weights: Sequence[float]) -> list[float]:
        stated = self.truths.answers.get(column)
        if stated is None:
            return list(np.asarray(weights) / np.sum(weights))
        strange = sorted(set(stated) - set(levels))
        if strange:
            raise StudyError(f"truths.yml: answers: {column}: got {strange[0]!r}; choose of {', '.join(levels[:12])}")
        return [stated.get(level, 0.0) for level in levels]

    def _by_rank(self, score: Floats, levels: list, shares: Sequence[float]) -> Texts:  # type: ignore[type-arg] # texts or cells
        """The lowest scores get the first level, and so on, in exactly these shares."""
        ends = np.rint(np.cumsum(shares) / np.sum(shares) * self.size).astype(np.int64)
        level = np.searchsorted(ends, np.arange(self.size), side="right")
        found = np.empty(self.size, dtype=np.int64)
        found[np.argsort(score, kind="stable")] = np.minimum(level, len(levels) - 1)
        table = np.empty(len(levels), dtype=object)
        table[:] = levels
        return table[found]

    def views(self) -> None:
        """Everything else that can be held."""
        skipped = drawn_columns(self.plan) | set(self.answers)
        for battery in self.plan.batteries:
            effect = self.truths.effects.get(battery.estimand, effects_of(self.plan)[battery.estimand])
            for message in battery.messages:
                self.answers[message] = self._message(message, battery.often, battery.never, effect)
                skipped.add(message)
        for column, (item, _) in self.plan.columns.items():
            if column not in skipped and not item.free_text:
                self.answers[column] = self._view(column, item)

    def _message(self, column: str, often: tuple[str, ...], never: str, share: float) -> Texts:
        """A real message: seen often by a share of people, by half as many more now and then."""
        between = [code for code in levels_of(self.plan.columns[column][0]) if code not in (*often, never)]
        seldom = min(share / 2, 1 - share) if between else 0.0
        levels = [never, *between, *often]
        shares = [1 - share - seldom, *[seldom / len(between)] * len(between), *[share / len(often)] * len(often)]
        return self._by_rank(self._score(column), levels, self._shares(column, levels, shares))

    def _score(self, column: str) -> Floats:
        """What lies behind an answer: common to all items, to the items of a scale, and its own."""
        scale = next((each.name for each in self.plan.scales if column in each.items), None)
        behind = self.common
        if scale is not None:
            if scale not in self.scales:
                self.scales[scale] = self.generator.standard_normal(self.size)
            behind = self.scales[scale]
        share = 0.5 if scale else self.truths.together
        own = self.generator.standard_normal(self.size)
        return np.asarray(np.sqrt(share) * behind + np.sqrt(1 - share) * own)

    def _view(self, column: str, item: Item) -> Texts:
        levels = list(levels_of(item))
        question = self.first.get(column)
        if question is None or column in self.truths.answers:
            ordered, weights = levels, _bell(len(levels))
        else:
            ordered, weights = self._around(question, levels)
        score, shares = self._score(column), self._shares(column, ordered, weights)
        if not item.multiple:
            self.ranked[column] = (score, ordered, shares)
        found = self._by_rank(score, ordered, shares)
        return self._with_second(item, found) if item.multiple else found

    def _around(self, question: Question, levels: list[str]) -> tuple[list[str], list[float]]:
        """Answers that are no below those that are yes, in the stated share."""
        yes = [code for code in levels if code in question.yes]
        no = [code for code in levels if code not in question.yes]
        share = self._stated_share(question, yes) if no else 1.0
        weights = [*[(1 - share) / max(len(no), 1)] * len(no), *[share / len(yes)] * len(yes)]
        return [*no, *yes], weights

    def _stated_share(self, question: Question, yes: list[str]) -> float:
        """The share of an item's first question; another question of the item may state it instead, if they agree."""
        found: dict[str, float] = {}
        for other in self.plan.questions:
            if other.item == question.item and other.estimand in self.truths.shares:
                share = self.truths.shares[other.estimand]
                if set(other.yes) == set(question.yes):
                    found[other.estimand] = share
                elif not set(other.yes) & set(question.yes) and self._is_rest(other, yes):
                    found[other.estimand] = 1 - share
                else:
                    raise StudyError(
                        f"truths.yml: shares: {other.estimand}: has its item {question.item} in common with "
                        f"{question.estimand}, "
                        f"and neither follows from the other; state the answers of {question.item} under `answers`"
                    )
        if len({round(share, 9) for share in found.values()}) > 1:
            names = " and ".join(sorted(found))
            raise StudyError(
                f"truths.yml: shares: {names} contradict each other: they are of one item; keep one of them"
            )
        return next(iter(found.values()), DEFAULT_SHARE)

    def _is_rest(self, other: Question, yes: list[str]) -> bool:
        levels = levels_of(self.plan.columns[other.item or ""][0])
        return set(other.yes) | set(yes) == set(levels)

    def only_masked(self) -> list[str]:
        """Estimands of lists and devices that no question asks."""
        return [name for name in masked_estimands(self.plan) if name not in self.plan.by_estimand]

    def stated(self, estimand: str) -> Bools:
        """Who holds something that no question asks."""
        share, score = self.truths.shares.get(estimand, DEFAULT_SHARE), self._score(estimand)
        self.ranked[estimand] = (score, [NO, YES], [1 - share, share])
        return np.asarray(self._by_rank(score, [NO, YES], [1 - share, share]) == YES)

    def changed(self, shares: Mapping[str, float]) -> tuple[dict[str, Texts], dict[str, Bools]]:
        """Answers, and what no question asks, where these shares are others; everybody keeps their rank."""
        answers, held = {}, {}
        for estimand, share in shares.items():
            question = self.plan.by_estimand.get(estimand)
            name = (question and question.item) or estimand
            if name not in self.ranked or any(ballot.question == estimand for ballot in self.plan.split_ballots):
                raise StudyError(
                    f"truths.yml: waves: {estimand}: cannot change: {name} is what people are, drawn, worded in "
                    "two ways or of several answers; state another share"
                )
            score, levels, before = self.ranked[name]
            yes = np.isin(levels, question.yes if question else (YES,))
            now = self._by_rank(score, levels, _moved(np.asarray(before), yes, share))
            if question is None:
                held[estimand] = np.asarray(now == YES)
            else:
                answers[question.item or ""] = now
        return answers, held

    def ballot(self, estimand: str, asked: str) -> tuple[Bools, Bools]:
        """Yes under the first version, and under the second, which turns the stated share of people."""
        question = self.plan.by_estimand[asked]
        first = np.isin(self.answers[question.item or ""], question.yes)
        effect = self.truths.effects.get(estimand, effects_of(self.plan)[estimand])
        turned = round(abs(effect) * self.size)
        able = np.flatnonzero(first if effect >= 0 else ~first)
        if turned > len(able):
            raise StudyError(
                f"truths.yml: effects: {estimand}: got {effect:g}, and only {len(able) / self.size:.3f} of people can "
                f"turn; give a smaller effect, or another share of {asked}"
            )
        second = first.copy()
        second[self.generator.choice(able, turned, replace=False)] = effect < 0
        return first, second

    def support(self, column: str) -> Floats:
        """Support for a policy, in points from the lower end of its scale."""
        points = len(levels_of(self.plan.columns[column][0])) - 1
        return points / 2 + points / 5 * self._score(column)

    def degree(self) -> npt.NDArray[np.int64]:
        """Acquaintances: log-normal, within what the item allows; at least one."""
        low, high = 1, WIDEST
        if self.plan.recruitment:
            bounds = self.plan.columns[self.plan.recruitment.degree][0].whole_number
            low, high = (max(1, bounds[0]), bounds[1]) if bounds else (low, high)
        drawn = np.exp(np.log(self.truths.network.degree) + 0.6 * self.generator.standard_normal(self.size))
        return np.asarray(np.clip(np.rint(drawn), low, high), dtype=np.int64)


def _moved(shares: Floats, yes: Bools, share: float) -> list[float]:
    """Shares of answers when those that are yes come to another share; within yes and no they stay as they were."""
    moved = np.zeros(len(shares))
    for side, total in ((yes, share), (~yes, 1 - share)):
        within = shares[side] if shares[side].sum() > 0 else np.ones(side.sum())
        moved[side] = total * within / within.sum()
    return [float(each) for each in moved]


def levels_of(item: Item) -> tuple[str, ...]:
    """Answers of an item in order; of a wide range of numbers as many as are drawn."""
    if item.whole_number:
        low, high = item.whole_number
        return tuple(str(number) for number in range(low, min(high, low + WIDEST) + 1))
    return item.codes


def _bell(count: int) -> list[float]:
    """Weights that are largest in the middle of a scale."""
    middle = (count - 1) / 2
    return [float(np.exp(-0.5 * ((place - middle) / max(count / 3, 1)) ** 2)) for place in range(count)]
