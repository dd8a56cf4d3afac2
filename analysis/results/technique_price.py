"""Prices of ways of asking as rows of the table `technique_price`."""

import pandas as pd

from analysis.estimators.price import technique_prices
from analysis.estimators.randomised_response.designs import device

PREVALENCES = (0.05, 0.1, 0.2)
MARGIN = 0.02
# Usual dice and birthdays.
DEVICES = {
    "forced": (device("forced", 2 / 3, p1=1 / 6, p0=1 / 6), "forced response, die: 4 in 6 answer truthfully"),
    "unrelated": (device("unrelated", 0.7, q=0.5), "unrelated question with a yes from half, 70 % get the other"),
    "mirrored": (device("mirrored", 0.75), "mirrored question (Warner), 3 in 4 get the question itself"),
    "crosswise": (device("crosswise", 0.25), "crosswise, a birthday in a quarter of the year"),
    "triangular": (device("triangular", 0.25), "triangular, a birthday in a quarter of the year"),
}
WORDS = {
    "direct": "direct question, if everybody answered truthfully",
    "list": "list of four other items held by half each, arms of equal size",
    "double-list": "two such lists, counts of one person uncorrelated",
    "list-practice": "a list as precise as the median of 264 published ones",
} | {name: words for name, (_, words) in DEVICES.items()}


def price_rows() -> pd.DataFrame:
    """Table `technique_price` at each prevalence."""
    rows = [
        {
            "method_id": price.technique.replace("-", "_"),
            "survey_text": WORDS[price.technique],
            "prevalence_share": share,
            "margin_share": MARGIN,
            "variance_ratio": price.variance_ratio,
            "required_n": price.required_n,
        }
        for share in PREVALENCES
        for price in technique_prices(share, MARGIN, {name: how for name, (how, _) in DEVICES.items()})
    ]
    return pd.DataFrame(rows)
