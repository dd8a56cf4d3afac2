"""A second synthetic survey through the command line against R: floor and ceiling models well inside, every device."""

import json
import sys
from pathlib import Path

import pytest

from analysis import __main__ as entry

OWN = Path(__file__).parent / "own_synthetic"
FILE = OWN / "fresh_survey.csv"
CASES = json.loads((OWN / "fresh_survey.json").read_text(encoding="utf-8"))["cases"]
COEFFICIENT = 2e-3  # R stops its search early
STANDARD_ERROR = 0.02
LIKELIHOOD = 1e-6
OUTER_PRODUCT = 0.05  # R's errors of randomised response invert outer products of scores
NAMES = ("Intercept", "age", "female")


@pytest.fixture
def estimate(monkeypatch, capsys):
    """The report of the command line on the survey."""
    monkeypatch.setattr(entry, "enter_stated_environment", lambda package: None)

    def call(kind, *options):
        words = ["analysis", "estimate", kind, str(FILE), "--covariates", "age + female", *options, "--json"]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            entry.main()
        assert not ended.value.code
        report = json.loads(capsys.readouterr().out)
        return report, {e["term"]: e for e in report["estimates"]}

    return call


def close_to_r(report, terms, want, *, item="", errors=STANDARD_ERROR):
    """Coefficients, errors and likelihood; errors None where R's are of another kind."""
    for i, name in enumerate(NAMES):
        term = terms[f"sensitive.{item}{name}"]
        assert term["value"] == pytest.approx(want["treat"][i], abs=COEFFICIENT)
        if errors is not None:
            assert term["se"] == pytest.approx(want["se_treat"][i], rel=errors)
    if want.get("llik") is not None:
        assert report["log_likelihood"] > want["llik"] - LIKELIHOOD


LISTS = {
    "lm": ("y", "linear", "constrained"),
    "nls": ("y", "nls", "constrained"),
    "ml_constrained": ("y", "ml", "constrained"),
    "ml_unconstrained": ("y_psi", "ml", "unconstrained"),
    "ml_beta_binomial": ("y_over", "ml", "beta-binomial"),
    "ceiling": ("y_ceiling", "ml", "ceiling"),
    "floor": ("y_floor", "ml", "floor"),
}


def list_options(response, *more, treatment="treat"):
    return ("list-experiment", "--response", response, "--treatment", treatment, "--items", "3", *more)


@pytest.mark.parametrize("case", LISTS)
def test_list_regressions_equal_ictreg(case, estimate):
    response, estimator, model = LISTS[case]
    found = estimate(*list_options(response, "--estimator", estimator, "--model", model))
    close_to_r(*found, CASES[case])


@pytest.mark.parametrize("end", ["ceiling", "floor"])
def test_interior_shares_of_misreports_equal_ictreg(end, estimate):
    _, terms = estimate(*list_options(f"y_{end}", "--estimator", "ml", "--model", end))
    assert terms[f"misreport.{end}"]["value"] == pytest.approx(CASES[end][end], abs=COEFFICIENT)
    assert terms[f"misreport.{end}"]["se"] < 3


def test_weighted_likelihood_has_the_coefficients_of_ictreg_and_errors_of_its_own(estimate):
    """R inverts a Hessian that grows with the weights."""
    report, terms = estimate(*list_options("y", "--estimator", "ml", "--weights", "weight"))
    close_to_r(report, terms, CASES["ml_weighted"], errors=None)
    ratio = [terms[f"sensitive.{n}"]["se"] / r for n, r in zip(NAMES, CASES["ml_weighted"]["se_treat"], strict=True)]
    assert min(ratio) > 1 + STANDARD_ERROR


def test_several_items_equal_ictreg(estimate):
    options = list_options("y_level", "--estimator", "multi", "--sensitive-levels", "1,2", treatment="level")
    report, terms = estimate(*options)
    want = CASES["multi_ml"]
    for i, item in enumerate("12"):
        one = {"treat": want["treat"][i], "se_treat": want["se_treat"][i], "llik": want["llik"]}
        close_to_r(report, terms, one, item=f"{item}.")


DEVICES = {
    "forced": ("--p", str(2 / 3), "--p1", str(1 / 6), "--p0", str(1 / 6)),
    "mirrored": ("--p", "0.7"),
    "unrelated": ("--p", "0.7", "--q", "0.4"),
    "disguised": ("--p", "0.7"),
}


@pytest.mark.parametrize("design", DEVICES)
def test_masked_regressions_equal_rrreg(design, estimate):
    options = ("--response", f"masked_{design}", "--design", design, *DEVICES[design])
    _, terms = estimate("randomised-response", *options)
    for i, name in enumerate(NAMES):
        term = terms[f"sensitive.{name}"]
        assert term["value"] == pytest.approx(CASES[f"rr_{design}"]["coef"][i], abs=COEFFICIENT)
        assert term["se"] == pytest.approx(CASES[f"rr_{design}"]["se"][i], rel=OUTER_PRODUCT)


def test_another_column_does_not_equal_r(estimate):
    """Negative twin: the comparison notices answers that are not the ones R was given."""
    found = estimate(*list_options("y_over", "--estimator", "ml"))
    with pytest.raises(AssertionError):
        close_to_r(*found, CASES["ml_constrained"])
