"""Read and write tables by name; the one place that knows in which folder and which bytes a table lives.

A full name is `<tier>__<table>`; the tier decides the folder. Every table is held against its declaration on the way
in and on the way out, sorted by its key, its floats rounded to the declared decimals, and written under a temporary
name first. What must not be here: statistics, judgement, or a path that a stage could have chosen.
"""

import contextlib
import fcntl
import glob
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import SchemaError, StoreError
from analysis.schemas import TABLES, Column, Table
from analysis.schemas.check import check, conform
from analysis.schemas.publish import arrow_schema, parquet_metadata

TIER_FOLDERS = {
    "reference": "data/reference",
    "restricted": "data/restricted",
    "candidate": "data/candidate",
    "open": "data/release/tables",
}
WRITABLE_TIERS = ("restricted", "candidate")
"""Tiers that a stage may write; `reference` is written by people, `open` by the release room against a clearance."""

ROW_GROUP_ROWS = 65_536
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet takes for a formula; and the apostrophe, so that reading back loses nothing."""
UNFINISHED = ".part"
"""How every temporary name ends; none of them is ever read."""


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
        tier, table = split_name(full_name)
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
        tier, table = split_name(full_name)
        if tier not in WRITABLE_TIERS:
            raise StoreError(f"{full_name}: stages write {' and '.join(WRITABLE_TIERS)} tables only, not tier '{tier}'")
        write_atomically(self.path(full_name), parquet_bytes(canonical(frame, table), table))


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
    text: str = cells.to_csv(index=False, lineterminator="\n")
    return text.encode()


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


def write_atomically(path: Path, data: bytes) -> None:
    """Write under a temporary name in the same folder, then rename: a reader sees the old file or the whole new one.

    Raises
    ------
    StoreError
        The machine does not let the file be written (full disk, read-only folder); the old one is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
                Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(
            f"{path}: not written, and what was there is untouched ({error.strerror}); "
            "make room or permit writing, then run the same again"
        ) from error


def _umask() -> int:
    """What the process takes from the rights of a new file: it can only be read by being set."""
    current = os.umask(0o077)
    os.umask(current)
    return current


def _remove_abandoned(path: Path) -> None:
    """Temporary files of this name whose writer was killed."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{UNFINISHED}"):
        remove_if_abandoned(left)


def remove_if_abandoned(left: Path) -> bool:
    """Remove a temporary file or folder unless its writer lives, which then holds its lock; True when it is gone."""
    with contextlib.suppress(FileNotFoundError, BlockingIOError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
        return True
    return False


@contextlib.contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    """Hold the lock of a file or a folder; the system gives it back when the process dies."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole folder under a temporary name, then rename: a reader sees the old one or the whole new one.

    Parameters
    ----------
    folder : Path
        Its old content is gone afterwards.
    files : mapping
        Path within the folder → content.

    Raises
    ------
    StoreError
        Another process writes the same folder, or the machine does not let it be written.
    """
    new, old = (folder.with_name(f".{folder.name}.{word}{UNFINISHED}") for word in ("new", "old"))
    for left in (new, old):
        if left.exists() and not remove_if_abandoned(left):
            raise StoreError(f"{folder}: another process is writing it; wait for that one")
    new.mkdir(parents=True)
    with _locked(new, fcntl.LOCK_EX):
        for name, data in files.items():
            write_atomically(new / name, data)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
