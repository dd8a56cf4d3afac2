"""A share when some did not answer: what is still possible, whatever they would have said.

What belongs here: bounds of a yes/no share under item nonresponse that is not at random, and limits that cover them.
What must not: models of who answers, people who were never reached (that is for weights), bogus answers (`selection`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, Interval, usable_estimate
from analysis.estimators.selection import Target, bound_quantile
from analysis.estimators.shares import ShareEvidence, share_interval
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.estimates import share_evidences, survey_mean

UNIT = "share of the population"
METHOD = "bounds under item nonresponse, Imbens–Manski limits"
# The share at which a limit of the difference stops to matter is estimated: this many of its errors around it count.
NEAR = 2.0


@dataclass(frozen=True, slots=True)
class Difference:
    """How far those who did not answer may lie below and above those who did, in shares; −1 and 1 for the worst case.

    Raises
    ------
    EstimationError
        When the two are not from −1 to 1 and in order.
    """

    lowest: float = -1.0
    highest: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no range of differences between shares."""
        if not -1 <= self.lowest <= self.highest <= 1:
            raise EstimationError(
                f"difference is from {self.lowest:g} to {self.highest:g}; give two numbers from -1 to 1, lower first"
            )


WORST = Difference()


@dataclass(frozen=True, slots=True)
class NonresponseBounds:
    """What a share can be under one assumption.

    Attributes
    ----------
    difference
        The assumption.
    lowest, highest
        Sharp bounds with their standard errors.
    limits
        Cover the true share wherever it lies between the bounds, or both bounds.
    """

    difference: Difference
    lowest: Estimate
    highest: Estimate
    limits: Interval


@dataclass(frozen=True, slots=True)
class PartlyAnswered:
    """A share that part of the sample did not answer.

    Attributes
    ----------
    answered
        Share of yes among those who answered: the share of all if nonresponse is at random.
    silent_share
        Weighted share that did not answer.
    bounds
        One for each assumption.
    """

    answered: Estimate
    silent_share: float
    bounds: tuple[NonresponseBounds, ...]


def nonresponse_bounds(
    y: npt.ArrayLike,
    design: SurveyDesign,
    differences: tuple[Difference, ...] = (WORST,),
    *,
    domain: npt.ArrayLike | None = None,
    target: Target = "parameter",
    confidence: float = DEFAULT_CONFIDENCE,
) -> PartlyAnswered:
    """Bound a share when those who did not answer may differ from those who did.

    With A the share of all who said yes, r that of all who answered, and δ the difference, the bounds are
    A + (1 − r)·clip(A/r + δ, 0, 1) at the lowest and the highest δ. The worst case assumes nothing; δ = 0 is
    nonresponse at random. Assumes that whoever answered told the truth.

    Parameters
    ----------
    y
        (n,) 1, 0, or NaN for those who were asked and did not answer.
    design
        Of all who were asked.
    differences
        Assumptions.
    domain
        (n,) whom the share is of; everybody if None.
    target
        `parameter`: limits cover the true share; `set`: both bounds.
    confidence
        Coverage.

    Returns
    -------
    PartlyAnswered

    Raises
    ------
    EstimationError
        When an answer is not 0, 1 or NaN, nobody with weight answered, or there are too few clusters.

    Missing
        NaN is an answer that was refused or not known; leave out whoever was not asked.

    Source
        Bounds: Manski 1989, Journal of Human Resources 24(3), 343–360; limits: Imbens & Manski 2004, Econometrica
        72(6), 1845–1857, eq. (7), with the project's interval for shares in the place of the normal one.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> made = nonresponse_bounds([1.0, 0.0, 0.0, 0.0, np.nan], survey_design(5))
    >>> round(made.bounds[0].lowest.value, 3), round(made.bounds[0].highest.value, 3)
    (0.2, 0.4)
    """
    sample = _sample(y, design, domain)
    own = share_interval(sample.p, sample.variance_p, sample.evidences[1], confidence)
    answered = replace(
        _named("answered", sample.p, sample.variance_p, sample.answered_n, confidence), low=own.low, high=own.high
    )
    found = tuple(_bounds(sample, d, target, confidence) for d in differences)
    return PartlyAnswered(answered, 1 - sample.r, found)


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """A and r with their covariance; what shares of all, and shares of those who answered, rest on."""

    A: float
    r: float
    covariance: FloatArray
    evidences: tuple[ShareEvidence, ShareEvidence]
    n: int
    answered_n: int

    @property
    def p(self) -> float:
        return min(self.A / self.r, 1.0)

    @property
    def variance_p(self) -> float:
        return self.variance(np.array([1 / self.r, -self.A / self.r**2]))

    def variance(self, slope: FloatArray) -> float:
        return max(float(slope @ self.covariance @ slope), 0.0)


def _sample(y: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None) -> _Sample:
    values = np.asarray(y, dtype=np.float64)
    if values.shape != (design.n,):
        raise EstimationError(f"y has shape {values.shape} and the design {design.n} rows; give one value for each row")
    wrong = ~np.isnan(values) & ~np.isin(values, (0.0, 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(f"y is {values[row]:g} at position {row + 1}; give 1, 0, or nothing for no answer")
    inside = np.ones(design.n, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    spoke = inside & ~np.isnan(values)
    if not (design.weights[spoke] > 0).any():
        raise EstimationError("y has no answer with a positive weight; without one nothing is known")
    yes = np.nan_to_num(values)
    made = survey_mean(np.column_stack([yes, spoke]), design, inside)
    if made.degrees_of_freedom < 1:
        raise EstimationError("y was asked in one cluster only; a standard error needs two")
    evidences = share_evidences(yes, design, inside)[0], share_evidences(yes, design, spoke)[0]
    if evidences[1].degrees_of_freedom < 1:
        raise EstimationError("y was answered in one cluster only; a standard error needs two")
    A, r = (float(v) for v in made.values)
    return _Sample(A, r, made.covariance, evidences, made.n, int((spoke & (design.weights > 0)).sum()))


def _bounds(sample: _Sample, difference: Difference, target: Target, confidence: float) -> NonresponseBounds:
    ends = [_end(sample, d) for d in (difference.lowest, difference.highest)]
    (low, low_variance, low_evidence), (high, high_variance, high_evidence) = ends
    c = bound_quantile(max(high - low, 0.0), (low_variance**0.5, high_variance**0.5), target, confidence)
    level = 2 * float(ndtr(c)) - 1
    limits = Interval(
        share_interval(low, low_variance, low_evidence, level).low,
        share_interval(high, high_variance, high_evidence, level).high,
    )
    lowest = replace(_named("lowest", low, low_variance, sample.n, confidence), low=limits.low, high=None)
    highest = replace(_named("highest", high, high_variance, sample.n, confidence), low=None, high=limits.high)
    return NonresponseBounds(difference, lowest, highest, limits)


def _end(sample: _Sample, delta: float) -> tuple[float, float, ShareEvidence]:
    """A bound, its variance, and what that rests on: the widest of the pieces that may be the one that holds."""
    A, r, wanted = sample.A, sample.r, sample.p + delta
    value = min(max(A + (1 - r) * min(max(wanted, 0.0), 1.0), 0.0), 1.0)
    near = NEAR * sample.variance_p**0.5
    inner = sample.variance(np.array([1 / r, -A / r**2 - delta])) if -near < wanted < 1 + near else 0.0
    below = sample.variance(np.array([1.0, 0.0])) if wanted < near else 0.0
    above = sample.variance(np.array([1.0, -1.0])) if wanted > 1 - near else 0.0
    is_inner = -near < wanted < 1 + near or 0 <= wanted <= 1
    return value, max(inner, below, above), sample.evidences[int(is_inner)]


def _named(term: str, value: float, variance: float, n: int, confidence: float) -> Estimate:
    return usable_estimate(term, value, variance**0.5, n=n, unit=UNIT, method=METHOD, confidence=confidence)
