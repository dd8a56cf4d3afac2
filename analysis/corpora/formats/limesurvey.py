"""LimeSurvey CSV: headers as question codes, as code and wording, or as wording.

Item: a response, submitted or not (an empty `submitdate` says that it was not). Subquestions are `code[sub]`.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence
from analysis.corpora.entries import Entry
from analysis.corpora.interviews import InterviewState
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent, Variable, respondents

_OWN = {
    "submitdate": "date submitted",
    "lastpage": "last page",
    "startlanguage": "start language",
    "seed": "seed",
    "startdate": "date started",
    "datestamp": "date last action",
}
_ENOUGH = 2


def recognises(outline: Outline) -> bool:
    """Two of the columns that LimeSurvey adds, beside the response's id."""
    codes = {_code(name).lower() for name in outline.header}
    has_id = not codes.isdisjoint({"id", "response id"})
    own = sum(code in codes or wording in codes for code, wording in _OWN.items())
    return outline.kind == "table" and has_id and own >= _ENOUGH and "responseid" not in codes


def _code(name: str) -> str:
    """The code in front of `code. wording`, or the name itself."""
    code, mark, wording = name.partition(". ")
    return code if mark and wording and " " not in code else name


def read(source: Source) -> Iterator[Entry]:
    """Responses in the order of the download, under their question codes where the header has them."""
    names = csv_stream.header(source)
    yield Codebook(tuple(_variable(name) for name in names))
    id_column = next((name for name in names if _code(name).lower() in ("id", "response id")), "id")
    date_column = next((name for name in names if _code(name).lower() in ("submitdate", "date submitted")), "")
    for entry in respondents(csv_stream.records(source), (id_column,)):
        if isinstance(entry, Respondent):
            is_begun_only = entry.answers.get(date_column) is Absence.EMPTY
            answers = {_code(name): answer for name, answer in entry.answers.items()}
            state = InterviewState.PARTIAL if is_begun_only else entry.state
            yield Respondent(entry.position, entry.respondent_id, answers, state)
        else:
            yield entry


def _variable(name: str) -> Variable:
    code = _code(name)
    wording = name.partition(". ")[2] if code != name else Absence.NOT_EXPORTED
    question = code.partition("[")[0] if code.endswith("]") else ""
    return Variable(code, wording, choice_of=question)
