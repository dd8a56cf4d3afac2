"""What a reader sets aside, and why: the value as received and the rule's sentence.

What must not be here: rules of a vendor. A reader raises `MalformedItemError` with its
rule; `guarded` turns it into a record.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from analysis.corpora.made_often import made_often

T = TypeVar("T")

SHOWN_VALUE = 200
"""Characters of an offending value that a record repeats; the whole item stands in `raw`."""


class MalformedItemError(Exception):
    """Control flow inside the readers: one item breaks a rule; never leaves the room."""

    def __init__(self, column: str, value: object, rule: str) -> None:
        """State the column, the value received and the rule that it breaks."""
        super().__init__(rule)
        self.column, self.value, self.rule = column, value, rule


@made_often
class Quarantined:
    """One item that was set aside: where it stood, the item as received, the column, its value, the rule's sentence."""

    position: str
    raw: str
    column: str
    value: str
    rule: str


@made_often
class Aside:
    """Something of the export that is no item, counted so that nothing vanishes: a service message, a profile."""

    what: str
    count: int = 1


@dataclass(frozen=True)
class Notice:
    """A sentence about the export as a whole that its reader should know."""

    sentence: str


def quarantined(position: str, item: object, error: MalformedItemError) -> Quarantined:
    """The record of one broken rule."""
    return Quarantined(position, raw_text(item), error.column, raw_text(error.value)[:SHOWN_VALUE], error.rule)


def guarded(position: str, item: object, decode: Callable[[], T]) -> T | Quarantined:
    """The decoded item, or the record of the rule that it breaks."""
    try:
        return decode()
    except MalformedItemError as error:
        return quarantined(position, item, error)


def raw_text(value: object) -> str:
    """A value as received, as text: JSON where it is a JSON value."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError, TypeError):
        return f"a value that cannot be written out ({type(value).__name__})"
