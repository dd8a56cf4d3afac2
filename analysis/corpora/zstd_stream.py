"""A Zstandard file as it unpacks, as archives of Reddit come.

What must not be here: a format. The library refuses frames that want more than 128 MiB of memory; `zstd --long=31`,
with which some archives are packed, wants 2 GiB.
"""

import io
from typing import BinaryIO

import pyarrow as pa

from analysis.errors import LimitError


class _Lent(io.RawIOBase):
    """A stream that outlives its reader: the library closes what it was given as soon as it lets go."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """As the stream does."""
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


class ZstdStream(io.RawIOBase):
    """Unpacked bytes; damage is an EOFError, as with the other packings."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        """Take the packed stream, and the file's name for messages."""
        self._packed, self._name = packed, name
        self._stream = self._fresh()

    def _fresh(self) -> pa.CompressedInputStream:
        return pa.CompressedInputStream(pa.PythonFile(_Lent(self._packed), mode="r"), "zstd")

    def readable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Begin again; no other place is asked for."""
        if offset or whence:
            raise io.UnsupportedOperation("a Zstandard stream only begins again")
        self._packed.seek(0)
        self._stream = self._fresh()
        return 0

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        """Unpack some more."""
        try:
            block: bytes = self._stream.read(len(buffer))
        except OSError as error:
            if "memory" in str(error).lower():
                raise LimitError(
                    f"{self._name}: unpacking takes more than 128 MiB of memory; run `zstd -d --long=31` on it first"
                ) from error
            raise EOFError(str(error)) from error
        buffer[: len(block)] = block
        return len(block)
