import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.strategy import weights as weighting
from tests.studies import SHIPPED
from tests.unit.results.surveys import margins, quality, responses


def made(rows=None, excluded=(), totals=None, cut_at=100.0):
    rows = responses() if rows is None else rows
    return weighting.weight_rows(
        SHIPPED, rows, quality(rows, excluded), margins() if totals is None else totals, cut_at
    )


def test_the_recruited_count_by_the_inverse_of_their_acquaintances():
    found = made()
    recruited = found[found.rds_weight.notna()]
    products = recruited.rds_weight * recruited.degree_n.astype(float)
    assert np.ptp(products) == pytest.approx(0)
    assert recruited.rds_weight.mean() == pytest.approx(1)
    assert found[found.rds_weight.isna()].degree_n.isna().all()


def test_volunteers_meet_the_margins():
    rows = responses()
    found = made(rows)
    volunteers = found.raked_weight.notna()
    share = found.raked_weight[volunteers & (rows.sc2 == "Host A")].sum() / found.raked_weight.sum()
    assert share == pytest.approx(0.75)


def test_blended_weights_hold_both_samples_and_meet_the_margins_before_cutting():
    rows = responses()
    found = made(rows)
    assert found.blended_weight.notna().all()
    assert found.blended_weight[rows.sc2 == "Host A"].sum() / len(rows) == pytest.approx(0.75)


def test_extreme_weights_are_cut():
    assert made(cut_at=2.0).blended_weight.max() < made().blended_weight.max()


def test_who_was_left_out_has_no_weight_and_chains_run_through_them():
    rows = responses()
    found = made(rows, excluded=(0, 1, 399))
    assert len(found) == len(rows) - 3
    assert rows.respondent_pseudonym[0] not in set(found.respondent_pseudonym)


def test_a_level_that_nobody_holds_is_pooled_and_not_forgotten():
    totals = margins(Host_A=600, Host_B=200, Host_C=50)
    found = made(totals=totals)
    assert np.isfinite(found.blended_weight).all()


def test_a_respondent_outside_the_margins_keeps_a_weight():
    rows = responses()
    rows.loc[300, "sc4"] = "other"
    found = made(rows)
    assert found.raked_weight[300] == pytest.approx(1)


def test_missing_and_zero_degrees_are_the_median_and_one():
    rows = responses()
    rows.loc[[4, 5], "nw1"] = [".refused", "0"]
    found = weighting.recruitment(SHIPPED, rows)
    assert found.degree[4] == np.median(found.degree[np.arange(200) != 4])
    assert found.degree[5] == 1


def test_without_any_degree_nobody_is_weighted_quietly():
    with pytest.raises(EstimationError, match="item nw1: no respondent states"):
        made(responses(nw1=lambda number: ".not_exported"))


def test_a_circle_of_recruiters_is_refused():
    rows = responses()
    rows.loc[0, "recruiter_pseudonym"] = rows.respondent_pseudonym[5]
    rows.loc[5, "recruiter_pseudonym"] = rows.respondent_pseudonym[0]
    with pytest.raises(EstimationError, match="runs in a circle"):
        made(rows)


def test_a_sample_of_volunteers_alone_is_weighted():
    rows = responses()
    rows["sample_source_code"] = "opt_in"
    found = made(rows)
    assert found.rds_weight.isna().all()
    assert found.blended_weight.notna().all()


def test_waves_are_counted_in_spans_with_their_total():
    found = weighting.wave_rows(responses()).set_index("wave_text").respondents_n
    assert found.drop("all waves").sum() == found["all waves"] == 200


def test_homophily_is_one_without_any_and_says_nothing_of_small_levels():
    rows = responses(ta1=lambda number: "very_favourable" if number % 16 == 0 else "very_unfavourable")
    found = weighting.homophily_rows(SHIPPED, rows, "made up")
    assert set(found.level_text[found.item_text == "ta1"]) == {"not favourable"}
    assert (found.respondents_n % 5 == 0).all()


def test_diagnostics_have_a_row_per_weighting():
    rows = responses(ta1=lambda number: "very_favourable" if number % 4 == 0 else "very_unfavourable")
    found = weighting.diagnostic_rows(SHIPPED, made(rows), rows, "made up").set_index("weighting_code")
    assert list(found.index) == ["unweighted", "rds", "raked", "blended"]
    assert found.kish_design_effect["unweighted"] == 1
    assert found.kish_design_effect["rds"] > 1


def test_an_imputed_number_of_acquaintances_is_flagged():
    rows = responses()
    recruited = rows.index[rows.sample_source_code == "rds"]
    rows.loc[recruited[:3], "nw1"] = [".refused", ".no_answer", "۳"]
    found = made(rows)
    assert found.is_degree_imputed[recruited].tolist() == [True] * 3 + [False] * (len(recruited) - 3)
    assert found.is_degree_imputed[rows.sample_source_code != "rds"].isna().all()
    assert set(found.degree_n[recruited[:3]]) == {int(np.nanmedian(found.degree_n[recruited[3:]].astype(float)))}
