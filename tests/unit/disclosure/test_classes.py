"""Codes, keys and classes of small files, worked out by hand."""

import numpy as np
import pytest

from analysis.disclosure import classes
from analysis.disclosure.classes import combined_key, encode, partition
from analysis.errors import DisclosureError

CODES = np.array([[1, 0], [1, 2], [1, 0], [0, 2]])


def test_categories_are_numbered_as_they_come_and_a_blank_is_zero():
    codes = encode([["b", "a", "b", None], [2, 2, "", 3]])
    assert codes.tolist() == [[1, 1], [2, 1], [1, 0], [0, 2]]
    assert codes.dtype == np.int64


@pytest.mark.parametrize("dense_cells", [0, 1 << 22])
def test_classes_are_numbered_by_their_key_whichever_way_they_are_counted(monkeypatch, dense_cells):
    monkeypatch.setattr(classes, "DENSE_CELLS", dense_cells)
    found = partition(CODES)
    assert found.label.tolist() == [1, 2, 1, 0]
    assert found.size.tolist() == [1, 2, 1]
    assert found.frequency.tolist() == [2, 1, 2, 1]
    assert found.count == 3


def test_a_key_counts_in_the_number_of_categories():
    key, cells = combined_key(CODES)
    assert key.tolist() == [3, 5, 3, 2]
    assert cells == 6
    key, cells = combined_key(np.zeros((0, 2), dtype=int))
    assert (key.tolist(), cells) == ([], 1)


@pytest.mark.parametrize(("largest", "keys", "cells"), [(21, [19, 0, 19], 20), (20, [7, 0, 7], 8), (10, [7, 0, 7], 8)])
def test_keys_are_numbered_anew_where_they_would_not_fit(monkeypatch, largest, keys, cells):
    monkeypatch.setattr(classes, "LARGEST_KEY", largest)
    found = combined_key(np.array([[4, 3], [0, 0], [4, 3]]))
    assert (found[0].tolist(), found[1]) == (keys, cells)


def test_no_column_and_uneven_columns_are_refused_with_their_lengths():
    with pytest.raises(DisclosureError, match=r"^no quasi-identifier was named; name at least one column$"):
        encode([])
    with pytest.raises(DisclosureError, match=r"^columns of lengths 2, 3; give columns of one length$"):
        encode([["a", "b"], ["a", "b", "c"]])
