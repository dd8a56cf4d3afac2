"""Cells and the sums that tie them: the one constraint system in which every suppression is chosen and audited.

What belongs here: the system, and what an attacker can work out of it by linear programming. What must not: which
cells to suppress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.disclosure.classes import Floats, Ints
from analysis.errors import DisclosureError

Bools = npt.NDArray[np.bool_]
TOLERANCE = 1e-7
"""Smallest width of an interval, in persons, that is no solver's rounding error."""


@dataclass(frozen=True, eq=False)
class System:
    """Cells that add up.

    Attributes
    ----------
    value
        (n,) whole numbers; counts are 0 or more.
    sums
        (m, n) sparse: every row times `value` is 0. A total enters with −1, its parts with 1.
    """

    value: Ints
    sums: sparse.csr_array

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.value)


def additive_system(
    value: Ints, equations: Sequence[tuple[int, Sequence[int]]], *, may_be_negative: bool = False
) -> System:
    """Build a system from totals and their parts.

    Parameters
    ----------
    value
        (n,) counts.
    equations
        One (total, parts) per sum, as positions in `value`.
    may_be_negative
        Whether the values are sums of something else than persons.

    Raises
    ------
    DisclosureError
        A negative count, or a total that is not the sum of its parts.
    """
    if (value < 0).any() and not may_be_negative:
        raise DisclosureError(f"a count is {int(value.min())}; counts are 0 or more")
    rows = [row for row, (_, parts) in enumerate(equations) for _ in range(len(parts) + 1)]
    columns = [cell for total, parts in equations for cell in (total, *parts)]
    signs = [sign for _, parts in equations for sign in (-1.0, *[1.0] * len(parts))]
    sums = sparse.csr_array((signs, (rows, columns)), shape=(len(equations), len(value)))
    wrong = np.flatnonzero(sums @ value)
    if len(wrong):
        total, parts = equations[wrong[0]]
        found, wanted = int(value[list(parts)].sum()), int(value[total])
        raise DisclosureError(
            f"a total is {wanted} but its parts add up to {found}; mend the table before protecting it"
        )
    return System(value.astype(np.int64), sums)


@dataclass(frozen=True, eq=False)
class Intervals:
    """What an attacker can say about every suppressed cell: `low` ≤ cell ≤ `high`; infinite where nothing bounds it."""

    cell: Ints
    low: Floats
    high: Floats


def feasible_intervals(
    system: System, suppressed: Bools, low: Ints | Floats | None = None, *, is_whole: bool = False
) -> Intervals:
    """Find the smallest and the largest value of every suppressed cell that the published cells allow.

    Parameters
    ----------
    system
        Cells and sums.
    suppressed
        (n,) which cells the reader cannot see.
    low
        (n,) the least that a reader knows a hidden cell to hold, such as 1 where zeros are published, −∞ where
        values may be negative; 0 by default.
    is_whole
        The attacker also knows that every cell is a whole number; in tables with hierarchies that may tell more.

    Returns
    -------
    Intervals
        In the order of the suppressed cells.

    Source
    ------
    The intruder's problem: Fischetti & Salazar 2001, Manag. Sci. 47(7).
    """
    cell = np.flatnonzero(suppressed)
    hidden = system.sums[:, cell]
    known = -(system.sums[:, ~suppressed] @ system.value[~suppressed].astype(np.float64))
    least = np.zeros(len(cell)) if low is None else low[cell].astype(np.float64)
    extreme = _whole_extreme if is_whole else _extreme
    bounds = np.array([_range(extreme, hidden, known, least, at) for at in range(len(cell))]).reshape(-1, 2)
    return Intervals(cell, bounds[:, 0], bounds[:, 1])


Extreme = Callable[[Floats, sparse.csr_array, Floats, Floats], float]


def _range(
    extreme: Extreme, hidden: sparse.csr_array, known: Floats, least: Floats, position: int
) -> tuple[float, float]:
    target = np.zeros(hidden.shape[1])
    target[position] = 1.0
    return extreme(target, hidden, known, least), -extreme(-target, hidden, known, least)


def _extreme(target: Floats, hidden: sparse.csr_array, known: Floats, least: Floats) -> float:
    bounds = np.column_stack([least, np.full(len(least), np.inf)])
    return _value(linprog(target, A_eq=hidden, b_eq=known, bounds=bounds, method="highs-ds"))


def _whole_extreme(target: Floats, hidden: sparse.csr_array, known: Floats, least: Floats) -> float:
    if not np.isfinite(_extreme(target, hidden, known, least)):
        return -np.inf
    rules = LinearConstraint(hidden, known, known) if hidden.shape[0] else ()
    whole = np.ones(len(least))
    return _value(milp(target, integrality=whole, bounds=Bounds(least, np.inf), constraints=rules))


def _value(found: Any) -> float:
    if found.status == 3:  # unbounded
        return -np.inf
    if found.status != 0:
        raise DisclosureError(f"the audit's linear program ended with: {found.message}; check that the table adds up")
    return float(found.fun)
