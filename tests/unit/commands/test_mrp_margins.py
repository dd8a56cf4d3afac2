"""`estimate mrp --margins`: cells from margins are the product, meet every margin, and say what they assume."""

import numpy as np
import pandas as pd
import pytest

from analysis.commands.synthetic_cells import joint_of_sample, synthetic_cells
from analysis.errors import AnalysisError, InputError
from tests.unit.commands.test_estimate_inference import run, written

MARGINS = pd.DataFrame(
    [("host", "a", 3000), ("host", "b", 7000), ("sex", "f", 4000), ("sex", "m", 6000)],
    columns=["variable", "level", "total"],
)


def survey(n=1200, seed=4, together=0.0):
    """Yes depends on host and sex, and by `together` on both at once; both go together in the sample."""
    g = np.random.default_rng(seed)
    host = np.where(g.random(n) < 0.5, "a", "b")
    sex = np.where(g.random(n) < np.where(host == "a", 0.8, 0.3), "f", "m")
    chance = 0.2 + 0.3 * (host == "b") + 0.1 * (sex == "f") + together * ((host == "b") & (sex == "f"))
    return pd.DataFrame({"y": (g.random(n) < chance).astype(int), "host": host, "sex": sex})


GIVEN = ("mrp", "--outcome", "y", "--groups", "host,sex", "--draws", "400", "--by", "host")


def test_cells_of_single_margins_are_their_product(tmp_path):
    made = synthetic_cells(written(tmp_path, MARGINS), ["host", "sex"], "total").set_index(["host", "sex"]).total
    for host, of_host in (("a", 0.3), ("b", 0.7)):
        for sex, of_sex in (("f", 0.4), ("m", 0.6)):
            assert made[host, sex] == pytest.approx(10_000 * of_host * of_sex)


def test_a_cross_of_two_is_kept_and_the_third_is_independent_given_it(tmp_path):
    crossed = {"a:f": 2500, "a:m": 500, "b:f": 1500, "b:m": 5500}
    rows = [("host:sex", k, v) for k, v in crossed.items()] + [("age", "old", 2000), ("age", "young", 8000)]
    path = written(tmp_path, pd.DataFrame(rows, columns=["variable", "level", "total"]))
    made = synthetic_cells(path, ["host", "sex", "age"], "total")
    for level, total in crossed.items():
        host, sex = level.split(":")
        here = made[(made.host == host) & (made.sex == sex)].set_index("age").total
        assert here["old"] == pytest.approx(total * 0.2)
        assert here["young"] == pytest.approx(total * 0.8)


def test_the_joint_of_the_sample_meets_the_margins_and_keeps_its_odds_ratio(tmp_path):
    path, sample = written(tmp_path, MARGINS), survey()
    cells = synthetic_cells(path, ["host", "sex"], "total")
    made = pd.Series(joint_of_sample(path, cells, sample), index=pd.MultiIndex.from_frame(cells[["host", "sex"]]))
    assert made.groupby("host").sum().tolist() == pytest.approx([3000, 7000])
    assert made.groupby("sex").sum().tolist() == pytest.approx([4000, 6000])
    held = sample.groupby(["host", "sex"]).size() + 0.5
    odds = [t["a", "f"] * t["b", "m"] / (t["a", "m"] * t["b", "f"]) for t in (made, held)]
    assert odds[0] == pytest.approx(odds[1], rel=1e-6)


def test_margins_give_what_their_product_as_a_population_gives(tmp_path):
    file, path = written(tmp_path, survey()), written(tmp_path, MARGINS, "margins.csv")
    cells = written(tmp_path, synthetic_cells(path, ["host", "sex"], "total"), "cells.csv")
    made = run(file, *GIVEN, "--margins", str(path))
    wanted = run(file, *GIVEN, "--population", str(cells))
    for one, other in zip(made["estimates"], wanted["estimates"], strict=True):
        assert one["value"] == pytest.approx(other["value"], rel=1e-9)
    assert any("host, sex count as independent" in w for w in made["warnings"])
    assert not any("independent" in w for w in wanted["warnings"])
    assert wanted["diagnostics"]["joint_of_sample"] is None


def test_where_the_combination_matters_both_joints_differ_and_without_it_they_agree(tmp_path):
    path, gaps = written(tmp_path, MARGINS, "margins.csv"), []
    for together in (0.0, 0.35):
        sample = survey(4000, together=together).assign(both=lambda d: d.host + d.sex)
        cells = synthetic_cells(path, ["host", "sex"], "total").assign(both=lambda d: d.host + d.sex)
        crossed = joint_of_sample(path, cells, sample)
        truth = np.array([sample[sample.both == b].y.mean() for b in cells.both])
        gaps.append(abs(truth @ cells.total - truth @ crossed) / 10_000)
    assert gaps[0] < 0.01
    assert gaps[1] > 0.02


@pytest.mark.parametrize(
    ("margins", "options", "message"),
    [
        (MARGINS.iloc[:2], (), "has no variable 'sex'; it has host"),
        (MARGINS.assign(total=[3000, 7000, 4000, 9000]), (), "adds up to"),
        (
            pd.concat([MARGINS, pd.DataFrame([{"variable": "age", "total": 5.0}])]),
            (),
            "gives a total of 'age' without levels",
        ),
        (
            pd.concat([MARGINS, pd.DataFrame([{"variable": "(Intercept)", "total": 10_000.0}])]),
            (),
            "gives a total of everybody",
        ),
        (MARGINS.assign(variable=["host:x", "host:x", "sex", "sex"]), (), "join a level of each by colons"),
        (MARGINS, ("--covariates", "age"), "'age' is a number, and margins give levels"),
    ],
)
def test_margins_that_make_no_cells_are_refused(tmp_path, margins, options, message):
    sample = survey(200).assign(age=30)
    with pytest.raises(AnalysisError, match=message):
        run(written(tmp_path, sample), *GIVEN, *options, "--margins", str(written(tmp_path, margins, "m.csv")))


def test_one_of_population_and_margins_is_given(tmp_path):
    file, path = written(tmp_path, survey(200)), str(written(tmp_path, MARGINS, "margins.csv"))
    for more in ((), ("--population", path, "--margins", path)):
        with pytest.raises(InputError, match="give --population, a row for each cell, or --margins"):
            run(file, *GIVEN, *more)


def masked(n=4000):
    """Crosswise answers of which a third of one host and a tenth of the other hold the trait."""
    g = np.random.default_rng(8)
    host = np.where(g.random(n) < 0.5, "a", "b")
    held, beside = g.random(n) < np.where(host == "a", 0.35, 0.1), g.random(n) < 0.2
    return pd.DataFrame({"y": (held == beside).astype(int), "host": host, "sex": np.where(g.random(n) < 0.5, "f", "m")})


def test_masked_answers_give_the_share_of_holders(tmp_path):
    file, path = written(tmp_path, masked()), str(written(tmp_path, MARGINS, "margins.csv"))
    given = (*GIVEN, "--margins", path, "--design", "crosswise", "--p", "0.2")
    made = run(file, *given, "--groups", "host", "--draws", "1000")
    value = {e["term"]: e for e in made["estimates"]}
    assert value["y"]["low"] < 0.3 * 0.35 + 0.7 * 0.1 < value["y"]["high"]
    assert value["y[a]"]["value"] - value["y[b]"]["value"] > 0.1
    assert any("random device" in w for w in made["warnings"])
    taken_plainly = run(file, *GIVEN, "--margins", path, "--draws", "1000")["estimates"][0]
    assert taken_plainly["value"] > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--design", "crosswise"), "--design and --p go together"),
        (("--p", "0.2"), "--design and --p go together"),
        (("--design", "crosswise", "--p", "0.5"), "says nothing"),
        (("--design", "item-count", "--p", "0.2"), "design is 'item-count'"),
    ],
)
def test_devices_that_are_none_are_refused(tmp_path, options, message):
    file, path = written(tmp_path, masked(200)), str(written(tmp_path, MARGINS, "margins.csv"))
    with pytest.raises(AnalysisError, match=message):
        run(file, *GIVEN, "--margins", path, *options)
