"""`protect-table` with subtotals, sums of any sign, and intruders who know all that is published."""

import itertools
import json

import numpy as np
import pytest

from analysis.disclosure.two_way import two_way
from tests.unit.commands.told import run

ROWS = ("--rows", "r", "--columns", "c", "--value", "n", "--threshold", "4")
PLACES = {"a": "north", "b": "north", "d": "south", "e": "south"}
COUNTS = {
    ("a", "x"): 2, ("a", "y"): 20, ("b", "x"): 9, ("b", "y"): 31, ("d", "x"): 12, ("d", "y"): 8, ("e", "x"): 7,
    ("e", "y"): 15,
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def written(name, header, rows):
        path = tmp_path / name
        path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
        return path

    return written


def told(*arguments):
    return json.loads(run("protect-table", *arguments, "--json").stdout)


def hidden(found):
    return {(cell["row"], cell["column"]): (cell["low"], cell["high"]) for cell in found["suppressed"]}


def test_subtotals_are_part_of_the_table_and_of_what_the_intruder_knows(write):
    table = write("t.csv", "r,c,n", ((*cell, n) for cell, n in COUNTS.items()))
    parents = write("h.csv", "child,parent", PLACES.items())
    flat, tree = told(table, *ROWS), told(table, *ROWS, "--row-hierarchy", parents)
    assert (flat["cells"], tree["cells"]) == (15, 21)
    # Within its province only the other district can stand in for it.
    assert set(hidden(tree)) == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
    assert hidden(tree)["a", "x"] == (1.0, 10.0)


def test_a_given_subtotal_is_checked_and_a_circle_is_refused(write):
    table = write("t.csv", "r,c,n", [*((*cell, n) for cell, n in COUNTS.items()), ("north", "x", 12)])
    parents = write("h.csv", "child,parent", PLACES.items())
    assert (
        "cell north × x is 12, but the cells it sums up give 11"
        in run("protect-table", table, *ROWS, "--row-hierarchy", parents).stderr
    )
    ring = write("ring.csv", "child,parent", [*PLACES.items(), ("north", "south"), ("south", "north")])
    good = write("g.csv", "r,c,n", ((*cell, n) for cell, n in COUNTS.items()))
    assert "goes round in a circle" in run("protect-table", good, *ROWS, "--row-hierarchy", ring).stderr
    twice = write("twice.csv", "child,parent", [*PLACES.items(), ("a", "south")])
    assert "names the parent of 'a' twice" in run("protect-table", good, *ROWS, "--row-hierarchy", twice).stderr


MOVES = {("a", "x"): (-40, 2), ("a", "y"): (10, 30), ("b", "x"): (25, 50), ("b", "y"): (-5, 60)}


def test_sums_may_be_negative_where_the_persons_behind_them_are_counted(write):
    table = write("t.csv", "r,c,n,k", ((*cell, n, k) for cell, (n, k) in MOVES.items()))
    assert "counts are whole numbers of 0 or more" in run("protect-table", table, *ROWS).stderr
    found = told(table, *ROWS, "--contributors", "k")
    assert (found["primary"], found["secondary"]) == (1, 3)
    assert set(hidden(found).values()) == {(None, None)}


def test_sums_that_are_never_negative_are_protected_on_both_sides(write):
    rows = [
        (r, c, n, k) for r, c, n, k in (("a", "x", 50, 2), ("a", "y", 3, 30), ("b", "x", 4, 50), ("b", "y", 90, 60))
    ]
    table = write("t.csv", "r,c,n,k", rows)
    found = told(table, *ROWS, "--contributors", "k", "--protection", "0.05")
    low, high = hidden(found)["a", "x"]
    assert low <= 50 - 3
    assert high >= 50 + 3
    assert "--protection is 1.5" in run("protect-table", table, *ROWS, "--protection", "1.5").stderr


@pytest.mark.parametrize("seed", [0, 2, 3, 6, 8, 9])
def test_every_whole_table_that_fits_what_is_published_leaves_small_cells_open(seed, write):
    """The intruder tries all tables of ones and more that agree with every shown cell."""
    rng = np.random.default_rng(seed)
    counts = {(r, c): int(rng.integers(0, 9)) for r, c in itertools.product("abd", "xy")}
    parents = {"a": "north", "b": "north"}
    table = write("t.csv", "r,c,n", ((*cell, n) for cell, n in counts.items()))
    found = run(
        "protect-table", table, *ROWS, "--row-hierarchy", write("h.csv", "child,parent", parents.items()), "--json"
    )
    if found.returncode:
        assert "merge categories" in found.stderr
        return
    seen = hidden(json.loads(found.stdout))
    arranged = two_way(counts, "Total", parents)
    truth = dict(zip(arranged.labels, arranged.system.value.tolist(), strict=True))
    inner = [cell for cell in counts if cell in seen]
    tried = np.indices((9,) * len(inner)).reshape(len(inner), -1).T + 1
    bare = {cell: 0 if cell in seen else n for cell, n in counts.items()}
    start = two_way(bare, "Total", parents).system.value
    steps = np.array([two_way(bare | {cell: 1}, "Total", parents).system.value - start for cell in inner])
    made = start + tried @ steps.reshape(len(inner), -1)
    shown = np.array([label not in seen for label in arranged.labels])
    possible = made[(made[:, shown] == arranged.system.value[shown]).all(axis=1)]
    for label, values in zip(arranged.labels, possible.T, strict=True):
        assert label not in seen or len(set(values)) > 1
        assert label not in seen or truth[label] >= 4 or max(values) >= 4
