"""Tables of the design diagnosis as chapters and claim pages show them.

What must not be here: a verdict on a real claim.
"""

import pandas as pd

from analysis.reading.figures_design import QUANTITIES, SHOWN_EFFECT, shown_probabilities
from analysis.reading.fragments import column_table, escaped, table_block
from analysis.reading.tables import Release
from analysis.reading.wording import count, decimal, is_given, percent

SCRIPT = "design_tables.py"
ENVELOPE = 0.04
STEPS = {"all answers": "everything", "consenting only": "consenting", "after the gate": "gated"}


def design_tables(release: Release) -> dict[str, str]:
    """Every table of the chapter on the diagnosis, by the key it is quoted with."""
    return {
        "table_verdict_probabilities": _probabilities(release, 0.0),
        "table_verdict_probabilities_bogus": _probabilities(release, ENVELOPE),
        "table_required_sizes": required_sizes(release, ""),
        "table_synthetic_diagnosis": _characteristics(release),
        "table_price_of_privacy": _price_of_privacy(release),
    }


def _probabilities(release: Release, bogus: float) -> str:
    columns = {
        "Respondents": lambda row: count(row.planned_n),
        "True share": lambda row: percent(row.true_value),
        "Supported": lambda row: percent(row.p_supported),
        "Inconclusive": lambda row: percent(row.p_inconclusive),
        "Contradicted": lambda row: percent(row.p_contradicted),
    }
    table = column_table(shown_probabilities(release, bogus), columns, (0, 1, 2, 3, 4))
    return table_block(table, release, "verdict_probabilities", SCRIPT)


def required_sizes(release: Release, claim_id: str) -> str:
    """How many people a share needs, for one claim or for all; empty text for a claim without such a rule."""
    rows = release.table("required_sizes")
    rows = rows[rows.assumed_design_effect.eq(SHOWN_EFFECT)]
    rows = rows[rows.claim_id.eq(claim_id)] if claim_id else rows
    if rows.empty:
        return ""
    wide = rows.pivot(
        index=["claim_id", "rule_limit", "true_value"], columns="assumed_bogus_share", values="sufficient_n"
    ).reset_index()
    none, envelope = sorted(rows.assumed_bogus_share.unique())
    wide = wide.rename(columns={none: "plain", envelope: "bogus"})
    columns = {
        "Claim": lambda row: row.claim_id,
        "Threshold": lambda row: percent(row.rule_limit),
        "If the truth were": lambda row: percent(row.true_value),
        "Respondents needed": lambda row: _size(row.plain),
        "With possible bogus answers": lambda row: _size(row.bogus),
    }
    if claim_id:
        del columns["Claim"]
    numeric = range(1, len(columns)) if not claim_id else range(len(columns))
    return table_block(column_table(wide, columns, tuple(numeric)), release, "required_sizes", SCRIPT)


def _size(value: float) -> str:
    return count(value) if is_given(value) else "no size tried is enough"


def _deep(release: Release) -> pd.DataFrame:
    return release.table("synthetic_deep_diagnosis")


def _characteristics(release: Release) -> str:
    rows = _deep(release)
    rows = rows[rows.privacy_step_text == "all answers"]
    columns = {
        "Quantity": lambda row: escaped(QUANTITIES.get(row.estimand_id, row.estimand_id)),
        "Estimator (fictional world)": lambda row: escaped(row.estimator_text),
        "Truth": lambda row: decimal(row.truth_share, 3),
        "Bias": lambda row: decimal(row.bias_share, 3),
        "Root mean squared error": lambda row: decimal(row.rmse_share, 3),
        "Intervals that hold the truth": lambda row: percent(row.coverage_share),
    }
    return table_block(column_table(rows, columns, (2, 3, 4, 5)), release, "synthetic_deep_diagnosis", SCRIPT)


def _price_of_privacy(release: Release) -> str:
    keys = ["estimand_id", "estimator_text"]
    wide = _deep(release).pivot(index=keys, columns="privacy_step_text", values="mean_width_share").reset_index()
    columns = {
        "Quantity": lambda row: escaped(QUANTITIES.get(row.estimand_id, row.estimand_id)),
        "Estimator (fictional world)": lambda row: escaped(row.estimator_text),
        "All answers": lambda row: decimal(row.everything, 4),
        "Consenting only": lambda row: decimal(row.consenting, 4),
        "After the gate": lambda row: decimal(row.gated, 4),
    }
    wide = wide.rename(columns=STEPS)
    return table_block(column_table(wide, columns, (2, 3, 4)), release, "synthetic_deep_diagnosis", SCRIPT)
