"""Bounds under item nonresponse: closed forms, every truth that fits, limits by simulation, and refusals."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.selection import contamination_bounds, interval_of_bounds
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean, survey_share
from analysis.estimators.weighting.nonresponse import WORST, Difference, nonresponse_bounds

NAN = float("nan")


def sample(seed=1, n=300, share=0.3, silent=0.25):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(float)
    return np.where(rng.random(n) < silent, NAN, y), rng.gamma(2.0, size=n), rng.integers(0, 30, n)


def test_the_worst_case_is_all_no_and_all_yes():
    """Oracle: fill in the silent, and estimate the share of everybody."""
    y, w, c = sample()
    design = survey_design(len(y), weights=w, clusters=c)
    (made,) = nonresponse_bounds(y, design).bounds
    for bound, filled in ((made.lowest, 0.0), (made.highest, 1.0)):
        wanted = survey_mean(np.where(np.isnan(y), filled, y), design)
        assert bound.value == pytest.approx(wanted.values[0], abs=1e-12)
        assert bound.se == pytest.approx(wanted.standard_errors[0], abs=1e-12)


def test_without_weights_the_bounds_are_those_of_manski():
    y, _, _ = sample()
    made = nonresponse_bounds(y, survey_design(len(y)))
    wanted = contamination_bounds(float(np.nanmean(y)), made.silent_share, "missing")
    (bounds,) = made.bounds
    assert (bounds.lowest.value, bounds.highest.value) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
    normal = interval_of_bounds(wanted, (bounds.lowest.se, bounds.highest.se))
    assert (bounds.limits.low, bounds.limits.high) == pytest.approx((normal.low, normal.high), abs=0.01)


@pytest.mark.parametrize("delta", [-0.2, 0.0, 0.15])
def test_the_error_under_a_limit_is_the_spread_over_samples(delta):
    found = [
        nonresponse_bounds(sample(seed)[0], survey_design(300), (Difference(delta, delta),)).bounds[0].lowest
        for seed in range(400)
    ]
    assert np.mean([one.se for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.1)


def test_bounds_grow_with_what_is_allowed_and_end_at_the_worst_case():
    y, _, _ = sample()
    made = nonresponse_bounds(y, survey_design(300), (*(Difference(-d, d) for d in (0, 0.1, 0.3, 0.9)), WORST)).bounds
    widths = [one.highest.value - one.lowest.value for one in made]
    assert widths[0] == pytest.approx(0, abs=1e-12)
    assert sorted(widths) == widths
    assert all(one.limits.low <= one.lowest.value <= one.highest.value <= one.limits.high for one in made)
    assert widths[3] == pytest.approx(widths[4], abs=1e-12)


def test_without_silence_it_is_the_share_interval_and_at_random_that_of_the_answers():
    y, w, c = sample(silent=0.0)
    design = survey_design(len(y), weights=w, clusters=c)
    (own,) = survey_share(y, design)[1]
    for made in nonresponse_bounds(y, design, (WORST, Difference(0, 0))).bounds:
        assert (made.limits.low, made.limits.high) == pytest.approx((own.low, own.high), abs=1e-9)
    y = sample()[0]
    (own,) = survey_share(np.nan_to_num(y), design, ~np.isnan(y))[1]
    made = nonresponse_bounds(y, design, (Difference(0, 0),))
    assert (made.answered.low, made.answered.high) == pytest.approx((own.low, own.high), abs=1e-9)
    assert (made.bounds[0].limits.low, made.bounds[0].limits.high) == pytest.approx((own.low, own.high), abs=1e-9)


@pytest.mark.parametrize(("answer", "low", "high"), [(0.0, 0.0, 0.25), (1.0, 0.75, 1.0)])
def test_unanimous_answers_leave_no_false_certainty(answer, low, high):
    y = np.array([answer] * 75 + [NAN] * 25)
    worst, near = nonresponse_bounds(y, survey_design(100), (WORST, Difference(-0.05, 0.05))).bounds
    assert (worst.lowest.value, worst.highest.value) == pytest.approx((low, high))
    assert worst.limits.high - worst.limits.low > 0.29
    assert near.limits.high - near.limits.low > 0.03


def covered(limits_of, share, share_of_silent, silent, runs=400):
    """How often limits hold the share of all; at the edge of the bounds, where they are put to the test."""
    hits, truth = 0, (1 - silent) * share + silent * share_of_silent
    for seed in range(runs):
        rng = np.random.default_rng([8, seed])
        y = np.where(rng.random(300) < silent, NAN, rng.random(300) < share)
        limits = limits_of(nonresponse_bounds(y, survey_design(300), (WORST, Difference(-0.1, 0.1))))
        hits += limits.low <= truth + 1e-12 and truth - 1e-12 <= limits.high
    return hits / runs


@pytest.mark.parametrize(("share", "silent"), [(0.3, 0.2), (0.1, 0.4), (0.05, 0.02)])
@pytest.mark.parametrize("end", [0, 1])
def test_limits_cover_a_truth_at_either_end(share, silent, end):
    assert covered(lambda made: made.bounds[0].limits, share, float(end), silent) > 0.93
    assert (
        covered(lambda made: made.bounds[1].limits, share, max(share - 0.1, 0) if end else share + 0.1, silent) > 0.93
    )


def test_who_takes_silence_for_random_misses_it():
    """Negative twin: the share of those who answered does not cover what the bounds cover."""
    assert covered(lambda made: made.answered, 0.3, 1.0, 0.2) < 0.1
    assert covered(lambda made: made.bounds[1].limits, 0.3, 1.0, 0.2) < 0.1


def test_limits_for_both_bounds_are_wider():
    y = sample()[0]
    one, both = (nonresponse_bounds(y, survey_design(300), target=t).bounds[0].limits for t in ("parameter", "set"))
    assert both.low < one.low
    assert one.high < both.high


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([0.0, 2.0, 1.0, NAN], "y is 2 at position 2"),
        ([NAN] * 4, "no answer with a positive weight"),
        ([0.0, 1.0], "one value for each row"),
    ],
)
def test_what_cannot_be_bounded_is_refused(y, words):
    with pytest.raises(EstimationError, match=words):
        nonresponse_bounds(y, survey_design(4))


@pytest.mark.parametrize("ends", [(0.2, 0.1), (-1.2, 0.0), (0.0, NAN)])
def test_a_difference_that_is_none_is_refused(ends):
    with pytest.raises(EstimationError, match="lower first"):
        Difference(*ends)


def test_one_cluster_is_refused():
    y, clusters = [0.0, 1.0, NAN, NAN], survey_design(4, clusters=[1, 1, 2, 2])
    with pytest.raises(EstimationError, match="answered in one cluster only"):
        nonresponse_bounds(y, clusters)
    with pytest.raises(EstimationError, match="asked in one cluster only"):
        nonresponse_bounds(y, clusters, domain=[True, True, False, False])
