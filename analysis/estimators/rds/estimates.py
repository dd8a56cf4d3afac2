"""One sample, four estimators.

What belongs here: the sample as arrays, and which weights an estimator gives. What must not: bootstraps, reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.rds.homophily_configuration import homophily_configuration
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts
from analysis.estimators.rds.tree import RecruitmentTree, checked_degrees, recruitment_time
from analysis.estimators.rds.weights import (
    harmonic_degrees,
    salganik_heckathorn_shares,
    spread_over_groups,
    volz_heckathorn_weights,
)
from analysis.estimators.variance import FloatArray, IntArray

NO_DEGREE = "{} respondent(s) have no degree, or a degree of 0: they stay in the recruitment tree with weight 0"
RdsEstimator = Literal["rds-i", "rds-ii", "ss", "hcg"]


@dataclass(frozen=True, slots=True, eq=False)
class RdsSample:
    """A respondent-driven sample with one outcome.

    Attributes
    ----------
    tree, degree
        Of n respondents.
    group
        (n,) 0, 1, … in the order of `levels`, −1 for missing; None when the outcome is a number.
    levels
        Names of the groups, or the outcome's name.
    values
        (n, k) indicators of the groups, or the number; 0 where missing.
    answered
        (n,).
    order
        (n,) positions in order of recruitment.
    population
        Assumed size, None where unknown.
    warnings
        About degrees.
    """

    tree: RecruitmentTree
    degree: FloatArray
    group: IntArray | None
    levels: tuple[str, ...]
    values: FloatArray
    answered: npt.NDArray[np.bool_]
    order: IntArray
    population: float | None
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        """Respondents."""
        return self.tree.n


def rds_sample(
    tree: RecruitmentTree,
    degree: npt.ArrayLike,
    *,
    group: IntArray | None = None,
    levels: tuple[str, ...] = (),
    number: npt.ArrayLike | None = None,
    time: npt.ArrayLike | None = None,
    population: float | None = None,
) -> RdsSample:
    """Check a sample and its outcome; respondents whose degree is missing or 0 stay in the tree with weight 0.

    Parameters
    ----------
    tree, degree, population
        As in `recruitment_tree` and `checked_degrees`.
    group, levels
        Categorical outcome: codes (−1 missing) and names; or
    number
        (n,) numeric outcome, NaN missing.
    time
        (n,) recruitment time; without it the order is that of waves.

    Returns
    -------
    RdsSample

    Raises
    ------
    EstimationError
        As `checked_degrees`; when nobody answered, the outcome has one level only, or is given twice.

    Example
    -------
    >>> from analysis.estimators.rds.tree import recruitment_tree
    >>> rds_sample(recruitment_tree([1, 2], [0, 1]), [2, 3], group=np.array([0, 1]), levels=("no", "yes")).n
    2
    """
    reported = np.asarray(degree, dtype=np.float64)
    weighs = ~(np.isnan(reported) | (reported == 0)) if reported.shape == (tree.n,) else np.ones(tree.n, dtype=bool)
    if not weighs.any():
        raise EstimationError("degree is missing or 0 for every respondent; nobody has a weight")
    # A stand-in keeps the arithmetic finite; it has no part in an estimate.
    stand_in = float(np.median(reported[weighs])) if not weighs.all() else 0.0
    checked = checked_degrees(np.where(weighs, reported, stand_in) if len(weighs) else reported, tree.n, population)
    if (group is None) == (number is None):
        raise EstimationError("y is given twice or not at all; give groups or a number")
    if group is not None:
        group = np.where(weighs, group, -1)
        values = (group[:, None] == np.arange(len(levels))).astype(np.float64)
        answered = group >= 0
        if len(np.unique(group[answered])) < 2:
            raise EstimationError("y has one level only; a share needs at least two")
    else:
        raw = np.where(weighs, np.asarray(number, dtype=np.float64), np.nan)
        answered = np.isfinite(raw)
        values = np.where(answered, raw, 0.0)[:, None]
        if not answered.any():
            raise EstimationError("y is missing for every respondent")
    order = np.argsort(recruitment_time(tree, time), kind="stable").astype(np.int64)
    said = (*checked.warnings, *((NO_DEGREE.format(int((~weighs).sum())),) if not weighs.all() else ()))
    return RdsSample(tree, checked.values, group, levels, values, np.asarray(answered), order, population, said)


@dataclass(frozen=True, slots=True, eq=False)
class RdsPoint:
    """Point estimates.

    Attributes
    ----------
    estimator
        Which.
    values
        (k,) shares of the groups, or one mean.
    weights
        (n,) adding up to 1 over those who answered.
    """

    estimator: RdsEstimator
    values: FloatArray
    weights: FloatArray


def rds_point(sample: RdsSample, estimator: RdsEstimator) -> RdsPoint:
    """Estimate shares (or a mean) by one estimator.

    Parameters
    ----------
    sample
        Checked.
    estimator
        `rds-i` (Salganik–Heckathorn), `rds-ii` (Volz–Heckathorn), `ss` (Gile), `hcg` (Fellows).

    Returns
    -------
    RdsPoint

    Raises
    ------
    EstimationError
        When the estimator is unknown, needs a population size that is missing, or needs groups and has a number; and as
        the estimators themselves.

    Source
        See `weights`, `successive` and `homophily_configuration`.
    """
    if estimator not in get_args(RdsEstimator):
        raise EstimationError(f"estimator is '{estimator}'; choose one of {', '.join(get_args(RdsEstimator))}")
    if estimator in ("ss", "hcg") and sample.population is None:
        raise EstimationError(f"population is missing; {estimator} needs its size, try several")
    if estimator in ("rds-i", "hcg") and sample.group is None:
        raise EstimationError(f"y is a number; {estimator} is for groups, use rds-ii or ss")
    raw = np.where(sample.answered, _weights(sample, estimator), 0.0)
    weights = raw / raw.sum()
    return RdsPoint(estimator, weights @ sample.values, weights)


def _weights(sample: RdsSample, estimator: str) -> FloatArray:
    if estimator == "rds-ii":
        return volz_heckathorn_weights(sample.degree)
    if estimator == "ss":
        return successive_weights(sample.degree, float(sample.population or 0)).weights
    assert sample.group is not None  # noqa: S101 - refused above
    groups_n = len(sample.levels)
    if estimator == "rds-i":
        counts = transition_counts(sample.group, sample.tree.recruiter, groups_n)
        harmonic = harmonic_degrees(sample.degree, sample.group, groups_n)
        return spread_over_groups(salganik_heckathorn_shares(counts.astype(np.float64), harmonic), sample.group)
    fitted = homophily_configuration(
        sample.degree,
        sample.group,
        sample.tree.recruiter,
        order=sample.order,
        population=float(sample.population or 0),
        groups_n=groups_n,
    )
    return fitted.weights
