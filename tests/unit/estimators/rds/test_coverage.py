"""Coverage over simulated populations: each row by hand, and one small study."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.rds.bootstrap import RdsDraws
from analysis.estimators.rds.coverage import (
    SCENARIOS,
    SPOT_CHECK,
    Outcome,
    _assumed,
    _attempt,
    _normal,
    _percentile,
    _row,
    coverage_table,
    simulate_study,
)
from analysis.estimators.rds.estimates import rds_point, rds_sample
from analysis.estimators.rds.tree import recruitment_tree

NORMAL = 1.959963984540054
NAMES = {
    ("raw share", "simple random"), ("rds-i", "Salganik bootstrap"), ("rds-ii", "Salganik bootstrap"),
    ("rds-ii", "tree bootstrap"), ("rds-ii", "neighbourhood bootstrap"), ("rds-ii", "design effect of 4"),
    ("hcg", "none"), ("ss, true size", "successive bootstrap"), ("ss, half the size", "successive bootstrap"),
    ("ss, twice the size", "successive bootstrap"),
}  # fmt: skip


def test_a_row_counts_what_the_intervals_did():
    found = [
        Outcome(0.40, 0.1, 0.2, 0.6, 0.3),
        Outcome(0.10, 0.2, 0.0, 0.25, 0.3),
        Outcome(0.35, None, 0.3, 0.4, 0.3),
        Outcome(0.30, 0.3, 0.1, 0.3, 0.3),
    ]
    made = _row(SPOT_CHECK, ("rds-ii", "by hand"), found)
    error = np.array([0.1, -0.2, 0.05, 0.0])
    assert (made.scenario, made.estimator, made.interval, made.worlds_n) == ("spot_check", "rds-ii", "by hand", 4)
    assert made.truth == pytest.approx(0.3)
    assert made.bias == pytest.approx(-0.0125)
    assert made.spread == pytest.approx(np.std(error, ddof=1))
    assert made.mean_se == pytest.approx(0.2)
    assert made.coverage == 0.75
    exact = stats.beta.ppf([0.005, 0.995], [3, 4], [2, 1])
    assert (made.coverage_low, made.coverage_high) == pytest.approx(tuple(exact))
    assert made.mean_width == pytest.approx((0.4 + 0.25 + 0.1 + 0.2) / 4)
    assert made.design_effect == pytest.approx(np.mean(error**2) / (0.21 / 150))


def test_a_point_without_interval_has_no_coverage():
    made = _row(SPOT_CHECK, ("hcg", "none"), [Outcome(0.4, None, np.nan, np.nan, 0.3)] * 2)
    assert (made.mean_se, made.coverage, made.coverage_low, made.coverage_high, made.mean_width) == (None,) * 5
    assert made.bias == pytest.approx(0.1)


def own():
    tree = recruitment_tree(range(1, 9), ["", 1, 1, 2, 2, 3, 4, 6])
    return rds_sample(
        tree, np.array([2.0, 3, 2, 5, 3, 5, 2, 3]), group=np.array([0, 1, 0, 1, 1, 0, 0, 1]), levels=("0", "1")
    )


def test_limits_are_those_of_the_method():
    assert _normal(0.3, 0.1, 0.2) == Outcome(0.3, 0.1, 0.3 - NORMAL * 0.1, 0.3 + NORMAL * 0.1, 0.2)
    share = float(rds_point(own(), "rds-ii").values[1])
    value, se, low, high = _assumed(own())
    assert (value, se) == (share, pytest.approx(2 * np.sqrt(share * (1 - share) / 8)))
    assert (low, high) == pytest.approx((share - NORMAL * se, share + NORMAL * se))
    draws = RdsDraws(np.column_stack([np.linspace(1, 0, 41), np.linspace(0, 1, 41)]), 41, "by hand")
    assert _percentile(own(), draws) == pytest.approx((share, draws.standard_errors[1], 0.025, 0.975))


def test_a_method_without_an_estimate_is_left_out():
    def none():
        raise EstimationError("y has a group that recruited nobody")

    assert _attempt(none, 0.3) is None
    assert _attempt(lambda: (0.4, None, 0.1, 0.2), 0.3) == Outcome(0.4, None, 0.1, 0.2, 0.3)


def test_a_study_is_estimated_by_every_method_and_knows_its_truth():
    made = simulate_study(SPOT_CHECK, np.random.default_rng(1), 60)
    assert set(made) == NAMES
    (truth,) = {outcome.truth for outcome in made.values()}
    assert truth == pytest.approx(0.3, abs=0.01)
    raw = made["raw share", "simple random"]
    assert raw.se == pytest.approx(np.sqrt(raw.value * (1 - raw.value) / 150))
    for (estimator, interval), outcome in made.items():
        assert abs(outcome.value - 0.3) < 0.2, estimator
        if interval in {"tree bootstrap", "neighbourhood bootstrap"}:
            assert outcome.low < outcome.value < outcome.high
        elif interval != "none":
            assert outcome.high - outcome.value == pytest.approx(NORMAL * outcome.se)
            assert outcome.value - outcome.low == pytest.approx(NORMAL * outcome.se)
    # the group with the trait has more ties: raw overstates it, and the more so the larger the population is thought
    sizes = [made[f"ss, {size} size", "successive bootstrap"].value for size in ("half the", "true", "twice the")]
    assert raw.value > sizes[0] > sizes[1] > sizes[2] > made["rds-ii", "tree bootstrap"].value
    assert np.isnan(made["hcg", "none"].low)
    assert np.isnan(made["hcg", "none"].high)


def test_a_longer_run_begins_with_the_shorter_one():
    two = coverage_table(SPOT_CHECK, 2, 7, 8)
    three = coverage_table(SPOT_CHECK, 3, 7, 8)
    assert {(row.estimator, row.interval) for row in two} == NAMES
    for short, long in zip(two, three, strict=True):
        assert (short.worlds_n, long.worlds_n) == (2, 3)
        # the mean error of three studies is that of two, and one more that is a share of a sample
        assert abs(3 * long.bias - 2 * short.bias) < 0.5
    raw = next(row for row in three if row.estimator == "raw share")
    worlds = [np.random.default_rng(child) for child in np.random.SeedSequence(7).spawn(3)]
    studies = [simulate_study(SPOT_CHECK, rng, 8)["raw share", "simple random"] for rng in worlds]
    assert raw.bias == pytest.approx(np.mean([s.value - s.truth for s in studies]))


def test_scenarios_differ_in_what_their_name_says():
    plans = {scenario.name: scenario for scenario in SCENARIOS}
    assert plans["random_mixing"].plan.homophily == 1.0
    assert plans["homophily"].plan.homophily > 1
    assert plans["homophily_activity"].plan.activity > plans["homophily"].plan.activity == 1.0
    assert [s.plan.activity for s in SCENARIOS] == [1.0, 1.0, 1.6, 1.6, 1.6, 1.0, 1.0]
    assert plans["large_fraction"].sample_n / plans["large_fraction"].plan.population == 0.5
    assert plans["differential_recruitment"].preference == 2.0
    assert plans["bottleneck"].plan.homophily > plans["homophily"].plan.homophily
    assert plans["rare_trait"].plan.share == 0.05
    assert {(s.plan.mean_degree, s.sample_n) for s in SCENARIOS} == {(10.0, 500)}
    assert [s.plan.share for s in SCENARIOS].count(0.3) == 6
    assert [s.plan.population for s in SCENARIOS].count(5000) == 6
    assert {s.seeds_n for s in SCENARIOS} == {8}
    assert [s.preference for s in SCENARIOS].count(1.0) == 6
