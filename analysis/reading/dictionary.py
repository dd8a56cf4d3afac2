"""The data dictionary: per table what a row is, every column, the first five rows and how to load it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.reading.fragments import escaped, page, pipe_table, provenance, quoted
from analysis.reading.tables import Release
from analysis.reading.wording import clipped, count, in_words, is_given, sentence_case

SCRIPT = "dictionary.py"
FIRST_ROWS, CELL_LETTERS = 5, 48
LOAD = """\
# pandas
pandas.read_parquet("tables/open__{name}.parquet")
# polars
polars.read_parquet("tables/open__{name}.parquet")
# DuckDB
SELECT * FROM 'tables/open__{name}.parquet';
# R
arrow::read_parquet("tables/open__{name}.parquet")"""


def dictionary_page(release: Release) -> str:
    """The whole page, generated from `datapackage.json` and the tables themselves."""
    tables = release.names
    listed = [
        (
            f"[{escaped(name)}](#table-{name.replace('_', '-')})",
            escaped(release.resource(name)["title"]),
            quoted(count(len(release.table(name))), name),
        )
        for name in tables
    ]
    intro = (
        "Every table of the release, generated from its own descriptor. Paths are relative to the release "
        "folder; every table is "
        "there as Parquet and as CSV. The tier of every table is *open*: it passed the disclosure gate. An "
        "empty cell always has a "
        "stated meaning; a column without one is never empty. Under *Role*, a *key* column forms groups, a "
        "*measure* says something "
        "about the group, an *explanation* is our prose and a *citation* leads to the source."
    )
    body = "\n\n".join(
        [
            intro,
            pipe_table(("Table", "What it holds", "Rows"), listed, (2,)),
            *(_section(release, name) for name in tables),
        ]
    )
    return page(
        "Data dictionary",
        "Every table and column of the release, with units, codes and what an empty cell means.",
        body,
        "data-dictionary",
    )


def _section(release: Release, name: str) -> str:
    resource, rows = release.resource(name), release.table(name)
    schema = resource["schema"]
    key = ", ".join(f"`{column}`" for column in schema["primaryKey"])
    parts = [
        f"(table-{name.replace('_', '-')})=\n## {escaped(name)}",
        f"{escaped(resource['title'])}. {escaped(resource['description'])} Key: {key}. "
        f"Rows: {quoted(count(len(rows)), name)}.",
        pipe_table(
            ("Column", "Meaning", "Type", "Role", "Empty means"), [_column(field) for field in schema["fields"]]
        ),
        f":::{{dropdown}} First rows\n{_first_rows(rows)}\n:::",
        f":::{{dropdown}} Load it\n```text\n{LOAD.format(name=name)}\n```\n:::",
        provenance(release, (name,), SCRIPT),
    ]
    return "\n\n".join(parts)


def _column(field: Mapping[str, Any]) -> tuple[str, ...]:
    meaning = f"{escaped(sentence_case(field['description']))}."
    if field.get("unit"):
        meaning += f" Unit: {escaped(field['unit'])}."
    if field.get("codes"):
        meaning += " Codes: " + "; ".join(f"`{code}` {escaped(words)}" for code, words in field["codes"].items()) + "."
    empty = escaped(field["nullMeans"]) if field.get("nullMeans") else "never empty"
    return f"`{field['name']}`", meaning, field["type"], field.get("role", ""), empty


def _first_rows(rows: pd.DataFrame) -> str:
    head = rows.head(FIRST_ROWS)
    cells = [[_cell(value) for value in row] for row in head.itertuples(index=False)]
    return pipe_table([escaped(in_words(column)) for column in rows.columns], cells)


def _cell(value: object) -> str:
    if not is_given(value):
        return "*empty*"
    if isinstance(value, float):
        return f"{value:g}"
    return escaped(clipped(str(value), CELL_LETTERS))
