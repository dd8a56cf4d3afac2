"""A table as a vendor hands it out, as delimited text or as a workbook: its header and its records.

What must not be here: a vendor's column names.
"""

from collections.abc import Iterator
from itertools import islice

from analysis.corpora import csv_stream, xlsx_stream
from analysis.corpora.csv_stream import Record, Row, Surplus, unique_names
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.sources import Source
from analysis.errors import ExportError

WORKBOOK = b"PK\x03\x04"


def is_workbook(source: Source) -> bool:
    """Whether the file is a workbook, by its first bytes."""
    return source.head(len(WORKBOOK)) == WORKBOOK


def first_rows(source: Source, count: int) -> tuple[tuple[str, ...], ...]:
    """The first rows from the header on."""
    if is_workbook(source):
        return tuple(islice(xlsx_stream.first_rows(source), count))
    return tuple(row.cells for row in islice(csv_stream.rows(source), count) if isinstance(row, Row))


def header(source: Source) -> tuple[str, ...]:
    """The names of the columns, each once.

    Raises
    ------
    ExportError
        There is no header row.
    """
    first: tuple[str, ...] = next(iter(first_rows(source, 1)), ())
    if not any(first):
        raise ExportError(f"{source.name}: holds no header row; export it again")
    filled = max(number for number, cell in enumerate(first, 1) if cell)
    return unique_names(first[:filled] if is_workbook(source) else first)


def records(
    source: Source, header_rows: int = 1, surplus: Surplus | None = None
) -> Iterator[Record | Quarantined | Notice | Aside]:
    """Every data row by column name; see `csv_stream.records`."""
    read = xlsx_stream.records if is_workbook(source) else csv_stream.records
    return read(source, header_rows, surplus)
