"""Randomised response against R rr 1.4.2 and an independent optimiser: values stand beside the call in the JSON."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.power import power_one_sample, power_two_samples, required_n
from analysis.estimators.randomised_response.predictor import masked_predictor
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import (
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)

HERE = Path(__file__).parent / "own_synthetic"
OWN = json.loads((HERE / "randomized_response.json").read_text(encoding="utf-8"))
CASES, INDEPENDENT = OWN["cases"], OWN["independent"]["cases"]

CLOSED_FORM = 1e-10  # the same formula
COEFFICIENT = 1e-4  # R's EM stops early
SAME_OPTIMUM = 5e-5  # independent BFGS with numerical gradients
STANDARD_ERROR = 1e-3  # relative: R's outer products of scores, reproduced from our scores
EARLY_STOP = 1e-6  # our log-likelihood may be higher, lower by rounding only
PREDICTION = 1e-5

with (HERE / "randomized_response.csv").open(encoding="utf-8") as lines:
    ROWS = list(csv.DictReader(lines))
TABLE = {name: np.array([float(row[name]) for row in ROWS]) for name in ROWS[0]}
NAMES = ("age", "female", "education", "security_background")
MATRIX = np.column_stack([np.ones(len(ROWS)), *(TABLE[name] for name in NAMES)])
DEVICES = {
    "forced": device("forced", 2 / 3, p1=1 / 6, p0=1 / 6),
    "mirrored": device("mirrored", 0.75),
    "unrelated": device("unrelated", 0.7, q=0.3),
    "disguised": device("disguised", 0.7),
    "crosswise": device("crosswise", 0.2),
}
RR_NAMES = {"forced-known": "forced", "unrelated-known": "unrelated"}


def data(design, matrix=MATRIX, names=("Intercept", *NAMES)):
    return masked_data(TABLE[f"y_{design}"], DEVICES[design], matrix, names)


def outer_product_errors(fit):
    return np.sqrt(np.diag(np.linalg.inv(fit.scores.T @ fit.scores)))


@pytest.mark.parametrize("design", DEVICES)
def test_prevalence_equals_the_closed_form(design):
    got, want = prevalence(TABLE[f"y_{design}"], DEVICES[design]), CASES[f"moment_{design}"]
    assert got.value == pytest.approx(want["estimate"], abs=CLOSED_FORM)
    assert got.se == pytest.approx(want["se"], abs=CLOSED_FORM)
    assert DEVICES[design].c1 == pytest.approx(want["c1"], abs=CLOSED_FORM)


# rr fails for the crosswise p below one half; the golden values answer the recoded question, which is the same one.
REGRESSIONS = [("crosswise", "rrreg_crosswise_recoded_cov")]
REGRESSIONS += [(d, f"rrreg_{d}_cov") for d in ("forced", "mirrored", "unrelated", "disguised")]


@pytest.mark.parametrize(("design", "case"), REGRESSIONS)
def test_regression_has_the_coefficients_of_rrreg_and_the_errors_of_the_information(design, case):
    fit, want = masked_regression(data(design)), CASES[case]
    np.testing.assert_allclose(fit.coefficients, list(want["coef"].values()), atol=COEFFICIENT)
    np.testing.assert_allclose(outer_product_errors(fit), list(want["se"].values()), rtol=STANDARD_ERROR)
    ours = INDEPENDENT[design]
    assert fit.log_likelihood >= ours["llik"] - EARLY_STOP
    np.testing.assert_allclose(fit.coefficients, ours["coef"], atol=SAME_OPTIMUM)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), ours["se"], rtol=STANDARD_ERROR)


def test_errors_of_r_are_not_those_of_the_information():
    """Negative twin: the two kinds of errors can be told apart at this tolerance."""
    fit = masked_regression(data("forced"))
    assert np.abs(outer_product_errors(fit) / np.sqrt(np.diag(fit.covariance)) - 1).max() > 5 * STANDARD_ERROR


@pytest.mark.parametrize("design", ["forced", "mirrored", "unrelated", "disguised"])
def test_intercept_alone_is_the_moment_estimate(design):
    fit = masked_regression(data(design, np.ones((len(ROWS), 1)), ("Intercept",)))
    assert fit.coefficients[0] == pytest.approx(CASES[f"rrreg_{design}_int"]["coef"]["(Intercept)"], abs=COEFFICIENT)
    assert masked_average(fit).value == pytest.approx(CASES[f"moment_{design}"]["estimate"], abs=PREDICTION)


def test_prediction_equals_predict_rrreg():
    fit = masked_regression(data("forced"))
    (got,) = masked_predictions(fit, {"prediction": masked_average(fit)})
    assert got.value == pytest.approx(CASES["predict_forced_givenyFALSE_qbFALSE"]["est"][0], abs=PREDICTION)
    simulated = CASES["predict_forced_givenyFALSE_qbTRUE"]
    assert got.se == pytest.approx(simulated["se"][0], rel=0.03)  # R: 10,000 draws
    assert got.low == pytest.approx(simulated["ci_lower"][0], abs=6e-3)


@pytest.mark.parametrize("design", ["forced", "mirrored", "unrelated", "disguised"])
def test_predictor_reaches_the_optimum_for_every_device(design):
    """rrreg.predictor runs for the forced device only, and stops .012 below this likelihood there."""
    fit = masked_predictor(data(design), TABLE["joined_action"], "logistic")
    want = INDEPENDENT[f"predictor_{design}"]
    assert fit.log_likelihood >= want["llik"] - EARLY_STOP
    np.testing.assert_allclose(fit.coefficients, want["coef"], atol=5 * SAME_OPTIMUM)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), want["se"], rtol=STANDARD_ERROR)


POWERS = [name for name in CASES if name.startswith("power_")]


def described(case):
    a = CASES[case]["args"]
    design = RR_NAMES.get(a["design"], a["design"])
    how = device(design, a["p"], p1=a.get("p1"), p0=a.get("p0"), q=a.get("q"))
    return how, a, {"alpha": a["sig.level"], "alternative": a["alternative"]}


@pytest.mark.parametrize("case", [c for c in POWERS if "_n_" not in c])
def test_power_equals_power_rr_test(case):
    how, a, test = described(case)
    if a["type"] == "two.sample":
        got = power_two_samples(how, a["n"], (a["prespT"], a["prespC"]), (a["prespT.null"], a["prespC.null"]), **test)
    else:
        got = power_one_sample(how, a["n"], a["presp"], a["presp.null"], **test)
    assert got == pytest.approx(CASES[case]["power"], abs=CLOSED_FORM)


@pytest.mark.parametrize("case", [c for c in POWERS if "_n_" in c])
def test_required_n_reaches_the_power_that_r_stops_short_of(case):
    """power.rr.test returns the first n with power above .79 when .80 was asked for."""
    how, a, test = described(case)
    theirs = CASES[case]["n"]
    assert power_one_sample(how, theirs, a["presp"], a["presp.null"], **test) < a["power"]
    assert required_n(how, a["presp"], a["presp.null"], power=a["power"] - 0.01, **test) == theirs
    ours = required_n(how, a["presp"], a["presp.null"], power=a["power"], **test)
    assert power_one_sample(how, ours - 1, a["presp"], a["presp.null"], **test) < a["power"]
    assert power_one_sample(how, ours, a["presp"], a["presp.null"], **test) >= a["power"]


@pytest.mark.parametrize(
    ("design", "options", "want"),
    [
        ("forced", {"p": 2 / 3, "p1": 1 / 6, "p0": 1 / 6}, 0.98688715819542),
        ("mirrored", {"p": 2 / 3}, 0.376749738946956),
        ("disguised", {"p": 2 / 3}, 0.376749738946956),
        ("unrelated", {"p": 2 / 3, "q": 1 / 3}, 0.996389109485908),
    ],
)
def test_power_of_the_package_documentation(design, options, want):
    """power.rr.test(n=200, presp=.2, presp.null=0, sig.level=.01), rr 1.4.2."""
    assert power_one_sample(device(design, **options), 200, 0.2, 0.0, alpha=0.01) == pytest.approx(
        want, abs=CLOSED_FORM
    )
