"""A table of a researcher's own as programs write it, read whole: delimited text, workbook, Parquet, SPSS or Stata.

What belongs here: delimiters, decimal signs, digits of other scripts, blank rows, headers of joined files.
What must not: finding columns, or coding what they hold.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis import limits
from analysis.commands.labelled_file import SUFFIXES, read_labelled
from analysis.corpora import xlsx_stream
from analysis.corpora.csv_stream import NoValue, delimiter_of
from analysis.corpora.digits import folded
from analysis.corpora.portable_file import SIGNATURE
from analysis.corpora.sources import Source, damage_named, source_at
from analysis.errors import ExportError, InputError, LimitError
from analysis.spreadsheet import outspoken

NOT_A_NUMBER = ("NA", "NaN", "nan")
"""Stand for a missing number in a column of numbers; in a column of words they are words: NA is Namibia."""

DECLARED_MISSING: ContextVar[tuple[str, ...]] = ContextVar("DECLARED_MISSING", default=())
"""Words that `estimate --missing` declares as missing everywhere in the file."""

LARGEST = 2**28
"""Bytes of a file that is held in memory, several times over while it is parsed."""
# Beyond this a float no longer tells whole numbers apart.
LARGEST_WHOLE = 2.0**53
KINDS = "CSV, XLSX, Parquet, SPSS or Stata"
_WORKBOOK = ".xlsx"
_BLANK_START = re.compile(rb"(?:sep=[^\r\n][\r\n]+)?(?:[\s\";,]*[\r\n])?", re.IGNORECASE)
"""A line that names the delimiter, and rows without a word."""
_WRITTEN = re.compile(r"[\d.,+\-/<>= ]*\d[\d.,+\-/<>= ]*")
"""A number, or a range of numbers."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?")


def read_rows(path: Path, *, as_text: bool = False) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path
        Ending in .xlsx, .parquet, .sav, .zsav, .dta, .csv, .tsv or with any other ending for CSV; .gz is unpacked. The
        delimiter of CSV is found: comma, semicolon or tab. Beside semicolons a comma is the decimal sign.
    as_text
        Keep the cells of a CSV file as they are written: `01` and `1` are two categories. Digits of every script are
        read as 0 to 9 either way.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        When the file is missing, unreadable or empty.
    """
    if not path.is_file():
        raise InputError(f"file '{path}' does not exist; give the path of a file as {KINDS}")
    try:
        frame = _parsed(path, as_text)
    except (LimitError, ExportError) as error:
        raise InputError(str(error)) from error
    except (ValueError, OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"file '{path}' cannot be read ({reason}); give CSV in UTF-8, or {KINDS}") from error
    if frame.empty:
        raise InputError(f"file '{path}' holds no rows; give at least one row below the header")
    return frame


def _parsed(path: Path, as_text: bool) -> pd.DataFrame:
    if path.suffix.lower() in (".parquet", *SUFFIXES):
        frame = _columns_of(path)
        return _each(frame, (lambda values: _as_written(level_text(values))) if as_text else _in_plain_digits)
    if path.suffix.lower() == _WORKBOOK:
        return _cells(_sheet(path), ",", as_text)
    data = _bearable(path)
    if SIGNATURE in data[:512]:
        raise InputError(f"file '{path}' is an SPSS portable file; save it as .sav in SPSS or PSPP, and give that")
    source = Source(str(path), lambda: io.BytesIO(data))
    with damage_named(source):
        mark = "\t" if ".tsv" in path.suffixes else delimiter_of(source)
        with source.open_utf8() as stream:
            text = stream.read()
    return _cells(_without_repeats(text[cast(re.Match[bytes], _BLANK_START.match(text)).end() :]), mark, as_text)


def _cells(data: bytes, mark: str, as_text: bool) -> pd.DataFrame:
    """The cells of delimited text, under the names as they are written."""
    missing = ["", *DECLARED_MISSING.get()]
    frame = pd.read_csv(
        io.BytesIO(data),
        sep=mark,
        dtype=str if as_text else None,
        keep_default_na=False,
        na_values=missing,
        low_memory=False,
    )
    frame = _each(frame, _as_written if as_text else partial(_in_plain_digits, has_commas=mark == ";"))
    head = pd.read_csv(io.BytesIO(data), sep=mark, header=None, nrows=1, dtype=str, keep_default_na=False)
    written = [str(name) for name in head.iloc[0]]
    if len(written) == len(frame.columns):  # pandas numbers names that are written twice, and would take the first
        twice = {name for name, times in Counter(written).items() if times > 1 and name}
        frame.columns = pd.Index([w if w in twice else c for w, c in zip(written, frame.columns, strict=True)])
    return outspoken(frame)


def _each(frame: pd.DataFrame, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    """The frame with every column changed, its labels kept."""
    made = pd.concat([change(values) for _, values in frame.items()], axis=1) if len(frame.columns) else frame
    made.attrs = frame.attrs
    return made.set_axis(frame.columns, axis=1)


def _in_plain_digits(values: pd.Series, *, has_commas: bool = False) -> pd.Series:
    """A column with numbers as numbers, whatever script their digits are of; beside semicolons a comma is a point."""
    if values.dtype.kind in "biufmM":
        return values
    plain = _as_written(values)
    words = plain.isin(NOT_A_NUMBER)
    numbers = plain.where(~words)
    if has_commas:
        numbers = numbers.map(_with_point, na_action="ignore")
    if not words.any() and not has_commas and plain.equals(values):
        return values
    read = pd.to_numeric(numbers, errors="coerce")
    is_all_read = read.notna() | words | plain.isna()
    return read if bool(is_all_read.all()) and bool(read.notna().any()) else plain


def _as_written(values: pd.Series) -> pd.Series:
    """A column of texts, numbers and ranges in digits from 0 to 9, everything else untouched."""
    return values if values.dtype.kind in "biufmM" else values.map(_plain, na_action="ignore")


def _plain(cell: object) -> object:
    if not isinstance(cell, str) or cell.isascii():
        return cell
    digits = folded(cell)
    return digits if _WRITTEN.fullmatch(digits.strip()) else cell


def plain_level(named: str) -> str:
    """A level that a person named, as the file's own are read."""
    return str(_plain(named))


def _with_point(cell: object) -> object:
    is_number = isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell.strip())
    return str(cell).replace(",", ".") if is_number else cell


def _without_repeats(data: bytes) -> bytes:
    """The text without the lines that repeat its header, as joined files have them."""
    start = re.match(rb"[^\r\n]+[\r\n]+", data)
    if not start or start.group().count(b'"') % 2:
        return data
    header = start.group().rstrip(b"\r\n")
    repeat = re.compile(rb"(?<=[\r\n])" + re.escape(header) + rb"(?:\r\n|\r|\n|\Z)")
    return data[: start.end()] + repeat.sub(b"", data[start.end() - 1 :])[1:]


def level_text(values: pd.Series) -> pd.Series:
    """Write values as text, whole numbers without a decimal point; missing stays missing.

    Parameters
    ----------
    values
        A column.

    Returns
    -------
    pandas.Series
    """
    if values.dtype.kind == "f":
        return values.map(_number_text, na_action="ignore").astype(object)
    return values.map(lambda v: str(v).strip(), na_action="ignore").astype(object)


def _number_text(value: float) -> str:
    return f"{value:.0f}" if abs(value) < LARGEST_WHOLE and value == np.floor(value) else str(value)


def _sheet(path: Path) -> bytes:
    """The sheet of a workbook that holds the data, as delimited text."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    source = source_at(path)
    with damage_named(source):
        for number, row in enumerate(xlsx_stream.first_rows(source), 1):
            if any(isinstance(cell, NoValue) for cell in row):
                column = next(at for at, cell in enumerate(row, 1) if isinstance(cell, NoValue))
                raise InputError(
                    f"file '{path}', row {number}, column {column}: a formula that was never calculated; open the file "
                    "in a spreadsheet, save it, and try again"
                )
            writer.writerow(row)
    return sink.getvalue().encode()


def _columns_of(path: Path) -> pd.DataFrame:
    """A Parquet, SPSS or Stata file, categories as the values they stand for."""
    if path.suffix.lower() in SUFFIXES:
        return read_labelled(path)
    _demand_bearable_parquet(path)
    frame = pd.read_parquet(path)
    grouped = frame.select_dtypes("category").columns
    return frame.assign(**{c: frame[c].astype(frame[c].cat.categories.dtype) for c in grouped})


def _bearable(path: Path) -> bytes:
    """The bytes of a CSV file, unpacked; more than fit into memory several times over are refused."""
    with path.open("rb") as packed:
        stream: BinaryIO = packed
        if packed.read(2) == b"\x1f\x8b":
            packed.seek(0)
            unpacked = limits.Unpacked(packed, cast(BinaryIO, gzip.GzipFile(fileobj=packed)), str(path))
            stream = cast(BinaryIO, io.BufferedReader(unpacked))
        else:
            packed.seek(0)
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InputError(f"file '{path}' holds more than {LARGEST} bytes; give fewer columns or rows")
    head = data.partition(b"\n")[0]
    if max(map(head.count, (b",", b";", b"\t"))) > limits.CELLS_IN_ROW:
        raise InputError(f"file '{path}' has more than {limits.CELLS_IN_ROW} columns; give fewer")
    return data


def _demand_bearable_parquet(path: Path) -> None:
    """A few bytes of Parquet may stand for any number of equal rows."""
    stated = pq.ParquetFile(path).metadata
    unpacked = sum(stated.row_group(n).total_byte_size for n in range(stated.num_row_groups))
    if stated.num_rows * max(1, stated.num_columns) > limits.CELLS or unpacked > LARGEST:
        raise InputError(f"file '{path}' holds more than {limits.CELLS} cells or {LARGEST} bytes; give fewer columns")
