from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import tabular
from analysis.disclosure.secondary import Pattern
from analysis.disclosure.tabular import protect_frequencies
from analysis.errors import DisclosureError
from analysis.schemas.declaration import Column, Table

MINIMUM, BASE = 10, 5


def table(name, *keys):
    return Table(
        name=name,
        title=name,
        row_is="one cell",
        columns=(
            *(Column(key, "text", key, "key", total="all") for key in keys),
            Column("members_n", "integer", "Members", "measure", "persons", minimum=0, null_means="suppressed"),
        ),
        key=keys,
        output_kind="frequency",
        source="made up",
        counts="members",
    )


def with_margins(inner):
    cells = dict(inner)
    rows, columns = {r for r, _ in inner}, {c for _, c in inner}
    cells |= {(r, "all"): sum(n for (row, _), n in inner.items() if row == r) for r in rows}
    cells |= {("all", c): sum(n for (_, column), n in inner.items() if column == c) for c in columns}
    cells["all", "all"] = sum(inner.values())
    return pd.DataFrame([(r, c, n) for (r, c), n in cells.items()], columns=["place", "answer", "members_n"])


TABLE = table("by_place_and_answer", "place", "answer")
INNER = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60, ("c", "x"): 70, ("c", "y"): 80}


def protected(frames, tables):
    return protect_frequencies(frames, {t.name: t for t in tables}, MINIMUM, BASE)


def test_a_small_cell_takes_three_others_with_it():
    found = protected({TABLE.name: with_margins(INNER)}, [TABLE])
    assert (found.primary_n, found.secondary_n, found.exposed_n) == (1, 3, 0)
    assert found.frames[TABLE.name].members_n.isna().sum() == 4
    assert (found.frames[TABLE.name].members_n.dropna() % BASE == 0).all()


def test_a_cell_that_another_table_shows_is_hidden_there_too():
    """The margin of one table is a cell of the other: a small one is hidden in both, and protected across both."""
    small = table("by_place", "place")
    frame = with_margins({("a", "x"): 4, ("a", "y"): 3, ("b", "x"): 50, ("b", "y"): 60, ("c", "x"): 70, ("c", "y"): 80})
    margin = frame[frame.answer == "all"].drop(columns="answer").reset_index(drop=True)
    found = protected({TABLE.name: frame, small.name: margin}, [TABLE, small])
    both = found.frames[TABLE.name]
    shown = both[both.answer == "all"].set_index("place").members_n
    assert shown.isna().tolist() == found.frames[small.name].set_index("place").members_n.isna().tolist()
    assert shown.isna()["a"]
    assert shown.isna().sum() >= 2


def test_a_total_that_no_table_shows_still_ties_two_tables():
    """Two partitions of the same persons have the same unseen total, so one hidden cell alone would be known."""
    places, answers = table("by_place", "place"), table("by_answer", "answer")
    frames = {
        "by_place": pd.DataFrame({"place": ["a", "b"], "members_n": [4, 96]}),
        "by_answer": pd.DataFrame({"answer": ["x", "y"], "members_n": [30, 70]}),
    }
    found = protected(frames, [places, answers])
    assert (found.primary_n, found.exposed_n) == (1, 0)
    assert found.secondary_n >= 1


def test_without_secondary_suppression_the_cell_is_exposed(monkeypatch):
    """Negative twin: the audit of the system does not trust the choice of cells."""
    monkeypatch.setattr(
        tabular, "protect", lambda system, primary, at_least, hidden: Pattern(primary | hidden, "exact")
    )
    assert protected({TABLE.name: with_margins(INNER)}, [TABLE]).exposed_n == 1


def test_tables_that_disagree_are_refused():
    places = table("by_place", "place")
    frames = {TABLE.name: with_margins(INNER), "by_place": pd.DataFrame({"place": ["a"], "members_n": [44]})}
    with pytest.raises(DisclosureError, match="by_place, column members_n: a cell is 44 here and 43"):
        protected(frames, [TABLE, places])
    with pytest.raises(DisclosureError, match="a count is empty before protection"):
        protected({"by_place": pd.DataFrame({"place": ["a"], "members_n": [None]})}, [places])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=9, max_size=9))
def test_no_table_is_ever_exposed(counts):
    inner = {(f"r{i // 3}", f"c{i % 3}"): n for i, n in enumerate(counts)}
    found = protected({TABLE.name: with_margins(inner)}, [TABLE])
    assert found.exposed_n == 0
    shown = found.frames[TABLE.name].members_n.dropna()
    assert (shown >= MINIMUM).all()
    assert np.asarray(shown % BASE == 0).all()


def groups(**counts):
    return pd.DataFrame({"place": list(counts), "members_n": list(counts.values())})


PLACES = table("by_place", "place")
ALONE = replace(PLACES, name="alone", columns=(Column("place", "text", "place", "key"), PLACES.columns[1]))
"""Groups that add up to nothing that is shown or known."""


@pytest.mark.parametrize(
    ("base", "counts", "shown"),
    [
        (5, {"a": 10, "b": 12, "c": 13, "d": 9}, [10, 10, 15, pd.NA]),
        (4, {"a": 10, "b": 13, "c": 14, "d": 0}, [12, 12, 16, pd.NA]),
        (1, {"a": 10, "b": 11, "c": 12, "d": 1}, [10, 11, 12, pd.NA]),
    ],
)
def test_counts_are_rounded_to_the_nearest_multiple(base, counts, shown):
    found = protect_frequencies({"alone": groups(**counts)}, {"alone": ALONE}, MINIMUM, base)
    assert found.frames["alone"].members_n.tolist() == shown
    assert str(found.frames["alone"].members_n.dtype) == "Int64"
    assert (found.primary_n, found.secondary_n, found.cells_n, found.method) == (1, 0, 4, "exact")


def test_a_count_near_a_published_one_stays_as_published():
    earlier = {"alone": [groups(a=20, b=40), groups(a=pd.NA, b=50)]}
    found = protect_frequencies({"alone": groups(a=27, b=47, c=31)}, {"alone": ALONE}, MINIMUM, BASE, earlier)
    assert found.frames["alone"].members_n.tolist() == [20, 50, 30]


def test_a_cell_is_hidden_although_it_was_shown_before():
    found = protect_frequencies({"alone": groups(a=9)}, {"alone": ALONE}, MINIMUM, BASE, {"alone": [groups(a=10)]})
    assert found.frames["alone"].members_n.tolist() == [pd.NA]


def test_tables_that_count_different_things_share_no_cell():
    other = replace(ALONE, name="other", counts="households")
    frames = {"alone": groups(a=20), "other": groups(a=30)}
    found = protect_frequencies(frames, {"alone": ALONE, "other": other}, MINIMUM, BASE)
    assert found.cells_n == 2
    nameless = {name: replace(ALONE, name=name, counts="") for name in frames}
    assert protect_frequencies(frames, nameless, MINIMUM, BASE).cells_n == 2


def test_an_unseen_total_is_no_cell_that_is_shown():
    """By place 4 and 96: the total of 100 stands nowhere and counts as no cell, hidden or shown."""
    found = protected({"by_place": groups(a=4, b=96)}, [PLACES])
    assert (found.cells_n, found.primary_n, found.secondary_n, found.exposed_n) == (2, 1, 0, 0)
    assert found.frames["by_place"].members_n.tolist() == [pd.NA, 95]


def test_a_shown_total_takes_a_second_cell():
    frame = groups(a=4, b=96, all=100)
    found = protected({"by_place": frame}, [PLACES])
    assert (found.cells_n, found.primary_n, found.secondary_n, found.exposed_n) == (3, 1, 1, 0)
    assert found.frames["by_place"].members_n.tolist() == [pd.NA, pd.NA, 100]
    assert frame.members_n.tolist() == [4, 96, 100]


def test_a_total_that_is_not_the_sum_of_its_parts_is_refused():
    with pytest.raises(DisclosureError, match="a total is 101 but its parts add up to 100"):
        protected({"by_place": groups(a=4, b=96, all=101)}, [PLACES])


def test_disagreement_and_an_empty_count_are_named():
    frames = {TABLE.name: with_margins(INNER), "by_place": groups(a=44)}
    with pytest.raises(DisclosureError) as caught:
        protected(frames, [TABLE, PLACES])
    assert str(caught.value) == (
        "by_place, column members_n: a cell is 44 here and 43 in another table of 'members: members_n'; "
        "count both from the same rows"
    )
    with pytest.raises(DisclosureError) as caught:
        protected({"by_place": groups(a=None)}, [PLACES])
    assert str(caught.value) == ("by_place, column members_n: a count is empty before protection; give every count")


def test_a_large_cell_that_can_be_worked_out_is_exposed_too(monkeypatch):
    """Hidden for no reason, and its row says what it is: a point, though not a small one."""

    def hide_the_second(system, primary, at_least, hidden):
        return Pattern(np.arange(system.size) == 1, "exact")

    monkeypatch.setattr(tabular, "protect", hide_the_second)
    large = {("a", "x"): 30, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60}
    assert protected({TABLE.name: with_margins(large)}, [TABLE]).exposed_n == 1


def test_an_unseen_total_that_can_be_added_up_exposes_nobody():
    assert protected({"by_place": groups(a=20, b=30)}, [PLACES]).exposed_n == 0


def test_a_hidden_cell_that_may_be_anything_below_the_threshold_is_exposed(monkeypatch):
    """Two small cells hide each other but not that both are small."""

    def hide_the_small(system, primary, at_least, hidden):
        return Pattern(primary, "exact")

    monkeypatch.setattr(tabular, "protect", hide_the_small)
    frame = groups(a=4, b=5, c=90, all=99)
    assert protected({"by_place": frame}, [PLACES]).exposed_n == 2
    assert protected({"by_place": groups(a=4, b=6, c=90, all=100)}, [PLACES]).exposed_n == 0
