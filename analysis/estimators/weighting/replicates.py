"""Replicate weights: jackknife, bootstrap, balanced half-samples, and the variance that any set of them gives.

What belongs here: replicates of the first stage. What must not: replicates of recruitment trees (`rds.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.linalg import hadamard

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.responses import POSITIVE_WEIGHTS
from analysis.estimators.variance import FloatArray, IntArray
from analysis.estimators.weighting.design import SurveyDesign

# Rows for each replicate that are looked at first.
ROWS_OF_A_RANK = 4
RANK_TOLERANCE = 1e-5
ReplicateKind = Literal["jk1", "jkn", "bootstrap", "subbootstrap", "brr"]


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateDesign:
    """Full and replicate weights; rows whose replicates move together keep one row of factors.

    Attributes
    ----------
    weights
        (n,) full weights.
    factors
        (m, R) what the base weights of a unit are multiplied by.
    scale, rscales
        Overall factor, and (R,) one for each replicate.
    degrees_of_freedom
        For t intervals.
    kind
        How they were made.
    mse
        Whether squares are taken about the full estimate rather than the mean of the replicates.
    unit, base
        (n,) row of `factors` of each respondent, and the weight that it multiplies; None where every respondent has a
        row, which then is complete.

    Example
    -------
    >>> two = ReplicateDesign(np.ones(2), np.array([[0.0, 2.0], [2.0, 0.0]]), 0.5, np.ones(2), 1, "by hand")
    >>> two.totals(np.array([[1.0], [3.0]])).tolist()
    [[6.0], [2.0]]
    """

    weights: FloatArray
    factors: FloatArray
    scale: float
    rscales: FloatArray
    degrees_of_freedom: int
    kind: str
    mse: bool = False
    unit: IntArray | None = None
    base: FloatArray | None = None

    @property
    def replicates(self) -> FloatArray:
        """(n, R) complete replicate weights; made when asked for, as they take memory."""
        if self.unit is None or self.base is None:
            return self.factors
        made = self.factors[self.unit]
        made *= self.base[:, None]
        return np.asarray(made)

    @property
    def replicates_n(self) -> int:
        """How many sets of replicate weights, R."""
        return int(self.factors.shape[1])

    def totals(self, values: FloatArray) -> FloatArray:
        """Totals of (n, k) values with each set of replicate weights, (R, k)."""
        if self.unit is None or self.base is None:
            return np.asarray(self.factors.T @ values)
        units = len(self.factors)
        held = [np.bincount(self.unit, self.base * column, minlength=units) for column in values.T]
        return np.asarray(self.factors.T @ np.column_stack(held))

    def rank(self, rows: npt.NDArray[np.bool_]) -> int:
        """Rank of the replicate weights of some rows, as `replicate_rank`."""
        if self.unit is None or self.base is None:
            return replicate_rank(self.factors[rows])
        # Rows of one unit are multiples of each other: one row as long as all of them has the same products.
        length = np.sqrt(np.bincount(self.unit[rows], self.base[rows] ** 2, minlength=len(self.factors)))
        return replicate_rank(self.factors[length > 0] * length[length > 0][:, None])


def replicate_design(
    design: SurveyDesign,
    kind: ReplicateKind,
    *,
    replicates_n: int = 500,
    rng: np.random.Generator | None = None,
    fay: float = 0.0,
) -> ReplicateDesign:
    """Make replicate weights for a design's first stage.

    Parameters
    ----------
    design
        Without calibration (calibrate each replicate instead).
    kind
        `jk1` (unstratified), `jkn` (stratified), `bootstrap` (Canty–Davison), `subbootstrap` (Rao–Wu, n − 1 units),
        `brr` (two units in each stratum).
    replicates_n, rng
        For the bootstraps.
    fay
        Share kept by the half that is left out; `brr` only.

    Returns
    -------
    ReplicateDesign

    Raises
    ------
    EstimationError
        When the kind does not fit the design, a stratum holds one unit, or a bootstrap has no Generator.

    Randomness
        From `rng`, for the bootstraps.

    Source
        Wolter 2007, Introduction to Variance Estimation; Rao & Wu 1988, JASA 83(401), 231–241; Canty & Davison 1999,
        The Statistician 48(3), 379–391; Fay 1984. Scales as `as.svrepdesign` of R survey 4.1, the finite-population
        correction of the jackknife included.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> replicate_design(survey_design(3), "jk1").replicates.tolist()
    [[0.0, 1.5, 1.5], [1.5, 0.0, 1.5], [1.5, 1.5, 0.0]]
    """
    if kind not in get_args(ReplicateKind):
        raise EstimationError(f"replicates is '{kind}'; choose one of {', '.join(get_args(ReplicateKind))}")
    if design.projections:
        raise EstimationError("replicates of calibrated weights are not defined; make replicates, then calibrate each")
    stage = design.stages[0]
    _, first, unit = np.unique(stage.unit, return_index=True, return_inverse=True)
    parent = np.unique(stage.parent[first], return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(parent)
    _check_kind(kind, stage.names, sizes, rng)
    fraction = stage.fraction[first]
    if kind in ("jk1", "jkn"):
        factors, scale, rscales = _jackknife(parent, sizes, fraction, kind)
    elif kind == "brr":
        factors, scale, rscales = _half_samples(parent, len(sizes), fay)
    else:
        assert rng is not None  # noqa: S101 - checked above
        factors, scale, rscales = _bootstrap(parent, sizes, fraction, (kind, replicates_n), rng)
    df = len(parent) - len(sizes) if kind != "brr" else len(sizes)
    base = design.weights
    return ReplicateDesign(base, factors, scale, rscales, df, kind, unit=unit.astype(np.int64), base=base)


def _check_kind(kind: str, names: tuple[str, ...], sizes: IntArray, rng: np.random.Generator | None) -> None:
    if kind == "jk1" and len(sizes) > 1:
        raise EstimationError("replicates jk1 ignore strata; choose jkn for a stratified design")
    if sizes.min() < 2:
        name = names[int(sizes.argmin())] if names else "all"
        raise EstimationError(f"strata '{name}' holds one cluster only; merge it with a neighbouring stratum")
    if kind == "brr" and not (sizes == 2).all():
        name = names[int((sizes != 2).argmax())] if names else "all"
        raise EstimationError(
            f"strata '{name}' holds {sizes[int((sizes != 2).argmax())]} clusters; brr needs exactly 2"
        )
    if kind in ("bootstrap", "subbootstrap") and rng is None:
        raise EstimationError(f"replicates {kind} need a Generator; pass rng")


def _jackknife(
    parent: IntArray, sizes: IntArray, fraction: FloatArray, kind: str
) -> tuple[FloatArray, float, FloatArray]:
    n_h = sizes[parent].astype(np.float64)
    same = parent[:, None] == parent[None, :]
    factors = np.where(same, (n_h / (n_h - 1))[:, None], 1.0)
    np.fill_diagonal(factors, 0.0)
    rscales = (1 - fraction) * (n_h - 1) / n_h
    if kind == "jk1":
        return factors, float(rscales[0]), np.ones(len(parent))
    return factors, 1.0, rscales


def _half_samples(parent: IntArray, strata_n: int, fay: float) -> tuple[FloatArray, float, FloatArray]:
    if not 0 <= fay < 1:
        raise EstimationError(f"fay is {fay:g}; give a share from 0 to below 1")
    order = 1 << (strata_n).bit_length()
    signs = hadamard(order)[1 : strata_n + 1]
    second = np.zeros(len(parent), dtype=bool)
    second[np.argsort(parent, kind="stable")[1::2]] = True
    taken = np.where(second[:, None], -1, 1) * signs[parent] > 0
    factors = np.where(taken, 2 - fay, fay)
    return factors, 1 / (order * (1 - fay) ** 2), np.ones(order)


def _bootstrap(
    parent: IntArray, sizes: IntArray, fraction: FloatArray, plan: tuple[str, int], rng: np.random.Generator
) -> tuple[FloatArray, float, FloatArray]:
    kind, replicates_n = plan
    factors = np.empty((len(parent), replicates_n))
    for stratum, size in enumerate(sizes.tolist()):
        rows = parent == stratum
        f = float(fraction[rows][0])
        if kind == "subbootstrap":
            drawn = rng.multinomial(size - 1, np.full(size, 1 / size), size=replicates_n).T
            factors[rows] = drawn * size / (size - 1)
        elif f == 0:
            factors[rows] = rng.multinomial(size, np.full(size, 1 / size), size=replicates_n).T
        else:
            factors[rows] = _canty_davison(size, f, replicates_n, rng)
    if kind == "subbootstrap":
        return factors, 1 / (replicates_n - 1), np.ones(replicates_n)
    harmonic = 1 / float(np.mean(1 / sizes))
    return factors, harmonic / ((harmonic - 1) * (replicates_n - 1)), np.ones(replicates_n)


def _canty_davison(size: int, fraction: float, replicates_n: int, rng: np.random.Generator) -> FloatArray:
    """Draw without replacement from a population of copies of the sample."""
    population = max(round(size / fraction), size)
    copies = np.full(size, population // size)
    made = np.empty((size, replicates_n))
    for r in range(replicates_n):
        extra = rng.choice(size, population % size, replace=False)
        pool = copies.copy()
        pool[extra] += 1
        made[:, r] = rng.multivariate_hypergeometric(pool, size)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateStatistic:
    """Estimates with the covariance that the replicates give.

    Attributes
    ----------
    values, covariance
        (k,) and (k, k).
    replicates_n
        Replicates that gave a finite estimate.
    discarded_n
        Replicates that did not.
    contributions
        (R, k) what each adds to the variance, before squaring.
    """

    values: FloatArray
    covariance: FloatArray
    replicates_n: int
    discarded_n: int
    contributions: FloatArray

    @property
    def standard_errors(self) -> FloatArray:
        """Square roots of the diagonal, (k,)."""
        return np.sqrt(np.diag(self.covariance))


def replicate_statistic(design: ReplicateDesign, statistic: Callable[[FloatArray], FloatArray]) -> ReplicateStatistic:
    """Estimate anything that is a function of weights, with its replicate variance.

    Parameters
    ----------
    design
        Full and replicate weights.
    statistic
        (n,) weights to (k,) estimates.

    Returns
    -------
    ReplicateStatistic

    Raises
    ------
    EstimationError
        When fewer than two replicates give a finite estimate.

    Source
        Wolter 2007; about the mean of the replicates unless the design says `mse`, as R survey does.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> y = np.array([1.0, 2.0, 6.0])
    >>> made = replicate_statistic(replicate_design(survey_design(3), "jk1"), lambda w: np.array([w @ y / w.sum()]))
    >>> round(float(made.covariance[0, 0]), 6) == round(float(y.var(ddof=1) / 3), 6)
    True
    """
    full = np.atleast_1d(statistic(design.weights))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.array([np.atleast_1d(statistic(column)) for column in design.replicates.T])
    return replicate_spread(design, full, each)


def replicate_spread(design: ReplicateDesign, full: FloatArray, each: FloatArray) -> ReplicateStatistic:
    """Give the covariance of estimates that were made with each set of replicate weights.

    Parameters
    ----------
    design
        Factors of the squares.
    full, each
        (k,) with the full weights, (R, k) with the replicates; not finite where a replicate gave none.

    Returns
    -------
    ReplicateStatistic

    Raises
    ------
    EstimationError
        When fewer than two replicates give a finite estimate.
    """
    good = np.isfinite(each).all(axis=1)
    if good.sum() < 2:
        raise EstimationError("replicates give fewer than two finite estimates; check the replicate weights")
    kept, factors = each[good], design.rscales[good]
    centre = full if design.mse else kept[factors > 0].mean(axis=0)
    deviations = (kept - centre) * np.sqrt(factors * design.scale)[:, None]
    return ReplicateStatistic(
        full, deviations.T @ deviations, int(good.sum()), int((~good).sum()), np.asarray(deviations)
    )


def given_replicates(
    weights: npt.ArrayLike,
    replicates: npt.ArrayLike,
    *,
    scale: float,
    rscales: npt.ArrayLike | None = None,
    combined: bool = True,
    mse: bool = False,
    kind: str = "given",
) -> ReplicateDesign:
    """Take replicate weights that came with a file.

    Parameters
    ----------
    weights, replicates
        (n,) and (n, R).
    scale, rscales
        Overall factor and (R,) factors, 1 each by default.
    combined
        Whether replicates hold complete weights (else factors to multiply with).
    mse, kind
        As in `ReplicateDesign`.

    Returns
    -------
    ReplicateDesign
        Degrees of freedom are the rank of the replicates minus 1, as in R survey.

    Raises
    ------
    EstimationError
        When shapes differ, a weight is missing, or a full weight is negative. Replicate weights may be negative:
        linear calibration of a replicate leaves such.
    """
    w, r = np.asarray(weights, dtype=np.float64), np.asarray(replicates, dtype=np.float64)
    if r.ndim != 2 or len(r) != len(w) or r.shape[1] < 2:
        raise EstimationError(f"replicates has shape {r.shape} for {len(w)} rows; give at least two columns")
    if not scale > 0 or not np.isfinite(scale):
        raise EstimationError(f"scale is {scale:g}; give a number above 0")
    if not np.isfinite(r).all():
        raise EstimationError("replicates hold a missing weight; give a number for every row")
    if not np.isfinite(w).all():
        raise EstimationError("weights hold a missing number; give every respondent a full weight")
    if (w < 0).any():
        raise EstimationError(f"weights hold {w.min():g}; full {POSITIVE_WEIGHTS}")
    factors = np.ones(r.shape[1]) if rscales is None else np.asarray(rscales, dtype=np.float64)
    if factors.shape != (r.shape[1],):
        raise EstimationError(f"rscales has shape {factors.shape}; give one factor for each of {r.shape[1]} replicates")
    if not (factors >= 0).all() or not factors.any():
        raise EstimationError("rscales are negative, missing or all 0; give factors of 0 or more")
    complete = r if combined else r * w[:, None]
    return ReplicateDesign(w, complete, scale, factors, max(replicate_rank(complete) - 1, 1), kind, mse)


def replicate_rank(replicates: FloatArray) -> int:
    """Rank of replicate weights: one more than their degrees of freedom, in a domain too.

    Parameters
    ----------
    replicates
        (n, R) complete weights of the rows that count.

    Returns
    -------
    int

    Source
        `degf` of R survey, tolerance 1e-5 of the largest singular value; here from the (R, R) products.

    Example
    -------
    >>> replicate_rank(np.array([[0.0, 2.0], [2.0, 0.0]])), replicate_rank(np.array([[0.0, 2.0], [0.0, 4.0]]))
    (2, 1)
    """
    n, full = replicates.shape
    few = replicates[:: max(n // (ROWS_OF_A_RANK * full), 1)]
    # Some rows that already have every rank there can be spare the products of all.
    return full if _rank(few) == full else _rank(replicates)


def _rank(replicates: FloatArray) -> int:
    values = np.linalg.eigvalsh(replicates.T @ replicates)
    return int((values > RANK_TOLERANCE**2 * max(float(values.max()), 1e-300)).sum())
