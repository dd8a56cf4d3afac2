"""Tables of the design diagnosis as chapters and claim pages show them.

What must not be here: a verdict on a real claim.
"""

import re
from typing import Any

import pandas as pd

from analysis.reading.figures_design import SHOWN_EFFECT, priced, shown_probabilities
from analysis.reading.fragments import column_table, div, escaped, quoted, table_block
from analysis.reading.tables import Release
from analysis.reading.terms import only
from analysis.reading.wording import count, decimal, is_given, percent, plain, sentence_case

SCRIPT = "design_tables.py"
NAME, DIRECT = "verdict_probabilities", "direct"
ENVELOPE, SHOWN_SIZE = 0.04, 1000
FOLDED = "How often the rule would give each verdict, by what is true"
NAMED_DAY = re.compile(r"_\d{4}_\d\d_\d\d$")
"""End of an estimand that names a real day: no fictional one does."""

DOCUMENTS = "a search of documents has no sampling error"
ELSEWHERE = {
    "E01a_existence": DOCUMENTS,
    "E02_change_public_support_former_service": "needs answers about acquaintances; the fictional world has none",
    "E04_exposure_within_person": "needs the same people twice; the fictional world is asked once",
    "E05a_official_outreach_exists": DOCUMENTS,
    "E11_differential_backlash": "needs incidents that hosts record; the fictional world has none",
    "E12_named_document": DOCUMENTS,
    "E13b_anecdote_vs_rate": "needs an experiment with readers in the host; the fictional world has none",
    "E14_protected_afghans_by_host": "counts of an authority, without sampling error",
    "E17_former_opponent_effect": "needs an experiment with messages; the fictional world has none",
    "E18_ordered_review": DOCUMENTS,
    "E16_disillusion_x_contact": "needs a panel that knows who was disappointed; the fictional world has none",
}
OF_POSTS = {
    "frame_share": "simulated as a share of texts, see [posts](posts.md)",
    "frame_change": "simulated as a jump of a weekly series, see [shocks](shocks.md)",
}
NOT_SIMULATED = "not simulated"
STEPS = {"all answers": "everything", "consenting only": "consenting", "after the gate": "gated"}


def design_tables(release: Release) -> dict[str, str]:
    """Every table of the chapter on the diagnosis, by the key it is quoted with."""
    return {
        "table_verdict_probabilities": _probabilities(release, 0.0),
        "table_verdict_probabilities_bogus": _probabilities(release, ENVELOPE),
        "table_required_sizes": required_sizes(release, ""),
        "table_synthetic_diagnosis": _characteristics(release),
        "table_price_of_privacy": _price_of_privacy(release),
        "table_estimand_coverage": _estimand_coverage(release),
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


def computed_decisions(release: Release, claim_id: str) -> str:
    """How often each verdict would be given at one size, for one claim; empty for a claim that was not diagnosed."""
    rows = release.table("verdict_probabilities")
    rows = rows[rows.claim_id.eq(claim_id) & rows.assumed_design_effect.eq(SHOWN_EFFECT)]
    sizes = sorted(rows.planned_n.unique())
    rows = rows[rows.planned_n.eq(SHOWN_SIZE if SHOWN_SIZE in sizes else sizes[0])] if sizes else rows
    if rows.empty:
        return ""
    ways = release.codes("verdict_probabilities", "private_way_code")
    is_private = (rows.private_way_code != DIRECT).any()
    private = {"Private answer asked by": lambda row: escaped(sentence_case(ways[row.private_way_code]))}
    columns = {
        **(private if is_private else {}),
        "If the truth were": lambda row: plain(row.true_value),
        "Possible bogus answers": lambda row: percent(row.assumed_bogus_share),
        "Supported": lambda row: percent(row.p_supported),
        "Inconclusive": lambda row: percent(row.p_inconclusive),
        "Contradicted": lambda row: percent(row.p_contradicted),
    }
    what = (
        f"How often the rule would say what, with {quoted(count(rows.planned_n.iloc[0]), 'verdict_probabilities')} "
        f"respondents and a design effect of {quoted(plain(SHOWN_EFFECT), 'verdict_probabilities')}:"
    )
    parts = [
        table_block(column_table(own, columns, range(len(columns) - 5, len(columns))), release, NAME, SCRIPT)
        for _, own in rows.groupby("estimand_id", sort=True)
    ]
    return div("folded", f":::::{{dropdown}} {FOLDED}\n{what}\n\n" + "\n\n".join(parts) + "\n:::::", "::::::")


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
    rows = rows[(rows.privacy_step_text == "all answers") & _is_told(rows)]
    columns = {
        "Quantity": lambda row: escaped(sentence_case(row.estimand_text)),
        "Estimator (fictional world)": _estimator,
        "Truth": lambda row: decimal(row.mean_truth, 3),
        "Bias": lambda row: decimal(row.bias_share, 3),
        "Root mean squared error": lambda row: decimal(row.rmse_share, 3),
        "Intervals that hold the truth": lambda row: percent(row.coverage_share),
    }
    return table_block(column_table(rows, columns, (2, 3, 4, 5)), release, "synthetic_deep_diagnosis", SCRIPT)


def _is_told(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Rows that the chapter shows: everybody under the weights of the results, lists and recruitment; no policies."""
    is_everybody = rows.group_text.eq("all") | rows.weighting_code.eq("envelope")
    is_weighted = rows.weighting_code.isin(["blended", "envelope"]) | rows.estimator_text.ne("share of answers")
    has_weighted = rows.estimand_id.isin(rows.estimand_id[rows.weighting_code.eq("blended")])
    return is_everybody & is_weighted & has_weighted


def _estimator(row: Any) -> str:
    """The estimator, the items it rests on, and the weights."""
    return escaped(f"{row.estimator_text} of {row.item_text.upper()}, {row.weighting_code}")


def _estimand_coverage(release: Release) -> str:
    """Every estimand of the register: how often its intervals held the truth, or why there is nothing to simulate."""
    rows = _deep(release)
    rows = rows[rows.privacy_step_text == "all answers"]
    listed = [
        entry.partition(": ")
        for entries in release.table("claims_register").estimands_text.dropna()
        for entry in entries.split(" | ")
    ]
    elsewhere = ELSEWHERE | {only(release, part)[0]: words for part, words in OF_POSTS.items()}
    columns = {
        "What is to be known": lambda row: escaped(row.words),
        "Intervals that hold the truth, fictional worlds": lambda row: _held(row.estimand_id, rows, elsewhere),
        "Estimand": lambda row: f"`{row.estimand_id}`",
    }
    shown = pd.DataFrame([(name, words) for name, _, words in listed], columns=["estimand_id", "words"])
    return table_block(column_table(shown.drop_duplicates(), columns, ()), release, "synthetic_deep_diagnosis", SCRIPT)


def simulated_as(estimand: str) -> str:
    """Under which name an estimand of the register is simulated."""
    return NAMED_DAY.sub("", estimand)


def _held(estimand: str, rows: pd.DataFrame, elsewhere: dict[str, str]) -> str:
    own = rows[rows.estimand_id == simulated_as(estimand)]
    if own.empty:
        return elsewhere.get(estimand.partition("[")[0], NOT_SIMULATED)
    shown = own[own.group_text.eq("all") | own.estimator_text.eq("robust interval")]
    return "; ".join(f"{_estimator(row)}: {percent(row.coverage_share)}" for row in shown.itertuples())


def _price_of_privacy(release: Release) -> str:
    keys = ["line", "item_text"]
    wide = (
        priced(_deep(release)).pivot(index=keys, columns="privacy_step_text", values="mean_width_share").reset_index()
    )
    columns = {
        "Quantity and estimator (fictional world)": lambda row: escaped(row.line),
        "All answers": lambda row: decimal(row.everything, 4),
        "Consenting only": lambda row: decimal(row.consenting, 4),
        "After the gate": lambda row: decimal(row.gated, 4),
    }
    wide = wide.rename(columns=STEPS)
    return table_block(column_table(wide, columns, (1, 2, 3)), release, "synthetic_deep_diagnosis", SCRIPT)
