"""Packed files: what is in them, and the same packing around new content.

What must not be here: what the content is.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from analysis.errors import CustodyError

LARGEST = 2**29
"""Bytes of an unpacked export that is rewritten in memory."""
Rewrite = Callable[[bytes], bytes]


def rewritten(content: bytes, name: str, rewrite: Rewrite) -> bytes:
    """The file with its content rewritten, packed as it was (gzip, bzip2, xz, Zstandard) or plain.

    Raises
    ------
    CustodyError
        The packing is damaged, or holds more than is rewritten here.
    """
    try:
        if content.startswith(b"\x1f\x8b"):
            return gzip.compress(rewrite(_bounded(gzip.GzipFile(fileobj=io.BytesIO(content)), name)), mtime=0)
        if content.startswith(b"BZh"):
            return bz2.compress(rewrite(_bounded(bz2.BZ2File(io.BytesIO(content)), name)))
        if content.startswith(b"\xfd7zXZ\x00"):
            return lzma.compress(rewrite(_bounded(lzma.LZMAFile(io.BytesIO(content)), name)))
        if content.startswith(b"\x28\xb5\x2f\xfd"):
            packed: bytes = pa.compress(
                rewrite(_bounded(pa.CompressedInputStream(pa.py_buffer(content), "zstd"), name)), "zstd", asbytes=True
            )
            return packed
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise CustodyError(f"{name}: the packed file is damaged ({type(error).__name__})") from error
    return rewrite(content)


def rewritten_archive(content: bytes, name: str, rewrite: Callable[[str, bytes], bytes]) -> bytes:
    """A zip with every member rewritten; times and order of members stay.

    Raises
    ------
    CustodyError
        The zip is damaged, encrypted, or holds more than is rewritten here.
    """
    sink = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w") as new:
            if sum(each.file_size for each in old.infolist()) > LARGEST:
                raise CustodyError(f"{name}: unpacks to more than {LARGEST} bytes; unpack it and name the files inside")
            for member in old.infolist():
                with old.open(member) as stream:
                    inside = stream.read(member.file_size + 1)
                new.writestr(member, rewrite(member.filename, inside), member.compress_type)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error) as error:
        raise CustodyError(f"{name}: the archive cannot be read ({type(error).__name__})") from error
    return sink.getvalue()


def _bounded(stream: Any, name: str) -> bytes:
    with stream:
        content: bytes = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise CustodyError(f"{name}: unpacks to more than {LARGEST} bytes; unpack it and name the unpacked file")
    return content
