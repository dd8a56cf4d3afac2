"""SPSS system files (`.sav`, `.zsav`).

Item: a case. Values that the file declares as user-missing keep their code and label; system-missing is null. Spans of
time are seconds; a date that no calendar has costs its cell.
"""

import codecs
import re
from collections.abc import Iterator

import pyreadstat

from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.spss_values import is_duration, missing, moment
from analysis.corpora.statistical_files import Dialect, entries, library_blocks

_DICTIONARY = 4 * 2**20
"""Bytes in which the records about the encoding are looked for."""
_NAMED = (
    re.compile(rb"\x07\0\0\0\x14\0\0\0\x01\0\0\0(....)", re.DOTALL),
    re.compile(rb"\0\0\0\x07\0\0\0\x14\0\0\0\x01(....)", re.DOTALL),
)
"""Record 7, subtype 20: the name of the encoding, little-endian or big-endian."""
_CODED = (
    re.compile(rb"\x07\0\0\0\x03\0\0\0\x04\0\0\0\x08\0\0\0.{28}(....)", re.DOTALL),
    re.compile(rb"\0\0\0\x07\0\0\0\x03\0\0\0\x04\0\0\0\x08.{28}(....)", re.DOTALL),
)
"""Record 7, subtype 3: eight numbers of the machine, of which the last is the code page."""
_LEAST_PAGE, _UTF_8 = 437, 65001


ABOUT = About(
    code="spss",
    title="SPSS .sav",
    rank=10,
    fields=(
        "every variable",
        "value labels",
        "user-missing values",
        "formats of dates and spans of time",
    ),
    never=(
        "documents and notes in the file",
        "file label",
    ),
    seen_by="columns of a survey system, where the file has kept them",
    times="local clock, as the file has no zone",
    set_aside="a date that no calendar has costs its cell",
    checked=(("files of PSPP, haven and pyreadstat", "PSPP's description of the system file format"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The file's first bytes say so."""
    return outline.kind == "sav"


def read(source: Source) -> Iterator[Entry]:
    """Cases in the order of the file."""
    dialect = Dialect(missing, moment, is_duration, _stated_encoding(source))
    return entries(source, dialect, library_blocks(source, "SPSS", pyreadstat.read_sav))


def _stated_encoding(source: Source) -> str:
    """The encoding that the dictionary names, else its code page; nothing where it only says ASCII."""
    head = source.head(_DICTIONARY)
    named = next((match for pattern in _NAMED if (match := pattern.search(head))), None)
    if named:
        length = int.from_bytes(named[1], "little" if named.re is _NAMED[0] else "big")
        return _known(head[named.end() : named.end() + min(length, 64)].decode("ascii", "replace").strip("\0 "))
    coded = next((match for pattern in _CODED if (match := pattern.search(head))), None)
    page = int.from_bytes(coded[1], "little" if coded.re is _CODED[0] else "big") if coded else 0
    return _known("utf-8" if page == _UTF_8 else f"cp{page}") if page >= _LEAST_PAGE else ""


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
