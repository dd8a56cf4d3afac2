"""Who is asked: a web-RDS sample that follows acquaintance, and an opt-in panel that follows nobody.

The recruitment tree exists here and in the restricted tier only: it is a contact graph.
"""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from analysis.synthetic.world import HOSTS, Ints, Population

SEEDS = 15
COUPONS = 3
HOST_HOMOPHILY = 0.90
VIEW_HOMOPHILY = 0.30
"""Share of acquaintances chosen for the trait; the others are whoever comes."""

ACCEPTED_SHARE = 0.62


@dataclass(frozen=True)
class Recruits:
    """A web-RDS sample in order of recruitment.

    Attributes
    ----------
    person : (n,) int
        Index into the population.
    recruiter : (n,) int
        Position of the recruiter in this sample; -1 for a seed.
    wave : (n,) int
        0 for a seed.
    """

    person: Ints
    recruiter: Ints
    wave: Ints


def recruit(population: Population, size: int, generator: np.random.Generator) -> Recruits:
    """Recruit along acquaintance with homophily in host and in approval, without asking anybody twice.

    Seeds come first; then coupons are used in the order in which they were handed out, and a new seed starts when
    none is left. People are met in proportion to how many they know (`_groups_by_degree`).

    Parameters
    ----------
    population : Population
        Must be several times larger than the sample.
    size : int
        Persons to recruit.
    generator : Generator
    """
    groups = _groups_by_degree(population, generator)
    sample = _Sample([], [], [])
    coupons: deque[int] = deque()
    while len(sample.person) < size:
        if len(sample.person) < SEEDS or not coupons:
            _add(sample, coupons, int(_met(groups, generator, host=None, approves=None)), recruiter=-1)
            continue
        recruiter = coupons.popleft()
        if generator.random() < ACCEPTED_SHARE:
            _add(sample, coupons, _acquaintance(population, sample.person[recruiter], groups, generator), recruiter)
    return Recruits(np.array(sample.person), np.array(sample.recruiter), np.array(sample.wave))


Groups = dict[tuple[int, bool], list[int]]


@dataclass(frozen=True)
class _Sample:
    person: list[int]
    recruiter: list[int]
    wave: list[int]


def _add(sample: _Sample, coupons: deque[int], person: int, recruiter: int) -> None:
    sample.wave.append(sample.wave[recruiter] + 1 if recruiter >= 0 else 0)
    sample.recruiter.append(recruiter)
    sample.person.append(person)
    coupons.extend([len(sample.person) - 1] * COUPONS)


def _groups_by_degree(population: Population, generator: np.random.Generator) -> Groups:
    """People by host and view, the next to be met last: a random order that favours high degrees.

    Source: weighted sampling without replacement by exponential keys, Efraimidis and Spirakis 2006.
    """
    keys = generator.exponential(size=population.size) / population.degree
    order = np.argsort(-keys, kind="stable")
    groups: Groups = {}
    for host in range(len(HOSTS)):
        for approves in (False, True):
            belongs = (population.host[order] == host) & (population.approves[order] == approves)
            groups[host, approves] = order[belongs].tolist()
    return groups


def _acquaintance(population: Population, person: int, groups: Groups, generator: np.random.Generator) -> int:
    host = int(population.host[person]) if generator.random() < HOST_HOMOPHILY else None
    approves = bool(population.approves[person]) if generator.random() < VIEW_HOMOPHILY else None
    return _met(groups, generator, host, approves)


def _met(groups: Groups, generator: np.random.Generator, host: int | None, approves: bool | None) -> int:
    """Take the next person of a wanted group, larger groups more often; of any group when those are used up.

    The same draw as `generator.choice(len(wanted), p=shares)`, without the arrays that it makes for each person.
    """
    wanted = [groups[key] for key in _wanted(host, approves)]
    everybody = float(sum(map(len, wanted)))
    if not everybody:
        return _met(groups, generator, None, None)
    reached = list(accumulate(len(group) / everybody for group in wanted))
    reached = [share / reached[-1] for share in reached]
    return wanted[bisect_right(reached, generator.random())].pop()


@cache
def _wanted(host: int | None, approves: bool | None) -> list[tuple[int, bool]]:
    hosts = range(len(HOSTS)) if host is None else (host,)
    return [(one, view) for one in hosts for view in ((False, True) if approves is None else (approves,))]
