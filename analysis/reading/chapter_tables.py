"""Tables that chapters show, each written from one release table with its provenance.

What must not be here: single values, drawing, or a share of a design that failed.
"""

from typing import Any

import pandas as pd

from analysis.errors import ReleaseError
from analysis.reading.corpora_tables import corpora_tables
from analysis.reading.design_tables import design_tables
from analysis.reading.figures_evidence import attitude_rows
from analysis.reading.figures_performance import latest
from analysis.reading.fragments import (
    checks_summary,
    cited,
    column_table,
    escaped,
    outcome_word,
    pipe_table,
    table_block,
    verdict_word,
)
from analysis.reading.posts_tables import posts_tables
from analysis.reading.privacy_tables import privacy_tables
from analysis.reading.real_tables import real_tables
from analysis.reading.survey_tables import survey_tables
from analysis.reading.tables import Release
from analysis.reading.wording import beside, count, decimal, host, in_words, is_given, percent, plain, sentence_case

SCRIPT = "chapter_tables.py"
UNITS = {"text": "Posts", "shock": "Weeks"}
METHOD_KINDS = (
    "list", "masked", "endorsement", "sample", "text", "shock", "share", "agreement", "scale", "size", "blend",
    "mrp",
)  # fmt: skip
LISTS = {"isaf": "Foreign forces", "taliban": "Taliban", "control": "Control"}


def chapter_tables(release: Release) -> dict[str, str]:
    """Every table that a chapter may quote, by the key it is quoted with."""
    return {
        "table_verdict_words": verdict_words(release),
        "table_evidence_classes": _codes(release, "claim_evidence", "evidence_class_code", "Class"),
        "table_grades": _codes(release, "claim_evidence", "grade_code", "Grade"),
        "table_population_latest": population_latest(release),
        "table_disaggregation": disaggregation_levels(release),
        "table_benchmarks_context": context_figures(release),
        "table_published_attitudes": attitudes(release),
        "table_downloads": downloads(release),
        "text_list_experiment_checks": checks_summary(
            release.table("list_experiment_checks"),
            "list_experiment_checks",
            lambda row: f"{LISTS.get(row.arm_code, row.arm_code)} list",
        ),
        "table_events": events(release),
        "table_list_experiment_checks": experiment_checks(release),
        "table_list_experiment_differences": experiment_differences(release),
        "table_replications": replications(release),
        **{f"table_coverage_{kind}": method_coverage(release, kind) for kind in METHOD_KINDS},
        "table_technique_price": technique_price(release),
        "table_performance": performance(release),
        "table_base_rates": base_rates(release),
        "table_disclosure_outcomes": gate_outcomes(release),
        "table_checksums": checksums(release),
        **corpora_tables(release),
        **design_tables(release),
        **survey_tables(release),
        **posts_tables(release),
        **privacy_tables(release),
        **real_tables(release),
    }


def verdict_words(release: Release) -> str:
    """The vocabulary, as the release declares it."""
    meanings = release.codes("claim_verdicts", "verdict_code")
    return pipe_table(("Verdict", "When"), [(verdict_word(code), _sentence(words)) for code, words in meanings.items()])


def _codes(release: Release, table: str, column: str, heading: str) -> str:
    codes = release.codes(table, column)
    return pipe_table(
        (heading, "Meaning"), [(f"*{in_words(code)}*", _sentence(words)) for code, words in codes.items()]
    )


def _sentence(words: str) -> str:
    return f"{escaped(sentence_case(words))}."


def _host(row: Any) -> str:
    return escaped(host(row.host_iso3, row.host_name))


def population_latest(release: Release) -> str:
    """Every host in the last year, by kind of protection."""
    rows = release.table("population_host_year")
    columns = {
        "Host": _host,
        "Under protection": lambda row: count(row.protected_n),
        "of them refugees": lambda row: count(row.refugees_n),
        "of them others in need of protection": lambda row: _optional(row.other_protection_n),
        "Asylum-seekers beside them": lambda row: count(row.asylum_seekers_n),
    }
    latest = rows[rows.year == rows.year.max()].sort_values("protected_n", ascending=False)
    return table_block(column_table(latest, columns, (1, 2, 3, 4)), release, "population_host_year", SCRIPT)


def _optional(value: float) -> str:
    return count(value) if is_given(value) else "no such category"


def disaggregation_levels(release: Release) -> str:
    """How far every host breaks its total down, with what the words mean."""
    meanings = release.codes("population_host_disaggregation", "disaggregation_code")
    columns = {
        "Host": _host,
        "Persons registered": lambda row: count(row.registered_n),
        "Sex is stated": lambda row: percent(row.sex_known_share),
        "Age band is stated": lambda row: percent(row.age_known_share),
        "Broken down": lambda row: str(row.disaggregation_code),
    }
    rows = release.table("population_host_disaggregation").sort_values("registered_n", ascending=False)
    key = "\n".join(f"* *{code}*: {escaped(words)}." for code, words in meanings.items())
    table = table_block(column_table(rows, columns, (1, 2, 3)), release, "population_host_disaggregation", SCRIPT)
    return f"{key}\n\n{table}"


def context_figures(release: Release) -> str:
    """Published figures that are named without their number, and why."""
    uses = release.codes("benchmarks_context", "use_code")
    columns = {
        "Row": lambda row: str(row.benchmark_id),
        "What was asked or counted": lambda row: escaped(row.quantity_text),
        "Of whom": lambda row: escaped(row.population_text),
        "When": lambda row: escaped(row.period_text),
        "Why it has no number here": lambda row: escaped(uses[row.use_code].partition(": ")[2]),
        "Source": lambda row: cited(row.source),
    }
    return table_block(
        column_table(release.table("benchmarks_context"), columns), release, "benchmarks_context", SCRIPT
    )


def attitudes(release: Release) -> str:
    """The figures that the chart shows, each with its question, population, date, size and source."""
    lines = release.codes("benchmarks_shown", "wording_line_code")
    columns = {
        "Question": lambda row: f"{escaped(row.quantity_text)} ({escaped(lines[row.wording_line_code])})",
        "Per cent": lambda row: plain(row.figure_value),
        "Of whom": lambda row: escaped(row.population_text),
        "When": lambda row: escaped(row.period_text),
        "Respondents": lambda row: escaped(row.sample_text) if is_given(row.sample_text) else "not given",
        "What to know": lambda row: escaped(row.note) if is_given(row.note) else "",
        "Source": lambda row: cited(
            f"{row.source} {row.source_address if is_given(row.source_address) else ''}".strip()
        ),
    }
    return table_block(column_table(attitude_rows(release), columns, (1,)), release, "benchmarks_shown", SCRIPT)


def downloads(release: Release) -> str:
    """Every table with its two files, in the order of the descriptor."""
    cells = [
        (
            f"[{escaped(name)}](#table-{name.replace('_', '-')})",
            escaped(release.resource(name)["title"]),
            f"{{download}}`Parquet </data/open__{name}.parquet>` {{download}}`CSV </data/open__{name}.csv>`",
        )
        for name in release.names
    ]
    table = pipe_table(("Table", "What it holds", "Files"), cells)
    return f":::::{{dropdown}} Every table as Parquet and CSV\n{table}\n:::::"


def host_names(release: Release) -> dict[str, str]:
    """Names of hosts by their code."""
    rows = release.table("population_host_year")
    return dict(zip(rows.host_iso3, rows.host_name, strict=True))


def events(release: Release) -> str:
    """Every dated event with how sure its day is."""
    known = release.codes("events_dated", "date_status_code")
    quality = release.codes("events_dated", "source_quality_code")
    rows = release.table("events_dated").sort_values(["event_date", "event_id"])
    hosts = host_names(release)
    columns = {
        "Day": lambda row: f"[{row.event_date:%Y-%m-%d}]{{.one-line}}",
        "What happened": lambda row: escaped(row.event_text),
        "How the day is known": lambda row: escaped(known[row.date_status_code]),
        "Quality of the source": lambda row: escaped(quality[row.source_quality_code]),
        "Source": lambda row: cited(row.source),
        "Break date": lambda row: "yes" if row.is_break_date_eligible else "no",
        "A host's own events within a week": lambda row: (
            escaped(beside(row.confounders_text, hosts)) if is_given(row.confounders_text) else "–"
        ),
    }
    return table_block(column_table(rows, columns), release, "events_dated", SCRIPT)


def experiment_checks(release: Release) -> str:
    """What each diagnostic says about each list."""
    columns = {
        "List": lambda row: LISTS.get(row.arm_code, row.arm_code),
        "Check": lambda row: escaped(in_words(row.check_code)),
        "Outcome": lambda row: outcome_word(row.is_passed),
        "What it says": lambda row: escaped(row.check_text),
    }
    rows = release.table("list_experiment_checks")
    return table_block(column_table(rows, columns), release, "list_experiment_checks", SCRIPT)


def experiment_differences(release: Release) -> str:
    """Differences of the Afghan lists with their intervals; ReleaseError when the release holds none."""
    rows = release.table("estimates")
    is_afghan = rows.estimand_id.str.contains("afghanistan")
    rows = rows[(rows.quantity_code == "difference_in_mean_counts") & is_afghan]
    if rows.empty:
        raise ReleaseError("table 'estimates': no difference in mean counts; run `./run repro`")
    columns = {
        "List": lambda row: _list_of(row.estimand_id),
        "Difference in mean counts": lambda row: decimal(row.value),
        "95% interval": lambda row: f"{decimal(row.ci_low)} to {decimal(row.ci_high)}",
        "Respondents": lambda row: count(row.respondents_n),
        "Method": lambda row: escaped(row.method_text),
        "Class": lambda row: str(row.evidence_class_code),
    }
    return table_block(column_table(rows, columns, (1, 2, 3)), release, "estimates", SCRIPT)


def _list_of(estimand_id: str) -> str:
    """The list that an estimand is about, from its name."""
    named = [words for arm, words in LISTS.items() if arm in estimand_id]
    return named[0] if named else escaped(in_words(estimand_id))


def replications(release: Release) -> str:
    """Recomputed figures beside the ones that they are compared with."""
    columns = {
        "Figure": lambda row: escaped(in_words(row.replication_id.partition("_")[2])),
        "Recomputed": lambda row: decimal(row.value, 5),
        "Standard error": lambda row: decimal(row.standard_error, 5) if is_given(row.standard_error) else "–",
        "Respondents": lambda row: count(row.respondents_n),
        "Compared with": lambda row: escaped(row.published_text),
        "SHA-256 of the file": lambda row: f"`{row.file_sha256[:12]}…`",
    }
    rows = release.table("replication_results")
    return table_block(column_table(rows, columns, (1, 2, 3)), release, "replication_results", SCRIPT)


def method_coverage(release: Release, kind: str) -> str:
    """How often intervals of one kind of method held the truth, over simulated surveys."""
    columns = {
        "Method": lambda row: escaped(in_words(row.method_id)),
        "Simulated": lambda row: escaped(row.survey_text),
        UNITS.get(kind, "Respondents"): lambda row: count(row.respondents_n),
        "Simulations": lambda row: count(row.answered_n),
        "Held the truth": lambda row: percent(row.coverage_share, 1),
        "Bias": lambda row: decimal(row.bias, 3),
        "Spread": lambda row: decimal(row.spread_of_estimates, 3),
        "Mean standard error": lambda row: decimal(row.mean_standard_error, 3),
        "Verdict": lambda row: f"fails: {escaped(row.failure_text)}" if row.is_failed else "passes",
    }
    rows = release.table("method_coverage")
    chosen = rows[rows.method_id.str.startswith(f"{kind}_")]
    return table_block(column_table(chosen, columns, range(2, 8)), release, "method_coverage", SCRIPT)


def technique_price(release: Release) -> str:
    """Respondents that each way of asking needs for the same precision."""
    columns = {
        "Way of asking": lambda row: escaped(sentence_case(row.survey_text)),
        "Hold the trait": lambda row: percent(row.prevalence_share),
        "Variance against a direct question": lambda row: decimal(row.variance_ratio, 1),
        "Respondents needed": lambda row: count(row.required_n),
    }
    rows = release.table("technique_price").sort_values(["prevalence_share", "required_n"])
    return table_block(column_table(rows, columns, (1, 2, 3)), release, "technique_price", SCRIPT)


def performance(release: Release) -> str:
    """The last measurement of every comparison, with the peers that were missing."""
    columns = {
        "What": lambda row: escaped(row.comparison_text),
        "Against": lambda row: escaped(row.compared_with_text),
        "Unit": lambda row: escaped(row.figure_unit_text),
        "Ours": lambda row: _measured(row.own_figure),
        "The other": lambda row: _measured(row.other_figure),
        "Times better": lambda row: _measured(row.times_better),
        "Note": lambda row: escaped(row.note) if is_given(row.note) else "",
    }
    rows = latest(release.table("performance"))
    return table_block(column_table(rows, columns, (3, 4, 5)), release, "performance", SCRIPT)


def _measured(value: float) -> str:
    """Three figures, or a dash where the peer was not there."""
    if not is_given(value):
        return "–"
    return count(round(value)) if value >= 100 else plain(float(f"{value:.3g}"))


def base_rates(release: Release) -> str:
    """Every combination of assumptions."""
    columns = {
        "Hold the opinion": lambda row: percent(row.prevalence_share, 1),
        "Holders found": lambda row: percent(row.sensitivity_share),
        "Others left alone": lambda row: percent(row.specificity_share),
        "Correctly labelled opinions per 1,000": lambda row: plain(round(row.right_labels_per_1000, 2)),
        "Wrong labels per 1,000": lambda row: plain(round(row.wrong_labels_per_1000, 2)),
        "Labels that are right": lambda row: _right_share(row.predictive_value_share),
    }
    return table_block(column_table(release.table("base_rates"), columns, range(6)), release, "base_rates", SCRIPT)


def _right_share(share: float) -> str:
    return percent(share, 1) if is_given(share) else "nobody is labelled"


def gate_outcomes(release: Release) -> str:
    """Every check of the disclosure gate."""
    columns = {
        "Table": lambda row: escaped(in_words(row.table_name)),
        "Check": lambda row: escaped(in_words(row.gate_check_code)),
        "Outcome": lambda row: str(row.outcome_code),
        "What was found": lambda row: escaped(row.outcome_text),
    }
    return table_block(
        column_table(release.table("disclosure_records"), columns), release, "disclosure_records", SCRIPT
    )


def checksums(release: Release) -> str:
    """The hash of every table's CSV."""
    cells = [(escaped(name), f"`{release.sha256(f'tables/open__{name}.csv')}`") for name in release.names]
    return pipe_table(("Table (CSV)", "SHA-256"), cells)


def series_breaks(rows: pd.DataFrame) -> str:
    """The documented breaks as a list."""
    broken = rows[rows.is_series_break]
    return "\n".join(f"* {_host(row)}, {row.year}. {escaped(row.series_break_note)}." for row in broken.itertuples())
