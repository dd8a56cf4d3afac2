"""Read and write tables by name; the one place that knows in which folder and which bytes a table lives.

A full name is `<tier>__<table>`; the tier decides the folder. Every table is held against its declaration on the way
in and on the way out, sorted by its key, its floats rounded to the declared decimals, and written under a temporary
name first. What must not be here: statistics, judgement, or a path that a stage could have chosen.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.atomic import write_atomically
from analysis.errors import SchemaError, StoreError
from analysis.schemas import TABLES, Column, Table, study_of, with_items
from analysis.schemas.check import check, conform
from analysis.schemas.publish import arrow_schema, parquet_metadata
from analysis.spreadsheet import cell_text, csv_text, inert_cell
from analysis.study import open_plan

TIER_FOLDERS = {
    "reference": "data/reference",
    "restricted": "data/restricted",
    "candidate": "data/candidate",
    "open": "data/release/tables",
}
WRITABLE_TIERS = ("restricted", "candidate")
"""Tiers that a stage may write; `reference` is written by people, `open` by the release room against a clearance."""

ROW_GROUP_ROWS = 65_536


@dataclass(frozen=True)
class Store:
    """The tables under one project folder."""

    root: Path

    def path(self, full_name: str) -> Path:
        """Where a table lives: CSV for the reference tier, which people edit, Parquet for every other."""
        tier, _ = split_name(full_name)
        suffix = "csv" if tier == "reference" else "parquet"
        stem = full_name.removeprefix("reference__") if tier == "reference" else full_name
        return self.root / TIER_FOLDERS[tier] / f"{stem}.{suffix}"

    def read(self, full_name: str) -> pd.DataFrame:
        """Read and check one table.

        Parameters
        ----------
        full_name : str
            `<tier>__<table>`.

        Returns
        -------
        DataFrame
            One row per what the table's `row_is` says, in key order, columns and types as declared.

        Raises
        ------
        StoreError
            Unknown tier or table, or the file is not there.
        SchemaError
            The file breaks the declaration; names file, row, column, value and rule.
        """
        tier, table = self._declared(full_name)
        path = self.path(full_name)
        if not path.is_file():
            raise StoreError(f"{full_name}: no file {path}; run `./run repro`, or restore the file from git")
        try:
            frame = parse_csv(path.read_bytes(), table) if tier == "reference" else pq.read_table(path).to_pandas()
            return check(frame, table)
        except SchemaError as error:
            raise SchemaError(f"{path}: {error}") from error

    def write(self, full_name: str, frame: pd.DataFrame) -> None:
        """Check, sort and round a table, then write it as Parquet under its final name in one step.

        Raises
        ------
        StoreError
            Unknown name, or a tier that stages may not write.
        SchemaError
            The frame breaks the declaration; nothing is written.
        """
        tier, table = self._declared(full_name)
        if tier not in WRITABLE_TIERS:
            raise StoreError(f"{full_name}: stages write {' and '.join(WRITABLE_TIERS)} tables only, not tier '{tier}'")
        write_atomically(self.path(full_name), parquet_bytes(canonical(frame, table), table))

    def write_empty(self, *full_names: str) -> None:
        """Write tables without a row: those of a part that the study does not have."""
        for full_name in full_names:
            _, table = self._declared(full_name)
            none = pd.DataFrame({name: pd.Series(dtype=object) for name in table.column_names})
            self.write(full_name, conform(none, table))

    def _declared(self, full_name: str) -> tuple[str, Table]:
        """Tier and declaration; the items of a study are columns as its plan states them."""
        tier, table = split_name(full_name)
        return tier, with_items(table, open_plan(self.root, study_of(table))) if table.is_per_item else table


def split_name(full_name: str) -> tuple[str, Table]:
    """Tier and declaration of a full table name, or StoreError."""
    tier, separator, name = full_name.partition("__")
    if not separator or tier not in TIER_FOLDERS:
        raise StoreError(f"table name {full_name!r}: want <tier>__<table> with a tier of {', '.join(TIER_FOLDERS)}")
    if name not in TABLES:
        raise StoreError(f"table name {full_name!r}: no table {name!r} is declared in analysis/schemas")
    return tier, TABLES[name]


def canonical(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The checked frame sorted by key with floats at declared decimals: equal content gives equal bytes."""
    frame = check(frame, table).sort_values(list(table.key), ignore_index=True, kind="stable")
    for column in table.columns:
        if column.kind == "number":
            # Adding zero turns a rounded-off negative zero into zero.
            frame[column.name] = frame[column.name].round(column.decimals) + 0.0
    return frame


def parquet_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """Parquet with the declared schema and our documented metadata only: no index, no statistics, no pandas block."""
    arrow = pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False).replace_schema_metadata(None)
    sink = io.BytesIO()
    # `store_schema=False` keeps Arrow's own block out, and with it every key-value entry: ours are added by hand.
    with pq.ParquetWriter(
        sink, arrow.schema, compression="zstd", write_statistics=False, store_schema=False, use_dictionary=False
    ) as writer:
        writer.write_table(arrow, row_group_size=ROW_GROUP_ROWS)
        writer.add_key_value_metadata(parquet_metadata(table))
    return sink.getvalue()


def csv_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """UTF-8 CSV with one header row; empty cells are nulls; numbers at declared decimals; no text is a formula."""
    cells = pd.DataFrame({column.name: _as_text(frame[column.name], column) for column in table.columns})
    return csv_text(cells).encode()


def content_hash(frame: pd.DataFrame, table: Table) -> str:
    """SHA-256 of a table's sorted values as text: equal wherever the values are equal, whatever wrote the file."""
    return hashlib.sha256(csv_bytes(canonical(frame, table), table)).hexdigest()


def parse_csv(data: bytes, table: Table) -> pd.DataFrame:
    """Read CSV bytes into declared types; a cell that is not of its column's kind raises with its line.

    Raises
    ------
    SchemaError
        Not UTF-8, not CSV, a header that differs from the declaration, or a cell of another kind.
    """
    try:
        text = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SchemaError(f"table {table.name} is not a UTF-8 CSV file with a header row: {error}") from error
    if tuple(text.columns) != table.column_names:
        expected, found = ", ".join(table.column_names), ", ".join(text.columns)
        raise SchemaError(f"table {table.name}: header is [{found}], declared is [{expected}]")
    return conform(pd.DataFrame({column.name: _parsed(text[column.name], column) for column in table.columns}), table)


_CELL_PATTERNS = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?([eE]-?\d+)?", "boolean": "true|false"}


def _parsed(cells: pd.Series, column: Column) -> pd.Series:
    pattern = _CELL_PATTERNS.get(column.kind, ".*")
    for position, cell in enumerate(cells):
        if cell and not re.fullmatch(pattern, cell, re.DOTALL):
            rule = f"a cell of kind '{column.kind}' matches {pattern}"
            raise SchemaError(f"line {position + 2}, column {column.name}: got {cell!r}; {rule}")
    if column.kind in ("text", "code"):
        cells = cells.map(cell_text)
    values = cells.mask(cells == "")
    if column.kind == "boolean":
        return values.map({"true": True, "false": False})
    return pd.to_numeric(values) if column.kind in ("integer", "number") else values


def _as_text(values: pd.Series, column: Column) -> pd.Series:
    if column.kind == "number":
        return values.map(lambda value: "" if pd.isna(value) else f"{value:.{column.decimals}f}")
    if column.kind == "boolean":
        return values.map({True: "true", False: "false"}).fillna("")
    if column.kind == "date":
        return values.dt.strftime("%Y-%m-%d").fillna("")
    return values.astype("str").where(values.notna(), "").map(inert_cell)
