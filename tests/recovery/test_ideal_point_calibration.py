"""The ideal-point sampler by simulation-based calibration: tracked ranks, and one world run again."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.recovery.ideal_point_worlds import THINNED, ranks

TRACKED = Path(__file__).with_name("ideal_point_ranks.csv")
LEVEL = 1e-3
"""Two dozen terms are tested at once."""
DEEP_WORLDS = int(os.environ.get("DEEP_WORLDS", "0"))


def tracked():
    with TRACKED.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {term: np.array([int(row[term]) for row in rows]) for term in rows[0] if term != "world"}


def uniformity(found):
    """P-value that ranks 0 to THINNED are uniform, by Kolmogorov and Smirnov, ties broken at the middle."""
    return float(stats.kstest((found + 0.5) / (THINNED + 1), "uniform").pvalue)


def test_tracked_ranks_are_uniform():
    found = {term: uniformity(values) for term, values in tracked().items()}
    assert min(found.values()) > LEVEL, found


def test_a_world_gives_its_tracked_ranks():
    """The environment fixes the kernels of the linear algebra, so that the chains take the same path everywhere."""
    again, _ = ranks(0)
    assert again == {term: int(values[0]) for term, values in tracked().items()}


def test_ranks_of_a_wrong_sampler_are_not_uniform():
    """Negative twin: draws that are too narrow push truths to the ends."""
    rng = np.random.default_rng(1)
    truths = rng.normal(size=60)
    narrow = (0.4 * rng.normal(size=(60, THINNED)) < truths[:, None]).sum(axis=1)
    assert uniformity(np.abs(narrow - THINNED / 2) * 2) < LEVEL


@pytest.mark.skipif(not DEEP_WORLDS, reason="minutes: give the number of worlds in DEEP_WORLDS")
def test_fresh_worlds_are_uniform():
    fresh = [ranks(10_000 + world)[0] for world in range(DEEP_WORLDS)]
    assert min(uniformity(np.array([r[term] for r in fresh])) for term in fresh[0]) > LEVEL
