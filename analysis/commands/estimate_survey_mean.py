"""`estimate survey-mean`: means, shares and totals under a sampling design, from a researcher's file.

What belongs here: which estimator runs on which columns, and what is said beside the numbers. What must not:
arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import in_file_terms, level_text, numeric, read_rows, require_columns
from analysis.commands.survey_outcome import Outcome, read_groups, read_outcome, split_names
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, Interval, normal_interval, unusable_estimate
from analysis.estimators.weighting.design import LonelyRule, SurveyDesign, survey_design
from analysis.estimators.weighting.estimates import SurveyStatistic, kish_effect, survey_mean, survey_total
from analysis.estimators.weighting.intervals import proportion_interval
from analysis.estimators.weighting.replicates import given_replicates, replicate_design, replicate_statistic

METHOD = "survey-mean"
INTERVALS = ("normal", "t", "logit", "beta", "likelihood", "arcsine")
STATISTICS = ("mean", "total")
# Below this many degrees of freedom the normal interval is visibly too narrow.
FEW_DEGREES = 30


@dataclass(frozen=True)
class SurveyMeanOptions:
    """The options of `estimate survey-mean`, by their names on the command line."""

    file: Path
    outcome: str
    weights: str | None = None
    strata: str | None = None
    clusters: str | None = None
    fpc: str | None = None
    by: str | None = None
    statistic: str = "mean"
    interval: str = "normal"
    lonely: LonelyRule = "fail"
    replicates: str | None = None
    replicate_weights: str | None = None
    replicate_scale: float | None = None
    draws: int = 500
    seed: int = 1


def estimate_survey_mean(options: SurveyMeanOptions) -> Report:
    """Estimate means, shares or totals under the design that the options describe.

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
    frame = read_rows(options.file)
    require_columns(frame, _columns(options))
    outcome = read_outcome(frame, options.outcome)
    if options.interval not in ("normal", "t") and (outcome.kind == "number" or options.statistic == "total"):
        raise InputError(f"--interval {options.interval} is for shares; column '{options.outcome}' needs normal or t")
    roles = {"weights": options.weights, "strata": options.strata, "clusters": options.clusters, "fpc": options.fpc}
    try:
        design, in_design = read_design(frame, **roles, lonely=options.lonely)
        found = _Run(options, outcome, design, in_design, _replicates(options, frame, design, in_design))
        estimates = [
            e for level, rows in read_groups(frame, options.by) for e in found.group(level, rows & outcome.answered)
        ]
    except EstimationError as error:
        named = {role: column for role, column in roles.items() if column is not None}
        raise EstimationError(in_file_terms(str(error), named | {"y": options.outcome}, frame)) from error
    used = int((outcome.answered & in_design).sum())
    return Report(
        METHOD,
        options.statistic,
        used,
        estimates,
        None,
        _diagnostics(found, frame, used),
        _warnings(found, frame, used),
    )


def _refuse_unknown(options: SurveyMeanOptions) -> None:
    for name, allowed in (("interval", INTERVALS), ("statistic", STATISTICS)):
        if getattr(options, name) not in allowed:
            raise InputError(f"--{name} is '{getattr(options, name)}'; choose one of {', '.join(allowed)}")
    if options.replicates and options.replicate_weights:
        raise InputError("--replicates makes replicate weights and --replicate-weights names them; give one of the two")
    if options.replicate_weights and (options.replicate_scale is None or options.weights is None):
        raise InputError("--replicate-weights needs --weights and --replicate-scale, such as 1 over their number")


def _columns(options: SurveyMeanOptions) -> dict[str, str | None]:
    named: dict[str, str | None] = {f"--{n}": getattr(options, n) for n in ("outcome", "weights", "strata", "by")}
    for option in ("clusters", "fpc"):
        named |= {f"--{option} {c}": c for c in split_names(getattr(options, option))}
    return named


def read_design(
    frame: pd.DataFrame,
    *,
    weights: str | None,
    strata: str | None,
    clusters: str | None,
    fpc: str | None,
    lonely: LonelyRule = "fail",
) -> tuple[SurveyDesign, npt.NDArray[np.bool_]]:
    """Read a sampling design; rows without weight or place in it get weight 0.

    Parameters
    ----------
    frame
        Rows.
    weights, strata, clusters, fpc, lonely
        Columns (several stages as "a,b"), and the rule for strata with one unit.

    Returns
    -------
    tuple
        Design of all rows, and (n,) which rows are in it.

    Raises
    ------
    InputError, EstimationError
        Naming the column, the value and the fix.
    """
    w = None if weights is None else numeric(frame, weights, "a weight is a number of 0 or more")
    needed = [c for c in [strata, *split_names(clusters), *split_names(fpc)] if c is not None]
    inside = frame[needed].notna().all(axis=1).to_numpy()
    if w is not None:
        inside = inside & ~np.isnan(w)
        if (w[inside] < 0).any():
            row = int((inside & (w < 0)).argmax())
            raise InputError(f"column '{weights}' (weights) is {w[row]:g} in row {row + 1}; weights are 0 or more")
    if not inside.any():
        raise InputError("no row has a weight, stratum, cluster and population size; check these columns")
    kept = frame[inside]
    made = survey_design(
        len(kept),
        weights=None if w is None else w[inside],
        strata=None if strata is None else level_text(kept[strata]).to_numpy().astype(str),
        clusters=[level_text(kept[c]).to_numpy().astype(str) for c in split_names(clusters)] or None,
        fpc=[numeric(kept, c, "give population sizes, or sampled shares") for c in split_names(fpc)] or None,
        lonely=lonely,
    )
    return made, inside


def _replicates(
    options: SurveyMeanOptions, frame: pd.DataFrame, design: SurveyDesign, inside: npt.NDArray[np.bool_]
) -> Any:
    if options.replicates is not None:
        rng = np.random.default_rng(options.seed)
        kind: Any = options.replicates
        return replicate_design(design, kind, replicates_n=options.draws, rng=rng)
    if options.replicate_weights is None:
        return None
    prefix = options.replicate_weights
    names = [str(c) for c in frame.columns if str(c).startswith(prefix) and c != options.weights]
    if len(names) < 2:
        raise InputError(f"--replicate-weights '{prefix}' fits {len(names)} column(s); give the start of their names")
    columns = np.column_stack([numeric(frame, n, "a weight is a number of 0 or more") for n in names])
    return given_replicates(design.weights, columns[inside], scale=float(options.replicate_scale or 0.0))


@dataclass(frozen=True, eq=False)
class _Run:
    options: SurveyMeanOptions
    outcome: Outcome
    design: SurveyDesign
    inside: npt.NDArray[np.bool_]
    replicated: Any

    def group(self, level: str, rows: npt.NDArray[np.bool_]) -> list[Estimate]:
        """Estimates of one group of rows."""
        domain = rows[self.inside]
        terms = [self._term(term, level) for term in self.outcome.terms]
        if not (domain & (self.design.weights > 0)).any():
            reason = "nobody with weight answered in this group"
            return [unusable_estimate(t, reason, n=0, unit=self._unit(), method=self._words()) for t in terms]
        y = np.where(domain[:, None], self.outcome.values[self.inside], 0.0)
        if self.replicated is None:
            run = survey_total if self.options.statistic == "total" else survey_mean
            made = run(y, self.design, domain)
        else:
            made = self._from_replicates(y, domain)
        return [self._estimate(term, made, i) for i, term in enumerate(terms)]

    def _from_replicates(self, y: npt.NDArray[np.float64], domain: npt.NDArray[np.bool_]) -> SurveyStatistic:
        counted = np.where(domain[:, None], y, 0.0)

        def statistic(w: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            total = w @ counted
            return np.asarray(total if self.options.statistic == "total" else total / (w @ domain))

        made = replicate_statistic(self.replicated, statistic)
        n = int((domain & (self.design.weights > 0)).sum())
        return SurveyStatistic(made.values, made.covariance, None, None, self.replicated.degrees_of_freedom, n)

    def _term(self, term: str, level: str) -> str:
        return f"{term}[{level}]" if self.options.by is not None else term

    def _unit(self) -> str:
        share = "share of the population" if self.outcome.kind != "number" else f"unit of {self.options.outcome}"
        return share if self.options.statistic == "mean" else "total"

    def _words(self) -> str:
        how = "linearised" if self.replicated is None else f"{self.replicated.kind} replicates"
        return f"weighted {self.options.statistic}, {how} variance, {self.options.interval} interval"

    def _estimate(self, term: str, made: SurveyStatistic, i: int) -> Estimate:
        value, se, df = float(made.values[i]), float(made.standard_errors[i]), made.degrees_of_freedom
        limits = self._limits(value, se, made)
        notes = () if limits is not None else (f"{term}: {self._no_limits(value, df)}",)
        effect = None if made.design_effect_replace is None else float(made.design_effect_replace[i])
        return Estimate(
            term=term,
            value=value,
            se=se if df >= 1 else None,
            low=None if limits is None else limits.low,
            high=None if limits is None else limits.high,
            confidence=0.95,
            n=made.n,
            effective_n=made.n / effect if effect else None,
            degrees_of_freedom=float(df),
            unit=self._unit(),
            method=self._words(),
            warnings=notes,
        )

    def _limits(self, value: float, se: float, made: SurveyStatistic) -> Interval | None:
        df, how = made.degrees_of_freedom, self.options.interval
        if df < 1:
            return None
        if how in ("normal", "t"):
            return normal_interval(value, se, degrees_of_freedom=df if how == "t" else None)
        if value in (0.0, 1.0) and how != "beta":
            return None
        return proportion_interval(value, se * se, made.n, df, how)  # type: ignore[arg-type]  # checked above

    def _no_limits(self, value: float, df: int) -> str:
        if df < 1:
            return "one cluster only, so no standard error exists"
        return f"a share of {value:g} has no {self.options.interval} interval; --interval beta has one"


def _diagnostics(found: _Run, frame: pd.DataFrame, used: int) -> dict[str, Any]:
    design, first = found.design, found.design.stages[0]
    weighted = design.weights[found.outcome.answered[found.inside]]
    whole = None
    if found.replicated is None and found.options.statistic == "mean":
        answered = found.outcome.answered[found.inside]
        made = survey_mean(np.where(answered[:, None], found.outcome.values[found.inside], 0.0), design, answered)
        whole = {
            term: None if made.design_effect is None else float(made.design_effect[i])
            for i, term in enumerate(found.outcome.terms)
        }
    return {
        "rows_read": len(frame),
        "rows_used": used,
        "missing_outcome": int((~found.outcome.answered).sum()),
        "strata": len(np.unique(first.parent)),
        "clusters": len(np.unique(first.unit)),
        "stages": len(design.stages),
        "degrees_of_freedom": design.degrees_of_freedom(),
        "kish": kish_effect(weighted) if (weighted > 0).any() else None,
        "design_effect": whole,
        "replicates": None if found.replicated is None else int(found.replicated.replicates.shape[1]),
    }


def _warnings(found: _Run, frame: pd.DataFrame, used: int) -> Sequence[str]:
    said = []
    missing, outside = int((~found.outcome.answered).sum()), int((~found.inside).sum())
    if missing:
        said.append(
            f"{missing} row(s) have no '{found.options.outcome}'; they stay in the design as a domain of their own, "
            "which assumes that they would have answered like the others"
        )
    if outside:
        said.append(f"{outside} row(s) without weight, stratum, cluster or population size were left out")
    df = found.design.degrees_of_freedom()
    if found.options.interval == "normal" and 1 <= df < FEW_DEGREES:
        said.append(f"the design has {df} degrees of freedom: --interval t (or logit for a share) gives wider limits")
    if found.options.lonely != "fail":
        single = _single_units(found.design)
        if single:
            said.append(
                f"{single} stratum/strata hold one cluster: their variance follows the rule '{found.options.lonely}'"
            )
    if used < len(frame) / 2:
        said.append(f"only {used} of {len(frame)} rows count")
    return said


def _single_units(design: SurveyDesign) -> int:
    first = design.stages[0]
    _, rows = np.unique(first.unit, return_index=True)
    return int((np.bincount(first.parent[rows]) == 1).sum())
