"""The tool on a module of ten lines: what it changes, which tests it runs, and what it counts."""

from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="no mutmut: docs/mutation.md says how its environment is made")

from tests.mutation.mutants import described, mutants, mutated_source, statement_lines
from tests.mutation.sample import Result, append, drawn, read_results, report, score
from tests.mutation.tree import Baseline

SOURCE = '''"""A module."""

LEAST = 3


def enough(n: int = 2, *, name: str = "n") -> bool:
    if (
        n < LEAST
    ):
        raise ValueError(f"{name} is small " + "and bad")
    return len([n]) > 0
'''


@pytest.fixture
def room(tmp_path):
    (tmp_path / "analysis/room").mkdir(parents=True)
    (tmp_path / "analysis/room/part.py").write_text(SOURCE, encoding="utf-8")
    return mutants(tmp_path, "room"), tmp_path


def test_each_change_is_one_mutant_and_annotations_are_left_alone(room):
    found, root = room
    changes = {described(SOURCE, mutated_source(root, mutant)) for mutant in found}
    assert "- LEAST = 3 + LEAST = 4" in changes
    assert "- n < LEAST + n <= LEAST" in changes
    assert "- return len([n]) > 0 + return len([n]) >= 0" in changes
    assert len(changes) == len(found)
    assert {mutant.is_error_text for mutant in found if mutant.line == 10} == {True}
    assert {mutant.is_error_text for mutant in found if mutant.line != 10} == {False}
    assert found[0].name.startswith("analysis.room.part:<module>:0001")


def test_the_sample_depends_on_names_and_seed_only(room):
    found, _ = room
    assert drawn(found, 4, 1) == drawn(found[::-1], 4, 1)
    assert drawn(found, 4, 1) == drawn(found, 6, 1)[:4]
    assert drawn(found, 4, 1) != drawn(found, 4, 2)


def test_statements_span_their_lines_and_bodies_stand_alone():
    lines = statement_lines(SOURCE)
    assert lines[3] == (3, 3, False, False)
    assert lines[6] == (6, 11, True, False)
    assert lines[7] == lines[8] == (7, 9, False, True)
    assert lines[10] == (10, 10, False, True)


def test_tests_are_those_that_reach_the_statement_fastest_first(room):
    found, _ = room
    path = "analysis/room/part.py"
    seconds = {"a::slow": 3.0, "a::fast": 0.1, "b::other": 1.0, "b::shared": 0.2, "c::far": 0.5}
    reached = {path: {7: ["a::slow|run", "a::fast|run"], 10: ["a::slow|run"], 11: ["b::other|setup"]}}
    baseline = Baseline(seconds, reached, {"c": "from analysis.room import part"})
    at = {mutant.line: mutant for mutant in found}
    assert baseline.tests_of(at[8], SOURCE) == ["a::fast", "a::slow"]
    assert baseline.tests_of(at[10], SOURCE) == ["a::slow"]
    assert baseline.tests_of(at[11], SOURCE) == ["b::shared", "b::other"]
    assert baseline.tests_of(at[3], SOURCE) == ["a::fast", "b::shared", "c::far", "b::other", "a::slow"]
    assert baseline.tests_of(at[6], SOURCE) == ["a::fast", "b::shared", "b::other", "a::slow"]


def result(name, status, *, is_error_text=False):
    return Result(name, "0" * 12, 1, is_error_text, status, 1.0, "", "- a + b")


def test_timeouts_and_crashes_count_as_killed_and_unreached_as_survived():
    found = [
        result(str(i), status) for i, status in enumerate(["killed", "timed out", "crashed", "survived", "unreached"])
    ]
    assert score(found) == "3 of 5 killed, 60.0 % [14.7, 94.7]"
    text = report([*found, result("5", "survived", is_error_text=True)], 99, 1)
    assert "6 of 99 mutants, seed 1: crashed 1, killed 1, survived 2, timed out 1, unreached 1" in text
    assert "all: 3 of 6 killed" in text
    assert "without texts of errors: 3 of 5 killed" in text


def test_a_later_row_of_the_same_mutant_replaces_the_earlier(tmp_path):
    table = Path(tmp_path / "results.csv")
    for status in ("survived", "killed"):
        append(table, result("m", status))
    append(table, result("n", "survived", is_error_text=True))
    found = read_results(table)
    assert [r.status for r in found.values()] == ["killed", "survived"]
    assert [r.is_error_text for r in found.values()] == [False, True]
