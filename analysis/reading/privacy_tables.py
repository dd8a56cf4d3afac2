"""What attacks learn from invented studies, and what publication takes from the numbers, as the chapter shows it.

What must not be here: a rule of publication.
"""

from typing import Any

import pandas as pd

from analysis.reading.fragments import column_table, escaped, table_block
from analysis.reading.tables import Release
from analysis.reading.wording import count, decimal, in_words, is_given, percent, sentence_case

SCRIPT = "privacy_tables.py"
SUCCESS = "attack_success"
RULES = {"gate": "on", "off": "off"}
UNITS = {
    "points_of_scale": "points of the scale", "standardised_effect": "standard deviations", "rate_ratio": "log ratio",
    "count": "count",
}  # fmt: skip


def privacy_tables(release: Release) -> dict[str, str]:
    """Every table of the chapter, by the key it is quoted with."""
    return {
        "table_attack_success": success_table(release),
        "table_survey_price": price_table(release, "survey_price"),
        "table_posts_price": price_table(release, "posts_price"),
    }


def success_table(release: Release) -> str:
    """Each attack on each invented study, with the rules on and off."""
    rows, attacks = release.table(SUCCESS), release.codes(SUCCESS, "attack_code")
    studies = release.codes(SUCCESS, "study_code")
    columns = {
        "Attack": lambda row: escaped(sentence_case(attacks[row.attack_code])),
        "Study": lambda row: escaped(studies[row.study_code].partition(",")[0]),
        "Rules": lambda row: RULES[row.protection_code],
        "Tried": lambda row: count(row.attacked_n),
        "Right": lambda row: count(row.exact_n),
        "Right by guessing": lambda row: count(row.guessed_n),
        "Right at most": lambda row: percent(row.success_high_share),
    }
    return table_block(column_table(rows, columns, (3, 4, 5, 6)), release, SUCCESS, SCRIPT)


def price_table(release: Release, table: str) -> str:
    """Rows, width and coverage before and after, by table and kind of row."""
    name = f"{release.study}_{table}"
    columns = {
        "Table": lambda row: escaped(sentence_case(in_words(row.table_name))),
        "Rows": lambda row: escaped(in_words(row.price_scope_text)),
        "With a number": lambda row: count(row.rows_n),
        "Of these withheld": lambda row: count(row.withheld_rows_n),
        "Width before": lambda row: _width(row, row.width_before),
        "Width after": lambda row: _width(row, row.width_after),
        "Held the truth before": lambda row: _share(row.coverage_before_share),
        "Hold it after": lambda row: _share(row.coverage_after_share),
    }
    return table_block(column_table(release.table(name), columns, (2, 3)), release, name, SCRIPT)


def _width(row: Any, width: object) -> str:
    """In points where the rows are shares; in their own unit otherwise."""
    if not is_given(width):
        return "too few rows"
    quantity = row.price_scope_text.partition(",")[0]
    if quantity in UNITS:
        return f"{decimal(float(str(width)), 2)} {UNITS[quantity]}"
    return f"{decimal(100 * float(str(width)), 1)} points"


def _share(share: object) -> str:
    return percent(float(str(share))) if is_given(share) else "not known"


def privacy_values(release: Release) -> dict[str, str]:
    """How often attackers were right, with the rules on, off, and by guessing."""
    rows = release.table(SUCCESS)
    two = rows[rows.attack_code.str.endswith("_of_two_releases")]
    on, off = (two[two.protection_code == way] for way in ("gate", "off"))
    return {
        "value_attack_success_histories": count(on.attacked_n.sum()),
        "value_attack_success_right": count(on.exact_n.sum()),
        "value_attack_success_guessed": count(on.guessed_n.sum()),
        "value_attack_success_off_tried": count(off.attacked_n.sum()),
        "value_attack_success_off_right": count(off.exact_n.sum()),
        "value_attack_success_solved": count(_solved(rows, "gate")),
        "value_attack_success_off_solved": count(_solved(rows, "off")),
        "value_survey_price_withheld": count(release.table(f"{release.study}_survey_price").withheld_rows_n.sum()),
        "value_survey_price_rows": count(release.table(f"{release.study}_survey_price").rows_n.sum()),
    }


def _solved(rows: pd.DataFrame, way: str) -> int:
    """Numbers that one release alone gives away."""
    single = rows[~rows.attack_code.str.endswith("_of_two_releases") & (rows.protection_code == way)]
    return int(single.exact_n.sum())
