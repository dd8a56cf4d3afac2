"""Intervals of shares and quantiles: the equation that each limit solves, and limits known from textbooks."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean
from analysis.estimators.weighting.intervals import SurveyQuantile, proportion_interval, survey_quantile

SHARE, VARIANCE, N, DF = 0.12, 0.0009, 150, 24
T = stats.t.ppf(0.975, DF)


def limits(method, share=SHARE, variance=VARIANCE, n=N, df=DF, **more):
    made = proportion_interval(share, variance, n, df, method, **more)
    return made.low, made.high


def test_the_symmetric_interval():
    assert limits("mean") == pytest.approx((SHARE - T * 0.03, SHARE + T * 0.03), rel=1e-12)
    narrow = stats.t.ppf(0.9, DF)
    assert limits("mean", confidence=0.8) == pytest.approx((SHARE - narrow * 0.03, SHARE + narrow * 0.03), rel=1e-12)


def test_limits_of_logit_and_arcsine_are_symmetric_on_their_scale():
    def logit(p):
        return math.log(p / (1 - p))

    half = T * 0.03 / (SHARE * (1 - SHARE))
    assert [logit(p) for p in limits("logit")] == pytest.approx([logit(SHARE) - half, logit(SHARE) + half], rel=1e-10)
    assert limits("logit") == pytest.approx(limits_of_default())
    centre, half = math.asin(math.sqrt(SHARE)), T * 0.03 / (2 * math.sqrt(SHARE * (1 - SHARE)))
    assert [math.asin(math.sqrt(p)) for p in limits("arcsine")] == pytest.approx([centre - half, centre + half])


def limits_of_default():
    made = proportion_interval(SHARE, VARIANCE, N, DF)
    return made.low, made.high


def test_the_arcsine_interval_ends_at_the_ends_of_the_scale():
    assert limits("arcsine", 0.01, 0.01)[0] == 0.0
    assert limits("arcsine", 0.99, 0.01)[1] == 1.0


def test_the_interval_of_korn_and_graubard_is_clopper_and_pearsons_of_the_effective_sample():
    effective = SHARE * (1 - SHARE) / VARIANCE * (stats.t.ppf(0.975, N - 1) / T) ** 2
    yes, no = effective * SHARE, effective * (1 - SHARE)
    wanted = stats.beta.ppf(0.025, yes, no + 1), stats.beta.ppf(0.975, yes + 1, no)
    assert limits("beta") == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize(("yes", "n"), [(0, 20), (20, 20), (7, 20)])
def test_without_a_design_variance_it_is_the_exact_binomial_interval(yes, n):
    exact = stats.binomtest(yes, n).proportion_ci(0.95)
    assert limits("beta", yes / n, 0.0, n, n - 1) == pytest.approx((exact.low, exact.high), rel=1e-9)


def test_the_likelihood_interval_ends_where_the_likelihood_has_fallen_enough():
    low, high = limits("likelihood")
    effect = VARIANCE / (SHARE * (1 - SHARE) / N) * N / (N - 1)
    for p in (low, high):
        fall = 2 * N * (SHARE * math.log(SHARE / p) + (1 - SHARE) * math.log((1 - SHARE) / (1 - p)))
        assert fall == pytest.approx(T**2 * effect, rel=1e-9)
    assert low < SHARE < high


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "wald"}, "interval is 'wald'; choose one of mean, logit, beta, likelihood, arcsine"),
        ({"share": 1.2}, "share is 1.2; a logit interval needs a value from 0 to 1"),
        ({"share": -0.1}, "share is -0.1"),
        ({"share": math.nan}, "share is nan"),
        ({"df": 0}, "degrees of freedom are 0; 1 is needed: more clusters than strata"),
        ({"df": math.nan}, "degrees of freedom are nan"),
        ({"n": 1}, "degrees of freedom are 24; 1 is needed"),
        ({"share": 0.0}, "share is 0, so its logit interval does not exist; choose beta"),
        ({"share": 1.0, "method": "mean"}, "share is 1, so its mean interval does not exist; choose beta"),
    ],
)
def test_what_has_no_interval_is_refused(changed, message):
    with pytest.raises(EstimationError, match=message):
        limits(changed.pop("method", "logit"), **changed)


def test_the_smallest_samples_that_have_an_interval():
    assert limits("mean", 0.5, 0.01, 2, 1) == pytest.approx((0.5 - 0.1 * 12.7062047364, 0.5 + 0.1 * 12.7062047364))
    assert limits("beta", 0.0, 0.0, 2, 1) == pytest.approx((0.0, 1 - 0.025**0.5))


X = np.array([5.0, 1.0, 3.0, 2.0, 4.0, 10.0, 8.0, 7.0, 9.0, 6.0])


@pytest.mark.parametrize(
    ("probability", "value"), [(0.05, 1), (0.1, 1), (0.1001, 2), (0.5, 5), (0.51, 6), (0.9, 9), (0.99, 10)]
)
def test_a_quantile_is_the_first_value_at_which_the_share_is_reached(probability, value):
    assert survey_quantile(X, survey_design(10), probability).value == value


def test_weights_move_a_quantile_and_rows_outside_do_not_count():
    w = np.array([1, 10, 1, 1, 1, 1, 1, 1, 1, 0.0])
    design = survey_design(10, weights=w)
    assert survey_quantile(X, design, 0.5).value == 1
    assert survey_quantile(X, design, 0.6).value == 2
    assert survey_quantile(X, design, 0.65).value == 3
    assert survey_quantile(X, design, 0.5, X > 1).value == 5
    assert survey_quantile(X, survey_design(10), 0.5, X > 5).value == 8


def test_limits_are_quantiles_at_the_limits_of_the_share():
    x = np.arange(1.0, 101.0)
    design = survey_design(100)
    made = survey_quantile(x, design, 0.3)
    below = survey_mean((x <= 30).astype(float), design)
    half = stats.t.ppf(0.975, 99) * below.standard_errors[0]
    assert (made.probability, made.value) == (0.3, 30.0)
    assert made.low == np.ceil(100 * (0.3 - half))
    assert made.high == np.ceil(100 * (0.3 + half))
    assert made.se == pytest.approx((made.high - made.low) / (2 * stats.t.ppf(0.975, 99)))
    wide = survey_quantile(x, design, 0.3, confidence=0.99)
    assert wide.low == np.ceil(100 * (0.3 - stats.t.ppf(0.995, 99) * below.standard_errors[0]))
    inside = survey_quantile(x, design, 0.5, x > 50)
    share = survey_mean((x <= 75).astype(float), design, x > 50)
    assert inside.low == 50 + np.ceil(50 * (0.5 - stats.t.ppf(0.975, 49) * share.standard_errors[0]))


def test_a_limit_beyond_the_data_is_left_open():
    x = np.arange(1.0, 11.0)
    low = survey_quantile(x, survey_design(10), 0.1)
    assert low.low is None
    assert low.se is None
    assert low.high is not None
    high = survey_quantile(x, survey_design(10), 0.85)
    assert (high.low is None, high.high, high.se) == (False, None, None)
    one = survey_quantile([1.0, 2.0], survey_design(2, clusters=[1, 1], lonely="certainty"), 0.5)
    assert one == SurveyQuantile(0.5, 1.0, None, None, None)


@pytest.mark.parametrize("probability", [0, 1, -0.1, math.nan])
def test_a_quantile_needs_a_probability(probability):
    with pytest.raises(
        EstimationError, match=f"probability is {probability:g}; give a number strictly between 0 and 1"
    ):
        survey_quantile(X, survey_design(10), probability)
