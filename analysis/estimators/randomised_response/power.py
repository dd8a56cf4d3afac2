"""Power and sample size of randomised response, and its price against a direct question.

What belongs here: closed forms for one and two samples. What must not: data.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.randomised_response.designs import Device

Alternative = Literal["one.sided", "two.sided"]
MAX_N = 10**9


def _variance(how: Device, prevalence: float) -> float:
    """Variance of one answer's contribution, yes(1 − yes)/c1²."""
    yes = how.c0 + how.c1 * prevalence
    return yes * (1 - yes) / how.c1**2


def _power(effect: float, null_sd: float, sd: float, alpha: float, alternative: Alternative) -> float:
    if alternative == "one.sided":
        return float(stats.norm.cdf((effect - stats.norm.ppf(1 - alpha) * null_sd) / sd))
    reach = stats.norm.ppf(1 - alpha / 2) * null_sd
    return float(stats.norm.cdf((effect - reach) / sd) + stats.norm.cdf((-effect - reach) / sd))


def _check(n: float, alpha: float, *shares: float) -> None:
    if n < 1 or not 0 < alpha < 1 or not all(0 <= share <= 1 for share in shares):
        raise EstimationError(
            f"n is {n:g}, alpha {alpha:g}, shares {shares}; n is 1 or more, the others within 0 and 1"
        )


def power_one_sample(
    how: Device, n: float, share: float, null: float, *, alpha: float = 0.05, alternative: Alternative = "one.sided"
) -> float:
    """Give the power of a test that a masked share equals a null value.

    Parameters
    ----------
    how, n
        Device; respondents.
    share, null
        True and tested prevalence.
    alpha, alternative
        Level; `one.sided` or `two.sided`.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When n is below 1 or a share or level is impossible.

    Source
        Blair, Imai & Zhou 2015, section 4.3; equals `power.rr.test` of R rr 1.4.2.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> round(power_one_sample(device("forced", 2 / 3, p1=1 / 6, p0=1 / 6), 200, 0.2, 0.0, alpha=0.01), 6)
    0.986887
    """
    _check(n, alpha, share, null)
    null_sd, sd = (float(np.sqrt(_variance(how, x) / n)) for x in (null, share))
    return _power(share - null, null_sd, sd, alpha, alternative)


def power_two_samples(
    how: Device,
    n: float,
    shares: tuple[float, float],
    nulls: tuple[float, float],
    *,
    alpha: float = 0.05,
    alternative: Alternative = "one.sided",
) -> float:
    """Give the power of a test that two masked shares, n respondents each, are equal.

    Parameters
    ----------
    how, n
        Device; respondents per group.
    shares, nulls
        True prevalences, and those of the null that give the test its variance.
    alpha, alternative
        Level; `one.sided` or `two.sided`.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        As `power_one_sample`.

    Source
        As `power_one_sample`.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> how = device("mirrored", 0.75)
    >>> power_two_samples(how, 800, (0.3, 0.2), (0.2, 0.2)) > power_two_samples(how, 400, (0.3, 0.2), (0.2, 0.2))
    True
    """
    _check(n, alpha, *shares, *nulls)
    null_sd, sd = (float(np.sqrt(math.fsum(_variance(how, x) for x in pair) / n)) for pair in (nulls, shares))
    return _power(shares[0] - shares[1], null_sd, sd, alpha, alternative)


def required_n(
    how: Device,
    share: float,
    null: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    alternative: Alternative = "one.sided",
) -> int:
    """Give the smallest number of respondents that reaches a power.

    Parameters
    ----------
    how, share, null, power, alpha, alternative
        As in `power_one_sample`; `power` strictly between the level and 1.

    Returns
    -------
    int

    Raises
    ------
    EstimationError
        When no n below a milliard reaches the power.

    Source
        Inverts `power_one_sample`. `power.rr.test` of R rr 1.4.2 stops at the first n whose power exceeds the wish
        minus .01, so that its n is too small.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> how = device("mirrored", 0.75)
    >>> n = required_n(how, 0.3, 0.2)
    >>> power_one_sample(how, n - 1, 0.3, 0.2) < 0.8 <= power_one_sample(how, n, 0.3, 0.2)
    True
    """
    low, high = 0, 1
    while power_one_sample(how, high, share, null, alpha=alpha, alternative=alternative) < power:
        low, high = high, high * 2
        if high > MAX_N:
            raise EstimationError(
                f"no n reaches power {power:g} at share {share:g} against {null:g}; check both shares"
            )
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_one_sample(how, middle, share, null, alpha=alpha, alternative=alternative) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def price(how: Device, share: float) -> float:
    """Give how many respondents the device needs for each respondent to a truthful direct question.

    Parameters
    ----------
    how, share
        Device; prevalence strictly between 0 and 1.

    Returns
    -------
    float
        Ratio of variances, 1 or more.

    Raises
    ------
    EstimationError
        When the share is 0 or 1.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> round(price(device("mirrored", 0.75), 0.05), 1)
    16.8
    """
    if not 0 < share < 1:
        raise EstimationError(f"share is {share:g}; a price exists strictly between 0 and 1")
    return _variance(how, share) / (share * (1 - share))
