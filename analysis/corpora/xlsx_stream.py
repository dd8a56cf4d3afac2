"""Workbooks row by row, every cell as text.

What must not be here: a vendor's column names. Numbers become the shortest text that means the same number.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator
from itertools import dropwhile, groupby, islice
from operator import itemgetter
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES

from analysis import limits
from analysis.corpora.csv_stream import NoValue, Record, Shape, Surplus
from analysis.corpora.quarantine import Aside, Notice, Quarantined
from analysis.corpora.sources import Source
from analysis.errors import ExportError, LimitError

_WHOLE_NUMBERS = 2.0**53
FEWEST_COLUMNS, BLANK_ROWS = 3, 50
"""A cover sheet has fewer columns in its first row; rows that may stand blank before a header."""

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, times as ISO 8601, empty cells as ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_NUMBERS else repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return _span(value) if isinstance(value, datetime.timedelta) else str(value)


def _span(value: datetime.timedelta) -> str:
    """A span of time as a workbook shows it: hours do not end with the day."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def first_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """The rows of the sheet that holds the data, from its header on: blank rows and a cover sheet come before it."""
    yield from (cells for is_data, _, cells in _rows(source) if is_data)


def records(
    source: Source, header_rows: int = 1, surplus: Surplus | None = None
) -> Iterator[Record | Quarantined | Aside | Notice]:
    """The rows of the sheet that holds the data by column name; rows of other sheets (repeat groups) are counted.

    Raises
    ------
    ExportError
        The workbook is damaged.
    """
    shape, others = Shape(header_rows, surplus, is_written_whole=False), 0
    for is_data, number, cells in _rows(source):
        if not is_data:
            others += any(cells)
        elif any(cells):
            taken = shape.take(f"row {number}", _trimmed(cells))
            if taken:
                yield taken
    yield from shape.remarks()
    if others:
        yield Aside("row of a further sheet (repeat group), its header included", others)


def _rows(source: Source) -> Iterator[tuple[bool, int, tuple[str, ...]]]:
    """Whether a row is of the data's sheet, its number, its cells, without the blank rows that a sheet begins with."""
    data = _data_sheet(source)
    for sheet, rows in groupby(_cells(source), key=itemgetter(0)):
        numbered = ((number, cells) for number, (_, cells) in enumerate(rows, 1))
        begun = dropwhile(lambda row: not any(row[1]), numbered)
        yield from ((sheet == data, number, cells) for number, cells in begun)


def _data_sheet(source: Source) -> int:
    """The first sheet whose first row that is not blank names several columns; where none does, the first sheet."""
    for sheet, rows in groupby(_cells(source), key=itemgetter(0)):
        header: tuple[str, ...] = next((cells for _, cells in islice(rows, BLANK_ROWS) if any(cells)), ())
        if sum(map(bool, header)) >= FEWEST_COLUMNS:
            return int(sheet)
    return 0


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    filled = [number for number, cell in enumerate(cells, 1) if cell]
    return cells[: filled[-1]] if filled else ()


def _cells(source: Source) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with source.open_bytes() as stream, source.open_bytes() as again:
            limits.demand_small_zip(stream, source.name)
            _demand_few_texts(stream, source.name)
            yield from _sheet_cells(stream, again if _holds_formulas(source) else None, source.name)
    except LimitError:
        raise
    except Exception as error:  # the library lets the failures of a damaged package through as they come
        raise ExportError(
            f"{source.name}: not a readable XLSX workbook ({type(error).__name__}); download it again or export CSV"
        ) from error


def _demand_few_texts(stream: Any, name: str) -> None:
    """The table of a workbook's texts is read whole, before the first row."""
    with zipfile.ZipFile(stream) as package:
        sizes = [
            each.file_size for each in package.infolist() if each.filename.casefold().endswith("sharedstrings.xml")
        ]
    if sum(sizes) > limits.SHARED_STRINGS:
        raise LimitError(f"{name}: holds more than {limits.SHARED_STRINGS} bytes of texts; export it as CSV")
    stream.seek(0)


def _holds_formulas(source: Source) -> bool:
    """Whether a sheet holds a formula: an answer that begins with an equals sign becomes one in some writers."""
    with source.open_bytes() as stream, zipfile.ZipFile(stream) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(_mentions_formula(package, name) for name in sheets)


def _mentions_formula(package: zipfile.ZipFile, name: str) -> bool:
    with package.open(name) as sheet:
        tail = b""
        while block := sheet.read(2**20):
            if _FORMULA.search(tail + block):
                return True
            tail = block[-8:]
    return False


def _sheet_cells(stream: Any, again: Any, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Cells with the values that the writer calculated; `again` is the same file, read for its formulas."""
    workbook = load_workbook(stream, read_only=True, data_only=True)
    if len(workbook.worksheets) > limits.SHEETS:
        raise LimitError(f"{name}: holds more than {limits.SHEETS} sheets; export it again")
    formulas = load_workbook(again, read_only=True).worksheets if again else [None] * len(workbook.worksheets)
    rows = cells = 0
    for number, (sheet, other) in enumerate(zip(workbook.worksheets, formulas, strict=True)):
        for row in _sheet_rows(sheet, other):
            rows, cells = rows + 1, cells + len(row)
            if rows > limits.SHEET_ROWS or cells > limits.CELLS:
                raise LimitError(f"{name}: holds more rows or cells than a workbook may; export it as CSV")
            yield number, row


def _sheet_rows(sheet: Any, other: Any) -> Iterator[tuple[str, ...]]:
    sheet.reset_dimensions()
    values = sheet.iter_rows(values_only=True)
    if other is None:
        yield from (tuple(map(cell_text, row)) for row in values)
        return
    other.reset_dimensions()
    for row, cells in zip(values, other.iter_rows(), strict=True):
        yield tuple(_calculated(*pair) for pair in zip(row, cells, strict=True))


def _calculated(value: object, cell: Any) -> str:
    """A cell as text; a formula without a value, with an error or the 0 of writers that do not calculate has none."""
    is_formula = getattr(cell, "data_type", "") == "f"
    return NoValue("=") if is_formula and (value in (None, 0, "") or value in ERROR_CODES) else cell_text(value)
