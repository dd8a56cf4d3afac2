"""Response, attrition and mode tables where the selection is planted."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.fieldwork import attrition, mode_difference, response_table
from analysis.estimators.weighting.design import survey_design

RNG = np.random.default_rng(6)
AGE = RNG.normal(0, 1, 3000)
NOISE = RNG.normal(0, 1, 3000)
STAYED = RNG.random(3000) < 1 / (1 + np.exp(-(0.5 + 0.8 * AGE)))


def test_response_is_tabulated_for_all_and_by_group():
    made = response_table(STAYED, np.where(AGE > 0, "older", "younger"))
    assert [r.group for r in made] == ["all", "older", "younger"]
    assert made[0].answered_n == made[1].answered_n + made[2].answered_n
    assert made[1].rate > made[2].rate
    assert made[0].low < made[0].rate < made[0].high


def test_attrition_finds_the_variable_that_drove_it_and_its_weights_repair_it():
    made = attrition(STAYED, np.column_stack([AGE, NOISE]), ["age", "noise"])
    assert made.joint_p < 1e-6
    assert made.balance[0].size == "large"
    assert made.balance[1].size == "negligible"
    repaired = made.weights @ AGE / made.weights.sum()
    assert abs(repaired - AGE.mean()) < 0.2 * abs(AGE[STAYED].mean() - AGE.mean())
    unselective = attrition(RNG.random(3000) < 0.6, np.column_stack([AGE, NOISE]), ["age", "noise"])
    assert unselective.joint_p > 0.01


def test_a_chosen_mode_is_confounded_until_covariates_explain_it():
    phone = RNG.random(3000) < 1 / (1 + np.exp(-AGE))
    y = AGE + 0.2 * phone + RNG.normal(0, 1, 3000)
    made = mode_difference(y, phone, survey_design(3000), AGE[:, None])
    assert made.plain.value > 0.8
    assert made.adjusted.low < 0.2 < made.adjusted.high
    assert made.warnings
    assert not mode_difference(y, phone, survey_design(3000), randomised=True).warnings


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(EstimationError, match="same for everybody"):
        attrition([True, True], [[1.0], [2.0]], ["x"])
    with pytest.raises(EstimationError, match="one mode only"):
        mode_difference([1.0, 2.0], [True, True], survey_design(2))
    with pytest.raises(EstimationError, match="one group for each person"):
        response_table([True], ["a", "b"])
