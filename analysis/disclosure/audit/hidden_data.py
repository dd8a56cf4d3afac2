"""What files carry beside what they show: text in pictures, clocks in notebooks, comments in archives, exact times.

What must not be here: anything that a reader of the page would see as a sentence of ours.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from analysis.disclosure.audit.findings import Finding

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_ALLOWED = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"bKGD", b"sBIT"}
"""Chunks that hold the picture and its colours; text, time and EXIF chunks are not among them."""

SVG_METADATA = re.compile(rb"<dc:(?:date|creator|publisher|contributor|source)>|sodipodi:|inkscape:", re.I)
PDF_METADATA = re.compile(rb"/(?:Author|Creator|Producer|CreationDate|ModDate)\s*[(<]")
EXACT_TIME = re.compile(r"\b(?:19|20|21)\d\d-[01]\d-[0-3]\d[T ](?:[0-2]\d:[0-5]\d(?::[0-5]\d)?)")
MIDNIGHT = re.compile(r"[T ]00:00(?::00)?$")
NOTEBOOK_CLOCKS = ("execution", "ExecuteTime", "papermill")
TIMED = {".csv", ".json", ".xml", ".md", ".html"}


def hidden_data(folders: Iterable[Path]) -> list[Finding]:
    """Search every file, and every entry of a zip, for what stands beside its content."""
    return [
        Finding("hidden_data", name, text)
        for name, data in _files(folders)
        for text in _leaks(Path(name).suffix.lower(), data)
    ]


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if file.is_file():
                yield (file.relative_to(folder) if folder.is_dir() else file).as_posix(), file.read_bytes()


def _leaks(suffix: str, data: bytes) -> Iterator[str]:
    reader = READERS.get(suffix)
    if reader:
        yield from reader(data)
    if suffix in TIMED:
        yield from _exact_times(data.decode("utf-8", errors="replace"))


def _png(data: bytes) -> Iterator[str]:
    if not data.startswith(PNG_SIGNATURE):
        yield "is no PNG although its name says so"
        return
    place = len(PNG_SIGNATURE)
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        if kind not in PNG_ALLOWED:
            yield f"carries a chunk {kind.decode('latin-1')!r} beside the picture"
        place += length + 12
    if place < len(data):
        yield "carries bytes behind the picture"


def _svg(data: bytes) -> Iterator[str]:
    for found in sorted(set(SVG_METADATA.findall(data))):
        yield f"carries {found.decode('latin-1')!r}"


def _pdf(data: bytes) -> Iterator[str]:
    for found in sorted(set(PDF_METADATA.findall(data))):
        yield f"carries {found.decode('latin-1')!r}"


def _notebook(data: bytes) -> Iterator[str]:
    content = json.loads(data)
    for cell in content.get("cells", []):
        for clock in NOTEBOOK_CLOCKS:
            if clock in cell.get("metadata", {}):
                yield f"a cell carries {clock!r}"


def _zip(data: bytes) -> Iterator[str]:
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.comment:
            yield "carries a comment"
        for entry in archive.infolist():
            if entry.extra or entry.comment:
                yield f"entry {entry.filename!r} carries an extra field or a comment"
            if entry.date_time[3:] != (0, 0, 0):
                yield f"entry {entry.filename!r} carries a time of day"
            for text in _leaks(Path(entry.filename).suffix.lower(), archive.read(entry)):
                yield f"entry {entry.filename!r} {text}"


def _exact_times(text: str) -> Iterator[str]:
    for found in sorted({match.group(0) for match in EXACT_TIME.finditer(text)}):
        if not MIDNIGHT.search(found):
            yield f"holds a day with a time of day: {found[:10]}"


READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    ".png": _png,
    ".svg": _svg,
    ".pdf": _pdf,
    ".ipynb": _notebook,
    ".zip": _zip,
}
