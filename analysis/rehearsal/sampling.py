"""Who is asked: respondents who recruit each other, volunteers, and people drawn by strata and clusters.

The recruitment tree exists here and in the throw-away vault only. What must not be here: what anybody says.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.rehearsal.population import Bools, Population
from analysis.rehearsal.truths import Network

Ints = npt.NDArray[np.int64]

PEOPLE_PER_CLUSTER, ASKED_PER_CLUSTER = 100, 20
ALIKE = 0.4
"""By how many standard deviations of chance those who hold the main question's yes are ahead in the order of places."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Respondents of one source.

    Attributes
    ----------
    person : (n,) index into the population
    recruiter : (n,) position in this sample; −1 for a seed or a volunteer
    wave : (n,) 0 for a seed or a volunteer
    drawn : what a probability sample knows of each: `weight`, `stratum`, `cluster` → (n,); empty for other samples
    """

    person: Ints
    recruiter: Ints
    wave: Ints
    drawn: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)


def volunteers(population: Population, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    """People who come by themselves: from some domains more often than from others, whatever they hold."""
    last = max(int(population.domain.max()), 1)
    weights = np.exp(-population.truths.volunteers * population.domain / last) * ~taken
    person = generator.choice(population.size, size, replace=False, p=weights / weights.sum())
    return Sample(person, np.full(size, -1), np.zeros(size, dtype=np.int64))


def drawn(population: Population, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    """A stratified sample of clusters: equally many in every domain, so that weights differ between domains.

    Neighbours think a little alike: clusters are cut from people ordered by chance and by what they hold of the main
    question.
    """
    view = population.chance(population.plan.main)
    order = np.argsort(generator.normal(size=population.size) + ALIKE * view, kind="stable")
    strata = np.unique(population.domain)
    shares = np.array_split(np.arange(size), len(strata))
    parts = [
        _from_stratum(order[(population.domain[order] == stratum) & ~taken[order]], len(share), generator)
        for stratum, share in zip(strata, shares, strict=True)
    ]
    person = np.concatenate([people for people, _, _ in parts])
    stratum = np.repeat(strata, [len(people) for people, _, _ in parts])
    cluster = np.array([f"{code}-{unit}" for code, (_, units, _) in zip(strata, parts, strict=True) for unit in units])
    weight = np.concatenate([np.full(len(people), each) for people, _, each in parts])
    known: dict[str, npt.NDArray[np.generic]] = {"weight": weight.round(4), "stratum": stratum, "cluster": cluster}
    return Sample(person, np.full(len(person), -1), np.zeros(len(person), dtype=np.int64), known)


def _from_stratum(people: Ints, size: int, generator: np.random.Generator) -> tuple[Ints, Ints, float]:
    """So many people of a stratum from two clusters or more; the cluster of each, and how many people each is for."""
    count = max(-(-size // ASKED_PER_CLUSTER), 2)
    units = np.array_split(people, max(len(people) // PEOPLE_PER_CLUSTER, count))
    chosen = generator.choice(len(units), count, replace=False)
    asked = [
        generator.choice(units[unit], len(share), replace=False)
        for unit, share in zip(chosen, np.array_split(np.arange(size), count), strict=True)
    ]
    return np.concatenate(asked), np.repeat(chosen, [len(each) for each in asked]), len(people) / size


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
        view = population.chance(population.plan.main) >= 0.5
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
