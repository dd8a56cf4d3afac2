"""`estimate list-experiment --estimator bayes`: the library's posterior, other priors beside it, and refusals."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import EstimationError, InputError
from analysis.estimators.list_experiment.posterior import BetaPrior, list_posterior

OPTIONS = ("--response", "y", "--treatment", "z", "--items", "4")


def study(share=0.2, n=600):
    rng = np.random.default_rng(5)
    z, held = np.arange(n) % 2, rng.random(n) < share
    direct = (held & (rng.random(n) < 0.5)).astype(float)
    return pd.DataFrame({"y": rng.binomial(4, 0.45, n) + z * held, "z": z, "d": direct, "w": 1.0})


def run(tmp_path, frame, *options):
    frame.to_csv(tmp_path / "rows.csv", index=False)
    found = CliRunner().invoke(
        estimate, ["list-experiment", str(tmp_path / "rows.csv"), *OPTIONS, "--estimator", "bayes", *options, "--json"]
    )
    if found.exception is not None:
        raise found.exception
    return json.loads(found.stdout)


def test_it_is_the_posterior_of_the_library_beside_other_priors(tmp_path):
    frame = study()
    made = run(tmp_path, frame, "--prior", "4,16", "--direct", "d", "--seed", "3")
    wanted = list_posterior(frame.y, frame.z, 4, np.random.default_rng(3), direct=frame.d, prior=BetaPrior(4, 16))
    value = {e["term"]: e for e in made["estimates"]}
    assert value["prevalence"]["low"] == wanted.prevalence.low
    assert value["admitting"]["value"] == wanted.admitting.value
    shown = made["diagnostics"]["under_other_priors"]
    assert [(one["yes"], one["no"]) for one in shown] == [(4, 16), (1, 1), (2, 8), (8, 32)]
    assert shown[0]["value"] == value["prevalence"]["value"] != shown[1]["value"]
    assert "prevalence" in made["diagnostics"]["length_error"]
    assert not any("disagree" in w or "converge" in w for w in made["warnings"])


def test_controls_alone_may_have_been_asked(tmp_path):
    frame = study()
    frame.loc[frame.z == 1, "d"] = np.nan
    made = run(tmp_path, frame, "--direct", "d")
    assert made["n"] == 600
    assert made["diagnostics"]["under_other_priors"][0]["yes"] == 1


def test_a_prior_that_the_list_contradicts_is_said(tmp_path):
    warnings = run(tmp_path, study(share=0.5), "--prior", "4,396")["warnings"]
    assert any(w.startswith("list and prior disagree") for w in warnings)
    assert any("the prior decides, not the list" in w for w in warnings)


def test_without_a_prior_there_is_nothing_to_disagree_with(tmp_path):
    frame = study(share=0.0)
    frame.loc[frame.z == 1, "y"] = (frame.y[frame.z == 1] - (np.arange(300) % 4 == 0)).clip(0)
    made = run(tmp_path, frame)
    assert made["diagnostics"]["prior_against_list"] is None
    assert not any("disagree" in w for w in made["warnings"])


def test_a_list_that_fails_its_screen_has_no_posterior(tmp_path):
    frame = study()
    frame.loc[frame.z == 1, "y"] = frame.y[frame.z == 1].clip(1, 3)
    made = run(tmp_path, frame, "--prior", "4,16")
    assert made["diagnostics"]["usable"] is False
    assert [e["value"] for e in made["estimates"]] == [None]
    assert {one["value"] for one in made["diagnostics"]["under_other_priors"]} == {None}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prior", "0.1"), "--prior is '0.1'"),
        (("--prior", "0,3"), "both above 0"),
        (("--prior", "a,b"), "--prior is 'a,b'"),
        (("--weights", "w"), "takes no --weights"),
        (("--covariates", "w"), "takes no --covariates"),
        (("--design", "placebo-list"), "--design placebo-list takes|leave --design out"),
        (("--estimator", "difference", "--prior", "2,18"), "--prior belongs to --estimator bayes"),
    ],
)
def test_what_the_model_has_no_place_for_is_refused(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        run(tmp_path, study(), *options)


def test_a_false_yes_names_the_column_and_the_row(tmp_path):
    frame = study()
    frame.loc[1, ["y", "z", "d"]] = [0, 1, 1]
    with pytest.raises(EstimationError, match=r"column 'd' \(direct\) is 1 at row 2, where the long list counts 0"):
        run(tmp_path, frame, "--direct", "d")
