"""`estimate event-study`: the jump of a series at a fixed week, ranked among weeks without an event.

What belongs here: from a researcher's file of weeks to a report. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import in_file_terms, numeric, require_columns
from analysis.commands.survey_outcome import split_names
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.event_study import Window, event_study, predetermined_jumps

METHOD = "event-study"
RESPONSES = ("count", "number")


@dataclass(frozen=True)
class EventOptions:
    """The options of `estimate event-study`, by their names on the command line."""

    file: Path
    outcome: str
    time: str
    event: str
    other_events: str | None = None
    exposure: str | None = None
    response: str = "count"
    window: str = "10,4"
    covariates: str | None = None


def estimate_event_study(options: EventOptions) -> Report:
    """Estimate the jump at an event; covariates that were fixed before it must not jump.

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
    if options.response not in RESPONSES:
        raise InputError(f"--response is '{options.response}'; choose one of {', '.join(RESPONSES)}")
    frame = read_rows(options.file)
    covariates = split_names(options.covariates)
    named = {f"--{n}": getattr(options, n) for n in ("outcome", "time", "exposure")}
    require_columns(frame, named | {f"--covariates {c}": c for c in covariates})
    weeks = level_text(frame[options.time])
    _refuse_disorder(frame, options.time)
    event = _position(weeks, options.event, "--event", options.time)
    others = tuple(_position(weeks, w, "--other-events", options.time) for w in split_names(options.other_events))
    window = _window(options.window)
    try:
        study = event_study(
            _series(frame, options.outcome),
            event,
            other_events=others,
            exposure=None if options.exposure is None else _series(frame, options.exposure),
            response=options.response,  # type: ignore[arg-type]  # checked above
            window=window,
        )
        checked = predetermined_jumps(
            {c: _series(frame, c) for c in covariates}, event, other_events=others, window=window
        )
    except EstimationError as error:
        roles = {"series": options.outcome} | ({"exposure": options.exposure} if options.exposure else {})
        raise EstimationError(in_file_terms(str(error), roles, frame)) from error
    found = {
        "p_value": study.p_value,
        "smallest_p_value": 1 / (1 + len(study.placebo_jumps)),
        "placebo_dates": len(study.placebo_jumps),
        "model_standard_error": study.model_standard_error,
        "weeks": len(frame),
        "predetermined": list(checked),
    }
    said = [
        f"'{one.name}' was fixed before the event and jumps at it (adjusted p = {one.adjusted_p_value:.3g}): "
        "others are being observed, do not read the jump"
        for one in checked
        if one.jumps
    ]
    return Report(METHOD, options.response, study.jump.n, [study.jump], None, found, said)


def _series(frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    values = numeric(frame, column, "give one number for each week")
    if np.isnan(values).any():
        row = int(np.isnan(values).argmax())
        raise InputError(f"column '{column}' is empty in row {row + 1}; give one number for each week, 0 for none")
    return values


def _refuse_disorder(frame: pd.DataFrame, column: str) -> None:
    """Weeks are consecutive rows: numbers that rise by one, or dates seven days apart."""
    numbers = pd.to_numeric(frame[column], errors="coerce")
    if numbers.notna().all():
        steps, wanted = np.diff(numbers.to_numpy(dtype=np.float64)), 1.0
    else:
        dates = pd.to_datetime(frame[column], errors="coerce", format="ISO8601")
        if dates.isna().any():
            row = int(dates.isna().to_numpy().argmax())
            raise InputError(f"column '{column}' holds no week in row {row + 1}; give week numbers or ISO dates")
        steps, wanted = np.diff(dates.to_numpy()) / np.timedelta64(1, "D"), 7.0
    if len(steps) and not (steps == wanted).all():
        row = int((steps != wanted).argmax())
        raise InputError(
            f"column '{column}' does not go on by one week from row {row + 1} to {row + 2}; sort the rows and give "
            "every week, one without anything too"
        )


def _position(weeks: pd.Series, wanted: str, option: str, column: str) -> int:
    found = np.flatnonzero((weeks == wanted).to_numpy(dtype=bool))
    if len(found) != 1:
        raise InputError(f"{option} is '{wanted}', which column '{column}' holds {len(found)} times; name one week")
    return int(found[0])


def _window(given: str) -> Window:
    try:
        before, after = (int(part) for part in given.split(","))
    except ValueError as error:
        raise InputError(f"--window is '{given}'; write weeks before and from the event on, such as 10,4") from error
    return Window(before, after)
