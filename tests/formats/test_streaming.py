"""Memory stays flat while the export grows: exports are generated while they are read and never exist as a whole."""

import json
import subprocess
import sys

import pytest

from tests.formats.streamed import ALLOWED, LARGE, SHAPES, SMALL


def told(*arguments):
    """What a process of its own says: its high-water mark is nobody else's."""
    command = [sys.executable, "-m", "tests.formats.streamed", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("code", SHAPES)
def test_memory_is_flat_in_the_size_of_the_export(code):
    found = told(code)
    assert found["format"] == code
    assert found["many"] > found["few"] * LARGE / SMALL * 0.9
    assert (found["quarantined"], found["duplicates"]) == (0, 0)
    assert found["grown"] < ALLOWED


def test_the_bound_notices_a_reader_that_keeps_everything():
    assert told("pushshift", "keeps everything")["grown"] > ALLOWED
