"""What a decoded respondent row is: every variable of the export under its own name, every answer as the text it is.

What belongs here: the shapes, and the one way a row of cells becomes a respondent. What must not: recoding,
dropping a variable, or deciding who counts: an instrument maps names, a stage decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.corpora.absence import Absence, Answer, Text
from analysis.corpora.csv_stream import NoValue, Record
from analysis.corpora.interviews import InterviewState, gravest, marks_among
from analysis.corpora.made_often import made_often
from analysis.corpora.quarantine import Aside, Notice, Quarantined


@dataclass(frozen=True)
class Variable:
    """One variable of an export.

    Parameters
    ----------
    name : str
        As the export has it.
    label : str or Absence
        The question's wording, where the export repeats it.
    value_labels : mapping of code to label
        Codes as text ("1", ".a").
    user_missing : tuple of str
        Codes or ranges ("97", "-99 to -90") that the file declares as missing.
    choice_of : str
        The multiple-choice question that this column is one choice of, or "".
    unit : str
        "seconds" where the file says that the variable counts a span of time, else "".
    """

    name: str
    label: Text = Absence.NOT_EXPORTED
    value_labels: Mapping[str, str] = field(default_factory=dict)
    user_missing: tuple[str, ...] = ()
    choice_of: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Codebook:
    """The variables of an export in its order; comes before the first respondent."""

    variables: tuple[Variable, ...]


@made_often
class Respondent:
    """One row: where it stood, the export's own id of it, and every answer under its variable's name.

    `state` is what the export itself says the interview is: complete, a preview, begun and never submitted, rejected.
    """

    position: str
    respondent_id: Text
    answers: Mapping[str, Answer]
    state: InterviewState = InterviewState.COMPLETE

    @property
    def identity(self) -> str | None:
        """What two copies of one respondent share, or None when the export names nobody."""
        return self.respondent_id if isinstance(self.respondent_id, str) else None

    @property
    def searched_texts(self) -> tuple[str, ...]:
        """Every answer that is a text with a character that a number would not have."""
        return tuple(each for each in self.answers.values() if isinstance(each, str) and len(each) > 3)


_EMPTY = Absence.EMPTY


def answer_of(cell: str) -> Answer:
    """A cell of delimited text or of a workbook: its text, `EMPTY`, or `UNPARSEABLE` for a formula without a value."""
    if isinstance(cell, NoValue):
        return Absence.UNPARSEABLE
    return cell if cell else Absence.EMPTY


def identifier_among(names: Iterable[str], candidates: tuple[str, ...]) -> str | None:
    """The first candidate that is a column, whatever its capitals."""
    known = {name.casefold(): name for name in reversed(list(names))}
    return next((known[each.casefold()] for each in candidates if each.casefold() in known), None)


def respondents(
    records: Iterable[Record | Quarantined | Notice | Aside], id_columns: tuple[str, ...], codes: Sequence[str] = ()
) -> Iterator[Respondent | Quarantined | Notice | Aside]:
    """Rows of delimited text as respondents.

    Parameters
    ----------
    records : iterable
        Rows of one table.
    id_columns : tuple of str
        The vendor's names for a respondent's id, best first.
    codes : sequence of str
        Under what to hand on each column where that is not its name.
    """
    head = None
    for record in records:
        if not isinstance(record, Record):
            yield record
            continue
        head = head or _Head(record.names, id_columns)
        answers = [(each or _EMPTY) if each.__class__ is str else answer_of(each) for each in record.row]
        name: Text = record.row[head.place].strip() or _EMPTY if head.place >= 0 else Absence.NOT_EXPORTED
        state = gravest(head.marks, tuple([answers[place] for place in head.marked]))
        yield Respondent(record.position, name, dict(zip(codes or record.names, answers, strict=True)), state)


class _Head:
    """Where the id of a respondent stands, or -1, and where what says whether an interview counts."""

    def __init__(self, names: tuple[str, ...], id_columns: tuple[str, ...]) -> None:
        column, marks = identifier_among(names, id_columns), marks_among(names)
        self.place = names.index(column) if column else -1
        self.marked = [names.index(name) for name, _ in marks]
        self.marks = tuple([mark for _, mark in marks])
