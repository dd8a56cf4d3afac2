"""List experiment against R: reference values stand beside the call, package and version in the two JSON files."""

import csv
import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from analysis.estimators.list_experiment import (
    analyse,
    design_effect_test,
    difference_in_means,
    floor_ceiling_screen,
    joint_types,
)
from analysis.estimators.variance import least_squares

HERE = Path(__file__).parent
REFERENCE = json.loads((HERE / "reference" / "list_experiment.json").read_text(encoding="utf-8"))
OWN = json.loads((HERE / "own_synthetic" / "list_survey.json").read_text(encoding="utf-8"))
CASES = REFERENCE["cases"]

CLOSED_FORM = 1e-10  # same arithmetic in another order: rounding only
PRINTED_DECIMALS = 4  # R gives the table of types rounded to four decimals
SIMULATED_WEIGHTS = 3e-3  # R draws 250,000 normals for the chi-bar-square weights


def from_counts(control, treated):
    """Expand two rows of cell counts to respondents."""
    counts = np.array([*control, *treated])
    answers = np.repeat(np.tile(np.arange(len(control)), 2), counts)
    return answers, np.repeat([0, 1], [sum(control), sum(treated)])


def counted(study, arm):
    table = REFERENCE["count_tables"][study]
    return *from_counts(table["control"], table[arm]), table["items"]


def own_column(name):
    with (HERE / "own_synthetic" / "list_survey.csv").open(encoding="utf-8") as lines:
        return np.array([float(row[name]) for row in csv.DictReader(lines)])


def external(name):
    folder = os.environ.get("EXTERNAL_MIRROR")
    if not folder:
        pytest.skip("EXTERNAL_MIRROR names no folder: third-party record-level files are not distributed here")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{name} is not in the folder named by EXTERNAL_MIRROR")
    return path


def afghan_rows(arm):
    with external("afghan.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["list.group"] in ("control", arm)]
    response = np.array([int(row["list.response"]) for row in rows])
    treat = np.array([int(row["list.group"] == arm) for row in rows])
    village = np.array([row["village.id"] for row in rows])
    district = np.array([row["district"] for row in rows])
    return response, treat, village, district


DIFFERENCES = [
    ("afghan_dim_ISAF", "afghanistan_2011", "isaf"),
    ("afghan_dim_taliban", "afghanistan_2011", "taliban"),
    ("dim_race", "race_1991", "black_family"),
]


@pytest.mark.parametrize(("case", "study", "arm"), DIFFERENCES)
def test_difference_and_its_error_equal_ictreg(case, study, arm):
    result = difference_in_means(*counted(study, arm))
    want = CASES[case]
    assert result.difference.value == pytest.approx(want["coef"]["sensitive.(Intercept)"], abs=CLOSED_FORM)
    assert result.difference.se == pytest.approx(want["se"]["sensitive.(Intercept)"], abs=CLOSED_FORM)
    assert result.control_mean.value == pytest.approx(want["coef"]["control.(Intercept)"], abs=CLOSED_FORM)
    assert result.control_mean.se == pytest.approx(want["se"]["control.(Intercept)"], abs=CLOSED_FORM)
    assert result.difference.n == want["n"]


@pytest.mark.parametrize(("case", "study", "arm"), DIFFERENCES)
def test_neyman_variance_is_not_the_one_of_ictreg(case, study, arm):
    """Negative twin: the tolerance is tight enough to tell n/(n − 1) from its square."""
    result = difference_in_means(*counted(study, arm), factor="neyman")
    assert result.difference.se != pytest.approx(CASES[case]["se"]["sensitive.(Intercept)"], abs=CLOSED_FORM)


@pytest.mark.parametrize(("case", "y", "treat"), [("dim", "y", "treat"), ("dim_b", "y_b", "treat_b")])
def test_own_lists_equal_ictreg(case, y, treat):
    result = difference_in_means(own_column(y), own_column(treat), 4)
    want = OWN["cases"][case]
    assert result.difference.value == pytest.approx(want["coef"]["sensitive.(Intercept)"], abs=CLOSED_FORM)
    assert result.difference.se == pytest.approx(want["se"]["sensitive.(Intercept)"], abs=CLOSED_FORM)


def test_neyman_variance_equals_the_one_computed_by_hand():
    result = difference_in_means(own_column("y"), own_column("treat"), 4, factor="neyman")
    value, se = OWN["cases"]["dim"]["by_hand"]
    assert result.difference.value == pytest.approx(value, abs=CLOSED_FORM)
    assert result.difference.se == pytest.approx(se, abs=CLOSED_FORM)


def test_weighted_stratified_clustered_difference_equals_svyglm():
    design = {"weights": own_column("weight"), "strata": own_column("stratum"), "clusters": own_column("cluster")}
    result = difference_in_means(own_column("y"), own_column("treat"), 4, **design)
    want = OWN["cases"]["design_dim_svyglm"]
    assert result.difference.value == pytest.approx(want["coef"]["treat"], rel=CLOSED_FORM)
    assert result.difference.se == pytest.approx(want["se"]["treat"], rel=CLOSED_FORM)
    assert result.control_mean.value == pytest.approx(want["coef"]["(Intercept)"], rel=CLOSED_FORM)
    assert result.control_mean.se == pytest.approx(want["se"]["(Intercept)"], rel=CLOSED_FORM)
    assert result.difference.degrees_of_freedom == want["degf"]
    contrast = OWN["cases"]["design_dim_svyby_contrast"]
    assert result.treated_mean.value == pytest.approx(contrast["means"]["1"], rel=CLOSED_FORM)
    assert result.difference.se == pytest.approx(contrast["contrast_se"], rel=CLOSED_FORM)


def test_leaving_a_design_column_out_changes_the_error():
    """Negative twin of the test above: each of the three columns matters."""
    full = {"weights": own_column("weight"), "strata": own_column("stratum"), "clusters": own_column("cluster")}
    want = OWN["cases"]["design_dim_svyglm"]["se"]["treat"]
    for missing in full:
        partial = {name: column for name, column in full.items() if name != missing}
        se = difference_in_means(own_column("y"), own_column("treat"), 4, **partial).difference.se
        assert se != pytest.approx(want, rel=1e-4), missing


@pytest.mark.parametrize("arm", ["ISAF", "taliban"])
def test_village_clustered_error_equals_svyglm(arm):
    """Villages within district strata: .03992 for ISAF, .03634 for the Taliban list."""
    response, treat, village, district = afghan_rows(arm)
    result = difference_in_means(response, treat, 3, strata=district, clusters=village)
    want = CASES[f"afghan_dim_clustered_{arm}"]
    assert result.difference.value == pytest.approx(want["coef"]["t"], rel=1e-8)
    assert result.difference.se == pytest.approx(want["se"]["t"], rel=1e-8)
    assert result.control_mean.se == pytest.approx(want["se"]["(Intercept)"], rel=1e-8)


@pytest.mark.parametrize("arm", ["ISAF", "taliban"])
def test_least_squares_and_linearised_means_agree(arm):
    response, treat, village, district = afghan_rows(arm)
    columns = np.column_stack([np.ones(len(treat)), treat])
    fit = least_squares(response.astype(float), columns, strata=district, clusters=village)
    assert fit.standard_errors[1] == pytest.approx(CASES[f"afghan_dim_clustered_{arm}"]["se"]["t"], rel=1e-8)
    unstratified = least_squares(response.astype(float), columns, clusters=village)
    assert unstratified.standard_errors[1] != pytest.approx(fit.standard_errors[1], rel=1e-2)


@pytest.mark.parametrize("arm", ["ISAF", "taliban"])
def test_committed_counts_are_the_counts_of_the_file(arm):
    response, treat, _, _ = afghan_rows(arm)
    table = REFERENCE["count_tables"]["afghanistan_2011"]
    assert np.bincount(response[treat == 0], minlength=5).tolist() == table["control"]
    assert np.bincount(response[treat == 1], minlength=5).tolist() == table[arm.lower()]


def test_committed_race_counts_are_the_counts_of_the_file():
    with gzip.open(external("list_race.tab.gz"), "rt", encoding="utf-8") as lines:
        rows = [line.split()[1:3] for line in lines][1:]
    y, treat = np.array(rows, dtype=int).T
    table = REFERENCE["count_tables"]["race_1991"]
    assert np.bincount(y[treat == 0], minlength=5).tolist() == table["control"]
    assert np.bincount(y[treat == 1], minlength=5).tolist() == table["black_family"]


TYPE_TABLES = [
    (CASES["afghan_test_ISAF"]["pi"], lambda: counted("afghanistan_2011", "isaf")),
    (CASES["afghan_test_taliban"]["pi"], lambda: counted("afghanistan_2011", "taliban")),
    (CASES["ict_test_race_gmsTRUE"]["pi_table"], lambda: counted("race_1991", "black_family")),
    (OWN["cases"]["ict_test_gms_TRUE"]["pi_table"], lambda: (own_column("y"), own_column("treat"), 4)),
    (OWN["cases"]["ict_test_y_empty_gms_TRUE"]["pi_table"], lambda: (own_column("y_empty"), own_column("treat"), 4)),
    (
        OWN["cases"]["ict_test_y_design_effect_gms_TRUE"]["pi_table"],
        lambda: (own_column("y_design_effect"), own_column("treat"), 4),
    ),
]


@pytest.mark.parametrize(("want", "data"), TYPE_TABLES)
def test_types_and_their_errors_equal_ict_test(want, data):
    types = joint_types(*data())
    got = np.column_stack(
        [np.concatenate([types.holders, types.others]), np.concatenate([types.holders_se, types.others_se])]
    )
    np.testing.assert_allclose(np.round(got, PRINTED_DECIMALS), want, atol=CLOSED_FORM, rtol=0)


@pytest.mark.parametrize("arm", ["isaf", "taliban"])
def test_types_equal_exact_fractions_of_the_counts(arm):
    """R prints four decimals; the shares themselves are fractions of 918, so they can be held to rounding."""
    table = REFERENCE["count_tables"]["afghanistan_2011"]
    types = joint_types(*counted("afghanistan_2011", arm))
    control, treated = np.cumsum(table["control"])[:4], np.cumsum(table[arm])[:4]
    np.testing.assert_allclose(types.holders, (control - treated) / 918, atol=CLOSED_FORM, rtol=0)
    np.testing.assert_allclose(types.others, (treated - np.array([0, *control[:3]])) / 918, atol=CLOSED_FORM, rtol=0)


P_VALUES = [
    (CASES["ict_test_race_gmsTRUE"]["p_bonferroni_min"], True, lambda: counted("race_1991", "black_family")),
    (CASES["ict_test_race_gmsFALSE"]["p_bonferroni_min"], False, lambda: counted("race_1991", "black_family")),
    (CASES["afghan_test_ISAF"]["p"], True, lambda: counted("afghanistan_2011", "isaf")),
    (CASES["afghan_test_taliban"]["p"], True, lambda: counted("afghanistan_2011", "taliban")),
    *(
        (OWN["cases"][case]["p_bonferroni_min"], selection, lambda y=y: (own_column(y), own_column("treat"), 4))
        for case, y, selection in [
            ("ict_test_gms_TRUE", "y", True),
            ("ict_test_y_gms_FALSE", "y", False),
            ("ict_test_y_design_effect_gms_TRUE", "y_design_effect", True),
            ("ict_test_y_design_effect_gms_FALSE", "y_design_effect", False),
            ("ict_test_y_empty_gms_TRUE", "y_empty", True),
            ("ict_test_y_empty_gms_FALSE", "y_empty", False),
        ]
    ),
]


@pytest.mark.parametrize(("want", "selection", "data"), P_VALUES)
def test_p_value_equals_ict_test(want, selection, data):
    result = design_effect_test(*data(), moment_selection=selection)
    assert result.p_value == pytest.approx(want["Sensitive Item 1"], abs=SIMULATED_WEIGHTS)


def test_paper_reports_the_same_one_sided_p_value():
    """Blair & Imai 2012, section 3.4: the minimum p-value of the 'black family' list is 0.022."""
    result = design_effect_test(*counted("race_1991", "black_family"))
    assert round(result.p_value_holders, 3) == 0.022


def test_selection_following_the_cited_theory_does_not_give_the_published_number():
    """Negative twin: with √(log n) standard errors nothing is dropped, so the unselected p-value returns."""
    data = counted("race_1991", "black_family")
    theory = design_effect_test(*data, rule="andrews_soares")
    assert theory.p_value == design_effect_test(*data, moment_selection=False).p_value
    assert theory.p_value > 0.15


def fired(screen):
    return {check.code for check in screen.failures}


def test_screen_fires_on_the_taliban_list():
    screen = floor_ceiling_screen(*counted("afghanistan_2011", "taliban"))
    assert not screen.passed
    assert fired(screen) == {"thin_floor_cell", "thin_ceiling_cell", "supporters_at_floor"}
    at_floor = next(check for check in screen.checks if check.code == "supporters_at_floor")
    assert at_floor.statistic == pytest.approx(188 / 206, abs=CLOSED_FORM)  # 91 % of implied supporters


@pytest.mark.parametrize(
    "data",
    [
        lambda: counted("afghanistan_2011", "isaf"),
        lambda: counted("race_1991", "black_family"),
        lambda: (own_column("y"), own_column("treat"), 4),
        lambda: (own_column("y_b"), own_column("treat_b"), 4),
        lambda: (own_column("y_over"), own_column("treat"), 4),
    ],
    ids=["isaf", "race", "list A", "list B", "overdispersed"],
)
def test_screen_is_silent_on_ordinary_lists(data):
    assert fired(floor_ceiling_screen(*data())) == set()


def test_an_item_held_by_nobody_is_noted_without_blocking():
    screen = floor_ceiling_screen(own_column("y_empty"), own_column("treat"), 4)
    assert fired(screen) == {"unreached_extremes"}
    assert screen.passed


def test_taliban_list_gives_a_difference_but_no_prevalence():
    result = analyse(*counted("afghanistan_2011", "taliban"))
    assert result.prevalence.value is None
    assert result.prevalence.unusable_reason == "floor and ceiling avoidance: not usable as a prevalence"
    assert result.means.difference.value == pytest.approx(206 / 918, abs=CLOSED_FORM)
    assert "items" in result.means.difference.unit
    assert result.design_effect.p_value > 0.9  # the usual test sees nothing


def test_planted_deflation_is_caught_by_the_test_not_by_the_screen():
    result = analyse(own_column("y_design_effect"), own_column("treat"), 4)
    assert result.screen.passed
    assert result.prevalence.value is None
    assert result.prevalence.unusable_reason.startswith("design effect")


def test_ordinary_list_gives_a_prevalence():
    result = analyse(own_column("y"), own_column("treat"), 4)
    assert result.prevalence.value == result.means.difference.value
    assert result.prevalence.is_usable
    (only,) = result.warnings
    assert only.startswith("list-length error")
