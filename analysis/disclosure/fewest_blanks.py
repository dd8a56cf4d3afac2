"""Which cells to blank so that few are, by whole-number programming over the kinds of records.

Records that agree on every key are one kind. Each record of a kind takes one of the ways to blank some of its keys, and
every class that anybody enters holds at least k. What must not be here: a first solution; that comes from the caller.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.classes import Floats, Ints

MOST_WAYS = 9_000
"""Ways to blank, over all kinds of records, up to which one program is solved."""
MOST_KEYS = 9
"""Keys above which a kind of record has too many ways."""
GAP, NODES = 0.1, 200
"""Share above the proven bound, and nodes of the search, at which the solver stops."""


@dataclass(frozen=True, eq=False)
class _Ways:
    """Every way for every kind: the kind, the class entered and the cells blanked; classes as rows of codes."""

    kind: Ints
    entered: Ints
    cost: Floats
    classes: list[tuple[int, ...]]


def fewest(
    kinds: Ints, counts: Ints, k: int, standing: dict[tuple[int, ...], int]
) -> list[tuple[int, Ints, int]] | None:
    """The ways that blank the fewest cells, or nearly so.

    Parameters
    ----------
    kinds
        (T, M) codes of kinds of records, 0 for a blank.
    counts
        (T,) records of each kind.
    k
        Smallest class.
    standing
        Classes of records outside the program, by their codes, with their sizes: they keep at least k.

    Returns
    -------
    list of (kind, codes with blanks, records) or None
        None where the solver found nothing within its bounds.
    """
    ways = _ways(kinds)
    fixed = np.array([standing.get(each, 0) for each in ways.classes], dtype=np.float64)
    n_ways, n_classes = len(ways.kind), len(ways.classes)
    most = counts[ways.kind].astype(np.float64)
    lower = np.concatenate([np.zeros(n_ways), (fixed > 0).astype(np.float64)])
    found = milp(
        np.concatenate([ways.cost, np.zeros(n_classes)]),
        integrality=np.ones(n_ways + n_classes),
        bounds=Bounds(lower, np.concatenate([most, np.ones(n_classes)])),
        constraints=_constraints(ways, counts, most, k, fixed),
        options={"mip_rel_gap": GAP, "node_limit": NODES},
    )
    if found.x is None:
        return None
    taken = np.rint(found.x[:n_ways]).astype(np.int64)
    return [
        (int(ways.kind[way]), np.array(ways.classes[ways.entered[way]], dtype=np.int64), int(taken[way]))
        for way in np.flatnonzero(taken)
    ]


def ways_n(kinds: Ints) -> Ints:
    """(T,) ways to blank each kind of record: two for every key that it shows."""
    return np.asarray(2 ** (kinds != 0).sum(axis=1), dtype=np.int64)


def _ways(kinds: Ints) -> _Ways:
    classes: dict[tuple[int, ...], int] = {}
    found: list[tuple[int, int, int]] = []
    for kind, codes in enumerate(kinds.tolist()):
        shown = [key for key, code in enumerate(codes) if code]
        for size in range(len(shown) + 1):
            for subset in itertools.combinations(shown, size):
                blanked = tuple(0 if key in subset else code for key, code in enumerate(codes))
                found.append((kind, classes.setdefault(blanked, len(classes)), size))
    kind_of, entered, cost = (np.array(each, dtype=np.int64) for each in zip(*found, strict=True))
    return _Ways(kind_of, entered, cost.astype(np.float64), list(classes))


def _constraints(ways: _Ways, counts: Ints, most: Floats, k: int, fixed: Floats) -> list[LinearConstraint]:
    """Every record takes one way; a class that is entered holds k; nobody enters a class that is closed."""
    n_ways, n_classes = len(ways.kind), len(ways.classes)
    way, one = np.arange(n_ways), np.ones(n_ways)
    width = n_ways + n_classes
    each_one = sparse.csr_array((one, (ways.kind, way)), shape=(len(counts), width))
    closed = n_ways + np.arange(n_classes)
    rows = np.concatenate([ways.entered, np.arange(n_classes)])
    holds = sparse.csr_array(
        (np.concatenate([one, np.full(n_classes, -float(k))]), (rows, np.concatenate([way, closed]))),
        shape=(n_classes, width),
    )
    opened = sparse.csr_array(
        (np.concatenate([one, -most]), (np.concatenate([way, way]), np.concatenate([way, n_ways + ways.entered]))),
        shape=(n_ways, width),
    )
    return [
        LinearConstraint(each_one, counts, counts),
        LinearConstraint(holds, -fixed, np.inf),
        LinearConstraint(opened, -np.inf, 0.0),
    ]
