import numpy as np
import pytest
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.misreport import MISREPORTS, misreport_likelihood
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.modified import modified_list
from analysis.estimators.list_experiment.power import (
    count_variance,
    double_list_variance_ratio,
    list_power,
    list_required_n,
    list_standard_error,
)
from analysis.estimators.list_experiment.prediction import average
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.robust import robust_regression
from analysis.estimators.price import technique_prices

NAMES = ("Intercept", "x1", "x2")
SLACK = 1e-7  # two climbs to the same top
# R list 9.2.6 on the survey of `careless`: ictreg(y ~ x1 + x2, treat = "treat", J = 4, method = "ml", ...); sensitive,
# then control coefficients, then logits of an error; `robust` stops its search early.
R = {
    "top-code": ([-0.6267, 0.43883, 0.00327, 0.44883, 0.32975, 0.10978], -3607.303),
    "uniform": ([-0.39330, 0.33352, -0.03024, 0.50488, 0.33816, 0.09766, -3.499659, -3.518005], -3616.408),
    "ceiling": ([-0.31407, 0.31150, -0.03010, 0.48513, 0.33028, 0.09658], -3618.175),
    "floor": ([-0.31407, 0.31150, -0.03010, 0.48513, 0.33028, 0.09658], -3618.175),
}
R_ROBUST = {
    "ml": [-0.39328, 0.30520, -0.04816, 0.49242, 0.33340, 0.10031],
    "nls": [-0.50293, 0.45226, 0.14159, 0.50650, 0.31694, 0.07787],
}
COEFFICIENT, EARLY_STOP = 2e-3, 5e-3


def careless(seed=77, n=2500, hiding=0.4, error=0.04):
    rng = np.random.default_rng(seed)
    x1, x2, treat = rng.normal(size=n).round(3), rng.integers(0, 2, n), rng.integers(0, 2, n)
    held = rng.random(n) < special.expit(-0.5 + 0.6 * x1 - 0.5 * x2)
    others = rng.binomial(4, special.expit(0.4 + 0.3 * x1 + 0.2 * x2))
    y = others + treat * held
    y = np.where((treat == 1) & held & (others == 4) & (rng.random(n) < hiding), 4, y)
    y = np.where(rng.random(n) < error, 4 + treat, y)
    return regression_data(y, treat, 4, np.column_stack([np.ones(n), x1, x2]), NAMES)


@pytest.mark.parametrize("model", R)
def test_models_of_misreporting_equal_r(model):
    fit = misreport_likelihood(careless(), model)
    coefficients, likelihood = R[model]
    assert fit.coefficients[: len(coefficients)] == pytest.approx(coefficients, abs=COEFFICIENT)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-3)


@pytest.mark.parametrize("model", MISREPORTS)
def test_no_model_of_misreporting_is_below_the_constrained_one(model):
    data = careless(seed=5, n=800)
    assert misreport_likelihood(data, model).log_likelihood >= maximum_likelihood(data).log_likelihood - SLACK


def test_hiding_at_the_ceiling_is_found_and_corrected():
    data = careless(seed=3, n=20_000, hiding=0.6, error=0.0)
    fit = misreport_likelihood(data, "ceiling")
    truth = float(special.expit(data.X @ np.array([-0.5, 0.6, -0.5])).mean())
    assert special.expit(fit.coefficients[-1]) == pytest.approx(0.6, abs=0.2)
    assert abs(average(fit).value - truth) < 0.03
    assert average(maximum_likelihood(data)).value < truth - 0.02


def test_a_share_of_misreports_at_zero_is_said():
    assert "misreport.ceiling" in misreport_likelihood(careless(), "ceiling").warnings[0]


def test_an_unknown_model_is_refused():
    with pytest.raises(EstimationError, match="choose one of floor, ceiling"):
        misreport_likelihood(careless(n=100), "both")


@pytest.mark.parametrize("estimator", ["ml", "nls"])
def test_robust_regressions_equal_r(estimator):
    assert robust_regression(careless(), estimator)[0].coefficients == pytest.approx(
        R_ROBUST[estimator], abs=EARLY_STOP
    )


def test_a_robust_regression_stays_at_the_difference_in_means():
    data = careless()
    y, z = data.responses.y, data.responses.treat
    told = y[z == 1].mean() - y[z == 0].mean()
    fit, _ = robust_regression(data, "ml")
    assert abs(average(fit).value - told) < 0.01 < abs(average(maximum_likelihood(data)).value - told)


def test_robust_regression_refuses_what_it_cannot_hold():
    data = careless(n=400)
    with pytest.raises(EstimationError, match="nothing to add"):
        robust_regression(regression_data(data.responses.y, data.responses.treat, 4), "ml")
    reverse = regression_data(np.minimum(data.responses.y, 4), 1 - data.responses.treat, 4, data.X, NAMES)
    with pytest.raises(EstimationError, match="which no share can be"):
        robust_regression(reverse, "ml")


def modified(seed, n=4000):
    rng = np.random.default_rng(seed)
    x, treat = rng.normal(size=n), np.arange(n) % 2
    items = (rng.random((n, 3)) < special.expit(np.array([-0.8, 0.0, 0.4]) + 0.3 * x[:, None])).astype(float)
    held = rng.random(n) < special.expit(-1 + 0.6 * x)
    count, opened = items.sum(axis=1) + held, np.where((treat == 0)[:, None], items, np.nan)
    return count, treat, opened, np.column_stack([np.ones(n), x])


def test_the_modified_list_finds_what_was_simulated():
    fit = modified_list(*modified(1), ("Intercept", "x"))
    truth = [-1, 0.6, -0.8, 0.3, 0.0, 0.3, 0.4, 0.3]
    assert np.all(np.abs(fit.coefficients - truth) < 4 * fit.standard_errors)
    assert fit.convergence.is_converged


def test_the_modified_list_needs_open_answers_of_every_control():
    count, treat, opened, matrix = modified(2, 100)
    opened[0, 1] = np.nan
    with pytest.raises(EstimationError, match="open item 2 is nan at position 1"):
        modified_list(count, treat, opened, matrix)


def test_power_is_what_simulation_gives():
    rng, n, share = np.random.default_rng(4), 800, 0.2
    others = rng.binomial(4, 0.5, (4000, n)) + (np.arange(n) % 2) * (rng.random((4000, n)) < share)
    found = others[:, 1::2].mean(axis=1) - others[:, ::2].mean(axis=1)
    error = list_standard_error(n, share, count_variance([0.5] * 4))
    assert found.std() == pytest.approx(error, rel=0.05)
    assert np.mean(np.abs(found / error) > 1.96) == pytest.approx(list_power(n, share, 1.0), abs=0.03)


def test_required_n_is_the_first_that_suffices():
    n = list_required_n(0.1, 0.8, null=0.02, is_two_sided=False)
    powers = [list_power(m, 0.1, 0.8, null=0.02, is_two_sided=False) for m in (n - 1, n)]
    assert powers[0] < 0.8 <= powers[1]


def test_a_double_list_halves_the_variance():
    rng, n = np.random.default_rng(6), 400
    a, b = rng.binomial(4, 0.5, (2, 3000, n))
    first = np.arange(n) % 2
    single = a[:, first == 1].mean(axis=1) - a[:, first == 0].mean(axis=1)
    other = b[:, first == 0].mean(axis=1) - b[:, first == 1].mean(axis=1)
    ratio = ((single + other) / 2).var() / single.var()
    assert ratio == pytest.approx(double_list_variance_ratio(0.0), rel=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: count_variance([0.5, 1.5]), "shares within 0 and 1"),
        (lambda: list_standard_error(1, 0.2, 1.0), "n is 2 or more"),
        (lambda: list_power(100, 0.2, 1.0, alpha=0), "alpha is 0"),
        (lambda: list_required_n(0.2, 1.0, null=0.2), "no n reaches power"),
        (lambda: double_list_variance_ratio(2), "within -1 and 1"),
        (lambda: technique_prices(0, 0.02, {}), "strictly between 0 and 1"),
    ],
)
def test_impossible_plans_are_refused(call, message):
    with pytest.raises(EstimationError, match=message):
        call()
