"""Broken files and options of `estimate rds | survey-mean | calibrate`: one sentence each, or a flagged number."""

import json

import pandas as pd
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
        ("6,3,3,1", "6,3,0.5,1", ["column 'degree'", "is 0.5", "row 6"]),
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


@pytest.mark.parametrize("degree", ["0", ""])
def test_who_has_no_degree_stays_in_the_tree_and_weighs_nothing(tmp_path, degree):
    """Respondent 3 recruited others; leaving the row out would cut the tree, so its weight is 0 instead."""
    made = rds(tmp_path, TREE.replace("3,1,5,0", f"3,1,{degree},0"))
    counted = [(3, 1), (4, 0), (2, 1), (6, 0), (3, 1), (4, 0), (2, 0), (5, 1)]
    weights = [1 / d for d, _ in counted]
    wanted = sum(w * y for w, (_, y) in zip(weights, counted, strict=True)) / sum(weights)
    assert made["estimates"][0]["value"] == pytest.approx(wanted)
    assert made["n"] == 8
    assert any("1 respondent(s) have no degree" in w for w in made["warnings"])
    assert made["diagnostics"]["seeds_and_waves"] == rds(tmp_path)["diagnostics"]["seeds_and_waves"]
    assert not any("have no degree" in w for w in rds(tmp_path)["warnings"])


def test_an_extreme_degree_is_flagged_and_refused_where_a_size_forbids_it(tmp_path):
    text = TREE.replace("6,3,3,1", "6,3,5000,1")
    assert any("5000" in w for w in rds(tmp_path, text)["warnings"])
    with pytest.raises(AnalysisError, match=r"is 5000 .*nobody knows all 100"):
        rds(tmp_path, text, "--estimator", "ss", "--population", "100", "--bootstrap", "40")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--estimator", "rds-iii"), "--estimator is 'rds-iii'"),
        (("--estimator", "ss"), "needs --population, or --prior-median"),
        (("--estimator", "hcg"), "hcg needs --population; try"),
        (("--estimator", "ss", "--population", "50", "--prior-median", "60"), "are for --estimator ss without"),
        (("--estimator", "rds-ii", "--prior-largest", "60"), "are for --estimator ss without"),
        (("--estimator", "ss", "--population", "5"), "--population is 5"),
        (("--estimator", "rds-ii", "--bootstrap", "2"), "--bootstrap is 2"),
        (("--estimator", "rds-i", "--bootstrap-method", "successive"), "--bootstrap-method successive"),
        (("--estimator", "rds-i", "--bootstrap-method", "jackknife"), "--bootstrap-method is 'jackknife'; choose one"),
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
        ("y,w", "y,w", ("--replicates", "jk1", "--replicate-weights", "w"), ["give one of the two"]),
        ("y,w", "y,w", ("--replicate-weights", "w"), ["needs --weights and --replicate-scale, such as 1 over their"]),
        (
            "y,w",
            "y,w",
            ("--replicate-weights", "z", "--weights", "w", "--replicate-scale", "1"),
            ["--replicate-weights 'z' fits 0 column(s)", "give the start of their names"],
        ),
        (
            "y,w",
            "y,w",
            ("--statistic", "total", "--interval", "beta"),
            ["--interval beta is for shares", "normal or t"],
        ),
        ("y,w", "y,w", ("--statistic", "median"), ["--statistic is 'median'; choose one of"]),
        ("y,w,h", "yy,w,y", ("--interval", "logit", "--outcome", "w"), ["column 'w' needs normal or t"]),
    ],
)
def test_a_broken_survey_is_refused(tmp_path, old, new, options, words):
    with pytest.raises(AnalysisError) as error:
        mean(tmp_path, SURVEY.replace(old, new), *options)
    for word in words:
        assert word in str(error.value), str(error.value)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("y,c\n1,\n0,\n", ("--clusters", "c"), "no row has a weight, stratum, cluster and population size; check"),
        ("y,c\n,1\n,2\n", (), "column 'y' is empty in every row; name a column with answers"),
        ("y,c\n1,1\ninf,2\n3,1\n", (), "column 'y' holds an infinite number in row 2; correct it or leave it empty"),
        ("y\n" + "".join(f"word{i}\n" for i in range(200)), (), r"column 'y' has 200 levels \(.*\); group them first"),
        ("y,g\n1,\n0,\n", ("--by", "g"), "column 'g' has 0 levels; --by takes 1 to "),
    ],
)
def test_columns_without_content_are_refused(tmp_path, text, options, words):
    with pytest.raises(AnalysisError, match=words):
        mean(tmp_path, text, *options)


def test_rows_outside_the_design_are_left_out_and_said(tmp_path):
    made = mean(tmp_path, "y,w\n1,1\n0,1\n1,\n0,\n1,\n", "--weights", "w")
    assert made["n"] == 2
    assert made["warnings"][0] == "3 row(s) without weight, stratum, cluster or population size were left out"
    assert made["warnings"][-1] == "only 2 of 5 rows count"


def test_one_cluster_under_a_rule_for_lonely_ones_has_a_value_and_no_interval(tmp_path):
    made = mean(tmp_path, "y,c\n1,a\n0,a\n", "--clusters", "c", "--lonely", "certainty")
    assert (made["estimates"][0]["value"], made["estimates"][0]["low"]) == (0.5, None)
    assert any("one cluster only, so no standard error exists" in w for w in made["warnings"])
    assert any("1 stratum/strata hold one cluster: their variance follows the rule 'certainty'" in w
               for w in made["warnings"])  # fmt: skip
    paired = mean(tmp_path, SURVEY, "--clusters", "c", "--strata", "h", "--lonely", "certainty")
    assert not any("one cluster" in w for w in paired["warnings"])


def test_text_outcomes_give_a_share_for_each_level_and_missing_ones_are_counted(tmp_path):
    text = "y,k\nyes,1\nno,2\nno,3\n,4\nyes,5\nmaybe,6\n"
    made = mean(tmp_path, text)
    assert [e["term"] for e in made["estimates"]] == ["y[maybe]", "y[no]", "y[yes]"]
    assert sum(e["value"] for e in made["estimates"]) == pytest.approx(1)
    assert any("1 row(s) have no 'y'" in w for w in made["warnings"])


def test_na_and_nan_are_words_unless_they_are_declared_missing(tmp_path):
    text = "y,k,x\nNA,1,1\nnan,2,NA\n[no answer],3,3\nNA,4,nan\n"
    terms = ["y[NA]", "y[[no answer]]", "y[nan]"]
    assert [e["term"] for e in mean(tmp_path, text)["estimates"]] == terms
    numbers = mean(tmp_path, text.replace("y,k,x", "z,k,y"))
    assert [e["value"] for e in numbers["estimates"]] == [2.0]
    path = tmp_path / "declared.csv"
    path.write_text(text, encoding="utf-8")
    arguments = ["--missing", "NA,nan", "survey-mean", str(path), "--outcome", "y"]
    declared = CliRunner().invoke(estimate, [*arguments, "--json"])
    assert [e["term"] for e in json.loads(declared.stdout)["estimates"]] == ["y[[no answer]]"]
    shown = CliRunner().invoke(estimate, [*arguments[2:], "--outcome", "y"])
    assert "y[[no answer]]" in shown.stdout


def test_names_in_square_brackets_and_long_ones_are_printed_whole(tmp_path):
    long = "a very long label that says " + "much " * 40 + "and ends here"
    path = tmp_path / "labels.csv"
    path.write_text(f"y\n[/closes nothing]\n{long}\n:smile:\n", encoding="utf-8")
    shown = CliRunner().invoke(estimate, ["survey-mean", str(path), "--outcome", "y"])
    assert shown.exit_code == 0
    assert all(f"y[{label}]" in shown.stdout for label in ("[/closes nothing]", long, ":smile:"))


def test_an_empty_group_and_a_single_cluster_are_flagged_not_numbered(tmp_path):
    made = mean(tmp_path, "y,g\n1,a\n0,a\n,b\n", "--by", "g")
    assert made["estimates"][1] == {"term": "y[b]", "value": None, "se": None, "low": None, "high": None}
    assert any("nobody with weight" in w for w in made["warnings"])
    with pytest.raises(AnalysisError, match="one unit only"):
        mean(tmp_path, "y,c\n1,a\n0,a\n", "--clusters", "c")


@pytest.mark.parametrize("how", ["logit", "likelihood", "arcsine", "share"])
def test_a_share_of_zero_has_exact_limits_and_says_so(tmp_path, how):
    made = mean(tmp_path, "y\n0\n0\n0\n", "--interval", how)
    assert made["estimates"][0]["low"] == 0
    assert made["estimates"][0]["high"] == pytest.approx(1 - 0.025 ** (1 / 3), rel=1e-6)
    assert any("exact limits" in w for w in made["warnings"]) == (how != "share")
    inside = mean(tmp_path, "y\n0\n1\n0\n1\n", "--interval", how)
    assert not any("exact limits" in w for w in inside["warnings"])


def test_exact_limits_of_beta(tmp_path):
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


@pytest.mark.parametrize(
    ("margins", "options", "words"),
    [
        (MARGINS, ("--method", "guess"), "--method is 'guess'; choose one of "),
        (MARGINS, ("--method", "rake", "--bounds", "0.5,2"), "--bounds goes with --method linear or logit; raking"),
        (MARGINS, ("--method", "linear", "--bounds", "wide"), "--bounds is 'wide'; write two numbers, such as 0.3,3"),
        (MARGINS, ("--method", "rake", "--variables", "h"), "--variables names 'h', but file '.*' has g"),
        (MARGINS + "n,,9\nn,,9\n", ("--method", "linear"), "gives 'n' 2 times without a level; give it once"),
        ("variable,level,total,kind\ng,a,60,margin\ng,b,40,guess\n", ("--method", "rake"),
         "column 'kind' of '.*' holds 'guess' in row 2; use "),
        (MARGINS, ("--method", "rake", "--out", "nowhere/rows.csv"), "--out 'nowhere/rows.csv' cannot be written"),
    ],
)  # fmt: skip
def test_calibration_options_that_do_not_fit_are_refused(tmp_path, margins, options, words):
    with pytest.raises(AnalysisError, match=words):
        calibrate(tmp_path, margins, *options)


def test_a_margin_that_nobody_answered_is_refused(tmp_path):
    with pytest.raises(AnalysisError, match=r"no row has a value in every margin column \(g\); check them for missing"):
        calibrate(tmp_path, text="w,g\n1,\n2,\n")


def test_numbers_are_calibrated_beside_levels(tmp_path):
    made = calibrate(tmp_path, MARGINS + "h,,70\n", "--method", "rake", "--outcome", "h")
    assert made["estimates"][0]["value"] == pytest.approx(0.7)
    alone = calibrate(tmp_path, "variable,level,total\nh,,70\n(Intercept),,100\n", "--method", "linear")
    assert alone["diagnostics"]["weights"]["sum"] == pytest.approx(100)
    assert any(
        w.startswith("logit took its ratios") for w in calibrate(tmp_path, MARGINS, "--method", "logit")["warnings"]
    )


def test_margins_of_different_years_may_be_scaled_to_the_first(tmp_path):
    years = MARGINS + "h,0,330\nh,1,770\n"
    made = calibrate(tmp_path, years, "--method", "rake", "--rescale-margins", "--outcome", "h")
    assert made["diagnostics"]["weights"]["sum"] == pytest.approx(100)
    assert made["estimates"][0]["value"] == pytest.approx(0.7)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_weights_are_written_beside_the_rows_that_have_them(tmp_path, kind):
    holes = SURVEY + "1,2,0,0,40,\n"
    target = tmp_path / f"weighted.{kind}"
    made = calibrate(tmp_path, MARGINS, "--method", "rake", "--trim", "1,5", "--out", str(target), text=holes)
    rows = pd.read_csv(target) if kind == "csv" else pd.read_parquet(target)
    weight = rows.calibrated_weight
    assert weight.isna().tolist() == [False] * 32 + [True]
    assert made["diagnostics"]["weights"]["sum"] == pytest.approx(weight.sum())
    assert (weight.min() >= 1, weight.max() <= 5) == (True, True)
    assert "1 row(s) with a missing margin value or weight were left out" in made["warnings"]
    assert "trimmed weights no longer meet the margins exactly" in made["warnings"]
    with pytest.raises(AnalysisError, match="the file has a column 'calibrated_weight' already; rename it"):
        calibrate(
            tmp_path,
            MARGINS,
            "--method",
            "rake",
            "--out",
            str(target),
            text=holes.replace("c,n", "calibrated_weight,n"),
        )


def test_homophily_configuration_has_its_own_bootstrap_and_shares_end_at_their_limits(tmp_path):
    made = rds(tmp_path, TREE, "--estimator", "hcg", "--population", "200", "--bootstrap", "20")
    assert made["estimator"] == "hcg"
    assert 0 <= made["estimates"][0]["low"] < made["estimates"][0]["value"] < made["estimates"][0]["high"] <= 1
    rare = rds(tmp_path, TREE.replace("4,2,2,1", "4,2,2,0").replace("6,3,3,1", "6,3,3,0"), "--estimator", "rds-ii",
               "--bootstrap", "40", "--bootstrap-method", "tree")  # fmt: skip
    (estimate,) = rare["estimates"]
    assert 0 <= estimate["low"] < estimate["value"] < estimate["high"] <= 1


def test_a_population_that_is_the_sample_is_flagged(tmp_path):
    made = rds(tmp_path, TREE, "--estimator", "ss", "--population", "9", "--bootstrap", "40")
    assert any("taken for a census" in w for w in made["warnings"])


def effects(tmp_path, text, outcome="y", *more):
    made = call(tmp_path, "survey-mean", text, "--outcome", outcome, "--weights", "w", "--by", "g", *more)
    return [made["diagnostics"][name] for name in ("design_effect", "design_effect_replace")]


def test_every_group_has_its_design_effect(tmp_path):
    without, replaced = effects(tmp_path, SURVEY)
    assert set(without) == set(replaced) == {"y", "y[a]", "y[b]"}
    rows = pd.read_csv(tmp_path / "rows.csv")
    weight, inside = rows.w.to_numpy(), (rows.g == "a").to_numpy()
    share = rows.y[inside] @ weight[inside] / weight[inside].sum()
    n, scores = inside.sum(), weight * inside * (rows.y - share) / weight[inside].sum()
    variance = scores.var(ddof=1) * len(rows)
    assert replaced["y[a]"] == pytest.approx(variance / (share * (1 - share) / (n - 1)))
    assert without["y[a]"] == pytest.approx(replaced["y[a]"] / (1 - n / weight[inside].sum()))


def test_a_level_that_nobody_gives_hides_no_other_design_effect(tmp_path):
    head, *rows = SURVEY.splitlines()
    answers = [f"{row},{'no' if i % 3 else 'yes'}" for i, row in enumerate(rows)]
    _, replaced = effects(tmp_path, "\n".join([f"{head},z", *answers, "1,3,0,8,40,b,maybe", ""]), "z")
    assert [term for term, effect in replaced.items() if effect is None] == ["z[maybe][a]"]
    assert len(replaced) == 9


def test_weights_of_mean_one_have_an_effect_with_replacement_only(tmp_path):
    without, replaced = effects(tmp_path, "y,w,g\n" + "".join(f"{i % 2},1,{'ab'[i % 3 % 2]}\n" for i in range(30)))
    assert set(without.values()) == {None}
    assert all(effect is not None for effect in replaced.values())
