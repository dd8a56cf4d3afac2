"""Choose which further cells to suppress so that no primary suppression can be worked out from the sums.

Up to `EXACT_CELLS` cells the choice is provably the cheapest (fewest cells, then least information); above, each
primary cell is protected in turn by the cheapest pattern. What must not be here: which cells are primary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.disclosure.additive import TOLERANCE, Bools, System
from analysis.disclosure.classes import Floats, Ints
from analysis.errors import DisclosureError

EXACT_CELLS = 200
MOST_ROUNDS = 400
IS_CHOSEN = 0.5


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which cells are hidden, and whether that is the cheapest way or a good one.

    Attributes
    ----------
    suppressed
        (n,) primary and secondary.
    method
        `exact` or `greedy`.
    """

    suppressed: Bools
    method: Literal["exact", "greedy"]


def protect(
    system: System,
    primary: Bools,
    at_least: Ints,
    hidden: Bools | None = None,
    *,
    zeros_are_shown: bool = False,
    at_most: Ints | None = None,
    least: Floats | None = None,
) -> Pattern:
    """Hide further cells until every primary cell could as well be `at_least` persons.

    Parameters
    ----------
    system
        Cells and sums.
    primary
        (n,) cells that may not be shown.
    at_least
        (n,) persons that a primary cell must be able to hold for all a reader can tell; above its value.
    hidden
        (n,) cells that no table shows: unknown to the reader at no cost, and in no need of protection.
    zeros_are_shown
        No zero is hidden, so a reader knows that every hidden cell holds one person or more.
    at_most
        (n,) what a primary cell must be able to be as little as; None asks for no such thing.
    least
        (n,) what a reader knows a hidden cell to hold at least, −∞ where it may be negative; by default 0, or 1 where
        zeros are shown.

    Returns
    -------
    Pattern

    Raises
    ------
    DisclosureError
        `at_least` does not exceed the value of a primary cell, or no pattern protects one.

    Source
    ------
    Fischetti & Salazar 2001, Manag. Sci. 47(7), 1008–1027: a master problem with capacity constraints as cuts.
    """
    slack = (at_least - system.value).astype(np.float64)
    if (slack[primary] <= 0).any():
        raise DisclosureError("a primary cell already holds what it should be able to hold; raise the protection level")
    given = primary.copy() if hidden is None else primary | hidden
    if not primary.any():
        return Pattern(given, "exact")
    bound = float(np.abs(system.value).sum() + np.abs(at_least).max())
    known = known_least(system, zeros_are_shown) if least is None else least
    fixed = (system.value == 0) & zeros_are_shown & ~given
    needs = [Need(int(p), 1.0, float(slack[p])) for p in np.flatnonzero(primary)]
    if at_most is not None:
        below = (system.value - at_most).astype(np.float64)
        needs += [Need(int(p), -1.0, float(below[p])) for p in np.flatnonzero(primary & (below > 0))]
    down = np.minimum(system.value - known, bound).astype(np.float64)
    problem = _Problem(system, tuple(needs), given, _costs(system), bound, down, fixed)
    exact = _exact(problem) if system.size <= EXACT_CELLS else None
    if exact is not None:
        return Pattern(exact, "exact")
    return Pattern(_greedy(problem), "greedy")


@dataclass(frozen=True)
class Need:
    """A cell that has to be able to be larger (direction 1) or smaller (−1) by so much, for all a reader can tell."""

    cell: int
    direction: float
    slack: float


@dataclass(frozen=True, eq=False)
class _Problem:
    """Cells, what primary ones need, cells hidden anyway, cost per cell, a bound that no cell exceeds.

    `down` is by how much a hidden cell could be smaller for all a reader can tell; `fixed` cells are always shown.
    """

    system: System
    needs: tuple[Need, ...]
    given: Bools
    cost: Floats
    bound: float
    down: Floats
    fixed: Bools


def known_least(system: System, zeros_are_shown: bool) -> Ints:
    """(n,) the least that a reader knows a hidden cell to hold."""
    return np.minimum(system.value, int(zeros_are_shown))


def _costs(system: System) -> Floats:
    """One per cell, plus a little for the persons that it tells about: fewest cells first, then small ones."""
    size = np.abs(system.value)
    share: Floats = size / (1.0 + 2.0 * size.sum() * system.size)
    return 1.0 + share


def _exact(problem: _Problem) -> Bools | None:
    """Cuts for the relaxed problem first, then whole cells; None when the rounds run out."""
    cuts: list[Floats] = []
    needs: list[float] = []
    is_whole = False
    for _ in range(MOST_ROUNDS):
        chosen = _master(problem, cuts, needs, is_whole)
        if chosen is None:
            return None
        found = [cut for need in problem.needs if (cut := _violated_cut(problem, need, chosen)) is not None]
        if not found and is_whole:
            return chosen > IS_CHOSEN
        if not found:
            is_whole = True
        cuts += [capacity for capacity, _ in found]
        needs += [need for _, need in found]
    return None


def _master(problem: _Problem, cuts: list[Floats], needs: list[float], is_whole: bool) -> Floats | None:
    lower = problem.given.astype(np.float64)
    constraints = LinearConstraint(sparse.csr_array(np.array(cuts)), np.array(needs), np.inf) if cuts else ()
    integrality = np.full(problem.system.size, int(is_whole))
    bounds = Bounds(lower, 1.0 - problem.fixed)
    found = milp(problem.cost, integrality=integrality, bounds=bounds, constraints=constraints)
    return None if found.x is None else np.asarray(found.x)


def _violated_cut(problem: _Problem, wanted: Need, chosen: Floats) -> tuple[Floats, float] | None:
    """The capacity constraint that says why a primary cell is not protected by the chosen cells, if it is not."""
    n = problem.system.size
    target = np.zeros(n)
    target[wanted.cell] = -wanted.direction
    bounds = np.column_stack([-problem.down * chosen, problem.bound * chosen])
    found = linprog(
        target, A_eq=problem.system.sums, b_eq=np.zeros(problem.system.sums.shape[0]), bounds=bounds, method="highs-ds"
    )
    need = wanted.slack
    if -found.fun >= need - TOLERANCE:
        return None
    residual = -target + problem.system.sums.T @ found.eqlin.marginals
    capacity = np.maximum(residual, 0) * problem.bound + np.maximum(-residual, 0) * problem.down
    return np.minimum(capacity, need), need


def _greedy(problem: _Problem) -> Bools:
    """Protect one primary cell after the other, the neediest first, by the cheapest pattern beside what is hidden."""
    suppressed = problem.given.copy()
    for need in sorted(problem.needs, key=lambda need: -need.slack):
        suppressed |= _cheapest_pattern(problem, need, suppressed)
    return suppressed


def _cheapest_pattern(problem: _Problem, need: Need, suppressed: Bools) -> Bools:
    """Cells that move when a cell moves by what it needs at the least cost; moving hidden cells costs nothing."""
    n, p = problem.system.size, need.cell
    cost = np.where(suppressed, 0.0, problem.cost)
    up = np.where(problem.fixed, 0.0, problem.bound)
    down = np.where(problem.fixed, 0.0, problem.down)
    along, against = (up, down) if need.direction > 0 else (down, up)
    along[p], against[p] = need.slack, 0.0
    lower = np.zeros(2 * n)
    lower[p if need.direction > 0 else n + p] = need.slack
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=sparse.hstack([problem.system.sums, -problem.system.sums], format="csr"),
        b_eq=np.zeros(problem.system.sums.shape[0]),
        bounds=np.column_stack([lower, np.concatenate([up, down])]),
        method="highs-ds",
    )
    if found.x is None:
        advice = "; hide zeros too, or merge categories" if problem.fixed.any() else ""
        raise DisclosureError(f"no pattern protects a cell of {int(problem.system.value[p])}: {found.message}{advice}")
    return np.asarray((found.x[:n] > TOLERANCE) | (found.x[n:] > TOLERANCE))
