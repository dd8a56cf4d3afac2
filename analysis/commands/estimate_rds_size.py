"""`estimate rds-size`: the size of a population from the order of a respondent-driven sample, from a researcher's file.

What belongs here: from columns to arrays and back, what the posterior leans on. What must not: arithmetic; any output
of who recruited whom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import in_file_terms, numeric, require_columns
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError
from analysis.estimators.rds.size import PopulationSize, SizePrior, population_size
from analysis.estimators.rds.tree import RecruitmentTree, recruitment_time, recruitment_tree
from analysis.estimators.variance import FloatArray
from analysis.results.method_flags import told

METHOD = "rds-size"
SHOWN = (0.025, 0.25, 0.5, 0.75, 0.975)
OTHER_PRIORS = (0.5, 2.0)
BY_WAVE = "without --time the order is that of waves: give the order of interviews if there is one"
HARDLY_ABOVE = 1.1
LEFT_OUT = "{} respondent(s) have no degree, or a degree of 0: they are no part of the order that tells the size"


@dataclass(frozen=True)
class RdsSizeOptions:
    """The options of `estimate rds-size`, by their names on the command line."""

    file: Path
    id: str
    recruiter: str
    degree: str
    prior_median: float | None = None
    prior_largest: float | None = None
    time: str | None = None


def estimate_rds_size(options: RdsSizeOptions) -> Report:
    """Give the posterior of the size, the prior that it leans on, and the posterior under others.

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
    frame = read_rows(options.file)
    named = ("id", "recruiter", "degree", "time")
    require_columns(frame, {f"--{n}": getattr(options, n) for n in named})
    prior = SizePrior(options.prior_median, options.prior_largest)
    try:
        tree = read_tree(frame, options.id, options.recruiter)
        degree, when, said = read_order(frame, tree, options.degree, options.time)
        made = population_size(degree, prior, when=when)
        found = _diagnostics(made, prior, (degree, when), tree)
    except EstimationError as error:
        roles = {n: getattr(options, n) for n in named if getattr(options, n)}
        raise EstimationError(in_file_terms(prior_option(str(error)), roles, frame)) from error
    return Report(
        METHOD, "successive sampling", len(degree), [made.size], None, found, [*said, *told("size_homophily")]
    )


def prior_option(message: str) -> str:
    """Name the option in a sentence about the prior."""
    return f"--{message}" if message.startswith("prior-") else message.replace("prior states", "--prior-median states")


def read_tree(frame: pd.DataFrame, own: str, recruiter: str) -> RecruitmentTree:
    """The recruitment tree of two columns."""
    return recruitment_tree(
        level_text(frame[own]).fillna("").tolist(), level_text(frame[recruiter]).fillna("").tolist()
    )


def read_order(
    frame: pd.DataFrame, tree: RecruitmentTree, degree: str, time: str | None
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Degrees and times of those who have a degree, and what to say about the others.

    Parameters
    ----------
    frame, tree
        Rows, and the tree of them.
    degree, time
        Columns.

    Returns
    -------
    tuple
        (n,) degrees, (n,) times or waves, sentences.
    """
    d = numeric(frame, degree, "a network size is a number of 1 or more")
    given = None if time is None else numeric(frame, time, "give the order of recruitment as numbers")
    when = recruitment_time(tree, given)
    has = ~(np.isnan(d) | (d == 0))
    said = [BY_WAVE] if time is None else []
    if not has.all():
        said.append(LEFT_OUT.format(int((~has).sum())))
    return d[has], when[has], said


def _diagnostics(
    made: PopulationSize, prior: SizePrior, sample: tuple[FloatArray, FloatArray], tree: RecruitmentTree
) -> dict[str, Any]:
    degree, when = sample
    others = {}
    for factor in OTHER_PRIORS if prior.median is not None else ():
        median = max(factor * float(prior.median or 0.0), HARDLY_ABOVE * len(degree))
        other = population_size(degree, replace(prior, median=median, largest=None), when=when)
        others[f"{median:g}"] = _shown(other)
    return {
        "prior": {f"{p:g}": q for p, q in zip(SHOWN, made.quantiles(SHOWN, prior=True).tolist(), strict=True)},
        "posterior": _shown(made),
        "shared_with_prior": made.overlap,
        "log_likelihood_above_largest": made.fall,
        "posterior_under_prior_median": others,
        "largest_degree": float(degree.max()),
        "seeds_n": int(tree.is_seed.sum()),
        "tied_in_order_n": len(when) - len(np.unique(when)),
    }


def _shown(made: PopulationSize) -> dict[str, float]:
    return {f"{p:g}": q for p, q in zip(SHOWN, made.quantiles(SHOWN).tolist(), strict=True)}
