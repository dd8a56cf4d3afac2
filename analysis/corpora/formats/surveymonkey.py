"""SurveyMonkey: the CSV or XLSX of all responses, with two header rows: questions, and the choices below them.

Item: a response. A question with several columns stands above the first of them; a column's name is then
`question [choice]`. What the collector noted about the person (addresses, names) is not read.
"""

from collections.abc import Iterator
from dataclasses import replace

from analysis.corpora import tables
from analysis.corpora.absence import Absence
from analysis.corpora.csv_stream import Record, unique_names
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.interviews import InterviewState
from analysis.corpora.outline import Outline
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent, Variable, respondents

_ID, _ENDED = ("Respondent ID", "respondent_id"), ("End Date", "date_modified")
_SIGNATURES = ({"Respondent ID", "Collector ID"}, {"respondent_id", "collector_id"})
_PERSON = frozenset(
    ("IP Address", "Email Address", "First Name", "Last Name", "ip_address", "email_address", "first_name", "last_name")
)
_OPEN = ("Response", "Open-Ended Response")
"""What stands below a question with one column."""

ABOUT = About(
    code="surveymonkey",
    title="SurveyMonkey CSV or XLSX",
    rank=34,
    fields=("every column but those about the person", "`Respondent ID`", "`End Date`"),
    never=("`IP Address`", "`Email Address`", "`First Name` and `Last Name`"),
    seen_by="without `End Date` a response was begun only",
    times="as exported: the clock of the account's zone, which the file does not name",
    set_aside="rows of another width than the header",
    checked=(("all responses, expanded and condensed columns", "SurveyMonkey help, spreadsheet exports"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The two ids that every response has."""
    own = any(signature <= outline.header for signature in _SIGNATURES)
    return outline.kind in ("table", "xlsx") and own


def read(source: Source) -> Iterator[Entry]:
    """Responses in the order of the download."""
    rows = tables.first_rows(source, 2)
    named = _names(*rows[:2]) if len(rows) > 1 and _is_second_header(rows) else [(n, "") for n in tables.header(source)]
    shown = unique_names(tuple(f"{question} [{choice}]" if choice else question for question, choice in named))
    kept = [name for name in shown if name not in _PERSON]
    questions = dict(zip(shown, named, strict=True))
    yield Codebook(tuple(_variable(name, *questions[name]) for name in kept))
    for entry in respondents(_renamed(source, shown, 1 + _is_second_header(rows)), _ID):
        yield _counted(entry, frozenset(kept)) if isinstance(entry, Respondent) else entry


def _is_second_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the second row holds choices: a response has an id in its first cell."""
    return len(rows) > 1 and not rows[1][0].strip()


def _names(first: tuple[str, ...], second: tuple[str, ...]) -> list[tuple[str, str]]:
    """Question and choice of each column; a blank question is the one to its left."""
    found: list[tuple[str, str]] = []
    question, width = "", max(len(first), len(second))
    for number in range(width):
        written = first[number].strip() if number < len(first) else ""
        below = second[number].strip() if number < len(second) else ""
        question = written or question
        found.append((question, "" if below in _OPEN else below))
    return found


def _renamed(
    source: Source, shown: tuple[str, ...], header_rows: int
) -> Iterator[Record | Quarantined | Notice | Aside]:
    for row in tables.records(source, header_rows):
        if isinstance(row, Record):
            yield Record(row.position, shown[: len(row.row)], row.row[: len(shown)])
        else:
            yield row


def _variable(name: str, question: str, choice: str) -> Variable:
    return Variable(name, question or Absence.EMPTY, choice_of=question if choice else "")


def _counted(entry: Respondent, kept: frozenset[str]) -> Respondent:
    ended = next((entry.answers[name] for name in _ENDED if name in entry.answers), "")
    answers = {name: answer for name, answer in entry.answers.items() if name in kept}
    state = InterviewState.PARTIAL if ended is Absence.EMPTY else entry.state
    return replace(entry, answers=answers, state=state)
