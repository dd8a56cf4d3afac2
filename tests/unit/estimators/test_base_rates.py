import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators import base_rates as module
from analysis.estimators.base_rates import base_rates, predictive_value_bounds
from analysis.estimators.estimate import Interval

ROUNDING = 1e-12
# prevalence, sensitivity, specificity, flagged, predictive value, wrong and correct labels per 1,000, from the
# project's table of base rates: predictive value to three decimals, labels to one.
TABLE = [
    (0.001, 0.6, 0.9, 0.1005, 0.006, 99.9, 0.6),
    (0.001, 0.8, 0.95, 0.0508, 0.016, 50.0, 0.8),
    (0.005, 0.9, 0.99, 0.0145, 0.311, 10.0, 4.5),
    (0.01, 0.8, 0.95, 0.0575, 0.139, 49.5, 8.0),
    (0.02, 0.8, 0.95, 0.065, 0.246, 49.0, 16.0),
    (0.05, 0.6, 0.9, 0.125, 0.24, 95.0, 30.0),
    (0.1, 0.8, 0.95, 0.125, 0.64, 45.0, 80.0),
    (0.1, 0.9, 0.99, 0.099, 0.909, 9.0, 90.0),
]
inside = st.floats(0.01, 0.99)


@pytest.mark.parametrize("row", TABLE)
def test_table_of_base_rates(row):
    got = base_rates(*row[:3])
    flagged, ppv, wrong, correct = row[3:]
    assert got.flagged_share == pytest.approx(flagged, abs=5.1e-5)
    assert got.positive_predictive_value == pytest.approx(ppv, abs=5.1e-4)
    assert got.wrong_labels_per_1000 == pytest.approx(wrong, abs=0.051)
    assert got.correctly_labelled_opinions_per_1000 == pytest.approx(correct, abs=0.051)


def test_one_per_cent_gives_many_wrong_labels_for_few_correct_ones():
    got = base_rates(0.01, 0.80, 0.95)
    assert got.wrong_labels_per_1000 == pytest.approx(49.5, rel=ROUNDING)
    assert got.correctly_labelled_opinions_per_1000 == pytest.approx(8.0, rel=ROUNDING)
    assert got.missed_opinions_per_1000 == pytest.approx(2.0, rel=ROUNDING)


def test_arrays_broadcast():
    got = base_rates(np.array([[0.01], [0.1]]), 0.9, np.array([0.9, 0.95, 0.99]))
    assert got.positive_predictive_value.shape == (2, 3)
    assert got.positive_predictive_value[1, 2] == pytest.approx(base_rates(0.1, 0.9, 0.99).positive_predictive_value)


@given(inside, inside, inside)
def test_bayes_in_odds_form(p, se, sp):
    ppv = float(base_rates(p, se, sp).positive_predictive_value)
    assert ppv / (1 - ppv) == pytest.approx(p / (1 - p) * se / (1 - sp), rel=1e-9)


@given(st.tuples(inside, inside, inside), st.tuples(*[st.floats(0.0, 1.0)] * 3))
def test_bounds_hold_everywhere_inside(lower, steps):
    box = [Interval(x * 0.5, x * 0.5 + 0.4) for x in lower]
    bounds = predictive_value_bounds(*box)
    point = [i.low + t * (i.high - i.low) for i, t in zip(box, steps, strict=True)]
    value = float(base_rates(*point).positive_predictive_value)
    assert bounds.low - ROUNDING <= value <= bounds.high + ROUNDING


def test_bounds_are_sharp_and_exact_for_known_rates():
    known = predictive_value_bounds(Interval(0.1, 0.1), Interval(0.9, 0.9), Interval(0.99, 0.99))
    assert known.low == known.high
    unknown = predictive_value_bounds(Interval(0.01, 0.01), Interval(0.0, 1.0), Interval(0.9, 1.0))
    assert (unknown.low, unknown.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ((1.2, 0.9, 0.9), "prevalence is 1.2"),
        ((0.1, -0.1, 0.9), "sensitivity is -0.1"),
        ((0.1, 0.9, 95), "specificity is 95"),
        ((np.nan, 0.9, 0.9), "prevalence is nan"),
        (([0.1, 0.2], 0.9, [0.9, 0.8, 0.7]), "do not fit"),
        ((0.0, 0.9, 1.0), "nobody would be flagged"),
    ],
)
def test_impossible_rates_are_refused(rates, words):
    with pytest.raises(EstimationError, match=words):
        base_rates(*rates)


def test_reversed_interval_is_refused():
    with pytest.raises(EstimationError, match="sensitivity interval"):
        predictive_value_bounds(Interval(0.1, 0.1), Interval(0.9, 0.8), Interval(0.9, 0.9))


def test_no_flag_is_called_true():
    """A correctly labelled opinion is not a danger that was found."""
    assert "true flag" not in inspect.getsource(module).lower().replace("_", " ")
