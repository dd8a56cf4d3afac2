"""`estimate list-experiment` for designs with a likelihood of their own: the list as predictor, the modified list.

What belongs here: which estimator runs, and what it reports. What must not: arithmetic; the standard design.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.commands.estimate_report import Report
from analysis.commands.list_length import length_envelopes
from analysis.commands.list_rows import ListOptions, ListRows
from analysis.commands.survey_file import numeric
from analysis.errors import InputError
from analysis.estimators.estimate import Estimate, unusable_estimate, usable_estimate
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.list_experiment.joint import JointRegression, joint_regression
from analysis.estimators.list_experiment.length_error import length_warning
from analysis.estimators.list_experiment.modified import modified_list
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.standing import analyse

METHOD = "list-experiment"
DISAGREEMENT_P = 0.05


def estimate_joint(options: ListOptions, rows: ListRows) -> Report:
    """Fit the sensitive item as predictor of an outcome.

    Parameters
    ----------
    options, rows
        As declared on the command line; complete rows.

    Returns
    -------
    Report
    """
    data = regression_data(rows.response, rows.arm, options.items, rows.matrix, rows.names, **rows.design)
    standing = analyse(rows.response, rows.arm, options.items, **rows.design)
    fit = joint_regression(data, rows.outcome, options.outcome_model)  # type: ignore[arg-type]
    coefficients = [_coefficient(fit, i) for i in range(len(fit.terms))]
    diagnostics = {
        "usable": standing.prevalence.is_usable,
        "reason": standing.prevalence.unusable_reason,
        "screen": {"passed": standing.screen.passed, "checks": standing.screen.checks},
        "design_effect_p_value": standing.design_effect.p_value,
        "convergence": fit.convergence,
        "covariance": fit.method,
        **length_envelopes([standing.means.difference], "conventional", None),
    }
    estimates = [*coefficients, *fit.predictions]
    warnings = [*fit.warnings, *standing.warnings]
    return Report(METHOD, "joint", data.responses.n, estimates, fit.log_likelihood, diagnostics, warnings)


def _coefficient(fit: JointRegression, i: int) -> Estimate:
    """One coefficient, without an error where the data do not determine it."""
    variance = float(fit.covariance[i, i])
    made = usable_estimate(
        fit.terms[i],
        float(fit.coefficients[i]),
        max(variance, 0.0) ** 0.5,
        n=fit.data.responses.n,
        unit="coefficient",
        method=fit.method,
        degrees_of_freedom=fit.degrees_of_freedom,
    )
    is_lost = bool(fit.undetermined[i]) or variance < 0
    return replace(made, se=None, low=None, high=None) if is_lost else made


def estimate_modified(options: ListOptions, rows: ListRows) -> Report:
    """Fit the modified list.

    Parameters
    ----------
    options, rows
        As declared on the command line; complete rows.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        When the number of item columns is not `--items`.
    """
    columns = options.open_items
    if len(columns) != options.items:
        raise InputError(
            f"--item-columns names {len(columns)} columns but --items is {options.items}; name one for each"
        )
    items = [numeric(rows.frame, column, "an open answer is 0 or 1") for column in columns]
    fit = modified_list(rows.response, rows.arm, np.column_stack(items), rows.matrix, rows.names, **rows.design)
    predicted = predict(fit, {"prediction": average(fit)})
    diagnostics = {"convergence": fit.convergence, "covariance": fit.method}
    diagnostics |= length_envelopes(predicted, "conventional", None)
    warnings = [*fit.warnings, length_warning(predicted[0], "conventional")]
    estimates, n = [*fit.estimates(), *predicted], fit.data.responses.n
    return Report(METHOD, "modified", n, estimates, fit.log_likelihood, diagnostics, warnings)


def estimate_double(options: ListOptions, rows: ListRows) -> Report:
    """Combine two lists answered by everybody; each list is diagnosed, and the two are compared.

    Parameters
    ----------
    options, rows
        As declared on the command line; complete rows.

    Returns
    -------
    Report
        Term `double_list`; withheld when either list fails its screen or its design-effect test.
    """
    assert options.second_response is not None  # noqa: S101 - refused before
    second = numeric(rows.frame, options.second_response, "give the number of items")
    if np.isnan(second).any():
        row = int(rows.frame.index[int(np.isnan(second).argmax())]) + 1
        raise InputError(f"column '{options.second_response}' is empty in row {row}; both lists need a count")
    made = double_list(rows.response, second, rows.arm, options.items, **rows.design)
    lists = {
        "list_a": analyse(rows.response, rows.arm, options.items, **rows.design),
        "list_b": analyse(second, 1 - rows.arm, options.items, **rows.design),
    }
    average, reasons = made.average, [one.prevalence.unusable_reason for one in lists.values()]
    reason = next((r for r in reasons if r), None)
    if reason is not None:
        average = unusable_estimate(average.term, reason, n=average.n, unit=average.unit, method=average.method)
    diagnostics = {
        "usable": reason is None,
        "reason": reason,
        "p_disagreement": made.p_disagreement,
        **{name: {"screen_passed": one.screen.passed, "design_effect_p_value": one.design_effect_unselected.p_value}
           for name, one in lists.items()},
    }  # fmt: skip
    diagnostics |= length_envelopes([average], "conventional", None)
    said = [f"{name}: {w}" for name, one in lists.items() for w in one.warnings]
    said.append(length_warning(made.average, "conventional"))
    if made.p_disagreement < DISAGREEMENT_P:
        said.append(f"the two lists disagree (p = {made.p_disagreement:.3g}): one of them fails, report both")
    estimates = [average, replace(made.list_a, term="list_a"), replace(made.list_b, term="list_b"), made.disagreement]
    return Report(METHOD, "double", average.n, estimates, None, diagnostics, said)
