"""Blending a probability-like sample with an opt-in sample: one composite estimate, and whether the two agree.

What belongs here: combining two estimates of one share or mean. What must not: making either of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, usable_estimate

# Two samples of one population should not differ by this much of their standard error more often than one time in 20.
DISAGREEMENT_P = 0.05


@dataclass(frozen=True, slots=True)
class BlendedEstimate:
    """A composite of two samples.

    Attributes
    ----------
    composite
        Weighted mean of both, with a standard error that counts the assumed bias of the opt-in sample.
    opt_in_weight
        Weight of the opt-in estimate, between 0 and 1.
    difference, difference_p
        Opt-in minus reference, and the test that they estimate the same.
    bias_allowed
        Standard deviation of the opt-in bias that was assumed.
    """

    composite: Estimate
    opt_in_weight: float
    difference: float
    difference_p: float
    bias_allowed: float


def blend(reference: Estimate, opt_in: Estimate, bias_allowed: float | None = None) -> BlendedEstimate:
    """Combine a reference sample (such as web-RDS) with an opt-in sample, in inverse proportion to mean squared error.

    Use it when the reference is small; the opt-in sample then helps as far as its bias is believed to be small.

    Parameters
    ----------
    reference, opt_in
        Usable estimates of the same quantity with standard errors, from different respondents.
    bias_allowed
        Standard deviation of the opt-in bias; None takes what the difference of the two suggests,
        √max(difference² − both variances, 0).

    Returns
    -------
    BlendedEstimate

    Raises
    ------
    EstimationError
        When an estimate has no value or no standard error above 0, or the allowed bias is negative.

    Source
        Elliott & Haviland 2007, Survey Methodology 33(2), 211–215.

    Example
    -------
    >>> a = usable_estimate("y", 0.20, 0.04, n=200, unit="share", method="rds-ii")
    >>> b = usable_estimate("y", 0.22, 0.01, n=2000, unit="share", method="opt-in")
    >>> round(blend(a, b, bias_allowed=0.05).opt_in_weight, 2)
    0.38
    """
    for name, estimate in (("reference", reference), ("opt_in", opt_in)):
        if estimate.value is None or not estimate.se:
            raise EstimationError(f"{name} has no value or no standard error; a blend needs both from each sample")
    if bias_allowed is not None and not bias_allowed >= 0:
        raise EstimationError(f"bias_allowed is {bias_allowed:g}; give 0 or more")
    own, other = float(reference.value or 0.0), float(opt_in.value or 0.0)
    own_variance, other_variance = float(reference.se or 0.0) ** 2, float(opt_in.se or 0.0) ** 2
    gap = other - own
    spread = own_variance + other_variance
    bias = math.sqrt(max(gap * gap - spread, 0.0)) if bias_allowed is None else bias_allowed
    weight = own_variance / (own_variance + other_variance + bias * bias)
    value = (1 - weight) * own + weight * other
    se = math.sqrt((1 - weight) ** 2 * own_variance + weight**2 * (other_variance + bias * bias))
    p = float(2 * stats.norm.sf(abs(gap) / math.sqrt(spread)))
    said = (
        (f"the two samples differ by {gap:+.3f} (p = {p:.3g}): report them side by side",) if p < DISAGREEMENT_P else ()
    )
    composite = usable_estimate(
        reference.term, value, se, n=reference.n + opt_in.n, unit=reference.unit,
        method=f"composite of {reference.method} and {opt_in.method}", warnings=said,
    )  # fmt: skip
    return BlendedEstimate(composite, weight, gap, p, bias)
