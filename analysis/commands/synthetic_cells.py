"""Cells of a population made from margins alone, where nobody publishes how the variables are crossed.

What belongs here: the cells, and what they assume in words. What must not: raking, models.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.commands.margins_file import levels_of, needed_columns, read_totals
from analysis.commands.table_file import level_text
from analysis.errors import InputError
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.calibration import rake

ASSUMES = (
    "the population's cells were made from margins: {} count as independent but for the crosses that the file gives; "
    "where people are crossed otherwise the interval is not known to hold: compare joint_of_sample, and do not read "
    "groups that only a cross would know"
)
# Half a respondent in every cell: the sample's joint distribution may not rule a cell out.
START = 0.5


def synthetic_cells(path: Path, columns: list[str], count: str) -> pd.DataFrame:
    """Cross all levels of the margins, with the numbers of people that meet every margin and assume nothing more.

    Parameters
    ----------
    path
        Margins as `estimate calibrate` reads them: variable, level, total; `a:b` gives a cross.
    columns
        Variables that the cells need.
    count
        Name of the column with the number of people.

    Returns
    -------
    DataFrame
        One row a cell.

    Raises
    ------
    InputError, EstimationError
        A variable without margin, a numeric total, margins that contradict each other.

    Source
        Leemann & Wasserfallen 2017, American Journal of Political Science 61(4), 1003–1022 (synthetic
        poststratification); raking from equal cells is the product of the margins.
    """
    levels = levels_of(path)
    absent = [c for c in columns if c not in levels]
    if absent:
        raise InputError(f"margins file '{path}' has no variable '{absent[0]}'; it has {', '.join(levels)}")
    numbers = [c for c in needed_columns(path) if c not in levels]
    if numbers:
        raise InputError(f"margins file '{path}' gives a total of '{numbers[0]}' without levels; leave it out")
    cells = pd.DataFrame(list(product(*levels.values())), columns=list(levels))
    return cells.assign(**{count: _raked(path, cells, np.ones(len(cells)))})


def joint_of_sample(path: Path, cells: pd.DataFrame, sample: pd.DataFrame) -> FloatArray:
    """Numbers of people in the same cells that meet every margin and are crossed as in the sample.

    Parameters
    ----------
    path, cells
        As given to, and made by, `synthetic_cells`.
    sample
        Rows with the variables.

    Returns
    -------
    numpy.ndarray
        (cells,) counts.
    """
    names = [c for c in levels_of(path) if c in sample.columns]
    seen = pd.concat([level_text(sample[c]) for c in names], axis=1).value_counts()
    key = pd.MultiIndex.from_frame(cells[names]) if len(names) > 1 else pd.Index(cells[names[0]])
    held = np.array([float(seen.get(k if isinstance(k, tuple) else (k,), 0)) for k in key])
    return _raked(path, cells, held + START)


def _raked(path: Path, cells: pd.DataFrame, start: FloatArray) -> FloatArray:
    totals = read_totals(path, cells)
    if totals.number_names:
        raise InputError(f"margins file '{path}' gives a total of everybody beside the margins; leave it out")
    return rake(start, totals.margins).weights
