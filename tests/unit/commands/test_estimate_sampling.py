"""Broken files and options of `estimate rds | survey-mean | calibrate`: one sentence each, or a flagged number."""

import json

import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.errors import AnalysisError

TREE = "id,by,degree,y\n1,seed,4,0\n2,1,3,1\n3,1,5,0\n4,2,2,1\n5,2,6,0\n6,3,3,1\n7,3,4,0\n8,4,2,0\n9,4,5,1\n"
SURVEY = "y,w,h,c,n,g\n" + "".join(
    f"{(i * 7) % 5 % 2},{1 + i % 3},{i % 2},{i // 4},{40},{'ab'[i // 2 % 2]}\n" for i in range(32)
)
MARGINS = "variable,level,total\ng,a,60\ng,b,40\n"


def call(tmp_path, command, text, *options, margins=None):
    file = tmp_path / "rows.csv"
    file.write_text(text, encoding="utf-8")
    more = list(options)
    if margins is not None:
        (tmp_path / "margins.csv").write_text(margins, encoding="utf-8")
        more += ["--margins", str(tmp_path / "margins.csv")]
    result = CliRunner().invoke(estimate, [command, str(file), *more, "--json"])
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout.strip().splitlines()[-1])


def rds(tmp_path, text=TREE, *more):
    options = more or ("--estimator", "rds-ii", "--bootstrap", "40")
    columns = ("--id", "id", "--recruiter", "by", "--degree", "degree", "--outcome", "y")
    return call(tmp_path, "rds", text, *columns, *options)


def test_the_whole_tree_passes(tmp_path):
    assert rds(tmp_path)["n"] == 9


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2,1,3,1", "2,8,3,1", ["column 'by'", "runs in a circle"]),
        ("2,1,3,1", "2,2,3,1", ["column 'by'", "'2'", "row 2"]),
        ("6,3,3,1", "6,77,3,1", ["column 'by'", "'77'", "row 6", "not in the sample"]),
        ("6,3,3,1", "5,3,3,1", ["column 'id'", "'5'", "twice", "row 6"]),
        ("6,3,3,1", ",3,3,1", ["column 'id'", "missing", "row 6"]),
        ("6,3,3,1", "6,3,0,1", ["column 'degree'", "is 0", "row 6"]),
        ("6,3,3,1", "6,3,,1", ["column 'degree'", "row 6"]),
        ("6,3,3,1", "6,3,many,1", ["column 'degree'", "'many'", "row 6"]),
        ("6,3,3,1", "6,3,-2,1", ["column 'degree'", "is -2"]),
        ("1,seed,4,0", "1,9,4,0", ["column 'by'", "seed"]),
        ("6,3,3,1", "6,3,3,2x", ["column 'y'", "'2x'", "among numbers"]),
    ],
)
def test_a_broken_tree_is_refused_by_column_value_and_row(tmp_path, old, new, words):
    assert old in TREE
    with pytest.raises(AnalysisError) as error:
        rds(tmp_path, TREE.replace(old, new))
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message, message


def test_an_extreme_degree_is_flagged_and_refused_where_a_size_forbids_it(tmp_path):
    text = TREE.replace("6,3,3,1", "6,3,5000,1")
    assert any("5000" in w for w in rds(tmp_path, text)["warnings"])
    with pytest.raises(AnalysisError, match=r"is 5000 .*nobody knows all 100"):
        rds(tmp_path, text, "--estimator", "ss", "--population", "100", "--bootstrap", "40")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--estimator", "rds-iii"), "--estimator is 'rds-iii'"),
        (("--estimator", "ss"), "needs --population"),
        (("--estimator", "ss", "--population", "5"), "--population is 5"),
        (("--estimator", "rds-ii", "--bootstrap", "2"), "--bootstrap is 2"),
        (("--estimator", "rds-i", "--bootstrap-method", "successive"), "--bootstrap-method successive"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, options, words):
    with pytest.raises(AnalysisError, match=words):
        rds(tmp_path, TREE, *options)


def test_one_level_only_is_no_share(tmp_path):
    with pytest.raises(AnalysisError, match=r"column 'y' .*one level only"):
        rds(tmp_path, "id,by,degree,y\n1,0,2,1\n2,1,2,1\n3,1,2,1\n")


def test_missing_outcomes_stay_in_the_tree_and_are_counted(tmp_path):
    made = rds(tmp_path, TREE.replace("6,3,3,1", "6,3,3,NaN"))
    assert made["n"] == 8
    assert any("1 respondent(s) have no 'y'" in w for w in made["warnings"])


def test_a_numeric_outcome_has_a_mean_and_no_rds_i(tmp_path):
    text = TREE.replace("6,3,3,1", "6,3,3,2.5")
    assert rds(tmp_path, text)["estimates"][0]["term"] == "y"
    with pytest.raises(AnalysisError, match="is a number; rds-i"):
        rds(tmp_path, text, "--estimator", "rds-i")


def mean(tmp_path, text=SURVEY, *more):
    return call(tmp_path, "survey-mean", text, "--outcome", "y", *more)


@pytest.mark.parametrize(
    ("old", "new", "options", "words"),
    [
        ("y,w", "y,w", ("--weights", "ww"), ["'ww'", "did you mean 'w'"]),
        ("\n1,2,", "\n1,-2,", ("--weights", "w"), ["column 'w'", "-2", "weights are 0 or more"]),
        ("\n1,2,", "\n1,heavy,", ("--weights", "w"), ["column 'w'", "'heavy'"]),
        (",40,a", ",3,a", ("--fpc", "n"), ["column 'n'", "population"]),
        (",40,a", ",41,a", ("--fpc", "n"), ["column 'n'", "one population size"]),
        ("y,w", "y,w", ("--interval", "wide"), ["--interval is 'wide'"]),
        ("y,w", "y,w", ("--lonely", "guess"), ["lonely is 'guess'"]),
        ("y,w", "y,w", ("--replicates", "jk1", "--strata", "h"), ["jk1", "strat"]),
    ],
)
def test_a_broken_survey_is_refused(tmp_path, old, new, options, words):
    with pytest.raises(AnalysisError) as error:
        mean(tmp_path, SURVEY.replace(old, new), *options)
    for word in words:
        assert word in str(error.value), str(error.value)


def test_text_outcomes_give_a_share_for_each_level_and_missing_ones_are_counted(tmp_path):
    text = "y\nyes\nno\nno\nNaN\nyes\nmaybe\n"
    made = mean(tmp_path, text)
    assert [e["term"] for e in made["estimates"]] == ["y[maybe]", "y[no]", "y[yes]"]
    assert sum(e["value"] for e in made["estimates"]) == pytest.approx(1)
    assert any("1 row(s) have no 'y'" in w for w in made["warnings"])


def test_an_empty_group_and_a_single_cluster_are_flagged_not_numbered(tmp_path):
    made = mean(tmp_path, "y,g\n1,a\n0,a\n,b\n", "--by", "g")
    assert made["estimates"][1] == {"term": "y[b]", "value": None, "se": None, "low": None, "high": None}
    assert any("nobody with weight" in w for w in made["warnings"])
    with pytest.raises(AnalysisError, match="one unit only"):
        mean(tmp_path, "y,c\n1,a\n0,a\n", "--clusters", "c")


def test_a_share_of_zero_has_no_logit_interval_and_says_so(tmp_path):
    made = mean(tmp_path, "y\n0\n0\n0\n", "--interval", "logit")
    assert made["estimates"][0]["low"] is None
    assert any("beta" in w for w in made["warnings"])
    exact = mean(tmp_path, "y\n0\n0\n0\n", "--interval", "beta")
    assert exact["estimates"][0]["high"] == pytest.approx(1 - 0.025 ** (1 / 3), rel=1e-6)


def calibrate(tmp_path, margins=MARGINS, *more, text=SURVEY):
    return call(tmp_path, "calibrate", text, "--weights", "w", *(more or ("--method", "rake")), margins=margins)


def test_margins_are_met(tmp_path):
    for method in ("rake", "linear", "logit"):
        made = calibrate(tmp_path, MARGINS, "--method", method)
        assert made["diagnostics"]["weights"]["sum"] == pytest.approx(100)


@pytest.mark.parametrize("method", ["rake", "linear", "logit"])
@pytest.mark.parametrize(
    ("margins", "words"),
    [
        (MARGINS + "h,0,60\nh,1,50\n", ["add"]),
        (MARGINS.replace("g,b,40\n", ""), ["'g'", "no total for 'b'"]),
        (MARGINS + "g,c,10\n", ["'g'", "'c'"]),
        (MARGINS.replace("40", "-40"), ["'total'", "-40", "row 2"]),
        (MARGINS.replace("40", "forty"), ["'total'", "'forty'", "row 2"]),
        (MARGINS + "z,1,100\n", ["'z'"]),
        (MARGINS + "g,a,60\n", ["'g'", "'a'", "once"]),
        ("variable,total\ng,100\n", ["'level'"]),
    ],
)
def test_margins_that_cannot_be_met_are_refused(tmp_path, method, margins, words):
    with pytest.raises(AnalysisError) as error:
        calibrate(tmp_path, margins, "--method", method)
    for word in words:
        assert word in str(error.value), str(error.value)


def test_empty_crosses_stop_raking_with_a_sentence(tmp_path):
    text = "w,a,b\n1,0,0\n1,1,1\n1,0,0\n1,1,1\n"
    margins = "variable,level,total\na,0,50\na,1,50\nb,0,30\nb,1,70\n"
    for method in ("rake", "linear", "logit"):
        with pytest.raises(AnalysisError, match=r"not met|contradict|missed"):
            calibrate(tmp_path, margins, "--method", method, text=text)


def test_bounds_that_are_too_tight_and_negative_weights_are_said(tmp_path):
    with pytest.raises(AnalysisError, match="widen the bounds"):
        calibrate(tmp_path, MARGINS, "--method", "logit", "--bounds", "0.9,1.1")
    rare = "w,g\n" + "1,a\n" * 30 + "1,b\n"
    numeric = "variable,level,total\n(Intercept),,31\nx,,200\n"
    text = "w,x\n" + "".join(f"1,{i}\n" for i in range(31))
    made = calibrate(tmp_path, numeric, "--method", "linear", text=text)
    assert any("negative" in w for w in made["warnings"]), made
    grown = calibrate(tmp_path, MARGINS, "--method", "rake", text=rare)
    assert grown["diagnostics"]["weights"]["max"] == pytest.approx(40)


def test_weights_of_one_reach_a_population_of_millions_under_every_method(tmp_path):
    text = "g\n" + "a\n" * 30 + "b\n" * 10
    margins = "variable,level,total\ng,a,6000000\ng,b,4000000\n"
    for method in ("rake", "linear", "logit"):
        made = call(tmp_path, "calibrate", text, "--method", method, margins=margins)
        summary = made["diagnostics"]["weights"]
        assert (summary["min"], summary["max"]) == (pytest.approx(2e5), pytest.approx(4e5))


def test_a_population_that_is_the_sample_is_flagged(tmp_path):
    made = rds(tmp_path, TREE, "--estimator", "ss", "--population", "9", "--bootstrap", "40")
    assert any("taken for a census" in w for w in made["warnings"])
