"""A survey's outcome and groups, from a researcher's file.

What belongs here: deciding whether a column holds numbers, 0/1 or levels, and which rows count. What must not:
estimation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.labelled_file import labels_of, truth_by_label
from analysis.commands.survey_file import TRUTH_WORDS, shown_levels
from analysis.commands.table_file import level_text
from analysis.errors import InputError, shown_code

# More levels than this is a column of free text, or of numbers with a stray word.
MOST_LEVELS = 50


@dataclass(frozen=True, eq=False)
class Outcome:
    """A column as numbers.

    Attributes
    ----------
    terms
        One name for each column of `values`: the outcome's name, or `outcome[level]`.
    values
        (n, k); indicators for levels. Undefined where `answered` is false.
    answered
        (n,).
    kind
        `number`, `share` (0/1) or `levels`.
    """

    terms: tuple[str, ...]
    values: npt.NDArray[np.float64]
    answered: npt.NDArray[np.bool_]
    kind: str


def read_outcome(frame: pd.DataFrame, column: str) -> Outcome:
    """Read an outcome: numbers, 0/1, true/false, or text levels.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        When nobody answered, numbers and text are mixed, a number is infinite, or there are too many levels.
    """
    values = frame[column]
    answered = values.notna().to_numpy()
    if not answered.any():
        raise InputError(f"column '{column}' is empty in every row; name a column with answers")
    text = level_text(values)
    truth = text.str.lower().map(TRUTH_WORDS)
    if truth[answered].isna().any() and labels_of(frame, column):
        by_label = truth_by_label(frame, column, text)
        truth = by_label if not by_label[answered].isna().any() else truth
    if values.dtype == bool or not truth[answered].isna().any():
        return Outcome((column,), _column(truth), answered, "share")
    numbers = pd.to_numeric(values, errors="coerce")
    wrong = numbers.isna().to_numpy() & answered
    if not wrong.any():
        if np.isinf(_column(numbers)).any():
            row = int(np.isinf(_column(numbers)[:, 0]).argmax())
            raise InputError(
                f"column '{column}' holds an infinite number in row {row + 1}; correct it or leave it empty"
            )
        return Outcome((column,), _column(numbers), answered, "number")
    if (~wrong & answered).any():
        row = int(wrong.argmax())
        raise InputError(
            f"column '{column}' holds {shown_code(values.iloc[row])} in row {row + 1} among numbers; "
            "leave a refusal empty, or write every answer as text"
        )
    levels = sorted(set(text[answered]))
    if len(levels) > MOST_LEVELS:
        raise InputError(f"column '{column}' has {len(levels)} levels ({shown_levels(text)}); group them first")
    indicators = np.column_stack([(text == level).to_numpy(dtype=float) for level in levels])
    return Outcome(tuple(f"{column}[{level}]" for level in levels), indicators, answered, "levels")


def _column(values: pd.Series) -> npt.NDArray[np.float64]:
    made = np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return made[:, None]


def read_groups(frame: pd.DataFrame, column: str | None) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Split rows by a column.

    Parameters
    ----------
    frame, column
        Rows and the grouping column; None for one group of everybody, named "".

    Returns
    -------
    list
        Level and (n,) membership, levels sorted (as numbers where they are numbers); a missing group is in none.

    Raises
    ------
    InputError
        When there are too many groups, or none.
    """
    if column is None:
        return [("", np.ones(len(frame), dtype=bool))]
    text = level_text(frame[column])
    levels = sorted(set(text.dropna()), key=_as_number)
    if not levels or len(levels) > MOST_LEVELS:
        raise InputError(f"column '{column}' has {len(levels)} levels; --by takes 1 to {MOST_LEVELS}")
    return [(str(level), (text == level).to_numpy(dtype=bool)) for level in levels]


def _as_number(level: str) -> tuple[float, str]:
    try:
        return float(level), level
    except ValueError:
        return np.inf, level


def split_names(given: str | None) -> list[str]:
    """Split "a,b" or "a+b" into column names.

    Parameters
    ----------
    given
        None gives an empty list.

    Returns
    -------
    list of str
    """
    return [] if given is None else [name.strip() for name in given.replace("+", ",").split(",") if name.strip()]
