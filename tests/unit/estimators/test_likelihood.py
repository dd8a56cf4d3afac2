import numpy as np
import pytest
import statsmodels.api as sm

from analysis.errors import EstimationError
from analysis.estimators import likelihood
from analysis.estimators.densities import bernoulli, component, constant
from analysis.estimators.likelihood import fitted_covariance, maximise

SAME_OPTIMUM = 1e-7  # two Newton searches of a concave function
RNG = np.random.default_rng(11)
N = 400
X = np.column_stack([np.ones(N), RNG.normal(size=N) * 1000, RNG.integers(0, 2, N)])
Y = (RNG.random(N) < 1 / (1 + np.exp(-(0.3 + 0.001 * X[:, 1] - X[:, 2])))).astype(float)
W = RNG.uniform(0.5, 2, N)


def logistic(y=Y, weights=None):
    return maximise(lambda eta, rows: [component(bernoulli(eta[:, 0], y[rows], [1.0]))], [X], weights=weights)


def test_logistic_regression_equals_statsmodels_whatever_the_units():
    want = sm.Logit(Y, X).fit(disp=0, method="newton", tol=1e-12)
    fit = logistic()
    np.testing.assert_allclose(fit.theta, want.params, rtol=SAME_OPTIMUM)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fitted_covariance(fit, is_weighted=False).matrix)), want.bse, rtol=SAME_OPTIMUM
    )
    assert fit.log_likelihood == pytest.approx(want.llf, abs=SAME_OPTIMUM)
    assert fit.is_converged


def test_weights_are_not_counts():
    """Negative twin: the sandwich differs from the inverse information of weighted rows."""
    fit = logistic(weights=W)
    sandwich = fitted_covariance(fit, is_weighted=True).matrix
    assert np.abs(np.diag(sandwich) / np.diag(np.linalg.inv(fit.information)) - 1).max() > 0.01


def test_separation_is_found():
    y = (X[:, 2] == 1).astype(float)
    fit = logistic(y)
    assert fit.undetermined_n > 0
    assert not logistic().undetermined_n


def test_an_impossible_answer_is_refused():
    with pytest.raises(EstimationError, match="gives no chance"):
        maximise(lambda eta, rows: [component(constant(np.full(3, -np.inf), 1))], [np.ones((3, 1))])


def test_rows_without_weight_may_be_impossible():
    value = np.array([0.0, 0.0, -np.inf])
    y = np.array([0.0, 1.0, 1.0])
    fit = maximise(
        lambda eta, rows: [component(constant(value, 1), bernoulli(eta[:, 0], y, [1.0]))],
        [np.ones((3, 1))],
        weights=np.array([1.0, 1.0, 0.0]),
    )
    assert fit.theta[0] == pytest.approx(0, abs=SAME_OPTIMUM)


def test_the_better_of_two_peaks_wins():
    def two_peaks(eta, rows):
        x = eta[:, 0]
        value = np.logaddexp(-((x - 3) ** 2), -((x + 3) ** 2) - 1)
        low = np.exp(-((x - 3) ** 2) - value)
        high = 1 - low
        first = -2 * low * (x - 3) - 2 * high * (x + 3)
        second = -2 + 4 * (low * (x - 3) ** 2 + high * (x + 3) ** 2) - first**2
        return [type(component(constant(value, 1)))(value, first[:, None], second[:, None, None])]

    far = maximise(two_peaks, [np.ones((1, 1))], starts=[np.array([-3.0]), np.array([3.0])])
    assert far.theta[0] == pytest.approx(3, abs=1e-4)


def test_rows_in_blocks_are_rows_at_once(monkeypatch):
    """Negative twin: a density that forgets which rows it was given finds something else."""
    whole = logistic(weights=W)
    monkeypatch.setattr(likelihood, "ROWS", 7)
    parts = logistic(weights=W)
    for made in ("theta", "information", "scores", "log_likelihood", "predictors", "posterior"):
        np.testing.assert_allclose(getattr(parts, made), getattr(whole, made), rtol=1e-9, atol=1e-12)
    first = maximise(lambda eta, rows: [component(bernoulli(eta[:, 0], Y[: len(eta)], [1.0]))], [X], weights=W)
    assert np.abs(first.theta - whole.theta).max() > 0.01


def test_a_climb_ends_where_the_sum_can_show_no_more():
    """Beside a huge log-likelihood the last gains are lost in rounding: the last step is taken, not cut on and on."""
    seen = []

    def beside(offset):
        def density(eta, rows):
            seen.append(offset)
            return [component(constant(np.full(len(eta), offset), 1), bernoulli(eta[:, 0], Y[rows], [1.0]))]

        return maximise(density, [X])

    plain, huge = beside(0.0), beside(-1e9)
    np.testing.assert_allclose(huge.theta, plain.theta, rtol=1e-6)
    assert seen.count(-1e9) <= seen.count(0.0)
    assert huge.is_converged
