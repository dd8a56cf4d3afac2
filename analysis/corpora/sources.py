"""A file as bytes: opened afresh for each pass, unpacked, and brought to UTF-8 without a byte order mark.

What must not be here: any format. Memory is bounded by `LONGEST_LINE`, whatever the file's size.
"""

import bz2
import codecs
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from analysis import limits
from analysis.corpora.encodings import could_be
from analysis.corpora.made_often import made_often
from analysis.corpora.zstd_stream import ZstdStream
from analysis.errors import ExportError, LimitError

LONGEST_LINE = 64 * 2**20
"""Bytes of one line; a longer one is not a line of any export format read here."""

_PACKED: tuple[tuple[bytes, Callable[[BinaryIO, str], BinaryIO]], ...] = (
    (b"\x1f\x8b", lambda stream, _: cast(BinaryIO, gzip.GzipFile(fileobj=stream))),
    (b"BZh", lambda stream, _: cast(BinaryIO, bz2.BZ2File(stream))),
    (b"\xfd7zXZ\x00", lambda stream, name: cast(BinaryIO, limits.XzStream(stream, name))),
    (b"\x28\xb5\x2f\xfd", lambda stream, name: cast(BinaryIO, ZstdStream(stream, name))),
)
_HEAD = 2**16
"""Bytes in which a file shows how its lines end."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DAMAGE = (
    EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, NotImplementedError,
)  # fmt: skip
"""What the unpackers raise; the last one for a version or a method of zip that they do not know."""


@dataclass(frozen=True)
class Source:
    """A named stream that can be opened more than once."""

    name: str
    open_raw: Callable[[], BinaryIO]
    path: Path | None = None
    neighbours: Callable[[], Iterable["Source"]] = tuple
    encoding: str = ""
    day_order: str = ""
    is_member: bool = False
    """Whether it lies in an archive, whose other parts nobody will name one by one."""

    def beside(self, pattern: str) -> list["Source"]:
        """Files of the same folder by the pattern of their names, in order: a vendor splits one list over several."""
        return sorted(
            (each for each in self.neighbours() if fnmatch(PurePath(each.name).name, pattern)),
            key=lambda each: each.name,
        )

    def open_bytes(self) -> BinaryIO:
        """The bytes, unpacked when they are gzip, bzip2, xz or Zstandard."""
        stream = self.open_raw()
        magic = stream.read(6)
        stream.seek(0)
        unpack = next((unpack for start, unpack in _PACKED if magic.startswith(start)), None)
        if not unpack:
            return stream
        return cast(BinaryIO, io.BufferedReader(limits.Unpacked(stream, unpack(stream, self.name), self.name), 2**17))

    def open_utf8(self) -> BinaryIO:
        """The bytes as UTF-8 without a byte order mark; UTF-16 and UTF-32 are recognised by theirs.

        A stated encoding holds for a file without a mark that is not UTF-8 throughout.
        """
        start = self.head(4)
        fallback = self.encoding if self.encoding and not self.is_utf_8() else "utf-8"
        mark, encoding = next(((mark, name) for mark, name in _MARKS if start.startswith(mark)), (b"", fallback))
        stream = self.open_bytes()
        stream.read(len(mark))
        return stream if encoding == "utf-8" else cast(BinaryIO, io.BufferedReader(_Recoded(stream, encoding)))

    def is_utf_8(self) -> bool:
        """Whether the whole file is strict UTF-8, without the zero bytes of another Unicode encoding."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.open_bytes() as stream:
            try:
                while block := stream.read(2**20):
                    if "\0" in decoder.decode(block):
                        return False
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True

    def head(self, size: int) -> bytes:
        """The first bytes, unpacked."""
        with self.open_bytes() as stream:
            return stream.read(size)


def source_at(path: Path) -> Source:
    """A file on disk.

    Raises
    ------
    ExportError
        No such file, or a folder.
    """
    if not path.is_file():
        what = "is a folder: name the file inside it" if path.is_dir() else "does not exist: check the path"
        raise ExportError(f"{path} {what}")
    return Source(str(path), lambda: path.open("rb"), path, lambda: _neighbours(path))


def _neighbours(path: Path) -> Iterator[Source]:
    for each in path.parent.iterdir():
        if each.is_file() and each != path:
            yield source_at(each)


class _Recoded(io.RawIOBase):
    """Another Unicode encoding read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._decoder, self._left = stream, codecs.getincrementaldecoder(encoding)(), b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        while not self._left:
            block = self._stream.read(2**16)
            self._left = self._decoder.decode(block, final=not block).encode("utf-8", "surrogatepass")
            if not block:
                break
        given, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        """Close the file beneath, too."""
        self._stream.close()
        super().close()


@made_often
class Line:
    """One line: its number from 1, the byte at which it starts, its bytes, and whether a line end follows."""

    number: int
    offset: int
    content: bytes
    is_terminated: bool

    def text(self, source: Source) -> str:
        """The line as text, or an error that names the first byte that is not UTF-8."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            at = self.offset + error.start
            raise ExportError(
                f"{source.name}, line {self.number}, byte {at}: got {self.content[error.start]:#04x}, "
                f"which is not UTF-8; {could_be(_not_ascii(self.content))}"
            ) from error


def _not_ascii(content: bytes) -> list[bytes]:
    """The words of a line that are not ASCII, as bytes."""
    return [word for word in re.split(rb"[\s,;\x22]+", content) if not word.isascii()]


def lines(source: Source) -> Iterator[Line]:
    """The lines of a file, one in memory at a time."""
    number, offset = 0, 0
    with source.open_utf8() as stream, _with_line_feeds(source, stream) as ended:
        for content in iter(partial(ended.readline, LONGEST_LINE), b""):
            number += 1
            is_terminated = content[-1:] == b"\n"
            if not is_terminated and len(content) == LONGEST_LINE:
                raise ExportError(
                    f"{source.name}, line {number}, byte {offset}: longer than {LONGEST_LINE} bytes; "
                    "a quotation mark is probably never closed: export the file again"
                )
            yield Line(number, offset, content, is_terminated)
            offset += len(content)


def _with_line_feeds(source: Source, stream: BinaryIO) -> BinaryIO:
    """The stream, its line ends as line feeds where the file has carriage returns alone, as old programs write."""
    with source.open_utf8() as first:
        head = first.read(_HEAD)
    return cast(BinaryIO, io.BufferedReader(_Returned(stream))) if b"\r" in head and b"\n" not in head else stream


class _Returned(io.RawIOBase):
    """Carriage returns read as line feeds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def damage_named(source: Source) -> Iterator[None]:
    """Turn the failures of unpacking and decoding into an error that a person can act on."""
    try:
        yield
    except LimitError as error:
        raise ExportError(str(error)) from error
    except _DAMAGE as error:
        raise ExportError(
            f"{source.name}: the packed file is damaged or ends too early ({error}); download or copy it again"
        ) from error
    except UnicodeError as error:
        raise ExportError(
            f"{source.name}: not the Unicode encoding its first bytes promise ({error}); export it as UTF-8"
        ) from error
    except OSError as error:
        raise ExportError(
            f"{source.name}: cannot be read ({error.strerror or error}); check the file and its permissions"
        ) from error
