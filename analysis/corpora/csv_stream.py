"""Delimited text of any size, one row in memory at a time; every cell stays the text that it is.

What must not be here: a vendor's column names, or turning a cell into a number: an id above 2^53 would lose digits.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from analysis import limits
from analysis.corpora.absence import Absence, Text
from analysis.corpora.made_often import made_often
from analysis.corpora.quarantine import Aside, MalformedItemError, Notice, Quarantined, quarantined
from analysis.corpora.sources import Line, Source, lines
from analysis.errors import ExportError

T = TypeVar("T")
DELIMITERS = (",", ";", "\t")
TRIED_LINES, TRIED_BYTES = 500, 2**20
"""Lines at the beginning that each delimiter is tried on, and no more bytes of them than these."""

LONGEST_CELL = 16 * 2**20
"""Characters of one cell; more means that a quotation mark is never closed."""


@made_often
class Row:
    """One row of cells, and the line on which it starts."""

    line: int
    cells: tuple[str, ...]


class NoValue(str):
    """What stands in a cell whose value the file does not hold: a formula that nobody has calculated."""

    __slots__ = ()


@made_often
class Record:
    """One row under the names of its columns, and where it stood."""

    position: str
    names: tuple[str, ...]
    row: tuple[str, ...]

    @property
    def cells(self) -> dict[str, str]:
        """Column → cell."""
        return dict(zip(self.names, self.row, strict=True))


class _Feed:
    """The lines of a file for the parser; remembers the row at hand and whether the last line was ended."""

    def __init__(self, source: Source) -> None:
        self.source, self.line = source, Line(0, 0, b"", is_terminated=True)
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in lines(self.source):
            self.line, text = line, line.text(self.source)
            if len(text) > limits.CELLS_IN_ROW:
                self._demand_few_cells(text)
            if line.number > 1 or text[:4].lower() != "sep=":
                self.row.append(text)
                yield text

    def _demand_few_cells(self, text: str) -> None:
        """A line of nothing but delimiters would be a list of millions of cells."""
        if max(map(text.count, (*DELIMITERS, "|"))) > limits.CELLS_IN_ROW:
            raise ExportError(
                f"{self.source.name}, line {self.line.number}: holds more than {limits.CELLS_IN_ROW} cells; "
                "export it again"
            )


def delimiter_of(source: Source) -> str:
    """The delimiter under which most rows have the header's number of cells; a `sep=` line decides by itself.

    Every candidate parses the first rows strictly; among equals the one with more cells wins.
    """
    texts = [line.text(source)[:TRIED_BYTES] for line in _sample(source)]
    if texts and texts[0][:4].lower() == "sep=" and texts[0][4:5] in (*DELIMITERS, "|"):
        return texts[0][4:5]
    return max(DELIMITERS, key=lambda mark: _fit(texts, mark))


_remembered = lru_cache(maxsize=1)(delimiter_of)
"""An export is opened for its header, its first rows and its records: one look at its delimiter is enough."""


def _sample(source: Source) -> Iterator[Line]:
    taken = 0
    for line in islice(lines(source), TRIED_LINES):
        yield line
        taken += len(line.content)
        if taken > TRIED_BYTES:
            return


def _fit(texts: list[str], mark: str) -> tuple[bool, float, int]:
    """Whether a delimiter splits the header at all, the share of rows as wide as the header, and that width."""
    widths = list(_widths(texts, mark))
    width = widths[0] if widths else 0
    rows = widths[1:]
    return width > 1, rows.count(width) / len(rows) if rows else 1.0, width


def _widths(texts: list[str], mark: str) -> Iterator[int]:
    """Cells of each row that the sample holds whole; 0 for a row that is not CSV with this delimiter."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(texts, delimiter=mark, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield 0
            continue
        if _is_filled(cells):
            yield len(cells)


def _is_filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def rows(source: Source) -> Iterator[Row | Quarantined]:
    """Every row, the header included; a row that is not CSV is quarantined, a file that breaks off raises."""
    return _parsed(_Feed(source))


def _parsed(feed: _Feed) -> Iterator[Row | Quarantined]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(feed, delimiter=_remembered(feed.source), strict=True)
    has_begun = False
    while True:
        line = feed.line.number + 1
        feed.row.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken_row(feed, line, str(error))
            continue
        has_begun = has_begun or _is_filled(cells)
        if cells and has_begun:
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


Surplus = Callable[[Mapping[str, str], tuple[str, ...]], bool]
"""Whether a row may keep its named cells although it has more cells than the header: its record, and those cells."""


@dataclass
class Shape:
    """Turns rows of cells into records of one table: header rows first, the same again in joined files left out.

    A row that is longer than the header is set aside, unless `surplus` knows the shape; a shorter one is set aside
    where rows are written whole, as in CSV, and filled up where blank cells at the end are not written, as in XLSX.
    """

    header_rows: int
    surplus: Surplus | None
    is_written_whole: bool
    headers: list[tuple[str, ...]] = field(default_factory=list)
    names: tuple[str, ...] = ()
    repeated: int = 0
    lengthened: int = 0

    def take(self, position: str, cells: tuple[str, ...]) -> Record | Quarantined | None:
        """The record of a row, or what is wrong with it; nothing for a header row."""
        if len(self.headers) < self.header_rows:
            self.names = self.names or unique_names(cells)
            self.headers.append(cells)
        elif cells in self.headers:
            self.repeated += 1
        elif len(cells) == len(self.names):
            return Record(position, self.names, cells)
        else:
            return self._of_another_width(position, cells)
        return None

    def _of_another_width(self, position: str, cells: tuple[str, ...]) -> Record | Quarantined:
        width = len(self.names)
        if len(cells) < width and not self.is_written_whole:
            return Record(position, self.names, cells + ("",) * (width - len(cells)))
        record = Record(position, self.names, cells[:width]) if len(cells) > width else None
        if record and self.surplus and self.surplus(record.cells, cells[width:]):
            self.lengthened += 1
            return record
        raw = json.dumps(cells, ensure_ascii=False)
        rule = "a row has as many cells as the header"
        return Quarantined(position, raw, "row", f"{len(cells)} cells for {width} columns", rule)

    def remarks(self) -> Iterator[Aside | Notice]:
        """What was left out or kept against the rule, when all rows are through."""
        if self.repeated:
            yield Aside("header row of a joined file", self.repeated)
        if self.lengthened:
            yield Notice(
                f"{self.lengthened} rows are longer than the header by cells without a name, which were left out: an "
                "answer outside the form's choices does that; download again with all versions of the form"
            )


def records(
    source: Source, header_rows: int = 1, surplus: Surplus | None = None
) -> Iterator[Record | Quarantined | Notice | Aside]:
    """Every data row by column name.

    Parameters
    ----------
    source : Source
        The file.
    header_rows : int
        Rows before the data; the first of them names the columns.
    surplus : callable or None
        Knows rows of a vendor that are longer than the header; None knows none.

    Returns
    -------
    iterator of Record, Quarantined, Notice or Aside
        A row with another number of cells than the header is quarantined. A notice says that the last row has no line
        end: where the file broke off inside its last cell, nothing else shows it.

    Raises
    ------
    ExportError
        The file ends inside a quoted cell, or its last row is short and has no line end.
    """
    feed, shape = _Feed(source), Shape(header_rows, surplus, is_written_whole=True)
    for row in _parsed(feed):
        if isinstance(row, Quarantined):
            yield row
            continue
        if len(row.cells) < len(shape.names) and not feed.line.is_terminated:
            raise ExportError(
                f"{source.name}, line {row.line}: the file ends after cell {len(row.cells)} of {len(shape.names)}; "
                "export or copy it again"
            )
        taken = shape.take(f"line {row.line}", row.cells)
        if taken:
            yield taken
    yield from shape.remarks()
    if not feed.line.is_terminated:
        yield Notice("the last row has no line end: make sure that the file did not break off in its last cell")


def decoded(source: Source, decode: Callable[[dict[str, str], str], T]) -> Iterator[T | Quarantined | Notice | Aside]:
    """Every data row as what a format makes of its cells and its place; a row that breaks a rule is set aside.

    Parameters
    ----------
    source : Source
        The file.
    decode : callable
        Cells by column name, and where they stand, to one item; MalformedItemError for a value that cannot be.

    Raises
    ------
    ExportError
        As `records`.
    """
    return _decoded(source, lambda record: decode(record.cells, record.position))


class Places:
    """Where the columns of a header stand, for a format that looks each up once for a file instead of once for a row.

    Examples
    --------
    >>> places = Places(("id", "text"))
    >>> row = places.row(("7", "words"))
    >>> row[places.first("body", "text")], row[places.first("author")]
    ('words', <Absence.NOT_EXPORTED: 'not_exported'>)
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """Take the names of the columns."""
        self._places = {name: place for place, name in enumerate(names)}

    def first(self, *names: str) -> int:
        """The place of the first of several columns for one field that the table has, else that of no column."""
        return next((self._places[name] for name in names if name in self._places), -1)

    @staticmethod
    def row(cells: tuple[str, ...]) -> tuple[Text, ...]:
        """A row with a last cell that stands for every column that the table lacks."""
        return (*cells, Absence.NOT_EXPORTED)


def decoded_by_place(
    source: Source, prepare: Callable[[Places], Callable[[tuple[Text, ...], str], T]]
) -> Iterator[T | Quarantined | Notice | Aside]:
    """As `decoded`, by a format that prepares itself for the header: `prepare` takes the places and gives `decode`."""
    prepared = lru_cache(maxsize=1)(lambda names: prepare(Places(names)))
    return _decoded(source, lambda record: prepared(record.names)(Places.row(record.row), record.position))


def _decoded(source: Source, decode: Callable[[Record], T]) -> Iterator[T | Quarantined | Notice | Aside]:
    for record in records(source):
        if isinstance(record, Record):
            try:
                yield decode(record)
            except MalformedItemError as error:
                yield quarantined(record.position, record.cells, error)
        else:
            yield record
