"""Secondary suppression against GaussSuppression 1.0: never more cells where the choice is exact, and always audited.

GaussSuppression protects against being worked out exactly. Ours also demands that a small cell could be as large as
the threshold, so with protected zeros (a row of zeros must be able to hold persons) it may need more; without, it
never does.
"""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.additive import feasible_intervals
from analysis.disclosure.secondary import protect
from analysis.disclosure.two_way import two_way

HERE = Path(__file__).parent
OWN = json.loads((HERE / "own_synthetic/table_cells.json").read_text(encoding="utf-8"))["cases"]
THIRD_PARTY = json.loads((HERE / "reference/gauss_suppression.json").read_text(encoding="utf-8"))["cases"]
TABLE = pd.read_csv(HERE / "own_synthetic/table_cells.csv")


def counts_of(name):
    if name in THIRD_PARTY:
        return {(row, column): count for row, column, count in THIRD_PARTY[name]["cells"]}
    return {(r.origin_province, r.former_occupation): int(r.freq) for r in TABLE.itertuples()}


def protected(name):
    threshold = int(re.search(r"maxN(\d)", name)[1]) + 1
    system = two_way(counts_of(name), "Total").system
    primary = (system.value < threshold) & ((system.value > 0) | name.endswith("TRUE"))
    return system, primary, protect(system, primary, np.maximum(system.value + 1, threshold)), threshold


@pytest.mark.parametrize("name", [*OWN, *THIRD_PARTY])
def test_the_pattern_is_safe(name):
    system, primary, pattern, threshold = protected(name)
    assert int(primary.sum()) == (OWN | THIRD_PARTY)[name]["n_primary"]
    found = feasible_intervals(system, pattern.suppressed)
    assert (found.high - found.low).min() > 1e-6
    assert found.high[primary[found.cell]].min() >= threshold - 1e-6


@pytest.mark.parametrize("name", [name for name in [*OWN, *THIRD_PARTY] if not name.endswith("TRUE")])
def test_no_more_cells_than_gauss_suppression(name):
    _, _, pattern, _ = protected(name)
    assert pattern.method == "exact"
    assert int(pattern.suppressed.sum()) <= (OWN | THIRD_PARTY)[name]["n_suppressed"]


def test_two_cells_fewer_on_the_accidents():
    _, _, pattern, _ = protected("mun_accidents_maxN3_protectZerosFALSE")
    assert int(pattern.suppressed.sum()) == THIRD_PARTY["mun_accidents_maxN3_protectZerosFALSE"]["n_suppressed"] - 2


def test_primary_suppression_alone_is_caught():
    """Negative twin: without secondary suppression the margins give a cell away."""
    system, primary, _, _ = protected("z1_maxN3")
    found = feasible_intervals(system, primary)
    assert (found.high - found.low).min() < 1e-6
