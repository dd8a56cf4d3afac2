"""Balance: whether the covariates tell the arms apart, which random assignment forbids but for chance.

What belongs here: the joint test and its worst covariate. What must not: adjustment for imbalance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.estimators.list_experiment.regression import RegressionData
from analysis.estimators.variance import design_covariance


@dataclass(frozen=True, slots=True)
class BalanceTest:
    """Joint test that no covariate differs between the arms.

    Attributes
    ----------
    statistic, degrees_of_freedom, p_value
        Wald statistic, number of covariates, p-value of the F with design degrees of freedom.
    worst_covariate, worst_z
        The covariate with the largest difference in standard errors; None and 0 without covariates.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    worst_covariate: str | None
    worst_z: float


def balance_test(data: RegressionData) -> BalanceTest:
    """Test whether the covariates predict the arm.

    Use it as a check of the assignment, not to choose covariates.

    Parameters
    ----------
    data
        From `regression_data`; its first column is the intercept.

    Returns
    -------
    BalanceTest

    Source
        Hansen & Bowers 2008, Statistical Science 23(2), 219–236, with a linearised covariance.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> balance_test(regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3)).p_value
    1.0
    """
    X, names = data.X[:, 1:], data.names[1:]
    if not names:
        return BalanceTest(0.0, 0, 1.0, None, 0.0)
    contrast = np.zeros(X.shape[1])
    pull = np.zeros(X.shape)
    for arm, sign in ((1, 1.0), (0, -1.0)):
        share = data.w * (data.responses.treat == arm)
        share = share / share.sum()
        contrast += sign * (share @ X)
        pull += sign * share[:, None] * (X - share @ X)
    design = design_covariance(pull, data.strata, data.clusters)
    rank = int(np.linalg.matrix_rank(design.matrix, hermitian=True))
    wald = float(contrast @ np.linalg.pinv(design.matrix, hermitian=True) @ contrast)
    df = max(design.degrees_of_freedom - rank + 1, 1)
    z = contrast / np.sqrt(np.maximum(np.diag(design.matrix), np.finfo(float).tiny))
    worst = int(np.abs(z).argmax())
    p_value = float(stats.f.sf(wald / rank, rank, df)) if rank else 1.0
    return BalanceTest(wald, rank, p_value, names[worst], float(z[worst]))
