"""Simulated networks and recruitment: what the plan promises, and exact results on hand-made networks."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.simulation import (
    Network,
    NetworkPlan,
    _handed,
    _largest_component,
    recruit,
    simulate_network,
)


def test_the_largest_component_is_kept_without_loops_and_doubles():
    pairs = np.array([[0, 1], [1, 0], [1, 2], [3, 3], [4, 5], [6, 2], [5, 4]])
    made = _largest_component(pairs, np.array([0, 1, 0, 1, 1, 0, 1]))
    assert made.group.tolist() == [0, 1, 0, 1]
    assert made.start.tolist() == [0, 1, 3, 5, 6]
    rows = [sorted(made.neighbours[a:b].tolist()) for a, b in zip(made.start, made.start[1:], strict=False)]
    assert rows == [[1], [0, 2], [1, 3], [2]]
    assert made.degree.tolist() == [1, 2, 2, 1]


def test_long_chains_are_one_component():
    n = 200
    order = np.random.default_rng(1).permutation(n)
    made = _largest_component(np.column_stack([order[:-1], order[1:]]), np.zeros(n, dtype=np.int64))
    assert sorted(made.degree.tolist()) == [1, 1] + [2] * (n - 2)


@pytest.mark.parametrize(
    "plan",
    [
        NetworkPlan(20_000, 0.3, 12.0, 1.0, 1.0),
        NetworkPlan(20_000, 0.3, 12.0, 1.5, 2.0),
        NetworkPlan(20_000, 0.6, 9.0, 1.2, 0.5),
    ],
)
def test_a_network_is_what_its_plan_says(plan):
    made = simulate_network(plan, np.random.default_rng(2))
    degree, group = made.degree, made.group
    assert len(group) > 0.98 * plan.population
    assert group.mean() == pytest.approx(plan.share, abs=0.01)
    assert degree.mean() == pytest.approx(plan.mean_degree, rel=0.03)
    assert degree[group == 1].mean() / degree[group == 0].mean() == pytest.approx(plan.activity, rel=0.05)
    owner = np.repeat(np.arange(len(group)), degree)
    inside = (group[owner] == group[made.neighbours]).mean()
    ends = np.array([degree[group == g].sum() for g in (0, 1)]) / degree.sum()
    assert inside / (ends**2).sum() == pytest.approx(plan.homophily, rel=0.03)
    assert (owner != made.neighbours).all()
    ties = set(zip(owner.tolist(), made.neighbours.tolist(), strict=True))
    assert len(ties) == len(owner)
    assert all((b, a) in ties for a, b in list(ties)[:2000])


def test_members_differ_in_their_degrees_by_a_lognormal_spread():
    """Poisson ties around expected degrees m·exp(.6 z): variance m + m² (exp(.36) − 1), whoever has none left out."""
    made = simulate_network(NetworkPlan(20_000, 0.3, 12.0, 1.0, 1.0), np.random.default_rng(6))
    mean = made.degree.mean()
    assert made.degree.var() == pytest.approx(mean + mean**2 * (np.exp(0.36) - 1), rel=0.1)


def test_too_much_homophily_is_refused():
    with pytest.raises(EstimationError, match="homophily 3 leaves no ties between groups; give a smaller one"):
        simulate_network(NetworkPlan(500, 0.5, 8.0, 3.0, 1.0), np.random.default_rng(1))


STAR = Network(
    np.array([0, 0, 0, 1, 1]), np.array([1, 2, 3, 4, 0, 0, 0, 0]), np.array([0, 4, 5, 6, 7, 8])
)  # 0 is tied to everybody else


def test_coupons_go_to_contacts_that_are_free():
    rng = np.random.default_rng(3)
    nobody = np.zeros(5, dtype=bool)
    assert sorted(_handed(STAR, 0, 9, nobody, (rng, 1.0))) == [1, 2, 3, 4]
    assert _handed(STAR, 0, 0, nobody, (rng, 1.0)) == []
    assert _handed(STAR, 1, 3, np.array([True, False, False, False, False]), (rng, 1.0)) == []
    assert _handed(STAR, 0, 3, np.array([False, True, True, False, True]), (rng, 1.0)) == [3]


def test_the_preference_is_an_odds():
    rng = np.random.default_rng(4)
    nobody = np.zeros(5, dtype=bool)
    first = [_handed(STAR, 0, 1, nobody, (rng, 3.0))[0] for _ in range(4000)]
    # two contacts of the own group at odds of 3 against two at 1
    assert np.mean(np.array(first) <= 2) == pytest.approx(0.75, abs=4.5 * np.sqrt(0.75 * 0.25 / 4000))
    assert np.mean(np.array(first) == 1) == pytest.approx(0.375, abs=4.5 * np.sqrt(0.375 * 0.625 / 4000))


def test_recruitment_takes_everybody_once_and_starts_anew_when_chains_die_out():
    for seed in range(30):
        tree, member = recruit(STAR, 5, 1, np.random.default_rng(seed))
        assert sorted(member.tolist()) == [0, 1, 2, 3, 4]
        for row, by in enumerate(tree.recruiter.tolist()):
            assert by < row
            if by >= 0:
                assert 0 in {member[row], member[by]}
                assert tree.wave[row] == tree.wave[by] + 1
                assert tree.seed[row] == tree.seed[by]
            else:
                assert (tree.wave[row], tree.seed[row]) == (0, row)
        assert tree.recruits.tolist() == [tree.recruiter.tolist().count(row) for row in range(5)]


def test_seeds_come_by_their_degree_and_as_many_as_asked():
    firsts = [recruit(STAR, 1, 1, np.random.default_rng(seed))[1][0] for seed in range(800)]
    assert np.mean(np.array(firsts) == 0) == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(800))
    tree, _ = recruit(STAR, 4, 4, np.random.default_rng(1))
    assert tree.recruiter.tolist() == [-1] * 4
    network = simulate_network(NetworkPlan(3000, 0.3, 10.0, 1.0, 1.0), np.random.default_rng(5))
    tree, member = recruit(network, 600, 7, np.random.default_rng(6))
    assert tree.recruiter[:7].tolist() == [-1] * 7
    assert (tree.recruiter[7:60] >= 0).all()
    assert len(set(member.tolist())) == 600
    assert tree.recruits.max() == 3
    # 0 to 3 coupons come back with chances .2, .3, .3, .2, from those whose turn has come
    asked = int(tree.recruiter.max())
    shares = np.bincount(tree.recruits[:asked], minlength=4) / asked
    assert shares == pytest.approx([0.2, 0.3, 0.3, 0.2], abs=4.5 * 0.46 / np.sqrt(asked))


def test_a_network_smaller_than_the_sample_is_refused():
    with pytest.raises(EstimationError, match="network has 5 members where 6 are sampled; give a larger one"):
        recruit(STAR, 6, 1, np.random.default_rng(1))
