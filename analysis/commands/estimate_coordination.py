"""`estimate coordination`: counts of coordinated sharing in a researcher's file.

What belongs here: from columns to integer codes, and what is said beside the counts. What must not: arithmetic on
pairs, and any output that names an account, a post or an object.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.engine_options import ALL_CORES, is_spark
from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import require_columns
from analysis.commands.table_file import level_text, read_rows
from analysis.engine.cluster import cluster, on_executors, settings_of
from analysis.errors import EstimationError, InputError, shown_code
from analysis.estimators.coordination import (
    DEFAULT_MAX_PAIRS,
    HERE,
    Coordination,
    CoordinationNull,
    Runner,
    Shares,
    coordination,
    coordination_null,
)

METHOD = "coordination"
IntArray = npt.NDArray[np.int64]
MILLISECONDS = 1000
UNITS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
FAR_SECONDS = 1e11
"""Unix seconds from here on lie beyond the year 5138: the numbers count something smaller."""

FEW_SIZES = 10


@dataclass(frozen=True)
class CoordinationOptions:
    """The options of `estimate coordination`, by their names on the command line."""

    file: Path
    window: float
    min_participation: int = 2
    object: str = "object_id"
    account: str = "account_id"
    content: str = "content_id"
    time: str = "timestamp_share"
    time_unit: str = "seconds"
    null_draws: int = 0
    quantile: float = 0.5
    coortweet_compat: bool = False
    max_pairs: int = DEFAULT_MAX_PAIRS
    seed: int = 1
    engine: str = "local"
    master: str | None = None
    conf: list[str] | None = None


def estimate_coordination(options: CoordinationOptions) -> Report:
    """Count pairs, edges, accounts and components of coordinated sharing.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    Report
        Everything is in the diagnostics; a count has no standard error.

    Raises
    ------
    InputError, EstimationError
        In one sentence that names the column, the value and the fix.
    """
    # Identifiers are text: numbers above 2^53 would meet each other as floats.
    return coordination_of(read_rows(options.file, as_text=True), options)


def coordination_of(frame: pd.DataFrame, options: CoordinationOptions) -> Report:
    """The same for rows that have been read.

    Parameters
    ----------
    frame
        One row for each share; identifiers as text.
    options
        As declared on the command line; the file is not looked at.
    """
    names = {option: getattr(options, option) for option in ("object", "account", "content", "time")}
    require_columns(frame, {f"--{option}": column for option, column in names.items()})
    complete = frame[list(names.values())].notna().all(axis=1)
    if not complete.any():
        raise InputError(f"no row has all of {', '.join(names.values())}; fill at least two rows")
    rows = frame[complete]
    seconds = _seconds(rows, options.time, options.time_unit)
    # CooRTweet's windows are seconds; fractions of seconds are kept as milliseconds.
    unit = 1 if _is_whole(seconds) and float(options.window).is_integer() else MILLISECONDS
    shares = _shares(rows, options, np.rint(seconds * unit).astype(np.int64))
    window = int(np.floor(options.window * unit))
    try:
        with _runner(options) as runner:
            found = coordination(
                shares,
                window,
                options.min_participation,
                quantile=options.quantile,
                coortweet_compat=options.coortweet_compat,
                max_pairs=options.max_pairs,
                runner=runner,
            )
            null = _null(shares, window, unit, options, runner)
    except EstimationError as error:
        raise EstimationError(str(error).replace("raise the cap", "raise --max-pairs")) from error
    return Report(
        METHOD,
        "sort-and-slide",
        len(rows),
        [],
        None,
        _diagnostics(found, null),
        _warnings(found, null, int((~complete).sum())),
    )


def _seconds(rows: pd.DataFrame, column: str, unit: str) -> npt.NDArray[np.float64]:
    """Unix seconds: from numbers in the stated unit, or from dates with times (UTC where no zone is given)."""
    values = rows[column]
    if unit not in UNITS:
        raise InputError(f"--time-unit is '{unit}'; choose one of {', '.join(UNITS)}")
    if values.dtype.kind == "M":
        return _epoch(values)
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.notna().all():
        return _in_seconds(numbers.to_numpy(dtype=np.float64), column, unit)
    dates = pd.to_datetime(values.astype(str), errors="coerce", utc=True, format="ISO8601")
    wrong = (numbers.isna() & dates.isna()).to_numpy()
    if wrong.any() or numbers.notna().any():
        row = int(wrong.argmax()) if wrong.any() else int(numbers.isna().to_numpy().argmax())
        raise InputError(
            f"column '{column}' holds {shown_code(values.iloc[row])} in row {int(rows.index[row]) + 1}; give Unix "
            "seconds in every row, or ISO dates with times in every row"
        )
    return _epoch(dates)


def _in_seconds(numbers: npt.NDArray[np.float64], column: str, unit: str) -> npt.NDArray[np.float64]:
    """Numbers of a unit as seconds; refused where that puts every time beyond any calendar that is in use."""
    seconds = np.asarray(numbers / UNITS[unit])
    if np.median(np.abs(seconds)) > FAR_SECONDS:
        raise InputError(
            f"column '{column}' holds numbers such as {numbers[0]:.0f}, which as {unit} lie beyond the year 5000; "
            "state --time-unit milliseconds or microseconds"
        )
    return seconds


def _epoch(dates: pd.Series) -> npt.NDArray[np.float64]:
    utc = dates.dt.tz_localize("UTC") if dates.dt.tz is None else dates.dt.tz_convert("UTC")
    return np.asarray((utc - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1), dtype=np.float64)


def _is_whole(seconds: npt.NDArray[np.float64]) -> bool:
    return bool((seconds == np.floor(seconds)).all())


def _shares(rows: pd.DataFrame, options: CoordinationOptions, time: IntArray) -> Shares:
    n = len(rows)
    codes = _codes(rows[options.object], rows[options.content])
    return Shares(codes[:n], _codes(rows[options.account]), codes[n:], time)


def _codes(*columns: pd.Series) -> IntArray:
    """Codes of what the columns hold as text, one numbering for all; each different value is written out once."""
    coded = [pd.factorize(column) for column in columns]
    texts = pd.concat([level_text(pd.Series(different)) for _, different in coded], ignore_index=True)
    of_text = pd.factorize(texts)[0].astype(np.int64)
    offsets = np.cumsum([0, *(len(different) for _, different in coded)])
    return np.concatenate([of_text[own + offset] for (own, _), offset in zip(coded, offsets, strict=False)])


@contextmanager
def _runner(options: CoordinationOptions) -> Iterator[Runner]:
    """Where pairs are counted: here, or on the executors of a cluster."""
    if not is_spark(options.engine, options.master, options.conf):
        yield HERE
        return
    with cluster(options.master or ALL_CORES, settings_of(options.conf or [])) as session:
        yield Runner(partial(on_executors, session), session.sparkContext.defaultParallelism)


def _null(
    shares: Shares, window: int, unit: int, options: CoordinationOptions, runner: Runner
) -> CoordinationNull | None:
    if options.null_draws == 0:
        return None
    return coordination_null(
        shares,
        window,
        options.min_participation,
        generator=np.random.default_rng(options.seed),
        draws=options.null_draws,
        hour=3600 * unit,
        max_pairs=options.max_pairs,
        runner=runner,
    )


def _diagnostics(found: Coordination, null: CoordinationNull | None) -> dict[str, Any]:
    counts: dict[str, Any] = {
        name: getattr(found, name)
        for name in ("pairs", "edges", "accounts", "components", "objects", "contents", "shares_n", "duplicates_n",
                     "weight_max", "weight_quantile", "edges_above_quantile", "symmetry_mean")
    }  # fmt: skip
    counts["largest_component_sizes"] = found.component_sizes[:FEW_SIZES]
    if null is not None:
        counts["null"] = {
            "draws": null.draws,
            "pairs_null_mean": float(null.pairs_null.mean()),
            "p_value": null.p_value,
            "shared_objects_threshold": null.weight_threshold,
            "edges_above": null.edges_above,
            "accounts_above": null.accounts_above,
            "components_above": null.components_above,
            "largest_component_above": null.largest_component_above,
        }
    return counts


def _warnings(found: Coordination, null: CoordinationNull | None, incomplete: int) -> list[str]:
    said = []
    if incomplete:
        said.append(f"{incomplete} row(s) lack an object, account, content or time and are left out")
    if found.duplicates_n:
        said.append(f"{found.duplicates_n} exact repetition(s) of a share are counted once")
    if null is None:
        said.append(
            "without --null-draws these counts include shared daily rhythm; take 199 draws or more to judge them"
        )
    return said
