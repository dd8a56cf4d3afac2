"""Event study, robust interval, MRP, double list, non-compliance and Dawid–Skene from a researcher's file."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import InputError
from analysis.estimators.event_study import event_study
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.randomised_response.anchored import anchored_prevalence
from analysis.estimators.robust_interval import robust_interval
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.nonresponse import WORST, Difference, nonresponse_bounds

RNG = np.random.default_rng(12)


def run(path, command, *options):
    found = CliRunner().invoke(estimate, [command, str(path), *options, "--json"])
    if found.exception is not None:
        raise found.exception
    return json.loads(found.stdout)


def written(tmp_path, frame, name="rows.csv"):
    frame.to_csv(tmp_path / name, index=False)
    return tmp_path / name


WEEKS = pd.date_range("2023-01-02", periods=104, freq="7D").strftime("%Y-%m-%d")
SERIES = pd.DataFrame(
    {
        "week": WEEKS,
        "posts": np.random.default_rng(3).poisson(60 * np.where(np.arange(104) >= 60, 2.5, 1.0)),
        "age": np.random.default_rng(4).normal(35, 1, 104),
    }
)
EVENT = ("--outcome", "posts", "--time", "week", "--event", WEEKS[60])


def test_an_event_study_is_that_of_the_library(tmp_path):
    made = run(written(tmp_path, SERIES), "event-study", *EVENT, "--covariates", "age")
    wanted = event_study(SERIES.posts.to_numpy(float), 60)
    (jump,) = made["estimates"]
    assert (jump["value"], jump["low"], jump["high"]) == (wanted.jump.value, wanted.jump.low, wanted.jump.high)
    assert made["diagnostics"]["p_value"] == wanted.p_value < 0.05
    assert [c["jumps"] for c in made["diagnostics"]["predetermined"]] == [False]
    moved = SERIES.assign(age=SERIES.age + 9 * (np.arange(104) >= 60))
    said = run(written(tmp_path, moved), "event-study", *EVENT, "--covariates", "age")["warnings"]
    assert any("'age' was fixed before the event and jumps at it" in w for w in said)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.drop(index=20), "does not go on by one week from row 20 to 21"),
        (lambda d: d.assign(week=d.week.where(d.index != 4, "soon")), "holds no week in row 5"),
        (lambda d: d.assign(posts=d.posts.where(d.index != 7)), "column 'posts' is empty in row 8"),
        (lambda d: d.assign(week=d.week.where(d.index != 60, "2030-01-01")), "does not go on by one week"),
    ],
)
def test_weeks_that_are_no_series_are_refused(tmp_path, change, words):
    with pytest.raises(InputError, match=words):
        run(written(tmp_path, change(SERIES)), "event-study", *EVENT)


SURVEY = pd.DataFrame(
    {
        "y": RNG.choice(["1", "0", "dk"], 300, p=[0.2, 0.7, 0.1]),
        "w": RNG.uniform(0.5, 2, 300).round(3),
        "v": RNG.uniform(0.5, 2, 300).round(3),
    }
)


def test_a_robust_interval_is_that_of_the_library(tmp_path):
    path = written(tmp_path, SURVEY)
    made = run(path, "robust-interval", "--outcome", "y", "--undecided", "dk", "--weightings", "w,v")
    open_rows = (SURVEY.y == "dk").to_numpy()
    yes = (SURVEY.y == "1").to_numpy(float)
    designs = {name: survey_design(300, weights=SURVEY[name].to_numpy()) for name in ("w", "v")}
    wanted = robust_interval(yes, designs, undecided=open_rows)
    (share,) = made["estimates"]
    assert (share["low"], share["high"]) == (wanted.low, wanted.high)
    plain = run(path, "robust-interval", "--outcome", "y", "--undecided", "dk", "--bogus", "0", "--design-effect", "1")
    assert plain["estimates"][0]["high"] < share["high"]
    with pytest.raises(InputError, match="'dk'"):
        run(path, "robust-interval", "--outcome", "y")


def test_a_poststratified_share_leans_on_the_population(tmp_path):
    """Two hosts, sampled against their size: the share of the population, not of the sample, and one for each host."""
    rng = np.random.default_rng(5)
    host = np.repeat(["a", "b"], [800, 200])
    y = (rng.random(1000) < np.where(host == "a", 0.2, 0.6)).astype(int)
    path = written(tmp_path, pd.DataFrame({"y": y, "host": host}))
    cells = written(tmp_path, pd.DataFrame({"host": ["a", "b"], "total": [1000, 9000]}), "cells.csv")
    made = run(
        path, "mrp", "--outcome", "y", "--groups", "host", "--population", str(cells), "--by", "host", "--draws", "500"
    )
    value = {e["term"]: e for e in made["estimates"]}
    assert value["y"]["value"] == pytest.approx(0.56, abs=0.06)
    assert value["y"]["low"] < 0.56 < value["y"]["high"]
    assert value["y[a]"]["value"] == pytest.approx(y[:800].mean(), abs=0.02)
    missing = written(tmp_path, pd.DataFrame({"host": ["a"], "total": [1000]}), "few.csv")
    with pytest.raises(InputError, match="column 'host' holds 'b' in row 801, which the population does not have"):
        run(path, "mrp", "--outcome", "y", "--groups", "host", "--population", str(missing))


def lists(n=800, seed=6):
    rng = np.random.default_rng(seed)
    arm, held = np.arange(n) % 2, rng.random(n) < 0.25
    common = rng.binomial(3, 0.45, n)
    other = np.clip(common + rng.integers(-1, 2, n), 0, 3)
    return pd.DataFrame({"a": common + arm * held, "b": other + (1 - arm) * held, "arm": arm})


DOUBLE = ("--response", "a", "--treatment", "arm", "--items", "3", "--estimator", "double", "--second-response", "b")


def test_a_double_list_is_that_of_the_library(tmp_path):
    frame = lists()
    made = run(written(tmp_path, frame), "list-experiment", *DOUBLE)
    wanted = double_list(frame.a, frame.b, frame.arm, 3)
    by_term = {e["term"]: e for e in made["estimates"]}
    assert by_term["list_a"]["value"] == wanted.list_a.value
    assert made["diagnostics"]["p_disagreement"] == wanted.p_disagreement
    assert (by_term["double_list"]["value"] is not None) == made["diagnostics"]["usable"]
    with pytest.raises(InputError, match="--second-response names the count of list B"):
        run(written(tmp_path, frame), "list-experiment", *DOUBLE[:-2])


def test_a_list_that_nobody_could_answer_withholds_the_double_list(tmp_path):
    broken = lists().assign(b=lambda d: np.where(d.arm == 0, 0, d.b))
    made = run(written(tmp_path, broken), "list-experiment", *DOUBLE)
    assert made["estimates"][0]["value"] is None
    assert not made["diagnostics"]["usable"]


CHEATING = ("--response", "y", "--design", "forced", "--p", "0.75", "--p1", "0.25", "--p0", "0.0", "--group", "half",
            "--second-p", "0.25", "--second-p1", "0.75", "--second-p0", "0.0")  # fmt: skip


def masked(cheaters, n=4000, seed=7):
    rng = np.random.default_rng(seed)
    half, follows = np.arange(n) % 2, rng.random(n) >= cheaters
    forced = rng.random(n) < np.where(half == 0, 0.25, 0.75)
    held = rng.random(n) < 0.2
    return pd.DataFrame({"y": (follows & (forced | held)).astype(int), "half": half})


def test_who_follows_no_device_is_found_and_nobody_else(tmp_path):
    found = run(written(tmp_path, masked(0.3)), "randomised-response", *CHEATING)
    value = {e["term"]: e["value"] for e in found["estimates"]}
    assert value["cheaters"] == pytest.approx(0.3, abs=0.06)
    assert value["honest_yes"] == pytest.approx(0.14, abs=0.06)
    assert any("some respondents follow no device" in w for w in found["warnings"])
    honest = run(written(tmp_path, masked(0.0)), "randomised-response", *CHEATING)
    assert honest["diagnostics"]["p_no_cheating"] > 0.05
    assert honest["warnings"] == []
    with pytest.raises(InputError, match="--group and --second-p go together"):
        run(written(tmp_path, masked(0.0)), "randomised-response", *CHEATING[:-6])


def test_true_labels_behind_coders_who_err(tmp_path):
    rng = np.random.default_rng(8)
    truth = rng.random(300) < 0.3
    rows = [
        {"item": i, "coder": c, "label": "pro" if (truth[i] if rng.random() < 0.85 else not truth[i]) else "con"}
        for i in range(300)
        for c in "abc"
    ]
    options = ("--item", "item", "--coder", "coder", "--label", "label", "--model", "dawid-skene")
    made = run(written(tmp_path, pd.DataFrame(rows)), "agreement", *options)
    value = {e["term"]: e["value"] for e in made["estimates"]}
    assert value["true_share[pro]"] == pytest.approx(truth.mean(), abs=0.06)
    assert value["true_share[pro]"] + value["true_share[con]"] == pytest.approx(1)
    with pytest.raises(InputError, match="--model is 'crowd'"):
        run(written(tmp_path, pd.DataFrame(rows)), "agreement", *options[:-1], "crowd")


def crosswise(n=800, seed=9):
    rng = np.random.default_rng(seed)
    attends, held = rng.random(n) < 0.7, rng.random(n) < 0.05
    y = np.where(attends, held == (rng.random(n) < 0.15), rng.random(n) < 0.5)
    a = np.where(attends, rng.random(n) >= 0.15, rng.random(n) < 0.5)
    return pd.DataFrame({"y": y.astype(int), "a": a.astype(int), "c": np.arange(n) // 20})


CROSSWISE = ("--response", "y", "--design", "crosswise", "--p", "0.15", "--anchor", "a", "--anchor-p", "0.15")


def test_an_anchor_corrects_a_crosswise_question(tmp_path):
    frame = crosswise()
    made = run(written(tmp_path, frame), "randomised-response", *CROSSWISE, "--clusters", "c")
    wanted = anchored_prevalence(frame.y, frame.a, 0.15, 0.15, clusters=frame.c)
    value = {e["term"]: e for e in made["estimates"]}
    assert value["corrected_prevalence"]["value"] == wanted.corrected.value
    assert value["corrected_prevalence"]["low"] < 0.05 < value["corrected_prevalence"]["high"]
    assert value["prevalence"]["low"] > 0.1
    assert any("some respondents answer at random" in w for w in made["warnings"])
    with pytest.raises(InputError, match="--anchor belongs to --design crosswise"):
        run(written(tmp_path, frame), "randomised-response", *CROSSWISE[:3], "mirrored", *CROSSWISE[4:])


def test_a_size_from_acquaintances(tmp_path):
    rng = np.random.default_rng(10)
    degree = np.exp(rng.normal(4.5, 0.7, 500))
    frame = pd.DataFrame(
        {name: rng.poisson(degree * size / 1e5) for name, size in (("hidden", 600), ("u", 2000), ("v", 4000))}
    )
    path = written(tmp_path, frame)
    made = run(path, "scale-up", "--outcome", "hidden", "--known", "u=2000,v=4000", "--population", "100000")
    (size,) = made["estimates"]
    assert size["value"] == pytest.approx(frame.hidden.sum() / (frame.u + frame.v).sum() * 6000)
    assert size["low"] < 600 < size["high"]
    assert len(made["diagnostics"]["under_other_assumptions"]) == 9
    with pytest.raises(InputError, match="--known holds 'v'; write column=size"):
        run(path, "scale-up", "--outcome", "hidden", "--known", "u=2000,v")


def half_answered():
    rng = np.random.default_rng(14)
    y = np.where(rng.random(200) < 0.2, np.nan, rng.random(200) < 0.3)
    return pd.DataFrame({"y": y, "w": rng.gamma(3, size=200), "c": np.arange(200) // 5, "g": np.arange(200) % 2})


def test_bounds_of_a_share_that_some_did_not_answer(tmp_path):
    frame = half_answered()
    options = ("--outcome", "y", "--weights", "w", "--clusters", "c", "--differences", "0.1,-0.05:0.2")
    made = run(written(tmp_path, frame), "nonresponse-bounds", *options)
    value = {e["term"]: e for e in made["estimates"]}
    design = survey_design(200, weights=frame.w, clusters=frame.c.astype(str))  # a file's clusters are names
    wanted = nonresponse_bounds(frame.y, design, (WORST, Difference(-0.1, 0.1), Difference(-0.05, 0.2)))
    for words, bounds in zip(
        ("worst case", "differ by -0.1 to 0.1", "differ by -0.05 to 0.2"), wanted.bounds, strict=True
    ):
        assert value[f"y: lowest, {words}"]["low"] == bounds.limits.low
        assert value[f"y: highest, {words}"]["high"] == bounds.limits.high
    assert made["diagnostics"]["unanswered_share"] == {"y": wanted.silent_share}
    assert any("leave out whoever was not asked" in w for w in made["warnings"])


def test_bounds_by_group_withhold_a_group_that_said_nothing(tmp_path):
    frame = half_answered()
    frame.loc[frame.g == 1, "y"] = np.nan
    path = written(tmp_path, frame)
    made = run(path, "nonresponse-bounds", "--outcome", "y", "--by", "g")
    assert [e["value"] is None for e in made["estimates"]] == [False, False, False, True]
    assert any(w.startswith("y[1]: ") and "no answer" in w for w in made["warnings"])
    alone = run(written(tmp_path, frame[frame.g == 0], "half.csv"), "nonresponse-bounds", "--outcome", "y")
    assert made["estimates"][1]["value"] == pytest.approx(alone["estimates"][1]["value"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--differences", "x"), "--differences holds 'x'"),
        (("--differences", "0.2:0.1"), "--differences holds '0.2:0.1'"),
        (("--target", "all"), "--target is 'all'"),
        (("--outcome", "w"), "column 'w' holds numbers"),
    ],
)
def test_bounds_that_were_not_asked_for_properly_are_refused(tmp_path, options, words):
    given = options if "--outcome" in options else ("--outcome", "y", *options)
    with pytest.raises(InputError, match=words):
        run(written(tmp_path, half_answered()), "nonresponse-bounds", *given)
