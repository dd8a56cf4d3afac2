"""Estimates beside the truth of the fictional world: operating characteristics, never a verdict.

What belongs here: which truth belongs to which estimate. What must not: an estimate of a real study, a judgement.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.design.truths import Truths, truth_of
from analysis.strategy.rows import Place

COLUMNS = (
    "estimate_id", "estimand_id", "quantity_code", "group_kind_code", "group_text", "weighting_code", "estimator_text",
    "value", "ci_low", "ci_high", "respondents_n", "source",
)  # fmt: skip


def recovery_rows(estimates: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Table `recovery`; without rows for a study whose estimates are not synthetic.

    Parameters
    ----------
    estimates : DataFrame
        Table `survey_estimates`.
    truth : DataFrame
        Table `synthetic_truth`.
    """
    known = {(row.estimand_id, row.truth_group_text): float(row.truth_value) for row in truth.itertuples()}
    chosen = estimates[(estimates.evidence_class_code == "synthetic") & estimates.is_usable.astype(bool)]
    truths = [_truth(row, known) for row in chosen.itertuples()]
    rows = chosen[list(COLUMNS)].assign(truth_value=pd.Series(truths, index=chosen.index, dtype="float64").round(3))
    rows = rows[rows.truth_value.notna()]
    holds = (rows.ci_low <= rows.truth_value) & (rows.truth_value <= rows.ci_high)
    return rows.assign(
        estimation_error=(rows.value - rows.truth_value).round(3),
        is_truth_covered=holds.astype("boolean").mask(rows.ci_low.isna()),
    )


def _truth(row: Any, known: Truths) -> float | None:
    place = Place(
        str(row.estimand_id), "", str(row.weighting_code), str(row.estimator_text), str(row.group_kind_code),
        str(row.group_text), str(row.quantity_code),
    )  # fmt: skip
    return truth_of(place, known)
