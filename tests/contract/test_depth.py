"""What is left out of a run of the tests is chosen by its marks and its folder, and counted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
SAMPLE = """
import pytest

def test_always(): pass

@pytest.mark.slow
def test_of_seconds(): pass

@pytest.mark.deep
def test_before_a_release(): pass
"""


@pytest.mark.parametrize(
    ("options", "passed", "left"),
    [
        ((), 4, ["2 test(s) left out; they run with --deep"]),
        (("--deep",), 6, []),
        (
            ("--quick",),
            1,
            [
                "1 test(s) left out; they run with --deep",
                "1 test(s) left out; they run with no --quick",
                "left out whole",
            ],
        ),
        (("-n", "1"), 4, ["2 test(s) left out; they run with --deep"]),
    ],
)
def test_what_is_left_out_is_chosen_and_counted(tmp_path, options, passed, left):
    for folder in ("unit", "pipeline"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / f"test_{folder}.py").write_text(SAMPLE, encoding="utf-8")
    (tmp_path / "tests/conftest.py").write_bytes(CONFTEST.read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  deep\n  slow\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "tests"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert re.search(rf"\b{passed} passed", said)
    assert re.findall(r"^(?:\d test\(s\).*|left out whole)", said, re.MULTILINE) == left
