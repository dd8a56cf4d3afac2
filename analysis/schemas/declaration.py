"""What a column, a rule and a table are.

What belongs here: the shapes of declarations. What must not: a column of the project.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Kind = Literal["text", "code", "integer", "number", "boolean", "date"]

Role = Literal["key", "measure", "explanation", "citation"]
"""What a column is to a reader who wants to learn about a person: `key` columns form groups, `measure` columns hold
what is said about the group, `explanation` is our own prose, `citation` leads to the source."""

OutputKind = Literal[
    "published_figure",
    "reference_text",
    "frequency",
    "estimate",
    "survey_estimate",
    "post_estimate",
    "arithmetic",
    "attack_result",
    "price",
    "verdict",
    "microdata",
]
"""What the disclosure gate treats a table as; the rules per kind stand in the disclosure policy, and `microdata`, rows
about persons, has none: such a table can only be refused."""


Corpus = Literal["", "survey", "posts"]
"""Persons behind a table; empty where nobody of the study is."""


@dataclass(frozen=True)
class Column:
    """One column: its name, what it means and which values are allowed."""

    name: str
    kind: Kind
    meaning: str
    role: Role = "explanation"
    unit: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    pattern: str = ""
    null_means: str = ""
    total: str = ""
    """Value of a key that stands for the sum over all its other values; empty where the values do not add up."""

    def __post_init__(self) -> None:
        if (self.kind == "code") != bool(self.codes):
            raise ValueError(f"column {self.name}: a code list belongs to columns of kind 'code' and to no other")
        if (self.kind == "number") != (self.decimals is not None):
            raise ValueError(f"column {self.name}: 'number' columns, and only they, declare their decimals")

    @property
    def is_nullable(self) -> bool:
        """A column may be empty only when the declaration says what an empty cell means."""
        return bool(self.null_means)


@dataclass(frozen=True)
class Rule:
    """A condition that holds between columns; `holds` returns one boolean per row."""

    sentence: str
    columns: tuple[str, ...]
    holds: Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Table:
    """A table without its tier: what a row is, its columns, its key and the rules between columns."""

    name: str
    title: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    output_kind: OutputKind
    source: str
    rules: tuple[Rule, ...] = ()
    corpus: Corpus = ""
    """Whose rows the numbers come from: all tables of one corpus move together from release to release, or none does."""

    counts: str = ""
    """What the frequencies count; tables that count the same share cells, and the gate protects them together."""

    is_per_item: bool = False
    """The columns of the study's items follow the declared ones."""

    def column(self, name: str) -> Column:
        """The declaration of one column, or KeyError."""
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the order in which they are written."""
        return tuple(column.name for column in self.columns)
