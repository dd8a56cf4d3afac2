"""Counts of coordinated sharing: pairs, edges between accounts, components; nobody's membership.

What belongs here: aggregation of pairs to counts. What must not: an account's code in a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from analysis.errors import EstimationError
from analysis.estimators.coordination.pairs import (
    DEFAULT_MAX_PAIRS,
    BoolArray,
    IntArray,
    Shares,
    active,
    demand_room,
    parts,
    window_ends,
)
from analysis.estimators.coordination.tally import HERE, Runner, Tally, count_part, paired_contents


@dataclass(frozen=True, eq=False)
class Coordination:
    """How much coordinated sharing there is.

    Attributes
    ----------
    shares_n, duplicates_n
        Distinct shares looked at; exact repetitions left out.
    pairs, edges, accounts, objects, contents, components
        Pairs of shares within the window; pairs of accounts behind them; accounts, objects and contents in them;
        connected components of the accounts.
    component_sizes
        (components,) accounts in each, largest first.
    time_delta_sum
        Sum over pairs of the distance in time.
    weight_max, weight_quantile
        Most pairs between two accounts; the quantile asked for over edges.
    edges_above_quantile
        Edges with more pairs than that.
    symmetry_mean
        Mean over edges of min/max of the two accounts' numbers of contents.
    group_pairs_shares
        (groups,) shares that are in a pair, by the group given; empty without groups.
    """

    shares_n: int
    duplicates_n: int
    pairs: int
    edges: int
    accounts: int
    objects: int
    contents: int
    components: int
    component_sizes: IntArray
    time_delta_sum: int
    weight_max: int
    weight_quantile: float
    edges_above_quantile: int
    symmetry_mean: float | None
    group_pairs_shares: IntArray


@dataclass(frozen=True, eq=False)
class Edges:
    """Pairs of accounts: arrays of one length; internal, never returned by a public function."""

    low: IntArray
    high: IntArray
    weight: IntArray


def coordination(
    shares: Shares,
    window: int,
    min_participation: int,
    *,
    quantile: float = 0.5,
    coortweet_compat: bool = False,
    group: IntArray | None = None,
    max_pairs: int = DEFAULT_MAX_PAIRS,
    runner: Runner = HERE,
) -> Coordination:
    """Count pairs of shares of one object within a window, the account pairs behind them, and their components.

    Use it for institutional accounts, where shared timing may mean shared management; on its own it counts shared
    daily rhythm too, so hold it against `coordination_null`.

    Parameters
    ----------
    shares
        Shares; exact repetitions count once.
    window
        Longest distance between two shares, in the unit of their time.
    min_participation
        Fewest shares of an account, of all and again of those in pairs.
    quantile
        Of the edges' weights, between 0 and 1.
    coortweet_compat
        Give each edge's contents to its accounts as CooRTweet 2.1.3 does, which orders the accounts but not their
        contents; changes `symmetry_mean` and nothing else.
    group
        (n,) codes of 0 or more, one for each share (a week, say); shares in pairs are counted by it.
    max_pairs
        Most candidate pairs.
    runner
        Where pairs are counted; it changes no count.

    Returns
    -------
    Coordination

    Raises
    ------
    EstimationError
        A window or participation that is not positive, or a window that makes too many pairs.

    Source
        Definitions of CooRTweet 2.1.3 (Righetti & Balluff 2025, Computational Communication Research 7(1)); the
        algorithm is ours. Deviation: contents are counted on the side of the account that posted them.

    Example
    -------
    >>> one = np.array([0, 0, 0, 0])
    >>> s = Shares(one, np.array([0, 1, 0, 1]), np.array([1, 2, 3, 4]), np.array([0, 5, 100, 104]))
    >>> coordination(s, window=10, min_participation=2).pairs
    2
    """
    _check_options(window, min_participation, quantile)
    if group is not None and len(group) != len(shares):
        raise EstimationError(f"group has {len(group)} values; give one for each of the {len(shares)} shares")
    distinct = shares.distinct()
    kept = active(distinct, min_participation)
    ends = window_ends(kept, window)
    demand_room(ends, window, max_pairs)
    most = runner.most_pairs(int((ends - np.arange(len(ends)) - 1).sum()))
    counting = _counting(kept, ends, min_participation, runner, most)
    accounts_n = int(kept.account.max(initial=-1)) + 1
    count = partial(count_part, accounts_n=accounts_n, coortweet_compat=coortweet_compat)
    found = Tally()
    for tally in runner.run(count, parts(kept, ends, counting, most)):
        found = found.plus(tally)
    counted = _counted_by_group(None if group is None else (shares.content, group), found.contents)
    edges, sizes = _edges(found, accounts_n), {"all_n": len(shares), "shares_n": len(distinct)}
    return _result(found, edges, quantile=quantile, by_group=counted, **sizes)


def _check_options(window: int, min_participation: int, quantile: float) -> None:
    if window < 0:
        raise EstimationError(f"window is {window}; give 0 or more")
    if min_participation < 1:
        raise EstimationError(f"min_participation is {min_participation}; give 1 or more")
    if not 0 <= quantile <= 1:
        raise EstimationError(f"quantile is {quantile}; give a number between 0 and 1")


def _counting(kept: Shares, ends: IntArray, min_participation: int, runner: Runner, most_pairs: int) -> BoolArray:
    """Shares of contents, in a pair, of accounts with enough shares of contents in pairs."""
    in_pair = np.zeros(int(kept.content.max(initial=-1)) + 1, dtype=bool)
    everything = np.ones(len(kept), dtype=bool)
    for contents in runner.run(paired_contents, parts(kept, ends, everything, most_pairs)):
        in_pair[contents] = True
    if len(kept) == 0:
        return everything
    often = np.bincount(kept.account, weights=in_pair[kept.content]) >= min_participation
    participating = np.zeros_like(in_pair)
    participating[kept.content[in_pair[kept.content] & often[kept.account]]] = True
    counting: BoolArray = participating[kept.content]
    return counting


def _edges(found: Tally, accounts_n: int) -> Edges:
    key = found.edges.rows[:, 0]
    return Edges(key // max(accounts_n, 1), key % max(accounts_n, 1), found.edges.counts)


def _result(
    found: Tally, edges: Edges, *, all_n: int, shares_n: int, quantile: float, by_group: IntArray
) -> Coordination:
    """Counts alone."""
    sizes = component_sizes(edges)
    threshold = float(np.quantile(edges.weight, quantile)) if len(edges.weight) else 0.0
    return Coordination(
        shares_n=shares_n,
        duplicates_n=all_n - shares_n,
        pairs=found.pairs,
        edges=len(edges.weight),
        accounts=int(sizes.sum()),
        objects=len(found.objects),
        contents=len(found.contents),
        components=len(sizes),
        component_sizes=sizes,
        time_delta_sum=found.time_delta_sum,
        weight_max=int(edges.weight.max(initial=0)),
        weight_quantile=threshold,
        edges_above_quantile=int((edges.weight > threshold).sum()),
        symmetry_mean=_symmetry_mean(found),
        group_pairs_shares=by_group,
    )


def _symmetry_mean(found: Tally) -> float | None:
    low, high = found.low.distinct_per_first(), found.high.distinct_per_first()
    return float(np.mean(np.minimum(low, high) / np.maximum(low, high))) if len(low) else None


def component_sizes(edges: Edges) -> IntArray:
    """Accounts in each connected component, largest first.

    Parameters
    ----------
    edges
        Pairs of accounts.

    Returns
    -------
    numpy.ndarray
        (components,)
    """
    if len(edges.low) == 0:
        return np.empty(0, dtype=np.int64)
    accounts, codes = np.unique(np.concatenate([edges.low, edges.high]), return_inverse=True)
    low, high = codes[: len(edges.low)], codes[len(edges.low) :]
    matrix = sparse.coo_array((np.ones(len(low), dtype=np.int8), (low, high)), shape=(len(accounts), len(accounts)))
    _, labels = sparse.csgraph.connected_components(matrix, directed=False)
    return np.sort(np.bincount(labels))[::-1].astype(np.int64)


def _counted_by_group(groups: tuple[IntArray, IntArray] | None, content: IntArray) -> IntArray:
    if groups is None:
        return np.empty(0, dtype=np.int64)
    of_share, group = groups
    first = np.unique(of_share, return_index=True)[1]
    inside = np.isin(of_share[first], content)
    return np.bincount(group[first], weights=inside, minlength=int(group.max(initial=-1)) + 1).astype(np.int64)
