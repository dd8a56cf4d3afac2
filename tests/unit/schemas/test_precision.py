"""Steps of published numbers: what they hide is counted by trying every count."""

import math
from collections import Counter

import pytest

from analysis.schemas.precision import (
    FEWEST_COUNTS,
    SHARE_STEPS,
    floored,
    open_step,
    publish_number,
    publish_share,
    share_on_step,
    share_step,
    shown_at,
)

NONE = (None, None, None)


def simple(yes, n):
    """Share, standard error and distances of a logit interval in a simple random sample."""
    p = yes / n
    se = math.sqrt(p * (1 - p) / n)
    half, logit = 1.96 * se / (p * (1 - p)), math.log(p / (1 - p))
    low, high = (1 / (1 + math.exp(-(logit + sign * half))) for sign in (-1, 1))
    return p, (se, p - low, high - p)


def by_logit(n):
    return lambda p, se: tuple(
        1 / (1 + math.exp(-(math.log(p / (1 - p)) + sign * 1.96 * se / (p * (1 - p))))) for sign in (-1, 1)
    )


def published(yes, n):
    value, spread = simple(yes, n)
    return publish_share(value, spread, n, by_logit(n))


@pytest.mark.parametrize("n", [110, 150, 220, 333, 620, 1425, 2350])
def test_enough_counts_are_published_exactly_alike(n):
    """Every count of every n is published, and those that look alike are counted."""
    alike = Counter(shown for yes in range(1, n) if (shown := published(yes, n)) is not None)
    assert alike
    assert min(alike.values()) >= FEWEST_COUNTS


@pytest.mark.parametrize(
    ("n", "step"), [(2200, 0.005), (2199, 0.01), (1100, 0.01), (550, 0.02), (220, 0.05), (110, 0.1)]
)
def test_the_step_of_a_share_leaves_more_counts_than_the_threshold(n, step):
    assert share_step(n) == step
    assert step * floored(n) >= FEWEST_COUNTS + 1 - 1e-9


def test_a_share_of_few_has_no_step():
    assert share_step(109) is None
    assert publish_share(0.5, NONE, 109) is None
    assert publish_number(0.5, NONE, 109) is None


def test_a_share_and_its_rest_are_published_alike():
    for n in (200, 333, 2350):
        for yes in range(1, n):
            one, rest = published(yes, n), published(n - yes, n)
            assert (one is None) == (rest is None)
            if one and rest:
                assert one.value + rest.value == pytest.approx(1)
                assert one.low == pytest.approx(1 - rest.high)


def test_the_published_interval_holds_the_computed_one():
    for n in (150, 333, 1425):
        for yes in range(1, n):
            (value, spread), shown = simple(yes, n), published(yes, n)
            if shown is not None:
                assert shown.low <= value - spread[1]
                assert shown.high >= value + spread[2]
                assert shown.se >= spread[0] - 1e-9


def test_a_share_is_withheld_where_its_step_covers_fewer_than_ten_on_a_side():
    """Of 200 on a step of ten points, .1 may stand for 10 to 30 people, and .05 for nobody."""
    assert publish_share(0.1, NONE, 200).value == 0.1
    assert publish_share(0.9, NONE, 200).value == 0.9
    assert publish_share(0.1, NONE, 195) is None
    assert publish_share(0.03, NONE, 200) is None


def test_none_and_all_have_no_share():
    assert publish_share(0.0, NONE, 1000) is publish_share(1.0, NONE, 1000) is None


def test_a_number_that_is_no_share_may_leave_the_unit_interval():
    shown = shown_at(0.98, (None, 0.1, 0.1), 0.1, is_share=False)
    assert (shown.value, shown.low, shown.high) == (1.0, 0.84, 1.16)
    assert shown_at(0.98, (None, 0.1, 0.1), 0.1, is_share=True).high == 1.0


@pytest.mark.parametrize(
    ("n", "scale", "step"), [(2620, 1, 0.005), (110, 1, 0.1), (55, 1, 0.2), (55, 26, 10.0), (10, 1, 2.0)]
)
def test_the_step_of_an_open_number_grows_with_what_one_person_moves(n, scale, step):
    assert open_step(n, scale) == pytest.approx(step)


def test_halves_go_away_from_one_half_on_both_sides():
    assert share_on_step(0.3525, 0.005) == 0.355
    assert share_on_step(0.6475, 0.005) == 0.645
    assert all(share_on_step(step, step) == step for step in SHARE_STEPS)
