"""Every error a person can meet, in one flat family, and the one way in which a message speaks of a value.

What belongs here: the names. What must not: other logic, messages, logging.
Each message names the file, the row or item, the column, the value received, what is allowed and what to do. A value
that a person may have written is described, not repeated: screens are looked at, and logs are kept.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ARE_VALUES_SHOWN = ContextVar("are_values_shown", default=False)
_CODE = re.compile(r"(?!.*\d{5}\d)[\w<>=+.:-]{0,24}")
"""One word or number, without six digits in a row."""
_CLASSES = {"L": "letters", "M": "letters", "N": "digits", "Z": "spaces", "C": "control characters"}


def shown(value: object) -> str:
    """A value for a message: its length and the classes of its characters, unless somebody asked for more.

    Examples
    --------
    >>> shown("Invented Name +1202")
    '19 characters (letters, digits, spaces, signs)'
    """
    text = str(value)
    if _ARE_VALUES_SHOWN.get():
        return repr(text)
    present = {_CLASSES.get(unicodedata.category(each)[0], "signs") for each in text}
    classes = [name for name in dict.fromkeys((*_CLASSES.values(), "signs")) if name in present]
    return f"{len(text)} character{'s' * (len(text) != 1)} ({', '.join(classes) or 'nothing'})"


def shown_code(value: object) -> str:
    """A number, or one short word that an analyst may have written, as it is; anything longer as `shown` says it.

    Examples
    --------
    >>> shown_code("3.46"), shown_code("+12025550101")
    ("'3.46'", '12 characters (digits, signs)')
    """
    return repr(str(value)) if _CODE.fullmatch(str(value)) else shown(value)


@contextmanager
def values_shown() -> Iterator[None]:
    """Let messages repeat values, for somebody who may see them and sits at a terminal."""
    token = _ARE_VALUES_SHOWN.set(True)
    try:
        yield
    finally:
        _ARE_VALUES_SHOWN.reset(token)


class AnalysisError(Exception):
    """Any failure that a person can act on; the command line prints it as one `error:` line and exits with 2."""


class ParameterError(AnalysisError):
    """`params.yaml` holds an unknown key, lacks one, or holds a value that is not allowed."""


class SchemaError(AnalysisError):
    """A table does not match its declaration; the message lists every violation with its value and its rule."""


class StoreError(AnalysisError):
    """A table was asked for by an unknown name, is missing, or is kept in another tier."""


class ExportError(AnalysisError):
    """An export is unreadable, truncated, empty or of a format that nobody here knows; names file, position and fix."""


class StudyError(AnalysisError):
    """The plan of a study is missing or malformed: names file, line, key, value and fix."""


class CustodyError(AnalysisError):
    """Somebody's data would enter, or stay, without the consent, the key or the governance it needs."""


class EstimationError(AnalysisError):
    """An estimator was given data or a combination of options that it cannot answer correctly."""


class ReplicationError(AnalysisError):
    """A third-party file is missing, has another hash, or no longer gives the recorded result."""


class ClaimsError(AnalysisError):
    """The register is malformed, or differs from the one that was frozen."""


class DisclosureError(AnalysisError):
    """An output may not leave: a check failed, was never made, or the bytes are not the ones that were cleared."""


class ReleaseError(AnalysisError):
    """The release, the book or the bundle cannot be written or does not match its own checksums."""


class InputError(AnalysisError):
    """A researcher's own file lacks a column, holds a value that is not allowed, or was described wrongly."""


class LimitError(AnalysisError):
    """A file holds, nests or unpacks to more than any honest one: refused before a library is given it."""
