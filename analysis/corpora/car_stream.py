"""A Bluesky repository as its owner or a server hands it out (CAR, version 1): its records in the order of their keys.

Every block is checked against the address that names it, so damage cannot pass. Memory holds where each block stands,
not what it says. What must not be here: what a record means; records of unwanted collections are not decoded.

Source: CAR v1 specification of IPLD; AT Protocol repository specification, version 3 (Merkle search tree).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from analysis import limits
from analysis.corpora.dag_cbor import Link, MalformedCborError, decoded
from analysis.corpora.sources import Source
from analysis.errors import ExportError, LimitError

HEADER = re.compile(rb".{1,2}\xa2(?:eroots|gversion)", re.DOTALL)
"""A length, then the header with roots and a version."""

_CID = b"\x01\x71\x12\x20"
"""Version 1, DAG-CBOR, SHA-256 of 32 bytes: the one address that repositories use."""
_CID_LENGTH = 36


@dataclass(frozen=True)
class Entry:
    """One record: its owner's identifier, its key `collection/name`, and its value where the collection is wanted."""

    did: str
    key: str
    value: Any = None


def is_car(source: Source) -> bool:
    """Whether the file is such a repository, by its first bytes."""
    return HEADER.match(source.head(16)) is not None


def entries(source: Source, wanted: frozenset[str]) -> Iterator[Entry]:
    """Every record of a repository; those of other collections than the wanted ones without their value.

    Raises
    ------
    ExportError
        The file ends too early, a block is not what its address says, or one that is named is not there.
    """
    with source.open_bytes() as stream:
        try:
            yield from _Repository(stream, source.name).entries(wanted)
        except MalformedCborError as error:
            raise ExportError(
                f"{source.name}: a block is not DAG-CBOR ({error}); download the repository again"
            ) from error


class _Repository:
    """Where each block of a file stands."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.stream, self.name, self.places = stream, name, dict[bytes, tuple[int, int]]()
        self.root = self._indexed()

    def entries(self, wanted: frozenset[str]) -> Iterator[Entry]:
        commit = self._block(self.root)
        did, tree = commit.get("did"), commit.get("data")
        if not isinstance(did, str) or not isinstance(tree, Link):
            raise self._damaged("its root is no commit of a repository")
        for key, link in self._leaves(tree):
            collection = key.partition("/")[0]
            yield Entry(did, key, self._block(link) if collection in wanted else None)

    def _leaves(self, tree: Link) -> Iterator[tuple[str, Link]]:
        """Keys and records from left to right: subtrees and entries that are still to come stand on a stack."""
        stack: list[Link | tuple[str, Link]] = [tree]
        seen = 0
        while stack:
            top = stack.pop()
            if isinstance(top, tuple):
                yield top
                continue
            seen += 1
            if seen > len(self.places):
                raise self._damaged("its tree names blocks again and again")
            stack += reversed(list(self._children(self._block(top))))

    def _children(self, node: dict[str, Any]) -> Iterator[Link | tuple[str, Link]]:
        """What hangs below a node, from left to right; keys repeat the beginning of the one before."""
        key, listed = b"", node.get("e")
        yield from self._subtree(node.get("l"))
        for each in listed if isinstance(listed, list) else []:
            shared, rest, value = each.get("p"), each.get("k"), each.get("v")
            if not isinstance(shared, int) or not isinstance(rest, bytes) or not isinstance(value, Link):
                raise self._damaged("a node of its tree is no node")
            key = key[:shared] + rest
            yield key.decode("utf-8", "replace"), value
            yield from self._subtree(each.get("t"))

    @staticmethod
    def _subtree(link: object) -> Iterator[Link]:
        if isinstance(link, Link):
            yield link

    def _block(self, link: Link) -> dict[str, Any]:
        if link.cid not in self.places:
            raise self._damaged("a block that it names is not in it")
        at, length = self.places[link.cid]
        self.stream.seek(at)
        value = decoded(self.stream.read(length))
        if not isinstance(value, dict):
            raise self._damaged("a block is no object")
        return value

    def _indexed(self) -> Link:
        """Note where every block stands, and check each; the link to the newest commit."""
        header = decoded(self._taken(self._length()))
        roots = header.get("roots") if isinstance(header, dict) else None
        if not isinstance(roots, list) or not roots or not isinstance(roots[0], Link):
            raise self._damaged("its header names no root")
        while (length := self._length(at_end=True)) is not None:
            cid = self._taken(_CID_LENGTH)
            at, block = self.stream.tell(), self._taken(length - _CID_LENGTH)
            if cid[:4] != _CID or hashlib.sha256(block).digest() != cid[4:]:
                raise self._damaged(f"the block at byte {at} is not what its address says")
            self.places[cid] = (at, len(block))
            if len(self.places) > limits.CAR_BLOCKS:
                raise LimitError(f"{self.name}: holds more than {limits.CAR_BLOCKS} blocks; export its records as JSON")
        return roots[0]

    def _length(self, *, at_end: bool = False) -> int | None:
        """A length as the file writes it, seven bits a byte; None where the file ends before it."""
        number = 0
        for place in range(5):
            byte = self.stream.read(1)
            if not byte and at_end and not place:
                return None
            if not byte:
                raise self._damaged("it ends too early")
            number |= (byte[0] & 127) << (7 * place)
            if byte[0] < 128:
                return number
        raise self._damaged("a length is no length")

    def _taken(self, length: int | None) -> bytes:
        if length is None or not 0 <= length <= limits.CAR_BLOCK:
            raise LimitError(
                f"{self.name}: a block is longer than {limits.CAR_BLOCK} bytes, or shorter than its address"
            )
        block = self.stream.read(length)
        if len(block) < length:
            raise self._damaged("it ends too early")
        return block

    def _damaged(self, what: str) -> ExportError:
        return ExportError(f"{self.name}: the repository is damaged: {what}; download it again")
