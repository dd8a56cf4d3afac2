"""The homophily configuration graph: its parts by hand, and the closed form of a population without end."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.homophily_configuration import (
    _Chain,
    _chain,
    _feasible_shares,
    _fit_rates,
    _implied_shares,
    _log_likelihood,
    _mean_degrees,
    _weights,
    _within,
    homophily_configuration,
)
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.transitions import transition_counts

ENDLESS = 1e12
DEGREE = np.array([2.0, 3.0, 2.0, 5.0, 3.0, 5.0])
GROUP = np.array([0, 1, 0, -1, 1, 0])
RECRUITER = np.array([-1, 0, 0, 1, 2, 3])


def chain(order=(0, 1, 2, 3, 4, 5), population=30.0):
    return _chain(DEGREE, GROUP, RECRUITER, order=np.array(order), population=population, groups_n=2)


def test_recruitments_are_listed_with_the_degrees_used_up_before():
    made = chain()
    # the recruit without a group, and the recruit of one without, do not count
    assert made.start.tolist() == [0, 0, 0]
    assert made.end.tolist() == [1, 0, 1]
    assert made.used.tolist() == [[2, 0], [2, 3], [4, 3]]
    assert made.sampled_degree.tolist() == [9, 6]
    assert made.sampled_n.tolist() == [3, 2]
    later = chain(order=(0, 2, 4, 1, 3, 5))
    assert later.end.tolist() == [0, 1, 1]
    assert later.used.tolist() == [[2, 0], [4, 0], [4, 3]]


def test_ties_between_groups_balance_at_the_implied_shares():
    rates, mean = np.array([[0.7, 0.3], [0.2, 0.8]]), np.array([4.0, 6.0])
    p = _implied_shares(rates, mean)
    assert p.sum() == pytest.approx(1)
    assert p[0] * mean[0] * rates[0, 1] == pytest.approx(p[1] * mean[1] * rates[1, 0])
    assert p == pytest.approx([6 * 0.2 / (6 * 0.2 + 4 * 0.3), 0.5])


def test_a_group_is_no_smaller_than_what_was_sampled_of_it():
    rates, mean = np.array([[0.5, 0.5], [0.1, 0.9]]), np.array([4.0, 4.0])
    free = _Chain(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 2)), np.array([8.0, 8.0]), np.full(2, 2.0), 100.0)
    assert _feasible_shares(rates, mean, free) == pytest.approx([1 / 6, 5 / 6])
    by_persons = _Chain(free.start, free.end, free.used, np.array([8.0, 8.0]), np.array([30.0, 2.0]), 100.0)
    by_degrees = _Chain(free.start, free.end, free.used, np.array([120.0, 8.0]), np.array([2.0, 2.0]), 100.0)
    for bound in (by_persons, by_degrees):
        made = _feasible_shares(rates, mean, bound)
        assert made[0] == pytest.approx(0.3)
        # the other moves by the shift s with s + 10 (sum - 1) = 0: 5/6 + s - 0.7 = -s / 10
        assert made[1] == pytest.approx(5 / 6 - (0.3 + 5 / 6 - 1) * 10 / 11)


def test_the_likelihood_is_the_chance_of_each_recruitment_among_ends_still_open():
    made = chain()
    rates, mean = np.array([[0.6, 0.4], [0.3, 0.7]]), np.array([3.0, 3.5])
    shares = _feasible_shares(rates, mean, made)
    wanted = 0.0
    for end, used in zip([1, 0, 1], [(2, 0), (2, 3), (4, 3)], strict=True):
        open_ends = [rates[0, g] * (1 - used[g] / (shares[g] * 30 * mean[g])) for g in (0, 1)]
        wanted += np.log(open_ends[end] / sum(open_ends))
    assert _log_likelihood(rates, mean, made) == pytest.approx(wanted, rel=1e-12)


def test_rates_are_where_the_likelihood_is_highest():
    made = chain(population=60.0)
    mean = np.array([3.0, 3.5])
    rates, best = _fit_rates(np.array([[0.5, 0.5], [0.5, 0.5]]), mean, made)
    assert rates.sum(axis=1) == pytest.approx([1, 1])
    assert best == pytest.approx(_log_likelihood(rates, mean, made))
    grid = np.linspace(0.02, 0.98, 49)
    values = [_log_likelihood(np.array([[1 - a, a], [b, 1 - b]]), mean, made) for a in grid for b in grid]
    assert best >= max(values)
    assert best - max(values) < 0.01


def test_mean_degrees_and_weights_are_those_of_successive_sampling_in_each_group():
    group, recruiter = np.array([0, 0, 0, 1, 1, 1]), np.array([-1, 0, 0, 1, 1, 2])
    made = _chain(DEGREE, group, recruiter, order=np.arange(6), population=40.0, groups_n=2)
    shares = np.array([0.36, 0.64])
    recruited = recruiter >= 0
    first = successive_weights(DEGREE[1:3], 15).weights @ DEGREE[1:3]
    second = successive_weights(DEGREE[3:], 26).weights @ DEGREE[3:]
    assert _mean_degrees(DEGREE, group, recruited, shares, made) == pytest.approx([first, second])
    small = _mean_degrees(DEGREE, group, recruited, np.array([0.04, 0.96]), made)
    assert small[0] == pytest.approx(7 / (0.04 * 40))
    weights = _weights(DEGREE, group, shares, made)
    assert weights[:3] == pytest.approx(0.36 * successive_weights(DEGREE[:3], 15).weights)
    assert weights[3:] == pytest.approx(0.64 * successive_weights(DEGREE[3:], 26).weights)
    assert _within(np.full(4, 7.0), 9.0).tolist() == [0.25] * 4


def study(n=300, seed=1, groups_n=2):
    rng = np.random.default_rng(seed)
    recruiter = np.array([-1, -1, -1, *((np.arange(3, n) - 3) // 2)])
    group = np.zeros(n, dtype=np.int64)
    for row in range(n):
        if row < 3:
            group[row] = row % groups_n
        else:
            stay = rng.random() < 0.6
            group[row] = group[recruiter[row]] if stay else rng.integers(groups_n)
    return rng.integers(2, 15, n).astype(float), group, recruiter


@pytest.mark.parametrize("groups_n", [2, 3])
def test_a_population_without_end_gives_the_closed_form(groups_n):
    """Nothing is used up: rates are row shares of the counts, mean degrees are harmonic means of recruits."""
    degree, group, recruiter = study(groups_n=groups_n)
    fit = homophily_configuration(degree, group, recruiter, order=np.arange(300), population=ENDLESS, groups_n=groups_n)
    counts = transition_counts(group, recruiter, groups_n)
    rates = counts / counts.sum(axis=1, keepdims=True)
    recruited = recruiter >= 0
    mean = np.array([1 / np.mean(1 / degree[recruited & (group == g)]) for g in range(groups_n)])
    assert fit.rates == pytest.approx(rates, abs=2e-4)
    assert fit.mean_degree == pytest.approx(mean, rel=1e-5)
    assert fit.shares == pytest.approx(_implied_shares(rates, mean), abs=2e-4)
    assert fit.log_likelihood == pytest.approx(float((counts * np.log(rates)).sum()), abs=1e-4)
    for g in range(groups_n):
        inverse = 1 / degree[group == g]
        assert fit.weights[group == g] == pytest.approx(fit.shares[g] * inverse / inverse.sum(), rel=1e-4)
    assert fit.rounds == 2


def test_names_of_groups_and_order_of_rows_do_not_matter():
    degree, group, recruiter = study()
    known = {"population": 900.0, "groups_n": 2}
    fit = homophily_configuration(degree, group, recruiter, order=np.arange(300), **known)
    swapped = homophily_configuration(degree, 1 - group, recruiter, order=np.arange(300), **known)
    assert swapped.shares == pytest.approx(fit.shares[::-1], abs=1e-5)
    rows = np.random.default_rng(2).permutation(300)
    place = np.argsort(rows)
    moved = np.where(recruiter[rows] < 0, -1, place[recruiter[rows]])
    again = homophily_configuration(degree[rows], group[rows], moved, order=place, **known)
    assert again.shares == pytest.approx(fit.shares, abs=1e-8)
    assert again.weights == pytest.approx(fit.weights[rows], abs=1e-8)
    assert fit.shares.sum() == pytest.approx(1, abs=1e-6)
    assert fit.weights.sum() == pytest.approx(1)


def test_what_cannot_be_fitted_is_refused():
    degree, group, recruiter = study()
    known = {"order": np.arange(300), "population": 900.0}
    for groups_n in (1, 11):
        with pytest.raises(EstimationError, match=f"y has {groups_n} groups; hcg takes 2 to 10"):
            homophily_configuration(degree, group, recruiter, groups_n=groups_n, **known)
    with pytest.raises(
        EstimationError, match="y has a group that nobody recruited holds; hcg is not defined, use rds-"
    ):
        homophily_configuration(degree, group, recruiter, groups_n=3, **known)
