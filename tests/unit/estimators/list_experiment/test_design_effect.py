import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.design_effect import design_effect_test

J = 3


def simulated(seed, n=800, share=0.2):
    rng = np.random.default_rng(seed)
    treat = np.repeat([0, 1], n // 2)
    return rng.binomial(J, 0.5, n) + treat * (rng.random(n) < share), treat


def test_honest_list_is_not_rejected_and_deflated_list_is():
    response, treat = simulated(1)
    assert design_effect_test(response, treat, J).p_value > 0.05
    deflated = np.where(treat == 1, np.maximum(response - 1, 0), response)
    assert design_effect_test(deflated, treat, J).p_value < 1e-6


def test_inflation_by_more_than_one_item_is_seen_by_the_other_relation():
    response, treat = simulated(2, share=1.0)
    inflated = np.where(treat == 1, np.minimum(response + 1, J + 1), response)
    result = design_effect_test(inflated, treat, J)
    assert result.p_value_others < 1e-6
    assert result.p_value_holders == 1.0


def test_bonferroni_doubles_the_smaller_p_value():
    result = design_effect_test(*simulated(3, share=0.0), J)
    assert result.p_value == min(1.0, 2 * min(result.p_value_holders, result.p_value_others))


def test_selection_keeps_fewer_inequalities():
    data = (*simulated(4, share=0.1), J)
    none = design_effect_test(*data, moment_selection=False)
    theory = design_effect_test(*data, rule="andrews_soares")
    published = design_effect_test(*data)
    assert none.kept_holders == (0, 1, 2)
    assert none.kept_others == (1, 2, 3)
    assert set(published.kept_holders) < set(theory.kept_holders) <= set(none.kept_holders)
    assert (none.selection, theory.selection, published.selection) == ("none", "andrews_soares", "published")


def test_size_under_the_least_favourable_truth():
    """Nobody holds the item: all shares of holders are zero. Rejections beyond four standard errors of 5 % fail."""
    repetitions, limit = 300, 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)
    rejected = sum(design_effect_test(*simulated(s, 400, 0.0), J).p_value < 0.05 for s in range(repetitions))
    assert rejected / repetitions < limit


def test_power_against_a_planted_effect():
    def deflated(seed):
        response, treat = simulated(seed, 1000, 0.05)
        lowered = (treat == 1) & (np.random.default_rng(seed).random(1000) < 0.4)
        return np.maximum(response - lowered, 0), treat, J

    assert np.mean([design_effect_test(*deflated(s)).p_value < 0.05 for s in range(40)]) > 0.9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_row_order_does_not_matter(seed, selection):
    response, treat = simulated(seed, 100)
    order = np.random.default_rng(seed).permutation(100)
    one = design_effect_test(response, treat, J, moment_selection=selection)
    assert one == design_effect_test(response[order], treat[order], J, moment_selection=selection)


def test_a_cell_empty_in_both_arms_does_not_stop_the_test():
    response, treat = [0, 0, 1, 3, 3] * 8 + [0, 1, 1, 3, 3] * 8, [0] * 40 + [1] * 40
    result = design_effect_test(response, treat, J, moment_selection=False)
    assert len(result.kept_holders) == 2  # three inequalities, two of them the same
    assert 0 <= result.p_value <= 1


def test_long_lists_are_finite_and_repeatable():
    rng = np.random.default_rng(8)
    treat = np.repeat([0, 1], 200)
    response = rng.binomial(7, 0.5, 400)
    results = [design_effect_test(response, treat, 7, moment_selection=False) for _ in range(2)]
    assert results[0] == results[1]
    assert 0 < results[0].p_value <= 1


def test_separated_arms_are_refused():
    with pytest.raises(EstimationError, match="separates the arms at 0"):
        design_effect_test([1, 2] * 10 + [0] * 20, [0] * 20 + [1] * 20, J)


def test_unknown_rule_is_refused():
    with pytest.raises(EstimationError, match="rule is 'strict'"):
        design_effect_test(*simulated(1), J, rule="strict")
