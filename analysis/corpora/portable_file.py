"""An SPSS portable file: its dictionary and its cases, read character by character from lines of eighty bytes.

The statistics library has no way to keep this format's declared missing values, and changes letters beyond ASCII. Here
texts stay bytes (one character each, `encodings.BYTES`), and numbers are exact: digits to the base of thirty.
Source: PSPP's description of the portable file format. What must not be here: what a code or a format means.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, NoReturn

from analysis import limits
from analysis.corpora.encodings import BYTES
from analysis.errors import ExportError, LimitError

SIGNATURE = b"SPSS PORT FILE"
LINE = 80
LABELS = 2_000_000
"""Value labels of all variables together."""
WIDEST_OF_SPSS = 255
"""Bytes of a text in files that SPSS or PSPP write; longer texts lose their end there."""

_SPLASH, _CONTROLS, _TAG = 200, 64, b"SPSSPORT"
_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ."
_AHEAD = 4096
_LONGEST_TEXT = 32_767
_LONGEST_NUMBER = 256
_NUMBER = re.compile(rb" {0,80}(?:\*.|(-?)([0-9A-T]{0,60})(?:\.([0-9A-T]{0,60}))?([+-][0-9A-T]{1,4})?/)", re.DOTALL)
_LARGEST_POWER = 400
_LOST = 1e300
"""A bound beyond this is no code: PSPP 1.6 writes the largest number where the lower bound of `x THRU HI` belongs."""
_FORMS = {
    20: "DATE", 21: "TIME", 22: "DATETIME", 23: "ADATE", 24: "JDATE", 25: "DTIME", 28: "MOYR", 29: "QYR", 30: "WKYR",
    38: "EDATE", 39: "SDATE", 40: "MTIME", 41: "YMDHMS", 85: "MTIME", 86: "YMDHMS",
}  # fmt: skip
"""Numbers of print formats that count time; the last two as IBM numbers them."""


@dataclass
class Dictionary:
    """What a file says of its variables, under the names that `statistical_files` asks for."""

    column_names: list[str] = field(default_factory=list)
    column_names_to_labels: dict[str, str] = field(default_factory=dict)
    variable_value_labels: dict[str, dict[Any, str]] = field(default_factory=dict)
    variable_storage_width: dict[str, int] = field(default_factory=dict)
    missing_ranges: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    missing_user_values: dict[str, list[str]] = field(default_factory=dict)
    original_variable_types: dict[str, str] = field(default_factory=dict)
    readstat_variable_types: dict[str, str] = field(default_factory=dict)
    precision: int = 0

    def is_text(self, name: str) -> bool:
        """Whether a variable holds text."""
        return self.readstat_variable_types[name] == "string"


class _Characters:
    """The bytes of a file without line ends; a line that lost its trailing blanks is filled up again."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name, self._stream = name, stream
        self._buffer, self._at, self._before = b"", 0, 0

    def fault(self, what: str) -> NoReturn:
        line = (self._before + self._at) // LINE + 1
        raise ExportError(
            f"{self.name}, line {line}: {what}; the portable file is damaged, cut or saved in another encoding: "
            "export or copy it again, or save it as .sav in SPSS or PSPP"
        )

    def _fill(self, size: int) -> None:
        """Have so many bytes ahead, if the file has them."""
        if len(self._buffer) - self._at >= size:
            return
        parts = [self._buffer[self._at :]]
        self._before, self._at = self._before + self._at, 0
        left = size + _AHEAD - len(parts[0])
        while left > 0 and (line := self._stream.readline(LINE + 3)):
            body = line.rstrip(b"\r\n")
            if len(body) > LINE:
                self._at = sum(map(len, parts))
                self.fault(f"longer than {LINE} bytes")
            parts.append(body.ljust(LINE) if line != body else body)
            left -= LINE
        self._buffer = b"".join(parts)

    def peek(self) -> bytes:
        """The next byte."""
        self._fill(1)
        return self._buffer[self._at : self._at + 1]

    def take(self, size: int) -> bytes:
        """So many bytes."""
        self._fill(size)
        found = self._buffer[self._at : self._at + size]
        if len(found) < size:
            self.fault("the file ends too early")
        self._at += size
        return found

    def number(self, precision: int = 0) -> float | None:
        """A number, or None for the system's missing value."""
        self._fill(_LONGEST_NUMBER)
        match = _NUMBER.match(self._buffer, self._at)
        if match is None:
            self.fault("a number was expected")
        sign, whole, fraction, power = match.groups()
        if whole is None:
            self._at = match.end()
            return None
        fraction = fraction or b""
        exponent = int(power or b"0", 30) - len(fraction)
        if not whole + fraction or abs(exponent) > _LARGEST_POWER:
            self.fault("a number was expected")
        self._at = match.end()
        value = self._valued(whole + fraction, exponent, precision)
        return -value if sign else value

    def _valued(self, digits: bytes, exponent: int, precision: int) -> float:
        mantissa = int(digits, 30)
        try:
            if exponent >= 0:
                return float(mantissa * int(30**exponent))
            if precision and len(digits.lstrip(b"0")) >= precision - 1:  # writers leave one digit out
                return shortest_within(mantissa, int(30**-exponent))
            return mantissa / int(30**-exponent)
        except OverflowError:
            return sys.float_info.max

    def count(self, most: int, what: str) -> int:
        """A whole number between zero and a bound."""
        value = self.number()
        if value is None or value < 0 or value != int(value):
            self.fault(f"the number of {what} is no whole number")
        if value > most:
            raise LimitError(f"{self.name}: states {int(value)} {what}, more than {most}; export fewer")
        return int(value)

    def text(self) -> str:
        """A text without the blanks that fill it up."""
        return self.take(self.count(_LONGEST_TEXT, "bytes of a text")).decode(BYTES).rstrip(" ")


def shortest_within(numerator: int, scale: int) -> float:
    """The decimal with the fewest places that lies within one unit of `numerator / scale`.

    A number with as many digits as the file has room for was rounded: the decimal behind it is the likely origin.

    Examples
    --------
    >>> shortest_within(8 * 30**10 + 12, 30**10), shortest_within(1, 3)
    (8.00000000000002, 0.0)
    """
    tens = 1
    while True:
        nearest = (2 * numerator * tens + scale) // (2 * scale)
        if abs(nearest * scale - numerator * tens) <= tens:
            return nearest / tens
        tens *= 10


class PortableFile:
    """One pass through a portable file.

    Raises
    ------
    ExportError
        At a structure that the format does not have, with the line.
    LimitError
        It states more than any file holds.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        """Read the dictionary."""
        self._read = _Characters(name, stream)
        self.dictionary = Dictionary()
        self._stated, self._labels = 0, 0
        self._header()
        self._records()

    def blocks(self, rows: int) -> Iterator[tuple[dict[str, list[Any]], Dictionary]]:
        """Cases as columns, so many at a time; the last block has fewer, or none."""
        cases = self._cases()
        while True:
            block = list(islice(cases, rows))
            columns = zip(*block, strict=True) if block else [()] * len(self.dictionary.column_names)
            yield dict(zip(self.dictionary.column_names, map(list, columns), strict=True)), self.dictionary
            if len(block) < rows:
                return

    def _cases(self) -> Iterator[list[Any]]:
        precision = self.dictionary.precision
        kinds = [self.dictionary.is_text(name) for name in self.dictionary.column_names]
        while self._read.peek() != b"Z":
            yield [self._read.text() if is_text else self._read.number(precision) for is_text in kinds]

    def _header(self) -> None:
        self._read.take(_SPLASH + _CONTROLS)
        table = self._read.take(256 - _CONTROLS)
        if table[: len(_ALPHABET)] != _ALPHABET or self._read.take(len(_TAG)) != _TAG:
            self._read.fault("the header is not that of a portable file in ASCII")
        if self._read.take(1) != b"A":
            self._read.fault("the version is not A")
        self._read.text(), self._read.text()

    def _records(self) -> None:
        records: dict[bytes, Callable[[], object]] = {
            **dict.fromkeys((b"1", b"2", b"3", b"6"), self._read.text),
            b"4": self._count,
            b"5": self._precision,
            b"7": self._variable,
            b"8": lambda: self._span(self._value(self._last()), None),
            b"9": lambda: self._span(float("-inf"), self._bound()),
            b"A": lambda: self._span(self._lower(), float("inf")),
            b"B": lambda: self._span(self._bound(), self._bound()),
            b"C": self._label,
            b"D": self._value_labels,
            b"E": self._documents,
        }
        while (tag := self._read.take(1)) != b"F":
            if tag not in records:
                self._read.fault("no record has the mark that stands here")
            records[tag]()
        if not self._stated or self._stated != len(self.dictionary.column_names):
            self._read.fault("the dictionary holds another number of variables than it states")

    def _count(self) -> None:
        self._stated = self._read.count(limits.CELLS_IN_ROW, "variables")

    def _precision(self) -> None:
        self.dictionary.precision = self._read.count(60, "digits of a number")

    def _variable(self) -> None:
        width, name = self._read.count(_LONGEST_TEXT, "bytes of a text"), self._read.text()
        numbers = [self._read.number() for _ in range(6)]
        if name in self.dictionary.readstat_variable_types:
            self._read.fault("two variables have one name")
        if len(self.dictionary.column_names) >= self._stated:
            self._read.fault("there are more variables than the dictionary states")
        self.dictionary.column_names.append(name)
        self.dictionary.variable_storage_width[name] = width or 8
        self.dictionary.readstat_variable_types[name] = "string" if width else "double"
        self.dictionary.original_variable_types[name] = "" if width else _FORMS.get(int(numbers[0] or 0), "")

    def _last(self) -> str:
        if not self.dictionary.column_names:
            self._read.fault("a variable was expected")
        return self.dictionary.column_names[-1]

    def _value(self, name: str) -> str | float:
        return self._read.text() if self.dictionary.is_text(name) else self._bound()

    def _bound(self) -> float:
        value = self._read.number(self.dictionary.precision)
        if value is None:
            self._read.fault("a number was expected")
        return value

    def _lower(self) -> float:
        value = self._bound()
        if value > _LOST:
            raise ExportError(
                f"{self._read.name}, variable {self._last()}: a range of missing values up to the highest has lost its "
                "lower bound, as PSPP 1.6 writes it: save the data as .sav"
            )
        return value

    def _span(self, low: str | float, high: str | float | None) -> None:
        spans = self.dictionary.missing_ranges.setdefault(self._last(), [])
        spans.append({"lo": low, "hi": low if high is None else high})

    def _label(self) -> None:
        self.dictionary.column_names_to_labels[self._last()] = self._read.text()

    def _value_labels(self) -> None:
        names = [self._read.text() for _ in range(self._read.count(limits.CELLS_IN_ROW, "variables"))]
        if not names or not self.dictionary.readstat_variable_types.keys() >= set(names):
            self._read.fault("value labels belong to a variable that there is not")
        labels = {self._value(names[0]): self._read.text() for _ in range(self._read.count(LABELS, "value labels"))}
        for name in names:
            known = self.dictionary.variable_value_labels.get(name)
            self._labels += len(labels) + len(known or ())
            if self._labels > LABELS:
                raise LimitError(f"{self._read.name}: holds more than {LABELS} value labels; export fewer")
            self.dictionary.variable_value_labels[name] = labels if known is None else known | labels

    def _documents(self) -> None:
        for _ in range(self._read.count(LABELS, "lines of documents")):
            self._read.text()
