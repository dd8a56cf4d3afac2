"""`estimate survey-mean`, `calibrate` and `rds` from the command line against R, on files of our own."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from tests.oracle.survey_files import cases

HERE = Path(__file__).parent / "own_synthetic"
LONELY = cases("own_synthetic", "lonely_clusters.json")
DESIGN = cases("own_synthetic", "survey_design.json")
RDS = cases("own_synthetic", "rds_sample.json")
CLOSED_FORM = 1e-7


def run(*arguments):
    result = CliRunner().invoke(estimate, [str(a) for a in arguments] + ["--json"], catch_exceptions=False)
    return json.loads(result.stdout.strip().splitlines()[-1])


def numbers(document, *keys):
    return [e[k] for k in keys for e in document["estimates"]]


@pytest.mark.parametrize("rule", ["certainty", "remove", "adjust", "average"])
@pytest.mark.parametrize("fpc", ["nofpc", "fpc"])
def test_strata_with_one_cluster_equal_r_under_every_rule(rule, fpc):
    expected = LONELY[f"{rule}_{fpc}"]
    how = ["--weights", "w", "--strata", "st", "--clusters", "cl", "--lonely", rule]
    how += ["--fpc", "sz"] if fpc == "fpc" else []
    file = HERE / "lonely_clusters.csv"
    share = run("survey-mean", file, "--outcome", "b", "--interval", "logit", *how)
    assert numbers(share, "value", "se") == pytest.approx(expected["svymean_b"], rel=CLOSED_FORM)
    assert numbers(share, "low", "high") == pytest.approx(expected["svyciprop_b_logit"], rel=CLOSED_FORM)
    groups = run("survey-mean", file, "--outcome", "y", "--by", "g", *how)
    assert numbers(groups, "value", "se") == pytest.approx(expected["svyby_y_by_g_value_then_se"], rel=CLOSED_FORM)
    assert [e["term"] for e in groups["estimates"]] == ["y[a]", "y[b]", "y[c]"]
    total = run("survey-mean", file, "--outcome", "y", "--statistic", "total", *how)
    assert numbers(total, "value", "se") == pytest.approx(expected["svytotal_y"], rel=CLOSED_FORM)


def test_a_stratum_with_one_cluster_is_refused_by_default():
    how = ["--weights", "w", "--strata", "st", "--clusters", "cl"]
    result = CliRunner().invoke(estimate, ["survey-mean", str(HERE / "lonely_clusters.csv"), "--outcome", "b", *how])
    assert "column 'st' (strata) 's0' holds one cluster only" in str(result.exception)


def test_jackknife_and_its_columns_in_a_file_give_the_same(tmp_path):
    file = HERE / "list_survey.csv"
    how = ["--weights", "weight", "--strata", "stratum", "--clusters", "cluster", "--outcome", "direct"]
    made = run("survey-mean", file, *how, "--replicates", "jkn")
    expected = DESIGN["repdesign_JKn"]
    assert made["estimates"][0]["se"] == pytest.approx(expected["se"][0], rel=CLOSED_FORM)
    with (HERE / "lonely_clusters.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    clusters = sorted({r["clid"] for r in rows})
    for r in rows:
        for i, c in enumerate(clusters):
            r[f"rep{i}"] = 0.0 if r["clid"] == c else float(r["w"]) * len(clusters) / (len(clusters) - 1)
    with (tmp_path / "reps.csv").open("w") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    scale = (len(clusters) - 1) / len(clusters)
    plain = ["--outcome", "y", "--weights", "w"]
    given = run("survey-mean", tmp_path / "reps.csv", *plain, "--replicate-weights", "rep", "--replicate-scale", scale)
    own = run("survey-mean", tmp_path / "reps.csv", *plain, "--clusters", "clid", "--replicates", "jk1")
    assert numbers(given, "value", "se") == pytest.approx(numbers(own, "value", "se"), rel=1e-10)


MARGINS = HERE / "calibration_margins.csv"


@pytest.mark.parametrize(
    ("case", "more"),
    [
        ("rake_tight", ["--method", "rake", "--variables", "host_region,female,age_group,education"]),
        ("calibrate_linear", ["--method", "linear", "--variables", "host_region,female,education,age"]),
        (
            "calibrate_logit",
            ["--method", "logit", "--variables", "host_region,female,education,age", "--bounds", "0.4,2.5"],
        ),
        ("postStratify", ["--method", "rake", "--variables", "host_region:female"]),
    ],
)
def test_calibrated_weights_equal_r(tmp_path, case, more):
    out = tmp_path / "weighted.csv"
    made = run("calibrate", HERE / "list_survey.csv", "--margins", MARGINS, "--weights", "weight", *more, "--out", out)
    summary, expected = made["diagnostics"]["weights"], DESIGN[case]["weights_summary"]
    found = [summary[k] for k in ("min", "max", "sum", "sum_of_squares")]
    assert found == pytest.approx([expected[k] for k in ("min", "max", "sum", "sumsq")], rel=CLOSED_FORM)
    with out.open() as lines:
        written = [float(r["calibrated_weight"]) for r in csv.DictReader(lines)]
    assert written[:50] == pytest.approx(DESIGN[case]["weights_first50"], rel=CLOSED_FORM)


def test_calibrated_mean_has_the_calibrated_variance_of_r():
    made = run(
        "calibrate", HERE / "list_survey.csv", "--margins", MARGINS, "--weights", "weight", "--method", "linear",
        "--variables", "host_region,female,education,age", "--outcome", "direct", "--strata", "stratum",
        "--clusters", "cluster",
    )  # fmt: skip
    expected = DESIGN["calibrate_linear"]
    assert numbers(made, "value", "se") == pytest.approx(
        [expected["est"]["direct"], expected["se"][0]], rel=CLOSED_FORM
    )


def rds(*more):
    columns = ["--id", "id", "--recruiter", "recruiter.id", "--degree", "degree"]
    return run("rds", HERE / "rds_sample.csv", *columns, *more)


def test_rds_estimates_equal_r_and_carry_their_diagnostics():
    made = rds("--outcome", "trait", "--estimator", "rds-ii", "--bootstrap", 200, "--seed", 3)
    assert [e["term"] for e in made["estimates"]] == ["trait"]
    assert made["estimates"][0]["value"] == pytest.approx(RDS["RDS_II_trait"]["estimate"]["1"], rel=1e-8)
    found = made["diagnostics"]
    assert found["seeds_and_waves"]["by_wave"] == RDS["structure_trait"]["wave_table"]
    assert found["homophily"]["index"] == pytest.approx(1.395307, abs=1e-6)
    wide = found["intervals_if_design_effect"]["trait"]
    assert wide["10"]["high"] - wide["10"]["low"] > wide["2"]["high"] - wide["2"]["low"]
    hosts = rds("--outcome", "host", "--estimator", "rds-i", "--bootstrap", 50)
    assert [e["term"] for e in hosts["estimates"]] == [f"host[{h}]" for h in ("East", "North", "South", "West")]
    expected = list(RDS["RDS_I_host"]["estimate"].values())
    assert numbers(hosts, "value") == pytest.approx(expected, rel=1e-8)


def test_rds_draws_repeat_with_their_seed_and_differ_without():
    options = ["--outcome", "trait", "--estimator", "ss", "--population", 3000, "--bootstrap", 60]
    first, again, other = rds(*options, "--seed", 1), rds(*options, "--seed", 1), rds(*options, "--seed", 2)
    assert first == again
    assert first["estimates"][0]["se"] != other["estimates"][0]["se"]
    over = first["diagnostics"]["sensitivity_to_population"]["trait"]
    assert over["infinite"] == pytest.approx(RDS["RDS_II_trait"]["estimate"]["1"], rel=1e-8)
    assert np.ptp(list(over.values())) > 0
