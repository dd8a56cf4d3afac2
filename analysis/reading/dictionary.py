"""The data dictionary: per table what a row is, every column, the first five rows and how to load it.

The tables are parted by subject, one page each, and what is long is folded: a page is read on a phone too.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.reading.figures import is_fictional
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

SUBJECTS = {
    "claims": ("Claims and verdicts", ("claim", "verdict_history")),
    "evidence": ("Published evidence", ("asylum", "benchmarks", "diaspora", "events", "list_", "migrant",
                                        "population", "estimates", "replication", "literature", "questionnaire",
                                        "study_terms")),
    "methods": ("Methods and design", ("method", "technique", "required", "verdict_probabilities", "rds", "base_rates",
                                       "performance", "synthetic_deep", "synthetic_design", "frame_codebook")),
    "protection": ("Pipeline and disclosure control", ("attack", "disclosure", "pipeline", "series_breaks")),
}  # fmt: skip
"""Page → its title and how the names of its tables begin; tables of a study have two pages of their own."""
CORPORA = {"survey": "Survey of the study", "posts": "Posts of the study"}
POSTS = ("post", "label", "text", "stance", "coordination", "shock")


def subject_of(name: str, study: str) -> str:
    """The page on which a table is described."""
    for subject, (_, beginnings) in SUBJECTS.items():
        if name.startswith(beginnings):
            return subject
    if name.startswith(f"{study}_"):
        return "posts" if name.removeprefix(f"{study}_").startswith(POSTS) else "survey"
    return "protection"


def dictionary_pages(release: Release) -> dict[str, str]:
    """The overview, and a page per subject, generated from `datapackage.json` and the tables themselves."""
    grouped = _grouped(release)
    pages = {f"dictionary/{subject}": _subject_page(release, subject, names) for subject, names in grouped.items()}
    return {"dictionary": _overview(release, grouped)} | pages


def dictionary_sections(release: Release) -> list[dict[str, str]]:
    """Entries of the table of contents under the dictionary."""
    return [{"file": f"dictionary/{subject}"} for subject in _grouped(release)]


def _grouped(release: Release) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {subject: [] for subject in (*SUBJECTS, *CORPORA)}
    for name in release.names:
        found[subject_of(name, release.study)].append(name)
    return {subject: names for subject, names in found.items() if names}


def _title(subject: str, study: str) -> str:
    if subject in SUBJECTS:
        return SUBJECTS[subject][0]
    return f"{CORPORA[subject]}{' (fictional)' if study == 'synthetic' else ''}"


def _overview(release: Release, grouped: Mapping[str, list[str]]) -> str:
    intro = (
        "Every table of the release, generated from its own descriptor. Paths are relative to the release folder; "
        "every table is there as Parquet and as CSV. The tier of every table is *open*: it passed the disclosure gate. "
        "An empty cell always has a stated meaning; a column without one is never empty. Under *Role*, a *key* column "
        "forms groups, a *measure* says something about the group, an *explanation* is our prose and a *citation* "
        "leads to the source."
    )
    parts = [
        f":::::{{dropdown}} {_title(subject, release.study)}\n{_listed(release, names)}\n:::::"
        for subject, names in grouped.items()
    ]
    return page(
        "Data dictionary",
        "Every table and column of the release, with units, codes and what an empty cell means.",
        "\n\n".join([intro, *parts]),
        "data-dictionary",
    )


def _listed(release: Release, names: list[str]) -> str:
    cells = [
        (
            f"[{escaped(name)}](#table-{name.replace('_', '-')})",
            escaped(release.resource(name)["title"]),
            quoted(count(len(release.table(name))), name),
        )
        for name in names
    ]
    return pipe_table(("Table", "What it holds", "Rows"), cells, (2,))


def _subject_page(release: Release, subject: str, names: list[str]) -> str:
    title = _title(subject, release.study)
    return page(
        f"Tables: {title[0].lower()}{title[1:]}",
        f"Tables and columns of the release: {title[0].lower()}{title[1:]}.",
        "\n\n".join(_section(release, name) for name in names),
    )


def _section(release: Release, name: str) -> str:
    resource, rows = release.resource(name), release.table(name)
    schema = resource["schema"]
    key = ", ".join(f"`{column}`" for column in schema["primaryKey"])
    described = pipe_table(
        ("Column", "Meaning", "Type", "Role", "Empty means"), [_column(field) for field in schema["fields"]]
    )
    parts = [
        f"(table-{name.replace('_', '-')})=\n## {escaped(name)}",
        f"{escaped(resource['title'])}. {escaped(resource['description'])} Key: {key}. "
        f"{'Fictional rows' if is_fictional([name]) else 'Rows'}: {quoted(count(len(rows)), name)}.",
        f":::{{dropdown}} Columns\n{described}\n:::",
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
