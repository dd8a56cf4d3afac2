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


def sandwich(pieces: list[Piece], theta: FloatArray, family: Family, n: int, cluster: IntArray | None) -> FloatArray:
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
    numpy.ndarray
        (k, k); no small-sample factor.

    Source
        Egami, Hinck, Stewart & Wei 2024, arXiv:2306.04746, section 4; Huber 1967.
    """
    total = np.zeros((n, len(theta)))
    for piece in pieces:
        np.add.at(total, piece.row, piece.scores(theta, family))
    inverse = np.linalg.inv(_at(pieces, theta, family)[1])
    covariance: FloatArray = inverse @ cross_product(total, cluster) @ inverse.T
    return covariance


def cross_product(contributions: FloatArray, cluster: IntArray | None) -> FloatArray:
    """Sum of outer products of rows, or of clusters' totals."""
    if cluster is not None:
        columns = [np.bincount(cluster, weights=column) for column in contributions.T]
        contributions = np.column_stack(columns)
    product: FloatArray = contributions.T @ contributions
    return product
