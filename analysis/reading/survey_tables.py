"""The survey in tables and in single values: recruitment, weights, estimates, diagnostics, recovery.

What must not be here: a number without the label that fiction carries, a verdict.
"""

from typing import Any

import pandas as pd

from analysis.reading.corpora_tables import FICTIONAL, LABEL, WORLD
from analysis.reading.figures_sampling import REQUIRED, coverage_rows
from analysis.reading.fragments import checks_summary, column_table, escaped, outcome_word, quoted, table_block
from analysis.reading.parts import absent_sentence, has_part
from analysis.reading.questionnaire_page import NAME as ITEMS
from analysis.reading.questionnaire_page import linked_codes
from analysis.reading.tables import Release
from analysis.reading.terms import terms
from analysis.reading.wording import (
    count,
    decimal,
    estimator,
    in_words,
    is_given,
    percent,
    sentence_case,
    span,
)

SCRIPT = "survey_tables.py"
TEXTS = {
    "synthetic": (
        "The survey of this release is fictional. Its respondents were drawn by a program, so that the true values are "
        "known and every estimate can be held against them. Hosts are letters, cohorts and languages are numbers. "
        "Nothing below is evidence about anybody, and no verdict rests on it."
    ),
    "vault": (
        "The survey of this release is the team's own. Nobody knows the true values; what an estimate may be used for "
        "depends on the diagnostics beside it."
    ),
}
POINTS = ("points_of_scale", "standardised_effect")


def survey_tables(release: Release) -> dict[str, str]:
    """Every table of the survey's chapters, by the key it is quoted with."""
    return {
        "table_rds_coverage": coverage_table(release),
        "table_margin_coverage": margin_table(release),
        "table_recruitment_waves": _waves(release),
        "table_recruitment_homophily": _homophily(release),
        "table_weight_diagnostics": weights_table(release),
        "table_survey_overall": _estimates(release, ["all"], SHARES),
        "table_survey_service": _estimates(release, list(terms(release, "sensitive_group")), SHARES),
        "table_survey_differences": _estimates(release, ["all"], ("difference_in_shares", *POINTS)),
        "table_survey_lists": lists_table(release),
        "table_survey_diagnostics": diagnostics_table(release),
        "table_recovery": recovery_table(release),
    }


SHARES = ("answer_share", "prevalence")


def _labelled(release: Release, table: str, name: str) -> str:
    label = LABEL if release.study == FICTIONAL else ""
    return label + table_block(table, release, name, SCRIPT)


def coverage_table(release: Release) -> str:
    """Bias, spread and coverage of every estimator in every kind of population."""
    columns = {
        "Population": lambda row: escaped(sentence_case(in_words(row.simulation_code))),
        "Estimator": lambda row: escaped(estimator(row.estimator_text)),
        "Interval": lambda row: escaped(row.interval_text),
        "Studies": lambda row: count(row.worlds_n),
        "Bias, points": lambda row: decimal(100 * row.bias_share, 1),
        "Spread, points": lambda row: decimal(100 * row.spread_share, 1),
        "Held the truth": lambda row: percent(row.coverage_share),
        "Design effect": lambda row: decimal(row.design_effect, 1),
    }
    return table_block(column_table(coverage_rows(release), columns, range(3, 8)), release, "rds_coverage", SCRIPT)


def margin_table(release: Release) -> str:
    """Whom the margins describe."""
    name = f"{release.study}_margin_coverage"
    columns = {
        "Totals by": lambda row: escaped(row.margin_text),
        "Describe": lambda row: escaped(row.population_text),
        "Source": lambda row: escaped(row.source),
    }
    return _labelled(release, column_table(release.table(name), columns), name)


def _waves(release: Release) -> str:
    name = f"{release.study}_recruitment_waves"
    columns = {
        "Waves": lambda row: escaped(sentence_case(row.wave_text)),
        "Respondents": lambda row: count(row.respondents_n) if is_given(row.respondents_n) else "not shown",
    }
    return _labelled(release, column_table(release.table(name), columns, (1,)), name)


def _homophily(release: Release) -> str:
    name, words = f"{release.study}_recruitment_homophily", terms(release, "item")
    columns = {
        "Item": lambda row: escaped(sentence_case(words.get(row.item_text, row.item_text))),
        "Level": lambda row: escaped(row.level_text),
        "Recruitment inside, over what chance gives": lambda row: decimal(row.homophily_ratio, 2),
        "Respondents": lambda row: count(row.respondents_n),
    }
    return _labelled(release, column_table(release.table(name), columns, (2, 3)), name)


def weights_table(release: Release) -> str:
    """What each weighting costs."""
    name = f"{release.study}_weight_diagnostics"
    meanings = release.codes(name, "weighting_code")
    columns = {
        "Weighting": lambda row: escaped(sentence_case(meanings[row.weighting_code])),
        "Respondents": lambda row: count(row.respondents_n),
        "Kish's design effect": lambda row: decimal(row.kish_design_effect, 2),
        "Realised design effect": lambda row: (
            decimal(row.realised_design_effect, 2) if is_given(row.realised_design_effect) else "none"
        ),
        "Equally precise equal weights": lambda row: count(row.effective_n),
        "Range of weights": lambda row: span(decimal(row.weight_low_ratio, 2), decimal(row.weight_high_ratio, 2)),
    }
    return _labelled(release, column_table(release.table(name), columns, range(1, 6)), name)


def _estimates(release: Release, kinds: list[str], quantities: tuple[str, ...]) -> str:
    name = f"{release.study}_survey_estimates"
    rows, words = release.table(name), terms(release, "estimand")
    items = release.table(ITEMS).item_id
    rows = rows[rows.group_kind_code.isin(kinds) & rows.quantity_code.isin(quantities)]
    order = list(words)
    rows = rows.sort_values("estimand_id", key=lambda ids: ids.map(order.index), kind="stable")
    group = {"Group": lambda row: escaped(sentence_case(row.group_text))} if kinds != ["all"] else {}
    columns = {
        "Quantity": lambda row: escaped(sentence_case(words[row.estimand_id])),
        **group,
        "Items": lambda row: linked_codes(row.item_text, items),
        "Weighting": lambda row: escaped(in_words(row.weighting_code)),
        "Estimator": lambda row: escaped(estimator(row.estimator_text)),
        "Estimate": _value,
        "95% interval": _interval,
        "Respondents": lambda row: count(row.respondents_n) if is_given(row.respondents_n) else "not shown",
    }
    return _labelled(release, column_table(rows, columns, (len(columns) - 1,)), name)


def lists_table(release: Release) -> str:
    """Every list among everybody: as it stands under each weighting, and with its error of length allowed for."""
    name, lists = f"{release.study}_survey_estimates", set(terms(release, "list"))
    rows, known = release.table(name), release.table(ITEMS).item_id
    parts = rows.item_text.str.split(" and ")
    rows = rows[rows.group_kind_code.eq("all") & parts.map(lambda items: set(items) <= lists)]
    columns = {
        "Lists": lambda row: linked_codes(row.item_text, known),
        "Weighting": lambda row: escaped(in_words(row.weighting_code)),
        "Estimator": lambda row: escaped(estimator(row.estimator_text)),
        "Estimate": _value,
        "95% interval": _interval,
    }
    return _labelled(release, column_table(rows, columns, ()), name)


def _value(row: Any) -> str:
    if not row.is_usable:
        return f"withheld: {escaped(row.unusable_reason)}"
    if row.quantity_code in POINTS:
        return decimal(row.value, 2)
    if row.quantity_code == "difference_in_shares":
        return f"{decimal(100 * row.value, 1)} points"
    return percent(row.value, 1).replace("-", "−")


def _interval(row: Any) -> str:
    if not is_given(row.ci_low):
        return "none"
    if row.quantity_code in POINTS:
        return span(decimal(row.ci_low, 2), decimal(row.ci_high, 2))
    return span(decimal(100 * row.ci_low, 1), decimal(100 * row.ci_high, 1))


def diagnostics_table(release: Release) -> str:
    """Every check of every design."""
    name, items = f"{release.study}_survey_diagnostics", release.table(ITEMS).item_id
    columns = {
        "Items": lambda row: linked_codes(row.item_text, items),
        "Check": lambda row: escaped(in_words(row.check_code)),
        "Outcome": lambda row: outcome_word(row.is_passed),
        "What it asks": lambda row: escaped(sentence_case(row.check_text)),
        "Value": lambda row: decimal(row.statistic, 2) if is_given(row.statistic) else "",
        "Respondents": lambda row: count(row.respondents_n),
    }
    return _labelled(release, column_table(release.table(name), columns, (4, 5)), name)


def recovery_table(release: Release) -> str:
    """How often each way of estimating held the truth, and how far off it was on average."""
    name = f"{release.study}_recovery"
    rows = recovered(release)
    groups = rows.groupby(["estimator_text", "weighting_code"], sort=True)
    cells = pd.DataFrame(
        [
            (estimator, weighting, len(part), int(part.is_truth_covered.sum()), float(part.estimation_error.mean()))
            for (estimator, weighting), part in groups
        ],
        columns=["estimator", "weighting", "judged", "held", "error"],
    )
    columns = {
        "Estimator": lambda row: escaped(estimator(row.estimator)),
        "Weighting": lambda row: escaped(in_words(row.weighting)),
        "Intervals": lambda row: count(row.judged),
        "Hold the truth": lambda row: count(row.held),
        "Mean error, points": lambda row: decimal(100 * row.error, 1),
    }
    return _labelled(release, column_table(cells, columns, (2, 3, 4)), name)


def _sensitive_sentence(release: Release) -> str:
    named = terms(release, "sensitive_group").values()
    if not named:
        return "The plan of this study names no group that has to be pooled over all others."
    told = "; ".join(escaped(words) for words in named)
    return f"These groups are pooled over all others, and never crossed with another: {told}."


def recovered(release: Release) -> pd.DataFrame:
    """Estimates of shares with an interval and a known truth."""
    rows = release.table(f"{release.study}_recovery")
    return rows[rows.is_truth_covered.notna() & ~rows.quantity_code.isin(POINTS)]


def survey_values(release: Release) -> dict[str, str]:
    """Sentences and counts that the survey's chapters quote."""
    estimates = release.table(f"{release.study}_survey_estimates")
    sampling, recovery = coverage_rows(release), recovered(release)
    worst = sampling.loc[sampling.coverage_share.idxmin()]
    held, table = int(recovery.is_truth_covered.sum()), f"{release.study}_recovery"
    told = (
        f"In {WORLD[release.study]}, of {quoted(count(len(recovery)), table)} intervals of shares whose truth is known,"
        f" {quoted(count(held), table)} hold it. "
        "Direct questions miss the truth where people hide or feign, and no weighting mends that: such a miss comes "
        "from the answers, not from the calculation."
        if len(recovery)
        else "The truth is not known, so the intervals cannot be compared with it."
    )
    return {
        "text_survey": TEXTS[release.study] if has_part(release, "survey") else absent_sentence("survey"),
        "text_recovery": told,
        "text_sensitive_groups": _sensitive_sentence(release),
        "text_survey_diagnostics": checks_summary(
            release.table(f"{release.study}_survey_diagnostics"),
            f"{release.study}_survey_diagnostics",
            lambda row: row.item_text,
            WORLD[release.study],
        ),
        "value_survey_estimates_rows": count(len(estimates)),
        "value_survey_estimates_withheld": count((~estimates.is_usable.astype(bool)).sum()),
        "value_rds_coverage_combinations": count(len(sampling)),
        "value_rds_coverage_failing": count((sampling.coverage_high_share < REQUIRED).sum()),
        "value_rds_coverage_with_effect": count(sampling.design_effect.notna().sum()),
        "value_rds_coverage_above_two": count((sampling.design_effect > 2).sum()),
        "value_rds_coverage_worst": percent(worst.coverage_share),
        "text_rds_coverage_worst": f"{estimator(worst.estimator_text)} with the {worst.interval_text} "
        f"in populations of the kind *{in_words(worst.simulation_code)}*",
    }
