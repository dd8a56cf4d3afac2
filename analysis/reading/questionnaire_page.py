"""The questionnaire as a page: one section with an anchor per item, and where the item is used.

What must not be here: an answer, or a wording that the instrument does not hold.
"""

import re
from typing import Any

import pandas as pd

from analysis.reading.fragments import div, escaped, page, provenance, quoted
from analysis.reading.tables import Release
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
ITEM = re.compile(r"\b[A-Z]{2,4}\d{1,2}\b")
SECTIONS = {
    "SC": "Eligibility and demography", "NW": "Network size", "TA": "Views of the authorities",
    "LX": "List experiments",
    "EN": "Endorsement experiments", "ID": "Identity and threat", "DM": "Democracy and values",
    "EX": "Exposure, contact and pressure", "RE": "Relevance and public expression", "IP": "Integration",
    "HC": "Host context", "QC": "Quality checks", "RR": "Randomised response and crosswise", "DB": "Debriefing",
}  # fmt: skip
INTRO = (
    "This is the project's blueprint of a questionnaire, generated from the instrument file. What an item asks "
    "stands here in an English paraphrase: the wording that is fielded, in each language, belongs to the study that "
    "fields it, and no survey of real people is part of this release. Every item may be answered with *prefer not to "
    "say* and *don't know*; which answers are missing, and why, stays told apart in the data. Every item is asked of "
    "everybody unless it says otherwise; lists, endorsements and versions are drawn at random, and the entries whose "
    "name ends in ARM, ENDORSER or VERSION record what was drawn."
)


def questionnaire_page(release: Release) -> str:
    """Every item in the order of the instrument."""
    rows = release.table(NAME).sort_values("item_rank")
    used = uses(release)
    rows = rows.assign(section=[_section(item) for item in rows.item_id])
    blocks = [
        f"## {section}\n\n" + "\n\n".join(_item(row, used) for row in group.itertuples())
        for section, group in rows.groupby("section", sort=False)
    ]
    count_line = f"It has {quoted(count(len(rows)), NAME)} entries."
    return page(
        "Questionnaire",
        "Every item of the questionnaire: what it asks, what may be answered, where it comes from, where it is used.",
        "\n\n".join([f"{INTRO} {count_line}", *blocks, provenance(release, (NAME,), SCRIPT)]),
        "questionnaire",
    )


def _section(item_id: str) -> str:
    """The part of the questionnaire that an item belongs to, by the letters of its name."""
    if "_" in item_id:
        return "What was drawn at random"
    return SECTIONS.get(item_id.rstrip("0123456789"), "Further items")


def item_label(item_id: str) -> str:
    """Name by which pages link to an item: `item-ta1`."""
    return f"item-{item_id.lower().replace('_', '-')}"


def uses(release: Release) -> dict[str, list[str]]:
    """Item → claims whose estimand, evidence or notes name it."""
    register = release.table("claims_register")
    found: dict[str, list[str]] = {}
    for row in register.astype(object).where(register.notna(), "").to_dict("records"):
        for item in sorted({match for text in row.values() for match in ITEM.findall(str(text))}):
            found.setdefault(item, []).append(str(row["claim_id"]))
    return {item: sorted(claims, key=claim_order) for item, claims in found.items()}


def _item(row: Any, used: dict[str, list[str]]) -> str:
    claims = [f"[{claim}](#{claim_label(claim)})" for claim in used.get(row.item_id, [])]
    facts = [
        f"Answers: {_choices(row.answers_text)}.",
        f"Asked of each: {_choices(row.parts_text)}." if is_given(row.parts_text) else "",
        f"For: {escaped(row.item_role_text)}. From: {escaped(row.item_source_text)}.",
        f"Named by {listing(claims)}." if claims else "",
    ]
    return (
        f"({item_label(row.item_id)})=\n**{escaped(row.item_id)}** {escaped(row.asks_text)}\n\n"
        f"{div('item-facts', ' '.join(fact for fact in facts if fact), ':::')}"
    )


def _choices(text: str) -> str:
    return ", ".join(f"*{escaped(in_words(code))}*" for code in text.split(SEPARATOR))


def linked_items(text: str, known: "pd.Series[str]") -> str:
    """A text in which every item of the questionnaire is a link to its place."""
    names = set(known)
    return ITEM.sub(lambda match: f"[{match[0]}](#{item_label(match[0])})" if match[0] in names else match[0], text)
