"""Python's own `sum` of floats rounds differently from 3.12 on; equal bytes need `math.fsum` or numpy."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("reading", "rehearsal", "estimators", "measures", "results")


def builtin_sums(source: str) -> list[int]:
    """Lines that call the built-in `sum` on anything but lengths."""
    calls = [node for node in ast.walk(ast.parse(source)) if is_call_of(node, "sum")]
    return [call.lineno for call in calls if not is_call_of(getattr(call.args[0], "elt", None), "len")]


def is_call_of(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_that_makes_numbers_uses_it(room):
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "analysis" / room).rglob("*.py")
        for line in builtin_sums(path.read_text(encoding="utf-8"))
    }
    assert found == set(), "use math.fsum, numpy, or len: sum() of floats depends on the version of Python"


def test_a_planted_sum_is_found_and_a_method_is_not():
    assert builtin_sums("x = sum(len(v) for v in y)\ny = sum(float(v) for v in x)\nz = frame.sum()\n") == [2]
