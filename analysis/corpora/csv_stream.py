"""Delimited text of any size, one row in memory at a time; every cell stays the text that it is.

What must not be here: a vendor's column names, or turning a cell into a number: an id above 2^53 would lose digits.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass

from analysis import limits
from analysis.corpora.quarantine import Notice, Quarantined
from analysis.corpora.sources import Source, lines
from analysis.errors import ExportError

DELIMITERS = (",", ";", "\t")
LONGEST_HEADER = 2**20
"""Characters of a first row by which its delimiter is told."""
LONGEST_CELL = 16 * 2**20
"""Characters of one cell; more means that a quotation mark is never closed."""


@dataclass(frozen=True)
class Row:
    """One row of cells, and the line on which it starts."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One row as column → cell, and where it stood."""

    position: str
    cells: dict[str, str]


class _Feed:
    """The lines of a file for the parser; remembers the row at hand and whether the last line was ended."""

    def __init__(self, source: Source) -> None:
        self.source, self.is_terminated, self.number = source, True, 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in lines(self.source):
            self.is_terminated, self.number = line.is_terminated, line.number
            text = line.text(self.source)
            if not (line.number == 1 and text[:4].lower() == "sep="):
                self.row.append(text)
                self._demand_few_cells(text)
                yield text

    def _demand_few_cells(self, text: str) -> None:
        """A line of nothing but delimiters would be a list of millions of cells."""
        if len(text) > limits.CELLS_IN_ROW and max(map(text.count, (*DELIMITERS, "|"))) > limits.CELLS_IN_ROW:
            raise ExportError(
                f"{self.source.name}, line {self.number}: holds more than {limits.CELLS_IN_ROW} cells; export it again"
            )


def delimiter_of(source: Source) -> str:
    """The delimiter that splits the first row into most cells; a `sep=` line decides by itself."""
    first = next(lines(source), None)
    text = first.text(source)[:LONGEST_HEADER] if first else ""
    if text[:4].lower() == "sep=" and text[4:5] in (*DELIMITERS, "|"):
        return text[4:5]
    return max(DELIMITERS, key=lambda mark: _cells_in(text.rstrip("\r\n"), mark))


def _cells_in(text: str, mark: str) -> int:
    """Cells of a row; a row that is not CSV by itself is counted by its marks."""
    try:
        return len(next(csv.reader([text], delimiter=mark), []))
    except csv.Error:
        return 1 + text.count(mark)


def rows(source: Source) -> Iterator[Row | Quarantined]:
    """Every row, the header included; a row that is not CSV is quarantined, a file that breaks off raises."""
    return _parsed(_Feed(source))


def _parsed(feed: _Feed) -> Iterator[Row | Quarantined]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(feed, delimiter=delimiter_of(feed.source), strict=True)
    while True:
        line = feed.number + 1
        feed.row.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken_row(feed, line, str(error))
            continue
        if cells:
            yield Row(line, tuple(cells))


def _broken_row(feed: _Feed, line: int, message: str) -> Quarantined:
    if "unexpected end" in message or "field larger" in message:
        raise ExportError(
            f"{feed.source.name}, line {line}: a quotation mark opened in this row is never closed, so the file breaks "
            "off or is damaged; export or copy it again"
        )
    rule = "a row is delimited text: a quoted cell ends right before the next delimiter"
    return Quarantined(f"line {line}", "".join(feed.row), "row", message, rule)


def header(source: Source) -> tuple[str, ...]:
    """The names in the first row, each once: a second column of one name gets its ordinal.

    Raises
    ------
    ExportError
        An empty file.
    """
    first = next(rows(source), None)
    if not isinstance(first, Row):
        raise ExportError(f"{source.name}: holds no header row; export it again")
    return unique_names(first.cells)


def unique_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names with repetitions numbered, so that no column hides another."""
    seen: dict[str, int] = {}
    given = []
    for name in (each.strip() for each in names):
        seen[name] = seen.get(name, 0) + 1
        given.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(given)


def records(source: Source, header_rows: int = 1) -> Iterator[Record | Quarantined | Notice]:
    """Every data row by column name.

    Parameters
    ----------
    source : Source
        The file.
    header_rows : int
        Rows before the data; the first of them names the columns.

    Returns
    -------
    iterator of Record, Quarantined or Notice
        A row with another number of cells than the header is quarantined. A notice says that the last row has no line
        end: where the file broke off inside its last cell, nothing else shows it.

    Raises
    ------
    ExportError
        The file ends inside a quoted cell, or its last row is short and has no line end.
    """
    feed, names = _Feed(source), unique_names(())
    for number, row in enumerate(_parsed(feed)):
        if number == 0 and isinstance(row, Row):
            names = unique_names(row.cells)
        if number < header_rows:
            continue
        if isinstance(row, Row) and len(row.cells) < len(names) and not feed.is_terminated:
            raise ExportError(
                f"{source.name}, line {row.line}: the file ends after cell {len(row.cells)} of {len(names)}; "
                "export or copy it again"
            )
        yield _as_record(row, names) if isinstance(row, Row) else row
    if not feed.is_terminated:
        yield Notice("the last row has no line end: make sure that the file did not break off in its last cell")


def _as_record(row: Row, names: tuple[str, ...]) -> Record | Quarantined:
    if len(row.cells) != len(names):
        raw = json.dumps(row.cells, ensure_ascii=False)
        rule = "a row has as many cells as the header"
        return Quarantined(f"line {row.line}", raw, "row", f"{len(row.cells)} cells for {len(names)} columns", rule)
    return Record(f"line {row.line}", dict(zip(names, row.cells, strict=True)))
