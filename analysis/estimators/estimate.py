"""The shape in which every estimator reports a number: a value, its uncertainty, and whether it may be used at all.

What belongs here: the `Estimate` record, its invariants, and the interval that goes with a standard error.
What must not: any estimator, any rounding for publication, any verdict on a claim.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from analysis.errors import EstimationError

DEFAULT_CONFIDENCE = 0.95
SPREADLESS = 1e-12
"""A standard error this small, on the scale of answers, is the rounding of 0."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A lower and an upper limit, in the unit of the estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated quantity, with its uncertainty and its standing.

    Attributes
    ----------
    term
        Name of the quantity inside its method (`difference`, `control_mean`, `prevalence`, ...).
    value, se, low, high
        Point estimate, standard error and interval limits in `unit`; None where the quantity does not exist.
    confidence
        Nominal coverage of the interval, between 0 and 1.
    n, effective_n
        Rows used; rows of a simple random sample that would be equally precise, None where undefined.
    degrees_of_freedom
        Of the Student t that made the interval; None when the normal was used.
    unit
        What a value of 1 means: `share of respondents`, `items`, ...
    method
        Estimator and variance in words.
    is_usable, unusable_reason
        Whether the number may be read as the quantity it is named after; if not, why, and every number is None.
    warnings
        Sentences a reader must see beside the number.

    Raises
    ------
    EstimationError
        When a number is NaN or infinite, a standard error negative, the interval reversed, a usable estimate has no
        value, or an unusable one has a value or no reason.

    Missing
        None, never NaN.
    """

    term: str
    value: float | None
    se: float | None
    low: float | None
    high: float | None
    confidence: float
    n: int
    effective_n: float | None
    degrees_of_freedom: float | None
    unit: str
    method: str
    is_usable: bool = True
    unusable_reason: str | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a record that contradicts itself."""
        self._refuse_non_finite()
        self._refuse_impossible_spread()
        self._refuse_contradictory_standing()

    def _refuse_non_finite(self) -> None:
        for name in ("value", "se", "low", "high", "effective_n", "degrees_of_freedom"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise EstimationError(f"estimate '{self.term}': {name} is {number}; use None for what does not exist")

    def _refuse_impossible_spread(self) -> None:
        if self.se is not None and self.se < 0:
            raise EstimationError(f"estimate '{self.term}': se is {self.se}; a standard error is 0 or more")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise EstimationError(f"estimate '{self.term}': interval {self.low} to {self.high} is reversed; swap them")

    def _refuse_contradictory_standing(self) -> None:
        numbers = (self.value, self.se, self.low, self.high)
        if self.is_usable and (self.value is None or self.unusable_reason is not None):
            raise EstimationError(f"estimate '{self.term}': usable, so give a value and no reason against use")
        if not self.is_usable and (any(x is not None for x in numbers) or not self.unusable_reason):
            raise EstimationError(f"estimate '{self.term}': not usable, so give None for its numbers, and a reason")


def quantile(probability: float, degrees_of_freedom: float | None = None) -> float:
    """Quantile of Student's t, or of the normal where there are no degrees of freedom.

    The functions under `scipy.stats.t.ppf` and `norm.ppf`: the same bits, without the checks of their arguments, which
    cost a hundred times the quantile where intervals are made by the thousand.

    Example
    -------
    >>> round(quantile(0.975), 3), round(quantile(0.975, 10), 3)
    (1.96, 2.228)
    """
    is_normal = degrees_of_freedom is None
    return float(special.ndtri(probability) if is_normal else special.stdtrit(degrees_of_freedom, probability))


def demand_reachable(others_n: int, level: float, name: str) -> None:
    """Refuse a rank test that cannot reach its level: the smallest rank p-value is 1 over one more than the others.

    Raises
    ------
    EstimationError
        When 1 / (others_n + 1) exceeds the level.

    Example
    -------
    >>> demand_reachable(19, 0.05, "draws")
    """
    if 1 / (others_n + 1) > level:
        raise EstimationError(
            f"{others_n} {name} cannot show anything at level {level:g}: the smallest p-value is 1/{others_n + 1}; "
            "give more, or a higher level"
        )


def one_sided_p(distance: float, se: float, degrees_of_freedom: float | None = None) -> float:
    """p-value of the test that a quantity is at most 0.

    Without spread the test agrees with the interval, which is a point: 0 above zero, else 1.

    Example
    -------
    >>> round(one_sided_p(1.645, 1.0), 2), one_sided_p(1.0, 0.0), one_sided_p(0.0, 0.0)
    (0.05, 0.0, 1.0)
    """
    if se <= SPREADLESS:
        return 0.0 if distance > SPREADLESS else 1.0
    z = -distance / se
    is_normal = degrees_of_freedom is None
    return float(special.ndtr(z) if is_normal else special.stdtr(degrees_of_freedom, z))


def two_sided_p(distance: float, se: float, degrees_of_freedom: float | None = None) -> float:
    """p-value of the test that a quantity is 0: twice the smaller side, 0 or 1 without spread.

    Example
    -------
    >>> round(two_sided_p(-1.96, 1.0), 2), two_sided_p(-1.0, 0.0), two_sided_p(0.0, 0.0)
    (0.05, 0.0, 1.0)
    """
    return min(1.0, 2 * one_sided_p(abs(distance), se, degrees_of_freedom))


def normal_interval(
    value: float, se: float, confidence: float = DEFAULT_CONFIDENCE, degrees_of_freedom: float | None = None
) -> Interval:
    """Give the symmetric interval value ± quantile × se.

    Use it where the estimator is approximately normal; with `degrees_of_freedom` the Student t quantile replaces the
    normal one, as design-based inference does with (PSUs − strata).

    Parameters
    ----------
    value, se
        Point estimate and its standard error, same unit.
    confidence
        Coverage, strictly between 0 and 1.
    degrees_of_freedom
        Of the t distribution, 1 or more; None for the normal.

    Returns
    -------
    Interval

    Raises
    ------
    EstimationError
        When `confidence` is not inside (0, 1) or `degrees_of_freedom` is below 1.

    Source
        Wald interval; t with design degrees of freedom: Korn & Graubard 1990, The American Statistician 44(4), 270–276.

    Example
    -------
    >>> round(normal_interval(0.0, 1.0).high, 2)
    1.96
    """
    _check_interval_arguments(confidence, degrees_of_freedom)
    half_width = quantile((1 + confidence) / 2, degrees_of_freedom) * se
    return Interval(value - half_width, value + half_width)


def logit_interval(
    value: float, se: float, confidence: float = DEFAULT_CONFIDENCE, degrees_of_freedom: float | None = None
) -> Interval:
    """Give the interval of a share that is symmetric on the logit scale: it stays between 0 and 1.

    Use it for shares whose estimator is skewed, where a small estimate comes with a small standard error.

    Parameters
    ----------
    value, se
        Share strictly between 0 and 1, and its standard error.
    confidence, degrees_of_freedom
        As in `normal_interval`.

    Returns
    -------
    Interval

    Raises
    ------
    EstimationError
        When the share is 0, 1 or outside, and as `normal_interval`.

    Source
        Delta method on log(p / (1 − p)), whose error is se / (p (1 − p)); as `svyciprop(method = "logit")` of R survey.

    Example
    -------
    >>> round(logit_interval(0.1, 0.05).low, 3)
    0.036
    """
    if not 0 < value < 1:
        raise EstimationError(f"value is {value}; a logit interval needs a share strictly between 0 and 1")
    limits = normal_interval(math.log(value / (1 - value)), se / (value * (1 - value)), confidence, degrees_of_freedom)
    return Interval(_share(limits.low), _share(limits.high))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > 0 else 1 - 1 / (1 + math.exp(logit))


def _check_interval_arguments(confidence: float, degrees_of_freedom: float | None) -> None:
    if not 0 < confidence < 1:
        raise EstimationError(f"confidence is {confidence}; give a number strictly between 0 and 1, such as 0.95")
    if degrees_of_freedom is not None and not degrees_of_freedom >= 1:
        raise EstimationError(f"degrees_of_freedom is {degrees_of_freedom}; 1 is needed: more clusters than strata")


def usable_estimate(
    term: str,
    value: float,
    se: float,
    *,
    n: int,
    unit: str,
    method: str,
    confidence: float = DEFAULT_CONFIDENCE,
    effective_n: float | None = None,
    degrees_of_freedom: float | None = None,
    warnings: tuple[str, ...] = (),
) -> Estimate:
    """Build a usable `Estimate` whose interval follows from its standard error.

    Parameters
    ----------
    term, value, se, n, unit, method, confidence, effective_n, degrees_of_freedom, warnings
        As in `Estimate`.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimationError
        As `Estimate` and `normal_interval`.

    Example
    -------
    >>> usable_estimate("difference", 0.2, 0.1, n=50, unit="items", method="by hand").is_usable
    True
    """
    limits = normal_interval(value, se, confidence, degrees_of_freedom)
    return Estimate(
        term=term,
        value=value,
        se=se,
        low=limits.low,
        high=limits.high,
        confidence=confidence,
        n=n,
        effective_n=effective_n,
        degrees_of_freedom=degrees_of_freedom,
        unit=unit,
        method=method,
        warnings=warnings,
    )


def unusable_estimate(
    term: str,
    reason: str,
    *,
    n: int,
    unit: str,
    method: str,
    confidence: float = DEFAULT_CONFIDENCE,
    warnings: tuple[str, ...] = (),
) -> Estimate:
    """Build an `Estimate` that holds no number and says why.

    Parameters
    ----------
    term, n, unit, method, confidence, warnings
        As in `Estimate`.
    reason
        One sentence a reader can act on.

    Returns
    -------
    Estimate

    Example
    -------
    >>> unusable_estimate("prevalence", "no controls", n=0, unit="share", method="none").value is None
    True
    """
    return Estimate(
        term=term,
        value=None,
        se=None,
        low=None,
        high=None,
        confidence=confidence,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit=unit,
        method=method,
        is_usable=False,
        unusable_reason=reason,
        warnings=warnings,
    )
