"""What respondents say when they are asked: chance, denial, refusal, carelessness, and what the interview draws.

Answers are codes of the plan; a dot and a reason where there is none. What must not be here: who is asked, a file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.rehearsal.population import Bools, Population, Texts, levels_of, on_scale, trait_columns
from analysis.rehearsal.truths import effects_of, masked_estimands
from analysis.study import Plan
from analysis.study.estimands import Device, Endorsement, ItemList, ListExperiment, Policy

REFUSED, DONT_KNOW = ".refused", ".dont_know"
TOO_FAST = 0.2
"""Of the median length: how long careless respondents take."""

SENTENCE = "The weather of invented respondent {} was mild and changed little"
SAME_SENTENCE = "nothing to say about any of these things"


@dataclass(frozen=True, eq=False)
class Interviews:
    """Answers by column, each (n,) codes, and how long the interviews took, in seconds."""

    answers: dict[str, Texts]
    seconds: npt.NDArray[np.int64]


def interview(population: Population, person: npt.NDArray[np.int64], generator: np.random.Generator) -> Interviews:
    """Ask people everything that the plan asks.

    Parameters
    ----------
    population : Population
    person : (n,) int
        Index into the population.
    generator : Generator
    """
    asked = _Asked(population, person, generator)
    asked.direct()
    asked.ballots()
    asked.batteries()
    for experiment in population.plan.list_experiments:
        asked.lists(experiment)
    for endorsement in population.plan.endorsements:
        asked.endorsed(endorsement)
    for device in population.plan.devices:
        asked.masked(device)
    asked.checks()
    asked.carelessness()
    asked.nonresponse()
    return Interviews({column: asked.said[column] for column in population.plan.columns}, asked.seconds())


def sensitive_columns(plan: Plan) -> dict[str, set[str]]:
    """Items whose quantity is also asked by a list or a device, and their answers that are yes."""
    masked = masked_estimands(plan)
    asked = [question for question in plan.questions if question.estimand in masked]
    parts = {part for each in asked for part in (each.estimand, each.of, each.given, *each.all_of)}
    found: dict[str, set[str]] = {}
    for question in plan.questions:
        if question.item and question.estimand in parts:
            found.setdefault(question.item, set()).update(question.yes)
    return found


class _Asked:
    """The interviews of one sample, step by step."""

    def __init__(self, population: Population, person: npt.NDArray[np.int64], generator: np.random.Generator) -> None:
        self.population, self.plan, self.person, self.generator = population, population.plan, person, generator
        self.n, self.habits = len(person), population.truths.habits
        self.said: dict[str, Texts] = {}
        self.is_careless = self._some(self.habits.careless)
        self.sensitive = sensitive_columns(self.plan)

    def _some(self, share: float) -> Bools:
        return np.asarray(self.generator.random(self.n) < share)

    def _codes(self, column: str) -> tuple[str, ...]:
        return levels_of(self.plan.columns[column][0])

    def _any(self, codes: tuple[str, ...]) -> Texts:
        table = np.array(codes, dtype=object)
        return np.asarray(table[self.generator.integers(0, len(codes), self.n)])

    def direct(self) -> None:
        """What people hold, and what some of them deny; numbers of acquaintances; words of their own."""
        for column, held in self.population.answers.items():
            self.said[column] = held[self.person].copy()
            if column in self.sensitive:
                self._deny(column)
        self._network()
        for column, (item, _) in self.plan.columns.items():
            if item.free_text and column != self.plan.place:
                self.said[column] = np.array([SENTENCE.format(number) for number in self.person], dtype=object)

    def _network(self) -> None:
        recruitment = self.plan.recruitment
        if recruitment:
            degree = self.population.degree[self.person]
            self.said[recruitment.degree] = degree.astype(str).astype(object)
            if recruitment.other_degree:
                fewer = np.maximum(np.rint(0.6 * degree).astype(np.int64), 1)
                self.said[recruitment.other_degree] = fewer.astype(str).astype(object)

    def _deny(self, column: str) -> None:
        """Some whose answer would be yes give an answer that is no."""
        yes = self.sensitive[column]
        no = tuple(code for code in self._codes(column) if code not in yes)
        if no:
            denies = np.isin(self.said[column], sorted(yes)) & self._some(self.habits.denied)
            self.said[column] = np.where(denies, self._any(no), self.said[column])

    def ballots(self) -> None:
        """The version is drawn; who turns under the second answers it otherwise."""
        for ballot in self.plan.split_ballots:
            question = self.plan.by_estimand[ballot.question]
            column = question.item or ""
            is_second = self._some(0.5)
            drawn = np.where(is_second, ballot.second, ballot.first).astype(object)
            self.said[ballot.version] = drawn
            first, second = (each[self.person] for each in self.population.versions[ballot.estimand])
            no = tuple(code for code in self._codes(column) if code not in question.yes)
            turned = self.said[column].copy()
            turned = np.where(is_second & first & ~second, self._any(no or question.yes), turned)
            self.said[column] = np.where(is_second & ~first & second, self._any(question.yes), turned)

    def batteries(self) -> None:
        """Some claim to have seen everything, the invented message too; nobody else has seen that one."""
        for battery in self.plan.batteries:
            claims = self._some(self.habits.overclaimed)
            self.said[battery.foil] = np.full(self.n, battery.never, dtype=object)
            for column in (*battery.messages, battery.foil):
                self.said[column] = np.where(claims, battery.often[0], self.said[column])

    def lists(self, experiment: ListExperiment) -> None:
        """Counts: of what everybody is shown, and one more for holders who are shown the sensitive item.

        The second list of two is assigned the other way round; nobody holds the item that a placebo list adds.
        """
        treated = self._some(0.5)
        holds = self.population.holds(experiment.estimand)[self.person]
        for number, each in enumerate(experiment.lists):
            self._count(each, treated if number == 0 else ~treated, holds)
        if experiment.placebo:
            self._count(experiment.placebo, self._some(0.5), np.zeros(self.n, dtype=bool))

    def _count(self, each: ItemList, treated: Bools, holds: Bools) -> None:
        chances = np.linspace(0.35, 0.65, each.control_items) if each.control_items > 1 else np.array([0.5])
        count = (self.generator.random((self.n, each.control_items)) < chances).sum(axis=1) + (treated & holds)
        count = np.where(self.is_careless, self.generator.integers(0, each.control_items + 1 + treated), count)
        self.said[each.arm] = np.where(treated, each.treatment, each.control).astype(object)
        self.said[each.item] = count.astype(str).astype(object)

    def endorsed(self, experiment: Endorsement) -> None:
        """Every policy with an endorser drawn at random; the first endorser of the plan moves support."""
        for policy in experiment.policies:
            self._endorse(experiment, policy)

    def _endorse(self, experiment: Endorsement, policy: Policy) -> None:
        codes = (experiment.control, *experiment.endorsers)
        drawn = self._any(codes)
        shift = (drawn == codes[1]) * endorsement_shift(self.population, experiment)
        item = self.plan.columns[policy.item][0]
        position = on_scale(self.population.policies[policy.item][self.person] + shift, item)
        self.said[policy.endorser] = drawn
        self.said[policy.item] = np.array(levels_of(item), dtype=object)[position]

    def masked(self, device: Device) -> None:
        """The answer that the device leaves of the truth."""
        holds = self.population.holds(device.estimand)[self.person]
        yes = MASKS[device.design](holds, device, self.generator)
        self.said[device.item] = np.where(yes, device.yes, device.no).astype(object)

    def checks(self) -> None:
        """The item that tells what to answer."""
        rule = self.plan.screen.attention
        if rule:
            wrong = tuple(code for code in self._codes(rule.item) if code != rule.answer)
            fails = self.is_careless | self._some(self.habits.inattentive)
            self.said[rule.item] = np.where(fails, self._any(wrong), rule.answer).astype(object)

    def carelessness(self) -> None:
        """Careless respondents answer by chance, agreement items all alike, and write what others write."""
        kept = _assigned(self.plan) | set(trait_columns(self.plan))
        kept |= {each.item for experiment in self.plan.list_experiments for each in experiment.all_lists}
        attention, block = self.plan.screen.attention, self.plan.screen.agreement
        kept |= {attention.item} if attention else set()
        for column, (item, _) in self.plan.columns.items():
            if column not in kept and not item.free_text:
                self.said[column] = np.where(self.is_careless, self._any(self._codes(column)), self.said[column])
        for column in block:
            same = next((code for code in self._codes(block[0]) if code in self._codes(column)), None)
            self.said[column] = np.where(self.is_careless, same or self.said[column], self.said[column])
        text = self.plan.screen.free_text
        if text:
            self.said[text] = np.where(self.is_careless, SAME_SENTENCE, self.said[text]).astype(object)

    def nonresponse(self) -> None:
        """Answers that are refused or not known; what the interview itself writes is always there."""
        kept = _assigned(self.plan) | {self.plan.place}
        for column, (item, _) in self.plan.columns.items():
            if column in kept or item.free_text:
                continue
            refused = self.habits.sensitive_refused if column in self.sensitive else self.habits.refused
            said = np.where(self._some(self.habits.dont_know), DONT_KNOW, self.said[column])
            self.said[column] = np.where(self._some(refused), REFUSED, said).astype(object)

    def seconds(self) -> npt.NDArray[np.int64]:
        """Length of each interview: log-normal, far too short for the careless."""
        median = 60 * self.habits.minutes
        length = median * np.exp(0.25 * self.generator.standard_normal(self.n))
        return np.rint(np.where(self.is_careless, TOO_FAST * median, length)).astype(np.int64)


def _assigned(plan: Plan) -> set[str]:
    """Columns that the interview draws and writes by itself."""
    found = {each.arm for experiment in plan.list_experiments for each in experiment.all_lists}
    found |= {each.endorser for experiment in plan.endorsements for each in experiment.policies}
    return found | {ballot.version for ballot in plan.split_ballots}


def endorsement_shift(population: Population, experiment: Endorsement) -> float:
    """Points of the scale by which the first endorser moves support."""
    return population.truths.effects.get(experiment.estimand, effects_of(population.plan)[experiment.estimand])


def _forced(holds: Bools, device: Device, generator: np.random.Generator) -> Bools:
    yes = device.p1 if device.p1 is not None else 1 - device.p - (device.p0 or 0.0)
    drawn = generator.random(len(holds))
    return np.where(drawn < device.p, holds, drawn < device.p + yes)


def _mirrored(holds: Bools, device: Device, generator: np.random.Generator) -> Bools:
    return np.where(generator.random(len(holds)) < device.p, holds, ~holds)


def _unrelated(holds: Bools, device: Device, generator: np.random.Generator) -> Bools:
    other = generator.random(len(holds)) < (device.q or 0.0)
    return np.where(generator.random(len(holds)) < device.p, holds, other)


def _crosswise(holds: Bools, device: Device, generator: np.random.Generator) -> Bools:
    return np.asarray(holds == (generator.random(len(holds)) < device.p))


def _triangular(holds: Bools, device: Device, generator: np.random.Generator) -> Bools:
    return np.asarray(holds | (generator.random(len(holds)) < device.p))


MASKS: dict[str, Callable[[Bools, Device, np.random.Generator], Bools]] = {
    "forced": _forced,
    "mirrored": _mirrored,
    "disguised": _mirrored,
    "unrelated": _unrelated,
    "crosswise": _crosswise,
    "triangular": _triangular,
}
"""Design → whether the answer is yes: as its instructions to respondents read, not as an estimator undoes them."""
