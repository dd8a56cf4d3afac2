"""What to look at before an RDS estimate is read: seeds and waves, convergence, bottlenecks, the price in precision.

What belongs here: tables and numbers about the recruitment (STROBE-RDS). What must not: any drawing or list of who
recruited whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.estimators.estimate import Interval, normal_interval
from analysis.estimators.rds.estimates import RdsPoint, RdsSample
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts
from analysis.estimators.rds.tree import RecruitmentTree
from analysis.estimators.variance import FloatArray

# An estimate has settled when it stays this close to its final value (Heckathorn's convention).
SETTLED_WITHIN = 0.02
# Chains with this share of the sample are long enough to compare.
LARGE_CHAIN_SHARE = 0.1
SENSITIVITY_EFFECTS = (2.0, 4.0, 6.0, 10.0)
# A population below this many times the sample leaves almost nothing to be uncertain about.
CENSUS_RATIO = 1.1
POPULATION_FACTORS = (0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class SeedsAndWaves:
    """Shape of the recruitment.

    Attributes
    ----------
    seeds_n, waves_n
        Chains, and the last wave's number.
    by_wave, by_recruits
        Respondents in wave 0, 1, …; respondents with 0, 1, … recruits.
    largest_chain_share, barren_seeds_n
        Share of the sample under one seed; seeds without recruits.
    share_beyond_wave_3
        Respondents that are far from the researcher's choice of seeds.
    """

    seeds_n: int
    waves_n: int
    by_wave: tuple[int, ...]
    by_recruits: tuple[int, ...]
    largest_chain_share: float
    barren_seeds_n: int
    share_beyond_wave_3: float


def seeds_and_waves(tree: RecruitmentTree) -> SeedsAndWaves:
    """Describe a recruitment without naming anybody.

    Parameters
    ----------
    tree
        Checked.

    Returns
    -------
    SeedsAndWaves

    Source
        White et al. 2015, Journal of Clinical Epidemiology 68(12), 1463–1471 (STROBE-RDS), items 13 and 14.

    Example
    -------
    >>> from analysis.estimators.rds.tree import recruitment_tree
    >>> seeds_and_waves(recruitment_tree([1, 2, 3], [0, 1, 1])).by_wave
    (1, 2)
    """
    chains = np.bincount(tree.seed, minlength=tree.n)[tree.is_seed]
    return SeedsAndWaves(
        int(tree.is_seed.sum()),
        int(tree.wave.max()),
        tuple(np.bincount(tree.wave).tolist()),
        tuple(np.bincount(tree.recruits).tolist()),
        float(chains.max() / tree.n),
        int((tree.recruits[tree.is_seed] == 0).sum()),
        float((tree.wave > 3).mean()),
    )


@dataclass(frozen=True, slots=True)
class Convergence:
    """How an estimate moved while the sample grew.

    Attributes
    ----------
    level
        Group or outcome.
    at_tenths
        Estimate after each tenth of the sample, None while nobody counted.
    settled_share
        Share of the sample after which it stayed within `SETTLED_WITHIN` of its final value.
    passed
        Whether that was before the last fifth.
    """

    level: str
    at_tenths: tuple[float | None, ...]
    settled_share: float
    passed: bool


def convergence(sample: RdsSample, weights: FloatArray) -> tuple[Convergence, ...]:
    """Follow each share through the sample in order of recruitment.

    Parameters
    ----------
    sample
        Checked.
    weights
        (n,) final weights: each step uses those of the respondents so far.

    Returns
    -------
    tuple of Convergence

    Source
        Gile, Johnston & Salganik 2015, JRSS A 178(1), 241–269, section 4.2.
    """
    w = weights[sample.order]
    total = np.cumsum(w)
    scale = 1.0 if sample.group is not None else max(float(np.abs(sample.values).max()), 1e-300)
    found = []
    for k, level in enumerate(sample.levels):
        summed = np.cumsum(w * sample.values[sample.order, k])
        path = np.divide(summed, total, out=np.full(len(w), np.nan), where=total > 0)
        away = ~(np.abs(path - path[-1]) <= SETTLED_WITHIN * scale)
        settled = (int(np.flatnonzero(away).max()) + 2 if away.any() else 1) / len(w)
        tenths = [path[max(round(len(w) * i / 10) - 1, 0)] for i in range(1, 11)]
        shown = tuple(None if not np.isfinite(v) else float(v) for v in tenths)
        found.append(Convergence(level, shown, min(settled, 1.0), settled <= 0.8))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Whether chains tell different stories.

    Attributes
    ----------
    level
        Group or outcome.
    large_chains_n
        Chains with a tenth of the sample or more.
    lowest, highest
        Estimates among them, None with fewer than two.
    passed
        Whether they lie within 0.1 of each other (of the outcome's range); None when it cannot be said.
    """

    level: str
    large_chains_n: int
    lowest: float | None
    highest: float | None
    passed: bool | None


def bottlenecks(sample: RdsSample, weights: FloatArray) -> tuple[Bottleneck, ...]:
    """Compare the estimates of large chains.

    Parameters
    ----------
    sample, weights
        As in `convergence`.

    Returns
    -------
    tuple of Bottleneck

    Source
        Gile, Johnston & Salganik 2015, JRSS A 178(1), 241–269, section 4.3.
    """
    sizes = np.bincount(sample.tree.seed, minlength=sample.n)
    large = np.flatnonzero(sizes >= LARGE_CHAIN_SHARE * sample.n)
    scale = 1.0 if sample.group is not None else max(float(np.ptp(sample.values)), 1e-300)
    found = []
    for k, level in enumerate(sample.levels):
        means = []
        for seed in large:
            w = np.where(sample.tree.seed == seed, weights, 0.0)
            if w.sum() > 0:
                means.append(float(w @ sample.values[:, k] / w.sum()))
        enough = len(means) > 1
        low, high = (min(means), max(means)) if enough else (None, None)
        passed = (max(means) - min(means)) / scale <= 0.1 if enough else None
        found.append(Bottleneck(level, len(means), low, high, passed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Mixing:
    """How fast recruitment forgets its seeds.

    Attributes
    ----------
    second_eigenvalue
        Of the recruitment rates between groups, in absolute value; 0 forgets at once, 1 never.
    waves_to_equilibrium
        Waves until the largest departure has shrunk to 2 %; None when it never does.
    passed
        Whether the sample has more waves than that.
    """

    second_eigenvalue: float
    waves_to_equilibrium: int | None
    passed: bool


def mixing(sample: RdsSample) -> Mixing | None:
    """Compute the second eigenvalue of recruitment between groups.

    Parameters
    ----------
    sample
        With groups.

    Returns
    -------
    Mixing or None
        None for a number, or when a group recruited nobody.

    Source
        Heckathorn 1997, Social Problems 44(2), 174–199; Goel & Salganik 2009, Statistics in Medicine 28(17), 2202–2229.
    """
    if sample.group is None:
        return None
    counts = transition_counts(sample.group, sample.tree.recruiter, len(sample.levels)).astype(np.float64)
    rows = counts.sum(axis=1, keepdims=True)
    if (rows == 0).any():
        return None
    second = float(np.sort(np.abs(np.linalg.eigvals(counts / rows)))[-2])
    if second >= 1 - 1e-12:
        return Mixing(second, None, False)
    waves = 1 if second <= SETTLED_WITHIN else int(np.ceil(np.log(SETTLED_WITHIN) / np.log(second)))
    return Mixing(second, waves, int(sample.tree.wave.max()) >= waves)


def design_effect(share: float, se: float, n: int, population: float | None) -> float | None:
    """Variance over that of a simple random sample of the same size.

    Parameters
    ----------
    share, se, n
        Estimate of a share, its standard error, respondents.
    population
        Size for a finite-population correction, None without.

    Returns
    -------
    float or None
        None when the share is 0 or 1, or the population is the sample.

    Example
    -------
    >>> round(design_effect(0.5, 0.1, 25, None), 6)
    1.0
    """
    left = 1.0 if population is None else (population - n) / (population - 1)
    simple = share * (1 - share) / n * left
    return se * se / simple if simple > 1e-15 else None


def intervals_under_design_effects(share: float, n: int) -> dict[str, Interval]:
    """Intervals of a share if the design effect were 2, 4, 6, 10.

    Parameters
    ----------
    share, n
        Estimate and respondents.

    Returns
    -------
    dict
        Design effect as text to limits inside [0, 1].

    Source
        Goel & Salganik 2010, PNAS 107(15), 6743–6747: design effects of 5 to 10 and more occur where bootstraps say 2.

    Example
    -------
    >>> round(intervals_under_design_effects(0.5, 100)["4"].low, 3)
    0.304
    """
    found = {}
    for effect in SENSITIVITY_EFFECTS:
        limits = normal_interval(share, float(np.sqrt(effect * share * (1 - share) / n)))
        found[f"{effect:g}"] = Interval(max(limits.low, 0.0), min(limits.high, 1.0))
    return found


def sensitivity_to_population(sample: RdsSample, level: int) -> dict[str, float]:
    """Successive sampling estimates of one level under other population sizes.

    Parameters
    ----------
    sample
        With a population size.
    level
        Column of the outcome.

    Returns
    -------
    dict
        Population as text to estimate; half to ten times the given one, and `infinite` (RDS-II).
    """
    found: dict[str, float] = {}
    assumed = sample.population or 0.0
    floor = max(float(sample.n), float(sample.degree.max()) + 1)
    for size in sorted({max(round(assumed * f), int(np.ceil(floor))) for f in POPULATION_FACTORS}):
        w = np.where(sample.answered, successive_weights(sample.degree, size).weights, 0.0)
        found[str(size)] = float(w @ sample.values[:, level] / w.sum())
    w = np.where(sample.answered, 1 / sample.degree, 0.0)
    found["infinite"] = float(w @ sample.values[:, level] / w.sum())
    return found


def failed_checks(
    sample: RdsSample,
    point: RdsPoint,
    shape: SeedsAndWaves,
    paths: tuple[Convergence, ...],
    chains: tuple[Bottleneck, ...],
) -> list[str]:
    """Say which diagnostics speak against reading the estimate.

    Parameters
    ----------
    sample, point, shape, paths, chains
        What was computed.

    Returns
    -------
    list of str
    """
    said = list(sample.warnings)
    unsettled = [p.level for p in paths if not p.passed]
    if unsettled:
        said.append(f"the estimate was still moving in the last fifth of the sample ({', '.join(unsettled)})")
    torn = [c.level for c in chains if c.passed is False]
    if torn:
        said.append(
            f"large chains differ by more than 0.1 ({', '.join(torn)}): a bottleneck between parts of the network"
        )
    if shape.largest_chain_share > 0.5 and shape.seeds_n > 1:
        said.append(f"one seed's chain makes up {shape.largest_chain_share:.0%} of the sample")
    if sample.population is not None and sample.population < CENSUS_RATIO * sample.n:
        said.append(
            f"a population of {sample.population:g} is hardly more than the {sample.n} respondents: the "
            f"estimate is taken "
            "for a census and its standard error for nearly 0; try larger sizes"
        )
    if shape.waves_n < 3:
        said.append(f"recruitment ended in wave {shape.waves_n}: estimates still lean on the choice of seeds")
    top = float(np.sort(point.weights)[-max(len(point.weights) // 100, 1) :].sum())
    if top > 0.1 and len(point.weights) >= 100:
        said.append(f"1 % of respondents carry {top:.0%} of the weight (very low degrees)")
    return said
