"""`estimate endorsement`: from a researcher's file and a specification to a report.

What belongs here: the specification, the way from its columns to arrays, diagnostics.
What must not: arithmetic; option declarations (`estimate`).

A specification is YAML:

    policies:
      Return: {control: Return.a, groupA: Return.b, groupB: Return.c}
      Funding: {control: Funding.a, groupA: Funding.b, groupB: Funding.c}
    weights: w        # optional, as strata and clusters
    covariates: female + C(region)    # optional, of the ideal-point model
    common: false     # optional, whether an endorser has the same effect on all policies in the ideal-point model
    areas: village    # optional, column whose values vary around their mean in the ideal-point model

Each column holds the answers of those who saw that version, larger for more support, and is empty for the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from rich.console import Console
from rich.progress import track

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import Covariates, design_matrix, formula_columns, numeric, require_columns
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.endorsement.answers import EndorsementAnswers, endorsement_answers
from analysis.estimators.endorsement.ideal_points import DRAWS, IdealPointResult, ideal_points
from analysis.estimators.endorsement.prepare import prepare
from analysis.estimators.endorsement.quick import quick_endorsement

METHOD = "endorsement"
PLAN = ("weights", "strata", "clusters")
AREAS = "areas"
OF_THE_MODEL = ("covariates", AREAS)
KEYS = ("policies", *PLAN, *OF_THE_MODEL, "common")
CONTROL = "control"
# More distinct patterns of answers than this take the ideal-point model many minutes.
MOST_PATTERNS = 6_000
# Below this level the effect differs over policies and one number for all of them hides it.
HETEROGENEITY_LEVEL = 0.05


def estimate_endorsement(file: Path, spec: Path, *, draws: int | None = None, seed: int = 1) -> Report:
    """Run the endorsement experiment that a specification describes.

    Parameters
    ----------
    file, spec
        Data, and specification as in the module.
    draws, seed
        Draws per chain of the ideal-point model, 0 for the quick estimates alone, None for the usual number where the
        model has a form and answers are not too many; seed of the generator.

    Returns
    -------
    Report

    Raises
    ------
    InputError, EstimationError
        In one sentence that names the key or column, the value and the fix.
    """
    described = read_spec(spec)
    frame = read_rows(file)
    answers, kept = _answers(frame, described)
    covariates = _covariates(frame[kept], described, draws)
    dropped = int((~kept).sum())
    quick = quick_endorsement(answers)
    diagnostics = {
        "rows_read": len(frame),
        "rows_used": answers.n,
        "answers": _cells(answers),
        "p_heterogeneity": dict(zip(answers.endorsers, quick.p_heterogeneity, strict=True)),
    }
    warnings = [
        f"the effect of {name} differs over policies (p = {p:.3f}): read the policies one by one"
        for name, p in zip(answers.endorsers, quick.p_heterogeneity, strict=True)
        if p < HETEROGENEITY_LEVEL
    ]
    warnings += [f"{dropped} row(s) without an answer, a design value or a covariate were left out"] if dropped else []
    estimates = [*quick.pooled, *quick.standardised, *quick.differences]
    report = Report(METHOD, "quick", answers.n, estimates, None, diagnostics, warnings)
    areas = None if described.get(AREAS) is None else level_text(frame[kept][described[AREAS]]).to_numpy()
    reason = _reason_for_quick(answers, described, draws)
    if reason is not None:
        return replace(report, warnings=[*warnings, f"the ideal-point model did not run: {reason}"])
    result = ideal_points(
        answers,
        np.random.default_rng(seed),
        None if covariates is None else covariates.matrix,
        None if covariates is None else covariates.names,
        draws=draws or DRAWS,
        is_common=bool(described.get("common", False)),
        areas=areas,
        progress=_progress,
    )
    return _with_ideal_points(report, result)


def _reason_for_quick(answers: EndorsementAnswers, spec: dict[str, Any], draws: int | None) -> str | None:
    """Why the quick estimates stand alone, None when they do not; what was asked for in so many words always runs."""
    if draws == 0:
        return "--draws 0 asks for the quick estimates alone"
    if draws is not None or any(spec.get(key) is not None for key in OF_THE_MODEL):
        return None
    plan = [key for key in PLAN if spec.get(key) is not None]
    if plan:
        return f"it has no form for {plan[0]}"
    try:
        patterns = len(prepare(answers, np.ones((answers.n, 1))).cells.pattern_n)
    except EstimationError as error:
        return str(error)
    if patterns > MOST_PATTERNS:
        return f"{patterns} different patterns of answers take long; ask for it with --draws"
    return None


def _covariates(frame: pd.DataFrame, spec: dict[str, Any], draws: int | None) -> Covariates | None:
    asked = [key for key in OF_THE_MODEL if spec.get(key) is not None]
    if asked and draws == 0:
        raise InputError(f"--spec: {asked[0]} belong to the ideal-point model; leave them out, or --draws 0")
    if spec.get("covariates") is None:
        return None
    return design_matrix(frame, str(spec["covariates"]))


def _with_ideal_points(report: Report, result: IdealPointResult) -> Report:
    """Add the posterior of the ideal-point model; its terms carry the prefix `posterior.`."""
    mixing = {e.term: d for e, d in zip(result.estimates, result.diagnostics, strict=True)}
    diagnostics = report.diagnostics | {"acceptance": result.acceptance, "chains": mixing}
    posterior = [replace(e, term=f"posterior.{e.term}") for e in result.estimates]
    estimates = [*posterior, *report.estimates]
    warnings = [*result.warnings, *report.warnings]
    return Report(METHOD, "ideal-points", report.n, estimates, None, diagnostics, warnings)


def _progress(chains: Iterable[int]) -> Iterable[int]:
    return track(list(chains), description="chains", console=Console(stderr=True), transient=True)


def read_spec(path: Path) -> dict[str, Any]:
    """Read and check a specification.

    Parameters
    ----------
    path
        YAML file.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        When the file is missing or malformed, holds an unknown key, or a policy lacks `control` or an endorser.
    """
    if not path.is_file():
        raise InputError(f"--spec '{path}' does not exist; give the path of a YAML file")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"--spec '{path}' is not YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(found, dict) or not isinstance(found.get("policies"), dict) or not found["policies"]:
        raise InputError(f"--spec '{path}' has no policies; give policies: with a column for control and each endorser")
    unknown = sorted(set(found) - set(KEYS))
    if unknown:
        raise InputError(f"--spec '{path}' holds the key '{unknown[0]}'; allowed are {', '.join(KEYS)}")
    if not isinstance(found.get("common", False), bool):
        raise InputError(f"--spec '{path}': common is {found['common']!r}; give true or false")
    _refuse_uneven(found["policies"])
    return found


def _refuse_uneven(policies: dict[str, Any]) -> None:
    first = next(iter(policies.values()))
    for policy, columns in policies.items():
        if not isinstance(columns, dict) or CONTROL not in columns or len(columns) < 2:
            raise InputError(f"--spec: policy '{policy}' needs a column for control and for at least one endorser")
        if set(columns) != set(first):
            raise InputError(f"--spec: policy '{policy}' has other endorsers than the first policy; name the same ones")


def _answers(frame: pd.DataFrame, spec: dict[str, Any]) -> tuple[EndorsementAnswers, npt.NDArray[np.bool_]]:
    policies = spec["policies"]
    named = {f"policy {p}, {e}": str(c) for p, columns in policies.items() for e, c in columns.items()}
    require_columns(frame, named | {key: spec.get(key) for key in (*PLAN, AREAS)})
    endorsers = [str(e) for e in next(iter(policies.values())) if e != CONTROL]
    pairs = [_policy(frame, policy, columns, endorsers) for policy, columns in policies.items()]
    y, arm = (np.column_stack([pair[i] for pair in pairs]) for i in (0, 1))
    kept = np.isfinite(y).any(axis=1)
    formula = None if spec.get("covariates") is None else str(spec["covariates"])
    kept &= frame[list(formula_columns(frame, formula))].notna().all(axis=1).to_numpy()
    if spec.get(AREAS) is not None:
        kept &= frame[spec[AREAS]].notna().to_numpy()
    plan: dict[str, Any] = {}
    for key in PLAN:
        if spec.get(key) is not None:
            values = frame[spec[key]]
            kept &= values.notna().to_numpy()
            plan[key] = (
                numeric(frame, spec[key], "give a number") if key == "weights" else level_text(values).to_numpy()
            )
    plan = {key: values[kept] for key, values in plan.items()}
    names = [str(p) for p in policies]
    return endorsement_answers(y[kept], arm[kept], names, endorsers, **plan), kept


def _policy(
    frame: pd.DataFrame, policy: str, columns: dict[str, str], endorsers: list[str]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """Answers to one policy, and which endorser each respondent saw."""
    by_arm = np.column_stack([numeric(frame, columns[e], "an answer is a number") for e in (CONTROL, *endorsers)])
    given = np.isfinite(by_arm)
    twice = given.sum(axis=1) > 1
    if twice.any():
        row = int(twice.argmax()) + 1
        raise InputError(f"policy '{policy}' has two answers in row {row}; each respondent sees one version")
    y = np.where(given.any(axis=1), np.nansum(by_arm, axis=1), np.nan)
    return y, given.argmax(axis=1).astype(np.int64)


def _cells(answers: EndorsementAnswers) -> dict[str, list[int]]:
    """Answers per policy: control, then each endorser."""
    return {
        policy: [int(answers.cell(j, k).sum()) for k in range(len(answers.endorsers) + 1)]
        for j, policy in enumerate(answers.policies)
    }
