"""Blank cells until every record shares its visible values with k − 1 others; the fewest, or nearly so.

A blank is a category of its own: a record protects another only when both are blank in the same keys and agree on the
rest. This is the strict reading; where a blank may match anything, an attacker who knows which records were blanked
sees through it. What must not be here: any choice of k or of keys.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.classes import Classes, Ints, partition
from analysis.disclosure.fewest_blanks import MOST_KEYS, MOST_WAYS, fewest, ways_n
from analysis.errors import DisclosureError

BLANK = 0
MOST_PARTS = 8
"""Parts of a file that are gone over for fewer blanks; a file of more keeps its first solution."""
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Suppression:
    """A protected copy of the codes.

    Attributes
    ----------
    codes
        (n, M) codes with blanks set to 0.
    blanks
        (M,) cells blanked per key, without those that were blank before.
    """

    codes: Ints
    blanks: Ints


def suppress_locally(codes: Ints, k: int, *, seeks_fewest: bool = True) -> Suppression:
    """Blank cells until no class holds fewer than k records.

    First greedily: records in small classes are tried with one key blanked, then two, and so on; at every step the set
    of keys goes first that brings the most records into classes of at least k, counting records that stand there
    already. Records that no set can help are joined by the cheapest neighbours that can be spared. Then a whole-number
    program looks for fewer blanks: over all records where it is small enough, which comes within a tenth of its proven
    bound, else over one part of the blanked records after the other, else not at all.

    Parameters
    ----------
    codes
        (n, M) coded keys, 0 for blank.
    k
        Smallest class that may remain, 2 or more.
    seeks_fewest
        False keeps the first solution: its classes are larger, and more often hold different answers.

    Returns
    -------
    Suppression
        Same rows in the same order; depends on nothing but codes and k.

    Raises
    ------
    DisclosureError
        k below 2, or fewer than k records.

    Examples
    --------
    >>> suppress_locally(np.array([[1, 1], [1, 1], [1, 2]]), 3).blanks.tolist()
    [0, 3]
    """
    if k < 2:
        raise DisclosureError(f"k is {k}; want at least 2: a class of one protects nobody")
    if len(codes) < k:
        raise DisclosureError(f"{len(codes)} records cannot form a class of {k}; choose a smaller k or more records")
    protected = codes.copy()
    for size in range(1, codes.shape[1] + 1):
        _blank_sets_of(size, codes, protected, k)
    _join_the_rest(protected, k)
    if seeks_fewest:
        protected = _with_fewer_blanks(codes, protected, k)
    return Suppression(protected, ((protected == BLANK) & (codes != BLANK)).sum(axis=0))


def _with_fewer_blanks(codes: Ints, protected: Ints, k: int) -> Ints:
    """The same records with as few blanks as whole-number programs find, part by part where there are many kinds."""
    if codes.shape[1] > MOST_KEYS or (protected == codes).all():
        return protected
    kinds, of_kind = np.unique(codes, axis=0, return_inverse=True)
    of_kind = of_kind.ravel()
    if ways_n(kinds).sum() <= MOST_WAYS:
        return _reassigned(codes, protected, np.arange(len(codes)), k)
    is_open = np.zeros(len(kinds), dtype=bool)
    is_open[of_kind[(protected != codes).any(axis=1)]] = True
    open_kinds = np.flatnonzero(is_open)
    part = (np.cumsum(ways_n(kinds[open_kinds])) - 1) // MOST_WAYS
    for number in range(int(part[-1]) + 1 if part[-1] < MOST_PARTS else 0):
        protected = _reassigned(codes, protected, np.flatnonzero(np.isin(of_kind, open_kinds[part == number])), k)
    return protected


def _reassigned(codes: Ints, protected: Ints, rows: Ints, k: int) -> Ints:
    """The records with new blanks in some rows, where those are fewer; all others stay as they are."""
    kinds, of_kind, counts = np.unique(codes[rows], axis=0, return_inverse=True, return_counts=True)
    outside = np.delete(protected, rows, axis=0)
    classes, sizes = np.unique(outside, axis=0, return_counts=True)
    found = fewest(kinds, counts, k, dict(zip(map(tuple, classes.tolist()), sizes.tolist(), strict=True)))
    if found is None:
        return protected
    made, order = protected.copy(), np.argsort(of_kind.ravel(), kind="stable")
    place = np.concatenate([[0], np.cumsum(counts)])[:-1]
    for kind, blanked, taken in found:
        made[rows[order[place[kind] : place[kind] + taken]]] = blanked
        place[kind] += taken
    is_better = (made == BLANK).sum() < (protected == BLANK).sum() and not _small(made, k).any()
    return made if is_better else protected


def _small(codes: Ints, k: int) -> Bools:
    return partition(codes).frequency < k


def _blank_sets_of(size: int, codes: Ints, protected: Ints, k: int) -> None:
    """Blank sets of `size` keys as long as one of them helps anybody."""
    subsets = [list(subset) for subset in itertools.combinations(range(codes.shape[1]), size)]
    open_rows = np.flatnonzero(_small(protected, k))
    gains = {i: len(_helped(codes, protected, open_rows, subset, k)) for i, subset in enumerate(subsets)}
    while len(open_rows) and max(gains.values()):
        best = max(gains, key=lambda i: (gains[i], -i))
        helped = _helped(codes, protected, open_rows, subsets[best], k)
        if len(helped) < gains[best]:  # an earlier set took some of them: rank it anew
            gains[best] = len(helped)
            continue
        protected[helped[:, None], subsets[best]] = BLANK
        open_rows = np.setdiff1d(open_rows, helped, assume_unique=True)
        gains[best] = 0


def _helped(codes: Ints, protected: Ints, open_rows: Ints, subset: list[int], k: int) -> Ints:
    """Open rows that would stand in a class of at least k with these keys blank, beside the rows that stand there."""
    trial = codes[open_rows]
    trial[:, subset] = BLANK
    candidates = _standing_rows(protected, open_rows, subset)
    both = np.concatenate([trial, protected[candidates]])
    large = partition(both).frequency[: len(trial)] >= k
    return open_rows[large]


def _standing_rows(protected: Ints, open_rows: Ints, subset: list[int]) -> Ints:
    """Rows outside the open ones that are blank in all keys of the subset: nobody else can share a class."""
    is_blank = (protected[:, subset] == BLANK).all(axis=1)
    is_blank[open_rows] = False
    return np.flatnonzero(is_blank)


def _join_the_rest(protected: Ints, k: int) -> None:
    """Blank the last small classes in every key, with as many others as that class still needs.

    Those others come from classes that can spare them, the ones with most blanks first; where none can, all classes
    hold exactly k, and one is taken whole.
    """
    rest = _small(protected, k)
    if not rest.any():
        return
    protected[rest] = BLANK
    while True:
        found = partition(protected)
        hidden = np.flatnonzero((protected == BLANK).all(axis=1))
        missing = k - len(hidden)
        if missing <= 0:
            return
        protected[_spared(protected, found, missing, k)] = BLANK


def _spared(protected: Ints, found: Classes, wanted: int, k: int) -> Ints:
    """Rows to blank next: from one class with room to spare, else one whole class."""
    visible = (protected != BLANK).sum(axis=1)
    room = found.frequency - k  # below 0 for the rows that are blank in every key: they are fewer than k
    pool = np.flatnonzero(room > 0)
    if not len(pool):
        pool = np.flatnonzero(visible > 0)
    first = pool[np.argmin(visible[pool])]
    members = np.flatnonzero(found.label == found.label[first])
    return members[: min(wanted, int(room[first]))] if room[first] else members
