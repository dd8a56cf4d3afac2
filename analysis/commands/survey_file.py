"""A researcher's own file: finding its columns, coding its arms, and parsing its formula.

What belongs here: the way from a file to arrays, with one sentence for everything that can be wrong.
What must not: estimation; silent repairs (rows with a missing answer are dropped, and counted).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

import formulaic
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.formula import columns_of
from analysis.commands.labelled_file import as_code, labels_of, truth_by_label
from analysis.commands.table_file import NOT_A_NUMBER, level_text, plain_level
from analysis.errors import InputError, shown_code

_ROOT = re.compile(r"(?<![\w.])sqrt\(")
"""The one function of a formula that the package knows by a longer name only."""
SHOWN_LEVELS = 6
TRUTH_WORDS = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0}


@dataclass(frozen=True, eq=False)
class Covariates:
    """A design matrix and what is needed to build it again for changed rows.

    Attributes
    ----------
    matrix, names
        (n, k) with intercept, and the names of its columns.
    frame, spec, safe
        Rows it was built from, formulaic's specification, and stand-ins for column names that are no identifiers.
    """

    matrix: npt.NDArray[np.float64]
    names: tuple[str, ...]
    frame: pd.DataFrame
    spec: Any
    safe: dict[str, str]

    def with_value(self, column: str, value: object) -> npt.NDArray[np.float64]:
        """Build the matrix again with one column set to a value for everybody."""
        changed = self.frame.assign(**{column: value}).rename(columns=self.safe)
        return np.asarray(self.spec.get_model_matrix(changed, na_action="ignore"), dtype=np.float64)


def require_columns(frame: pd.DataFrame, columns: dict[str, str | None]) -> None:
    """Refuse a file that lacks a named column, or has it twice.

    Parameters
    ----------
    frame
        Rows.
    columns
        Option to column; None passes.

    Raises
    ------
    InputError
        Naming the option, the column and the nearest column there is.
    """
    for option, column in columns.items():
        if column is not None and column not in frame.columns:
            raise InputError(f"column '{column}' ({option}) is not in the file; {_nearest(frame, column)}")
        times = 0 if column is None else int(np.sum(frame.columns == column))
        if times > 1:
            raise InputError(f"column '{column}' ({option}) is in the file {times} times; rename all but one")


def _nearest(frame: pd.DataFrame, column: str) -> str:
    names = [str(c) for c in frame.columns]
    close = difflib.get_close_matches(column, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"none of its {len(names)} columns has a name like it"


def numeric(frame: pd.DataFrame, column: str, fix: str) -> npt.NDArray[np.float64]:
    """Give a column as floats, missing as NaN.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.
    fix
        What to do about text in it.

    Returns
    -------
    numpy.ndarray
        (n,)

    Raises
    ------
    InputError
        When a value is text; the first such value and its row are named.
    """
    values = frame[column]
    numbers = _floats(pd.to_numeric(values, errors="coerce"))
    wrong = np.isnan(numbers) & (values.notna() & ~values.isin(NOT_A_NUMBER)).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f"column '{column}' holds {shown_code(values.iloc[row])} in row {row + 1}; {fix}")
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        raise InputError(f"column '{column}' holds an infinite number in row {row + 1}; {fix}")
    return numbers


def _floats(values: pd.Series) -> npt.NDArray[np.float64]:
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def yes_no(frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """Give a 0/1 or true/false column as floats, missing as NaN.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.

    Returns
    -------
    numpy.ndarray
        (n,)

    Raises
    ------
    InputError
        When a value is neither.
    """
    text = level_text(frame[column].mask(frame[column].isin(NOT_A_NUMBER))).str.lower()
    coded = _floats(text.map(TRUTH_WORDS))
    if (np.isnan(coded) & text.notna().to_numpy()).any() and labels_of(frame, column):
        coded = _floats(truth_by_label(frame, column, text))
    wrong = np.isnan(coded) & text.notna().to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f"column '{column}' holds {shown_code(frame[column].iloc[row])} in row {row + 1}; use 1 and 0")
    return coded


def coded_levels(frame: pd.DataFrame, column: str, levels: dict[str, int]) -> npt.NDArray[np.float64]:
    """Code the levels of a treatment column; other levels become NaN.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.
    levels
        Level as text to code.

    Returns
    -------
    numpy.ndarray
        (n,)

    Raises
    ------
    InputError
        When a named level does not occur.
    """
    text = level_text(frame[column])
    levels = {as_code(frame, column, plain_level(level)): code for level, code in levels.items()}
    for level in levels:
        if not (text == level).any():
            raise InputError(f"column '{column}' never holds '{level}'; it holds {shown_levels(text)}")
    return _floats(text.map(levels))


def shown_levels(text: pd.Series) -> str:
    """List the levels of a column for a message: codes as they are, what may be a person's words by its shape.

    Parameters
    ----------
    text
        A column.

    Returns
    -------
    str
    """
    found = sorted({str(v) for v in text.dropna().unique()})
    more = f" and {len(found) - SHOWN_LEVELS} more" if len(found) > SHOWN_LEVELS else ""
    return ", ".join(map(shown_code, found[:SHOWN_LEVELS])) + more


def coded_arms(frame: pd.DataFrame, column: str, control: str | None, treated: str | None) -> npt.NDArray[np.float64]:
    """Code the treatment column: 0 control, 1 treated, NaN missing or another arm.

    Parameters
    ----------
    frame, column
        Rows and the name of one column.
    control, treated
        Text levels, or None for 0/1 and true/false in any case.

    Returns
    -------
    numpy.ndarray
        (n,)

    Raises
    ------
    InputError
        When only one level is named, a level does not occur, or unnamed levels are not 0/1 or true/false.
    """
    if (control is None) != (treated is None):
        raise InputError("--control and --treated go together; name both levels of the treatment column")
    if control is not None and treated is not None:
        return coded_levels(frame, column, {control: 0, treated: 1})
    text = level_text(frame[column]).str.lower()
    coded = _floats(text.map(TRUTH_WORDS))
    if (np.isnan(coded) & text.notna().to_numpy()).any():
        raise InputError(
            f"column '{column}' holds {shown_levels(level_text(frame[column]))}; "
            "name two of them with --control LEVEL and --treated LEVEL"
        )
    return coded


def formula_columns(frame: pd.DataFrame, formula: str | None) -> tuple[str, ...]:
    """Find the columns that a formula uses.

    Parameters
    ----------
    frame, formula
        Rows; right-hand side such as "age + C(region)".

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        When the formula cannot be parsed or uses a column that is not there.
    """
    if formula is None:
        return ()
    safe, text = _stand_ins(frame, formula)
    needed = columns_of(text)
    try:
        formulaic.Formula(_ROOT.sub("np.sqrt(", text))
    except Exception as error:  # formulaic raises many kinds
        raise InputError(f"--covariates '{formula}' cannot be parsed; write it like \"age + female\"") from error
    back = {stand_in: name for name, stand_in in safe.items()}
    columns = tuple(sorted(back.get(str(v), str(v)) for v in needed))
    require_columns(frame, dict.fromkeys(["--covariates"], None) | {f"--covariates {c}": c for c in columns})
    return columns


def _stand_ins(frame: pd.DataFrame, formula: str) -> tuple[dict[str, str], str]:
    """Replace column names that are no identifiers (dots, blanks) by stand-ins, in and out of backquotes."""
    odd = sorted((str(c) for c in frame.columns if not str(c).isidentifier()), key=len, reverse=True)
    used = {name: f"stand_in_{i}_" for i, name in enumerate(odd) if name in formula}
    for name, stand_in in used.items():
        formula = re.sub(rf"`{re.escape(name)}`|(?<![\w.`]){re.escape(name)}(?![\w.`])", stand_in, formula)
    return {name: s for name, s in used.items() if s in formula}, formula


def design_matrix(frame: pd.DataFrame, formula: str | None) -> Covariates | None:
    """Build the design matrix of a formula, intercept first.

    Parameters
    ----------
    frame
        Rows without missing values in the formula's columns.
    formula
        Right-hand side, or None.

    Returns
    -------
    Covariates or None

    Raises
    ------
    InputError
        When the formula cannot be applied, or drops the intercept.
    """
    if formula is None:
        return None
    columns = list(formula_columns(frame, formula))
    safe, text = _stand_ins(frame, formula)
    rows = frame[columns]
    rows = rows.assign(**{c: rows[c].astype(float) for c in columns if rows[c].dtype == bool})
    try:
        built = formulaic.Formula(_ROOT.sub("np.sqrt(", text)).get_model_matrix(
            rows.rename(columns=safe), na_action="ignore"
        )
        matrix = np.asarray(built, dtype=np.float64)
    except Exception as error:  # formulaic raises many kinds, and evaluates expressions
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(f"--covariates '{formula}' cannot be applied ({reason}); check its columns") from error
    back = {stand_in: name for name, stand_in in safe.items()}
    names = tuple(_restored(str(name), back) for name in built.columns)
    if not names or names[0] != "Intercept":
        raise InputError(f"--covariates '{formula}' leaves the intercept out; remove '- 1' or '0 +'")
    return Covariates(matrix, names, rows, built.model_spec, safe)


def _restored(name: str, back: dict[str, str]) -> str:
    for stand_in, original in (*back.items(), ("np.sqrt(", "sqrt(")):
        name = name.replace(stand_in, original)
    return name


def asked_values(request: str, covariates: Covariates | None) -> tuple[str, tuple[str, Any], tuple[str, Any] | None]:
    """Understand `--predict`: a column, the value asked for, and the value to compare with.

    Parameters
    ----------
    request
        `column=value`, or `column=value:other` for a column with more than two values.
    covariates
        What the formula made, None without one.

    Returns
    -------
    tuple
        Column; the value as text and as stored; the other value likewise, None when there is no single one.

    Raises
    ------
    InputError
        When the request is malformed, or names a column outside the formula or a value that does not occur.
    """
    column, sign, values = request.rpartition("=")
    if not sign or not column or not values:
        raise InputError(f"--predict is '{request}'; write it as column=value, such as female=1")
    if covariates is None or column not in covariates.frame.columns:
        raise InputError(f"--predict names column '{column}', which is not in --covariates; add it there")
    text = level_text(covariates.frame[column])
    by_text = dict(zip(text, covariates.frame[column], strict=True))
    values = plain_level(values)
    code = as_code(covariates.frame, column, values)
    asked = [code] if code in by_text else [as_code(covariates.frame, column, v) for v in values.split(":")]
    for value in asked:
        if value not in by_text:
            raise InputError(f"--predict names '{value}', but column '{column}' holds {shown_levels(text)}")
    others = [v for v in by_text if v != asked[0]]
    second = asked[1] if len(asked) > 1 else (others[0] if len(others) == 1 else None)
    return column, (asked[0], by_text[asked[0]]), None if second is None else (second, by_text[second])


def in_file_terms(message: str, roles: dict[str, str], frame: pd.DataFrame) -> str:
    """Replace an estimator's words for its arguments by the file's columns and rows.

    Parameters
    ----------
    message
        What the estimator said.
    roles
        Argument to column.
    frame
        The rows that the estimator was given, with the file's row numbers as index.

    Returns
    -------
    str
    """
    for role, column in roles.items():
        message = re.sub(rf"^{role}\b", f"column '{column}' ({role})", message)
    return re.sub(
        r"position (\d+)", lambda found: f"row {int(frame.index[int(found.group(1)) - 1]) + 1}", message, count=1
    )
