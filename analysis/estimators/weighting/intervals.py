"""Intervals for a proportion and for a quantile under a sampling design.

What belongs here: what turns a variance into limits. What must not: the variance itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval, quantile
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.estimates import survey_mean

ProportionMethod = Literal["mean", "logit", "beta", "likelihood", "arcsine"]


def proportion_interval(
    share: float,
    variance: float,
    n: int,
    degrees_of_freedom: float,
    method: ProportionMethod = "logit",
    *,
    confidence: float = DEFAULT_CONFIDENCE,
) -> Interval:
    """Give limits for a share that was estimated under a design.

    Use `logit` by default; `beta` or `likelihood` for shares near 0 or 1, where the symmetric `mean` may leave the unit
    interval.

    Parameters
    ----------
    share, variance
        Estimate in [0, 1], and its design variance.
    n, degrees_of_freedom
        Rows in the design; primary units minus strata, infinity for the normal.
    method
        `mean` (share ± t·SE), `logit`, `beta` (Korn–Graubard), `likelihood` (Rao–Scott), `arcsine`.
    confidence
        Coverage.

    Returns
    -------
    Interval
        A share of exactly 0 or 1 has no design variance: `beta` gives the exact binomial limits for n rows, the others
        raise.

    Raises
    ------
    EstimationError
        When the share lies outside [0, 1], the method is unknown, the degrees of freedom are below 1, or the share is 0
        or 1 and the method is not `beta`.

    Source
        Korn & Graubard 1998, Survey Methodology 24(2), 193–201; Rao & Scott 1984, Annals of Statistics 12(1), 46–60.
        Equals `svyciprop` of R survey 4.1 (`logit`, `beta`, `mean`, `asin`; `likelihood` solves the equation that R
        interpolates).

    Example
    -------
    >>> limits = proportion_interval(0.5, 0.0025, 100, 99)
    >>> round(limits.low, 3), round(limits.high, 3)
    (0.402, 0.598)
    """
    _check(share, n, degrees_of_freedom, method)
    t = quantile((1 + confidence) / 2, degrees_of_freedom)
    if method == "beta":
        return _beta(share, variance, n, degrees_of_freedom, confidence)
    if share in (0.0, 1.0):
        raise EstimationError(f"share is {share:g}, so its {method} interval does not exist; choose beta")
    se = math.sqrt(variance)
    if method == "mean":
        return Interval(share - t * se, share + t * se)
    if method == "arcsine":
        centre, spread = math.asin(math.sqrt(share)), t * se / (2 * math.sqrt(share * (1 - share)))
        low, high = max(centre - spread, 0.0), min(centre + spread, math.pi / 2)
        return Interval(math.sin(low) ** 2, math.sin(high) ** 2)
    if method == "logit":
        centre, spread = math.log(share / (1 - share)), t * se / (share * (1 - share))
        return Interval(1 / (1 + math.exp(spread - centre)), 1 / (1 + math.exp(-spread - centre)))
    return _likelihood(share, variance, n, t)


def _check(share: float, n: int, degrees_of_freedom: float, method: str) -> None:
    if method not in get_args(ProportionMethod):
        raise EstimationError(f"interval is '{method}'; choose one of {', '.join(get_args(ProportionMethod))}")
    if not 0 <= share <= 1:
        raise EstimationError(f"share is {share:g}; a {method} interval needs a value from 0 to 1")
    if not degrees_of_freedom >= 1 or n < 2:
        raise EstimationError(f"degrees of freedom are {degrees_of_freedom:g}; 1 is needed: more clusters than strata")


def _beta(share: float, variance: float, n: int, df: float, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    if share in (0.0, 1.0) or variance <= 0:
        effective = float(n)
    else:
        ratio = quantile(tail, n - 1) / quantile(tail, df)
        effective = share * (1 - share) / variance * ratio**2
    yes, no = effective * share, effective * (1 - share)
    low = 0.0 if yes == 0 else float(special.betaincinv(yes, no + 1, tail))
    high = 1.0 if no == 0 else float(special.betaincinv(yes + 1, no, 1 - tail))
    return Interval(low, high)


def _likelihood(share: float, variance: float, n: int, t: float) -> Interval:
    """Solve 2·[ℓ(p̂) − ℓ(p)] = t²·(variance over binomial variance); n/(n − 1) is the binomial's own dispersion."""
    effect = variance / (share * (1 - share) / n) * n / (n - 1)
    cut = t * t * effect

    def excess(p: float) -> float:
        return 2 * n * (share * math.log(share / p) + (1 - share) * math.log((1 - share) / (1 - p))) - cut

    low = float(optimize.brentq(excess, 1e-300, share, xtol=1e-14))
    high = float(optimize.brentq(excess, share, np.nextafter(1.0, 0.0), xtol=1e-14))
    return Interval(low, high)


@dataclass(frozen=True, slots=True)
class SurveyQuantile:
    """A quantile with its interval; se is the interval's width over twice the t quantile."""

    probability: float
    value: float
    se: float | None
    low: float | None
    high: float | None


def survey_quantile(
    y: npt.ArrayLike,
    design: SurveyDesign,
    probability: float,
    domain: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> SurveyQuantile:
    """Estimate a quantile: the smallest value at which the weighted distribution function reaches the probability.

    Parameters
    ----------
    y, design, domain
        As in `survey_mean`, one column.
    probability
        Strictly between 0 and 1.
    confidence
        Coverage.

    Returns
    -------
    SurveyQuantile
        A limit is None where the interval for the probability leaves [0, 1].

    Raises
    ------
    EstimationError
        When the probability is outside (0, 1); and as `survey_mean`.

    Source
        Woodruff 1952, JASA 47(260), 635–646. Equals `svyquantile` of R survey 4.1 (`qrule="math"`, `interval="mean"`).

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_quantile([1.0, 2.0, 3.0], survey_design(3), 0.5).value
    2.0
    """
    if not 0 < probability < 1:
        raise EstimationError(f"probability is {probability:g}; give a number strictly between 0 and 1")
    x = np.asarray(y, dtype=np.float64)
    inside = np.ones(design.n, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    kept = inside & (design.weights > 0)
    value = _inverse(x[kept], design.weights[kept], probability)
    below = survey_mean(np.where(inside, x <= value, 0.0), design, inside)
    df = below.degrees_of_freedom
    if df < 1:
        return SurveyQuantile(probability, value, None, None, None)
    t = quantile((1 + confidence) / 2, df)
    share, spread = float(below.values[0]), t * float(below.standard_errors[0])
    low = None if share - spread < 0 else _inverse(x[kept], design.weights[kept], share - spread)
    high = None if share + spread > 1 else _inverse(x[kept], design.weights[kept], share + spread)
    se = None if low is None or high is None else (high - low) / (2 * t)
    return SurveyQuantile(probability, value, se, low, high)


def _inverse(x: FloatArray, w: FloatArray, probability: float) -> float:
    order = np.argsort(x, kind="stable")
    cumulated = np.cumsum(w[order])
    # Steps of a float sum must not move the quantile to the next value.
    target = probability * cumulated[-1] * (1 - 1e-12)
    return float(x[order][min(int(np.searchsorted(cumulated, target)), len(x) - 1)])
