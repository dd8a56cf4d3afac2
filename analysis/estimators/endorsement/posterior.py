"""Posterior of the ideal-point model of endorsement experiments, with ideal points and support integrated out.

What belongs here: the parameter vector, the marginal likelihood by quadrature and its gradient, the priors.
What must not: sampling (`ideal_points`), summaries.

The model: P(Y_ij > l) = Φ(β_j (x_i + s_ijk) − α_jl), x_i ~ N(z_i'δ, 1), s_ijk ~ N(z_i'λ_jk, ω²_jk) and 0 without
endorsement. Support s is integrated out exactly, x by Gauss–Hermite quadrature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from analysis.estimators.variance import FloatArray, IntArray

NODES = 21
# Normal priors as R endorse 1.6.2. Scaled inverse chi-square of one degree of freedom and scale 1 for the variances:
# weaker than R's documented default (ten degrees of freedom), which does not match its own posteriors. Effects agree
# with long R runs to half a posterior standard deviation; the variances of support come out higher than R's.
PRIOR_VARIANCE = 25.0
INVERSE_GAMMA = (0.5, 0.5)
TINY = 1e-300
DIFFERENCE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """One point of the parameter space.

    Attributes
    ----------
    beta, alpha
        (J,) discrimination, above 0; (J, L − 1) increasing cut points.
    lam, omega2
        (J, K, p) effects on support, (J, K) variances of support.
    delta
        (p − 1,) effects on ideal points; their location is fixed at 0.
    """

    beta: FloatArray
    alpha: FloatArray
    lam: FloatArray
    omega2: FloatArray
    delta: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Data prepared for fast evaluation: distinct covariate rows, and indices of each answer.

    Attributes
    ----------
    Z
        (U, p) distinct rows of covariates, intercept first.
    row, answer, endorser
        (n,) row of Z; (n, J) category 0..L − 1, −1 missing; (n, J) 0..K.
    K, L
        Endorsers and categories.
    """

    Z: FloatArray
    row: IntArray
    answer: IntArray
    endorser: IntArray
    K: int
    L: int

    @property
    def cuts(self) -> list[int]:
        """Where the blocks β, first cut, gaps, λ, ω², δ of the parameter vector begin and end."""
        J, K, p = self.answer.shape[1], self.K, self.Z.shape[1]
        return [0, *np.cumsum([J, J, J * (self.L - 2), J * K * p, J * K, p - 1]).tolist()]

    def unpack(self, theta: FloatArray) -> Parameters:
        """Turn the unconstrained vector into parameters."""
        J, K, p = self.answer.shape[1], self.K, self.Z.shape[1]
        beta, first, gap, lam, omega, delta = (theta[i:j] for i, j in pairwise(self.cuts))
        gaps = np.cumsum(np.exp(gap).reshape(J, self.L - 2), axis=1)
        alpha = np.column_stack([first, first[:, None] + gaps])
        return Parameters(np.exp(beta), alpha, lam.reshape(J, K, p), np.exp(omega).reshape(J, K), delta)

    def log_likelihood(self, theta: FloatArray) -> float:
        """Marginal log-likelihood."""
        return float(special.logsumexp(self._by_node(self._table(self.unpack(theta))), axis=1).sum())

    def _by_node(self, table: FloatArray) -> FloatArray:
        """Log density of each respondent's answers at each node, weights of the nodes included, (n, Q)."""
        weight = np.polynomial.hermite_e.hermegauss(NODES)[1]
        policies = np.arange(self.answer.shape[1])
        picked = table[self.row[:, None], policies, self.endorser, self.answer]  # −1 is the last: a missing answer
        return np.asarray(picked.sum(axis=1) + np.log(weight / weight.sum()))

    def _table(self, at: Parameters) -> FloatArray:
        """Log P(Y = l) at each node, (U, J, K + 1, L + 1, Q); the last category is missing, which is certain."""
        t = np.polynomial.hermite_e.hermegauss(NODES)[0]
        U, (J, K), Q = len(self.Z), at.omega2.shape, len(t)
        x = (self.Z[:, 1:] @ at.delta)[:, None] + t
        support = np.concatenate([np.zeros((U, J, 1)), np.einsum("up,jkp->ujk", self.Z, at.lam)], axis=2)
        spread = np.concatenate([np.ones((J, 1)), np.sqrt(1 + at.beta[:, None] ** 2 * at.omega2)], axis=1)
        mean = at.beta[:, None, None] * (x[:, None, None, :] + support[..., None])
        edges = (at.alpha[:, None, :, None] - mean[:, :, :, None, :]) / spread[..., None, None]
        shape = (U, J, K + 1, 1, Q)
        below = np.concatenate([np.zeros(shape), special.ndtr(edges), np.ones(shape)], axis=3)
        table = np.zeros((U, J, K + 1, self.L + 1, Q))
        table[..., : self.L, :] = np.log(np.maximum(np.diff(below, axis=3), TINY))
        return table

    def log_prior(self, theta: FloatArray, mean: FloatArray, phi2: FloatArray) -> float:
        """Log prior of the vector given (K, p) means and variances of λ, Jacobian included."""
        at, cuts = self.unpack(theta), self.cuts
        shape, rate = INVERSE_GAMMA
        normal = math.fsum(float(np.sum(x**2)) for x in (at.beta, at.alpha[:, 0], at.delta)) / (2 * PRIOR_VARIANCE)
        effects = float(np.sum((at.lam - mean) ** 2 / (2 * phi2)))
        variances = float(np.sum(shape * np.log(at.omega2) + rate / at.omega2))
        jacobian = float(np.sum(theta[: cuts[1]]) + np.sum(theta[cuts[2] : cuts[3]]))
        return jacobian - normal - effects - variances

    def log_density(self, theta: FloatArray, mean: FloatArray, phi2: FloatArray) -> tuple[float, FloatArray]:
        """Log posterior given the hyperparameters, and its gradient.

        By Fisher's identity the gradient is that of the expected log probabilities at fixed posterior weights of the
        nodes, a small table, which is differentiated numerically.
        """
        table = self._table(self.unpack(theta))
        by_node = self._by_node(table)
        total = special.logsumexp(by_node, axis=1)
        expected = np.zeros_like(table)
        policies = np.arange(self.answer.shape[1])
        shares = np.exp(by_node - total[:, None])
        for j in policies:
            np.add.at(expected, (self.row, j, self.endorser[:, j], self.answer[:, j]), shares)
        expected[..., -1, :] = 0

        def smooth(at: FloatArray) -> float:
            return float(np.sum(expected * self._table(self.unpack(at)))) + self.log_prior(at, mean, phi2)

        steps = DIFFERENCE * np.eye(len(theta))
        gradient = np.array([smooth(theta + e) - smooth(theta - e) for e in steps]) / (2 * DIFFERENCE)
        return float(total.sum()) + self.log_prior(theta, mean, phi2), gradient
