import math

import pytest

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, Interval, normal_interval, unusable_estimate, usable_estimate

ROUNDING = 1e-12  # one multiplication


def record(**changes):
    fields = {
        "term": "t", "value": 0.2, "se": 0.1, "low": 0.0, "high": 0.4, "confidence": 0.95, "n": 10,
        "effective_n": None, "degrees_of_freedom": None, "unit": "share", "method": "m",
    }  # fmt: skip
    return Estimate(**{**fields, **changes})


def test_normal_interval_is_value_plus_minus_quantile():
    assert normal_interval(1.0, 2.0).high == pytest.approx(1 + 2 * 1.959963984540054, rel=ROUNDING)


def test_student_interval_is_wider_than_normal_and_tends_to_it():
    few, many, normal = (normal_interval(0, 1, degrees_of_freedom=d).high for d in (3, 1e7, None))
    assert few > 3.18
    assert many == pytest.approx(normal, rel=1e-6)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, math.nan])
def test_interval_refuses_an_impossible_confidence(confidence):
    with pytest.raises(EstimationError, match="confidence is"):
        normal_interval(0.0, 1.0, confidence)


@pytest.mark.parametrize("degrees", [0, -1, math.nan])
def test_interval_refuses_too_few_degrees_of_freedom(degrees):
    with pytest.raises(EstimationError, match="more clusters than strata"):
        normal_interval(0.0, 1.0, degrees_of_freedom=degrees)


def test_usable_estimate_carries_its_interval():
    made = usable_estimate("difference", 0.2, 0.1, n=50, unit="items", method="by hand", effective_n=40.0)
    assert made.is_usable
    assert Interval(made.low, made.high) == normal_interval(0.2, 0.1)


def test_unusable_estimate_holds_no_number():
    made = unusable_estimate("prevalence", "why", n=50, unit="share", method="m")
    assert (made.value, made.se, made.low, made.high, made.is_usable) == (None, None, None, None, False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": math.nan}, "value is nan"),
        ({"se": math.inf}, "se is inf"),
        ({"effective_n": math.nan}, "effective_n is nan"),
        ({"se": -0.1}, "0 or more"),
        ({"low": 0.5}, "reversed"),
        ({"value": None}, "give a value"),
        ({"unusable_reason": "but used"}, "give a value"),
        ({"is_usable": False, "unusable_reason": "why"}, "give None for its numbers"),
        ({"is_usable": False, "value": None, "se": None, "low": None, "high": None}, "and a reason"),
    ],
)
def test_contradictory_records_are_refused(changes, words):
    assert record().value == 0.2
    with pytest.raises(EstimationError, match=words):
        record(**changes)


def test_records_are_frozen():
    with pytest.raises(AttributeError):
        record().value = 0.3
