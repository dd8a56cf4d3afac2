"""JSON of any size, one element in memory at a time: a document, a list, concatenated values or one value per line.

What must not be here: a vendor's field names. A format says which arrays of a document it wants element by element.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO, cast

import ijson

from analysis import limits
from analysis.corpora.json_cursor import BrokenJsonError, Cursor
from analysis.corpora.made_often import made_often
from analysis.corpora.plain_json import UNUSUAL, plain_value
from analysis.corpora.quarantine import SHOWN_VALUE, MalformedItemError, Quarantined, quarantined
from analysis.corpora.sources import Line, Source, lines
from analysis.errors import ExportError, LimitError

PEEKED_LINE = 4 * 2**20
"""Bytes within which the first line has to end for a file to be read line by line."""

_SMALL = "a line holds no text, number or nesting beyond every measure"
ONE_VALUE_A_LINE = "a line holds one complete JSON value"


@made_often
class Element:
    """One JSON value: the path of the array it came from ("" for a whole record), where it stood, the value."""

    path: str
    position: str
    value: Any


def elements(source: Source, nested: tuple[str, ...] = ()) -> Iterator[Element | Quarantined]:
    """Every record of a JSON export, with the named arrays of each record taken apart.

    Parameters
    ----------
    source : Source
        A document, a list of records, or one record per line.
    nested : tuple of str
        Dotted paths of arrays inside a record, such as "data.videos".

    Returns
    -------
    iterator of Element or Quarantined
        The elements of the named arrays under their path, then the rest of the record under path "".
        A line that is no JSON is quarantined; the lines around it are kept.

    Raises
    ------
    ExportError
        A document that breaks off or is no JSON; names the byte and how many elements were read before it.
    """
    return _from_lines(source, nested) if is_line_delimited(source) else _from_document(source, nested)


def is_line_delimited(source: Source) -> bool:
    """Whether the file holds one value per line: its first two lines decide."""
    first, second = _first_lines(source)
    if not second or first[:1] not in (b"{", b"["):
        return False
    return _is_json(first) or (second[:1] == first[:1] and _is_json(second))


def _first_lines(source: Source) -> tuple[bytes, bytes]:
    found: list[bytes] = []
    with source.open_utf8() as stream:
        while len(found) < 2 and (line := stream.readline(PEEKED_LINE)):
            if len(line) == PEEKED_LINE:
                break
            found += [line.strip()] if line.strip() else []
    return cast(tuple[bytes, bytes], tuple([*found, b"", b""][:2]))


def _is_json(content: bytes) -> bool:
    try:
        parse(content)
    except MalformedItemError:
        return False
    return True


def parse(content: bytes) -> Any:
    """One JSON value from bytes, or `MalformedItemError`."""
    value = plain_value(content)
    if value is not UNUSUAL:
        return value
    try:
        limits.demand_small_record(content, "line")
        return json.loads(content.decode("utf-8"))
    except LimitError as error:
        raise MalformedItemError("line", content[:SHOWN_VALUE].decode("utf-8", "replace"), _SMALL) from error
    except UnicodeDecodeError as error:
        raise MalformedItemError("line", content.decode("utf-8", "backslashreplace"), "a line is UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise MalformedItemError("line", content.decode(), ONE_VALUE_A_LINE) from error


def _from_lines(source: Source, nested: tuple[str, ...]) -> Iterator[Element | Quarantined]:
    for line in lines(source):
        if line.content.isspace():
            continue
        try:
            value = parse(line.content)
        except MalformedItemError as error:
            if not line.is_terminated:
                raise _truncated_line(source, line) from error
            yield quarantined(f"line {line.number}", line.content.decode("utf-8", "backslashreplace").strip(), error)
            continue
        if nested or isinstance(value, list):
            yield from _taken_apart(value, nested, f"line {line.number}")
        else:
            yield Element("", f"line {line.number}", value)


def _truncated_line(source: Source, line: Line) -> ExportError:
    return ExportError(
        f"{source.name}, line {line.number}, byte {line.offset + len(line.content)}: the file ends in the middle of a "
        "JSON value; download or copy it again (or cut the last line off if the rest is all there is)"
    )


def _taken_apart(value: Any, nested: tuple[str, ...], position: str) -> Iterator[Element]:
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _record_apart(each, nested, f"{position}, element {number}")
    else:
        yield from _record_apart(value, nested, position)


def _record_apart(value: Any, nested: tuple[str, ...], position: str) -> Iterator[Element]:
    for path in nested:
        for number, each in enumerate(_pop_list(value, _keys_of(path))):
            yield Element(path, f"{position}, {path}[{number}]", each)
    yield Element("", position, value)


@lru_cache(maxsize=64)
def _keys_of(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _pop_list(value: Any, keys: tuple[str, ...]) -> list[Any]:
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(value.get(keys[-1]), list):
        return cast(list[Any], value.pop(keys[-1]))
    return []


class _Counted:
    """A stream that knows how many bytes were taken from it, and that their tokens are of bearable size."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.stream, self.taken, self.scanner = stream, 0, limits.JsonScanner(name)

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.scanner.take(block)
        self.taken += len(block)
        return block


def events(source: Source, skipped: bytes = b"") -> Iterator[tuple[str, Any]]:
    """Parser events of a document; a failure names the byte and says whether the file breaks off.

    Parameters
    ----------
    source : Source
        The file.
    skipped : bytes
        What stands before the JSON and is left out (the assignment of an X archive).
    """
    with source.open_utf8() as stream:
        stream.read(len(skipped))
        counted = _Counted(stream, source.name)
        counted.taken = len(skipped)
        try:
            yield from ijson.basic_parse(counted, multiple_values=True)
        # A number that no machine can hold fails inside the parser with the error of the number's own type.
        except (ijson.JSONError, ArithmeticError, ValueError) as error:
            # The parser's own message repeats the text around the fault, which may name a person.
            is_cut = "premature EOF" in str(error) or "incomplete" in str(error).lower()
            raise _broken_document(source, counted.taken, is_cut=is_cut) from error


def _broken_document(source: Source, taken: int, *, is_cut: bool) -> ExportError:
    if is_cut:
        return ExportError(
            f"{source.name}, byte {taken}: the file ends in the middle of the JSON document; download or copy it again"
        )
    return ExportError(
        f"{source.name}, before byte {taken}: not valid JSON; export the file again and do not edit it by hand"
    )


def _from_document(source: Source, nested: tuple[str, ...], skipped: bytes = b"") -> Iterator[Element]:
    with _cursor(source, skipped) as cursor:
        while cursor.peek():
            if cursor.peek() != "[":
                yield from _record(cursor, nested, "document")
                continue
            for number, value in enumerate(cursor.values()):
                yield from _record_apart(value, nested, f"element[{number}]")


def _record(cursor: Cursor, nested: tuple[str, ...], position: str) -> Iterator[Element]:
    """A value that stands for itself; of an object, the named arrays element by element, then the rest."""
    if cursor.peek() != "{" or not nested:
        yield Element("", position, cursor.value())
        return
    rest: dict[str, Any] = {}
    yield from _object_apart(cursor, nested, "", rest)
    yield Element("", position, rest)


def _object_apart(cursor: Cursor, nested: tuple[str, ...], path: str, rest: dict[str, Any]) -> Iterator[Element]:
    for key in cursor.members():
        here = f"{path}.{key}".lstrip(".")
        if here in nested and cursor.peek() == "[":
            for number, value in enumerate(cursor.values()):
                yield Element(here, f"{here}[{number}]", value)
        elif cursor.peek() == "{" and any(each.startswith(f"{here}.") for each in nested):
            inner: dict[str, Any] = {}
            rest[key] = inner
            yield from _object_apart(cursor, nested, here, inner)
        else:
            rest[key] = cursor.value()


@contextmanager
def _cursor(source: Source, skipped: bytes = b"") -> Iterator[Cursor]:
    """A place at the beginning of a document; a failure names the byte and says whether the file breaks off."""
    with source.open_utf8() as stream:
        stream.read(len(skipped))
        cursor = Cursor(stream, source.name)
        try:
            yield cursor
        except BrokenJsonError as error:
            raise _broken_document(source, cursor.taken + len(skipped), is_cut=error.is_cut) from error


def document_elements(source: Source, skipped: bytes) -> Iterator[Element]:
    """The elements of a list that stands behind a prefix which is no JSON."""
    return _from_document(source, (), skipped)


def selected(source: Source, wanted: frozenset[str], noted: frozenset[str]) -> Iterator[Element]:
    """Only the named parts of a document: whatever is not named is let go at once, so it cannot leak into a row.

    Parameters
    ----------
    source : Source
        One JSON document.
    wanted : frozenset of str
        Dotted paths of arrays (arrays on the way are not written); each of their elements is built and yielded.
    noted : frozenset of str
        Paths of scalars to yield, and of objects whose beginning to yield (value None).
    """
    on_the_way = {path[:end] for path in wanted | noted for end in (*_dots(path), len(path))}
    with _cursor(source) as cursor:
        while cursor.peek():
            yield from _Selection(cursor, wanted, noted, frozenset(on_the_way)).at("")


def _dots(path: str) -> list[int]:
    return [place for place, sign in enumerate(path) if sign == "."]


_LONGEST_WAY = 50
"""Containers inside each other on the way to an item."""


@dataclass(frozen=True)
class _Selection:
    """Steps through what leads to a named part, takes it, and lets everything else go."""

    cursor: Cursor
    wanted: frozenset[str]
    noted: frozenset[str]
    on_the_way: frozenset[str]

    def at(self, path: str, depth: int = 0) -> Iterator[Element]:
        """What is named in the value that stands here."""
        if depth > _LONGEST_WAY:
            raise LimitError(f"nested deeper than {_LONGEST_WAY} levels above its items; export the file again")
        sign = self.cursor.peek()
        if path and path not in self.on_the_way:
            self.cursor.value()
        elif sign == "{":
            if path in self.noted:
                yield Element(path, "start", None)
            for key in self.cursor.members():
                yield from self.at(f"{path}.{key}".lstrip("."), depth + 1)
        elif sign == "[":
            yield from self._elements(path, depth)
        else:
            value = self.cursor.value()
            if path in self.noted:
                yield Element(path, "value", value)

    def _elements(self, path: str, depth: int) -> Iterator[Element]:
        if path in self.wanted:
            for number, value in enumerate(self.cursor.values()):
                yield Element(path, f"{path}[{number}]", value)
        else:
            for _ in self.cursor.places():
                yield from self.at(path, depth + 1)


_IN_ARRAY = "\0"


def _dotted(keys: list[str]) -> str:
    return ".".join(key for key in keys if key not in ("", _IN_ARRAY))


def located(source: Source) -> Iterator[tuple[str, Any]]:
    """Every value of a document with its dotted path, arrays left out of the path; containers come as None."""
    keys: list[str] = []
    for event, value in events(source):
        if event == "map_key":
            keys[-1] = value
        elif event in ("end_map", "end_array"):
            keys.pop()
        else:
            yield _dotted(keys), value
            if event in ("start_map", "start_array"):
                keys.append("" if event == "start_map" else _IN_ARRAY)
