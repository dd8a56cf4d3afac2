import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.agreement import hausman_test, model_gap
from analysis.estimators.list_experiment.direct import combine_with_direct
from analysis.estimators.list_experiment.double import double_list, placebo_list, refuse_unpaired
from analysis.estimators.list_experiment.joint import joint_regression
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.prediction import average, compare_with_direct, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data
from analysis.estimators.list_experiment.several_items import (
    likelihood_several,
    linear_several,
    nonlinear_several,
    several_items_data,
)

ROUNDING = 1e-7  # the same numbers summed in another order, through a matrix inverse
SEARCHED = 1e-5  # two searches that start at different points
J = 4
DELTA, GAMMA = np.array([-0.6, 0.9]), np.array([0.2, -0.4])


def simulated(seed, n=1200, rho=0.0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    z = rng.random(n) < 1 / (1 + np.exp(-x @ DELTA))
    p = 1 / (1 + np.exp(-x @ GAMMA))
    if rho:
        p = rng.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho)
    treat = rng.permutation(np.arange(n) % 2)
    return rng.binomial(J, p) + z * treat, treat, x, z


FITS = {
    "linear": linear_regression,
    "nls": nonlinear_least_squares,
    "ml": maximum_likelihood,
    "unconstrained": lambda data: maximum_likelihood(data, "unconstrained"),
}


@pytest.mark.parametrize("name", FITS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_order_does_not_matter(name, seed):
    y, treat, x, _ = simulated(3, n=400)
    order = np.random.default_rng(seed).permutation(len(y))
    first = FITS[name](regression_data(y, treat, J, x))
    again = FITS[name](regression_data(y[order], treat[order], J, x[order]))
    np.testing.assert_allclose(again.coefficients, first.coefficients, atol=SEARCHED)
    np.testing.assert_allclose(again.standard_errors, first.standard_errors, rtol=SEARCHED)


@pytest.mark.parametrize("name", FITS)
@settings(max_examples=5, deadline=None)
@given(scale=st.floats(1e-3, 1e3), shift=st.floats(-5, 5))
def test_units_of_a_covariate_do_not_matter(name, scale, shift):
    y, treat, x, _ = simulated(3, n=400)
    other = np.column_stack([x[:, 0], scale * (x[:, 1] - shift)])
    first = FITS[name](regression_data(y, treat, J, x))
    again = FITS[name](regression_data(y, treat, J, other))
    assert again.coefficients[1] * scale == pytest.approx(first.coefficients[1], abs=SEARCHED)
    assert average(again).value == pytest.approx(average(first).value, abs=SEARCHED)


@pytest.mark.parametrize("name", FITS)
def test_duplicates_of_half_weight_in_one_cluster_change_nothing(name):
    y, treat, x, _ = simulated(3, n=400)
    rows = np.arange(400)
    twice = np.repeat(rows, 2)
    first = FITS[name](regression_data(y, treat, J, x, weights=np.ones(400), clusters=rows))
    again = FITS[name](regression_data(y[twice], treat[twice], J, x[twice], weights=np.full(800, 0.5), clusters=twice))
    np.testing.assert_allclose(again.coefficients, first.coefficients, atol=SEARCHED)
    np.testing.assert_allclose(again.standard_errors, first.standard_errors, rtol=SEARCHED)


def test_duplicates_taken_for_new_respondents_do_change_the_errors():
    """Negative twin: without clusters the copies count as respondents."""
    y, treat, x, _ = simulated(3, n=400)
    twice = np.repeat(np.arange(400), 2)
    first = maximum_likelihood(regression_data(y, treat, J, x))
    again = maximum_likelihood(regression_data(y[twice], treat[twice], J, x[twice]))
    np.testing.assert_allclose(again.standard_errors * np.sqrt(2), first.standard_errors, rtol=SEARCHED)


@pytest.mark.parametrize("name", FITS)
def test_rows_of_weight_zero_do_not_matter_to_coefficients(name):
    y, treat, x, _ = simulated(3, n=400)
    w = np.ones(400)
    w[:50] = 0
    first = FITS[name](regression_data(y[50:], treat[50:], J, x[50:]))
    again = FITS[name](regression_data(y, treat, J, x, weights=w))
    np.testing.assert_allclose(again.coefficients, first.coefficients, atol=SEARCHED)


def test_swapping_a_two_valued_covariate_turns_its_sign():
    y, treat, x, _ = simulated(5)
    g = (x[:, 1] > 0).astype(float)
    one = maximum_likelihood(regression_data(y, treat, J, np.column_stack([x[:, 0], g])))
    two = maximum_likelihood(regression_data(y, treat, J, np.column_stack([x[:, 0], 1 - g])))
    assert one.coefficients[1] == pytest.approx(-two.coefficients[1], abs=SEARCHED)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=SEARCHED)


# A 3-standard-error band per coefficient fails by chance once in some hundred seeds; these seeds are fixed.
@pytest.mark.parametrize("name", ["nls", "ml"])
def test_truth_is_recovered(name):
    y, treat, x, z = simulated(8, n=6000)
    fit = FITS[name](regression_data(y, treat, J, x))
    assert (np.abs(fit.coefficients[:4] - np.concatenate([DELTA, GAMMA])) < 3 * fit.standard_errors[:4]).all()
    (share,) = predict(fit, {"prediction": average(fit)})
    assert abs(share.value - z.mean()) < 3 * share.se
    assert not model_gap(fit).is_flagged


def test_overdispersion_is_recovered_and_ignoring_it_costs_likelihood():
    y, treat, x, _ = simulated(9, n=6000, rho=0.3)
    data = regression_data(y, treat, J, x)
    fit = maximum_likelihood(data, "beta-binomial")
    assert fit.coefficients[-1] == pytest.approx(np.log(0.3 / 0.7), abs=3 * fit.standard_errors[-1])
    assert fit.log_likelihood > maximum_likelihood(data).log_likelihood + 50


def test_errors_of_likelihood_are_those_of_repeated_samples():
    draws = [maximum_likelihood(regression_data(*_three(s))) for s in range(60)]
    spread = np.std([d.coefficients for d in draws], axis=0, ddof=1)
    claimed = np.mean([d.standard_errors for d in draws], axis=0)
    np.testing.assert_allclose(spread, claimed, rtol=0.35)  # the error of a spread over 60 draws is 9 %


def _three(seed):
    y, treat, x, _ = simulated(seed)
    return y, treat, J, x


def test_constant_covariate_is_named():
    y, treat, x, _ = simulated(3, n=100)
    with pytest.raises(EstimationError, match=r"covariate 'host' is constant .* remove it"):
        regression_data(y, treat, J, np.column_stack([x, np.full(100, 2.0)]), ("Intercept", "age", "host"))


def test_covariate_that_is_constant_in_one_arm_is_named():
    y, treat, x, _ = simulated(3, n=100)
    with pytest.raises(EstimationError, match="in the treated arm"):
        regression_data(y, treat, J, np.column_stack([x, (1 - treat) * x[:, 1] ** 2]), ("Intercept", "age", "b"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.ones((99, 1))}, "give 100 rows"),
        ({"X": np.full((100, 1), np.nan)}, "covariate 'x0' is nan at position 1"),
        ({"names": ("a", "b")}, "1 columns but 2 names"),
        ({"weights": np.zeros(100)}, "weights are all zero"),
    ],
)
def test_broken_input_is_named(change, message):
    y, treat, _, _ = simulated(3, n=100)
    with pytest.raises(EstimationError, match=message):
        regression_data(y, treat, J, **({"X": np.ones((100, 1))} | change))


def test_more_coefficients_than_rows_is_refused():
    y, treat, _, _ = simulated(3, n=24)
    with pytest.raises(EstimationError, match="drop covariates"):
        regression_data(y, treat, J, np.random.default_rng(0).normal(size=(24, 13)))


def test_unknown_model_is_refused():
    y, treat, x, _ = simulated(3, n=100)
    with pytest.raises(EstimationError, match="model is 'probit'"):
        maximum_likelihood(regression_data(y, treat, J, x), "probit")


def test_hausman_refuses_fits_of_different_data():
    y, treat, x, _ = simulated(3)
    with pytest.raises(EstimationError, match="fit both from one"):
        hausman_test(
            maximum_likelihood(regression_data(y, treat, J, x)), nonlinear_least_squares(regression_data(y, treat, J))
        )


def test_hausman_rejects_when_holders_differ_in_the_other_items():
    y, treat, x, z = simulated(3, n=6000)
    data = regression_data(y, treat, J, x)
    assert hausman_test(maximum_likelihood(data), nonlinear_least_squares(data)).p_value > 0.01
    tilted = np.clip(y - z * (np.random.default_rng(1).random(6000) < 0.5), 0, None)
    data = regression_data(tilted, treat, J, x)
    assert hausman_test(maximum_likelihood(data), nonlinear_least_squares(data)).p_value < 0.01


def test_direct_comparison_sees_denial():
    y, treat, x, z = simulated(4, n=6000)
    fit = maximum_likelihood(regression_data(y, treat, J, x))
    honest = compare_with_direct(fit, z)
    denied = compare_with_direct(fit, z & (np.arange(6000) % 2 == 0))
    assert honest.difference.low < 0 < honest.difference.high
    assert denied.difference.low > 0


def test_direct_answer_must_be_yes_or_no():
    y, treat, x, _ = simulated(4, n=100)
    with pytest.raises(EstimationError, match="direct is 2 at position 1"):
        combine_with_direct(y, treat, J, np.full(100, 2))
    fit = linear_regression(regression_data(y, treat, J, x))
    with pytest.raises(EstimationError, match="give one answer for each"):
        compare_with_direct(fit, np.ones(3))


def test_combined_estimate_is_more_precise_and_its_placebo_sees_false_yes():
    y, treat, _, z = simulated(4, n=6000)
    denial = z & (np.arange(6000) % 3 > 0)
    got = combine_with_direct(y, treat, J, denial)
    alone = linear_regression(regression_data(y, treat, J))
    assert abs(got.combined.value - z.mean()) < 3 * got.combined.se
    assert got.combined.se < alone.standard_errors[0]
    assert got.treatment_among_admitters.p_value > 0.01
    false_yes = denial | (np.arange(6000) % 5 == 0)
    assert combine_with_direct(y, treat, J, false_yes).treatment_among_admitters.p_value < 1e-4


def test_combined_needs_deniers_in_both_arms():
    y, treat, _, _ = simulated(4, n=100)
    with pytest.raises(EstimationError, match="too few: use the list alone"):
        combine_with_direct(y, treat, J, np.ones(100))


def test_double_list_finds_the_list_that_fails():
    y, treat, _, z = simulated(6, n=4000)
    b = np.random.default_rng(2).binomial(J, 0.4, 4000)
    good = double_list(y, b + z * (1 - treat), treat, J)
    assert good.p_disagreement > 0.01
    assert abs(good.average.value - z.mean()) < 3 * good.average.se
    assert double_list(y, b, treat, J).p_disagreement < 1e-4


def test_double_list_needs_the_item_once():
    with pytest.raises(EstimationError, match="respondent 2 saw the item on both lists"):
        refuse_unpaired([0, 1], [1, 1])


def test_placebo_list_sees_a_longer_list():
    y, treat, _, z = simulated(6, n=4000)
    assert placebo_list(y - z * treat, treat, J).p_value > 0.01
    assert placebo_list(y, treat, J).p_value < 1e-4


def test_several_items_with_one_item_are_the_single_item():
    y, treat, x, _ = simulated(7)
    single, multiple = regression_data(y, treat, J, x), several_items_data(y, treat, J, x)
    pairs = (
        (linear_regression, linear_several),
        (nonlinear_least_squares, nonlinear_several),
        (maximum_likelihood, likelihood_several),
    )
    for one, several in pairs:
        np.testing.assert_allclose(several(multiple).coefficients, one(single).coefficients, atol=SEARCHED)
        np.testing.assert_allclose(several(multiple).standard_errors, one(single).standard_errors, rtol=SEARCHED)


def test_several_items_refuse_gaps_and_wrong_names():
    y, treat, x, _ = simulated(7, n=100)
    with pytest.raises(EstimationError, match="without gaps"):
        several_items_data(y, treat + 0.5, J, x)
    with pytest.raises(EstimationError, match="2 names for 1 items"):
        several_items_data(y, treat, J, x, labels=("a", "b"))
    with pytest.raises(EstimationError, match="condition is 'indicator'"):
        likelihood_several(several_items_data(y, treat, J, x), "indicator")


def test_item_as_predictor_is_recovered():
    y, treat, x, z = simulated(10, n=6000)
    outcome = np.random.default_rng(3).random(6000) < 1 / (1 + np.exp(-(-0.5 + 1.5 * z)))
    fit = joint_regression(regression_data(y, treat, J, x), outcome, "logistic")
    assert fit.coefficients[-1] == pytest.approx(1.5, abs=3 * np.sqrt(fit.covariance[-1, -1]))
    with pytest.raises(EstimationError, match="other values than 0 and 1"):
        joint_regression(regression_data(y, treat, J, x), outcome + 1, "logistic")
