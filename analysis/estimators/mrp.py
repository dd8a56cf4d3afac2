"""Multilevel regression and poststratification of a yes/no answer.

What belongs here: a multilevel logit by Hamiltonian Monte Carlo, poststratification, how much was borrowed from whom.
What must not: where the population's cells come from (name the population for what it is: registered adults in hosts
that disaggregate are not a diaspora), survey weights (what drove selection belongs among the covariates and groupings).

An interval ends at 0 (or 1) where the answers alone leave it open that nobody (or everybody) holds it: a posterior on
the logit scale could never say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.endorsement.hamiltonian import Sampler, Target, approximate
from analysis.estimators.estimate import DEFAULT_CONFIDENCE
from analysis.estimators.mrp_posterior import (
    INDIRECT_PRIOR,
    Likelihood,
    MultilevelPrior,
    Posterior,
    direct_answers,
    masked_answers,
)
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.shares import ShareEvidence, share_interval
from analysis.estimators.variance import FloatArray, IntArray

R_HAT_LIMIT = 1.01
LEAST_EFFECTIVE = 400.0


class GroupedAnswers(Protocol):
    """Answers by cells that share covariates and groups, given in any way."""

    @property
    def X(self) -> FloatArray:  # noqa: N802  # as in the papers
        """(c, p), intercept first."""

    @property
    def groups(self) -> IntArray:
        """(c, f) level of each grouping."""

    @property
    def levels_n(self) -> tuple[int, ...]:
        """Levels of each grouping."""

    @property
    def likelihood(self) -> Likelihood:
        """Of the answers at the cells' logits."""

    @property
    def prior(self) -> MultilevelPrior:
        """What is believed before answers of this kind, unless something else is."""

    @property
    def leaves_open(self) -> tuple[bool, bool]:
        """Whether the answers alone leave it open that nobody holds it, and that everybody does."""


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
    device
        That answers went through, None for direct ones: the share is that of holders.
    """

    yes: IntArray
    asked: IntArray
    X: FloatArray
    groups: IntArray
    levels_n: tuple[int, ...]
    device: Device | None = None

    @property
    def likelihood(self) -> Likelihood:
        """Binomial in each cell, behind the device if there is one."""
        if self.device is None:
            return direct_answers(self.yes, self.asked)
        return masked_answers(self.yes, self.asked, self.device)

    @property
    def prior(self) -> MultilevelPrior:
        """The default of `MultilevelPrior`, `INDIRECT_PRIOR` behind a device."""
        return MultilevelPrior() if self.device is None else INDIRECT_PRIOR

    @property
    def leaves_open(self) -> tuple[bool, bool]:
        """Whether the exact interval of all answers holds the share of yes if nobody held it, and if everybody did."""
        yes, asked = int(self.yes.sum()), int(self.asked.sum())
        share, evidence = yes / asked, ShareEvidence(asked, max(asked - 1, 1))
        limits = share_interval(share, share * (1 - share) / asked, evidence)
        nobody, everybody = (0.0, 1.0) if self.device is None else map(self.device.yes_given, (0, 1))
        return limits.low <= nobody <= limits.high, limits.low <= everybody <= limits.high


def multilevel_cells(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    groups: npt.ArrayLike,
    levels_n: Sequence[int],
    device: Device | None = None,
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
    device
        Where answers went through a random device.

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
    check_groups(len(answer), x, g, levels_n)
    rows, inverse = np.unique(np.column_stack([x, g.astype(np.float64)]), axis=0, return_inverse=True)
    asked = np.bincount(inverse.ravel())
    yes = np.bincount(inverse.ravel(), weights=answer).round().astype(np.int64)
    cut = x.shape[1]
    return MultilevelCells(
        yes, asked.astype(np.int64), rows[:, :cut], rows[:, cut:].astype(np.int64), tuple(map(int, levels_n)), device
    )


def check_groups(n: int, x: FloatArray, g: npt.NDArray[np.int64], levels_n: Sequence[int]) -> None:
    """Refuse covariates and groups that do not fit the answers.

    Parameters
    ----------
    n
        Answers.
    x, g, levels_n
        (n, p) covariates, (n, f) levels, and how many there are of each grouping.

    Raises
    ------
    EstimationError
        When shapes differ, the intercept is missing, or a level is out of range.
    """
    if x.ndim != 2 or g.ndim != 2 or not n == len(x) == len(g) or g.shape[1] != len(levels_n):
        raise EstimationError(f"X has shape {x.shape}, groups {g.shape} for {n} answers; give a row for each")
    if not (x[:, 0] == 1).all() or not np.isfinite(x).all():
        raise EstimationError("X needs a first column of ones and no missing value")
    if (g < 0).any() or (g >= np.asarray(levels_n)).any():
        raise EstimationError("groups hold a level outside 0 to levels_n - 1; check the codes")


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
    leaves_open
        Whether the answers alone leave it open that nobody holds it, and that everybody does.
    """

    beta: FloatArray
    effects: FloatArray
    scales: FloatArray
    prior: MultilevelPrior
    levels_n: tuple[int, ...]
    leaves_open: tuple[bool, bool] = (False, False)

    def diagnostics(self) -> tuple[ChainDiagnostics, ...]:
        """Of every coefficient and scale."""
        blocks = np.concatenate([self.beta, self.scales], axis=2)
        return tuple(diagnose(blocks[:, :, k]) for k in range(blocks.shape[2]))


def sample_multilevel(
    cells: GroupedAnswers,
    rng: np.random.Generator,
    *,
    prior: MultilevelPrior | None = None,
    chains: int = 4,
    draws: int = 1000,
    warm_up: int = 500,
) -> MultilevelDraws:
    """Sample the posterior of a multilevel logit.

    Parameters
    ----------
    cells
        Of `multilevel_cells` or `mrp_list.list_cells`.
    rng
        Spawned for each chain.
    prior
        That of the kind of answers if None.
    chains, draws, warm_up
        Chains, draws kept of each, and draws before those.

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
        Neal 2011, Handbook of Markov Chain Monte Carlo, ch. 5.
    """
    made = prior or cells.prior
    if min(made.intercept_sd, made.slope_sd, made.scale, made.degrees_of_freedom) <= 0:
        raise EstimationError("prior holds a standard deviation of 0 or less; give positive numbers")
    if draws < 10 or chains < 1:
        raise EstimationError(f"draws is {draws} in {chains} chain(s); take at least 10")
    posterior = Posterior(cells.X, cells.groups, cells.levels_n, cells.likelihood, made)
    target = Target(
        posterior.density,
        lambda _theta, rest, _rng: rest,
        lambda move, _, is_back=False: move,
        posterior.renew,
    )
    nothing = np.zeros(0)
    sampler = Sampler(
        target, approximate(posterior.density, np.zeros(posterior.size), nothing), nothing, rng.spawn(chains)
    )
    sampler.warm_up(warm_up)
    sampler.draw(draws)
    return MultilevelDraws(*posterior.parts(sampler.draws), made, cells.levels_n, cells.leaves_open)


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
    share = special.expit(predictor)
    made = (_share(term, share, np.where(rows, n, 0.0), confidence) for term, rows in domains.items())
    nobody, everybody = draws.leaves_open
    return tuple(replace(s, low=0.0 if nobody else s.low, high=1.0 if everybody else s.high) for s in made)


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
