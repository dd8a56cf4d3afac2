"""`estimate mrp`: a multilevel regression of a share, averaged over the cells of a population.

What belongs here: from a researcher's files to arrays and back. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.margins_file import levels_of
from analysis.commands.mrp_answers import MASKED, AnswerOptions, read_answers, with_standing
from analysis.commands.survey_file import design_matrix, formula_columns, in_file_terms, numeric, require_columns
from analysis.commands.survey_outcome import split_names
from analysis.commands.synthetic_cells import ASSUMES, joint_of_sample, synthetic_cells
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.mrp import PoststratifiedShare, poststratify_draws, sample_multilevel
from analysis.estimators.randomised_response.designs import Device
from analysis.results.method_flags import told

METHOD = "mrp"
WORDS = "multilevel logit averaged over the population's cells; posterior mean and central interval"
NOT_MIXED = "the chains have not mixed; take more draws"
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MrpOptions:
    """The options of `estimate mrp`, by their names on the command line."""

    file: Path
    outcome: str
    groups: str
    population: Path | None = None
    margins: Path | None = None
    covariates: str | None = None
    by: str | None = None
    count: str = "total"
    draws: int = 1000
    seed: int = 1
    answers: AnswerOptions = field(default_factory=AnswerOptions)


def estimate_mrp(options: MrpOptions) -> Report:
    """Estimate a share of a population, and of its groups, by multilevel regression and poststratification.

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
    sample, groups = read_rows(options.file), split_names(options.groups)
    fixed = formula_columns(sample, options.covariates)
    if options.margins is not None:
        _refuse_numbers(sample, list(fixed))
    cells = _cells(options, [*groups, *fixed])
    named: dict[str, str | None] = {"--outcome": options.outcome, **{f"--groups {g}": g for g in groups}}
    require_columns(sample, named)
    inside: dict[str, str | None] = {
        **{f"--groups {g} in the population": g for g in groups},
        **{f"--covariates {c}": c for c in fixed},
        "--count": options.count,
        "--by": options.by,
    }
    require_columns(cells, inside)
    answers = read_answers(options.answers, sample, options.outcome)
    complete = sample[[*groups, *fixed]].notna().all(axis=1).to_numpy() & answers.is_given
    kept = sample[complete]
    if kept.empty:
        raise InputError("no row has an answer and every group; check the columns for missing values")
    levels = [sorted(set(level_text(cells[g]).dropna())) for g in groups]
    x, places = _matrices(kept, cells, options.covariates)
    counts = numeric(cells, options.count, "give the number of people in each cell")
    if np.isnan(counts).any():
        raise InputError(
            f"column '{options.count}' of the population is empty in row {int(np.isnan(counts).argmax()) + 1}"
        )
    try:
        given = answers.taken(complete)
        counted = given.by_cells(x, _codes(kept, groups, levels), [len(v) for v in levels])
        draws = sample_multilevel(counted, np.random.default_rng(options.seed), draws=options.draws)
        codes, domains = _codes(cells, groups, levels), _domains(cells, options.by)
        found = poststratify_draws(draws, places, codes, counts, domains)
        other = None
        if options.margins is not None:
            crossed = joint_of_sample(options.margins, cells, kept)
            other = {s.term: s.value for s in poststratify_draws(draws, places, codes, crossed, domains)}
    except EstimationError as error:
        raise EstimationError(in_file_terms(str(error), _roles(options), kept)) from error
    made = [_estimate(options, share, len(kept)) for share in found]
    estimates, beside, of_list = with_standing(made, given.standing())
    diagnostics = {
        "rows_used": len(kept),
        "cells": len(cells),
        "groups": dict(zip(groups, (len(v) for v in levels), strict=True)),
        "chains": {share.term: share.diagnostics for share in found},
        "joint_of_sample": other,
        **beside,
    }
    dropped = len(sample) - len(kept)
    said = [f"{dropped} row(s) with a missing value were left out"] if dropped else []
    said += [*of_list, *_said(options, given.device)]
    return Report(METHOD, "mrp", len(kept), estimates, None, diagnostics, said)


def _said(options: MrpOptions, device: Device | None) -> list[str]:
    """What the way of asking, and cells made from margins, take for granted."""
    said = [] if device is None else [MASKED]
    if device is not None and device.design == "crosswise":
        said += told("masked_crosswise_inattentive")
    if options.answers.treatment is not None:
        said += told("list_longer")
    if options.margins is not None:
        said.append(ASSUMES.format(", ".join(levels_of(options.margins))))
    return said


def _roles(options: MrpOptions) -> dict[str, str]:
    arm = options.answers.treatment
    return {"y": options.outcome} if arm is None else {"response": options.outcome, "treat": arm}


def _cells(options: MrpOptions, columns: list[str]) -> pd.DataFrame:
    if (options.population is None) == (options.margins is None):
        raise InputError("give --population, a row for each cell, or --margins where only those are known")
    if options.margins is not None:
        return synthetic_cells(options.margins, list(dict.fromkeys(columns)), options.count)
    assert options.population is not None  # noqa: S101  # one of the two
    return read_rows(options.population)


def _refuse_numbers(sample: pd.DataFrame, fixed: list[str]) -> None:
    numbers = [c for c in fixed if c in sample.columns and pd.api.types.is_numeric_dtype(sample[c])]
    if numbers:
        raise InputError(f"--covariates '{numbers[0]}' is a number, and margins give levels; name it in --groups")


def _matrices(
    kept: pd.DataFrame, cells: pd.DataFrame, formula: str | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Covariates of the sample and of the population, coded alike."""
    built = design_matrix(kept, formula)
    if built is None:
        return np.ones((len(kept), 1)), np.ones((len(cells), 1))
    renamed = cells[list(built.frame.columns)].rename(columns=built.safe)
    return built.matrix, np.asarray(built.spec.get_model_matrix(renamed, na_action="ignore"), dtype=np.float64)


def _codes(frame: pd.DataFrame, groups: list[str], levels: list[list[str]]) -> Ints:
    columns = []
    for group, known in zip(groups, levels, strict=True):
        text = level_text(frame[group])
        code = text.map({level: place for place, level in enumerate(known)})
        if code.isna().any():
            row = int(code.isna().to_numpy().argmax())
            raise InputError(
                f"column '{group}' holds '{text.iloc[row]}' in row {int(frame.index[row]) + 1}, which the population "
                "does not have; add the cell, or merge the level"
            )
        columns.append(code.to_numpy(dtype=np.int64))
    return np.column_stack(columns)


def _domains(cells: pd.DataFrame, by: str | None) -> dict[str, npt.NDArray[np.bool_]]:
    domains = {"": np.ones(len(cells), dtype=bool)}
    if by is not None:
        text = level_text(cells[by])
        domains |= {str(level): (text == level).to_numpy(dtype=bool) for level in sorted(set(text.dropna()))}
    return domains


def _estimate(options: MrpOptions, share: PoststratifiedShare, n: int) -> Estimate:
    term = f"{options.outcome}[{share.term}]" if share.term else options.outcome
    unit = "share of the population"
    if not share.is_mixed:
        return unusable_estimate(term, NOT_MIXED, n=n, unit=unit, method=WORDS)
    return Estimate(
        term=term,
        value=share.value,
        se=share.sd,
        low=share.low,
        high=share.high,
        confidence=0.95,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit=unit,
        method=WORDS,
    )
