"""A list experiment whose truth is known: the added item is to be born in one of two of the twelve zodiac years.

Source: Agerberg & Tannenberg 2021, Research & Politics 8(2), doi:10.1177/20531680211013154.
"""

import io

import numpy as np
import pandas as pd

from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment import difference_in_means
from analysis.estimators.list_experiment.responses import ListDesign
from analysis.estimators.variance import FloatArray
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

ITEMS = 4
TRUTH = 2 / 12
STUDY = Study("Respondents of an online survey in China", "before 2021")
COLUMNS = {"control": "b_control", "placebo": "b_placebo", "treated": "b_treatment"}
ESTIMAND, PLACEBO_ESTIMAND = "K09_list_zodiac_china", "K10_list_placebo_item_china"
PUBLISHED = {
    "conventional": "the true share is 1/6: two of twelve zodiac years",
    "placebo_item": "the true share is 0: nobody can hold the placebo item",
    "equal_length": "the true share is 1/6: two of twelve zodiac years",
}


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """The conventional list, its placebo item alone, and lists of equal length, each beside its known truth.

    Parameters
    ----------
    data : bytes
        `survey-ds.csv`: one row per respondent, separated by semicolons, with b_control, b_placebo, b_treatment.
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = pd.read_csv(io.BytesIO(data), sep=";", skipinitialspace=True)
    counts = {arm: records[column].dropna().to_numpy() for arm, column in COLUMNS.items()}
    figures = {
        "conventional": (ESTIMAND, _difference(counts["control"], counts["treated"])),
        "placebo_item": (PLACEBO_ESTIMAND, _difference(counts["control"], counts["placebo"])),
        "equal_length": (ESTIMAND, _difference(counts["placebo"], counts["treated"], "placebo-list")),
    }
    return pd.DataFrame(
        figure_row(
            f"R{number}_list_zodiac_{name}",
            estimand,
            "difference_in_mean_counts",
            estimate,
            study=STUDY,
            published=PUBLISHED[name],
            source=source,
        )
        for number, (name, (estimand, estimate)) in enumerate(figures.items(), start=16)
    )


def _difference(first: FloatArray, second: FloatArray, design: ListDesign = "conventional") -> Estimate:
    answers, arm = np.concatenate([first, second]), np.repeat([0, 1], [len(first), len(second)])
    return difference_in_means(answers, arm, ITEMS, design=design).difference
