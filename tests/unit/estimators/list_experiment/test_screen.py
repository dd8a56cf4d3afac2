from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.estimators.list_experiment.screen import (
    CONCENTRATED_SHARE,
    CONCENTRATION_RATIO,
    EXTREME_GROUP_RATIO,
    LIMIT_CONFIDENCE,
    UNUSABLE,
    _probability_words,
    floor_ceiling_screen,
)

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


def test_a_probability_is_never_certain_in_words():
    said = [_probability_words(value) for value in (1e-9, 0.001, 0.0456, 0.99, 0.9999)]
    assert said == ["below 0.001", "0.001", "0.046", "0.99", "above 0.995"]


def test_a_thin_cell_is_judged_by_a_binomial_probability():
    response, treat = honest(2)
    moved = avoiding(response, treat, 0)
    screen = floor_ceiling_screen(moved, treat, J)
    check = checks(screen)["thin_floor_cell"]
    zero, n = int((moved[treat == 0] == 0).sum()), 600
    low = stats.beta.ppf(1 - LIMIT_CONFIDENCE, zero, n - zero + 1)
    difference = moved[treat == 1].mean() - moved[treat == 0].mean()
    assert check.threshold <= low * EXTREME_GROUP_RATIO
    seen = int((moved[treat == 1] == 0).sum())
    assert check.statistic == seen / 600
    assert check.probability == pytest.approx(stats.binom.cdf(seen, 600, check.threshold))
    assert (check.is_judged, check.is_blocking, check.passed) == (True, True, False)
    assert check.meaning.startswith(
        f"{seen} of 600 treated respondents answered 0; {zero / 600:.1%} of controls endorsed noth"
    )
    assert check.meaning.endswith(
        f"with truthful answers at least {check.threshold:.2%} would be expected, and the probability of so few is "
        "below 0.001"
    )
    assert difference > 0
    assert (screen.items, screen.control_n, screen.treated_n) == (J, 600, 600)
    assert screen.control_counts == tuple(np.bincount(moved[treat == 0], minlength=5))
    assert screen.treated_counts == tuple(np.bincount(moved[treat == 1], minlength=5))


def test_what_a_thin_cell_should_hold_follows_from_the_difference():
    """Who does not hold the item and would say nothing else stays at 0: at least 1 − upper limit of controls there."""
    response, treat = honest(8, n=2000, share=0.3)
    check = checks(floor_ceiling_screen(response, treat, J))
    one, two = response[treat == 1], response[treat == 0]
    tau, z = one.mean() - two.mean(), stats.norm.ppf(LIMIT_CONFIDENCE)
    se = np.sqrt(one.var() / 1000 + two.var() / 1000)
    for code, cell, group in (
        ("thin_floor_cell", 0, 1 - (tau + z * se)), ("thin_ceiling_cell", J, tau - z * se)
    ):  # fmt: skip
        count = int((two == cell).sum())
        low = stats.beta.ppf(1 - LIMIT_CONFIDENCE, count, 1000 - count + 1)
        assert check[code].threshold == pytest.approx(low * EXTREME_GROUP_RATIO * group, rel=0.01)


def test_supporters_at_one_end_are_told_from_the_table_of_types():
    response, treat = honest(9, n=3000, share=0.4)
    found = checks(floor_ceiling_screen(response, treat, J))
    at_most = [np.mean(response[treat == 0] <= k) - np.mean(response[treat == 1] <= k) for k in range(J + 1)]
    tau = sum(at_most)
    for code, cell in (("supporters_at_floor", 0), ("supporters_at_ceiling", J)):
        share = np.mean(response[treat == 0] == cell)
        check = found[code]
        assert check.statistic == pytest.approx(at_most[cell] / tau)
        assert check.threshold == pytest.approx(max(CONCENTRATED_SHARE, CONCENTRATION_RATIO * share))
        assert check.is_judged
        assert check.passed
        assert check.meaning == (
            f"{at_most[cell] / tau:.0%} of implied supporters would endorse "
            f"{'nothing' if cell == 0 else 'everything'} else, against {share:.0%} of controls; up to "
            f"{check.threshold:.0%} is accepted"
        )


def test_without_a_difference_supporters_are_not_judged():
    response, treat = honest(10, share=0.0)
    check = checks(floor_ceiling_screen(response, treat, J))["supporters_at_floor"]
    tau = response[treat == 1].mean() - response[treat == 0].mean()
    assert (check.statistic, check.threshold, check.probability, check.is_judged, check.passed) == (
        None, None, None, False, True,
    )  # fmt: skip
    assert check.meaning == (
        f"the difference in mean counts ({tau:.3f}) is not distinguishable from zero or not positive: not judged"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 3, "each end is reached in at least one arm"),
        (1, 3, "nobody reaches 0 (an item is endorsed by all): the list is shorter than it looks"),
        (0, 2, "nobody reaches 3 (an item is endorsed by none): the list is shorter than it looks"),
        (
            1,
            2,
            "nobody reaches 0 (an item is endorsed by all) or 3 (an item is endorsed by none): the list is shorter",
        ),
    ],
)
def test_ends_that_nobody_reaches_are_named(low, high, said):
    response = np.array([low, high] * 10)
    check = checks(floor_ceiling_screen(response, np.repeat([0, 1], 10), J))["unreached_extremes"]
    assert check.meaning.startswith(said)
    assert check.statistic == (low > 0) + (high < 3)
    assert check.passed is (low == 0 and high == 3)
    assert not check.is_blocking
    assert (check.threshold, check.is_judged, check.probability) == (0.0, True, None)
