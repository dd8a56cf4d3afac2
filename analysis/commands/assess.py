"""`assess`: how exposed the records of a person-level file are, as aggregates only."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from analysis.commands.person_file import coded, named_columns, read_persons
from analysis.commands.screen import display
from analysis.commands.survey_file import numeric
from analysis.disclosure import risk


def assess(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file, one row per person", show_default=False)],
    *,
    quasi_identifiers: Annotated[
        str, typer.Option(help="Columns that an attacker may know, such as age,sex,region", show_default=False)
    ],
    sensitive: Annotated[str | None, typer.Option(help="Column that nobody may learn: adds l-diversity")] = None,
    weights: Annotated[str | None, typer.Option(help="Column of design weights: adds individual risk")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")] = False,
) -> None:
    """Count classes, uniques, special uniques and risk of a file; no result speaks of a single record."""
    keys = named_columns(quasi_identifiers)
    frame = read_persons(file, keys, sensitive=sensitive, weights=weights)
    found = risk.assess(
        coded(frame, keys),
        coded(frame, [sensitive])[:, 0] if sensitive else None,
        numeric(frame, weights, "weights are numbers") if weights else None,
    )
    document = as_record(found)
    if as_json:
        print(json.dumps(document))
    else:
        _show(document, keys)


def as_record(found: risk.Assessment) -> dict[str, Any]:
    """The assessment as JSON knows it; what was not asked for is null."""
    special, diversity = found.suda2, found.diversity
    return {
        "n": found.n,
        "classes": found.classes,
        "violations": {str(k): count for k, count in found.violations.items()},
        "sample_uniques": found.sample_uniques,
        "suda2": {"sum": special.sum, "max": special.max, "records": special.records},
        "individual_risk": {"sum": found.individual_risk_sum},
        "l_diversity": {"min": diversity.min, "violations_2": diversity.violations_2} if diversity else None,
        "mean_prosecutor_risk": found.mean_prosecutor_risk,
    }


MEANINGS = {
    "n": "records",
    "classes": "classes of records that agree on every key",
    "violations": "records in classes smaller than k",
    "sample_uniques": "records alone in their class",
    "suda2": "special uniqueness (SUDA2): sum, largest score, records with any",
    "individual_risk": "expected correct matches (Benedetti–Franconi), with weights only",
    "l_diversity": "smallest number of different answers in a class; records in classes with one",
    "mean_prosecutor_risk": "mean of 1/class size: the attacker knows who took part",
}


def _show(document: dict[str, Any], keys: list[str]) -> None:
    shown = Table(title=f"Risk on {', '.join(keys)}; an empty cell is a category of its own")
    shown.add_column("measure")
    shown.add_column("value", justify="right")
    for name, value in document.items():
        shown.add_row(MEANINGS[name], _words(value))
    display(shown)


def _words(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return "  ".join(f"{key}: {_words(number)}" for key, number in value.items())
    return f"{value:.6g}" if isinstance(value, float) else str(value)
