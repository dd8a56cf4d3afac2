"""The joint model of list and outcome: its likelihood by the definition, its predictions by numerical derivatives."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, gammaln

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.joint import joint_regression
from analysis.estimators.list_experiment.regression import regression_data

N, ITEMS = 700, 3
RNG = np.random.default_rng(3)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
HELD = RNG.random(N) < expit(-0.3 + 0.5 * AGE)
TREAT = (np.arange(N) % 2).astype(int)
COUNT = RNG.binomial(ITEMS, expit(0.2 - 0.3 * AGE)) + TREAT * HELD
VOTED = (RNG.random(N) < expit(-0.5 + 0.2 * AGE + 1.0 * HELD)).astype(float)
SCORE = 1.0 + 0.4 * AGE - 0.8 * HELD + RNG.normal(0, 0.7, N)
W = RNG.uniform(0.5, 2, N)


def fitted(model, **design):
    data = regression_data(COUNT, TREAT, ITEMS, X, ("(Intercept)", "age"), **design)
    return joint_regression(data, VOTED if model == "logistic" else SCORE, model)


@pytest.fixture(scope="module")
def fits():
    return {model: fitted(model) for model in ("logistic", "linear")}


def log_likelihood(theta, model, x=X):
    """Sum over holding and not holding, row by row."""
    total = np.zeros(N)
    for z in (0, 1):
        held = expit(x @ theta[:2]) if z else 1 - expit(x @ theta[:2])
        others = COUNT - z * TREAT
        possible = (others >= 0) & (others <= ITEMS)
        k, p = np.clip(others, 0, ITEMS), expit(x @ theta[2:4])
        count = np.exp(gammaln(ITEMS + 1) - gammaln(k + 1) - gammaln(ITEMS - k + 1)) * p**k * (1 - p) ** (ITEMS - k)
        mean = x @ theta[4:6] + z * theta[6]
        if model == "logistic":
            outcome = np.where(VOTED == 1, expit(mean), 1 - expit(mean))
        else:
            outcome = stats.norm.pdf(SCORE, mean, np.exp(theta[7]))
        total += held * np.where(possible, count, 0.0) * outcome
    return float(np.log(total).sum())


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_the_likelihood_is_that_of_the_definition_and_its_slope_is_zero(fits, model):
    fit = fits[model]
    theta = fit.coefficients
    assert fit.log_likelihood == pytest.approx(log_likelihood(theta, model), rel=1e-10)
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = 1e-4
        slope = (log_likelihood(theta + step, model) - log_likelihood(theta - step, model)) / 2e-4
        assert abs(slope) < 1e-3


def hessian(theta, model):
    h, k = 1e-3, len(theta)
    made = np.zeros((k, k))
    for i in range(k):
        for j in range(k):
            a, b = np.eye(k)[i] * h, np.eye(k)[j] * h
            made[i, j] = (
                log_likelihood(theta + a + b, model) - log_likelihood(theta + a - b, model)
                - log_likelihood(theta - a + b, model) + log_likelihood(theta - a - b, model)
            ) / (4 * h * h)  # fmt: skip
    return made


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_the_covariance_is_the_inverse_of_the_observed_information(fits, model):
    wanted = np.linalg.inv(-hessian(fits[model].coefficients, model))
    assert fits[model].covariance == pytest.approx(wanted, rel=2e-3, abs=1e-5)


def averages(theta, model, w):
    def outcome(z):
        mean = X @ theta[4:6] + z * theta[6]
        return w @ (expit(mean) if model == "logistic" else mean)

    return np.array([outcome(0), outcome(1), outcome(1) - outcome(0), w @ expit(X @ theta[:2])])


def demand_predictions(fit, model, w):
    theta = fit.coefficients
    assert [p.term for p in fit.predictions] == [
        "outcome_if_not_held", "outcome_if_held", "outcome_difference", "prediction",
    ]  # fmt: skip
    assert [p.value for p in fit.predictions] == pytest.approx(averages(theta, model, w))
    steps = np.eye(len(theta)) * 1e-5
    gradient = np.array([(averages(theta + s, model, w) - averages(theta - s, model, w)) / 2e-5 for s in steps])
    wanted = np.sqrt(np.diag(gradient.T @ fit.covariance @ gradient))
    assert [p.se for p in fit.predictions] == pytest.approx(wanted, rel=1e-5)
    t = stats.t.ppf(0.975, fit.degrees_of_freedom)
    for p in fit.predictions:
        assert p.high - p.value == pytest.approx(t * p.se)
        assert (p.n, p.method) == (N, "average of fitted values, delta method")
    unit = "share of respondents" if model == "logistic" else "outcome"
    assert [p.unit for p in fit.predictions] == [unit] * 3 + ["share of respondents"]


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_predictions_are_averages_with_errors_by_the_delta_method(fits, model):
    demand_predictions(fits[model], model, np.full(N, 1 / N))


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_predictions_under_a_design(model):
    clusters = np.arange(N) // 10
    fit = fitted(model, weights=W, clusters=clusters, strata=clusters % 2)
    assert fit.degrees_of_freedom == 68
    assert fit.method == f"joint maximum likelihood ({model} outcome), linearised sandwich"
    demand_predictions(fit, model, W / W.sum())


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_the_fit_says_what_it_is(fits, model):
    fit = fits[model]
    names = [f"{block}.{name}" for block in ("sensitive", "control", "outcome") for name in ("(Intercept)", "age")]
    sigma = ["outcome.log_sigma"] if model == "linear" else []
    assert list(fit.terms) == [*names, "outcome.sensitive_item", *sigma]
    assert fit.outcome_model == model
    assert fit.degrees_of_freedom == N - len(fit.terms)
    assert fit.method.startswith(f"joint maximum likelihood ({model} outcome), ")
    assert fit.convergence.is_converged
    assert fit.warnings == ()
    assert not fit.undetermined.any()
    truth = [-0.3, 0.5, 0.2, -0.3, *([-0.5, 0.2, 1.0] if model == "logistic" else [1.0, 0.4, -0.8, np.log(0.7)])]
    assert (np.abs(fit.coefficients - truth) < 4 * np.sqrt(np.diag(fit.covariance))).all()


def test_confidence_widens_intervals(fits):
    data = fits["linear"].data
    wide = joint_regression(data, SCORE, "linear", confidence=0.99).predictions[0]
    t = stats.t.ppf(0.995, fits["linear"].degrees_of_freedom)
    assert wide.high - wide.value == pytest.approx(t * wide.se)


@pytest.mark.parametrize(
    ("outcome", "model"),
    [(SCORE, "logistic"), (VOTED[:-1], "logistic"), (np.full(N, np.nan), "linear"), (SCORE, "probit")],
)
def test_outcomes_that_do_not_fit_are_refused(fits, outcome, model):
    with pytest.raises(EstimationError, match="outcome"):
        joint_regression(fits["linear"].data, outcome, model)
