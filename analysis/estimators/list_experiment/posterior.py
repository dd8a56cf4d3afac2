"""List experiment with prior evidence: the posterior of the prevalence, with or without direct answers.

What belongs here: the model of types, and its sampler. What must not: where a
prior comes from, covariates, survey weights (the model has no place for them), checks of the list itself (`standing`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.errors import EstimationError
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.endorsement.hamiltonian import (
    DIVERGED,
    FIRST_STEP,
    LARGEST_STEP,
    LONGER,
    LONGEST,
    SHORTER,
    SHORTEST,
    approximate,
)
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.responses import ListResponses, list_responses
from analysis.estimators.variance import FloatArray, IntArray

UNIT = "share of respondents"
CHAINS, WARM_UP, DRAWS, MOST_DRAWS = 16, 60, 150, 9600
ACCEPTANCE = 0.75
# Of the logarithm of a gamma variable and of a logit; of the probability of a cell.
FARTHEST, SMALLEST = 30.0, 1e-290
R_HAT_LIMIT, LEAST_EFFECTIVE = 1.01, 400.0
# Of a Dirichlet prior on each type's counts: 1 makes every distribution over 0..J equally likely.
COUNT_CONCENTRATION = 1.0
# Positions of the types: does not hold the item; holds it and would deny it; holds it and would admit it.
NOT_HELD, DENIES, ADMITS = 0, 1, 2
NO, YES, NOT_ASKED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """What is known of a share beforehand: as if `a` of `a + b` people had said yes.

    Raises
    ------
    EstimationError
        When a number is not above 0.
    """

    a: float = 1.0
    b: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no beta distribution."""
        if not (0 < self.a < math.inf and 0 < self.b < math.inf):
            raise EstimationError(f"prior is {self.a:g},{self.b:g}; give two numbers above 0, such as 2,18")

    @property
    def mean(self) -> float:
        """Expected share."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """Of the share."""
        return self.mean * (1 - self.mean) / (self.a + self.b + 1)


FLAT = BetaPrior()


@dataclass(frozen=True, slots=True)
class PriorConflict:
    """How far the difference in means lies from the prior mean, in standard deviations of both together."""

    difference: float
    prior_mean: float
    distance: float
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class ListPosterior:
    """Posterior of a list experiment.

    Attributes
    ----------
    prevalence
        Posterior mean, standard deviation (as `se`) and central interval of the share that holds the item.
    admitting
        The same for the share of holders who would say yes directly; None without direct answers.
    draws
        (chains, draws) of the prevalence.
    diagnostics
        Of these draws.
    conflict
        Between list and prior.
    """

    prevalence: Estimate
    admitting: Estimate | None
    draws: FloatArray
    diagnostics: ChainDiagnostics
    conflict: PriorConflict


def list_posterior(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    rng: np.random.Generator,
    *,
    direct: npt.ArrayLike | None = None,
    prior: BetaPrior = FLAT,
    admitting_prior: BetaPrior = FLAT,
    most_draws: int = MOST_DRAWS,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ListPosterior:
    """Combine a list experiment with what is known of the prevalence beforehand, and with direct answers.

    Respondents are of three types: not holding the item, holding and denying it, holding and admitting it. Each type
    has its own distribution of the count of other items, so that holders may differ from others; a treated holder
    counts one more. Nobody says yes falsely, and the list's own assumptions hold. The interval never leaves the range
    of a share, and near its ends it is as long as prior and list together allow.

    Parameters
    ----------
    response, treat, items
        As in `list_responses`.
    rng
        All draws come from it.
    direct
        (n,) 1, 0, or NaN for those who were not asked, such as a whole arm.
    prior, admitting_prior
        Of the prevalence, and of the share of holders who admit.
    most_draws
        Of each chain; draws are doubled until the chains agree, or there are as many.
    confidence
        Of the central intervals.

    Returns
    -------
    ListPosterior

    Raises
    ------
    EstimationError
        As `list_responses`; when a direct answer is not 0, 1 or NaN, or somebody said yes directly and counted nothing
        on the list that held the item.

    Randomness
        From `rng`.

    Source
        Types, one-sided misreporting and informative priors: Lu & Traunmüller 2026, Political Science Research and
        Methods, doi:10.1017/psrm.2025.10084; the beta prior is that of `bayeslist(y ~ 1, prior = "BL")` of R bayeslist
        0.0.1.5. Without covariates the counts need no beta-binomial form: each type's are multinomial with a Dirichlet
        prior. Sampler: Neal 2011, Handbook of Markov Chain Monte Carlo, ch. 5.

    Example
    -------
    >>> y, z = [0, 1] * 10 + [1, 2] * 10, [0] * 20 + [1] * 20
    >>> made = list_posterior(y, z, 3, np.random.default_rng(1), prior=BetaPrior(2, 18))
    >>> 0 < made.prevalence.low < made.prevalence.value < made.prevalence.high < 1
    True
    """
    responses = list_responses(response, treat, items)
    cells = _cells(responses, direct)
    chains = _Chains(_Density(cells, responses.items, prior, None if direct is None else admitting_prior), rng)
    found = chains.run(most_draws)
    return ListPosterior(
        _summary("prevalence", chains.shares(0), responses.n, confidence),
        None if direct is None else _summary("admitting", chains.shares(1), responses.n, confidence),
        chains.shares(0),
        found,
        prior_conflict(response, treat, items, prior),
    )


def prior_conflict(response: npt.ArrayLike, treat: npt.ArrayLike, items: int, prior: BetaPrior) -> PriorConflict:
    """Compare the difference in means with what the prior expects; a small p-value says that one of them is wrong.

    Parameters
    ----------
    response, treat, items, prior
        As in `list_posterior`.

    Returns
    -------
    PriorConflict

    Source
        Prior predictive check, Box 1980, JRSS A 143(4), 383–430, with normal approximations.

    Example
    -------
    >>> prior_conflict([0, 1] * 10 + [1, 2] * 10, [0] * 20 + [1] * 20, 3, BetaPrior(1, 99)).p_value < 0.01
    True
    """
    means = difference_in_means(response, treat, items).difference
    assert means.value is not None and means.se is not None  # noqa: S101, PT018 - a difference always has both
    distance = (means.value - prior.mean) / math.sqrt(means.se**2 + prior.variance)
    return PriorConflict(means.value, prior.mean, distance, float(2 * stats.norm.sf(abs(distance))))


def is_mixed(found: ChainDiagnostics) -> bool:
    """Tell whether chains agree and are long enough."""
    return found.r_hat <= R_HAT_LIMIT and min(found.ess_bulk, found.ess_tail) >= LEAST_EFFECTIVE


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Respondents by arm, direct answer and count.

    Attributes
    ----------
    n
        (c,) how many.
    adds
        (c, k (J + 1)) 1 where a type with a count of other items may be in the cell.
    """

    n: FloatArray
    adds: FloatArray


def _cells(responses: ListResponses, direct: npt.ArrayLike | None) -> _Cells:
    y, z = responses.y.astype(np.int64), responses.treat
    rows, n = np.unique(np.column_stack([z, _direct(direct, y, z), y]), axis=0, return_counts=True)
    types = np.arange(2 if direct is None else 3)
    others = rows[:, [2]] - rows[:, [0]] * (types != NOT_HELD)
    is_possible = (types == ADMITS) == (rows[:, [1]] == YES)
    is_possible[rows[:, 1] == NOT_ASKED] = True
    adds = (others[:, :, None] == np.arange(responses.items + 1)) & is_possible[:, :, None]
    return _Cells(n.astype(np.float64), adds.reshape(len(n), -1).astype(np.float64))


def _direct(direct: npt.ArrayLike | None, y: IntArray, z: IntArray) -> IntArray:
    if direct is None:
        return np.full(len(y), NOT_ASKED)
    d = np.asarray(direct, dtype=np.float64)
    if d.shape != y.shape:
        raise EstimationError(
            f"direct has shape {d.shape}; give an answer, or NaN, for each of the {len(y)} respondents"
        )
    wrong = ~np.isnan(d) & ~np.isin(d, (0.0, 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(
            f"direct is {d[row]:g} at position {row + 1}; use 1, 0, or nothing where it was not asked"
        )
    if np.isnan(d).all():
        raise EstimationError("direct has no answer; leave it out")
    false = (d == 1) & (z == 1) & (y == 0)
    if false.any():
        raise EstimationError(
            f"direct is 1 at position {int(false.argmax()) + 1}, where the long list counts 0, and so for "
            f"{false.sum()} respondent(s): a false yes or a careless count, which the model does not know; "
            "leave direct out"
        )
    return np.where(np.isnan(d), NOT_ASKED, d).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Density:
    """Log posterior and its gradient, for many points at once; types of respondents summed out.

    A point holds the logit of the prevalence, with direct answers that of the share who admit, and for each type the
    logarithms of gamma variables, whose shares are Dirichlet.
    """

    cells: _Cells
    items: int
    prior: BetaPrior
    admitting_prior: BetaPrior | None

    @property
    def types(self) -> int:
        return int(self.cells.adds.shape[1]) // (self.items + 1)

    @property
    def logits(self) -> int:
        return 1 if self.admitting_prior is None else 2

    @property
    def size(self) -> int:
        return self.logits + self.types * (self.items + 1)

    def at(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values (s,) and gradients (s, d) at points (s, d)."""
        cells, n, width = self.cells, len(points), self.items + 1
        # The limits only keep numbers finite on paths that have left the density and will be refused.
        gamma = np.exp(np.clip(points[:, self.logits :], -FARTHEST, FARTHEST))
        theta = gamma / np.repeat(gamma.reshape(n, self.types, width).sum(axis=2), width, axis=1)
        shares = special.expit(np.clip(points[:, : self.logits], -FARTHEST, FARTHEST))
        weights = self._weights(shares)
        joint = np.repeat(weights, width, axis=1) * theta
        total = np.maximum(joint @ cells.adds.T, SMALLEST)
        # Expected respondents of each type and count, and of each type.
        counts = joint * ((cells.n / total) @ cells.adds)
        held = counts.reshape(n, self.types, width).sum(axis=2)
        value = np.log(total) @ cells.n + (COUNT_CONCENTRATION * np.log(gamma) - gamma).sum(axis=1)
        slope = np.empty_like(points)
        slope[:, self.logits :] = counts - np.repeat(held, width, axis=1) * theta + COUNT_CONCENTRATION - gamma
        for i, (prior, yes, no) in enumerate(self._splits(held)):
            value = value + prior.a * np.log(shares[:, i]) + prior.b * np.log1p(-shares[:, i])
            slope[:, i] = (yes + prior.a) * (1 - shares[:, i]) - (no + prior.b) * shares[:, i]
        return value, slope

    def _splits(self, held: FloatArray) -> list[tuple[BetaPrior, FloatArray, FloatArray]]:
        """Of each logit: its prior, and the expected respondents on either side."""
        found = [(self.prior, held[:, 1:].sum(axis=1), held[:, NOT_HELD])]
        return (
            found
            if self.admitting_prior is None
            else [*found, (self.admitting_prior, held[:, ADMITS], held[:, DENIES])]
        )

    def _weights(self, shares: FloatArray) -> FloatArray:
        """Shares of the types, (s, k)."""
        pi = shares[:, 0]
        if self.admitting_prior is None:
            return np.column_stack([1 - pi, pi])
        return np.column_stack([1 - pi, pi * (1 - shares[:, 1]), pi * shares[:, 1]])


class _Chains:
    """Hamiltonian chains in lockstep, in the space whitened by the normal approximation at the mode."""

    def __init__(self, density: _Density, rng: np.random.Generator) -> None:
        def single(theta: FloatArray, _: FloatArray) -> tuple[float, FloatArray]:
            value, slope = density.at(theta[None, :])
            return float(value[0]), slope[0]

        start = np.zeros(density.size)
        start[0] = special.logit(density.prior.mean)
        normal = approximate(single, start, np.zeros(0))
        self.density, self.rng, self.root, self.step = density, rng, normal.root, FIRST_STEP
        self.points = normal.mode + rng.normal(size=(CHAINS, density.size)) @ normal.root.T
        self.value, self.slope = density.at(self.points)
        self.draws: list[FloatArray] = []

    def run(self, most: int) -> ChainDiagnostics:
        """Warm up, then draw until the chains agree and are long enough, or have had their time."""
        for turn in range(WARM_UP):
            accepted = self._move()
            self.step = min(self.step * math.exp((accepted - ACCEPTANCE) / math.sqrt(1 + turn / 5)), LARGEST_STEP)
        while True:
            for _ in range(max(DRAWS, len(self.draws))):
                self._move()
                self.draws.append(special.expit(self.points[:, : self.density.logits]))
            found = diagnose(self.shares(0))
            if is_mixed(found) or len(self.draws) >= most:
                return found

    def shares(self, which: int) -> FloatArray:
        """(chains, draws) of the prevalence, 0, or of the share who admit, 1."""
        return np.column_stack([draw[:, which] for draw in self.draws])

    def _move(self) -> float:
        """One path of every chain; mean acceptance probability."""
        step = self.step * self.rng.uniform(SHORTER, LONGER)
        steps = max(1, round(self.rng.uniform(SHORTEST, LONGEST) / step))
        momentum = self.rng.normal(size=self.points.shape)
        before = self.value - 0.5 * (momentum**2).sum(axis=1)
        points, value, slope = self.points, self.value, self.slope
        for _ in range(steps):
            momentum = momentum + 0.5 * step * slope @ self.root
            points = points + step * momentum @ self.root.T
            value, slope = self.density.at(points)
            momentum = momentum + 0.5 * step * slope @ self.root
        gain = value - 0.5 * (momentum**2).sum(axis=1) - before
        chance = np.exp(np.maximum(np.minimum(gain, 0.0), -DIVERGED))
        taken = self.rng.random(CHAINS) < chance
        self.points = np.where(taken[:, None], points, self.points)
        self.value = np.where(taken, value, self.value)
        self.slope = np.where(taken[:, None], slope, self.slope)
        return float(chance.mean())


def _summary(term: str, draws: FloatArray, n: int, confidence: float) -> Estimate:
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(
        term=term,
        value=math.fsum(draws.ravel()) / draws.size,
        se=float(draws.std(ddof=1)),
        low=float(low),
        high=float(high),
        confidence=confidence,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit=UNIT,
        method="posterior under a beta prior, Hamiltonian sampling",
    )
