import math

import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import (
    Estimate,
    Interval,
    logit_interval,
    normal_interval,
    quantile,
    unusable_estimate,
    usable_estimate,
)

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


@pytest.mark.parametrize("value", [0.001, 0.2, 0.5, 0.7, 0.999])
def test_a_logit_interval_is_the_normal_one_on_its_scale(value):
    made = logit_interval(value, 0.05, 0.9, 12)
    plain = normal_interval(math.log(value / (1 - value)), 0.05 / (value * (1 - value)), 0.9, 12)
    back = [1 / (1 + math.exp(-x)) if x > -700 else 0.0 for x in (plain.low, plain.high)]
    assert (made.low, made.high) == pytest.approx(tuple(back), abs=1e-15)
    assert logit_interval(0.5, 1e-9).high == pytest.approx(0.5)


def test_intervals_are_symmetric_and_take_both_arguments():
    made = normal_interval(3.0, 0.5, 0.8, 5)
    assert (made.low, made.high) == pytest.approx((3 - 0.5 * 1.4758840488244815, 3 + 0.5 * 1.4758840488244815))
    assert normal_interval(0.0, 1.0, degrees_of_freedom=1).high == pytest.approx(12.706204736174694)


def test_records_keep_what_they_are_given():
    made = usable_estimate(
        "t", 0.2, 0.1, n=50, unit="items", method="by hand", confidence=0.9, effective_n=40.0, degrees_of_freedom=7,
        warnings=("look",),
    )  # fmt: skip
    assert (made.low, made.high) == (normal_interval(0.2, 0.1, 0.9, 7).low, normal_interval(0.2, 0.1, 0.9, 7).high)
    assert (made.term, made.n, made.unit, made.method, made.confidence) == ("t", 50, "items", "by hand", 0.9)
    assert (made.effective_n, made.degrees_of_freedom, made.warnings, made.unusable_reason) == (
        40.0,
        7,
        ("look",),
        None,
    )
    not_used = unusable_estimate("t", "why", n=5, unit="share", method="m", confidence=0.8, warnings=("look",))
    assert (not_used.unusable_reason, not_used.is_usable, not_used.warnings) == ("why", False, ("look",))
    assert (not_used.term, not_used.n, not_used.unit, not_used.method, not_used.confidence) == (
        "t",
        5,
        "share",
        "m",
        0.8,
    )
    assert (not_used.effective_n, not_used.degrees_of_freedom) == (None, None)


@pytest.mark.parametrize("name", ["value", "se", "low", "high", "effective_n", "degrees_of_freedom"])
def test_no_number_is_infinite(name):
    with pytest.raises(EstimationError, match=f"estimate 't': {name} is inf; use None for what does not exist"):
        record(**{name: math.inf})


@pytest.mark.parametrize("name", ["value", "se", "low", "high"])
def test_an_unusable_record_holds_none_of_its_numbers(name):
    nothing = {"value": None, "se": None, "low": None, "high": None, "is_usable": False, "unusable_reason": "why"}
    assert record(**nothing).value is None
    with pytest.raises(EstimationError, match="estimate 't': not usable, so give None for its numbers, and a reason"):
        record(**(nothing | {name: 0.1}))
    with pytest.raises(EstimationError, match="estimate 't': usable, so give a value and no reason against use"):
        record(value=None)


def test_the_ends_of_what_is_allowed():
    assert record(se=0.0, low=0.2, high=0.2).se == 0.0
    assert record(se=None, low=None, high=None).low is None
    assert record(low=None).high == 0.4
    with pytest.raises(EstimationError, match=r"estimate 't': interval 0\.5 to 0\.4 is reversed; swap them"):
        record(low=0.5)


@pytest.mark.parametrize("probability", [0.001, 0.05, 0.5, 0.975, 0.995])
def test_a_quantile_has_the_bits_of_scipys_distributions(probability):
    assert quantile(probability) == stats.norm.ppf(probability)
    for degrees_of_freedom in (1, 2.5, 30, 4000, math.inf):
        assert quantile(probability, degrees_of_freedom) == stats.t.ppf(probability, degrees_of_freedom)
