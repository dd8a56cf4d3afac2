"""Densities of what a respondent answers, with derivatives in a few linear predictors.

What belongs here: Bernoulli, binomial, beta-binomial and normal factors, their product for one unseen case, and the
mixture over unseen cases.
What must not: optimisation (`likelihood`), which cases there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.estimators.variance import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One factor of a density: its logarithm and derivatives in its own m arguments.

    Attributes
    ----------
    value
        (n,) log density; −inf where the component is impossible.
    first, second
        (n, m) and (n, m, m) derivatives in the arguments.
    loadings
        (m, M) or (n, m, M): how the arguments follow from the M linear predictors.
    """

    value: FloatArray
    first: FloatArray
    second: FloatArray
    loadings: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """One unseen case: log density and derivatives in the M linear predictors, (n,), (n, M), (n, M, M)."""

    value: FloatArray
    first: FloatArray
    second: FloatArray


def one_argument(value: FloatArray, slope: FloatArray, curvature: FloatArray, loading: npt.ArrayLike) -> Term:
    """Make a `Term` whose single argument is a combination of the predictors.

    Parameters
    ----------
    value, slope, curvature
        (n,) log density, first and second derivative.
    loading
        (M,) or (n, M) weights of the predictors in the argument.

    Returns
    -------
    Term

    Example
    -------
    >>> one_argument(np.zeros(1), np.ones(1), np.zeros(1), [1.0, 0.0]).first.shape
    (1, 1)
    """
    loadings = np.asarray(loading, dtype=np.float64)[..., None, :]
    return Term(value, slope[:, None], curvature[:, None, None], loadings)


def bernoulli(eta: FloatArray, y: npt.ArrayLike, loading: npt.ArrayLike) -> Term:
    """Give the logit-Bernoulli log density of y (0/1, or a constant) at logit eta.

    Parameters
    ----------
    eta, y, loading
        (n,); (n,) or scalar; as in `one_argument`.

    Returns
    -------
    Term

    Example
    -------
    >>> float(np.exp(bernoulli(np.zeros(1), 1, [1.0]).value[0]))
    0.5
    """
    return binomial(eta, np.broadcast_to(np.asarray(y, dtype=np.float64), eta.shape), 1, loading)


def binomial(eta: FloatArray, y: FloatArray, size: int, loading: npt.ArrayLike) -> Term:
    """Give the binomial log density of y out of `size` at logit eta; impossible counts have −inf.

    Parameters
    ----------
    eta, y
        (n,) logits and counts.
    size
        Number of trials.
    loading
        As in `one_argument`.

    Returns
    -------
    Term

    Example
    -------
    >>> round(float(np.exp(binomial(np.zeros(1), np.ones(1), 2, [1.0]).value[0])), 3)
    0.5
    """
    p = special.expit(eta)
    value = _choose(y, size) + y * eta - size * np.logaddexp(0.0, eta)
    return one_argument(value, y - size * p, -size * p * (1 - p), loading)


def _choose(y: FloatArray, size: int) -> FloatArray:
    """Log binomial coefficient, −inf outside 0..size."""
    table = np.array([-np.inf, *np.log(special.comb(size, np.arange(size + 1))), -np.inf])
    return np.asarray(table[np.clip(y, -1, size + 1).astype(np.int64) + 1])


def beta_binomial(eta: FloatArray, psi: FloatArray, y: FloatArray, size: int, loadings: npt.ArrayLike) -> Term:
    """Give the beta-binomial log density at mean logit eta and logit overdispersion psi.

    With p the mean and u = ρ/(1 − ρ) the probability is a product of p + iu, 1 − p + iu and 1 + iu, so it becomes the
    binomial without loss of precision when ρ goes to 0.

    Parameters
    ----------
    eta, psi, y
        (n,) logit of the mean, logit of ρ, counts.
    size
        Number of trials.
    loadings
        (2, M) or (n, 2, M): rows for eta and psi.

    Returns
    -------
    Term

    Source
        Griffiths 1973, Biometrics 29(4), 637–648; ρ as in `ictreg` of R list 9.2.6.

    Example
    -------
    >>> round(float(np.exp(beta_binomial(np.zeros(1), np.zeros(1), np.ones(1), 2, np.eye(2)).value[0])), 4)
    0.25
    """
    p, u = special.expit(eta), np.exp(psi)
    value, in_p, in_u, in_pp, in_pu, in_uu = _rising_products(p, u, y, size)
    slope, bend = p * (1 - p), p * (1 - p) * (1 - 2 * p)
    first = np.column_stack([in_p * slope, in_u * u])
    cross = in_pu * slope * u
    second = np.empty((len(eta), 2, 2))
    second[:, 0, 0] = in_pp * slope**2 + in_p * bend
    second[:, 0, 1] = second[:, 1, 0] = cross
    second[:, 1, 1] = in_uu * u**2 + in_u * u
    return Term(_choose(y, size) + value, first, second, np.asarray(loadings, dtype=np.float64))


def _rising_products(p: FloatArray, u: FloatArray, y: FloatArray, size: int) -> tuple[FloatArray, ...]:
    """Log of Π(p + iu) Π(1 − p + iu) / Π(1 + iu), and its derivatives in p, u, pp, pu, uu."""
    totals = [np.zeros(len(p)) for _ in range(6)]
    for i in range(size):
        for start, sign, times in ((p, 1.0, y > i), (1 - p, -1.0, size - y > i), (np.ones(len(p)), 0.0, -1.0)):
            factor = start + i * u
            parts = (np.log(factor), sign / factor, i / factor)
            squares = (-(sign**2) / factor**2, -sign * i / factor**2, -(i**2) / factor**2)
            totals = [total + times * part for total, part in zip(totals, (*parts, *squares), strict=True)]
    return tuple(totals)


def gaussian(mean: FloatArray, log_sigma: FloatArray, y: FloatArray, loadings: npt.ArrayLike) -> Term:
    """Give the normal log density in its mean and the logarithm of its standard deviation.

    Parameters
    ----------
    mean, log_sigma, y
        (n,) each.
    loadings
        (2, M) or (n, 2, M): rows for mean and log sigma.

    Returns
    -------
    Term

    Example
    -------
    >>> round(float(gaussian(np.zeros(1), np.zeros(1), np.zeros(1), np.eye(2)).value[0]), 4)
    -0.9189
    """
    precision = np.exp(-2 * log_sigma)
    residual = y - mean
    square = residual**2 * precision
    second = np.empty((len(y), 2, 2))
    second[:, 0, 0] = -precision
    second[:, 0, 1] = second[:, 1, 0] = -2 * residual * precision
    second[:, 1, 1] = -2 * square
    first = np.column_stack([residual * precision, square - 1])
    value = -0.5 * np.log(2 * np.pi) - log_sigma - 0.5 * square
    return Term(value, first, second, np.asarray(loadings, dtype=np.float64))


def constant(value: FloatArray, predictors_n: int) -> Term:
    """Make a `Term` that depends on no predictor: −inf marks impossible cases.

    Parameters
    ----------
    value
        (n,) log density.
    predictors_n
        M.

    Returns
    -------
    Term

    Example
    -------
    >>> constant(np.zeros(2), 3).loadings.shape
    (1, 3)
    """
    return one_argument(value, np.zeros(len(value)), np.zeros(len(value)), np.zeros(predictors_n))


def component(*terms: Term) -> Component:
    """Multiply the factors of one unseen case.

    Parameters
    ----------
    terms
        At least one.

    Returns
    -------
    Component

    Example
    -------
    >>> component(bernoulli(np.zeros(2), 1, [1.0])).second.shape
    (2, 1, 1)
    """
    value = reduce(np.add, (term.value for term in terms))
    moving = [term for term in terms if term.loadings.any()] or terms[:1]
    return Component(value, reduce(np.add, map(_lifted_first, moving)), reduce(np.add, map(_lifted_second, moving)))


def _lifted_first(term: Term) -> FloatArray:
    if term.loadings.ndim == 2:
        return np.asarray(term.first @ term.loadings)
    return np.asarray(np.einsum("nm,nmj->nj", term.first, term.loadings))


def _lifted_second(term: Term) -> FloatArray:
    """L'SL for each respondent; one product for all of them where arguments load alike, as most do."""
    if term.loadings.ndim == 3:
        return np.asarray(np.swapaxes(term.loadings, -1, -2) @ term.second @ term.loadings)
    m, M = term.loadings.shape
    pairs = np.einsum("aj,bk->abjk", term.loadings, term.loadings).reshape(m * m, M * M)
    return np.asarray((term.second.reshape(-1, m * m) @ pairs).reshape(-1, M, M))


def mix(components: Sequence[Component]) -> tuple[Component, FloatArray]:
    """Add the unseen cases up: log-likelihood, derivatives and posterior shares of the cases.

    Parameters
    ----------
    components
        C of them, exhaustive and exclusive.

    Returns
    -------
    tuple
        The observed-data `Component` and the (n, C) posterior.

    Source
        Louis 1982, JRSS B 44(2), 226–233, for the second derivative.

    Example
    -------
    >>> sure = component(constant(np.log([0.5]), 1))
    >>> float(mix([sure, sure])[0].value[0])
    0.0
    """
    if len(components) == 1:
        return components[0], np.ones((len(components[0].value), 1))
    total = reduce(np.logaddexp, (c.value for c in components))
    highest = np.where(np.isfinite(total), total, 0.0)
    shares = np.exp(np.column_stack([c.value for c in components]) - highest[:, None])
    first = reduce(np.add, (shares[:, [c]] * part.first for c, part in enumerate(components)))
    second = -_outer(np.asarray(first))
    for c, part in enumerate(components):
        second = second + shares[:, c, None, None] * (part.second + _outer(part.first))
    return Component(total, np.asarray(first), second), shares


def _outer(first: FloatArray) -> FloatArray:
    return first[:, :, None] * first[:, None, :]
