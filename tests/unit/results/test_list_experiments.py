import numpy as np
import pandas as pd

from analysis.results import list_experiments
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import Store
from tests.contract.closure import ROOT

COUNTS = Store(ROOT).read("reference__list_experiment_counts")
FOUND = list_experiments.findings(COUNTS)
ESTIMATES = list_experiments.estimate_rows(FOUND, "villagers", "2011").set_index("estimate_id")


def test_counts_become_one_element_per_respondent():
    rows = COUNTS[COUNTS.experiment_code == "afghanistan_2011"]
    answers, arm = list_experiments.expanded(rows, "isaf")
    assert len(answers) == len(arm) == 918 + 918
    assert np.bincount(answers[arm == 0]).tolist() == [188, 265, 265, 200]
    assert np.bincount(answers[arm == 1]).tolist() == [174, 278, 260, 182, 24]


def test_the_failed_arm_has_a_difference_and_no_prevalence():
    difference = ESTIMATES.loc["K02_list_taliban_afghanistan_2011_difference"]
    prevalence = ESTIMATES.loc["K02_list_taliban_afghanistan_2011_prevalence"]
    assert (round(difference.value, 4), round(difference.standard_error, 4)) == (0.2244, 0.0433)
    assert difference.quantity_code == "difference_in_mean_counts"
    assert pd.isna(prevalence.value)
    assert not prevalence.is_usable
    assert prevalence.unusable_reason == "floor and ceiling avoidance: not usable as a prevalence"


def test_the_other_arm_has_both():
    rows = ESTIMATES[ESTIMATES.index.str.startswith("K01_list_isaf")]
    assert rows.is_usable.all()
    assert rows.value.round(4).unique().tolist() == [0.049]


def test_checks_and_types_fit_their_tables():
    checks = check(list_experiments.check_rows(FOUND), TABLES["list_experiment_checks"])
    types = check(list_experiments.type_rows(FOUND), TABLES["list_experiment_types"])
    failed = checks[checks.is_passed.eq(False).fillna(False)].groupby("arm_code").check_code.apply(set).to_dict()
    assert failed == {"taliban": {"thin_floor_cell", "thin_ceiling_cell", "supporters_at_floor"}}
    assert types.groupby("arm_code").type_share.sum().round(9).to_dict() == {"isaf": 1.0}


def test_what_the_data_cannot_judge_is_not_called_passed():
    checks = check(list_experiments.check_rows(FOUND), TABLES["list_experiment_checks"])
    unjudged = checks[checks.is_passed.isna()]
    assert set(zip(unjudged.arm_code, unjudged.check_code, strict=True)) == {
        ("isaf", "supporters_at_floor"), ("isaf", "supporters_at_ceiling"), ("isaf", "thin_ceiling_cell"),
    }  # fmt: skip


def test_the_design_effect_test_sees_nothing():
    checks = list_experiments.check_rows(FOUND).set_index(["arm_code", "check_code"])
    row = checks.loc[("taliban", "design_effect")]
    assert row.is_passed
    assert round(row.statistic, 2) == 0.91
