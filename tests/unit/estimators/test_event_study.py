"""Planted shocks are found, placebos are not, and what cannot react does not jump."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.estimate import unusable_estimate
from analysis.estimators.event_study import (
    Window,
    event_study,
    mix_distance,
    placebo_dates,
    placebo_interval,
    predetermined_jumps,
    replication,
    segments,
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


def test_the_step_of_a_number_is_that_of_a_segmented_regression():
    """Without noise every coefficient is exact: level 5, slope .1 a week, a step of 2 and a change of slope of .3."""
    since = np.arange(104.0) - 60
    g = np.random.default_rng(6)
    series = np.where(
        (since >= -10) & (since < 4), 5 + 0.1 * since + (since >= 0) * (2 + 0.3 * since), g.normal(size=104)
    )
    made = event_study(series, 60, response="number", window=Window(10, 4), term="hope", confidence=0.9)
    assert made.jump.value == pytest.approx(2.0, abs=1e-6)
    assert (made.jump.term, made.jump.unit, made.jump.n) == ("hope", "unit of the series", 14)
    dates = placebo_dates(104, (60,), Window(10, 4))
    assert made.jump.method == (f"segmented regression at the event; interval and rank from {len(dates)} placebo dates")
    assert len(made.placebo_jumps) == len(dates)
    assert made.jump.se == pytest.approx(made.placebo_jumps.std(ddof=1))
    assert made.p_value == (1 + (np.abs(made.placebo_jumps) >= 2.0).sum()) / (1 + len(dates))
    rank = int(0.1 * (len(dates) + 1))
    half = np.sort(np.abs(made.placebo_jumps))[-rank]
    assert (made.jump.low, made.jump.high) == pytest.approx((2 - half, 2 + half))


def test_the_step_of_a_count_is_a_quasi_poisson_coefficient():
    series, exposure = weekly(3), np.random.default_rng(7).uniform(1, 2, 104)
    window = Window(10, 3)
    made = event_study(series, 40, other_events=(80,), exposure=exposure, window=window)
    x, y = segments(window), series[30:43] + 0.5
    beta = np.linalg.lstsq(x, np.log(y / exposure[30:43]), rcond=None)[0]
    for _ in range(50):
        mean = exposure[30:43] * np.exp(x @ beta)
        beta = beta + np.linalg.solve(x.T @ (x * mean[:, None]), x.T @ (y - mean))
    mean = exposure[30:43] * np.exp(x @ beta)
    dispersion = ((y - mean) ** 2 / mean).sum() / (13 - 4)
    covariance = np.linalg.inv(x.T @ (x * mean[:, None])) * dispersion
    assert made.jump.value == pytest.approx(beta[2], rel=1e-6)
    assert made.model_standard_error == pytest.approx(np.sqrt(covariance[2, 2]), rel=1e-4)
    assert made.jump.unit == "log rate ratio"


def test_segments_have_a_level_and_a_slope_before_and_after():
    assert segments(Window(4, 3)).tolist() == [
        [1, -1, 0, 0], [1, -0.75, 0, 0], [1, -0.5, 0, 0], [1, -0.25, 0, 0],
        [1, 0, 1, 0], [1, 0.25, 1, 1], [1, 0.5, 1, 2],
    ]  # fmt: skip


def test_placebo_dates_by_the_definition():
    window = Window(6, 3)
    wanted = [
        d for d in range(6, 60 - 3 + 1)
        if all(d + 3 <= event or d - 6 >= event + 6 for event in (20, 48))
    ]  # fmt: skip
    assert placebo_dates(60, (20, 48), window).tolist() == wanted


def test_intervals_are_order_statistics():
    placebo = np.arange(1.0, 40.0)
    assert placebo_interval(100.0, placebo, 0.95) == (62.0, 138.0)
    assert placebo_interval(100.0, placebo - 20, 0.9) == (82.0, 118.0)
    assert placebo_interval(0.0, placebo + 5, 0.95) == (-43.0, 43.0)


def test_interval_and_rank_say_the_same():
    """The interval excludes 0 exactly when the p-value is at most .05, for series without and with a shock."""
    said = []
    for seed in range(60):
        one = study(seed, is_lifted=seed % 2 == 0)
        said.append(one.p_value <= 0.05)
        assert (one.jump.low > 0 or one.jump.high < 0) == said[-1]
    assert any(said)
    assert not all(said)


def drawn_covariates(seed, lift=0.0, weeks=104):
    g = np.random.default_rng(seed)
    shared = g.normal(size=weeks)
    lifts = {"a": lift, "b": 0.0, "c": 0.0}
    return {name: 0.5 * shared + g.normal(size=weeks) + up * (np.arange(weeks) >= 40) for name, up in lifts.items()}


def test_covariates_are_adjusted_together():
    made = predetermined_jumps(drawn_covariates(8, lift=12.0), 40, other_events=(80,))
    studies = {
        name: event_study(v, 40, other_events=(80,), response="number") for name, v in drawn_covariates(8, 12.0).items()
    }
    assert [c.name for c in made] == ["a", "b", "c"]
    assert [c.p_value for c in made] == [studies[c.name].p_value for c in made]
    assert [c.jump for c in made] == [studies[c.name].jump.value for c in made]
    jumps = np.array([[studies[c].jump.value, *studies[c].placebo_jumps] for c in "abc"])
    scaled = np.abs(jumps) / np.sqrt((jumps**2).mean(axis=1, keepdims=True))
    assert made[0].adjusted_p_value == pytest.approx((scaled.max(axis=0) >= scaled[0, 0]).mean())
    assert made[0].adjusted_p_value == pytest.approx(1 / jumps.shape[1])
    assert all(c.adjusted_p_value >= c.p_value - 1e-12 for c in made)
    assert [c.jumps for c in made] == [True, False, False]


def test_the_check_fails_as_often_as_its_level_says_and_no_more():
    """Size over worlds in which nothing jumps, power over worlds in which one of three does."""
    false = [any(c.jumps for c in predetermined_jumps(drawn_covariates(s), 40, other_events=(80,))) for s in range(120)]
    seen = [predetermined_jumps(drawn_covariates(s, 8.0), 40, other_events=(80,))[0].jumps for s in range(30)]
    assert 0 < np.mean(false) <= 0.11
    assert np.mean(seen) >= 0.8


def test_a_check_that_could_never_fail_is_refused():
    with pytest.raises(
        EstimationError, match=r"49 placebo dates cannot show anything at level 0.01: the smallest p-value"
    ):
        predetermined_jumps(drawn_covariates(1), 40, other_events=(80,), level=0.01)
    assert predetermined_jumps({}, 40) == ()


def test_a_replication_needs_both_ranks_and_one_sign():
    one = study(1)
    up, down = replace(one, p_value=0.05), replace(one, p_value=0.01, jump=replace(one.jump, value=-one.jump.value))
    made = replication(up, up)
    assert (made.first, made.second, made.first_p_value, made.second_p_value) == (
        one.jump.value, one.jump.value, 0.05, 0.05,
    )  # fmt: skip
    assert made.is_replicated
    assert not replication(up, down).is_replicated
    assert not replication(up, replace(up, p_value=0.051)).is_replicated
    assert replication(up, replace(up, p_value=0.051), level=0.06).is_replicated
    nothing = unusable_estimate("jump", "by hand", n=14, unit="log rate ratio", method="none")
    with pytest.raises(EstimationError, match="a study has no jump to compare"):
        replication(up, replace(up, jump=nothing))


@pytest.mark.parametrize(
    ("series", "event", "options", "message"),
    [
        (
            np.where(np.arange(104) == 7, np.nan, 1.0),
            50,
            {},
            "series holds a gap, or one value only; give one number for",
        ),
        (
            np.arange(104.0),
            50,
            {"exposure": np.ones(103)},
            "exposure holds a week without exposure, or has another length",
        ),
        (
            np.arange(104.0),
            50,
            {"exposure": np.ones(104), "response": "number"},
            "exposure goes with counts; divide a nu",
        ),
        (np.arange(104.0), 102, {}, r"event is week 102 of 104; its window needs \d+ weeks before and \d+ from it on"),
    ],
)
def test_what_has_no_jump_is_refused(series, event, options, message):
    with pytest.raises(EstimationError, match=message):
        event_study(series, event, **options)


def test_an_event_at_which_a_source_enters_is_refused_and_one_beside_it_is_not():
    rng = np.random.default_rng(8)
    press, lists = rng.poisson(20, 160).astype(float), np.zeros(160)
    lists[100:] = rng.poisson(60, 60)
    by_source = np.stack([press, lists])
    assert event_study(by_source.sum(axis=0), 100).p_value <= 0.05
    with pytest.raises(EstimationError, match=r"mix of sources moves by 0\.7\d at the event"):
        event_study(by_source.sum(axis=0), 100, by_source=by_source)
    assert event_study(by_source.sum(axis=0), 60, by_source=by_source).p_value > 0.05


def test_a_mix_needs_reports_on_both_sides():
    assert mix_distance(np.array([[1.0] * 14, [3.0] * 14]), 10, Window(10, 4)) == 0
    with pytest.raises(EstimationError, match="empty before or after"):
        mix_distance(np.array([[0.0] * 10 + [1.0] * 4]), 10, Window(10, 4))
