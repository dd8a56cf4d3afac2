"""Design variance, calibration, intervals and replicates against R survey 4.1-1, and against svy where it covers the
case.

The api samples come with R survey and are read from the folder named by EXTERNAL_MIRROR; the other survey is our own.
"""

import numpy as np
import polars as pl
import pytest
import rdata
import svy

from analysis.estimators.weighting.calibration import calibrate, poststratify, projection, rake
from analysis.estimators.weighting.design import survey_design, with_weights
from analysis.estimators.weighting.estimates import kish_effect, survey_mean, survey_ratio, survey_total
from analysis.estimators.weighting.intervals import proportion_interval, survey_quantile
from analysis.estimators.weighting.margins import margin
from analysis.estimators.weighting.regression import survey_regression
from analysis.estimators.weighting.replicates import replicate_design, replicate_statistic
from analysis.estimators.weighting.trimming import trim_weights
from tests.oracle.survey_files import cases, external, numbers, own_columns

API = cases("reference", "survey.json")
OWN = cases("own_synthetic", "survey_design.json")

CLOSED_FORM = 1e-8  # same arithmetic in another order
ITERATED = 1e-7  # both sides stop an iteration; R's calibration stops at 1e-7 of a total unless told otherwise
LOGISTIC = 1e-6  # R stops IRLS at a relative deviance change of 1e-8
BREAD = 1e-4  # R takes the information at the step before its last, here it is taken at the solution
PROFILE = 2e-5  # R interpolates the profile of the likelihood, here the equation is solved
SIMULATED = 0.10  # standard error of a bootstrap with 1,000 draws


def close(made, expected, tolerance=CLOSED_FORM):
    reference = np.atleast_1d(np.asarray(flat(expected), dtype=float))
    assert np.asarray(made, dtype=float) == pytest.approx(reference, rel=tolerance, abs=1e-12)


def flat(value):
    return list(value.values()) if isinstance(value, dict) else value


@pytest.fixture(scope="module")
def api():
    return rdata.read_rda(external("survey_api.rda"))


SAMPLES = {"srs": "apisrs", "strat": "apistrat", "clus1": "apiclus1", "clus2": "apiclus2"}


def api_design(api, which):
    d = api[SAMPLES[which]]
    columns = {
        "srs": {"fpc": "fpc"},
        "strat": {"strata": "stype", "weights": "pw", "fpc": "fpc"},
        "clus1": {"clusters": "dnum", "weights": "pw", "fpc": "fpc"},
        "clus2": {"clusters": ("dnum", "snum"), "fpc": ("fpc1", "fpc2")},
    }[which]
    given = {role: [d[n].to_numpy() for n in c] if isinstance(c, tuple) else d[c] for role, c in columns.items()}
    return d, survey_design(len(d), **{r: v if isinstance(v, list) else np.array(v.tolist()) for r, v in given.items()})


def school_types(d):
    return np.column_stack([(d.stype.astype(str) == level).to_numpy() for level in "EHM"]).astype(float)


@pytest.mark.parametrize("which", SAMPLES)
def test_means_and_their_design_effects_equal_r(api, which):
    d, design = api_design(api, which)
    expected = API[f"svymean_api00_{which}"]
    made = survey_mean(d.api00.to_numpy(), design)
    close(made.values, expected["est"])
    close(made.standard_errors, expected["se"])
    close(made.design_effect, expected["deff"])
    types = survey_mean(school_types(d), design)
    close(types.values, API[f"svymean_stype_{which}"]["est"])
    assert types.covariance == pytest.approx(
        np.array(API[f"svymean_stype_{which}"]["vcov"]), rel=CLOSED_FORM, abs=1e-12
    )


@pytest.mark.parametrize("which", SAMPLES)
def test_totals_ratios_and_domains_equal_r(api, which):
    d, design = api_design(api, which)
    enrolled = d.enroll.to_numpy(dtype=float)
    total = survey_total(np.nan_to_num(enrolled), design, np.isfinite(enrolled))
    close(total.values, API[f"svytotal_enroll_{which}"]["est"])
    close(total.standard_errors, API[f"svytotal_enroll_{which}"]["se"])
    tested = d["api.stu"].to_numpy(dtype=float)
    ratio = survey_ratio(np.nan_to_num(tested), np.nan_to_num(enrolled), design, np.isfinite(enrolled))
    close(ratio.values, [API[f"svyratio_{which}"]["est"]])
    close(ratio.standard_errors, [API[f"svyratio_{which}"]["se"]])
    by = [survey_mean(d.api00.to_numpy(), design, rows) for rows in school_types(d).T.astype(bool)]
    close([m.values[0] for m in by], API[f"svyby_stype_{which}"]["est"])
    close([m.standard_errors[0] for m in by], API[f"svyby_stype_{which}"]["se"])


@pytest.mark.parametrize("which", SAMPLES)
def test_regressions_equal_r(api, which):
    d, design = api_design(api, which)
    x = np.column_stack([np.ones(len(d)), *(d[c].to_numpy(dtype=float) for c in ("ell", "meals", "mobility"))])
    wide = (d["sch.wide"].astype(str) == "Yes").to_numpy(dtype=float)
    for y, family, name, tolerance in (
        (d.api00.to_numpy(dtype=float), "gaussian", "gauss", CLOSED_FORM),
        (wide, "logistic", "logit", LOGISTIC),
    ):
        made, expected = survey_regression(y, x, design, family), API[f"svyglm_{name}_{which}"]
        close(made.coefficients, expected["est"], tolerance)
        close(made.standard_errors, expected["se"], BREAD if family == "logistic" else tolerance)
        assert made.degrees_of_freedom == expected["df_residual"]


NAMES = {"logit": "logit", "beta": "beta", "mean": "mean", "asin": "arcsine", "xlogit": "logit"}


@pytest.mark.parametrize("which", SAMPLES)
@pytest.mark.parametrize("method", [*NAMES, "likelihood"])
def test_intervals_of_a_proportion_equal_r(api, which, method):
    d, design = api_design(api, which)
    made = survey_mean((d["sch.wide"].astype(str) == "Yes").to_numpy(dtype=float), design)
    expected = API[f"svyciprop_{method}_{which}"]
    limits = proportion_interval(
        float(made.values[0]), float(made.covariance[0, 0]), len(d), made.degrees_of_freedom,
        NAMES.get(method, "likelihood"),
    )  # fmt: skip
    tolerance = PROFILE if method == "likelihood" else LOGISTIC
    assert [limits.low, limits.high] == pytest.approx(expected["ci"], abs=tolerance)


@pytest.mark.parametrize("which", SAMPLES)
def test_quantiles_equal_r(api, which):
    d, design = api_design(api, which)
    for p, row in zip((0.25, 0.5, 0.75), API[f"svyquantile_{which}"]["table"], strict=True):
        made = survey_quantile(d.api00.to_numpy(dtype=float), design, p)
        close([made.value, made.low, made.high, made.se], row, LOGISTIC)


def own_design(**more):
    columns = own_columns("list_survey.csv")
    design = survey_design(
        len(columns["y"]),
        weights=numbers(columns, "weight")[:, 0],
        strata=columns["stratum"],
        clusters=columns["cluster"],
        **more,
    )
    return columns, design


def test_own_survey_means_equal_r():
    columns, design = own_design()
    y = numbers(columns, "direct", "trust_score", "age")
    made, expected = survey_mean(y, design), OWN["svymean_full"]
    close(made.values, expected["est"])
    assert made.covariance == pytest.approx(np.array(expected["vcov"]), rel=CLOSED_FORM)
    close(made.design_effect, expected["deff"])
    assert made.degrees_of_freedom == expected["degf"]
    replaced = survey_mean(y[:, 0], design)
    close(replaced.design_effect_replace, [OWN["svymean_deff_replace_full"]["deff"]])
    domain = survey_mean(y[:, 0], design, numbers(columns, "security_background")[:, 0] == 1)
    close(domain.values, OWN["subset_domain"]["est"])
    close(domain.standard_errors, OWN["subset_domain"]["se"])
    kish = kish_effect(design.weights)
    close([kish.design_effect, kish.effective_n], [OWN["kish_deff"]["deff_kish"], OWN["kish_deff"]["n_eff"]], 1e-12)


def totals(kind, variable):
    rows = own_columns("calibration_margins.csv")
    picked = zip(rows["kind"], rows["variable"], rows["level"], rows["total"], strict=True)
    return {level: float(total) for k, v, level, total in picked if k == kind and v == variable}


def own_margins(columns, *names):
    return [margin(name, columns[name], totals("margin", name)) for name in names]


RAKED = ("host_region", "female", "age_group", "education")


def check_weights(made, expected, tolerance):
    close(made.weights[:50], expected["weights_first50"], tolerance)
    summary = expected["weights_summary"]
    found = [made.weights.min(), made.weights.max(), made.weights.sum(), made.weights @ made.weights]
    close(found, [summary[k] for k in ("min", "max", "sum", "sumsq")], tolerance)


def check_estimates(columns, design, expected, tolerance):
    made = survey_mean(numbers(columns, "direct", "trust_score"), design)
    close(made.values, expected["est"], tolerance)
    close(made.standard_errors, expected["se"], tolerance)
    total = survey_total(numbers(columns, "accept_return"), design)
    close(total.values, list(np.atleast_1d(flat(expected["total"]))), tolerance)
    close(total.standard_errors, list(np.atleast_1d(flat(expected["total_se"]))), tolerance)


def test_raking_equals_r_and_its_variance_differs_from_r_on_purpose():
    columns, design = own_design()
    made, expected = rake(design.weights, own_margins(columns, *RAKED)), OWN["rake_tight"]
    check_weights(made, expected, CLOSED_FORM)
    # R centres residuals by unweighted averages within margins; with that regression the numbers are R's.
    x = np.column_stack([m.code[:, None] == np.arange(len(m.levels)) for m in own_margins(columns, *RAKED)])
    as_r = projection(x.astype(float), np.ones(design.n))
    check_estimates(columns, with_weights(design, made.weights, as_r), expected, ITERATED)
    # Ours weights the regression by the starting weights, as Deville & Särndal do: close, and not the same.
    ours = survey_mean(numbers(columns, "direct"), with_weights(design, made.weights, made.projection))
    assert ours.standard_errors[0] == pytest.approx(expected["se"][0], rel=0.02)
    assert ours.standard_errors[0] != pytest.approx(expected["se"][0], rel=ITERATED)


def test_poststratification_equals_r():
    columns, design = own_design()
    crossed = [f"{h}:{f}" for h, f in zip(columns["host_region"], columns["female"], strict=True)]
    made = poststratify(design.weights, margin("host_region:female", crossed, totals("cell", "host_region:female")))
    check_weights(made, OWN["postStratify"], CLOSED_FORM)
    check_estimates(columns, with_weights(design, made.weights, made.projection), OWN["postStratify"], CLOSED_FORM)


def calibration_variables(columns):
    population = OWN["calibrate_linear"]["population"]
    host = [np.array(columns["host_region"]) == level for level in ("North", "South", "West")]
    x = np.column_stack([np.ones(len(host[0])), *host, numbers(columns, "female", "education", "age")])
    return x.astype(float), list(population.values()), list(population)


@pytest.mark.parametrize(
    ("name", "distance", "bounds"),
    [
        ("calibrate_linear", "linear", None),
        ("calibrate_raking", "raking", None),
        ("calibrate_logit", "logit", (0.4, 2.5)),
        ("calibrate_linear_bounded", "linear", (0.7, 1.4)),
    ],
)
def test_calibration_and_its_variance_equal_r(name, distance, bounds):
    columns, design = own_design()
    made = calibrate(design.weights, *calibration_variables(columns), distance, bounds=bounds)
    check_weights(made, OWN[name], ITERATED)
    check_estimates(columns, with_weights(design, made.weights, made.projection), OWN[name], ITERATED)
    assert made.largest_misfit < 1e-10


def test_trimmed_weights_equal_r():
    columns, design = own_design()
    raked = rake(design.weights, own_margins(columns, *RAKED))
    # R trimmed the weights of its loosely converged raking; start from the same ones.
    loose = OWN["rake_default_epsilon"]["weights_summary"]
    trimmed = trim_weights(raked.weights, 10, 60)
    assert trimmed.weights.sum() == pytest.approx(loose["sum"], rel=1e-9)
    expected = OWN["trimWeights_raked"]["weights_summary"]
    found = [trimmed.weights.min(), trimmed.weights.max(), trimmed.weights.sum(), trimmed.weights @ trimmed.weights]
    close(found, [expected[k] for k in ("min", "max", "sum", "sumsq")], 2e-5)


def test_api_calibrations_equal_r(api):
    d, design = api_design(api, "clus1")
    x = np.column_stack(
        [np.ones(len(d)), d.stype.astype(str) == "H", d.stype.astype(str) == "M", d.api99.to_numpy()]
    ).astype(float)
    asked, names = [6194, 755, 1018, 3914069], ["all", "H", "M", "api99"]
    for name, distance, bounds in (
        ("calibrate_linear_clus1", "linear", None),
        ("calibrate_raking_clus1", "raking", None),
        ("calibrate_logit_clus1", "logit", (0.5, 2.0)),
        ("calibrate_linear_bounded_clus1", "linear", (0.7, 1.6)),
    ):
        made = calibrate(design.weights, x, asked, names, distance, bounds=bounds)
        mean = survey_mean(d.api00.to_numpy(), with_weights(design, made.weights, made.projection))
        close(mean.values, API[name]["est"], ITERATED)
        # R's own stopping rule leaves 1e-7 of a total here
        close(mean.standard_errors, API[name]["se"], 1e-6)


REPLICATES = {"repdesign_JKn": "jkn", "repdesign_bootstrap": "bootstrap", "repdesign_subbootstrap": "subbootstrap"}


@pytest.mark.parametrize("name", REPLICATES)
def test_replicates_equal_r(name):
    columns, design = own_design()
    kind, y = REPLICATES[name], numbers(columns, "direct", "trust_score")
    made = replicate_design(design, kind, replicates_n=1000, rng=np.random.default_rng(5))
    result = replicate_statistic(made, lambda w: w @ y / w.sum())
    close(result.standard_errors, OWN[name]["se"], CLOSED_FORM if kind == "jkn" else SIMULATED)
    assert made.scale == pytest.approx(OWN[name]["scale"], rel=CLOSED_FORM)
    assert made.degrees_of_freedom == OWN[name]["df"]


def test_jackknife_keeps_the_finite_population_correction_as_r_does(api):
    for which, kind, name in (("clus1", "jk1", "repdesign_JK1_clus1"), ("strat", "jkn", "repdesign_JKn_strat")):
        d, design = api_design(api, which)
        y = numbers({c: d[c].to_numpy(dtype=float) for c in ("api00", "enroll")}, "api00", "enroll")
        made = replicate_statistic(replicate_design(design, kind), lambda w, y=y: w @ y / w.sum())
        close(made.values, API[name]["est"])
        close(made.standard_errors, API[name]["se"])


def test_svy_agrees_on_one_stage_designs():
    """A peer that shares no code with this project: one-stage means, and a domain."""
    columns, design = own_design()
    frame = pl.DataFrame(
        {
            "y": numbers(columns, "direct")[:, 0], "w": design.weights, "h": columns["stratum"],
            "psu": columns["cluster"], "g": columns["host_region"],
        }
    )  # fmt: skip
    sample = svy.Sample(frame, svy.Design(stratum="h", psu="psu", wgt="w"))
    peer = sample.estimation.mean("y").estimates[0]
    own = survey_mean(numbers(columns, "direct"), design)
    close([peer.est, peer.se], [own.values[0], own.standard_errors[0]], ITERATED)
    for cell in sample.estimation.mean("y", by="g").estimates:
        domain = np.array(columns["host_region"]) == str(cell.by_level[0])
        own = survey_mean(numbers(columns, "direct"), design, domain)
        close([cell.est, cell.se], [own.values[0], own.standard_errors[0]], ITERATED)
