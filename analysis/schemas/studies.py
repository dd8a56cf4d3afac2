"""Tables that derive from corpora carry the study in their name, so that a real and a fictional corpus never share a file.

Such a table is declared once, without a study, and registered under a name for each study; a stage asks for it with
`study_table(params.study, "restricted__posts")`, and `dvc.yaml` writes `restricted__${study}_posts`. What must not be
here: a declaration.
"""

from collections.abc import Iterable
from dataclasses import replace

from analysis.schemas.declaration import Table
from analysis.schemas.items import item_columns
from analysis.study.plan import Plan

STUDIES = ("synthetic", "vault")
"""`synthetic`: the fictional world. `vault`: a team's own consented exports."""

_TITLES = {"synthetic": "Fictional world: ", "vault": ""}
_SOURCES = {"synthetic": "fictional world written by analysis/synthetic; nobody was asked", "vault": "this study"}


def study_table(study: str, full_name: str) -> str:
    """The name of a study's own table: `restricted__posts` of `synthetic` is `restricted__synthetic_posts`.

    Raises
    ------
    ValueError
        There is no such study, or the name has no tier: a mistake in a stage, not in its data.
    """
    tier, separator, name = full_name.partition("__")
    if study not in STUDIES or not separator:
        raise ValueError(f"study {study!r}, table {full_name!r}: want one of {', '.join(STUDIES)} and <tier>__<table>")
    return f"{tier}__{study}_{name}"


def study_source(study: str) -> str:
    """Whose answers and posts these are, for the rows of a study's own tables."""
    return _SOURCES[study]


def study_of(table: Table) -> str:
    """The study that a table's name carries."""
    return table.name.partition("_")[0]


def with_items(table: Table, plan: Plan) -> Table:
    """A table of which the items of a plan are columns too."""
    return replace(table, columns=(*table.columns, *item_columns(plan)), is_per_item=False)


def for_every_study(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Each declaration once per study, under the study's name."""
    return tuple(_named(table, study) for table in tables for study in STUDIES)


def _named(table: Table, study: str) -> Table:
    return replace(
        table,
        name=f"{study}_{table.name}",
        title=f"{_TITLES[study]}{table.title}",
        source=_SOURCES[study],
        counts=f"{study} {table.counts}" if table.counts else "",
    )
