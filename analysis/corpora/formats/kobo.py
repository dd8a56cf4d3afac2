"""KoboToolbox and ODK (Central, Briefcase, Aggregate): CSV and XLSX.

Item: a submission. Names keep their group path; a multiple-choice question has a column of its chosen codes and one
column per choice (`question/choice`). Rows of repeat groups (further sheets) are counted beside the items.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream, xlsx_stream
from analysis.corpora.csv_stream import Record
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.quarantine import Aside
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Variable, respondents
from analysis.errors import ExportError

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
_WORKBOOK = b"PK\x03\x04"


def recognises(outline: Outline) -> bool:
    """The columns that the servers add to every submission."""
    own = any(signature <= outline.header for signature in _SIGNATURES)
    return outline.kind in ("table", "xlsx") and (own or {"meta/instanceID", "__version__"} <= outline.header)


def read(source: Source) -> Iterator[Entry]:
    """Submissions in the order of the download."""
    is_workbook = source.head(4) == _WORKBOOK
    names = _workbook_header(source) if is_workbook else csv_stream.header(source)
    yield Codebook(tuple(Variable(name, choice_of=_question(name, frozenset(names))) for name in names))
    rows = xlsx_stream.records(source) if is_workbook else csv_stream.records(source)
    tagged = (Aside("row of HXL tags") if isinstance(row, Record) and _is_tag_row(row) else row for row in rows)
    yield from respondents(tagged, _ID_COLUMNS)


def _workbook_header(source: Source) -> tuple[str, ...]:
    first = next(xlsx_stream.first_rows(source), ())
    if not any(first):
        raise ExportError(f"{source.name}: the first sheet holds no header row; export it again")
    filled = max(number for number, cell in enumerate(first, 1) if cell)
    return csv_stream.unique_names(first[:filled])


def _question(name: str, names: frozenset[str]) -> str:
    """The multiple-choice question whose choice this column is."""
    question = name.rpartition("/")[0]
    return question if question in names else ""


def _is_tag_row(record: Record) -> bool:
    filled = [cell for cell in record.cells.values() if cell]
    return bool(filled) and all(cell.startswith("#") for cell in filled)
