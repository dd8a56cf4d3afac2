"""Counts of coordinated sharing: pairs, edges between accounts, components; nobody's membership.

What belongs here: aggregation of pairs to counts. What must not: an account's code in a result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.errors import EstimationError
from analysis.estimators.coordination.pairs import (
    DEFAULT_MAX_PAIRS,
    BoolArray,
    IntArray,
    Shares,
    active,
    demand_room,
    pair_pieces,
    window_ends,
)


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
    participating = _participating_contents(kept, ends, min_participation)
    found = _Tally(kept, coortweet_compat)
    for left, right in pair_pieces(kept, ends):
        keep = participating[kept.content[left]] | participating[kept.content[right]]
        found.add(left[keep], right[keep])
    return found.result(len(shares) - len(distinct), len(distinct), quantile, _groups_of(shares, group))


def _check_options(window: int, min_participation: int, quantile: float) -> None:
    if window < 0:
        raise EstimationError(f"window is {window}; give 0 or more")
    if min_participation < 1:
        raise EstimationError(f"min_participation is {min_participation}; give 1 or more")
    if not 0 <= quantile <= 1:
        raise EstimationError(f"quantile is {quantile}; give a number between 0 and 1")


def _participating_contents(kept: Shares, ends: IntArray, min_participation: int) -> BoolArray:
    """Contents of accounts with enough shares among those whose content is in a pair."""
    in_pair = np.zeros(int(kept.content.max(initial=-1)) + 1, dtype=bool)
    for left, right in pair_pieces(kept, ends):
        in_pair[kept.content[left]] = True
        in_pair[kept.content[right]] = True
    if len(kept) == 0:
        return in_pair
    often = np.bincount(kept.account, weights=in_pair[kept.content]) >= min_participation
    participating = np.zeros_like(in_pair)
    participating[kept.content[in_pair[kept.content] & often[kept.account]]] = True
    return participating


def _groups_of(shares: Shares, group: IntArray | None) -> tuple[IntArray, IntArray] | None:
    return None if group is None else (shares.content, group)


class _Tally:
    """Running counts over pieces of pairs; its memory grows with edges, not with pairs."""

    def __init__(self, kept: Shares, coortweet_compat: bool) -> None:
        self.kept, self.compat = kept, coortweet_compat
        self.accounts_n = int(kept.account.max(initial=-1)) + 1
        self.in_pair = np.zeros(len(kept), dtype=bool)
        self.pairs = self.time_delta_sum = 0
        self.edges = _CountedKeys()
        self.sides = {side: _CountedKeys() for side in ("low", "high")}

    def add(self, left: IntArray, right: IntArray) -> None:
        """Count one piece."""
        account, content = self.kept.account, self.kept.content
        self.pairs += len(left)
        self.time_delta_sum += int((self.kept.time[right] - self.kept.time[left]).sum())
        self.in_pair[left] = self.in_pair[right] = True
        swapped = account[left] > account[right]
        low, high = np.where(swapped, right, left), np.where(swapped, left, right)
        edge = account[low] * self.accounts_n + account[high]
        self.edges.add(edge)
        first, second = (left, right) if self.compat else (low, high)
        self.sides["low"].add(edge, content[first])
        self.sides["high"].add(edge, content[second])

    def account_edges(self) -> Edges:
        """Edges of what was added."""
        key, weight = self.edges.keys(), self.edges.counts()
        return Edges(key // max(self.accounts_n, 1), key % max(self.accounts_n, 1), weight)

    def result(
        self, duplicates_n: int, shares_n: int, quantile: float, groups: tuple[IntArray, IntArray] | None
    ) -> Coordination:
        """Counts alone."""
        edges = self.account_edges()
        sizes = component_sizes(edges)
        threshold = float(np.quantile(edges.weight, quantile)) if len(edges.weight) else 0.0
        content = np.unique(self.kept.content[self.in_pair])
        return Coordination(
            shares_n=shares_n,
            duplicates_n=duplicates_n,
            pairs=self.pairs,
            edges=len(edges.weight),
            accounts=int(sizes.sum()),
            objects=len(np.unique(self.kept.object[self.in_pair])),
            contents=len(content),
            components=len(sizes),
            component_sizes=sizes,
            time_delta_sum=self.time_delta_sum,
            weight_max=int(edges.weight.max(initial=0)),
            weight_quantile=threshold,
            edges_above_quantile=int((edges.weight > threshold).sum()),
            symmetry_mean=self._symmetry_mean(),
            group_pairs_shares=_counted_by_group(groups, content),
        )

    def _symmetry_mean(self) -> float | None:
        low, high = (self.sides[side].distinct_per_key() for side in ("low", "high"))
        return float(np.mean(np.minimum(low, high) / np.maximum(low, high))) if len(low) else None


class _CountedKeys:
    """Keys seen, and how often: pieces are reduced as they come."""

    def __init__(self) -> None:
        self._rows = np.empty((0, 2), dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)

    def add(self, key: IntArray, second: IntArray | None = None) -> None:
        piece = np.column_stack([key, np.zeros_like(key) if second is None else second])
        rows = np.concatenate([self._rows, piece])
        counts = np.concatenate([self._counts, np.ones(len(piece), dtype=np.int64)])
        order = np.lexsort((rows[:, 1], rows[:, 0]))
        rows, counts = rows[order], counts[order]
        starts = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]).any(axis=1)]) if len(rows) else np.empty(0, int)
        self._rows, self._counts = rows[starts], np.add.reduceat(counts, starts) if len(starts) else counts

    def keys(self) -> IntArray:
        return self._rows[:, 0]

    def counts(self) -> IntArray:
        return self._counts

    def distinct_per_key(self) -> npt.NDArray[np.int64]:
        """How many second values each key has, keys in ascending order."""
        return np.unique(self._rows[:, 0], return_counts=True)[1].astype(np.int64)


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
