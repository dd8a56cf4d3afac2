"""`estimate randomised-response`: from a researcher's file to a report.

What belongs here: which estimator runs on which columns, and which diagnostics go with it.
What must not: arithmetic; option declarations (`estimate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import (
    Covariates,
    asked_values,
    design_matrix,
    formula_columns,
    in_file_terms,
    numeric,
    require_columns,
    yes_no,
)
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.prediction import difference
from analysis.estimators.randomised_response.anchored import anchored_prevalence
from analysis.estimators.randomised_response.cheating import detect_cheating
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.predictor import masked_predictor
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import (
    MaskedData,
    MaskedRegression,
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)
from analysis.results.method_flags import told

METHOD = "randomised-response"
COLUMNS = ("response", "weights", "strata", "clusters", "outcome", "group", "anchor")
# A model average this many standard errors from the moment estimate is worth a sentence.
GAP_Z = 2.0
CHEATING_P = 0.05
AT_RANDOM = (
    "some respondents answer at random: the uncorrected prevalence is pulled towards one half, use the corrected one"
)
NOT_FOLLOWED = (
    "some respondents follow no device: the prevalence lies between honest_yes and honest_yes + cheaters, as far as "
    "they may hold the trait"
)


@dataclass(frozen=True)
class MaskedOptions:
    """The options of `estimate randomised-response`, by their names on the command line."""

    file: Path
    response: str
    design: str
    p: float
    p1: float | None = None
    p0: float | None = None
    q: float | None = None
    covariates: str | None = None
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    predict: str | None = None
    outcome: str | None = None
    outcome_model: str = "logistic"
    group: str | None = None
    second_p: float | None = None
    second_p1: float | None = None
    second_p0: float | None = None
    second_q: float | None = None
    anchor: str | None = None
    anchor_p: float | None = None
    anchor_share: float = 0.0

    @property
    def columns(self) -> dict[str, str | None]:
        """Option to the column it names."""
        return {f"--{name}": getattr(self, name) for name in COLUMNS}


def estimate_masked(options: MaskedOptions) -> Report:
    """Run the randomised response experiment that the options describe.

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
    _refuse_contradictions(options)
    _refuse_anchor(options)
    how = device(options.design, options.p, p1=options.p1, p0=options.p0, q=options.q)
    frame = read_rows(options.file)
    require_columns(frame, options.columns)
    answer = yes_no(frame, options.response)
    numbers = {n: numeric(frame, c, "give a number") for n, c in _numbers(options).items()}
    needed = [*formula_columns(frame, options.covariates), *filter(None, (options.strata, options.clusters))]
    complete = frame[needed].notna().all(axis=1).to_numpy() & ~np.isnan(answer)
    for values in numbers.values():
        complete &= ~np.isnan(values)
    if not complete.any():
        raise InputError("no row has a value in every column that is used; check the columns for missing values")
    kept = frame[complete]
    covariates = design_matrix(kept, options.covariates)
    plan: dict[str, Any] = {
        "weights": numbers["weights"][complete] if "weights" in numbers else None,
        "strata": None if options.strata is None else level_text(kept[options.strata]).to_numpy(),
        "clusters": None if options.clusters is None else level_text(kept[options.clusters]).to_numpy(),
    }
    columns = {"response": options.response} | {k: v for k, v in options.columns.items() if v}
    try:
        made = (None, None) if covariates is None else (covariates.matrix, covariates.names)
        data = masked_data(answer[complete], how, *made, **plan)
        outcome = numbers["outcome"][complete] if "outcome" in numbers else None
        if options.anchor is not None:
            report = _anchored(options, data, numbers["anchor"][complete])
        elif options.group is not None:
            report = _cheating(options, data, numbers["group"][complete])
        else:
            report = _report(options, data, covariates, outcome)
    except EstimationError as error:
        named = {name.removeprefix("--"): column for name, column in columns.items()}
        raise EstimationError(in_file_terms(str(error), named, kept)) from error
    dropped = len(frame) - len(kept)
    found = [f"{dropped} row(s) with a missing value were left out"] if dropped else []
    counts = {"rows_read": len(frame), "rows_used": len(kept), "share_of_yes": float(data.share @ data.y)}
    device_words = {"design": how.design, "yes_if_held": how.yes_given(1), "yes_if_not": how.yes_given(0)}
    diagnostics = {**counts, "device": device_words, **report.diagnostics}
    flagged = told("masked_crosswise_inattentive") if how.design == "crosswise" and options.anchor is None else []
    warnings = [*report.warnings, *found, *flagged]
    return Report(METHOD, report.estimator, report.n, report.estimates, report.log_likelihood, diagnostics, warnings)


def _refuse_contradictions(options: MaskedOptions) -> None:
    """Two devices go with a column of halves, and with nothing that has no form for them."""
    if (options.group is None) != (options.second_p is None):
        raise InputError("--group and --second-p go together: the halves, and the second half's device")
    others = (options.covariates, options.weights, options.strata, options.clusters, options.predict, options.outcome)
    if options.group is not None and any(others):
        raise InputError("--group takes no --covariates, --weights, --strata, --clusters, --predict or --outcome")


def _refuse_anchor(options: MaskedOptions) -> None:
    if (options.anchor is None) != (options.anchor_p is None):
        raise InputError("--anchor and --anchor-p go together: the anchor question and its innocuous probability")
    if options.anchor is not None and options.design != "crosswise":
        raise InputError(f"--anchor belongs to --design crosswise, not to {options.design}; leave it out")
    if options.anchor is not None and (options.covariates or options.predict or options.outcome or options.group):
        raise InputError("--anchor takes no --covariates, --predict, --outcome or --group; leave them out")


def _anchored(options: MaskedOptions, data: MaskedData, anchor: Any) -> Report:
    """The crosswise share corrected for answers at random."""
    assert options.anchor_p is not None  # noqa: S101 - refused before
    made = anchored_prevalence(
        data.y,
        anchor,
        options.p,
        options.anchor_p,
        anchor_share=options.anchor_share,
        weights=data.weights,
        strata=data.strata,
        clusters=data.clusters,
    )
    everybody = made.attentive.high is not None and made.attentive.high >= 1
    said = [] if everybody else [AT_RANDOM]
    estimates = [made.corrected, made.attentive, made.uncorrected]
    return Report(METHOD, "anchored", len(data.y), estimates, None, {"usable": made.corrected.is_usable}, said)


def _cheating(options: MaskedOptions, data: MaskedData, group: Any) -> Report:
    """Who follows no device, told from two random halves with two devices."""
    assert options.second_p is not None  # noqa: S101 - refused before
    second = device(options.design, options.second_p, p1=options.second_p1, p0=options.second_p0, q=options.second_q)
    made = detect_cheating(data.y, group, data.how, second)
    said = [NOT_FOLLOWED] if made.p_no_cheating < CHEATING_P else []
    diagnostics = {
        "p_no_cheating": made.p_no_cheating,
        "second_device": {"yes_if_held": second.yes_given(1), "yes_if_not": second.yes_given(0)},
    }
    return Report(METHOD, "cheating", len(data.y), [made.honest_yes, made.cheaters], None, diagnostics, said)


def _numbers(options: MaskedOptions) -> dict[str, str]:
    named = {name: getattr(options, name) for name in ("weights", "outcome", "group", "anchor")}
    return {name: column for name, column in named.items() if column is not None}


def _report(options: MaskedOptions, data: MaskedData, covariates: Covariates | None, outcome: Any) -> Report:
    moment = prevalence(data.y, data.how, weights=data.weights, strata=data.strata, clusters=data.clusters)
    if outcome is not None:
        joint = masked_predictor(data, outcome, options.outcome_model)  # type: ignore[arg-type]  # refused if unknown
        found = {"usable": moment.is_usable, "convergence": joint.convergence, "covariance": joint.method}
        return Report(
            METHOD, "predictor", joint.n, [*joint.estimates(), moment], joint.log_likelihood, found, joint.warnings
        )
    fit = masked_regression(data)
    predicted = masked_predictions(fit, _averages(options, fit, covariates)) if moment.is_usable else ()
    diagnostics = {
        "usable": moment.is_usable,
        "reason": moment.unusable_reason,
        "convergence": fit.convergence,
        "covariance": fit.method,
    }
    warnings = [*fit.warnings, *_gap(moment, predicted)]
    estimates = [*fit.estimates(), *predicted, moment]
    return Report(METHOD, "ml", len(data.y), estimates, fit.log_likelihood, diagnostics, warnings)


def _gap(moment: Estimate, predicted: tuple[Estimate, ...]) -> list[str]:
    """Say when the model's average leaves the moment estimate behind."""
    if not predicted or moment.value is None or predicted[0].value is None or not moment.se:
        return []
    gap = predicted[0].value - moment.value
    if abs(gap) < GAP_Z * moment.se:
        return []
    return [f"the model predicts {predicted[0].value:.3f} where the share of yes implies {moment.value:.3f}"]


def _averages(options: MaskedOptions, fit: MaskedRegression, covariates: Covariates | None) -> dict[str, Any]:
    averages = {"prediction": masked_average(fit)}
    if options.predict is None:
        return averages
    column, first, second = asked_values(options.predict, covariates)
    assert covariates is not None  # noqa: S101 - asked_values has refused it
    own = masked_average(fit, covariates.with_value(column, first[1]))
    averages[f"prediction[{column}={first[0]}]"] = own
    if second is not None:
        other = masked_average(fit, covariates.with_value(column, second[1]))
        averages |= {f"prediction[{column}={second[0]}]": other, "prediction_difference": difference(own, other)}
    return averages
