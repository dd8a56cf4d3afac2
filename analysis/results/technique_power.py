"""Power of indirect ways of asking over sample sizes, as rows of the table `technique_power`."""

import pandas as pd

from analysis.estimators.list_experiment.power import count_variance, double_list_variance_ratio, list_standard_error
from analysis.estimators.randomised_response.power import power_one_sample
from analysis.estimators.sample_size import normal_power
from analysis.results.technique_price import DEVICES, PREVALENCES, WORDS

SIZES = (100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 50_000)
ITEM_SHARES = (0.5, 0.5, 0.5, 0.5)
LISTS = {"list": 1.0, "double_list": double_list_variance_ratio(0.0)}


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
        for name in (*LISTS, *DEVICES)
        for share in PREVALENCES
        for n in SIZES
    ]
    return pd.DataFrame(rows)


def _power(name: str, share: float, n: int) -> float:
    if name in DEVICES:
        return power_one_sample(DEVICES[name][0], n, share, 0.0, alternative="two.sided")
    return normal_power(share, LISTS[name] ** 0.5 * list_standard_error(n, share, count_variance(ITEM_SHARES)))
