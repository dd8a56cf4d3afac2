"""List regressions against R list 9.2.6: reference values stand beside the call in the JSON files."""

import csv
import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.estimate import normal_interval
from analysis.estimators.list_experiment.agreement import hausman_test, model_gap
from analysis.estimators.list_experiment.direct import combine_with_direct
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.list_experiment.joint import joint_regression
from analysis.estimators.list_experiment.mixture import FALLBACK, maximum_likelihood
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.prediction import average, compare_with_direct, difference, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data
from analysis.estimators.list_experiment.several_items import (
    likelihood_several,
    linear_several,
    nonlinear_several,
    several_items_data,
)
from analysis.estimators.list_experiment.standing import analyse

HERE = Path(__file__).parent
OWN = json.loads((HERE / "own_synthetic" / "list_survey.json").read_text(encoding="utf-8"))
MULTI = json.loads((HERE / "own_synthetic" / "multi_list.json").read_text(encoding="utf-8"))
THIRD_PARTY = json.loads((HERE / "reference" / "list_regression.json").read_text(encoding="utf-8"))
COVARIATES = ("age", "female", "education", "security_background")

CLOSED_FORM = 1e-8  # same arithmetic in another order
COEFFICIENT = 2e-3  # R's EM and nls stop early, up to this far from the optimum
WEAK_COEFFICIENT = 5e-2  # psi1 of the race list is hardly identified: R stops further away along a ridge
STANDARD_ERROR = 2e-2  # relative; R differentiates numerically
EARLY_STOP = 1e-6  # our log-likelihood may be higher than R's by any amount, lower by rounding only
SAME_OPTIMUM = 1e-4  # independent numpy optimiser with numerical gradients
PREDICTION = 1e-4  # follows from coefficients that differ by EARLY_STOP
SIMULATED = 1e-2  # R draws 10,000 coefficient vectors for its comparison with a direct question
HAUSMAN = 2e-2  # relative; a small difference of large matrices


def columns(name):
    with (HERE / "own_synthetic" / name).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {k: np.array([row[k] for row in rows]) for k in rows[0]}


LIST = columns("list_survey.csv")
SEVERAL = columns("multi_list.csv")


def number(name, table=LIST):
    return table[name].astype(float)


def matrix(table, names):
    return np.column_stack([np.ones(len(table["y"])), *(number(n, table) for n in names)])


def own(y="y", treat="treat", names=COVARIATES, **design):
    columns_of_design = {k: number(v) if k == "weights" else LIST[v] for k, v in design.items()}
    x = matrix(LIST, names)
    return regression_data(number(y), number(treat), 4, x, ("Intercept", *names), **columns_of_design)


WEIGHTS = {"weights": "weight"}
FULL_DESIGN = {"weights": "weight", "strata": "stratum", "clusters": "cluster"}


def r_name(term):
    return term.replace("Intercept", "(Intercept)")


def compare(fit, want, *, coefficient, se):
    for term, value, error in zip(fit.terms, fit.coefficients, fit.standard_errors, strict=True):
        if r_name(term) in want["coef"]:
            assert value == pytest.approx(want["coef"][r_name(term)], abs=coefficient), term
            if se:
                assert error == pytest.approx(want["se"][r_name(term)], rel=se), term
    if want.get("llik") is not None:
        assert fit.log_likelihood >= want["llik"] - EARLY_STOP


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("lm", own),
        ("lm_weighted", lambda: own(**WEIGHTS)),
        ("empty_cell_lm", lambda: own("y_empty")),
    ],
)
def test_linear_regression_equals_ictreg(case, data):
    compare(linear_regression(data()), OWN["cases"][case], coefficient=CLOSED_FORM, se=CLOSED_FORM)


def test_linear_regression_under_a_design_equals_svyglm():
    fit = linear_regression(own(**FULL_DESIGN))
    want = OWN["cases"]["design_lm_interacted"]["se"]
    assert fit.standard_errors[0] == pytest.approx(want["treat"], rel=CLOSED_FORM)
    assert fit.standard_errors[1] == pytest.approx(want["treat:age"], rel=CLOSED_FORM)
    assert fit.standard_errors[5] == pytest.approx(want["(Intercept)"], rel=CLOSED_FORM)


def test_weights_alone_do_not_give_the_error_of_the_design():
    """Negative twin: strata and clusters matter to the test above."""
    want = OWN["cases"]["design_lm_interacted"]["se"]["treat"]
    assert linear_regression(own(**WEIGHTS)).standard_errors[0] != pytest.approx(want, rel=1e-3)


@pytest.mark.parametrize(("case", "y"), [("nls", "y"), ("empty_cell_nls", "y_empty")])
def test_two_step_regression_equals_ictreg(case, y):
    compare(nonlinear_least_squares(own(y)), OWN["cases"][case], coefficient=COEFFICIENT, se=STANDARD_ERROR)


def test_weighted_two_step_has_the_coefficients_of_r_but_not_its_errors():
    """R 9.2.6 leaves the weights out of the covariance of nls; with ours in, the errors must differ."""
    fit, want = nonlinear_least_squares(own(**WEIGHTS)), OWN["cases"]["nls_weighted"]
    compare(fit, want, coefficient=COEFFICIENT, se=None)
    assert fit.standard_errors[0] != pytest.approx(want["se"]["sensitive.(Intercept)"], rel=STANDARD_ERROR)


LIKELIHOODS = [
    ("ml_constrained", "constrained", own),
    ("ml_constrained_list_b", "constrained", lambda: own("y_b", "treat_b")),
    ("ml_unconstrained", "unconstrained", own),
    ("ml_intercept", "constrained", lambda: own(names=())),
    ("empty_cell_ml_constrained", "constrained", lambda: own("y_empty")),
    ("empty_cell_ml_unconstrained", "unconstrained", lambda: own("y_empty")),
    ("ml_binomial_on_y_over", "constrained", lambda: own("y_over")),
]


@pytest.mark.parametrize(("case", "model", "data"), LIKELIHOODS)
def test_likelihood_equals_ictreg(case, model, data):
    fit = maximum_likelihood(data(), model)
    compare(fit, OWN["cases"][case], coefficient=COEFFICIENT, se=STANDARD_ERROR)
    assert fit.convergence.is_converged
    assert fit.warnings == ()


def test_beta_binomial_equals_the_independent_optimum():
    """R gives the same coefficients but lists the error of the overdispersion first, so every error is one row off."""
    fit = maximum_likelihood(own("y_over"), "beta-binomial")
    compare(fit, OWN["cases"]["ml_overdispersed_y_over"], coefficient=COEFFICIENT, se=None)
    want = OWN["independent"]["cases"]["ml_overdispersed_y_over"]
    np.testing.assert_allclose(fit.coefficients, want["coef"], atol=SAME_OPTIMUM)
    np.testing.assert_allclose(fit.standard_errors, want["se"], rtol=SAME_OPTIMUM)


def test_beta_binomial_without_overdispersion_falls_back_and_says_so():
    """R: 'Lapack routine dgesv: system is exactly singular'."""
    fit = maximum_likelihood(own(), "beta-binomial")
    assert FALLBACK in fit.warnings
    assert fit.log_likelihood == pytest.approx(OWN["independent"]["cases"]["ml_constrained"]["llik"], abs=EARLY_STOP)


def test_separation_ends_and_is_named():
    """R: 'missing value where TRUE/FALSE needed'. The optimum has one coefficient at minus infinity."""
    fit = maximum_likelihood(own("y_design_effect"))
    assert fit.log_likelihood >= OWN["independent"]["cases"]["design_effect_cmp_ml"]["llik"] - EARLY_STOP
    assert any("separation" in w and "sensitive.security_background" in w for w in fit.warnings)
    lost = dict(zip(fit.terms, fit.estimates(), strict=True))["sensitive.security_background"]
    assert lost.se is None
    assert fit.estimates()[0].se == pytest.approx(1.913, rel=STANDARD_ERROR)


def test_weighted_likelihood_has_r_coefficients_and_a_design_based_error():
    fit = maximum_likelihood(own(**FULL_DESIGN))
    compare(fit, OWN["cases"]["ml_weighted"], coefficient=COEFFICIENT, se=None)
    want = OWN["independent"]["cases"]["ml_weighted_design_sandwich"]
    np.testing.assert_allclose(fit.standard_errors, want["se"], rtol=SAME_OPTIMUM)
    assert fit.standard_errors[0] > 4 * want["naive_inverse_hessian_se"][0]  # what R reports shrinks with the scale


def test_weighted_errors_do_not_depend_on_the_scale_of_the_weights():
    first = maximum_likelihood(own(**WEIGHTS))
    data = own()
    again = maximum_likelihood(
        regression_data(number("y"), number("treat"), 4, data.X, data.names, weights=number("weight") * 7)
    )
    np.testing.assert_allclose(again.standard_errors, first.standard_errors, rtol=CLOSED_FORM)


def plain_low(estimate):
    """R's lower limit, value - quantile x se: of a logistic fit it covers too rarely, so ours is another one."""
    return normal_interval(estimate.value, estimate.se, 0.95, estimate.degrees_of_freedom).low


def test_predictions_equal_predict_ictreg():
    fits = {"lm": linear_regression(own()), "nls": nonlinear_least_squares(own()), "ml": maximum_likelihood(own())}
    for name, fit in fits.items():
        (got,) = predict(fit, {"prediction": average(fit)})
        want = OWN["cases"][f"predict_avg_{name}"]
        assert got.value == pytest.approx(want["fit"]["fit"], abs=PREDICTION)
        assert got.se == pytest.approx(want["se"][0], rel=STANDARD_ERROR)
        assert plain_low(got) == pytest.approx(want["fit"]["lwr"], abs=PREDICTION)


@pytest.mark.parametrize(("name", "fit"), [("nls", nonlinear_least_squares), ("ml", maximum_likelihood)])
def test_group_differences_equal_predict_ictreg(name, fit):
    fitted = fit(own())
    changed = [fitted.data.X.copy() for _ in range(2)]
    for value, x in zip((1, 0), changed, strict=True):
        x[:, 4] = value
    first, second = (average(fitted, x) for x in changed)
    got = predict(fitted, {"1": first, "0": second, "difference": difference(first, second)})
    want = OWN["cases"][f"predict_diff_security_{name}"]
    for i, estimate in enumerate(got):
        assert estimate.value == pytest.approx(want["fit"][f"fit{i + 1}"], abs=PREDICTION * 5)
        assert estimate.se == pytest.approx(want["se"][i], rel=STANDARD_ERROR)


def test_comparison_with_the_direct_question_is_near_the_simulated_one_of_r():
    got = compare_with_direct(maximum_likelihood(own()), number("direct"))
    want = OWN["cases"]["predict_social_desirability"]
    assert got.prediction.value == pytest.approx(want["fit"]["fit1"], abs=SIMULATED)
    assert got.direct.value == pytest.approx(want["fit"]["fit2"], abs=SIMULATED)
    assert got.difference.value == pytest.approx(want["fit"]["fit3"], abs=SIMULATED)
    assert got.difference.se == pytest.approx(want["se"][2], rel=STANDARD_ERROR)


def test_classical_hausman_statistic_equals_r_and_ours_is_a_chi_square():
    data = own()
    got = hausman_test(maximum_likelihood(data), nonlinear_least_squares(data))
    assert got.classical_statistic == pytest.approx(OWN["cases"]["hausman"]["stat"], rel=HAUSMAN)
    assert got.statistic > 0
    assert got.degrees_of_freedom == OWN["cases"]["hausman"]["df"]


@pytest.mark.parametrize(("case", "x"), [("none", None), ("cov", COVARIATES)])
def test_list_and_direct_question_equal_combinedlistdirect(case, x):
    design = None if x is None else matrix(LIST, x)
    got = combine_with_direct(number("y"), number("treat"), 4, number("direct"), X=design)
    want = OWN["cases"][f"combinedListDirect_{case}"]
    assert got.combined.value == pytest.approx(want["comb_est"], abs=CLOSED_FORM)
    assert got.combined.se == pytest.approx(want["comb_se"], abs=CLOSED_FORM)
    assert got.direct.se == pytest.approx(want["direct_se"], abs=CLOSED_FORM)
    for ours, theirs in (
        (got.treatment_among_admitters, want["placebo1"]),
        (got.treatment_on_direct, want["placebo2"]),
    ):
        assert ours.value == pytest.approx(theirs["estimate"], abs=CLOSED_FORM)
        assert ours.se == pytest.approx(theirs["se"], abs=CLOSED_FORM)
        assert ours.p_value == pytest.approx(theirs["p"], abs=CLOSED_FORM)
        assert ours.n == theirs["n"]


def test_double_list_equals_the_per_person_contrast():
    plain = double_list(number("y"), number("y_b"), number("treat"), 4).average
    want = OWN["cases"]["double_list_dim"]
    assert plain.value == pytest.approx(want["estimate"], abs=CLOSED_FORM)
    assert plain.se == pytest.approx(want["se"], abs=CLOSED_FORM)
    columns_of_design = {k: number(v) if k == "weights" else LIST[v] for k, v in FULL_DESIGN.items()}
    designed = double_list(number("y"), number("y_b"), number("treat"), 4, **columns_of_design).average
    want = OWN["cases"]["design_double_list"]
    assert designed.value == pytest.approx(want["coef"]["(Intercept)"], abs=CLOSED_FORM)
    assert designed.se == pytest.approx(want["se"]["(Intercept)"], abs=CLOSED_FORM)
    assert designed.se != pytest.approx(plain.se, rel=1e-2)


@pytest.mark.parametrize(("model", "outcome"), [("logistic", "accept_return"), ("linear", "trust_score")])
def test_joint_model_reaches_the_optimum_that_r_misses(model, outcome):
    fit = joint_regression(own(), number(outcome), model)
    want = OWN["independent"]["cases"][f"joint_{model}"]
    assert fit.log_likelihood >= want["llik"] - EARLY_STOP
    assert fit.log_likelihood > OWN["cases"][f"joint_{model}"]["llik"] + 1e-4
    np.testing.assert_allclose(fit.coefficients, want["coef"], atol=SAME_OPTIMUM)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), want["se"], rtol=SAME_OPTIMUM)


@pytest.mark.parametrize(("model", "outcome"), [("logistic", "accept_return"), ("linear", "trust_score")])
def test_joint_model_with_two_covariates_is_above_r(model, outcome):
    fit = joint_regression(own(names=("female", "education")), number(outcome), model)
    assert fit.log_likelihood > OWN["cases"][f"joint_{model}_2cov"]["llik"]
    assert fit.convergence.is_converged


def test_item_as_predictor_is_near_the_prediction_of_r():
    fit = joint_regression(own(), number("accept_return"), "logistic")
    want = OWN["cases"]["joint_logistic_predict"]["fit"]
    for estimate, row in zip(fit.predictions[:3], want, strict=True):
        assert estimate.value == pytest.approx(row[0], abs=3 * SIMULATED)  # R's coefficients are off the optimum


def several(names=COVARIATES):
    x = matrix(SEVERAL, names)
    return several_items_data(number("y", SEVERAL), number("treat", SEVERAL), 4, x, ("Intercept", *names))


def stacked(case, what):
    items = MULTI["cases"][case][f"{what}_treat"]
    return np.array([v for block in (*items, MULTI["cases"][case][f"{what}_control"]) for v in block.values()])


@pytest.mark.parametrize(
    ("case", "fit", "coefficient", "se"),
    [
        ("multi_dim", lambda: linear_several(several(())), CLOSED_FORM, CLOSED_FORM),
        ("multi_lm", lambda: linear_several(several()), CLOSED_FORM, CLOSED_FORM),
        ("multi_nls", lambda: nonlinear_several(several()), COEFFICIENT, STANDARD_ERROR),
        ("multi_ml_none", lambda: likelihood_several(several()), COEFFICIENT, STANDARD_ERROR),
    ],
)
def test_several_items_equal_ictreg(case, fit, coefficient, se):
    fitted = fit()
    np.testing.assert_allclose(fitted.coefficients, stacked(case, "par"), atol=coefficient)
    np.testing.assert_allclose(fitted.standard_errors, stacked(case, "se"), rtol=se)
    if MULTI["cases"][case].get("llik"):
        assert fitted.log_likelihood >= MULTI["cases"][case]["llik"] - EARLY_STOP


def test_items_that_depend_on_the_other_items_equal_ictreg():
    fit = likelihood_several(several(), "level")
    got = dict(zip(fit.terms, fit.coefficients, strict=True))
    for item, block in zip("12", MULTI["cases"]["multi_ml_level"]["par_treat"], strict=True):
        for name, value in block.items():
            term = name.replace("(Intercept)", "Intercept").replace("y_i(0)", "other_items")
            assert got[f"sensitive.{item}.{term}"] == pytest.approx(value, abs=COEFFICIENT)
    assert fit.log_likelihood >= MULTI["cases"]["multi_ml_level"]["llik"] - EARLY_STOP


def test_a_list_that_is_too_short_for_its_answers_is_refused():
    """R: 'Value 1.125 out of range (0, 1)'."""
    with pytest.raises(EstimationError, match=r"control arm answers 0\.\.3 when items is 3"):
        regression_data(number("y"), number("treat"), 3)


def external(name):
    folder = os.environ.get("EXTERNAL_MIRROR")
    if not folder or not (Path(folder) / name).exists():
        pytest.skip("EXTERNAL_MIRROR names no folder with this file: third-party records are not distributed here")
    return Path(folder) / name


def race(weights=False):
    with gzip.open(external("list_race.tab.gz"), "rt", encoding="utf-8") as lines:
        rows = np.array([line.split()[1:7] for line in lines][1:], dtype=float)
    y, treat, age, south, male, college = rows.T
    x = np.column_stack([np.ones(len(y)), south, age, male, college])
    w = np.array(THIRD_PARTY["weights_race"]) if weights else None
    return regression_data(y, treat, 3, x, ("Intercept", "south", "age", "male", "college"), weights=w)


def afghan(arm):
    names = ("age", "educ.years", "employed", "violent.exp.ISAF", "violent.exp.taliban")
    with external("afghan.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["list.group"] in ("control", arm)]
    rows = [row for row in rows if all(row[name] not in ("", "NA") for name in names)]
    x = np.array([[1.0, *(float(row[name]) for name in names)] for row in rows])
    x[:, 1:3] /= 10
    y = [int(row["list.response"]) for row in rows]
    labels = ("Intercept", "age10", "educ10", *names[2:])
    return regression_data(y, [row["list.group"] == arm for row in rows], 3, x, labels)


THIRD_PARTY_FITS = [
    ("lm_race", lambda: linear_regression(race()), CLOSED_FORM, CLOSED_FORM),
    ("lm_weighted_race", lambda: linear_regression(race(weights=True)), CLOSED_FORM, CLOSED_FORM),
    ("nls_race", lambda: nonlinear_least_squares(race()), COEFFICIENT, STANDARD_ERROR),
    ("nls_weighted_race", lambda: nonlinear_least_squares(race(weights=True)), COEFFICIENT, None),
    ("ml_constrained_race", lambda: maximum_likelihood(race()), COEFFICIENT, STANDARD_ERROR),
    ("ml_weighted_race", lambda: maximum_likelihood(race(weights=True)), COEFFICIENT, None),
    ("ml_unconstrained_race", lambda: maximum_likelihood(race(), "unconstrained"), WEAK_COEFFICIENT, STANDARD_ERROR),
    ("ml_constrained_overdispersed_race", lambda: maximum_likelihood(race(), "beta-binomial"), COEFFICIENT, None),
    ("afghan_lm_ISAF", lambda: linear_regression(afghan("ISAF")), CLOSED_FORM, CLOSED_FORM),
    ("afghan_lm_taliban", lambda: linear_regression(afghan("taliban")), CLOSED_FORM, CLOSED_FORM),
    ("afghan_ml_ISAF", lambda: maximum_likelihood(afghan("ISAF")), COEFFICIENT, STANDARD_ERROR),
    ("afghan_nls_taliban", lambda: nonlinear_least_squares(afghan("taliban")), COEFFICIENT, STANDARD_ERROR),
]


@pytest.mark.parametrize(("case", "fit", "coefficient", "se"), THIRD_PARTY_FITS, ids=[c[0] for c in THIRD_PARTY_FITS])
def test_third_party_fits_equal_ictreg(case, fit, coefficient, se):
    """Errors are not held to R where it forgets the weights, scales with them, or lists them one row off."""
    compare(fit(), THIRD_PARTY["cases"][case], coefficient=coefficient, se=se)


def test_race_predictions_equal_table_1_of_imai_2011():
    fit = maximum_likelihood(race())
    changed = [fit.data.X.copy() for _ in range(2)]
    changed[0][:, 1], changed[1][:, 1] = 1, 0
    south, elsewhere = (average(fit, x) for x in changed)
    got = predict(fit, {"south": south, "elsewhere": elsewhere, "difference": difference(south, elsewhere)})
    want = THIRD_PARTY["cases"]["predict_avg_diff"]
    for i, estimate in enumerate(got):
        assert estimate.value == pytest.approx(want["fit"][f"fit{i + 1}"], abs=PREDICTION)
        assert estimate.se == pytest.approx(want["se"][i], abs=PREDICTION)
        assert plain_low(estimate) == pytest.approx(want["fit"][f"lwr{i + 1}"], abs=PREDICTION)


def test_race_hausman_of_r_is_negative_and_ours_is_not():
    data = race()
    got = hausman_test(maximum_likelihood(data), nonlinear_least_squares(data))
    assert got.classical_statistic == pytest.approx(THIRD_PARTY["cases"]["hausman_race"]["stat"], rel=HAUSMAN)
    assert got.classical_statistic < 0 < got.statistic


def test_isaf_gap_between_model_and_difference_is_flagged():
    gap = model_gap(maximum_likelihood(afghan("ISAF")))
    assert gap.is_flagged
    assert gap.prediction == pytest.approx(0.190, abs=1e-3)
    assert gap.difference == pytest.approx(0.045, abs=1e-3)


def test_singular_two_step_of_isaf_finishes_and_says_so():
    """R: 'Lapack routine dgesv: system is exactly singular: U[5,5] = 0'."""
    fit = nonlinear_least_squares(afghan("ISAF"))
    assert any("singular" in warning for warning in fit.warnings)
    assert any(estimate.se is None for estimate in fit.estimates())


def test_taliban_likelihood_finishes_and_the_list_stays_unusable():
    """R: 'missing value where TRUE/FALSE needed'."""
    data = afghan("taliban")
    fit = maximum_likelihood(data)
    assert any("separation" in warning for warning in fit.warnings)
    standing = analyse(data.responses.y, data.responses.treat, 3)
    assert standing.prevalence.unusable_reason == "floor and ceiling avoidance: not usable as a prevalence"
