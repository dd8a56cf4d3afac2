"""Counts added up by their keys are what grouping says, whatever the keys are and however the rows are cut."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures import tallies
from analysis.measures.tallies import added

KEYS = ("word", "week")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "ي", "\U0001f600", None]),
        st.sampled_from([-(2**62), -1, 0, 7, 2**62, None]),
        st.booleans(),
        st.integers(0, 2**40),
    ),
    max_size=30,
)
SCHEMA = {"word": pl.String, "week": pl.Int64, "is_one": pl.Boolean, "n": pl.Int64}


def by_grouping(rows):
    sums = rows.group_by(KEYS).agg(pl.col("is_one").sum().cast(pl.Int64), pl.col("n").sum())
    return sums.sort(KEYS)


@pytest.mark.parametrize("most", [2**62, 5])
@given(rows=ROWS)
def test_sums_and_order_are_those_of_grouping(most, rows):
    """With few cells to count in, the numbers of the first keys are made small before the next key comes."""
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallies, "MOST_CELLS", most)
        whole = added(table, KEYS)
        assert whole.equals(by_grouping(table))
        assert whole.schema == {**SCHEMA, "is_one": pl.Int64}
        parts = [added(table[:9], KEYS), added(table[9:], KEYS)]
        assert added(pl.concat(parts), KEYS).equals(whole)
