"""Power of indirect ways of asking over sample sizes, as rows of `technique_power` and `list_assurance`."""

import pandas as pd

from analysis.estimators.list_experiment.power import (
    DIFFERENCES,
    assurance,
    count_variance,
    double_list_variance_ratio,
    list_standard_error,
    practice_standard_error,
)
from analysis.estimators.randomised_response.power import power_one_sample
from analysis.estimators.sample_size import normal_power
from analysis.results.technique_price import DEVICES, PREVALENCES, WORDS

SIZES = (100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 50_000)
ITEM_SHARES = (0.5, 0.5, 0.5, 0.5)
LISTS = {"list": 1.0, "double_list": double_list_variance_ratio(0.0)}
PRACTICE = "list_practice"
PLANNED = (500, 1000, 2000, 5000, 10_000)
"""Respondents for which the assurance is shown."""

LEAST_EFFECT = 0.02
"""Smallest difference between public and private answers that the register calls one."""


def power_rows() -> pd.DataFrame:
    """Table `technique_power`: the power to tell each prevalence from zero, two-sided at the 5 % level."""
    rows = [
        {
            "method_id": name,
            "survey_text": WORDS[name.replace("_", "-")],
            "prevalence_share": share,
            "respondents_n": n,
            "power_share": _power(name, share, n),
        }
        for name in (*LISTS, PRACTICE, *DEVICES)
        for share in PREVALENCES
        for n in SIZES
    ]
    return pd.DataFrame(rows)


def _power(name: str, share: float, n: int) -> float:
    if name in DEVICES:
        return power_one_sample(DEVICES[name][0], n, share, 0.0, alternative="two.sided")
    if name == PRACTICE:
        return normal_power(share, practice_standard_error(n))
    return normal_power(share, LISTS[name] ** 0.5 * list_standard_error(n, share, count_variance(ITEM_SHARES)))


def assurance_rows() -> pd.DataFrame:
    """Table `list_assurance`: the chance to tell list and direct answers apart, by what published lists found.

    Direct answers of as many respondents are so much more precise that their error is left out.
    """
    return pd.DataFrame(
        {
            "prior_text": words,
            "respondents_n": n,
            "true_mean_difference": prior.mean,
            "true_spread_share": prior.spread,
            "assumed_error_share": practice_standard_error(n),
            "smallest_effect_share": LEAST_EFFECT,
            "power_share": normal_power(LEAST_EFFECT, practice_standard_error(n)),
            "assurance_share": assurance(prior, practice_standard_error(n)),
        }
        for words, prior in DIFFERENCES.items()
        for n in PLANNED
    )
