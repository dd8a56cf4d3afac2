"""A planted shock is recovered under many specifications at once, and dates without one are not."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.event_study import Window, event_study, placebo_interval, segments
from analysis.estimators.multiverse import Specification, _summary, jumps_at, multiverse

SHOCKS, WEEKS, LIFT = (40, 80), 104, np.log(2.9)
WINDOWS = (Window(8, 3), Window(10, 4), Window(12, 4))
WORLDS = 60


def world(seed, is_lifted=True):
    """Posts of three languages in every week; the lift halves every two weeks."""
    g = np.random.default_rng(seed)
    week = np.arange(WEEKS)
    rate = np.exp(0.1 * np.sin(week / 8)) * g.gamma(60, 1 / 60, WEEKS)
    for shock in SHOCKS if is_lifted else ():
        rate = rate * np.where(week >= shock, 1 + 1.9 * 0.5 ** ((week - shock) / 2.0), 1)
    return g.poisson(np.outer([40, 30, 20], rate)).astype(float), g.poisson(300, WEEKS).astype(float)


def specifications(seed, is_lifted=True):
    languages, others = world(seed, is_lifted)
    series = {"all": languages.sum(axis=0), **{f"language {n}": row for n, row in enumerate(languages)}}
    return [
        Specification(f"{name}, {window.before} weeks, {words}", counts, exposure, window)
        for name, counts in series.items()
        for window in WINDOWS
        for words, exposure in (("volume", None), ("share", others + 1))
    ]


def study(seed, is_lifted=True, at=0):
    return multiverse(specifications(seed, is_lifted), SHOCKS[at], other_events=(SHOCKS[1 - at],))


@pytest.fixture(scope="module")
def lifted():
    return [study(seed) for seed in range(WORLDS)]


@pytest.fixture(scope="module")
def quiet():
    return [study(seed, is_lifted=False) for seed in range(1000, 1000 + WORLDS)]


def test_the_planted_shock_is_covered_and_seen(lifted):
    """60 worlds at 95 %: fewer than 52 hits has a chance below 1 %."""
    assert sum(one.median_low <= LIFT <= one.median_high for one in lifted) >= 52
    assert np.mean([one.median_p_value <= 0.05 for one in lifted]) > 0.9
    assert np.mean([one.significant_p_value <= 0.05 for one in lifted]) > 0.9


def test_where_nothing_happened_little_is_seen(quiet):
    """60 worlds at 5 %: more than 8 has a chance below 1 %."""
    assert sum(one.median_p_value <= 0.05 for one in quiet) <= 8
    assert sum(one.significant_p_value <= 0.05 for one in quiet) <= 8
    assert sum(one.median_low <= 0 <= one.median_high for one in quiet) >= 52


def test_picking_the_best_specification_would_see_too_much(quiet):
    """Why the answer is joint: some specification is significant far more often than one in twenty."""
    assert np.mean([(one.rank_p_values <= 0.05).any() for one in quiet]) > 0.15


def test_the_curve_of_a_shock_leaves_the_placebo_band_and_a_quiet_one_stays(lifted, quiet):
    above = [np.mean(np.sort(one.jumps) > one.band_high) for one in lifted]
    assert np.mean(above) > 0.9
    inside = [np.mean((np.sort(one.jumps) >= one.band_low) & (np.sort(one.jumps) <= one.band_high)) for one in quiet]
    assert np.mean(inside) > 0.85


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("has_exposure", [False, True])
def test_all_dates_at_once_equal_one_regression_each(window, has_exposure):
    """Against statsmodels' GLM, which `event_study` calls date by date."""
    languages, others = world(3)
    exposure = others + 1 if has_exposure else None
    one = event_study(languages[0], 40, other_events=(80,), exposure=exposure, window=window)
    dates = np.array([40])
    assert jumps_at(Specification("x", languages[0], exposure, window), dates)[0] == pytest.approx(
        one.jump.value, abs=1e-8
    )


def test_ranks_are_multiples_of_one_over_the_dates():
    found = study(1)
    assert found.placebos_n >= 39
    ranks = np.append(found.rank_p_values, [found.median_p_value, found.significant_p_value]) * (found.placebos_n + 1)
    assert np.allclose(ranks, np.round(ranks))
    assert found.median_p_value == pytest.approx(1 / (found.placebos_n + 1))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lambda given: given[:1], "1 specification"),
        (
            lambda given: [*given, Specification("again", given[0].series, None, given[0].window)],
            "'again' are the same",
        ),
        (lambda given: [*given, Specification("short", given[0].series[:50])], "'short' has 50 weeks"),
        (lambda given: [*given, Specification("wide", given[0].series, None, Window(16, 8))], "want 39"),
        (lambda given: [*given, Specification("below", given[0].series - 1000)], "counts are 0 or more"),
    ],
)
def test_what_is_no_multiverse_is_refused(changed, words):
    with pytest.raises(EstimationError, match=words):
        multiverse(changed(specifications(1)), 40, other_events=(80,))


def test_every_statistic_is_ranked_among_all_dates():
    g = np.random.default_rng(11)
    jumps = g.normal(size=(5, 60))
    jumps[:, 0] += 2.5
    made = _summary(jumps, 0.9)
    absolute = np.abs(jumps)
    p = np.array([[(row >= v).mean() for v in row] for row in absolute])
    median = np.median(jumps, axis=0)
    assert made.jumps.tolist() == jumps[:, 0].tolist()
    assert made.rank_p_values == pytest.approx(p[:, 0])
    assert made.median_jump == median[0]
    assert made.median_p_value == pytest.approx((np.abs(median) >= abs(median[0])).mean())
    significant = ((p <= 0.05) & (np.sign(jumps) == np.sign(median))).mean(axis=0)
    assert made.significant_share == significant[0]
    assert made.significant_p_value == pytest.approx((significant >= significant[0]).mean())
    ordered = np.sort(jumps[:, 1:], axis=0)
    assert made.band_low == pytest.approx(np.quantile(ordered, 0.05, axis=1))
    assert made.band_high == pytest.approx(np.quantile(ordered, 0.95, axis=1))
    assert (made.median_low, made.median_high) == placebo_interval(float(median[0]), median[1:], 0.9)
    assert made.placebos_n == 59


def test_jumps_of_all_dates_solve_their_regressions():
    languages, others = world(4)
    one = Specification("share", languages[0], others + 1, Window(9, 4))
    dates = np.array([20, 40, 77])
    x = segments(one.window)
    for date, jump in zip(dates, jumps_at(one, dates), strict=True):
        y, exposure = languages[0][date - 9 : date + 4] + 0.5, others[date - 9 : date + 4] + 1
        beta = np.linalg.lstsq(x, np.log(y / exposure), rcond=None)[0]
        for _ in range(60):
            rate = exposure * np.exp(x @ beta)
            beta = beta + np.linalg.solve(x.T @ (x * rate[:, None]), x.T @ (y - rate))
        assert jump == pytest.approx(beta[2], rel=1e-8)
    plain = Specification("volume", languages[0], None, Window(9, 4))
    ones = Specification("ones", languages[0], np.ones(WEEKS), Window(9, 4))
    assert jumps_at(plain, dates) == pytest.approx(jumps_at(ones, dates))
