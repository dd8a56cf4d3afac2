"""The command line of the contract: shape of the JSON, names of terms, exit codes, and one sentence per broken file."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import __main__ as entry

OWN = Path(__file__).parents[2] / "oracle" / "own_synthetic"
LIST = OWN / "list_survey.csv"
SAME = 1e-8  # the same arrays through the command line


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process: exit code, parsed output, error lines."""
    monkeypatch.setattr(entry, "enter_stated_environment", lambda package: None)

    def call(*arguments, as_json=True):
        monkeypatch.setattr(sys, "argv", ["analysis", *map(str, arguments), *(["--json"] if as_json else [])])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        shown = capsys.readouterr()
        text = shown.out
        parsed = json.loads(text) if as_json and text else text
        return ended.value.code or 0, parsed, shown.err

    return call


@pytest.fixture
def run_list(run):
    def call(*more, file=LIST, response="y", treatment="treat", items=4, as_json=True):
        options = ("--response", response, "--treatment", treatment, "--items", items)
        return run("estimate", "list-experiment", file, *options, *more, as_json=as_json)

    return call


def terms(document):
    return {e["term"]: e for e in document["estimates"]}


FORMULA = ("--covariates", "age + female + education + security_background")


def test_document_has_the_shape_of_the_contract(run_list):
    code, document, error = run_list("--estimator", "difference")
    assert (code, error) == (0, "")
    assert list(document) == ["method", "estimator", "n", "estimates", "log_likelihood", "diagnostics", "warnings"]
    assert document["method"] == "list-experiment"
    assert all(list(e) == ["term", "value", "se", "low", "high"] for e in document["estimates"])
    assert {"difference", "control_mean"} <= set(terms(document))


@pytest.mark.parametrize(
    ("estimator", "more", "control"),
    [
        ("linear", (), {"control.Intercept", "control.age"}),
        ("nls", (), {"control.Intercept", "control.age"}),
        ("ml", (), {"control.Intercept", "control.age"}),
        ("ml", ("--model", "unconstrained"), {"control.psi0.age", "control.psi1.age"}),
    ],
)
def test_regressions_name_their_terms(run_list, estimator, more, control):
    code, document, _ = run_list("--estimator", estimator, *FORMULA, *more)
    assert code == 0
    assert {"sensitive.Intercept", "sensitive.security_background"} | control <= set(terms(document))
    assert (document["log_likelihood"] is None) == (estimator != "ml")


def test_likelihood_of_the_file_is_that_of_the_arrays(run_list):
    _, document, _ = run_list("--estimator", "ml", *FORMULA)
    assert document["log_likelihood"] == pytest.approx(-2330.8180937, abs=1e-6)
    assert terms(document)["sensitive.age"]["value"] == pytest.approx(0.416143, abs=1e-5)


def test_design_columns_reach_the_estimator(run_list):
    design = ("--weights", "weight", "--strata", "stratum", "--clusters", "cluster")
    _, plain, _ = run_list("--estimator", "ml", *FORMULA)
    _, designed, _ = run_list("--estimator", "ml", *FORMULA, *design)
    assert terms(designed)["sensitive.age"]["se"] == pytest.approx(0.3428174, rel=1e-3)
    assert terms(designed)["sensitive.age"]["se"] != pytest.approx(terms(plain)["sensitive.age"]["se"], rel=1e-2)


def test_predictions_are_named(run_list):
    _, document, _ = run_list("--estimator", "ml", *FORMULA, "--predict", "security_background=1")
    found = terms(document)
    one, zero = found["prediction[security_background=1]"], found["prediction[security_background=0]"]
    assert found["prediction_difference"]["value"] == pytest.approx(one["value"] - zero["value"], abs=SAME)
    assert found["prediction"]["value"] == pytest.approx(0.29261, abs=1e-4)


def test_prediction_for_a_text_column_with_several_levels(run_list):
    options = ("--estimator", "linear", "--covariates", "C(host_region) + age")
    _, alone, _ = run_list(*options, "--predict", "host_region=East")
    assert "prediction[host_region=East]" in terms(alone)
    assert "prediction_difference" not in terms(alone)
    _, pair, _ = run_list(*options, "--predict", "host_region=East:West")
    assert "prediction_difference" in terms(pair)
    code, _, error = run_list(*options, "--predict", "host_region=Mars")
    assert code == 2
    assert "--predict names 'Mars', but column 'host_region' holds 'East'" in error


def test_direct_question_gives_the_combined_estimate(run_list):
    _, document, _ = run_list("--direct", "direct")
    assert terms(document)["combined"]["value"] == pytest.approx(0.268084975369458, abs=SAME)
    assert terms(document)["combined"]["se"] == pytest.approx(0.0447826032412077, abs=SAME)
    assert document["diagnostics"]["placebo_treatment_among_yes"]["expected"] == 1


def test_design_effect_test_gives_a_p_value(run_list):
    _, document, _ = run_list("--test", "design-effect")
    assert document["diagnostics"]["p_value"] == 1
    _, planted, _ = run_list("--test", "design-effect", response="y_design_effect")
    assert planted["diagnostics"]["p_value"] < 1e-6


def test_design_effect_leaves_no_prevalence(run_list):
    _, document, _ = run_list("--estimator", "difference", response="y_design_effect")
    assert terms(document)["prevalence"]["value"] is None
    assert terms(document)["difference"]["value"] is not None
    assert document["diagnostics"]["usable"] is False
    assert any("design effect" in w for w in document["warnings"])


def test_failed_screen_leaves_no_prediction(run_list, tmp_path):
    counts = {0: [188, 265, 265, 200, 0], 1: [0, 433, 287, 198, 0]}  # floor and ceiling avoided by the treated
    frame = pd.DataFrame([(y, t) for t, row in counts.items() for y, n in enumerate(row) for _ in range(n)])
    frame.columns = ["y", "t"]
    frame["female"] = np.arange(len(frame)) % 2
    frame.to_csv(tmp_path / "evasion.csv", index=False)
    code, document, _ = run_list(
        *("--estimator", "ml", "--covariates", "female", "--predict", "female=1"),
        file=tmp_path / "evasion.csv", treatment="t", items=3,
    )  # fmt: skip
    assert code == 0
    assert terms(document)["prediction"]["value"] is None
    assert terms(document)["sensitive.Intercept"]["value"] is not None
    assert any("floor and ceiling avoidance: not usable" in w for w in document["warnings"])


def test_several_items_are_named_by_level(run_list):
    options = ("--estimator", "multi", "--sensitive-levels", "1,2", *FORMULA)
    code, document, _ = run_list(*options, file=OWN / "multi_list.csv")
    assert code == 0
    assert terms(document)["sensitive.2.age"]["value"] == pytest.approx(-0.6086, abs=1e-3)
    assert set(document["diagnostics"]["items"]) == {"1", "2"}
    code, _, error = run_list("--estimator", "multi", "--sensitive-levels", "1,7", file=OWN / "multi_list.csv")
    assert code == 2
    assert "column 'treat' never holds '7'" in error


def changed(tmp_path, **columns):
    frame = pd.read_csv(LIST).assign(**columns)
    frame.to_csv(tmp_path / "survey.csv", index=False)
    return tmp_path / "survey.csv"


@pytest.mark.parametrize(
    ("levels", "options"),
    [
        ({0: "control", 1: "ISAF"}, ("--control", "control", "--treated", "ISAF")),
        ({0: "FALSE", 1: "TRUE"}, ()),
        ({0: "false", 1: "True"}, ()),
    ],
)
def test_arms_may_be_words(run_list, tmp_path, levels, options):
    _, want, _ = run_list()
    file = changed(tmp_path, treat=pd.read_csv(LIST)["treat"].map(levels))
    _, got, _ = run_list(*options, file=file)
    assert got["estimates"] == want["estimates"]


def test_a_third_arm_is_left_out_and_counted(run_list, tmp_path):
    words = pd.read_csv(LIST)["treat"].map({0: "control", 1: "A"}).astype(object)
    words[:100] = "B"
    _, document, _ = run_list("--control", "control", "--treated", "A", file=changed(tmp_path, treat=words))
    assert document["n"] == 1512
    assert "100 row(s) with a missing value or another arm were left out" in document["warnings"]


def test_parquet_and_dotted_columns(run_list, tmp_path):
    frame = pd.read_csv(LIST).rename(columns={"age": "cov.age.10"})
    frame.to_parquet(tmp_path / "survey.parquet")
    code, document, _ = run_list(
        *("--estimator", "linear", "--covariates", "cov.age.10 + female"), file=tmp_path / "survey.parquet"
    )
    assert code == 0
    assert "sensitive.cov.age.10" in terms(document)


def test_refusals_are_left_out_and_counted(run_list, tmp_path):
    y = pd.read_csv(LIST)["y"].astype(float)
    y[:12] = np.nan
    _, document, _ = run_list(file=changed(tmp_path, y=y))
    assert document["diagnostics"]["rows_read"] - document["diagnostics"]["rows_used"] == 12


def test_zero_weights_work(run_list, tmp_path):
    weight = pd.read_csv(LIST)["weight"]
    weight[::3] = 0
    code, document, _ = run_list(
        "--estimator", "ml", *FORMULA, "--weights", "weight", file=changed(tmp_path, weight=weight)
    )
    assert code == 0
    assert document["diagnostics"]["convergence"]["is_converged"]


# What is broken, the options it is run with, and the sentence that must come back.
BROKEN = {
    "text in the response": ({"y": ["five", *[1] * 1611]}, (), "column 'y' holds 'five' in row 1; a list answer is"),
    "answer above the list": ({"y": [9, *[1] * 1611]}, (), "column 'y' (response) is 9 at row 1; the treated arm"),
    "only one arm": ({"treat": [1] * 1612}, (), "column 'treat' (treat) has 0 respondent(s) in the control"),
    "arms as unnamed text": ({"treat": ["x", "z"] * 806}, (), "name two of them with --control LEVEL"),
    "one level named": ({}, ("--control", "0"), "--control and --treated go together"),
    "level that is not there": ({}, ("--control", "0", "--treated", "5"), "column 'treat' never holds '5'"),
    "all weights zero": ({"weight": [0] * 1612}, ("--weights", "weight"), "column 'weight' (weights) are all zero"),
    "negative weight": (
        {"weight": [-1, *[1] * 1611]},
        ("--weights", "weight"),
        "is -1 at row 1; weights are 0 or more",
    ),
    "constant covariate": ({"age": [3] * 1612}, ("--estimator", "ml", *FORMULA), "covariate 'age' is constant"),
    "unknown covariate": ({}, ("--estimator", "ml", "--covariates", "agee"), "did you mean 'age'?"),
    "formula": (
        {},
        ("--estimator", "ml", "--covariates", "age +* ("),
        "holds something that is no column, number or call at character",
    ),
    "no intercept": ({}, ("--estimator", "ml", "--covariates", "age - 1"), "leaves the intercept out"),
    "no such column": ({}, ("--weights", "wt"), "column 'wt' (--weights) is not in the file"),
    "direct": ({"direct": ["maybe", *[0] * 1611]}, ("--direct", "direct"), "column 'direct' holds 'maybe' in row 1"),
    "difference with covariates": ({}, FORMULA, "--estimator difference takes no --covariates"),
    "estimator": ({}, ("--estimator", "probit"), "choose one of difference, linear, nls, ml, multi"),
    "model": ({}, ("--estimator", "ml", "--model", "probit"), "choose one of constrained, unconstrained"),
    "test": ({}, ("--test", "placebo"), "--test is 'placebo'; choose design-effect"),
    "group": ({}, ("--estimator", "ml", *FORMULA, "--predict", "urban=1"), "which is not in --covariates"),
    "group without value": ({}, ("--estimator", "ml", *FORMULA, "--predict", "age"), "write it as column=value"),
    "one cluster": ({"cluster": [1] * 1612}, ("--clusters", "cluster"), "holds one cluster only"),
    "option": ({}, ("--estimatr", "ml"), "No such option: --estimatr"),
    "all missing": ({"y": [""] * 1612}, (), "no row has a value in every column"),
    "levels of multi": ({}, ("--estimator", "multi"), "--estimator multi needs --sensitive-levels"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gives_one_line_that_names_the_fix(run_list, tmp_path, case):
    columns, options, sentence = BROKEN[case]
    code, document, error = run_list(*options, file=changed(tmp_path, **columns))
    assert code == 2
    assert document == ""
    assert error.count("\n") == 1
    assert error.startswith("error: ")
    assert sentence in error


def test_four_rows_are_too_few(run_list, tmp_path):
    pd.read_csv(LIST).head(4).to_csv(tmp_path / "four.csv", index=False)
    code, _, error = run_list(file=tmp_path / "four.csv")
    assert code == 2
    assert "give at least 10" in error


@pytest.mark.parametrize(("items", "sentence"), [(3, "answers 0..3 when items is 3"), (0, "--items is 0")])
def test_items_must_fit_the_answers(run_list, items, sentence):
    code, _, error = run_list(items=items)
    assert code == 2
    assert sentence in error


def test_missing_and_empty_files(run_list, tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "header.csv").write_text("y,treat\n", encoding="utf-8")
    (tmp_path / "not.parquet").write_text("y,treat\n", encoding="utf-8")
    sentences = {
        "gone.csv": "does not exist",
        "empty.csv": "cannot be read",
        "header.csv": "holds no rows",
        "not.parquet": "cannot be read",
    }
    for name, sentence in sentences.items():
        code, _, error = run_list(file=tmp_path / name)
        assert code == 2
        assert sentence in error
        assert error.count("\n") == 1


def test_tables_show_diagnostics_before_estimates(run_list):
    code, text, _ = run_list("--estimator", "ml", *FORMULA, as_json=False)
    assert code == 0
    assert text.index("Diagnostics") < text.index("Estimates")
    assert "log-likelihood -2330.818094" in text


MASKED = OWN / "randomized_response.csv"
FORCED = (
    "--response",
    "y_forced",
    "--design",
    "forced",
    "--p",
    0.6666666667,
    "--p1",
    0.1666666667,
    "--p0",
    0.1666666666,
)


def test_randomised_response_regression(run):
    code, document, _ = run("estimate", "randomised-response", MASKED, *FORCED, *FORMULA, "--predict", "female=1")
    assert code == 0
    assert document["method"] == "randomised-response"
    assert terms(document)["sensitive.age"]["value"] == pytest.approx(0.1679775, abs=1e-4)
    assert terms(document)["prevalence"]["value"] == pytest.approx(0.468125, abs=1e-6)
    assert {"prediction", "prediction[female=1]", "prediction_difference"} <= set(terms(document))
    assert document["log_likelihood"] == pytest.approx(-1631.924, abs=1e-3)


def test_randomised_response_without_covariates_and_as_predictor(run):
    plain = ("--response", "y_crosswise", "--design", "crosswise", "--p", 0.2)
    _, document, _ = run("estimate", "randomised-response", MASKED, *plain)
    assert terms(document)["prevalence"]["value"] == pytest.approx(0.4416667, abs=1e-6)
    _, document, _ = run("estimate", "randomised-response", MASKED, *FORCED, *FORMULA, "--outcome", "joined_action")
    assert terms(document)["outcome.sensitive_item"]["value"] == pytest.approx(1.055337, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--response", "age", "--design", "mirrored", "--p", 0.7), "column 'age' holds '3.46' in row 1; use 1 and 0"),
        (("--response", "y_forced", "--design", "warner", "--p", 0.7), "design is 'warner'"),
        (("--response", "y_forced", "--design", "mirrored", "--p", 0.5), "says nothing"),
        (("--response", "y_forced", "--design", "mirrored", "--p", "x"), "Input should be a valid number"),
        (("--response", "y_forced", "--design", "mirrored"), "--p"),
        (("--response", "y_forcd", "--design", "mirrored", "--p", 0.7), "did you mean 'y_forced'?"),
    ],
)
def test_randomised_response_names_what_is_broken(run, options, sentence):
    code, _, error = run("estimate", "randomised-response", MASKED, *options)
    assert code == 2
    assert error.count("\n") == 1
    assert sentence in error


POLICIES = ("Return", "Funding", "Border", "School")
VERSIONS = {"control": "a", "groupA": "b", "groupB": "c"}


def endorsement_spec(tmp_path, text=None):
    lines = [f"  {p}: {{{', '.join(f'{e}: {p}.{s}' for e, s in VERSIONS.items())}}}" for p in POLICIES]
    (tmp_path / "spec.yml").write_text(text or "\n".join(["policies:", *lines]) + "\n", encoding="utf-8")
    return tmp_path / "spec.yml"


def test_endorsement_reads_its_specification(run, tmp_path):
    options = ("--spec", endorsement_spec(tmp_path), "--draws", 0)
    code, document, _ = run("estimate", "endorsement", OWN / "endorsement.csv", *options)
    assert code == 0
    assert document["method"] == "endorsement"
    assert terms(document)["difference[Return.groupA]"]["value"] == pytest.approx(-0.4077041, abs=1e-6)
    assert {"support[groupA]", "support[groupB]"} <= set(terms(document))
    assert document["diagnostics"]["answers"]["Return"] == [392, 400, 385]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("policies: {}", "has no policies"),
        ("policies: {A: {control: Return.a}}", "policy 'A' needs a column for control and"),
        ("policies: {A: {control: Return.a, x: Return.q}}", "did you mean 'Return."),
        ("policies: {A: {control: Return.a, x: Return.a}}", "policy 'A' has two answers in row 1"),
        (
            "policies: {A: {control: Return.a, x: Return.b}, B: {control: Border.a, y: Border.b}}",
            "other endorsers than",
        ),
        ("policies: {A: {control: Return.a, x: Return.b}}\ndraws: 5", "holds the key 'draws'"),
        ("policies: [", "is not YAML"),
    ],
)
def test_endorsement_names_what_is_broken(run, tmp_path, text, sentence):
    options = ("--spec", endorsement_spec(tmp_path, text))
    code, _, error = run("estimate", "endorsement", OWN / "endorsement.csv", *options)
    assert code == 2
    assert error.count("\n") == 1
    assert sentence in error


def test_endorsement_samples_ideal_points_until_they_have_mixed(run, tmp_path):
    options = ("--spec", endorsement_spec(tmp_path), "--draws", 100, "--seed", 3)
    code, document, _ = run("estimate", "endorsement", OWN / "endorsement.csv", *options)
    assert code == 0
    assert terms(document)["posterior.support[groupA]"]["high"] < 0
    assert document["diagnostics"]["chains"]["support[groupA]"]["ess_bulk"] > 0
    assert min(chain["ess_tail"] for chain in document["diagnostics"]["chains"].values()) >= 400
    assert not any("ask for more draws" in w for w in document["warnings"])
