from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimators.list_experiment.screen import UNUSABLE, floor_ceiling_screen

J = 3
CODES = ["thin_floor_cell", "thin_ceiling_cell", "supporters_at_floor", "supporters_at_ceiling", "unreached_extremes"]


def honest(seed, n=1200, share=0.2, difficulty=0.5):
    """Answers with correlated control items, so that both extremes are common."""
    rng = np.random.default_rng(seed)
    treat = np.repeat([0, 1], n // 2)
    leaning = rng.beta(difficulty * 2.4, (1 - difficulty) * 2.4, n)
    return rng.binomial(J, leaning) + treat * (rng.random(n) < share), treat


def avoiding(response, treat, *answers):
    """Treated respondents move one step inwards from the given answers."""
    moved = response.copy()
    for answer in answers:
        moved[(treat == 1) & (response == answer)] += 1 if answer == 0 else -1
    return moved


def checks(screen):
    return {check.code: check for check in screen.checks}


def test_checks_come_in_a_fixed_order_and_are_frozen():
    screen = floor_ceiling_screen(*honest(1), J)
    assert [check.code for check in screen.checks] == CODES
    with pytest.raises(FrozenInstanceError):
        screen.checks[0].passed = False


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8])
def test_honest_lists_pass(share):
    assert sum(not floor_ceiling_screen(*honest(seed, share=share), J).passed for seed in range(40)) <= 1


def test_floor_avoidance_fires_the_floor_check_only():
    response, treat = honest(2)
    screen = floor_ceiling_screen(avoiding(response, treat, 0), treat, J)
    found = checks(screen)
    assert not found["thin_floor_cell"].passed
    assert found["thin_ceiling_cell"].passed
    assert found["thin_floor_cell"].probability < 1e-6
    assert screen.reason == UNUSABLE


def test_ceiling_avoidance_fires_the_ceiling_check():
    response, treat = honest(3, n=3000, share=0.4)
    assert checks(floor_ceiling_screen(response, treat, J))["thin_ceiling_cell"].passed
    found = checks(floor_ceiling_screen(avoiding(response, treat, J + 1), treat, J))
    assert not found["thin_ceiling_cell"].passed
    assert found["thin_floor_cell"].passed


def test_a_few_honest_answers_do_not_hide_avoidance():
    response, treat = honest(4)
    moved = avoiding(response, treat, 0)
    moved[np.flatnonzero((treat == 1) & (response == 0))[:2]] = 0
    assert not checks(floor_ceiling_screen(moved, treat, J))["thin_floor_cell"].passed


def test_a_small_sample_cannot_convict():
    response, treat = honest(5, n=60, share=0.1, difficulty=0.35)
    found = checks(floor_ceiling_screen(avoiding(response, treat, 0), treat, J))
    assert found["thin_floor_cell"].passed
    assert found["thin_floor_cell"].probability > 0.01


def test_a_rare_extreme_is_not_judged():
    response, treat = honest(6, difficulty=0.9)
    share = np.mean(response[treat == 0] == 0)
    check = checks(floor_ceiling_screen(response, treat, J))["thin_floor_cell"]
    assert share < 0.05
    assert (check.is_judged, check.passed, check.statistic) == (False, True, None)


def test_concentration_is_judged_only_beyond_sampling_error():
    found = checks(floor_ceiling_screen(*honest(7, share=0.0), J))
    assert not found["supporters_at_floor"].is_judged
    assert "not distinguishable from zero" in found["supporters_at_floor"].meaning
    assert checks(floor_ceiling_screen(*honest(7, share=0.4), J))["supporters_at_floor"].is_judged


@pytest.mark.parametrize(("cell", "end"), [(0, "floor"), (J, "ceiling")])
def test_supporters_in_one_cell_are_concentrated(cell, end):
    """Everybody with that many other items, and nobody else, holds the sensitive one."""
    response, treat = honest(8, share=0.0)
    response = response + ((treat == 1) & (response == cell))
    found = checks(floor_ceiling_screen(response, treat, J))[f"supporters_at_{end}"]
    assert not found.passed
    assert found.statistic > 0.8


def test_an_item_nobody_holds_is_noted_without_blocking():
    response, treat = honest(9)
    screen = floor_ceiling_screen(response, treat, J + 1)
    assert [check.code for check in screen.failures] == ["unreached_extremes"]
    assert screen.passed
    assert screen.reason is None


def test_an_item_everybody_holds_is_noted():
    response, treat = honest(10)
    screen = floor_ceiling_screen(response + 1, treat, J + 1)
    assert "endorsed by all" in checks(screen)["unreached_extremes"].meaning


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_row_order_does_not_matter(seed):
    response, treat = honest(seed, n=200)
    order = np.random.default_rng(seed).permutation(200)
    assert floor_ceiling_screen(response, treat, J) == floor_ceiling_screen(response[order], treat[order], J)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_an_unjudged_check_never_fails_and_a_failed_one_has_its_numbers(seed):
    response, treat = honest(seed, n=400, share=0.3)
    for check in floor_ceiling_screen(avoiding(response, treat, 0, J + 1), treat, J).checks:
        assert check.passed or check.is_judged
        assert check.passed or check.statistic is not None
