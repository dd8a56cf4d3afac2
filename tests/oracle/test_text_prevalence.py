"""DSL against R dsl and an exact root in R; PPI and PPI++ against the authors' library.

Third-party rows come from the folder named by EXTERNAL_MIRROR; the other data are our own.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from analysis.estimators.text_prevalence import Model, estimate_text, labelled_texts
from tests.oracle.post_files import r_table
from tests.oracle.survey_files import HERE, cases, numbers, own_columns

STOPS_EARLY = 5e-4
"""R minimises the squared moments by L-BFGS-B and stops before the root."""
EXACT = 1e-9
PUBLISHED = {case["id"]: case for case in cases("reference", "dsl.json")}
OWN = {case["id"]: case for case in cases("own_synthetic", "text_labels.json")}
POWERED = cases("own_synthetic", "ppi_regression.json")
QUANTIFIED = json.loads((HERE / "reference/ppi_quant.json").read_text(encoding="utf-8"))["PanChen_mean"]
COVARIATES = ("age", "female", "education", "security_background")


# R dsl sums squares over clusters as they are; ours takes out the bias of few clusters (CR2): errors are larger.
SMALL_SAMPLE = 0.01


def same(fit, reference, coefficient=EXACT, error=EXACT):
    assert [e.value for e in fit.estimates] == pytest.approx(list(reference["coef"].values()), abs=coefficient)
    assert [e.se for e in fit.estimates] == pytest.approx(list(reference["se"].values()), rel=error)


def panchen(predictions):
    rows = r_table("dsl_panchen.rdata", "PanChen")
    names = ("countyWrong", "prefecWrong", "connect2b", "prevalence", "regionj", "groupIssue")
    value = rows.countyWrong.to_numpy(dtype=float)
    labelled = ~np.isnan(value)
    X = np.column_stack([np.ones(len(rows)), rows[list(names)].to_numpy(dtype=float)])
    model = Model("logistic", X, ("Intercept", *names), rows.SendOrNot.to_numpy(dtype=float), 1)
    scores = rows.pred_countyWrong.to_numpy(dtype=float) if predictions is None else np.array(predictions)
    return labelled_texts(value, labelled, np.full(len(rows), labelled.mean()), scores), model


def linear(predictions):
    rows = r_table("dsl_lm.rdata", "data_lm")
    names = tuple(f"X{i}" for i in range(1, 6))
    value = rows.Y.to_numpy(dtype=float)
    labelled = ~np.isnan(value)
    X = np.column_stack([np.ones(len(rows)), rows[list(names)].to_numpy(dtype=float)])
    scores = rows.pred_Y.to_numpy(dtype=float) if predictions is None else np.array(predictions)
    return labelled_texts(value, labelled, np.full(len(rows), labelled.mean()), scores), Model(
        "linear", X, ("Intercept", *names)
    )


@pytest.mark.parametrize(("name", "load"), [("PanChen", panchen), ("lm", linear)])
def test_published_data_with_the_given_splits(name, load):
    case = PUBLISHED[name]
    texts, model = load([case["predictions"]] * case["splits"])
    same(estimate_text(texts, "dsl", model), case["dsl"], STOPS_EARLY, 1e-3)
    texts, model = load(None)
    same(estimate_text(texts, "naive", model), case["naive_predictions_only"], 1e-6, 1e-4)
    same(estimate_text(texts, "labelled", model), case["labeled_only"], 1e-6, 1e-4)


def test_shares_of_published_data():
    texts, _ = panchen(None)
    for estimator, value, interval in (
        ("labelled", "classical", "classical_ci"),
        ("ppi", "ppi", "ppi_ci"),
        ("ppi++", "ppipp", "ppipp_ci"),
    ):
        found = estimate_text(texts, estimator, interval="normal").estimates[0]
        assert found.value == pytest.approx(QUANTIFIED[value], abs=EXACT)
        assert [found.low, found.high] == pytest.approx(QUANTIFIED[interval], abs=EXACT)
    counted = estimate_text(texts, "acc")
    assert counted.estimates[0].value == pytest.approx(QUANTIFIED["acc"], abs=EXACT)
    assert counted.details["true_positive_rate"] == pytest.approx(QUANTIFIED["tpr"], abs=EXACT)
    assert estimate_text(texts, "naive").estimates[0].value == pytest.approx(QUANTIFIED["naive_all"], abs=EXACT)


def own_texts(prediction, clustered=False):
    d = own_columns("text_labels.csv")
    labelled = np.array(d["labelled"]) == "1"
    value = np.array([float(y) if y else np.nan for y in d["y"]])
    cluster = np.array(d["cluster"]) if clustered else None
    return labelled_texts(value, labelled, numbers(d, "pi")[:, 0], numbers(d, prediction)[:, 0], cluster)


def own_model(family, names=COVARIATES):
    d = own_columns("text_labels.csv")
    return Model(family, np.column_stack([np.ones(len(d["y"])), numbers(d, *names)]), ("Intercept", *names))


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("prediction", ["pred_1", "pred_2"])
@pytest.mark.parametrize(("family", "r_name"), [("linear", "lm"), ("logistic", "logit")])
def test_unequal_probabilities(family, r_name, prediction, clustered):
    texts, ending = own_texts(prediction, clustered), "clustered" if clustered else "iid"
    full = estimate_text(texts, "dsl", own_model(family))
    error = SMALL_SAMPLE if clustered else EXACT
    same(full, OWN[f"exact_{r_name}_full_{prediction}_{ending}"], error=error)
    same(full, OWN[f"dsl_{r_name}_full_{prediction}_{ending}"], 2e-4, max(error, 1e-3))
    small = estimate_text(texts, "dsl", own_model(family, ("female",)))
    same(small, OWN[f"dsl_{r_name}_mean_{prediction}_{ending}"], 2e-4, max(error, 1e-3))


@pytest.mark.parametrize("prediction", ["pred_1", "pred_2"])
def test_means_naive_and_labelled(prediction):
    texts = own_texts(prediction)
    mean = estimate_text(texts, "dsl").estimates[0]
    case = OWN[f"mean_aipw_{prediction}"]
    assert (mean.value, mean.se) == (pytest.approx(case["estimate"], abs=1e-12), pytest.approx(case["se"], abs=1e-12))
    same(estimate_text(texts, "naive", own_model("logistic")), OWN[f"naive_{prediction}_logit"], 1e-8, 1e-6)
    same(estimate_text(texts, "labelled", own_model("logistic")), OWN["ipw_labelled_only_logit"], 1e-6, 1e-6)


@pytest.mark.parametrize("case", POWERED)
def test_prediction_powered_inference_as_its_authors_compute_it(case):
    d = own_columns("ppi_regression.csv")
    labelled = np.array(d["labelled"]) == "1"
    value = np.array([float(y) if y else np.nan for y in d["y"]])
    texts = labelled_texts(value, labelled, numbers(d, "pi")[:, 0], numbers(d, "g")[:, 0])
    family, estimator = case.split()
    X = np.column_stack([np.ones(len(value)), numbers(d, "x", "f")])
    fit = estimate_text(texts, estimator, None if family == "mean" else Model(family, X, ("Intercept", "x", "f")))
    assert [e.value for e in fit.estimates] == pytest.approx(POWERED[case]["coef"], abs=1e-6)
    # The library tunes once more for its interval.
    assert [e.se for e in fit.estimates] == pytest.approx(POWERED[case]["se"], rel=5e-3)


def test_the_command_line():
    options = ["--outcome", "y", "--labelled", "labelled", "--probability", "pi", "--predictions", "pred_1"]
    more = [
        "--covariates",
        " + ".join(COVARIATES),
        "--family",
        "logistic",
        "--estimator",
        "dsl",
        "--clusters",
        "cluster",
    ]
    file = str(Path(HERE) / "own_synthetic/text_labels.csv")
    found = json.loads(CliRunner().invoke(estimate, ["text-regression", file, *options, *more, "--json"]).stdout)
    case = OWN["exact_logit_full_pred_1_clustered"]
    assert [e["value"] for e in found["estimates"]] == pytest.approx(list(case["coef"].values()), abs=EXACT)
    ratio = [e["se"] / theirs for e, theirs in zip(found["estimates"], case["se"].values(), strict=True)]
    assert all(1 < r < 1 + SMALL_SAMPLE for r in ratio)
    assert [e["term"] for e in found["estimates"]] == ["Intercept", *COVARIATES]


def test_the_command_line_finds_the_predicted_covariate(tmp_path):
    case, rows = PUBLISHED["PanChen"], r_table("dsl_panchen.rdata", "PanChen")
    rows = rows.assign(g=case["predictions"], r=rows.countyWrong.notna().astype(int), pi=500 / 1412)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    formula = "countyWrong + prefecWrong + connect2b + prevalence + regionj + groupIssue"
    options = [
        "--outcome",
        "SendOrNot",
        "--labelled",
        "r",
        "--probability",
        "pi",
        "--predictions",
        "g",
        "--family",
        "logistic",
    ]
    arguments = ["text-regression", str(tmp_path / "rows.csv"), *options, "--covariates", formula, "--json"]
    found = json.loads(CliRunner().invoke(estimate, arguments).stdout)
    assert [e["value"] for e in found["estimates"]] == pytest.approx(
        list(case["dsl"]["coef"].values()), abs=STOPS_EARLY
    )
