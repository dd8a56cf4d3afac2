import numpy as np
import pytest

from analysis.estimators.list_experiment.design_effect import design_effect_test
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.joint_types import joint_types
from analysis.estimators.list_experiment.screen import UNUSABLE, floor_ceiling_screen
from analysis.estimators.list_experiment.standing import (
    DESIGN_EFFECT_REASON,
    INDEPENDENCE_WARNING,
    NEGATIVE_WARNING,
    SELECTION_WARNING,
    analyse,
)

J = 3


def honest(seed, n=1200, share=0.2):
    rng = np.random.default_rng(seed)
    treat = np.repeat([0, 1], n // 2)
    return rng.binomial(J, rng.beta(1.2, 1.2, n)) + treat * (rng.random(n) < share), treat


def test_honest_list_gives_its_difference_as_a_prevalence():
    result = analyse(*honest(1), J)
    assert result.prevalence.is_usable
    assert result.prevalence.value == result.means.difference.value
    assert result.prevalence.unit == "share of respondents"
    assert result.means.difference.unit.startswith("items")


def test_avoidance_withholds_the_prevalence_and_keeps_the_difference():
    response, treat = honest(2)
    response[(treat == 1) & (response == 0)] = 1
    result = analyse(response, treat, J)
    assert result.prevalence.value is None
    assert result.prevalence.unusable_reason == UNUSABLE
    assert result.means.difference.value > 0.2
    assert any("treated respondents answered 0" in warning for warning in result.warnings)


def test_design_effect_withholds_the_prevalence():
    response, treat = honest(3, share=0.0)
    result = analyse(np.where(treat == 1, np.maximum(response - 1, 0), response), treat, J)
    assert result.prevalence.unusable_reason == DESIGN_EFFECT_REASON
    assert result.means.difference.value < 0


def test_a_rejection_with_selection_alone_only_warns():
    control, treated = [8, 132, 222, 227], [19, 123, 229, 219, 34]  # counts of the 1991 list
    response = np.concatenate([np.repeat(np.arange(4), control), np.repeat(np.arange(5), treated)])
    result = analyse(response, np.repeat([0, 1], [sum(control), sum(treated)]), J)
    assert result.prevalence.is_usable
    assert result.warnings[0] == SELECTION_WARNING
    assert result.warnings[1].startswith("list-length error")


def test_a_slightly_negative_difference_is_kept_with_a_warning():
    found = [analyse(*honest(seed, share=0.0), J) for seed in range(12)]
    negative = [result for result in found if result.means.difference.value < 0 and result.prevalence.is_usable]
    assert negative
    assert all(NEGATIVE_WARNING in result.warnings for result in negative)
    assert not any(NEGATIVE_WARNING in r.warnings for r in found if r.means.difference.value >= 0)


def test_design_columns_reach_the_difference_and_leave_a_warning():
    response, treat = honest(4)
    cluster = np.arange(1200) % 60
    result = analyse(response, treat, J, clusters=cluster)
    assert result.means.difference.degrees_of_freedom == 59
    assert INDEPENDENCE_WARNING in result.warnings
    assert INDEPENDENCE_WARNING not in analyse(response, treat, J).warnings


@pytest.mark.parametrize("confidence", [0.8, 0.99])
def test_confidence_reaches_every_estimate(confidence):
    result = analyse(*honest(5), J, confidence=confidence)
    assert {result.prevalence.confidence, result.means.control_mean.confidence} == {confidence}


def test_every_part_is_what_its_own_function_gives():
    response, treat = honest(6)
    w, strata = np.random.default_rng(1).uniform(0.5, 2, 1200), np.arange(1200) % 3
    made = analyse(response, treat, J, weights=w, strata=strata, confidence=0.9)
    assert repr(made.screen) == repr(floor_ceiling_screen(response, treat, J))
    assert made.design_effect == design_effect_test(response, treat, J)
    assert made.design_effect_unselected == design_effect_test(response, treat, J, moment_selection=False)
    assert made.means == difference_in_means(response, treat, J, weights=w, strata=strata, confidence=0.9)
    assert repr(made.types) == repr(joint_types(response, treat, J))
    assert made.prevalence.warnings == made.warnings
    assert (made.prevalence.term, made.prevalence.se) == ("prevalence", made.means.difference.se)


def test_a_withheld_prevalence_keeps_size_method_and_confidence():
    response, treat = honest(2)
    response[(treat == 1) & (response == 0)] = 1
    made = analyse(response, treat, J, confidence=0.9)
    difference = made.means.difference
    assert (made.prevalence.n, made.prevalence.method, made.prevalence.confidence) == (1200, difference.method, 0.9)
    assert (made.prevalence.term, made.prevalence.unit) == ("prevalence", "share of respondents")
    assert made.prevalence.warnings == made.warnings
