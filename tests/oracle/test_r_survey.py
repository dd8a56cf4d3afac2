"""`estimate survey-mean` and `calibrate` from the command line against the R and `survey` of this machine.

Samples are invented anew for each seed: unequal strata and clusters, unequal weights, missing answers, a domain that is
one stratum, four clusters in all. Without R nothing is compared; the product never needs it.
"""

import json
import shutil
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.design import survey_design, with_weights
from analysis.estimators.weighting.estimates import survey_mean, survey_total
from analysis.estimators.weighting.margins import margin

SCRIPT = Path(__file__).parent / "r" / "survey.R"
RSCRIPT = shutil.which("Rscript")
SEEDS = (20261, 77, 9000001)
CLOSED_FORM = 1e-8
LOGISTIC = 1e-6  # R fits a share by IRLS and stops early
ITERATED = 1e-6
DESIGNS = {
    "plain": ("--strata", "st", "--clusters", "cl"),
    "fpc": ("--strata", "st", "--clusters", "cl", "--fpc", "clusters"),
    "few": ("--clusters", "region"),
    "flat": ("--strata", "st"),
}


@cache
def has_survey():
    if RSCRIPT is None:
        return False
    asked = [RSCRIPT, "-e", "cat(requireNamespace('survey', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == "TRUE"


def invented(seed):
    """A stratified sample of clusters of unequal size; every stratum has two clusters that could be a pair."""
    g = np.random.default_rng(seed)
    rows = []
    for st in range(int(g.integers(5, 9))):
        chosen = int(g.integers(3, 7))
        for cl in range(chosen):
            level = g.normal(0, 2)
            for _ in range(int(g.integers(4, 16))):
                a, k = g.choice(["p", "q", "r"], p=[0.5, 0.3, 0.2]), g.choice(["u", "v"])
                x, age = g.gamma(3, 2), int(g.integers(18, 80))
                y = round(10 + level + st + 0.1 * age + 2 * (a == "r") + g.normal(0, 4), 1)
                rows.append(
                    {"st": f"s{st}", "cl": cl, "clid": f"s{st}c{cl}", "clusters": chosen * (2 + st),
                     "region": f"r{(3 * st + cl) % 4}", "w": g.uniform(5, 60), "y": y if g.random() > 0.06 else np.nan,
                     "x": x, "b": int(g.random() < 0.15 + 0.1 * (a == "q")), "a": a, "k": k, "age": age,
                     "g": "one" if st == 0 else g.choice(["two", "three"]), "pair": cl + 1 if cl < 2 else 0}
                )  # fmt: skip
    return pd.DataFrame(rows)


def totals(frame, seed):
    """Margins some way off those of the sample, in the order of levels."""
    g = np.random.default_rng(seed + 1)
    shares = {v: frame.groupby(v).w.sum() * g.uniform(0.85, 1.15, frame[v].nunique()) for v in ("a", "k")}
    everybody = frame.w.sum()
    rows = [(v, level, everybody * w / s.sum()) for v, s in shares.items() for level, w in s.items()]
    age = everybody * float(np.average(frame.age, weights=frame.w)) * 1.02
    return pd.DataFrame([*rows, ("age", None, age)], columns=["variable", "level", "total"])


@pytest.fixture(scope="module", params=SEEDS)
def sample(request, tmp_path_factory):
    if not has_survey():
        pytest.skip("no Rscript with package survey on this machine: agreement with R is not checked")
    folder = tmp_path_factory.mktemp("r")
    frame = invented(request.param)
    frame.to_csv(folder / "sample.csv", index=False)
    answered = frame.dropna(subset="y")
    answered.to_csv(folder / "answered.csv", index=False)
    totals(answered, request.param).to_csv(folder / "margins.csv", index=False)
    called = [RSCRIPT, "--vanilla", str(SCRIPT), str(folder), str(request.param)]
    done = subprocess.run(called, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = defaultdict(list)
    for line in (folder / "r.csv").read_text().splitlines():
        name, _, number = line.rpartition(",")
        said[name].append(float(number))
    return folder, dict(said)


def run(kind, path, *options):
    result = CliRunner().invoke(estimate, [kind, str(path), *map(str, options), "--json"], catch_exceptions=False)
    return json.loads(result.stdout.strip().splitlines()[-1])


def values(document, *keys):
    return [e[k] for k in keys or ("value", "se") for e in document["estimates"]]


STATISTICS = {
    "mean": ("--outcome", "y"),
    "share": ("--outcome", "b"),
    "total": ("--outcome", "y", "--statistic", "total"),
    "ratio": ("--outcome", "y", "--statistic", "ratio", "--denominator", "x"),
    "by": ("--outcome", "y", "--by", "g"),
    "by_total": ("--outcome", "b", "--statistic", "total", "--by", "g"),
    "q0.1": ("--outcome", "y", "--statistic", "quantile", "--quantile", "0.1"),
    "q0.5": ("--outcome", "y", "--statistic", "quantile", "--quantile", "0.5"),
    "q0.8": ("--outcome", "y", "--statistic", "quantile", "--quantile", "0.8"),
}


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("design", DESIGNS)
def test_estimates_and_errors_equal_r(sample, design, statistic):
    folder, said = sample
    made = run("survey-mean", folder / "sample.csv", "--weights", "w", *DESIGNS[design], *STATISTICS[statistic])
    assert values(made) == pytest.approx(said[f"{design}:{statistic}"], rel=CLOSED_FORM)


@pytest.mark.parametrize("design", DESIGNS)
def test_limits_equal_r(sample, design):
    folder, said = sample
    how = ("--weights", "w", *DESIGNS[design])
    mean = run("survey-mean", folder / "sample.csv", *how, "--outcome", "y")
    assert values(mean, "low", "high") == pytest.approx(said[f"{design}:limits"], rel=CLOSED_FORM)
    share = run("survey-mean", folder / "sample.csv", *how, "--outcome", "b", "--interval", "logit")
    assert values(share, "low", "high") == pytest.approx(said[f"{design}:logit"], rel=LOGISTIC)


CALIBRATED = {
    "cal_linear": ("--method", "linear"),
    "cal_raking": ("--method", "rake"),
    "cal_logit": ("--method", "logit", "--bounds", "0.2,4"),
    "rake": ("--method", "rake", "--variables", "a,k"),
    "poststratify": ("--method", "poststratify", "--variables", "a"),
    "jkn_linear": ("--method", "linear", "--replicates", "jkn"),
}


@pytest.mark.parametrize("case", CALIBRATED)
def test_calibration_equals_r(sample, case):
    folder, said = sample
    how = ("--margins", folder / "margins.csv", "--weights", "w", *DESIGNS["plain"], "--outcome", "y")
    made = run("calibrate", folder / "answered.csv", *how, *CALIBRATED[case], "--out", folder / "out.csv")
    assert values(made, "value") == pytest.approx(said[case][:1], rel=ITERATED)
    if case != "rake":  # its error differs: see below who is right
        assert values(made, "se") == pytest.approx(said[case][1:], rel=ITERATED)
    weights = said.get(case.replace("cal_", "weights_"))
    if case.startswith("cal_"):
        written = pd.read_csv(folder / "out.csv").calibrated_weight
        assert written[: len(weights)].tolist() == pytest.approx(weights, rel=ITERATED)


def without_margins(e, w, *groups):
    """Residuals on all margins: ten rounds of taking off each margin's means."""
    for level in [*groups] * 10:
        _, at = np.unique(level, return_inverse=True)
        e = e - (np.bincount(at, w * e) / np.bincount(at, w))[at]
    return e


def error_of(e, w, design):
    return float(survey_total(e / w.sum(), with_weights(design, w)).standard_errors[0])


def test_after_raking_r_takes_residuals_without_weights_and_ours_have_them(sample):
    """R's `rake` only; its `calibrate(calfun = "raking")`, which finds the same weights, agrees with ours."""
    folder, said = sample
    how = ("--margins", folder / "margins.csv", "--weights", "w", *DESIGNS["plain"], "--outcome", "y")
    made = run("calibrate", folder / "answered.csv", *how, *CALIBRATED["rake"], "--out", folder / "o.csv")
    value, se = values(made)
    d = pd.read_csv(folder / "o.csv")
    design = survey_design(len(d), weights=d.w, strata=d.st.to_numpy(str), clusters=d.clid.to_numpy(str))
    w, e = d.calibrated_weight.to_numpy(), d.y.to_numpy() - value
    assert error_of(without_margins(e, d.w.to_numpy(), d.a, d.k), w, design) == pytest.approx(se, rel=ITERATED)
    plain = error_of(without_margins(e, np.ones(len(d)), d.a, d.k), w, design)
    assert plain == pytest.approx(said["rake"][1], rel=ITERATED)
    assert plain != pytest.approx(se, rel=1e-5)


def test_over_repeated_samples_weighted_residuals_are_right_and_the_others_too_large():
    """Brute force: one cell of two margins is sampled least and answers otherwise."""
    found, ours, plain = [], [], []
    for seed in range(800):
        g = np.random.default_rng(seed)
        cell = g.choice(4, 400, p=[0.1, 0.2, 0.2, 0.5])
        a, k, w = cell // 2, cell % 2, 25 / np.array([0.1, 0.2, 0.2, 0.5])[cell]
        y = 6.0 * (cell == 3) + g.normal(0, 1, 400)
        halves = {"0": 20_000.0, "1": 20_000.0}
        made = rake(w, [margin("a", a.astype(str), halves), margin("k", k.astype(str), halves)])
        design = survey_design(400, weights=w)
        mean = survey_mean(y, with_weights(design, made.weights, made.projection))
        found.append(float(mean.values[0]))
        ours.append(float(mean.standard_errors[0]))
        plain.append(error_of(without_margins(y - found[-1], np.ones(400), a, k), made.weights, design))
    assert np.mean(ours) == pytest.approx(np.std(found), rel=0.06)
    assert np.mean(plain) > 1.2 * np.std(found)


KINDS = ("JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap")


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_replicate_weights_of_r_give_the_errors_of_r(sample, kind, mse):
    folder, said = sample
    how = ["--weights", "w", "--replicate-weights", "rep", "--replicate-scale", *said[f"{kind}:scale"]]
    how += ["--replicate-rscales", ",".join(map(repr, said[f"{kind}:rscales"])), *(["--replicate-mse"] if mse else [])]
    name = kind + "_mse" * mse
    for statistic in ("mean", "total", "by"):
        made = run("survey-mean", folder / f"{kind}.csv", *how, *STATISTICS[statistic])
        assert values(made) == pytest.approx(said[f"{name}:{statistic}"], rel=CLOSED_FORM)


@pytest.mark.parametrize(("kind", "how"), [("JK1", ("--clusters", "clid")), ("JKn", DESIGNS["plain"])])
def test_jackknives_that_are_made_here_are_those_of_r(sample, kind, how):
    folder, said = sample
    for statistic in ("mean", "total", "by"):
        made = run(
            "survey-mean", folder / "answered.csv", "--weights", "w", *how, "--replicates", kind.lower(),
            *STATISTICS[statistic],
        )  # fmt: skip
        assert values(made) == pytest.approx(said[f"{kind}:{statistic}"], rel=CLOSED_FORM)


def test_half_samples_that_are_made_here_agree_where_balance_makes_them_equal(sample):
    """The error of a total is the same for every balanced set; R's set of half-samples is another one."""
    folder, said = sample
    how = ("--weights", "w", "--strata", "st", "--clusters", "pair", "--replicates", "brr", *STATISTICS["total"])
    assert values(run("survey-mean", folder / "BRR.csv", *how)) == pytest.approx(said["BRR:total"], rel=CLOSED_FORM)


def test_the_comparison_can_fail(sample):
    """Another design has another error: equality above is no accident of the tolerance."""
    folder, said = sample
    made = run("survey-mean", folder / "sample.csv", "--weights", "w", "--outcome", "y")
    assert values(made, "se") != pytest.approx(said["plain:mean"][1:], rel=1e-3)
