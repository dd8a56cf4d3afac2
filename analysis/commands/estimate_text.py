"""`estimate text-regression`: predictions for all rows, labels for some, from a researcher's file.

What belongs here: from columns to arrays, deciding what is predicted, and what is said beside the numbers. What must
not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import (
    design_matrix,
    formula_columns,
    in_file_terms,
    numeric,
    require_columns,
    yes_no,
)
from analysis.commands.survey_outcome import split_names
from analysis.commands.table_file import read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.text_prevalence import (
    OF_MEANS,
    LabelledTexts,
    Model,
    TextFit,
    estimate_text,
    expected_standard_errors,
    labelled_texts,
)
from analysis.results.method_flags import told

METHOD = "text-regression"
FAMILIES = ("mean", "linear", "logistic")
LABEL_FACTORS = (0.5, 1.0, 2.0, 4.0)
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TextOptions:
    """The options of `estimate text-regression`, by their names on the command line."""

    file: Path
    outcome: str
    labelled: str
    probability: str | None
    predictions: str
    covariates: str | None = None
    estimator: str = "dsl"
    family: str | None = None
    clusters: str | None = None
    predicted: str | None = None
    rescale_probability: bool = False
    interval: str = "share"


def estimate_text_regression(options: TextOptions) -> Report:
    """Estimate a prevalence or a regression as the options describe.

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
    family = _family(options)
    frame = read_rows(options.file)
    predictions = split_names(options.predictions)
    named = {f"--{n}": getattr(options, n) for n in ("outcome", "labelled", "probability", "clusters", "predicted")}
    require_columns(frame, named | {f"--predictions {c}": c for c in predictions})
    if options.probability is None:
        raise InputError(
            "--probability is not given: labels must be a probability sample with recorded probabilities; name the "
            "column that holds the probability with which each row was drawn to be labelled"
        )
    predicted = options.predicted or _what_is_predicted(frame, options)
    rows = _complete(frame, options, predicted)
    roles = {
        "probability": options.probability,
        "y": predicted,
        "labelled": options.labelled,
        "clusters": options.clusters,
    }
    try:
        texts = _texts(rows, options, predicted, predictions)
        model = None if family == "mean" else _model(rows, options, family, predicted)
        fit = estimate_text(texts, options.estimator, model, interval=options.interval)  # type: ignore[arg-type]  # checked
        diagnostics = _diagnostics(texts, fit, model)
    except EstimationError as error:
        known = {role: column for role, column in roles.items() if column is not None}
        raise EstimationError(in_file_terms(str(error), known, rows)) from error
    dropped = len(frame) - len(rows)
    said = [f"{dropped} row(s) lack a covariate, the observed outcome or a cluster and are left out"] if dropped else []
    said += told("text_naive") if options.estimator == "naive" else []
    return Report(METHOD, options.estimator, len(rows), fit.estimates, None, diagnostics, said)


def _family(options: TextOptions) -> str:
    if options.estimator not in OF_MEANS:
        raise InputError(f"--estimator is '{options.estimator}'; choose one of {', '.join(OF_MEANS)}")
    if options.interval not in ("share", "normal"):
        raise InputError(f"--interval is '{options.interval}'; choose share or normal")
    has_covariates = options.covariates is not None and options.covariates.strip() not in ("", "1")
    family = options.family or ("linear" if has_covariates else "mean")
    if family not in FAMILIES:
        raise InputError(f"--family is '{family}'; choose one of {', '.join(FAMILIES)}")
    if family == "mean" and has_covariates:
        raise InputError(f"--family mean takes no --covariates; leave '{options.covariates}' out or use linear")
    return family


def _what_is_predicted(frame: pd.DataFrame, options: TextOptions) -> str:
    """The outcome, unless it is complete and exactly one covariate is empty wherever there is no label."""
    if frame[options.outcome].isna().any() or options.covariates is None:
        return options.outcome
    unlabelled = yes_no(frame, options.labelled) == 0
    with_gaps = [
        c for c in formula_columns(frame, options.covariates) if unlabelled.any() and frame[c][unlabelled].isna().all()
    ]
    return with_gaps[0] if len(with_gaps) == 1 else options.outcome


def _complete(frame: pd.DataFrame, options: TextOptions, predicted: str) -> pd.DataFrame:
    """Rows with everything that is not predicted."""
    needed = [*formula_columns(frame, options.covariates), *([options.clusters] if options.clusters else [])]
    needed += [options.outcome] if predicted != options.outcome else []
    rows = frame.dropna(subset=[c for c in needed if c != predicted])
    if rows.empty:
        raise InputError(f"no row has all of {', '.join(needed)}; fill them in")
    return rows


def _texts(rows: pd.DataFrame, options: TextOptions, predicted: str, predictions: list[str]) -> LabelledTexts:
    labelled = yes_no(rows, options.labelled)
    if np.isnan(labelled).any():
        row = int(np.isnan(labelled).argmax())
        raise InputError(f"column '{options.labelled}' is empty in row {int(rows.index[row]) + 1}; use 1 and 0")
    assert options.probability is not None  # noqa: S101  # refused before
    probability = numeric(rows, options.probability, "a probability is a number above 0 and at most 1")
    if options.rescale_probability:
        probability = probability * (labelled.mean() / probability.mean())
    scores = np.array([numeric(rows, c, "a prediction is a number") for c in predictions])
    value = _labels(rows, predicted, labelled == 1)
    cluster = None if options.clusters is None else rows[options.clusters].astype(str).to_numpy()
    return labelled_texts(value, labelled == 1, probability, scores, cluster)


def _labels(rows: pd.DataFrame, column: str, labelled: npt.NDArray[np.bool_]) -> FloatArray:
    """Values of the labelled rows; true and false count as 1 and 0."""
    inside = rows[labelled]
    text = inside[column].dropna().astype(str).str.lower()
    values = (
        yes_no(inside, column) if text.isin(["true", "false"]).any() else numeric(inside, column, "labels are numbers")
    )
    filled = np.full(len(rows), np.nan)
    filled[labelled] = values
    return filled


def _model(rows: pd.DataFrame, options: TextOptions, family: str, predicted: str) -> Model:
    formula = options.covariates if options.covariates is not None else "1"
    if predicted == options.outcome:
        built = design_matrix(rows, formula)
        assert built is not None  # noqa: S101  # a formula was given
        return Model(family, built.matrix, built.names)  # type: ignore[arg-type]
    # The predicted covariate enters as it is; its values are put in by the estimator.
    built = design_matrix(rows.assign(**{predicted: np.arange(len(rows), dtype=np.float64)}), formula)
    if built is None or predicted not in built.names or any(predicted in n for n in built.names if n != predicted):
        raise InputError(
            f"--covariates '{formula}' transforms '{predicted}', which is predicted; let it enter as it is, once"
        )
    outcome = numeric(rows, options.outcome, "an outcome is a number")
    return Model(family, built.matrix, built.names, outcome, built.names.index(predicted))  # type: ignore[arg-type]


def _diagnostics(texts: LabelledTexts, fit: TextFit, model: Model | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "labelled": int(texts.labelled.sum()),
        "labelled_share": float(texts.labelled.mean()),
        "probability_min": float(texts.probability.min()),
        "probability_max": float(texts.probability.max()),
        "probability_mean": float(texts.probability.mean()),
        "splits": fit.splits,
        **fit.details,
    }
    if texts.cluster is not None:
        found["clusters"] = int(texts.cluster.max()) + 1
    if model is None:
        errors = expected_standard_errors(texts, np.array(LABEL_FACTORS))
        found["dsl_se_if_labels_times"] = {f"{f:g}": float(s) for f, s in zip(LABEL_FACTORS, errors, strict=True)}
    return found
