"""Systems of sums and what an attacker can say about their hidden cells, worked out by hand."""

import numpy as np
import pytest

from analysis.disclosure.additive import System, additive_system, feasible_intervals
from analysis.disclosure.two_way import two_way
from analysis.errors import DisclosureError


def test_a_total_enters_with_minus_one_and_its_parts_with_one():
    system = additive_system(np.array([8, 3, 5, 2]), [(0, [1, 2]), (2, [1, 3])])
    assert system.sums.toarray().tolist() == [[-1, 1, 1, 0], [0, 1, -1, 1]]
    assert system.value.tolist() == [8, 3, 5, 2]
    assert system.size == 4


def test_a_count_of_zero_is_a_count():
    assert additive_system(np.array([0, 0]), [(0, [1])]).size == 2


def test_a_negative_count_and_a_wrong_total_are_named():
    with pytest.raises(DisclosureError, match=r"^a count is -3; counts are 0 or more$"):
        additive_system(np.array([4, -1, -3]), [])
    with pytest.raises(
        DisclosureError, match=r"^a total is 7 but its parts add up to 6; mend the table before protecting it$"
    ):
        additive_system(np.array([8, 3, 5, 7, 1]), [(0, [1, 2]), (3, [2, 4])])


def test_a_table_is_arranged_with_its_margins():
    arranged = two_way({("b", "x"): 3, ("a", "y"): 2, ("a", "x"): 1, ("b", "all"): 3}, "all")
    assert arranged.labels == (
        ("a", "x"), ("a", "y"), ("a", "all"), ("b", "x"), ("b", "y"), ("b", "all"), ("all", "x"), ("all", "y"),
        ("all", "all"),
    )  # fmt: skip
    assert arranged.system.value.tolist() == [1, 2, 3, 3, 0, 3, 4, 2, 6]
    assert arranged.system.sums.toarray().tolist() == [
        [1, 1, -1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, -1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 1, -1],
        [1, 0, 0, 1, 0, 0, -1, 0, 0],
        [0, 1, 0, 0, 1, 0, 0, -1, 0],
        [0, 0, 1, 0, 0, 1, 0, 0, -1],
    ]


@pytest.mark.parametrize("cells", [{("all", "x"): 1}, {("a", "all"): 1}, {}])
def test_a_table_without_inner_cells_is_refused(cells):
    with pytest.raises(DisclosureError, match=r"^the table holds nothing but 'all'; give its inner cells$"):
        two_way(cells, "all")


def test_a_wrong_margin_is_named_with_both_numbers():
    with pytest.raises(DisclosureError, match=r"^cell a × all is 9, but the cells it sums up give 3; mend the table$"):
        two_way({("a", "x"): 1, ("a", "y"): 2, ("a", "all"): 9}, "all")


def test_four_hidden_cells_with_known_margins_leave_these_intervals():
    """One cell decides all four: x + (5 − x) and x + (6 − x) in rows and columns, (x − 1) in the corner."""
    arranged = two_way({("a", "x"): 2, ("a", "y"): 3, ("b", "x"): 4, ("b", "y"): 1}, "all")
    hidden = np.array(["all" not in label for label in arranged.labels])
    found = feasible_intervals(arranged.system, hidden)
    assert [arranged.labels[cell] for cell in found.cell] == [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert found.low == pytest.approx([1, 0, 1, 0])
    assert found.high == pytest.approx([5, 4, 5, 4])


def test_a_hidden_cell_with_a_known_total_is_known():
    found = feasible_intervals(additive_system(np.array([8, 3, 5]), [(0, [1, 2])]), np.array([False, True, False]))
    assert (found.cell.tolist(), found.low.tolist(), found.high.tolist()) == ([1], [3.0], [3.0])


def test_a_hidden_total_is_bounded_below_by_its_known_part():
    found = feasible_intervals(additive_system(np.array([8, 3, 5]), [(0, [1, 2])]), np.array([True, True, False]))
    assert (found.low.tolist(), found.high.tolist()) == ([5.0, 0.0], [np.inf, np.inf])


def test_nothing_hidden_has_no_intervals():
    found = feasible_intervals(additive_system(np.array([8, 3, 5]), [(0, [1, 2])]), np.zeros(3, dtype=bool))
    assert (len(found.cell), len(found.low), len(found.high)) == (0, 0, 0)


def test_cells_that_cannot_add_up_are_refused():
    sums = additive_system(np.array([8, 3, 5]), [(0, [1, 2])]).sums
    with pytest.raises(DisclosureError, match=r"linear program ended with: .*; check that the table adds up$"):
        feasible_intervals(System(np.array([1, 0, 5]), sums), np.array([False, True, False]))
