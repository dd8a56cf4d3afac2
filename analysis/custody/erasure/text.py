"""Delimited text without some of its rows: every other row keeps its bytes.

What must not be here: a vendor's column names.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.custody.erasure.cut import MARK, Cut
from analysis.errors import CustodyError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Chunk:
    """One row: the line on which it starts, its text, and its cells (none where it is not CSV)."""

    line: int
    text: str
    cells: tuple[str, ...]


def decoded(content: bytes, name: str) -> tuple[str, str, bytes]:
    """Text, encoding and byte order mark of a file.

    Raises
    ------
    CustodyError
        It is not the encoding that it promises.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", "utf-8"))
    try:
        return content[len(mark) :].decode(encoding), encoding, mark
    except UnicodeDecodeError as error:
        raise CustodyError(f"{name}: not {encoding.upper()} at byte {error.start + len(mark)}") from error


def without_rows(content: bytes, name: str, cut: Cut) -> bytes:
    """The file without the rows of a cut; cells that it marks say that somebody was erased."""
    text, encoding, mark = decoded(content, name)
    header: tuple[str, ...] = ()
    kept = []
    for chunk in chunks(text):
        header = header or chunk.cells
        if chunk.line not in cut.rows:
            columns = cut.marks.get(chunk.line)
            kept.append(_marked(chunk, header, columns, delimiter_of(text)) if columns else chunk.text)
    return mark + "".join(kept).encode(encoding)


def replaced_cells(content: bytes, name: str, rows: frozenset[int], replace: Callable[[str], str]) -> bytes:
    """The file without some rows, and with every cell of the others as a function gives it back."""
    text, encoding, mark = decoded(content, name)
    kept = []
    for number, chunk in enumerate(chunks(text)):
        if chunk.line in rows:
            continue
        cells = [replace(cell) for cell in chunk.cells] if number else list(chunk.cells)
        kept.append(chunk.text if cells == list(chunk.cells) else _written(cells, chunk.text, delimiter_of(text)))
    return mark + "".join(kept).encode(encoding)


def rows_with(content: bytes, name: str, wanted: Callable[[dict[str, str]], bool]) -> frozenset[int]:
    """Lines of the rows below the header for which a function of their cells by column says yes."""
    text, _, _ = decoded(content, name)
    header: tuple[str, ...] = ()
    found = set()
    for chunk in chunks(text):
        if header and wanted(dict(zip(header, (cell.strip() for cell in chunk.cells), strict=False))):
            found.add(chunk.line)
        header = header or tuple(cell.strip() for cell in chunk.cells)
    return frozenset(found)


def chunks(text: str) -> Iterator[Chunk]:
    """The rows of a text, a `sep=` line among them, each with all of its characters."""
    lines = text.splitlines(keepends=True) if "\n" not in text else text.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line] if "\n" in text else lines
    taken: list[str] = []
    reader = csv.reader(_Feed(lines, taken), delimiter=delimiter_of(text), strict=True)
    number = 1
    while True:
        taken.clear()
        try:
            cells: tuple[str, ...] = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error:
            cells = ()
        yield Chunk(number, "".join(taken), () if number == 1 and _is_sep(taken[0]) else cells)
        number += len(taken)


class _Feed:
    """Lines for the parser; remembers those of the row at hand."""

    def __init__(self, lines: list[str], taken: list[str]) -> None:
        self._lines, self._taken = iter(lines), taken

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken.append(line)
        return line


def _is_sep(line: str) -> bool:
    return line[:4].lower() == "sep="


def delimiter_of(text: str) -> str:
    """The delimiter that splits the first row into most cells, or the one that a `sep=` line names."""
    first = text.partition("\n")[0]
    if _is_sep(first) and first[4:5] in (*DELIMITERS, "|"):
        return first[4:5]
    return max(DELIMITERS, key=lambda mark: len(_split(first, mark)))


def _split(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=mark), [])
    except csv.Error:
        return line.split(mark)


def _marked(chunk: Chunk, header: tuple[str, ...], columns: frozenset[str], delimiter: str) -> str:
    names = [name.strip() for name in header]
    cells = [MARK if n < len(names) and names[n] in columns else cell for n, cell in enumerate(chunk.cells)]
    return _written(cells, chunk.text, delimiter)


def _written(cells: list[str], text: str, delimiter: str) -> str:
    """A row anew, ended as it was."""
    end = text[len(text.rstrip("\r\n")) :]
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator=end).writerow(cells)
    return sink.getvalue()
