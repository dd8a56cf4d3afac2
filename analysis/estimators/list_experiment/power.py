"""Power and sample size of a list experiment, single or double, by the book and as lists went in practice.

What belongs here: closed forms from the variance of the count; what published lists were like. What must not: data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.sample_size import normal_power, smallest_n


@dataclass(frozen=True, slots=True)
class TrueDifferences:
    """Mean and standard deviation over experiments of direct minus list answers, sampling error taken out."""

    mean: float
    spread: float


# The same figures as in the table replication_results, which a test compares: 264 published lists with a direct
# question (Blair, Coppock & Moor 2020, doi:10.1017/S0003055420000374). Spreads: quartiles of the standard
# error times the root of n.
PRACTICE_SPREADS = (1.558, 1.927, 2.153)
DIFFERENCES = {
    "all topics": TrueDifferences(-0.003, 0.137),
    "support for authoritarian regimes": TrueDifferences(0.048, 0.169),
}


def practice_standard_error(n: float, spread: float = PRACTICE_SPREADS[1]) -> float:
    """Give the standard error that published lists of n respondents had.

    Use it for planning, beside `list_standard_error`, which knows neither items that go together nor designs.

    Parameters
    ----------
    n
        Respondents in both arms.
    spread
        Standard error times the root of n: the median of published lists, or another of `PRACTICE_SPREADS`.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When n is below 2 or the spread is not above 0.

    Source
        Blair, Coppock & Moor 2020, American Political Science Review 114(4), 1297–1315; their file, recomputed.

    Example
    -------
    >>> round(practice_standard_error(1000), 4)
    0.0609
    """
    if n < 2 or not spread > 0:
        raise EstimationError(f"n is {n:g}, spread {spread:g}; n is 2 or more, the spread above 0")
    return spread / math.sqrt(n)


def assurance(prior: TrueDifferences, se: float, *, alpha: float = 0.05) -> float:
    """Give the chance that a difference is told from zero when it is drawn as published ones are.

    Power asks for one assumed effect; nobody knows it before the study. Here it is averaged over what was found before.

    Parameters
    ----------
    prior
        Mean and spread of true differences.
    se
        Standard error of the planned estimate.
    alpha
        Two-sided level.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        As `normal_power`; when the spread is negative.

    Source
        O'Hagan, Stevens & Campbell 2005, Pharmaceutical Statistics 4(3), 187–201; normal prior and normal estimate.

    Example
    -------
    >>> round(assurance(TrueDifferences(0.0, 0.0), 0.05), 3)
    0.05
    """
    if not prior.spread >= 0:
        raise EstimationError(f"the spread of true differences is {prior.spread:g}; give 0 or more")
    return normal_power(prior.mean, math.hypot(se, prior.spread), null_sd=se, alpha=alpha)


def count_variance(item_shares: Sequence[float]) -> float:
    """Give the variance of the number of items held, items independent.

    Items that exclude each other (one rare, one common, negatively correlated) have less: then use their own variance.

    Parameters
    ----------
    item_shares
        Prevalence of each item without the sensitive one, within 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When there is no item, or a share is outside 0 to 1.

    Example
    -------
    >>> count_variance([0.5, 0.5, 0.5, 0.5])
    1.0
    """
    if not item_shares or not all(0 <= share <= 1 for share in item_shares):
        raise EstimationError(f"item shares are {list(item_shares)}; give one or more shares within 0 and 1")
    return math.fsum(share * (1 - share) for share in item_shares)


def list_standard_error(
    n: float, share: float, variance: float, *, treated_share: float = 0.5, placebo_share: float = 0.0
) -> float:
    """Give the standard error of the difference in mean counts.

    Parameters
    ----------
    n
        Respondents in both arms.
    share
        Prevalence of the sensitive item.
    variance
        Of the count of the other items: from a pilot, or `count_variance`.
    treated_share
        Share of respondents who see the sensitive item.
    placebo_share
        Share of controls who name the placebo item of a list of equal length; 0 for a conventional list.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When n is below 2, a share outside its range, or the variance negative.

    Source
        Glynn 2013, Public Opinion Quarterly 77(S1), 159–172, eq. (1), sensitive item independent of the others; the
        placebo item adds its own variance to the control arm.

    Example
    -------
    >>> round(list_standard_error(1000, 0.2, 1.0), 4)
    0.0657
    """
    shares_fit = 0 <= share <= 1 and 0 <= placebo_share <= 1
    if n < 2 or not shares_fit or not 0 < treated_share < 1 or variance < 0:
        raise EstimationError(
            f"n is {n:g}, share {share:g}, treated share {treated_share:g}, variance {variance:g}; n is 2 or more, "
            f"shares are within 0 and 1, the variance is 0 or more (placebo share: {placebo_share:g})"
        )
    treated = (variance + share * (1 - share)) / (n * treated_share)
    control = variance + placebo_share * (1 - placebo_share)
    return math.sqrt(treated + control / (n * (1 - treated_share)))


def list_power(
    n: float, share: float, variance: float, *, null: float = 0.0, alpha: float = 0.05, is_two_sided: bool = True
) -> float:
    """Give the power of a list experiment to tell a prevalence from a null value, arms of equal size.

    Parameters
    ----------
    n, share, variance
        As in `list_standard_error`.
    null, alpha, is_two_sided
        Tested prevalence; level; whether the test is two-sided.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        As `list_standard_error`; when the level is outside 0 to 1.

    Source
        Normal approximation; Glynn 2013, section on power. Null and alternative share their standard error.

    Example
    -------
    >>> round(list_power(1000, 0.2, 1.0), 3)
    0.861
    """
    se = list_standard_error(n, share, variance)
    return normal_power(share - null, se, alpha=alpha, is_two_sided=is_two_sided)


def list_required_n(
    share: float,
    variance: float,
    *,
    null: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
    is_two_sided: bool = True,
) -> int:
    """Give the smallest number of respondents, in both arms, that reaches a power.

    Parameters
    ----------
    share, variance, null, power, alpha, is_two_sided
        As in `list_power`; `power` between the level and 1.

    Returns
    -------
    int

    Raises
    ------
    EstimationError
        As `list_power` and `smallest_n`.

    Example
    -------
    >>> n = list_required_n(0.2, 1.0)
    >>> list_power(n - 1, 0.2, 1.0) < 0.8 <= list_power(n, 0.2, 1.0)
    True
    """

    def power_of(n: int) -> float:
        return list_power(n, share, variance, null=null, alpha=alpha, is_two_sided=is_two_sided)

    return smallest_n(power_of, power, smallest=2)


def power_beyond_length(distance: float, se: float, largest_error: float, *, alpha: float = 0.05) -> float:
    """Give the chance that a list's interval lies above a tested prevalence even without its error of length.

    Parameters
    ----------
    distance
        True prevalence minus the tested one.
    se
        Standard error of the estimate.
    largest_error
        Largest error of length that is allowed for; of `LENGTH_ERRORS` or the study's own.
    alpha
        1 minus the coverage of the interval.

    Returns
    -------
    float
        At most alpha / 2 where the error is as large as the distance: then no number of respondents helps.

    Raises
    ------
    EstimationError
        When the standard error is not above 0 or the level is outside 0 to 1.

    Source
        The interval of `length_envelope`, by the normal approximation.

    Example
    -------
    >>> round(power_beyond_length(0.16, 0.01, 0.16), 3)
    0.025
    """
    return normal_power(distance - largest_error, se, alpha=alpha / 2, is_two_sided=False)


def double_list_variance_ratio(correlation: float) -> float:
    """Give the variance of a double list relative to one list of the same kind.

    Every respondent answers both lists and is in the treated arm of one, so that the average of the two differences has
    half the variance, less what the lists share: counts of one person that agree cancel.

    Parameters
    ----------
    correlation
        Of one person's counts on the two lists, within −1 and 1.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When the correlation is outside −1 to 1.

    Source
        Glynn 2013, section on double lists: Var = ½ Var(single) (1 − ρ), arms of equal size and variance.

    Example
    -------
    >>> double_list_variance_ratio(0.2)
    0.4
    """
    if not -1 <= correlation <= 1:
        raise EstimationError(f"correlation is {correlation:g}; give a number within -1 and 1")
    return float(np.float64(0.5) * (1 - correlation))
