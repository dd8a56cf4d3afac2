"""Trees, transitions and diagnostics of recruitment."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.diagnostics import (
    bottlenecks,
    convergence,
    design_effect,
    intervals_under_design_effects,
    mixing,
    seeds_and_waves,
)
from analysis.estimators.rds.estimates import rds_point, rds_sample
from analysis.estimators.rds.simulation import NetworkPlan, recruit, simulate_network
from analysis.estimators.rds.transitions import equilibrium, recruitment_homophily, transition_counts
from analysis.estimators.rds.tree import checked_degrees, recruitment_tree
from analysis.estimators.rds.weights import salganik_heckathorn_shares


def test_seeds_may_be_written_in_five_ways():
    made = recruitment_tree(["a", "b", "c", "d", "e", "f"], ["", "seed", "0", None, "NA", "a"])
    assert made.is_seed.tolist() == [True] * 5 + [False]
    assert made.wave.tolist() == [0, 0, 0, 0, 0, 1]


def test_a_respondent_called_0_is_a_recruiter_and_no_seed_word():
    assert recruitment_tree(["0", "1"], ["", "0"]).recruiter.tolist() == [-1, 0]


def test_order_of_rows_does_not_matter():
    forwards = recruitment_tree([1, 2, 3, 4], ["", 1, 2, 3])
    backwards = recruitment_tree([4, 3, 2, 1], [3, 2, 1, ""])
    assert forwards.wave.tolist() == backwards.wave[::-1].tolist()
    assert backwards.seed.tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, 50])
def test_impossible_degrees_are_refused_by_position(value):
    with pytest.raises(EstimationError, match="position 2"):
        checked_degrees([3, value, 4], 3, 50)


def test_equilibrium_is_stationary_and_unmixed_groups_have_none():
    rates = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3]])
    q = equilibrium(rates)
    assert q @ rates == pytest.approx(q)
    with pytest.raises(EstimationError, match="never recruit each other"):
        equilibrium(np.eye(2))
    with pytest.raises(EstimationError, match="recruited nobody"):
        salganik_heckathorn_shares(np.array([[1.0, 1.0], [0.0, 0.0]]), np.ones(2))


def study(homophily=1.0, seed=1):
    rng = np.random.default_rng(seed)
    network = simulate_network(NetworkPlan(2000, 0.3, 10.0, homophily, 1.0), rng)
    tree, member = recruit(network, 400, 6, rng)
    group = network.group[member]
    return rds_sample(tree, network.degree[member], group=group, levels=("0", "1"), population=2000)


def test_recruitment_in_a_network_is_a_tree_of_distinct_members():
    rng = np.random.default_rng(3)
    network = simulate_network(NetworkPlan(500, 0.4, 8.0, 1.2, 1.5), rng)
    tree, member = recruit(network, 200, 5, rng)
    assert len(np.unique(member)) == 200
    again = recruitment_tree(np.arange(200), np.where(tree.recruiter < 0, "seed", tree.recruiter.astype(str)))
    assert again.wave.tolist() == tree.wave.tolist()
    for recruit_row in np.flatnonzero(tree.recruiter >= 0):
        recruiter = member[tree.recruiter[recruit_row]]
        ties = network.neighbours[network.start[recruiter] : network.start[recruiter + 1]]
        assert member[recruit_row] in ties


def test_homophily_slows_mixing_and_tears_chains_apart():
    loose, tight = study(1.0), study(1.7)
    assert mixing(loose).second_eigenvalue < mixing(tight).second_eigenvalue
    homophily = [recruitment_homophily(s.group, s.tree, 2).index for s in (loose, tight)]
    assert homophily[0] == pytest.approx(1.0, abs=0.12)
    assert homophily[1] > 1.4
    counts = transition_counts(tight.group, tight.tree.recruiter, 2)
    assert counts.sum() == (~tight.tree.is_seed).sum()


def test_convergence_ends_at_the_estimate_and_bottlenecks_compare_large_chains():
    sample = study()
    point = rds_point(sample, "rds-ii")
    path = convergence(sample, point.weights)[1]
    assert path.at_tenths[-1] == pytest.approx(point.values[1])
    assert 0 < path.settled_share <= 1
    chains = bottlenecks(sample, point.weights)[1]
    assert chains.large_chains_n >= 1
    shape = seeds_and_waves(sample.tree)
    assert sum(shape.by_wave) == sum(shape.by_recruits) == sample.n


def test_design_effects_widen_intervals():
    assert design_effect(0.5, 0.05, 100, None) == pytest.approx(1.0)
    assert design_effect(0.0, 0.05, 100, None) is None
    widths = [v.high - v.low for v in intervals_under_design_effects(0.3, 500).values()]
    assert widths == sorted(widths)
