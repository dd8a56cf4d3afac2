"""Every likelihood of a list by its definition: a sum over holding the item and misreporting, row by row."""

from itertools import product

import numpy as np
import pytest
from scipy.special import expit, gammaln

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.misreport import misreport_likelihood
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.modified import modified_list
from analysis.estimators.list_experiment.regression import regression_data

N, J = 900, 3
RNG = np.random.default_rng(12)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
TREAT = np.arange(N) % 2
HELD = RNG.random(N) < expit(-0.2 + 0.6 * AGE)
OTHERS = RNG.binomial(J, expit(0.1 - 0.4 * AGE))
NAMES = ("Intercept", "age")


def answered(model):
    """Counts in which the misreports of the model happen."""
    y = OTHERS + TREAT * HELD
    lies = RNG.random(N) < 0.3
    if model in {"floor", "floor-ceiling"}:
        y = np.where(lies & (TREAT == 1) & HELD & (OTHERS == 0), 0, y)
    if model in {"ceiling", "floor-ceiling"}:
        y = np.where(lies & (TREAT == 1) & HELD & (OTHERS == J), J, y)
    if model == "top-code":
        y = np.where(RNG.random(N) < 0.08, J + TREAT, y)
    if model == "uniform":
        y = np.where(RNG.random(N) < 0.1 + 0.1 * TREAT, RNG.integers(0, J + 1 + TREAT), y)
    return y


COUNTS = {model: answered(model) for model in ("none", "floor", "ceiling", "floor-ceiling", "top-code", "uniform")}


def binomial(k, p):
    inside = (k >= 0) & (k <= J)
    k = np.clip(k, 0, J)
    value = np.exp(gammaln(J + 1) - gammaln(k + 1) - gammaln(J - k + 1)) * p**k * (1 - p) ** (J - k)
    return np.where(inside, value, 0.0)


def log_likelihood(model, theta):
    y, item, p = COUNTS[model], expit(X @ theta[:2]), expit(X @ theta[2:4])
    if model in {"top-code", "uniform"}:
        error = expit(theta[4]) if model == "top-code" else expit(np.where(TREAT == 1, theta[5], theta[4]))
        chance = (y == J + TREAT).astype(float) if model == "top-code" else 1 / (J + 1 + TREAT)
        honest = (1 - item) * binomial(y, p) + item * binomial(y - TREAT, p)
        return np.log(error * chance + (1 - error) * honest).sum()
    ends = {"none": [], "floor": [0], "ceiling": [J], "floor-ceiling": [0, J]}[model]
    held = item * binomial(y - TREAT, p)
    total = (1 - item) * binomial(y, p)
    for m, end in enumerate(ends):
        lies = expit(theta[4 + m])
        held = np.where((TREAT == 1) & (y - 1 == end), held * (1 - lies), held)
        total = total + np.where((TREAT == 1) & (y == end), item * binomial(np.full(N, end), p) * lies, 0.0)
    return np.log(total + held).sum()


def fitted(model):
    data = regression_data(COUNTS[model], TREAT, J, X, NAMES)
    return maximum_likelihood(data) if model == "none" else misreport_likelihood(data, model)


@pytest.mark.parametrize("model", COUNTS)
def test_the_fit_has_the_likelihood_of_the_definition_and_no_slope(model):
    fit = fitted(model)
    theta = fit.coefficients
    assert fit.log_likelihood == pytest.approx(log_likelihood(model, theta), rel=1e-9)
    for e in np.eye(len(theta)) * 1e-4:
        assert abs(log_likelihood(model, theta + e) - log_likelihood(model, theta - e)) / 2e-4 < 2e-3
    terms = ["sensitive.Intercept", "sensitive.age", "control.Intercept", "control.age"]
    more = {
        "floor": ["misreport.floor"], "ceiling": ["misreport.ceiling"], "top-code": ["misreport.error"],
        "floor-ceiling": ["misreport.floor", "misreport.ceiling"],
        "uniform": ["misreport.error_control", "misreport.error_treated"], "none": [],
    }[model]  # fmt: skip
    assert list(fit.terms) == terms + more
    assert (fit.estimator, fit.sensitive_n, fit.link) == ("ml", 2, "logit")
    assert fit.degrees_of_freedom == N - len(fit.terms)
    if model != "none":
        assert fit.model == model
        assert fit.method.startswith(f"maximum likelihood (constrained, {model}), ")


@pytest.mark.parametrize("model", ["none", "floor", "uniform"])
def test_the_covariance_is_the_inverse_of_the_observed_information(model):
    fit, h = fitted(model), 1e-3
    k = len(fit.terms)
    made = np.zeros((k, k))
    for i in range(k):
        for j in range(k):
            a, b = np.eye(k)[i] * h, np.eye(k)[j] * h
            corners = [fit.coefficients + s * a + t * b for s in (1, -1) for t in (1, -1)]
            one, two, three, four = (log_likelihood(model, c) for c in corners)
            made[i, j] = (one - two - three + four) / (4 * h * h)
    assert fit.covariance == pytest.approx(np.linalg.inv(-made), rel=0.01, abs=2e-3)


def test_misreports_under_a_design():
    clusters = np.arange(N) // 9
    data = regression_data(COUNTS["uniform"], TREAT, J, X, NAMES, weights=RNG.uniform(1, 2, N), clusters=clusters)
    fit = misreport_likelihood(data, "uniform")
    assert fit.degrees_of_freedom == 99
    assert fit.method == "maximum likelihood (constrained, uniform), linearised sandwich"
    totals = np.column_stack([np.bincount(clusters, weights=column) for column in fit.influence.T])
    left = totals - totals.mean(axis=0)
    assert fit.covariance == pytest.approx(100 / 99 * left.T @ left)


ITEMS = (RNG.random((N, J)) < expit(np.array([-0.6, 0.1, 0.5]) + 0.3 * AGE[:, None])).astype(float)
SUM = ITEMS.sum(axis=1) + TREAT * HELD
OPENED = np.where((TREAT == 0)[:, None], ITEMS, np.nan)


def modified_log_likelihood(theta):
    shares = expit(np.column_stack([X @ block for block in np.split(theta, J + 1)]))
    chance = np.zeros(N)
    for held in product((0, 1), repeat=J + 1):
        one = np.prod(np.where(np.array(held) == 1, shares, 1 - shares), axis=1)
        told = np.where(TREAT == 1, sum(held) == SUM, (np.array(held[1:]) == ITEMS).all(axis=1))
        chance += np.where(told, one, 0.0)
    return np.log(chance).sum()


def test_the_modified_list_sums_over_all_combinations_of_answers():
    fit = modified_list(np.where(TREAT == 1, SUM, np.nan), TREAT, OPENED, X, NAMES)
    theta = fit.coefficients
    assert fit.log_likelihood == pytest.approx(modified_log_likelihood(theta), rel=1e-9)
    for e in np.eye(len(theta)) * 1e-4:
        slope = (modified_log_likelihood(theta + e) - modified_log_likelihood(theta - e)) / 2e-4
        assert abs(slope) < 2e-3
    assert fit.terms == tuple(f"{b}.{n}" for b in ("sensitive", "item1", "item2", "item3") for n in NAMES)
    assert (fit.estimator, fit.model, fit.sensitive_n, fit.link) == ("modified", "modified", 2, "logit")
    assert fit.degrees_of_freedom == N - 8
    assert fit.method.startswith("maximum likelihood (modified list), ")
    designed = modified_list(SUM, TREAT, OPENED, X, NAMES, weights=RNG.uniform(1, 2, N), clusters=np.arange(N) // 9)
    assert designed.degrees_of_freedom == 99
    assert designed.method == "maximum likelihood (modified list), linearised sandwich"
    with pytest.raises(EstimationError, match="the modified list has 8 open items; at most 7 are supported"):
        modified_list(SUM, TREAT, np.zeros((N, 8)), X, NAMES)


def test_open_answers_must_be_given_for_each_item_of_each_control():
    for wrong, message in (
        (OPENED[:-1], rf"open answers have shape \({N - 1}, 3\); give {N} rows, one column for each item"),
        (OPENED[:, 0], rf"open answers have shape \({N},\)"),
        (
            np.where(np.arange(N)[:, None] == 4, 2.0, OPENED),
            "open item 1 is 2 at position 5; every control answers 0 or 1",
        ),
    ):
        with pytest.raises(EstimationError, match=message):
            modified_list(SUM, TREAT, wrong, X, NAMES)
