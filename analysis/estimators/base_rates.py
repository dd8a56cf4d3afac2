"""Base rates: what a flag is worth, if prevalence, sensitivity and specificity were known.

What belongs here: Bayes' rule on arrays, and its bounds when the error rates are known only within limits.
What must not: any person, account, score or threshold; any statement that a flag shows danger or decides asylum.

Wording rule: flags that agree with the opinion held are `correctly labelled opinions`, the others are `wrong labels`.
Every result is conditional: IF the three rates were these, THEN this share of flags would be right. Even a share of 1
is a statement about an opinion, not about danger and not about an asylum claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import Interval
from analysis.estimators.variance import FloatArray

PER = 1000


@dataclass(frozen=True, slots=True, eq=False)
class BaseRates:
    """Consequences of flagging, for each combination of rates; all arrays share the broadcast shape.

    Attributes
    ----------
    flagged_share
        Share of all people who would be flagged.
    positive_predictive_value
        Share of flags that label the opinion correctly.
    wrong_labels_per_1000, correctly_labelled_opinions_per_1000, missed_opinions_per_1000
        Per 1,000 people looked at.
    """

    flagged_share: FloatArray
    positive_predictive_value: FloatArray
    wrong_labels_per_1000: FloatArray
    correctly_labelled_opinions_per_1000: FloatArray
    missed_opinions_per_1000: FloatArray


def base_rates(prevalence: npt.ArrayLike, sensitivity: npt.ArrayLike, specificity: npt.ArrayLike) -> BaseRates:
    """Work out how many flags would be right and wrong.

    Use it to show a conditional identity; no rate is estimated here, and no validated instrument supplies them.

    Parameters
    ----------
    prevalence
        Share holding the opinion, 0..1.
    sensitivity
        Share of holders who would be flagged, 0..1.
    specificity
        Share of non-holders who would not be flagged, 0..1. The three broadcast against each other.

    Returns
    -------
    BaseRates

    Raises
    ------
    EstimationError
        When a rate is missing or outside 0..1, shapes do not broadcast, or nobody would be flagged (the share of flags
        that are right is then undefined).

    Source
        Bayes' rule; Meehl & Rosen 1955, Psychological Bulletin 52(3), 194–216; Altman & Bland 1994, BMJ 309, 102.

    Example
    -------
    >>> round(float(base_rates(0.01, 0.80, 0.95).wrong_labels_per_1000), 6)
    49.5
    """
    p, se, sp = _broadcast(prevalence, sensitivity, specificity)
    correct, wrong = p * se, (1 - p) * (1 - sp)
    flagged = correct + wrong
    _refuse_no_flags(flagged, p, se, sp)
    return BaseRates(
        flagged_share=flagged,
        positive_predictive_value=np.asarray(correct / flagged),
        wrong_labels_per_1000=np.asarray(PER * wrong),
        correctly_labelled_opinions_per_1000=np.asarray(PER * correct),
        missed_opinions_per_1000=np.asarray(PER * p * (1 - se)),
    )


def predictive_value_bounds(prevalence: Interval, sensitivity: Interval, specificity: Interval) -> Interval:
    """Bound the share of flags that are right when each rate is only known to lie in an interval.

    The odds of a correct label are p/(1 − p) × se/(1 − sp): they rise with prevalence, with sensitivity and with
    specificity, whatever the other two are. So the two ends are at the three lower and the three upper limits, and the
    bounds are sharp.

    Parameters
    ----------
    prevalence, sensitivity, specificity
        Closed intervals within 0..1; a known rate is an interval of length 0, an unknown one is 0..1.

    Returns
    -------
    Interval

    Raises
    ------
    EstimationError
        When an interval is reversed, a limit is outside 0..1, or nobody would be flagged at an end.

    Source
        Monotonicity of Bayes' rule in odds form; partial identification: Manski 2007, Identification for Prediction and
        Decision, chapter 2.

    Example
    -------
    >>> predictive_value_bounds(Interval(0.1, 0.1), Interval(0.9, 0.9), Interval(0.99, 1.0)).high
    1.0
    """
    rates = {"prevalence": prevalence, "sensitivity": sensitivity, "specificity": specificity}
    for name, rate in rates.items():
        if rate.low > rate.high:
            raise EstimationError(f"{name} interval [{rate.low}, {rate.high}] is reversed; put the lower limit first")
    ends = [[getattr(rate, end) for rate in rates.values()] for end in ("low", "high")]
    low, high = (float(base_rates(*end).positive_predictive_value) for end in ends)
    return Interval(low, high)


def _broadcast(prevalence: npt.ArrayLike, sensitivity: npt.ArrayLike, specificity: npt.ArrayLike) -> list[FloatArray]:
    named = {"prevalence": prevalence, "sensitivity": sensitivity, "specificity": specificity}
    rates = [_checked_rate(values, name) for name, values in named.items()]
    try:
        return [np.asarray(a) for a in np.broadcast_arrays(*rates)]
    except ValueError as error:
        shapes = ", ".join(f"{name} {r.shape}" for name, r in zip(named, rates, strict=True))
        raise EstimationError(f"shapes do not fit: {shapes}; reshape so that numpy can broadcast them") from error


def _checked_rate(values: npt.ArrayLike, name: str) -> FloatArray:
    rate = np.asarray(values, dtype=np.float64)
    is_wrong = ~((rate >= 0) & (rate <= 1))
    if is_wrong.any():
        raise EstimationError(f"{name} is {rate[is_wrong].flat[0]:g}; give a share between 0 and 1 (1 % is 0.01)")
    return rate


def _refuse_no_flags(flagged: FloatArray, p: FloatArray, se: FloatArray, sp: FloatArray) -> None:
    none = flagged == 0
    if none.any():
        rates = f"prevalence {p[none].flat[0]:g}, sensitivity {se[none].flat[0]:g}, specificity {sp[none].flat[0]:g}"
        raise EstimationError(f"nobody would be flagged at {rates}: no share of flags exists, drop the row")
