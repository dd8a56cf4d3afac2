"""The balance test against the t test and Hotelling's statistic, which it is for a simple design."""

import numpy as np
import pytest
from scipy import stats

from analysis.estimators.list_experiment.balance import BalanceTest, balance_test
from analysis.estimators.list_experiment.regression import regression_data

N = 60
RNG = np.random.default_rng(1)
TREAT = np.array([1] * 25 + [0] * 35)
X = np.column_stack([np.ones(N), RNG.normal(size=N) - 0.9 * TREAT, RNG.integers(2, size=N) + 0.3 * TREAT])
NAMES = ("(Intercept)", "age", "city")


def data(x=X, names=NAMES, **design):
    return regression_data(RNG.integers(0, 3, N), TREAT, 3, x, names, **design)


def pulls(x):
    """Each respondent's contribution to the difference in means."""
    one, two = x[TREAT == 1], x[TREAT == 0]
    return np.vstack([(one - one.mean(axis=0)) / 25, -(two - two.mean(axis=0)) / 35])


def test_the_statistic_is_walds_and_the_worst_covariate_is_named():
    made = balance_test(data())
    x = X[:, 1:]
    contrast = x[TREAT == 1].mean(axis=0) - x[TREAT == 0].mean(axis=0)
    covariance = N / (N - 1) * pulls(x).T @ pulls(x)
    wald = contrast @ np.linalg.solve(covariance, contrast)
    assert made.statistic == pytest.approx(wald)
    assert made.degrees_of_freedom == 2
    assert made.p_value == pytest.approx(stats.f.sf(wald / 2, 2, N - 1 - 2 + 1))
    z = contrast / np.sqrt(np.diag(covariance))
    assert (made.worst_covariate, made.worst_z) == ("age", pytest.approx(z[0]))
    assert abs(z[0]) > abs(z[1])
    assert z[0] < 0


def test_without_covariates_there_is_nothing_to_test():
    assert balance_test(data(X[:, :1], NAMES[:1])) == BalanceTest(0.0, 0, 1.0, None, 0.0)


def test_weights_and_clusters_enter_the_covariance():
    w = RNG.uniform(1, 3, N)
    clusters = np.concatenate([np.repeat(np.arange(5), 5), np.repeat(np.arange(5, 12), 5)])
    made = balance_test(data(X[:, :2], NAMES[:2], weights=w, clusters=clusters))
    x = X[:, 1]
    pull = np.zeros(N)
    contrast = 0.0
    for arm, sign in ((1, 1), (0, -1)):
        share = np.where(arm == TREAT, w, 0) / w[arm == TREAT].sum()
        contrast += sign * share @ x
        pull += sign * share * (x - share @ x)
    totals = np.bincount(clusters, weights=pull)
    variance = 12 / 11 * (totals**2).sum()
    assert made.statistic == pytest.approx(contrast**2 / variance)
    assert made.p_value == pytest.approx(stats.f.sf(contrast**2 / variance, 1, 11))


def test_few_clusters_leave_one_degree_of_freedom():
    clusters = np.where(TREAT == 1, np.arange(N) % 2, 2 + np.arange(N) % 2)
    many = np.column_stack([np.ones(N), RNG.normal(size=(N, 6))])
    made = balance_test(data(many, tuple("ivwxyza"[: many.shape[1]]), clusters=clusters))
    assert made.degrees_of_freedom <= 3
    df = max(3 - made.degrees_of_freedom + 1, 1)
    wanted = stats.f.sf(made.statistic / made.degrees_of_freedom, made.degrees_of_freedom, df)
    assert made.p_value == pytest.approx(wanted)
