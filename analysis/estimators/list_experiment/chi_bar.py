"""Chi-bar-square distribution: the law of a likelihood ratio against an orthant.

What belongs here: probabilities that a normal vector is positive, the mixture weights they make, and the tail.
What must not: list experiments.

Everything is deterministic: closed forms up to three dimensions, Gauss–Legendre quadrature of Plackett's identity in
four and five, and from six on rules with a generator fixed here (numerical rules, not sources of randomness): scipy's
lattice for one orthant, Sobol points for all faces at once.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy import special, stats

from analysis.estimators.variance import FloatArray, IntArray

QUADRATURE_NODES = 48
LATTICE_SEED = 20120118
LATTICE_TOLERANCE = 1e-5
MOST_QUADRATURE, SOBOL_POINTS = 5, 12
"""Dimensions with a rule for each face; beyond them 2 to this power points are sorted into faces."""


def orthant_probability(covariance: FloatArray) -> float:
    """Give the probability that every coordinate of a centred normal vector is positive.

    Parameters
    ----------
    covariance
        (k, k) positive definite; k = 0 gives 1.

    Returns
    -------
    float
        Exact to rounding for k <= 3, to 1e-8 for k = 4, 5 away from singularity, to about 1e-5 beyond.

    Source
        Sheppard 1899 (k = 2); David 1953, Biometrika 40(3/4), 458–459 (k = 3); Plackett 1954, Biometrika 41(3/4),
        351–360.

    Example
    -------
    >>> orthant_probability(np.eye(2))
    0.25
    """
    sd = np.sqrt(np.diag(covariance))
    R = np.clip(covariance / np.outer(sd, sd), -1.0, 1.0)
    k = len(R)
    if k <= 3:
        angles = np.arcsin(R[np.triu_indices(k, 1)]).sum()
        return float(0.5**k + angles * (0.0, 0.0, 1 / (2 * np.pi), 1 / (4 * np.pi))[k])
    return _plackett(R) if k <= 5 else _lattice(R)


def _plackett(R: FloatArray) -> float:
    """Integrate dP/dt along the path I + t(R − I) from independence to R."""
    nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    slope = math.fsum(w * _plackett_slope(R, (x + 1) / 2) for x, w in zip(nodes, weights, strict=True))
    return float(0.5 ** len(R) + slope / 2)


def _plackett_slope(R: FloatArray, t: float) -> float:
    path = np.eye(len(R)) + t * (R - np.eye(len(R)))
    return math.fsum(_pair_term(R, path, i, j) for i, j in combinations(range(len(R)), 2))


def _pair_term(R: FloatArray, path: FloatArray, i: int, j: int) -> float:
    """Density of the pair at zero times the orthant probability of the rest given the pair is zero."""
    rest = [m for m in range(len(R)) if m not in (i, j)]
    density = 1 / (2 * np.pi * np.sqrt(1 - path[i, j] ** 2))
    return float(R[i, j] * density * orthant_probability(_conditional(path, rest, [i, j])))


def _conditional(S: FloatArray, keep: list[int], given: list[int]) -> FloatArray:
    """Covariance of the kept coordinates given the others."""
    if not given:
        return S[np.ix_(keep, keep)]
    cross = S[np.ix_(keep, given)]
    return np.asarray(S[np.ix_(keep, keep)] - cross @ np.linalg.solve(S[np.ix_(given, given)], cross.T))


def _lattice(R: FloatArray) -> float:
    rng = np.random.default_rng(LATTICE_SEED)
    zero = np.zeros(len(R))
    law = stats.multivariate_normal
    return float(law.cdf(zero, zero, R, abseps=LATTICE_TOLERANCE, releps=LATTICE_TOLERANCE, rng=rng))


def chi_bar_weights(covariance: FloatArray) -> FloatArray:
    """Give the mixture weights of the likelihood ratio against the positive orthant.

    Parameters
    ----------
    covariance
        (k, k) positive definite covariance of the unconstrained estimate.

    Returns
    -------
    numpy.ndarray
        (k + 1,): entry m is the probability that exactly m coordinates of the projection are zero, the weight of χ²_m.
        To about .002 beyond five dimensions, where the 2^k faces of exact rules would take minutes.

    Source
        Kudô 1963, Biometrika 50(3/4), 403–418; Shapiro 1985, Biometrika 72(1), 133–144; Blair & Imai 2012, eq. (A10).

    Example
    -------
    >>> chi_bar_weights(np.eye(2)).tolist()
    [0.25, 0.5, 0.25]
    """
    k = len(covariance)
    if k > MOST_QUADRATURE:
        return _counted_weights(covariance)
    w = np.zeros(k + 1)
    for m in range(k + 1):
        for zero in combinations(range(k), m):
            w[m] += _face_probability(covariance, list(zero))
    return w


def _counted_weights(S: FloatArray) -> FloatArray:
    """Share of normal points whose projection lies on the faces with m zeros; every point lies on one face."""
    k = len(S)
    uniform = stats.qmc.Sobol(k, seed=LATTICE_SEED).random_base2(SOBOL_POINTS)
    points = special.ndtri(np.clip(uniform, 1e-12, 1 - 1e-12)) @ np.linalg.cholesky(S).T
    # The weights of even and of odd m add up to one half each; −z is as likely as z.
    points = np.vstack([points, -points])
    found, total = np.zeros(k + 1), len(points)
    for m in sorted(range(k + 1), key=lambda size: abs(size - k / 2)):
        for zero in combinations(range(k), m):
            inside = (points @ _onto_face(S, list(zero)).T > 0).all(axis=1)
            found[m] += int(inside.sum())
            points = points[~inside]
    found[round(k / 2)] += len(points)
    return found / total


def _onto_face(S: FloatArray, zero: list[int]) -> FloatArray:
    """(k, k) rows that are positive at z exactly when the projection of z has these coordinates at zero.

    Minus the multipliers of the zeros, and the other coordinates of the projection.
    """
    k = len(S)
    rows = np.eye(k)
    if zero:
        other = [i for i in range(k) if i not in zero]
        inverse = np.linalg.inv(S[np.ix_(zero, zero)])
        rows[np.ix_(other, zero)] = -S[np.ix_(other, zero)] @ inverse
        rows[np.ix_(zero, zero)] = -inverse
    return rows


def _face_probability(S: FloatArray, zero: list[int]) -> float:
    """Probability that the projection on the orthant has exactly these coordinates at zero."""
    positive = [i for i in range(len(S)) if i not in zero]
    precision: FloatArray = np.linalg.inv(S[np.ix_(zero, zero)]).astype(np.float64)
    return orthant_probability(precision) * orthant_probability(_conditional(S, positive, zero))


def chi_bar_tail(statistic: float, weights: FloatArray) -> float:
    """Give the probability that a chi-bar-square variable is at least `statistic`.

    Parameters
    ----------
    statistic
        0 or more.
    weights
        As from `chi_bar_weights`.

    Returns
    -------
    float
        1 at a statistic of 0: the point mass there counts.

    Source
        Blair & Imai 2012, eq. (A10).

    Example
    -------
    >>> chi_bar_tail(0.0, np.array([0.5, 0.5]))
    1.0
    """
    if statistic <= 0:
        return 1.0
    m: IntArray = np.arange(1, len(weights))
    return float(np.clip(weights[1:] @ stats.chi2.sf(statistic, m), 0.0, 1.0))
