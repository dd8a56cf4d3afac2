"""Networks with known truth, and respondent-driven samples of them.

What belongs here: a two-group network with homophily and unequal activity, and recruitment through it.
What must not: estimates. Nobody real is in these networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.rds.tree import RecruitmentTree
from analysis.estimators.variance import FloatArray, IntArray

# Chance that a respondent brings 0, 1, 2 or 3 recruits, where contacts are left.
COUPONS_RETURNED = (0.2, 0.3, 0.3, 0.2)
DEGREE_SPREAD = 0.6  # of the logarithm of expected degrees


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """A population to draw networks from.

    Attributes
    ----------
    population
        Members before those without ties are left out.
    share
        Of group 1.
    mean_degree
        Average number of ties.
    homophily
        Share of ties inside groups over that under random mixing by degree; 1 is none.
    activity
        Mean degree of group 1 over that of group 0.
    """

    population: int
    share: float
    mean_degree: float
    homophily: float
    activity: float


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A connected network.

    Attributes
    ----------
    group
        (N,) 0 or 1.
    neighbours, start
        Ties in rows: those of member i are `neighbours[start[i]:start[i + 1]]`.
    """

    group: IntArray
    neighbours: IntArray
    start: IntArray

    @property
    def degree(self) -> IntArray:
        """(N,) number of ties."""
        return np.diff(self.start)


def simulate_network(plan: NetworkPlan, rng: np.random.Generator) -> Network:
    """Draw a network and keep its largest component.

    Parameters
    ----------
    plan, rng
        What to draw, and where randomness comes from.

    Returns
    -------
    Network

    Raises
    ------
    EstimationError
        When the homophily cannot be reached with these degrees.

    Randomness
        From `rng`.

    Source
        Degree-corrected two-block model: Karrer & Newman 2011, Physical Review E 83, 016107.
    """
    n = plan.population
    group = (rng.permutation(n) < round(plan.share * n)).astype(np.int64)
    weight = np.exp(rng.normal(0.0, DEGREE_SPREAD, n)) * np.where(group == 1, plan.activity, 1.0)
    mass = np.array([weight[group == g].sum() for g in (0, 1)])
    ends = mass / mass.sum()
    across = 2 * ends[0] * ends[1] - (plan.homophily - 1) * (ends**2).sum()
    if across <= 0:
        raise EstimationError(f"homophily {plan.homophily:g} leaves no ties between groups; give a smaller one")
    ties_n = plan.mean_degree * n / 2
    # Ends are kept, so that activity stays what the plan says: inside = all ends of a group minus those across.
    expected = {(0, 1): across * ties_n}
    expected |= {(g, g): (ends[g] - across / 2) * ties_n for g in (0, 1)}
    pairs = [_ties(group, weight, between, mean, rng) for between, mean in expected.items()]
    return _largest_component(np.concatenate(pairs), group)


def _ties(
    group: IntArray, weight: FloatArray, between: tuple[int, int], mean: float, rng: np.random.Generator
) -> IntArray:
    number = rng.poisson(mean)
    ends = []
    for g in between:
        members = np.flatnonzero(group == g)
        heights = np.cumsum(weight[members])
        ends.append(members[np.searchsorted(heights, rng.random(number) * heights[-1])])
    return np.column_stack(ends)


def _largest_component(pairs: IntArray, group: IntArray) -> Network:
    n = len(group)
    ordered = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    unique = np.unique(ordered[:, 0] * n + ordered[:, 1])
    left, right = unique // n, unique % n
    label = np.arange(n)
    while True:
        low = np.minimum(label[left], label[right])
        following = label.copy()
        np.minimum.at(following, left, low)
        np.minimum.at(following, right, low)
        following = following[following]
        if (following == label).all():
            break
        label = following
    kept = label == np.bincount(label).argmax()
    new = np.cumsum(kept) - 1
    inside = kept[left]
    a, b = new[left[inside]], new[right[inside]]
    source, target = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(source, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=int(kept.sum())))])
    return Network(group[kept], target[order].astype(np.int64), start.astype(np.int64))


def recruit(
    network: Network, sample_n: int, seeds_n: int, rng: np.random.Generator, same_group_preference: float = 1.0
) -> tuple[RecruitmentTree, IntArray]:
    """Recruit through a network without replacement.

    Parameters
    ----------
    network
        To recruit from.
    sample_n, seeds_n
        Respondents, and seeds among them (drawn in proportion to degree); when chains die out another seed is drawn.
    rng
        Where randomness comes from.
    same_group_preference
        Odds of handing a coupon to a contact of one's own group rather than of the other; 1 is none.

    Returns
    -------
    tuple
        Tree of the respondents, and (n,) their positions in the network.

    Raises
    ------
    EstimationError
        When the network is smaller than the sample.

    Randomness
        From `rng`.
    """
    if len(network.group) < sample_n:
        raise EstimationError(
            f"network has {len(network.group)} members where {sample_n} are sampled; give a larger one"
        )
    degree = network.degree.astype(np.float64)
    taken = np.zeros(len(degree), dtype=bool)
    member: list[int] = []
    recruiter: list[int] = []
    turn = 0
    returned = rng.choice(len(COUPONS_RETURNED), size=sample_n, p=COUPONS_RETURNED)
    while len(member) < sample_n:
        if len(member) < seeds_n or turn == len(member):
            chance = np.where(taken, 0.0, degree)
            chosen, by = [int(rng.choice(len(degree), p=chance / chance.sum()))], -1
        else:
            chosen, by = _handed(network, member[turn], int(returned[turn]), taken, (rng, same_group_preference)), turn
            turn += 1
        for one in chosen[: sample_n - len(member)]:
            taken[one] = True
            member.append(one)
            recruiter.append(by)
    return _tree(np.array(recruiter, dtype=np.int64)), np.array(member, dtype=np.int64)


def _handed(
    network: Network, who: int, coupons: int, taken: npt.NDArray[np.bool_], how: tuple[np.random.Generator, float]
) -> list[int]:
    rng, preference = how
    contacts = network.neighbours[network.start[who] : network.start[who + 1]]
    contacts = contacts[~taken[contacts]]
    if not len(contacts) or not coupons:
        return []
    odds = np.where(network.group[contacts] == network.group[who], preference, 1.0)
    picked = rng.choice(contacts, size=min(coupons, len(contacts)), replace=False, p=odds / odds.sum())
    return [int(one) for one in picked]


def _tree(recruiter: IntArray) -> RecruitmentTree:
    """Recruiters come before their recruits, so one pass fills waves and seeds."""
    n = len(recruiter)
    wave, seed = np.zeros(n, dtype=np.int64), np.arange(n)
    for row in np.flatnonzero(recruiter >= 0):
        wave[row], seed[row] = wave[recruiter[row]] + 1, seed[recruiter[row]]
    recruits = np.bincount(recruiter[recruiter >= 0], minlength=n).astype(np.int64)
    return RecruitmentTree(recruiter, wave, seed, recruits)
