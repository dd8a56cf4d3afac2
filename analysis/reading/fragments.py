"""Pieces of MyST Markdown that pages are made of: tables, figures with their provenance, verdict words, links.

What must not be here: which table a page shows, or any sentence about a result.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.reading.figures import Drawing, is_fictional
from analysis.reading.tables import Release
from analysis.reading.wording import is_given, mark

FICTIONAL_HEAD = "[Fictional]{.fictional}"
LONG_CELL = 60
"""Characters of a cell that a column as narrow as its longest word would make a tower of."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>$|~#{}])")
_LOOSE_UNIT = re.compile(r"(?<=\d)[ \u00a0](?=%)")
_DOI = re.compile(r"doi:(10\.\d{4,9}/[^\s;,]+[^\s;,.)])")
_ADDRESS = re.compile(r"(https?://[^\s;,<>()]+[^\s;,.<>()])")


def escaped(text: object) -> str:
    """Text from a table as literal Markdown on one line; a percent sign follows its number at once."""
    return _literal(" ".join(str(text).split()))


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _LOOSE_UNIT.sub("", text))


def cited(text: object) -> str:
    """A citation as Markdown: DOIs and addresses become links."""
    parts = _DOI.split(" ".join(str(text).split()))
    return "".join(
        f"[doi:{part}](https://doi.org/{part})" if index % 2 else _linked(part) for index, part in enumerate(parts)
    )


def _linked(text: str) -> str:
    parts = _ADDRESS.split(text)
    return "".join(f"[{_host(part)}]({part})" if index % 2 else _literal(part) for index, part in enumerate(parts))


def _host(address: str) -> str:
    """What a link says: the host, unless it holds a digit, which a reader could take for a number of the release."""
    host = address.split("/")[2].removeprefix("www.")
    return "the page" if any(map(str.isdigit, host)) else _literal(host)


def quoted(text: str, table: str) -> str:
    """A number in a sentence, with the release table that it comes from as its class."""
    return f"[{text}]{{.value .from-{table.replace('_', '-')}}}"


def verdict_word(verdict_code: str, word: str = "") -> str:
    """The verdict's word, in English unless one is given, with its shape and colour; the word carries the meaning."""
    style = mark(verdict_code)
    return f"[{word or style.word}]{{.verdict .verdict-{verdict_code.replace('_', '-')}}}"


def outcome_word(is_passed: object) -> str:
    """What a check found; an empty cell is a check that the data could not decide, which nobody passed."""
    if not is_given(is_passed):
        return "*not judged*"
    return "passed" if is_passed else "**failed**"


def checks_summary(checks: pd.DataFrame, table: str, named: Callable[[Any], str], world: str = "") -> str:
    """How many checks failed and could not be judged, and which failed: the one line before a folded table."""
    failed, unjudged = checks[checks.is_passed.eq(False).fillna(False)], int(checks.is_passed.isna().sum())
    place = f" of {world}" if world else ""
    counts = f"Of {_of(len(checks), table)} checks{place}, {_of(len(failed), table)} failed"
    doubt = f" and {_of(unjudged, table)} could not be judged" if unjudged else ""
    told: dict[str, list[str]] = {}
    for row in failed.itertuples():
        told.setdefault(named(row), []).append(str(row.check_code).replace("_", " "))
    which = "; ".join(f"{escaped(one)}: {escaped(', '.join(codes))}" for one, codes in told.items())
    return f"{counts}{doubt}.{f' Failed: {which}.' if which else ''}"


def _of(number: int, table: str) -> str:
    return quoted(str(number), table)


def bullets(items: Sequence[str], nothing: str) -> str:
    """A list, or the sentence that says that there is nothing."""
    return "\n".join(f"* {escaped(item)}" for item in items) if items else nothing


def pipe_table(headings: Sequence[str], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """A table; cells are Markdown already, columns in `numeric` are aligned right, sentences get room on a phone."""
    rule = ["--:" if index in numeric else "---" for index in range(len(headings))]
    body = ([_roomy(cell) for cell in cells] for cells in rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [headings, rule, *body])


def _roomy(cell: str) -> str:
    return f"[{cell}]{{.roomy}}" if len(cell) > LONG_CELL else cell


NO_ROW = "*This release has no row of this kind.*"


def column_table(rows: pd.DataFrame, columns: Mapping[str, Callable[[Any], str]], numeric: Sequence[int] = ()) -> str:
    """A table from a frame: heading → what to write about a row; a sentence where there is none."""
    if rows.empty:
        return NO_ROW
    cells = [[write(row) for write in columns.values()] for row in rows.itertuples()]
    return pipe_table(list(columns), cells, numeric)


def div(classes: str, body: str, fence: str = "::::") -> str:
    """A block with classes of its own."""
    return f"{fence}{{div}} {classes}\n{body}\n{fence}"


def provenance(release: Release, tables: Sequence[str], script: str = "", pictures: Sequence[str] = ()) -> str:
    """The line under every figure and table: script, data table, CSV, hash."""
    parts = [f"Script: {{download}}`{script} </scripts/{script}>`"] if script else []
    for name in tables:
        parts.append(
            f"Data: [{escaped(name)}](#table-{name.replace('_', '-')}), {{download}}`CSV </data/open__{name}.csv>`, "
            f"{{download}}`Parquet </data/open__{name}.parquet>`, "
            f"SHA-256 `{release.fingerprint(name)}…`"
        )
    parts += [f"{{download}}`{_file_words(path)} </figures/{path}>`" for path in pictures]
    return div("provenance", " · ".join(parts), ":::")


def _file_words(path: str) -> str:
    kind = path.rsplit(".", 1)[-1]
    return "What is drawn (CSV)" if kind == "csv" else kind.upper()


def figure_block(drawing: Drawing, release: Release) -> str:
    """A figure at page and phone width with its alternative text and its provenance."""
    pictures = "\n".join(
        f":::{{image}} /figures/{drawing.name}{suffix}.svg\n:alt: {drawing.message}\n:class: {look}\n:::"
        for suffix, look in (("", "figure-page"), ("_phone", "figure-phone"))
    )
    files = (drawing.csv_name, f"{drawing.name}.svg", f"{drawing.name}.png")
    line = provenance(release, drawing.tables, drawing.script, files)
    return div("figure-card", f"{pictures}\n\n{line}", "::::")


def table_block(table: str, release: Release, name: str, script: str) -> str:
    """A table with its provenance; the head of a fictional one says in its first cell that it is fictional."""
    head, *rest = table.split("\n")
    if is_fictional([name]) and "iction" not in head:
        table = "\n".join([head.replace("| ", f"| {FICTIONAL_HEAD} ", 1), *rest])
    return f"{table}\n\n{provenance(release, (name,), script)}"


def page(title: str, description: str, body: str, label: str = "") -> str:
    """A whole page: description for search engines, an optional label, a heading and the body."""
    anchor = f"({label})=\n" if label else ""
    head = f"---\nmyst:\n  html_meta:\n    description: {json.dumps(description, ensure_ascii=False)}\n---"
    return f"{head}\n\n{anchor}# {title}\n\n{body.strip()}\n"
