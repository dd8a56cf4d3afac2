"""The questionnaire as a page: one section with an anchor per item, and where the item is used.

What must not be here: an answer, or a wording that the instrument does not hold.
"""

import re
from typing import Any

import pandas as pd

from analysis.reading.fragments import div, escaped, page, provenance, quoted
from analysis.reading.parts import absent_sentence, has_part
from analysis.reading.tables import Release
from analysis.reading.terms import terms
from analysis.reading.wording import (
    SEPARATOR,
    claim_label,
    claim_order,
    count,
    in_words,
    is_given,
    listing,
)

SCRIPT = "questionnaire_page.py"
NAME = "questionnaire_items"
WORD = re.compile(r"(?<![\w\[])[A-Za-z]\w*(?![\w\]])")
"""What may be the id of an item: not the name of a case in brackets."""

INTRO = (
    "This page is generated from the plan of the study. Which answers are missing, and why, stays told apart in the "
    "data. Items are asked of everybody unless they say otherwise; what was drawn at random, an arm, a version or an "
    "endorser, has an entry of its own."
)


def questionnaire_page(release: Release) -> str:
    """Every item in the order of the instrument."""
    if not has_part(release, "survey"):
        return page("Questionnaire", "This study has no questionnaire.", absent_sentence("survey"), "questionnaire")
    rows = release.table(NAME).sort_values("item_rank")
    used, reported = uses(release), reported_items(release)
    rows = rows.assign(section=rows.section_text.fillna("Items"))
    blocks = [
        f"## {section}\n\n" + "\n\n".join(_item(row, used, row.item_id in reported) for row in group.itertuples())
        for section, group in rows.groupby("section", sort=False)
    ]
    count_line = f"It has {quoted(count(len(rows)), NAME)} entries."
    return page(
        "Questionnaire",
        "Every item of the questionnaire: what it asks, what may be answered, where it comes from, where it is used.",
        "\n\n".join([f"{_heading(release)} {INTRO} {count_line}", *blocks, provenance(release, (NAME,), SCRIPT)]),
        "questionnaire",
    )


def _heading(release: Release) -> str:
    """Title and provenance, as the plan states them."""
    said = terms(release, "study")
    return escaped(" ".join(f"{text.rstrip('.')}." for text in (said["title"], said["provenance"])))


def item_label(item_id: str) -> str:
    """Name by which pages link to an item: `item-ta1`."""
    return f"item-{item_id.lower().replace('_', '-')}"


def uses(release: Release) -> dict[str, list[str]]:
    """Item → claims whose estimand, evidence or notes name it."""
    register, known = release.table("claims_register"), set(release.table(NAME).item_id)
    found: dict[str, list[str]] = {}
    for row in register.astype(object).where(register.notna(), "").to_dict("records"):
        for item in sorted({match for text in row.values() for match in WORD.findall(str(text))} & known):
            found.setdefault(item, []).append(str(row["claim_id"]))
    return {item: sorted(claims, key=claim_order) for item, claims in found.items()}


def reported_items(release: Release) -> set[str]:
    """Items of which the survey's results report an answer."""
    told = release.table(f"{release.study}_survey_estimates").item_text
    return {word.upper() for text in told for word in WORD.findall(str(text))} & set(release.table(NAME).item_id)


def _item(row: Any, used: dict[str, list[str]], is_reported: bool) -> str:
    claims = [f"[{claim}](#{claim_label(claim)})" for claim in used.get(row.item_id, [])]
    facts = [
        f"Answers: {_choices(row.answers_text)}.",
        f"Asked of each: {_choices(row.parts_text)}." if is_given(row.parts_text) else "",
        f"For: {escaped(row.item_role_text)}. From: {escaped(row.item_source_text)}.",
        f"Named by {listing(claims)}." if claims else "",
        "Reported in [Survey results](survey_results.md)." if is_reported else "",
    ]
    return (
        f"({item_label(row.item_id)})=\n### {escaped(row.item_id)}\n\n{escaped(row.asks_text)}\n\n"
        f"{div('item-facts', ' '.join(fact for fact in facts if fact), ':::')}"
    )


def _choices(text: str) -> str:
    return ", ".join(f"*{escaped(in_words(code))}*" for code in text.split(SEPARATOR))


def linked_items(text: str, known: "pd.Series[str]") -> str:
    """A text in which every item of the questionnaire is a link to its place."""
    names = set(known)
    return WORD.sub(lambda match: f"[{match[0]}](#{item_label(match[0])})" if match[0] in names else match[0], text)


def linked_codes(text: str, known: "pd.Series[str]") -> str:
    """The same for a cell of a table, which writes its items in small letters: `ta1 and re4`."""
    names = {str(name).lower() for name in known}
    return WORD.sub(lambda match: linked_items(match[0].upper(), known) if match[0] in names else match[0], text)
