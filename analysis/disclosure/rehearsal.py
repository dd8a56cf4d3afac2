"""Rehearse a release: attack one table of answers as it was counted, under weaker rules, and under the gate.

The attacks are those of the audit, on files written as a release writes them; the table itself is published nowhere.
What must not be here: a result about one cell, or a rule of protection of its own that a release uses.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.disclosure.audit.differencing import differencing
from analysis.disclosure.audit.published import Cell, frequency_cells
from analysis.disclosure.audit.reconstruction import hidden_ranges, what_is_known
from analysis.disclosure.history import Earlier
from analysis.disclosure.tabular import protect_frequencies
from analysis.errors import DisclosureError
from analysis.schemas.declaration import Column, Table
from analysis.schemas.publish import frictionless_resource
from analysis.store import csv_bytes

NAME, COUNT, ALL = "rehearsed", "respondents_n", "all"
DEPARTURES = 4
"""Respondents, evenly spaced, of whom each leaves once."""


@dataclass(frozen=True)
class Limits:
    """Smallest count that is shown, and what counts are rounded to, in persons."""

    minimum: int
    base: int


@dataclass(frozen=True)
class Protection:
    """A way to protect a table, by its code in the release; the gate is `hides_beside`."""

    code: str
    hides_small: bool = True
    rounds: bool = True
    hides_beside: bool = False


PROTECTIONS = (
    Protection("as_counted", hides_small=False, rounds=False),
    Protection("small_hidden", rounds=False),
    Protection("small_hidden_rounded"),
    Protection("gate", hides_beside=True),
)


def rehearse(answers: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Attack the cross-table of some answers after each protection.

    Parameters
    ----------
    answers : DataFrame
        One row per respondent and one text column per item; the table crosses all of them, with every margin.
    limits : Limits
        As the disclosure policy has them.

    Returns
    -------
    DataFrame
        Table `attack_results`: counts of cells, and of departures, never of persons.

    Raises
    ------
    DisclosureError
        The protected counts contradict each other.
    """
    levels = {item: sorted(answers[item].unique()) for item in answers.columns}
    table, full = _declared(answers.columns), _counted(answers, levels)
    steps = range(0, len(answers), max(1, len(answers) // DEPARTURES))
    fewer = [_counted(answers.drop(index=answers.index[step]), levels) for step in list(steps)[:DEPARTURES]]
    rows: list[tuple[str, str, int, int, int | None]] = []
    for protection in PROTECTIONS:
        exact, bounded = _reconstructed(full, table, protection, limits)
        seen = sum(_departure_is_seen(full, now, table, protection, limits) for now in fewer)
        small = int((full[COUNT] < limits.minimum).sum())
        rows.append(("reconstruction", protection.code, small, exact, bounded))
        rows.append(("differencing", protection.code, len(fewer), seen, None))
    names = ["attack_code", "protection_code", "attacked_n", "exact_n", "bounded_n"]
    return pd.DataFrame(rows, columns=names).astype({"bounded_n": "Int64"})


def _declared(items: Sequence[str]) -> Table:
    keys = tuple(Column(item, "text", item, "key", total=ALL) for item in items)
    count = Column(COUNT, "integer", "Respondents", "measure", "persons", minimum=0, null_means="hidden")
    return Table(NAME, NAME, "one cell", (*keys, count), tuple(items), "frequency", NAME)


def _counted(answers: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every combination of levels, empty ones too, and every margin."""
    items = list(levels)
    cells = pd.MultiIndex.from_product(levels.values(), names=items)
    frame = answers.groupby(items).size().reindex(cells, fill_value=0).rename(COUNT).reset_index()
    for item in items:
        others = [other for other in items if other != item]
        margin = frame.groupby(others, as_index=False)[COUNT].sum().assign(**{item: ALL})
        frame = pd.concat([frame, margin], ignore_index=True)
    return frame


def _leaving(
    frame: pd.DataFrame, table: Table, protection: Protection, limits: Limits, earlier: Earlier | None = None
) -> pd.DataFrame:
    """The table as it would leave; only the gate knows the earlier release."""
    if protection.hides_beside:
        tables = {table.name: table}
        return protect_frequencies({table.name: frame}, tables, limits.minimum, limits.base, earlier).frames[table.name]
    shown = frame[COUNT].astype("Int64")
    if protection.rounds:
        shown = (shown + limits.base // 2) // limits.base * limits.base
    return frame.assign(**{COUNT: shown.mask(frame[COUNT] < limits.minimum) if protection.hides_small else shown})


def _written(frame: pd.DataFrame, table: Table, folder: Path) -> Path:
    """What the audit reads of a release: the counts and their description."""
    folder.mkdir(parents=True)
    data = csv_bytes(frame, table)
    (folder / f"{table.name}.csv").write_bytes(data)
    resource = frictionless_resource(table, f"{table.name}.csv", "", len(data))
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return folder


def _base(protection: Protection, limits: Limits) -> int:
    return limits.base if protection.rounds else 1


def _reconstructed(full: pd.DataFrame, table: Table, protection: Protection, limits: Limits) -> tuple[int, int]:
    """How many small cells are read or worked out exactly, and how many more are known to be small."""
    with tempfile.TemporaryDirectory() as place:
        counted = _written(full, table, Path(place) / "counted")
        folder = _written(_leaving(full, table, protection, limits), table, Path(place) / "release")
        small = {cell for cell, value in _shown(counted).items() if value < limits.minimum}
        read = small & _shown(folder).keys()
        ranges = hidden_ranges(what_is_known([folder], limits.minimum, _base(protection, limits)))
    if ranges is None:
        raise DisclosureError(
            f"rehearsal, {protection.code}: the protected counts contradict each other; mend the rule"
        )
    solved = [found for found in ranges if found.cell in small]
    exact = sum(found.is_exact for found in solved)
    return len(read) + exact, sum(not found.is_exact and found.high < limits.minimum for found in solved)


def _shown(folder: Path) -> dict[Cell, int]:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {one.cell: one.value for one in frequency_cells(folder, package) if one.value is not None}


def _departure_is_seen(
    before: pd.DataFrame, now: pd.DataFrame, table: Table, protection: Protection, limits: Limits
) -> bool:
    """Whether the audit finds a small group between two releases of which the second lacks one respondent."""
    first = _leaving(before, table, protection, limits)
    second = _leaving(now, table, protection, limits, {table.name: [first]})
    with tempfile.TemporaryDirectory() as place:
        history = Path(place) / "history"
        _written(first, table, history / "first")
        release = _written(second, table, Path(place) / "release")
        return bool(differencing(release, history, limits.minimum, _base(protection, limits)))
