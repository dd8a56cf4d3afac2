"""Composite of a reference and an opt-in sample."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.blending import blend
from analysis.estimators.estimate import unusable_estimate, usable_estimate


def estimate(value, se):
    return usable_estimate("y", value, se, n=100, unit="share", method="test")


def test_without_bias_it_is_the_inverse_variance_mean():
    made = blend(estimate(0.2, 0.04), estimate(0.3, 0.02), bias_bound=0.0)
    assert made.opt_in_weight == pytest.approx(0.8)
    assert made.composite.value == pytest.approx(0.28)
    assert made.composite.se == pytest.approx(1 / np.sqrt(1 / 0.04**2 + 1 / 0.02**2))


def test_a_biased_opt_in_sample_loses_its_weight_and_is_called_out():
    near, far = (blend(estimate(0.2, 0.03), estimate(v, 0.005)) for v in (0.21, 0.6))
    assert near.opt_in_weight > 0.9
    assert far.opt_in_weight < 0.01
    assert far.composite.warnings
    assert not any("differ" in w for w in near.composite.warnings)


@pytest.mark.parametrize("bias", [0.0, 0.05, -0.05])
def test_repeated_samples_are_covered_for_every_bias_within_the_bound(bias):
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        made = blend(estimate(rng.normal(0.3, 0.04), 0.04), estimate(rng.normal(0.3 + bias, 0.01), 0.01), 0.05)
        hits += made.composite.low < 0.3 < made.composite.high
    assert hits >= 930


def test_a_bias_beyond_the_bound_is_missed():
    """Negative twin: the bound is an assumption, and the interval rests on it."""
    rng = np.random.default_rng(1)
    made = [
        blend(estimate(rng.normal(0.3, 0.04), 0.04), estimate(rng.normal(0.4, 0.01), 0.01), 0.02) for _ in range(300)
    ]
    assert np.mean([m.composite.low < 0.3 < m.composite.high for m in made]) < 0.7


def test_without_a_bound_there_is_no_interval():
    made = blend(estimate(0.2, 0.04), estimate(0.24, 0.03)).composite
    assert (made.se, made.low, made.high) == (None, None, None)
    assert any("nothing outside the two samples bounds the bias" in w for w in made.warnings)


def test_estimates_without_numbers_are_refused():
    empty = unusable_estimate("y", "nobody", n=0, unit="share", method="test")
    with pytest.raises(EstimationError, match="opt_in has no value"):
        blend(estimate(0.2, 0.1), empty)
    with pytest.raises(EstimationError, match="bias_bound"):
        blend(estimate(0.2, 0.1), estimate(0.2, 0.1), -1)


def test_the_bias_is_what_the_difference_leaves_unexplained():
    a = usable_estimate("share", 0.20, 0.04, n=200, unit="share of adults", method="rds-ii")
    b = usable_estimate("other", 0.35, 0.03, n=900, unit="share", method="opt-in")
    made = blend(a, b)
    bias2 = 0.15**2 - 0.04**2 - 0.03**2
    weight = 0.04**2 / (0.04**2 + 0.03**2 + bias2)
    assert made.bias_bound == pytest.approx(np.sqrt(bias2))
    assert made.opt_in_weight == pytest.approx(weight)
    assert made.composite.value == pytest.approx(0.2 + weight * 0.15)
    bounded = blend(a, b, np.sqrt(bias2)).composite
    assert bounded.value == pytest.approx(made.composite.value)
    assert bounded.se == pytest.approx(np.sqrt((1 - weight) ** 2 * 0.04**2 + weight**2 * 0.03**2))
    assert made.difference == pytest.approx(0.15)
    assert made.difference_p == pytest.approx(0.0026997960632601866)  # three standard errors
    assert (made.composite.term, made.composite.unit, made.composite.n) == ("share", "share of adults", 1100)
    assert made.composite.method == "composite of rds-ii and opt-in"
    assert made.composite.warnings[0] == "the two samples differ by +0.150 (p = 0.0027): report them side by side"


def test_a_difference_within_the_errors_leaves_no_bias():
    made = blend(estimate(0.2, 0.04), estimate(0.24, 0.03))
    assert made.bias_bound == 0.0
    assert made.difference_p == pytest.approx(0.42371, abs=1e-5)
    assert made.opt_in_weight == pytest.approx(0.04**2 / (0.04**2 + 0.03**2))


@pytest.mark.parametrize("broken", ["reference", "opt_in"])
def test_an_estimate_without_an_error_is_refused(broken):
    pair = [estimate(0.2, 0.1), estimate(0.2, 0.0)]
    given = pair[::-1] if broken == "reference" else pair
    with pytest.raises(
        EstimationError, match=f"{broken} has no value or no standard error; a blend needs both from ea"
    ):
        blend(*given)
