"""Trimming: what is cut is given to those inside the limits."""

import math

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.weighting.trimming import trim_weights


def test_both_ends_are_cut_and_the_sum_is_kept():
    made = trim_weights([0.2, 1.0, 2.0, 3.0, 9.0, 0.0], 0.5, 4.0)
    assert made.weights == pytest.approx([0.5, 1 + 4.7 / 3, 2 + 4.7 / 3, 3 + 4.7 / 3, 4.0, 0.0])
    assert made.weights.sum() == pytest.approx(15.2)
    assert (made.cut_low, made.cut_high) == (1, 1)


def test_weights_at_a_limit_are_inside():
    made = trim_weights([1.0, 2.0, 4.0], 1.0, 4.0)
    assert made.weights.tolist() == [1.0, 2.0, 4.0]
    assert (made.cut_low, made.cut_high) == (0, 0)
    above = trim_weights([1.0, 2.0, 4.0, 4.5, 5.0], 1.0, 4.0)
    assert above.weights == pytest.approx([1.5, 2.5, 4.5, 4.0, 4.0])
    assert (above.cut_low, above.cut_high) == (0, 2)
    below = trim_weights([1.0, 2.0, 4.0], 1.5, math.inf)
    assert below.weights == pytest.approx([1.5, 1.75, 3.75])
    assert (below.cut_low, below.cut_high) == (1, 0)


@pytest.mark.parametrize(
    ("weights", "lower", "upper", "message"),
    [
        ([1, 2], 3, 1, "trimming limits are 3 and 1; give a lower one below the upper one"),
        ([1, 2], 2, 2, "trimming limits are 2 and 2"),
        ([1, 5], 2, 3, "every weight lies outside 2 to 3; widen the limits"),
        ([1, -5], 2, 3, "weight"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(weights, lower, upper, message):
    with pytest.raises(EstimationError, match=message):
        trim_weights(weights, lower, upper)


def test_rows_without_weight_are_not_raised():
    assert trim_weights(np.array([0.0, 1.0, 2.0]), 1.2, 5.0).weights == pytest.approx([0.0, 1.2, 1.8])
