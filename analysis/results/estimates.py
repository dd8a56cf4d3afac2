"""`Estimate` records as rows of the table `estimates`."""

from dataclasses import dataclass

import pandas as pd

from analysis.estimators.estimate import Estimate


@dataclass(frozen=True)
class Context:
    """What a number is about and where it comes from: the columns of a row that no estimator can know."""

    estimand_id: str
    population_text: str
    period_text: str
    evidence_class_code: str
    grade_code: str
    source: str


def estimate_row(estimate_id: str, quantity_code: str, estimate: Estimate, context: Context) -> dict[str, object]:
    """One row of the table `estimates`; a number that may not be used is absent and its reason present."""
    return {
        "estimate_id": estimate_id,
        "quantity_code": quantity_code,
        "method_text": estimate.method,
        "value": estimate.value,
        "standard_error": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "respondents_n": estimate.n,
        "is_usable": estimate.is_usable,
        "unusable_reason": estimate.unusable_reason,
        **vars(context),
    }


def replicated_rows(results: pd.DataFrame) -> pd.DataFrame:
    """Table `replication_results` as rows of `estimates`: class `replicated`, grade A."""
    rows = results.drop(columns=["published_text", "file_name", "file_sha256"])
    rows = rows.rename(columns={"replication_id": "estimate_id"})
    return rows.assign(evidence_class_code="replicated", grade_code="A", is_usable=True, unusable_reason=None)
