"""Bootstraps of small trees: every resample is listed with its chance, and the draws must be those, as often."""

from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds import bootstrap
from analysis.estimators.rds.bootstrap import (
    RdsDraws,
    finished_draws,
    neighbourhood_bootstrap,
    salganik_bootstrap,
    tree_bootstrap,
)
from analysis.estimators.rds.estimates import rds_sample
from analysis.estimators.rds.successive import successive_weights
from analysis.estimators.rds.tree import recruitment_tree

DRAWS = 6000
# A count of draws lies within four and a half binomial standard deviations of its mean in all but 7 of a million cases.
SIGMAS = 4.5

DEGREE = np.array([2.0, 4.0, 5.0, 10.0, 3.0, 8.0])
GROUP = np.array([0, 1, 0, 1, 1, 0])
RECRUITERS = ["", "a", "a", "b", "", "e"]
CHILDREN = {0: [1, 2], 1: [3], 4: [5]}


def small(group=GROUP, population=None):
    tree = recruitment_tree(list("abcdef"), RECRUITERS)
    return rds_sample(tree, DEGREE, group=np.asarray(group), levels=("no", "yes"), population=population)


def rds_ii(members, weight, group=GROUP):
    """Share of group 1 by the definition; None where nobody counts."""
    total = sum(weight[m] for m in members if group[m] >= 0)
    return round(sum(weight[m] for m in members if group[m] == 1) / total, 10) if total else None


def rds_i(members, moves, group=GROUP):
    """Salganik and Heckathorn's ratio for two groups; None where it is not defined."""
    count = Counter((group[a], group[b]) for a, b in moves)
    held = [[m for m in members if group[m] == g] for g in (0, 1)]
    if not (all(held) and count[0, 1] and count[1, 0]):
        return None
    mean = [len(h) / sum(1 / DEGREE[m] for m in h) for h in held]
    crossing = [count[0, 1] / (count[0, 0] + count[0, 1]), count[1, 0] / (count[1, 1] + count[1, 0])]
    ties = [crossing[0] * mean[0], crossing[1] * mean[1]]
    return round(ties[0] / (ties[0] + ties[1]), 10)


def trees():
    """(chance, members, recruitments) of every resampled tree."""

    def below(node):
        options = [(1.0, [], [])]
        children = CHILDREN.get(node, [])
        for _ in children:
            options = [
                (p * q / len(children), [*members, child, *more], [*moves, (node, child), *further])
                for (p, members, moves), child in product(options, children)
                for q, more, further in below(child)
            ]
        return options

    for first, second in product((0, 4), repeat=2):
        for (p, a, m), (q, b, k) in product(below(first), below(second)):
            yield p * q / 4, [first, *a, second, *b], m + k


def neighbourhoods():
    """(chance, members, recruitments) of every resample of centres: 6 respondents with 8 / 6 neighbours give 4 or 5."""
    recruiter = {child: node for node, children in CHILDREN.items() for child in children}
    centres_n = round(6 / (8 / 6))
    for centres in product(range(6), repeat=centres_n):
        moves = [(recruiter[c], c) for c in centres if c in recruiter]
        members = [a for a, _ in moves]
        for centre in centres:
            members += CHILDREN.get(centre, [])
            moves += [(centre, child) for child in CHILDREN.get(centre, [])]
        yield 6.0**-centres_n, members, moves


def demand_distribution(draws, chances):
    """The draws hold the values that have a chance, and nothing else, as often as the chance says."""
    wanted = Counter()
    for chance, value in chances:
        wanted[value] += chance
    assert sum(wanted.values()) == pytest.approx(1)
    missing = wanted.pop(None, 0.0)
    found = Counter(np.round(draws.estimates[:, 1], 10).tolist())
    assert set(found) <= set(wanted)
    assert draws.estimates.sum(axis=1) == pytest.approx(np.ones(len(draws.estimates)))
    for value, chance in wanted.items():
        assert abs(found[value] - DRAWS * chance) <= SIGMAS * np.sqrt(DRAWS * chance * (1 - chance)) + 1
    lost = draws.asked_n - len(draws.estimates)
    assert draws.asked_n == DRAWS
    assert abs(lost - DRAWS * missing) <= SIGMAS * np.sqrt(DRAWS * missing)


def test_tree_bootstrap_resamples_seeds_and_recruits_of_each():
    made = tree_bootstrap(small(), "rds-ii", DRAWS, np.random.default_rng(1))
    demand_distribution(made, [(p, rds_ii(members, 1 / DEGREE)) for p, members, _ in trees()])
    assert made.method == "tree bootstrap"


def test_tree_bootstrap_keeps_the_weights_of_successive_sampling():
    weight = successive_weights(DEGREE, 20).weights
    made = tree_bootstrap(small(population=20), "ss", DRAWS, np.random.default_rng(2))
    demand_distribution(made, [(p, rds_ii(members, weight)) for p, members, _ in trees()])


def test_tree_bootstrap_counts_recruitments_for_rds_i():
    chances = [(p, rds_i(members, moves)) for p, members, moves in trees()]
    defined = sum(p for p, value in chances if value is not None)
    assert 0 < defined < 0.5
    with pytest.raises(EstimationError, match=f"of {DRAWS} resampled trees only; pool levels"):
        tree_bootstrap(small(), "rds-i", DRAWS, np.random.default_rng(3))


def test_those_who_did_not_answer_carry_no_weight():
    group = np.array([0, 1, -1, 1, 1, 0])
    made = tree_bootstrap(small(group), "rds-ii", DRAWS, np.random.default_rng(4))
    demand_distribution(made, [(p, rds_ii(members, 1 / DEGREE, group)) for p, members, _ in trees()])


@pytest.mark.parametrize(("estimator", "seed"), [("rds-ii", 1), ("rds-i", 2)])
def test_neighbourhood_bootstrap_takes_recruiter_and_recruits_of_each_centre(estimator, seed):
    made = neighbourhood_bootstrap(small(), estimator, DRAWS, np.random.default_rng(seed))
    demand_distribution(
        made,
        [
            (p, rds_ii(members, 1 / DEGREE) if estimator == "rds-ii" else rds_i(members, moves))
            for p, members, moves in neighbourhoods()
        ],
    )
    assert made.method == "neighbourhood bootstrap"


def test_recruitments_of_those_who_did_not_answer_do_not_count():
    group = np.array([0, 1, -1, 0, 1, 0])
    made = neighbourhood_bootstrap(small(group), "rds-i", DRAWS, np.random.default_rng(3))
    demand_distribution(made, [(p, rds_i(members, moves, group)) for p, members, moves in neighbourhoods()])


def chains(degrees):
    """(chance, members, recruitments) of every chain of four: seeds count once, as in the sample's 4 recruits and 1."""
    recruited = {g: [c for c in (1, 2, 3, 5) if GROUP[{1: 0, 2: 0, 3: 1, 5: 4}[c]] == g] for g in (0, 1)}
    rates = {0: (0.5, 0.5), 1: (0.5, 0.5)}  # 0 recruits one of each, and so does 1
    for start in range(6):
        paths = [(1 / 6, [start])]
        for _ in range(4):
            longer = []
            for p, path in paths:
                now = GROUP[path[-1]]
                if degrees == "recruited":
                    longer += [(p / len(recruited[now]), [*path, c]) for c in recruited[now]]
                else:
                    pools = {g: [m for m in range(6) if GROUP[m] == g] for g in (0, 1)}
                    longer += [
                        (p * rates[now][g] * DEGREE[m] / DEGREE[pools[g]].sum(), [*path, m])
                        for g in (0, 1)
                        for m in pools[g]
                    ]
            paths = longer
        yield from ((p, path, list(pairwise(path))) for p, path in paths)


@pytest.mark.parametrize("degrees", ["recruited", "size-biased"])
@pytest.mark.parametrize("estimator", ["rds-ii", "rds-i"])
def test_salganik_bootstrap_walks_from_group_to_group(degrees, estimator):
    made = salganik_bootstrap(small(), estimator, DRAWS, np.random.default_rng(5), degrees=degrees)
    wanted = [
        (p, rds_ii(path, 1 / DEGREE) if estimator == "rds-ii" else rds_i(path, moves))
        for p, path, moves in chains(degrees)
    ]
    demand_distribution(made, wanted)
    assert made.method == f"Salganik bootstrap ({degrees} degrees)"


def test_other_recruitment_may_be_given():
    """Whoever recruits the other group only makes chains that alternate: two and three of each group."""
    made = salganik_bootstrap(
        small(), "rds-ii", 400, np.random.default_rng(6), degrees="size-biased", counts=np.array([[0, 3], [2, 0]])
    )
    pools = [(2.0, 5.0, 8.0), (4.0, 10.0, 3.0)]
    reachable = set()
    for first, second in ((3, 2), (2, 3)):
        for no in product(pools[0], repeat=first):
            for yes in product(pools[1], repeat=second):
                total = sum(1 / d for d in no) + sum(1 / d for d in yes)
                reachable.add(round(sum(1 / d for d in yes) / total, 10))
    assert set(np.round(made.estimates[:, 1], 10)) <= reachable
    assert len(made.estimates) == 400


def test_a_group_without_recruits_is_followed_by_the_groups_of_all_recruits():
    """Group 2 recruited nobody; where it recruits too, chains of three groups have an estimate by RDS-I."""
    tree = recruitment_tree(range(1, 13), ["", 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8])
    group = np.array([0, 1, 0, 2, 0, 1, 1, 0, 1, 2, 0, 2])
    sample = rds_sample(tree, np.full(12, 4.0), group=group, levels=("a", "b", "c"))
    counts = np.array([[2, 3, 1], [2, 1, 2], [0, 0, 0]])
    made = salganik_bootstrap(
        sample, "rds-ii", 20_000, np.random.default_rng(7), degrees="size-biased", counts=counts
    ).estimates.mean(axis=0)
    rates = np.array([[2, 3, 1], [2, 1, 2], [0, 0, 0]]) / np.array([[6], [5], [1]])
    rates[2] = np.array([4, 4, 3]) / 11
    state, total = np.bincount(group) / 12, np.bincount(group) / 12
    for _ in range(11):
        state = state @ rates
        total += state
    assert made == pytest.approx(total / 12, abs=4.5 * 0.15 / np.sqrt(20_000))
    three = salganik_bootstrap(sample, "rds-i", 300, np.random.default_rng(8))
    assert three.estimates.sum(axis=1) == pytest.approx(np.ones(len(three.estimates)))
    assert 150 <= len(three.estimates) < 300


def test_draws_without_an_estimate_are_dropped_and_too_many_are_refused():
    half = np.array([[0.2, 0.8], [np.nan, np.nan], [0.4, 0.6], [0.5, np.nan]])
    made = finished_draws(half, "by hand")
    assert made.estimates.tolist() == [[0.2, 0.8], [0.4, 0.6]]
    assert (made.asked_n, made.method) == (4, "by hand")
    with pytest.raises(EstimationError, match="y gives an estimate in 1 of 4 resampled trees only; pool levels"):
        finished_draws(np.where(half == 0.2, np.nan, half), "by hand")
    with pytest.raises(EstimationError, match="in 1 of 2"):
        finished_draws(half[:2], "by hand")


def test_errors_and_limits_are_those_of_the_draws():
    draws = RdsDraws(np.array([[0.0, 10.0], [1.0, 20.0], [2.0, 30.0], [3.0, 60.0], [4.0, 80.0]]), 5, "by hand")
    assert draws.standard_errors == pytest.approx([np.sqrt(2.5), np.sqrt(850)])
    assert draws.percentile_limits(0.5).tolist() == [[1.0, 20.0], [3.0, 60.0]]
    assert draws.percentile_limits() == pytest.approx(np.array([[0.1, 11.0], [3.9, 78.0]]))


def number_sample():
    tree = recruitment_tree(list("abcdef"), RECRUITERS)
    return rds_sample(tree, DEGREE, number=np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan]))


def test_a_number_has_a_mean_in_the_tree_and_neighbourhood_bootstraps():
    value = [1.0, 2.0, 3.0, 4.0, 5.0]

    def mean(members):
        kept = [m for m in members if m != 5]
        return round(sum(value[m] / DEGREE[m] for m in kept) / sum(1 / DEGREE[m] for m in kept), 10)

    made = tree_bootstrap(number_sample(), "rds-ii", DRAWS, np.random.default_rng(9))
    assert set(np.round(made.estimates[:, 0], 10)) == {mean(members) for _, members, _ in trees()}


def test_what_has_no_bootstrap_is_refused():
    rng = np.random.default_rng(1)
    with pytest.raises(EstimationError, match="bootstrap salganik is for groups and rds-i or rds-ii; use tree or nei"):
        salganik_bootstrap(number_sample(), "rds-ii", 10, rng)
    with pytest.raises(EstimationError, match="bootstrap salganik is for groups"):
        salganik_bootstrap(small(), "ss", 10, rng)
    for estimator, sample in (("hcg", small(population=50)), ("rds-i", number_sample())):
        with pytest.raises(EstimationError, match=f"bootstrap has no form for {estimator} with this outcome; use rds-"):
            tree_bootstrap(sample, estimator, 10, rng)
    with pytest.raises(EstimationError, match="population is missing; ss needs its size, try several"):
        neighbourhood_bootstrap(small(), "ss", 10, rng)
    with pytest.raises(EstimationError, match="recruiter links nobody with an answer to anybody with one; a bootstrap"):
        salganik_bootstrap(small([0, -1, -1, 1, 1, -1]), "rds-ii", 10, rng)


def test_trees_that_grow_without_end_are_refused(monkeypatch):
    """A resampled tree has the sample's size on average: twice that is not reached by many draws, nine tenths are."""
    monkeypatch.setattr(bootstrap, "MOST_TIMES_SAMPLE", 2)
    assert len(tree_bootstrap(small(), "rds-ii", 500, np.random.default_rng(1)).estimates) == 500
    monkeypatch.setattr(bootstrap, "MOST_TIMES_SAMPLE", 0.9)
    with pytest.raises(
        EstimationError, match="recruiter gives trees that explode when resampled; use the neighbourhoo"
    ):
        tree_bootstrap(small(), "rds-ii", 500, np.random.default_rng(1))
