"""Hamiltonian Monte Carlo for a density of some tens of parameters.

What belongs here: mode and curvature, the chain, how its step is tuned. What must not: any model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import optimize

from analysis.estimators.variance import FloatArray

# Log density of the parameters given what is drawn in between, and its gradient.
LogDensity = Callable[[FloatArray, FloatArray], tuple[float, FloatArray]]
# Draws the rest given the parameters.
Refresh = Callable[[FloatArray, FloatArray, np.random.Generator], FloatArray]
# A move of the parameters that leaves the density as it is.
Renew = Callable[[FloatArray, np.random.Generator], FloatArray]


class Stretch(Protocol):
    """Symmetric linear map of a move that the rest decides, and its inverse: scale that changes with the rest."""

    def __call__(self, move: FloatArray, rest: FloatArray, /, *, is_back: bool = False) -> FloatArray:
        """Stretch the move, or undo it."""


# In units of the normal approximation, where a quarter of a turn is π/2, about this long a path forgets its beginning;
# lengths vary so that no direction returns to where it came from.
SHORTEST, LONGEST = 1.0, 3.0
FIRST_STEP = 0.35
# Steps that tuning may choose: more than 1.2 is unstable even for a normal density, less than .05 only costs time.
SMALLEST_STEP, LARGEST_STEP = 0.05, 1.2
# Steps vary around the tuned one, so that a chain in a stiff corner soon meets one short enough to leave it.
SHORTER, LONGER = 0.6, 1.1
# A path whose energy is off by this much has left the density and will not come back.
DIVERGED = 500.0
ACCEPTANCE = 0.7
# Dual averaging: Hoffman & Gelman 2014, section 3.2, constants as there.
SHRINKAGE, DELAY, FORGETTING = 0.05, 10.0, 0.75
# Chains start this many standard deviations of the normal approximation around the mode.
DISPERSION = 1.0
# Shares of the warm-up; after each but the last the scale is learned anew from all chains together.
WINDOWS = (0.3, 0.4, 0.3)
FLATTEST = 0.05
DIFFERENCE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Log density with gradient given the rest; draw of the rest; scale given the rest; a move besides, or None."""

    density: LogDensity
    refresh: Refresh
    stretch: Stretch
    renew: Renew | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Approximation:
    """Normal approximation: θ = mode + root q, with q standard normal. (d,), (d, d)."""

    mode: FloatArray
    root: FloatArray


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


class Sampler:
    """Chains that tune their scale together and can be continued.

    Source
        Neal 2011, Handbook of Markov Chain Monte Carlo, ch. 5; step by dual averaging, Hoffman & Gelman 2014, JMLR 15.

    Example
    -------
    >>> normal, nothing = Approximation(np.zeros(1), np.eye(1)), np.zeros(0)
    >>> density, keep = lambda q, _: (-0.5 * float(q @ q), -q), lambda q, rest, rng: rest
    >>> target = Target(density, keep, lambda move, rest, is_back=False: move)
    >>> sampler = Sampler(target, normal, nothing, np.random.default_rng(1).spawn(4))
    >>> sampler.warm_up(50)
    >>> sampler.draw(50)
    >>> sampler.draws.shape
    (4, 50, 1)
    """

    def __init__(
        self,
        target: Target,
        normal: Approximation,
        rest: FloatArray,
        streams: Sequence[np.random.Generator],
    ) -> None:
        """Place the chains around the mode.

        Parameters
        ----------
        target
            What is sampled.
        normal, rest
            Normal approximation, before the stretch; the rest to start from.
        streams
            One generator for each chain.
        """
        self._target, self._root = target, normal.root
        off = (DISPERSION * normal.root @ rng.normal(size=len(normal.mode)) for rng in streams)
        starts = [normal.mode + target.stretch(move, rest) for move in off]
        self._chains = [_Chain(start, rest, rng) for start, rng in zip(starts, streams, strict=True)]
        self._step = FIRST_STEP

    @property
    def draws(self) -> FloatArray:
        """Kept draws, (chains, draws, d)."""
        return np.stack([np.concatenate(chain.draws) for chain in self._chains])

    @property
    def rest(self) -> FloatArray:
        """What was drawn in between, (chains, draws, …)."""
        return np.stack([np.concatenate(chain.rests) for chain in self._chains])

    @property
    def acceptance(self) -> float:
        """Mean acceptance probability of the kept paths."""
        return math.fsum(chance for chain in self._chains for chance in chain.chances) / max(
            sum(len(chain.chances) for chain in self._chains), 1
        )

    def warm_up(self, n: int) -> None:
        """Tune step and scale in n paths of each chain, which are thrown away."""
        windows = [round(share * n) for share in WINDOWS]
        for number, length in enumerate(windows):
            visited = [self._tune(chain, length) for chain in self._chains]
            self._step = math.exp(math.fsum(math.log(step) for _, step in visited) / len(visited))
            if number < len(windows) - 1:
                self._rescale([draws[length // 3 :] for draws, _ in visited])

    def draw(self, n: int, progress: Callable[[Iterable[int]], Iterable[int]] = iter) -> None:
        """Continue every chain by n kept draws."""
        for number in progress(range(len(self._chains))):
            self._chains[number].keep(*self._run(self._chains[number], n))

    def _run(self, chain: _Chain, n: int) -> tuple[FloatArray, FloatArray, list[float]]:
        draws, rests, chances = np.empty((n, len(chain.theta))), np.empty((n, *chain.rest.shape)), []
        for s in range(n):
            chances.append(self._move(chain, self._step))
            draws[s], rests[s] = chain.theta, chain.rest
        return draws, rests, chances

    def _tune(self, chain: _Chain, n: int) -> tuple[FloatArray, float]:
        """Visited points, and the step that accepts as often as wanted."""
        visited, now = np.empty((n, len(chain.theta))), self._step
        gap, smooth, centre = 0.0, np.log(now), np.log(2 * now)
        for s in range(n):
            chance = self._move(chain, now)
            visited[s] = self._target.stretch(chain.theta, chain.rest, is_back=True)
            weight = 1 / (s + 1 + DELAY)
            gap = (1 - weight) * gap + weight * (ACCEPTANCE - chance)
            aimed = centre - np.sqrt(s + 1) / SHRINKAGE * gap
            log_step = float(np.clip(aimed, np.log(SMALLEST_STEP), np.log(LARGEST_STEP)))
            smooth += (s + 1) ** -FORGETTING * (log_step - smooth)
            now = np.exp(log_step)
        return visited, float(np.exp(smooth))

    def _rescale(self, visited: list[FloatArray]) -> None:
        """Whiten by the covariance that all chains saw together, shrunk to the old one since few draws say little."""
        pooled = np.concatenate(visited)
        along = np.linalg.solve(self._root, (pooled - pooled.mean(axis=0)).T)
        n, d = pooled.shape
        seen = (along @ along.T + d * np.eye(d)) / (n + d)
        self._root = np.asarray(self._root @ np.linalg.cholesky(seen))

    def _move(self, chain: _Chain, step: float) -> float:
        """Refresh the rest, then run one path: its acceptance probability."""
        chain.rest = self._target.refresh(chain.theta, chain.rest, chain.rng)
        if self._target.renew is not None:
            chain.theta = self._target.renew(chain.theta, chain.rng)
        chain.theta, chance = _path(self._target, self._root, chain, step)
        return chance


@dataclass(slots=True, eq=False)
class _Chain:
    """Where a chain is, and what it has kept."""

    theta: FloatArray
    rest: FloatArray
    rng: np.random.Generator
    draws: list[FloatArray] = field(default_factory=list)
    rests: list[FloatArray] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)

    def keep(self, draws: FloatArray, rests: FloatArray, chances: list[float]) -> None:
        """Append the kept draws of one round."""
        self.draws.append(draws)
        self.rests.append(rests)
        self.chances += chances


def _path(target: Target, root: FloatArray, state: _Chain, step: float) -> tuple[FloatArray, float]:
    """One Hamiltonian path by leapfrog in the whitened space: where it ends, and its acceptance probability."""
    rng, rest = state.rng, state.rest
    step *= rng.uniform(SHORTER, LONGER)
    steps = max(1, round(rng.uniform(SHORTEST, LONGEST) / step))
    moved, momentum = state.theta, rng.normal(size=len(state.theta))
    value, slope = target.density(moved, rest)
    energy = value - 0.5 * float(momentum @ momentum)
    for _ in range(steps):
        momentum = momentum + 0.5 * step * (root.T @ target.stretch(slope, rest))
        moved = moved + step * target.stretch(root @ momentum, rest)
        value, slope = target.density(moved, rest)
        momentum = momentum + 0.5 * step * (root.T @ target.stretch(slope, rest))
        if not value > energy - DIVERGED:
            return state.theta, 0.0
    chance = float(np.exp(min(value - 0.5 * float(momentum @ momentum) - energy, 0.0)))
    return (moved if rng.random() < chance else state.theta), chance
