"""Python's own `sum` of floats rounds differently from 3.12 on; equal bytes on every Python need `math.fsum` or numpy."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("reading", "estimators", "measures", "results")


def builtin_sums(source: str) -> list[int]:
    """Lines that call the built-in `sum`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "sum"]


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_that_makes_numbers_uses_it(room):
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "analysis" / room).rglob("*.py")
        for line in builtin_sums(path.read_text(encoding="utf-8"))
    }
    assert found == set(), "use math.fsum, numpy, or len: sum() of floats depends on the version of Python"


def test_a_planted_sum_is_found_and_a_method_is_not():
    assert builtin_sums("x = 1\ny = sum(float(v) for v in x)\nz = frame.sum()\n") == [2]
