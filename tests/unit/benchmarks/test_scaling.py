"""What a row costs at two sizes: every command runs on the file that is made for it."""

import subprocess

import pytest

from benchmarks import scaling as bench_scaling
from benchmarks.scaling import VERBS, Cost, Verb, measure

ROWS = 400


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_command_takes_the_file_that_is_made_for_it(verb, tmp_path):
    verb.write(tmp_path, ROWS)
    result = subprocess.run(verb.command(tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_exponents_are_those_of_the_two_largest_sizes(monkeypatch):
    costs = {1_000: 1.0, 10: 99.0, 100: 0.5, 10_000: 5_000.0}
    monkeypatch.setattr(bench_scaling, "VERBS", (Verb("squares", lambda folder, rows: None, ""),))
    monkeypatch.setattr(bench_scaling, "_cost", lambda verb, rows, start: Cost(rows, costs[rows], 2**30))
    (row,) = measure((10, 100, 10_000))
    assert (row.ours, row.other) == (5e5, 5e3)
    assert row.note == "exponent 2.00, linear; peak memory 1.00 GiB, start 1.0 s"
