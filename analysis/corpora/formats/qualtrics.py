"""Qualtrics CSV, TSV and XLSX: three header rows (names, wording, import ids), older downloads with two or one.

Item: a response; previews, tests, spam and unfinished ones carry their state.
"""

from collections.abc import Iterator

from analysis.corpora import tables
from analysis.corpora.absence import Absence
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Variable, respondents

_ID_COLUMNS = ("ResponseId", "ResponseID", "_recordId", "V1")
_COMPANIONS = {"StartDate", "EndDate", "RecordedDate", "Finished", "Status", "Progress", "Duration (in seconds)"}


ABOUT = About(
    code="qualtrics",
    title="Qualtrics CSV/TSV/XLSX",
    rank=30,
    fields=(
        "every column",
        "wording in the second row",
        "`Status`",
        "`Finished`",
        "`Progress`",
        "`DistributionChannel`",
    ),
    never=(),
    seen_by="`Status`, `DistributionChannel`, `Finished`, `Progress`: no preview, test, spam or unfinished one",
    times="as exported; the zone stands in the import id only",
    set_aside="rows of another width than the header",
    checked=(("downloads with three, two and one header rows", "Qualtrics support, data export formats"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """A row of import ids, or the response id beside the columns that Qualtrics adds."""
    if outline.kind not in ("table", "xlsx") or not outline.rows:
        return False
    has_id = not {"ResponseId", "ResponseID"}.isdisjoint(outline.header)
    return _has_import_ids(outline.rows) or (has_id and len(_COMPANIONS & outline.header) >= 2)


def _has_import_ids(rows: tuple[tuple[str, ...], ...]) -> bool:
    return any(_is_import_row(row) for row in rows[1:3])


def _is_import_row(row: tuple[str, ...]) -> bool:
    return any('"ImportId"' in cell for cell in row)


def read(source: Source) -> Iterator[Entry]:
    """Responses in the order of the download."""
    rows = tables.first_rows(source, 3)
    names = tables.header(source)
    count = header_rows(rows)
    labels = rows[1] if count > 1 else ()
    yield Codebook(tuple(_variable(name, labels, number) for number, name in enumerate(names)))
    yield from respondents(tables.records(source, count), _ID_COLUMNS)


def header_rows(rows: tuple[tuple[str, ...], ...]) -> int:
    """How many rows stand before the data: up to the import ids; else two when the second repeats wording."""
    for number, row in enumerate(rows):
        if _is_import_row(row):
            return number + 1
    first = dict(zip(rows[0], rows[1], strict=False)) if len(rows) > 1 else {}
    column = next((name for name in _ID_COLUMNS if name in first), None)
    return 2 if column and not first[column].startswith("R_") else 1


def _variable(name: str, labels: tuple[str, ...], number: int) -> Variable:
    label = labels[number] if number < len(labels) else Absence.NOT_EXPORTED
    return Variable(name, label or Absence.EMPTY)
