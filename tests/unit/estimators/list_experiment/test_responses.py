import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.responses import checked_weights, list_responses

TREAT = [0] * 10 + [1] * 10
ANSWERS = [0, 1, 2, 3, 1] * 2 + [0, 1, 2, 3, 4] * 2


def changed(position, value):
    answers = [float(a) for a in ANSWERS]
    answers[position] = value
    return answers


def test_cells_are_counted_per_arm():
    data = list_responses(ANSWERS, TREAT, 3)
    assert data.control_counts.tolist() == [2, 4, 2, 2, 0]
    assert data.treated_counts.tolist() == [2, 2, 2, 2, 2]
    assert (data.n, data.control_n, data.treated_n) == (20, 10, 10)


def test_boolean_arms_are_accepted():
    assert list_responses(ANSWERS, np.array(TREAT, dtype=bool), 3).treated_n == 10


@pytest.mark.parametrize(
    ("response", "treat", "items", "words"),
    [
        (changed(0, np.nan), TREAT, 3, "response is nan at position 1; drop"),
        (changed(4, 1.5), TREAT, 3, "response is 1.5 at position 5; a list answer is a whole number"),
        (changed(2, 4), TREAT, 3, r"response is 4 at position 3; the control arm answers 0\.\.3"),
        (changed(19, 5), TREAT, 3, r"response is 5 at position 20; the treated arm answers 0\.\.4"),
        (changed(9, -1), TREAT, 3, "response is -1 at position 10"),
        (ANSWERS[:-1], TREAT, 3, r"response has shape \(19,\) but treat has 20 rows"),
        (["yes"] * 20, TREAT, 3, "response is not numeric"),
        (ANSWERS, [2, *TREAT[1:]], 3, "treat is 2 at position 1"),
        (ANSWERS, [np.nan, *TREAT[1:]], 3, "treat is nan at position 1"),
        (ANSWERS, [TREAT], 3, "give one flat column"),
        ([0, 1] * 10, [0] * 20, 3, r"treat has 0 respondent\(s\) in the treated"),
        ([0, 1] * 10, [1] * 20, 3, r"treat has 0 respondent\(s\) in the control"),
        ([0, 1] * 10, [0] * 11 + [1] * 9, 3, "give at least 10"),
        (ANSWERS, TREAT, 0, "items is 0"),
        (ANSWERS, TREAT, 2.5, "items is 2.5"),
        (ANSWERS, TREAT, True, "items is True"),
    ],
)
def test_broken_input_is_refused_in_one_line(response, treat, items, words):
    with pytest.raises(EstimationError, match=words) as error:
        list_responses(response, treat, items)
    assert "\n" not in str(error.value)


def test_weights_pass_through():
    assert checked_weights(None, 3) is None
    assert checked_weights([0, 1, 2.5], 3).tolist() == [0.0, 1.0, 2.5]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, -2, 1], "weights is -2 at position 2"),
        ([0, 0, 0], "all zero"),
        ([1, np.nan, 1], "weights is nan at position 2"),
        ([1, np.inf, 1], "weights is inf at position 2"),
        ([1, 1], r"weights has shape \(2,\)"),
    ],
)
def test_broken_weights_are_refused(weights, words):
    with pytest.raises(EstimationError, match=words):
        checked_weights(weights, 3)
