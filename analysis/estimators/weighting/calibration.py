"""Weights that meet known totals: raking, poststratification, calibration with a distance of one's choice.

What belongs here: the weights, and the projection that their variance needs. What must not: where totals come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.row_blocks import row_blocks, triangle
from analysis.estimators.variance import FloatArray, IntArray
from analysis.estimators.weighting.design import Projection
from analysis.estimators.weighting.margins import SAME_TOTAL, Margin, check_margins, indicators, starting_weights

Distance = Literal["linear", "raking", "logit"]
# Largest misfit of a total, relative to the total (or to 1 person, if that is more).
TOLERANCE = 1e-10
MAX_SWEEPS = 2000
MAX_STEPS = 200
RANK_TOLERANCE = 1e-10
# Ratio of eigenvalues above which products leave no doubt about the rank; and rows that stay near the processor.
CLEARLY_FULL = 1e-8
CACHED = 4096
LOGIT_BOUNDS = (0.1, 10.0)
SHORTEST_STEP = 1e-4
# Weights that grow twentyfold everywhere are scaled first, as R survey does.
LARGE_CHANGE = 20.0
MOST_CELLS = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedWeights:
    """Weights that meet their totals.

    Attributes
    ----------
    weights
        (n,).
    ratio
        (n,) calibrated over starting weight; 1 where the starting weight is 0.
    start
        (n,) starting weights.
    variables
        Margins, or (n, p) calibration variables, that were met.
    iterations
        Sweeps or Newton steps.
    largest_misfit
        Largest relative distance of a calibrated total from the one asked for.
    method
        In words.
    """

    weights: FloatArray
    ratio: FloatArray
    start: FloatArray
    variables: tuple[Margin, ...] | FloatArray
    iterations: int
    largest_misfit: float
    method: str

    @property
    def projection(self) -> Projection:
        """What the variance of an estimate with these weights needs; made when asked for, as it takes memory."""
        given = self.variables
        columns = np.column_stack([indicators(m) for m in given]) if isinstance(given, tuple) else given
        return projection(columns, self.start)


def rake(
    weights: npt.ArrayLike, margins: Sequence[Margin], *, tolerance: float = TOLERANCE, max_sweeps: int = MAX_SWEEPS
) -> CalibratedWeights:
    """Rake weights to several margins by iterative proportional fitting.

    Use it when totals of single variables are known but not of their crosses.

    Parameters
    ----------
    weights
        (n,) starting weights, 0 or more.
    margins
        At least one.
    tolerance, max_sweeps
        Largest relative misfit at which it stops; after so many sweeps it gives up.

    Returns
    -------
    CalibratedWeights

    Raises
    ------
    EstimationError
        As `check_margins`; when it does not converge, which means that cells that are empty in the sample leave no
        weights that meet all margins.

    Source
        Deming & Stephan 1940, Annals of Mathematical Statistics 11(4), 427–444. Equals `rake` of R survey 4.1 run to
        convergence (R's default stops when no cell moves by a person or more).

    Example
    -------
    >>> from analysis.estimators.weighting.margins import margin
    >>> m = margin("sex", ["f", "m", "m"], {"f": 6, "m": 4})
    >>> rake([1, 1, 1], [m]).weights.tolist()
    [6.0, 2.0, 2.0]
    """
    start = starting_weights(weights, len(margins[0].code) if margins else 0)
    check_margins(margins, start)
    cell, codes = _crossed(margins)
    held = np.asarray(np.bincount(cell, weights=start, minlength=len(codes[0])), dtype=np.float64)
    fitted, sweeps = _proportional_fit(held, codes, margins, (tolerance, max_sweeps))
    w = start * np.divide(fitted, held, out=np.zeros_like(held), where=held > 0)[cell]
    method = "raking (iterative proportional fitting)"
    return _calibrated(start, w, tuple(margins), (sweeps, _misfit(w, margins)), method)


def _crossed(margins: Sequence[Margin]) -> tuple[IntArray, list[IntArray]]:
    """Cell of each row in the cross of all margins, and each margin's level of every cell that occurs."""
    code = np.zeros(len(margins[0].code), dtype=np.int64)
    possible = 1
    for m in margins:
        possible *= len(m.levels)
        if possible > MOST_CELLS:
            # Renumbered, the cross of many margins stays within 64 bits.
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            possible = (int(code.max()) + 1) * len(m.levels)
        code = code * len(m.levels) + m.code
    _, first, cell = np.unique(code, return_index=True, return_inverse=True)
    return cell.astype(np.int64), [m.code[first] for m in margins]


def _proportional_fit(
    held: FloatArray, codes: Sequence[IntArray], margins: Sequence[Margin], rule: tuple[float, int]
) -> tuple[FloatArray, int]:
    tolerance, max_sweeps = rule
    w = held.copy()
    misfit, sweep = np.inf, 0
    while misfit > tolerance:
        if sweep == max_sweeps:
            raise EstimationError(
                f"margins are not met after {max_sweeps} sweeps (largest misfit {misfit:.2g} of a total); "
                "the sample has empty crosses: merge levels or leave a margin out"
            )
        misfit = 0.0
        for m, code in zip(margins, codes, strict=True):
            reached = np.bincount(code, weights=w, minlength=len(m.levels))
            misfit = max(misfit, float(np.max(np.abs(reached - m.totals) / np.maximum(m.totals, 1.0))))
            w *= np.divide(m.totals, reached, out=np.zeros_like(reached), where=reached > 0)[code]
        sweep += 1
    return w, sweep


def _misfit(w: FloatArray, margins: Sequence[Margin]) -> float:
    worst = 0.0
    for m in margins:
        held = np.bincount(m.code, weights=w, minlength=len(m.levels))
        worst = max(worst, float(np.max(np.abs(held - m.totals) / np.maximum(m.totals, 1.0))))
    return worst


def _calibrated(
    start: FloatArray,
    w: FloatArray,
    variables: tuple[Margin, ...] | FloatArray,
    reached: tuple[int, float],
    method: str,
) -> CalibratedWeights:
    ratio = np.divide(w, start, out=np.ones_like(w), where=start > 0)
    return CalibratedWeights(w, ratio, start, variables, *reached, method)


def projection(X: FloatArray, regression_weights: FloatArray) -> Projection:
    """Prepare the regression on calibration variables whose residuals carry the variance.

    Parameters
    ----------
    X
        (n, p), rank deficient or not.
    regression_weights
        (n,): the starting weights; ones reproduce what `rake` of R survey does.

    Returns
    -------
    Projection
    """
    root = triangle(X, regression_weights)
    length = np.linalg.norm(root, axis=0)
    length = np.where(length > 0, length, 1.0)
    _, values, right = np.linalg.svd(root / length, full_matrices=False)
    kept = values > RANK_TOLERANCE * max(float(values.max()), 1e-300)
    mixing = right[kept].T / values[kept] / length[:, None]
    return Projection(X, np.asarray(mixing, dtype=np.float64), regression_weights)


def poststratify(weights: npt.ArrayLike, cells: Margin) -> CalibratedWeights:
    """Scale weights within cells to known cell totals.

    Parameters
    ----------
    weights
        (n,) starting weights.
    cells
        One margin, usually of a cross of variables.

    Returns
    -------
    CalibratedWeights

    Raises
    ------
    EstimationError
        As `check_margins`.

    Source
        Holt & Smith 1979, JRSS A 142(1), 33–46. Equals `postStratify` of R survey 4.1.

    Example
    -------
    >>> from analysis.estimators.weighting.margins import margin
    >>> poststratify([1, 1], margin("sex", ["f", "m"], {"f": 6, "m": 4})).weights.tolist()
    [6.0, 4.0]
    """
    start = starting_weights(weights, len(cells.code))
    check_margins([cells], start)
    held = np.bincount(cells.code, weights=start, minlength=len(cells.levels))
    w = start * np.divide(cells.totals, held, out=np.zeros_like(held), where=held > 0)[cells.code]
    return _calibrated(start, w, (cells,), (1, _misfit(w, [cells])), "poststratification")


def calibrate(
    weights: npt.ArrayLike,
    X: npt.ArrayLike,
    totals: npt.ArrayLike,
    names: Sequence[str],
    distance: Distance = "linear",
    *,
    bounds: tuple[float, float] | None = None,
    tolerance: float = TOLERANCE,
) -> CalibratedWeights:
    """Move weights as little as possible so that totals of X are met.

    Use `linear` for regression weights (they may turn negative), `raking` for positive ones, `logit` for weights whose
    ratio to the starting weights must stay within bounds. `linear` takes bounds too.

    Parameters
    ----------
    weights
        (n,) starting weights.
    X
        (n, p) calibration variables; indicators of a margin, numbers such as age. Redundant columns are allowed.
    totals, names
        (p,) population totals, and names for messages.
    distance
        `linear` (chi-square), `raking` (multiplicative), `logit` (bounded).
    bounds
        Smallest and largest ratio of new to old weight; `logit` takes 0.1 to 10 without them. When every total changes
        more than twentyfold, weights are scaled first and the ratio is to the scaled ones.
    tolerance
        Largest relative misfit.

    Returns
    -------
    CalibratedWeights

    Raises
    ------
    EstimationError
        When shapes differ, bounds do not enclose 1 after the overall change of size, totals contradict each other, or
        no weights within the bounds meet them.

    Source
        Deville & Särndal 1992, JASA 87(418), 376–382; Newton steps on eq. (2.5), redundant columns by pseudo-inverse.
        Equals `calibrate` of R survey 4.1.

    Example
    -------
    >>> calibrate([1.0, 1.0], [[1.0], [1.0]], [4.0], ["total"]).weights.round(6).tolist()
    [2.0, 2.0]
    """
    x = np.asarray(X, dtype=np.float64)
    asked = np.asarray(totals, dtype=np.float64)
    start = starting_weights(weights, len(x))
    _check_shapes(x, asked, names, distance)
    held, products = _moments(x, start)
    _check_constraints((x, start, held, products), asked, names)
    size = _change_of_size(held, asked)
    problem = _Problem(x, start * size, asked, np.maximum(np.abs(asked), 1.0), *_inverse_distance(distance, bounds))
    # Where nothing has moved yet, ratios and slopes are 1, and the totals and products are those at hand.
    reached = _Reached(np.zeros(x.shape[1]), np.ones(len(x)), asked - size * held)
    hessian = size * products
    step = 0
    while problem.worst(reached) > tolerance:
        if step == MAX_STEPS:
            raise EstimationError(_missed(problem, reached, names))
        reached = _newton_step(problem, reached, hessian if step == 0 else problem.hessian(reached))
        step += 1
    ratio = reached.ratio * size
    words = distance if bounds is None else f"{distance}, ratios from {bounds[0]:g} to {bounds[1]:g}"
    return _calibrated(start, start * ratio, x, (step, problem.worst(reached)), f"calibration ({words})")


def _missed(problem: _Problem, reached: _Reached, names: Sequence[str]) -> str:
    worst = int(np.argmax(np.abs(reached.gap) / problem.scale))
    return (
        f"margin '{names[worst]}' is missed by {abs(reached.gap[worst]):.4g} of {problem.asked[worst]:g} after "
        f"{MAX_STEPS} steps; no weights within the bounds meet all totals: widen the bounds, merge levels, or leave "
        "a margin out"
    )


def _check_shapes(x: FloatArray, asked: FloatArray, names: Sequence[str], distance: str) -> None:
    if distance not in ("linear", "raking", "logit"):
        raise EstimationError(f"method is '{distance}'; choose linear, raking or logit")
    if x.ndim != 2 or asked.shape != (x.shape[1],) or len(names) != x.shape[1]:
        raise EstimationError(
            f"totals has shape {asked.shape} for X of shape {x.shape}; give one total for each column"
        )


def _moments(x: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted totals (p,) and products (p, p) of the columns, in one reading of them."""
    held, products = np.zeros(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for b in row_blocks(len(x), CACHED):
            held += w[b] @ x[b]
            products += (x[b] * w[b][:, None]).T @ x[b]
    return held, products


Measured = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _check_constraints(measured: Measured, asked: FloatArray, names: Sequence[str]) -> None:
    """Refuse missing values, totals of what nobody has, and totals of redundant columns that differ.

    `measured` holds the columns, the starting weights, and their totals and products.
    """
    x, w, held, products = measured
    # A missing or infinite value makes its total so, whatever its weight; so does a sum beyond all numbers.
    if not np.isfinite(asked).all() or (not np.isfinite(held).all() and not np.isfinite(x).all()):
        raise EstimationError("X or totals hold a missing value; drop the row or give the total")
    empty = (np.diag(products) == 0) & (asked != 0)
    # The square of a tiny number may be 0.
    if empty.any() and not x[w > 0][:, empty].any(axis=0).all():
        empty[empty] = ~x[w > 0][:, empty].any(axis=0)
        name = names[int(empty.argmax())]
        raise EstimationError(f"margin '{name}' has no respondent with weight; merge it with another level")
    if not _is_surely_full(products):
        _check_redundant(triangle(x, w), asked, names)


def _is_surely_full(products: FloatArray) -> bool:
    """Whether columns are so far from redundant that their products, which square the distance, already show it."""
    length = np.sqrt(np.diag(products))
    if not np.isfinite(length).all() or not length.all():
        return False
    values = np.linalg.eigvalsh(products / length / length[:, None])
    return bool(values[0] > CLEARLY_FULL * values[-1])


def _check_redundant(root: FloatArray, asked: FloatArray, names: Sequence[str]) -> None:
    """Redundant columns are fine as long as their totals say the same."""
    _, values, right = np.linalg.svd(root, full_matrices=True)
    rank = int((values > RANK_TOLERANCE * values.max()).sum())
    conflict = right[rank:] @ asked
    if len(conflict) and np.max(np.abs(conflict)) > SAME_TOTAL * np.max(np.abs(asked)):
        loading = np.abs(right[rank:][int(np.argmax(np.abs(conflict)))])
        involved = [names[i] for i in np.argsort(-loading)[:4] if loading[i] > 0.05]
        raise EstimationError(
            f"margins contradict each other ({', '.join(involved)}); give totals of one population that add up alike"
        )


def _change_of_size(held: FloatArray, asked: FloatArray) -> float:
    """Factor by which weights grow as a whole, when that is most of their change; bounds then hold after it."""
    used = held != 0
    factors = asked[used] / held[used]
    if not len(factors) or not (factors > 0).all():
        return 1.0
    grows, shrinks = factors.min() > LARGE_CHANGE, factors.max() < 1 / LARGE_CHANGE
    return float(factors.mean()) if grows or shrinks else 1.0


Curve = Callable[[FloatArray], FloatArray]


def _inverse_distance(distance: str, bounds: tuple[float, float] | None) -> tuple[Curve, Curve]:
    """Ratio of weights as a function of the linear predictor, and its slope; 1 and 1 at 0."""
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise EstimationError(
            f"bounds are {bounds[0]:g} to {bounds[1]:g}; give a range with 1 inside, such as 0.3 to 3"
        )
    if distance == "raking":
        if bounds is not None:
            raise EstimationError("bounds go with linear or logit; raking takes none")
        return (lambda u: np.exp(np.minimum(u, 700.0))), (lambda u: np.exp(np.minimum(u, 700.0)))
    if distance == "linear":
        low, high = bounds or (-np.inf, np.inf)
        return (
            lambda u: np.clip(1 + u, low, high),
            lambda u: ((1 + u >= low) & (1 + u <= high)).astype(np.float64),
        )
    low, high = bounds or LOGIT_BOUNDS
    a = (high - low) / ((1 - low) * (high - 1))

    def ratio(u: FloatArray) -> FloatArray:
        e = np.exp(np.clip(a * u, -700.0, 700.0))
        return np.asarray((low * (high - 1) + high * (1 - low) * e) / (high - 1 + (1 - low) * e))

    def slope(u: FloatArray) -> FloatArray:
        g = ratio(u)
        return np.asarray(a * (g - low) * (high - g) / (high - low))

    return ratio, slope


@dataclass(frozen=True, slots=True, eq=False)
class _Reached:
    """(p,) coefficients, (n,) ratios of weights that they make, and (p,) totals asked for minus those reached."""

    eta: FloatArray
    ratio: FloatArray
    gap: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    x: FloatArray
    start: FloatArray
    asked: FloatArray
    scale: FloatArray
    inverse: Curve
    slope: Curve

    def reached(self, eta: FloatArray) -> _Reached:
        """What coefficients reach."""
        ratio, gap = np.empty(len(self.x)), self.asked.copy()
        for b in row_blocks(len(self.x), CACHED):
            ratio[b] = self.inverse(self.x[b] @ eta)
            gap -= (self.start[b] * ratio[b]) @ self.x[b]
        return _Reached(eta, ratio, gap)

    def hessian(self, at: _Reached) -> FloatArray:
        """How totals answer to coefficients, (p, p)."""
        made = np.zeros((self.x.shape[1], self.x.shape[1]))
        for b in row_blocks(len(self.x), CACHED):
            slope = self.start[b] * self.slope(self.x[b] @ at.eta)
            made += (self.x[b] * slope[:, None]).T @ self.x[b]
        return made

    def worst(self, at: _Reached) -> float:
        """Largest relative misfit."""
        return float(np.max(np.abs(at.gap) / self.scale))


def _newton_step(problem: _Problem, at: _Reached, hessian: FloatArray) -> _Reached:
    """One damped Newton step: halve until the misfit falls, take the smallest step if it never does."""
    direction = np.linalg.pinv(hessian, rcond=1e-12, hermitian=True) @ at.gap
    length = 1.0
    while True:
        tried = problem.reached(at.eta + length * direction)
        is_better = problem.worst(tried) < problem.worst(at) or length < SHORTEST_STEP
        if np.isfinite(tried.gap).all() and is_better:
            return tried
        length /= 2
