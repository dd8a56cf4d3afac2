"""`estimate calibrate`: weights that meet population margins, for a researcher's file.

What belongs here: which calibration runs on which margins, what is said about the weights, and writing them.
What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.estimate_survey_mean import ONE_CLUSTER, read_design
from analysis.commands.margins_file import PopulationTotals, needed_columns, read_totals
from analysis.commands.replicate_columns import read_replicates, refuse_replicate_options
from analysis.commands.survey_file import in_file_terms, require_columns
from analysis.commands.survey_outcome import read_outcome, split_names
from analysis.commands.table_file import read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, usable_estimate
from analysis.estimators.shares import ShareEvidence, share_evidence, share_interval, variance_pieces
from analysis.estimators.weighting.calibration import CalibratedWeights, calibrate, poststratify, rake
from analysis.estimators.weighting.design import SurveyDesign, with_weights
from analysis.estimators.weighting.estimates import kish_effect, share_evidences, survey_mean
from analysis.estimators.weighting.margins import Margin, check_margins
from analysis.estimators.weighting.replicates import ReplicateDesign, replicate_spread
from analysis.estimators.weighting.trimming import trim_weights
from analysis.spreadsheet import csv_text, inert

METHOD = "calibrate"
METHODS = ("rake", "linear", "logit", "poststratify")
NEW_COLUMN = "calibrated_weight"


@dataclass(frozen=True)
class CalibrateOptions:
    """The options of `estimate calibrate`, by their names on the command line."""

    file: Path
    margins: Path
    method: str
    weights: str | None = None
    variables: str | None = None
    bounds: str | None = None
    trim: str | None = None
    rescale_margins: bool = False
    outcome: str | None = None
    strata: str | None = None
    clusters: str | None = None
    fpc: str | None = None
    out: Path | None = None
    replicates: str | None = None
    replicate_weights: str | None = None
    replicate_scale: float | None = None
    replicate_rscales: str | None = None
    replicate_mse: bool = False
    replicate_factors: bool = False
    draws: int = 500
    seed: int = 1


def estimate_calibrate(options: CalibrateOptions) -> Report:
    """Calibrate the weights of a file, and estimate a mean with them if an outcome is named.

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
    if options.method not in METHODS:
        raise InputError(f"--method is '{options.method}'; choose one of {', '.join(METHODS)}")
    refuse_replicate_options(options)
    frame = read_rows(options.file)
    variables = split_names(options.variables)
    needed = needed_columns(options.margins, variables)
    named = {f"margin column {c}": c for c in needed} | {
        f"--{n}": getattr(options, n) for n in ("weights", "strata", "outcome")
    }
    require_columns(frame, named | {f"--clusters {c}": c for c in split_names(options.clusters)})
    complete = _complete(frame, needed)
    kept = frame[complete]
    try:
        design, inside = read_design(
            kept, weights=options.weights, strata=options.strata, clusters=options.clusters, fpc=options.fpc
        )
        replicated = read_replicates(options, kept, design, inside)
        kept = kept[inside]
        totals = read_totals(options.margins, kept, variables, rescale=options.rescale_margins)
        made = _calibrated(options, design, totals)
        weights, trimmed = _trimmed(options, made)
        if options.outcome is None:
            estimates = []
        elif replicated is None:
            estimates = _means(options.outcome, kept, with_weights(design, weights, made.projection))
        else:
            each = _calibrated_replicates(options, design, totals, replicated)
            estimates = _replicate_means(options.outcome, kept, replace(each, weights=weights))
    except EstimationError as error:
        named_roles = {"weights": options.weights} if options.weights else {}
        raise EstimationError(in_file_terms(str(error), named_roles, kept)) from error
    if options.out is not None:
        _write(options.out, frame, kept, weights)
    found = {
        "rows_read": len(frame),
        "rows_used": len(kept),
        "weights": _summary(weights),
        "start": _summary(design.weights),
        "ratio": {"min": float(made.ratio.min()), "max": float(made.ratio.max())},
        "kish": kish_effect(weights),
        "kish_before": kish_effect(design.weights),
        "largest_misfit": made.largest_misfit,
        "iterations": made.iterations,
        "distance": made.method,
        "trimmed": trimmed,
    }
    return Report(
        METHOD, options.method, len(kept), estimates, None, found, _warnings(options, frame, kept, weights, made)
    )


def _complete(frame: pd.DataFrame, needed: list[str]) -> npt.NDArray[np.bool_]:
    complete = frame[needed].notna().all(axis=1).to_numpy()
    if not complete.any():
        raise InputError(
            f"no row has a value in every margin column ({', '.join(needed)}); check them for missing values"
        )
    return np.asarray(complete, dtype=bool)


def _calibrated(options: CalibrateOptions, design: SurveyDesign, totals: PopulationTotals) -> CalibratedWeights:
    bounds = _pair(options.bounds, "bounds")
    if options.method in ("rake", "poststratify"):
        if bounds is not None:
            raise InputError("--bounds goes with --method linear or logit; raking takes none")
        if options.method == "poststratify":
            return poststratify(design.weights, _only_margin(totals))
        if not totals.number_names:
            return rake(design.weights, totals.margins)
    if totals.margins:
        check_margins(totals.margins, design.weights)
    distance = "raking" if options.method == "rake" else options.method
    return calibrate(design.weights, *totals.as_constraints(), distance, bounds=bounds)  # type: ignore[arg-type]  # checked


def _only_margin(totals: PopulationTotals) -> Margin:
    if len(totals.margins) != 1 or totals.number_names:
        raise InputError(
            "--method poststratify needs the totals of one variable, or of one cross such as host:sex; name it with "
            "--variables, or rake several"
        )
    return totals.margins[0]


def _calibrated_replicates(
    options: CalibrateOptions, design: SurveyDesign, totals: PopulationTotals, replicated: ReplicateDesign
) -> ReplicateDesign:
    """Every set of replicate weights calibrated, and trimmed, as the full ones were."""
    columns = [
        _trimmed(options, _calibrated(options, replace(design, weights=column), totals))[0]
        for column in replicated.replicates.T
    ]
    return replace(replicated, factors=np.column_stack(columns), unit=None, base=None)


def _replicate_means(column: str, kept: pd.DataFrame, replicated: ReplicateDesign) -> list[Estimate]:
    outcome = read_outcome(kept, column)
    rows = outcome.answered
    y, df = outcome.values[rows], float(replicated.degrees_of_freedom)
    full = replicated.weights[rows] @ y / replicated.weights[rows].sum()
    inside = replicated.replicates[rows]
    made = replicate_spread(replicated, full, inside.T @ y / inside.sum(axis=0)[:, None])
    evidence = share_evidence(replicated.weights[rows], df)
    clusters = min(df + 1, evidence.effective_n)
    words = f"calibrated mean, {replicated.kind} replicates, each calibrated"
    return [
        _shown(
            (term, column, words, int((replicated.weights[rows] != 0).sum())),
            (float(made.values[i]), float(made.standard_errors[i]), df),
            replace(evidence, effective_clusters=clusters, pieces=variance_pieces(made.contributions[:, i]))
            if outcome.kind != "number"
            else None,
        )
        for i, term in enumerate(outcome.terms)
    ]


def _pair(given: str | None, option: str) -> tuple[float, float] | None:
    if given is None:
        return None
    try:
        low, high = (float(part) for part in given.split(","))
    except ValueError as error:
        raise InputError(f"--{option} is '{given}'; write two numbers, such as 0.3,3") from error
    return low, high


def _trimmed(
    options: CalibrateOptions, made: CalibratedWeights
) -> tuple[npt.NDArray[np.float64], dict[str, int] | None]:
    limits = _pair(options.trim, "trim")
    if limits is None:
        return made.weights, None
    trimmed = trim_weights(made.weights, *limits)
    return trimmed.weights, {"raised": trimmed.cut_low, "lowered": trimmed.cut_high}


def _means(column: str, kept: pd.DataFrame, design: SurveyDesign) -> list[Estimate]:
    outcome = read_outcome(kept, column)
    y = np.where(outcome.answered[:, None], outcome.values, 0.0)
    made = survey_mean(y, design, outcome.answered)
    words = "calibrated mean, linearised variance of calibration residuals"
    is_share = outcome.kind != "number" and made.degrees_of_freedom >= 1
    evidences = share_evidences(y, design, outcome.answered) if is_share else [None] * y.shape[1]
    return [
        _shown(
            (term, column, words, made.n),
            (float(made.values[i]), float(made.standard_errors[i]), float(made.degrees_of_freedom)),
            evidences[i],
        )
        for i, term in enumerate(outcome.terms)
    ]


def _shown(
    about: tuple[str, str, str, int], numbers: tuple[float, float, float], evidence: ShareEvidence | None
) -> Estimate:
    """The record of a mean, with a t interval, or of a share, with the share interval."""
    (term, column, words, n), (value, se, df) = about, numbers
    unit = f"unit of {column}" if evidence is None else "share of the population"
    made = usable_estimate(term, value, se, n=n, unit=unit, method=words, degrees_of_freedom=df if df >= 1 else None)
    if df < 1:
        return replace(made, se=None, low=None, high=None, warnings=(f"{term}: {ONE_CLUSTER}",))
    if evidence is None:
        return made
    limits = share_interval(min(max(value, 0.0), 1.0), se * se, evidence)
    return replace(made, low=min(limits.low, value), high=max(limits.high, value))


def _write(path: Path, frame: pd.DataFrame, kept: pd.DataFrame, weights: npt.NDArray[np.float64]) -> None:
    if NEW_COLUMN in frame.columns:
        raise InputError(f"the file has a column '{NEW_COLUMN}' already; rename it")
    made = frame.assign(**{NEW_COLUMN: pd.Series(weights, index=kept.index)})
    try:
        if path.suffix == ".parquet":
            made.to_parquet(path, index=False)
        else:
            path.write_text(csv_text(inert(made)), encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"--out '{path}' cannot be written ({error.strerror}); name a file in a folder that exists"
        ) from error


def _summary(weights: npt.NDArray[np.float64]) -> dict[str, float]:
    return {
        "sum": float(weights.sum()),
        "sum_of_squares": float(weights @ weights),
        "min": float(weights.min()),
        "max": float(weights.max()),
    }


def _warnings(
    options: CalibrateOptions,
    frame: pd.DataFrame,
    kept: pd.DataFrame,
    weights: npt.NDArray[np.float64],
    made: CalibratedWeights,
) -> list[str]:
    said: list[Any] = []
    if len(kept) < len(frame):
        said.append(f"{len(frame) - len(kept)} row(s) with a missing margin value or weight were left out")
    negative = int((weights < 0).sum())
    if negative:
        said.append(
            f"{negative} calibrated weight(s) are negative, and other commands refuse such: --method rake or logit, or "
            "--bounds, keeps them positive"
        )
    if options.trim is not None:
        said.append("trimmed weights no longer meet the margins exactly")
    if options.method == "logit" and options.bounds is None:
        said.append("logit took its ratios from 0.1 to 10; set --bounds")
    if made.ratio.max() > 5 * max(float(np.median(made.ratio)), 1e-300):
        said.append("some weights grew more than five times as much as the median one: look at sparse levels")
    return said
