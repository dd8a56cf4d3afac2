"""The list as predictor, robust regressions, the modified list and covariates of endorsements, by the command line."""

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import special, stats
from typer.testing import CliRunner

from analysis.commands import estimate_endorsement
from analysis.commands.estimate import estimate
from analysis.errors import EstimationError, InputError
from analysis.estimators.endorsement.ideal_points import ideal_points

RUN = CliRunner()
# R list 9.2.6, ictreg.joint on the survey of `rows`, stopped by its own rule: log-likelihood -3558.141.
R_JOINT_LIKELIHOOD = -3558.141
R_COMBINED = (0.3772938, 0.04080178)  # combinedListDirect, same rows


@pytest.fixture
def rows(tmp_path):
    rng, n = np.random.default_rng(9001), 1800
    x, g, arm = rng.normal(size=n).round(4), rng.choice(["north", "south", "east"], n), rng.choice(["ctl", "trt"], n)
    held = rng.random(n) < special.expit(-0.8 + 0.5 * x + 0.4 * (g == "south"))
    y = rng.binomial(3, special.expit(0.1 + 0.2 * x)) + (arm == "trt") * held
    outcome = (rng.random(n) < special.expit(-0.3 + 0.9 * held + 0.2 * x)).astype(int)
    direct = (held & (rng.random(n) < 0.5)).astype(int)
    path = tmp_path / "rows.csv"
    pd.DataFrame({"y": y, "arm": arm, "x": x, "g": g, "o": outcome, "d": direct}).to_csv(path, index=False)
    return path


def told(*arguments):
    done = RUN.invoke(estimate, [*map(str, arguments), "--json"])
    if done.exception:
        raise done.exception
    report = json.loads(done.stdout)
    return report, {e["term"]: e for e in report["estimates"]}


def listed(path, *more):
    arms = ("--control", "ctl", "--treated", "trt", "--items", 3)
    return told("list-experiment", path, "--response", "y", "--treatment", "arm", *arms, *more)


def test_the_list_as_predictor_is_not_below_r(rows):
    report, terms = listed(rows, "--estimator", "ml", "--covariates", "x + g", "--outcome", "o")
    assert report["log_likelihood"] > R_JOINT_LIKELIHOOD
    assert terms["outcome.sensitive_item"]["value"] == pytest.approx(2.2, abs=0.05)
    assert report["estimator"] == "joint"


def test_placebos_of_the_direct_question_that_nobody_affirms_are_not_judged(rows):
    frame = pd.read_csv(rows)
    frame.assign(d=0).to_csv(rows, index=False)
    arms = ("--control", "ctl", "--treated", "trt", "--items", "3", "--direct", "d")
    given = ["list-experiment", str(rows), "--response", "y", "--treatment", "arm", *arms]
    found = json.loads(RUN.invoke(estimate, [*given, "--json"]).stdout)["diagnostics"]
    for name in ("placebo_treatment_among_yes", "placebo_treatment_on_direct"):
        assert found[name]["p_value"] is None
        assert found[name]["meaning"].startswith("not judged: ")
    assert RUN.invoke(estimate, given).stdout.count("not judged:") == 2


def test_placebos_of_the_direct_question_are_judged_where_some_affirm(rows):
    found = listed(rows, "--direct", "d")[0]["diagnostics"]
    assert 0 < found["placebo_treatment_among_yes"]["p_value"] <= 1
    assert "meaning" not in found["placebo_treatment_on_direct"]


def test_list_and_direct_question_equal_r(rows):
    _, terms = listed(rows, "--direct", "d")
    found = terms["combined"]["value"], terms["combined"]["se"]
    assert found == pytest.approx(R_COMBINED, abs=1e-7)


def test_a_robust_regression_reports_its_moments(rows):
    report, terms = listed(rows, "--estimator", "ml", "--covariates", "x", "--robust")
    assert 0 <= report["diagnostics"]["moments_p_value"] <= 1
    assert "sensitive.x" in terms


def test_a_list_is_compared_with_the_mean_of_the_endorsements_that_were_answered(rows):
    frame = pd.read_csv(rows)
    frame["e1"], frame["e2"] = frame.x.where(frame.index % 2 == 0), frame.x + frame.d
    frame.loc[5, ["e1", "e2"]] = None
    frame.to_csv(rows, index=False)
    report, terms = listed(rows, "--endorsement", "e1,e2", "--correlation", "kendall")
    assert report["diagnostics"]["rows_used"] == len(frame) - 1
    kept = frame.drop(index=5)
    answers = kept[["e1", "e2"]].mean(axis=1)
    for arm, term in (("trt", "treated"), ("ctl", "control")):
        own = kept.arm == arm
        want = stats.kendalltau(kept.y[own], answers[own]).statistic
        assert terms[f"endorsement.correlation_{term}"]["value"] == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--robust",), "--robust belongs to --estimator nls, or ml"),
        (("--outcome", "o"), "--outcome needs --estimator ml"),
        (("--estimator", "ml", "--outcome", "y"), "column 'y' holds '2'"),
        (("--estimator", "ml", "--outcome", "o", "--outcome-model", "probit"), "choose logistic or linear"),
        (("--estimator", "modified"), "--item-columns names the open items"),
        (("--estimator", "modified", "--item-columns", "x,g"), "names 2 columns but --items is 3"),
        (("--estimator", "ml", "--model", "both"), "choose one of constrained"),
        (("--endorsement", "x", "--correlation", "spearman"), "--correlation is 'spearman'; choose pearson or kendall"),
        (("--endorsement", "x", "--estimator", "ml", "--outcome", "o"), "--endorsement needs one sensitive item"),
        (("--endorsement", "x,z"), "--endorsement z"),
    ],
)
def test_options_that_do_not_go_together_are_refused(rows, options, message):
    with pytest.raises((InputError, EstimationError), match=message):
        listed(rows, *options)


def test_the_modified_list_reads_open_answers_of_controls(tmp_path):
    rng, n = np.random.default_rng(3), 1200
    items, arm = rng.integers(0, 2, (n, 2)), np.arange(n) % 2
    frame = pd.DataFrame({"arm": arm, "a": items[:, 0], "b": items[:, 1]}).astype("Int64")
    frame["y"] = pd.array(items.sum(axis=1) + (rng.random(n) < 0.3), dtype="Int64")
    frame.loc[frame.arm == 1, ["a", "b"]] = pd.NA
    frame.loc[frame.arm == 0, "y"] = pd.NA
    frame.to_csv(tmp_path / "m.csv", index=False)
    options = (
        "--response",
        "y",
        "--treatment",
        "arm",
        "--items",
        2,
        "--estimator",
        "modified",
        "--item-columns",
        "a,b",
    )
    report, terms = told("list-experiment", tmp_path / "m.csv", *options)
    assert report["n"] == n
    assert abs(terms["prediction"]["value"] - 0.3) < 4 * terms["prediction"]["se"]


def endorsements(folder, **more):
    rng, n = np.random.default_rng(4), 400
    arm, g = rng.integers(0, 2, (n, 2)), rng.integers(0, 2, n)
    y = 1 + np.digitize(rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) + 0.5 * arm, [-1, 0, 1])
    versions = {f"p{j}{k}": np.where(arm[:, j] == k, y[:, j], np.nan) for j in (0, 1) for k in (0, 1)}
    pd.DataFrame(versions | {"g": g}).to_csv(folder / "e.csv", index=False)
    spec = {"policies": {f"p{j}": {"control": f"p{j}0", "e": f"p{j}1"} for j in (0, 1)}} | more
    (folder / "spec.yml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    return folder / "e.csv", "--spec", folder / "spec.yml"


@pytest.fixture
def one_round(monkeypatch):
    """No further rounds until chains have mixed: these tests look at what is drawn, not at how well."""
    monkeypatch.setattr(estimate_endorsement, "ideal_points", partial(ideal_points, extensions=0))


@pytest.mark.usefixtures("one_round")
def test_endorsements_take_covariates_and_common_effects(tmp_path):
    _, terms = told("endorsement", *endorsements(tmp_path, covariates="g", common=True), "--draws", 100)
    assert {"posterior.lambda[e.g]", "posterior.omega2[e]", "posterior.delta[g]"} <= set(terms)
    _, terms = told("endorsement", *endorsements(tmp_path, covariates="g"), "--draws", 100)
    assert {"posterior.lambda[p0.e.g]", "posterior.theta[e.g]"} <= set(terms)


@pytest.mark.usefixtures("one_round")
def test_endorsements_take_areas(tmp_path):
    file, *rest = endorsements(tmp_path, areas="v")
    frame = pd.read_csv(file)
    frame["v"] = np.where(np.arange(len(frame)) == 0, None, [f"village {i % 8}" for i in range(len(frame))])
    frame.to_csv(file, index=False)
    report, terms = told("endorsement", file, *rest, "--draws", 100)
    assert report["n"] == len(frame) - 1
    assert {"posterior.tau2[ideal_point]", "posterior.tau2[e]", "posterior.area[e.village 7]"} <= set(terms)
    with pytest.raises(InputError, match="areas belong to the ideal-point model"):
        told("endorsement", file, *rest, "--draws", 0)


@pytest.mark.parametrize(
    ("more", "message"),
    [({"covariates": "g"}, "leave them out, or --draws 0"), ({"common": "yes"}, "give true or false")],
)
def test_a_specification_that_asks_for_too_much_is_refused(tmp_path, more, message):
    with pytest.raises(InputError, match=message):
        told("endorsement", *endorsements(tmp_path, **more), "--draws", 0)


def test_ideal_points_stay_away_where_they_have_no_form(tmp_path):
    report, terms = told("endorsement", *endorsements(tmp_path, weights="g"))
    assert "the ideal-point model did not run: it has no form for weights" in report["warnings"]
    assert report["estimator"] == "quick"
    assert not any(term.startswith("posterior.") for term in terms)


def test_diagnostics_of_several_items_go_by_the_weights(tmp_path):
    """Weights that undo an arm's oversampling change each item's difference, and the diagnostics must show it."""
    rng = np.random.default_rng(3)
    n = 600
    arm, group = np.arange(n) % 3, (np.arange(n) // 3) % 2
    held = rng.random(n) < np.where(group == 1, 0.8, 0.1)
    file = tmp_path / "several.csv"
    frame = pd.DataFrame(
        {"y": rng.binomial(3, 0.4, n) + (arm > 0) * held, "arm": arm, "w": np.where(group == 1, 0.2, 1.8)}
    )
    frame["cl"] = np.arange(n) // 100
    frame.to_csv(file, index=False)
    options = [
        "--response",
        "y",
        "--treatment",
        "arm",
        "--items",
        "3",
        "--estimator",
        "multi",
        "--sensitive-levels",
        "1,2",
    ]

    def run(*more):
        found = CliRunner().invoke(estimate, ["list-experiment", str(file), *options, *more, "--json"])
        assert found.exception is None, found.exception
        return json.loads(found.stdout)

    weighted, plain = run("--weights", "w", "--model", "nls"), run("--model", "nls")
    for level in (1, 2):
        rows = frame[(frame.arm == 0) | (frame.arm == level)]
        means = [np.average(r.y, weights=r.w) for r in (rows[rows.arm == level], rows[rows.arm == 0])]
        assert weighted["diagnostics"]["items"][str(level)]["difference"] == pytest.approx(means[0] - means[1])
        assert plain["diagnostics"]["items"][str(level)]["difference"] != pytest.approx(means[0] - means[1], abs=0.1)
    clustered = run("--clusters", "cl", "--model", "nls")["estimates"][0]
    assert (clustered["high"] - clustered["value"]) / clustered["se"] == pytest.approx(stats.t.ppf(0.975, 5))
