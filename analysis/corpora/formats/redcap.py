"""REDCap: the CSV of records, raw or with labels, and beside it the data dictionary, which gives wording and choices.

Item: a record in one event. Rows of repeating instruments and of further events are items that do not count, so that
whoever withdraws leaves with them: an event is exported by itself. A checkbox has one column a choice (`field___code`).
Fields that the dictionary marks as identifiers are not read, but for the record's own number.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from analysis.corpora import tables
from analysis.corpora.absence import Absence, Answer
from analysis.corpora.csv_stream import Record
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.interviews import InterviewState
from analysis.corpora.outline import Outline
from analysis.corpora.quarantine import Notice
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent, Variable, respondents

_EVENT, _REPEAT = "redcap_event_name", "redcap_repeat_instrument"
_OWN = {_EVENT, _REPEAT, "redcap_repeat_instance", "redcap_survey_identifier", "redcap_data_access_group"}
_LABELLED = {"Event Name": _EVENT, "Repeat Instrument": _REPEAT}
"""Headings of the download with labels."""
_COMPLETE = re.compile(r"\w+_complete|Complete\?(?: \(\d+\))?")
_STATES = {
    "0": InterviewState.PARTIAL,
    "incomplete": InterviewState.PARTIAL,
    "1": InterviewState.ON_HOLD,
    "unverified": InterviewState.ON_HOLD,
    "2": InterviewState.COMPLETE,
    "complete": InterviewState.COMPLETE,
}
_GRAVITY = (InterviewState.COMPLETE, InterviewState.ON_HOLD, InterviewState.PARTIAL, InterviewState.UNKNOWN)
_FIELD, _LABEL, _CHOICES = "Variable / Field Name", "Field Label", "Choices, Calculations, OR Slider Labels"
_DICTIONARIES = "*DataDictionary*.csv"

ABOUT = About(
    code="redcap",
    title="REDCap CSV, with its data dictionary",
    rank=32,
    fields=(
        "every column",
        "`redcap_event_name`",
        "`redcap_repeat_instrument`",
        "`_complete`",
        "the dictionary's `Field Label`",
    ),
    never=("fields that the dictionary marks as identifiers",),
    seen_by="every instrument's `_complete`: 2 counts, 1 is under review, else begun only; no repeats, no later events",
    times="local clock of the server",
    set_aside="rows of another width than the header",
    checked=(
        ("raw and labelled CSV by the manual; dictionary by its headings", "REDCap help, export and data dictionary"),
    ),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """A column that REDCap adds, or the state of an instrument beside the record's number."""
    names = outline.header
    own = not _OWN.isdisjoint(names) or {"Event Name", "Repeat Instrument"} <= names
    is_project = "record_id" in names and any(name.endswith("_complete") for name in names)
    return outline.kind in ("table", "xlsx") and (own or is_project)


def read(source: Source) -> Iterator[Entry]:
    """Records in the order of the download."""
    names, rows = tables.header(source), _dictionary(source)
    identifiers = _identifiers(names, rows)
    yield Codebook(tuple(_variable(name, rows) for name in names if name not in identifiers))
    first: Answer | None = None
    later = 0
    for entry in respondents(tables.records(source), names[:1]):
        if not isinstance(entry, Respondent):
            yield entry
            continue
        event = _value(entry.answers, _EVENT)
        first = event if first is None else first
        later += event != first
        is_further = event != first or isinstance(_value(entry.answers, _REPEAT), str)
        answers = {name: answer for name, answer in entry.answers.items() if name not in identifiers}
        yield replace(entry, answers=answers, state=InterviewState.FURTHER if is_further else _state(entry.answers))
    if later:
        yield Notice(f"{later} rows are of further events and do not count: export each event into a file of its own")


def _value(answers: Mapping[str, Answer], name: str) -> Answer:
    label = next((label for label, own in _LABELLED.items() if own == name), name)
    return answers.get(name, answers.get(label, Absence.NOT_EXPORTED))


def _state(answers: Mapping[str, Answer]) -> InterviewState:
    """The gravest of what the instruments say; begun only where none says anything."""
    marks = [answer for name, answer in answers.items() if _COMPLETE.fullmatch(name) and isinstance(answer, str)]
    said = [_STATES.get(mark.strip().casefold(), InterviewState.UNKNOWN) for mark in marks]
    return max(said, key=_GRAVITY.index, default=InterviewState.PARTIAL)


Fields = Mapping[str, Mapping[str, str]]
"""Field → its row of the dictionary."""


def _dictionary(source: Source) -> Fields:
    """What the data dictionary beside the file says of each field."""
    rows = (row for other in source.beside(_DICTIONARIES) for row in tables.records(other))
    return {row.cells[_FIELD]: row.cells for row in rows if isinstance(row, Record) and _FIELD in row.cells}


def _identifiers(names: tuple[str, ...], rows: Fields) -> frozenset[str]:
    """The columns that the dictionary marks as identifiers, but for the record's own number.

    A download with labels heads the columns by them; a checkbox then says its choice behind.
    """
    marked = {field for field, cells in rows.items() if cells.get("Identifier?", "").strip().lower() in ("y", "yes")}
    labels = {label for field in marked if (label := _plain(rows[field].get(_LABEL, "")))}
    return frozenset(
        name
        for name in names[1:]
        if name.partition("___")[0] in marked or _plain(name).partition(" (choice=")[0] in labels
    )


def _plain(label: str) -> str:
    """A label without its markup and breaks, which a download leaves out."""
    return " ".join(re.sub("<[^>]*>", "", label).split()).casefold()


def _variable(name: str, rows: Fields) -> Variable:
    field, mark, _ = name.partition("___")
    cells = rows.get(field, {})
    choices = dict(_choice(each) for each in cells.get(_CHOICES, "").split("|") if "," in each)
    return Variable(
        name,
        cells.get(_LABEL, "") or (Absence.EMPTY if cells else Absence.NOT_EXPORTED),
        {} if mark else choices,
        choice_of=field if mark else "",
    )


def _choice(text: str) -> tuple[str, str]:
    code, _, label = text.partition(",")
    return code.strip(), label.strip()
