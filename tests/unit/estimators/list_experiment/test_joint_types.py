import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.joint_types import joint_types

ROUNDING = 1e-12
J = 3


def simulated(seed, n=200, share=0.3):
    rng = np.random.default_rng(seed)
    treat = np.repeat([0, 1], n // 2)
    return rng.binomial(J, 0.5, n) + treat * (rng.random(n) < share), treat


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_shares_add_up_and_holders_are_the_difference_in_means(seed):
    response, treat = simulated(seed)
    types = joint_types(response, treat, J)
    assert types.holders.sum() + types.others.sum() == pytest.approx(1.0, abs=ROUNDING)
    difference = difference_in_means(response, treat, J, factor="neyman").difference
    assert types.holders.sum() == pytest.approx(difference.value, abs=ROUNDING)
    plug_in = difference.se * np.sqrt(99 / 100)  # variance with n instead of n − 1
    assert np.sqrt(types.holders_covariance.sum()) == pytest.approx(plug_in, rel=1e-9)


def test_types_are_recovered_in_a_large_honest_world():
    response, treat = simulated(1, n=200_000)
    types = joint_types(response, treat, J)
    truth = 0.3 * np.array([1, 3, 3, 1]) / 8
    assert np.all(np.abs(types.holders - truth) < 4 * types.holders_se)
    assert np.all(types.holders_se < 0.005)


def test_standard_errors_equal_the_spread_over_repetitions():
    draws = [joint_types(*simulated(seed), J).holders for seed in range(400)]
    stated = joint_types(*simulated(0, n=40_000), J).holders_se * np.sqrt(200)
    np.testing.assert_allclose(np.std(draws, axis=0), stated, rtol=0.15)  # 400 repetitions: ±3.5 % per SD, 4 SD


def test_a_deflated_list_shows_a_negative_type():
    response, treat = simulated(2, share=0.0)
    response = np.where(treat == 1, np.maximum(response - 1, 0), response)
    assert joint_types(response, treat, J).holders.min() < 0


def test_broken_input_is_refused():
    with pytest.raises(EstimationError, match="response is 9"):
        joint_types([9] * 20, [0] * 10 + [1] * 10, J)
