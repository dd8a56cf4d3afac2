"""Variances of means, differences in means and least squares, with and without a sampling design.

What belongs here: closed-form variances on arrays, and the one place where small-sample factors are chosen and named.
What must not: estimands, survey items, intervals, resampling.

Which factor is used where
--------------------------
`neyman`   per arm s²/n with s² on n − 1: Neyman's two-sample variance, HC2 of the saturated regression.
`hc3`      per arm Σ(y − ȳ)²/(n − 1)²: HC3 of the same regression, n/(n − 1) larger than `neyman`.
`design`   per stratum h with n_h clusters, n_h/(n_h − 1) on centred cluster totals (with-replacement primary units).
`stata`    `design` times (n − 1)/(n − k), the CR1 factor of Stata and statsmodels.
`none`     no factor at all (CR0, HC0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TwoSampleFactor = Literal["hc3", "neyman"]
DesignFactor = Literal["design", "stata", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class DesignCovariance:
    """Covariance of a vector of totals of linearised scores under a stratified cluster design.

    Attributes
    ----------
    matrix
        (k, k) covariance.
    clusters_n, strata_n
        Primary units and strata counted; their difference is `degrees_of_freedom`.
    """

    matrix: FloatArray
    clusters_n: int
    strata_n: int

    @property
    def degrees_of_freedom(self) -> int:
        """Primary units minus strata."""
        return self.clusters_n - self.strata_n


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit:
    """Least-squares coefficients with a sandwich covariance.

    Attributes
    ----------
    coefficients
        (k,) in the order of the columns of X.
    covariance
        (k, k) sandwich.
    residuals
        (n,) unweighted residuals.
    degrees_of_freedom
        Clusters minus strata.
    factor
        The small-sample factor that was applied.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    degrees_of_freedom: int
    factor: DesignFactor

    @property
    def standard_errors(self) -> FloatArray:
        """Square roots of the diagonal, (k,)."""
        return np.sqrt(np.diag(self.covariance))


def mean_variance(y: FloatArray, factor: TwoSampleFactor) -> float:
    """Estimate the variance of one arm's mean.

    Use it for independent respondents; `neyman` is unbiased for a simple random sample, `hc3` a little conservative.

    Parameters
    ----------
    y
        (n,) answers of one arm, n at least 2.
    factor
        `neyman` or `hc3`.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When fewer than two answers are given or the factor is unknown.

    Source
        Neyman 1923/1990, Statistical Science 5(4), 465–472; HC3: MacKinnon & White 1985, Journal of Econometrics 29(3),
        305–325, with leverage 1/n in each arm.

    Example
    -------
    >>> mean_variance(np.array([0.0, 1.0]), "neyman")
    0.25
    """
    n = len(y)
    if n < 2:
        raise EstimationError(f"y holds {n} answer(s) in one arm; a variance needs at least 2")
    if factor not in ("hc3", "neyman"):
        raise EstimationError(f"factor is '{factor}'; choose 'hc3' or 'neyman'")
    squares = float(np.sum((y - y.mean()) ** 2))
    return squares / (n - 1) ** 2 if factor == "hc3" else squares / (n * (n - 1))


def neyman_variance(treated: FloatArray, control: FloatArray) -> float:
    """Estimate the variance of a difference between two independent means.

    Use it for a two-arm experiment without weights or clusters; conservative for the finite-sample average effect.

    Parameters
    ----------
    treated, control
        (n1,) and (n0,) answers.

    Returns
    -------
    float
        s1²/n1 + s0²/n0.

    Raises
    ------
    EstimationError
        When an arm has fewer than two answers.

    Source
        Neyman 1923/1990, Statistical Science 5(4), 465–472.

    Example
    -------
    >>> neyman_variance(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    0.5
    """
    return mean_variance(treated, "neyman") + mean_variance(control, "neyman")


def design_covariance(
    scores: FloatArray, strata: npt.ArrayLike | None = None, clusters: npt.ArrayLike | None = None
) -> DesignCovariance:
    """Estimate the covariance of totals of scores when clusters are drawn with replacement within strata.

    Use it after linearisation: sum the scores within clusters, centre the cluster totals within strata, add up.
    Clusters are nested: the same cluster code in two strata means two clusters. Without `clusters` every row is its
    own.

    Parameters
    ----------
    scores
        (n, k) linearised values (weights included).
    strata, clusters
        (n,) codes of any type, or None.

    Returns
    -------
    DesignCovariance

    Raises
    ------
    EstimationError
        When lengths differ, a code is missing, or a stratum holds a single cluster (its variance is not estimable:
        merge it with a neighbouring stratum).

    Source
        Binder 1983, International Statistical Review 51(3), 279–292; Särndal, Swensson & Wretman 1992, section 4.6.
        Factor n_h/(n_h − 1) per stratum, no finite-population correction.

    Example
    -------
    >>> round(float(design_covariance(np.array([[1.0], [-1.0]])).matrix[0, 0]), 6)
    4.0
    """
    n = len(scores)
    stratum = dense_codes(strata, "strata", n, np.zeros(n, dtype=np.int64))
    own_cluster = dense_codes(clusters, "clusters", n, np.arange(n, dtype=np.int64))
    _, first, cluster = np.unique(
        stratum * (int(own_cluster.max()) + 1) + own_cluster, return_index=True, return_inverse=True
    )
    stratum_of_cluster = stratum[first]
    _refuse_lonely_clusters(stratum_of_cluster, strata)
    totals = _sum_by(scores, cluster, len(first))
    return DesignCovariance(_centred_cross_product(totals, stratum_of_cluster), len(first), int(stratum.max()) + 1)


def _centred_cross_product(totals: FloatArray, group: IntArray) -> FloatArray:
    """Sum over strata of n_h/(n_h − 1) × cross product of the centred cluster totals."""
    n_h = np.bincount(group).astype(float)
    means = _sum_by(totals, group, len(n_h)) / n_h[:, None]
    centred = (totals - means[group]) * np.sqrt(n_h / (n_h - 1))[group][:, None]
    product: FloatArray = centred.T @ centred
    return product


def _sum_by(values: FloatArray, group: IntArray, groups_n: int) -> FloatArray:
    return np.column_stack([np.bincount(group, weights=column, minlength=groups_n) for column in values.T])


def _refuse_lonely_clusters(stratum_of_cluster: IntArray, strata: npt.ArrayLike | None) -> None:
    clusters_n = np.bincount(stratum_of_cluster)
    if clusters_n.min() >= 2:
        return
    if strata is None:
        raise EstimationError("clusters holds one cluster only; a variance needs at least 2")
    name = np.unique(np.asarray(strata))[int(np.argmin(clusters_n))]
    raise EstimationError(f"strata '{name}' holds one cluster only; merge it with a neighbouring stratum")


def dense_codes(values: npt.ArrayLike | None, name: str, n: int, default: IntArray) -> IntArray:
    """Replace distinct codes by 0, 1, ... in sorted order."""
    if values is None:
        return default
    given = np.asarray(values)
    if given.shape != (n,):
        raise EstimationError(f"{name} has shape {given.shape}; give one code for each of the {n} rows")
    missing = _is_missing(given)
    if missing.any():
        position = int(missing.argmax()) + 1
        raise EstimationError(f"{name} is missing at position {position}; drop the row or give it a code")
    return np.unique(given, return_inverse=True)[1].astype(np.int64)


def _is_missing(codes: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    if codes.dtype.kind == "f":
        return np.asarray(np.isnan(codes.astype(np.float64)), dtype=bool)
    if codes.dtype.kind == "O":
        return np.array(
            [v is None or v == "" or (isinstance(v, float) and math.isnan(v)) for v in codes.tolist()], dtype=bool
        )
    return np.asarray(codes == "", dtype=bool) if codes.dtype.kind == "U" else np.zeros(len(codes), dtype=bool)


def least_squares(
    y: FloatArray,
    X: FloatArray,
    *,
    weights: FloatArray | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    factor: DesignFactor = "design",
) -> LinearFit:
    """Fit (weighted) least squares with a design-based sandwich covariance.

    Use it for a difference in means with an intercept and an arm column, or a linear list regression; the covariance is
    free of the scale of the weights.

    Parameters
    ----------
    y, X
        (n,) outcome and (n, k) design matrix of full column rank, intercept included by the caller.
    weights, strata, clusters
        (n,) each, or None.
    factor
        `design`, `stata` or `none`: see the module's table. `stata` and `none` are defined without strata only.

    Returns
    -------
    LinearFit

    Raises
    ------
    EstimationError
        When X is rank deficient, the factor is unknown, or strata are combined with `stata` or `none`.

    Source
        Liang & Zeger 1986, Biometrika 73(1), 13–22; Binder 1983. With strata the result equals `svyglm` of R survey.

    Example
    -------
    >>> least_squares(np.array([1.0, 2.0, 4.0]), np.ones((3, 1))).coefficients.round(3).tolist()
    [2.333]
    """
    _check_factor(factor, strata)
    w = np.ones(len(y)) if weights is None else weights
    if np.linalg.matrix_rank(X * np.sqrt(w)[:, None]) < X.shape[1]:
        raise EstimationError(f"X has {X.shape[1]} columns but a lower rank; remove the column that repeats the others")
    bread = np.linalg.inv(X.T @ (X * w[:, None]))
    beta = bread @ (X.T @ (w * y))
    residuals = y - X @ beta
    meat = design_covariance(X * (w * residuals)[:, None], strata, clusters)
    covariance = bread @ meat.matrix @ bread * _factor_over_design(factor, meat.clusters_n, *X.shape)
    return LinearFit(beta, covariance, residuals, meat.degrees_of_freedom, factor)


def _check_factor(factor: DesignFactor, strata: npt.ArrayLike | None) -> None:
    if factor not in ("design", "stata", "none"):
        raise EstimationError(f"factor is '{factor}'; choose 'design', 'stata' or 'none'")
    if factor != "design" and strata is not None:
        raise EstimationError(f"factor '{factor}' has no stratified form; use 'design' or leave strata out")


def _factor_over_design(factor: DesignFactor, clusters_n: int, n: int, k: int) -> float:
    """Ratio of the named factor to the G/(G − 1) that `design_covariance` has applied already."""
    if factor == "stata":
        return (n - 1) / (n - k)
    return (clusters_n - 1) / clusters_n if factor == "none" else 1.0


def arm_mean_covariance(
    y: FloatArray,
    treat: IntArray,
    weights: FloatArray | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> DesignCovariance:
    """Estimate the covariance of the two (weighted) arm means by linearisation.

    Use it when weights, strata or clusters are given; arms may share clusters, which is where the covariance comes
    from.

    Parameters
    ----------
    y
        (n,) outcome.
    treat
        (n,) 0 control, 1 treated.
    weights, strata, clusters
        (n,) each, or None. Rows of weight 0 stay in the design and add nothing to the means.

    Returns
    -------
    DesignCovariance
        (2, 2): treated mean first, control mean second.

    Raises
    ------
    EstimationError
        When an arm has no weight, and as `design_covariance`.

    Source
        Ratio linearisation w(y − ȳ_t)/Σw in each arm: Särndal, Swensson & Wretman 1992, section 5.6.

    Example
    -------
    >>> arm_mean_covariance(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 1])).matrix.shape
    (2, 2)
    """
    w = np.ones(len(y)) if weights is None else weights
    scores = np.column_stack([_mean_scores(y, w * (treat == arm), arm) for arm in (1, 0)])
    return design_covariance(scores, strata, clusters)


def _mean_scores(y: FloatArray, w: FloatArray, arm: int) -> FloatArray:
    total = float(w.sum())
    if not total > 0:
        raise EstimationError(f"weights add up to {total} in arm {arm}; every arm needs some weight")
    return w * (y - float(w @ y) / total) / total
