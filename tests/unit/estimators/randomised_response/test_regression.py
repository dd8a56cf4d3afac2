"""Regression of a masked answer, and the masked trait as predictor: likelihoods by the definition, records by hand."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from analysis.errors import EstimationError
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.predictor import masked_predictor
from analysis.estimators.randomised_response.regression import (
    MaskedRegression,
    mask,
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)

N = 600
RNG = np.random.default_rng(6)
HOW = device("forced", 0.7, p1=0.2, p0=0.1)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
NAMES = ("Intercept", "age")
HELD = RNG.random(N) < expit(-0.4 + 0.7 * AGE)
Y = (RNG.random(N) < HOW.c0 + HOW.c1 * HELD).astype(float)
VOTED = (RNG.random(N) < expit(-0.5 + 0.3 * AGE + HELD)).astype(float)
SCORE = 1 + 0.5 * AGE - HELD + RNG.normal(0, 0.6, N)
W = RNG.uniform(0.5, 2, N)
CLUSTERS = np.arange(N) // 10


def log_likelihood(theta, outcome=None, model=None):
    total = np.zeros(N)
    for z in (0, 1):
        p = expit(X @ theta[:2]) if z else 1 - expit(X @ theta[:2])
        yes = HOW.c0 + HOW.c1 * z
        total_z = p * np.where(Y == 1, yes, 1 - yes)
        if model is not None:
            mean = X @ theta[2:4] + z * theta[4]
            if model == "logistic":
                total_z = total_z * np.where(outcome == 1, expit(mean), 1 - expit(mean))
            else:
                total_z = total_z * stats.norm.pdf(outcome, mean, np.exp(theta[5]))
        total += total_z
    return float(np.log(total).sum())


def inverse_information(of, theta):
    h, k = 1e-3, len(theta)
    made = np.zeros((k, k))
    for i in range(k):
        for j in range(k):
            a, b = np.eye(k)[i] * h, np.eye(k)[j] * h
            made[i, j] = (of(theta + a + b) - of(theta + a - b) - of(theta - a + b) + of(theta - a - b)) / (4 * h * h)
    return np.linalg.inv(-made)


def slopes(of, theta):
    return [(of(theta + s) - of(theta - s)) / 2e-4 for s in np.eye(len(theta)) * 1e-4]


@pytest.fixture(scope="module")
def fit():
    return masked_regression(masked_data(Y, HOW, X, NAMES))


def test_the_fit_maximises_the_likelihood_of_the_definition(fit):
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit.coefficients))
    assert slopes(log_likelihood, fit.coefficients) == pytest.approx([0, 0], abs=1e-3)
    assert fit.covariance == pytest.approx(inverse_information(log_likelihood, fit.coefficients), rel=2e-3)
    assert fit.terms == ("sensitive.Intercept", "sensitive.age")
    assert fit.degrees_of_freedom == N - 2
    assert fit.method.startswith("maximum likelihood (forced design), ")
    assert fit.scores.sum(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert fit.warnings == ()


def test_under_a_design_scores_of_a_cluster_are_added_first():
    data = masked_data(Y, HOW, X, NAMES, weights=W, clusters=CLUSTERS)
    made = masked_regression(data)
    assert data.share == pytest.approx(W / W.sum())
    assert masked_data(Y, HOW).share == pytest.approx(np.full(N, 1 / N))
    assert made.degrees_of_freedom == 59
    assert made.method == "maximum likelihood (forced design), linearised sandwich"
    w = W / W.mean()
    p = expit(X @ made.coefficients)
    yes = HOW.c0 + HOW.c1 * p
    score = X * (w * HOW.c1 * p * (1 - p) * (Y - yes) / (yes * (1 - yes)))[:, None]
    assert score.sum(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert made.scores == pytest.approx(score, abs=1e-6)


def test_coefficients_become_records(fit):
    records = fit.estimates(0.9)
    t = stats.t.ppf(0.95, N - 2)
    se = np.sqrt(np.diag(fit.covariance))
    assert [r.term for r in records] == list(fit.terms)
    assert [r.value for r in records] == pytest.approx(fit.coefficients)
    assert [r.low for r in records] == pytest.approx(fit.coefficients - t * se)
    assert {(r.n, r.unit, r.method, r.confidence) for r in records} == {(N, "log odds", fit.method, 0.9)}
    assert fit.estimates()[0].confidence == 0.95


def test_an_undetermined_coefficient_has_no_error(fit):
    lost = MaskedRegression(
        fit.terms, fit.coefficients, fit.covariance, fit.scores, fit.log_likelihood, fit.convergence, (),
        np.array([False, True]), fit.data, 9.0, "by hand",
    )  # fmt: skip
    one, two = lost.estimates(0.8)
    assert one.se == pytest.approx(np.sqrt(fit.covariance[0, 0]))
    assert (two.term, two.value, two.se, two.low, two.high) == ("sensitive.age", fit.coefficients[1], None, None, None)
    assert (two.n, two.unit, two.method, two.confidence) == (N, "log odds", "by hand", 0.8)
    assert (two.effective_n, two.degrees_of_freedom) == (None, None)


def test_averages_have_errors_by_the_delta_method(fit):
    rows = np.column_stack([np.ones(N), np.full(N, 1.0)])
    for x in (X, rows):
        made = masked_average(fit, None if x is X else x)
        p = expit(x @ fit.coefficients)
        assert made.value == pytest.approx(p.mean())
        assert made.gradient == pytest.approx((x * (p * (1 - p))[:, None]).mean(axis=0))
    average = masked_average(fit)
    one, two = masked_predictions(fit, {"all": average, "older": masked_average(fit, rows)}, 0.9)
    se = np.sqrt(average.gradient @ fit.covariance @ average.gradient)
    assert (one.term, two.term) == ("all", "older")
    assert (one.value, one.se) == pytest.approx((average.value, se))
    spread = stats.t.ppf(0.95, N - 2) * se / (one.value * (1 - one.value))
    assert one.high == pytest.approx(expit(np.log(one.value / (1 - one.value)) + spread))
    assert (one.n, one.unit, one.method) == (N, "share of respondents", "average of fitted values, delta method")


def test_the_mask_forbids_answers_that_the_device_never_gives():
    data = masked_data([0, 1] * 10, device("triangular", 0.25))
    assert mask(data, 1, 1).value.tolist() == [-np.inf, 0.0] * 10
    assert mask(data, 1, 0).value == pytest.approx(np.log([0.75, 0.25] * 10))
    never = masked_data([0, 1] * 10, device("forced", 0.6, p1=0.0, p0=0.4))
    assert mask(never, 2, 0).value.tolist() == [0.0, -np.inf] * 10


@pytest.mark.parametrize("model", ["logistic", "linear"])
def test_the_trait_as_predictor_maximises_the_joint_likelihood(model):
    outcome = VOTED if model == "logistic" else SCORE
    made = masked_predictor(masked_data(Y, HOW, X, NAMES), outcome, model)

    def of(theta):
        return log_likelihood(theta, outcome, model)

    assert made.log_likelihood == pytest.approx(of(made.coefficients))
    assert slopes(of, made.coefficients) == pytest.approx(np.zeros(len(made.coefficients)), abs=2e-3)
    wanted = inverse_information(of, made.coefficients)
    assert made.covariance == pytest.approx(wanted, rel=5e-3, abs=1e-4)
    sigma = ["outcome.log_sigma"] if model == "linear" else []
    assert list(made.terms) == [
        "sensitive.Intercept", "sensitive.age", "outcome.Intercept", "outcome.age", "outcome.sensitive_item", *sigma,
    ]  # fmt: skip
    assert made.degrees_of_freedom == N - len(made.terms)
    assert made.method.startswith(f"joint maximum likelihood ({model} outcome), ")
    records = made.estimates(0.9)
    t = stats.t.ppf(0.95, made.degrees_of_freedom)
    assert [r.term for r in records] == list(made.terms)
    assert [r.high for r in records] == pytest.approx(made.coefficients + t * np.sqrt(np.diag(made.covariance)))
    assert {(r.n, r.unit, r.method, r.confidence) for r in records} == {(N, "coefficient", made.method, 0.9)}


def test_the_trait_as_predictor_under_a_design():
    strata = CLUSTERS % 2
    made = masked_predictor(masked_data(Y, HOW, X, NAMES, weights=W, strata=strata, clusters=CLUSTERS), SCORE, "linear")
    assert made.degrees_of_freedom == 58
    assert made.method == "joint maximum likelihood (linear outcome), linearised sandwich"
    assert made.n == N


def test_rows_without_weight_do_not_hide_a_repeated_column():
    x = np.column_stack([np.ones(N), np.where(np.arange(N) < 20, AGE, 2.0)])
    with pytest.raises(EstimationError, match="covariate 'age' is constant or repeats other covariates in the sample"):
        masked_data(Y, HOW, x, NAMES, weights=np.where(np.arange(N) < 20, 0.0, 1.0))
    assert masked_data(Y, HOW, x, NAMES).names == NAMES


def test_nobody_who_holds_it_is_not_certain():
    """A share of yes below what the device alone gives: the likelihood says 0, its limits are those of the moments."""
    y = np.array([1.0] * 40 + [0.0] * 360)
    fit = masked_regression(masked_data(y, device("forced", 0.7, p1=0.15, p0=0.15)))
    (made,) = masked_predictions(fit, {"prediction": masked_average(fit)})
    se = y.std(ddof=1) / np.sqrt(400) / 0.7
    assert made.se is None
    assert (made.low, made.high) == (0.0, pytest.approx(stats.t.ppf(0.975, 399) * se, rel=1e-6))
    inside = masked_regression(masked_data(np.roll(np.arange(400) % 3 == 0, 1).astype(float), fit.data.how))
    assert masked_predictions(inside, {"prediction": masked_average(inside)})[0].se > 0
