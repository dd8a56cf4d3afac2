"""Stata files (`.dta`).

Item: an observation. Extended missing values `.a` to `.z` keep their letter and label; the plain `.` is null.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

import pyreadstat

from analysis.corpora.absence import Text
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.statistical_files import (
    Block,
    Dialect,
    entries,
    is_long,
    library_blocks,
    moment_since,
    seconds_text,
)
from analysis.errors import ExportError

_OPENING, _CLOSING = b"<stata_dta>", b"</stata_dta>"


_ORIGIN = datetime.datetime(1960, 1, 1)
_DAY, _CLOCK = re.compile(r"%-?(?:td|d)"), re.compile(r"%-?t[cC]")
_CLOCK_ONLY = re.compile(r"%-?t[cC][Hh+][Hh:MSs.]*")
_HEAD, _UNICODE = 256, 118
_TAGGED, _STRLS, _IS_TEXT = 117, 10, 130
"""First release with long strings, the number of their section on the map, the mark of those that are text."""
_RELEASE = re.compile(rb"<release>(\d+)</release>")


ABOUT = About(
    code="stata",
    title="Stata .dta",
    rank=20,
    fields=(
        "every variable",
        "value labels",
        "extended missing values",
    ),
    never=("notes and characteristics in the file",),
    seen_by="columns of a survey system, where the file has kept them",
    times="local clock, as the file has no zone",
    set_aside="text in no encoding that is stated or strict UTF-8 stops the file",
    checked=(("files of foreign, haven and pandas, releases 105 to 119", "Stata's description of the dta format"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The file's first bytes say so."""
    return outline.kind == "dta"


def read(source: Source) -> Iterator[Entry]:
    """Observations in the order of the file.

    Raises
    ------
    ExportError
        The file is damaged or lacks its closing tag: the library would read it without its value labels.
    """
    if source.head(len(_OPENING)) == _OPENING and not _tail(source).rstrip().endswith(_CLOSING):
        raise ExportError(f"{source.name}: the Stata file ends before its closing tag; export or copy it again")
    dialect = Dialect(_missing, _moment, _is_duration, _stated_encoding(source))
    return entries(source, dialect, _with_long_strings(source))


def _with_long_strings(source: Source) -> Iterator[Block]:
    """The library's blocks; afterwards, whether every long string of the file was found by a row.

    A row names a long string by two numbers, and haven packs them in release 119 as in 118: readers that follow the
    format find none, or another row's.
    """
    found, long = 0, False
    for columns, meta in library_blocks(source, "Stata", pyreadstat.read_dta):
        names = [name for name in columns if is_long(meta, name)]
        long = long or bool(names)
        found += sum(bool(value) for name in names for value in columns[name])
        yield columns, meta
    if long and found < _long_strings(source):
        raise ExportError(
            f"{source.name}: it does not show which row the long texts (strL) belong to, as haven writes them with "
            "version = 15; export with version = 14, or as CSV"
        )


def _long_strings(source: Source) -> int:
    """Long strings that are text and not empty, in the section that holds them."""
    stated = _RELEASE.search(source.head(_HEAD))
    release = int(stated[1]) if stated else 0
    if release < _TAGGED:
        return 0
    order: Literal["little", "big"] = "little" if b"<byteorder>LSF" in source.head(_HEAD) else "big"
    head = source.head(2**10)
    places = head.find(b"<map>") + len(b"<map>") + 8 * _STRLS
    with source.open_bytes() as stream:
        _skip(stream, int.from_bytes(head[places : places + 8], order) + len(b"<strls>"))
        return sum(
            kind == _IS_TEXT and size > 1 for kind, size in _blocks(stream, 8 if release == _TAGGED else 12, order)
        )


def _skip(stream: BinaryIO, size: int) -> None:
    while size > 0 and (block := stream.read(min(size, 2**20))):
        size -= len(block)


def _blocks(stream: BinaryIO, key: int, order: Literal["little", "big"]) -> Iterator[tuple[int, int]]:
    """Kind and bytes of every long string."""
    while stream.read(3) == b"GSO":
        head = stream.read(key + 5)
        size = int.from_bytes(head[key + 1 :], order)
        yield head[key], size
        _skip(stream, size)


def _stated_encoding(source: Source) -> str:
    """UTF-8 from release 118 on, which is Stata 14; older files do not say."""
    head = source.head(_HEAD)
    release = _RELEASE.search(head)
    return "utf-8" if release and int(release[1]) >= _UNICODE else ""


def _is_duration(form: str) -> bool:
    return _CLOCK_ONLY.fullmatch(form) is not None


def _moment(value: float, form: str) -> Text | None:
    """`%td` counts days, `%tc` milliseconds from 1960; a clock without a day is a span of time."""
    if _is_duration(form):
        return seconds_text(value / 1000)
    if _DAY.match(form):
        return moment_since(_ORIGIN, value * 86_400, is_day=True)
    return moment_since(_ORIGIN, value / 1000, is_day=False) if _CLOCK.match(form) else None


def _tail(source: Source) -> bytes:
    tail = b""
    with source.open_bytes() as stream:
        while block := stream.read(2**20):
            tail = (tail + block)[-64:]
    return tail


def _missing(meta: Any, name: str, value: object) -> str | None:
    """The letter that the library gives in a numeric variable where the file has an extended missing value."""
    is_number = (meta.readstat_variable_types or {}).get(name) != "string"
    return f".{value}" if is_number and isinstance(value, str) and len(value) == 1 and value.isalpha() else None
