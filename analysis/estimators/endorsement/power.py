"""Power and sample size of an endorsement experiment, read by differences in means.

What belongs here: closed forms. What must not: data; the ideal-point model, whose errors have no closed form.
"""

from __future__ import annotations

import math

from analysis.errors import EstimationError
from analysis.estimators.sample_size import normal_power, smallest_n


def endorsement_standard_error(
    n: float, effect: float, *, policies: int, endorsers: int = 1, correlation: float = 0.0
) -> float:
    """Give the standard error of the mean standardised difference of one endorser over policies.

    Parameters
    ----------
    n
        Respondents; a control group and each endorser get equal shares of them.
    effect
        True difference, in standard deviations of the control answers, the same on all policies.
    policies, endorsers
        Numbers of them.
    correlation
        Of one person's answers to two policies, when everybody hears the same endorser, or none, on all policies; 0
        when each policy has a draw of its own, since then the pull of one person on two policies is uncorrelated.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When n has fewer than two respondents per group, there is no policy or endorser, or the correlation is outside
        0 to 1.

    Source
        Variance of a difference in means over an estimated control deviation: 1/n₁ + 1/n₀ + d²/(2 n₀) for normal
        answers (Hedges 1981, Journal of Educational Statistics 6(2), eq. 8); mean of equicorrelated estimates.

    Example
    -------
    >>> round(endorsement_standard_error(1000, 0.0, policies=4), 4)
    0.0316
    """
    if policies < 1 or endorsers < 1 or not 0 <= correlation <= 1 or n < 2 * (endorsers + 1):
        raise EstimationError(
            f"n is {n:g}, policies {policies}, endorsers {endorsers}, correlation {correlation:g}; give two or more "
            "respondents per group, one or more policies and endorsers, and a correlation within 0 and 1"
        )
    group = n / (endorsers + 1)
    one = 2 / group + effect**2 / (2 * group)
    return math.sqrt(one * (1 + (policies - 1) * correlation) / policies)


def endorsement_power(
    n: float,
    effect: float,
    *,
    policies: int,
    endorsers: int = 1,
    correlation: float = 0.0,
    alpha: float = 0.05,
    is_two_sided: bool = True,
) -> float:
    """Give the power to tell the mean effect of an endorser from none.

    Parameters
    ----------
    n, effect, policies, endorsers, correlation
        As in `endorsement_standard_error`.
    alpha, is_two_sided
        Level; whether the test is two-sided. A one-sided test looks to the side of the effect.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        As `endorsement_standard_error`; when the level is outside 0 to 1.

    Source
        Normal approximation.

    Example
    -------
    >>> round(endorsement_power(1000, 0.1, policies=4), 3)
    0.885
    """
    se = endorsement_standard_error(n, effect, policies=policies, endorsers=endorsers, correlation=correlation)
    return normal_power(abs(effect), se, alpha=alpha, is_two_sided=is_two_sided)


def endorsement_required_n(
    effect: float,
    *,
    policies: int,
    endorsers: int = 1,
    correlation: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
    is_two_sided: bool = True,
) -> int:
    """Give the smallest number of respondents that reaches a power.

    Parameters
    ----------
    effect, policies, endorsers, correlation, power, alpha, is_two_sided
        As in `endorsement_power`.

    Returns
    -------
    int

    Raises
    ------
    EstimationError
        As `endorsement_power` and `smallest_n`.

    Example
    -------
    >>> n = endorsement_required_n(0.1, policies=4)
    >>> endorsement_power(n - 1, 0.1, policies=4) < 0.8 <= endorsement_power(n, 0.1, policies=4)
    True
    """

    def power_of(n: int) -> float:
        return endorsement_power(
            n,
            effect,
            policies=policies,
            endorsers=endorsers,
            correlation=correlation,
            alpha=alpha,
            is_two_sided=is_two_sided,
        )

    return smallest_n(power_of, power, smallest=2 * (endorsers + 1))
