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
from analysis.estimators.estimate import Estimate, usable_estimate
from analysis.estimators.list_experiment.joint import JointRegression, joint_regression
from analysis.estimators.list_experiment.length_error import length_warning
from analysis.estimators.list_experiment.modified import modified_list
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.standing import analyse

METHOD = "list-experiment"


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
