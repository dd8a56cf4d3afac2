"""Composite of a reference and an opt-in sample."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.blending import blend
from analysis.estimators.estimate import unusable_estimate, usable_estimate


def estimate(value, se):
    return usable_estimate("y", value, se, n=100, unit="share", method="test")


def test_without_bias_it_is_the_inverse_variance_mean():
    made = blend(estimate(0.2, 0.04), estimate(0.3, 0.02), bias_allowed=0.0)
    assert made.opt_in_weight == pytest.approx(0.8)
    assert made.composite.value == pytest.approx(0.28)
    assert made.composite.se == pytest.approx(1 / np.sqrt(1 / 0.04**2 + 1 / 0.02**2))


def test_a_biased_opt_in_sample_loses_its_weight_and_is_called_out():
    near, far = (blend(estimate(0.2, 0.03), estimate(v, 0.005)) for v in (0.21, 0.6))
    assert near.opt_in_weight > 0.9
    assert far.opt_in_weight < 0.01
    assert far.composite.warnings
    assert not near.composite.warnings


def test_repeated_samples_are_covered_when_the_allowed_bias_is_true():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        bias = rng.normal(0, 0.05)
        made = blend(estimate(rng.normal(0.3, 0.04), 0.04), estimate(rng.normal(0.3 + bias, 0.01), 0.01), 0.05)
        hits += made.composite.low < 0.3 < made.composite.high
    assert hits == pytest.approx(950, abs=25)


def test_estimates_without_numbers_are_refused():
    empty = unusable_estimate("y", "nobody", n=0, unit="share", method="test")
    with pytest.raises(EstimationError, match="opt_in has no value"):
        blend(estimate(0.2, 0.1), empty)
    with pytest.raises(EstimationError, match="bias_allowed"):
        blend(estimate(0.2, 0.1), estimate(0.2, 0.1), -1)
