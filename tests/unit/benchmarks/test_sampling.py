"""Measurements of the sampling methods, on small sizes: that they measure, not how fast."""

import numpy as np

from benchmarks import sampling as bench_sampling


def test_both_measurements_name_their_peer_and_take_time(monkeypatch):
    monkeypatch.setattr(bench_sampling, "DRAWS", 40)
    monkeypatch.setattr(bench_sampling, "RESPONDENTS", 5000)
    monkeypatch.setattr(bench_sampling, "REPEATS", 1)
    made = bench_sampling.measure()
    assert ["elsewhere" in m.note for m in made] == [True, False]
    for m in made:
        assert m.compared_with
        assert np.isfinite(m.times_better)
        assert m.ours > 0
