"""Gile's successive sampling weights, computed by integration instead of simulation.

What belongs here: inclusion probabilities of successive sampling and the fixed point that makes weights of them.
What must not: outcomes.

Drawing units one by one with probability proportional to size, without replacement, picks the n units with the smallest
times when unit i waits an exponential time with rate d_i (Rosén 1972). The chance of a unit is then one integral over
time, with the number of others that came before approximated by a normal with the exact mean and variance and an
Edgeworth
term for skewness. R simulates 500 samples in each of six rounds instead; the integral has no simulation error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)
# The count of earlier arrivals leaves this many standard deviations with probability below 1e-12.
REACH = 7.5
MAX_ROUNDS = 500
ROUND_TOLERANCE = 1e-10


def inclusion_probabilities(size: FloatArray, count: FloatArray, sample_n: int) -> FloatArray:
    """Chance of a unit of each size class to be among n drawn successively.

    Parameters
    ----------
    size
        (k,) sizes (degrees) above 0.
    count
        (k,) units in the population, not necessarily whole.
    sample_n
        Units drawn, below the population.

    Returns
    -------
    numpy.ndarray
        (k,) in (0, 1], scaled so that their sum over the population is n.

    Raises
    ------
    EstimationError
        When the population is smaller than the sample.

    Source
        Rosén 1972, Annals of Mathematical Statistics 43(2), 373–397; Gile 2011, JASA 106(493), 135–146, section 4.

    Example
    -------
    >>> inclusion_probabilities(np.array([1.0, 2.0]), np.array([50.0, 50.0]), 30).round(2).tolist()
    [0.22, 0.38]
    """
    population = float(count.sum())
    if population < sample_n * (1 - 1e-9):
        raise EstimationError(f"population is {population:g} where {sample_n} were sampled; give a larger one")
    if population <= sample_n * (1 + 1e-9):
        return np.ones(len(size))
    d = size / (size @ count) * population
    low, high = _window(d, count, sample_n)
    t = (high - low) / 2 * NODES + (high + low) / 2
    gone = -np.expm1(-np.outer(d, t))
    density = d[:, None] * (1 - gone)
    waiting = _still_open(gone, count, sample_n)
    inside = (high - low) / 2 * (density * waiting) @ NODE_WEIGHTS
    p = -np.expm1(-d * low) + inside
    return np.asarray(np.minimum(p * (sample_n / float(p @ count)), 1.0))


def _window(d: FloatArray, count: FloatArray, sample_n: int) -> tuple[float, float]:
    """Times around the moment when n units are expected, wide enough for the count's spread."""
    low, high = 0.0, 1.0
    while count @ -np.expm1(-d * high) < sample_n and high < 1e12:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if count @ -np.expm1(-d * middle) < sample_n else (low, middle)
    gone = -np.expm1(-d * high)
    rate = float(count @ (d * (1 - gone)))
    spread = REACH * np.sqrt(float(count @ (gone * (1 - gone))) + 1) / rate
    return max(high - spread, 0.0), high + spread


def _still_open(gone: FloatArray, count: FloatArray, sample_n: int) -> FloatArray:
    """P(at most n − 1 of the other units have come), for a unit of each class at each time."""
    own = gone * (1 - gone)
    mean = (count @ gone)[None, :] - gone
    variance = np.maximum((count @ own)[None, :] - own, 1e-12)
    third = (count @ (own * (1 - 2 * gone)))[None, :] - own * (1 - 2 * gone)
    z = (sample_n - 0.5 - mean) / np.sqrt(variance)
    skewness = third / variance**1.5
    bump = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.clip(ndtr(z) - skewness / 6 * (z**2 - 1) * bump, 0.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class SuccessiveWeights:
    """Weights of successive sampling.

    Attributes
    ----------
    weights
        (n,) adding up to 1.
    classes, probabilities, population_counts
        (k,) distinct degrees, their inclusion probabilities, and the population's estimated numbers.
    rounds
        Until the fixed point.
    """

    weights: FloatArray
    classes: FloatArray
    probabilities: FloatArray
    population_counts: FloatArray
    rounds: int


def successive_weights(degree: npt.ArrayLike, population: float) -> SuccessiveWeights:
    """Find weights that agree with the degree distribution which they imply.

    It assumes that the sample behaves like successive sampling from a configuration network of known size. With a large
    population the weights become those of RDS-II, with a census they become equal.

    Parameters
    ----------
    degree
        (n,) 1 or more.
    population
        Size, n or more.

    Returns
    -------
    SuccessiveWeights

    Raises
    ------
    EstimationError
        When the population is smaller than the sample, or the fixed point is not reached.

    Source
        Gile 2011, JASA 106(493), 135–146, section 4.2. R RDS falls back to RDS-II when less than 4 % of the
        population is sampled; there is no such jump here.

    Example
    -------
    >>> successive_weights([1.0, 2.0, 2.0], 3).weights.round(6).tolist()
    [0.333333, 0.333333, 0.333333]
    """
    d = np.asarray(degree, dtype=np.float64)
    classes, inverse, sampled = np.unique(d, return_inverse=True, return_counts=True)
    counts = sampled.astype(np.float64)
    population_counts = _scaled(counts / classes, population)
    for rounds in range(1, MAX_ROUNDS + 1):
        p = inclusion_probabilities(classes, population_counts, len(d))
        following = _scaled(counts / p, population)
        change = float(np.max(np.abs(following - population_counts) / population_counts))
        population_counts = following
        if change < ROUND_TOLERANCE:
            each = 1 / p[inverse]
            return SuccessiveWeights(each / each.sum(), classes, p, population_counts, rounds)
    raise EstimationError(
        f"population {population:g} leaves the successive sampling weights unsettled after {MAX_ROUNDS} rounds; "
        "check extreme degrees"
    )


def _scaled(counts: FloatArray, population: float) -> FloatArray:
    made: FloatArray = counts * (population / counts.sum())
    return made
