"""Hamiltonian Monte Carlo for a density of some tens of parameters.

What belongs here: mode and curvature, the chain, how its step is tuned. What must not: any model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from analysis.estimators.variance import FloatArray

# Log density of the parameters given what is drawn in between, and its gradient.
LogDensity = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
# Draws the rest given the parameters.
Refresh = Callable[[FloatArray, FloatArray, np.random.Generator], FloatArray]
# In units of the normal approximation, where a quarter of a turn is π/2, about this long a path forgets its beginning;
# lengths vary so that no direction returns to where it came from.
SHORTEST, LONGEST = 1.0, 2.2
FIRST_STEP = 0.35
# Steps that tuning may choose: more than 1.2 is unstable even for a normal density, less than .05 only costs time.
SMALLEST_STEP, LARGEST_STEP = 0.05, 1.2
# Steps vary around the tuned one, so that a chain in a stiff corner soon meets one short enough to leave it.
SHORTER, LONGER = 0.6, 1.1
# A path whose energy is off by this much has left the density and will not come back.
DIVERGED = 500.0
ACCEPTANCE = 0.8
# Dual averaging: Hoffman & Gelman 2014, section 3.2, constants as there.
SHRINKAGE, DELAY, FORGETTING = 0.05, 10.0, 0.75
# Chains start this many standard deviations of the normal approximation around the mode.
DISPERSION = 1.0
FLATTEST = 0.05
DIFFERENCE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Approximation:
    """Normal approximation: θ = mode + root q, with q standard normal. (d,), (d, d)."""

    mode: FloatArray
    root: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Kept draws of one chain, (draws, d) and (draws, …) of the rest, mean acceptance probability, step."""

    draws: FloatArray
    rest: FloatArray
    acceptance: float
    step: float


def approximate(density: LogDensity, start: FloatArray, rest: FloatArray) -> Approximation:
    """Climb to the mode given the rest, and take the curvature there.

    Parameters
    ----------
    density
        Log density and gradient.
    start, rest
        (d,), and what is drawn in between.

    Returns
    -------
    Approximation

    Example
    -------
    >>> normal = approximate(lambda q, _: (-0.5 * float(q @ q), -q), np.ones(2), np.zeros(0))
    >>> bool(np.abs(normal.mode).max() < 1e-3)
    True
    """

    def minus(theta: FloatArray) -> tuple[float, FloatArray]:
        value, slope = density(theta, rest)
        return -value, -slope

    mode = optimize.minimize(minus, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    steps = DIFFERENCE * np.eye(len(mode))
    hessian = np.array([minus(mode + e)[1] - minus(mode - e)[1] for e in steps]) / (2 * DIFFERENCE)
    curvature, axes = np.linalg.eigh((hessian + hessian.T) / 2)
    return Approximation(mode, axes / np.sqrt(np.maximum(curvature, FLATTEST)))


def run_chain(
    density: LogDensity,
    refresh: Refresh,
    normal: Approximation,
    rest: FloatArray,
    rng: np.random.Generator,
    *,
    warm_up: int,
    draws: int,
) -> Chain:
    """Run one chain: tune step and scale in `warm_up` paths, then keep `draws`.

    Parameters
    ----------
    density, refresh
        Log density with gradient given the rest; draw of the rest.
    normal, rest
        Normal approximation; the rest to start from.
    rng
        Generator.
    warm_up, draws
        Paths thrown away, paths kept.

    Returns
    -------
    Chain

    Source
        Neal 2011, Handbook of Markov Chain Monte Carlo, ch. 5; step by dual averaging, Hoffman & Gelman 2014, JMLR 15.

    Example
    -------
    >>> normal, nothing = Approximation(np.zeros(1), np.eye(1)), np.zeros(0)
    >>> density, keep = lambda q, _: (-0.5 * float(q @ q), -q), lambda q, rest, rng: rest
    >>> rng = np.random.default_rng(1)
    >>> run_chain(density, keep, normal, nothing, rng, warm_up=50, draws=50).draws.shape
    (50, 1)
    """
    target, half = (density, refresh), warm_up // 2
    state = _State(normal.mode + DISPERSION * normal.root @ rng.normal(size=len(normal.mode)), rest)
    first, _, step, _ = _paths(target, normal.root, state, rng, half, step=FIRST_STEP, is_tuning=True)
    root = _rescaled(first[half // 2 :], normal)
    _, _, step, _ = _paths(target, root, state, rng, warm_up - half, step=step, is_tuning=True)
    kept, rests, step, accepted = _paths(target, root, state, rng, draws, step=step, is_tuning=False)
    return Chain(kept, rests, accepted, step)


@dataclass(slots=True, eq=False)
class _State:
    """Where a chain is: moved in place."""

    theta: FloatArray
    rest: FloatArray


def _rescaled(drawn: FloatArray, normal: Approximation) -> FloatArray:
    """Stretch each axis of the approximation to the spread seen along it; few draws say little."""
    along = np.linalg.solve(normal.root, (drawn - normal.mode).T)
    n, prior_n = drawn.shape[0], 10.0
    return np.asarray(normal.root * np.sqrt((n * along.var(axis=1) + prior_n) / (n + prior_n)))


def _paths(
    target: tuple[LogDensity, Refresh],
    root: FloatArray,
    state: _State,
    rng: np.random.Generator,
    n: int,
    *,
    step: float,
    is_tuning: bool,
) -> tuple[FloatArray, FloatArray, float, float]:
    """Run n paths: their ends, the rest, the step, tuned or as it was, and the mean acceptance probability."""
    visited, rests = np.empty((n, len(state.theta))), np.empty((n, *state.rest.shape))
    density, refresh = target
    total, gap, smooth, now, centre = 0.0, 0.0, np.log(step), step, np.log(2 * step)
    for s in range(n):
        state.rest = refresh(state.theta, state.rest, rng)
        state.theta, chance = _path(density, root, state, rng, now)
        visited[s], rests[s], total = state.theta, state.rest, total + chance
        if is_tuning:
            weight = 1 / (s + 1 + DELAY)
            gap = (1 - weight) * gap + weight * (ACCEPTANCE - chance)
            aimed = centre - np.sqrt(s + 1) / SHRINKAGE * gap
            log_step = float(np.clip(aimed, np.log(SMALLEST_STEP), np.log(LARGEST_STEP)))
            smooth += (s + 1) ** -FORGETTING * (log_step - smooth)
            now = np.exp(log_step)
    return visited, rests, float(np.exp(smooth)) if is_tuning else step, total / max(n, 1)


def _path(
    density: LogDensity, root: FloatArray, state: _State, rng: np.random.Generator, step: float
) -> tuple[FloatArray, float]:
    """One Hamiltonian path by leapfrog in the whitened space: where it ends, and its acceptance probability."""
    step *= rng.uniform(SHORTER, LONGER)
    steps = max(1, round(rng.uniform(SHORTEST, LONGEST) / step))
    moved, momentum = state.theta, rng.normal(size=len(state.theta))
    value, slope = density(moved, state.rest)
    energy = value - 0.5 * float(momentum @ momentum)
    for _ in range(steps):
        momentum = momentum + 0.5 * step * (root.T @ slope)
        moved = moved + step * (root @ momentum)
        value, slope = density(moved, state.rest)
        momentum = momentum + 0.5 * step * (root.T @ slope)
        if not value > energy - DIVERGED:
            return state.theta, 0.0
    chance = float(np.exp(min(value - 0.5 * float(momentum @ momentum) - energy, 0.0)))
    return (moved if rng.random() < chance else state.theta), chance
