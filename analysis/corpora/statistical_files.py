"""SPSS and Stata files block by block: every value as text, declared missing values with their code and label.

The library decodes no text and converts no date here: one wrong cell would cost the file, and a code page that is
stated wrongly would go unseen.

What must not be here: which kind of missing a code means: the instrument says so.
"""

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from analysis import limits
from analysis.corpora.absence import Absence, Answer, Text, UserMissing
from analysis.corpora.encodings import BYTES, could_be, encoding_of
from analysis.corpora.entries import Entry
from analysis.corpora.interviews import interview_state, marks_among
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
Reader = Callable[..., Block]


@dataclass(frozen=True)
class Dialect:
    """What differs between the families.

    `missing` is the code of a declared missing value, `moment` the text of a number by its variable's format (None: it
    is a number), `is_duration` whether the format counts a span of time, `stated_encoding` what the file says of its
    texts, `id_columns` the names under which a respondent's id is looked for.
    """

    missing: Callable[[Any, str, object], str | None]
    moment: Callable[[float, str], Text | None]
    is_duration: Callable[[str], bool]
    stated_encoding: str = ""
    id_columns: tuple[str, ...] = ID_COLUMNS


@dataclass
class _Texts:
    """Decodes the texts of one file; the encoding is settled by the first texts that are not ASCII."""

    source: Source
    by_file: str
    encoding: str = ""

    def settle(self, columns: Mapping[str, Any], meta: Any) -> None:
        """Look at a block's names, labels and answers, unless the encoding is known."""
        if not self.encoding:
            found = [text.encode(BYTES) for text in _strings(columns, meta) if not text.isascii()]
            if found:
                self.encoding = encoding_of(found, self.source.encoding, self.by_file, self.source.name)

    def text(self, raw: str, place: str) -> str:
        """A text, or an error that names the place and the candidates."""
        if raw.isascii():
            return raw
        data = raw.encode(BYTES)
        try:
            return data.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise ExportError(
                f"{self.source.name}, {place}: not {self.encoding}, as the texts before it; {could_be([data])}"
            ) from error


def _strings(columns: Mapping[str, Any], meta: Any) -> Iterator[str]:
    yield from columns
    yield from (label for label in (meta.column_names_to_labels or {}).values() if isinstance(label, str))
    for labels in (meta.variable_value_labels or {}).values():
        yield from (str(label) for label in labels.values())
    for name, values in columns.items():
        if (meta.readstat_variable_types or {}).get(name) == "string" and not is_long(meta, name):
            yield from (value for value in values if isinstance(value, str))


def is_long(meta: Any, name: str) -> bool:
    """Whether a variable holds Stata's long strings (`strL`): the library reads them as UTF-8, whatever is asked."""
    is_text = (meta.readstat_variable_types or {}).get(name) == "string"
    return is_text and (meta.variable_storage_width or {}).get(name) == 0


def entries(source: Source, dialect: Dialect, blocks: Iterable[Block]) -> Iterator[Entry]:
    """The codebook, then every respondent.

    Raises
    ------
    ExportError
        The file is damaged, ends too early or is in an encoding that it does not state, or states doubtfully.
    """
    start, texts = 0, _Texts(source, dialect.stated_encoding)
    for columns, meta in blocks:
        texts.settle(columns, meta)
        variables = {name: _variable(name, meta, texts, dialect) for name in columns}
        if not start:
            yield Codebook(tuple(variables.values()))
        count = len(next(iter(columns.values()), ()))
        yield from _Rows(columns, meta, dialect, texts, variables).respondents(start)
        start += count


def library_blocks(source: Source, title: str, read: Reader) -> Iterator[Block]:
    """The rows of a file by a function of the library, from block to block until one is not full."""
    start, count, rows = 0, 0, block_rows(source, _block(source, title, read, 0, 1)[1])
    while not start % rows and (count or not start):
        columns, meta = _block(source, title, read, start, rows)
        count = len(next(iter(columns.values()), ()))
        yield columns, meta
        start += count


def block_rows(source: Source, meta: Any) -> int:
    """Rows of which a block fits into memory, whatever the file says of the number and width of its variables."""
    widths = getattr(meta, "variable_storage_width", None) or {}
    cells = max(1, len(meta.column_names))
    if cells > limits.CELLS_IN_ROW:
        raise LimitError(f"{source.name}: holds more than {limits.CELLS_IN_ROW} variables; export fewer")
    return max(1, min(BLOCK_ROWS, BLOCK_CELLS // cells, BLOCK_BYTES // max(1, sum(map(int, widths.values())))))


def _block(source: Source, title: str, read: Reader, start: int, rows: int) -> Block:
    try:
        with source.open_bytes() as stream:
            columns, meta = read(
                stream,
                user_missing=True,
                output_format="dict",
                row_offset=start,
                row_limit=rows,
                encoding="ISO-8859-1",
                disable_datetime_conversion=True,
            )
        if None in columns:
            raise ValueError("a variable without a name")
        return columns, meta
    except (MemoryError, LimitError):
        raise
    except Exception as error:  # the library has no common error of its own for damaged files
        where = f"rows {start + 1} to {start + rows}"
        raise ExportError(
            f"{source.name}, {where}: not a readable {title} file ({error}); it is damaged or ends too early: "
            "export or copy it again"
        ) from error


def _variable(name: str, meta: Any, texts: _Texts, dialect: Dialect) -> Variable:
    place, is_text = "the labels", (meta.readstat_variable_types or {}).get(name) == "string"
    labels = (meta.variable_value_labels or {}).get(name, {})
    label = (meta.column_names_to_labels or {}).get(name)
    return Variable(
        texts.text(name, "the names of the variables"),
        texts.text(label, place) if label else Absence.EMPTY,
        {texts.text(_code(code, is_text), place): texts.text(str(text), place) for code, text in labels.items()},
        (*_ranges(meta, name), *(f".{letter}" for letter in (meta.missing_user_values or {}).get(name, ()))),
        unit="seconds" if dialect.is_duration(_format_of(meta, name)) else "",
    )


def _format_of(meta: Any, name: str) -> str:
    return str((meta.original_variable_types or {}).get(name) or "")


def _ranges(meta: Any, name: str) -> tuple[str, ...]:
    spans = (meta.missing_ranges or {}).get(name, ())
    return tuple(
        _code(span["lo"], isinstance(span["lo"], str))
        if span["lo"] == span["hi"]
        else f"{_code(span['lo'])} to {_code(span['hi'])}"
        for span in spans
    )


def _code(code: object, is_text: bool = False) -> str:
    """A code as text; a letter that labels a number is one of Stata's missing values."""
    if isinstance(code, str) and not is_text and len(code) == 1 and code.islower() and code.isalpha():
        return f".{code}"
    text = _number(code)
    return text if isinstance(text, str) else ""


class _Known(dict[Any, Answer]):
    """The answers of one variable by its values, each looked at once in a block: most are codes of a few answers."""

    def __init__(self, answer: Callable[[Any], Answer]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, value: Any) -> Answer:
        answer = self[value] = self._answer(value)
        return answer


@dataclass
class _Rows:
    """One block of a file, and the row at hand."""

    columns: Mapping[str, Any]
    meta: Any
    dialect: Dialect
    texts: _Texts
    variables: Mapping[str, Variable]
    position: str = ""

    def respondents(self, start: int) -> Iterator[Respondent]:
        """Every respondent of the block."""
        names = [each.name for each in self.variables.values()]
        id_column, marks = identifier_among(names, self.dialect.id_columns), marks_among(names)
        own = [self.variables[name].name for name in self.columns]
        known = [_Known(partial(self.answer, name)) for name in self.columns]
        for number, row in enumerate(zip(*self.columns.values(), strict=True), start + 1):
            self.position = f"row {number}"
            found = [column[value] for column, value in zip(known, row, strict=True)]
            answers = dict(zip(own, found, strict=True))
            stated = answers.get(id_column) if id_column else Absence.NOT_EXPORTED
            identity = stated if isinstance(stated, str | Absence) else Absence.NULL
            yield Respondent(self.position, identity, answers, interview_state(answers, marks))

    def answer(self, name: str, value: Any) -> Answer:
        """What a variable's value means."""
        code = self.dialect.missing(self.meta, name, value)
        if code is not None:
            text = self.texts.text(code, self.position)
            return UserMissing(text, self.variables[name].value_labels.get(text, ""))
        if isinstance(value, str) and is_long(self.meta, name):
            return value or Absence.EMPTY
        if isinstance(value, str):
            return self.texts.text(value, f"{self.position}, {self.variables[name].name}") or Absence.EMPTY
        if isinstance(value, int | float) and math.isfinite(value):
            moment = self.dialect.moment(value, _format_of(self.meta, name))
            return _number(value) if moment is None else moment
        return _number(value)


def _number(value: object) -> str | Absence:
    """A value as text: whole numbers without a decimal point."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Absence.NULL
    if isinstance(value, int | float):
        return str(int(value)) if abs(value) < _FAR and float(value).is_integer() else repr(float(value))
    return str(value)


def moment_since(origin: datetime.datetime, seconds: float, *, is_day: bool) -> Text:
    """A date, or a date and time, counted in seconds from an origin; unparseable where the calendar has no such day."""
    try:
        moment = origin + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return Absence.UNPARSEABLE
    return moment.date().isoformat() if is_day else moment.isoformat()


def seconds_text(seconds: float) -> str:
    """A span of time, longer than a day or below zero as well, as a number of seconds."""
    text = _number(seconds)
    return text if isinstance(text, str) else ""
