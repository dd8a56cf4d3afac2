"""Do two estimators of the same list agree? Model against difference in means, likelihood against least squares.

What belongs here: contrasts of estimators on the same respondents, with the covariance that their sharing implies.
What must not: estimators; verdicts on the item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.prediction import average
from analysis.estimators.list_experiment.regression import ListRegression, RegressionData, covariance_of
from analysis.estimators.variance import FloatArray

# A model may differ from the difference in means by chance; beyond this many standard errors it does not ...
GAP_Z = 1.959963984540054
# ... and beyond ten percentage points a reader must be told whatever the precision.
GAP_SHARE = 0.10
# Eigenvalues of the covariance of the contrast below this share of the largest are noise of the inversion.
RANK_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class ModelGap:
    """How far the model's average prediction is from the difference in means on the same respondents.

    Attributes
    ----------
    difference, prediction, gap, se, z
        Difference in means, average prediction, prediction minus difference, its standard error, their ratio.
    is_flagged
        Whether the gap exceeds two standard errors or ten points.
    meaning
        One sentence.
    """

    difference: float
    prediction: float
    gap: float
    se: float
    z: float
    is_flagged: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class HausmanTest:
    """Likelihood against least squares: large values speak against the likelihood's assumptions.

    Attributes
    ----------
    statistic, degrees_of_freedom, p_value
        Quadratic form of the contrast in its own covariance, its rank, chi-square tail.
    classical_statistic
        With V(nls) − V(ml) instead, as `ict.hausman.test` of R list 9.2.6; may be negative.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    classical_statistic: float


def model_gap(fit: ListRegression) -> ModelGap:
    """Compare a list regression's average prediction with the difference in means.

    Use it beside every model-based share: the difference in means needs fewer assumptions.

    Parameters
    ----------
    fit
        Any list regression of one sensitive item.

    Returns
    -------
    ModelGap

    Source
        The comparison is that of Blair, Chou & Imai 2019, Political Analysis 27(4), section 2; the standard error uses
        the influence of each respondent on both.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import linear_regression, regression_data
    >>> model_gap(linear_regression(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))).is_flagged
    False
    """
    told = average(fit)
    dim, pull = weighted_difference(fit.data)
    contrast = (fit.influence @ told.gradient - pull)[:, None]
    se = float(np.sqrt(covariance_of(contrast, fit.data)[0, 0]))
    gap = told.value - dim
    z = gap / se if se > 0 else 0.0
    flagged = abs(gap) > GAP_SHARE or (abs(z) > GAP_Z and abs(gap) > RANK_TOLERANCE)
    meaning = (
        f"the model predicts {told.value:.3f} where the difference in means on the same respondents is {dim:.3f} "
        f"(gap {gap:+.3f}, standard error {se:.3f})"
    )
    return ModelGap(dim, told.value, gap, se, z, flagged, meaning)


def weighted_difference(data: RegressionData) -> tuple[float, FloatArray]:
    """Give the weighted difference in mean counts and each respondent's pull on it.

    Parameters
    ----------
    data
        From `regression_data`.

    Returns
    -------
    tuple
        Difference, and (n,) pulls, which add up to 0.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> weighted_difference(regression_data([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3))[0]
    1.0
    """
    value, pull = 0.0, np.zeros(data.responses.n)
    for arm, sign in ((1, 1.0), (0, -1.0)):
        share = data.w * (data.responses.treat == arm)
        share = share / share.sum()
        mean = float(share @ data.responses.y)
        value += sign * mean
        pull += sign * share * (data.responses.y - mean)
    return value, pull


def hausman_test(likelihood: ListRegression, squares: ListRegression) -> HausmanTest:
    """Test whether maximum likelihood and nonlinear least squares estimate the same coefficients.

    A rejection speaks against the distributional assumptions of the likelihood (or for a design effect).

    Parameters
    ----------
    likelihood, squares
        `ml` (constrained) and `nls` fits of the same data.

    Returns
    -------
    HausmanTest

    Raises
    ------
    EstimationError
        When the two fits have other coefficients or other data.

    Source
        Hausman 1978, Econometrica 46(6), 1251–1271; covariance of the contrast from the stacked moments of both
        estimators (Newey & McFadden 1994, section 6), which cannot be negative. R uses V(nls) − V(ml).

    Example
    -------
    >>> from analysis.estimators.list_experiment.mixture import maximum_likelihood
    >>> from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> hausman_test(maximum_likelihood(data), nonlinear_least_squares(data)).degrees_of_freedom
    2
    """
    if likelihood.terms != squares.terms or likelihood.data is not squares.data:
        raise EstimationError("hausman_test compares ml (constrained) and nls fits of the same data; fit both from one")
    d = squares.coefficients - likelihood.coefficients
    V = covariance_of(squares.influence - likelihood.influence, likelihood.data)
    scale = np.sqrt(np.maximum(np.diag(squares.covariance), np.finfo(float).tiny))
    size, axes = np.linalg.eigh(V / np.outer(scale, scale))
    kept = size > RANK_TOLERANCE * size.max()
    along = (axes.T @ (d / scale))[kept]
    statistic, rank = float(np.sum(along**2 / size[kept])), int(kept.sum())
    classical = float(d @ np.linalg.pinv(squares.covariance - likelihood.covariance, rcond=1e-15) @ d)
    return HausmanTest(statistic, rank, float(stats.chi2.sf(statistic, rank)), classical)
