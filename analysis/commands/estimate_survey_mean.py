"""`estimate survey-mean`: means, shares and totals under a sampling design, from a researcher's file.

What belongs here: which estimator runs on which columns, and what is said beside the numbers. What must not:
arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.replicate_columns import read_replicates, refuse_replicate_options
from analysis.commands.survey_file import in_file_terms, numeric, require_columns
from analysis.commands.survey_outcome import Outcome, read_groups, read_outcome, split_names
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, Interval, normal_interval, unusable_estimate
from analysis.estimators.shares import ENOUGH_PIECES, ShareEvidence, share_evidence, share_interval, variance_pieces
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import LonelyRule, SurveyDesign, survey_design
from analysis.estimators.weighting.estimates import (
    SurveyStatistic,
    design_effects,
    kish_effect,
    share_evidences,
    survey_mean,
    survey_ratio,
    survey_total,
)
from analysis.estimators.weighting.intervals import proportion_interval, survey_quantile
from analysis.estimators.weighting.replicates import ReplicateDesign, replicate_spread

METHOD = "survey-mean"
INTERVALS = ("share", "normal", "t", "logit", "beta", "likelihood", "arcsine")
STATISTICS = ("mean", "total", "quantile", "ratio")
# Below this many degrees of freedom the normal interval is visibly too narrow.
FEW_DEGREES = 30
# Fewer yes (or no) than this in the effective sample, or fewer clusters that carry the variance: other intervals miss.
FEW_ANSWERS, FEW_PIECES, MIDDLE = 10.0, 10.0, 0.3
ONE_CLUSTER = "one cluster only, so no standard error exists"


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
    denominator: str | None = None
    quantile: float = 0.5
    interval: str | None = None
    lonely: LonelyRule = "fail"
    replicates: str | None = None
    replicate_weights: str | None = None
    replicate_scale: float | None = None
    replicate_rscales: str | None = None
    replicate_mse: bool = False
    replicate_factors: bool = False
    draws: int = 500
    seed: int = 1


def estimate_survey_mean(options: SurveyMeanOptions) -> Report:
    """Estimate means, shares, totals, quantiles or ratios under the design that the options describe.

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
    outcome = _with_denominator(options, frame, read_outcome(frame, options.outcome))
    options = _with_interval(options, outcome)
    roles = {"weights": options.weights, "strata": options.strata, "clusters": options.clusters, "fpc": options.fpc}
    try:
        design, in_design = read_design(frame, **roles, lonely=options.lonely)
        found = _Run(options, outcome, design, in_design, read_replicates(options, frame, design, in_design))
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
    for name, allowed in (("interval", (None, *INTERVALS)), ("statistic", STATISTICS)):
        if getattr(options, name) not in allowed:
            words = ", ".join(a for a in allowed if a is not None)
            raise InputError(f"--{name} is '{getattr(options, name)}'; choose one of {words}")
    if (options.statistic == "ratio") != (options.denominator is not None):
        raise InputError("--statistic ratio and --denominator COLUMN go together; give both, or neither")
    refuse_replicate_options(options)
    if options.statistic in ("quantile", "ratio") and (options.replicates or options.replicate_weights):
        raise InputError(f"--statistic {options.statistic} has a linearised variance only; leave the replicates out")


def _with_denominator(options: SurveyMeanOptions, frame: pd.DataFrame, outcome: Outcome) -> Outcome:
    """The outcome, and for a ratio its denominator as a second column that has to be answered too."""
    if options.statistic in ("quantile", "ratio") and len(outcome.terms) > 1:
        raise InputError(f"--statistic {options.statistic} needs numbers; column '{options.outcome}' holds levels")
    if options.denominator is None:
        return outcome
    below = numeric(frame, options.denominator, "a denominator is a number")
    values = np.column_stack([outcome.values, below])
    return Outcome((f"{options.outcome}/{options.denominator}",), values, outcome.answered & ~np.isnan(below), "number")


def _with_interval(options: SurveyMeanOptions, outcome: Outcome) -> SurveyMeanOptions:
    """The project's rule for shares, t for everything else, unless the options say otherwise."""
    is_share = outcome.kind != "number" and options.statistic == "mean"
    if options.interval is None:
        return replace(options, interval="share" if is_share else "t")
    if options.interval not in ("normal", "t") and not is_share:
        raise InputError(f"--interval {options.interval} is for shares; column '{options.outcome}' needs normal or t")
    return options


def _columns(options: SurveyMeanOptions) -> dict[str, str | None]:
    named: dict[str, str | None] = {
        f"--{n}": getattr(options, n) for n in ("outcome", "weights", "strata", "by", "denominator")
    }
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


@dataclass(frozen=True, eq=False)
class _Run:
    options: SurveyMeanOptions
    outcome: Outcome
    design: SurveyDesign
    inside: npt.NDArray[np.bool_]
    replicated: ReplicateDesign | None
    effects: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)

    def group(self, level: str, rows: npt.NDArray[np.bool_]) -> list[Estimate]:
        """Estimates of one group of rows."""
        domain = rows[self.inside]
        terms = [self._term(term, level) for term in self.outcome.terms]
        if not (domain & (self.design.weights > 0)).any():
            reason = "nobody with weight answered in this group"
            return [unusable_estimate(t, reason, n=0, unit=self._unit(), method=self._words()) for t in terms]
        y = np.where(domain[:, None], self.outcome.values[self.inside], 0.0)
        if self.options.statistic == "quantile":
            return [self._quantile(terms[0], y[:, 0], domain)]
        made, evidences = self.made(y, domain)
        self.effects.update({term: _effects(made, i) for i, term in enumerate(terms)})
        return [self._estimate(term, made, i, evidences[i]) for i, term in enumerate(terms)]

    def made(self, y: FloatArray, domain: npt.NDArray[np.bool_]) -> tuple[SurveyStatistic, list[ShareEvidence | None]]:
        """The statistic of the rows of a domain, and what each share of it rests on."""
        statistic, no_share = self.options.statistic, [None] * y.shape[1]
        if self.replicated is not None:
            return self._from_replicates(self.replicated, y, domain)
        if statistic == "ratio":
            return survey_ratio(y[:, 0], y[:, 1], self.design, domain), [None]
        if statistic == "total":
            return survey_total(y, self.design, domain), [*no_share]
        made = survey_mean(y, self.design, domain)
        if self.outcome.kind == "number" or made.degrees_of_freedom < 1:
            return made, [*no_share]
        return made, [*share_evidences(y, self.design, domain)]

    def _from_replicates(
        self, replicated: ReplicateDesign, y: FloatArray, domain: npt.NDArray[np.bool_]
    ) -> tuple[SurveyStatistic, list[ShareEvidence | None]]:
        """All replicates at once; a domain has the degrees of freedom that its own replicate weights leave."""
        full, each = replicated.weights[domain] @ y[domain], replicated.totals(np.column_stack([y, domain]))
        each, sizes = each[:, :-1], each[:, -1:]
        if self.options.statistic == "mean":
            with np.errstate(divide="ignore", invalid="ignore"):
                full, each = full / replicated.weights[domain].sum(), each / sizes
            held = y[domain & (replicated.weights > 0)]
            full = np.clip(full, held.min(axis=0), held.max(axis=0))
        df = replicated.degrees_of_freedom if domain.all() else replicated.rank(domain) - 1
        df = min(df, replicated.degrees_of_freedom)
        n = int((domain & (self.design.weights > 0)).sum())
        covariance, parts = np.zeros((y.shape[1], y.shape[1])), np.zeros((1, y.shape[1]))
        if df >= 1:
            made = replicate_spread(replicated, full, each)
            covariance, parts = made.covariance, made.contributions
        effects: tuple[FloatArray | None, FloatArray | None] = (None, None)
        if self.options.statistic == "mean" and df >= 1:
            weights = np.where(domain, replicated.weights, 0.0)
            effects = design_effects(np.diag(covariance), y - full, weights, n)
        found = SurveyStatistic(full, covariance, *effects, df, n)
        if self.outcome.kind == "number" or self.options.statistic == "total":
            return found, [None] * y.shape[1]
        evidence = share_evidence(replicated.weights[domain], max(df, 1))
        clusters = min(df + 1.0, evidence.effective_n)
        return found, [
            replace(evidence, effective_clusters=clusters, pieces=variance_pieces(column)) for column in parts.T
        ]

    def _term(self, term: str, level: str) -> str:
        return f"{term}[{level}]" if self.options.by is not None else term

    def _unit(self) -> str:
        if self.options.statistic == "ratio":
            return f"unit of {self.options.outcome} for one of {self.options.denominator}"
        share = "share of the population" if self.outcome.kind != "number" else f"unit of {self.options.outcome}"
        return share if self.options.statistic != "total" else "total"

    def _words(self) -> str:
        how = "linearised" if self.replicated is None else f"{self.replicated.kind} replicates"
        return f"weighted {self.options.statistic}, {how} variance, {self.options.interval} interval"

    def _quantile(self, term: str, y: FloatArray, domain: npt.NDArray[np.bool_]) -> Estimate:
        made = survey_quantile(y, self.design, self.options.quantile, domain)
        df = self.design.degrees_of_freedom(domain)
        missing = made.low is None or made.high is None
        reason = "the sample does not reach far enough on one side" if df >= 1 else ONE_CLUSTER
        return Estimate(
            term=term,
            value=made.value,
            se=made.se,
            low=made.low,
            high=made.high,
            confidence=0.95,
            n=int((domain & (self.design.weights > 0)).sum()),
            effective_n=None,
            degrees_of_freedom=float(df),
            unit=self._unit(),
            method=f"weighted quantile {self.options.quantile:g}, Woodruff interval",
            warnings=(f"{term}: interval incomplete, {reason}",) if missing else (),
        )

    def _estimate(self, term: str, made: SurveyStatistic, i: int, evidence: ShareEvidence | None) -> Estimate:
        value, se, df = float(made.values[i]), float(made.standard_errors[i]), made.degrees_of_freedom
        limits = self._limits(value, se, made, evidence)
        effect = _effects(made, i)[1]
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
            warnings=tuple(f"{term}: {said}" for said in self._said(value, df, evidence)),
        )

    def _limits(
        self, value: float, se: float, made: SurveyStatistic, evidence: ShareEvidence | None
    ) -> Interval | None:
        df, how = made.degrees_of_freedom, self.options.interval
        if df < 1:
            return None
        is_edge = value in (0.0, 1.0) and how not in ("normal", "t")
        if evidence is not None and (how == "share" or is_edge):
            return share_interval(min(max(value, 0.0), 1.0), se * se, evidence)
        if how in ("normal", "t"):
            return normal_interval(value, se, degrees_of_freedom=df if how == "t" else None)
        return proportion_interval(value, se * se, made.n, df, how)  # type: ignore[arg-type]  # checked above

    def _said(self, value: float, df: int, evidence: ShareEvidence | None) -> list[str]:
        how = self.options.interval
        said: list[str] = []
        if df < 1:
            return [ONE_CLUSTER]
        if evidence is None or how == "share":
            return said + self._doubts(value, evidence)
        if value in (0.0, 1.0):
            exact = how not in ("normal", "t")
            said.append(
                f"a share of {value:g} has no {how} interval; the exact limits of the share interval are given"
                if exact
                else f"a share of {value:g} has no standard error; leave --interval out for exact limits"
            )
        elif self._is_rare(value, evidence):
            said.append(f"a share near {round(value):g} makes a {how} interval too narrow; leave --interval out")
        return said

    def _is_rare(self, value: float, evidence: ShareEvidence) -> bool:
        few = min(value, 1 - value) * evidence.effective_n < FEW_ANSWERS
        return few or (evidence.effective_clusters is not None and evidence.pieces < FEW_PIECES)

    def _doubts(self, value: float, evidence: ShareEvidence | None) -> list[str]:
        if evidence is None or evidence.effective_clusters is None:
            return []
        pieces = min(evidence.pieces, evidence.degrees_of_freedom)
        if pieces >= ENOUGH_PIECES or abs(value - 0.5) < MIDDLE:
            return []
        return [
            "few clusters carry what is known about this share: its interval assumes that answers within a cluster are "
            "alike (correlation up to .2)"
        ]


def _effects(made: SurveyStatistic, i: int) -> tuple[float | None, float | None]:
    """Design effects of one column, without and with replacement; None where there is none.

    Without replacement there is none where weights do not add up to more people than were asked.
    """
    both = (None if v is None else float(v[i]) for v in (made.design_effect, made.design_effect_replace))
    first, second = (None if v is None or np.isnan(v) else v for v in both)
    return first, second


def _diagnostics(found: _Run, frame: pd.DataFrame, used: int) -> dict[str, Any]:
    design, first = found.design, found.design.stages[0]
    weighted = design.weights[found.outcome.answered[found.inside]]
    effects = dict(found.effects)
    if found.options.statistic == "mean":
        answered = found.outcome.answered[found.inside]
        made, _ = found.made(np.where(answered[:, None], found.outcome.values[found.inside], 0.0), answered)
        effects = {term: _effects(made, i) for i, term in enumerate(found.outcome.terms)} | effects
    return {
        "rows_read": len(frame),
        "rows_used": used,
        "missing_outcome": int((~found.outcome.answered).sum()),
        "strata": len(np.unique(first.parent)),
        "clusters": len(np.unique(first.unit)),
        "stages": len(design.stages),
        "degrees_of_freedom": design.degrees_of_freedom(),
        "kish": kish_effect(weighted) if (weighted > 0).any() else None,
        "design_effect": {term: effect for term, (effect, _) in effects.items()} or None,
        "design_effect_replace": {term: effect for term, (_, effect) in effects.items()} or None,
        "replicates": None if found.replicated is None else found.replicated.replicates_n,
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
