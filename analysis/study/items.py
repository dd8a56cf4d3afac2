"""The questionnaire of a plan: items, how their answers read, and in which columns answers stand.

What must not be here: which quantity an item serves (`plan`), or how an export spells its variables (`corpora`).
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.study.entry import Code, Entry, Language, Text


class MissingKind(Enum):
    """Why an item has no answer."""

    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    NOT_ASKED = "not_asked"
    NO_ANSWER = "no_answer"
    """Asked, and left empty."""
    SYSTEM_MISSING = "system_missing"
    """The file has no value and does not say why."""
    NOT_EXPORTED = "not_exported"
    UNPARSEABLE = "unparseable"


class Missing(Entry):
    """Spellings of answers that mean missing, by kind."""

    refused: tuple[str, ...] = ()
    dont_know: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    no_answer: tuple[str, ...] = ()
    system_missing: tuple[str, ...] = ()
    not_exported: tuple[str, ...] = ()
    unparseable: tuple[str, ...] = ()

    def spellings(self) -> Iterator[tuple[str, MissingKind]]:
        """Every spelling with its kind."""
        yield from ((text, kind) for kind in MissingKind for text in getattr(self, kind.value))


class Wording(Entry):
    """An item in one language, as respondents are shown it."""

    asks: Text
    status: Literal["draft", "translated", "reviewed", "fielded"] = "draft"
    options: dict[Code, Text] = Field(default_factory=dict)
    """Code of an answer to its words."""
    parts: dict[str, Text] = Field(default_factory=dict)
    """Sub-question to its words."""
    shown: tuple[Text, ...] = ()
    """Of a list: what everybody is shown."""
    added: str = ""
    """Of a list: what the longer one adds."""
    versions: dict[Code, Text] = Field(default_factory=dict)
    """Code of a version or an endorser to what stands above the question under it."""


class Item(Entry):
    """One item: what it asks, and how its answers read; options, whole_number or free_text says what an answer is."""

    measures: Text = Field(alias="construct")
    """What the item measures, in a word."""
    asks: Text
    """The question as it is printed: the study's own wording, or a paraphrase of it."""
    source: Text
    """Where the item comes from."""
    role: Text
    """What the item is for."""
    label: str = ""
    """A word or two for tables and figures; the id where it is empty."""
    section: str = ""
    """Heading of the questionnaire's page under which this item and those behind it stand."""
    variables: tuple[str, ...] = ()
    """Names under which exports know the item; its id where there are none."""
    parts: tuple[str, ...] = ()
    """Sub-questions, each with a column of its own."""
    options: dict[Code, tuple[str, ...]] | None = Field(default=None, min_length=1)
    """Code of an answer to other spellings of it, in the order of the scale."""
    whole_number: tuple[int, int] | None = None
    """Lowest and highest number that is an answer."""
    free_text: bool = False
    """Words of one's own; deleted at admission after screening."""
    multiple: bool = False
    """Several options may be chosen."""
    missing: Missing = Missing()
    """Spellings that mean missing in this item only."""
    wording: dict[Language, Wording] = Field(default_factory=dict)
    """Language to the item as it is shown in it."""

    @model_validator(mode="after")
    def _one_kind_of_answer(self) -> Self:
        kinds = [name for name in ("options", "whole_number") if getattr(self, name) is not None]
        kinds += ["free_text"] if self.free_text else []
        if len(kinds) != 1:
            said = " and ".join(kinds) or "none"
            raise ValueError(f"got {said}; exactly one of options, whole_number, free_text says what an answer is")
        if self.whole_number and self.whole_number[0] > self.whole_number[1]:
            raise ValueError(f"whole_number: got {list(self.whole_number)}; the lowest number comes first")
        if self.multiple and not self.options:
            raise ValueError("multiple: got true; several answers may be chosen of options only")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of its options in the order of the scale."""
        return tuple(self.options or {})

    def may_be(self, code: str) -> bool:
        """Whether a text is the code of an answer."""
        if self.whole_number:
            return code.isdecimal() and self.whole_number[0] <= int(code) <= self.whole_number[1]
        return self.free_text or code in self.codes


def columns(item_id: str, item: Item) -> Iterator[str]:
    """Columns of an item: one, or one per part."""
    parts = ("",) if item.multiple or not item.parts else item.parts
    yield from (f"{item_id}_{part}".lower() if part else item_id.lower() for part in parts)


def by_column(items: Mapping[str, Item]) -> dict[str, tuple[Item, str]]:
    """Column to its item and part, in the order of the questionnaire."""
    return {
        column: (item, column.removeprefix(item_id.lower()).removeprefix("_"))
        for item_id, item in items.items()
        for column in columns(item_id, item)
    }
