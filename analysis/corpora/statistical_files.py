"""SPSS and Stata files block by block: every value as text, declared missing values with their code and label.

What must not be here: which kind of missing a code means: the instrument says so.
"""

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import limits
from analysis.corpora.absence import Absence, Answer, UserMissing
from analysis.corpora.entries import Entry
from analysis.corpora.sources import Source
from analysis.corpora.surveys import Codebook, Respondent, Variable, identifier_among
from analysis.errors import ExportError, LimitError

BLOCK_ROWS = 5_000
"""Rows in memory at a time, and no more cells and bytes of them than these."""
BLOCK_CELLS, BLOCK_BYTES = 2_000_000, 2**27

ID_COLUMNS = ("respondent_id", "responseid", "response_id", "respid", "caseid", "case_id", "_uuid", "_id", "uuid", "id")
"""Names under which a respondent's id is looked for, best first."""

_FAR = 1e300
Block = tuple[Mapping[str, Any], Any]


@dataclass(frozen=True)
class Dialect:
    """What differs between the two families: the library's reader, the title, how a declared missing value shows."""

    title: str
    read: Callable[..., Block]
    missing: Callable[[Any, str, object], str | None]


def entries(source: Source, dialect: Dialect) -> Iterator[Entry]:
    """The codebook, then every respondent.

    Raises
    ------
    ExportError
        The file is damaged, ends too early or is in an encoding it does not state.
    """
    start, rows = 0, _block_rows(source, dialect)
    while True:
        columns, meta = _block(source, dialect, start, rows)
        if not start:
            yield Codebook(tuple(_variable(name, meta) for name in columns))
        count = len(next(iter(columns.values()), ()))
        yield from _respondents(columns, meta, dialect, start, count)
        start += count
        if count < rows:
            return


def _block_rows(source: Source, dialect: Dialect) -> int:
    """Rows of which a block fits into memory, whatever the file says of the number and width of its variables."""
    _, meta = _block(source, dialect, 0, 1)
    widths = getattr(meta, "variable_storage_width", None) or {}
    cells = max(1, len(meta.column_names))
    if cells > limits.CELLS_IN_ROW:
        raise LimitError(f"{source.name}: holds more than {limits.CELLS_IN_ROW} variables; export fewer")
    return max(1, min(BLOCK_ROWS, BLOCK_CELLS // cells, BLOCK_BYTES // max(1, sum(map(int, widths.values())))))


def _block(source: Source, dialect: Dialect, start: int, rows: int) -> Block:
    try:
        with source.open_bytes() as stream:
            return dialect.read(stream, user_missing=True, output_format="dict", row_offset=start, row_limit=rows)
    except (MemoryError, LimitError):
        raise
    except Exception as error:  # the library has no common error of its own for damaged files
        where = f"rows {start + 1} to {start + rows}"
        raise ExportError(
            f"{source.name}, {where}: not a readable {dialect.title} file ({error}); it is damaged or ends too early: "
            "export or copy it again"
        ) from error


def _variable(name: str, meta: Any) -> Variable:
    labels = (meta.variable_value_labels or {}).get(name, {})
    return Variable(
        name,
        (meta.column_names_to_labels or {}).get(name) or Absence.EMPTY,
        {_code(code): str(label) for code, label in labels.items()},
        (*_ranges(meta, name), *(f".{letter}" for letter in (meta.missing_user_values or {}).get(name, ()))),
    )


def _ranges(meta: Any, name: str) -> tuple[str, ...]:
    spans = (meta.missing_ranges or {}).get(name, ())
    return tuple(
        _code(span["lo"]) if span["lo"] == span["hi"] else f"{_code(span['lo'])} to {_code(span['hi'])}"
        for span in spans
    )


def _code(code: object) -> str:
    """A code as text; a Stata letter as its missing value."""
    if isinstance(code, str) and len(code) == 1 and code.islower() and code.isalpha():
        return f".{code}"
    text = _text(code)
    return text if isinstance(text, str) else ""


def _respondents(
    columns: Mapping[str, Any], meta: Any, dialect: Dialect, start: int, count: int
) -> Iterator[Respondent]:
    labels = {name: _variable(name, meta).value_labels for name in columns}
    id_column = identifier_among(columns, ID_COLUMNS)
    for number in range(count):
        answers = {name: _answer(values[number], name, meta, dialect, labels[name]) for name, values in columns.items()}
        stated = answers.get(id_column) if id_column else Absence.NOT_EXPORTED
        identity = stated if isinstance(stated, str | Absence) else Absence.NULL
        yield Respondent(f"row {start + number + 1}", identity, answers)


def _answer(value: Any, name: str, meta: Any, dialect: Dialect, labels: Mapping[str, str]) -> Answer:
    code = dialect.missing(meta, name, value)
    return UserMissing(code, labels.get(code, "")) if code is not None else _text(value)


def _text(value: object) -> str | Absence:
    """A value as text: whole numbers without a decimal point, times as ISO 8601."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Absence.NULL
    if isinstance(value, str):
        return value or Absence.EMPTY
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(int(value)) if abs(value) < _FAR and float(value).is_integer() else repr(float(value))
    return str(value)
