"""`estimate robust-interval`: one envelope over what a survey cannot know about a share.

What belongs here: from a researcher's file to a report. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.commands.estimate_report import Report
from analysis.commands.estimate_survey_mean import read_design
from analysis.commands.labelled_file import as_code
from analysis.commands.survey_file import in_file_terms, require_columns, yes_no
from analysis.commands.survey_outcome import split_names
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate
from analysis.estimators.robust_interval import RDS_DESIGN_EFFECT, RobustInterval, robust_interval

METHOD = "robust-interval"
WORDS = (
    "envelope over bogus shares, undecided answers as no and as yes, the weightings, and a design effect of at least "
)


@dataclass(frozen=True)
class RobustOptions:
    """The options of `estimate robust-interval`, by their names on the command line."""

    file: Path
    outcome: str
    undecided: str | None = None
    weightings: str | None = None
    strata: str | None = None
    clusters: str | None = None
    fpc: str | None = None
    bogus: str = "0,0.04,0.07"
    design_effect: float = RDS_DESIGN_EFFECT


def estimate_robust(options: RobustOptions) -> Report:
    """Compute the robust interval of a share as the options describe.

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
    weightings: list[str | None] = [*split_names(options.weightings)] or [None]
    named: dict[str, str | None] = {f"--{n}": getattr(options, n) for n in ("outcome", "strata")}
    named |= {f"--clusters {c}": c for c in split_names(options.clusters)}
    require_columns(frame, named | {f"--weightings {w}": w for w in weightings if w is not None})
    open_codes = {as_code(frame, options.outcome, word) for word in split_names(options.undecided)}
    text = level_text(frame[options.outcome])
    open_rows = text.isin(open_codes).to_numpy(dtype=bool)
    asked = text.notna().to_numpy(dtype=bool)
    decided = frame.assign(**{options.outcome: frame[options.outcome].mask(open_rows)})
    answers = np.nan_to_num(yes_no(decided, options.outcome))
    if not asked.any():
        raise InputError(f"column '{options.outcome}' is empty in every row; name a column with answers")
    kept = frame[asked]
    try:
        designs = {}
        for weighting in weightings:
            design, inside = read_design(
                kept, weights=weighting, strata=options.strata, clusters=options.clusters, fpc=options.fpc
            )
            if not inside.all():
                row = int(kept.index[int((~inside).argmax())]) + 1
                raise InputError(f"row {row} has no weight, stratum or cluster; give every row one, or leave it out")
            designs[weighting or "none"] = design
        made = robust_interval(
            answers[asked],
            designs,
            undecided=open_rows[asked],
            bogus_shares=_shares(options.bogus),
            design_effect=options.design_effect,
        )
    except EstimationError as error:
        raise EstimationError(in_file_terms(str(error), {"answers": options.outcome}, kept)) from error
    return Report(METHOD, "envelope", len(kept), [_estimate(options, made, len(kept))], None, _diagnostics(made))


def _estimate(options: RobustOptions, made: RobustInterval, n: int) -> Estimate:
    return Estimate(
        term=options.outcome,
        value=made.cases[0].share,
        se=None,
        low=min(made.low, made.cases[0].share),
        high=max(made.high, made.cases[0].share),
        confidence=0.95,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit="share of the population",
        method=f"{WORDS}{made.design_effect:g}",
    )


def _diagnostics(made: RobustInterval) -> dict[str, object]:
    return {
        "undecided_share": made.undecided_share,
        "design_effect": made.design_effect,
        "lowest": made.lowest,
        "highest": made.highest,
        "cases": list(made.cases),
    }


def _shares(given: str) -> list[float]:
    try:
        return [float(part) for part in split_names(given)]
    except ValueError as error:
        raise InputError(f"--bogus is '{given}'; write shares, such as 0,0.04,0.07") from error
