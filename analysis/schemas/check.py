"""Hold a table against its declaration and report every violation, each with its value and its rule.

What must not be here: stopping at the first violation, mending a value, reading a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType

import numpy as np
import pandas as pd

from analysis.errors import SchemaError, shown
from analysis.schemas.declaration import Column, Table

SHOWN_IN_ERROR = 20
"""Violations printed in an error; the count is always complete."""

REAL = "vault_"
"""How the name of a table begins whose rows come from a team's own exports."""

_DTYPES = {
    "text": "str",
    "code": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}


@dataclass(frozen=True)
class Violation:
    """One broken rule: table, row (its key, or its position), column, the value received and the rule's sentence."""

    table: str
    row: str
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        return f"{self.table}, row {self.row}, column {self.column}: got {self.value}; {self.rule}"


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the frame in declared column order and types, or raise with every violation.

    Parameters
    ----------
    frame : DataFrame
        One row per what `table.row_is` says; columns in any order.
    table : Table
        The declaration.

    Returns
    -------
    DataFrame
        The same rows in the same order, columns as declared, types as declared.

    Raises
    ------
    SchemaError
        When a column is missing or undeclared, or any value breaks a rule; names table, row, column, value and rule.
    """
    found = [*_column_violations(frame, table)]
    if not found:
        found = [*_type_violations(frame, table)]
    if not found:
        frame = conform(frame, table)
        found = [*_value_violations(frame, table), *_key_violations(frame, table), *_rule_violations(frame, table)]
    if found:
        raise SchemaError(_message(table, found))
    return frame


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame in declared order and types; for frames whose values are known to be of those types."""
    ordered = frame.loc[:, list(table.column_names)].reset_index(drop=True)
    return ordered.astype({column.name: _DTYPES[column.kind] for column in table.columns})


def _message(table: Table, found: list[Violation]) -> str:
    shown = "\n".join(f"  {violation}" for violation in found[:SHOWN_IN_ERROR])
    more = f"\n  … and {len(found) - SHOWN_IN_ERROR} more" if len(found) > SHOWN_IN_ERROR else ""
    return f"table {table.name} breaks its declaration in {len(found)} place(s):\n{shown}{more}"


def _column_violations(frame: pd.DataFrame, table: Table) -> Iterator[Violation]:
    for name in table.column_names:
        if name not in frame.columns:
            yield Violation(table.name, "all", name, "no such column", "the table declares this column: add it")
    for name in frame.columns:
        if name not in table.column_names:
            rule = "the table declares no such column: declare it in analysis/schemas or drop it"
            yield Violation(table.name, "all", str(name), "a column", rule)


def _type_violations(frame: pd.DataFrame, table: Table) -> Iterator[Violation]:
    for column in table.columns:
        values = frame[column.name]
        for position in _positions(~_is_of_kind(values, column.kind)):
            rule = f"values of this column are of kind '{column.kind}'"
            yield Violation(table.name, str(position), column.name, _shown(values.iloc[position], table), rule)


def _is_of_kind(values: pd.Series, kind: str) -> "pd.Series[bool]":
    """True where a value is null or converts to the kind without loss."""
    if kind in ("text", "code"):
        return values.isna() | _each_is(values, str)
    if kind == "boolean":
        return values.isna() | values.isin([True, False])
    if kind == "date":
        return values.isna() | pd.to_datetime(values, errors="coerce", format="ISO8601").notna()
    is_other = _each_is(values, bool | str)
    if is_other.any():
        return values.isna() | ~is_other
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    whole = numbers.mod(1).eq(0) if kind == "integer" else numbers.abs().ne(float("inf"))
    return values.isna() | (numbers.notna() & whole)


def _each_is(values: pd.Series, kinds: type | UnionType) -> "pd.Series[bool]":
    """Which values are of these Python types; a column whose type says it of all of them is not looked through."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return pd.Series(data=False, index=values.index)
    if isinstance(values.dtype, pd.StringDtype):
        return values.notna()
    return values.map(lambda value: isinstance(value, kinds)).astype(bool)


def _value_violations(frame: pd.DataFrame, table: Table) -> Iterator[Violation]:
    for column in table.columns:
        values = frame[column.name]
        for broken, rule in _column_rules(values, column):
            for position in _positions(broken):
                row = _row_name(frame, table, position)
                yield Violation(table.name, row, column.name, _shown(values.iloc[position], table), rule)


def _column_rules(values: pd.Series, column: Column) -> Iterator[tuple["pd.Series[bool]", str]]:
    if not column.is_nullable:
        yield values.isna(), "the column may not be empty"
    if column.kind in ("text", "code"):
        yield values.eq("").fillna(False), "a text is null or has at least one character"
    if column.codes:
        allowed = ", ".join(column.codes)
        yield values.notna() & ~values.isin(list(column.codes)), f"allowed codes: {allowed}"
    if column.pattern:
        rule = f"the value matches {column.pattern}"
        yield values.notna() & ~values.str.fullmatch(column.pattern).fillna(True).astype(bool), rule
    if column.minimum is not None:
        yield values.lt(column.minimum).fillna(False), f"the value is at least {column.minimum:g}"
    if column.maximum is not None:
        yield values.gt(column.maximum).fillna(False), f"the value is at most {column.maximum:g}"


def _key_violations(frame: pd.DataFrame, table: Table) -> Iterator[Violation]:
    for position in _positions(frame.duplicated(list(table.key), keep="first")):
        row = _row_name(frame, table, position)
        yield Violation(table.name, row, ", ".join(table.key), "a second row", "the key is unique")


def _rule_violations(frame: pd.DataFrame, table: Table) -> Iterator[Violation]:
    for rule in table.rules:
        for position in _positions(~rule.holds(frame).fillna(False).astype(bool)):
            values = ", ".join(_shown(frame[name].iloc[position], table) for name in rule.columns)
            row = _row_name(frame, table, position)
            yield Violation(table.name, row, ", ".join(rule.columns), values, rule.sentence)


def _shown(value: object, table: Table) -> str:
    """A value as a person would write it, numpy's wrappers off; one of real persons only by its shape."""
    plain = value.item() if hasattr(value, "item") else value
    return shown(plain) if isinstance(plain, str) and table.name.startswith(REAL) else repr(plain)


def _row_name(frame: pd.DataFrame, table: Table, position: int) -> str:
    key = " ".join(str(frame[name].iloc[position]) for name in table.key)
    return f"{position} ({key})"


def _positions(mask: "pd.Series[bool]") -> list[int]:
    return [int(position) for position in np.flatnonzero(mask.to_numpy(dtype=bool))]
