"""SPSS system files (`.sav`, `.zsav`).

Item: a case. Values that the file declares as user-missing keep their code and label; system-missing is null.
"""

from collections.abc import Iterator
from typing import Any

import pyreadstat

from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.sources import Source
from analysis.corpora.statistical_files import Dialect, entries


def recognises(outline: Outline) -> bool:
    """The file's first bytes say so."""
    return outline.kind == "sav"


def read(source: Source) -> Iterator[Entry]:
    """Cases in the order of the file."""
    return entries(source, Dialect("SPSS", pyreadstat.read_sav, _missing))


def _missing(meta: Any, name: str, value: object) -> str | None:
    """The code of a value inside one of the variable's declared missing ranges."""
    spans = (meta.missing_ranges or {}).get(name, ())
    if not isinstance(value, str | int | float) or not any(_holds(span, value) for span in spans):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).rstrip()


def _holds(span: Any, value: str | int | float) -> bool:
    return isinstance(value, str) is isinstance(span["lo"], str) and span["lo"] <= value <= span["hi"]
