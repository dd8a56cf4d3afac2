"""A questionnaire and a respondent as every survey system receives them.

What must not be here: the bytes of any format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Choice = tuple[str, str, str]
"""The answer as it was given, the option's name in an export, the option's label."""

LINES_OF_TRIALS = 12
"""Previews, interviews begun only and broken rows that a download holds beside the others."""


@dataclass(frozen=True)
class Question:
    """One variable of an export.

    Attributes
    ----------
    name : as exports call it, without a group or a bracket
    label : what a codebook says
    choices : options in order; empty for numbers and texts
    part : sub-question; empty for none
    kind : `choice`, `several`, `number` or `text`
    drawn_as : key in the respondent's answers
    first : number of the first option
    numbers : number of each option, where they do not count up from `first`
    is_numbered : whether options have numbers at all; systems that export numbers give names otherwise
    """

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    part: str = ""
    kind: str = "choice"
    drawn_as: str = ""
    first: int = 1
    numbers: tuple[int, ...] = ()
    is_numbered: bool = True

    @property
    def flat_name(self) -> str:
        """Name with its part behind an underscore."""
        return f"{self.name}_{self.part}" if self.part else self.name

    @property
    def source(self) -> str:
        """Key in the respondent's answers."""
        return self.drawn_as or self.flat_name

    def number(self, drawn: str) -> int:
        """The number of an option."""
        position = [choice[0] for choice in self.choices].index(drawn)
        return self.numbers[position] if self.numbers else self.first + position

    def named(self, drawn: str, field_number: int) -> str:
        """The name (1) or the label (2) of an option."""
        return next(choice[field_number] for choice in self.choices if choice[0] == drawn)


class Trace(Protocol):
    """What a survey system records of the person beside the answers."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def phone(self) -> str: ...  # noqa: D102
    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def handle(self) -> str: ...  # noqa: D102
    @property
    def strings(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Row:
    """One respondent.

    Attributes
    ----------
    respondent_id, consent_key : ids of the field office
    recruiter_id : of the person who passed a coupon on; empty for a seed or a volunteer
    wave : 0 for a seed or a volunteer
    seconds : length of the interview
    day : on which it was held
    trace : the name, telephone and addresses that a survey system would have recorded
    answers : by the source of each question
    language : of the interview, as an ISO 639-1 code
    more : what else the office keeps of a respondent, by name
    """

    number: int
    respondent_id: str
    consent_key: str
    recruiter_id: str
    wave: int
    seconds: int
    trace: Trace
    answers: Mapping[str, str]
    day: str = "2100-01-01"
    language: str = "en"
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """An internet address of a range kept for documentation."""
        return f"203.0.113.{self.number % 256}"

    def kept(self, what: str) -> Any:
        """An attribute, or what else the office keeps under that name."""
        return self.more[what] if what in self.more else getattr(self, what)


@dataclass(frozen=True)
class Form:
    """What is exported, under which names.

    Attributes
    ----------
    questions : in order
    office : variable of the field office to what it holds of a row: `consent_key`, `seconds`, …
    missing : answer that is none to its spelling
    declared : numbers among those spellings to the label under which SPSS declares them missing
    letters : answer that is none to Stata's letter
    """

    questions: tuple[Question, ...]
    office: Mapping[str, str]
    missing: Mapping[str, str]
    declared: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)

    def cells(self, row: Row, own: dict[str, Any]) -> dict[str, Any]:
        """The system's own variables of a row, then the office's; a variable of both holds what the office says."""
        return own | {variable: row.kept(what) for variable, what in self.office.items()}
