"""Bootstraps that rebuild a population: their steps by hand, and a census, which leaves nothing to chance."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.bootstrap_configuration import _simulated, configuration_bootstrap
from analysis.estimators.rds.bootstrap_successive import (
    _pick,
    _population,
    _recruiter_positions,
    _whole_units,
    successive_bootstrap,
)
from analysis.estimators.rds.estimates import rds_point, rds_sample
from analysis.estimators.rds.homophily_configuration import HomophilyConfiguration, homophily_configuration
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.tree import recruitment_tree

DEGREE = np.array([2.0, 3.0, 2.0, 5.0, 3.0, 5.0, 2.0, 3.0])
GROUP = np.array([0, 1, 0, 1, 1, 0, 0, 1])
RECRUITERS = ["", 1, 1, 2, 2, 3, 4, 6]


def sample(population, group=GROUP, degree=DEGREE):
    tree = recruitment_tree(range(1, 9), RECRUITERS)
    return rds_sample(tree, degree, group=np.asarray(group), levels=("no", "yes"), population=population)


def test_a_column_is_picked_where_the_uniform_number_falls():
    mass = np.tile([1.0, 0.0, 3.0, 4.0], (5, 1))
    assert _pick(mass, np.array([0.0, 0.124, 0.126, 0.499, 0.501])).tolist() == [0, 0, 2, 2, 3]
    assert _pick(mass[:1], np.array([1.0])).tolist() == [3]
    assert _pick(np.array([[2.0, 2.0], [0.0, 1.0]]), np.array([0.5, 0.0])).tolist() == [1, 1]


def test_expected_numbers_are_rounded_up_as_often_as_their_fraction_and_the_sum_is_kept():
    expected = np.array([[0.25, 1.5, 3.0], [2.75, 0.1, 0.4]])
    made = _whole_units(expected, 4000, np.random.default_rng(1))
    assert made.shape == (4000, 2, 3)
    assert set(np.unique(made - np.floor(expected))) == {0.0, 1.0}
    assert made.sum(axis=(1, 2)) == pytest.approx(np.full(4000, 8.0))
    assert made.mean(axis=0) == pytest.approx(expected, abs=4.5 * 0.5 / np.sqrt(4000))


def test_recruits_go_to_one_respondent_after_another():
    assert _recruiter_positions(np.array([3]), 2, 7, np.random.default_rng(1)).tolist() == [[0, 0, 0, 1, 1, 1, 2]] * 2
    made = _recruiter_positions(np.array([1, 3]), 500, 6, np.random.default_rng(2))
    assert made[:, 0].tolist() == [0] * 500
    runs = {tuple(np.bincount(row)) for row in made}
    assert all(set(run[:-1]) <= {1, 3} and 1 <= run[-1] <= 3 for run in runs)
    assert (made[:, 1] == 1).mean() == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(500))


def test_the_population_is_what_the_sample_stands_for():
    made = _population(sample(40))
    weight = 1 / successive_weights(DEGREE, 40).probabilities
    assert made.classes.tolist() == [2.0, 3.0, 5.0]
    assert made.inverse == pytest.approx(weight)
    held = np.array([[3, 0, 1], [0, 3, 1]])
    assert made.expected.sum() == pytest.approx(40)
    assert made.expected == pytest.approx(held * weight * 40 / (held * weight).sum())
    rates = np.array([[2, 2], [1, 2]]) / [[4], [3]]
    ends = made.expected @ np.array([2.0, 3.0, 5.0])
    assert made.ties[0, 1] == made.ties[1, 0] == pytest.approx((ends[0] * rates[0, 1] + ends[1] * rates[1, 0]) / 2)
    assert np.diag(made.ties) == pytest.approx(ends * np.diag(rates))
    assert made.recruits.tolist() == [2, 2, 1, 1, 1]


def test_a_group_that_recruited_nobody_has_ties_by_shares():
    tree = recruitment_tree(range(1, 6), ["", 1, 1, 2, 2])
    group = np.array([0, 0, 1, 0, 2])
    one = rds_sample(tree, np.full(5, 4.0), group=group, levels=("a", "b", "c"), population=25)
    made = _population(one)
    shares = np.array([0.6, 0.2, 0.2])
    assert made.expected[:, 0] == pytest.approx(25 * shares)
    # a recruits a twice, b once and c once: its 60 ends are 30, 15, 15; b and c recruit nobody, so half of that is left
    assert made.ties[0] == pytest.approx([30.0, 7.5, 7.5])
    assert made.ties[1] == pytest.approx([7.5, 0.0, 0.0])


def test_a_census_has_one_result():
    """Everybody is recruited in each draw, whatever the order: the share is the sample's, without error."""
    for degree in (DEGREE, np.full(8, 3.0)):
        made = successive_bootstrap(sample(8, degree=degree), 50, np.random.default_rng(3))
        assert made.estimates == pytest.approx(np.full((50, 2), 0.5))
        assert made.method == "successive sampling bootstrap"
        assert made.asked_n == 50


def chain_shares(rates, numbers, draws_n, rng):
    """Shares of group 1 when nothing is used up: each recruit's group follows from its recruiter's."""
    for _ in range(draws_n):
        owners, group = [], [int(rng.random() < 0.5)]
        while len(owners) < 7:
            owners += [len(set(owners))] * rng.choice(numbers)
        for owner in owners[:7]:
            group.append(int(rng.random() < rates[group[owner], 1]))
        yield sum(group)


def test_draws_from_a_huge_population_are_a_chain_of_groups():
    draws_n = 6000
    made = successive_bootstrap(sample(1e6, degree=np.full(8, 3.0)), draws_n, np.random.default_rng(4)).estimates[:, 1]
    rates = np.array([[1 / 2, 1 / 2], [1 / 3, 2 / 3]])
    ties = (rates + rates.T) / 2
    wanted = list(
        chain_shares(ties / ties.sum(axis=1, keepdims=True), [2, 2, 1, 1, 1], draws_n, np.random.default_rng(5))
    )
    found = np.bincount(np.round(8 * made).astype(int), minlength=9) / draws_n
    assert np.abs(found - np.bincount(wanted, minlength=9) / draws_n).max() < 4.5 * np.sqrt(2 * 0.2 * 0.8 / draws_n)


def fitted(rates, weights, shares=(0.5, 0.5)):
    return HomophilyConfiguration(np.array(shares), np.array(rates), np.array([3.0, 3.0]), np.array(weights), 0.0, 1)


def test_configuration_draws_follow_the_rates_along_the_tree():
    """Where every tie leads to the other group, groups alternate by wave; the seed's group follows the shares."""
    own = sample(8000)
    model = fitted([[0.0, 1.0], [1.0, 0.0]], np.full(8, 1 / 8), (0.25, 0.75))
    groups, degrees = _simulated(own, model, 4000, np.random.default_rng(7))
    assert groups.shape == degrees.shape == (4000, 8)
    assert ((groups - groups[:, :1]) % 2 == own.tree.wave % 2).all()
    assert groups[:, 0].mean() == pytest.approx(0.75, abs=4.5 * np.sqrt(0.75 * 0.25 / 4000))
    # degrees come by size within the group: 2, 2, 5, 2 in group 0
    zero = degrees[groups == 0]
    assert set(np.unique(zero)) == {2.0, 5.0}
    assert (zero == 5.0).mean() == pytest.approx(5 / 11, abs=4.5 * 0.5 / np.sqrt(len(zero)))


def test_configuration_draws_of_a_census_are_everybody():
    """One unit for each respondent: at the end every degree of every group was drawn once."""
    own = sample(8)
    model = fitted([[0.5, 0.5], [0.5, 0.5]], np.full(8, 1 / 8))
    groups, degrees = _simulated(own, model, 200, np.random.default_rng(8))
    for group, degree in zip(groups, degrees, strict=True):
        assert sorted(zip(group, degree, strict=True)) == sorted(zip(GROUP, DEGREE, strict=True))


def test_those_who_did_not_answer_have_no_group_in_the_draws():
    group = np.array([0, 1, -1, 1, 1, 0, 0, 1])
    groups, _ = _simulated(
        sample(8000, group), fitted([[0.5, 0.5]] * 2, np.where(group < 0, 0, 1 / 7)), 20, np.random.default_rng(9)
    )
    assert (groups[:, 2] == -1).all()
    assert (np.delete(groups, 2, axis=1) >= 0).all()


def long_sample(population=2000):
    rng = np.random.default_rng(10)
    n, recruiter = 80, [None] * 2 + [(k - 2) // 2 + 1 for k in range(2, 80)]
    group = np.zeros(n, dtype=np.int64)
    for k in range(n):
        group[k] = k % 2 if k < 2 else (group[recruiter[k] - 1] + (rng.random() < 0.35)) % 2
    tree = recruitment_tree(range(1, n + 1), [r if r else "" for r in recruiter])
    return rds_sample(tree, rng.integers(2, 12, n), group=group, levels=("no", "yes"), population=population)


def test_configuration_bootstrap_refits_each_draw():
    own, rng = long_sample(), np.random.default_rng(11)
    made = configuration_bootstrap(own, 12, np.random.default_rng(11))
    known = {"order": own.order, "population": 2000, "groups_n": 2}
    fit = homophily_configuration(own.degree, own.group, own.tree.recruiter, **known)
    groups, degrees = _simulated(own, fit, 12, rng)
    again = [
        homophily_configuration(d, g, own.tree.recruiter, **known).shares for g, d in zip(groups, degrees, strict=True)
    ]
    assert made.estimates == pytest.approx(np.array(again), abs=1e-9)
    assert (made.asked_n, made.method) == (12, "homophily configuration bootstrap")
    assert abs(made.estimates[:, 1].mean() - rds_point(own, "hcg").values[1]) < 4.5 * made.standard_errors[1] / np.sqrt(
        12
    )


def test_what_has_no_bootstrap_is_refused():
    rng = np.random.default_rng(1)
    tree = recruitment_tree(range(1, 9), RECRUITERS)
    number = rds_sample(tree, DEGREE, number=np.arange(8.0), population=100)
    for wrong in (number, sample(None)):
        with pytest.raises(
            EstimationError, match="population is missing or y is a number; hcg needs a size and groups"
        ):
            configuration_bootstrap(wrong, 5, rng)
    with pytest.raises(EstimationError, match="bootstrap ss is for groups; use tree or neighbourhood for a number"):
        successive_bootstrap(number, 5, rng)
    with pytest.raises(EstimationError, match="population is missing; ss needs its size, try several"):
        successive_bootstrap(sample(None), 5, rng)
    with pytest.raises(EstimationError, match="recruiter links nobody with an answer to anybody with one; a bootstrap"):
        successive_bootstrap(sample(90, [0, -1, -1, 1, 1, 0, -1, -1]), 5, rng)
