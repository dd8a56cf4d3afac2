"""A person-level file of a researcher's own, read for disclosure control: cells stay as they are written.

What belongs here: from a file and the names of its key columns to codes. What must not: any measure of risk.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.commands.survey_file import require_columns
from analysis.commands.table_file import read_rows
from analysis.disclosure.classes import Ints, encode
from analysis.errors import InputError


def named_columns(text: str) -> list[str]:
    """Column names from `a,b,c`.

    Raises
    ------
    InputError
        No name, or one name twice.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise InputError(
            f"--quasi-identifiers is {text!r}; name at least one column, as in: --quasi-identifiers age,sex"
        )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"--quasi-identifiers names column '{twice[0]}' twice; name it once")
    return names


def read_persons(path: Path, keys: list[str], **others: str | None) -> pd.DataFrame:
    """Read the file as text and make sure that it has the columns.

    Parameters
    ----------
    path
        CSV or Parquet.
    keys
        Quasi-identifiers.
    others
        Option to column; None passes.
    """
    frame = read_rows(path, as_text=True)
    for key in keys:
        require_columns(frame, {"--quasi-identifiers": key})
    require_columns(frame, {f"--{option}": column for option, column in others.items()})
    return frame


def coded(frame: pd.DataFrame, columns: list[str]) -> Ints:
    """(n, M) codes of columns, 0 for an empty cell."""
    return encode([frame[column] for column in columns])
