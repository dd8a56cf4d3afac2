"""What chance alone would make: the same shares, each in its own hour, with each account's seconds dealt out anew.

What belongs here: the permutation null and what lies above it, as counts. What must not: membership.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.coordination.counts import Edges, component_sizes
from analysis.estimators.coordination.pairs import (
    DEFAULT_MAX_PAIRS,
    IntArray,
    Shares,
    active,
    demand_room,
    parts,
    window_ends,
)
from analysis.estimators.coordination.tally import HERE, Keys, Runner, joint_objects
from analysis.estimators.estimate import demand_reachable


@dataclass(frozen=True, eq=False)
class CoordinationNull:
    """Observed coordination beside what the null makes of the same shares.

    Attributes
    ----------
    draws
        Number of permutations.
    pairs, pairs_null
        Pairs observed; (draws,) pairs of each permutation.
    p_value
        (1 + permutations with at least as many pairs) / (1 + draws).
    weight_threshold
        Most objects that two accounts shared together in all but a share `level` of the permutations.
    edges_above, accounts_above, components_above, largest_component_above
        Pairs of accounts above that threshold, their accounts, components, and accounts in the largest.
    worlds_above
        Permutations that have any edge above the threshold.
    """

    draws: int
    pairs: int
    pairs_null: IntArray
    p_value: float
    weight_threshold: int
    edges_above: int
    accounts_above: int
    components_above: int
    largest_component_above: int
    worlds_above: int


def coordination_null(
    shares: Shares,
    window: int,
    min_participation: int,
    *,
    generator: np.random.Generator,
    draws: int = 199,
    level: float = 0.05,
    hour: int = 3600,
    max_pairs: int = DEFAULT_MAX_PAIRS,
    runner: Runner = HERE,
) -> CoordinationNull:
    """Hold coordination against a permutation null within object × hour.

    Use it to tell coordination from shared daily rhythm: every share keeps its account, its object and its hour; the
    places inside the hour are permuted among the shares of one account, so that its habits stay (posting on the full
    hour, say) and only their meeting with others' is dealt out anew. Accounts that always post at the same minute are
    therefore not called coordinated. Two accounts stand out when they share more objects within the window than any two
    accounts do in all but a share `level` of the permutations: one false edge among all has that chance.

    Parameters
    ----------
    shares, window, min_participation, max_pairs, runner
        As in `coordination`.
    generator
        Source of the permutations.
    draws
        Permutations, 19 or more.
    level
        Family-wise chance of a false edge.
    hour
        Length of an hour in the unit of time.

    Returns
    -------
    CoordinationNull

    Raises
    ------
    EstimationError
        Fewer than 19 draws, too few for the level, or as `coordination`.

    Randomness
        One permutation of n numbers per draw, within accounts.

    Source
        Interval jitter: Amarasingham, Harrison, Hatsopoulos & Geman 2012, J. Neurophysiology 107(2), 517–531; maximum
        statistic over edges: Westfall & Young 1993.

    Example
    -------
    >>> g = np.random.default_rng(1)
    >>> s = Shares(g.integers(0, 9, 300), g.integers(0, 30, 300), 9 + np.arange(300), g.integers(0, 10**6, 300))
    >>> coordination_null(s, 60, 2, generator=g, draws=19).draws
    19
    """
    if draws < 19 or not 0 < level < 1 or hour < 1:
        raise EstimationError(
            f"draws is {draws}, level {level}, hour {hour}; give ≥ 19 draws, a level in (0, 1), hour ≥ 1"
        )
    demand_reachable(draws, level, "draws")
    kept = active(shares.distinct(), min_participation)
    observed, observed_pairs = _joint_objects(kept, window, max_pairs, runner)
    null_pairs, null_max = np.empty(draws, dtype=np.int64), np.empty(draws, dtype=np.int64)
    for draw in range(draws):
        edges, null_pairs[draw] = _joint_objects(_jittered(kept, hour, generator), window, max_pairs, runner)
        null_max[draw] = edges.weight.max(initial=0)
    threshold = _threshold(null_max, level)
    above = observed.weight > threshold
    sizes = component_sizes(Edges(observed.low[above], observed.high[above], observed.weight[above]))
    return CoordinationNull(
        draws=draws,
        pairs=observed_pairs,
        pairs_null=null_pairs,
        p_value=float((1 + (null_pairs >= observed_pairs).sum()) / (1 + draws)),
        weight_threshold=threshold,
        edges_above=int(above.sum()),
        accounts_above=int(sizes.sum()),
        components_above=len(sizes),
        largest_component_above=int(sizes.max(initial=0)),
        worlds_above=int((null_max > threshold).sum()),
    )


def _threshold(null_max: IntArray, level: float) -> int:
    """Order statistic that keeps (1 + exceedances) / (1 + draws) at or below the level."""
    allowed = int(np.floor(level * (len(null_max) + 1))) - 1
    return int(np.sort(null_max)[::-1][max(allowed, 0)])


def _jittered(kept: Shares, hour: int, generator: np.random.Generator) -> Shares:
    hours, inside = np.divmod(kept.time, hour)
    mixed = np.empty_like(inside)
    shuffled = np.lexsort((generator.random(len(inside)), kept.account))
    mixed[np.argsort(kept.account, kind="stable")] = inside[shuffled]
    moved = Shares(kept.object, kept.account, kept.content, hours * hour + mixed)
    return moved.select(np.lexsort((moved.time, moved.object)))


def _joint_objects(kept: Shares, window: int, max_pairs: int, runner: Runner) -> tuple[Edges, int]:
    """Pairs of accounts with the number of different objects that both shared within the window, and all pairs."""
    ends = window_ends(kept, window)
    demand_room(ends, window, max_pairs)
    accounts_n = int(kept.account.max(initial=-1)) + 1
    most = runner.most_pairs(int((ends - np.arange(len(ends)) - 1).sum()))
    everything = np.ones(len(kept), dtype=bool)
    pairs, together = 0, Keys()
    for pairs_n, keys in runner.run(partial(joint_objects, accounts_n=accounts_n), parts(kept, ends, everything, most)):
        pairs, together = pairs + pairs_n, together.plus(keys)
    key, weight = np.unique(together.rows[:, 0], return_counts=True)
    return Edges(key // max(accounts_n, 1), key % max(accounts_n, 1), weight.astype(np.int64)), pairs
