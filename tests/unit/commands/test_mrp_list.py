"""`estimate mrp --items`: list answers, pooled over groups and averaged over the population's cells."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from tests.unit.commands.test_estimate_inference import run, written

CELLS = pd.DataFrame({"host": ["a", "b", "c"], "total": [1000, 1000, 8000]})
HOLDING = {"a": 0.1, "b": 0.2, "c": 0.5}
TRUTH = 0.1 * 0.1 + 0.1 * 0.2 + 0.8 * 0.5


def survey(n=6000, seed=2, others=0.5):
    g = np.random.default_rng(seed)
    host = g.choice(list(HOLDING), n, p=[0.6, 0.3, 0.1])
    arm = g.permutation(np.arange(n) % 2)
    y = g.binomial(3, others, n) + arm * (g.random(n) < pd.Series(host).map(HOLDING))
    return pd.DataFrame({"count": y, "arm": np.where(arm == 1, "long", "short"), "host": host})


def given(tmp_path, sample, *more):
    cells = written(tmp_path, CELLS, "cells.csv")
    return run(
        written(tmp_path, sample), "mrp", "--outcome", "count", "--groups", "host", "--population", str(cells),
        "--by", "host", "--draws", "500", *more,
    )  # fmt: skip


LIST = ("--items", "3", "--treatment", "arm", "--control", "short", "--treated", "long")


def test_a_list_gives_the_share_of_the_population_not_of_the_sample(tmp_path):
    sample = survey()
    sample.loc[0, "count"] = np.nan
    made = given(tmp_path, sample, *LIST)
    value = {e["term"]: e for e in made["estimates"]}
    assert value["count"]["low"] < TRUTH < value["count"]["high"]
    assert value["count[a]"]["value"] < value["count[c]"]["value"]
    _, _, high = made["diagnostics"]["difference_in_means"]
    assert high < TRUTH
    assert made["n"] == 5999
    assert made["diagnostics"]["length_error"]["prediction"][0] < value["count"]["low"]
    assert any("list-length error" in w for w in made["warnings"])
    assert any("additive in the groups" in w for w in made["warnings"])


def test_a_list_that_fails_its_screen_has_no_estimate(tmp_path):
    sample = survey(others=0.9)
    sample["count"] = sample["count"].clip(upper=3)  # whoever holds all four says three
    made = given(tmp_path, sample, *LIST)
    assert [e["value"] for e in made["estimates"]] == [None] * 4
    assert made["diagnostics"]["usable"] is False
    assert made["diagnostics"]["reason"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--items", "3"), "--items and --treatment go together"),
        (("--treatment", "arm"), "--items and --treatment go together"),
        (("--control", "short"), "give --items and --treatment too"),
        ((*LIST[:4], "--control", "short"), "--control and --treated go together"),
        (LIST[:4], "name two of them with --control LEVEL"),
        ((*LIST, "--design", "crosswise", "--p", "0.2"), "--design is for masked answers and --items for lists"),
        (("--items", "1", *LIST[2:]), "count"),
        (("--items", "3", "--treatment", "none"), "column 'none'"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options, message):
    with pytest.raises(AnalysisError, match=message):
        given(tmp_path, survey(400), *options)
