"""Log density of a multilevel logit, whatever way the answers were given.

What belongs here: the likelihood of each way of asking at the cells' logits, the prior, both with their slopes. What
must not: how answers are counted by cells (`mrp`, `mrp_list`), sampling (`endorsement.hamiltonian`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.variance import FloatArray, IntArray

# Log-likelihood at the cells' logits, (c,), and its slope.
Likelihood = Callable[[FloatArray], tuple[float, FloatArray]]
# Log scales beyond this are out of every prior's reach; their exponential still is a number.
LARGEST_LOG_SCALE = 30.0
SMALLEST = float(np.finfo(np.float64).tiny)


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


# Nearly uniform in the share. Lists and masked answers say so little that a wider prior, which favours shares near 0
# and 1, decides. Chosen by simulated coverage: table `method_coverage`.
INDIRECT_PRIOR = MultilevelPrior(intercept_sd=1.5, scale=0.5)


def direct_answers(yes: IntArray, asked: IntArray) -> Likelihood:
    """Count of yes among the asked, binomial in each cell.

    Parameters
    ----------
    yes, asked
        (c,) counts.

    Returns
    -------
    Likelihood

    Example
    -------
    >>> direct_answers(np.array([1]), np.array([2]))(np.zeros(1))[1].tolist()
    [0.0]
    """

    def likelihood(logit: FloatArray) -> tuple[float, FloatArray]:
        return float(yes @ logit - asked @ np.logaddexp(0, logit)), yes - asked * special.expit(logit)

    return likelihood


def masked_answers(yes: IntArray, asked: IntArray, device: Device) -> Likelihood:
    """Count of yes that went through a random device; holders are summed out.

    Parameters
    ----------
    yes, asked, device
        (c,) counts, and what the answers went through.

    Returns
    -------
    Likelihood
    """
    no, held, other = asked - yes, device.yes_given(1), device.yes_given(0)

    def likelihood(logit: FloatArray) -> tuple[float, FloatArray]:
        share, rest = special.expit(logit), special.expit(-logit)
        chance, against = held * share + other * rest, (1 - held) * share + (1 - other) * rest
        chance, against = np.maximum(chance, SMALLEST), np.maximum(against, SMALLEST)
        value = float(yes @ np.log(chance) + no @ np.log(against))
        spread = (held - other) * share * rest
        return value, yes * (spread / chance) - no * (spread / against)

    return likelihood


def list_differences(precision: FloatArray, pull: FloatArray) -> Likelihood:
    """Normal likelihood of the cells' shares: what lists that are longer by one item add to the mean count.

    Parameters
    ----------
    precision, pull
        (c, c) and (c,): b'π − ½ π'Aπ with the mean of the other items integrated out.

    Returns
    -------
    Likelihood
    """

    def likelihood(logit: FloatArray) -> tuple[float, FloatArray]:
        share = special.expit(logit)
        towards = precision @ share
        return float(pull @ share - 0.5 * share @ towards), (pull - towards) * share * special.expit(-logit)

    return likelihood


class Posterior:
    """Log density of (coefficients, standardised effects, log scales), one after the other.

    Example
    -------
    >>> answers = direct_answers(np.array([1, 0]), np.array([2, 2]))
    >>> made = Posterior(np.ones((2, 1)), np.array([[0], [1]]), (2,), answers, MultilevelPrior())
    >>> made.size
    4
    """

    def __init__(
        self,
        X: FloatArray,
        groups: IntArray,
        levels_n: tuple[int, ...],
        likelihood: Likelihood,
        prior: MultilevelPrior,
    ) -> None:
        """Lay out the parameters.

        Parameters
        ----------
        X
            (c, p), intercept first.
        groups, levels_n
            (c, f) level of each grouping, and how many levels each has.
        likelihood, prior
            Of the answers, and of the parameters.
        """
        self._likelihood, self._prior, self._p = likelihood, prior, X.shape[1]
        self._grouping = np.repeat(np.arange(len(levels_n)), levels_n)
        self._design = np.hstack([X, *(np.eye(levels)[groups[:, k]] for k, levels in enumerate(levels_n))])
        self._belongs = np.eye(len(levels_n))[self._grouping]
        sd = np.array([prior.intercept_sd, *[prior.slope_sd] * (self._p - 1)])
        self._precision = np.concatenate([1 / sd**2, np.ones(len(self._grouping))])

    @property
    def size(self) -> int:
        """Parameters."""
        return len(self._precision) + int(self._belongs.shape[1])

    def parts(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Coefficients, effects and scales; (…, d) gives (…, p), (…, levels), (…, f)."""
        end = len(self._precision)
        scales = np.exp(np.minimum(theta[..., end:], LARGEST_LOG_SCALE))
        return theta[..., : self._p], theta[..., self._p : end] * scales[..., self._grouping], scales

    def density(self, theta: FloatArray, _: FloatArray) -> tuple[float, FloatArray]:
        """Log density up to a constant, and its slope.

        Parameters
        ----------
        theta
            (d,).

        Returns
        -------
        tuple
            Float and (d,).

        Source
            Half-t scales: Gelman 2006, Bayesian Analysis 1(3), 515–534.
        """
        p, normal, nu = self._p, theta[: len(self._precision)], self._prior.degrees_of_freedom
        beta, effects, sigma = self.parts(theta)
        value, slope = self._likelihood(self._design @ np.concatenate([beta, effects]))
        along, pulled = slope @ self._design, self._precision * normal
        squares = sigma**2 / (nu * self._prior.scale**2)
        value += float(theta[len(normal) :].sum() - 0.5 * (pulled @ normal) - (nu + 1) / 2 * np.log1p(squares).sum())
        wide = (along[p:] * effects) @ self._belongs + 1 - (nu + 1) * squares / (1 + squares)
        along[p:] *= sigma[self._grouping]
        return value, np.concatenate([along - pulled, wide])

    def renew(self, theta: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Move where a path moves with difficulty, and no answer says anything.

        Scales are drawn given the effects themselves; the intercept, given what it makes together with the effects.

        Parameters
        ----------
        theta, rng
            (d,), and where randomness comes from.

        Returns
        -------
        numpy.ndarray
            (d,) with the same logits.

        Source
            Interweaving: Yu & Meng 2011, Journal of Computational and Graphical Statistics 20(3), 531–570. Half-t as a
            mixture: Wand et al. 2011, Bayesian Analysis 6(4), 847–900.
        """
        nu, levels_n = self._prior.degrees_of_freedom, self._belongs.sum(axis=0)
        beta, effects, sigma = self.parts(theta)
        mixing = (nu / sigma**2 + 1 / self._prior.scale**2) / rng.gamma((nu + 1) / 2, size=len(sigma))
        gamma = rng.gamma((nu + levels_n) / 2)
        following = np.sqrt((nu / mixing + effects**2 @ self._belongs / 2) / gamma)
        effects, beta = effects.copy(), beta.copy()
        for k, levels in enumerate(levels_n):
            own = self._grouping == k
            known = self._precision[0] + levels / following[k] ** 2
            mean = (effects[own].sum() / following[k] ** 2 - self._precision[0] * beta[0]) / known
            shift = rng.normal(mean, 1 / np.sqrt(known))
            beta[0] += shift
            effects[own] -= shift
        return np.concatenate([beta, effects / following[self._grouping], np.log(following)])
