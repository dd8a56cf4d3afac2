"""Bias and coverage of the RDS estimators over simulated populations whose truth is known.

What belongs here: the scenarios, one simulated study, and the table over many. What must not: files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.rds.bootstrap import RdsDraws, neighbourhood_bootstrap, salganik_bootstrap, tree_bootstrap
from analysis.estimators.rds.bootstrap_successive import successive_bootstrap
from analysis.estimators.rds.estimates import RdsSample, rds_point, rds_sample
from analysis.estimators.rds.simulation import NetworkPlan, recruit, simulate_network

Limits = tuple[float, float | None, float, float]
Run = Callable[[], Limits]
DRAWS = 200
NORMAL = 1.959963984540054
ASSUMED_EFFECT = 4.0
NOMINAL = 0.95


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of population and recruitment.

    Attributes
    ----------
    name
        What is hard about it.
    plan
        Of the network.
    sample_n, seeds_n
        Respondents and seeds.
    preference
        Odds of recruiting inside one's own group.
    """

    name: str
    plan: NetworkPlan
    sample_n: int = 500
    seeds_n: int = 8
    preference: float = 1.0


SCENARIOS = (
    Scenario("random_mixing", NetworkPlan(5000, 0.3, 10.0, 1.0, 1.0)),
    Scenario("homophily", NetworkPlan(5000, 0.3, 10.0, 1.4, 1.0)),
    Scenario("homophily_activity", NetworkPlan(5000, 0.3, 10.0, 1.4, 1.6)),
    Scenario("large_fraction", NetworkPlan(1000, 0.3, 10.0, 1.4, 1.6)),
    Scenario("differential_recruitment", NetworkPlan(5000, 0.3, 10.0, 1.4, 1.6), preference=2.0),
    Scenario("bottleneck", NetworkPlan(5000, 0.3, 10.0, 1.65, 1.0)),
    Scenario("rare_trait", NetworkPlan(5000, 0.05, 10.0, 1.05, 1.0)),
)
SPOT_CHECK = Scenario("spot_check", NetworkPlan(600, 0.3, 8.0, 1.3, 1.3), sample_n=150, seeds_n=4)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One interval of one simulated study: point, standard error (None without one), limits, truth."""

    value: float
    se: float | None
    low: float
    high: float
    truth: float


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What an interval did over many studies.

    Attributes
    ----------
    scenario, estimator, interval
        Names.
    worlds_n
        Studies in which it existed.
    truth, bias, spread, mean_se
        Means of the truth and of estimate minus truth; standard deviation of that difference; mean standard error.
    coverage, coverage_low, coverage_high
        Share of intervals that hold the truth, with 99 % Clopper–Pearson limits; None for a point without interval.
    mean_width
        Of the intervals.
    design_effect
        Mean squared error over the variance of a simple random sample of the same size.
    """

    scenario: str
    estimator: str
    interval: str
    worlds_n: int
    truth: float
    bias: float
    spread: float
    mean_se: float | None
    coverage: float | None
    coverage_low: float | None
    coverage_high: float | None
    mean_width: float | None
    design_effect: float


def simulate_study(
    scenario: Scenario, rng: np.random.Generator, draws_n: int = DRAWS
) -> dict[tuple[str, str], Outcome]:
    """Draw a population and a sample, and estimate by every method.

    Parameters
    ----------
    scenario, rng
        What to simulate, and where randomness comes from.
    draws_n
        Of each bootstrap.

    Returns
    -------
    dict
        (estimator, interval) to outcome; methods without an estimate in this sample are left out.

    Randomness
        From `rng`.
    """
    network = simulate_network(scenario.plan, rng)
    tree, member = recruit(network, scenario.sample_n, scenario.seeds_n, rng, scenario.preference)
    truth, population = float(network.group.mean()), len(network.group)
    found: dict[tuple[str, str], Outcome] = {}

    def sample(size: float) -> RdsSample:
        return rds_sample(tree, network.degree[member], group=network.group[member], levels=("0", "1"), population=size)

    own = sample(population)
    raw = float(own.values[:, 1].mean())
    found["raw share", "simple random"] = _normal(raw, float(np.sqrt(raw * (1 - raw) / own.n)), truth)
    for name, run in _runs(own, draws_n, rng):
        made = _attempt(run, truth)
        if made is not None:
            found[name] = made
    floor = max(float(own.n), float(own.degree.max()) + 1)
    for label, factor in (("true size", 1.0), ("half the size", 0.5), ("twice the size", 2.0)):
        guess = sample(max(round(factor * population), floor))
        value = float(rds_point(guess, "ss").values[1])
        se = float(successive_bootstrap(guess, draws_n, rng).standard_errors[1])
        found[f"ss, {label}", "successive bootstrap"] = _normal(value, se, truth)
    return found


def _runs(own: RdsSample, draws_n: int, rng: np.random.Generator) -> Iterator[tuple[tuple[str, str], Run]]:
    yield ("rds-i", "Salganik bootstrap"), lambda: _salganik(own, "rds-i", draws_n, rng)
    yield ("rds-ii", "Salganik bootstrap"), lambda: _salganik(own, "rds-ii", draws_n, rng)
    yield ("rds-ii", "tree bootstrap"), lambda: _percentile(own, tree_bootstrap(own, "rds-ii", draws_n, rng))
    yield (
        ("rds-ii", "neighbourhood bootstrap"),
        lambda: _percentile(own, neighbourhood_bootstrap(own, "rds-ii", draws_n, rng)),
    )
    yield ("rds-ii", "design effect of 4"), lambda: _assumed(own)
    yield ("hcg", "none"), lambda: (float(rds_point(own, "hcg").values[1]), None, np.nan, np.nan)


def _salganik(own: RdsSample, estimator: Literal["rds-i", "rds-ii"], draws_n: int, rng: np.random.Generator) -> Limits:
    value = float(rds_point(own, estimator).values[1])
    se = float(salganik_bootstrap(own, estimator, draws_n, rng).standard_errors[1])
    return value, se, value - NORMAL * se, value + NORMAL * se


def _percentile(own: RdsSample, draws: RdsDraws) -> Limits:
    low, high = draws.percentile_limits(NOMINAL)[:, 1]
    return float(rds_point(own, "rds-ii").values[1]), float(draws.standard_errors[1]), float(low), float(high)


def _assumed(own: RdsSample) -> Limits:
    value = float(rds_point(own, "rds-ii").values[1])
    se = float(np.sqrt(ASSUMED_EFFECT * value * (1 - value) / own.n))
    return value, se, value - NORMAL * se, value + NORMAL * se


def _attempt(run: Run, truth: float) -> Outcome | None:
    """A method may have no estimate in a sample (a group that recruited nobody); that is counted, not hidden."""
    try:
        value, se, low, high = run()
    except EstimationError:
        return None
    return Outcome(value, se, low, high, truth)


def _normal(value: float, se: float, truth: float) -> Outcome:
    return Outcome(value, se, value - NORMAL * se, value + NORMAL * se, truth)


def coverage_table(scenario: Scenario, worlds_n: int, seed: int, draws_n: int = DRAWS) -> tuple[CoverageRow, ...]:
    """Simulate many studies of one kind and tabulate what each interval did.

    Parameters
    ----------
    scenario, worlds_n
        What to simulate, and how often.
    seed
        Study i draws from the i-th child of this seed, so that a longer run begins with the shorter one.
    draws_n
        Of each bootstrap.

    Returns
    -------
    tuple of CoverageRow

    Randomness
        From `seed`.

    Source
        Goel & Salganik 2010, PNAS 107(15), 6743–6747: the question; the scenarios are this project's.
    """
    children = np.random.SeedSequence(seed).spawn(worlds_n)
    studies = [simulate_study(scenario, np.random.default_rng(child), draws_n) for child in children]
    names = list(dict.fromkeys(name for study in studies for name in study))
    return tuple(_row(scenario, name, [study[name] for study in studies if name in study]) for name in names)


def _row(scenario: Scenario, name: tuple[str, str], found: Sequence[Outcome]) -> CoverageRow:
    truth = np.array([o.truth for o in found])
    error = np.array([o.value for o in found]) - truth
    low, high = np.array([o.low for o in found]), np.array([o.high for o in found])
    ses = [o.se for o in found if o.se is not None]
    has_interval = bool(np.isfinite(low).all())
    hits = int(((low <= truth) & (truth <= high)).sum())
    limits = stats.binomtest(hits, len(found)).proportion_ci(0.99)
    simple = float(np.mean(truth * (1 - truth))) / scenario.sample_n
    return CoverageRow(
        scenario.name,
        *name,
        len(found),
        float(truth.mean()),
        float(error.mean()),
        float(error.std(ddof=1)),
        float(np.mean(ses)) if ses else None,
        hits / len(found) if has_interval else None,
        float(limits.low) if has_interval else None,
        float(limits.high) if has_interval else None,
        float((high - low).mean()) if has_interval else None,
        float(np.mean(error**2)) / simple,
    )
