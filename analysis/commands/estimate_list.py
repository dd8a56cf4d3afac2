"""`estimate list-experiment`: from a researcher's file to a report.

What belongs here: which estimator runs on which columns, and which diagnostics go with it.
What must not: arithmetic; option declarations (`estimate`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from analysis.commands.estimate_list_designs import METHOD, estimate_double, estimate_joint, estimate_modified
from analysis.commands.estimate_list_prior import estimate_posterior, refuse_prior_options
from analysis.commands.estimate_report import Report
from analysis.commands.list_length import ESTIMATORS_OF_EQUAL_LENGTH, length_envelopes, truth_told
from analysis.commands.list_rows import ListOptions, ListRows, complete_rows, placebo_rows
from analysis.commands.survey_file import asked_values, in_file_terms
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.list_experiment.agreement import hausman_test, model_gap
from analysis.estimators.list_experiment.balance import balance_test
from analysis.estimators.list_experiment.direct import CombinedEstimate, PlaceboTest, combine_with_direct
from analysis.estimators.list_experiment.double import placebo_list
from analysis.estimators.list_experiment.length_error import own_errors
from analysis.estimators.list_experiment.misreport import MISREPORTS, misreport_likelihood
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
from analysis.estimators.list_experiment.responses import ListDesign
from analysis.estimators.list_experiment.robust import robust_regression
from analysis.estimators.list_experiment.several_items import (
    SeveralItemsData,
    likelihood_several,
    linear_several,
    nonlinear_several,
    several_items_data,
)
from analysis.estimators.list_experiment.standing import DESIGN_EFFECT_REASON, ListAnalysis, analyse
from analysis.estimators.list_experiment.with_endorsement import Correlation, list_endorsement_correlations
from analysis.results.method_flags import told

ESTIMATORS = ("difference", "linear", "nls", "ml", "multi", "modified", "double", "bayes")
SEVERAL_MODELS = {
    "constrained": likelihood_several,
    "level": lambda data: likelihood_several(data, "level"),
    "linear": linear_several,
    "nls": nonlinear_several,
}


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
    rows = complete_rows(options)
    try:
        report = _by_design(options)(options, rows)
    except EstimationError as error:
        raise EstimationError(in_file_terms(str(error), options.roles, rows.frame)) from error
    dropped = rows.counts["rows_read"] - rows.counts["rows_used"]
    found = [f"{dropped} row(s) with a missing value or another arm were left out"] if dropped else []
    found += told("list_longer") if options.list_design == "conventional" else []
    truth = truth_told(options, report.estimates)
    return Report(
        report.method,
        report.estimator,
        report.n,
        report.estimates,
        report.log_likelihood,
        {**rows.counts, **report.diagnostics, **truth.diagnostics},
        [*report.warnings, *truth.warnings, *found],
    )


def _by_design(options: ListOptions) -> Callable[[ListOptions, ListRows], Report]:
    if options.outcome is not None:
        return estimate_joint
    special = {"multi": _several, "modified": estimate_modified, "double": estimate_double, "bayes": estimate_posterior}
    return special.get(options.estimator, _single)


def _refuse_unknown(options: ListOptions) -> None:
    if options.estimator not in ESTIMATORS:
        raise InputError(f"--estimator is '{options.estimator}'; choose one of {', '.join(ESTIMATORS)}")
    allowed = tuple(SEVERAL_MODELS) if options.estimator == "multi" else (*MODELS, *MISREPORTS)
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
    _refuse_contradictions(options)


def _refuse_contradictions(options: ListOptions) -> None:
    if options.is_robust and (options.estimator not in ("nls", "ml") or options.model != "constrained"):
        raise InputError("--robust belongs to --estimator nls, or ml with the constrained model; choose one of them")
    if options.outcome is not None and (options.estimator != "ml" or options.model != "constrained"):
        raise InputError("--outcome needs --estimator ml with the constrained model: both are fitted in one step")
    if (options.estimator == "modified") != (options.item_columns is not None):
        raise InputError("--item-columns names the open items of --estimator modified; give both, or neither")
    if (options.estimator == "double") != (options.second_response is not None):
        raise InputError("--second-response names the count of list B of --estimator double; give both, or neither")
    if options.estimator == "double" and (options.covariates or options.direct or options.predict):
        raise InputError("--estimator double takes no --covariates, --direct or --predict; leave them out")
    if options.correlation not in get_args(Correlation):
        raise InputError(f"--correlation is '{options.correlation}'; choose {' or '.join(get_args(Correlation))}")
    _refuse_list_designs(options)
    refuse_prior_options(options)
    if options.endorsement and (_by_design(options) is not _single):
        raise InputError("--endorsement needs one sensitive item, a standard list and no --outcome; leave it out")


def _refuse_list_designs(options: ListOptions) -> None:
    if options.list_design not in get_args(ListDesign):
        raise InputError(f"--design is '{options.list_design}'; choose {' or '.join(get_args(ListDesign))}")
    is_equal = options.list_design == "placebo-list"
    if is_equal and (options.estimator not in ESTIMATORS_OF_EQUAL_LENGTH or options.is_robust or options.outcome):
        raise InputError(
            f"--design placebo-list takes --estimator {' or '.join(ESTIMATORS_OF_EQUAL_LENGTH)} without --robust and "
            "--outcome: the other models describe a control list without a placebo item"
        )
    if is_equal and (options.endorsement or options.placebo):
        raise InputError("--design placebo-list takes neither --endorsement nor --placebo; leave them out")
    if options.placebo and _by_design(options) is not _single:
        raise InputError("--placebo screens one conventional list; leave it out with multi, modified and --outcome")
    if options.known_truth is not None and not 0 <= options.known_truth <= 1:
        raise InputError(f"--known-truth is {options.known_truth:g}; give a share from 0 to 1")


def _single(options: ListOptions, rows: ListRows) -> Report:
    design: ListDesign = "placebo-list" if options.list_design == "placebo-list" else "conventional"
    data = regression_data(
        rows.response, rows.arm, options.items, rows.matrix, rows.names, design=design, **rows.design
    )
    own = placebo_rows(options)
    placebo = None if own is None else placebo_list(own.response, own.arm, options.items, **own.design)
    standing = analyse(rows.response, rows.arm, options.items, design=design, placebo=placebo, **rows.design)
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
    report = report if rows.direct is None else _with_direct(options, rows, report, design)
    errors = None if placebo is None else own_errors(placebo.difference)
    envelopes = length_envelopes([standing.means.difference, *report.estimates], design, errors)
    report = replace(report, diagnostics=report.diagnostics | envelopes)
    return report if rows.endorsement is None else _with_endorsement(options, rows, report)


def _with_endorsement(options: ListOptions, rows: ListRows, report: Report) -> Report:
    """Add how the counts go with the endorsement answers in each arm."""
    assert rows.endorsement is not None  # noqa: S101 - the caller has asked
    kind: Correlation = "kendall" if options.correlation == "kendall" else "pearson"  # one of both: checked above
    made = list_endorsement_correlations(
        rows.response, rows.arm, options.items, rows.endorsement, kind=kind, **rows.design
    )
    found = [replace(estimate, term=f"endorsement.{estimate.term}") for estimate in made]
    return replace(report, estimates=[*report.estimates, *found])


def _diagnostics(data: RegressionData, standing: ListAnalysis) -> dict[str, Any]:
    return {
        "usable": standing.prevalence.is_usable,
        "reason": standing.prevalence.unusable_reason,
        "cells": {
            "control": data.responses.control_counts[: None if standing.length.design == "placebo-list" else -1],
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
    fit, moments_p = _fitted(options, data)
    gap = model_gap(fit)
    diagnostics = diagnostics | {
        "gap": gap,
        "convergence": fit.convergence,
        "model": fit.model,
        "covariance": fit.method,
    }
    if moments_p is not None:
        diagnostics["moments_p_value"] = moments_p
    if fit.estimator == "ml" and fit.model == "constrained":
        squares = nonlinear_least_squares(data)
        diagnostics["hausman"] = None if squares.warnings else hausman_test(fit, squares)
    warnings = [*fit.warnings, *standing.warnings, *([gap.meaning] if gap.is_flagged else [])]
    if standing.prevalence.unusable_reason == DESIGN_EFFECT_REASON:
        warnings.append(DESIGN_EFFECT_REASON)
    if fit.model == "unconstrained":
        warnings += told("list_ml_unconstrained_coefficient", "list_ml_unconstrained_difference")
    estimates = [*fit.estimates()]
    if options.predict is not None or rows.direct is not None:
        estimates += _predicted(options, rows, fit, standing)
    return Report(METHOD, options.estimator, data.responses.n, estimates, fit.log_likelihood, diagnostics, warnings)


def _fitted(options: ListOptions, data: RegressionData) -> tuple[ListRegression, float | None]:
    """The regression, and for a robust one the p-value of its moments."""
    if options.is_robust:
        return robust_regression(data, options.estimator)
    if options.estimator == "linear":
        return linear_regression(data), None
    if options.estimator == "nls":
        return nonlinear_least_squares(data), None
    if options.model in MISREPORTS:
        return misreport_likelihood(data, options.model), None  # type: ignore[arg-type]  # checked above
    return maximum_likelihood(data, options.model), None  # type: ignore[arg-type]  # checked above


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


def _with_direct(options: ListOptions, rows: ListRows, report: Report, design: ListDesign) -> Report:
    """Add the combined estimate and its placebo tests."""
    assert rows.direct is not None  # noqa: S101 - the caller has asked
    made = combine_with_direct(
        rows.response,
        rows.arm,
        options.items,
        rows.direct,
        X=rows.matrix,
        names=rows.names,
        design=design,
        **rows.design,
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
        "placebo_treatment_among_yes": _judged(
            made.treatment_among_admitters, "fewer than two respondents of an arm said yes to the direct question"
        ),
        "placebo_treatment_on_direct": _judged(
            made.treatment_on_direct, "all respondents gave the same answer to the direct question"
        ),
    }


def _judged(found: PlaceboTest | None, why_not: str) -> PlaceboTest | dict[str, Any]:
    return {"p_value": None, "meaning": f"not judged: {why_not}"} if found is None else found


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
    kept, base = (data.level == 0) | (data.level == item), data.base
    plan = {name: getattr(base, name) for name in ("weights", "strata", "clusters")}
    inside: dict[str, Any] = {
        name: None if column is None else np.asarray(column)[kept] for name, column in plan.items()
    }
    return analyse(base.responses.y[kept], data.level[kept] == item, base.responses.items, **inside)


def _diagnostics_of(standing: ListAnalysis) -> dict[str, Any]:
    return {
        "usable": standing.prevalence.is_usable,
        "reason": standing.prevalence.unusable_reason,
        "difference": standing.means.difference.value,
        "screen": {"passed": standing.screen.passed, "checks": standing.screen.checks},
        "design_effect_p_value": standing.design_effect.p_value,
        **length_envelopes([standing.means.difference], "conventional", None),
    }


def _predicted_several(
    options: ListOptions, rows: ListRows, fit: ListRegression, data: SeveralItemsData, standings: list[ListAnalysis]
) -> list[Estimate]:
    made: list[Estimate] = []
    linear = linear_several(data)
    for item, (label, standing) in enumerate(zip(data.labels, standings, strict=True)):
        averages = {"prediction": average(fit, None, item)} | group_averages(options.predict or "", rows, fit, item)
        found = predict(fit, {f"{label}.{term}": a for term, a in averages.items()}, linear=linear)
        reason = standing.screen.reason or "the floor–ceiling screen failed"
        made += (
            found
            if standing.screen.passed
            else [unusable_estimate(e.term, reason, n=e.n, unit=e.unit, method=e.method) for e in found]
        )
    return made
