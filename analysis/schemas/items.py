"""The items of a plan as columns: one per question, part of a question and random assignment.

Every cell is text: the code of an answer, or a dot and the reason why there is none, so that a refusal, a question that
was not asked and a field that the vendor does not export stay three findings. What must not be here: an item, scoring.
"""

import re

from analysis.schemas.declaration import Column
from analysis.study.items import Item
from analysis.study.plan import Plan

MISSING_KINDS = {
    ".refused": "prefers not to say",
    ".dont_know": "does not know",
    ".not_asked": "was not asked",
    ".no_answer": "was asked and left it empty",
    ".system_missing": "the file has no value and does not say why",
    ".not_exported": "the export has no such variable",
    ".unparseable": "a value that cannot be an answer",
    ".unknown_option": "an answer that the instrument does not know",
}
"""What stands in a cell without an answer."""

SCREENINGS = {
    "given": "an answer was given; its text was deleted after screening",
    "too_short": "fewer than ten letters; deleted after screening",
    "repeated": "another respondent of the same export gave the same words; deleted after screening",
}
"""What remains of a free-text answer."""

_MISSING = rf"\.({'|'.join(kind[1:] for kind in MISSING_KINDS)})"


def one_of(*codes: str) -> str:
    """A pattern for one code."""
    return "|".join(re.escape(code) for code in codes)


def one_or_more(*codes: str) -> str:
    """A pattern for codes with a space between them."""
    return rf"({one_of(*codes)})( ({one_of(*codes)}))*"


def whole(low: int, high: int) -> str:
    """A pattern for a whole number."""
    return one_of(*map(str, range(low, high + 1)))


def item_columns(plan: Plan) -> tuple[Column, ...]:
    """The columns of a plan's items, in the order of its questionnaire."""
    return tuple(
        Column(
            name, "text", f"{item.asks}: {part.replace('_', ' ')}" if part and item.parts else item.asks, "measure",
            "answer code", pattern=f"(?:{_answer(item, is_place=name == plan.place)})|{_MISSING}",
        )
        for name, (item, part) in plan.columns.items()
    )  # fmt: skip


def _answer(item: Item, *, is_place: bool) -> str:
    if is_place:
        return r"[^.].*"
    if item.free_text:
        return one_of(*SCREENINGS)
    if item.whole_number:
        return whole(*item.whole_number)
    return one_or_more(*item.codes) if item.multiple else one_of(*item.codes)
