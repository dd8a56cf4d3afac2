"""Population margins from a researcher's file: which totals the weights shall meet.

What belongs here: reading the file and matching it with the sample's columns. What must not: calibration.

The shape is one row a total, as statistical offices print them:

    variable            level      total
    host                DE         441400      a margin: one row for every level of a column
    host:sex            DE:f       170200      a cross of columns, levels joined by colons
    age                            1498020     a total of a numeric column: no level

A column `kind` may say `margin`, `cell`, `total` (of everybody) or `numeric_total`; other columns are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.survey_file import numeric, require_columns
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import InputError
from analysis.estimators.weighting.margins import Margin, margin

EVERYBODY = "(Intercept)"
# Words that offices and other programs use for the three columns.
SYNONYMS = {
    "variable": ("variable", "margin"),
    "level": ("level", "value", "category"),
    "total": ("total", "count", "population", "freq", "Freq"),
}
KINDS = ("margin", "cell", "total", "numeric_total")


@dataclass(frozen=True, eq=False)
class PopulationTotals:
    """Totals, matched with the rows of a sample.

    Attributes
    ----------
    margins
        Of categorical variables and crosses.
    numbers, number_totals, number_names
        (n, p) numeric columns with (p,) totals; an all-ones column for the total of everybody.
    """

    margins: tuple[Margin, ...]
    numbers: npt.NDArray[np.float64]
    number_totals: npt.NDArray[np.float64]
    number_names: tuple[str, ...]

    def as_constraints(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
        """Calibration variables, totals, and names; indicators of every level first."""
        width = sum(len(m.levels) for m in self.margins)
        columns = np.zeros((len(self.numbers), width + len(self.number_names)))
        rows, at = np.arange(len(columns)), 0
        for m in self.margins:
            columns[rows, at + m.code] = 1.0
            at += len(m.levels)
        columns[:, width:] = self.numbers
        names = [f"{m.name}={level}" for m in self.margins for level in m.levels]
        totals = np.concatenate([*(m.totals for m in self.margins), self.number_totals])
        return columns, totals, [*names, *self.number_names]


def read_totals(
    path: Path, sample: pd.DataFrame, variables: Sequence[str] = (), *, rescale: bool = False
) -> PopulationTotals:
    """Read margins and match them with a sample.

    Parameters
    ----------
    path
        CSV or Parquet file with the columns variable, level, total, and kind if there is one.
    sample
        Complete rows of the sample.
    variables
        Which of the file's variables to use, as written there; all without it.
    rescale
        Whether to scale every margin to the total of the first, for margins of different years.

    Returns
    -------
    PopulationTotals

    Raises
    ------
    InputError
        When a column is missing, a total is not a number of 0 or more, a level is given twice, or a variable that is
        asked for is not in the file.
    EstimationError
        As `margin`: a level of the sample has no total.
    """
    rows = _rows(path)
    known = list(dict.fromkeys(rows["variable"]))
    for name in variables:
        if name not in known:
            raise InputError(f"--variables names '{name}', but file '{path}' has {', '.join(known)}")
    used = [name for name in known if not variables or name in variables]
    margins: list[Margin] = []
    columns, totals, names = [], [], []
    for name in used:
        block = rows[rows["variable"] == name]
        if name == EVERYBODY:
            columns.append(np.ones(len(sample)))
        elif block["level"].isna().all():
            require_columns(sample, {f"margin {name}": name})
            columns.append(numeric(sample, name, f"the margins give a numeric total of '{name}'"))
        else:
            margins.append(_margin(path, sample, name, block))
            continue
        if len(block) > 1:
            raise InputError(f"file '{path}' gives '{name}' {len(block)} times without a level; give it once")
        totals.append(float(block["total"].iloc[0]))
        names.append(name)
    if rescale and margins:
        grand = margins[0].totals.sum()
        margins = [Margin(m.name, m.code, m.levels, m.totals * (grand / m.totals.sum())) for m in margins]
    numbers = np.column_stack(columns) if columns else np.empty((len(sample), 0))
    return PopulationTotals(tuple(margins), numbers, np.array(totals), tuple(names))


def _rows(path: Path) -> pd.DataFrame:
    rows = read_rows(path)
    for name, words in SYNONYMS.items():
        found = [word for word in words if word in rows.columns]
        rows = rows.rename(columns={found[0]: name}) if found else rows
    require_columns(rows, {f"margins file: {c}": c for c in ("variable", "level", "total")})
    totals = numeric(rows, "total", "a population total is a number of 0 or more")
    bad = np.isnan(totals) | (totals < 0)
    if bad.any():
        row = int(bad.argmax())
        raise InputError(f"column 'total' of '{path}' is {totals[row]:g} in row {row + 1}; totals are 0 or more")
    if "kind" in rows.columns:
        kinds = level_text(rows["kind"])
        odd = ~kinds.isin(KINDS)
        if odd.any():
            row = int(odd.to_numpy().argmax())
            raise InputError(
                f"column 'kind' of '{path}' holds '{kinds.iloc[row]}' in row {row + 1}; use {', '.join(KINDS)}"
            )
    return pd.DataFrame({"variable": level_text(rows["variable"]), "level": level_text(rows["level"]), "total": totals})


def needed_columns(path: Path, variables: Sequence[str] = ()) -> list[str]:
    """Columns of the sample that the margins speak of.

    Parameters
    ----------
    path, variables
        As in `read_totals`.

    Returns
    -------
    list of str
    """
    known = [n for n in dict.fromkeys(_rows(path)["variable"]) if n != EVERYBODY and (not variables or n in variables)]
    return list(dict.fromkeys(column for name in known for column in str(name).split(":")))


def levels_of(path: Path) -> dict[str, list[str]]:
    """Levels of every variable of a file of margins, those of crosses included, in the file's order.

    Raises
    ------
    InputError
        A cross whose level has another number of parts than its name.
    """
    found: dict[str, dict[str, None]] = {}
    rows = _rows(path)
    rows = rows[(rows["variable"] != EVERYBODY) & rows["level"].notna()]
    for name, level in zip(rows["variable"].astype(str), rows["level"].astype(str), strict=True):
        names, parts = name.split(":"), level.split(":") if ":" in name else [level]
        if len(names) != len(parts):
            raise InputError(f"file '{path}' gives '{name}' level '{level}'; join a level of each by colons")
        for variable, part in zip(names, parts, strict=True):
            found.setdefault(variable, {})[part] = None
    return {variable: list(parts) for variable, parts in found.items()}


def _margin(path: Path, sample: pd.DataFrame, name: str, block: pd.DataFrame) -> Margin:
    parts = name.split(":")
    require_columns(sample, {f"margin {name}": part for part in parts})
    if block["level"].isna().any() or block["level"].duplicated().any():
        level = block["level"][block["level"].duplicated(keep=False) | block["level"].isna()].iloc[0]
        raise InputError(f"file '{path}' gives '{name}' level '{level}' twice or without a name; give every level once")
    text = level_text(sample[parts[0]]).astype(str)
    for part in parts[1:]:
        text = text + ":" + level_text(sample[part]).astype(str)
    return margin(name, text.to_numpy(), dict(zip(block["level"].astype(str), block["total"], strict=True)))
