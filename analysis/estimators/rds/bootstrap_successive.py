"""Gile's bootstrap: rebuild a population, recruit from it without replacement, estimate again.

What belongs here: the simulated recruitment, vectorised over draws. What must not: other bootstraps.

One step of every draw is made at once: the cost is n steps of arrays (draws × degrees), memory traffic of those
arrays is what limits it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.rds.bootstrap import RdsDraws, finished_draws
from analysis.estimators.rds.estimates import RdsSample
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts
from analysis.estimators.variance import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Population:
    """What recruits are drawn from.

    classes (k,) degrees; expected (g, k) units; ties (g, g); inverse (k,) weight of a degree; recruits (r,) numbers of
    recruits of those who recruited.
    """

    classes: FloatArray
    expected: FloatArray
    ties: FloatArray
    inverse: FloatArray
    recruits: IntArray


def successive_bootstrap(sample: RdsSample, draws_n: int, rng: np.random.Generator) -> RdsDraws:
    """Bootstrap the successive sampling estimator.

    Parameters
    ----------
    sample
        With groups and a population size.
    draws_n, rng
        Number of draws, and where randomness comes from.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        When the outcome has no groups, the size is missing, or nobody was recruited.

    Randomness
        From `rng`.

    Source
        Gile 2011, JASA 106(493), 135–146, section 5. As R RDS does, each draw is weighted by the sample's weights for
        its degrees; the paper finds new ones for each draw.
    """
    population = _population(sample)
    recruited_n = int((sample.answered & ~sample.tree.is_seed).sum())
    seeds_n = int((sample.answered & sample.tree.is_seed).sum())
    active = _recruiter_positions(population.recruits, draws_n, recruited_n, rng)
    remaining = _whole_units(population.expected, draws_n, rng) * population.classes
    ties = np.repeat(population.ties[None], draws_n, axis=0)
    groups_n, classes_n = population.expected.shape
    each = np.arange(draws_n)
    group_of = np.zeros((draws_n, seeds_n + recruited_n), dtype=np.int64)
    sums = np.zeros((draws_n, groups_n))
    flat = remaining.reshape(draws_n, -1)
    state = _Recruited(population, flat, sums)
    for seat in range(seeds_n):
        unit = _pick(flat, rng.random(draws_n))
        state.take(unit, group_of[:, seat])
    uniforms = rng.random((recruited_n, 2, draws_n))
    for step in range(recruited_n):
        start = group_of[each, np.minimum(active[:, step], seeds_n + step - 1)]
        wanted = _pick(ties[each, start], uniforms[step, 0])
        block = remaining[each, wanted]
        left = block.sum(axis=1)
        unit = wanted * classes_n + _pick(block, uniforms[step, 1])
        dry = left <= 0
        if dry.any():
            unit[dry] = _pick(flat[dry], uniforms[step, 1][dry])
            left[dry] = flat[dry].sum(axis=1)
        taken = unit // classes_n
        state.take(unit, group_of[:, seeds_n + step])
        shrink = np.maximum(1 - population.classes[unit % classes_n] / left, 0.0)
        ties[each, :, taken] *= shrink[:, None]
    return finished_draws(sums / sums.sum(axis=1, keepdims=True), "successive sampling bootstrap")


def _population(sample: RdsSample) -> _Population:
    if sample.group is None:
        raise EstimationError("bootstrap ss is for groups; use tree or neighbourhood for a number")
    if sample.population is None:
        raise EstimationError("population is missing; ss needs its size, try several")
    group, groups_n = sample.group, len(sample.levels)
    made = successive_weights(sample.degree, sample.population)
    inverse = 1 / made.probabilities
    position = np.searchsorted(made.classes, sample.degree)
    known = sample.answered
    held = np.zeros((groups_n, len(made.classes)))
    np.add.at(held, (group[known], position[known]), 1.0)
    expected = held * inverse
    expected *= sample.population / expected.sum()
    counts = transition_counts(group, sample.tree.recruiter, groups_n).astype(np.float64)
    if not counts.any():
        raise EstimationError(
            "recruiter links nobody with an answer to anybody with one; a bootstrap needs recruitments"
        )
    rows = counts.sum(axis=1, keepdims=True)
    rates = np.divide(counts, rows, out=np.zeros_like(counts), where=rows > 0)
    ends = rates * (expected @ made.classes)[:, None]
    ties = (ends + ends.T) / 2
    shares = expected.sum(axis=1) / expected.sum()
    silent = ~ties.any(axis=1)
    ties[silent] = shares
    ties[:, silent] = np.where(ties[:, silent] > 0, ties[:, silent], shares[:, None])
    recruits = sample.tree.recruits[sample.tree.recruits > 0]
    return _Population(made.classes, expected, ties, inverse, recruits)


def _recruiter_positions(recruits: IntArray, draws_n: int, recruited_n: int, rng: np.random.Generator) -> IntArray:
    """Position of the recruiter of each recruit: numbers of recruits are drawn for respondent after respondent."""
    drawn = recruits[rng.integers(len(recruits), size=(draws_n, recruited_n))]
    ends = np.cumsum(drawn, axis=1)
    steps = np.arange(recruited_n)
    return np.stack([np.searchsorted(row, steps, side="right") for row in ends])


def _whole_units(expected: FloatArray, draws_n: int, rng: np.random.Generator) -> FloatArray:
    """Round expected numbers at random, each up with the probability of its fraction, the sum kept."""
    flat = expected.ravel()
    steps = np.concatenate([[0.0], np.cumsum(flat - np.floor(flat))])
    starts = rng.random(draws_n)
    up = np.floor(steps[None, 1:] + starts[:, None]) - np.floor(steps[None, :-1] + starts[:, None])
    return np.asarray((np.floor(flat) + up).reshape(draws_n, *expected.shape))


def _pick(mass: FloatArray, uniform: FloatArray) -> IntArray:
    """Column of each row with probability proportional to mass."""
    heights = np.cumsum(mass, axis=1)
    found = (heights <= (uniform * heights[:, -1])[:, None]).sum(axis=1)
    return np.asarray(np.minimum(found, mass.shape[1] - 1), dtype=np.int64)


class _Recruited:
    """Who is left, and the weights of those who came, one row for each draw."""

    def __init__(self, population: _Population, left: FloatArray, sums: FloatArray) -> None:
        self.population, self.left, self.sums = population, left, sums
        self.each = np.arange(len(left))

    def take(self, unit: IntArray, seat: IntArray) -> None:
        """Move one unit of each draw from the population to the sample."""
        classes = self.population.classes
        group, position = unit // len(classes), unit % len(classes)
        self.left[self.each, unit] = np.maximum(self.left[self.each, unit] - classes[position], 0.0)
        self.sums[self.each, group] += self.population.inverse[position]
        seat[:] = group
