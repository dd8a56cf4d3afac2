"""Bootstraps of the recruitment process: Salganik's, the tree, the neighbourhood.

What belongs here: resampling respondents, vectorised over draws. What must not: bootstraps that rebuild a population
(`bootstrap_successive`, `bootstrap_configuration`), intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.rds.estimates import RdsSample
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts
from analysis.estimators.rds.weights import salganik_heckathorn_shares, volz_heckathorn_weights
from analysis.estimators.variance import FloatArray, IntArray

Draw = Callable[[IntArray], tuple[IntArray, FloatArray]]
DegreeDraw = Literal["recruited", "size-biased"]
# A resampled tree of a branching sample can explode; this many times the sample is enough to estimate anything.
MOST_TIMES_SAMPLE = 50


@dataclass(frozen=True, slots=True, eq=False)
class RdsDraws:
    """Estimates of resampled samples.

    Attributes
    ----------
    estimates
        (b, k) draws that gave an estimate.
    asked_n
        Draws asked for; the others had no estimate.
    method
        In words.
    """

    estimates: FloatArray
    asked_n: int
    method: str

    @property
    def standard_errors(self) -> FloatArray:
        """Standard deviations over draws, (k,)."""
        return np.asarray(self.estimates.std(axis=0, ddof=1))

    def percentile_limits(self, confidence: float = 0.95) -> FloatArray:
        """Percentile limits, (2, k)."""
        tail = (1 - confidence) / 2
        return np.asarray(np.quantile(self.estimates, [tail, 1 - tail], axis=0))


def finished_draws(estimates: FloatArray, method: str) -> RdsDraws:
    """Keep the draws that gave an estimate.

    Parameters
    ----------
    estimates
        (B, k), NaN where there was none.
    method
        In words.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        When fewer than half of them did.
    """
    good = np.isfinite(estimates).all(axis=1)
    if good.sum() < max(2, len(estimates) / 2):
        raise EstimationError(
            f"y gives an estimate in {int(good.sum())} of {len(estimates)} resampled trees only; pool levels"
        )
    return RdsDraws(estimates[good], len(estimates), method)


def salganik_bootstrap(
    sample: RdsSample,
    estimator: Literal["rds-i", "rds-ii"],
    draws_n: int,
    rng: np.random.Generator,
    *,
    degrees: DegreeDraw = "recruited",
    counts: IntArray | None = None,
) -> RdsDraws:
    """Resample chains: the next respondent comes from those recruited by the current one's group.

    Parameters
    ----------
    sample
        With groups.
    estimator
        `rds-i` or `rds-ii`.
    draws_n, rng
        Number of draws, and where randomness comes from.
    degrees
        `recruited`: group and degree of one recruit from that pool, as the paper has it. `size-biased`: group by
        recruitment rates, then a degree from the whole group with probability proportional to the degree, as R RDS does
        since 0.9; it counts the bias of the sample towards high degrees twice.
    counts
        (g, g) recruitments that `size-biased` goes by instead of the sample's own, to try other recruitment.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        When the outcome has no groups, or nobody was recruited.

    Randomness
        From `rng`.

    Source
        Salganik 2006, Journal of Urban Health 83(S1), i98–i112. R RDS 0.9-10 lists groups by first appearance and
        recruitment rates by name, so its result changes with the order of rows; here it does not.
    """
    if sample.group is None or estimator not in ("rds-i", "rds-ii"):
        raise EstimationError("bootstrap salganik is for groups and rds-i or rds-ii; use tree or neighbourhood")
    groups_n = len(sample.levels)
    if counts is None:
        counts = transition_counts(sample.group, sample.tree.recruiter, groups_n)
    if not counts.any():
        raise EstimationError(
            "recruiter links nobody with an answer to anybody with one; a bootstrap needs recruitments"
        )
    chain_n = int((~sample.tree.is_seed & sample.answered).sum()) + 1
    known = np.flatnonzero(sample.answered)
    draw = _recruited_draw(sample, rng) if degrees == "recruited" else _biased_draw(sample, counts, rng)
    rows = known[rng.integers(len(known), size=draws_n)]
    group, degree = sample.group[rows], sample.degree[rows]
    weight, inverse, moves = (np.zeros((draws_n, groups_n)) for _ in range(3))
    moves = np.zeros((draws_n, groups_n, groups_n))
    each = np.arange(draws_n)
    for step in range(chain_n):
        weight[each, group] += 1
        inverse[each, group] += 1 / degree
        if step + 1 < chain_n:
            before = group
            group, degree = draw(group)
            moves[each, before, group] += 1
    return finished_draws(
        _chain_estimates(estimator, weight, inverse, moves), f"Salganik bootstrap ({degrees} degrees)"
    )


def _recruited_draw(sample: RdsSample, rng: np.random.Generator) -> Draw:
    assert sample.group is not None  # noqa: S101 - refused by the caller
    recruiter, group = sample.tree.recruiter, sample.group
    recruited = np.flatnonzero((recruiter >= 0) & sample.answered)
    by = np.where(group[recruiter[recruited]] >= 0, group[recruiter[recruited]], -1)
    pools = [recruited[by == g] if (by == g).any() else recruited for g in range(len(sample.levels))]
    size = np.array([len(p) for p in pools])
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    flat = np.concatenate(pools)

    def draw(current: IntArray) -> tuple[IntArray, FloatArray]:
        rows = flat[start[current] + (rng.random(len(current)) * size[current]).astype(np.int64)]
        return group[rows], sample.degree[rows]

    return draw


def _biased_draw(sample: RdsSample, counts: IntArray, rng: np.random.Generator) -> Draw:
    assert sample.group is not None  # noqa: S101 - refused by the caller
    filled = np.where(counts.sum(axis=1, keepdims=True) > 0, counts, counts.sum(axis=0))
    rates = np.cumsum(filled / filled.sum(axis=1, keepdims=True), axis=1)
    rates[:, -1] = 1.0
    pools = [sample.degree[sample.group == g] for g in range(len(sample.levels))]
    heights = [np.cumsum(p) / p.sum() for p in pools]

    def draw(current: IntArray) -> tuple[IntArray, FloatArray]:
        following = (rng.random(len(current))[:, None] > rates[current]).sum(axis=1)
        u, degree = rng.random(len(current)), np.empty(len(current))
        for g, (pool, height) in enumerate(zip(pools, heights, strict=True)):
            rows = following == g
            degree[rows] = pool[np.minimum(np.searchsorted(height, u[rows]), len(pool) - 1)]
        return following, degree

    return draw


def _chain_estimates(estimator: str, held: FloatArray, inverse: FloatArray, moves: FloatArray) -> FloatArray:
    if estimator == "rds-ii":
        return np.asarray(inverse / inverse.sum(axis=1, keepdims=True))
    return _rds_i_draws(moves, held, inverse)


def _rds_i_draws(moves: FloatArray, held: FloatArray, inverse: FloatArray) -> FloatArray:
    """RDS-I of each draw; NaN where a group is absent, recruited nobody, or the groups never mix."""
    made = np.full(held.shape, np.nan)
    rows = moves.sum(axis=2, keepdims=True)
    usable = (held > 0).all(axis=1) & (rows[..., 0] > 0).all(axis=1)
    if held.shape[1] == 2:
        usable &= (moves[:, 0, 1] > 0) & (moves[:, 1, 0] > 0)
    for row in np.flatnonzero(usable) if held.shape[1] > 2 else []:
        try:
            made[row] = salganik_heckathorn_shares(moves[row], held[row] / inverse[row])
        except EstimationError:
            usable[row] = False
    if held.shape[1] == 2 and usable.any():
        made[usable] = salganik_heckathorn_shares(moves[usable], held[usable] / inverse[usable])
    return made


def tree_bootstrap(
    sample: RdsSample, estimator: Literal["rds-i", "rds-ii", "ss"], draws_n: int, rng: np.random.Generator
) -> RdsDraws:
    """Resample seeds, then the recruits of each resampled respondent, with replacement down the tree.

    Parameters
    ----------
    sample, estimator, draws_n, rng
        As in `salganik_bootstrap`; `ss` keeps the weights of the sample.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        When the estimator does not fit the outcome.

    Randomness
        From `rng`.

    Source
        Baraff, McCormick & Raftery 2016, PNAS 113(51), 14668–14673. R RDS trims the trees to the sample's size, which
        the paper does not. Often too wide: the variance of small trees is counted again at each level.
    """
    gathered = _Gathered(sample, estimator, draws_n)
    children, start = _children(sample)
    seeds = np.flatnonzero(sample.tree.is_seed)
    draw = np.repeat(np.arange(draws_n), len(seeds))
    node = seeds[rng.integers(len(seeds), size=len(draw))]
    gathered.add(draw, node, None)
    while len(node):
        times = sample.tree.recruits[node]
        parent, draw = np.repeat(node, times), np.repeat(draw, times)
        offset = (rng.random(len(parent)) * sample.tree.recruits[parent]).astype(np.int64)
        node = children[start[parent] + offset]
        gathered.add(draw, node, parent)
        if gathered.total > MOST_TIMES_SAMPLE * sample.n * draws_n:
            raise EstimationError("recruiter gives trees that explode when resampled; use the neighbourhood bootstrap")
    return finished_draws(gathered.estimates(), "tree bootstrap")


def _children(sample: RdsSample) -> tuple[IntArray, IntArray]:
    recruited = np.flatnonzero(~sample.tree.is_seed)
    children = recruited[np.argsort(sample.tree.recruiter[recruited], kind="stable")]
    start = np.concatenate([[0], np.cumsum(sample.tree.recruits)[:-1]]).astype(np.int64)
    return children, start


def neighbourhood_bootstrap(
    sample: RdsSample, estimator: Literal["rds-i", "rds-ii", "ss"], draws_n: int, rng: np.random.Generator
) -> RdsDraws:
    """Resample respondents and take their recruiter and recruits.

    Parameters
    ----------
    sample, estimator, draws_n, rng
        As in `tree_bootstrap`.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        When the estimator does not fit the outcome.

    Randomness
        From `rng`.

    Source
        Yauck, Moodie, Apelian et al. 2022, Journal of Survey Statistics and Methodology 10(2), 419–438.
    """
    gathered = _Gathered(sample, estimator, draws_n)
    children, start = _children(sample)
    neighbours_n = sample.tree.recruits + (~sample.tree.is_seed)
    centres_n = max(round(sample.n / float(neighbours_n.mean())), 1)
    draw = np.repeat(np.arange(draws_n), centres_n)
    centre = rng.integers(sample.n, size=len(draw))
    above = ~sample.tree.is_seed[centre]
    up = sample.tree.recruiter[centre[above]]
    gathered.add(draw[above], up, None)
    if estimator == "rds-i":
        gathered.add_moves(draw[above], up, centre[above])
    times = sample.tree.recruits[centre]
    parent, owner = np.repeat(centre, times), np.repeat(draw, times)
    rank = np.arange(len(parent)) - np.repeat(np.cumsum(times) - times, times)
    gathered.add(owner, children[start[parent] + rank], parent)
    return finished_draws(gathered.estimates(), "neighbourhood bootstrap")


class _Gathered:
    """Sums over resampled respondents, one row for each draw."""

    def __init__(self, sample: RdsSample, estimator: str, draws_n: int) -> None:
        if estimator not in ("rds-i", "rds-ii", "ss") or (estimator == "rds-i" and sample.group is None):
            raise EstimationError(f"bootstrap has no form for {estimator} with this outcome; use rds-ii or ss")
        if estimator == "ss":
            if sample.population is None:
                raise EstimationError("population is missing; ss needs its size, try several")
            weight = successive_weights(sample.degree, sample.population).weights
        else:
            weight = volz_heckathorn_weights(sample.degree)
        self.sample, self.estimator, self.draws_n, self.total = sample, estimator, draws_n, 0
        self.weight = np.where(sample.answered, weight, 0.0)
        columns = sample.values.shape[1]
        self.sums, self.all = np.zeros((draws_n, columns)), np.zeros(draws_n)
        self.held, self.inverse = np.zeros((draws_n, columns)), np.zeros((draws_n, columns))
        self.moves = np.zeros((draws_n, columns, columns))

    def add(self, draw: IntArray, node: IntArray, parent: IntArray | None) -> None:
        """Count respondents, and their recruitment by `parent`."""
        self.total += len(node)
        w = self.weight[node]
        self.all += np.bincount(draw, weights=w, minlength=self.draws_n)
        for k in range(self.sums.shape[1]):
            value = self.sample.values[node, k]
            self.sums[:, k] += np.bincount(draw, weights=w * value, minlength=self.draws_n)
            if self.estimator == "rds-i":
                self.held[:, k] += np.bincount(draw, weights=value, minlength=self.draws_n)
                self.inverse[:, k] += np.bincount(
                    draw, weights=value / self.sample.degree[node], minlength=self.draws_n
                )
        if self.estimator == "rds-i" and parent is not None:
            self.add_moves(draw, parent, node)

    def add_moves(self, draw: IntArray, parent: IntArray, node: IntArray) -> None:
        """Count recruitments between groups."""
        group = self.sample.group
        assert group is not None  # noqa: S101 - refused at the start
        k = self.moves.shape[1]
        known = (group[parent] >= 0) & (group[node] >= 0)
        code = (draw[known] * k + group[parent[known]]) * k + group[node[known]]
        self.moves += np.bincount(code, minlength=self.draws_n * k * k).reshape(self.moves.shape)

    def estimates(self) -> FloatArray:
        """(B, k)."""
        if self.estimator == "rds-i":
            return _rds_i_draws(self.moves, self.held, self.inverse)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.sums / self.all[:, None])
