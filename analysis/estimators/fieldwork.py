"""Who answered, who stayed, and what the mode or language of an interview moved.

What belongs here: response and attrition tables, tests that staying was selective, adjusted differences between modes.
What must not: imputation; statements about persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, usable_estimate
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign, survey_design
from analysis.estimators.weighting.regression import survey_regression

# Differences of a tenth of a standard deviation are worth a look, of a quarter a warning (Rubin 2001).
NOTABLE_DIFFERENCE = 0.10
LARGE_DIFFERENCE = 0.25
SMALLEST_PROPENSITY = 0.02


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """Response in one group.

    Attributes
    ----------
    group
        Name.
    invited_n, answered_n
        Persons.
    rate, low, high
        Share that answered, with Clopper–Pearson limits.
    """

    group: str
    invited_n: int
    answered_n: int
    rate: float
    low: float
    high: float


def response_table(answered: npt.ArrayLike, group: Sequence[str] | npt.NDArray[np.generic]) -> tuple[ResponseRow, ...]:
    """Tabulate response (or staying in a panel) by group; the first row is everybody.

    Parameters
    ----------
    answered
        (n,) true for those who answered (or stayed), out of everybody invited (or interviewed before).
    group
        (n,) names.

    Returns
    -------
    tuple of ResponseRow

    Raises
    ------
    EstimationError
        When lengths differ or nobody was invited.

    Example
    -------
    >>> [r.rate for r in response_table([True, False, True, True], ["a", "a", "b", "b"])]
    [0.75, 0.5, 1.0]
    """
    came, names = np.asarray(answered, dtype=bool), np.asarray([str(v) for v in group])
    if came.shape != names.shape or not len(came):
        raise EstimationError(f"answered has {len(came)} rows and group {len(names)}; give one group for each person")
    blocks = {"all": np.ones(len(came), dtype=bool)} | {str(v): names == v for v in np.unique(names)}
    return tuple(_response(name, came[rows]) for name, rows in blocks.items())


def _response(name: str, came: npt.NDArray[np.bool_]) -> ResponseRow:
    invited, answered = len(came), int(came.sum())
    limits = stats.binomtest(answered, invited).proportion_ci(0.95)
    return ResponseRow(name, invited, answered, answered / invited, float(limits.low), float(limits.high))


@dataclass(frozen=True, slots=True)
class Balance:
    """One earlier answer among those who stayed and those who left.

    Attributes
    ----------
    name
        Of the variable.
    stayed, left
        Means.
    standardised
        Difference over the pooled standard deviation.
    p_value
        Welch's t.
    size
        `negligible`, `notable` or `large`.
    """

    name: str
    stayed: float
    left: float
    standardised: float
    p_value: float
    size: str


@dataclass(frozen=True, slots=True, eq=False)
class Attrition:
    """Whether staying was selective.

    Attributes
    ----------
    balance
        One row for each variable.
    joint_p
        Wald test that no variable predicts staying (logistic regression, design-based).
    propensity
        (n,) fitted chance of staying.
    weights
        (n,) for those who stayed: starting weight over propensity; 0 for those who left.
    warnings
        Sentences.
    """

    balance: tuple[Balance, ...]
    joint_p: float
    propensity: FloatArray
    weights: FloatArray
    warnings: tuple[str, ...]


def attrition(
    stayed: npt.ArrayLike, X: npt.ArrayLike, names: Sequence[str], design: SurveyDesign | None = None
) -> Attrition:
    """Compare those who stayed with those who left, and weight the former up.

    The weights repair selection on these variables and no other.

    Parameters
    ----------
    stayed
        (n,) true or false.
    X, names
        (n, k) earlier answers without missing values, and their names.
    design
        Of the earlier wave; None for independent persons.

    Returns
    -------
    Attrition

    Raises
    ------
    EstimationError
        When everybody stayed or left, a value is missing, or a variable separates the two.

    Source
        Fitzgerald, Gottschalk & Moffitt 1998, Journal of Human Resources 33(2), 251–299.
    """
    came, x = np.asarray(stayed, dtype=bool), np.asarray(X, dtype=np.float64)
    if x.ndim != 2 or x.shape != (len(came), len(names)) or not np.isfinite(x).all():
        raise EstimationError(
            f"X has shape {x.shape} for {len(came)} persons and {len(names)} names, or a missing value"
        )
    if came.all() or not came.any():
        raise EstimationError("stayed is the same for everybody; there is nothing to compare")
    how = design or survey_design(len(came))
    full = np.column_stack([np.ones(len(came)), x])
    fit = survey_regression(came.astype(float), full, how, "logistic")
    slopes, covariance = fit.coefficients[1:], fit.covariance[1:, 1:]
    wald = float(slopes @ np.linalg.solve(covariance, slopes)) / len(slopes)
    propensity = 1 / (1 + np.exp(-(full @ fit.coefficients)))
    small = int((propensity[came] < SMALLEST_PROPENSITY).sum())
    said = (f"{small} who stayed had a fitted chance below {SMALLEST_PROPENSITY:g}: their weights explode, trim them",)
    rows = tuple(_balance(name, x[came, k], x[~came, k]) for k, name in enumerate(names))
    weights = np.where(came, how.weights / propensity, 0.0)
    p = float(stats.f.sf(wald, len(slopes), max(fit.degrees_of_freedom, 1)))
    return Attrition(rows, p, propensity, weights, said if small else ())


def _balance(name: str, stayed: FloatArray, left: FloatArray) -> Balance:
    if len(stayed) < 2 or len(left) < 2:
        raise EstimationError(f"stayed leaves fewer than two persons on one side for '{name}'; pool waves")
    spread = float(np.sqrt((stayed.var(ddof=1) + left.var(ddof=1)) / 2))
    gap = float(stayed.mean() - left.mean())
    standardised = gap / spread if spread > 0 else 0.0
    size = abs(standardised)
    word = "large" if size >= LARGE_DIFFERENCE else "notable" if size >= NOTABLE_DIFFERENCE else "negligible"
    p = float(stats.ttest_ind(stayed, left, equal_var=False).pvalue) if spread > 0 else 1.0
    return Balance(name, float(stayed.mean()), float(left.mean()), standardised, p, word)


@dataclass(frozen=True, slots=True)
class ModeDifference:
    """What a mode (or language) of interview goes along with.

    Attributes
    ----------
    plain
        Difference of means, second minus first.
    adjusted
        The same among people alike in the covariates; None without covariates.
    warnings
        Sentences: a mode that people chose is no experiment.
    """

    plain: Estimate
    adjusted: Estimate | None
    warnings: tuple[str, ...]


def mode_difference(
    y: npt.ArrayLike,
    second: npt.ArrayLike,
    design: SurveyDesign,
    covariates: npt.ArrayLike | None = None,
    *,
    randomised: bool = False,
) -> ModeDifference:
    """Compare answers between two modes or languages of interview.

    Parameters
    ----------
    y
        (n,) answers, complete.
    second
        (n,) true for the second mode.
    design
        Of the n rows.
    covariates
        (n, k) without intercept, or None.
    randomised
        Whether the mode was assigned at random.

    Returns
    -------
    ModeDifference

    Raises
    ------
    EstimationError
        When a mode is empty; and as `survey_regression`.

    Source
        Vannieuwenhuyze, Loosveldt & Molenberghs 2010, Public Opinion Quarterly 74(5), 1027–1045: selection and
        measurement are confounded unless covariates explain who chose which mode.
    """
    z = np.asarray(second, dtype=bool)
    if z.all() or not z.any():
        raise EstimationError("second holds one mode only; there is nothing to compare")
    plain = _slope("difference", y, np.column_stack([np.ones(len(z)), z]), design)
    adjusted = None
    if covariates is not None:
        adjusted = _slope(
            "adjusted difference", y, np.column_stack([np.ones(len(z)), z, np.asarray(covariates)]), design
        )
    said = (
        () if randomised else ("people chose their mode: this difference mixes who they are with how they were asked",)
    )
    return ModeDifference(plain, adjusted, said)


def _slope(term: str, y: npt.ArrayLike, X: npt.NDArray[np.generic], design: SurveyDesign) -> Estimate:
    fit = survey_regression(y, X.astype(np.float64), design)
    return usable_estimate(
        term,
        float(fit.coefficients[1]),
        float(fit.standard_errors[1]),
        n=fit.n,
        unit="unit of the answer",
        method="weighted least squares, linearised variance",
        degrees_of_freedom=max(fit.degrees_of_freedom, 1),
    )
