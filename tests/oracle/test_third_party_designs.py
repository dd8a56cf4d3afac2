"""Third-party studies against R rr 1.4.2, list 9.2.6 and endorse 1.6.2; our own answers to four devices against rr.

Values stand beside the call in the JSON files. Records are not distributed here; EXTERNAL_MIRROR names their folder.
"""

import csv
import gzip

import numpy as np
import pytest
from scipy import optimize, special

from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.ideal_points import ideal_points
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.misreport import misreport_likelihood
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.power import power_two_samples, required_n
from analysis.estimators.randomised_response.predictor import masked_predictor
from analysis.estimators.randomised_response.regression import (
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)
from analysis.replication.figures import r_frame
from tests.oracle.survey_files import cases, external, numbers, own_columns

CLOSED_FORM = 1e-10
COEFFICIENT = 1e-4  # R's EM stops early
WEAK_COEFFICIENT = 2e-3  # ictreg's EM stops earlier still
STANDARD_ERROR = 1e-3  # relative
EARLY_STOP = 1e-6
PREDICTION = 1e-5
SIMULATED = 6e-3  # R: quasi-Bayesian, 10,000 draws

MASKED = cases("reference", "randomised_response.json")
LISTED = cases("reference", "list_regression.json")
COVARIATES = ("cov.asset.index", "cov.married", "cov.age.10", "cov.age.10sq", "cov.education", "cov.female")
FORCED = device("forced", 2 / 3, p1=1 / 6, p0=1 / 6)


def nigeria(*names, how=FORCED):
    records = r_frame(external("rr_nigeria.RData").read_bytes(), "nigeria")
    records["cov.age.10"] = records["cov.age"].astype(float) / 10
    records["cov.age.10sq"] = records["cov.age.10"] ** 2
    kept = records[["rr.q1", "civic", *names]].astype(float).dropna(subset=["rr.q1", *names])
    matrix = np.column_stack([np.ones(len(kept)), *(kept[name] for name in names)])
    return masked_data(kept["rr.q1"].to_numpy(), how, matrix, ("Intercept", *names)), kept["civic"].to_numpy()


def compare_with_rrreg(fit, want):
    """Coefficients, and errors by outer products of scores, which is what rr reports."""
    assert fit.coefficients == pytest.approx(list(want["coef"].values()), abs=COEFFICIENT)
    errors = np.sqrt(np.diag(np.linalg.inv(fit.scores.T @ fit.scores)))
    assert errors == pytest.approx(list(want["se"].values()), rel=STANDARD_ERROR)


NIGERIA = {
    "rrreg_forced_nigeria": (COVARIATES, FORCED),
    "rrreg_forced_intercept": ((), FORCED),
    "rrreg_forced_1var": (COVARIATES[:1], FORCED),
    "rrreg_unrelated_nigeria_as_if": (COVARIATES, device("unrelated", 2 / 3, q=1 / 2)),
    "rrreg_unrelated_q03_as_if": (COVARIATES, device("unrelated", 0.7, q=0.3)),
}


@pytest.mark.parametrize("case", NIGERIA)
def test_contact_in_nigeria_equals_rrreg(case):
    names, how = NIGERIA[case]
    data, _ = nigeria(*names, how=how)
    assert len(data.y) == MASKED[case]["n"]
    compare_with_rrreg(masked_regression(data), MASKED[case])


@pytest.mark.parametrize("design", ["mirrored", "disguised"])
def test_another_device_on_the_same_answers_is_far_above_rrreg(design):
    """Answers of a forced device read as mirrored: R stops at a lower optimum, where nothing separates."""
    want = MASKED[f"rrreg_{design}_nigeria_as_if"]
    data, _ = nigeria(*COVARIATES, how=device(design, 2 / 3))
    fit, theirs = masked_regression(data), log_likelihood(data, np.array(list(want["coef"].values())))
    assert theirs == pytest.approx(-1547.946128, abs=EARLY_STOP)
    assert fit.log_likelihood > theirs + 3
    assert any("separation" in warning for warning in fit.warnings)


def log_likelihood(data, coefficients):
    held = special.expit(data.X @ coefficients)
    yes = data.how.yes_given(1) * held + data.how.yes_given(0) * (1 - held)
    return float(np.sum(np.where(data.y == 1, np.log(yes), np.log1p(-yes))))


def test_the_likelihood_of_nigeria():
    assert masked_regression(nigeria(*COVARIATES)[0]).log_likelihood == pytest.approx(-1540.11785, abs=1e-5)


def test_errors_of_the_information_are_those_of_rrs_own_optimiser():
    """rrreg(optim = TRUE) inverts the numerical Hessian."""
    fit = masked_regression(nigeria(*COVARIATES)[0])
    errors = np.sqrt(np.diag(fit.covariance))
    assert errors == pytest.approx(list(MASKED["rrreg_forced_optim"]["se"].values()), rel=0.02)


def test_predicted_share_in_nigeria_equals_predict_rrreg():
    fit = masked_regression(nigeria(*COVARIATES)[0])
    (got,) = masked_predictions(fit, {"prediction": masked_average(fit)})
    assert got.value == pytest.approx(MASKED["predict_rrreg_givenyFALSE_qbFALSE"]["est"][0], abs=PREDICTION)
    # Given the answers too, the average is the same at the optimum: its score in the intercept is 0.
    assert got.value == pytest.approx(MASKED["predict_rrreg_givenyTRUE_qbFALSE"]["est"][0], abs=PREDICTION)
    simulated = MASKED["predict_rrreg_givenyFALSE_qbTRUE"]
    assert got.low == pytest.approx(simulated["ci_lower"][0], abs=SIMULATED)
    assert got.high == pytest.approx(simulated["ci_upper"][0], abs=SIMULATED)


def test_contact_as_predictor_is_above_rrreg_predictor():
    """rrreg.predictor stops early: whatever its first part was, its second one lies below our optimum."""
    data, civic = nigeria(*COVARIATES)
    fit, want = masked_predictor(data, civic, "logistic"), MASKED["rrreg_predictor_glm"]
    theirs, first = np.array(list(want["est_t"].values())), data.X.shape[1]

    def minus(held, outcome):
        chance, told = special.expit(data.X @ held), 0.0
        for z, share in ((0, 1 - chance), (1, chance)):
            acts = special.expit(data.X @ outcome[:-1] + z * outcome[-1])
            yes = data.how.yes_given(z)
            told = told + share * np.where(data.y == 1, yes, 1 - yes) * np.where(civic == 1, acts, 1 - acts)
        return -float(np.sum(np.log(told)))

    assert -minus(fit.coefficients[:first], fit.coefficients[first:]) == pytest.approx(fit.log_likelihood, abs=1e-8)
    best = optimize.minimize(minus, fit.coefficients[:first], args=(theirs,))
    assert -best.fun < fit.log_likelihood - 0.1
    off = np.abs(fit.coefficients[first:] - theirs) / list(want["se_t"].values())
    assert off.max() < 1


DEVICES = {
    "mirrored": device("mirrored", 0.7),
    "disguised": device("disguised", 0.7),
    "unrelated": device("unrelated", 0.7, q=0.3),
    "forced": FORCED,
}


@pytest.mark.parametrize("design", DEVICES)
def test_our_own_masked_answers_equal_rrreg(design):
    columns = own_columns("masked_designs.csv")
    answers = np.array(columns[f"y_{design}"], dtype=float)
    matrix = np.column_stack([np.ones(len(answers)), numbers(columns, "x1", "x2")])
    fit = masked_regression(masked_data(answers, DEVICES[design], matrix, ("Intercept", "x1", "x2")))
    compare_with_rrreg(fit, cases("own_synthetic", "masked_designs.json")[f"rrreg_sim_{design}"])


def test_sample_size_and_two_samples_of_power_rr_test():
    """power.rr.test(power = .8, presp = .2, presp.null = .1) stops at the first n with power above .79."""
    ours = required_n(FORCED, 0.2, 0.1, power=0.79, alpha=0.05, alternative="two.sided")
    assert ours == 324
    got = power_two_samples(FORCED, 200, (0.2, 0.1), (0.1, 0.1), alpha=0.05, alternative="one.sided")
    assert got == pytest.approx(0.473756473072445, abs=CLOSED_FORM)


RACE_NAMES = ("Intercept", "south", "age", "male", "college")


def race():
    with gzip.open(external("list_race.tab.gz"), "rt", encoding="utf-8") as lines:
        rows = np.array([line.split()[1:7] for line in lines][1:], dtype=float)
    y, treat, age, south, male, college = rows.T
    return regression_data(y, treat, 3, np.column_stack([np.ones(len(y)), south, age, male, college]), RACE_NAMES)


def test_top_coding_in_the_race_study_equals_ictreg():
    fit, want = misreport_likelihood(race(), "top-code"), LISTED["error_topcode_race"]
    ours = dict(zip(fit.terms, fit.coefficients, strict=True))
    for term, value in want["coef"].items():
        assert ours[term.replace("(Intercept)", "Intercept")] == pytest.approx(value, abs=WEAK_COEFFICIENT), term


def test_uniform_error_in_the_race_study_finishes():
    """R: 'system is computationally singular'. Nothing of this kind is in the answers, and we say so."""
    fit = misreport_likelihood(race(), "uniform")
    assert fit.log_likelihood >= maximum_likelihood(race()).log_likelihood - EARLY_STOP


@pytest.mark.parametrize(
    ("case", "fit", "south"),
    [
        ("predict_avg_south", maximum_likelihood, 1),
        ("predict_avg_nonsouth", maximum_likelihood, 0),
        ("predict_avg_lm_south", linear_regression, 1),
        ("predict_avg_nls_south", nonlinear_least_squares, 1),
    ],
)
def test_average_predictions_of_the_race_study_equal_predict(case, fit, south):
    fitted = fit(race())
    X = fitted.data.X.copy()
    X[:, 1] = south
    (got,) = predict(fitted, {"prediction": average(fitted, X)})
    assert got.value == pytest.approx(LISTED[case]["fit"]["fit"], abs=10 * PREDICTION)
    assert got.se == pytest.approx(LISTED[case]["se"][0], abs=10 * PREDICTION)


@pytest.mark.parametrize("arm", ["ISAF", "taliban"])
def test_differences_among_the_victims_of_each_side(arm):
    with external("afghan.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["list.group"] in ("control", arm)]
    for by, values in zip(
        ("violent.exp.ISAF", "violent.exp.taliban"), LISTED[f"afghan_violence_split_{arm}"]["out"], strict=True
    ):
        for harmed, want in zip(("0", "1"), values, strict=True):
            kept = [row for row in rows if row[by] == harmed]
            y, treat = [int(row["list.response"]) for row in kept], [int(row["list.group"] == arm) for row in kept]
            assert len(kept) == want["n"]
            assert difference_in_means(y, treat, 3).difference.value == pytest.approx(want["dim"], abs=CLOSED_FORM)


PAKISTAN = cases("reference", "endorsement.json")
POLICIES, ENDORSERS = ("Polio", "FCR", "Durand", "Curriculum"), "bcde"
# Posterior standard deviations. Two seeds of R differ by up to .74 of one, with effective draws down to 9.
APART = 0.5


@pytest.fixture(scope="module")
def pakistan():
    records = r_frame(external("endorse_pakistan.RData").read_bytes(), "pakistan")
    given = np.array([[records[f"{p}.{e}"].astype(float) for e in ("a", *ENDORSERS)] for p in POLICIES])
    given = given.transpose(2, 0, 1)
    y = np.where(np.isfinite(given).any(axis=2), np.nansum(given, axis=2), np.nan)
    answers = endorsement_answers(y, np.isfinite(given).argmax(axis=2), POLICIES, tuple(ENDORSERS))
    result = ideal_points(answers, np.random.default_rng(1), draws=400, extensions=0)
    return {e.term: e for e in result.estimates}


def test_ideal_points_of_pakistan_equal_endorse(pakistan):
    one, two = (PAKISTAN[f"endorse_nocov_seed{seed}"] for seed in (1, 2))
    terms = {f"beta.{j}": f"beta[{p}]" for j, p in enumerate(POLICIES, 1)}
    terms |= {
        f"(Intercept).{k}.{j}": f"lambda[{p}.{e}.Intercept]"
        for j, p in enumerate(POLICIES, 1)
        for k, e in enumerate(ENDORSERS, 1)
    }
    for name, term in terms.items():
        theirs = np.mean([(r["beta"] | r["lambda"])[name]["mean"] for r in (one, two)])
        assert abs(pakistan[term].value - theirs) < APART * pakistan[term].se, term


def test_chains_of_endorse_with_covariates_hold_hardly_a_draw_of_the_cut_points():
    """Why those runs are no reference: cut points and the intercept of the ideal points drift together."""
    for seed in (1, 2):
        beta = PAKISTAN[f"endorse_cov_seed{seed}"]["beta"]
        assert max(beta[a]["ess"] for a in ("alpha.2", "alpha.3")) < 5


def test_one_step_of_ictreg_stops_far_from_the_least_squares_and_is_not_offered():
    """R's undocumented `onestep` minimises both arms together; it stops above our two steps and predicts that nobody
    holds the item, with errors in the thousands. The joint minimum separates as well, so we offer two steps only."""
    want, data = LISTED["onestep_race"], race()
    theirs = np.array(list(want["coef"].values()))

    def squares(coefficients):
        held, others = (special.expit(data.X @ part) for part in np.split(coefficients, 2))
        mean = data.responses.items * others + data.responses.treat * held
        return float(np.sum((data.responses.y - mean) ** 2))

    assert [term.partition(".")[0] for term in want["coef"]] == ["sensitive"] * 5 + ["control"] * 5
    assert squares(theirs) == pytest.approx(863.7949, abs=1e-3)
    assert squares(nonlinear_least_squares(data).coefficients) < squares(theirs) - 16
    assert special.expit(data.X @ theirs[:5]).mean() < 1e-4
    assert want["se"]["sensitive.(Intercept)"] > 5000


def test_chain_of_rrreg_bayes_holds_hardly_a_draw():
    """Its posterior means are no reference: of 3,000 kept draws at most six are effective. The likelihood is."""
    want = MASKED["rrreg_bayes"]
    assert max(want["ess"].values()) < 6
    fit = masked_regression(nigeria(*COVARIATES)[0])
    theirs = log_likelihood(fit.data, np.array(want["mean"]))
    assert fit.log_likelihood > theirs + 3
