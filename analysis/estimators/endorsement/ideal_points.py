"""Ideal-point model of an endorsement experiment: sampling and summaries.

What belongs here: the mode, the proposal, the chains, and the reported quantities with their diagnostics.
What must not: the likelihood (`posterior`), the diagnostics' formulas (`chains`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import EndorsementAnswers
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.endorsement.hamiltonian import Approximation, Sampler, Target, approximate
from analysis.estimators.endorsement.posterior import Posterior, Prior
from analysis.estimators.endorsement.prepare import prepare
from analysis.estimators.endorsement.soft_bounds import soft_beta
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.regression import checked_covariates, refuse_repeated_columns
from analysis.estimators.variance import FloatArray, IntArray, dense_codes

CHAINS = 4
MIN_DRAWS = 100
# Paths that tune a chain and are thrown away, in shares of those kept; at least MIN_DRAWS.
WARM_UP = 0.25
DRAWS = 2000
# Chains that have not mixed go on by as many draws again, at most so often.
EXTENSIONS = 6
# Soft bounds of ω² are half as wide as its spread, and kept where a float can follow them.
SOFT_SHARE = 0.5
SOFTNESS = (0.02, 1.0)
START_VARIANCE = (0.3, 5.0)
MAX_R_HAT = 1.01
MIN_ESS = 400.0
UNIT = "ideal-point scale (standard deviations of ideal points)"
METHOD = "ordered-probit ideal points, Hamiltonian Monte Carlo"
MIN_AREAS = 3
SAMPLED = ("beta", "alpha", "lam", "omega2", "delta", "area", "tau2")
Labels = tuple[tuple[str, ...], tuple[str, ...]]
"""Names of covariates, and of areas."""


@dataclass(frozen=True, slots=True, eq=False)
class IdealPointResult:
    """Posterior summaries of the ideal-point model.

    Attributes
    ----------
    estimates
        Posterior mean, standard deviation and 95 % interval of `support[endorser]` (λ of the intercept averaged over
        policies), `beta[policy]`, `alpha[policy]` (first cut point), `cut[policy.2]` and further,
        `lambda[policy.endorser.covariate]`, `omega2[policy.endorser]`, `delta[covariate]`, and
        `theta[endorser.covariate]` (mean of λ over policies like these). With common effects no term has a policy.
        With areas `tau2[ideal_point]` and `tau2[endorser]` (variances over areas), `area[ideal_point.area]` and
        `area[endorser.area]` (what an area adds, whatever the policy); support is then that of a mean area.
    diagnostics
        Of each term.
    draws_n, chains_n
        Kept per chain; chains.
    acceptance
        Mean acceptance probability of a path.
    sampled
        Term to its draws, (chains, draws).
    warnings
        Terms whose chains have not mixed.
    """

    estimates: tuple[Estimate, ...]
    diagnostics: tuple[ChainDiagnostics, ...]
    draws_n: int
    chains_n: int
    acceptance: float
    sampled: dict[str, FloatArray]
    warnings: tuple[str, ...]


def ideal_points(
    answers: EndorsementAnswers,
    rng: np.random.Generator,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    draws: int = DRAWS,
    prior: Prior | None = None,
    is_common: bool = False,
    areas: npt.ArrayLike | None = None,
    extensions: int = EXTENSIONS,
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
        Kept per chain at first; a quarter as many, at least 100, tune the chains before.
    prior
        None for the standard one.
    is_common
        Whether an endorser has the same effects on all policies; else they vary around a mean.
    areas
        (n,) code of each respondent's area, at least three of them: ideal points and support of an area vary around
        those that its covariates predict, so that areas with few respondents borrow from the others.
    extensions
        How often chains may go on by `draws` as long as a quantity has an R-hat above 1.01 or fewer than 400 effective
        draws in bulk or tails.
    progress
        Wraps the chains' numbers, for a progress bar.

    Returns
    -------
    IdealPointResult

    Raises
    ------
    EstimationError
        When weights, strata or clusters were given (no design-based form is defined), fewer than 100 draws are asked
        for, areas are fewer than three or one has no code, or as `prepare`.

    Randomness
        All from `rng`.

    Source
        Bullock, Imai & Shapiro 2011, Political Analysis 19(4), 363–384, eqs (1)–(6). Ideal points and support are
        integrated out, which their sampler draws, so that chains mix. Location of the ideal points: R endorse draws
        an intercept of δ beside the cut points, of which only their difference is identified; here it is 0. Areas:
        the village level of their eq. (7), with effects that policies share, and variances uniform as the others.
    """
    if any(x is not None for x in (answers.weights, answers.strata, answers.clusters)):
        raise EstimationError("weights, strata and clusters have no form in the ideal-point model; use the quick one")
    if draws < MIN_DRAWS:
        raise EstimationError(f"draws is {draws}; give at least {MIN_DRAWS}")
    Z, labels = checked_covariates(X, names, answers.n)
    refuse_repeated_columns(Z, labels, "the sample")
    area, places = _coded_areas(areas, answers.n)
    posterior, normal = _tuned(prepare(answers, Z, prior, is_common=is_common, area=area))
    sampler = Sampler(
        Target(posterior.log_density, posterior.draw_phi2, posterior.stretch),
        normal,
        posterior.first_phi2(),
        rng.spawn(CHAINS),
    )
    sampler.warm_up(max(int(WARM_UP * draws), MIN_DRAWS))
    for _ in range(1 + extensions):
        sampler.draw(draws, progress)
        result = _summary(answers, posterior, (labels, places), sampler, rng)
        if not result.warnings:
            break
    return result


def _coded_areas(areas: npt.ArrayLike | None, n: int) -> tuple[IntArray | None, tuple[str, ...]]:
    """Give areas as codes, and their names."""
    if areas is None:
        return None, ()
    code = dense_codes(areas, "areas", n, np.zeros(0, dtype=np.int64))
    names = tuple(map(str, np.unique(np.asarray(areas)).tolist()))
    if len(names) < MIN_AREAS:
        raise EstimationError(
            f"areas holds {len(names)} area(s); a variance over areas needs at least {MIN_AREAS}: use a covariate"
        )
    return code, names


def _tuned(posterior: Posterior) -> tuple[Posterior, Approximation]:
    """Fit the soft bounds to the spread of ω², and the stretch of λ to its own."""
    phi2, cuts = posterior.first_phi2(), posterior.cuts
    normal = approximate(posterior.log_density, _start(posterior), phi2)
    variance = np.sum(normal.root**2, axis=1)
    spread = np.sqrt(variance[posterior.soft])
    known = variance[cuts[3] : cuts[4]].reshape(posterior.S, posterior.K, posterior.p).mean(axis=0)
    softer = posterior.tuned(np.clip(SOFT_SHARE * spread, *SOFTNESS), known)
    start = normal.mode.copy()
    at = posterior.unpack(normal.mode)
    start[posterior.soft] = np.clip(np.concatenate([at.omega2.ravel(), at.tau2]), *START_VARIANCE)
    normal = approximate(softer.log_density, start, phi2)
    unstretched = np.column_stack([softer.stretch(column, phi2, is_back=True) for column in normal.root.T])
    return softer, Approximation(normal.mode, unstretched)


def _start(posterior: Posterior) -> FloatArray:
    start, cuts = np.zeros(posterior.size), posterior.cuts
    start[: cuts[1]] = soft_beta(np.ones(posterior.J))
    start[cuts[1] : cuts[3]] = -1.0
    start[posterior.soft] = START_VARIANCE[0]
    return start


def _summary(
    answers: EndorsementAnswers, posterior: Posterior, labels: Labels, sampler: Sampler, rng: Generator
) -> IdealPointResult:
    draws, rest = sampler.draws, sampler.rest
    shape = draws.shape[:2]
    points = [posterior.unpack(theta) for chain in draws for theta in chain]
    phi2 = rest.reshape(-1, *rest.shape[2:])
    values = {name: np.array([getattr(at, name) for at in points]) for name in SAMPLED}
    if not posterior.is_common:
        means = [posterior.draw_means(at.lam, v, rng) for at, v in zip(points, phi2, strict=True)]
        values["mean"] = np.array(means)
    sampled = {term: draws.reshape(shape) for term, draws in _terms(answers, posterior, labels, values).items()}
    found = {term: diagnose(draws) for term, draws in sampled.items()}
    estimates = tuple(_estimate(answers.n, term, draws) for term, draws in sampled.items())
    return IdealPointResult(
        estimates, tuple(found.values()), shape[1], shape[0], sampler.acceptance, sampled, _warnings(found)
    )


def _warnings(found: dict[str, ChainDiagnostics]) -> tuple[str, ...]:
    poor = [t for t, d in found.items() if d.r_hat > MAX_R_HAT or min(d.ess_bulk, d.ess_tail) < MIN_ESS]
    if not poor:
        return ()
    return (
        f"not mixed well enough (R-hat above 1.01 or fewer than 400 effective draws): {', '.join(poor)}; "
        "ask for more draws",
    )


def _terms(
    answers: EndorsementAnswers, posterior: Posterior, labels: Labels, values: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    """Reported quantities: term to all draws, chains one after the other."""
    covariates, places = labels
    terms = {f"support[{e}]": values["lam"][:, :, k, 0].mean(axis=1) for k, e in enumerate(answers.endorsers)}
    for j, policy in enumerate(answers.policies):
        terms[f"beta[{policy}]"] = values["beta"][:, j]
        terms[f"alpha[{policy}]"] = values["alpha"][:, j, 0]
        terms |= {
            f"cut[{policy}.{c + 1}]": values["alpha"][:, j, c] for c in range(1, int(posterior.categories[j]) - 1)
        }
    shared = [""] if posterior.is_common else [f"{policy}." for policy in answers.policies]
    for s, policy in enumerate(shared):
        for k, endorser in enumerate(answers.endorsers):
            terms[f"omega2[{policy}{endorser}]"] = values["omega2"][:, s, k]
            terms |= {f"lambda[{policy}{endorser}.{x}]": values["lam"][:, s, k, i] for i, x in enumerate(covariates)}
    terms |= {f"delta[{name}]": values["delta"][:, i] for i, name in enumerate(covariates[1:])}
    if "mean" in values:
        for k, endorser in enumerate(answers.endorsers):
            terms |= {f"theta[{endorser}.{x}]": values["mean"][:, k, i] for i, x in enumerate(covariates)}
    if places:
        for k, varying in enumerate(("ideal_point", *answers.endorsers)):
            terms[f"tau2[{varying}]"] = values["tau2"][:, k]
            terms |= {f"area[{varying}.{place}]": values["area"][:, a, k] for a, place in enumerate(places)}
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
