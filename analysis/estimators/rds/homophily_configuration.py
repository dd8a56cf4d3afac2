"""The homophily configuration graph estimator.

What belongs here: its likelihood, the alternation between degrees and shares, the weights it implies.
What must not: other estimators, bootstraps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from analysis.errors import EstimationError
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts
from analysis.estimators.variance import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]
MAX_ROUNDS = 100
SHARE_TOLERANCE = 1e-8
MOST_GROUPS = 10
# Weight of the constraint that shares add up to 1, against the distance from the unconstrained shares.
SUM_PENALTY = 10.0
# Rates below e⁻¹² are recruitment that never happens: shares do not follow from them.
LARGEST_LOGIT = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class HomophilyConfiguration:
    """A fitted homophily configuration graph.

    Attributes
    ----------
    shares
        (g,) population shares.
    rates
        (g, g) chance that a tie of the row's group leads to the column's.
    mean_degree
        (g,) population mean degree of each group.
    weights
        (n,) adding up to 1; 0 for missing groups.
    log_likelihood, rounds
        At the solution.
    """

    shares: FloatArray
    rates: FloatArray
    mean_degree: FloatArray
    weights: FloatArray
    log_likelihood: float
    rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """Recruitments in order: recruiter's group, recruit's group, degrees used up before."""

    start: IntArray
    end: IntArray
    used: FloatArray
    sampled_degree: FloatArray
    sampled_n: FloatArray
    population: float


def homophily_configuration(
    degree: FloatArray, group: IntArray, recruiter: IntArray, *, order: IntArray, population: float, groups_n: int
) -> HomophilyConfiguration:
    """Fit the homophily configuration graph.

    It assumes a configuration network with homophily on this outcome only, recruitment at random among contacts not yet
    sampled, and a known population size.

    Parameters
    ----------
    degree, group, recruiter
        (n,) degrees; groups, −1 missing; recruiters' positions, −1 for seeds.
    order
        (n,) positions in the order of recruitment (by time, or by wave).
    population
        Size.
    groups_n
        2 to 10.

    Returns
    -------
    HomophilyConfiguration

    Raises
    ------
    EstimationError
        When there are too many groups, too few recruits, or shares do not settle.

    Source
        Fellows 2019, Statistics in Medicine 38(8), 1279–1296. Cell counts start one higher, as there; successive
        sampling weights inside groups are integrals here, simulations in R RDS. R RDS 0.9-10 looks for seeds in the
        file's order after it has sorted by time, so its result changes with the order of rows; here it does not.

    Example
    -------
    >>> rng = np.random.default_rng(1)
    >>> recruiter = np.maximum((np.arange(60) - 2) // 2, -1)
    >>> known = {"order": np.arange(60), "population": 500.0, "groups_n": 2}
    >>> fit = homophily_configuration(np.full(60, 5.0), rng.integers(2, size=60), recruiter, **known)
    >>> bool(abs(fit.shares.sum() - 1) < 1e-6)
    True
    """
    if not 2 <= groups_n <= MOST_GROUPS:
        raise EstimationError(f"y has {groups_n} groups; hcg takes 2 to {MOST_GROUPS}")
    recruited = (recruiter >= 0) & (group >= 0)
    held = np.bincount(group[recruited], minlength=groups_n)
    if (held == 0).any():
        raise EstimationError("y has a group that nobody recruited holds; hcg is not defined, use rds-ii or ss")
    counts = transition_counts(group, recruiter, groups_n) + 1.0
    rates = counts / counts.sum(axis=1, keepdims=True)
    mean_degree = held / np.bincount(group[recruited], weights=1 / degree[recruited], minlength=groups_n)
    shares = _implied_shares(rates, mean_degree)
    chain = _chain(degree, group, recruiter, order=order, population=population, groups_n=groups_n)
    for rounds in range(1, MAX_ROUNDS + 1):
        mean_degree = _mean_degrees(degree, group, recruited, shares, chain)
        rates, log_likelihood = _fit_rates(rates, mean_degree, chain)
        before, shares = shares, _feasible_shares(rates, mean_degree, chain)
        if float(np.sum((shares - before) ** 2)) < SHARE_TOLERANCE:
            weights = _weights(degree, group, shares, chain)
            return HomophilyConfiguration(shares, rates, mean_degree, weights, log_likelihood, rounds)
    raise EstimationError(f"population {population:g} leaves hcg unsettled after {MAX_ROUNDS} rounds; use ss")


def _chain(
    degree: FloatArray, group: IntArray, recruiter: IntArray, *, order: IntArray, population: float, groups_n: int
) -> _Chain:
    indicator = (group[order][:, None] == np.arange(groups_n)) * degree[order][:, None]
    used_before = np.cumsum(indicator, axis=0) - indicator
    rows = np.flatnonzero((recruiter[order] >= 0) & (group[order] >= 0))
    rows = rows[group[recruiter[order][rows]] >= 0]
    return _Chain(
        group[recruiter[order][rows]],
        group[order][rows],
        used_before[rows],
        indicator.sum(axis=0),
        np.bincount(group[group >= 0], minlength=groups_n).astype(np.float64),
        population,
    )


def _implied_shares(rates: FloatArray, mean_degree: FloatArray) -> FloatArray:
    """Shares at which ties between groups balance."""
    ratio = rates * mean_degree[:, None] / (rates.T * mean_degree[None, :])
    raw = 1 / ratio.sum(axis=1)
    made: FloatArray = raw / raw.sum()
    return made


def _feasible_shares(rates: FloatArray, mean_degree: FloatArray, chain: _Chain) -> FloatArray:
    """Implied shares, moved as little as possible so that no group is smaller than what was sampled of it."""
    shares = _implied_shares(rates, mean_degree)
    least = np.maximum(chain.sampled_n / chain.population, chain.sampled_degree / (chain.population * mean_degree))
    if not (shares < least).any():
        return shares
    low, high = -1.0, 1.0
    for _ in range(100):
        shift = (low + high) / 2
        total = float(np.maximum(least, shares + shift).sum())
        low, high = (shift, high) if shift + SUM_PENALTY * (total - 1) < 0 else (low, shift)
    return np.asarray(np.maximum(least, shares + (low + high) / 2))


def _mean_degrees(
    degree: FloatArray, group: IntArray, recruited: BoolArray, shares: FloatArray, chain: _Chain
) -> FloatArray:
    means = np.empty(len(shares))
    for g, share in enumerate(shares):
        d = degree[recruited & (group == g)]
        w = _within(d, max(float(chain.sampled_n[g]), float(np.ceil(share * chain.population))))
        means[g] = w @ d
    return np.maximum(means, chain.sampled_degree / (shares * chain.population))


def _within(degree: FloatArray, population: float) -> FloatArray:
    if len(np.unique(degree)) == 1:
        return np.full(len(degree), 1 / len(degree))
    return successive_weights(degree, population).weights


def _fit_rates(rates: FloatArray, mean_degree: FloatArray, chain: _Chain) -> tuple[FloatArray, float]:
    """Maximise the likelihood over rows that add up to 1: logits against the diagonal."""
    g = len(mean_degree)
    off = ~np.eye(g, dtype=bool)

    def unpack(free: FloatArray) -> FloatArray:
        logits = np.zeros((g, g))
        logits[off] = np.clip(free, -LARGEST_LOGIT, LARGEST_LOGIT)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    start = (np.log(rates) - np.log(np.diag(rates))[:, None])[off]
    found = optimize.minimize(
        lambda free: -_log_likelihood(unpack(free), mean_degree, chain), start, method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000 * g, "maxfev": 4000 * g, "adaptive": g > 2},
    )  # fmt: skip
    return unpack(found.x), -float(found.fun)


def _log_likelihood(rates: FloatArray, mean_degree: FloatArray, chain: _Chain) -> float:
    shares = _feasible_shares(rates, mean_degree, chain)
    ends = shares * chain.population * mean_degree
    if (ends - chain.sampled_degree < -1e-9 * ends).any():
        return -1e9
    open_share = (ends - chain.used) / ends
    rows = rates[chain.start]
    top = rows[np.arange(len(rows)), chain.end] * open_share[np.arange(len(rows)), chain.end]
    chance = top / (rows * open_share).sum(axis=1)
    usable = (chance > 0) & (chance <= 1)
    return float(np.log(chance[usable]).sum())


def _weights(degree: FloatArray, group: IntArray, shares: FloatArray, chain: _Chain) -> FloatArray:
    weights = np.zeros(len(degree))
    for g, share in enumerate(shares):
        rows = group == g
        population = max(float(chain.sampled_n[g]), float(np.ceil(share * chain.population)))
        weights[rows] = _within(degree[rows], population) * share
    made: FloatArray = weights / weights.sum()
    return made
