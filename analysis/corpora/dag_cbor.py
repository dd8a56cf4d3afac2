"""One value of DAG-CBOR, the form in which a Bluesky repository keeps its records: a small, strict part of CBOR.

Everything else is refused: lengths that are not stated, other tags than links, keys that are no texts. What must not be
here: files, or what a record means.

Source: DAG-CBOR specification of IPLD; RFC 8949.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis import limits
from analysis.errors import LimitError

_LINK = 42
_SIMPLE = {20: False, 21: True, 22: None}
_FLOAT = 27
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


@dataclass(frozen=True)
class Link:
    """The address of another block: a content identifier as bytes."""

    cid: bytes


class MalformedCborError(Exception):
    """Control flow: the bytes are no DAG-CBOR; says at which byte."""


def decoded(block: bytes) -> Any:
    """The one value that a block holds.

    Raises
    ------
    MalformedCborError
        Not DAG-CBOR, or bytes are left over.
    LimitError
        Nested deeper than `limits.CBOR_DEPTH`.

    Examples
    --------
    >>> decoded(bytes.fromhex("a1616102"))
    {'a': 2}
    """
    reader = _Reader(block)
    value = reader.value(0)
    if reader.at != len(block):
        raise MalformedCborError(f"byte {reader.at}: more than one value")
    return value


class _Reader:
    """Where decoding stands in a block."""

    def __init__(self, block: bytes) -> None:
        self.block, self.at = block, 0

    def value(self, depth: int) -> Any:
        if depth > limits.CBOR_DEPTH:
            raise LimitError(f"a record is nested deeper than {limits.CBOR_DEPTH} levels; export the repository again")
        start = self._taken(1)[0]
        kind, size = start >> 5, start & 31
        if kind == 7:
            return self._simple(size)
        return _KINDS[kind](self, self._argument(size), depth)

    def text(self, length: int, _: int) -> str:
        try:
            return self._taken(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedCborError(f"byte {self.at - length}: a text is no UTF-8") from error

    def octets(self, length: int, _: int) -> bytes:
        return self._taken(length)

    def array(self, length: int, depth: int) -> list[Any]:
        self._demand(length)
        return [self.value(depth + 1) for _ in range(length)]

    def map(self, length: int, depth: int) -> dict[str, Any]:
        self._demand(length)
        found: dict[str, Any] = {}
        for _ in range(length):
            key = self.value(depth + 1)
            if not isinstance(key, str) or key in found:
                raise MalformedCborError(f"byte {self.at}: a key is no text, or stands twice")
            found[key] = self.value(depth + 1)
        return found

    def link(self, tag: int, depth: int) -> Link:
        address = self.value(depth + 1)
        if tag != _LINK or not isinstance(address, bytes) or address[:1] != b"\0":
            raise MalformedCborError(f"byte {self.at}: a tag that is no link")
        return Link(address[1:])

    def _simple(self, size: int) -> Any:
        if size == _FLOAT:
            return struct.unpack(">d", self._taken(8))[0]
        if size not in _SIMPLE:
            raise MalformedCborError(f"byte {self.at}: a value that DAG-CBOR does not know")
        return _SIMPLE[size]

    def _argument(self, size: int) -> int:
        if size < 24:
            return size
        if size not in _SIZES:
            raise MalformedCborError(f"byte {self.at}: a length that is not stated")
        return int.from_bytes(self._taken(_SIZES[size]), "big")

    def _demand(self, length: int) -> None:
        """Every element takes a byte at least: a list of more elements than bytes is no list."""
        if length > len(self.block) - self.at:
            raise MalformedCborError(f"byte {self.at}: the block ends too early")

    def _taken(self, length: int) -> bytes:
        self._demand(length)
        found = self.block[self.at : self.at + length]
        self.at += length
        return found


_KINDS: tuple[Callable[[_Reader, int, int], Any], ...] = (
    lambda _, number, __: number,
    lambda _, number, __: -1 - number,
    _Reader.octets,
    _Reader.text,
    _Reader.array,
    _Reader.map,
    _Reader.link,
)
