"""Power and sample size of randomised response, and its price against a direct question.

What belongs here: closed forms for one and two samples. What must not: data.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.sample_size import normal_power, smallest_n

Alternative = Literal["one.sided", "two.sided"]


def _variance(how: Device, prevalence: float) -> float:
    """Variance of one answer's contribution, yes(1 − yes)/c1²."""
    yes = how.c0 + how.c1 * prevalence
    return yes * (1 - yes) / how.c1**2


def _check(n: float, alpha: float, *shares: float) -> None:
    if n < 1 or not 0 < alpha < 1 or not all(0 <= share <= 1 for share in shares):
        raise EstimationError(
            f"n is {n:g}, alpha {alpha:g}, shares {shares}; n is 1 or more, the others within 0 and 1"
        )


def _is_two_sided(alternative: str) -> bool:
    if alternative not in get_args(Alternative):
        raise EstimationError(f"alternative is '{alternative}'; choose one of {', '.join(get_args(Alternative))}")
    return alternative == "two.sided"


def masked_standard_error(how: Device, n: float, share: float) -> float:
    """Give the standard error of a masked prevalence with n respondents; EstimationError for an impossible number.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> round(masked_standard_error(device("mirrored", 0.75), 1000, 0.1), 4)
    0.029
    """
    _check(n, 0.5, share)
    return math.sqrt(_variance(how, share) / n)


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
        When n is below 1, a share or level is impossible, or the alternative is unknown.

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
    return normal_power(share - null, sd, null_sd=null_sd, alpha=alpha, is_two_sided=_is_two_sided(alternative))


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
    effect = shares[0] - shares[1]
    return normal_power(effect, sd, null_sd=null_sd, alpha=alpha, is_two_sided=_is_two_sided(alternative))


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
        As `power_one_sample` and `smallest_n`.

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

    def power_of(n: int) -> float:
        return power_one_sample(how, n, share, null, alpha=alpha, alternative=alternative)

    return smallest_n(power_of, power)


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
