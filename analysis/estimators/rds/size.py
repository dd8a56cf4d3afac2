"""The size of a population from the order in which respondents of given degrees were recruited.

What belongs here: prior, likelihood and posterior of the size under successive sampling, and the screen that says when
the posterior is the prior. What must not: shares, trees, files.

Whoever knows many is recruited early; how fast degrees fall says how much of the population is used up. Unseen degrees
enter the likelihood by their sum alone, and the sum of negative binomial counts is negative binomial: what R sspse does
by a Markov chain over all unseen people is a sum over one number and an integral over another, without chance in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.special import gammaln, logsumexp

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, unusable_estimate
from analysis.estimators.variance import FloatArray

METHOD = "successive sampling, negative binomial degrees, posterior median and central interval"
UNIT = "people"
FEWEST = 10
# Beyond this quantile of a prior without a largest size nothing is believed.
TAIL = 0.001
SIZES, CELLS, SHAPES = 48, 1500, 15
SHAPE_SD = 1.5  # of the logarithm of the negative binomial's shape, about 1
SHAPE_RANGE = np.linspace(-5.0, 7.0, 25)
NEGLIGIBLE = 14.0  # nats below the maximum
MESH = 0.8  # nodes for the unseen sum, in standard deviations of its logarithm
MOST_OVERLAP = 0.75
BOUNDED = 1.92  # half of the 95 % quantile of a chi-square with one degree of freedom
SAYS_NOTHING = "the order of degrees says nothing about the size: {:.0%} of the posterior is the prior; compare both"
UNBOUNDED = (
    "the sample does not speak against a population of any size: the upper limit is that of the prior; try others"
)
ASSUMES = (
    "leans on the prior, and on recruitment in proportion to degree, without groups that keep apart, in the order given"
)


@dataclass(frozen=True, slots=True)
class SizePrior:
    """What is believed of the size N before the sample of n is seen.

    Attributes
    ----------
    median
        n / N has a Beta(1, b) distribution whose b puts half of the belief on either side; None for a flat prior.
    largest
        Nothing is believed beyond; needed for a flat prior, else the .999 quantile.
    """

    median: float | None = None
    largest: float | None = None

    def below(self, size: FloatArray, n: int) -> FloatArray:
        """Belief that N lies below each size, before it is cut at the largest.

        Source: Handcock, Gile & Mar 2014, section 3 (beta on the sampled fraction, first parameter 1).
        """
        if self.median is None:
            return np.asarray(size - n, dtype=np.float64)
        return np.asarray((1 - n / size) ** self._b(n))

    def end(self, n: int) -> float:
        """Largest size that is believed possible."""
        if self.largest is not None or self.median is None:
            return float(self.largest or 0.0)
        return float(math.ceil(n / -math.expm1(math.log1p(-TAIL) / self._b(n))))

    def _b(self, n: int) -> float:
        return math.log(0.5) / math.log1p(-n / float(self.median or 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class PopulationSize:
    """Prior and posterior of a size.

    Attributes
    ----------
    size
        Posterior median and interval; not usable where the posterior is the prior. Its standard error, the posterior's
        standard deviation, is left out where the upper end is the prior's.
    edges, believed, found
        (c + 1,) whole sizes that bound cells, and the prior and posterior probability of each cell.
    overlap
        Probability that prior and posterior share: 1 where nothing was learnt.
    fall
        Log-likelihood of the best size over that of the largest; below 1.92 the sample sets no upper limit.
    """

    size: Estimate
    edges: FloatArray
    believed: FloatArray
    found: FloatArray
    overlap: float
    fall: float

    def quantiles(self, probability: npt.ArrayLike, *, prior: bool = False) -> FloatArray:
        """Whole sizes at which the posterior (or the prior) reaches these probabilities."""
        reached = np.concatenate([[0.0], np.cumsum(self.believed if prior else self.found)])
        at = np.interp(np.asarray(probability, dtype=np.float64), reached / reached[-1], self.edges)
        return np.asarray(np.minimum(np.floor(at), self.edges[-1] - 1))


def population_size(
    degree: npt.ArrayLike,
    prior: SizePrior,
    *,
    when: npt.ArrayLike | None = None,
    term: str = "size",
    confidence: float = DEFAULT_CONFIDENCE,
) -> PopulationSize:
    """Estimate how large the population is that a respondent-driven sample was recruited from.

    Use it where the sample is a good part of the population and the order of recruitment is known. It takes recruitment
    for successive sampling: the next respondent is drawn in proportion to degree among those who are left. Degrees less
    one are negative binomial in the population, with a uniform prior on its probability and a log-normal one on its
    shape (median 1, standard deviation 1.5).

    Parameters
    ----------
    degree
        (n,) 1 or more, in the order of recruitment unless `when` says it.
    prior
        Of the size.
    when
        (n,) times of recruitment; those of one time count as drawn from the same people (Efron's treatment of ties), so
        that the order of rows tells nothing.
    term, confidence
        Name, probability of the interval.

    Returns
    -------
    PopulationSize

    Raises
    ------
    EstimationError
        Fewer than 10 respondents, a degree below 1, a prior without median or largest size, or with one that is not
        above the sample.

    Source
        Handcock, Gile & Mar 2014, Electronic Journal of Statistics 8(1), 1491–1521; the order's likelihood: West 1996,
        Biometrika 83(1), 29-38 (successive sampling). As `sspse::posteriorsize` without its visibility model.

    Example
    -------
    >>> falling = np.repeat([9, 6, 4, 3, 2, 1], 20)
    >>> 120 <= population_size(falling, SizePrior(median=1000)).size.value < 140
    True
    """
    d = np.asarray(degree, dtype=np.float64)
    _demand(d, prior)
    left = _left(d, np.asarray(range(len(d)) if when is None else when, dtype=np.float64))
    n, end = len(d), prior.end(len(d))
    more = np.expm1(np.linspace(0.0, math.log(end - n + 1), SIZES))
    likelihood = CubicSpline(np.log1p(more), _log_likelihood(d, left, np.maximum(more, 1e-9)))
    edges = np.unique(np.round(n + np.expm1(np.linspace(0.0, math.log(end - n + 2), CELLS))))
    believed = np.diff(prior.below(edges, n))
    believed = believed / believed.sum()
    height = likelihood(np.log1p((edges[:-1] + edges[1:] - 1) / 2 - n))
    found = believed * np.exp(height - height.max())
    found = found / found.sum()
    overlap = float(np.minimum(believed, found).sum())
    made = PopulationSize(
        unusable_estimate(term, SAYS_NOTHING.format(overlap), n=n, unit=UNIT, method=METHOD, confidence=confidence),
        edges, believed, found, overlap, float(height.max() - height[-1]),
    )  # fmt: skip
    return made if overlap > MOST_OVERLAP else _with_numbers(made, term, n, confidence)


def _with_numbers(made: PopulationSize, term: str, n: int, confidence: float) -> PopulationSize:
    low, middle, high = (float(q) for q in made.quantiles([(1 - confidence) / 2, 0.5, (1 + confidence) / 2]))
    centre = (made.edges[:-1] + made.edges[1:] - 1) / 2
    spread = math.sqrt(float(made.found @ (centre - made.found @ centre) ** 2))
    is_bounded = made.fall >= BOUNDED
    said = (ASSUMES, *(() if is_bounded else (UNBOUNDED,)))
    size = Estimate(
        term=term, value=middle, se=spread if is_bounded else None, low=low, high=high, confidence=confidence, n=n,
        effective_n=None, degrees_of_freedom=None, unit=UNIT, method=METHOD, warnings=said,
    )  # fmt: skip
    return PopulationSize(size, made.edges, made.believed, made.found, made.overlap, made.fall)


def _demand(d: FloatArray, prior: SizePrior) -> None:
    if d.ndim != 1 or len(d) < FEWEST:
        raise EstimationError(f"degree has {d.size} values; an order of fewer than {FEWEST} says nothing of a size")
    wrong = ~(np.isfinite(d) & (d >= 1))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(
            f"degree is {d[row]:g} at position {row + 1}; give 1 or more, or leave the respondent out"
        )
    if prior.median is None and prior.largest is None:
        raise EstimationError("prior states nothing; give a median, or a largest size for a flat one")
    for name, size in (("median", prior.median), ("largest", prior.largest)):
        if size is not None and not (math.isfinite(size) and size > len(d)):
            raise EstimationError(f"prior-{name} is {size:g} where {len(d)} were sampled; give a larger one")
    if prior.median is not None and prior.largest is not None and prior.largest <= prior.median:
        raise EstimationError(f"prior-largest is {prior.largest:g}, the median {prior.median:g}; give a larger one")


def _left(d: FloatArray, when: FloatArray) -> FloatArray:
    """(n,) degrees of the sample that were still there before each recruitment, in the order of times."""
    if when.shape != d.shape or not np.isfinite(when).all():
        raise EstimationError(f"time has {when.size} numbers for {len(d)} respondents; give one for each")
    _, group, tied = np.unique(when, return_inverse=True, return_counts=True)
    together = np.bincount(group, weights=d)
    at_start = np.cumsum(together[::-1])[::-1]
    rank = np.arange(len(d)) - np.repeat(np.cumsum(tied) - tied, tied)
    return np.asarray(np.repeat(at_start, tied) - rank / np.repeat(tied, tied) * np.repeat(together, tied))


def _log_likelihood(d: FloatArray, left: FloatArray, more: FloatArray) -> FloatArray:
    """(g,) log-likelihood of populations with `more` unseen people, up to a constant."""
    coarse = more[:: max(len(more) // 6, 1)]
    best = [_given_shape(d, left, coarse, math.exp(s)).max() for s in SHAPE_RANGE]
    heights = np.array(best) + _shape_prior(SHAPE_RANGE)
    likely = np.flatnonzero(heights > heights.max() - NEGLIGIBLE)
    low, high = SHAPE_RANGE[max(likely[0] - 1, 0)], SHAPE_RANGE[min(likely[-1] + 1, len(SHAPE_RANGE) - 1)]
    shapes = np.linspace(low, high, SHAPES)
    parts = [_given_shape(d, left, more, math.exp(s)) + _shape_prior(s) for s in shapes]
    return np.asarray(logsumexp(np.stack(parts), axis=0))


def _shape_prior(log_shape: npt.ArrayLike) -> FloatArray:
    return np.asarray(-0.5 * (np.asarray(log_shape) / SHAPE_SD) ** 2)


def _given_shape(d: FloatArray, left: FloatArray, more: FloatArray, shape: float) -> FloatArray:
    """The same for one shape; the probability is integrated by its conjugate beta, the unseen sum on a mesh."""
    n, seen = len(d), float((d - 1).sum())
    t, width = _mesh(d, float(more[-1]))
    u = more[:, None]
    own = (gammaln(d - 1 + shape) - gammaln(shape)).sum()
    ways = gammaln(n + more + 1) - gammaln(more + 1) + gammaln(1 + (n + more) * shape) - gammaln(more * shape)
    unseen = gammaln(t + u * shape) - gammaln(2 + (n + u) * shape + seen + t)
    inside = unseen + (gammaln(1 + seen + t) - gammaln(t + 1) + np.log(width))[None, :] - _order(left, u, t)
    return np.asarray(own + ways + logsumexp(inside, axis=1))


def _order(left: FloatArray, u: FloatArray, t: FloatArray) -> FloatArray:
    """Σ log of the degrees that were still there before each recruitment: a smooth function of the unseen ones' sum."""
    at = np.linspace(0.0, math.log1p(float(u[-1, 0] + t[-1])), 400)
    total = np.log(left[None, :] + np.expm1(at)[:, None]).sum(axis=1)
    return np.asarray(CubicSpline(at, total)(np.log1p(u + t[None, :])))


def _mesh(d: FloatArray, most: float) -> tuple[FloatArray, FloatArray]:
    """Nodes for the sum of unseen degrees less one, whole numbers at first and then apart by a share of their size."""
    inverse = 1 / d
    mean = float(len(d) / inverse.sum())
    spread = math.sqrt(max(float(inverse @ (d - mean) ** 2 / inverse.sum()), mean))
    step = min(max(MESH * spread / mean / math.sqrt(len(d)), 0.002), 0.1)
    last = math.asinh(step * 20 * mean * (most + 10)) / step
    node = np.arange(math.ceil(last) + 1)
    return np.asarray(np.sinh(step * node) / step), np.asarray(np.cosh(step * node))
