"""`estimate nonresponse-bounds`: what a share can be when some did not answer, from a researcher's file.

What belongs here: from a researcher's file to a report. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.commands.estimate_report import Report
from analysis.commands.estimate_survey_mean import read_design
from analysis.commands.survey_file import in_file_terms, require_columns
from analysis.commands.survey_outcome import read_groups, read_outcome, split_names
from analysis.commands.table_file import read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.selection import Target
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.nonresponse import METHOD as WORDS
from analysis.estimators.weighting.nonresponse import UNIT, WORST, Difference, nonresponse_bounds
from analysis.results.method_flags import told

METHOD = "nonresponse-bounds"
TARGETS = ("parameter", "set")
WORST_WORDS = "worst case"


@dataclass(frozen=True)
class NonresponseOptions:
    """The options of `estimate nonresponse-bounds`, by their names on the command line."""

    file: Path
    outcome: str
    differences: str | None = None
    target: str = "parameter"
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    fpc: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class _Found:
    """Of one share: its estimates, and a line of diagnostics."""

    estimates: list[Estimate]
    shown: dict[str, Any]


def estimate_nonresponse(options: NonresponseOptions) -> Report:
    """Bound the shares of an outcome under each assumption about those who did not answer.

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
    if options.target not in TARGETS:
        raise InputError(f"--target is '{options.target}'; choose {' or '.join(TARGETS)}")
    assumed = {WORST_WORDS: WORST} | _differences(options.differences)
    frame = read_rows(options.file)
    require_columns(frame, _columns(options))
    outcome = read_outcome(frame, options.outcome)
    if outcome.kind == "number":
        raise InputError(f"column '{options.outcome}' holds numbers; bounds are for shares: 1 and 0, or levels")
    roles = {"weights": options.weights, "strata": options.strata, "clusters": options.clusters, "fpc": options.fpc}
    try:
        design, inside = read_design(frame, **roles, lonely="fail")
        values = np.where(outcome.answered[:, None], outcome.values, np.nan)[inside]
        run = _Run(values, design, assumed, options.target)  # type: ignore[arg-type]  # one of both: checked above
        found = [
            run.share(term if options.by is None else f"{term}[{level}]", i, rows[inside])
            for level, rows in read_groups(frame, options.by)
            for i, term in enumerate(outcome.terms)
        ]
    except EstimationError as error:
        named = {role: column for role, column in roles.items() if column is not None}
        raise EstimationError(in_file_terms(str(error), named | {"y": options.outcome}, frame)) from error
    return Report(
        METHOD,
        options.target,
        int(inside.sum()),
        [e for one in found for e in one.estimates],
        None,
        {
            "rows_read": len(frame),
            "rows_used": int(inside.sum()),
            "unanswered_share": {k: v for one in found for k, v in one.shown.items()},
        },
        [*_warnings(inside), *told("share_silent_at_random")],
    )


def _columns(options: NonresponseOptions) -> dict[str, str | None]:
    named: dict[str, str | None] = {f"--{n}": getattr(options, n) for n in ("outcome", "weights", "strata", "by")}
    for option in ("clusters", "fpc"):
        named |= {f"--{option} {c}": c for c in split_names(getattr(options, option))}
    return named


@dataclass(frozen=True, eq=False)
class _Run:
    """Answers (n, k) with NaN for none, the design of these rows, and what is assumed."""

    values: npt.NDArray[np.float64]
    design: SurveyDesign
    assumed: dict[str, Difference]
    target: Target

    def share(self, term: str, i: int, rows: npt.NDArray[np.bool_]) -> _Found:
        """One share of one group of rows."""
        y, assumed = self.values[:, i], tuple(self.assumed.values())
        try:
            made = nonresponse_bounds(y, self.design, assumed, domain=rows, target=self.target)
        except EstimationError as error:
            if rows.all():
                raise
            return _Found([unusable_estimate(term, str(error), n=0, unit=UNIT, method=WORDS)], {term: None})
        estimates = [replace(made.answered, term=f"{term}: among those who answered")]
        for words, bounds in zip(self.assumed, made.bounds, strict=True):
            ends = (bounds.lowest, bounds.highest)
            estimates += [replace(end, term=f"{term}: {end.term}, {words}") for end in ends]
        return _Found(estimates, {term: made.silent_share})


def _differences(given: str | None) -> dict[str, Difference]:
    """Read "0.1,-0.05:0.2": to both sides, or from one number to another."""
    made = {}
    for part in split_names(given):
        low, sign, high = part.partition(":")
        try:
            ends = (float(low), float(high)) if sign else (-float(low), float(low))
        except ValueError as error:
            raise InputError(f"--differences holds '{part}'; write shares, such as 0.05,0.1 or -0.05:0.2") from error
        try:
            made[f"differ by {ends[0]:g} to {ends[1]:g}"] = Difference(*ends)
        except EstimationError as error:
            raise InputError(f"--differences holds '{part}'; write shares, such as 0.05,0.1 or -0.05:0.2") from error
    return made


def _warnings(inside: npt.NDArray[np.bool_]) -> list[str]:
    said = [
        "an empty answer counts as asked and not answered: leave out whoever was not asked; the limits assume that "
        "whoever answered told the truth, and say nothing of people who were never reached"
    ]
    outside = int((~inside).sum())
    if outside:
        said.append(f"{outside} row(s) without weight, stratum, cluster or population size were left out")
    return said
