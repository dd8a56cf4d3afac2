"""Ideal-point model of an endorsement experiment: sampling and summaries.

What belongs here: the mode, the proposal, the chains, and the reported quantities with their diagnostics.
What must not: the likelihood (`posterior`), the diagnostics' formulas (`chains`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import EndorsementAnswers
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.endorsement.posterior import INVERSE_GAMMA, PRIOR_VARIANCE, Parameters, Posterior
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.regression import checked_covariates, refuse_repeated_columns
from analysis.estimators.variance import FloatArray

CHAINS = 4
MIN_DRAWS = 100
# Lengths of a proposal's step: 1 is an independent draw, shorter ones free a chain that sits in a tail.
STEPS = (1.0, 0.8, 0.5)
# First share of every chain that is thrown away.
BURN = 0.2
FLAT = 0.3
# Variances of support have heavier tails than their curvature at the mode shows.
WIDER = 1.25
MAX_R_HAT = 1.01
MIN_ESS = 400.0
UNIT = "ideal-point scale (standard deviations of ideal points)"
METHOD = "ordered-probit ideal points, Metropolis within Gibbs"


@dataclass(frozen=True, slots=True, eq=False)
class IdealPointResult:
    """Posterior summaries of the ideal-point model.

    Attributes
    ----------
    estimates
        Posterior mean, standard deviation and 95 % interval of `beta[policy]`, `alpha[policy]` (first cut point),
        `lambda[policy.endorser.covariate]`, `omega2[policy.endorser]`, `delta[covariate]`, and `support[endorser]`
        (λ of the intercept averaged over policies).
    diagnostics
        Of each term.
    draws_n, chains_n
        Kept per chain; chains.
    acceptance
        Share of accepted proposals.
    warnings
        Terms whose chains have not mixed.
    """

    estimates: tuple[Estimate, ...]
    diagnostics: tuple[ChainDiagnostics, ...]
    draws_n: int
    chains_n: int
    acceptance: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Proposal:
    mean: FloatArray
    root: FloatArray
    precision: FloatArray

    def log_density(self, theta: FloatArray) -> float:
        away = theta - self.mean
        return -0.5 * float(away @ self.precision @ away)


def ideal_points(
    answers: EndorsementAnswers,
    rng: np.random.Generator,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    draws: int = 5000,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> IdealPointResult:
    """Sample the ideal-point model: support of each endorser on each policy, in units of the latent policy scale.

    Use it when policies differ in how well they measure: it weighs them, and lets support depend on covariates.
    Assumes one dimension behind all policies, and that an endorsement shifts a position without changing the scale.

    Parameters
    ----------
    answers
        From `endorsement_answers`, whole numbers, without a sampling design.
    rng
        Generator; chains use its children.
    X, names
        (n, p) covariates with intercept, and names; None for the intercept alone.
    draws
        Per chain, a fifth of which is thrown away.
    progress
        Wraps the chains' numbers, for a progress bar.

    Returns
    -------
    IdealPointResult

    Raises
    ------
    EstimationError
        When weights, strata or clusters were given (no design-based form is defined), answers are not whole numbers, a
        policy lacks a category, or fewer than 100 draws are asked for.

    Randomness
        All from `rng`.

    Source
        Bullock, Imai & Shapiro 2011, Political Analysis 19(4), 363–384, eqs (1)–(6), λ varying over policies.
        Ideal points and support are integrated out, which their sampler draws, so that chains mix.
    """
    if any(x is not None for x in (answers.weights, answers.strata, answers.clusters)):
        raise EstimationError("weights, strata and clusters have no form in the ideal-point model; use the quick one")
    if draws < MIN_DRAWS:
        raise EstimationError(f"draws is {draws}; give at least {MIN_DRAWS}")
    Z, labels = checked_covariates(X, names, answers.n)
    refuse_repeated_columns(Z, labels, "the sample")
    posterior = prepare(answers, Z)
    streams = rng.spawn(CHAINS)
    proposal = _laplace(posterior)
    chains = [_chain(posterior, proposal, streams[c], draws) for c in progress(range(CHAINS))]
    kept = np.stack([path[int(BURN * draws) :] for path, _ in chains])
    return _summary(answers, posterior, labels, kept, float(np.mean([rate for _, rate in chains])))


def prepare(answers: EndorsementAnswers, Z: FloatArray) -> Posterior:
    """Code answers as categories and covariates as distinct rows.

    Parameters
    ----------
    answers, Z
        Answers; (n, p) covariates.

    Returns
    -------
    Posterior

    Raises
    ------
    EstimationError
        When an answer is not a whole number, or a policy lacks a category that another has.
    """
    given = np.isfinite(answers.y)
    values = answers.y[given]
    if (values != np.floor(values)).any():
        raise EstimationError("answers hold fractions; the ordered-probit model needs whole numbers")
    low, high = int(values.min()), int(values.max())
    for j, policy in enumerate(answers.policies):
        lacking = set(range(low, high + 1)) - set(answers.y[given[:, j], j].astype(int).tolist())
        if lacking:
            raise EstimationError(f"policy '{policy}' has no answer {min(lacking)}; join categories or drop the policy")
    category = np.where(given, np.nan_to_num(answers.y) - low, -1).astype(np.int64)
    rows, row = np.unique(Z, axis=0, return_inverse=True)
    return Posterior(rows, row.ravel(), category, answers.endorser, len(answers.endorsers), high - low + 1)


def _start_hyper(posterior: Posterior) -> tuple[FloatArray, FloatArray]:
    shape = (posterior.K, posterior.Z.shape[1])
    return np.zeros(shape), np.full(shape, 0.5)


def _laplace(posterior: Posterior) -> _Proposal:
    """Mode and curvature at fixed hyperparameters."""
    hyper, cuts = _start_hyper(posterior), posterior.cuts
    start = np.zeros(cuts[-1])
    start[cuts[1] : cuts[2]] = -1.5
    start[cuts[4] : cuts[5]] = np.log(0.3)

    def minus(theta: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = posterior.log_density(theta, *hyper)
        return -value, -gradient

    mode = optimize.minimize(minus, start, jac=True, method="BFGS", options={"maxiter": 200, "gtol": 0.5}).x
    step = 1e-4
    rows = [(minus(mode + e)[1] - minus(mode - e)[1]) / (2 * step) for e in step * np.eye(len(mode))]
    curvature, axes = np.linalg.eigh((np.array(rows) + np.array(rows).T) / 2)
    wider = np.ones(len(mode))
    wider[cuts[4] : cuts[5]] = WIDER
    return _proposal(mode, np.outer(wider, wider) * (axes @ np.diag(1 / np.maximum(curvature, FLAT)) @ axes.T))


def _proposal(mean: FloatArray, covariance: FloatArray) -> _Proposal:
    return _Proposal(mean, np.asarray(np.linalg.cholesky(covariance)), np.asarray(np.linalg.inv(covariance)))


def _chain(posterior: Posterior, proposal: _Proposal, rng: np.random.Generator, draws: int) -> tuple[FloatArray, float]:
    """Run one chain: a proposal that leaves the normal approximation unchanged, then the hyperparameters."""
    d = len(proposal.mean)
    theta = proposal.mean + 0.5 * proposal.root @ rng.normal(size=d)
    likelihood, hyper = posterior.log_likelihood(theta), _start_hyper(posterior)
    path, accepted = np.empty((draws, d)), 0
    for s in range(draws):
        rho = STEPS[rng.integers(len(STEPS))]
        away = np.sqrt(1 - rho**2) * (theta - proposal.mean) + rho * proposal.root @ rng.normal(size=d)
        candidate = proposal.mean + away
        value = posterior.log_likelihood(candidate)
        gain = value + posterior.log_prior(candidate, *hyper) - proposal.log_density(candidate)
        gain -= likelihood + posterior.log_prior(theta, *hyper) - proposal.log_density(theta)
        if np.log(rng.random()) < gain:
            theta, likelihood, accepted = candidate, value, accepted + 1
        hyper = _hyper(posterior.unpack(theta).lam, hyper[1], rng)
        path[s] = theta
    return path, accepted / draws


def _hyper(lam: FloatArray, phi2: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw mean and variance of λ over policies, for each endorser and covariate."""
    J, (shape, rate) = len(lam), INVERSE_GAMMA
    precision = 1 / PRIOR_VARIANCE + J / phi2
    mean = lam.sum(axis=0) / phi2 / precision + rng.normal(size=phi2.shape) / np.sqrt(precision)
    scale = rate + 0.5 * np.sum((lam - mean) ** 2, axis=0)
    return mean, scale / rng.gamma(shape + J / 2, size=phi2.shape)


def _summary(
    answers: EndorsementAnswers, posterior: Posterior, labels: tuple[str, ...], kept: FloatArray, acceptance: float
) -> IdealPointResult:
    chains, draws, _ = kept.shape
    points = [posterior.unpack(theta) for theta in kept.reshape(chains * draws, -1)]
    sampled = {
        term: np.array([pick(at) for at in points]).reshape(chains, draws)
        for term, pick in _terms(answers, labels).items()
    }
    found = {term: diagnose(values) for term, values in sampled.items()}
    poor = [t for t, d in found.items() if d.r_hat > MAX_R_HAT or min(d.ess_bulk, d.ess_tail) < MIN_ESS]
    warnings = (f"not mixed well enough (R-hat above 1.01 or fewer than 400 effective draws): {', '.join(poor)}; "
                "ask for more draws",) if poor else ()  # fmt: skip
    estimates = tuple(_estimate(answers.n, term, values) for term, values in sampled.items())
    return IdealPointResult(estimates, tuple(found.values()), draws, chains, acceptance, warnings)


def _terms(answers: EndorsementAnswers, labels: tuple[str, ...]) -> dict[str, Callable[[Parameters], float]]:
    """Reported quantities and how each follows from a draw."""
    terms: dict[str, Callable[[Parameters], float]] = {}
    for k, endorser in enumerate(answers.endorsers):
        terms[f"support[{endorser}]"] = lambda at, k=k: float(at.lam[:, k, 0].mean())  # type: ignore[misc]
    for j, policy in enumerate(answers.policies):
        terms[f"beta[{policy}]"] = lambda at, j=j: float(at.beta[j])  # type: ignore[misc]
        terms[f"alpha[{policy}]"] = lambda at, j=j: float(at.alpha[j, 0])  # type: ignore[misc]
        for k, endorser in enumerate(answers.endorsers):
            terms[f"omega2[{policy}.{endorser}]"] = lambda at, j=j, k=k: float(at.omega2[j, k])  # type: ignore[misc]
            for i, name in enumerate(labels):
                key = f"lambda[{policy}.{endorser}.{name}]"
                terms[key] = lambda at, j=j, k=k, i=i: float(at.lam[j, k, i])  # type: ignore[misc]
    for i, name in enumerate(labels[1:]):
        terms[f"delta[{name}]"] = lambda at, i=i: float(at.delta[i])  # type: ignore[misc]
    return terms


def _estimate(n: int, term: str, values: FloatArray) -> Estimate:
    low, high = np.quantile(values, [0.025, 0.975])
    return Estimate(
        term=term,
        value=float(values.mean()),
        se=float(values.std(ddof=1)),
        low=float(low),
        high=float(high),
        confidence=0.95,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit=UNIT,
        method=METHOD,
    )
