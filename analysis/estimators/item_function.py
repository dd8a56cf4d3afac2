"""Differential item functioning: whether an item works alike in two groups among people with the same total.

What belongs here: ordinal logistic regression of one item on the rest score, group, and their product.
What must not: factor models (`invariance`), scores of persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray, IntArray

# Jodoin & Gierl's limits on Nagelkerke's R²: negligible below the first, large from the second.
MODERATE_CHANGE = 0.035
LARGE_CHANGE = 0.070


@dataclass(frozen=True, slots=True)
class ItemFunction:
    """How one item works in two groups.

    Attributes
    ----------
    item
        Column.
    uniform_p, non_uniform_p
        Likelihood-ratio tests of a group difference, and of one that changes with the rest score.
    uniform_effect
        Log odds of a higher answer in the second group at the same rest score.
    r2_change
        Nagelkerke's R² with group and product minus without both.
    size
        `negligible`, `moderate` or `large`, by the change of R².
    adjusted_p
        Of the joint test, after Holm over the items.
    flagged
        Adjusted p below 0.05 and at least moderate.
    """

    item: int
    uniform_p: float
    non_uniform_p: float
    uniform_effect: float
    r2_change: float
    size: str
    adjusted_p: float
    flagged: bool


def item_functions(items: npt.ArrayLike, group: npt.ArrayLike) -> tuple[ItemFunction, ...]:
    """Test every item of a scale for differential functioning.

    The rest score leaves the tested item out; when several items are flagged, the rest scores carry their shift too,
    and the flags should be read together.

    Parameters
    ----------
    items
        (n, p) ordered answers coded as numbers, p of 2 or more, complete rows.
    group
        (n,) 0 or 1.

    Returns
    -------
    tuple of ItemFunction

    Raises
    ------
    EstimationError
        When a value is missing, group is not 0/1, an item has one category, or a fit does not converge.

    Source
        Swaminathan & Rogers 1990; Zumbo 1999; sizes: Jodoin & Gierl 2001, Applied Measurement in Education 14(4),
        329–349; proportional odds: McCullagh 1980, JRSS B 42(2), 109–142.
    """
    x, g = np.asarray(items, dtype=np.float64), np.asarray(group, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < 2 or g.shape != (len(x),):
        raise EstimationError(
            f"items has shape {x.shape} and group {g.shape}; give two items or more, a group for each row"
        )
    if not np.isfinite(x).all() or not np.isin(g, (0.0, 1.0)).all() or len(np.unique(g)) < 2:
        raise EstimationError("items hold a missing value, or group is not 0 and 1; keep complete rows of two groups")
    made = [_one(x, g, k) for k in range(x.shape[1])]
    adjusted = _holm([p for _, p in made])
    return tuple(_with_adjusted(found, float(p)) for (found, _), p in zip(made, adjusted, strict=True))


def _one(x: FloatArray, g: FloatArray, k: int) -> tuple[ItemFunction, float]:
    levels, y = np.unique(x[:, k], return_inverse=True)
    if len(levels) < 2:
        raise EstimationError(f"items column {k + 1} holds one answer only; leave it out")
    rest = np.delete(x, k, axis=1).sum(axis=1)
    if rest.std() == 0:
        raise EstimationError("items leave a rest score that does not vary; there is nobody to match")
    score = (rest - rest.mean()) / rest.std()
    codes = y.ravel().astype(np.int64)
    null = ordered_logit(np.empty((len(x), 0)), codes)
    base = ordered_logit(score[:, None], codes)
    uniform = ordered_logit(np.column_stack([score, g]), codes)
    full = ordered_logit(np.column_stack([score, g, score * g]), codes)
    n = len(x)
    change = _nagelkerke(full.log_likelihood, null.log_likelihood, n) - _nagelkerke(
        base.log_likelihood, null.log_likelihood, n
    )
    size = "large" if change >= LARGE_CHANGE else "moderate" if change >= MODERATE_CHANGE else "negligible"
    uniform_p = _ratio_p(uniform.log_likelihood, base.log_likelihood, 1)
    crossed_p = _ratio_p(full.log_likelihood, uniform.log_likelihood, 1)
    joint = _ratio_p(full.log_likelihood, base.log_likelihood, 2)
    effect = float(uniform.slopes[1])
    return ItemFunction(k, uniform_p, crossed_p, effect, change, size, joint, False), joint


def _with_adjusted(found: ItemFunction, p: float) -> ItemFunction:
    return ItemFunction(
        found.item, found.uniform_p, found.non_uniform_p, found.uniform_effect, found.r2_change, found.size, p,
        p < 0.05 and found.size != "negligible",
    )  # fmt: skip


def _ratio_p(larger: float, smaller: float, df: int) -> float:
    return float(stats.chi2.sf(max(2 * (larger - smaller), 0.0), df))


def _nagelkerke(log_likelihood: float, null: float, n: int) -> float:
    return float((1 - np.exp(2 * (null - log_likelihood) / n)) / (1 - np.exp(2 * null / n)))


def _holm(p: list[float]) -> FloatArray:
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(np.asarray(p)[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


@dataclass(frozen=True, slots=True, eq=False)
class OrderedLogit:
    """A proportional-odds fit: increasing cut points, slopes, log-likelihood."""

    cuts: FloatArray
    slopes: FloatArray
    log_likelihood: float


def ordered_logit(X: FloatArray, y: IntArray) -> OrderedLogit:
    """Fit a proportional-odds model by maximum likelihood: P(Y > l) = logit⁻¹(x'b − c_l).

    Parameters
    ----------
    X
        (n, k) without intercept; k may be 0.
    y
        (n,) categories 0, 1, …, all of which occur.

    Returns
    -------
    OrderedLogit

    Raises
    ------
    EstimationError
        When the fit does not converge (a category is separated by a covariate).

    Source
        McCullagh 1980, JRSS B 42(2), 109–142.
    """
    levels_n = int(y.max()) + 1
    above = np.array([(y > level).mean() for level in range(levels_n - 1)])
    first = np.log((1 - above) / above)
    start = np.concatenate([first[:1], np.log(np.maximum(np.diff(first), 1e-3)), np.zeros(X.shape[1])])
    found = optimize.minimize(
        _negative,
        start,
        args=(X, y, levels_n),
        jac=True,
        method="BFGS",
        options={"gtol": 1e-7 * len(y), "maxiter": 500},
    )
    if not np.isfinite(found.fun) or np.max(np.abs(found.x[levels_n - 1 :]), initial=0.0) > 30:
        raise EstimationError("items: a category is separated by score or group; pool rare categories")
    if np.max(np.abs(found.jac)) > 1e-4 * len(y):
        raise EstimationError("items: an ordinal regression does not converge; pool rare categories")
    return OrderedLogit(_cuts(found.x, levels_n), found.x[levels_n - 1 :], -float(found.fun))


def _cuts(theta: FloatArray, levels_n: int) -> FloatArray:
    return np.asarray(theta[0] + np.concatenate([[0.0], np.cumsum(np.exp(theta[1 : levels_n - 1]))]))


def _negative(theta: FloatArray, X: FloatArray, y: IntArray, levels_n: int) -> tuple[float, FloatArray]:
    cuts = np.concatenate([[-np.inf], _cuts(theta, levels_n), [np.inf]])
    predictor = X @ theta[levels_n - 1 :]
    upper, lower = _logistic(cuts[y + 1] - predictor), _logistic(cuts[y] - predictor)
    chance = np.maximum(upper - lower, 1e-300)
    slope_up, slope_low = upper * (1 - upper) / chance, lower * (1 - lower) / chance
    to_cut = (
        np.bincount(y, weights=slope_up, minlength=levels_n)[:-1]
        - np.bincount(y, weights=slope_low, minlength=levels_n)[1:]
    )
    later = np.cumsum(to_cut[::-1])[::-1]
    gaps = later[1:] * np.exp(theta[1 : levels_n - 1])
    to_slopes = -(X.T @ (slope_up - slope_low))
    return -float(np.log(chance).sum()), -np.concatenate([later[:1], gaps, to_slopes])


def _logistic(u: FloatArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-u)))
