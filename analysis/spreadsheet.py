"""Cells of CSV files that a spreadsheet opens: no text becomes a formula, and none is lost on the way back.

What must not be here: which tables leave, or where they are written.
"""

import csv
from typing import Any

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet takes for a formula; and the apostrophe, so that reading back loses nothing."""


def inert_cell(text: str) -> str:
    """A text as a cell that no spreadsheet runs: what begins like a formula, or with an apostrophe, gets one in front.

    Examples
    --------
    >>> inert_cell("=1+1"), inert_cell("plain"), cell_text(inert_cell("=1+1"))
    ("'=1+1", 'plain', '=1+1')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def cell_text(cell: str) -> str:
    """The text that a cell stands for: one apostrophe in front is no part of it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose texts and names of columns are safe to write as CSV; numbers, days and nulls stay what they are."""
    columns = [values.map(_inert_value) if _holds_texts(values) else values for _, values in frame.items()]
    safe = pd.concat(columns, axis=1) if columns else frame.copy()
    return safe.set_axis([inert_cell(str(name)) for name in frame.columns], axis=1)


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV with one header row, the same text under every Python.

    Before 3.13 the `csv` module leaves a lone carriage return bare, and readers take it for the end of a row.
    """
    texts = (values for _, values in frame.items() if _holds_texts(values))
    has_return = any("\r" in value for values in texts for value in values if isinstance(value, str))
    quoting = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    text: str = frame.to_csv(index=False, lineterminator="\n", quoting=quoting)
    return text


def outspoken(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame read from such a CSV file, its texts and names of columns as they were."""
    columns = [values.map(_outspoken_value) if _holds_texts(values) else values for _, values in frame.items()]
    read = pd.concat(columns, axis=1) if columns else frame.copy()
    return read.set_axis([cell_text(str(name)) for name in frame.columns], axis=1)


def _outspoken_value(value: Any) -> Any:
    return cell_text(value) if isinstance(value, str) else value


def _holds_texts(values: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values))


def _inert_value(value: Any) -> Any:
    return inert_cell(value) if isinstance(value, str) else value
