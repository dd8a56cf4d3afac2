"""Counts by brute force, hostile shares, and the null in worlds without coordination."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.estimators.coordination import (
    Coordination,
    CoordinationNull,
    Shares,
    coordination,
    coordination_null,
    tally,
)

CONTENT_FROM = 10**6


def shares(rows):
    o, a, c, t = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Shares(o, a, c + CONTENT_FROM, t)


def by_hand(rows, window, least):
    """Definitions of the method, over all pairs."""
    rows = sorted(set(rows))
    shared = [sum(r[1] == a for r in rows) for a in range(99)]
    rows = [r for r in rows if shared[r[1]] >= least]
    found = [
        (p, q)
        for p, q in combinations(rows, 2)
        if p[0] == q[0] and abs(p[3] - q[3]) <= window and p[1] != q[1] and p[2] != q[2]
    ]
    inside = {r[2] for pair in found for r in pair}
    often = [sum(r[1] == a and r[2] in inside for r in rows) for a in range(99)]
    kept = {r[2] for r in rows if r[2] in inside and often[r[1]] >= least}
    found = [(p, q) for p, q in found if p[2] in kept or q[2] in kept]
    return len(found), len({frozenset((p[1], q[1])) for p, q in found}), len({r[1] for pair in found for r in pair})


row = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 40), st.integers(0, 60))


@given(st.lists(row, min_size=1, max_size=40), st.integers(0, 20), st.integers(1, 3))
@settings(deadline=None, max_examples=150)
def test_sliding_finds_what_all_pairs_would(rows, window, least):
    found = coordination(shares(rows), window, least)
    assert (found.pairs, found.edges, found.accounts) == by_hand(rows, window, least)
    assert found.component_sizes.sum() == found.accounts


def test_pieces_change_nothing(monkeypatch):
    g = np.random.default_rng(1)
    many = Shares(g.integers(0, 5, 4000), g.integers(0, 50, 4000), 10 + np.arange(4000), g.integers(0, 5000, 4000))
    whole = coordination(many, 30, 2)
    monkeypatch.setattr(tally, "PART_PAIRS", 100)
    cut = coordination(many, 30, 2)
    assert repr(vars(cut)) == repr(vars(whole))
    monkeypatch.undo()
    spread = coordination(many, 30, 2, runner=tally.Runner(lambda f, parts: [f(p) for p in list(parts)[::-1]], 40))
    assert repr(vars(spread)) == repr(vars(whole))


def test_a_post_that_shares_itself_makes_no_pair():
    itself = Shares(np.array([7, 7]), np.array([0, 1]), np.array([7, 8]), np.array([0, 1]))
    assert coordination(itself, 10, 1).pairs == 0


def test_shares_are_counted_by_group():
    rows = shares([(0, 0, 0, 0), (0, 1, 1, 5), (1, 0, 2, 900), (2, 1, 3, 905)])
    found = coordination(rows, 10, 1, group=np.array([0, 0, 1, 2]))
    assert found.group_pairs_shares.tolist() == [2, 0, 0]


def test_no_share_no_pair():
    empty = np.empty(0, dtype=np.int64)
    found = coordination(Shares(empty, empty, empty, empty), 10, 2)
    assert (found.pairs, found.components, found.symmetry_mean) == (0, 0, None)


def test_everything_in_one_second_is_refused_with_its_number():
    n = 10_000
    crowd = Shares(np.zeros(n, int), np.arange(n), 1 + np.arange(n), np.zeros(n, int))
    with pytest.raises(
        EstimationError, match=r"window 1 makes 49995000 candidate pairs.*9999 others.*shorten the window"
    ):
        coordination(crowd, 1, 1)


@pytest.mark.slow
def test_a_hub_shared_a_million_times_is_counted():
    """Two shares a second by accounts in turn: every share has two in its window of one second before and after."""
    n = 1_000_000
    hub = Shares(np.zeros(n, int), np.arange(n) % 1000, 1 + np.arange(n), np.arange(n))
    found = coordination(hub, 2, 2)
    assert found.pairs == (n - 1) + (n - 2)
    assert (found.edges, found.accounts, found.components) == (2000, 1000, 1)


def test_one_account_with_half_the_posts_makes_no_pair_with_itself():
    n = 4000
    account = np.where(np.arange(n) % 2 == 0, 0, 1 + np.arange(n))
    found = coordination(Shares(np.zeros(n, int), account, 1 + np.arange(n), np.arange(n)), 1, 1)
    assert (found.pairs, found.weight_max) == (n - 1, 2)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"account": np.array([-1, 0])}, "account holds -1"),
        ({"time": np.array([0.5, 1.0])}, "time has type float64"),
        ({"content": np.array([1])}, r"content has shape \(1,\)"),
    ],
)
def test_what_is_no_share_is_refused(changed, words):
    fine = {name: np.array([0, 1]) for name in ("object", "account", "content", "time")}
    with pytest.raises(EstimationError, match=words):
        Shares(**(fine | changed))


@pytest.mark.parametrize(("window", "least", "words"), [(-1, 2, "window is -1"), (1, 0, "min_participation is 0")])
def test_senseless_options_are_refused(window, least, words):
    with pytest.raises(EstimationError, match=words):
        coordination(shares([(0, 0, 0, 0)]), window, least)


def rhythmic(generator, n=600):
    """Accounts that share a daily rhythm and the full hour, and nothing else."""
    hour = generator.integers(0, 60, n) * 24 + generator.choice([8, 12, 20], n)
    second = np.where(generator.random(n) < 0.3, generator.integers(0, 5, n), generator.integers(0, 3600, n))
    return Shares(generator.integers(0, 40, n), generator.integers(0, 30, n), 40 + np.arange(n), hour * 3600 + second)


def with_cluster(generator, members=5, objects=12):
    quiet = rhythmic(generator)
    start = generator.integers(0, 10**6, objects)
    second = (start[:, None] + generator.integers(0, 15, (objects, members))).ravel()
    account = np.tile(np.arange(members), objects)
    thing = np.repeat(10**6 + np.arange(objects), members)
    content = 2 * 10**6 + np.arange(len(second))
    parts = [(quiet.object, thing), (quiet.account, account), (quiet.content, content), (quiet.time, second)]
    return Shares(*(np.concatenate(part) for part in parts))


def test_the_planted_cluster_stands_out_and_nothing_else():
    null = coordination_null(
        with_cluster(np.random.default_rng(2)), 20, 2, generator=np.random.default_rng(3), draws=99
    )
    assert (null.accounts_above, null.components_above, null.largest_component_above) == (5, 1, 5)
    assert null.p_value == 0.01


def test_false_discoveries_in_worlds_of_rhythm_alone():
    """Full size: 100 worlds in `tests/recovery`; here 20, of which at most 3 may err (chance of more at 5 %: 1.6 %)."""
    found = [
        coordination_null(rhythmic(g), 20, 2, generator=g, draws=39).edges_above > 0
        for g in map(np.random.default_rng, range(20))
    ]
    assert np.sum(found) <= 3


def test_results_hold_counts_only():
    """No field could carry who belongs to what: sizes and counts are all there is."""
    assert set(Coordination.__dataclass_fields__) & {"labels", "members", "account", "edges_list"} == set()
    arrays = {
        n
        for kind in (Coordination, CoordinationNull)
        for n, f in kind.__dataclass_fields__.items()
        if "Array" in str(f.type)
    }
    assert arrays == {"component_sizes", "group_pairs_shares", "pairs_null"}
