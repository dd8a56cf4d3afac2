import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult

from analysis.disclosure import secondary
from analysis.disclosure.additive import additive_system, feasible_intervals
from analysis.disclosure.secondary import known_least, protect
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


BESIDE_ONE = {("a", "x"): 2, ("a", "y"): 20, ("a", "z"): 30, ("b", "x"): 40, ("b", "y"): 50, ("b", "z"): 60}
CHEAPEST = {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
"""Of all rectangles around the small cell the one that tells about the fewest persons."""


def hidden_labels(counts, suppressed):
    labels = two_way(counts, "Total").labels
    return {label for label, is_hidden in zip(labels, suppressed, strict=True) if is_hidden}


@pytest.mark.parametrize(("most_exact", "method"), [(12, "exact"), (11, "greedy")])
def test_the_rectangle_with_the_fewest_persons_is_taken_either_way(monkeypatch, most_exact, method):
    system, primary, at_least = arranged(BESIDE_ONE)
    assert system.size == 12
    monkeypatch.setattr(secondary, "EXACT_CELLS", most_exact)
    found = protect(system, primary, at_least)
    assert found.method == method
    assert hidden_labels(BESIDE_ONE, found.suppressed) == CHEAPEST


@pytest.mark.parametrize("most_exact", [200, 0])
def test_cells_that_no_table_shows_cost_nothing(monkeypatch, most_exact):
    system, primary, at_least = arranged(BESIDE_ONE)
    labels = two_way(BESIDE_ONE, "Total").labels
    unseen = np.array([label in {("a", "z"), ("b", "x"), ("b", "z")} for label in labels])
    monkeypatch.setattr(secondary, "EXACT_CELLS", most_exact)
    found = protect(system, primary, at_least, unseen)
    assert hidden_labels(BESIDE_ONE, found.suppressed) == {("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")}


def test_without_a_small_cell_only_the_unseen_are_hidden():
    system, primary, at_least = arranged({("a", "x"): 20, ("b", "y"): 30})
    unseen = np.arange(system.size) == 3
    found = protect(system, primary, at_least, unseen)
    assert (found.suppressed.tolist(), found.method) == (unseen.tolist(), "exact")
    assert protect(system, primary, at_least).suppressed.tolist() == [False] * system.size


@pytest.mark.parametrize("rounds", [0, 1])
def test_when_the_rounds_run_out_the_other_way_is_taken(monkeypatch, rounds):
    system, primary, at_least = arranged(BESIDE_ONE)
    monkeypatch.setattr(secondary, "MOST_ROUNDS", rounds)
    found = protect(system, primary, at_least)
    assert found.method == "greedy"
    assert hidden_labels(BESIDE_ONE, found.suppressed) == CHEAPEST


def test_when_the_solver_gives_up_the_other_way_is_taken(monkeypatch):
    system, primary, at_least = arranged(BESIDE_ONE)
    monkeypatch.setattr(secondary, "milp", lambda *_, **__: OptimizeResult(x=None))
    assert protect(system, primary, at_least).method == "greedy"


def test_when_no_pattern_is_found_the_cell_is_named_by_its_count(monkeypatch):
    system, primary, at_least = arranged(BESIDE_ONE)
    monkeypatch.setattr(secondary, "EXACT_CELLS", 0)
    monkeypatch.setattr(secondary, "linprog", lambda *_, **__: OptimizeResult(x=None, message="out of time"))
    with pytest.raises(DisclosureError, match=r"^no pattern protects a cell of 2: out of time$"):
        protect(system, primary, at_least)


def test_a_level_has_to_exceed_the_cell_and_one_person_is_enough():
    system, primary, _ = arranged(BESIDE_ONE)
    message = r"^a primary cell already holds what it should be able to hold; raise the protection level$"
    with pytest.raises(DisclosureError, match=message):
        protect(system, primary, system.value)
    assert hidden_labels(BESIDE_ONE, protect(system, primary, system.value + 1).suppressed) == CHEAPEST


def test_a_neighbour_that_cannot_give_enough_brings_another_one():
    """Beside a cell of 0 that has to look like 5, a cell of 3 can give but 3: a wider pattern is needed."""
    counts = {("a", "x"): 0, ("a", "y"): 3, ("a", "z"): 90, ("b", "x"): 80, ("b", "y"): 70, ("b", "z"): 95}
    system = two_way(counts, "Total").system
    primary = np.arange(system.size) == 0
    found = protect(system, primary, np.maximum(system.value + 1, THRESHOLD))
    intervals = feasible_intervals(system, found.suppressed)
    assert found.method == "exact"
    assert intervals.high[intervals.cell == 0][0] >= THRESHOLD
    assert hidden_labels(counts, found.suppressed) == {("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")}


def every_table(rows, columns, hidden, shown, least):
    """All whole tables that a reader has to think possible: margins known, hidden cells at least so much."""
    cells = [cell for cell in itertools.product(range(rows), range(columns)) if hidden[cell]]
    top = shown.sum()
    found = []
    for values in itertools.product(range(least, int(top) + 1), repeat=len(cells)):
        trial = np.where(hidden, 0, shown)
        for cell, value in zip(cells, values, strict=True):
            trial[cell] = value
        if (trial.sum(axis=0) == shown.sum(axis=0)).all() and (trial.sum(axis=1) == shown.sum(axis=1)).all():
            found.append(trial)
    return found


def test_a_zero_that_is_shown_stays_shown_and_protects_nobody():
    table = two_way({("a", "x"): 2, ("a", "y"): 5, ("b", "x"): 7, ("b", "y"): 0}, "Total")
    value = table.system.value
    pattern = protect(table.system, (value < 3) & (value > 0), np.maximum(value + 1, 3), zeros_are_shown=True)
    assert not pattern.suppressed[value == 0].any()
    loose = protect(table.system, (value < 3) & (value > 0), np.maximum(value + 1, 3))
    assert loose.suppressed[value == 0].any()


@pytest.mark.parametrize("counts", [[[4, 1], [6, 7]], [[1, 5], [8, 5]]])
def test_where_zeros_are_shown_a_hidden_cell_is_known_to_hold_somebody(counts):
    table = two_way({(str(r), str(c)): n for r, row in enumerate(counts) for c, n in enumerate(row)}, "Total")
    value = table.system.value
    primary = (value < 3) & (value > 0)
    pattern = protect(table.system, primary, np.maximum(value + 1, 3), zeros_are_shown=True)
    found = feasible_intervals(table.system, pattern.suppressed, known_least(table.system, True))
    assert (found.low >= 1).all()
    assert all(high >= 3 - 1e-6 for cell, high in zip(found.cell, found.high, strict=True) if primary[cell])
    hidden = pattern.suppressed.reshape(3, 3)
    assert not hidden[2].any()
    assert not hidden[:, 2].any()
    inner = hidden[:2, :2]
    possible = every_table(2, 2, inner, np.array(counts), 1)
    for r, c in zip(*np.nonzero(inner & primary.reshape(3, 3)[:2, :2]), strict=True):
        seen = {int(each[r, c]) for each in possible}
        assert max(seen) >= 3
        assert len(seen) > 1
