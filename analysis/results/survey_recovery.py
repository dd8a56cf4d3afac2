"""Estimates beside the truth of the fictional world: operating characteristics, never a verdict.

What belongs here: which truth belongs to which estimate. What must not: an estimate of a real study, a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

COLUMNS = (
    "estimate_id", "estimand_id", "quantity_code", "group_kind_code", "group_text", "weighting_code", "estimator_text",
    "value", "ci_low", "ci_high", "respondents_n", "source",
)  # fmt: skip
SAME_TRUTH = {"K46_message_seen": "E05b_reach_net_of_foil"}
"""Estimand → the estimand under which the world states its truth, where the names differ."""

NOT_THE_SAME = ("E05b_reach_net_of_foil",)
"""Estimands whose truth the world states for another quantity than is estimated."""

SHARE_QUANTITIES = ("answer_share", "prevalence", "difference_in_shares")


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


def _truth(row: object, known: Mapping[tuple[str, str], float]) -> float | None:
    estimand, group = str(row.estimand_id), str(row.group_text)  # type: ignore[attr-defined] # a row of a table
    quantity, endorser = str(row.quantity_code), str(row.estimator_text)  # type: ignore[attr-defined]
    if estimand == "K47_endorsement_shift" and quantity == "points_of_scale":
        return _shift(known) if endorser == "current authorities" else 0.0
    if quantity not in SHARE_QUANTITIES or estimand in NOT_THE_SAME:
        return None
    return known.get((SAME_TRUTH.get(estimand, estimand), group))


def _shift(known: Mapping[tuple[str, str], float]) -> float | None:
    """Approvers move up and the others down by the same step; answers cut at the ends of the scale move less."""
    step, approval = known.get(("K27_endorsement_effect", "approvers")), known.get(("K20_approval_share", "all"))
    return None if step is None or approval is None else step * (2 * approval - 1)
