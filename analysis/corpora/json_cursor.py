"""Where reading stands in a JSON document of any size: values are built whole, what leads to them is stepped through.

What must not be here: which parts of a document anybody wants. Memory holds one value and one block of the file.
"""

import codecs
import json
import re
from collections.abc import Iterator
from json.decoder import WHITESPACE  # type: ignore[attr-defined]
from typing import Any, BinaryIO

from analysis import limits
from analysis.corpora.plain_json import plain_value
from analysis.errors import LimitError

BLOCK = 2**20
"""Bytes that are read at once."""
_NEAR_THE_END = 12
"""Characters before the end of a block in which a fault may be nothing but the cut: the longest escape, and a word."""
_PIECE = 2**14
"""Characters within which values are taken several at once."""
_BETWEEN = re.compile(r'\}[ \t\r\n]*,[ \t\r\n]*\{[ \t\r\n]*"[^"\\]*"[ \t\r\n]*:')
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
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text, self._at, self._is_whole = "", 0, False
        self._between, self._failures, self._patience = "", 0, 0
        self.taken = 0
        """Bytes that were taken from the stream."""

    def peek(self) -> str:
        """The next sign that is no blank, "" at the end of the file."""
        while True:
            self._at = WHITESPACE.match(self._text, self._at).end()
            if self._at < len(self._text):
                return self._text[self._at]
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
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._demand_cut(error)
            except RecursionError as error:
                raise LimitError(
                    f"{self._name}: nested deeper than {limits.JSON_DEPTH} levels; export it again"
                ) from error
            except ValueError as error:
                raise BrokenJsonError(is_cut=False) from error
            else:
                if end < len(self._text) or self._is_whole or isinstance(value, str | list | dict):
                    limits.demand_small_text(self._text, self._at, end, self._name)
                    self._at = end
                    return value
                self._more()

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
            self._between = between.group() if between else ""

    def _alike(self) -> list[Any]:
        """The next values that are objects, up to a place where one ends and the next begins as the last ones did.

        Where the piece up to there parses as a list, it is one: a closing bracket within a text or within an object
        closes no list.
        """
        if self._patience > 0 or not self._between:
            self._patience -= 1
            return []
        end = self._text.rfind(self._between, self._at, self._at + _PIECE) + 1
        found = plain_value(f"[{self._text[self._at : end]}]".encode()) if end else None
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

    def _demand_cut(self, error: json.JSONDecodeError) -> None:
        """Read on where the fault may be the end of the block; else it is one of the file."""
        is_cut = error.msg.startswith(_CUT_ANYWHERE) or error.pos >= len(self._text) - _NEAR_THE_END
        if not (is_cut and self._more()):
            raise BrokenJsonError(is_cut=is_cut) from error

    def _more(self) -> bool:
        """Read another block behind what was not taken yet; whether there was one."""
        if self._is_whole:
            return False
        rest = self._text[self._at :]
        if len(rest) > limits.JSON_TOKENS:
            limits.demand_small_text(rest, 0, len(rest), self._name)
        block = self._stream.read(max(BLOCK, len(rest)))
        self.taken += len(block)
        self._is_whole = not block
        try:
            self._text, self._at = rest + self._decoder.decode(block, final=not block), 0
        except UnicodeDecodeError as error:
            raise BrokenJsonError(is_cut=not block) from error
        return True
