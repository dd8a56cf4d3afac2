"""The shape of a file's beginning: enough to tell formats apart, read from its content and never from its name.

What must not be here: which shape belongs to which vendor.
"""

import codecs
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from analysis.corpora import car_stream, csv_stream, json_stream, xlsx_stream
from analysis.corpora.chat_lines import begins_chat
from analysis.corpora.encodings import could_be, looks_like_utf_16
from analysis.corpora.portable_file import SIGNATURE
from analysis.corpora.quarantine import MalformedItemError
from analysis.corpora.sources import Source, lines
from analysis.errors import ExportError

Kind = Literal["sav", "dta", "por", "xlsx", "car", "assignment", "chat", "json", "table"]

SEEN_EVENTS = 30_000
"""Parser events of a JSON file that an outline looks at."""
SEEN_LINES = 50
"""Lines that an outline tries one by one when the file as a whole does not parse."""
ASSIGNMENT = re.compile(rb"\s*(?:window\.YTD\.(\w+)\.part\d+|Grailbird\.data\.(\w+))\s*=\s*")
"""What an X archive writes before its JSON."""

_HEAD = 4096
_FIRST_LINE = 320
"""Bytes in which a chat shows that it is one."""
_STATA_RELEASES = range(102, 120)


@dataclass(frozen=True)
class Outline:
    """What kind of file it is; the dotted paths and first short texts of JSON; the first three rows of a table."""

    kind: Kind
    paths: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = ()
    fault: str = ""

    @property
    def header(self) -> frozenset[str]:
        """Column names."""
        return frozenset(name.strip() for name in self.rows[0]) if self.rows else frozenset()

    def has(self, *paths: str) -> bool:
        """Whether every one of the paths was seen."""
        return self.paths.issuperset(paths)

    def has_any(self, *paths: str) -> bool:
        """Whether one of the paths was seen."""
        return not self.paths.isdisjoint(paths)


def outline_of(source: Source) -> Outline:
    """Look at the beginning of a file.

    Raises
    ------
    ExportError
        An empty file, a web page, or a package that is no export; the message says what to do.
    """
    head = source.head(_HEAD)
    _refuse(source, head)
    if kind := _signed(head):
        return Outline(kind)
    if head.startswith(b"PK\x03\x04"):
        return Outline("xlsx", rows=tuple(_workbook_rows(source)))
    if looks_like_utf_16(head) and not source.encoding and head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise ExportError(f"{source.name}, byte 0: not UTF-8, and without a byte order mark; {could_be([head[:64]])}")
    with source.open_utf8() as stream:
        start = stream.read(_HEAD).lstrip()
    _refuse(source, start)
    if ASSIGNMENT.match(start):
        return Outline("assignment")
    if begins_chat(start[:_FIRST_LINE].decode("utf-8", "ignore")):
        return Outline("chat")
    return _json_outline(source) if start[:1] in (b"{", b"[") else _table_outline(source)


def _signed(head: bytes) -> Kind | None:
    """What the first bytes alone tell."""
    if head[:4] in (b"$FL2", b"$FL3"):
        return "sav"
    if head.startswith(b"<stata_dta>") or _is_old_stata(head):
        return "dta"
    if SIGNATURE in head[:512]:
        return "por"
    return "car" if car_stream.HEADER.match(head) else None


def _is_old_stata(head: bytes) -> bool:
    return len(head) > 3 and head[0] in _STATA_RELEASES and head[1] in (1, 2) and head[2] == 1


def _refuse(source: Source, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    reasons = (
        (not start, "is empty; export or copy it again"),
        (
            start.startswith(b"\xd0\xcf\x11\xe0"),
            "is an old or password-protected workbook; save it as plain XLSX or CSV",
        ),
        (start.startswith(b"PAR1"), "is a Parquet file; export the answers or posts in the vendor's own format"),
        (start.startswith(b"%PDF"), "is a PDF; export data"),
        (start.startswith(b"SQLite format 3"), "is a SQLite database; export a table as CSV"),
        (start[:1] == b"<" and not start.startswith(b"<stata_dta>"), _web_page(start)),
    )
    for is_refused, sentence in reasons:
        if is_refused:
            raise ExportError(f"{source.name}, byte 0: {sentence}")


def _web_page(start: bytes) -> str:
    if b"telegram" in start.lower() or b"tgme" in start.lower():
        return "is Telegram's HTML export; export the chat again and choose machine-readable JSON"
    return (
        "is a web page (HTML or XML), probably an error or login page saved in place of the export; download it again"
    )


def _workbook_rows(source: Source) -> Iterator[tuple[str, ...]]:
    with source.open_bytes() as stream:
        if not zipfile.is_zipfile(stream):
            raise ExportError(f"{source.name}: the package is damaged or ends too early; download or copy it again")
    yield from islice(xlsx_stream.first_rows(source), 3)


def _json_outline(source: Source) -> Outline:
    paths: set[str] = set()
    values: dict[str, str] = {}
    fault = ""
    try:
        for event, value in islice(json_stream.located(source), SEEN_EVENTS):
            paths.add(event)
            if isinstance(value, str) and len(value) <= 80:
                values.setdefault(event, value)
    except ExportError as error:
        fault = str(error)
        for event, value in _seen_in_lines(source):
            paths.add(event)
            if isinstance(value, str) and len(value) <= 80:
                values.setdefault(event, value)
    return Outline("json", frozenset(paths), values, fault=fault)


def _seen_in_lines(source: Source) -> Iterator[tuple[str, Any]]:
    for line in islice(lines(source), SEEN_LINES):
        try:
            pending: list[tuple[str, Any]] = [("", json_stream.parse(line.content))]
        except MalformedItemError:
            continue
        while pending:
            path, value = pending.pop()
            yield path, value
            if isinstance(value, dict):
                pending += [(f"{path}.{key}".lstrip("."), each) for key, each in value.items()]
            elif isinstance(value, list):
                pending += [(path, each) for each in value[:20]]


def _table_outline(source: Source) -> Outline:
    found = [row.cells for row in islice(csv_stream.rows(source), 3) if isinstance(row, csv_stream.Row)]
    return Outline("table", rows=tuple(found))
