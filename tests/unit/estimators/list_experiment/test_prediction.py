"""Intervals of predicted shares: on the logit scale, stretched by leverage, and what stays as it was."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.estimate import logit_interval, normal_interval
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.prediction import (
    Average,
    average,
    checked_direct,
    compare_with_direct,
    delta_se,
    difference,
    predict,
)
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


def test_a_share_of_nothing_claims_no_certainty():
    fit = maximum_likelihood(data())
    nothing = Average(0.0, np.zeros(len(fit.coefficients)), is_share=True)
    (made,) = predict(fit, {"prediction": nothing})
    assert (made.se, made.low, made.high) == (None, None, None)
    (made,) = predict(fit, {"prediction": replace(nothing, row=np.array([1.0, 0.0]))})
    assert made.se is None
    assert (made.low, made.high > 0.05) == (0.0, True)
    assert "linear regression of the same average" in made.warnings[0]


def nobody_holds_it(seed, n=400):
    """A list whose sensitive item nobody holds: every second likelihood runs to the boundary."""
    rng = np.random.default_rng(seed)
    arm, g = np.arange(n) % 2, (np.arange(n) // 2) % 2
    return regression_data(rng.binomial(4, 0.45, n), arm, 4, np.column_stack([np.ones(n), g]), ("Intercept", "g"))


def test_limits_at_the_boundary_hold_a_share_of_a_few_per_cent():
    """Size of the design: truth 2 %, at the boundary and inside it together; the delta method alone is the twin."""
    hits, plain, at_edge = [], [], 0
    for seed in range(120):
        rng = np.random.default_rng([5, seed])
        held = rng.random(400) < 0.02
        arm = np.arange(400) % 2
        survey = regression_data(rng.binomial(4, 0.45, 400) + arm * held, arm, 4)
        fit = maximum_likelihood(survey)
        told = average(fit)
        (made,) = predict(fit, {"prediction": told})
        se = delta_se(told.gradient, fit.covariance)
        at_edge += made.se is None
        hits.append(made.low <= 0.02 <= made.high)
        plain.append(told.value - 1.96 * se <= 0.02 <= told.value + 1.96 * se)
    assert at_edge > 30
    assert np.mean(hits) >= 0.9
    assert np.mean(plain) < 0.75


def test_contrasts_lose_their_errors_at_the_boundary_too():
    fits = [maximum_likelihood(nobody_holds_it(seed)) for seed in range(12)]
    ones, zeros = np.column_stack([np.ones(400)] * 2), np.column_stack([np.ones(400), np.zeros(400)])
    for fit in fits:
        averages = [average(fit, ones), average(fit, zeros)]
        made = predict(fit, {"one": averages[0], "zero": averages[1], "gap": difference(*averages)})
        is_lost = fit.undetermined[: fit.sensitive_n].any() or fit.convergence.separated_n > 0
        if is_lost:
            assert [e.se for e in made] == [None] * 3
            assert all(e.low <= e.value <= e.high for e in made)
            assert made[2].high - made[2].low > 0.1
            gap = compare_with_direct(fit, (np.arange(400) % 10 == 0).astype(float)).difference
            assert gap.se is None
            assert gap.high - gap.low > 0.1
    assert any(fit.undetermined[: fit.sensitive_n].any() for fit in fits)


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


@pytest.mark.parametrize("weighted", [False, True])
def test_averages_and_gradients_by_hand(weighted):
    w = np.random.default_rng(2).uniform(0.5, 2, 600)
    survey = data(weights=w) if weighted else data()
    share = w / w.sum() if weighted else np.full(600, 1 / 600)
    fit, line = maximum_likelihood(survey), linear_regression(survey)
    moved = survey.X + np.array([0.0, 0.5])
    for x in (None, moved):
        rows = survey.X if x is None else x
        p = special.expit(rows @ fit.coefficients[:2])
        made = average(fit, x)
        assert made.value == pytest.approx(share @ p)
        assert made.gradient == pytest.approx([*(rows.T @ (share * p * (1 - p))), 0.0, 0.0])
        assert made.is_share
        straight = average(line, x)
        assert straight.value == pytest.approx(share @ rows @ line.coefficients[:2])
        assert straight.gradient == pytest.approx([*(share @ rows), 0.0, 0.0])
    second = average(fit, item=1)
    p = special.expit(survey.X @ fit.coefficients[2:])
    assert second.value == pytest.approx(share @ p)
    assert second.gradient == pytest.approx([0.0, 0.0, *(survey.X.T @ (share * p * (1 - p)))])
    gap = difference(average(fit, moved), average(fit))
    assert not gap.is_share
    assert gap.value == pytest.approx(average(fit, moved).value - average(fit).value)
    with pytest.raises(
        EstimationError, match=r"X has shape \(2, 2\); predictions need the shape of the data, \(600, 2\)"
    ):
        average(fit, survey.X[:2])


def test_the_interval_rests_on_pulls_stretched_by_leverage():
    fit = maximum_likelihood(data())
    told = average(fit)
    inverse = np.linalg.inv(fit.covariance)
    leverage = np.array([row @ inverse @ row for row in fit.influence])
    spread = np.sqrt(((fit.influence @ told.gradient) ** 2 / (1 - np.clip(leverage, 0, 0.9))).sum())
    (made,) = predict(fit, {"prediction": told}, 0.9)
    wanted = logit_interval(told.value, spread, 0.9, fit.degrees_of_freedom)
    assert (made.low, made.high) == pytest.approx((wanted.low, wanted.high))
    assert (made.term, made.n, made.confidence, made.unit) == ("prediction", 600, 0.9, "share of respondents")
    assert made.degrees_of_freedom == fit.degrees_of_freedom
    names = [p.term for p in predict(fit, {"a": told, "b": told})]
    assert names == ["a", "b"]


@pytest.mark.parametrize("design", [{}, {"clusters": np.arange(600) // 6}])
def test_the_list_and_the_direct_question_have_joint_errors(design):
    fit = maximum_likelihood(data(**design))
    direct = (np.random.default_rng(5).random(600) < 0.2).astype(float)
    made = compare_with_direct(fit, direct, 0.9)
    told, said = average(fit), direct.mean()
    pull = np.column_stack([fit.influence @ told.gradient, (direct - said) / 600])
    groups = design.get("clusters", np.arange(600))
    totals = np.column_stack([np.bincount(groups, weights=c) for c in pull.T])
    n = len(totals)
    left = totals - totals.mean(axis=0)
    covariance = n / (n - 1) * left.T @ left
    assert made.prediction == predict(fit, {"prediction": told}, 0.9)[0]
    assert (made.direct.value, made.direct.se) == pytest.approx((said, np.sqrt(covariance[1, 1])))
    assert made.difference.value == pytest.approx(told.value - said)
    gap = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert made.difference.se == pytest.approx(np.sqrt(gap))
    assert (made.direct.term, made.difference.term) == ("direct", "prediction_minus_direct")
    assert (made.direct.method, made.difference.method) == ("share of yes", "average prediction minus share of yes")
    for one in (made.direct, made.difference):
        assert (one.n, one.unit, one.confidence) == (600, "share of respondents", 0.9)
        assert one.degrees_of_freedom == fit.degrees_of_freedom


def test_direct_answers_are_noughts_and_ones():
    assert checked_direct([0, 1], 2).tolist() == [0.0, 1.0]
    with pytest.raises(
        EstimationError, match=r"direct has shape \(2,\); give one answer for each of the 3 respondents"
    ):
        checked_direct([0, 1], 3)
    with pytest.raises(EstimationError, match="direct is 2 at position 2; use 1 for yes and 0 for no"):
        checked_direct([0, 2, 3], 3)
