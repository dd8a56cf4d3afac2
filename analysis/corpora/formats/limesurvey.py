"""LimeSurvey CSV, XLSX and VV: headers as question codes, as code and wording, or as wording.

Item: a response, submitted or not (no submission date says that it was not). Subquestions are `code[sub]`. A VV file
names its columns twice, by wording and by code; the codes count. Headings in a language that is not listed here are
known by what stands below them: every download begins with the same five columns.
"""

import re
from collections.abc import Iterator, Mapping

from analysis.corpora import tables
from analysis.corpora.absence import Absence, Answer
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.interviews import InterviewState
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent, Variable, respondents

_ID, _SUBMITTED = "id", "submitdate"
_WORDINGS: Mapping[str, tuple[str, ...]] = {
    _ID: ("response id", "antwort id", "id de la réponse", "id de respuesta"),
    _SUBMITTED: ("date submitted", "datum abgeschickt", "date de soumission", "fecha de envío"),
    "lastpage": ("last page", "letzte seite", "dernière page", "última página"),
    "startlanguage": ("start language", "start-sprache", "startsprache", "langue de départ", "lenguaje inicial"),
    "seed": ("seed", "zufallsstartwert", "tête de série", "semilla"),
    "startdate": ("date started", "datum gestartet", "date de lancement", "fecha de inicio"),
    "datestamp": ("date last action", "datum letzte aktivität", "date de la dernière action"),
}  # fmt: skip
_CODES = {wording: code for code, wordings in _WORDINGS.items() for wording in (code, *wordings)}
_IN_ORDER = (
    (_ID, re.compile(r"[0-9]+")),
    (_SUBMITTED, re.compile(r"(?:\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)?")),
    ("lastpage", re.compile(r"[0-9]*")),
    ("startlanguage", re.compile(r"[a-z]{2,3}(?:-[A-Za-z-]+)?")),
    ("seed", re.compile(r"[0-9]*")),
)
"""The columns that every download begins with, and what they hold."""

_ENOUGH = 2
_NOT_SHOWN = "{question_not_shown}"
"""What a VV file writes for null."""


ABOUT = About(
    code="limesurvey",
    title="LimeSurvey CSV, XLSX or VV",
    rank=50,
    fields=(
        "every column",
        "`submitdate`",
    ),
    never=("tokens and addresses of the participants table",),
    seen_by="without `submitdate` an interview was begun only",
    times="local clock of the server",
    set_aside="rows of another width than the header",
    checked=(("CSV, XLSX and VV by the manual", "LimeSurvey manual, export and VV import"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The response's id and two more of LimeSurvey's own columns, by code, by wording, or by what stands in them."""
    known = any(_is_header(row) for row in outline.rows[:2]) or _is_in_order(outline.rows)
    return outline.kind in ("table", "xlsx") and known


def _is_header(row: tuple[str, ...]) -> bool:
    own = {_own_code(name) for name in row}
    others = own - {None, _ID}
    return _ID in own and len(others) >= _ENOUGH and "responseid" not in {name.lower() for name in row}


def _is_in_order(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the first five columns hold what LimeSurvey puts first, whatever language they are named in."""
    data = [row for row in rows[1:] if len(row) > len(_IN_ORDER)]
    return bool(data) and all(
        pattern.fullmatch(cell.strip()) for row in data for (_, pattern), cell in zip(_IN_ORDER, row, strict=False)
    )


def _own_code(name: str) -> str | None:
    """The code of a column that LimeSurvey adds, or None."""
    return _CODES.get(_code(name).strip().casefold())


def _code(name: str) -> str:
    """The code in front of `code. wording`, or the name itself."""
    code, mark, wording = name.partition(". ")
    return code if mark and wording and " " not in code else name


def read(source: Source) -> Iterator[Entry]:
    """Responses in the order of the download, under their question codes where the header has them."""
    names, rows = tables.header(source), tables.first_rows(source, 2)
    has_codes = len(rows) > 1 and _is_code_row(rows[1])
    named = [_named(name) for name in names]
    if not _is_header(rows[0]) and _is_in_order(tables.first_rows(source, 3)):
        named[: len(_IN_ORDER)] = [code for code, _ in _IN_ORDER]
    known = dict(zip(names, rows[1] if has_codes else named, strict=False))
    yield Codebook(tuple(_variable(known[name], name) for name in names))
    id_column = next((name for name in names if _own_code(known[name]) == _ID), _ID)
    codes = [known[name] for name in names]
    for entry in respondents(tables.records(source, 2 if has_codes else 1), (id_column,), codes):
        if isinstance(entry, Respondent):
            answers = entry.answers
            if _NOT_SHOWN in answers.values():
                answers = {code: Absence.NULL if answer == _NOT_SHOWN else answer for code, answer in answers.items()}
            yield Respondent(entry.position, entry.respondent_id, answers, _state(answers, entry.state))
        else:
            yield entry


def _is_code_row(row: tuple[str, ...]) -> bool:
    return {_ID, _SUBMITTED} <= {name.strip().casefold() for name in row}


def _named(name: str) -> str:
    """The code of a column: LimeSurvey's own by whatever language it is in, a question's where the header has it."""
    return _own_code(name) or _code(name)


def _state(answers: Mapping[str, Answer], state: InterviewState) -> InterviewState:
    """Without a submission date an interview was begun only."""
    is_begun_only = answers.get(_SUBMITTED) in (Absence.EMPTY, Absence.NULL)
    return InterviewState.PARTIAL if is_begun_only else state


def _variable(code: str, name: str) -> Variable:
    wording = name.partition(". ")[2] if _code(name) != name else name if code != name else Absence.NOT_EXPORTED
    question = code.partition("[")[0] if code.endswith("]") else ""
    return Variable(code, wording, choice_of=question)
