"""Diagnostics of recruitment, on samples small enough to be worked out by hand."""

import numpy as np
import pytest

from analysis.estimators.rds.diagnostics import (
    Bottleneck,
    Convergence,
    SeedsAndWaves,
    bottlenecks,
    convergence,
    design_effect,
    failed_checks,
    intervals_under_design_effects,
    mixing,
    seeds_and_waves,
    sensitivity_to_population,
)
from analysis.estimators.rds.estimates import RdsPoint, rds_point, rds_sample
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.tree import recruitment_tree

NORMAL = 1.959963984540054


def line(groups, population=None, degree=3.0):
    """One chain: each recruits the next."""
    n = len(groups)
    tree = recruitment_tree(range(1, n + 1), ["", *range(1, n)])
    return rds_sample(tree, np.full(n, degree), group=np.array(groups), levels=("no", "yes"), population=population)


def test_shape_of_the_recruitment():
    tree = recruitment_tree(range(1, 10), ["", 1, 1, 2, 4, 5, "", 6, ""])
    made = seeds_and_waves(tree)
    assert made == SeedsAndWaves(3, 5, (3, 2, 1, 1, 1, 1), (4, 4, 1), 7 / 9, 2, 2 / 9)


def test_convergence_follows_the_share_in_order_of_recruitment():
    sample = line([1, 1, 0, 0, 1, 0, 0, 0, 0, 1])
    made = convergence(sample, np.full(10, 0.1))
    path = [1, 1, 2 / 3, 2 / 4, 3 / 5, 3 / 6, 3 / 7, 3 / 8, 3 / 9, 4 / 10]
    assert [c.level for c in made] == ["no", "yes"]
    assert made[1].at_tenths == pytest.approx(path)
    assert made[0].at_tenths == pytest.approx([1 - p for p in path])
    assert (made[1].settled_share, made[1].passed) == (1.0, False)
    weights = np.array([0.02, 0.02, 0.4, 0.4, 0.02, 0.02, 0.03, 0.03, 0.03, 0.03])
    heavy = convergence(line([1, 1, 0, 1, 1, 0, 1, 0, 1, 0]), weights)[1]
    seen = np.cumsum(weights * [1, 1, 0, 1, 1, 0, 1, 0, 1, 0]) / np.cumsum(weights)
    assert heavy.at_tenths == pytest.approx(seen)
    away = [abs(v - seen[-1]) > 0.02 for v in seen]
    last = max(i for i, a in enumerate(away) if a)
    assert heavy.settled_share == pytest.approx((last + 2) / 10)


def test_an_estimate_that_never_moved_settled_at_the_first_respondent():
    tree = recruitment_tree(range(1, 6), ["", 1, 2, 3, 4])
    sample = rds_sample(tree, np.full(5, 2.0), number=np.array([np.nan, 50.0, 51.0, 50.0, 50.0]), levels=("score",))
    (made,) = convergence(sample, np.array([0.0, 0.25, 0.25, 0.25, 0.25]))
    assert made.at_tenths[:2] == (None, None)
    assert made.at_tenths[-1] == pytest.approx(50.25)
    # 2 % of the largest value is 1.02: from the second respondent on the mean stays within it
    assert made.settled_share == pytest.approx(2 / 5)
    assert made.passed
    constant = rds_sample(tree, np.full(5, 2.0), number=np.full(5, 7.0), levels=("score",))
    assert convergence(constant, np.full(5, 0.2))[0].settled_share == pytest.approx(1 / 5)


def test_long_samples_are_shown_after_each_tenth():
    rng = np.random.default_rng(1)
    group = rng.integers(2, size=57)
    made = convergence(line(group), np.full(57, 1 / 57))[1]
    ends = [round(57 * i / 10) for i in range(1, 11)]
    assert made.at_tenths == pytest.approx([group[:end].mean() for end in ends])


def forest(group, sizes=(4, 4, 1)):
    names, recruiters = [], []
    for chain, size in enumerate(sizes):
        names += [f"{chain}.{k}" for k in range(size)]
        recruiters += ["", *(f"{chain}.0" for _ in range(size - 1))]
    return recruitment_tree(names, recruiters), np.array(group)


def test_large_chains_are_compared():
    tree, group = forest([0, 1, 1, 1, 0, 0, 0, 1] + [1] * 1)
    sample = rds_sample(tree, np.full(9, 2.0), group=group, levels=("no", "yes"))
    weights = np.array([0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    made = bottlenecks(sample, weights)
    assert made[1] == Bottleneck("yes", 3, pytest.approx(0.25), 1.0, False)
    assert made[0] == Bottleneck("no", 3, 0.0, pytest.approx(0.75), False)
    # a chain of 1 in 21 is too small to compare
    tree, group = forest([0, 1] * 10 + [1], (10, 10, 1))
    even = rds_sample(tree, np.full(21, 2.0), group=group, levels=("no", "yes"))
    assert bottlenecks(even, np.full(21, 1 / 21))[1] == Bottleneck("yes", 2, 0.5, 0.5, True)


def test_one_chain_cannot_be_compared_and_numbers_are_compared_on_their_range():
    assert bottlenecks(line([0, 1, 1]), np.full(3, 1 / 3))[1] == Bottleneck("yes", 1, None, None, None)
    tree, _ = forest([0] * 8, (4, 4))

    def of(values, weights):
        return bottlenecks(rds_sample(tree, np.full(8, 2.0), number=values, levels=("score",)), weights)[0]

    values = np.array([0.0, 100.0, 50.0, 50.0, 52.0, 52.0, 52.0, 52.0])
    assert of(values, np.full(8, 1 / 8)) == Bottleneck("score", 2, 50.0, 52.0, True)
    values = values + np.array([0] * 4 + [10] * 4)
    assert of(values, np.full(8, 1 / 8)) == Bottleneck("score", 2, 50.0, 62.0, False)
    assert of(np.where(np.arange(8) < 4, values, np.nan), np.where(np.arange(8) < 4, 0.25, 0.0)).large_chains_n == 1


def test_mixing_is_the_second_eigenvalue_of_the_rates():
    # 0→0 3, 0→1 1, 1→0 1, 1→1 1: eigenvalues 1 and 3/4 + 1/2 − 1
    sample = line([0, 0, 0, 0, 1, 1, 0])
    made = mixing(sample)
    assert made.second_eigenvalue == pytest.approx(0.25)
    assert made.waves_to_equilibrium == np.ceil(np.log(0.02) / np.log(0.25)) == 3
    assert made.passed
    slow = mixing(line([0] * 5 + [1] * 5 + [0]))
    assert slow.second_eigenvalue == pytest.approx(0.6)
    assert (slow.waves_to_equilibrium, slow.passed) == (8, True)
    short = mixing(line([0, 0, 0, 0, 0, 1, 1, 1]))
    assert short.second_eigenvalue == pytest.approx(0.8)
    assert (short.waves_to_equilibrium, short.passed) == (18, False)


def test_mixing_at_once_never_and_not_at_all():
    at_once = mixing(line([0, 0, 1, 1, 0]))
    assert (at_once.second_eigenvalue, at_once.waves_to_equilibrium, at_once.passed) == (pytest.approx(0.0), 1, True)
    alternating = mixing(line([0, 1, 0, 1]))
    assert (alternating.waves_to_equilibrium, alternating.passed) == (None, False)
    assert alternating.second_eigenvalue == pytest.approx(1.0)
    assert mixing(line([0, 0, 1])) is None
    tree = recruitment_tree([1, 2], ["", 1])
    assert mixing(rds_sample(tree, [2, 2], number=[1.0, 2.0])) is None


def test_design_effect_has_a_correction_for_finite_populations():
    assert design_effect(0.2, 0.08, 50, None) == pytest.approx(0.08**2 / (0.2 * 0.8 / 50))
    assert design_effect(0.2, 0.08, 50, 101) == pytest.approx(0.08**2 / (0.2 * 0.8 / 50 * 51 / 100))
    assert design_effect(0.2, 0.08, 50, 50) is None
    assert design_effect(1.0, 0.08, 50, None) is None


def test_intervals_under_design_effects_stay_within_shares():
    made = intervals_under_design_effects(0.05, 400)
    assert list(made) == ["2", "4", "6", "10"]
    for effect, interval in made.items():
        se = np.sqrt(float(effect) * 0.05 * 0.95 / 400)
        assert interval.low == pytest.approx(max(0.05 - NORMAL * se, 0))
        assert interval.high == pytest.approx(0.05 + NORMAL * se)
    assert made["10"].low == 0.0
    assert intervals_under_design_effects(0.95, 400)["10"].high == 1.0


def test_estimates_under_other_population_sizes():
    tree = recruitment_tree(range(1, 7), ["", 1, 1, 2, 2, 3])
    degree = np.array([2.0, 4.0, 6.0, 8.0, 3.0, 5.0])
    group = np.array([0, 1, 1, 0, -1, 1])
    sample = rds_sample(tree, degree, group=group, levels=("no", "yes"), population=30)
    made = sensitivity_to_population(sample, 1)
    assert list(made) == ["15", "30", "60", "150", "300", "infinite"]
    answered, yes = group >= 0, group == 1
    for size, value in made.items():
        w = 1 / degree if size == "infinite" else successive_weights(degree, float(size)).weights
        assert value == pytest.approx(w[yes].sum() / w[answered].sum())
    # half of 10 is below the largest degree and one: 9 stands for it
    few = rds_sample(tree, degree, group=group, levels=("no", "yes"), population=10)
    assert list(sensitivity_to_population(few, 0)) == ["9", "10", "20", "50", "100", "infinite"]
    flat = rds_sample(tree, np.full(6, 2.0), group=group, levels=("no", "yes"), population=8)
    assert list(sensitivity_to_population(flat, 0)) == ["6", "8", "16", "40", "80", "infinite"]


FINE = SeedsAndWaves(4, 5, (4, 4), (4, 4), 0.5, 0, 0.1)
SETTLED = (Convergence("no", (), 0.5, True), Convergence("yes", (), 0.5, True))
ALIKE = (Bottleneck("no", 2, 0.1, 0.15, True), Bottleneck("yes", 1, None, None, None))


def said(sample=None, shape=FINE, paths=SETTLED, chains=ALIKE, weights=None):
    sample = sample or line([0, 1, 1])
    point = RdsPoint("rds-ii", np.zeros(2), np.full(sample.n, 1 / sample.n) if weights is None else weights)
    return failed_checks(sample, point, shape, paths, chains)


def test_nothing_is_said_where_nothing_is_wrong():
    assert said() == []
    assert said(line([0, 1, 1] * 10, population=33)) == []


def test_each_failed_check_has_its_sentence():
    moving = (Convergence("no", (), 0.9, False), Convergence("yes", (), 0.9, False))
    assert said(paths=moving) == ["the estimate was still moving in the last fifth of the sample (no, yes)"]
    torn = (Bottleneck("no", 2, 0.1, 0.5, False), *ALIKE[1:], Bottleneck("so", 2, 0.1, 0.5, False))
    assert said(chains=torn) == [
        "large chains differ by more than 0.1 (no, so): a bottleneck between parts of the network"
    ]
    one = SeedsAndWaves(2, 3, (2,), (2,), 0.64, 0, 0.1)
    assert said(shape=one) == ["one seed's chain makes up 64% of the sample"]
    assert said(shape=SeedsAndWaves(1, 3, (2,), (2,), 1.0, 0, 0.1)) == []
    assert said(shape=SeedsAndWaves(4, 2, (2,), (2,), 0.5, 0, 0.1)) == [
        "recruitment ended in wave 2: estimates still lean on the choice of seeds"
    ]
    assert said(line([0, 1, 1] * 10, population=32)) == [
        "a population of 32 is hardly more than the 30 respondents: the estimate is taken for a census and its "
        "standard error for nearly 0; try larger sizes"
    ]


def test_a_few_who_carry_much_weight_are_told():
    sample = line([0, 1] * 100)
    weights = np.full(200, 0.85 / 198)
    weights[[3, 8]] = 0.075
    assert said(sample, weights=weights) == ["1 % of respondents carry 15% of the weight (very low degrees)"]
    weights[[3, 8]] = 0.04
    assert said(sample, weights=weights) == []
    few = np.full(99, 0.8 / 98)
    few[0] = 0.2
    assert said(line([0, 1, 1] * 33), weights=few) == []


def test_warnings_about_degrees_come_first():
    tree = recruitment_tree(range(1, 5), ["", 1, 2, 3])
    sample = rds_sample(tree, [2.0, 2.0, 2.0, 900.0], group=np.array([0, 1, 1, 0]), levels=("no", "yes"))
    assert failed_checks(sample, rds_point(sample, "rds-ii"), FINE, SETTLED, ALIKE) == list(sample.warnings)
    assert sample.warnings == (
        "1 degree(s) exceed 50 times the median of 2 (largest 900): check them; they get next to no weight",
    )
