"""Intervals of predicted shares: on the logit scale, stretched by leverage, and what stays as it was."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.estimate import logit_interval, normal_interval
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.prediction import Average, average, delta_se, difference, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data


def data(n=600, seed=1, **design):
    rng = np.random.default_rng(seed)
    x, treat = rng.normal(size=n), np.arange(n) % 2
    held = rng.random(n) < special.expit(-1 + 0.5 * x)
    y = rng.binomial(3, 0.4, n) + treat * held
    return regression_data(y, treat, 3, np.column_stack([np.ones(n), x]), ("Intercept", "x"), **design)


def test_interval_of_a_share_is_symmetric_on_the_logit_scale_and_the_error_is_the_delta_one():
    fit = maximum_likelihood(data())
    told = average(fit)
    (made,) = predict(fit, {"prediction": told})
    assert made.se == delta_se(told.gradient, fit.covariance)
    low, middle, high = special.logit([made.low, made.value, made.high])
    assert high - middle == pytest.approx(middle - low, abs=1e-9)
    assert 0 < made.low < made.value < made.high < 1


def test_leverage_makes_the_interval_wider_than_the_sandwich():
    fit = maximum_likelihood(data())
    told = average(fit)
    sandwich = float(np.linalg.norm(fit.influence @ told.gradient))
    plain = logit_interval(told.value, sandwich, 0.95, fit.degrees_of_freedom)
    (made,) = predict(fit, {"prediction": told})
    assert made.low < plain.low < plain.high < made.high
    assert made.high - made.low < 1.5 * (plain.high - plain.low)


def test_a_difference_is_symmetric_and_a_linear_fit_keeps_its_interval():
    fit = maximum_likelihood(data())
    up, down = (average(fit, fit.data.X + np.array([0.0, move])) for move in (0.5, -0.5))
    (gap,) = predict(fit, {"gap": difference(up, down)})
    assert gap.high - gap.value == pytest.approx(gap.value - gap.low, abs=1e-12)
    line = linear_regression(data())
    (made,) = predict(line, {"prediction": average(line)})
    assert made.low == normal_interval(made.value, made.se, 0.95, line.degrees_of_freedom).low


def test_clusters_keep_the_error_of_their_design():
    fit = maximum_likelihood(data(clusters=np.arange(600) // 5))
    (made,) = predict(fit, {"prediction": average(fit)})
    assert made.low == logit_interval(made.value, made.se, 0.95, fit.degrees_of_freedom).low


def test_a_share_of_nothing_has_a_finite_interval():
    fit = maximum_likelihood(data())
    (made,) = predict(fit, {"prediction": Average(0.0, np.zeros(len(fit.coefficients)), is_share=True)})
    assert (made.low, made.high) == (0.0, 0.0)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.2])
def test_no_logit_interval_outside_the_range_of_a_share(value):
    with pytest.raises(EstimationError, match="strictly between 0 and 1"):
        logit_interval(value, 0.1)


def test_symmetric_intervals_miss_skewed_shares_where_ours_do_not():
    """Negative twin of the coverage table, small: the older interval misses from below, the new one does not."""
    found = []
    for seed in range(120):
        survey = data(400, seed)
        truth = float(special.expit(-1 + 0.5 * survey.X[:, 1]).mean())
        fit = maximum_likelihood(survey)
        (made,) = predict(fit, {"prediction": average(fit)})
        plain = normal_interval(made.value, made.se)
        found.append((made.low <= truth <= made.high, plain.low <= truth <= plain.high))
    ours, older = np.mean(found, axis=0)
    assert ours > older
    assert ours > 0.92


def test_an_average_of_another_link_is_no_share():
    fit = replace(linear_regression(data()), link="identity")
    assert not average(fit).is_share
