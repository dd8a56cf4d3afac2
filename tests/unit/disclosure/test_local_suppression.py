"""Which cells are blanked in small files, worked out by hand."""

import numpy as np
import pytest

from analysis.disclosure.local_suppression import suppress_locally
from analysis.errors import DisclosureError

B = 0
"""Blank."""


@pytest.mark.parametrize(
    ("codes", "k", "protected"),
    [
        # One key blanked in three rows makes one class of them.
        ([(1, 1), (1, 1), (1, 2)], 3, [(1, B), (1, B), (1, B)]),
        # Blanking the first key helps all four, the second only two.
        ([(1, 1), (1, 2), (2, 1), (3, 2)], 2, [(B, 1), (B, 2), (B, 1), (B, 2)]),
        # Rows that are blank already make a class of two; the third joins them.
        ([(B, 1), (B, 1), (5, 1)], 2, [(B, 1), (B, 1), (B, 1)]),
        # No single key helps, both do.
        ([(1, 1), (2, 2), (3, 3)], 2, [(B, B), (B, B), (B, B)]),
        # The last row stands alone; the class of three can spare one, its first.
        ([(1, 1), (1, 1), (1, 1), (2, 2)], 2, [(B, B), (1, 1), (1, 1), (B, B)]),
        # The class of five can spare two.
        ([(1, 1)] * 5 + [(2, 2)], 3, [(B, B), (B, B), (1, 1), (1, 1), (1, 1), (B, B)]),
        # The class of four can spare one, which is not enough: then it goes whole.
        ([(1, 1)] * 4 + [(2, 2)], 3, [(B, B)] * 5),
        # A class of two can spare nobody: it goes whole.
        ([(1, 1), (1, 1), (2, 2)], 2, [(B, B)] * 3),
        # Of two classes that can spare one, the one with more blanks gives.
        (
            [(1, 1)] * 3 + [(3, B)] * 3 + [(2, 2)],
            2,
            [(1, 1)] * 3 + [(B, B), (3, B), (3, B), (B, B)],
        ),
        # Of two classes that can spare nobody, the one with more blanks goes whole.
        ([(1, 1)] * 2 + [(3, B)] * 2 + [(2, 2)], 2, [(1, 1)] * 2 + [(B, B)] * 3),
        # Two sets of keys help as many: the first is taken, and what it leaves cannot be helped alone.
        ([(1, 1), (1, 2), (2, 1)], 2, [(B, B)] * 3),
        # The first set takes a row that the second counted on; the third is tried all the same.
        (
            [(1, 1, 1), (2, 1, 1), (1, 2, 1), (5, 5, 1), (5, 5, 2)],
            2,
            [(B, B, B), (B, B, B), (B, B, B), (5, 5, B), (5, 5, B)],
        ),
        # Exactly k records that agree are safe.
        ([(1, 1), (1, 1)], 2, [(1, 1), (1, 1)]),
    ],
)
def test_a_small_file_is_blanked_like_this(codes, k, protected):
    before = np.array(codes)
    found = suppress_locally(before, k)
    assert list(map(tuple, found.codes.tolist())) == protected
    assert found.blanks.tolist() == (before != found.codes).sum(axis=0).tolist()
    assert before.tolist() == np.array(codes).tolist()


def test_too_small_a_class_and_too_few_records_are_refused():
    with pytest.raises(DisclosureError, match=r"^k is 1; want at least 2: a class of one protects nobody$"):
        suppress_locally(np.ones((4, 1), dtype=int), 1)
    with pytest.raises(
        DisclosureError, match=r"^2 records cannot form a class of 3; choose a smaller k or more records$"
    ):
        suppress_locally(np.ones((2, 1), dtype=int), 3)
