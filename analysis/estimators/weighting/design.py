"""A sampling design, and the variance of a total under it.

What belongs here: strata, clusters, finite-population corrections over any number of stages, the rules for strata with
one primary unit, and the projection that calibration adds. What must not: estimands.

svy 0.35 gives the same numbers for one stage (the oracle tests compare); the variance is computed here because svy
drops the correction under a jackknife, has no R-compatible rule for a stratum with one unit, and knows no calibration
residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.row_blocks import row_blocks
from analysis.estimators.variance import FloatArray, IntArray, dense_codes

LonelyRule = Literal["fail", "certainty", "remove", "adjust", "average"]
# A stratum sampled to within this share of its population adds no variance.
CENSUS_SHARE = 1e-7
Columns = npt.ArrayLike | Sequence[npt.ArrayLike] | None


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of sampling, row by row.

    Attributes
    ----------
    unit
        (n,) code of the unit drawn at this stage, 0, 1, ... without a gap.
    parent
        (n,) code, numbered alike, of what it was drawn from: the stratum at stage 1, the unit of the stage before at
        later stages.
    fraction
        (n,) share of the parent's units that were drawn; 0 without a finite-population correction.
    names
        Distinct strata as given, for messages; empty at later stages.
    """

    unit: IntArray
    parent: IntArray
    fraction: FloatArray
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """What calibration removes from scores before their variance is taken.

    The orthonormal basis of the calibration variables, each row times √`regression_weights`, is not stored but made
    from them block by block: a million rows would take as much again.

    Attributes
    ----------
    columns
        (n, p) calibration variables.
    mixing
        (p, r), r the rank: √weights·columns·mixing is orthonormal.
    regression_weights
        (n,) weights of the regression whose residuals count.
    """

    columns: FloatArray
    mixing: FloatArray
    regression_weights: FloatArray

    @property
    def basis(self) -> FloatArray:
        """The basis, (n, r)."""
        return np.asarray(self.columns * np.sqrt(self.regression_weights)[:, None] @ self.mixing, dtype=np.float64)

    def residual(self, scaled: FloatArray) -> FloatArray:
        """Scores (n, k), times √weights, without their projection on the basis."""
        root = np.sqrt(self.regression_weights)[:, None]
        blocks = row_blocks(len(scaled))
        loads = [(self.columns[b] * root[b]).T @ scaled[b] for b in blocks]
        coefficients = self.mixing @ (self.mixing.T @ np.sum(loads, axis=0))
        out = np.empty_like(scaled)
        for b in blocks:
            out[b] = scaled[b] - self.columns[b] * root[b] @ coefficients
        return out


@dataclass(frozen=True, slots=True, eq=False)
class SurveyDesign:
    """How respondents came into the sample.

    Attributes
    ----------
    weights
        (n,) 0 or more.
    stages
        First stage first.
    lonely
        What to do with a stratum that holds one unit.
    projections
        One for each calibration, in order.
    """

    weights: FloatArray
    stages: tuple[Stage, ...]
    lonely: LonelyRule = "fail"
    projections: tuple[Projection, ...] = ()

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.weights)

    def degrees_of_freedom(self, rows: npt.NDArray[np.bool_] | None = None) -> int:
        """Primary units minus strata among rows with weight (and in a domain)."""
        kept = self.weights != 0 if rows is None else (self.weights != 0) & rows
        first = self.stages[0]
        units, strata = (int(np.count_nonzero(np.bincount(codes[kept]))) for codes in (first.unit, first.parent))
        return units - strata


def survey_design(
    n: int,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: Columns = None,
    fpc: Columns = None,
    lonely: LonelyRule = "fail",
) -> SurveyDesign:
    """Describe a sampling design.

    Use it for a stratified, clustered or multi-stage sample. Clusters are nested in strata, later stages in earlier
    ones.

    Parameters
    ----------
    n
        Rows.
    weights
        (n,) or None: then the inverse of the sampling fractions, or 1 without `fpc`.
    strata
        (n,) of the first stage, or None.
    clusters
        (n,), or one such column for each stage; None: every row is its own unit.
    fpc
        Like `clusters`: population sizes (all 1 or more) or sampled shares (all 1 or less), constant within a parent.
    lonely
        For a parent with one sampled unit: `fail`, `certainty` or `remove` (it adds nothing), `adjust` (its total is
        centred at 0, the mean of all scores), `average` (it adds the average of the other strata).

    Returns
    -------
    SurveyDesign

    Raises
    ------
    EstimationError
        When lengths differ, codes or sizes are missing, a size varies within its parent or is smaller than the sample,
        there are more corrections than stages, or a weight is negative.

    Source
        Särndal, Swensson & Wretman 1992, chapter 4; rules for single units as `survey.lonely.psu` of R survey 4.1.

    Example
    -------
    >>> survey_design(4, clusters=[1, 1, 2, 2]).degrees_of_freedom()
    1
    """
    if lonely not in get_args(LonelyRule):
        raise EstimationError(f"lonely is '{lonely}'; choose one of {', '.join(get_args(LonelyRule))}")
    units = _columns(clusters, n) or [np.arange(n)]
    sizes = _columns(fpc, n)
    if len(sizes) > len(units):
        raise EstimationError(
            f"fpc has {len(sizes)} columns for {len(units)} stage(s); give one for each stage at most"
        )
    parent = dense_codes(strata, "strata", n, np.zeros(n, dtype=np.int64))
    names = () if strata is None else tuple(str(v) for v in np.unique(np.asarray(strata)))
    stages: list[Stage] = []
    for level, column in enumerate(units):
        own = dense_codes(column, "clusters", n, np.arange(n, dtype=np.int64))
        crossed = parent * (int(own.max()) + 1) + own
        unit = np.unique(crossed, return_inverse=True)[1].astype(np.int64) if parent.any() else own
        fraction = _fractions(sizes[level], unit, parent) if level < len(sizes) else np.zeros(n)
        stages.append(Stage(unit, parent, fraction, names if level == 0 else ()))
        parent = unit
    w = checked_weights(weights, n)
    if w is None:
        drawn = np.prod([s.fraction for s in stages[: len(sizes)]], axis=0) if sizes else np.ones(n)
        if not (drawn > 0).all():
            raise EstimationError("fpc is infinite and no weights are given; give weights")
        w = 1 / np.asarray(drawn, dtype=np.float64)
    return SurveyDesign(w, tuple(stages), lonely)


def _columns(given: Columns, n: int) -> list[npt.NDArray[np.generic]]:
    if given is None:
        return []
    first = given[0] if isinstance(given, (list, tuple)) and len(given) else given
    nested = isinstance(given, (list, tuple)) and np.asarray(first).ndim == 1
    columns = [np.asarray(c) for c in given] if nested else [np.asarray(given)]  # type: ignore[union-attr]
    for column in columns:
        if column.shape != (n,):
            raise EstimationError(f"clusters or fpc has shape {column.shape}; give one value for each of the {n} rows")
    return columns


def _fractions(size: npt.NDArray[np.generic], unit: IntArray, parent: IntArray) -> FloatArray:
    """Sampled share of each row's parent, from population sizes or shares."""
    values = _sizes(size)
    first = _first_rows(unit)
    sampled = np.bincount(parent[first], minlength=int(parent.max()) + 1)[parent].astype(np.float64)
    lowest = np.full(int(parent.max()) + 1, np.inf)
    np.minimum.at(lowest, parent, values)
    varies = values != lowest[parent]
    if varies.any():
        row = int(varies.argmax())
        raise EstimationError(
            f"fpc is {values[row]:g} at position {row + 1} and {lowest[parent[row]]:g} elsewhere in its stratum; "
            "give one population size for each stratum"
        )
    population = sampled / values if values.max() <= 1 else values
    short = population < sampled * (1 - CENSUS_SHARE)
    if short.any():
        row = int(short.argmax())
        raise EstimationError(
            f"fpc is {population[row]:g} at position {row + 1} where {sampled[row]:g} units were sampled; "
            "a population is at least as large as its sample"
        )
    return np.asarray(np.minimum(sampled / population, 1.0), dtype=np.float64)


def _sizes(size: npt.NDArray[np.generic]) -> FloatArray:
    try:
        values = size.astype(np.float64)
    except ValueError as error:
        raise EstimationError("fpc holds text; give population sizes, or sampled shares of 1 or less") from error
    bad = ~np.isfinite(values) & ~np.isposinf(values) | (values <= 0)
    if bad.any():
        row = int(bad.argmax())
        raise EstimationError(f"fpc is {values[row]:g} at position {row + 1}; give a population size above 0")
    if values.min() < 1 < values.max():
        raise EstimationError("fpc mixes population sizes with shares below 1; give one kind")
    return values


def total_covariance(design: SurveyDesign, scores: FloatArray, rows: npt.NDArray[np.bool_] | None = None) -> FloatArray:
    """Estimate the covariance of the totals of scores.

    Use it after linearisation: pass w·z/(scale) row by row, zero outside a domain.

    Parameters
    ----------
    design
        Of n rows.
    scores
        (n, k) linearised values, weights included.
    rows
        (n,) the domain: only its strata are averaged over by the rule `average`. None for all.

    Returns
    -------
    numpy.ndarray
        (k, k).

    Raises
    ------
    EstimationError
        When a stratum holds one unit and the rule is `fail`, or every stratum does and the rule is `average`.

    Source
        Särndal, Swensson & Wretman 1992, result 4.3.1 (multi-stage, first-stage fractions multiply later stages);
        calibration residuals: Deville & Särndal 1992, JASA 87(418), eq. (3.4).

    Example
    -------
    >>> total_covariance(survey_design(2), np.array([[1.0], [-1.0]])).round(6).tolist()
    [[4.0]]
    """
    x = scores
    for projection in design.projections:
        x = _residual(x, projection, design.weights)
    covariance = np.zeros((x.shape[1], x.shape[1]))
    factor = np.ones(len(x))
    for level, stage in enumerate(design.stages):
        if not (factor > 0).any():
            break
        covariance = covariance + _stage_covariance(x, stage, factor, (design.lonely, level + 1), rows)
        factor = factor * stage.fraction
    return covariance


def _residual(x: FloatArray, projection: Projection, weights: FloatArray) -> FloatArray:
    """Replace w·z by w·(z − fitted z), regression weighted by the projection's weights; rows of weight 0 stay 0.

    Linear calibration may leave negative weights; their rows carry variance like all others.
    """
    root = np.sqrt(projection.regression_weights)
    kept = weights != 0
    z = np.zeros_like(x)
    z[kept] = x[kept] / weights[kept, None]
    scaled = z * root[:, None]
    residual = projection.residual(scaled)
    out = np.zeros_like(x)
    usable = kept & (root > 0)
    out[usable] = residual[usable] / root[usable, None] * weights[usable, None]
    return out


def _stage_covariance(
    x: FloatArray,
    stage: Stage,
    factor: FloatArray,
    rule: tuple[LonelyRule, int],
    rows: npt.NDArray[np.bool_] | None,
) -> FloatArray:
    lonely, unit = rule[0], stage.unit
    centred, parent, single = _centred_totals(x, stage, factor, rule)
    n_h = np.bincount(parent).astype(np.float64)
    product: FloatArray = centred.T @ centred
    if lonely == "average" and single.any():
        inside = np.ones(len(unit), dtype=bool) if rows is None else rows
        held = np.bincount(parent[unit[inside]], minlength=len(n_h)) > 0
        if not (held & ~single).any():
            raise EstimationError("strata hold one cluster each; a variance needs a stratum with at least 2")
        product = product * held.sum() / float((held & ~single).sum())
    return product


def _centred_totals(
    x: FloatArray, stage: Stage, factor: FloatArray, rule: tuple[LonelyRule, int]
) -> tuple[FloatArray, IntArray, npt.NDArray[np.bool_]]:
    """Totals of a stage's units, centred and scaled so that their squares add up to the variance.

    With them come the parent of each unit, and which parents hold a single unit.
    """
    lonely, level = rule
    unit = stage.unit
    first = _first_rows(unit)
    parent = stage.parent[first]
    totals = np.column_stack([np.bincount(unit, weights=c, minlength=len(first)) for c in x.T])
    n_h = np.bincount(parent).astype(np.float64)
    f_h = np.zeros(len(n_h))
    f_h[parent] = stage.fraction[first]
    outer = np.zeros(len(n_h))
    outer[parent] = factor[first]
    open_h = (1 - f_h > CENSUS_SHARE) & (outer > 0)
    single = (n_h == 1) & open_h
    if single.any() and lonely == "fail":
        raise EstimationError(_lonely_message(stage, parent, first, int(single.argmax()), level))
    means = np.column_stack([np.bincount(parent, weights=c) for c in totals.T]) / n_h[:, None]
    if lonely == "adjust":
        means[single] = 0.0
    scale = np.where(open_h, outer * (1 - f_h) * n_h / np.maximum(n_h - 1, 1), 0.0)
    return (totals - means[parent]) * np.sqrt(scale[parent])[:, None], parent, single


def first_stage_contributions(design: SurveyDesign, scores: FloatArray) -> FloatArray:
    """Give what each primary unit adds to the variance of the totals of scores, before squaring.

    Parameters
    ----------
    design, scores
        As in `total_covariance`.

    Returns
    -------
    numpy.ndarray
        (G, k), G primary units; its cross product is the first stage's part of `total_covariance`.

    Raises
    ------
    EstimationError
        As `total_covariance`.
    """
    x = scores
    for projection in design.projections:
        x = _residual(x, projection, design.weights)
    return _centred_totals(x, design.stages[0], np.ones(len(x)), (design.lonely, 1))[0]


def _first_rows(codes: IntArray) -> IntArray:
    """Position of the first row of each code, codes being 0, 1, ... without a gap."""
    first = np.empty(int(codes.max()) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _lonely_message(stage: Stage, parent: IntArray, first: IntArray, group: int, level: int) -> str:
    if level > 1 or not stage.names:
        where = (
            "clusters holds one unit only" if level == 1 else f"clusters: a unit of stage {level - 1} holds one unit"
        )
        return f"{where}; a variance needs at least 2, or choose another rule than fail for lonely units"
    name = stage.names[int(stage.parent[first[parent == group][0]])]
    return (
        f"strata '{name}' holds one cluster only; merge it with a neighbouring stratum, or choose certainty, adjust or "
        "average for lonely units"
    )


def with_weights(design: SurveyDesign, weights: FloatArray, projection: Projection | None = None) -> SurveyDesign:
    """Give the design other weights, and the projection that made them.

    Parameters
    ----------
    design, weights, projection
        Of n rows; None when weights were trimmed or replaced by hand.

    Returns
    -------
    SurveyDesign
    """
    more = () if projection is None else (projection,)
    return replace(design, weights=weights, projections=(*design.projections, *more))
