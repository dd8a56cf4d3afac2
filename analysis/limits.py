"""How much a file may unpack to, hold and nest before it counts as hostile: asked before a library is given it.

Each bound lies far above any export, table or bundle of this field, and far below what ends a process. What must not be
here: a format's fields, or reading for any other purpose than counting.
"""

import io
import lzma
import re
import struct
import zipfile
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
ZIP_DIRECTORY = 2**22
"""Bytes of a zip's list of members, which the standard library reads whole."""
ZIP_MEMBERS = 10_000
ZIP_UNPACKED = 2**31
"""Bytes of all members together."""
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
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_END_OF_ZIP = b"PK\x05\x06"
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


def demand_small_zip(stream: BinaryIO, name: str) -> None:
    """Look at a zip before the standard library does: its list of members, then what they say that they unpack to.

    Raises
    ------
    LimitError
        Too many members, too much in them, or a member that unpacks to too many times its size.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _LONGEST_COMMENT))
    tail = stream.read()
    at = tail.rfind(_END_OF_ZIP)
    if at >= 0 and len(tail) >= at + 22:
        members, directory = struct.unpack_from("<HI", tail, at + 10)
        if directory > ZIP_DIRECTORY or members > ZIP_MEMBERS:
            raise LimitError(f"{name}: holds more than {ZIP_MEMBERS} members; unpack what is needed and name the files")
    stream.seek(0)
    with zipfile.ZipFile(stream) as package:
        _demand_small_members(package, name, size)
    stream.seek(0)


def _demand_small_members(package: zipfile.ZipFile, name: str, size: int) -> None:
    listed = package.infolist()
    if len(listed) > ZIP_MEMBERS:
        raise LimitError(f"{name}: holds more than {ZIP_MEMBERS} members; unpack what is needed and name the files")
    if sum(member.file_size for member in listed) > ZIP_UNPACKED:
        raise LimitError(f"{name}: unpacks to more than {ZIP_UNPACKED} bytes; unpack it and split it")
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


def demand_small_record(record: bytes, name: str) -> None:
    """Look at one JSON value before it is parsed whole.

    Raises
    ------
    LimitError
        As for `JsonScanner`, or more values than a record has.
    """
    JsonScanner(name).take(record)
    if len(record) > JSON_TOKENS and sum(map(record.count, (b",", b":", b"[", b"{"))) > JSON_TOKENS:
        raise LimitError(f"{name}: a record holds more than {JSON_TOKENS} values; export the file again")
