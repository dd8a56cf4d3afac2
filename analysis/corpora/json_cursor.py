"""Where reading stands in a JSON document of any size: values are built whole, what leads to them is stepped through.

What must not be here: which parts of a document anybody wants. Memory holds one value and one block of the file.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analysis import limits
from analysis.corpora.plain_json import plain_value
from analysis.errors import LimitError

BLOCK = 2**20
"""Bytes that are read at once."""
_WINDOW = 2**12
"""Bytes that are looked at first for a single value, and eight times as many each time it is longer."""
_NEAR_THE_END = 12
"""Characters before the end of a window in which a fault may be nothing but the cut: the longest escape, and a word."""
_PIECE = 2**14
"""Bytes within which values are taken several at once."""
_BLANK = re.compile(rb"[ \t\n\r]*")
_BETWEEN = re.compile(rb'\}[ \t\r\n]*,[ \t\r\n]*\{[ \t\r\n]*"[^"\\]*"[ \t\r\n]*:')
_CUT_OF_A_NUMBER = 2
"""Characters that the parser leaves of a number where a window ends within it: a point, or a power of ten's sign."""
_CUT_ANYWHERE = ("Unterminated string", "Invalid \\")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class BrokenJsonError(Exception):
    """Control flow: the bytes are no JSON, or end within a value; never leaves the room."""

    def __init__(self, *, is_cut: bool) -> None:
        """Say whether the file ends too early."""
        super().__init__()
        self.is_cut = is_cut


class Cursor:
    """A place in a document; every method leaves it behind what it took."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Take the stream, and the file's name for messages."""
        self._stream, self._name = stream, name
        self._text, self._at, self._is_whole = b"", 0, False
        self._between, self._failures, self._patience = b"", 0, 0
        self.taken = 0
        """Bytes that were taken from the stream."""

    def peek(self) -> str:
        """The next sign that is no blank, "" at the end of the file."""
        while True:
            self._at = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return chr(self._text[self._at])
            if not self._more():
                return ""

    def value(self) -> Any:
        """The value that stands here, built whole.

        Raises
        ------
        BrokenJsonError
            There is none, or it is cut.
        LimitError
            It holds more, or is nested deeper, than any record.
        """
        self.peek()
        size = _WINDOW
        while True:
            text, fault = self._window(size)
            is_all = self._at + size >= len(self._text)
            try:
                value, end = _DECODER.raw_decode(text)
            except json.JSONDecodeError as error:
                if fault:
                    raise fault from error
                self._demand_cut(error, len(text), is_all=is_all)
            except RecursionError as error:
                raise LimitError(
                    f"{self._name}: nested deeper than {limits.JSON_DEPTH} levels; export it again"
                ) from error
            except ValueError as error:
                raise BrokenJsonError(is_cut=False) from error
            else:
                is_whole = isinstance(value, str | list | dict) or end < len(text) - _CUT_OF_A_NUMBER
                if is_whole or (is_all and not self._more()):
                    limits.demand_small_text(text, 0, end, self._name)
                    self._at += len(text[:end].encode())
                    return value
            size *= 8

    def _window(self, size: int) -> tuple[str, BrokenJsonError | None]:
        """The next bytes as text without half of a character at their end, and what is wrong where the text breaks."""
        window = self._text[self._at : self._at + size]
        try:
            return codecs.utf_8_decode(window, "strict", self._is_whole and size >= len(self._text) - self._at)[0], None
        except UnicodeDecodeError as error:
            is_cut = error.reason == "unexpected end of data"
            return window[: error.start].decode(), BrokenJsonError(is_cut=is_cut)

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; the caller takes each key's value before it asks for the next."""
        self._expect("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            key = self.value() if self.peek() == '"' else None
            if not isinstance(key, str):
                raise BrokenJsonError(is_cut=self.peek() == "")
            self._expect(":")
            yield key
            if not self._goes_on("}"):
                return

    def places(self) -> Iterator[int]:
        """The places of the array that begins here; the caller takes each value before it asks for the next."""
        self._expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        number = 0
        while True:
            yield number
            number += 1
            if not self._goes_on("]"):
                return

    def values(self) -> Iterator[Any]:
        """The values of the array that begins here, each built whole; several at once where they look alike."""
        for _ in self.places():
            yield from self._alike()
            yield self.value()
            between = _BETWEEN.match(self._text, self._at - 1)
            self._between = between.group() if between else b""

    def _alike(self) -> list[Any]:
        """The next values that are objects, up to a place where one ends and the next begins as the last ones did.

        Where the piece up to there parses as a list, it is one: a closing bracket within a text or within an object
        closes no list.
        """
        if self._patience > 0 or not self._between:
            self._patience -= 1
            return []
        end = self._text.rfind(self._between, self._at, self._at + _PIECE) + 1
        found = plain_value(b"[%b]" % self._text[self._at : end]) if end else None
        if not isinstance(found, list) or not found:
            self._failures += 1
            self._patience = 2 ** min(self._failures, 10)
            return []
        self._failures, self._at = 0, end
        self._goes_on("]")
        return found

    def _goes_on(self, end: str) -> bool:
        sign = self.peek()
        if sign not in (",", end):
            raise BrokenJsonError(is_cut=sign == "")
        self._at += 1
        if sign == "," and self.peek() == end:
            raise BrokenJsonError(is_cut=False)
        return sign == ","

    def _expect(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            raise BrokenJsonError(is_cut=found == "")
        self._at += 1

    def _demand_cut(self, error: json.JSONDecodeError, size: int, *, is_all: bool) -> None:
        """Read on where the fault may be the end of the window; else it is one of the file."""
        is_cut = error.msg.startswith(_CUT_ANYWHERE) or error.pos >= size - _NEAR_THE_END
        if not (is_cut and (not is_all or self._more())):
            raise BrokenJsonError(is_cut=is_cut) from error

    def _more(self) -> bool:
        """Read another block behind what was not taken yet; whether there was one."""
        if self._is_whole:
            return False
        rest = self._text[self._at :]
        if len(rest) > limits.JSON_TOKENS:
            limits.demand_small_record(rest, self._name)
        block = self._stream.read(max(BLOCK, len(rest)))
        self.taken += len(block)
        self._is_whole = not block
        self._text, self._at = rest + block, 0
        return True
