"""Every number of a result against its definition over all pairs, by loops and dictionaries."""

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.coordination import Shares, coordination, coordination_null
from analysis.estimators.coordination.null import _jittered, _threshold
from analysis.estimators.coordination.pairs import active, demand_room, parts, window_ends
from analysis.estimators.coordination.tally import Keys, Runner

FROM = 10**6


def world(seed, n=120):
    g = np.random.default_rng(seed)
    rows = np.column_stack(
        [g.integers(0, 6, n), g.integers(0, 12, n), FROM + g.integers(0, 90, n), g.integers(0, 300, n)]
    )
    return np.vstack([rows, rows[:7]])


def given(rows):
    return Shares(*rows.T.astype(np.int64))


def pairs_by_hand(rows, window, least):
    """(earlier, later) rows of every pair that counts, and the shares that are left."""
    rows = sorted({tuple(r) for r in rows.tolist()}, key=lambda r: (r[0], r[3], r[1], r[2]))
    shared = Counter(r[1] for r in rows)
    rows = [r for r in rows if shared[r[1]] >= least]
    found = [
        (p, q)
        for p, q in combinations(rows, 2)
        if p[0] == q[0] and q[3] - p[3] <= window and p[1] != q[1] and p[2] != q[2]
    ]
    inside = {r[2] for pair in found for r in pair}
    often = Counter(r[1] for r in rows if r[2] in inside)
    kept = {r[2] for r in rows if r[2] in inside and often[r[1]] >= least}
    return [(p, q) for p, q in found if p[2] in kept or q[2] in kept]


def components(edges):
    parent = {a: a for edge in edges for a in edge}

    def top(a):
        return a if parent[a] == a else top(parent[a])

    for a, b in edges:
        parent[top(a)] = top(b)
    return sorted(Counter(top(a) for a in parent).values(), reverse=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("compat", [False, True])
def test_counts_are_those_of_the_definition(seed, compat):
    rows = world(seed)
    found = pairs_by_hand(rows, 8, 3)
    made = coordination(given(rows), 8, 3, quantile=0.7, coortweet_compat=compat)
    weight = Counter(frozenset((p[1], q[1])) for p, q in found)
    assert made.pairs == len(found) > 20
    assert made.time_delta_sum == sum(q[3] - p[3] for p, q in found)
    assert made.edges == len(weight)
    assert made.accounts == len({r[1] for pair in found for r in pair})
    assert made.contents == len({r[2] for pair in found for r in pair})
    assert made.objects == len({p[0] for p, _ in found})
    assert made.component_sizes.tolist() == components([tuple(edge) for edge in weight])
    assert made.components == len(made.component_sizes)
    assert made.weight_max == max(weight.values())
    assert made.weight_quantile == pytest.approx(np.quantile(list(weight.values()), 0.7))
    assert made.edges_above_quantile == sum(w > made.weight_quantile for w in weight.values())
    distinct = len({tuple(r) for r in rows.tolist()})
    assert (made.shares_n, made.duplicates_n) == (distinct, len(rows) - distinct)
    sides = defaultdict(lambda: (set(), set()))
    for p, q in found:
        first, second = (p, q) if compat or p[1] < q[1] else (q, p)
        sides[frozenset((p[1], q[1]))][0].add(first[2])
        sides[frozenset((p[1], q[1]))][1].add(second[2])
    ratios = [min(len(a), len(b)) / max(len(a), len(b)) for a, b in sides.values()]
    assert made.symmetry_mean == pytest.approx(np.mean(ratios))


def test_shares_in_pairs_are_counted_by_the_group_of_their_content():
    rows = world(5)
    group = np.arange(len(rows)) % 4
    made = coordination(given(rows), 8, 2, group=group)
    inside = {r[2] for pair in pairs_by_hand(rows, 8, 2) for r in pair}
    first = {}
    for row, g in zip(rows.tolist(), group.tolist(), strict=True):
        first.setdefault(row[2], g)
    wanted = Counter(g for content, g in first.items() if content in inside)
    assert made.group_pairs_shares.tolist() == [wanted[g] for g in range(4)]
    assert coordination(given(rows), 8, 2).group_pairs_shares.tolist() == []
    empty = np.empty(0, dtype=np.int64)
    nothing = coordination(Shares(empty, empty, empty, empty), 8, 2, group=empty)
    assert nothing.group_pairs_shares.tolist() == []
    with pytest.raises(EstimationError, match="group has 3 values; give one for each of the 127 shares"):
        coordination(given(rows), 8, 2, group=[0, 1, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((-1, 1, 0.5), "window is -1; give 0 or more"),
        ((1, 0, 0.5), "min_participation is 0; give 1 or more"),
        ((1, 1, -0.1), "quantile is -0.1; give a number between 0 and 1"),
        ((1, 1, 1.1), "quantile is 1.1; give a number between 0 and 1"),
    ],
)
def test_options_have_their_range(options, message):
    window, least, quantile = options
    with pytest.raises(EstimationError, match=message):
        coordination(given(world(1)), window, least, quantile=quantile)
    assert coordination(given(world(1)), 0, 1, quantile=1.0).edges_above_quantile == 0
    assert coordination(given(world(1)), 5, 1, quantile=0.0).weight_quantile == 1.0


def test_windows_end_behind_the_last_share_of_the_object():
    shares = Shares(*(np.array(c) for c in ([0, 0, 0, 1, 1], [1, 2, 3, 4, 5], [9, 8, 7, 6, 5], [0, 5, 10, 10, 16])))
    assert window_ends(shares, 5).tolist() == [2, 3, 3, 4, 5]
    assert window_ends(shares, 6).tolist() == [2, 3, 3, 5, 5]
    assert window_ends(shares, 0).tolist() == [1, 2, 3, 4, 5]
    far = Shares(np.array([0, 1]), np.array([0, 1]), np.array([5, 6]), np.array([0, 2**62]))
    with pytest.raises(EstimationError, match=r"2 objects over .* time units do not fit; give time in coarser units"):
        window_ends(far, 5)


def test_rooms_are_demanded_before_pairs_are_made():
    ends = np.array([4, 4, 4, 4])
    demand_room(ends, 7, 6)
    with pytest.raises(
        EstimationError, match=r"window 7 makes 6 candidate pairs, more than the 5 allowed \(one share has 3 o"
    ):
        demand_room(ends, 7, 5)


def test_accounts_with_few_shares_are_left_out_and_the_rest_is_sorted():
    shares = Shares(*(np.array(c) for c in ([1, 0, 0, 1], [3, 3, 4, 3], [7, 8, 9, 6], [5, 9, 1, 2])))
    kept = active(shares, 2)
    assert kept.account.tolist() == [3, 3, 3]
    assert list(zip(kept.object.tolist(), kept.time.tolist(), strict=True)) == [(0, 9), (1, 2), (1, 5)]
    assert len(active(shares, 4)) == 0


@pytest.mark.parametrize("most", [1, 3, 10, 10_000])
def test_parts_hold_every_pair_once(most):
    kept = active(given(world(6)).distinct(), 1)
    ends = window_ends(kept, 20)
    total = int((ends - np.arange(len(ends)) - 1).sum())
    made = list(parts(kept, ends, np.ones(len(kept), dtype=bool), most))
    sizes = [int((p.ends - np.arange(len(p.ends)) - 1).sum()) for p in made]
    assert sum(sizes) == total
    assert all(size <= most or len(p.ends) == 1 for size, p in zip(sizes, made, strict=True))
    assert (len(made) == 1) == (most > total)


def test_runners_cut_into_twice_as_many_parts_as_they_have_workers():
    assert Runner(map, 1).most_pairs(10**9) == 2_000_000
    assert Runner(map, 4).most_pairs(8000) == 1001
    assert Runner(map, 4).most_pairs(10**9) == 2_000_000


def test_keys_count_rows():
    made = Keys.of(np.array([3, 1, 3, 3]), np.array([0, 5, 1, 0]))
    assert made.rows.tolist() == [[1, 5], [3, 0], [3, 1]]
    assert made.counts.tolist() == [1, 2, 1]
    assert made.distinct_per_first().tolist() == [1, 2]
    both = made.plus(Keys.of(np.array([1, 9]), np.array([5, 9]), np.array([10, 20])))
    assert both.rows.tolist() == [[1, 5], [3, 0], [3, 1], [9, 9]]
    assert both.counts.tolist() == [11, 2, 1, 20]
    assert Keys().plus(made) is made
    assert Keys.of(np.array([2, 1, 2])).counts.tolist() == [1, 2]


def test_jitter_keeps_hours_accounts_and_the_places_inside_the_hour():
    shares = active(given(world(7) * [1, 1, 1, 37]), 1)
    moved = _jittered(shares, 3600, np.random.default_rng(1))
    assert (np.diff(moved.object) >= 0).all()

    def held(s, what):
        return Counter(what(*row) for row in zip(s.object, s.account, s.content, s.time, strict=True))

    def hour(o, a, c, t):
        return o, a, c, t // 3600

    def place(o, a, c, t):
        return a, t % 3600

    assert held(moved, hour) == held(shares, hour)
    assert held(moved, place) == held(shares, place)
    assert moved.time.tolist() != shares.time.tolist()


def test_thresholds_keep_the_family_wise_level():
    null = np.arange(1, 100)
    assert _threshold(null, 0.05) == 95  # (1 + 4) / 100 exceed it
    assert _threshold(null, 0.01) == 99
    assert _threshold(null, 0.001) == 99
    assert _threshold(np.array([5] * 99), 0.05) == 5


def test_the_null_reports_what_it_compared():
    rows = world(8, 400)
    made = coordination_null(given(rows), 6, 2, generator=np.random.default_rng(2), draws=39, level=0.1, hour=60)
    kept = active(given(rows).distinct(), 2)
    found = [
        (p, q)
        for p, q in combinations(list(zip(kept.object, kept.account, kept.content, kept.time, strict=True)), 2)
        if p[0] == q[0] and abs(p[3] - q[3]) <= 6 and p[1] != q[1] and p[2] != q[2]
    ]
    together = defaultdict(set)
    for p, q in found:
        together[frozenset((p[1], q[1]))].add(p[0])
    assert made.pairs == len(found)
    assert made.draws == len(made.pairs_null) == 39
    assert made.p_value == (1 + (made.pairs_null >= made.pairs).sum()) / 40
    above = [tuple(edge) for edge, objects in together.items() if len(objects) > made.weight_threshold]
    assert made.edges_above == len(above)
    assert made.accounts_above == len({a for edge in above for a in edge})
    assert made.components_above == len(components(above)) if above else made.components_above == 0
    assert made.worlds_above <= 3
    low = coordination_null(given(rows), 6, 2, generator=np.random.default_rng(2), draws=39, level=0.9, hour=60)
    above = [tuple(edge) for edge, objects in together.items() if len(objects) > low.weight_threshold]
    assert low.edges_above == len(above)
    assert (low.components_above, low.largest_component_above) == (
        len(components(above)),
        max(components(above), default=0),
    )


@pytest.mark.parametrize("wrong", [{"draws": 18}, {"level": 0}, {"level": 1}, {"hour": 0}])
def test_nulls_that_say_nothing_are_refused(wrong):
    with pytest.raises(
        EstimationError, match=r"draws is .*, level .*, hour .*; give ≥ 19 draws, a level in \(0, 1\), hour"
    ):
        coordination_null(given(world(1)), 6, 2, generator=np.random.default_rng(1), **wrong)
    made = coordination_null(given(world(1)), 6, 2, generator=np.random.default_rng(1), draws=19, hour=1)
    # with an hour of one second nothing can move
    assert set(made.pairs_null.tolist()) == {made.pairs}
    assert made.p_value == 1.0
