"""`python -m analysis`: one error line and exit code 2, in the stated environment whoever starts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.__main__ import COMMANDS, command_line, stated_environment

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ}


def call(*arguments, package="analysis", **environment):
    env = {**PASSED_ON, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", package, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_an_unknown_stage_is_one_line_that_names_the_stages():
    result = call("stage", "nothing")
    assert result.returncode == 2
    assert result.stderr.startswith("error: no stage 'nothing'; the stages are admit_posts, ")
    assert result.stderr.count("\n") == 1


def test_help_lists_every_command():
    result = call("--help", COLUMNS="200")
    assert result.returncode == 0
    for name in COMMANDS:
        assert name in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads(name):
    line = command_line([name])
    assert name in [entry.name for entry in (*line.registered_commands, *line.registered_groups)]


def test_benchmarks_are_a_command_line_of_their_own():
    shown = call("--help", package="benchmarks")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "--record" in shown.stdout
    refused = call("speed", package="benchmarks")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert refused.stderr.startswith("error: bench speed: no such part; name one of pipeline, ")
    assert call("bench").returncode == 2


def test_a_wrong_option_is_one_line():
    result = call("estimate", "list-experiment", "file.csv", "--answer", "y")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("error: ")


def test_a_process_enters_the_stated_environment():
    program = (
        "import sys; sys.argv[1:] = ['stage', 'x']; import analysis.__main__ as line; "
        "line.enter_stated_environment(); print('entered')"
    )
    inside = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**PASSED_ON, "PYTHONPATH": str(ROOT), **stated_environment()},
    )  # fmt: skip
    assert inside.stdout == "entered\n"
    outside = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**PASSED_ON, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "error: no stage 'x'" in outside.stderr
