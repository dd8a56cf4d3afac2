"""What both file formats of SPSS share: declared missing values, and numbers that count seconds since 1582.

What must not be here: the bytes of either format.
"""

import datetime
from typing import Any

from analysis.corpora.absence import Text
from analysis.corpora.statistical_files import moment_since, seconds_text

_ORIGIN = datetime.datetime(1582, 10, 14)
_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "MOYR", "QYR", "WKYR")
_CLOCKS = ("DATETIME", "YMDHMS")
_DURATIONS = ("TIME", "DTIME", "MTIME")


def _kind(form: str) -> str:
    """`DTIME12.2` → `DTIME`."""
    return form.rstrip("0123456789.").upper()


def is_duration(form: str) -> bool:
    """Whether a print format counts a span of time."""
    return _kind(form) in _DURATIONS


def moment(value: float, form: str) -> Text | None:
    """The text of a number by its print format; None where it is a number."""
    kind = _kind(form)
    if kind in _DURATIONS:
        return seconds_text(value)
    return moment_since(_ORIGIN, value, is_day=kind in _DAYS) if kind in _DAYS or kind in _CLOCKS else None


def missing(meta: Any, name: str, value: object) -> str | None:
    """The code of a value inside one of the variable's declared missing ranges."""
    spans = (meta.missing_ranges or {}).get(name, ())
    if not isinstance(value, str | int | float) or not any(_holds(span, value) for span in spans):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).rstrip()


def _holds(span: Any, value: str | int | float) -> bool:
    return isinstance(value, str) is isinstance(span["lo"], str) and span["lo"] <= value <= span["hi"]
