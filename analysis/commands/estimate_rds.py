"""`estimate rds`: shares from a respondent-driven sample, from a researcher's file.

What belongs here: which estimator and bootstrap run on which columns, and which diagnostics go with them.
What must not: arithmetic; any output of who recruited whom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.commands.estimate_rds_size import prior_option, read_order, read_tree
from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import in_file_terms, numeric, require_columns
from analysis.commands.survey_outcome import Outcome, read_outcome
from analysis.commands.table_file import read_rows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, Interval, normal_interval
from analysis.estimators.rds.bootstrap import RdsDraws, neighbourhood_bootstrap, salganik_bootstrap, tree_bootstrap
from analysis.estimators.rds.bootstrap_configuration import configuration_bootstrap
from analysis.estimators.rds.bootstrap_successive import successive_bootstrap
from analysis.estimators.rds.diagnostics import (
    bottlenecks,
    convergence,
    design_effect,
    failed_checks,
    intervals_under_design_effects,
    mixing,
    seeds_and_waves,
    sensitivity_to_population,
)
from analysis.estimators.rds.estimates import RdsEstimator, RdsPoint, RdsSample, rds_point, rds_sample
from analysis.estimators.rds.size import PopulationSize, SizePrior, population_size
from analysis.estimators.rds.transitions import recruitment_homophily

METHOD = "rds"
DEFAULT_DRAWS = 500
# Each draw of the configuration graph refits a likelihood.
DEFAULT_CONFIGURATION_DRAWS = 100
FEWEST_DRAWS = 20
SIZES = 9
OF_POSTERIOR = "the population's size is estimated from the order of recruitment; --population gives one that is known"
BOOTSTRAPS = ("salganik", "tree", "neighbourhood", "successive", "configuration")
BY_PERCENTILE = ("tree", "neighbourhood")


@dataclass(frozen=True)
class RdsOptions:
    """The options of `estimate rds`, by their names on the command line."""

    file: Path
    id: str
    recruiter: str
    degree: str
    outcome: str
    estimator: str
    population: float | None = None
    prior_median: float | None = None
    prior_largest: float | None = None
    bootstrap: int | None = None
    bootstrap_method: str | None = None
    time: str | None = None
    seed: int = 1


def estimate_rds(options: RdsOptions) -> Report:
    """Estimate shares of a hard-to-reach population as the options describe.

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
    named = ("id", "recruiter", "degree", "outcome", "time")
    require_columns(frame, {f"--{n}": getattr(options, n) for n in named})
    outcome = read_outcome(frame, options.outcome)
    roles = {n: getattr(options, n) for n in named if getattr(options, n)} | {"y": options.outcome}
    try:
        sample = _sample(options, frame, outcome)
        size, of_size = _size(options, frame, sample)
        samples = [sample] if size is None else _of_sizes(sample, size)
        sample = samples[len(samples) // 2]
        point, draws, how = _together(options, samples)
        estimates = _estimates(outcome, sample, point, draws, how)
        found, said = _diagnostics(sample, point, estimates, draws)
        found, said = found | {"population": None if size is None else _said_of(size)}, [*of_size, *said]
    except EstimationError as error:
        raise EstimationError(in_file_terms(prior_option(_with_option(str(error))), roles, frame)) from error
    missing = int((~outcome.answered).sum())
    if missing:
        said.append(
            f"{missing} respondent(s) have no '{options.outcome}': they stay in the tree and out of the estimate"
        )
    return Report(METHOD, options.estimator, int(sample.answered.sum()), estimates, None, found, said)


def _with_option(message: str) -> str:
    return f"--{message}" if message.startswith("population ") else message


def _refuse_unknown(options: RdsOptions) -> None:
    if options.estimator not in get_args(RdsEstimator):
        raise InputError(f"--estimator is '{options.estimator}'; choose one of {', '.join(get_args(RdsEstimator))}")
    if options.bootstrap_method is not None and options.bootstrap_method not in BOOTSTRAPS:
        raise InputError(f"--bootstrap-method is '{options.bootstrap_method}'; choose one of {', '.join(BOOTSTRAPS)}")
    if options.bootstrap is not None and options.bootstrap < FEWEST_DRAWS:
        raise InputError(f"--bootstrap is {options.bootstrap}; take at least {FEWEST_DRAWS} draws, better 1000")
    _refuse_sizes(options)


def _refuse_sizes(options: RdsOptions) -> None:
    """Successive sampling takes a size or a prior to estimate it with, the configuration graph a size."""
    has_prior = options.prior_median is not None or options.prior_largest is not None
    if has_prior and (options.estimator != "ss" or options.population is not None):
        raise InputError("--prior-median and --prior-largest are for --estimator ss without --population")
    if options.estimator in ("ss", "hcg") and options.population is None and not has_prior:
        prior = ", or --prior-median to estimate it with" if options.estimator == "ss" else ""
        raise InputError(f"--estimator {options.estimator} needs --population{prior}; try several sizes")


def _sample(options: RdsOptions, frame: pd.DataFrame, outcome: Outcome) -> RdsSample:
    tree = read_tree(frame, options.id, options.recruiter)
    degree = numeric(frame, options.degree, "a network size is a number of 1 or more")
    time = None if options.time is None else numeric(frame, options.time, "give the order of recruitment as numbers")
    if outcome.kind == "number":
        number = np.where(outcome.answered, outcome.values[:, 0], np.nan)
        return rds_sample(tree, degree, number=number, levels=outcome.terms, time=time, population=options.population)
    if outcome.kind == "share":
        group = np.nan_to_num(outcome.values[:, 0]).astype(np.int64)
    else:
        group = outcome.values.argmax(axis=1).astype(np.int64)
    levels = ("0", "1") if outcome.kind == "share" else outcome.terms
    group = np.where(outcome.answered, group, -1)
    return rds_sample(tree, degree, group=group, levels=levels, time=time, population=options.population)


def _size(options: RdsOptions, frame: pd.DataFrame, sample: RdsSample) -> tuple[PopulationSize | None, list[str]]:
    """The posterior of the population's size where successive sampling has none, and what has to be said of it."""
    if options.estimator != "ss" or options.population is not None:
        return None, []
    degree, when, said = read_order(frame, sample.tree, options.degree, options.time)
    made = population_size(degree, SizePrior(options.prior_median, options.prior_largest), when=when)
    reason = made.size.unusable_reason
    return made, [*said, OF_POSTERIOR, *([reason] if reason else made.size.warnings)]


def _of_sizes(sample: RdsSample, size: PopulationSize) -> list[RdsSample]:
    """The sample under sizes that are equally likely in the posterior; nobody knows more than all others."""
    floor = max(float(sample.n), float(sample.degree.max()) + 1)
    middles = size.quantiles((np.arange(SIZES) + 0.5) / SIZES)
    return [replace(sample, population=max(float(round(m)), floor)) for m in middles]


def _said_of(size: PopulationSize) -> dict[str, Any]:
    low, middle, high = size.quantiles((0.025, 0.5, 0.975)).tolist()
    return {"low": low, "median": middle, "high": high, "shared_with_prior": size.overlap}


def _together(options: RdsOptions, samples: list[RdsSample]) -> tuple[RdsPoint, RdsDraws, str]:
    """Estimate and draws over the sizes: the spread between sizes is part of the error."""
    points = [rds_point(sample, options.estimator) for sample in samples]  # type: ignore[arg-type]  # checked above
    rng = np.random.default_rng(options.seed)
    made = [_bootstrap(options, sample, len(samples), rng) for sample in samples]
    draws, how = made[0]
    point = replace(
        points[0],
        values=np.mean([p.values for p in points], axis=0),
        weights=np.mean([p.weights for p in points], axis=0),
    )
    every = np.concatenate([d.estimates for d, _ in made])
    return point, RdsDraws(every, sum(d.asked_n for d, _ in made), draws.method), how


def _bootstrap(options: RdsOptions, sample: RdsSample, parts_n: int, rng: np.random.Generator) -> tuple[RdsDraws, str]:
    how = options.bootstrap_method or _default_bootstrap(options.estimator, sample)
    fits = {"salganik": ("rds-i", "rds-ii"), "successive": ("ss",), "configuration": ("hcg",)}
    if options.estimator not in fits.get(how, ("rds-i", "rds-ii", "ss")):
        raise InputError(f"--bootstrap-method {how} has no form for --estimator {options.estimator}; leave it out")
    asked = options.bootstrap or (DEFAULT_CONFIGURATION_DRAWS if how == "configuration" else DEFAULT_DRAWS)
    draws_n = max(-(-asked // parts_n), 2)
    if how == "successive":
        return successive_bootstrap(sample, draws_n, rng), how
    if how == "configuration":
        return configuration_bootstrap(sample, draws_n, rng), how
    run: dict[str, Callable[..., RdsDraws]] = {
        "salganik": salganik_bootstrap,
        "tree": tree_bootstrap,
        "neighbourhood": neighbourhood_bootstrap,
    }
    return run[how](sample, options.estimator, draws_n, rng), how


def _default_bootstrap(estimator: str, sample: RdsSample) -> str:
    if sample.group is None:
        return "neighbourhood"
    return {"rds-i": "salganik", "rds-ii": "salganik", "ss": "successive", "hcg": "configuration"}[estimator]


def _estimates(outcome: Outcome, sample: RdsSample, point: RdsPoint, draws: RdsDraws, how: str) -> list[Estimate]:
    columns = {outcome.terms[0]: 1} if outcome.kind == "share" else {t: k for k, t in enumerate(outcome.terms)}
    return [_estimate(term, k, outcome.kind, (sample, point), (draws, how)) for term, k in columns.items()]


def _estimate(
    term: str, k: int, kind: str, made: tuple[RdsSample, RdsPoint], resampled: tuple[RdsDraws, str]
) -> Estimate:
    (sample, point), (draws, how) = made, resampled
    value, se = float(point.values[k]), float(draws.standard_errors[k])
    if how in BY_PERCENTILE:
        low, high = (float(v) for v in draws.percentile_limits()[:, k])
        limits = Interval(min(low, value), max(high, value))
    else:
        limits = normal_interval(value, se)
    notes: tuple[str, ...] = ()
    if kind != "number" and (limits.low < 0 or limits.high > 1):
        limits = Interval(max(limits.low, 0.0), min(limits.high, 1.0))
        notes = (f"{term}: the interval was cut at the limits of a share",)
    n = int(sample.answered.sum())
    effect = None if kind == "number" else design_effect(value, se, n, sample.population)
    return Estimate(
        term=term,
        value=value,
        se=se,
        low=limits.low,
        high=limits.high,
        confidence=0.95,
        n=n,
        effective_n=n / effect if effect else None,
        degrees_of_freedom=None,
        unit="share of the network" if kind != "number" else f"unit of {term}",
        method=f"{point.estimator}, {draws.method}",
        warnings=notes,
    )


def _diagnostics(
    sample: RdsSample, point: RdsPoint, estimates: list[Estimate], draws: RdsDraws
) -> tuple[dict[str, Any], list[str]]:
    shape = seeds_and_waves(sample.tree)
    paths, chains = convergence(sample, point.weights), bottlenecks(sample, point.weights)
    shares = {e.term: e for e in estimates} if sample.group is not None else {}
    columns = {e.term: (1 if len(estimates) == 1 and sample.group is not None else k) for k, e in enumerate(estimates)}
    found: dict[str, Any] = {
        "raw": {t: float(sample.values[sample.answered, k].mean()) for t, k in columns.items()},
        "seeds_and_waves": shape,
        "convergence": paths,
        "bottlenecks": chains,
        "mixing": mixing(sample),
        "homophily": None
        if sample.group is None
        else recruitment_homophily(sample.group, sample.tree, len(sample.levels)),
        "levels": sample.levels,
        "bootstrap": {
            "method": draws.method,
            "draws": draws.asked_n,
            "without_estimate": draws.asked_n - len(draws.estimates),
        },
        "design_effect": {t: design_effect(_value(e), _se(e), e.n, sample.population) for t, e in shares.items()},
        "intervals_if_design_effect": {t: intervals_under_design_effects(_value(e), e.n) for t, e in shares.items()},
        "sensitivity_to_population": None
        if sample.population is None
        else {t: sensitivity_to_population(sample, k) for t, k in columns.items()},
        "weights": {"min": float(point.weights.min()), "max": float(point.weights.max())},
    }
    said = failed_checks(sample, point, shape, paths, chains)
    if shares:
        said.append(
            "bootstrap intervals of respondent-driven samples tend to be too narrow; compare intervals_if_design_effect"
        )
    return found, said


def _value(estimate: Estimate) -> float:
    return float(estimate.value or 0.0)


def _se(estimate: Estimate) -> float:
    return float(estimate.se or 0.0)
