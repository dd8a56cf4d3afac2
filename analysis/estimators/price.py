"""What it costs to ask a sensitive question indirectly: respondents needed by each technique for the same precision.

What belongs here: a table of required numbers from closed forms. What must not: data; whether people lie, which is the
reason to pay the price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.power import (
    count_variance,
    double_list_variance_ratio,
    list_standard_error,
    practice_standard_error,
)
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.randomised_response.power import price as masked_price

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class TechniquePrice:
    """Respondents that one technique needs.

    Attributes
    ----------
    technique
        `direct`, `list`, `double-list`, `list-practice` (as precise as the median of published lists), or the name
        given to a random device.
    variance_ratio
        Variance per respondent over that of a direct question.
    required_n
        Respondents for an interval of ± `margin`.
    """

    technique: str
    variance_ratio: float
    required_n: int


def technique_prices(
    share: float,
    margin: float,
    devices: dict[str, Device],
    *,
    item_shares: Sequence[float] = (0.5, 0.5, 0.5, 0.5),
    list_correlation: float = 0.0,
) -> tuple[TechniquePrice, ...]:
    """Tabulate the price of indirect techniques at one prevalence.

    Parameters
    ----------
    share
        Prevalence, strictly between 0 and 1.
    margin
        Half width of the 95 % interval that is wanted, as a share.
    devices
        Name to random device.
    item_shares, list_correlation
        Prevalence of the other items of a list; correlation of one person's counts on the two lists of a double list.

    Returns
    -------
    tuple of TechniquePrice
        Direct question first.

    Raises
    ------
    EstimationError
        When the share or the margin is impossible.

    Source
        Normal approximation n = z² V / margin², V the variance of one respondent's contribution to each estimator.

    Example
    -------
    >>> [p.required_n for p in technique_prices(0.05, 0.02, {})]
    [457, 39327, 19664, 35662]
    """
    if not 0 < share < 1 or not 0 < margin < 1:
        raise EstimationError(f"share is {share:g}, margin {margin:g}; both lie strictly between 0 and 1")
    direct = share * (1 - share)
    one_list = 2 * list_standard_error(2, share, count_variance(item_shares)) ** 2 / direct
    ratios = {"direct": 1.0, "list": one_list, "double-list": one_list * double_list_variance_ratio(list_correlation)}
    ratios["list-practice"] = 2 * practice_standard_error(2) ** 2 / direct
    ratios |= {name: masked_price(how, share) for name, how in devices.items()}
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    return tuple(
        TechniquePrice(name, ratio, math.ceil(z**2 * direct * ratio / margin**2)) for name, ratio in ratios.items()
    )
