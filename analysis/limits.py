"""How much a file may unpack to, hold and nest before it counts as hostile: asked before a library is given it.

Each bound lies far above any export, table or bundle of this field, and far below what ends a process. What must not be
here: a format's fields, or reading for any other purpose than counting.
"""

import io
import lzma
import re
import struct
import zipfile
from dataclasses import dataclass
from typing import IO, BinaryIO

from analysis.errors import LimitError

RATIO = 250
"""Unpacked bytes for each packed one: text packs 5 to 60 times, JSON of one shape 100 times."""
RATIO_FROM = 2**24
"""Unpacked bytes from which on the ratio counts: little files of blanks are harmless."""
UNPACKED = 2**36
"""Bytes of one packed stream."""
DICTIONARY = 2**27
"""Bytes of memory that unpacking xz may ask for; `xz -9` asks for 65 MiB."""


@dataclass(frozen=True)
class ZipBounds:
    """How many members a zip may hold, how many bytes they may unpack to together, and bytes of their list."""

    members: int
    unpacked: int
    directory: int


PACKAGE = ZipBounds(10_000, 2**31, 2**22)
"""A workbook, or a bundle: all of it is read."""
ARCHIVE = ZipBounds(200_000, 2**40, 2**26)
"""An account's archive: one file of it is read, beside years of pictures and films."""
MEMBERS_LOOKED_INTO = 100
"""Data files of an archive that are looked into to find the export among them."""
LONGEST_READ = 2**26
"""Bytes that a library may ask for at once: the length of a header that a file states."""
SHARED_STRINGS = 2**27
"""Bytes of a workbook's table of texts, which is held in memory."""
SHEETS = 256
SHEET_ROWS = 2**20
"""Rows of a workbook: those of one full sheet, by the format's own definition."""
CELLS_IN_ROW = 100_000
CELLS = 50_000_000
"""Cells of one workbook, or of a table that is held in memory."""
JSON_DEPTH = 500
"""Levels of nesting; no export has a tenth of them."""
JSON_STRING = 2**24
JSON_NUMBER = 1_000
"""Bytes of one text, and of one number or word outside texts."""
JSON_TOKENS = 4_000_000
"""Values and names of one record."""
CBOR_DEPTH = 64
"""Levels of nesting of a record of a repository."""
CAR_BLOCK = 2**21
"""Bytes of one block of a repository; servers take no record of more than 2**20."""
CAR_BLOCKS = 3_000_000
"""Blocks of one repository, whose places are held in memory."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_END_OF_ZIP = b"PK\x05\x06"
_END_OF_LARGE_ZIP = b"PK\x06\x06"
_LONGEST_COMMENT = 2**16 + 22


class Unpacked(io.RawIOBase):
    """A packed stream as it unpacks, counted; it stops with LimitError instead of going on without end."""

    def __init__(self, packed: BinaryIO, unpacked: IO[bytes], name: str) -> None:
        """Take the packed stream, what unpacks it, and the file's name for messages."""
        self._packed, self._unpacked, self._name, self._taken = packed, unpacked, name, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Unpack some more."""
        block = self._unpacked.read(min(len(buffer), 2**20))
        self._taken += len(block)
        if self._taken > UNPACKED:
            raise LimitError(f"{self._name}: unpacks to more than {UNPACKED} bytes; unpack it and split it")
        if self._taken > RATIO_FROM and self._taken > RATIO * self._packed.tell():
            raise LimitError(
                f"{self._name}: unpacks to more than {RATIO} times its size, as no export does; do not open it, and "
                "ask whoever sent it"
            )
        buffer[: len(block)] = block
        return len(block)

    def seekable(self) -> bool:
        """Always: what unpacks begins again where it has to."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the unpacked bytes, counting all that is unpacked on the way."""
        if whence == io.SEEK_END:
            while self.read(2**20):
                pass
        at = offset + (self._taken if whence else 0)
        if at < self._taken:
            self._unpacked.seek(0)
            self._taken = 0
        while self._taken < at and self.read(min(2**20, at - self._taken)):
            pass
        return self._taken

    def tell(self) -> int:
        """How many bytes were unpacked up to here."""
        return self._taken

    def close(self) -> None:
        """Close what is beneath."""
        if not self.closed:
            self._unpacked.close()
            self._packed.close()
        super().close()


class XzStream(io.RawIOBase):
    """An xz file as it unpacks, within bounded memory: the file itself says how much unpacking it takes."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        """Take the packed stream, and the file's name for messages."""
        self._packed, self._name, self._decompressor = packed, name, self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=DICTIONARY)

    def _unpacked(self, block: bytes, most: int) -> bytes:
        try:
            return self._decompressor.decompress(block, most)
        except lzma.LZMAError as error:
            if "memory" not in str(error).lower():
                raise
            raise LimitError(
                f"{self._name}: unpacking takes more than {DICTIONARY} bytes of memory; pack it anew"
            ) from error

    def readable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Begin again; no other place is asked for."""
        if offset or whence:
            raise io.UnsupportedOperation("an xz stream only begins again")
        self._packed.seek(0)
        self._decompressor = self._fresh()
        return 0

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Unpack some more, the next stream of the file behind the first."""
        while True:
            block = b""
            if self._decompressor.eof:
                block = self._decompressor.unused_data or self._packed.read(2**16)
                block = block.lstrip(b"\0")
                if not block:
                    return 0
                self._decompressor = self._fresh()
            elif self._decompressor.needs_input:
                block = self._packed.read(2**16)
                if not block:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            found = self._unpacked(block, len(buffer))
            if found:
                buffer[: len(found)] = found
                return len(found)


class SmallReads(io.RawIOBase):
    """A stream from which a library takes no more at once than a bearable piece, whatever length the file states."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Take the stream, and the file's name for messages."""
        self._stream, self._name = stream, name

    def read(self, size: int = -1) -> bytes:
        """Read a piece of known size.

        Raises
        ------
        LimitError
            The piece is larger than `LONGEST_READ`.
        """
        if not 0 <= size <= LONGEST_READ:
            raise LimitError(f"{self._name}: states a header of more than {LONGEST_READ} bytes; pack it anew")
        return self._stream.read(size)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As the stream does."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """As the stream does."""
        return self._stream.tell()

    def close(self) -> None:
        """Close what is beneath."""
        self._stream.close()
        super().close()


def demand_small_zip(stream: BinaryIO, name: str, bounds: ZipBounds | None = None) -> None:
    """Look at a zip before the standard library does: its list of members, then what they say that they unpack to.

    Parameters
    ----------
    stream, name
        The zip, and the file's name for messages.
    bounds
        `PACKAGE` where nothing else is said.

    Raises
    ------
    LimitError
        Too many members, too much in them, or a member that unpacks to too many times its size.
    zipfile.BadZipFile
        It is damaged.
    """
    bounds = bounds or PACKAGE
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _LONGEST_COMMENT))
    tail = stream.read()
    members, directory = _stated_size(tail)
    if directory > bounds.directory or members > bounds.members:
        raise _too_many(name, bounds)
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as package:
            _demand_small_members(package, name, size, bounds)
    except NotImplementedError as error:  # a member that asks for a later version of the format than there is
        raise zipfile.BadZipFile(str(error)) from error
    stream.seek(0)


def _stated_size(tail: bytes) -> tuple[int, int]:
    """Members and bytes of a zip's list of them, as its end states both; a large zip states them in a record before."""
    at, large = tail.rfind(_END_OF_ZIP), tail.rfind(_END_OF_LARGE_ZIP)
    if large >= 0 and len(tail) >= large + 48:
        members, directory = struct.unpack_from("<QQ", tail, large + 32)
        return members, directory
    if at < 0 or len(tail) < at + 22:
        return 0, 0
    members, directory = struct.unpack_from("<HI", tail, at + 10)
    return members, directory


def _too_many(name: str, bounds: ZipBounds) -> LimitError:
    return LimitError(f"{name}: holds more than {bounds.members} members; unpack what is needed and name the files")


def _demand_small_members(package: zipfile.ZipFile, name: str, size: int, bounds: ZipBounds) -> None:
    listed = package.infolist()
    if len(listed) > bounds.members:
        raise _too_many(name, bounds)
    if sum(member.file_size for member in listed) > bounds.unpacked:
        raise LimitError(f"{name}: unpacks to more than {bounds.unpacked} bytes; unpack it and split it")
    # What a member says of its own packed size is believed as far as the file is large.
    pairs = [(member.file_size, min(size, member.compress_size)) for member in listed]
    for unpacked, packed in (*pairs, (sum(unpacked for unpacked, _ in pairs), size)):
        if unpacked > RATIO_FROM and unpacked > RATIO * max(1, packed):
            raise LimitError(
                f"{name}: unpacks to more than {RATIO} times its size, as no export does; do not open it, and ask "
                "whoever sent it"
            )


class JsonScanner:
    """Counts the tokens of JSON block by block, before a parser sees them."""

    def __init__(self, name: str) -> None:
        """Name the file for messages."""
        self._name, self._depth, self._is_inside, self._held, self._string, self._word = name, 0, False, b"", 0, 0

    def take(self, block: bytes) -> None:
        """Look at the next bytes.

        Raises
        ------
        LimitError
            Nested too deeply, or a text, a number or a word is too long.
        """
        block = self._held + block
        slashes = len(block) - len(block.rstrip(b"\\"))
        # Half of an escape waits for its other half, and so does nothing else.
        self._held = block[len(block) - slashes % 2 :]
        block = block[: len(block) - slashes % 2]
        # Closed by force at its end, a block that ends outside of a text leaves one quotation mark over.
        rest = _STRING.sub(b"", (b'"' if self._is_inside else b"") + block + b'"')
        was_inside, self._is_inside = self._is_inside, not rest.endswith(b'"')
        self._count_string(len(block), goes_on=was_inside and self._is_inside and not rest)
        self._count_words(rest if self._is_inside else rest[:-1])
        self._count_depth(rest)

    def _count_string(self, size: int, *, goes_on: bool) -> None:
        self._string = (self._string if goes_on else 0) + (size if self._is_inside else 0)
        if self._string > JSON_STRING:
            raise LimitError(f"{self._name}: holds a text of more than {JSON_STRING} bytes; export the file again")

    def _count_words(self, rest: bytes) -> None:
        words = re.split(rb"[\s,:\[\]{}\"]", rest)
        first = len(words[0]) + self._word
        self._word = first if len(words) == 1 else len(words[-1])
        if max(first, *map(len, words)) > JSON_NUMBER:
            raise LimitError(f"{self._name}: holds a number of more than {JSON_NUMBER} digits; export the file again")

    def _count_depth(self, rest: bytes) -> None:
        opened = rest.count(b"[") + rest.count(b"{")
        if self._depth + opened <= JSON_DEPTH:
            self._depth += opened - rest.count(b"]") - rest.count(b"}")
            return
        for byte in re.findall(rb"[\[\]{}]", rest):
            self._depth += 1 if byte in b"[{" else -1
            if self._depth > JSON_DEPTH:
                raise LimitError(
                    f"{self._name}: nested deeper than {JSON_DEPTH} levels; no export is: export the file again"
                )


_NOT_A_WORD = bytes.maketrans(b'\t\n\r,:[]{}"', b" " * 10)


def demand_small_record(record: bytes, name: str) -> None:
    """Look at one JSON value before it is parsed whole.

    Raises
    ------
    LimitError
        As for `JsonScanner`, or more values than a record has.
    """
    if not _is_plainly_small(record):
        JsonScanner(name).take(record)
    if len(record) > JSON_TOKENS and sum(map(record.count, (b",", b":", b"[", b"{"))) > JSON_TOKENS:
        raise LimitError(f"{name}: a record holds more than {JSON_TOKENS} values; export the file again")


def _is_plainly_small(record: bytes) -> bool:
    """Whether a record is within every bound even if all of its signs stood outside of texts."""
    if len(record) > JSON_STRING or record.count(b"[") + record.count(b"{") > JSON_DEPTH:
        return False
    words = record.translate(_NOT_A_WORD).split()
    return not words or max(map(len, words)) <= JSON_NUMBER


def demand_small_text(text: str, start: int, end: int, name: str) -> None:
    """The same for one JSON value that stands in a text, whose parser bounds its own depth and numbers.

    Raises
    ------
    LimitError
        As for `demand_small_record`.
    """
    size, opened = end - start, text.count("[", start, end) + text.count("{", start, end)
    if opened > JSON_DEPTH or size > min(JSON_NUMBER, JSON_TOKENS, JSON_STRING):
        demand_small_record(text[start:end].encode("utf-8", "surrogatepass"), name)
