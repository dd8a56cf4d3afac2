"""The value of everything that the plan wants to know, in the population as it was made.

What must not be here: an estimate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.rehearsal.interview import endorsement_shift
from analysis.rehearsal.population import Bools, Floats, Population, on_scale
from analysis.rehearsal.truths import masked_estimands
from analysis.study.plan import Group

ALL = "all"


@dataclass(frozen=True)
class Truth:
    """One value.

    Attributes
    ----------
    estimand, quantity : `share`, `difference` or `points`
    kind, group : of people; `all` for everybody
    of : policy and endorser, where an estimand has several values
    value : in the unit of the estimate
    """

    estimand: str
    quantity: str
    kind: str
    group: str
    value: float
    of: str = ""


def truths(population: Population) -> list[Truth]:
    """Every value, in the order of the plan."""
    return [*_shares(population), *_versions(population), *_differences(population), *_points(population)]


def _groups(population: Population) -> Iterator[tuple[str, str, Bools]]:
    yield ALL, ALL, np.ones(population.size, dtype=bool)
    for group in population.plan.groups:
        yield from ((group.kind, name, members) for name, members in _levels(population, group))


def _levels(population: Population, group: Group) -> Iterator[tuple[str, Bools]]:
    answers = population.answers[group.item]
    if group.holder:
        holds = np.array([group.holder.code in str(each).split() for each in answers])
        yield from ((group.holder.who, holds), (group.holder.others, ~holds))
        return
    for level in sorted(set(answers)):
        yield group.names.get(level, level), answers == level


def _shares(population: Population) -> Iterator[Truth]:
    plan = population.plan
    names = dict.fromkeys([*plan.by_estimand, *masked_estimands(plan)])
    for kind, group, members in _groups(population):
        for name in names:
            value = _lasting(population, name, members, _periods(population))
            if value is not None:
                yield Truth(name, "share", kind, group, value)
    for battery in plan.batteries:
        seen = [population.answers[message] != battery.never for message in battery.messages]
        yield Truth(battery.seen, "share", ALL, ALL, float(np.mean(seen)))


def _parts(population: Population, estimand: str) -> tuple[Floats, Floats]:
    """Yes, and among whom it is counted."""
    question = population.plan.by_estimand.get(estimand)
    everybody = np.ones(population.size)
    if question is None:
        return population.held[estimand].astype(np.float64), everybody
    if question.of and question.given:
        by_name = population.plan.by_estimand
        return population.chance(by_name[question.of]), population.chance(by_name[question.given])
    return population.chance(question), everybody


def _periods(population: Population) -> list[str]:
    """Periods in which something may be another than in others; the plan's, or one where nothing changes."""
    return list(population.plan.periods) if population.changed else [""]


def _lasting(population: Population, estimand: str, members: Bools, periods: Sequence[str]) -> float | None:
    """The share of an estimand among some people, where it is one in all these periods; None where it changes."""
    found = []
    for period in periods:
        yes, among = _parts(population.during(period), estimand)
        if (among * members).sum() > 0:
            found.append(_mean(yes, among * members))
    return found[0] if len(set(found)) == 1 else None


def _mean(yes: Floats, weights: Floats) -> float:
    return float((yes * weights).sum() / weights.sum())


def _versions(population: Population) -> Iterator[Truth]:
    for ballot in population.plan.split_ballots:
        for code, yes in zip((ballot.first, ballot.second), population.versions[ballot.estimand], strict=True):
            yield Truth(ballot.question, "share", ballot.kind, code.replace("_", " "), float(yes.mean()))


def _differences(population: Population) -> Iterator[Truth]:
    plan, everybody = population.plan, np.ones(population.size, dtype=bool)
    for ballot in plan.split_ballots:
        first, second = population.versions[ballot.estimand]
        yield Truth(ballot.estimand, "difference", ALL, ALL, float(first.mean() - second.mean()))
    for battery in plan.batteries:
        often = [np.isin(population.answers[message], battery.often) for message in battery.messages]
        yield Truth(battery.estimand, "difference", ALL, ALL, float(np.mean(often)))
    for difference in plan.differences:
        sides = (difference.share, difference.minus)
        shares = [_lasting(population, side.of, everybody, side.periods or _periods(population)) for side in sides]
        if shares[0] is not None and shares[1] is not None:
            yield Truth(difference.estimand, "difference", ALL, ALL, shares[0] - shares[1])
    for contrast in plan.contrasts:
        if contrast.by not in population.answers:
            # A mode changes no answer of this world.
            yield Truth(contrast.estimand, "difference", ALL, ALL, 0.0)


def _points(population: Population) -> Iterator[Truth]:
    for experiment in population.plan.endorsements:
        shift = endorsement_shift(population, experiment)
        for policy in experiment.policies:
            item, support = population.plan.columns[policy.item][0], population.policies[policy.item]
            moved = float(on_scale(support + shift, item).mean() - on_scale(support, item).mean())
            for number, words in enumerate(experiment.endorsers.values()):
                value = moved if number == 0 else 0.0
                yield Truth(experiment.estimand, "points", ALL, ALL, value, f"{policy.item}, {words}")
