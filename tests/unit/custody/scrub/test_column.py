"""A folded column holds what sheets of its texts hold, and knows the way back to their bytes."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.custody.scrub.alphabet import DROPPED, to_codes
from analysis.custody.scrub.column import FoldedColumn, TracedColumn
from analysis.custody.scrub.sheet import Sheet

CHARACTERS = st.sampled_from(
    [*"aB1 @./\n", *"اسی۷ي", "\u200c", "\u200f", "\u0301", "\ufe0f", "😀", "½", "ﷺ", "é", "漢"]
)
TEXTS = st.lists(st.text(CHARACTERS, max_size=6), max_size=6)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_column_folds_like_sheets_of_its_texts(texts):
    column = FoldedColumn.of(pa.array(texts, pa.string()))
    for text, folded, is_spelled_out in zip(texts, column.texts.to_pylist(), column.is_spelled_out, strict=True):
        sheet = Sheet.of([text])
        assert is_spelled_out == sheet.has_expansions
        assert is_spelled_out or folded == sheet.data


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_every_folded_byte_lies_where_its_character_lies(texts):
    column = TracedColumn.of(pa.array(["before", *texts], pa.string()).slice(1))
    written = "".join(texts).encode()
    places = np.arange(len(column.data))
    starts, ends = column.utf8_bounds(places, places + 1)
    characters = [written[start:end].decode() for start, end in zip(starts, ends, strict=True)]
    kept = [
        c for text in texts for place, c in enumerate(text) if is_kept(to_codes(text[: place + 1]), c, text[:place])
    ]
    assert characters == kept


def is_kept(codes, character, before):
    is_joiner_behind_letter = character == "\u200c" and before[-1:] in [*"اسیي"]
    return is_joiner_behind_letter or (character != "\u200c" and codes[-1] != DROPPED)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_both_ways_of_folding_agree(texts):
    column = pa.array([None, *texts], pa.string())
    compiled = TracedColumn.of(column)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.custody.scrub.column.library", lambda: None)
        plain, untraced = TracedColumn.of(column), FoldedColumn.of(column)
    for name in ("data", "offsets", "is_spelled_out", "places", "is_marked", "raw"):
        assert getattr(compiled, name).tolist() == getattr(plain, name).tolist(), name
    for name in ("data", "offsets", "is_spelled_out"):
        assert getattr(FoldedColumn.of(column), name).tolist() == getattr(untraced, name).tolist(), name


def test_nulls_slices_and_nothing_at_all():
    column = FoldedColumn.of(pa.array(["x", "ab", None, "۷"]).slice(1))
    assert column.texts.to_pylist() == [b"ab", b"", b"7"]
    assert column.rows_of(np.array([0, 1, 2])).tolist() == [0, 0, 2]
    assert column.picked(np.array([0, 2])).texts.to_pylist() == [b"ab", b"7"]
    empty = TracedColumn.of(pa.array([], pa.string()))
    assert (len(empty.texts), len(empty.data)) == (0, 0)


@pytest.mark.parametrize(("text", "marked"), [("a\u0301", True), ("ab", False), ("a", False), ("a\u200f", True)])
def test_a_dropped_character_behind_another_is_seen(text, marked):
    assert TracedColumn.of(pa.array([text, "\u0301"])).is_marked[0] == marked


PIECES = [*(c.encode() for c in "a éش漢😀"), b"\x80", b"\xff", b"\xd8", b"\xc1\x80", b"\xe2\x82", b"\xed\xa0\x80"]


@pytest.mark.parametrize("is_compiled", [True, False])
@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map(b"".join), min_size=2, max_size=2))
def test_a_text_that_is_no_utf8_is_refused_by_itself(is_compiled, texts):
    """Two of them may make a valid one together."""
    column = pa.array(texts, pa.binary()).view(pa.string())
    with pytest.MonkeyPatch.context() as patch:
        if not is_compiled:
            patch.setattr("analysis.custody.scrub.column.library", lambda: None)
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            with pytest.raises(pa.ArrowInvalid):
                FoldedColumn.of(column)
        else:
            assert len(FoldedColumn.of(column).offsets) == len(texts) + 1
