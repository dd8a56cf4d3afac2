"""Blending a probability-like sample with an opt-in sample: one composite estimate, and whether the two agree.

What belongs here: combining two estimates of one share or mean. What must not: making either of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, usable_estimate

# Two samples of one population should not differ by this much of their standard error more often than one time in 20.
DISAGREEMENT_P = 0.05
NO_BOUND = "no interval: nothing outside the two samples bounds the bias of the opt-in sample"


@dataclass(frozen=True, slots=True)
class BlendedEstimate:
    """A composite of two samples.

    Attributes
    ----------
    composite
        Weighted mean of both. Its interval holds the truth for every opt-in bias up to `bias_bound`; without a bound it
        has neither standard error nor interval.
    opt_in_weight
        Weight of the opt-in estimate, between 0 and 1.
    difference, difference_p
        Opt-in minus reference, and the test that they estimate the same.
    bias_bound
        Largest opt-in bias that was allowed; the one that the difference suggests where no bound was given.
    """

    composite: Estimate
    opt_in_weight: float
    difference: float
    difference_p: float
    bias_bound: float


def blend(reference: Estimate, opt_in: Estimate, bias_bound: float | None = None) -> BlendedEstimate:
    """Combine a reference sample (such as web-RDS) with an opt-in sample, in inverse proportion to mean squared error.

    Use it when the reference is small; the opt-in sample then helps as far as its bias is known to be small. The bound
    must come from elsewhere: a bias that is read off the difference of the two samples gives a composite, but no
    interval, since that interval would hold the truth far too rarely (46 % of the time at its worst).

    Parameters
    ----------
    reference, opt_in
        Usable estimates of the same quantity with standard errors, from different respondents.
    bias_bound
        Largest opt-in bias, either way, that outside knowledge allows; None weighs by what the difference suggests,
        √max(difference² − both variances, 0).

    Returns
    -------
    BlendedEstimate

    Raises
    ------
    EstimationError
        When an estimate has no value or no standard error above 0, or the bound is negative.

    Source
        Weights: Elliott & Haviland 2007, Survey Methodology 33(2), 211–215. Interval under a bounded bias: Armstrong &
        Kolesár 2018, Econometrica 86(2), 655–683.

    Example
    -------
    >>> a = usable_estimate("y", 0.20, 0.04, n=200, unit="share", method="rds-ii")
    >>> b = usable_estimate("y", 0.22, 0.01, n=2000, unit="share", method="opt-in")
    >>> round(blend(a, b, bias_bound=0.05).opt_in_weight, 2)
    0.38
    """
    for name, estimate in (("reference", reference), ("opt_in", opt_in)):
        if estimate.value is None or not estimate.se:
            raise EstimationError(f"{name} has no value or no standard error; a blend needs both from each sample")
    if bias_bound is not None and not bias_bound >= 0:
        raise EstimationError(f"bias_bound is {bias_bound:g}; give 0 or more")
    own, other = float(reference.value or 0.0), float(opt_in.value or 0.0)
    own_variance, other_variance = float(reference.se or 0.0) ** 2, float(opt_in.se or 0.0) ** 2
    gap, spread = other - own, own_variance + other_variance
    bias = math.sqrt(max(gap * gap - spread, 0.0)) if bias_bound is None else bias_bound
    weight = own_variance / (spread + bias * bias)
    se = math.sqrt((1 - weight) ** 2 * own_variance + weight**2 * other_variance)
    p = float(2 * stats.norm.sf(abs(gap) / math.sqrt(spread)))
    composite = usable_estimate(
        reference.term, (1 - weight) * own + weight * other, se, n=reference.n + opt_in.n, unit=reference.unit,
        method=f"composite of {reference.method} and {opt_in.method}", warnings=_said(gap, p, bias_bound),
    )  # fmt: skip
    if bias_bound is None:
        composite = replace(composite, se=None, low=None, high=None)
    else:
        half = se * _critical_value(weight * bias / se, composite.confidence)
        value = float(composite.value or 0.0)
        composite = replace(composite, low=value - half, high=value + half)
    return BlendedEstimate(composite, weight, gap, p, bias)


def _said(gap: float, p: float, bias_bound: float | None) -> tuple[str, ...]:
    differ = f"the two samples differ by {gap:+.3f} (p = {p:.3g}): report them side by side"
    return ((differ,) if p < DISAGREEMENT_P else ()) + ((NO_BOUND,) if bias_bound is None else ())


def _critical_value(bias: float, confidence: float) -> float:
    """Quantile of |N(bias, 1)|: how many standard errors hold the truth when the bias is that many of them."""
    return float(math.sqrt(stats.ncx2.ppf(confidence, 1, bias * bias)))
