"""KoboToolbox and ODK (Central, Briefcase, Aggregate): CSV and XLSX.

Item: a submission. Names keep their group path; a multiple-choice question has a column of its chosen codes and one
column per choice (`question/choice`). Rows of repeat groups speak of other people, such as the household: those of
further sheets, and of further tables of a zip, are counted beside the items, and not read. What a study needs of a
group, such as its size, the form can calculate into a column of the submission: `count(${group})`.
"""

import re
from collections.abc import Iterator, Mapping

from analysis.corpora import tables
from analysis.corpora.csv_stream import Record
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.quarantine import Aside
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Variable, respondents

_ID_COLUMNS = ("_uuid", "meta/instanceID", "meta-instanceID", "meta:instanceID", "instanceID", "KEY", "_id")
_SIGNATURES = (
    {"_uuid", "_id"},
    {"_uuid", "_submission_time"},
    {"_id", "_submission_time"},
    {"KEY", "SubmissionDate"},
    {"KEY", "meta-instanceID"},
    {"KEY", "meta:instanceID"},
    {"KEY", "meta/instanceID"},
    {"meta/instanceID", "_submission_time"},
)
_PARENTS = {"PARENT_KEY", "_parent_index", "_submission__uuid"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d")


ABOUT = About(
    code="kobo",
    title="KoboToolbox/ODK CSV or XLSX",
    rank=40,
    fields=(
        "every column",
        "`_validation_status`",
        "`ReviewState`",
        "`review_status`",
        "`review_quality`",
        "`Status`",
        "`deletedAt`",
    ),
    never=(
        "rows of repeat groups (other members of a household)",
        "audit logs",
        "media",
    ),
    seen_by="reviews, decryption and deletion by the server: only what nobody rejected counts",
    times="ISO 8601 with zone, as the phone wrote it",
    set_aside="rows longer than the header, but for the known shape of an answer outside the form",
    checked=(
        (
            "files of formpack 3.0; ODK Central and SurveyCTO by their documentation",
            "formpack's source; ODK Central API",
        ),
    ),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The columns that the servers add to every submission."""
    own = any(signature <= outline.header for signature in _SIGNATURES)
    return outline.kind in ("table", "xlsx") and (own or {"meta/instanceID", "__version__"} <= outline.header)


def read(source: Source) -> Iterator[Entry]:
    """Submissions in the order of the download."""
    names = tables.header(source)
    yield Codebook(tuple(Variable(name, choice_of=_question(name, frozenset(names))) for name in names))
    rows = tables.records(source, surplus=_is_lengthened)
    tagged = (Aside("row of HXL tags") if isinstance(row, Record) and _is_tag_row(row) else row for row in rows)
    yield from respondents(tagged, _ID_COLUMNS)
    for other in source.beside("*.csv") if source.is_member else []:
        yield from _repeats(other)


def _repeats(table: Source) -> Iterator[Entry]:
    """How many rows a repeat group's table has; nothing for a table of another kind, such as an audit log."""
    if _PARENTS.isdisjoint(tables.header(table)):
        return
    rows = sum(isinstance(row, Record) for row in tables.records(table))
    if rows:
        yield Aside("row of a repeat group's table", rows)


def _is_lengthened(cells: Mapping[str, str], surplus: tuple[str, ...]) -> bool:
    """The vendor's writer adds an unnamed mark for an answer outside the form's choices, to that row and all after it.

    The named cells are in their places when the server's own columns hold what they hold everywhere.
    """
    is_mark = all(cell in ("", "0", "1", "True", "False", "TRUE", "FALSE") for cell in surplus)
    number, time = cells.get("_id", "0"), cells.get("_submission_time", "")
    return is_mark and number.isdecimal() and (not time or _TIME.match(time) is not None)


def _question(name: str, names: frozenset[str]) -> str:
    """The multiple-choice question whose choice this column is."""
    question = name.rpartition("/")[0]
    return question if question in names else ""


def _is_tag_row(record: Record) -> bool:
    filled = [cell for cell in record.cells.values() if cell]
    return bool(filled) and all(cell.startswith("#") for cell in filled)
