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
from analysis.estimators.list_experiment.boundary import Linear, is_at_boundary, with_linear_limits
from analysis.estimators.list_experiment.regression import (
    ListRegression,
    RegressionData,
    covariance_of,
    linear_regression,
)
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_share

UNIT = "share of respondents"
METHOD = "average of fitted values, delta method"
# Nobody's pull is stretched by more than the inverse root of what this leaves.
MAX_LEVERAGE = 0.9
# Fits whose average a linear regression of the same data estimates too.
LINEAR_TOO, LINEAR_MODELS = ("ml", "nls"), (None, "constrained", "unconstrained", "beta-binomial")


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
    """An average prediction.

    Attributes
    ----------
    value, gradient
        Average, and its derivative in the coefficients (k,).
    is_share
        Whether it lies between 0 and 1 by design.
    row, item
        Average row of covariates (m,), None where a linear regression would average otherwise; sensitive item from 0.
    """

    value: float
    gradient: FloatArray
    is_share: bool = False
    row: FloatArray | None = None
    item: int = 0


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
    return Average(float(share @ p), gradient, fit.link == "logit", share @ rows, item)


def predict(
    fit: ListRegression,
    averages: dict[str, Average],
    confidence: float = DEFAULT_CONFIDENCE,
    linear: ListRegression | None = None,
) -> tuple[Estimate, ...]:
    """Turn averages, or differences of averages, into estimates.

    The standard error is the delta method's. Intervals of logistic fits rest on a sandwich in which each respondent's
    pull is stretched by leverage, and shares get theirs on the logit scale: where an estimate is low by chance its
    standard error is small as well, so that value ± quantile × se misses the truth from below too often. Where the fit
    ran to the boundary there is no standard error, and the limits are those of `with_linear_limits`.

    Parameters
    ----------
    fit
        Where they come from.
    averages
        Term to average.
    confidence
        Coverage of the intervals.
    linear
        Linear regression of the same data, for fits at the boundary; made here for a single item when None.

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
    return tuple(
        _at_boundary(fit, term, a, linear, confidence)
        if fit.link == "logit" and _is_at_boundary(fit, a)
        else _prediction(fit, term, a, stretched, confidence)
        for term, a in averages.items()
    )


def _is_at_boundary(fit: ListRegression, a: Average) -> bool:
    k = fit.sensitive_n
    block = slice(a.item * k, (a.item + 1) * k)
    lost = fit.undetermined is not None and bool(fit.undetermined[block].any())
    is_separated = lost or (fit.convergence is not None and fit.convergence.separated_n > 0)
    return is_at_boundary(a.value, delta_se(a.gradient, fit.covariance), is_separated=is_separated, is_share=a.is_share)


def _at_boundary(
    fit: ListRegression, term: str, a: Average, linear: ListRegression | None, confidence: float
) -> Estimate:
    made = _prediction(fit, term, a, None, confidence)
    has_linear = fit.estimator in LINEAR_TOO and fit.model in LINEAR_MODELS
    other = linear_regression(fit.data) if linear is None and has_linear else linear
    lowest = 0.0 if a.is_share else -1.0
    return with_linear_limits(
        made, a.row, None if other is None else _linear_average(other, a.item), lowest, confidence=confidence
    )


def _linear_average(fit: ListRegression, item: int) -> Linear:
    """Average of a linear regression, and its error, for an average row."""
    k = fit.sensitive_n
    block = slice(item * k, (item + 1) * k)

    def found(row: FloatArray) -> tuple[float, float]:
        return float(row @ fit.coefficients[block]), delta_se(row, fit.covariance[block, block])

    return found


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
    row = None if first.row is None or second.row is None else first.row - second.row
    return Average(first.value - second.value, first.gradient - second.gradient, row=row, item=first.item)


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
    if fit.link == "logit" and _is_at_boundary(fit, told):
        gap = _gap_at_boundary(fit, gap, share * (d - said), said, confidence)
    return DirectComparison(prediction, _with_share_limits(direct_share, d, fit.data, confidence), gap)


def _gap_at_boundary(fit: ListRegression, gap: Estimate, pull: FloatArray, said: float, confidence: float) -> Estimate:
    """The linear regression's average minus the share of yes, errors joint; the average within 0 to 1."""
    if fit.estimator not in LINEAR_TOO or fit.model not in LINEAR_MODELS:
        return with_linear_limits(gap, None, None, -1.0, confidence=confidence)
    linear = linear_regression(fit.data)
    told = average(linear)
    joint = covariance_of(np.column_stack([linear.influence @ told.gradient, pull]), fit.data)
    se = float(np.sqrt(joint[0, 0] + joint[1, 1] - 2 * joint[0, 1]))
    within = float(np.clip(told.value, 0.0, 1.0)) - said
    return with_linear_limits(gap, np.ones(1), lambda _row: (within, se), -1.0, confidence=confidence)


def _with_share_limits(made: Estimate, d: FloatArray, data: RegressionData, confidence: float) -> Estimate:
    """The project's rule for shares."""
    design = survey_design(len(d), weights=data.weights, strata=data.strata, clusters=data.clusters)
    _, (limits,) = survey_share(d, design, confidence=confidence)
    return replace(made, low=limits.low, high=limits.high)


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
