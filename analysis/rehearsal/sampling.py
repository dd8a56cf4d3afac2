"""Who is asked: respondents who recruit each other, volunteers, and a probability sample.

The recruitment tree exists here and in the throw-away vault only. What must not be here: what anybody says.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.rehearsal.population import Bools, Population
from analysis.rehearsal.truths import Network

Ints = npt.NDArray[np.int64]
UNIT, TAKEN = 40, 8
"""People of a primary unit, and how many of them are asked."""

REGIONS = 4
"""Strata of a domain, where all who are asked live in one."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Respondents of one source.

    Attributes
    ----------
    person : (n,) index into the population
    recruiter : (n,) position in this sample; −1 for a seed or a volunteer
    wave : (n,) 0 for a seed or a volunteer
    design : of a probability sample: `weight`, `stratum`, `cluster` → (n,) what the office keeps of each
    """

    person: Ints
    recruiter: Ints
    wave: Ints
    design: Mapping[str, Sequence[str]] = field(default_factory=dict)


def volunteers(population: Population, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    """People who come by themselves: from some domains more often than from others, whatever they hold."""
    last = max(int(population.domain.max()), 1)
    weights = np.exp(-population.truths.volunteers * population.domain / last) * ~taken
    person = generator.choice(population.size, size, replace=False, p=weights / weights.sum())
    return Sample(person, np.full(size, -1), np.zeros(size, dtype=np.int64))


def drawn(population: Population, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    """A probability sample in two stages: as many from every stratum, in primary units of neighbours who hold alike.

    Strata are domains, or regions of the only domain where people can be asked. Weights are what the design implies:
    people of a stratum by respondents of it.
    """
    strata = _strata(population, taken, generator)
    parts = [_of_stratum(population, people, size // len(strata) + (number < size % len(strata)), generator)
             for number, people in enumerate(strata)]  # fmt: skip
    person = np.concatenate([people for people, _, _ in parts])
    weight = [f"{weight:.4f}" for people, weight, _ in parts for _ in people]
    stratum = [f"stratum {number + 1}" for number, (people, _, _) in enumerate(parts) for _ in people]
    cluster = [f"unit {number + 1}-{unit}" for number, (_, _, units) in enumerate(parts) for unit in units.tolist()]
    design = {"weight": weight, "stratum": stratum, "cluster": cluster}
    return Sample(person, np.full(len(person), -1), np.zeros(len(person), dtype=np.int64), design)


def _strata(population: Population, taken: Bools, generator: np.random.Generator) -> list[Ints]:
    """Who can be asked in every stratum."""
    free = np.flatnonzero(~taken)
    domains = np.unique(population.domain[free])
    if len(domains) > 1:
        return [free[population.domain[free] == domain] for domain in domains]
    alike = population.common[free] + 2 * generator.standard_normal(len(free))
    return [np.sort(part) for part in np.array_split(free[np.argsort(alike, kind="stable")], REGIONS)]


def _of_stratum(
    population: Population, people: Ints, size: int, generator: np.random.Generator
) -> tuple[Ints, float, Ints]:
    """People, the weight of each, and their primary units."""
    alike = population.common[people] + 2 * generator.standard_normal(len(people))
    units = len(people) // UNIT
    unit = np.empty(len(people), dtype=np.int64)
    unit[np.argsort(alike, kind="stable")] = np.minimum(np.arange(len(people)) // UNIT, units - 1)
    chosen = generator.permutation(units)[: -(-size // TAKEN)]
    found = np.concatenate([generator.choice(np.flatnonzero(unit == each), TAKEN, replace=False) for each in chosen])
    return people[found][:size], len(people) / size, unit[found][:size]


def recruits(population: Population, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    """A respondent-driven sample: seeds first, then coupons in the order in which they were handed out.

    People are met in proportion to how many they know, some of them within the recruiter's domain, some among those who
    hold the same of the main question; a new seed starts when no coupon is left.
    """
    chain = _Chain(population, population.truths.network, taken.copy(), generator)
    while len(chain.person) < size:
        chain.step()
    return Sample(np.array(chain.person), np.array(chain.recruiter), np.array(chain.wave))


class _Chain:
    """A recruitment that goes on by one person a step."""

    def __init__(self, population: Population, network: Network, taken: Bools, generator: np.random.Generator) -> None:
        self.network, self.taken, self.generator = network, taken, generator
        view = population.chance(population.plan.by_estimand[population.plan.main_question or ""]) >= 0.5
        self.domain, self.view = population.domain, view.astype(np.int64)
        keys = generator.exponential(size=population.size) / population.degree
        self.order = np.argsort(keys, kind="stable")
        """Weighted sampling without replacement by exponential keys (Efraimidis and Spirakis 2006)."""
        self.queues: dict[tuple[int | None, int | None], deque[int]] = {}
        self.person: list[int] = []
        self.recruiter: list[int] = []
        self.wave: list[int] = []
        self.coupons: deque[int] = deque()

    def step(self) -> None:
        """One seed, or one coupon, which may bring nobody."""
        if len(self.person) < self.network.seeds or not self.coupons:
            self._add(self._met(None, None), -1)
            return
        recruiter = self.coupons.popleft()
        if self.generator.random() < self.network.accepted:
            own = self.person[recruiter]
            near, alike = self.generator.random(2) < self.network.homophily
            domain = int(self.domain[own]) if near else None
            self._add(self._met(domain, int(self.view[own]) if alike else None), recruiter)

    def _met(self, domain: int | None, view: int | None) -> int:
        """The next person of a group, who was not met before; of any group when it is used up."""
        key = (domain, view)
        if key not in self.queues:
            belongs = np.ones(len(self.order), dtype=bool)
            belongs &= True if domain is None else self.domain[self.order] == domain
            belongs &= True if view is None else self.view[self.order] == view
            self.queues[key] = deque(self.order[belongs].tolist())
        queue = self.queues[key]
        while queue:
            person = queue.popleft()
            if not self.taken[person]:
                return person
        return self._met(None, None)

    def _add(self, person: int, recruiter: int) -> None:
        self.taken[person] = True
        self.wave.append(self.wave[recruiter] + 1 if recruiter >= 0 else 0)
        self.recruiter.append(recruiter)
        self.person.append(person)
        self.coupons.extend([len(self.person) - 1] * self.network.coupons)
