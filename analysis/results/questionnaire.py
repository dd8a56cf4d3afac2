"""The questionnaire as a table: one row per item, as the instrument states it. What must not be here: an answer."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import pandas as pd

BETWEEN = " | "


class Item(Protocol):
    """What an instrument says about one item."""

    @property
    def item_id(self) -> str: ...  # noqa: D102
    @property
    def construct(self) -> str: ...  # noqa: D102
    @property
    def asks(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def parts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def options(self) -> Mapping[str, str] | None: ...  # noqa: D102
    @property
    def whole_number(self) -> tuple[int, int] | None: ...  # noqa: D102
    @property
    def is_free_text(self) -> bool: ...  # noqa: D102
    @property
    def is_multiple(self) -> bool: ...  # noqa: D102


def questionnaire_rows(name: str, items: Iterable[Item]) -> pd.DataFrame:
    """Table `questionnaire_items`, in the order of the instrument's file."""
    return pd.DataFrame(
        {
            "item_rank": rank,
            "item_id": item.item_id,
            "construct_text": item.construct,
            "asks_text": item.asks,
            "parts_text": BETWEEN.join(item.parts) or None,
            "answers_text": answers(item),
            "item_source_text": item.source,
            "item_role_text": item.role,
            "instrument_text": name,
        }
        for rank, item in enumerate(items, start=1)
    )


def answers(item: Item) -> str:
    """What may be answered: the codes in their order, the range of a number, or free text."""
    if item.is_free_text:
        return "free text"
    if item.whole_number is not None:
        low, high = item.whole_number
        return f"a whole number from {low} to {high}"
    codes = item.parts if item.is_multiple and not item.options else tuple((item.options or {}).values())
    return BETWEEN.join(dict.fromkeys(codes)) + (", several may be chosen" if item.is_multiple else "")
