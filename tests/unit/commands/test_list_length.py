"""`estimate list-experiment`: lists of equal length, a study's own placebo list, a truth that is known."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import EstimationError, InputError
from analysis.estimators.list_experiment import difference_in_means

RUN = CliRunner()
ARMS = ("short", "placebo", "long")


@pytest.fixture
def study(tmp_path):
    """Three arms of four honest items; a longer list alone moves one in seven by one item; a fifth hold the item."""
    rng, n = np.random.default_rng(77), 6000
    arm = rng.choice(ARMS, n)
    held = rng.random(n) < 0.2
    honest = rng.binomial(4, 0.45, n) + (arm == "long") * held
    y = np.minimum(honest + (arm != "short") * (rng.random(n) < 0.14), np.where(arm == "short", 4, 5))
    path = tmp_path / "study.csv"
    admits = (held & (rng.random(n) < 0.5)).astype(int)
    pd.DataFrame({"y": y, "arm": arm, "x": rng.normal(size=n), "d": admits}).to_csv(path, index=False)
    return path


def told(path, *more, control="short", treated="long"):
    arms = ["--response", "y", "--treatment", "arm", "--items", "4", "--control", control, "--treated", treated]
    done = RUN.invoke(estimate, ["list-experiment", str(path), *arms, *map(str, more), "--json"])
    if done.exception:
        raise done.exception
    report = json.loads(done.stdout)
    return report, {e["term"]: e for e in report["estimates"]}


def test_equal_length_is_a_design_of_its_own(study):
    report, terms = told(study, "--design", "placebo-list", control="placebo")
    rows = pd.read_csv(study).query("arm != 'short'")
    by_hand = difference_in_means(rows.y, (rows.arm == "long").astype(int), 4, design="placebo-list").difference
    assert terms["prevalence"]["value"] == pytest.approx(by_hand.value)
    assert len(report["diagnostics"]["cells"]["control"]) == 6
    assert report["diagnostics"]["length_error"]["prevalence"][1] == pytest.approx(by_hand.high + 0.08)
    assert any("misses 1/6" in warning for warning in report["warnings"])


def test_the_same_rows_as_a_conventional_list_are_refused_with_the_design_named(study):
    with pytest.raises(EstimationError, match=r"column 'y'.*--items is 4|control arm answers 0..4.*placebo-list"):
        told(study, control="placebo")


def test_the_linear_regression_and_a_direct_question_take_it_too(study):
    _, linear = told(study, "--design", "placebo-list", "--estimator", "linear", control="placebo")
    _, plain = told(study, "--design", "placebo-list", "--direct", "d", control="placebo")
    assert linear["sensitive.Intercept"]["value"] == pytest.approx(plain["difference"]["value"])
    assert plain["combined"]["se"] < plain["difference"]["se"]


@pytest.mark.parametrize(
    "more", [("--estimator", "ml"), ("--estimator", "nls"), ("--placebo", "short"), ("--endorsement", "x")]
)
def test_what_describes_another_control_list_is_refused(study, more):
    with pytest.raises(InputError, match="--design placebo-list takes"):
        told(study, "--design", "placebo-list", *more, control="placebo")


def test_a_placebo_arm_screens_the_conventional_list(study):
    report, terms = told(study, "--placebo", "placebo")
    assert terms["prevalence"]["value"] is None
    assert "placebo list moved the counts" in report["diagnostics"]["reason"]
    assert report["diagnostics"]["length_error"]["assumed"][1] > 0.05
    assert told(study)[1]["prevalence"]["value"] is not None


@pytest.mark.parametrize(("level", "message"), [("short", "another option names"), ("no such arm", "no such arm")])
def test_a_placebo_arm_has_to_be_the_third(study, level, message):
    with pytest.raises(InputError, match=message):
        told(study, "--placebo", level)


def test_a_known_truth_is_held_or_missed(study):
    report, _ = told(study, "--known-truth", 0.2)
    assert not report["diagnostics"]["known_truth"]["held"]["difference"]
    assert any("the known truth 0.2 lies outside" in warning for warning in report["warnings"])
    equal, _ = told(study, "--design", "placebo-list", "--known-truth", 0.2, control="placebo")
    assert equal["diagnostics"]["known_truth"]["held"] == {"difference": True, "prevalence": True}
    with pytest.raises(InputError, match="share from 0 to 1"):
        told(study, "--known-truth", 20)


@pytest.mark.parametrize(
    "more", [(), ("--estimator", "linear"), ("--estimator", "ml"), ("--estimator", "nls"), ("--direct", "d")]
)
def test_no_conventional_estimate_comes_without_its_error_of_length(study, more):
    report, _ = told(study, *more)
    assert any(warning.startswith("list-length error") for warning in report["warnings"])
    assert len(report["diagnostics"]["length_error"]["difference"]) == 2


def test_an_unknown_design_is_refused(study):
    with pytest.raises(InputError, match="choose conventional or placebo-list"):
        told(study, "--design", "equal")
