"""What a list regression predicts: the share holding the item, for everybody, for groups, against a direct question.

What belongs here: averages of fitted probabilities, their delta-method errors and intervals.
What must not: fitting, formulas (the caller builds the matrix of a changed group), verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.estimate import (
    DEFAULT_CONFIDENCE,
    Estimate,
    Interval,
    logit_interval,
    normal_interval,
    usable_estimate,
)
from analysis.estimators.list_experiment.regression import ListRegression, covariance_of
from analysis.estimators.variance import FloatArray

UNIT = "share of respondents"
METHOD = "average of fitted values, delta method"
# Nobody's pull is stretched by more than the inverse root of what this leaves.
MAX_LEVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class DirectComparison:
    """What the list predicts beside what people said when asked openly.

    Attributes
    ----------
    prediction, direct, difference
        Average prediction, share of yes to the direct question, and the first minus the second: hidden attitudes when
        positive.
    """

    prediction: Estimate
    direct: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """An average prediction, its derivative in the coefficients (k,), and whether it lies between 0 and 1 by design."""

    value: float
    gradient: FloatArray
    is_share: bool = False


def average(fit: ListRegression, X: FloatArray | None = None, item: int = 0) -> Average:
    """Average the fitted shares over rows, weighted as the data were.

    Parameters
    ----------
    fit
        Any list regression.
    X
        (n, k) rows to predict for; the fitted rows when None.
    item
        Which sensitive item, from 0.

    Returns
    -------
    Average

    Raises
    ------
    EstimationError
        When X has another shape than the fitted rows.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 2.4.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import linear_regression, regression_data
    >>> fit = linear_regression(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))
    >>> round(average(fit).value, 6)
    1.0
    """
    rows = fit.data.X if X is None else np.asarray(X, dtype=np.float64)
    if rows.shape != fit.data.X.shape:
        raise EstimationError(f"X has shape {rows.shape}; predictions need the shape of the data, {fit.data.X.shape}")
    k, share = fit.sensitive_n, fit.data.w / fit.data.w.sum()
    eta = rows @ fit.coefficients[item * k : (item + 1) * k]
    p = special.expit(eta) if fit.link == "logit" else eta
    slope = p * (1 - p) if fit.link == "logit" else np.ones_like(p)
    gradient = np.zeros(len(fit.coefficients))
    gradient[item * k : (item + 1) * k] = rows.T @ (share * slope)
    return Average(float(share @ p), gradient, is_share=fit.link == "logit")


def predict(
    fit: ListRegression, averages: dict[str, Average], confidence: float = DEFAULT_CONFIDENCE
) -> tuple[Estimate, ...]:
    """Turn averages, or differences of averages, into estimates.

    The standard error is the delta method's. Intervals of logistic fits rest on a sandwich in which each respondent's
    pull is stretched by leverage, and shares get theirs on the logit scale: where an estimate is low by chance its
    standard error is small as well, so that value ± quantile × se misses the truth from below too often.

    Parameters
    ----------
    fit
        Where they come from.
    averages
        Term to average.
    confidence
        Coverage of the intervals.

    Returns
    -------
    tuple of Estimate

    Source
        Leverage: HC2 of MacKinnon & White 1985, Journal of Econometrics 29(3), 305–325, with the generalised leverage
        s_i' V s_i of a likelihood. R list 9.2.6 gives value ± 1.96 se. Coverage of both: table `method_coverage`.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import linear_regression, regression_data
    >>> fit = linear_regression(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))
    >>> predict(fit, {"prediction": average(fit)})[0].term
    'prediction'
    """
    stretched = _stretched(fit)
    return tuple(_prediction(fit, term, a, stretched, confidence) for term, a in averages.items())


def _prediction(
    fit: ListRegression, term: str, a: Average, stretched: FloatArray | None, confidence: float
) -> Estimate:
    se = delta_se(a.gradient, fit.covariance)
    made = usable_estimate(
        term,
        a.value,
        se,
        n=fit.data.responses.n,
        unit=UNIT,
        method=METHOD,
        confidence=confidence,
        degrees_of_freedom=fit.degrees_of_freedom,
    )
    spread = se if stretched is None else float(np.linalg.norm(stretched @ a.gradient))
    limits = _limits(a, spread, confidence, fit.degrees_of_freedom)
    return replace(made, low=limits.low, high=limits.high)


def _limits(a: Average, spread: float, confidence: float, degrees_of_freedom: float) -> Interval:
    if a.is_share and 0 < a.value < 1:
        return logit_interval(a.value, spread, confidence, degrees_of_freedom)
    return normal_interval(a.value, spread, confidence, degrees_of_freedom)


def _stretched(fit: ListRegression) -> FloatArray | None:
    """Pull of each respondent over the root of what its leverage leaves; None where the covariance has its own form."""
    if fit.link == "identity" or fit.data.strata is not None or fit.data.clusters is not None:
        return None
    inverse = np.linalg.pinv(fit.covariance, hermitian=True)
    leverage = np.einsum("ni,ij,nj->n", fit.influence, inverse, fit.influence)
    return np.asarray(fit.influence / np.sqrt(1 - np.clip(leverage, 0.0, MAX_LEVERAGE))[:, None])


def delta_se(gradient: FloatArray, covariance: FloatArray) -> float:
    """Give the delta-method standard error of a function of coefficients.

    Parameters
    ----------
    gradient, covariance
        (k,) and (k, k).

    Returns
    -------
    float

    Example
    -------
    >>> delta_se(np.array([2.0]), np.eye(1))
    2.0
    """
    return float(np.sqrt(np.maximum(gradient @ covariance @ gradient, 0.0)))


def difference(first: Average, second: Average) -> Average:
    """Subtract one average from another fitted by the same regression.

    Parameters
    ----------
    first, second
        Averages.

    Returns
    -------
    Average

    Example
    -------
    >>> difference(Average(0.3, np.ones(1)), Average(0.1, np.ones(1))).gradient.tolist()
    [0.0]
    """
    return Average(first.value - second.value, first.gradient - second.gradient)


def compare_with_direct(
    fit: ListRegression, direct: npt.ArrayLike, confidence: float = DEFAULT_CONFIDENCE
) -> DirectComparison:
    """Compare the predicted share with the share that says yes to the direct question.

    Both were measured on the same people, so their errors are correlated; the difference allows for it.

    Parameters
    ----------
    fit
        Any list regression.
    direct
        (n,) 0/1 answers to the direct question.
    confidence
        Coverage of the intervals.

    Returns
    -------
    DirectComparison

    Raises
    ------
    EstimationError
        When an answer is not 0 or 1, or the length differs.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 2.4 (social desirability bias); joint influence instead of
        independent errors.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import linear_regression, regression_data
    >>> fit = linear_regression(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))
    >>> round(compare_with_direct(fit, [0, 1] * 10).difference.value, 6)
    0.5
    """
    d = checked_direct(direct, fit.data.responses.n)
    share = fit.data.w / fit.data.w.sum()
    said = float(share @ d)
    told = average(fit)
    pull = np.column_stack([fit.influence @ told.gradient, share * (d - said)])
    covariance = covariance_of(pull, fit.data)
    contrast = float(np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
    (prediction,) = predict(fit, {"prediction": told}, confidence)
    numbers: tuple[tuple[str, float, float, str], ...] = (
        ("direct", said, float(np.sqrt(covariance[1, 1])), "share of yes"),
        ("prediction_minus_direct", told.value - said, contrast, "average prediction minus share of yes"),
    )
    direct_share, gap = (
        usable_estimate(
            term, value, se, n=fit.data.responses.n, unit=UNIT, method=method, confidence=confidence,
            degrees_of_freedom=fit.degrees_of_freedom,
        )
        for term, value, se, method in numbers
    )  # fmt: skip
    return DirectComparison(prediction, direct_share, gap)


def checked_direct(direct: npt.ArrayLike, n: int) -> FloatArray:
    """Validate answers to the direct question.

    Parameters
    ----------
    direct, n
        (n,) 0/1; respondents expected.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    EstimationError
        When an answer is not 0 or 1, or the length differs.

    Example
    -------
    >>> checked_direct([0, 1], 2).tolist()
    [0.0, 1.0]
    """
    d = np.asarray(direct, dtype=np.float64)
    if d.shape != (n,):
        raise EstimationError(f"direct has shape {d.shape}; give one answer for each of the {n} respondents")
    wrong = ~np.isin(d, (0.0, 1.0))
    if wrong.any():
        i = int(wrong.argmax())
        raise EstimationError(f"direct is {d[i]:g} at position {i + 1}; use 1 for yes and 0 for no")
    return d
