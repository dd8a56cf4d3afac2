"""JSON of any size, one element in memory at a time: a document, a list, concatenated values or one value per line.

What must not be here: a vendor's field names. A format says which arrays of a document it wants element by element.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, cast

import ijson

from analysis import limits
from analysis.corpora.quarantine import SHOWN_VALUE, MalformedItemError, Quarantined, quarantined
from analysis.corpora.sources import Line, Source, lines
from analysis.errors import ExportError, LimitError

PEEKED_LINE = 4 * 2**20
"""Bytes within which the first line has to end for a file to be read line by line."""

_SMALL = "a line holds no text, number or nesting beyond every measure"
ONE_VALUE_A_LINE = "a line holds one complete JSON value"


@dataclass(frozen=True)
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
        if not line.content.strip():
            continue
        try:
            value = parse(line.content)
        except MalformedItemError as error:
            if not line.is_terminated:
                raise _truncated_line(source, line) from error
            yield quarantined(f"line {line.number}", line.content.decode("utf-8", "backslashreplace").strip(), error)
            continue
        yield from _taken_apart(value, nested, f"line {line.number}")


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
        for number, each in enumerate(_pop_list(value, path.split("."))):
            yield Element(path, f"{position}, {path}[{number}]", each)
    yield Element("", position, value)


def _pop_list(value: Any, keys: list[str]) -> list[Any]:
    for key in keys[:-1]:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(value.get(keys[-1]), list):
        return cast(list[Any], value.pop(keys[-1]))
    return []


@dataclass
class _Frame:
    """A container that is being built; a streamed one hands its elements on instead of keeping them."""

    content: Any
    path: str | None
    is_streamed: bool = False
    key: str = ""
    count: int = 0


@dataclass
class Walk:
    """Builds values from parser events; `finished` holds the elements that the last event completed."""

    nested: tuple[str, ...]
    stack: list[_Frame] = field(default_factory=list)
    tokens: int = 0

    def take(self, event: str, value: Any) -> Iterable[Element]:
        """Follow one event; what it completed, which for almost all of them is nothing."""
        self.tokens += 1
        if self.tokens > limits.JSON_TOKENS:
            raise LimitError(f"a record holds more than {limits.JSON_TOKENS} values; export the file again")
        if event == "map_key":
            self.stack[-1].key = value
        elif event in ("start_map", "start_array"):
            self._open(event == "start_array")
        elif event in ("end_map", "end_array"):
            frame = self.stack.pop()
            if not frame.is_streamed:
                return self._finish(frame.content)
        else:
            return self._finish(float(value) if isinstance(value, Decimal) else value)
        return ()

    def _open(self, is_array: bool) -> None:
        path = self._path()
        streamed = is_array and (path in self.nested if self.stack else True)
        self.stack.append(_Frame([] if is_array else {}, path if not is_array or streamed else None, streamed))

    def _path(self) -> str | None:
        """The dotted path of the value that comes next; None inside an array."""
        if not self.stack:
            return ""
        frame = self.stack[-1]
        if frame.path is None or isinstance(frame.content, list):
            return None
        return f"{frame.path}.{frame.key}".lstrip(".")

    def _finish(self, value: Any) -> Iterable[Element]:
        if not self.stack:
            return (Element("", "document", value),)
        frame = self.stack[-1]
        if frame.is_streamed:
            return self._stream(frame, value)
        if isinstance(frame.content, list):
            frame.content.append(value)
        else:
            frame.content[frame.key] = value
        return ()

    def _stream(self, frame: _Frame, value: Any) -> Iterator[Element]:
        self.tokens = 0
        position = f"{frame.path or 'element'}[{frame.count}]"
        frame.count += 1
        if frame.path:
            yield Element(frame.path, position, value)
        else:
            yield from _record_apart(value, self.nested, position)


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
            raise _broken_document(source, counted.taken, str(error)) from error


def _broken_document(source: Source, taken: int, message: str) -> ExportError:
    # The parser's own message repeats the text around the fault, which may name a person.
    if "premature EOF" in message or "incomplete" in message.lower():
        return ExportError(
            f"{source.name}, byte {taken}: the file ends in the middle of the JSON document; download or copy it again"
        )
    return ExportError(
        f"{source.name}, before byte {taken}: not valid JSON; export the file again and do not edit it by hand"
    )


def _from_document(source: Source, nested: tuple[str, ...], skipped: bytes = b"") -> Iterator[Element]:
    walk = Walk(nested)
    for event, value in events(source, skipped):
        yield from walk.take(event, value)


def document_elements(source: Source, skipped: bytes) -> Iterator[Element]:
    """The elements of a list that stands behind a prefix which is no JSON."""
    return _from_document(source, (), skipped)


def selected(source: Source, wanted: frozenset[str], noted: frozenset[str]) -> Iterator[Element]:
    """Only the named parts of a document: whatever is not named is never built, so it cannot leak into a row.

    Parameters
    ----------
    source : Source
        One JSON document.
    wanted : frozenset of str
        Dotted paths of arrays (arrays on the way are not written); each of their elements is built and yielded.
    noted : frozenset of str
        Paths of scalars to yield, and of objects whose beginning to yield (value None).
    """
    selection = _Selection(wanted, noted)
    for event, value in events(source):
        yield from selection.take(event, value)


@dataclass
class _Selection:
    """Where the parser stands, and the wanted element that is being built, if one is."""

    wanted: frozenset[str]
    noted: frozenset[str]
    keys: list[str] = field(default_factory=list)
    walk: Walk = field(default_factory=lambda: Walk(()))
    count: int = 0

    def take(self, event: str, value: Any) -> Iterator[Element]:
        """Follow one event; yields what it completed or noted."""
        if self.walk.stack:
            yield from (self._counted(element.value) for element in self.walk.take(event, value))
        elif event == "map_key":
            self.keys[-1] = value
        elif event in ("end_map", "end_array"):
            self.keys.pop()
        elif event in ("start_map", "start_array"):
            yield from self._open(event)
        elif _dotted(self.keys) in self.noted:
            yield Element(_dotted(self.keys), "value", value)
        elif self._is_wanted():
            yield self._counted(value)

    def _open(self, event: str) -> Iterator[Element]:
        if self._is_wanted():
            self.walk.tokens = 0
            yield from self.walk.take("start_map", None)
            self.walk.stack[-1] = _Frame({} if event == "start_map" else [], None)
            return
        self.count = self.count if event == "start_map" else 0
        if _dotted(self.keys) in self.noted:
            yield Element(_dotted(self.keys), "start", None)
        self.keys.append("" if event == "start_map" else _IN_ARRAY)

    def _is_wanted(self) -> bool:
        return bool(self.keys) and self.keys[-1] == _IN_ARRAY and _dotted(self.keys) in self.wanted

    def _counted(self, value: Any) -> Element:
        self.count += 1
        return Element(_dotted(self.keys), f"{_dotted(self.keys)}[{self.count - 1}]", value)


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
