"""SPSS and Stata: numbers with value labels, equal rows to equal bytes; clocks of the library are set to fixed values.

What must not be here: a format of a server.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from analysis.vendors.form import Form, Question, Row

SAV_CLOCK = slice(92, 109)
"""Nine bytes of the day and eight of the time at which the library wrote the header."""

NO_CLOCK = b"01 Jan 0000:00:00"
DTA_CLOCK = re.compile(rb"<timestamp>(.).*?</timestamp>", re.DOTALL)
SPSS_LABEL, STATA_LABEL = 120, 80
"""Characters of a variable's label that a file holds; in SPSS it is bytes that are bounded."""

DISCRETE = 3
"""So many single values may be declared missing in SPSS; more of them are declared as a range."""


def spss(rows: Sequence[Row], form: Form) -> bytes:
    """`.sav`: numbers with value labels, missing answers as declared user-missing codes."""
    codes = {answer: code for answer, (code, _) in form.declared.items()}
    frame, labels = _numeric(rows, form, {**form.missing, **codes})
    coded = [each.flat_name for each in form.questions if _is_coded(each)]
    words = dict(form.declared.values())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.sav"
        pyreadstat.write_sav(
            frame, path, column_labels=_column_labels(frame, form, SPSS_LABEL),
            variable_value_labels={name: labels.get(name, {}) | words for name in coded} if words else labels,
            missing_ranges={name: _ranges(sorted(words)) for name in coded} if words else None,
        )  # fmt: skip
        content = bytearray(path.read_bytes())
    content[SAV_CLOCK] = NO_CLOCK
    return bytes(content)


def _ranges(codes: list[float]) -> list[Any]:
    is_run = codes[-1] - codes[0] == len(codes) - 1
    if is_run or len(codes) > DISCRETE:
        return [{"lo": codes[0], "hi": codes[-1]}]
    return [{"lo": code, "hi": code} for code in codes]


def stata(rows: Sequence[Row], form: Form) -> bytes:
    """`.dta`: numbers with value labels, missing answers as extended missing values where the form has letters."""
    frame, labels = _numeric(rows, form, {**form.missing, **form.letters})
    coded = [each.flat_name for each in form.questions if _is_coded(each)]
    letters = sorted(set(form.letters.values()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.dta"
        pyreadstat.write_dta(
            frame, path, column_labels=_column_labels(frame, form, STATA_LABEL), variable_value_labels=labels,
            version=15, missing_user_values=dict.fromkeys(coded, letters) if letters else None,
        )  # fmt: skip
        content = path.read_bytes()
    return DTA_CLOCK.sub(lambda match: b"<timestamp>\x1101 Jan 1900 00:00</timestamp>", content)


def _is_coded(question: Question) -> bool:
    return question.kind != "text"


def _numeric(
    rows: Sequence[Row], form: Form, missing: Mapping[str, Any]
) -> tuple[pd.DataFrame, dict[str, dict[float, str]]]:
    """What the office keeps, answers as numbers, and the labels of the numbers by variable."""
    columns: dict[str, list[Any]] = {}
    for variable, what in form.office.items():
        kept = [row.kept(what) for row in rows]
        columns[variable] = [float(each) if isinstance(each, int) else each for each in kept]
    columns["phonenumber"] = [row.trace.phone for row in rows]
    columns["lastname"] = [row.trace.name for row in rows]
    for question in form.questions:
        columns[question.flat_name] = [_as_number(question, row, form, missing) for row in rows]
    labels = {
        question.flat_name: {float(question.number(drawn)): label for drawn, _, label in question.choices}
        for question in form.questions
        if question.choices
    }
    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(values)) for name, values in columns.items()}), labels


def _dtype(values: list[Any]) -> str:
    return "float64" if all(isinstance(value, float) for value in values) else "object"


def _as_number(question: Question, row: Row, form: Form, missing: Mapping[str, Any]) -> Any:
    drawn = row.answers[question.source]
    if question.kind == "text":
        return form.missing.get(drawn, drawn) if drawn.startswith(".") else drawn
    if drawn in missing:
        spelled = missing[drawn]
        return spelled if not isinstance(spelled, str) or (len(spelled) == 1 and spelled.isalpha()) else _plain(spelled)
    return float(drawn) if question.kind == "number" else float(question.number(drawn))


def _plain(spelled: str) -> float:
    """A spelling that is a number; system-missing for one that is not."""
    return float(spelled) if re.fullmatch(r"-?\d+", spelled) else float("nan")


def _column_labels(frame: pd.DataFrame, form: Form, longest: int) -> list[str | None]:
    labels = {question.flat_name: question.label for question in form.questions}
    return [labels.get(name, name)[:longest] for name in frame.columns]
