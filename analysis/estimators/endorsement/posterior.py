"""Ordered-probit ideal points: priors, and the density of the parameters with its gradient.

What belongs here: the parameter vector, the likelihood with ideal points and support integrated out, the priors.
What must not: sampling (`hamiltonian`), summaries (`ideal_points`), coding of answers (`prepare`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from analysis.estimators.endorsement.soft_bounds import (
    BETA_SOFTNESS,
    SMALLEST_VARIANCE,
    TINY,
    bounded_variance,
    hard_beta,
    log_slope,
)
from analysis.estimators.variance import FloatArray, IntArray

# Width of the soft bounds of ω² and τ² before anything is known of their posterior.
FIRST_SOFTNESS = 0.2
# Updates of the variances over policies for each path of the rest: they cost little beside a path, and with fewer the
# means over policies, whose spread follows these variances, mix last.
SLICES = 5
# Ideal points are integrated out by the trapezoid rule on ±LARGEST_POINT. Given the answers their density is never
# narrower than 1/√(1 + Σβ²); nodes that lie closer than SPACING of these miss a Gaussian one by 3e-6 at most.
LARGEST_POINT, SPACING = 5.0, 1.25
NODES = (21, 27, 35, 45, 59, 77, 101, 131, 171, 223)
LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the ideal-point model.

    Attributes
    ----------
    normal_variance
        Of β (above 0), the first cut point, effects on ideal points, and means of support over policies; all mean 0.
    largest_variance
        Variances are uniform between 0 and this: of support within policies (ω²) and over policies (φ²), and of ideal
        points and support over areas (τ²).
    gap_rate
        Distances between cut points are exponential with this rate: .1 is flat for any scale in use, and proper.

    Source
        What R endorse 1.6.2 samples from: normal with precision .04, and, whatever its help page says of scaled inverse
        chi-squares with ten degrees of freedom, uniform variances cut at 10.
    """

    normal_variance: float = 25.0
    largest_variance: float = 10.0
    gap_rate: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """One point of the parameter space.

    Attributes
    ----------
    beta, alpha
        (J,) discrimination, above 0; (J, L − 1) increasing cut points, infinite where a policy has fewer.
    lam, omega2
        (S, K, p) effects on support, (S, K) variances of support: S is J, or 1 when policies share them.
    delta
        (p − 1,) effects on ideal points; their location is fixed at 0.
    area, tau2
        (A, 1 + K) what an area adds to its ideal points and to its support of each endorser, whatever the policy, and
        (1 + K,) variances of these over areas; (0, 1 + K) and (0,) without areas.
    """

    beta: FloatArray
    alpha: FloatArray
    lam: FloatArray
    omega2: FloatArray
    delta: FloatArray
    area: FloatArray
    tau2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Distinct combinations of covariate row, policy, endorser and answer, (M,) each, and who gave them.

    Attributes
    ----------
    row, policy, endorser, answer
        Endorser 0 is none; answers are counted from 0 within their policy.
    pattern, pattern_n
        (P, M) which cells make up each distinct pattern of answers, and (P,) how many respondents gave it.
    """

    row: IntArray
    policy: IntArray
    endorser: IntArray
    answer: IntArray
    pattern: sparse.csr_array
    pattern_n: FloatArray


class Posterior:
    """Density of the unconstrained parameter vector, and its gradient.

    The vector holds softly bounded log β/(1 + β), first cut points and log gaps in standard deviations √(1 + β²) of
    the policy's latent scale, λ, softly bounded ω², δ, effects of areas in standard deviations τ, and softly bounded
    τ². Few answers say how well the best policy measures: its β has
    hardly an upper limit. In these units that long tail is short, and does not drag the cut points along. Ideal points
    are integrated out by quadrature, support and the means of λ over policies in closed form, so that nothing is left
    that would tie one draw to the next. Variances of λ over policies (φ²) are given from outside: with them the density
    has a spike where all λ are equal.
    """

    def __init__(
        self,
        Z: FloatArray,
        cells: Cells,
        categories: IntArray,
        endorsers_n: int,
        *,
        prior: Prior,
        is_common: bool = False,
        area: IntArray | None = None,
        softness: float | FloatArray = FIRST_SOFTNESS,
        known: float | FloatArray = 0.0,
    ) -> None:
        """Prepare the indices.

        Parameters
        ----------
        Z
            (U, p) rows of covariates, intercept first; distinct, together with their area.
        cells, categories, endorsers_n
            Answers; (J,) number of categories of each policy; K.
        prior, is_common
            Prior; whether policies share λ and ω².
        area
            (U,) area of each row, counted from 0; None without areas.
        softness
            Width of the soft bounds of all ω², (S, K) in one row, and τ², (1 + K,).
        known
            (K, p) φ² above which answers rather than φ² say how far λ differ between policies.
        """
        self.Z, self.cells, self.categories, self.prior, self.is_common = Z, cells, categories, prior, is_common
        self.J, self.K, self.p, self.L = len(categories), endorsers_n, Z.shape[1], int(categories.max())
        self.has_gap = np.arange(self.L - 2)[None, :] < categories[:, None] - 2
        S = 1 if is_common else self.J
        self.area, self.A = area, 0 if area is None else int(area.max()) + 1
        by_area = [self.A * (1 + self.K), (1 + self.K) * (self.A > 0)]
        sizes = [self.J, self.J, int(self.has_gap.sum()), S * self.K * self.p, S * self.K, self.p - 1, *by_area]
        self.cuts: list[int] = [0, *np.cumsum(sizes).tolist()]
        self.S = S
        self.known: FloatArray = np.broadcast_to(np.asarray(known, dtype=np.float64), (endorsers_n, self.p)).copy()
        self.soft: IntArray = np.concatenate([np.arange(*self.cuts[i : i + 2]) for i in (4, 7)])
        self.softness: FloatArray = np.broadcast_to(np.asarray(softness, dtype=np.float64), self.soft.shape).copy()

    @property
    def size(self) -> int:
        """Length of the parameter vector."""
        return self.cuts[-1]

    def tuned(self, softness: FloatArray, known: FloatArray) -> Posterior:
        """The same density with other soft bounds, and stretched otherwise."""
        return Posterior(
            self.Z,
            self.cells,
            self.categories,
            self.K,
            prior=self.prior,
            is_common=self.is_common,
            area=self.area,
            softness=softness,
            known=known,
        )

    def blocks(self, theta: FloatArray) -> list[FloatArray]:
        """The parts of a vector: soft β, first cut, log gaps, λ, soft ω², δ, scaled effects of areas, soft τ²."""
        return [theta[i:j] for i, j in pairwise(self.cuts)]

    def unpack(self, theta: FloatArray) -> Parameters:
        """Turn the unconstrained vector into parameters."""
        log_beta, first, log_gap, lam, _, delta, scaled, _ = self.blocks(self._in_probit_units(theta))
        gaps = np.where(self.has_gap, 0.0, np.inf)
        gaps[self.has_gap] = np.exp(log_gap)
        alpha = first[:, None] + np.concatenate([np.zeros((self.J, 1)), np.cumsum(gaps, axis=1)], axis=1)
        variances = bounded_variance(theta[self.soft], self.softness, self.prior.largest_variance)
        omega2, tau2 = np.split(variances, [self.S * self.K])
        area = scaled.reshape(self.A, 1 + self.K) * np.sqrt(tau2) if self.A else np.zeros((0, 1 + self.K))
        lam = lam.reshape(self.S, self.K, self.p)
        return Parameters(np.exp(log_beta), alpha, lam, omega2.reshape(self.S, self.K), delta, area, tau2)

    def _in_probit_units(self, theta: FloatArray) -> FloatArray:
        """Give log β, and cut points in units of the probit error instead of the latent scale."""
        beta = hard_beta(theta[: self.J])
        plain, unit = theta.copy(), np.sqrt(1 + beta**2)
        plain[: self.J] = np.log(beta)
        plain[self.cuts[1] : self.cuts[2]] *= unit
        plain[self.cuts[2] : self.cuts[3]] += np.log(unit)[self._gap_policy]
        return plain

    @cached_property
    def _gap_policy(self) -> IntArray:
        return np.nonzero(self.has_gap)[0]

    def _to_latent_units(self, theta: FloatArray, value: float, slope: FloatArray) -> tuple[float, FloatArray]:
        """Carry a log density and its gradient from probit units to the vector."""
        soft = theta[: self.J] / BETA_SOFTNESS
        beta = hard_beta(theta[: self.J])
        square = beta**2
        unit = np.sqrt(1 + square)
        first, gap = (slice(*self.cuts[i : i + 2]) for i in (1, 2))
        turned = slope.copy()
        turned[first] *= unit
        from_gaps = np.bincount(self._gap_policy, slope[gap], self.J)
        turned[: self.J] += (slope[first] * theta[first] * unit + from_gaps + 1) * square / (1 + square)
        log_steep = np.log1p(beta) + special.log_expit(-soft)  # of log β in its soft form
        turned[: self.J] = (turned[: self.J] + beta / (1 + beta)) * np.exp(log_steep)
        turned[: self.J] -= special.expit(soft) / BETA_SOFTNESS
        return value + float(np.sum(np.log(unit)) + np.sum(log_steep)), turned

    def log_likelihood(self, theta: FloatArray) -> float:
        """Marginal log-likelihood."""
        edges = self._edges(self.unpack(theta))
        by_node = self.cells.pattern @ edges.log_probability + edges.log_weight
        return float(self.cells.pattern_n @ special.logsumexp(by_node, axis=1))

    def log_density(self, theta: FloatArray, phi2: FloatArray) -> tuple[float, FloatArray]:
        """Log posterior density of the vector given (K, p) φ², Jacobian included, and its gradient.

        Source
            Fisher's identity: the gradient of the marginal log-likelihood is that of the complete one, averaged over
            the posterior weights of the nodes.
        """
        at = self.unpack(theta)
        edges = self._edges(at)
        by_node = self.cells.pattern @ edges.log_probability + edges.log_weight
        top = by_node.max(axis=1)
        share = np.exp(by_node - top[:, None])
        total = share.sum(axis=1)
        share *= (self.cells.pattern_n / total)[:, None]
        value = float(self.cells.pattern_n @ (np.log(total) + top))
        plain = self._in_probit_units(theta)
        prior, slope = self._log_prior(plain, at, phi2)
        slope = self._likelihood_slope(plain, at, edges, self._transposed @ share) + slope
        return self._to_latent_units(theta, value + prior, slope)

    @cached_property
    def _transposed(self) -> sparse.csr_array:
        return self.cells.pattern.T.tocsr()

    @cached_property
    def _is_named(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.cells.endorser > 0)

    @cached_property
    def _shared(self) -> IntArray:
        """Row of λ and ω² of each cell."""
        return np.zeros_like(self.cells.policy) if self.is_common else self.cells.policy

    @cached_property
    def _actor(self) -> IntArray:
        return np.maximum(self.cells.endorser - 1, 0)

    @cached_property
    def _bounds(self) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which cut points lie above and below each cell, and whether there is none."""
        top = self.cells.answer == self.categories[self.cells.policy] - 1
        bottom = self.cells.answer == 0
        return np.where(top, 0, self.cells.answer), np.where(bottom, 0, self.cells.answer - 1), top, bottom

    @cached_property
    def _sums(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Matrices that sum cells by the cut point above, by the one below, and by policy and endorser."""
        c, (above, below, _, _) = self.cells, self._bounds
        places = [c.policy * (self.L - 1) + above, c.policy * (self.L - 1) + below, self._shared * self.K + self._actor]
        sizes = [self.J * (self.L - 1)] * 2 + [self.S * self.K]
        made = [(np.arange(n)[:, None] == at).astype(float) for at, n in zip(places, sizes, strict=True)]
        return made[0], made[1], made[2] * self._is_named

    @cached_property
    def _rows(self) -> FloatArray:
        """Covariates of each cell."""
        return np.asarray(self.Z[self.cells.row])

    def _edges(self, at: Parameters) -> _Edges:
        c, (above, below, is_top, is_bottom) = self.cells, self._bounds
        offset = (self.Z[:, 1:] @ at.delta)[c.row]
        effect = np.einsum("mp,mp->m", self._rows, at.lam[self._shared, self._actor])
        if self.area is not None:
            offset = offset + at.area[self.area[c.row], 0]
            effect = effect + at.area[self.area[c.row], 1 + self._actor]
        centre = offset + np.where(self._is_named, effect, 0.0)
        omega2 = np.where(self._is_named, at.omega2[self._shared, self._actor], 0.0)
        beta, (t, log_weight) = at.beta[c.policy], _rule(at.beta)
        spread = np.sqrt(1 + beta**2 * omega2)
        mean = beta[:, None] * (centre[:, None] + t)
        high = (at.alpha[c.policy, above][:, None] - mean) / spread[:, None]
        low = (at.alpha[c.policy, below][:, None] - mean) / spread[:, None]
        high[is_top], low[is_bottom] = np.inf, -np.inf
        flip = np.where(low > 0, -1.0, 1.0)  # both tails keep their digits
        p = np.maximum(np.abs(special.ndtr(flip * high) - special.ndtr(flip * low)), TINY)
        return _Edges(beta, centre, omega2, spread, high, low, p, np.log(p), t, log_weight)

    def _likelihood_slope(self, theta: FloatArray, at: Parameters, e: _Edges, weight: FloatArray) -> FloatArray:
        """Gradient of Σ weight × log probability in the vector; weight is (M, Q)."""
        c, (_, _, is_top, is_bottom) = self.cells, self._bounds
        scaled = weight / e.p
        up = scaled * np.exp(-0.5 * (e.high**2 + LOG_2PI))
        down = scaled * np.exp(-0.5 * (e.low**2 + LOG_2PI))
        pull = down - up  # times −1/σ of the mean
        with np.errstate(invalid="ignore"):
            stretch = np.where(is_bottom[:, None], 0.0, down * e.low) - np.where(is_top[:, None], 0.0, up * e.high)
        by_mean, by_node = pull.sum(axis=1) / e.spread, (pull @ e.t) / e.spread
        by_spread = stretch.sum(axis=1) / e.spread
        in_beta = by_mean * e.centre + by_node + by_spread * e.beta * e.omega2 / e.spread
        in_omega = by_spread * e.beta**2 / (2 * e.spread)
        in_centre = by_mean * e.beta
        from_above = np.where(is_top, 0.0, up.sum(axis=1) / e.spread)
        from_below = np.where(is_bottom, 0.0, -down.sum(axis=1) / e.spread)
        (to_above, to_below, to_effect), rows = self._sums, self._rows
        cut = (to_above @ from_above + to_below @ from_below).reshape(self.J, self.L - 1)
        in_effect = to_effect @ np.column_stack([rows * in_centre[:, None], in_omega])
        log_gap = self.blocks(theta)[2]
        in_area, in_tau = self._in_areas(in_centre, at)
        in_variance = np.concatenate([in_effect[:, -1], in_tau]) * np.exp(self._log_slope(theta)[0])
        omega, tau = np.split(in_variance, [self.S * self.K])
        from_here = np.cumsum(cut[:, ::-1], axis=1)[:, ::-1]
        return np.concatenate(
            [
                at.beta * np.bincount(c.policy, in_beta, self.J),
                from_here[:, 0],
                from_here[:, 1:][self.has_gap] * np.exp(log_gap),
                in_effect[:, :-1].ravel(),
                omega,
                rows[:, 1:].T @ in_centre,
                in_area,
                tau,
            ]
        )

    def _in_areas(self, in_centre: FloatArray, at: Parameters) -> tuple[FloatArray, FloatArray]:
        """Gradient in the scaled effects of areas, and in τ², of a sum with this gradient in the centres."""
        if self.area is None:
            return np.zeros(0), np.zeros(0)
        width, area = 1 + self.K, self.area[self.cells.row]
        effect = np.where(self._is_named, in_centre, 0.0)
        whole = np.zeros(self.A * width)
        whole += np.bincount(area * width, in_centre, self.A * width)
        whole += np.bincount(area * width + 1 + self._actor, effect, self.A * width)
        by_area: FloatArray = whole.reshape(self.A, width)
        in_tau2: FloatArray = np.sum(by_area * at.area, axis=0) / (2 * at.tau2)
        return (by_area * np.sqrt(at.tau2)).ravel(), in_tau2

    def _log_slope(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log prior of the soft forms of ω² and τ², and its derivative."""
        return log_slope(theta[self.soft], self.softness, self.prior.largest_variance)

    def _log_prior(self, theta: FloatArray, at: Parameters, phi2: FloatArray) -> tuple[float, FloatArray]:
        """Log prior, Jacobian included, and its gradient."""
        log_beta, first, log_gap, _, _, delta, scaled, _ = self.blocks(theta)
        v, rate, gap = self.prior.normal_variance, self.prior.gap_rate, np.exp(log_gap)
        of_variances, in_soft = self._log_slope(theta)
        omega, tau = np.split(in_soft, [self.S * self.K])
        effects, in_lam = self._log_prior_of_effects(at.lam, phi2)
        value = (
            float(np.sum(log_beta) + np.sum(log_gap) - rate * np.sum(gap) + effects)
            - float(np.sum(at.beta**2) + np.sum(first**2) + np.sum(delta**2)) / (2 * v)
            + float(np.sum(of_variances) - np.sum(scaled**2) / 2)
        )
        slope = [1 - at.beta**2 / v, -first / v, 1 - rate * gap, in_lam.ravel(), omega, -delta / v, -scaled, tau]
        return value, np.concatenate(slope)

    def _log_prior_of_effects(self, lam: FloatArray, phi2: FloatArray) -> tuple[float, FloatArray]:
        """λ over policies is normal around a mean, which is integrated out; shared λ is normal around 0."""
        v = self.prior.normal_variance
        if self.is_common:
            return -float(np.sum(lam**2)) / (2 * v), -lam / v
        mean = lam.sum(axis=0) / self.J
        off = lam - mean
        value = float(self.effects_given(np.sum(off * off, axis=0), mean * mean, phi2).sum())
        return value, -off / phi2 - mean / (phi2 + self.J * v)

    def effects_given(self, within: FloatArray, mean2: FloatArray, phi2: FloatArray) -> FloatArray:
        """Log density of λ over policies for each endorser and covariate, (K, p).

        It depends on λ by their sum of squares around their mean, and by the square of that mean.
        """
        whole = phi2 + self.J * self.prior.normal_variance
        told = (self.J - 1) * np.log(phi2) + np.log(whole) + within / phi2 + self.J * mean2 / whole
        return np.asarray(-0.5 * told)

    def stretch(self, move: FloatArray, phi2: FloatArray, /, *, is_back: bool = False) -> FloatArray:
        """Shrink, or stretch back, how far a move takes the λ of policies apart, to what small variances φ² leave."""
        if self.is_common:
            return move
        share = np.sqrt(phi2 / (phi2 + self.known))
        moved, lam = move.copy(), slice(*self.cuts[3:5])
        effects = move[lam].reshape(self.J, self.K, self.p)
        mean = effects.mean(axis=0)
        moved[lam] = (mean + (effects - mean) * (1 / share if is_back else share)).ravel()
        return moved

    def first_phi2(self) -> FloatArray:
        """Variances over policies from which a chain starts, (K, p)."""
        return np.full((self.K, self.p), self.prior.largest_variance / 20)

    def draw_phi2(self, theta: FloatArray, phi2: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw the variances of λ over policies given λ, (K, p).

        Source
            Elliptical slice sampling of the normal scores of φ²: Murray, Adams & MacKay 2010, AISTATS 9.
        """
        if self.is_common:
            return phi2
        lam, largest = self.unpack(theta).lam, self.prior.largest_variance
        mean, z = lam.mean(axis=0), special.ndtri(phi2 / largest)
        within, mean2 = np.sum((lam - mean) ** 2, axis=0), mean**2
        for _ in range(SLICES):
            level = self.effects_given(within, mean2, largest * special.ndtr(z)) - rng.exponential(size=z.shape)
            other, angle = rng.normal(size=z.shape), rng.uniform(0, 2 * np.pi, z.shape)
            low, high = angle - 2 * np.pi, angle.copy()
            while True:
                moved = z * np.cos(angle) + other * np.sin(angle)
                variance = np.maximum(largest * special.ndtr(moved), SMALLEST_VARIANCE)
                is_out = self.effects_given(within, mean2, variance) < level
                if not is_out.any():
                    break
                low, high = np.where(is_out & (angle < 0), angle, low), np.where(is_out & (angle >= 0), angle, high)
                angle = np.where(is_out, rng.uniform(low, high), angle)
            z = moved
        return np.asarray(np.maximum(largest * special.ndtr(z), SMALLEST_VARIANCE))

    def draw_means(self, lam: FloatArray, phi2: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw the means of λ over policies, (K, p), which the density leaves out."""
        precision = 1 / self.prior.normal_variance + self.J / phi2
        noise = rng.normal(size=phi2.shape) / np.sqrt(precision)
        return np.asarray(lam.sum(axis=0) / phi2 / precision + noise)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Per cell (M,), cell and node (M, Q) or node (Q,): what the likelihood and its gradient share."""

    beta: FloatArray
    centre: FloatArray
    omega2: FloatArray
    spread: FloatArray
    high: FloatArray
    low: FloatArray
    p: FloatArray
    log_probability: FloatArray
    t: FloatArray
    log_weight: FloatArray


def _rule(beta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fewest nodes that are close enough for policies that measure so well, and their log weights, (Q,)."""
    needed = 2 * LARGEST_POINT * math.sqrt(1 + float(beta @ beta)) / SPACING
    return _trapezoids(next((n for n in NODES if n > needed), NODES[-1]))


@cache
def _trapezoids(nodes: int) -> tuple[FloatArray, FloatArray]:
    t = np.linspace(-LARGEST_POINT, LARGEST_POINT, nodes)
    return t, -0.5 * t**2 - float(special.logsumexp(-0.5 * t**2))
