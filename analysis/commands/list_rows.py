"""`estimate list-experiment`: its options, and the rows of a file that they name.

What belongs here: which columns are read, and which rows are complete. What must not: estimation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.survey_file import (
    Covariates,
    coded_arms,
    coded_levels,
    design_matrix,
    formula_columns,
    numeric,
    require_columns,
    shown_levels,
    yes_no,
)
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import InputError


@dataclass(frozen=True)
class ListOptions:
    """The options of `estimate list-experiment`, by their names on the command line."""

    file: Path
    response: str
    treatment: str
    items: int
    estimator: str = "difference"
    model: str = "constrained"
    covariates: str | None = None
    control: str | None = None
    treated: str | None = None
    list_design: str = "conventional"
    placebo: str | None = None
    known_truth: float | None = None
    sensitive_levels: str | None = None
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    direct: str | None = None
    predict: str | None = None
    test: str | None = None
    is_robust: bool = False
    outcome: str | None = None
    outcome_model: str = "logistic"
    second_response: str | None = None
    item_columns: str | None = None
    endorsement: str | None = None
    correlation: str = "pearson"
    prior: str | None = None
    seed: int = 1

    @property
    def columns(self) -> dict[str, str | None]:
        """Option to the column it names."""
        named = ("response", "treatment", "weights", "strata", "clusters", "direct", "outcome", "second_response")
        return {f"--{name.replace('_', '-')}": getattr(self, name) for name in named}

    @property
    def open_items(self) -> list[str]:
        """Columns with the open answers of the controls of a modified list."""
        return _named(self.item_columns)

    @property
    def endorsement_columns(self) -> list[str]:
        """Columns with answers under an endorsement."""
        return _named(self.endorsement)

    @property
    def roles(self) -> dict[str, str]:
        """The estimators' word for an argument to its column."""
        given = {option.removeprefix("--"): column for option, column in self.columns.items() if column is not None}
        return {"treat" if role == "treatment" else role: column for role, column in given.items()}


def _named(columns: str | None) -> list[str]:
    return [] if columns is None else [name.strip() for name in columns.split(",")]


@dataclass(frozen=True, eq=False)
class ListRows:
    """Complete rows, as arrays."""

    frame: pd.DataFrame
    response: npt.NDArray[np.float64]
    arm: npt.NDArray[np.float64]
    direct: npt.NDArray[np.float64] | None
    outcome: npt.NDArray[np.float64] | None
    covariates: Covariates | None
    design: dict[str, Any]
    labels: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    endorsement: npt.NDArray[np.float64] | None = None

    @property
    def matrix(self) -> npt.NDArray[np.float64] | None:
        """Design matrix, None without covariates."""
        return None if self.covariates is None else self.covariates.matrix

    @property
    def names(self) -> tuple[str, ...] | None:
        """Its column names."""
        return None if self.covariates is None else self.covariates.names


def complete_rows(options: ListOptions) -> ListRows:
    """Read the file and keep the rows that have a value in every column that is used.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    ListRows

    Raises
    ------
    InputError
        In one sentence that names the column, the value and the fix.
    """
    frame = read_rows(options.file)
    several = {"--item-columns": options.open_items, "--endorsement": options.endorsement_columns}
    require_columns(frame, options.columns | {f"{option} {c}": c for option, names in several.items() for c in names})
    arm, labels = _arms(options, frame)
    response = numeric(frame, options.response, "a list answer is a number; leave a refusal empty")
    if options.estimator == "modified":
        response = np.where(arm == 0, 0.0, response)  # controls gave no count
    direct = None if options.direct is None else yes_no(frame, options.direct)
    outcome = None if options.outcome is None else outcome_values(frame, options.outcome, options.outcome_model)
    weights = None
    if options.weights is not None:
        weights = numeric(frame, options.weights, "a weight is a number of 0 or more")
    needed = [*formula_columns(frame, options.covariates), *filter(None, (options.strata, options.clusters))]
    complete = frame[needed].notna().all(axis=1).to_numpy() & ~np.isnan(response) & ~np.isnan(arm)
    endorsement = _mean_endorsement(frame, options.endorsement_columns)
    # The posterior has a place for respondents who were not asked directly; the others have none.
    for optional in (None if options.estimator == "bayes" else direct, outcome, weights, endorsement):
        complete &= True if optional is None else ~np.isnan(optional)
    if not complete.any():
        raise InputError("no row has a value in every column that is used; check the columns for missing values")
    kept = frame[complete]
    return ListRows(
        kept,
        response[complete],
        arm[complete],
        None if direct is None else direct[complete],
        None if outcome is None else outcome[complete],
        design_matrix(kept, options.covariates),
        {
            "weights": None if weights is None else weights[complete],
            "strata": None if options.strata is None else level_text(kept[options.strata]).to_numpy(),
            "clusters": None if options.clusters is None else level_text(kept[options.clusters]).to_numpy(),
        },
        labels,
        {"rows_read": len(frame), "rows_used": int(complete.sum())},
        None if endorsement is None else endorsement[complete],
    )


def placebo_rows(options: ListOptions) -> ListRows | None:
    """Give the rows of the study's own placebo list: its control arm, and the arm with an item that nobody can hold.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    ListRows or None
        None without `--placebo`.

    Raises
    ------
    InputError
        When the arms have no names, or as `complete_rows`.
    """
    if options.placebo is None:
        return None
    if options.control is None or options.treated is None:
        raise InputError("--placebo names a third arm; name the other two with --control LEVEL and --treated LEVEL")
    if options.placebo in (options.control, options.treated):
        raise InputError(
            f"--placebo is '{options.placebo}', which another option names too; give the third arm's level"
        )
    return complete_rows(replace(options, treated=options.placebo, covariates=None, direct=None, endorsement=None))


def _mean_endorsement(frame: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.float64] | None:
    """Mean of the answers that were given, NaN where none was: of a policy's versions each respondent saw one."""
    if not columns:
        return None
    answers = [numeric(frame, column, "an endorsement answer is a number; leave a refusal empty") for column in columns]
    return np.asarray(pd.DataFrame(answers).mean(), dtype=np.float64)


def _arms(options: ListOptions, frame: pd.DataFrame) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    if options.estimator != "multi" or options.sensitive_levels is None:
        return coded_arms(frame, options.treatment, options.control, options.treated), ()
    labels = tuple(level.strip() for level in options.sensitive_levels.split(","))
    control = "0" if options.control is None else options.control
    if control in labels:
        raise InputError(f"--sensitive-levels names the control level '{control}'; name the sensitive levels only")
    text = level_text(frame[options.treatment])
    if options.control is None and not (text == "0").any():
        raise InputError(f"column '{options.treatment}' holds {shown_levels(text)}; name the control with --control")
    return coded_levels(frame, options.treatment, {control: 0} | {v: i + 1 for i, v in enumerate(labels)}), labels


def outcome_values(frame: pd.DataFrame, column: str, outcome_model: str) -> npt.NDArray[np.float64]:
    """Give an outcome as floats: yes and no for the logistic model, any number for the linear one.

    Parameters
    ----------
    frame, column, outcome_model
        Rows, name of a column, `logistic` or `linear`.

    Returns
    -------
    numpy.ndarray
        (n,), NaN where missing.

    Raises
    ------
    InputError
        When the model is unknown, or as `yes_no` and `numeric`.
    """
    if outcome_model not in ("logistic", "linear"):
        raise InputError(f"--outcome-model is '{outcome_model}'; choose logistic or linear")
    return yes_no(frame, column) if outcome_model == "logistic" else numeric(frame, column, "an outcome is a number")
