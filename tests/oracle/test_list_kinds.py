"""Every kind of list question on one survey of our own, by the command line, against R list 9.2.6."""

import json

import pytest
from typer.testing import CliRunner

from analysis.commands.estimate import estimate
from tests.oracle.survey_files import HERE, cases

RUN = CliRunner()
CASES = cases("own_synthetic", "list_kinds.json")
COEFFICIENT = 2e-3  # R's EM stops early
STANDARD_ERROR = 0.02  # relative
CLOSED_FORM = 1e-8
EARLY_STOP = 1e-6
LIKELIHOODS = {"ml": ("y", "constrained"), "topcode": ("yt", "top-code"), "uniform": ("yu", "uniform")}
JOINT = {"joint": ("o", "logistic"), "jointlin": ("ol", "linear")}


def told(*arguments):
    file = HERE / "own_synthetic" / "list_kinds.csv"
    given = ["list-experiment", str(file), "--items", "4", "--covariates", "x + g", *arguments, "--json"]
    done = RUN.invoke(estimate, given)
    assert done.exception is None, done.exception
    report = json.loads(done.stdout)
    return report, {e["term"]: e for e in report["estimates"]}


@pytest.mark.parametrize("case", LIKELIHOODS)
def test_likelihoods_equal_ictreg(case):
    response, model = LIKELIHOODS[case]
    report, terms = told("--response", response, "--treatment", "treat", "--estimator", "ml", "--model", model)
    want = CASES[case]
    assert report["log_likelihood"] >= want["llik"] - EARLY_STOP
    for (name, value), se in zip(want["coef"].items(), want["se"], strict=True):
        got = terms[f"sensitive.{name.strip('()')}"]
        assert got["value"] == pytest.approx(value, abs=COEFFICIENT)
        assert got["se"] == pytest.approx(se, rel=STANDARD_ERROR)


def test_several_items_equal_ictreg():
    report, terms = told(
        "--response", "ym", "--treatment", "lev", "--estimator", "multi", "--sensitive-levels", "1,2"
    )  # fmt: skip
    assert report["log_likelihood"] >= CASES["multi"]["llik"] - EARLY_STOP
    for level, coefficients in CASES["multi"]["coef"].items():
        for name, value in coefficients.items():
            got = terms[f"sensitive.{level}.{name.strip('()')}"]["value"]
            assert got == pytest.approx(value, abs=COEFFICIENT)


@pytest.mark.parametrize("case", JOINT)
def test_the_list_as_predictor_is_above_ictreg_joint(case):
    """ictreg.joint stops up to .01 below the optimum: its coefficients are a tenth of a standard error away."""
    outcome, model = JOINT[case]
    options = ("--response", "y", "--treatment", "treat", "--estimator", "ml")
    report, terms = told(*options, "--outcome", outcome, "--outcome-model", model)
    want = CASES[case]
    assert want["llik"] - EARLY_STOP <= report["log_likelihood"] < want["llik"] + 0.05
    names = ("Intercept", "x", "g", "sensitive_item")
    for name, value, se in zip(names, want["outcome"], want["outcome_se"], strict=True):
        assert terms[f"outcome.{name}"]["value"] == pytest.approx(value, abs=0.1 * se)


def test_list_and_direct_question_equal_r():
    _, terms = told("--response", "y", "--treatment", "treat", "--direct", "d")
    assert terms["combined"]["value"] == pytest.approx(CASES["direct"]["estimate"], abs=CLOSED_FORM)
    assert terms["combined"]["se"] == pytest.approx(CASES["direct"]["se"], abs=CLOSED_FORM)
