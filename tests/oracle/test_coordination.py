"""Counts of CooRTweet 2.1.3 on its own data (read from EXTERNAL_MIRROR) and on our own synthetic shares: exact."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.estimators.coordination import coordination, coordination_null
from tests.oracle.post_files import as_shares, own_shares, r_table
from tests.oracle.survey_files import HERE, cases

RUSSIAN = cases("reference", "coortweet_russian.json")
OWN = {case["id"]: case for case in cases("own_synthetic", "cosharing.json")}
SETTINGS = [(10, 2), (60, 2), (60, 5), (300, 3)]
FLOAT = 1e-12
"""Means of a few thousand ratios, added in another order."""


@pytest.fixture(scope="module")
def russian():
    d = r_table("coortweet_russian.rda", "russian_coord_tweets")
    return as_shares(d.object_id.astype(str), d.account_id.astype(str), d.content_id.astype(str), d.timestamp_share)


@pytest.mark.parametrize("case", RUSSIAN, ids=[case["id"] for case in RUSSIAN])
def test_the_packages_own_data(russian, case):
    for level, network in case["networks"].items():
        found = coordination(
            russian, case["time_window"], case["min_participation"], quantile=float(level), coortweet_compat=True
        )
        assert found.pairs == case["n_pairs"]
        assert found.edges == network["edges"]
        assert found.accounts == case["n_accounts"] == network["vertices"]
        assert found.components == network["components_full"]
        assert (found.objects, found.contents) == (case["n_objects"], case["n_content"])
        assert (found.time_delta_sum, found.weight_max) == (case["time_delta_sum"], network["weight_max"])
        assert found.weight_quantile == pytest.approx(network["weight_quantile"], abs=FLOAT)
        assert found.edges_above_quantile == network["above_threshold"]
        assert found.symmetry_mean == pytest.approx(network["edge_symmetry_mean"], abs=FLOAT)


@pytest.mark.parametrize("case", RUSSIAN, ids=[case["id"] for case in RUSSIAN])
def test_symmetry_without_the_packages_mistake(russian, case):
    found = coordination(russian, case["time_window"], case["min_participation"])
    assert found.symmetry_mean == pytest.approx(case["mean_true_symmetry"], abs=FLOAT)


@pytest.mark.parametrize(("window", "least"), SETTINGS)
def test_own_shares(window, least):
    pairs, network = OWN[f"pairs_{window}_{least}"], OWN[f"network_{window}_{least}_ew0.95"]
    truth = OWN[f"true_symmetry_{window}_{least}"]
    found = coordination(own_shares(), window, least, quantile=0.95)
    compat = coordination(own_shares(), window, least, quantile=0.95, coortweet_compat=True)
    assert found.duplicates_n == 12
    assert (found.pairs, found.accounts, found.objects, found.contents, found.time_delta_sum) == (
        pairs["n_pairs"], pairs["n_accounts"], pairs["n_objects"], pairs["n_content"], pairs["time_delta_sum"],
    )  # fmt: skip
    assert (found.edges, found.components, found.weight_max, found.edges_above_quantile) == (
        network["edges"], network["components"], network["weight_max"], network["above_threshold"],
    )  # fmt: skip
    assert found.weight_quantile == pytest.approx(network["weight_quantile"], abs=FLOAT)
    assert found.symmetry_mean == pytest.approx(truth["mean_symmetry"], abs=FLOAT)
    assert compat.symmetry_mean == pytest.approx(network["edge_symmetry_mean"], abs=FLOAT)
    assert compat.symmetry_mean != pytest.approx(found.symmetry_mean, abs=1e-4)


def test_the_planted_groups_stand_out_of_the_null():
    null = coordination_null(own_shares(), 60, 2, generator=np.random.default_rng(5), draws=199)
    assert null.p_value == 1 / 200
    assert 24 <= null.accounts_above <= 36  # three planted groups of 30, 3 and 3, of which the small ones share little


def test_the_command_line_gives_the_same_counts():
    file = Path(HERE) / "own_synthetic/cosharing.csv"
    options = ["--time", "timestamp", "--window", "300", "--min-participation", "3", "--json"]
    result = CliRunner().invoke(estimate, ["coordination", str(file), *options])
    found = json.loads(result.stdout)["diagnostics"]
    case, network = OWN["pairs_300_3"], OWN["network_300_3_ew0.5"]
    assert (found["pairs"], found["accounts"]) == (case["n_pairs"], case["n_accounts"])
    assert (found["edges"], found["components"]) == (network["edges"], network["components"])
    assert "acc0" not in result.stdout
