"""Columns as code points and back, spans replaced in a column's own bytes."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.texts import columns
from analysis.texts.columns import (
    Spans,
    code_points,
    column_of,
    cut,
    flags_of,
    numbers_of,
    replaced,
    stretches,
    utf8_of,
    utf8_widths,
    without,
)

TEXTS = st.lists(st.text("aé۷漢😀\n", max_size=5), max_size=6)
WORDS = (b"[A]", b"", b"[LONGER]")


@given(TEXTS)
def test_code_points_and_their_widths(texts):
    points, offsets = code_points(pa.array(["cut off", *texts], pa.string()).slice(1))
    assert [chr(point) for point in points] == list("".join(texts))
    assert offsets.tolist() == [0, *np.cumsum([len(text) for text in texts]).tolist()]
    assert utf8_widths(points).tolist() == [len(c.encode()) for c in "".join(texts)]
    assert points.itemsize == (4 if "😀" in "".join(texts) else 2)


def test_a_null_has_no_code_points():
    points, offsets = code_points(pa.array(["a", None, "b"]))
    assert (points.tolist(), offsets.tolist()) == ([97, 98], [0, 1, 1, 2])


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 70])
def test_numbers_and_flags_of_slices(size):
    for skipped in (0, 1, 9):
        column = pa.array([number % 3 for number in range(size + skipped)], pa.int32()).slice(skipped)
        assert numbers_of(column).tolist() == column.to_pylist()
        flags = pa.array([number % 3 == 0 for number in range(size + skipped)], pa.bool_()).slice(skipped)
        assert flags_of(flags).tolist() == flags.to_pylist()
        assert column_of(flags_of(flags)).to_pylist() == flags.to_pylist()
        assert column_of(np.arange(size)[skipped:]).to_pylist() == list(range(skipped, size))


def test_spans_together_are_in_order():
    one, two = (Spans(*(np.array(each) for each in given)) for given in (([4, 9], [5, 10], [0, 2]), ([0], [3], [1])))
    both = Spans.together([one, two])
    assert (both.starts.tolist(), both.ends.tolist(), both.kinds.tolist()) == ([0, 4, 9], [3, 5, 10], [1, 0, 2])


def test_codes_that_are_left_out():
    codes, offsets = without(np.array([1, 9, 9, 2, 9], np.uint8), np.array([0, 2, 3, 5]), 9)
    assert (codes.tolist(), offsets.tolist()) == ([1, 2], [0, 1, 1, 2])


def test_stretches():
    assert stretches(np.array([2, 5, 7]), np.array([4, 5, 9])).tolist() == [2, 3, 7, 8]
    assert stretches(np.array([], int), np.array([], int)).tolist() == []


ROWS = st.lists(
    st.lists(st.tuples(st.text("aé漢😀", min_size=1, max_size=3), st.integers(-1, 2)), max_size=4), max_size=4
)


@pytest.mark.parametrize("is_compiled", [True, False])
@given(rows=ROWS)
def test_spans_are_replaced_in_place(is_compiled, rows):
    """Each text is made of pieces, which are kept or replaced by one of the words."""
    texts = ["".join(piece for piece, _ in row) for row in rows]
    wanted = ["".join(piece if word < 0 else WORDS[word].decode() for piece, word in row) for row in rows]
    pieces = [(len(piece.encode()), word) for row in rows for piece, word in row]
    ends = np.cumsum([size for size, _ in pieces], dtype=np.int64)
    chosen = np.array([word >= 0 for _, word in pieces], bool)
    starts = ends - np.array([size for size, _ in pieces], np.int64)
    spans = Spans(starts[chosen], ends[chosen], np.array([word for _, word in pieces], np.int64)[chosen])
    column = pa.array(["before", *texts], pa.string()).slice(1)
    with pytest.MonkeyPatch.context() as patch:
        if not is_compiled:
            patch.setattr(columns, "library", lambda: None)
        assert replaced(column, spans, WORDS).to_pylist() == wanted
        data, bounds = cut(utf8_of(column)[0], starts, ends)
    assert data.tobytes() == "".join(texts).encode()
    assert bounds.tolist() == [0, *ends]
