"""What the declarations become for others: Arrow schema, Parquet metadata, Frictionless descriptor, codebook.

What must not be here: prose about a column that is not in its declaration.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.schemas.declaration import Column, Table

_ARROW_TYPES = {
    "text": pa.string(),
    "code": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
_FRICTIONLESS_TYPES = {
    "text": "string",
    "code": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
}


def arrow_schema(table: Table) -> pa.Schema:
    """Column names and Arrow types in declared order; columns that may not be empty are not nullable."""
    fields = [pa.field(column.name, _ARROW_TYPES[column.kind], nullable=column.is_nullable) for column in table.columns]
    return pa.schema(fields)


def parquet_metadata(table: Table) -> dict[str, str]:
    """The only key-value metadata that our Parquet files carry."""
    return {"title": table.title, "row_is": table.row_is, "source": table.source}


def frictionless_resource(table: Table, path: str, sha256: str, size_bytes: int) -> dict[str, Any]:
    """Tabular Data Resource (Frictionless Data Package v1) for the CSV of one table."""
    return {
        "name": table.name.replace("_", "-"),
        "title": table.title,
        "description": f"One row is {table.row_is}. Source: {table.source}.",
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size_bytes,
        "hash": f"sha256:{sha256}",
        "outputKind": table.output_kind,
        **({"counts": table.counts} if table.counts else {}),
        **({"corpus": table.corpus} if table.corpus else {}),
        "dialect": {"delimiter": ",", "header": True, "lineTerminator": "\n"},
        "schema": {
            "fields": [_frictionless_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _frictionless_field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS_TYPES[column.kind],
        "description": column.meaning,
        "constraints": _constraints(column),
        "role": column.role,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.codes:
        field["codes"] = dict(column.codes)
    if column.null_means:
        field["nullMeans"] = column.null_means
    if column.total:
        field["total"] = column.total
    return field


def _constraints(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.is_nullable}
    if column.codes:
        constraints["enum"] = list(column.codes)
    if column.pattern:
        constraints["pattern"] = column.pattern
    for name, bound in (("minimum", column.minimum), ("maximum", column.maximum)):
        if bound is not None:
            constraints[name] = int(bound) if column.kind == "integer" else bound
    return constraints


def codebook_markdown(tables: Iterable[tuple[Table, pd.DataFrame]], title: str) -> str:
    """The codebook as Markdown: per table what a row is, its key, and everything about every column.

    Parameters
    ----------
    tables : iterable of (Table, DataFrame)
        Declarations with the rows that are released: the summary of a column is made from these.
    title : str
        First heading.
    """
    sections = [f"# {title}\n"]
    for table, frame in tables:
        sections.append(_table_section(table, frame))
    return "\n".join(sections)


def _table_section(table: Table, frame: pd.DataFrame) -> str:
    lines = [
        f"## {table.name}\n",
        f"{table.title}.\n",
        f"One row is {table.row_is}. Rows: {len(frame)}. Key: {', '.join(table.key)}. Source: {table.source}.\n",
        "| column | kind | meaning | unit | codes | empty means | role in disclosure control | released values |",
        "|---|---|---|---|---|---|---|---|",
        *(_column_row(column, frame[column.name]) for column in table.columns),
    ]
    rules = [f"* {rule.sentence}" for rule in table.rules]
    return "\n".join([*lines, *(["", "Rules between columns:", "", *rules] if rules else []), ""])


def _column_row(column: Column, values: "pd.Series[Any]") -> str:
    codes = "; ".join(f"`{code}` {meaning}" for code, meaning in column.codes.items())
    empty = column.null_means or "never empty"
    cells = (
        f"`{column.name}`",
        column.kind,
        column.meaning,
        column.unit,
        codes,
        empty,
        column.role,
        _summary(column, values),
    )
    return f"| {' | '.join(cells)} |"


def _summary(column: Column, values: "pd.Series[Any]") -> str:
    """How many cells are filled, and their range, or how many different ones there are."""
    filled = values.dropna()
    if filled.empty:
        return f"all {len(values)} empty"
    missing = f", {len(values) - len(filled)} empty" if len(filled) < len(values) else ""
    if column.kind in ("integer", "number"):
        decimals = column.decimals or 0
        return f"{filled.min():.{decimals}f} to {filled.max():.{decimals}f}{missing}"
    if column.kind == "date":
        return f"{filled.min():%Y-%m-%d} to {filled.max():%Y-%m-%d}{missing}"
    return f"{filled.nunique()} different{missing}"
