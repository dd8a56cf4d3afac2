"""Workbooks without some rows of the first sheet, and without what further sheets hold of the same persons.

A further sheet is a repeat group: its rows name their submission by `_parent_index`, `_submission__uuid`,
`_submission__id` or `PARENT_KEY`, and rows of a repeat inside a repeat name the row above them. What must not be here:
whose rows they are.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import openpyxl

from analysis.custody.erasure.cut import MARK, Cut
from analysis.errors import CustodyError

UNWRITTEN = re.compile(
    r"^xl/(charts|chartsheets|drawings|media|embeddings|vba\w*|pivot\w+|externalLinks|comments|model)"
)
"""Parts of a workbook that are not written again, or not as they were."""
PARENTS = {
    "_submission__uuid": "_uuid", "_submission__id": "_id", "_submission__index": "_index", "PARENT_KEY": "KEY",
}  # fmt: skip
"""Column of a repeat → column of the submission that it repeats."""
INDEX, PARENT_INDEX, PARENT_TABLE = "_index", "_parent_index", "_parent_table_name"
Rows = dict[int, dict[str, str]]


def without_rows(content: bytes, name: str, cut: Cut, own: Mapping[str, Collection[str]]) -> tuple[bytes, set[str]]:
    """The workbook without the rows of a cut and without their repeats; and what these alone said.

    Parameters
    ----------
    content, name : bytes, str
    cut : Cut
        Rows of the first sheet.
    own : mapping
        Column → values by which a row of any sheet is the person's, such as the ledger's key.

    Raises
    ------
    CustodyError
        It holds formulas, drawings, macros or links, which would be lost; or it cannot be read.
    """
    lost = sorted({match.group(1) for each in _members(content, name) if (match := UNWRITTEN.match(each))})
    if lost:
        raise CustodyError(f"{name}: holds {', '.join(lost)}, which rewriting would lose; save it without them")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
        _refuse_formulas(book, name)
        texts = _cut_out(book, cut, own)
        sink = io.BytesIO()
        book.save(sink)
    except CustodyError:
        raise
    except Exception as error:  # the library lets the failures of a damaged package through as they come
        raise CustodyError(f"{name}: not a readable workbook ({type(error).__name__})") from error
    return sink.getvalue(), texts


def is_workbook(content: bytes, name: str) -> bool:
    """Whether a zip is a workbook, and not a folder of tables.

    Raises
    ------
    CustodyError
        The zip is damaged.
    """
    return any(each.startswith("xl/") for each in _members(content, name))


def _members(content: bytes, name: str) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.namelist()
    except zipfile.BadZipFile as error:
        raise CustodyError(f"{name}: not a readable workbook (BadZipFile)") from error


def _refuse_formulas(book: Any, name: str) -> None:
    for sheet in book.worksheets:
        if any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row):
            raise CustodyError(f"{name}: holds formulas, whose values rewriting would lose; save it with values only")


def _cut_out(book: Any, cut: Cut, own: Mapping[str, Collection[str]]) -> set[str]:
    first, *others = book.worksheets
    main = _rows(first, header=_header_row(first))
    gone = {row: main[row] for row in cut.rows if row in main}
    removed: dict[str, Rows] = {first.title: gone}
    sheets = {sheet.title: _rows(sheet, 1) for sheet in others}
    while True:
        before = sum(map(len, removed.values()))
        for title, rows in sheets.items():
            mine = {
                n: row for n, row in rows.items() if _is_own(row, own) or _is_repeat(row, removed, first.title, main)
            }
            removed[title] = mine
        if sum(map(len, removed.values())) == before:
            break
    _mark(first, cut, _header_row(first))
    for sheet in book.worksheets:
        for row in sorted({*removed[sheet.title], *(cut.rows if sheet is first else ())}, reverse=True):
            sheet.delete_rows(row)
    return _texts(removed[title] for title in sheets) - _texts(_rows(sheet, 1) for sheet in book.worksheets)


def _texts(sheets: Iterable[Rows]) -> set[str]:
    return {text for rows in sheets for row in rows.values() for text in row.values()}


def _header_row(sheet: Any) -> int:
    """The first row with a cell in it."""
    return next((n for n, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(c is not None for c in row)), 1)


def _rows(sheet: Any, header: int) -> Rows:
    """Row → its cells by column; under `_index` the ordinal of the row where the sheet has no such column."""
    names = [_text(cell.value) for cell in sheet[header]]
    found = {}
    for n, row in enumerate(sheet.iter_rows(min_row=header + 1, values_only=True), start=1):
        cells = dict(zip(names, map(_text, row), strict=False))
        found[header + n] = {INDEX: str(n)} | cells
    return found


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _is_own(row: Mapping[str, str], own: Mapping[str, Collection[str]]) -> bool:
    return any(row.get(column, "") in values for column, values in own.items() if row.get(column))


def _is_repeat(row: Mapping[str, str], removed: Mapping[str, Rows], first: str, main: Rows) -> bool:
    """Whether a row names a row that goes: by the submission's id, or by its number in the sheet above."""
    for column, parent in PARENTS.items():
        for gone in removed[first].values():
            if row.get(column) and gone.get(parent) and is_below(row[column], gone[parent]):
                return True
    above = removed.get(row.get(PARENT_TABLE) or first, {})
    return bool(row.get(PARENT_INDEX)) and any(row[PARENT_INDEX] == gone[INDEX] for gone in above.values())


def is_below(key: str, parent: str) -> bool:
    """Whether a row that names another is below it: a repeat inside a repeat adds its own place to the key."""
    return key == parent or key.startswith(f"{parent}/")


def _mark(sheet: Any, cut: Cut, header: int) -> None:
    names = [_text(cell.value) for cell in sheet[header]]
    for row, columns in cut.marks.items():
        for column in columns:
            sheet.cell(row, names.index(column) + 1).value = MARK
