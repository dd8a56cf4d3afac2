"""`estimate scale-up`: the size of a hidden group from how many of it people know, from a researcher's file.

What belongs here: from columns to arrays and back. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.commands.estimate_report import Report
from analysis.commands.estimate_survey_mean import read_design
from analysis.commands.survey_file import in_file_terms, numeric, require_columns
from analysis.commands.survey_outcome import split_names
from analysis.commands.table_file import read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.scale_up import scale_up

METHOD = "scale-up"
COUNT = "give the number of people known, 0 for none"


@dataclass(frozen=True)
class ScaleUpOptions:
    """The options of `estimate scale-up`, by their names on the command line."""

    file: Path
    outcome: str
    known: str
    population: float | None = None
    transmission: str = "0.5,0.8,1"
    relative_degree: str = "0.8,1,1.2"
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None


def estimate_scale_up(options: ScaleUpOptions) -> Report:
    """Estimate the size of a group, check groups of known size, and show other assumptions.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    Report

    Raises
    ------
    InputError, EstimationError
        In one sentence that names the column, the value and the fix.
    """
    sizes = _sizes(options.known)
    frame = read_rows(options.file)
    named = {f"--{n}": getattr(options, n) for n in ("outcome", "weights", "strata", "clusters")}
    require_columns(frame, named | {f"--known {c}": c for c in sizes})
    columns = {c: numeric(frame, c, COUNT) for c in (options.outcome, *sizes)}
    complete = ~np.isnan(np.column_stack(list(columns.values()))).any(axis=1)
    if not complete.any():
        raise InputError(f"no row has a count in all of {', '.join(columns)}; check them for missing values")
    kept = frame[complete]
    roles = {"counts": options.outcome}
    try:
        design, inside = read_design(
            kept, weights=options.weights, strata=options.strata, clusters=options.clusters, fpc=None
        )
        rows = np.flatnonzero(complete)[inside]
        made = scale_up(
            columns[options.outcome][rows],
            np.column_stack([columns[c][rows] for c in sizes]),
            list(sizes.values()),
            list(sizes),
            design,
            population=options.population,
            transmission=_factors(options.transmission, "transmission"),
            relative_degree=_factors(options.relative_degree, "relative-degree"),
            term=options.outcome,
        )
    except EstimationError as error:
        raise EstimationError(in_file_terms(str(error), roles, kept)) from error
    found = {
        "known_groups": list(made.checks),
        "mean_degree": made.mean_degree,
        "under_other_assumptions": list(made.sensitivity),
    }
    dropped = len(frame) - len(rows)
    said = [f"{dropped} row(s) without a count, a weight or a cluster were left out"] if dropped else []
    return Report(METHOD, "killworth", made.size.n, [made.size], None, found, said)


def _sizes(given: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in split_names(given):
        name, sign, size = part.rpartition("=")
        try:
            found[name.strip()] = float(size)
        except ValueError as error:
            raise InputError(f"--known holds '{part}'; write column=size, such as nurses=21000") from error
        if not sign or not name.strip():
            raise InputError(f"--known holds '{part}'; write column=size, such as nurses=21000")
    return found


def _factors(given: str, option: str) -> list[float]:
    try:
        factors = [float(part) for part in split_names(given)]
    except ValueError as error:
        raise InputError(f"--{option} is '{given}'; write numbers, such as 0.5,0.8,1") from error
    if not factors or min(factors) <= 0:
        raise InputError(f"--{option} is '{given}'; every factor is above 0")
    return factors
