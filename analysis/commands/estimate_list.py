"""`estimate list-experiment`: from a researcher's file to a report.

What belongs here: which estimator runs on which columns, and which diagnostics go with it.
What must not: arithmetic; option declarations (`estimate`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import (
    Covariates,
    asked_values,
    coded_arms,
    coded_levels,
    design_matrix,
    formula_columns,
    in_file_terms,
    level_text,
    numeric,
    read_rows,
    require_columns,
    shown_levels,
    yes_no,
)
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.list_experiment.agreement import hausman_test, model_gap
from analysis.estimators.list_experiment.balance import balance_test
from analysis.estimators.list_experiment.direct import CombinedEstimate, combine_with_direct
from analysis.estimators.list_experiment.mixture import MODELS, maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.prediction import (
    Average,
    average,
    compare_with_direct,
    difference,
    predict,
)
from analysis.estimators.list_experiment.regression import (
    ListRegression,
    RegressionData,
    linear_regression,
    regression_data,
)
from analysis.estimators.list_experiment.several_items import (
    SeveralItemsData,
    likelihood_several,
    linear_several,
    nonlinear_several,
    several_items_data,
)
from analysis.estimators.list_experiment.standing import DESIGN_EFFECT_REASON, ListAnalysis, analyse

METHOD = "list-experiment"
ESTIMATORS = ("difference", "linear", "nls", "ml", "multi")
SEVERAL_MODELS = {
    "constrained": likelihood_several,
    "level": lambda data: likelihood_several(data, "level"),
    "linear": linear_several,
    "nls": nonlinear_several,
}


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
    sensitive_levels: str | None = None
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    direct: str | None = None
    predict: str | None = None
    test: str | None = None

    @property
    def columns(self) -> dict[str, str | None]:
        """Option to the column it names."""
        named = ("response", "treatment", "weights", "strata", "clusters", "direct")
        return {f"--{name}": getattr(self, name) for name in named}

    @property
    def roles(self) -> dict[str, str]:
        """The estimators' word for an argument to its column."""
        given = {option.removeprefix("--"): column for option, column in self.columns.items() if column is not None}
        return {"treat" if role == "treatment" else role: column for role, column in given.items()}


@dataclass(frozen=True, eq=False)
class ListRows:
    """Complete rows, as arrays."""

    frame: pd.DataFrame
    response: npt.NDArray[np.float64]
    arm: npt.NDArray[np.float64]
    direct: npt.NDArray[np.float64] | None
    covariates: Covariates | None
    design: dict[str, Any]
    labels: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def matrix(self) -> npt.NDArray[np.float64] | None:
        """Design matrix, None without covariates."""
        return None if self.covariates is None else self.covariates.matrix

    @property
    def names(self) -> tuple[str, ...] | None:
        """Its column names."""
        return None if self.covariates is None else self.covariates.names


def estimate_list(options: ListOptions) -> Report:
    """Run the list experiment that the options describe.

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
    _refuse_unknown(options)
    rows = _complete_rows(options)
    try:
        report = _several(options, rows) if options.estimator == "multi" else _single(options, rows)
    except EstimationError as error:
        raise EstimationError(in_file_terms(str(error), options.roles, rows.frame)) from error
    dropped = rows.counts["rows_read"] - rows.counts["rows_used"]
    found = [f"{dropped} row(s) with a missing value or another arm were left out"] if dropped else []
    return Report(
        report.method,
        report.estimator,
        report.n,
        report.estimates,
        report.log_likelihood,
        {**rows.counts, **report.diagnostics},
        [*report.warnings, *found],
    )


def _refuse_unknown(options: ListOptions) -> None:
    if options.estimator not in ESTIMATORS:
        raise InputError(f"--estimator is '{options.estimator}'; choose one of {', '.join(ESTIMATORS)}")
    allowed = tuple(SEVERAL_MODELS) if options.estimator == "multi" else MODELS
    if options.model not in allowed:
        raise InputError(f"--model is '{options.model}'; choose one of {', '.join(allowed)}")
    if options.test not in (None, "design-effect"):
        raise InputError(f"--test is '{options.test}'; choose design-effect")
    if options.items < 1:
        raise InputError(f"--items is {options.items}; give the number of items without the sensitive one, at least 1")
    if options.estimator == "difference" and options.covariates and not options.direct and not options.test:
        raise InputError("--estimator difference takes no --covariates; choose linear, nls or ml")
    if options.estimator == "multi" and not options.sensitive_levels:
        raise InputError("--estimator multi needs --sensitive-levels, such as 1,2")


def _complete_rows(options: ListOptions) -> ListRows:
    frame = read_rows(options.file)
    require_columns(frame, options.columns)
    arm, labels = _arms(options, frame)
    response = numeric(frame, options.response, "a list answer is a number; leave a refusal empty")
    direct = None if options.direct is None else yes_no(frame, options.direct)
    weights = None
    if options.weights is not None:
        weights = numeric(frame, options.weights, "a weight is a number of 0 or more")
    needed = [*formula_columns(frame, options.covariates), *filter(None, (options.strata, options.clusters))]
    complete = frame[needed].notna().all(axis=1).to_numpy() & ~np.isnan(response) & ~np.isnan(arm)
    for optional in (direct, weights):
        complete &= True if optional is None else ~np.isnan(optional)
    if not complete.any():
        raise InputError("no row has a value in every column that is used; check the columns for missing values")
    kept = frame[complete]
    return ListRows(
        kept,
        response[complete],
        arm[complete],
        None if direct is None else direct[complete],
        design_matrix(kept, options.covariates),
        {
            "weights": None if weights is None else weights[complete],
            "strata": None if options.strata is None else level_text(kept[options.strata]).to_numpy(),
            "clusters": None if options.clusters is None else level_text(kept[options.clusters]).to_numpy(),
        },
        labels,
        {"rows_read": len(frame), "rows_used": int(complete.sum())},
    )


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


def _single(options: ListOptions, rows: ListRows) -> Report:
    data = regression_data(rows.response, rows.arm, options.items, rows.matrix, rows.names, **rows.design)
    standing = analyse(rows.response, rows.arm, options.items, **rows.design)
    diagnostics = _diagnostics(data, standing)
    if options.test == "design-effect":
        diagnostics = {"p_value": standing.design_effect.p_value} | diagnostics
    if options.estimator == "difference":
        estimates = [standing.means.difference, standing.means.control_mean, standing.means.treated_mean]
        report = Report(
            METHOD,
            "difference",
            data.responses.n,
            [*estimates, standing.prevalence],
            None,
            diagnostics,
            standing.warnings,
        )
    else:
        report = _regression(options, rows, data, standing, diagnostics)
    return report if rows.direct is None else _with_direct(options, rows, report)


def _diagnostics(data: RegressionData, standing: ListAnalysis) -> dict[str, Any]:
    return {
        "usable": standing.prevalence.is_usable,
        "reason": standing.prevalence.unusable_reason,
        "cells": {
            "control": data.responses.control_counts[:-1],
            "treated": data.responses.treated_counts,
        },
        "screen": {"passed": standing.screen.passed, "checks": standing.screen.checks},
        "design_effect": {
            "p_value": standing.design_effect.p_value,
            "p_value_without_selection": standing.design_effect_unselected.p_value,
            "types_holding": standing.types.holders,
            "types_not_holding": standing.types.others,
        },
        "balance": balance_test(data),
    }


def _regression(
    options: ListOptions, rows: ListRows, data: RegressionData, standing: ListAnalysis, diagnostics: dict[str, Any]
) -> Report:
    fit = _fitted(options, data)
    gap = model_gap(fit)
    diagnostics = diagnostics | {
        "gap": gap,
        "convergence": fit.convergence,
        "model": fit.model,
        "covariance": fit.method,
    }
    if options.estimator == "ml" and fit.model == "constrained":
        squares = nonlinear_least_squares(data)
        diagnostics["hausman"] = None if squares.warnings else hausman_test(fit, squares)
    warnings = [*fit.warnings, *standing.warnings, *([gap.meaning] if gap.is_flagged else [])]
    if standing.prevalence.unusable_reason == DESIGN_EFFECT_REASON:
        warnings.append(DESIGN_EFFECT_REASON)
    estimates = [*fit.estimates()]
    if options.predict is not None or rows.direct is not None:
        estimates += _predicted(options, rows, fit, standing)
    return Report(METHOD, options.estimator, data.responses.n, estimates, fit.log_likelihood, diagnostics, warnings)


def _fitted(options: ListOptions, data: RegressionData) -> ListRegression:
    if options.estimator == "ml":
        return maximum_likelihood(data, options.model)  # type: ignore[arg-type]  # checked above
    return linear_regression(data) if options.estimator == "linear" else nonlinear_least_squares(data)


def _predicted(options: ListOptions, rows: ListRows, fit: ListRegression, standing: ListAnalysis) -> list[Estimate]:
    """Average predictions; without a value where the screen says that no prevalence can be read from this list."""
    averages = {"prediction": average(fit)}
    if options.predict is not None:
        averages |= group_averages(options.predict, rows, fit)
    made = list(predict(fit, averages))
    if rows.direct is not None:
        compared = compare_with_direct(fit, rows.direct)
        made += [compared.difference]
    if standing.screen.passed:
        return made
    reason = standing.screen.reason or "the floor–ceiling screen failed"
    return [unusable_estimate(e.term, reason, n=e.n, unit=e.unit, method=e.method) for e in made]


def group_averages(request: str, rows: ListRows, fit: ListRegression, item: int = 0) -> dict[str, Average]:
    """Predict with one column set to a value for everybody, and compare with the other value.

    Parameters
    ----------
    request
        `column=value`, or `column=value:other` for a column with more than two values.
    rows, fit, item
        What was fitted, and the sensitive item.

    Returns
    -------
    dict
        `prediction[column=value]`, and with another value `prediction[column=other]` and `prediction_difference`.

    Raises
    ------
    InputError
        When the request is malformed, or names a column outside the formula or a value that does not occur.
    """
    column, first, second = asked_values(request, rows.covariates)
    assert rows.covariates is not None  # noqa: S101 - asked_values has refused it
    found = {f"prediction[{column}={first[0]}]": average(fit, rows.covariates.with_value(column, first[1]), item)}
    if second is not None:
        other = average(fit, rows.covariates.with_value(column, second[1]), item)
        own = next(iter(found.values()))
        found |= {f"prediction[{column}={second[0]}]": other, "prediction_difference": difference(own, other)}
    return found


def _with_direct(options: ListOptions, rows: ListRows, report: Report) -> Report:
    """Add the combined estimate and its placebo tests."""
    assert rows.direct is not None  # noqa: S101 - the caller has asked
    made = combine_with_direct(
        rows.response, rows.arm, options.items, rows.direct, X=rows.matrix, names=rows.names, **rows.design
    )
    diagnostics = report.diagnostics | _placebos(made)
    estimates = [made.combined, made.direct, *report.estimates]
    if not report.diagnostics["screen"]["passed"]:
        reason = report.diagnostics["reason"]
        estimates[0] = unusable_estimate(
            "combined", reason, n=made.combined.n, unit=made.combined.unit, method=made.combined.method
        )
    return Report(
        report.method, report.estimator, report.n, estimates, report.log_likelihood, diagnostics, report.warnings
    )


def _placebos(made: CombinedEstimate) -> dict[str, Any]:
    return {
        "list_among_those_who_said_no": made.list_among_deniers,
        "placebo_treatment_among_yes": made.treatment_among_admitters,
        "placebo_treatment_on_direct": made.treatment_on_direct,
    }


def _several(options: ListOptions, rows: ListRows) -> Report:
    data = several_items_data(
        rows.response, rows.arm, options.items, rows.matrix, rows.names, labels=rows.labels, **rows.design
    )
    fit = SEVERAL_MODELS[options.model](data)
    standings = [_standing_of(data, item) for item in range(1, len(data.labels) + 1)]
    estimates = [*fit.estimates()]
    if options.predict is not None:
        estimates += _predicted_several(options, rows, fit, data, standings)
    diagnostics = {
        "items": {label: _diagnostics_of(s) for label, s in zip(data.labels, standings, strict=True)},
        "balance": balance_test(data.base),
        "convergence": fit.convergence,
        "covariance": fit.method,
    }
    warnings = [*fit.warnings, *(f"{v}: {w}" for v, s in zip(data.labels, standings, strict=True) for w in s.warnings)]
    return Report(METHOD, "multi", data.base.responses.n, estimates, fit.log_likelihood, diagnostics, warnings)


def _standing_of(data: SeveralItemsData, item: int) -> ListAnalysis:
    kept = (data.level == 0) | (data.level == item)
    return analyse(data.base.responses.y[kept], data.level[kept] == item, data.base.responses.items)


def _diagnostics_of(standing: ListAnalysis) -> dict[str, Any]:
    return {
        "usable": standing.prevalence.is_usable,
        "reason": standing.prevalence.unusable_reason,
        "difference": standing.means.difference.value,
        "screen": {"passed": standing.screen.passed, "checks": standing.screen.checks},
        "design_effect_p_value": standing.design_effect.p_value,
    }


def _predicted_several(
    options: ListOptions, rows: ListRows, fit: ListRegression, data: SeveralItemsData, standings: list[ListAnalysis]
) -> list[Estimate]:
    made: list[Estimate] = []
    for item, (label, standing) in enumerate(zip(data.labels, standings, strict=True)):
        averages = {"prediction": average(fit, None, item)} | group_averages(options.predict or "", rows, fit, item)
        found = predict(fit, {f"{label}.{term}": a for term, a in averages.items()})
        reason = standing.screen.reason or "the floor–ceiling screen failed"
        made += (
            found
            if standing.screen.passed
            else [unusable_estimate(e.term, reason, n=e.n, unit=e.unit, method=e.method) for e in found]
        )
    return made
