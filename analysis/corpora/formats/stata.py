"""Stata files (`.dta`).

Item: an observation. Extended missing values `.a` to `.z` keep their letter and label; the plain `.` is null.
"""

from collections.abc import Iterator
from typing import Any

import pyreadstat

from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.statistical_files import Dialect, entries
from analysis.errors import ExportError

_OPENING, _CLOSING = b"<stata_dta>", b"</stata_dta>"


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
    return entries(source, Dialect("Stata", pyreadstat.read_dta, _missing))


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
