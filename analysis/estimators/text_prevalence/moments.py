"""Estimating equations that weigh observed and predicted rows, their root, and its sandwich covariance.

What belongs here: arithmetic that all estimators of this room share. What must not: how labels came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Family = Literal["linear", "logistic"]

MOST_STEPS = 100
TOLERANCE = 1e-12
"""Largest element of the averaged moments, relative to the columns' scale, at which the root is taken as found."""
FARTHEST = 12.0
"""Coefficient of a standardised column beyond which outcomes are separated, not estimated."""
RANK_TOLERANCE, LEAST_LEFT = 1e-12, 0.02
"""Curvature that counts as none; the least that a cluster's leverage may leave before its scores are divided by it."""
MOST_CLUSTERS = 400
"""Beyond so many clusters their number minus 1 is as good as any other degrees of freedom."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Rows of one kind in the equation Σ c X (y − μ(Xθ)) = 0.

    Attributes
    ----------
    row : (m,) positions in the sample
    X, y, c : (m, k), (m,), (m,)
        Design, observed or predicted outcome, and weight; a weight may be negative.
    """

    row: IntArray
    X: FloatArray
    y: FloatArray
    c: FloatArray

    def residual(self, theta: FloatArray, family: Family) -> FloatArray:
        """Outcome minus its model."""
        return self.y - mean_of(self.X @ theta, family)

    def scores(self, theta: FloatArray, family: Family) -> FloatArray:
        """(m, k) contributions to the equation."""
        return self.X * (self.c * self.residual(theta, family))[:, None]

    def information(self, theta: FloatArray, family: Family) -> FloatArray:
        """(k, k) minus the derivative of the contributions."""
        weight = self.c * slope_of(self.X @ theta, family)
        information: FloatArray = self.X.T @ (self.X * weight[:, None])
        return information


def mean_of(eta: FloatArray, family: Family) -> FloatArray:
    """Expected outcome of a linear predictor."""
    return eta if family == "linear" else np.asarray(special.expit(eta))


def slope_of(eta: FloatArray, family: Family) -> FloatArray:
    """Derivative of `mean_of`."""
    if family == "linear":
        return np.ones_like(eta)
    mu = mean_of(eta, family)
    return np.asarray(mu * (1 - mu))


def root(pieces: list[Piece], family: Family) -> FloatArray:
    """Solve the estimating equation by Newton steps that are halved until the moments shrink.

    Parameters
    ----------
    pieces, family
        The equation.

    Returns
    -------
    numpy.ndarray
        (k,) coefficients.

    Raises
    ------
    EstimationError
        When columns repeat each other, or no finite root is found.
    """
    scale = _column_scale(pieces)
    theta, size = np.zeros(len(scale)), np.inf
    for _ in range(MOST_STEPS):
        moments, information = _at(pieces, theta, family)
        size = float(np.max(np.abs(moments) / scale))
        if family == "logistic" and np.max(np.abs(theta) * _spread(pieces)) > FARTHEST:
            break
        if size < TOLERANCE:
            return theta
        theta, moved = _newton_step(pieces, family, theta, _direction(moments, information), scale)
        if not moved:
            return _accepted(theta, size)
    raise EstimationError(
        "y is separated by the covariates, or too few labels: no finite coefficients; use fewer covariates"
    )


def _accepted(theta: FloatArray, size: float) -> FloatArray:
    if size > 1e-8:
        raise EstimationError(
            f"the equations do not reach zero (moments {size:.1e}); use fewer covariates or more labels"
        )
    return theta


def _at(pieces: list[Piece], theta: FloatArray, family: Family) -> tuple[FloatArray, FloatArray]:
    moments = np.sum([p.scores(theta, family).sum(axis=0) for p in pieces], axis=0)
    return moments, np.sum([p.information(theta, family) for p in pieces], axis=0)


def _direction(moments: FloatArray, information: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(information, moments), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise EstimationError("the corrected equations are singular; use fewer covariates or more labels") from error


def _newton_step(
    pieces: list[Piece],
    family: Family,
    theta: FloatArray,
    step: FloatArray,
    scale: FloatArray,
) -> tuple[FloatArray, bool]:
    before = float(np.max(np.abs(_at(pieces, theta, family)[0]) / scale))
    for halving in range(40):
        tried = theta + step * 0.5**halving
        after = _at(pieces, tried, family)[0]
        if float(np.max(np.abs(after) / scale)) < before:
            return tried, True
    return theta, False


def _column_scale(pieces: list[Piece]) -> FloatArray:
    """What a column's moment can be at most, about; a column of zeros, or a repeated one, is refused."""
    total = np.sum([np.abs(p.X).T @ (np.abs(p.c) * (1 + np.abs(p.y))) for p in pieces], axis=0)
    gram = np.sum([p.X.T @ (p.X * np.abs(p.c)[:, None]) for p in pieces], axis=0)
    norm = np.sqrt(np.diag(gram))
    if (norm == 0).any() or np.linalg.matrix_rank(gram / np.outer(norm, norm)) < len(norm):
        raise EstimationError(
            f"covariates have {len(norm)} columns but a lower rank; remove the one that repeats the others"
        )
    return np.asarray(total)


def _spread(pieces: list[Piece]) -> FloatArray:
    spread = np.max([p.X.std(axis=0) for p in pieces], axis=0)
    return np.where(spread > 0, spread, 1.0)


@dataclass(frozen=True, eq=False)
class Spread:
    """Covariance (k, k) of coefficients, and degrees of freedom (k,) of their t; None without clusters."""

    covariance: FloatArray
    degrees_of_freedom: FloatArray | None = None


def sandwich(pieces: list[Piece], theta: FloatArray, family: Family, n: int, cluster: IntArray | None) -> Spread:
    """J⁻¹ Σ s s' J⁻ᵀ with the contributions of a row, or of a cluster, added up first.

    Parameters
    ----------
    pieces, theta, family
        The equation and its root.
    n
        Rows of the sample.
    cluster
        (n,) codes from 0, or None.

    Returns
    -------
    Spread
        Without clusters no small-sample factor; with clusters as `clustered`.

    Source
        Egami, Hinck, Stewart & Wei 2024, arXiv:2306.04746, section 4; Huber 1967.
    """
    total = np.zeros((n, len(theta)))
    for piece in pieces:
        np.add.at(total, piece.row, piece.scores(theta, family))
    information = _at(pieces, theta, family)[1]
    if cluster is not None:
        return clustered(total, information_by_cluster(pieces, theta, family, cluster), cluster)
    inverse = np.linalg.inv(information)
    return Spread(np.asarray(inverse @ cross_product(total, None) @ inverse.T, dtype=np.float64))


def information_by_cluster(pieces: list[Piece], theta: FloatArray, family: Family, cluster: IntArray) -> FloatArray:
    """(G, k, k) part of each cluster in minus the derivative of the equation.

    Parameters
    ----------
    pieces, theta, family, cluster
        As in `sandwich`.

    Returns
    -------
    numpy.ndarray
    """
    clusters, k = int(cluster.max()) + 1, len(theta)
    made = np.zeros((clusters, k, k))
    for piece in pieces:
        weight = piece.c * slope_of(piece.X @ theta, family)
        for i in range(k):
            products = piece.X * (weight * piece.X[:, i])[:, None]
            for j in range(k):
                made[:, i, j] += np.bincount(cluster[piece.row], weights=products[:, j], minlength=clusters)
    return made


def clustered(scores: FloatArray, information: FloatArray, cluster: IntArray) -> Spread:
    """Cluster-robust covariance without the bias of few clusters (CR2), with Satterthwaite's degrees of freedom.

    Plain sums of squares over clusters are too small when clusters are few or unequal: each cluster has pulled the
    estimate towards itself. Its scores are divided by the root of what its leverage leaves.

    Parameters
    ----------
    scores
        (n, k) contributions of rows to the equation.
    information
        (G, k, k) from `information_by_cluster`.
    cluster
        (n,) codes from 0.

    Returns
    -------
    Spread

    Raises
    ------
    EstimationError
        One cluster only.

    Source
        Bell & McCaffrey 2002, Survey Methodology 28(2), 169–181: CR2 and its degrees of freedom, independent rows as
        working model. Coverage by number of clusters: table `method_coverage`.
    """
    clusters = len(information)
    if clusters < 2:
        raise EstimationError("clusters holds one cluster only; a standard error needs at least 2")
    totals = np.column_stack([np.bincount(cluster, weights=c, minlength=clusters) for c in scores.T])
    left = _adjusted_inverses(information)
    moved = np.einsum("gij,gj->gi", left, totals)
    return Spread(np.asarray(moved.T @ moved, dtype=np.float64), _satterthwaite(information, left))


def _adjusted_inverses(information: FloatArray) -> FloatArray:
    """(G, k, k) J^−½ (I − H_g)^−½ J^−½ with H_g = J^−½ J_g J^−½."""
    values, axes = np.linalg.eigh(information.sum(axis=0))
    kept = values > RANK_TOLERANCE * float(np.abs(values).max())
    root = axes[:, kept] / np.sqrt(values[kept])
    leverage = np.einsum("ij,gik,kl->gjl", root, information, root)
    shares, turns = np.linalg.eigh(np.eye(root.shape[1]) - (leverage + leverage.transpose(0, 2, 1)) / 2)
    stretched = np.einsum("gij,gj,gkj->gik", turns, 1 / np.sqrt(np.maximum(shares, LEAST_LEFT)), turns)
    return np.asarray(np.einsum("ij,gjk,lk->gil", root, stretched, root))


def _satterthwaite(information: FloatArray, left: FloatArray) -> FloatArray:
    """(tr P)²/tr P² of the quadratic form that each variance is, if rows are independent and of one variance."""
    clusters, k = len(information), information.shape[1]
    if clusters > MOST_CLUSTERS:
        return np.full(k, clusters - 1.0)
    whole = np.linalg.pinv(information.sum(axis=0), hermitian=True)
    found = []
    for column in np.eye(k):
        d = left @ column
        v = np.einsum("gij,gj->gi", information, d)
        P = np.diag(np.einsum("gi,gi->g", d, v)) - v @ whole @ v.T
        size = float((P**2).sum())
        found.append(np.trace(P) ** 2 / size if size > 0 else 1.0)
    return np.clip(found, 1.0, clusters - 1.0)


def cross_product(contributions: FloatArray, cluster: IntArray | None) -> FloatArray:
    """Sum of outer products of rows, or of clusters' totals."""
    if cluster is not None:
        columns = [np.bincount(cluster, weights=column) for column in contributions.T]
        contributions = np.column_stack(columns)
    product: FloatArray = contributions.T @ contributions
    return product
