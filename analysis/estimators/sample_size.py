"""Power of a test by the normal approximation, and the smallest number of respondents that reaches it.

What belongs here: what all designs share. What must not: any design's variance.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import stats

from analysis.errors import EstimationError

MAX_N = 10**9


def normal_power(
    effect: float, sd: float, *, null_sd: float | None = None, alpha: float = 0.05, is_two_sided: bool = True
) -> float:
    """Give the power of a test that rejects far from 0, for a normal estimate.

    Parameters
    ----------
    effect, sd
        True distance from the null, and standard error there; a one-sided test rejects above.
    null_sd
        Standard error under the null; None for the same.
    alpha, is_two_sided
        Level; whether the test is two-sided.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When the level is outside 0 to 1, or a standard error is not above 0.

    Example
    -------
    >>> round(normal_power(2.8, 1.0), 2)
    0.8
    """
    if not 0 < alpha < 1:
        raise EstimationError(f"alpha is {alpha:g}; give a level between 0 and 1")
    limit = sd if null_sd is None else null_sd
    if not (sd > 0 and limit > 0):
        raise EstimationError(f"sd is {sd:g} and null_sd {limit:g}; power is defined for standard errors above 0")
    if not is_two_sided:
        return float(stats.norm.cdf((effect - stats.norm.ppf(1 - alpha) * limit) / sd))
    reach = stats.norm.ppf(1 - alpha / 2) * limit
    return float(stats.norm.cdf((effect - reach) / sd) + stats.norm.cdf((-effect - reach) / sd))


def smallest_n(power_of: Callable[[int], float], power: float, *, smallest: int = 1) -> int:
    """Give the smallest n that reaches a power.

    Parameters
    ----------
    power_of
        Power with n respondents; does not fall with n.
    power
        Strictly between 0 and 1.
    smallest
        Fewest respondents for which `power_of` is defined.

    Returns
    -------
    int

    Raises
    ------
    EstimationError
        When the power is not between 0 and 1, or no n up to a milliard reaches it.

    Example
    -------
    >>> smallest_n(lambda n: 1 - 1 / n, 0.8)
    5
    """
    if not 0 < power < 1:
        raise EstimationError(f"power is {power:g}; give a number between 0 and 1")
    low, high = smallest - 1, smallest
    while power_of(high) < power:
        low, high = high, high * 2
        if high > MAX_N:
            raise EstimationError(f"no n reaches power {power:g}; check the true and the tested value")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= power else (middle, high)
    return high


def incidents_needed(ratio: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """Give the incidents before a date from which on a ratio of counts, after by before, is told from 1.

    Periods of equal length, counts Poisson, the change elsewhere known without error: a lower bound for a comparison
    with other origins, whose counts vary too.

    Parameters
    ----------
    ratio
        Of the expected counts, above 0 and not 1.
    power, alpha
        To be reached; level of the two-sided test.

    Returns
    -------
    int

    Raises
    ------
    EstimationError
        When the ratio is 1 or not above 0, or as `smallest_n`.

    Source
        Normal approximation on the log scale, variance 1/λ + 1/(ratio λ).

    Example
    -------
    >>> incidents_needed(2.0)
    25
    """
    if not ratio > 0 or ratio == 1:
        raise EstimationError(f"ratio is {ratio:g}; give a ratio above 0 other than 1")
    effect = abs(math.log(ratio))

    def power_of(n: int) -> float:
        return normal_power(effect, math.sqrt(1 / n + 1 / (ratio * n)), alpha=alpha)

    return smallest_n(power_of, power)
