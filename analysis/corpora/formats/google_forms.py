"""Google Forms: the CSV or XLSX of the sheet that collects answers.

Item: an answer sheet. The first column is the time at which it was sent, named in the language of the form's owner. The
sheet has no id of its own: an address of e-mail that the form collects is the only one. Several choices stand in one
cell. Only sheets that were sent are in it.
"""

import re
from collections.abc import Iterator

from analysis.corpora import tables
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Variable, respondents

_TIMES = frozenset(
    (
        "timestamp", "zeitstempel", "horodateur", "marca temporal", "informazioni cronologiche", "tijdstempel",
        "tidstämpel",
        "carimbo de data/hora", "zaman damgası", "отметка времени", "طابع زمني", "مُهر زمنی", "تاریخ و زمان",
        "مهر زمانی",
    )
)  # fmt: skip
_ADDRESSES = (
    "Email Address",
    "Username",
    "E-Mail-Adresse",
    "Nutzername",
    "Adresse e-mail",
    "آدرس ایمیل",
    "نشانی ایمیل",
)
_CLOCK = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[ T,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\b.*")

ABOUT = About(
    code="google_forms",
    title="Google Forms CSV or XLSX",
    rank=55,
    fields=("every column", "the time of sending", "`Email Address`, where the form collects it"),
    never=(),
    seen_by="every row counts: the sheet holds what was sent, and says nothing of tests",
    times="local clock of the form's owner; a zone only where the cell names one",
    set_aside="rows of another width than the header",
    checked=(
        ("downloads of answers as CSV and as a sheet", "Google Docs Editors help, view and manage form responses"),
    ),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The heading of the first column, in one of the languages, above a date and time."""
    if outline.kind not in ("table", "xlsx") or len(outline.rows) < 2:
        return False
    head, first = outline.rows[0], outline.rows[1]
    is_time = bool(first) and _CLOCK.fullmatch(first[0].strip()) is not None
    return len(head) > 1 and head[0].strip().casefold() in _TIMES and is_time


def read(source: Source) -> Iterator[Entry]:
    """Answer sheets in the order in which they were sent."""
    yield Codebook(tuple(Variable(name, name) for name in tables.header(source)))
    yield from respondents(tables.records(source), _ADDRESSES)
