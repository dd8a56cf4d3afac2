"""The tracked table of RDS coverage: a part is recomputed, and the rest must show what the book says of it."""

import csv
from pathlib import Path

import pytest

from analysis.commands.rds_coverage import COLUMNS, SOURCE, spot_check_rows

TABLE = Path(__file__).parents[2] / "data/reference/rds_coverage.csv"
NAMES = ("simulation_code", "estimator_text", "interval_text")
NUMBERS = [column for column in COLUMNS.values() if column not in NAMES]


def rows():
    with TABLE.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def one(*names):
    found = [row for row in rows() if tuple(row[k] for k in NAMES) == names]
    assert len(found) == 1
    return {k: float(found[0][k]) for k in NUMBERS if found[0][k]}


def test_spot_check_rows_are_recomputed_to_the_last_digit():
    stored = [row for row in rows() if row["simulation_code"] == "spot_check"]
    assert stored == spot_check_rows()
    assert {row["source"] for row in rows()} == {SOURCE}


def test_weights_repair_what_activity_breaks():
    raw = one("homophily_activity", "raw share", "simple random")
    weighted = one("homophily_activity", "rds-ii", "Salganik bootstrap")
    assert abs(weighted["bias_share"]) < 0.3 * abs(raw["bias_share"])
    assert raw["coverage_share"] < 0.5


def test_size_matters_where_much_of_the_population_is_sampled():
    right = one("large_fraction", "ss, true size", "successive bootstrap")
    infinite = one("large_fraction", "rds-ii", "Salganik bootstrap")
    assert abs(right["bias_share"]) < abs(infinite["bias_share"])


def test_no_weights_repair_recruitment_that_prefers_ones_own():
    assert one("differential_recruitment", "rds-ii", "neighbourhood bootstrap")["coverage_share"] < 0.9


@pytest.mark.parametrize("scenario", ["homophily", "bottleneck"])
def test_simple_random_intervals_are_misleading_under_homophily(scenario):
    raw = one(scenario, "raw share", "simple random")
    assert raw["coverage_high_share"] < 0.95
    assert raw["design_effect"] > 2
