"""Which cells are blanked in small files, worked out by hand."""

import itertools

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure import local_suppression
from analysis.disclosure.local_suppression import suppress_locally
from analysis.errors import DisclosureError

B = 0
"""Blank."""
NEARLY = 1.2
"""What the README promises."""


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
def test_the_first_solution_of_a_small_file_is_this(codes, k, protected):
    before = np.array(codes)
    found = suppress_locally(before, k, seeks_fewest=False)
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


def is_protected(codes, k):
    _, of_class, sizes = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    return bool((sizes[of_class.ravel()] >= k).all())


def fewest_by_trying_all(codes, k):
    subsets = list(itertools.product((0, 1), repeat=codes.shape[1]))
    tried = (codes * (1 - np.array(blanks)) for blanks in itertools.product(subsets, repeat=len(codes)))
    return min(int(((made == B) & (codes != B)).sum()) for made in tried if is_protected(made, k))


@pytest.mark.parametrize("seed", range(12))
def test_small_files_get_the_fewest_blanks_that_trying_all_finds(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(1, 4, (6, 2))
    k = int(rng.integers(2, 4))
    found = suppress_locally(codes, k)
    assert is_protected(found.codes, k)
    assert int(found.blanks.sum()) <= NEARLY * fewest_by_trying_all(codes, k)


def fewest_by_program(codes, k):
    """One variable per record and way to blank, and no gap: another program than the one that is tested."""
    n, keys = codes.shape
    subsets = np.array(list(itertools.product((0, 1), repeat=keys)))
    made = codes[:, None, :] * (1 - subsets)[None, :, :]
    classes, of_class = np.unique(made.reshape(-1, keys), axis=0, return_inverse=True)
    of_class = of_class.ravel()
    ways, cells = n * len(subsets), len(classes)
    cost = np.concatenate([np.tile(subsets.sum(axis=1), n), np.zeros(cells)])
    way = np.arange(ways)
    one = sparse.csr_array((np.ones(ways), (way // len(subsets), way)), shape=(n, ways + cells))
    enter = sparse.csr_array(
        (np.tile([1.0, -1.0], ways), (np.repeat(way, 2), np.ravel([way, ways + of_class], "F"))),
        shape=(ways, ways + cells),
    )
    size = sparse.csr_array((np.ones(ways), (of_class, way)), shape=(cells, ways))
    full = sparse.hstack([size, -k * sparse.eye_array(cells)], format="csr")
    rules = [LinearConstraint(one, 1, 1), LinearConstraint(enter, -np.inf, 0), LinearConstraint(full, 0, np.inf)]
    found = milp(cost, integrality=np.ones(ways + cells), bounds=Bounds(0, 1), constraints=rules)
    return round(found.fun)


@pytest.mark.parametrize(("n", "keys", "k", "seed"), [(40, 3, 2, 1), (60, 2, 3, 2), (30, 4, 2, 3), (50, 3, 5, 4)])
def test_larger_files_come_near_the_fewest(n, keys, k, seed):
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.choice(4, n, p=(0.6, 0.2, 0.1, 0.1)) + 1 for _ in range(keys)])
    found = suppress_locally(codes, k)
    assert is_protected(found.codes, k)
    assert int(found.blanks.sum()) <= NEARLY * fewest_by_program(codes, k)


def test_a_file_of_many_kinds_is_gone_over_part_by_part_and_never_gets_worse(monkeypatch):
    rng = np.random.default_rng(7)
    codes = np.column_stack([rng.choice(6, 300, p=rng.dirichlet(np.ones(6))) + 1 for _ in range(3)])
    greedy = suppress_locally(codes, 3, seeks_fewest=False)
    monkeypatch.setattr(local_suppression, "MOST_WAYS", 400)
    parts = suppress_locally(codes, 3)
    assert is_protected(parts.codes, 3)
    assert parts.blanks.sum() < greedy.blanks.sum()
    assert suppress_locally(codes, 3).codes.tolist() == parts.codes.tolist()
    monkeypatch.setattr(local_suppression, "MOST_PARTS", 0)
    assert suppress_locally(codes, 3).codes.tolist() == greedy.codes.tolist()


def test_one_record_that_stands_alone_takes_few_with_it():
    """Region, status, age: two single, two married, one widowed."""
    codes = np.array([(1, 1, 1), (1, 2, 1), (1, 2, 1), (1, 1, 1), (1, 3, 1)])
    assert int(suppress_locally(codes, 2).blanks.sum()) == 3
