"""Measurements of survey methods beside R, on small sizes: what they say with a peer and without, not how fast."""

import math

import pytest

from benchmarks import survey as bench_survey

SMALL = {
    "CALIBRATED": 400, "TOTALS": 4, "REPLICATED": 400, "REPLICATES": 20, "CLUSTER": 4, "LISTED": 400, "RECRUITED": 60,
    "PEOPLE": 200, "ASKED": 50,
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(bench_survey, name, value)
    monkeypatch.setattr(bench_survey, "list_in_r", lambda n: bench_survey.Comparison(f"list {n}", "R", "s", 1.0, 2.0))


def test_each_measurement_keeps_what_r_says(small, monkeypatch):
    asked = []
    monkeypatch.setattr(
        bench_survey, "r_output", lambda script, package: (asked.append((script, package)), ("3 0.5", ""))[1]
    )
    made = bench_survey.measure()
    assert [package for _, package in asked] == ["survey", "survey", "survey", "sspse", "NSUM"]
    assert not any("{" in script.split("timed(")[-1] and "{folder}" in script for script, _ in asked)
    for one in made[1:]:
        assert one.other == 3.0
        assert "0.5 in R" in one.note
        assert one.ours > 0
        assert math.isfinite(one.times_better)


def test_a_missing_package_is_skipped_and_named(small, monkeypatch):
    monkeypatch.setattr(bench_survey, "r_output", lambda _, package: (None, f"skipped: R has no package {package}"))
    made = bench_survey.measure()[1:]
    assert all(one.other is None and one.times_better is None for one in made)
    assert ["skipped: R has no package" in one.note for one in made] == [True] * 5
