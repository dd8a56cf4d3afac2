"""Workbooks row by row, every cell as text.

What must not be here: a vendor's column names. Numbers become the shortest text that means the same number.
"""

import datetime
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from analysis import limits
from analysis.corpora.csv_stream import Record, unique_names
from analysis.corpora.quarantine import Aside, Quarantined
from analysis.corpora.sources import Source
from analysis.errors import ExportError, LimitError

_WHOLE_NUMBERS = 2.0**53


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
    return str(value)


def first_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """The rows of the first sheet."""
    yield from (cells for sheet, cells in _cells(source) if sheet == 0)


def records(source: Source, header_rows: int = 1) -> Iterator[Record | Quarantined | Aside]:
    """The rows of the first sheet by column name; rows of further sheets (repeat groups) are counted.

    Raises
    ------
    ExportError
        The workbook is damaged.
    """
    names: tuple[str, ...] = ()
    others = 0
    for number, (sheet, cells) in enumerate(_cells(source)):
        if sheet:
            others += any(cells)
        elif number == 0:
            names = unique_names(_trimmed(cells))
        elif number >= header_rows and any(cells):
            yield _as_record(f"row {number + 1}", _trimmed(cells), names)
    if others:
        yield Aside("row of a further sheet (repeat group), its header included", others)


def _as_record(position: str, cells: tuple[str, ...], names: tuple[str, ...]) -> Record | Quarantined:
    if len(cells) > len(names):
        raw, rule = json.dumps(cells, ensure_ascii=False), "a row has no cell beyond the last named column"
        return Quarantined(position, raw, "row", f"{len(cells)} cells for {len(names)} columns", rule)
    return Record(position, dict(zip(names, cells + ("",) * (len(names) - len(cells)), strict=True)))


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    filled = [number for number, cell in enumerate(cells, 1) if cell]
    return cells[: filled[-1]] if filled else ()


def _cells(source: Source) -> Iterator[tuple[int, tuple[str, ...]]]:
    with source.open_bytes() as stream:
        try:
            limits.demand_small_zip(stream, source.name)
            yield from _sheet_cells(stream, source.name)
        except LimitError:
            raise
        except Exception as error:  # the library lets the failures of a damaged package through as they come
            raise ExportError(
                f"{source.name}: not a readable XLSX workbook ({type(error).__name__}); download it again or export CSV"
            ) from error


def _sheet_cells(stream: Any, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    _demand_few_texts(stream, name)
    workbook = load_workbook(stream, read_only=True, data_only=True)
    if len(workbook.worksheets) > limits.SHEETS:
        raise LimitError(f"{name}: holds more than {limits.SHEETS} sheets; export it again")
    rows = cells = 0
    for number, sheet in enumerate(workbook.worksheets):
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            rows, cells = rows + 1, cells + len(row)
            if rows > limits.SHEET_ROWS or cells > limits.CELLS:
                raise LimitError(f"{name}: holds more rows or cells than a workbook may; export it as CSV")
            yield number, tuple(cell_text(value) for value in row)


def _demand_few_texts(stream: Any, name: str) -> None:
    """The table of a workbook's texts is read whole, before the first row."""
    with zipfile.ZipFile(stream) as package:
        sizes = [
            each.file_size for each in package.infolist() if each.filename.casefold().endswith("sharedstrings.xml")
        ]
    if sum(sizes) > limits.SHARED_STRINGS:
        raise LimitError(f"{name}: holds more than {limits.SHARED_STRINGS} bytes of texts; export it as CSV")
    stream.seek(0)
