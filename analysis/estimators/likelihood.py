"""Likelihoods that are mixtures over something unseen, in a few linear predictors per respondent.

What belongs here: a damped Newton maximiser of such likelihoods, and the covariance of what it found. Respondent i has
predictors η_i = (x_i'θ_1, ..., x_i'θ_M), and Pr(y_i) is a sum over the unseen answer: list experiments and randomised
response are both of this form.
What must not: any survey design of questions (which components there are), names of terms, intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, mix
from analysis.estimators.row_blocks import row_blocks, triangle
from analysis.estimators.variance import FloatArray, design_covariance

# Half the squared Newton decrement is the gain in log-likelihood that is still to be had: far below the 1e-6 that a
# comparison of likelihoods could notice.
REMAINING_GAIN = 1e-11
# Of the log-likelihood: a smaller gain is lost in the rounding of a sum over many rows, and no cut of a step shows it.
VISIBLE_GAIN = 1e-15
MAX_ITERATIONS = 100
# Rows whose derivatives are held at a time.
ROWS = 8192
EVERY = slice(None)
# No single step may move a linear predictor further: a logit of 4 is already .98.
MAX_PREDICTOR_STEP = 4.0
MAX_HALVINGS = 40
# At the end of a climb a step moves logits by about 1e-6; a longer one goes along a ridge and is not taken.
LAST_STEP = 1e-3
# A climb that promises no more than this gain, and aims within this many logits of a peak found before, ends there.
LAST_SLOPE, SAME_PEAK = 0.05, 0.05
# Curvature below this share of the largest is treated as flat: the data say nothing in that direction.
FLAT_CURVATURE = 1e-10
# A parameter belongs to a flat direction when it moves predictors there at this share of the largest mover.
SHARE_OF_FLATNESS = 1e-3
# Beyond this logit a fitted probability is 1e-6 from 0 or 1, which no survey can support.
SEPARATED_LOGIT = 14.0


BoolArray = npt.NDArray[np.bool_]
Density = Callable[[FloatArray, slice], Sequence[Component]]
"""From the predictors of some rows, and which rows these are, to the components of what they answered."""


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodFit:
    """What the maximiser found.

    Attributes
    ----------
    theta
        (k,) parameters, blocks in order.
    information
        (k, k) minus the second derivative of the weighted log-likelihood, weights of mean 1.
    scores
        (n, k) weighted scores, weights of mean 1.
    log_likelihood
        Weighted with the weights as given.
    predictors
        (n, M) at the optimum.
    posterior
        (n, C) probability of each component given the answer.
    iterations, is_converged, remaining_gain
        Of the maximiser; the gain in log-likelihood that a further Newton step promises.
    undetermined
        (k,) whether a parameter lies in a direction without curvature: it has no standard error.
    """

    theta: FloatArray
    information: FloatArray
    scores: FloatArray
    log_likelihood: float
    predictors: FloatArray
    posterior: FloatArray
    iterations: int
    is_converged: bool
    remaining_gain: float
    undetermined: BoolArray

    @property
    def undetermined_n(self) -> int:
        """How many parameters have no standard error."""
        return int(self.undetermined.sum())


def maximise(
    density: Density,
    designs: Sequence[FloatArray],
    *,
    weights: FloatArray | None = None,
    starts: Sequence[FloatArray] = (),
) -> LikelihoodFit:
    """Maximise a mixture log-likelihood from zero, and from further starts where the surface may have several peaks.

    Newton steps with curvature made positive, cut until the log-likelihood rises; the designs are orthogonalised
    first, so units of covariates do not matter. The best peak wins.

    Parameters
    ----------
    density
        As `Density`; rows come in blocks, so that memory does not grow with derivatives of every row.
    designs
        M matrices (n, k_m), full column rank; θ is their coefficients one after the other.
    weights
        (n,) non-negative, or None. Their scale does not matter, except in `log_likelihood`.
    starts
        (k,) vectors beside zero.

    Returns
    -------
    LikelihoodFit

    Raises
    ------
    EstimationError
        When every start gives an impossible answer some weight, so that no likelihood exists.

    Source
        Eigenvalue-modified Newton: Nocedal & Wright 2006, section 3.4.

    Example
    -------
    >>> from analysis.estimators.densities import bernoulli, component
    >>> y = np.array([0.0, 1.0, 1.0, 1.0])
    >>> fit = maximise(lambda eta, rows: [component(bernoulli(eta[:, 0], y[rows], [1.0]))], [np.ones((4, 1))])
    >>> round(float(fit.theta[0]), 6)
    1.098612
    """
    n = len(designs[0])
    scale = 1.0 if weights is None else float(weights.mean())
    w = np.ones(n) if weights is None else weights / scale
    roots = {id(X): triangle(X, w) / np.sqrt(n) for X in designs}
    problem = _Problem(density, tuple(roots[id(X)] for X in designs), designs, w)
    zero = np.zeros(np.sum([X.shape[1] for X in designs]))
    climbs: list[_Climb] = []
    for start in (zero, *starts):
        climbs.append(_climb(problem, problem.to_inner(start), climbs))
    best = max(climbs, key=lambda climb: climb.value)
    if not np.isfinite(best.value):
        raise EstimationError("response holds an answer that the model gives no chance; check treat, items and design")
    return _finish(problem, best, scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """A density with orthogonalised designs: inner parameters are R θ, block by block."""

    density: Density
    roots: tuple[FloatArray, ...]
    designs: Sequence[FloatArray]
    w: FloatArray

    @property
    def cuts(self) -> list[int]:
        """Where the parameters of each design begin and end."""
        return [0, *np.cumsum([X.shape[1] for X in self.designs]).tolist()]

    def blocks(self, theta: FloatArray) -> list[FloatArray]:
        """Parameters, one array per design."""
        return [theta[a:b] for a, b in pairwise(self.cuts)]

    def to_inner(self, theta: FloatArray) -> FloatArray:
        """R θ: parameters of the orthogonalised designs."""
        return np.concatenate([R @ block for R, block in zip(self.roots, self.blocks(theta), strict=True)])

    def to_outer(self, inner: FloatArray) -> FloatArray:
        """θ: parameters of the designs as given."""
        return np.concatenate([np.linalg.solve(R, b) for R, b in zip(self.roots, self.blocks(inner), strict=True)])

    def predictors(self, theta: FloatArray, rows: slice = EVERY) -> FloatArray:
        """(n, designs) linear predictors."""
        return np.column_stack([X[rows] @ block for X, block in zip(self.designs, self.blocks(theta), strict=True)])

    def farthest(self, step: FloatArray) -> float:
        """Largest move of a predictor."""
        blocks = row_blocks(len(self.w), ROWS)
        return max(float(np.abs(self.predictors(step, rows)).max()) for rows in blocks)

    def observed(self, theta: FloatArray, rows: slice) -> tuple[Component, FloatArray]:
        """The mixture that is seen in some rows, with its derivatives, and the chances of its components."""
        return mix(self.density(self.predictors(theta, rows), rows))

    def at(self, theta: FloatArray) -> _Place:
        """Log-likelihood and its derivatives; −∞ where a row that counts has no chance."""
        k = self.cuts[-1]
        values, gradient, information = [], np.zeros(k), np.zeros((k, k))
        for rows in row_blocks(len(self.w), ROWS):
            part, w = self.observed(theta, rows)[0], self.w[rows]
            values.append(float(np.sum(w * np.where(w > 0, part.value, 0.0))))
            gradient += self.gradient(part, rows)
            information += self.information(part, rows)
        total = math.fsum(values) if np.isfinite(values).all() else -np.inf
        return _Place(theta, total, gradient, information)

    def gradient(self, part: Component, rows: slice) -> FloatArray:
        """Weighted score of some rows with respect to θ."""
        w = self.w[rows]
        return np.concatenate([X[rows].T @ (w * part.first[:, m]) for m, X in enumerate(self.designs)])

    def information(self, part: Component, rows: slice) -> FloatArray:
        """Weighted observed information of some rows: minus the second derivatives."""
        w, designs = self.w[rows], [X[rows] for X in self.designs]
        made = [
            np.hstack([X.T @ ((w * part.second[:, m, j])[:, None] * Z) for j, Z in enumerate(designs)])
            for m, X in enumerate(designs)
        ]
        return -np.vstack(made)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """(k,) parameters, the log-likelihood there, its (k,) slope and its (k, k) curvature with the sign turned."""

    theta: FloatArray
    value: float
    gradient: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Climb:
    theta: FloatArray
    value: float
    iterations: int
    remaining_gain: float


def _climb(problem: _Problem, inner: FloatArray, known: Sequence[_Climb] = ()) -> _Climb:
    """Climb one peak from inner parameters; on the last slope below a known one, that one is its end."""
    place, gain = problem.at(problem.to_outer(inner)), np.inf
    if not np.isfinite(place.value):
        return _Climb(place.theta, -np.inf, 0, np.inf)
    for iteration in range(1, MAX_ITERATIONS + 1):
        step, gain = _newton_step(problem, place)
        if gain < max(REMAINING_GAIN, VISIBLE_GAIN * abs(place.value)):
            return _last_step(problem, _Climb(place.theta, place.value, iteration, gain), step)
        joined = _joined(problem, place.theta + step, gain, known)
        if joined is not None:
            return joined
        moved = _cut_until_higher(problem, place, step)
        if moved is None:
            return _Climb(place.theta, place.value, iteration, gain)
        place = moved
    return _Climb(place.theta, place.value, MAX_ITERATIONS, gain)


def _joined(problem: _Problem, aim: FloatArray, gain: float, known: Sequence[_Climb]) -> _Climb | None:
    """The known peak that a nearly finished climb aims at."""
    if gain > LAST_SLOPE:
        return None
    return next((k for k in known if problem.farthest(aim - k.theta) < SAME_PEAK), None)


def _last_step(problem: _Problem, climb: _Climb, step: FloatArray) -> _Climb:
    """Take the step that is too small to be seen in the log-likelihood but not in the coefficients."""
    candidate = climb.theta + step
    value = problem.at(candidate).value if problem.farthest(step) < LAST_STEP else -np.inf
    is_no_worse = value >= climb.value - VISIBLE_GAIN * abs(climb.value)
    return _Climb(candidate, value, climb.iterations, climb.remaining_gain) if is_no_worse else climb


def _newton_step(problem: _Problem, place: _Place) -> tuple[FloatArray, float]:
    """Step in θ along curvature made positive, and the gain it promises."""
    back = _block_inverse(problem.roots)
    g = back.T @ place.gradient
    curvature, axes = np.linalg.eigh(back.T @ place.information @ back)
    size = np.maximum(np.abs(curvature), FLAT_CURVATURE * max(float(np.abs(curvature).max()), 1.0))
    along = axes.T @ g / size
    return back @ (axes @ along), float(0.5 * np.sum(along**2 * size))


def _block_inverse(roots: Sequence[FloatArray]) -> FloatArray:
    k = sum(len(R) for R in roots)
    inverse, at = np.zeros((k, k)), 0
    for R in roots:
        inverse[at : at + len(R), at : at + len(R)] = np.linalg.inv(R)
        at += len(R)
    return inverse


def _cut_until_higher(problem: _Problem, place: _Place, step: FloatArray) -> _Place | None:
    reach = problem.farthest(step)
    size = min(1.0, MAX_PREDICTOR_STEP / reach) if reach > 0 else 1.0
    for _ in range(MAX_HALVINGS):
        candidate = problem.at(place.theta + size * step)
        if candidate.value > place.value:
            return candidate
        size /= 2
    return None


def _finish(problem: _Problem, best: _Climb, scale: float) -> LikelihoodFit:
    made, k = [], problem.cuts[-1]
    scores, information = np.empty((len(problem.w), k)), np.zeros((k, k))
    for rows in row_blocks(len(problem.w), ROWS):
        part, shares = problem.observed(best.theta, rows)
        w = problem.w[rows]
        scores[rows] = np.hstack([X[rows] * (w * part.first[:, m])[:, None] for m, X in enumerate(problem.designs)])
        information += problem.information(part, rows)
        made.append(shares)
    return LikelihoodFit(
        theta=best.theta,
        information=information,
        scores=scores,
        log_likelihood=best.value * scale,
        predictors=problem.predictors(best.theta),
        posterior=np.concatenate(made),
        iterations=best.iterations,
        is_converged=best.remaining_gain < max(REMAINING_GAIN, 1e-12 * abs(best.value)),
        remaining_gain=best.remaining_gain,
        undetermined=_undetermined(problem, information),
    )


def _undetermined(problem: _Problem, information: FloatArray) -> BoolArray:
    """Find the parameters that move the predictors in a direction without curvature."""
    back = _block_inverse(problem.roots)
    curvature, axes = np.linalg.eigh(back.T @ information @ back)
    flat = back @ axes[:, curvature <= FLAT_CURVATURE * max(float(curvature.max()), 1.0)]
    lengths = np.concatenate([np.sqrt(np.mean(X**2, axis=0)) for X in problem.designs])
    if not flat.shape[1]:
        return np.zeros(len(information), dtype=bool)
    moves = np.abs(flat) * lengths[:, None]
    return np.asarray((moves > SHARE_OF_FLATNESS * moves.max(axis=0)).any(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class FittedCovariance:
    """Covariance of fitted parameters.

    Attributes
    ----------
    matrix
        (k, k).
    influence
        (n, k) each respondent's pull on the parameters: rows add up to about zero.
    degrees_of_freedom
        Of the design (clusters − strata); None without a design.
    method
        In words.
    """

    matrix: FloatArray
    influence: FloatArray
    degrees_of_freedom: int | None
    method: str


def fitted_covariance(
    fit: LikelihoodFit,
    *,
    is_weighted: bool,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> FittedCovariance:
    """Give the covariance of maximum likelihood estimates, with or without a sampling design.

    Without weights, strata or clusters: inverse observed information. With any of them: the linearised sandwich,
    which does not depend on the scale of the weights.

    Parameters
    ----------
    fit
        From `maximise`.
    is_weighted
        Whether weights were given.
    strata, clusters
        (n,) codes, or None.

    Returns
    -------
    FittedCovariance

    Raises
    ------
    EstimationError
        As `design_covariance`.

    Source
        Binder 1983, International Statistical Review 51(3), 279–292.

    Example
    -------
    >>> from analysis.estimators.densities import bernoulli, component
    >>> y = np.array([0.0, 1.0, 1.0, 1.0])
    >>> fit = maximise(lambda eta, rows: [component(bernoulli(eta[:, 0], y[rows], [1.0]))], [np.ones((4, 1))])
    >>> round(float(fitted_covariance(fit, is_weighted=False).matrix[0, 0]), 6)
    1.333333
    """
    inverse = np.linalg.pinv(fit.information, hermitian=True) if fit.undetermined_n else np.linalg.inv(fit.information)
    bread = np.asarray(inverse, dtype=np.float64)
    influence = fit.scores @ bread
    if not is_weighted and strata is None and clusters is None:
        return FittedCovariance(bread, influence, None, "inverse observed information")
    design = design_covariance(influence, strata, clusters)
    return FittedCovariance(design.matrix, influence, design.degrees_of_freedom, "linearised sandwich")
