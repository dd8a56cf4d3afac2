"""List experiment and direct question combined: who says yes openly is counted, the list finds the rest.

What belongs here: the combined estimator of Aronow et al. (2015) and its two placebo tests.
What must not: predictions of a model against a direct question (`prediction`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, two_sided_p, usable_estimate
from analysis.estimators.list_experiment.prediction import checked_direct
from analysis.estimators.list_experiment.regression import RegressionData, covariance_of, regression_data
from analysis.estimators.list_experiment.responses import ListDesign
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_share

UNIT = "share of respondents"
MIN_PER_CELL = 2


@dataclass(frozen=True, slots=True)
class PlaceboTest:
    """A quantity that is known if the assumptions hold: estimate, standard error, expected value, two-sided p-value."""

    value: float
    se: float
    expected: float
    p_value: float
    n: int


@dataclass(frozen=True, slots=True)
class CombinedEstimate:
    """List and direct question together.

    Attributes
    ----------
    combined, direct
        Share holding the item, and share of yes to the direct question.
    list_among_deniers
        Difference in means among those who said no.
    treatment_among_admitters
        Placebo: among those who said yes the list must differ by exactly 1 (fails under a design effect or false yes).
        None, not judged, where fewer than two of an arm said yes.
    treatment_on_direct
        Placebo: the list must not change the direct answer. None, not judged, where all gave the same direct answer.
    """

    combined: Estimate
    direct: Estimate
    list_among_deniers: float
    treatment_among_admitters: PlaceboTest | None
    treatment_on_direct: PlaceboTest | None


@dataclass(frozen=True, slots=True, eq=False)
class _Effect:
    """Effect of the list in one group: value, residuals of the group (zero elsewhere), who is in it."""

    value: float
    residuals: FloatArray
    group: npt.NDArray[np.bool_]


def combine_with_direct(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    direct: npt.ArrayLike,
    *,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    design: ListDesign = "conventional",
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> CombinedEstimate:
    """Combine a list experiment with a direct question put to the same respondents.

    More precise than the list alone. Assumes, beside those of the list, that nobody says yes falsely (monotonicity)
    and that the list does not change the direct answer; both are tested.

    Parameters
    ----------
    response, treat, items, X, names, design, weights, strata, clusters
        As in `regression_data`; X adjusts the list difference (intercept included).
    direct
        (n,) 0/1.
    confidence
        Coverage of the intervals.

    Returns
    -------
    CombinedEstimate

    Raises
    ------
    EstimationError
        As `regression_data`; when fewer than two of those who said no are in an arm.

    Source
        Aronow, Coppock, Crawford & Green 2015, Journal of Survey Statistics and Methodology 3(1), 43–66, eqs (3)–(6);
        without a sampling design equal to `combinedListDirect` of R list 9.2.6. Under a design the linearised variance.

    Example
    -------
    >>> result = combine_with_direct([0, 1] * 10 + [1, 2] * 10, [0] * 20 + [1] * 20, 3, ([0] * 5 + [1] * 5) * 4)
    >>> round(result.combined.value, 6)
    1.0
    """
    data = regression_data(
        response, treat, items, X, names, design=design, weights=weights, strata=strata, clusters=clusters
    )
    d = checked_direct(direct, data.responses.n)
    share = data.w / data.w.sum()
    p = float(share @ d)
    deniers = _effect(data.responses.y, data, d == 0, "said no to the direct question")
    value = p + (1 - p) * deniers.value
    variance, df, method = _variance(data, d, p, deniers)
    p_variance = p * (1 - p) / (data.responses.n - 1)
    if data.has_design:
        p_variance = float(covariance_of((share * (d - p))[:, None], data)[0, 0])
    admitters = _effect_or_none(data, d == 1)
    return CombinedEstimate(
        _named(data, "combined", value, variance, method=method, df=df, confidence=confidence),
        _direct_share(data, d, _named(data, "direct", p, p_variance, method=method, df=df, confidence=confidence)),
        deniers.value,
        None if admitters is None else _placebo(data, admitters, 1.0),
        _placebo_on_direct(data, d),
    )


def _direct_share(data: RegressionData, d: FloatArray, made: Estimate) -> Estimate:
    """The share of yes with the project's interval for shares."""
    design = survey_design(len(d), weights=data.weights, strata=data.strata, clusters=data.clusters)
    _, (limits,) = survey_share(d, design, confidence=made.confidence)
    return replace(made, low=limits.low, high=limits.high)


def _named(
    data: RegressionData, term: str, value: float, variance: float, *, method: str, df: float | None, confidence: float
) -> Estimate:
    return usable_estimate(
        term,
        value,
        float(np.sqrt(variance)),
        n=data.responses.n,
        unit=UNIT,
        method=method,
        confidence=confidence,
        degrees_of_freedom=df,
    )


def _effect(y: FloatArray, data: RegressionData, group: npt.NDArray[np.bool_], named: str) -> _Effect:
    """Regress y on the arm and the covariates inside one group."""
    z = data.responses.treat
    for arm in (0, 1):
        n = int(np.sum(group & (z == arm) & (data.w > 0)))
        if n < max(MIN_PER_CELL, data.X.shape[1] + 1):
            raise EstimationError(f"direct: {n} respondent(s) of arm {arm} {named}; too few: use the list alone")
    full = np.column_stack([z, data.X])[group]
    root = np.sqrt(data.w[group])
    beta = np.linalg.lstsq(full * root[:, None], y[group] * root, rcond=None)[0]
    residuals = np.zeros(len(y))
    residuals[group] = y[group] - full @ beta
    return _Effect(float(beta[0]), residuals, group)


def _effect_or_none(data: RegressionData, group: npt.NDArray[np.bool_]) -> _Effect | None:
    try:
        return _effect(data.responses.y, data, group, "said yes")
    except EstimationError:
        return None


def _arm_variances(data: RegressionData, effect: _Effect) -> tuple[float, float]:
    """Variance of the residuals of a group in the treated and in the control arm, on n − 1."""
    z, group = data.responses.treat, effect.group
    treated, control = (float(np.var(effect.residuals[group & (z == arm)], ddof=1)) for arm in (1, 0))
    return treated, control


def _effect_variance(data: RegressionData, effect: _Effect) -> float:
    """Neyman's variance on residuals, or the linearised one under a design."""
    z, group = data.responses.treat, effect.group
    if data.has_design:
        pull = np.zeros(data.responses.n)
        for arm, sign in ((1, 1.0), (0, -1.0)):
            share = data.w * (group & (z == arm))
            pull += sign * share / share.sum() * effect.residuals
        return float(covariance_of(pull[:, None], data)[0, 0])
    s1, s0 = _arm_variances(data, effect)
    return s1 / int(np.sum(group & (z == 1))) + s0 / int(np.sum(group & (z == 0)))


def _variance(data: RegressionData, d: FloatArray, p: float, deniers: _Effect) -> tuple[float, float | None, str]:
    z, n = data.responses.treat, data.responses.n
    tau = deniers.value
    if not data.has_design:
        s1, s0 = _arm_variances(data, deniers)
        listed = (1 - p) * (s1 / data.responses.treated_n + s0 / data.responses.control_n)
        return (1 - tau) ** 2 * p * (1 - p) / n + listed, None, "list and direct question combined"
    share = data.w / data.w.sum()
    pull = (1 - tau) * share * (d - p)
    for arm, sign in ((1, 1.0), (0, -1.0)):
        weight = data.w * ((d == 0) & (z == arm))
        pull += sign * (1 - p) * weight / weight.sum() * deniers.residuals
    variance = float(covariance_of(pull[:, None], data)[0, 0])
    return variance, _degrees_of_freedom(data), "list and direct question combined, linearised"


def _degrees_of_freedom(data: RegressionData) -> float:
    n = data.responses.n
    strata = np.zeros(n) if data.strata is None else np.unique(np.asarray(data.strata), return_inverse=True)[1]
    clusters = np.arange(n) if data.clusters is None else np.unique(np.asarray(data.clusters), return_inverse=True)[1]
    units = len(np.unique(np.column_stack([strata, clusters]), axis=0))
    return float(units - len(np.unique(strata)))


def _placebo(data: RegressionData, effect: _Effect, expected: float) -> PlaceboTest:
    se = float(np.sqrt(_effect_variance(data, effect)))
    p_value = two_sided_p(effect.value - expected, se)
    return PlaceboTest(effect.value, se, expected, p_value, int(effect.group.sum()))


def _placebo_on_direct(data: RegressionData, d: FloatArray) -> PlaceboTest | None:
    """Nothing can differ between the arms when all who count gave the same answer."""
    if np.ptp(d[data.w > 0]) == 0:
        return None
    return _placebo(data, _effect(d, data, np.ones(data.responses.n, dtype=bool), "answered"), 0.0)
