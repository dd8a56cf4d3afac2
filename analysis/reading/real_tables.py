"""What real data say: tables and values of lists with a known truth, asylum decisions and frames of Afghans abroad.

What must not be here: drawing, or a number of the fictional world.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.reading.fragments import column_table, escaped, pipe_table, table_block
from analysis.reading.tables import Release
from analysis.reading.wording import count, decimal, host, in_words, is_given, percent, sentence_case, span, subject

SCRIPT = "real_tables.py"
KNOWN_TRUTH = "list_zodiac"
REGISTER_HOSTS = ("USA", "DEU", "FRA", "GBR", "AUT", "SWE")
YEARS_SHOWN = 3
REAL_DATA = {
    "C01.1": (
        "a report of the press",
        "that the question is open",
        "residence, asylum, and for whom the words were",
    ),
    "C01.2": (
        "published lists; [the one list experiment in Afghanistan](list_experiment.md)",
        "that a list of usual size could not tell",
        "any share",
    ),
    "C02.2": ("none", "nothing", "whether the number grows: nobody can sample these people"),
    "C05.1": (
        "two reports that name the commission for contact with Afghan personalities",
        "that an official programme exists",
        "whom it reaches, what it changes",
    ),
    "C07": (
        "[a list whose truth is known, and lists in practice](list_experiment.md)",
        "what a list could see",
        "anything about Afghans abroad",
    ),
    "C08": (
        "[dated events](events.md); events of the fighting, day by day",
        "when the two shocks were, and what one host did on the same day",
        "whether opinions moved: nothing was being collected",
    ),
    "C09": (
        "[asylum decisions by host and by quarter](population.md)",
        "that a fall in one host came before the clashes",
        "whether any fear was well founded",
    ),
    "C11": (
        "incidents in Germany, hate crimes in Toronto and England, published experiments on attitudes after attacks",
        "how many incidents it would take, and that attitudes to immigrants cool on average",
        "a backlash against Afghans: too few incidents name them, and the mix of sources breaks",
    ),
    "C13.1": ("[one opt-in poll](published_figures.md), older than the clashes", "nothing", "the share today"),
    "C14.1": (
        "[counts and decisions by host](population.md)",
        "that Afghans hold protection in every named host",
        "who served, and who holds what opinion",
    ),
}
"""Claim → data, what they can decide, what they cannot. Words only: verdicts and numbers come from the release."""
COUNTS = {
    "named": "incidents_named_afghan",
    "needed": "incidents_needed",
    "conflict_before": "conflict_events_before",
    "conflict_day": "conflict_events_on_the_day",
    "toronto": "toronto_naming_afghans",
}
"""Value of a page → the recomputed count that it is."""
LISTS_IN_WORDS = {
    "conventional": "control list one item shorter",
    "placebo_item": "the placebo item alone, against the shorter list",
    "equal_length": "control list of equal length",
}


PRACTICE: dict[str, Callable[[float], str]] = {
    "spread_of_one_answer": lambda value: decimal(value, 2),
    "spread_of_one_answer_lower": lambda value: decimal(value, 2),
    "spread_of_one_answer_upper": lambda value: decimal(value, 2),
    "errors_predicted": percent,
    "everywhere_spread": lambda value: decimal(100 * value, 1),
}
"""Single figures about published lists, and how each is written."""


def real_tables(release: Release) -> dict[str, str]:
    """Every table of real data that a chapter may quote, by the key it is quoted with."""
    return {
        "table_known_truth": known_truth(release),
        "table_list_practice": list_practice(release),
        "table_list_assurance": list_assurance(release),
        "table_asylum_protection": asylum_protection(release),
        "table_diaspora_frames": diaspora_frames(release),
    }


def _known_rows(release: Release) -> pd.DataFrame:
    rows = release.table("replication_results")
    return rows[rows.replication_id.str.contains(KNOWN_TRUTH)]


def known_truth(release: Release) -> str:
    """The list whose truth is known, under each control list."""
    columns = {
        "Compared with": lambda row: LISTS_IN_WORDS[row.replication_id.partition("zodiac_")[2]],
        "Difference in mean counts": lambda row: decimal(row.value),
        "95% interval": lambda row: span(decimal(row.ci_low), decimal(row.ci_high)),
        "Respondents": lambda row: count(row.respondents_n),
        "What is true": lambda row: escaped(row.published_text),
    }
    table = column_table(_known_rows(release), columns, (1, 2, 3))
    return table_block(table, release, "replication_results", SCRIPT)


def list_practice(release: Release) -> str:
    """List minus direct answer, by how common the direct answer was."""
    rows = release.table("list_practice")
    columns = {
        "Said yes directly": _band,
        "Experiments": lambda row: count(row.experiments_n),
        "Papers": lambda row: count(row.papers_n),
        "List minus direct": lambda row: decimal(row.list_minus_direct),
        "95% interval": lambda row: span(decimal(row.ci_low), decimal(row.ci_high)),
    }
    table = column_table(rows[rows.band_kind_code == "direct_share"], columns, range(5))
    return table_block(table, release, "list_practice", SCRIPT)


def list_assurance(release: Release) -> str:
    """The chance to tell list and direct answers apart, if they differ as in published experiments."""
    rows = release.table("list_assurance")
    columns = {
        "Published experiments": lambda row: escaped(sentence_case(row.prior_text)),
        "Respondents": lambda row: count(row.respondents_n),
        "Standard error, points": lambda row: decimal(100 * row.assumed_error_share, 1),
        "Chance, if they differ as published": lambda row: percent(row.assurance_share),
        "Power at the register's smallest effect": lambda row: percent(row.power_share),
    }
    table = column_table(rows, columns, range(1, 5))
    return table_block(table, release, "list_assurance", SCRIPT)


def _band(row: Any) -> str:
    return span(percent(row.band_low_share), percent(row.band_high_share))


def asylum_protection(release: Release) -> str:
    """Decisions of the hosts that the register names, in the last years; stages of the procedure stay apart."""
    rows = release.table("asylum_protection")
    stages = release.codes("asylum_protection", "decision_stage_code")
    last = rows[rows.host_iso3.isin(REGISTER_HOSTS) & (rows.year > rows.year.max() - YEARS_SHOWN)]
    columns = {
        "Host": lambda row: escaped(host(row.host_iso3, row.host_name)),
        "Stage": lambda row: escaped(stages[row.decision_stage_code]),
        "Year": lambda row: str(row.year),
        "Decided": lambda row: count(row.decided_n),
        "Positive": lambda row: (
            percent(row.protection_share, 1) if is_given(row.protection_share) else "nobody decided"
        ),
        "Closed otherwise": lambda row: count(row.otherwise_closed_n),
    }
    ordered = last.sort_values(["host_iso3", "decision_stage_code", "year"])
    return table_block(column_table(ordered, columns, (2, 3, 4, 5)), release, "asylum_protection", SCRIPT)


def diaspora_frames(release: Release) -> str:
    """Both frames for every host that both sources have."""
    rows = release.table("diaspora_frames").sort_values("migrants_n", ascending=False)
    columns = {
        "Host": lambda row: escaped(host(row.host_iso3, row.host_name)),
        "Migrants": lambda row: count(row.migrants_n),
        "Under protection": lambda row: count(row.protected_n),
        "Protection by migrants": lambda row: _ratio(row.protected_to_migrants_ratio),
        "Counted by": lambda row: escaped(in_words(row.stock_basis_code)),
        "Refugees added": lambda row: "yes" if row.has_refugees_added else "no",
    }
    return table_block(column_table(rows, columns, (1, 2, 3)), release, "diaspora_frames", SCRIPT)


def _ratio(value: float) -> str:
    return decimal(value, 2) if is_given(value) else "–"


def real_values(release: Release) -> dict[str, str]:
    """Single numbers of real data, each under the name of its table."""
    return {
        **_list_values(release),
        **_context_values(release),
        **_practice_values(release),
        **_decision_values(release),
        **_quarter_values(release),
        **_frame_values(release),
    }


def _list_values(release: Release) -> dict[str, str]:
    """The list under each control list, lists in general where few say yes directly, and their typical error."""
    rows = release.table("replication_results").set_index("replication_id")
    named = {
        row.replication_id.partition("zodiac_")[2]: row.replication_id for row in _known_rows(release).itertuples()
    }
    rare = next(name for name in rows.index if name.endswith("lists_rare"))
    error = next(name for name in rows.index if name.endswith("median_standard_error"))
    incidents = {
        f"value_replication_results_{word}": count(rows.value[rows.index.str.endswith(ending)].iloc[0])
        for word, ending in COUNTS.items()
    }
    ends = {"": "value", "_low": "ci_low", "_high": "ci_high"}
    return (
        incidents
        | {
            f"value_replication_results_{word}{end}": percent(rows.loc[name, column], 1)
            for word, name in named.items()
            for end, column in ends.items()
        }
        | {f"value_replication_results_rare{end}": decimal(100 * rows.loc[rare, of], 1) for end, of in ends.items()}
        | {"value_replication_results_median_error": decimal(100 * rows.loc[error, "value"], 1)}
        | {
            f"value_replication_results_{word}": shown(rows.value[rows.index.str.endswith(f"lists_{word}")].iloc[0])
            for word, shown in PRACTICE.items()
        }
    )


def _context_values(release: Release) -> dict[str, str]:
    """Series that move by themselves, host publics after attacks, and what a hidden cause would have to explain."""
    rows = release.table("replication_results").set_index("replication_id")
    toronto, england, attitudes, robustness = (
        rows[rows.index.str.endswith(ending)].iloc[0]
        for ending in ("naming_afghans", "largest_change", "attitudes_immigrants", "darfur_robustness")
    )
    ends = {"": "value", "_low": "ci_low", "_high": "ci_high"}
    return {
        "value_replication_results_toronto_n": count(toronto.respondents_n),
        "value_replication_results_england": decimal(england.value, 2),
        "value_replication_results_robustness": percent(robustness.value, 1),
        **{f"value_replication_results_attitudes{end}": decimal(attitudes[column]) for end, column in ends.items()},
    }


def _practice_values(release: Release) -> dict[str, str]:
    rows = release.table("list_practice")
    widths = rows[rows.band_kind_code == "half_width"].sort_values("band_low_share")
    return {
        "value_list_practice_experiments": count(widths.experiments_n.sum()),
        "value_list_practice_narrowest": count(widths.experiments_n.iloc[0]),
        "value_list_practice_narrow": decimal(100 * widths.band_high_share.iloc[0], 0),
    }


def _decision_values(release: Release) -> dict[str, str]:
    """The first decisions of two hosts in the first and last of the years shown, and repeat claims in one."""
    rows = release.table("asylum_protection")
    last = int(rows.year.max())
    found = {"value_asylum_protection_last": str(last), "value_asylum_protection_before": str(last - 2)}
    for iso3 in ("GBR", "DEU", "FRA"):
        for word, year in (("before", last - 2), ("last", last)):
            chosen = rows[(rows.host_iso3 == iso3) & (rows.year == year)].set_index("decision_stage_code")
            if "first_instance" in chosen.index:
                share = chosen.protection_share["first_instance"]
                found[f"value_asylum_protection_{iso3.lower()}_{word}"] = percent(share, 1)
            if "repeat_application" in chosen.index:
                granted = chosen.recognised_n["repeat_application"]
                found[f"value_asylum_protection_{iso3.lower()}_{word}_repeat"] = count(granted)
    return found


def _quarter_values(release: Release) -> dict[str, str]:
    """The last quarter, and the highest share before it."""
    rows = release.table("asylum_protection_uk").sort_values("quarter_text")
    last, best = rows.iloc[-1], rows.loc[rows.protection_share.idxmax()]
    return {
        "value_asylum_protection_uk_last_share": percent(last.protection_share, 1),
        "value_asylum_protection_uk_best_share": percent(best.protection_share, 1),
        "text_uk_last_quarter": escaped(last.quarter_text),
        "text_uk_best_quarter": escaped(best.quarter_text),
    }


def _frame_values(release: Release) -> dict[str, str]:
    """Both counts of each named host, and the year that they are of."""
    rows = release.table("diaspora_frames")
    values = {"value_diaspora_frames_year": str(int(rows.year.iloc[0]))}
    for row in rows[rows.host_iso3.isin(REGISTER_HOSTS)].itertuples():
        name = f"value_diaspora_frames_{row.host_iso3.lower()}"
        values |= {f"{name}_migrants": count(row.migrants_n), f"{name}_protected": count(row.protected_n)}
    return values


def real_data(chips: Mapping[str, str]) -> str:
    """Claim by claim, with its verdict: which real data touch it, what they can decide, and what they cannot."""
    cells = [
        (f"[{claim_id}](#claim-{claim_id.lower().replace('.', '-')}) {subject(claim_id)}", *words, chips[claim_id])
        for claim_id, words in REAL_DATA.items()
        if claim_id in chips
    ]
    return pipe_table(("Claim", "Data", "What they can decide", "What they cannot", "Verdict"), cells)
