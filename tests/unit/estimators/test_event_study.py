"""Planted shocks are found, placebos are not, and what cannot react does not jump."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.event_study import (
    Window,
    event_study,
    placebo_dates,
    placebo_interval,
    predetermined_jumps,
    replication,
)

SHOCKS = (40, 80)
LIFT = np.log(2.9)


def weekly(seed, is_lifted=True, weeks=104):
    g = np.random.default_rng(seed)
    week = np.arange(weeks)
    rate = 60 * np.exp(0.1 * np.sin(week / 8))
    for shock in SHOCKS if is_lifted else ():
        rate = rate * np.where(week >= shock, 1 + 1.9 * 0.5 ** ((week - shock) / 2.0), 1)
    return g.poisson(rate * g.gamma(30, 1 / 30, weeks)).astype(float)


def study(seed, is_lifted=True, at=0):
    return event_study(weekly(seed, is_lifted), SHOCKS[at], other_events=(SHOCKS[1 - at],))


def test_the_planted_shock_is_covered_and_seen():
    """40 worlds at 95 %: fewer than 34 hits has a chance below 1 %."""
    found = [study(seed) for seed in range(40)]
    assert np.sum([s.jump.low <= LIFT <= s.jump.high for s in found]) >= 34
    assert np.mean([s.p_value <= 0.05 for s in found]) > 0.8


def test_where_nothing_happened_little_is_seen():
    """40 worlds at 5 %: more than 6 has a chance below 1 %."""
    assert np.sum([study(seed, is_lifted=False).p_value <= 0.05 for seed in range(40)]) <= 6


def test_the_interval_leaves_the_promised_share_of_dates_outside():
    g = np.random.default_rng(2)
    inside = [low <= 0 <= high for low, high in (placebo_interval(j, p, 0.95) for j, p in normal_jumps(g, 4000))]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.01)
    with pytest.raises(EstimationError, match="10 placebo dates give no interval"):
        placebo_interval(0.0, np.zeros(10), 0.95)


def normal_jumps(g, worlds):
    return [(draw[0], draw[1:]) for draw in g.normal(size=(worlds, 40))]


def test_a_second_shock_replicates():
    assert replication(study(1), study(1, at=1)).is_replicated
    assert not replication(study(1, is_lifted=False), study(1, is_lifted=False, at=1)).is_replicated


def test_placebo_windows_touch_no_event():
    window = Window()
    dates = placebo_dates(104, SHOCKS, window)
    assert len(dates) >= 39
    for shock in SHOCKS:
        assert not [d for d in dates if d - window.before < shock + window.after and d + window.after > shock]


def test_covariates_that_cannot_react_do_not_jump_and_one_that_does_is_caught():
    g = np.random.default_rng(4)
    steady = {f"x{i}": g.normal(0, 1, 104) for i in range(3)}
    assert not any(c.jumps for c in predetermined_jumps(steady, 40, other_events=(80,)))
    moved = steady["x0"] + 8 * (np.arange(104) >= 40)
    assert [c.jumps for c in predetermined_jumps({"moved": moved}, 40, other_events=(80,))] == [True]


def test_exposure_takes_shared_activity_out():
    g = np.random.default_rng(5)
    activity = np.where(np.arange(104) == 60, 5.0, 1.0) * g.gamma(200, 1 / 200, 104)
    posts = g.poisson(80 * activity).astype(float)
    assert event_study(posts, 60).p_value <= 0.05
    assert event_study(posts, 60, exposure=activity).p_value > 0.05


@pytest.mark.parametrize(
    ("series", "event", "options", "words"),
    [
        (np.arange(104.0), 4, {}, "event is week 4 of 104"),
        (np.arange(50.0), 25, {}, "placebo dates beside its events; want 39"),
        (np.full(104, 3.0), 50, {}, "one value only"),
        (np.arange(104.0) - 5, 50, {}, "holds -5"),
        (np.arange(104.0), 50, {"exposure": np.zeros(104)}, "without exposure"),
    ],
)
def test_what_cannot_be_answered_is_refused(series, event, options, words):
    with pytest.raises(EstimationError, match=words):
        event_study(series, event, **options)


def test_short_windows_are_refused():
    with pytest.raises(EstimationError, match="1 after"):
        Window(10, 1)
