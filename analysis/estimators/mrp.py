"""Multilevel regression and poststratification of a yes/no answer.

What belongs here: a multilevel logit by Gibbs sampling, poststratification, and how much was borrowed from whom.
What must not: where the population's cells come from (name the population for what it is: registered adults in hosts
that disaggregate are not a diaspora), survey weights (what drove selection belongs among the covariates and groupings).

The sampler draws coefficients and standardised effects together, then coefficients and scales together, then moves
scales and effects at once (interweaving), so that neither small nor large scales stick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.estimate import DEFAULT_CONFIDENCE
from analysis.estimators.polya_gamma import polya_gamma
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.variance import FloatArray, IntArray

R_HAT_LIMIT = 1.01
LEAST_EFFECTIVE = 400.0


@dataclass(frozen=True, slots=True)
class MultilevelPrior:
    """Priors of the multilevel logit.

    Attributes
    ----------
    intercept_sd, slope_sd
        Of normal priors around 0, on the logit scale; covariates should be centred and of unit scale.
    scale, degrees_of_freedom
        Of the half-t prior on each grouping's standard deviation.
    """

    intercept_sd: float = 2.5
    slope_sd: float = 1.5
    scale: float = 1.0
    degrees_of_freedom: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class MultilevelCells:
    """Answers, counted by cells that share covariates and groups.

    Attributes
    ----------
    yes, asked
        (c,) counts.
    X
        (c, p), intercept first.
    groups
        (c, f) level of each grouping.
    levels_n
        Levels of each grouping, levels without answers included.
    """

    yes: IntArray
    asked: IntArray
    X: FloatArray
    groups: IntArray
    levels_n: tuple[int, ...]


def multilevel_cells(
    y: npt.ArrayLike, X: npt.ArrayLike, groups: npt.ArrayLike, levels_n: Sequence[int]
) -> MultilevelCells:
    """Count answers by distinct rows of covariates and groups.

    Parameters
    ----------
    y
        (n,) 1 or 0.
    X
        (n, p), first column all ones.
    groups
        (n, f) levels 0, 1, … of each grouping.
    levels_n
        (f,) levels that exist in the population.

    Returns
    -------
    MultilevelCells

    Raises
    ------
    EstimationError
        When an answer is not 0 or 1, the intercept is missing, shapes differ, or a level is out of range.

    Example
    -------
    >>> multilevel_cells([1, 0, 1], [[1.0]] * 3, [[0], [0], [1]], [2]).asked.tolist()
    [2, 1]
    """
    answer, x, g = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64), np.asarray(groups)
    if not np.isin(answer, (0.0, 1.0)).all():
        row = int((~np.isin(answer, (0.0, 1.0))).argmax())
        raise EstimationError(f"y is {answer[row]:g} at position {row + 1}; give 1 or 0, and leave missing answers out")
    if x.ndim != 2 or g.ndim != 2 or not len(answer) == len(x) == len(g) or g.shape[1] != len(levels_n):
        raise EstimationError(f"X has shape {x.shape}, groups {g.shape} for {len(answer)} answers; give a row for each")
    if not (x[:, 0] == 1).all() or not np.isfinite(x).all():
        raise EstimationError("X needs a first column of ones and no missing value")
    limits = np.asarray(levels_n)
    if (g < 0).any() or (g >= limits).any():
        raise EstimationError("groups hold a level outside 0 to levels_n - 1; check the codes")
    rows, inverse = np.unique(np.column_stack([x, g.astype(np.float64)]), axis=0, return_inverse=True)
    asked = np.bincount(inverse.ravel())
    yes = np.bincount(inverse.ravel(), weights=answer).round().astype(np.int64)
    cut = x.shape[1]
    return MultilevelCells(
        yes, asked.astype(np.int64), rows[:, :cut], rows[:, cut:].astype(np.int64), tuple(int(v) for v in levels_n)
    )


@dataclass(frozen=True, slots=True, eq=False)
class MultilevelDraws:
    """Posterior draws.

    Attributes
    ----------
    beta
        (chains, draws, p).
    effects
        (chains, draws, sum of levels): every grouping's effects, one after the other.
    scales
        (chains, draws, f) standard deviations of the groupings.
    prior
        What went in.
    levels_n
        Of each grouping.
    """

    beta: FloatArray
    effects: FloatArray
    scales: FloatArray
    prior: MultilevelPrior
    levels_n: tuple[int, ...]

    def diagnostics(self) -> tuple[ChainDiagnostics, ...]:
        """Of every coefficient and scale."""
        blocks = np.concatenate([self.beta, self.scales], axis=2)
        return tuple(diagnose(blocks[:, :, k]) for k in range(blocks.shape[2]))


def sample_multilevel(
    cells: MultilevelCells,
    rng: np.random.Generator,
    *,
    prior: MultilevelPrior | None = None,
    chains: int = 4,
    draws: int = 1000,
    warm_up: int = 500,
    device: Device | None = None,
) -> MultilevelDraws:
    """Sample the posterior of a multilevel logit.

    Parameters
    ----------
    cells
        Of `multilevel_cells`.
    rng
        Spawned for each chain.
    prior
        The default of `MultilevelPrior` if None.
    chains, draws, warm_up
        Chains, draws kept of each, and draws before those.
    device
        Where answers went through a random device: the share is that of holders, who are drawn anew in each step.

    Returns
    -------
    MultilevelDraws

    Raises
    ------
    EstimationError
        When a prior standard deviation is not above 0, or fewer than 10 draws are asked for.

    Randomness
        From children of `rng`.

    Source
        Pólya–Gamma augmentation: Polson, Scott & Windle 2013, JASA 108(504), 1339–1349. Half-t scales: Gelman 2006,
        Bayesian Analysis 1(3), 515–534; as a mixture: Wand et al. 2011, Bayesian Analysis 6(4), 847–900. Interweaving:
        Yu & Meng 2011, Journal of Computational and Graphical Statistics 20(3), 531–570.
    """
    made = prior or MultilevelPrior()
    if min(made.intercept_sd, made.slope_sd, made.scale, made.degrees_of_freedom) <= 0:
        raise EstimationError("prior holds a standard deviation of 0 or less; give positive numbers")
    if draws < 10 or chains < 1:
        raise EstimationError(f"draws is {draws} in {chains} chain(s); take at least 10")
    sampler = _Sampler(cells, made, device)
    runs = [sampler.run(child, draws, warm_up) for child in rng.spawn(chains)]
    beta, effects, scales = (np.stack([run[i] for run in runs]) for i in range(3))
    return MultilevelDraws(beta, effects, scales, made, cells.levels_n)


def _holders(cells: MultilevelCells, predictor: FloatArray, device: Device, rng: np.random.Generator) -> FloatArray:
    """Holders in each cell given the masked answers: some of those who said yes, and some of those who said no."""
    held = special.expit(predictor)
    said_yes, said_no = device.yes_given(1), 1 - device.yes_given(1)
    yes = held * said_yes + (1 - held) * device.yes_given(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        among_yes, among_no = np.nan_to_num(held * said_yes / yes), np.nan_to_num(held * said_no / (1 - yes))
    drawn = rng.binomial(cells.yes, np.clip(among_yes, 0, 1)) + rng.binomial(
        cells.asked - cells.yes, np.clip(among_no, 0, 1)
    )
    return np.asarray(drawn, dtype=np.float64)


class _Sampler:
    def __init__(self, cells: MultilevelCells, prior: MultilevelPrior, device: Device | None = None) -> None:
        self.cells, self.prior, self.p, self.device = cells, prior, cells.X.shape[1], device
        self.offsets = np.concatenate([[0], np.cumsum(cells.levels_n)]).astype(np.int64)
        self.grouping = np.repeat(np.arange(len(cells.levels_n)), cells.levels_n)
        self.column = cells.groups + self.offsets[:-1]
        self.indicator = np.zeros((len(cells.yes), int(self.offsets[-1])))
        for k in range(self.column.shape[1]):
            self.indicator[np.arange(len(cells.yes)), self.column[:, k]] = 1.0
        sd = np.full(self.p, prior.slope_sd)
        sd[0] = prior.intercept_sd
        self.beta_precision = 1 / sd**2
        self.kappa = cells.yes - cells.asked / 2

    def run(self, rng: np.random.Generator, draws: int, warm_up: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        f, levels = len(self.cells.levels_n), int(self.offsets[-1])
        sigma = np.abs(rng.normal(0.5, 0.2, f))
        beta, z = np.zeros(self.p), np.zeros(levels)
        kept = np.empty((draws, self.p)), np.empty((draws, levels)), np.empty((draws, f))
        for step in range(warm_up + draws):
            predictor = self._predictor(beta, z, sigma)
            if self.device is not None:
                self.kappa = _holders(self.cells, predictor, self.device, rng) - self.cells.asked / 2
            omega = polya_gamma(self.cells.asked, predictor, rng)
            beta, z = self._effects(omega, sigma, rng)
            beta, sigma = self._scales(omega, z, sigma, rng)
            z, sigma = self._interweave(z, sigma, rng)
            if step >= warm_up:
                row = step - warm_up
                kept[0][row], kept[1][row], kept[2][row] = beta, z * sigma[self.grouping], np.abs(sigma)
        return kept

    def _predictor(self, beta: FloatArray, z: FloatArray, sigma: FloatArray) -> FloatArray:
        effects = z * sigma[self.grouping]
        return np.asarray(self.cells.X @ beta + effects[self.column].sum(axis=1))

    def _effects(self, omega: FloatArray, sigma: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Coefficients and standardised effects given scales: one normal draw."""
        design = np.hstack([self.cells.X, self.indicator * sigma[self.grouping]])
        precision = np.concatenate([self.beta_precision, np.ones(self.indicator.shape[1])])
        drawn = self._normal(design, omega, precision, rng)
        return drawn[: self.p], drawn[self.p :]

    def _scales(
        self, omega: FloatArray, z: FloatArray, sigma: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Coefficients and signed scales given standardised effects: one normal draw, given the mixing variances."""
        nu, size = self.prior.degrees_of_freedom, self.prior.scale
        # σ ~ N(0, s²λ), λ ~ InvGamma(ν/2, ν/2): |σ| is half-t.
        mixing = (nu / 2 + sigma**2 / (2 * size**2)) / rng.gamma((nu + 1) / 2, size=len(sigma))
        columns = [z[self.column[:, k]] for k in range(len(sigma))]
        design = np.column_stack([self.cells.X, *columns])
        precision = np.concatenate([self.beta_precision, 1 / (size**2 * mixing)])
        drawn = self._normal(design, omega, precision, rng)
        return drawn[: self.p], drawn[self.p :]

    def _interweave(self, z: FloatArray, sigma: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Scales given the effects themselves: inverse-gamma, given the mixing variables of the half-t."""
        nu, size = self.prior.degrees_of_freedom, self.prior.scale
        effects = z * sigma[self.grouping]
        mixing = (nu / sigma**2 + 1 / size**2) / rng.gamma((nu + 1) / 2, size=len(sigma))
        squares = np.bincount(self.grouping, weights=effects**2, minlength=len(sigma))
        levels = np.asarray(self.cells.levels_n)
        variance = (nu / mixing + squares / 2) / rng.gamma((nu + levels) / 2)
        following = np.sqrt(variance)
        return effects / following[self.grouping], following

    def _normal(
        self, design: FloatArray, omega: FloatArray, precision: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        root = np.linalg.cholesky(design.T @ (design * omega[:, None]) + np.diag(precision))
        mean = np.linalg.solve(root.T, np.linalg.solve(root, design.T @ self.kappa))
        return np.asarray(mean + np.linalg.solve(root.T, rng.standard_normal(len(precision))))


@dataclass(frozen=True, slots=True)
class PoststratifiedShare:
    """A share of a named population.

    Attributes
    ----------
    term
        Domain.
    value, sd, low, high
        Posterior mean, standard deviation, central interval.
    population
        Members of the domain's cells.
    diagnostics
        Of this quantity.
    """

    term: str
    value: float
    sd: float
    low: float
    high: float
    population: float
    diagnostics: ChainDiagnostics

    @property
    def is_mixed(self) -> bool:
        """Whether the chains agree and are long enough."""
        found = self.diagnostics
        return found.r_hat <= R_HAT_LIMIT and min(found.ess_bulk, found.ess_tail) >= LEAST_EFFECTIVE


def poststratify_draws(
    draws: MultilevelDraws,
    X: npt.ArrayLike,
    groups: npt.ArrayLike,
    counts: npt.ArrayLike,
    domains: dict[str, npt.NDArray[np.bool_]],
    *,
    confidence: float = DEFAULT_CONFIDENCE,
) -> tuple[PoststratifiedShare, ...]:
    """Average predicted shares over the cells of a population.

    Parameters
    ----------
    draws
        Of `sample_multilevel`.
    X, groups
        (c, p) and (c, f) of the population's cells, coded as the sample's.
    counts
        (c,) members of each cell, 0 or more.
    domains
        Name to (c,) membership; `{"all": all true}` for the whole population.
    confidence
        Of the central intervals.

    Returns
    -------
    tuple of PoststratifiedShare

    Raises
    ------
    EstimationError
        When shapes differ, a count is negative or missing, or a domain has no members.

    Source
        Gelman & Little 1997, Survey Methodology 23(2), 127–135; Park, Gelman & Bafumi 2004, Political Analysis 12(4).
    """
    x, g, n = np.asarray(X, dtype=np.float64), np.asarray(groups, dtype=np.int64), np.asarray(counts, dtype=np.float64)
    if len(x) != len(n) or len(g) != len(n) or x.shape[1] != draws.beta.shape[2] or g.shape[1] != len(draws.levels_n):
        raise EstimationError(f"cells have X {x.shape}, groups {g.shape}, counts {n.shape}; code them as the sample")
    if not np.isfinite(n).all() or (n < 0).any():
        raise EstimationError("counts hold a missing or negative number; a cell has 0 or more members")
    column = g + np.concatenate([[0], np.cumsum(draws.levels_n)[:-1]])
    predictor = draws.beta @ x.T
    for k in range(column.shape[1]):
        predictor = predictor + draws.effects[:, :, column[:, k]]
    share = 1 / (1 + np.exp(-predictor))
    return tuple(_share(term, share, np.where(rows, n, 0.0), confidence) for term, rows in domains.items())


def _share(term: str, share: FloatArray, counts: FloatArray, confidence: float) -> PoststratifiedShare:
    total = float(counts.sum())
    if not total > 0:
        raise EstimationError(f"domain '{term}' has no members in the population's cells; leave it out")
    draws = share @ (counts / total)
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return PoststratifiedShare(
        term, float(draws.mean()), float(draws.std(ddof=1)), float(low), float(high), total, diagnose(draws)
    )


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """What partial pooling did to one level of a grouping.

    Attributes
    ----------
    grouping, level
        Positions.
    asked
        Answers there.
    raw
        Their plain share, None without answers.
    effect, effect_sd
        Posterior mean and standard deviation of the level's effect, logit scale.
    pooling
        1 − posterior variance over the variance of the grouping: near 0 the level is known from the others only, near 1
        from its own answers.
    """

    grouping: int
    level: int
    asked: int
    raw: float | None
    effect: float
    effect_sd: float
    pooling: float


def shrinkage(draws: MultilevelDraws, cells: MultilevelCells) -> tuple[Shrinkage, ...]:
    """Show for every level how much came from its own answers.

    Parameters
    ----------
    draws, cells
        Of the same fit.

    Returns
    -------
    tuple of Shrinkage

    Source
        Pooling factors: Gelman & Pardoe 2006, Technometrics 48(2), 241–251.
    """
    made = []
    position = 0
    for grouping, levels in enumerate(draws.levels_n):
        variance = float((draws.scales[:, :, grouping] ** 2).mean())
        for level in range(levels):
            rows = cells.groups[:, grouping] == level
            asked, yes = int(cells.asked[rows].sum()), int(cells.yes[rows].sum())
            effect = draws.effects[:, :, position]
            sd = float(effect.std(ddof=1))
            pooling = 1 - sd * sd / variance if variance > 0 else 0.0
            raw = yes / asked if asked else None
            made.append(Shrinkage(grouping, level, asked, raw, float(effect.mean()), sd, pooling))
            position += 1
    return tuple(made)
