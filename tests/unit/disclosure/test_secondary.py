import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import secondary
from analysis.disclosure.additive import additive_system, feasible_intervals
from analysis.disclosure.secondary import protect
from analysis.disclosure.two_way import two_way
from analysis.errors import DisclosureError

THRESHOLD = 5
tables = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(st.integers(0, 14), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda counts: {(f"r{i // shape[1]}", f"c{i % shape[1]}"): count for i, count in enumerate(counts)}
    )
)


def arranged(counts):
    system = two_way(counts, "Total").system
    primary = (system.value < THRESHOLD) & (system.value > 0)
    return system, primary, np.maximum(system.value + 1, THRESHOLD)


def is_safe(system, primary, suppressed):
    found = feasible_intervals(system, suppressed)
    return not len(found.cell) or found.high[primary[found.cell]].min(initial=np.inf) >= THRESHOLD - 1e-6


@settings(max_examples=40, deadline=None)
@given(tables)
def test_both_ways_are_safe_and_exact_is_never_dearer(counts):
    system, primary, at_least = arranged(counts)
    exact = protect(system, primary, at_least)
    assert exact.method == "exact"
    assert is_safe(system, primary, exact.suppressed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secondary, "EXACT_CELLS", 0)
        greedy = protect(system, primary, at_least)
    assert is_safe(system, primary, greedy.suppressed)
    assert exact.suppressed.sum() <= greedy.suppressed.sum()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_exact_is_the_smallest_of_all_patterns(inner):
    counts = {(row, column): n for (row, column), n in zip(itertools.product("ab", "xy"), inner, strict=True)}
    system, primary, at_least = arranged(counts)
    found = int(protect(system, primary, at_least).suppressed.sum())
    others = np.flatnonzero(~primary)
    for extra in range(found - int(primary.sum())):
        for chosen in itertools.combinations(others, extra):
            suppressed = primary.copy()
            suppressed[list(chosen)] = True
            assert not is_safe(system, primary, suppressed)


def test_a_single_small_cell_takes_the_corners_of_a_rectangle():
    counts = {("a", "x"): 2, ("a", "y"): 20, ("b", "x"): 30, ("b", "y"): 40}
    system, primary, at_least = arranged(counts)
    assert protect(system, primary, at_least).suppressed.sum() == 4


def test_nothing_small_hides_nothing():
    system, primary, at_least = arranged({("a", "x"): 20, ("b", "y"): 30})
    assert not protect(system, primary, at_least).suppressed.any()


def test_a_margin_that_does_not_add_up_is_refused():
    with pytest.raises(DisclosureError, match="cell Total × x is 9, but the cells it sums up give 8"):
        two_way({("a", "x"): 3, ("b", "x"): 5, ("Total", "x"): 9}, "Total")
    with pytest.raises(DisclosureError, match="a total is 9 but its parts add up to 8"):
        additive_system(np.array([9, 3, 5]), [(0, [1, 2])])


def test_negative_counts_and_useless_levels_are_refused():
    with pytest.raises(DisclosureError, match="a count is -1"):
        additive_system(np.array([-1]), [])
    system, primary, _ = arranged({("a", "x"): 2, ("b", "y"): 20})
    with pytest.raises(DisclosureError, match="already holds"):
        protect(system, primary, system.value)


def test_a_table_of_margins_alone_is_refused():
    with pytest.raises(DisclosureError, match="nothing but 'Total'"):
        two_way({("Total", "Total"): 5}, "Total")


def test_a_cell_that_no_sum_holds_is_unbounded():
    found = feasible_intervals(additive_system(np.array([3, 5]), []), np.array([True, False]))
    assert (found.low.tolist(), found.high.tolist()) == ([0.0], [np.inf])
