"""SPSS and Stata files on the command line: codes as values, labels as other names for them.

What belongs here: reading such a file, and understanding a value that is named by its label. What must not: estimation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from analysis import limits
from analysis.errors import InputError

SUFFIXES = (".sav", ".zsav", ".dta")
VALUE_LABELS = "value_labels"
"""Key of `DataFrame.attrs`: column → code as text → label."""


LABELS_OF_TRUTH = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}


def read_labelled(path: Path) -> pd.DataFrame:
    """Read an SPSS or Stata file; values that it declares as missing are missing.

    Parameters
    ----------
    path
        Ending in .sav, .zsav or .dta.

    Returns
    -------
    pandas.DataFrame
        Codes, with the labels in `attrs`.

    Raises
    ------
    ValueError
        When the file is damaged or of another kind.
    """
    reader: Any = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        _, head = reader(str(path), metadataonly=True)
        rows_n = head.number_rows or 0
        if rows_n * max(head.number_columns, 1) > limits.CELLS:
            raise InputError(
                f"file '{path}' holds {rows_n} rows of {head.number_columns} columns; give fewer columns or rows"
            )
        frame, meta = reader(str(path), user_missing=False, apply_value_formats=False)
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    made = pd.DataFrame(frame)
    made.attrs[VALUE_LABELS] = {
        str(column): {_code(code): str(label).strip() for code, label in labels.items()}
        for column, labels in meta.variable_value_labels.items()
    }
    return made


def _code(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value == int(value) else str(value).strip()


def labels_of(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """Labels of a column's codes; empty for files without labels.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.

    Returns
    -------
    dict
    """
    every: dict[str, dict[str, str]] = frame.attrs.get(VALUE_LABELS, {})
    return every.get(column, {})


def as_code(frame: pd.DataFrame, column: str, named: str) -> str:
    """The code of a value that is named by its code or by its label.

    Parameters
    ----------
    frame, column, named
        Rows, column, and the value as written on the command line.

    Returns
    -------
    str
        The name itself when it is no label.

    Raises
    ------
    InputError
        When several codes have this label.

    Example
    -------
    >>> rows = pd.DataFrame({"sex": [1.0, 2.0]})
    >>> rows.attrs[VALUE_LABELS] = {"sex": {"1": "female", "2": "male"}}
    >>> as_code(rows, "sex", "male"), as_code(rows, "sex", "1")
    ('2', '1')
    """
    labels = labels_of(frame, column)
    if named in labels:
        return named
    codes = [code for code, label in labels.items() if label.casefold() == named.casefold()]
    if len(codes) > 1:
        raise InputError(f"column '{column}' has label '{named}' for {' and '.join(codes)}; name the code")
    return codes[0] if codes else named


def truth_by_label(frame: pd.DataFrame, column: str, text: pd.Series) -> pd.Series:
    """1 and 0 for codes whose labels are yes and no (or true and false); missing for every other value.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.
    text
        Its values as text.

    Returns
    -------
    pandas.Series
    """
    labels = labels_of(frame, column)
    known = {
        code: LABELS_OF_TRUTH[word] for code, label in labels.items() if (word := label.casefold()) in LABELS_OF_TRUTH
    }
    return text.map(known)
