"""The whole order of work on hand-made surveys, and what it withholds."""

import numpy as np
import pandas as pd
import pytest

from analysis.results.survey_recovery import recovery_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.schemas.precision import floored, share_on_step, share_step
from analysis.strategy import weights as weighting
from analysis.strategy.direct import direct_rows, rds_rows
from analysis.strategy.evidence import evidence_rows
from analysis.strategy.experiments import LENGTH_ALLOWED, PLACEBO_FAILS, PLACEBO_UNJUDGED
from analysis.strategy.frame import read_survey
from analysis.strategy.lists import EQUAL_LENGTH, list_counts
from analysis.strategy.rows import REFUSED, TOO_FEW, Place, Rows, identifier, reason_against
from analysis.strategy.survey import Sizes, estimate
from tests.studies import SHIPPED, edited, question
from tests.unit.results.surveys import margins, quality, responses

SIZES = Sizes(seed=1, bootstrap_draws=30, model_draws=60)
FAVOURABLE, NOT_FAVOURABLE, GIVEN_DEFENCE, PUBLIC_SUPPORT = map(
    question,
    (
        "K20_approval_share",
        "E13a_share_not_favourable",
        "E03_regime_given_defence",
        "E01b_public_support_service_household",
    ),
)


def every(number, of, yes, no):
    return yes if number % of == 0 else no


def full(n=400):
    """A survey in which every experiment was fielded; answers follow the respondent's place."""
    rng = np.random.default_rng(3)
    coin = rng.integers(0, 2, n)
    counts = rng.integers(0, 5, n)
    return responses(
        n,
        ta1=lambda i: ".refused" if i % 20 == 7 else every(i, 3, "very_favourable", "very_unfavourable"),
        ta6=lambda i: every(i, 2, "support", "oppose"),
        ta6_version=lambda i: ("afghan_side", "authorities_forces")[coin[i]],
        re4=lambda i: every(i, 5, "yes", "no"),
        rr1=lambda i: every(i, 3, "exactly_one", "both_or_neither"),
        lx1=lambda i: str(counts[i] + (coin[i] and i % 3 == 0)),
        lx2=lambda i: str(counts[(i + 1) % n] + (not coin[i] and i % 3 == 0)),
        lx3=lambda i: str(counts[(i + 2) % n]),
        lx1_arm=lambda i: ("control", "treatment")[coin[i]],
        lx2_arm=lambda i: ("treatment", "control")[coin[i]],
        lx3_arm=lambda i: ("control", "treatment")[coin[(i + 1) % n]],
    )


def survey_of(rows, study="synthetic", plan=SHIPPED):
    weights = weighting.weight_rows(plan, rows, quality(rows), margins(), 100.0)
    return read_survey(plan, rows, weights, study)


@pytest.fixture(scope="module")
def results():
    return estimate(survey_of(full()), margins(), SIZES, "made up")


def test_every_table_meets_its_declaration(results):
    check(results.estimates, TABLES["synthetic_survey_estimates"])
    check(results.diagnostics, TABLES["synthetic_survey_diagnostics"])
    check(results.sensitivity, TABLES["synthetic_survey_sensitivity"])


def test_an_unweighted_share_is_the_share_of_those_who_answered(results):
    rows = full()
    answered = rows.ta1 != ".refused"
    expected = (rows.ta1 == "very_favourable").sum() / answered.sum()
    chosen = one(results, "K20_approval_share", "unweighted", "share of answers")
    assert chosen.value == share_on_step(expected, 0.05)
    assert chosen.respondents_n == answered.sum() // 5 * 5


def one(results, estimand, weighting_code, estimator, group="all"):
    rows = results.estimates
    found = rows[
        (rows.estimand_id == estimand)
        & (rows.weighting_code == weighting_code)
        & (rows.estimator_text == estimator)
        & (rows.group_text == group)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_the_robust_interval_holds_every_plain_one(results):
    limits = {
        (place.weighting, place.estimator): number.limits
        for place, number in results.rows.exact
        if place.estimand_id == "E13a_share_not_favourable" and place.group == "all"
    }
    robust = limits["envelope", "robust interval"]
    for weighting_code in ("rds", "raked", "blended"):
        plain = limits[weighting_code, "share of answers"]
        assert robust.low <= plain.low
        assert plain.high <= robust.high


def test_robust_steps_only_widen(results):
    steps = results.sensitivity[results.sensitivity.sensitivity_code == "robust"].sort_values("step_rank")
    assert (steps.bound_low.diff().dropna() <= 0).all()
    assert (steps.bound_high.diff().dropna() >= 0).all()


def test_service_households_are_never_crossed_with_a_host(results):
    service = results.estimates[results.estimates.estimand_id == PUBLIC_SUPPORT.estimand]
    assert set(service.group_kind_code) <= {"service_household", "all"}


def test_a_list_whose_floor_is_avoided_gives_no_number():
    rows = full(800)
    treated = rows.lx1_arm == "treatment"
    rows.loc[treated & (rows.lx1 == "0"), "lx1"] = "1"
    rows.loc[~treated, "lx1"] = ["0" if i % 3 else "2" for i in range((~treated).sum())]
    found = estimate(survey_of(rows), margins(), SIZES, "made up").estimates
    lists = found[found.item_text.isin(["lx1", "lx1 and lx2"])]
    assert not lists[lists.item_text == "lx1"].is_usable.any()
    assert lists.value[~lists.is_usable.astype(bool)].isna().all()
    assert not lists.is_usable[(lists.item_text == "lx1 and lx2") & (lists.group_text == "all")].any()


def test_a_placebo_list_that_was_planned_and_not_answered_stops_the_lists():
    rows = full(800)
    rows["lx3"] = ".not_asked"
    found = estimate(survey_of(rows), margins(), SIZES, "made up")
    lists = found.estimates[found.estimates.item_text == "lx1 and lx2"]
    assert set(lists.unusable_reason) & {PLACEBO_UNJUDGED}
    assert not lists.is_usable[lists.group_text == "all"].any()
    judged = found.diagnostics[(found.diagnostics.item_text == "lx3") & (found.diagnostics.check_code == "placebo")]
    assert judged.is_passed.isna().all()
    assert len(judged) == 1


def test_a_survey_without_experiments_says_so_and_ends():
    rows = responses(ta1=lambda i: every(i, 3, "very_favourable", "very_unfavourable"))
    found = estimate(survey_of(rows, "vault"), margins(), SIZES, "made up")
    check(found.estimates, TABLES["vault_survey_estimates"])
    check(found.diagnostics, TABLES["vault_survey_diagnostics"])
    assert (found.estimates.evidence_class_code == "field").all()


def test_a_survey_without_any_answer_gives_tables_that_can_be_released():
    found = estimate(survey_of(responses(), "vault"), margins(), SIZES, "made up")
    check(found.estimates, TABLES["vault_survey_estimates"])
    check(found.diagnostics, TABLES["vault_survey_diagnostics"])
    check(found.sensitivity, TABLES["vault_survey_sensitivity"])
    assert not found.estimates.is_usable.any()


def test_a_small_survey_of_volunteers_is_estimated():
    rows = full(120)
    rows["sample_source_code"], rows["recruiter_pseudonym"] = "opt_in", None
    found = estimate(survey_of(rows, "vault"), margins(), SIZES, "made up")
    check(found.estimates, TABLES["vault_survey_estimates"])
    assert "rds" not in set(found.estimates.weighting_code)


def test_a_list_that_one_host_never_saw_treated_is_reported_without_a_balance_test():
    rows = full(800)
    only_control = (rows.sc2 == "Host B") & (rows.lx1_arm == "treatment")
    rows.loc[only_control, "lx1"] = ".not_asked"
    found = estimate(survey_of(rows), margins(), SIZES, "made up")
    checks = found.diagnostics[found.diagnostics.item_text == "lx1"].check_code
    assert "design_effect" in set(checks)
    assert "balance" not in set(checks)


@pytest.mark.parametrize(
    ("yes_n", "no_n", "kind", "reason"),
    [
        (10, 90, "all", None),
        (9, 91, "all", TOO_FEW),
        (90, 9, "host", TOO_FEW),
        (40, 59, "service_household", TOO_FEW),
        (40, 60, "service_household", None),
    ],
)
def test_a_share_is_withheld_where_it_says_too_much(yes_n, no_n, kind, reason):
    assert reason_against(SHIPPED, yes_n, no_n, kind) == reason


def test_a_withheld_share_has_no_number():
    rows = Rows(survey_of(responses(ta1=lambda i: every(i, 100, "very_favourable", "very_unfavourable"))), "made up")
    direct_rows(rows)
    chosen = [row for row in rows.found if row["item_text"] == "ta1"]
    assert chosen
    assert all(row["value"] is None and row["unusable_reason"] == TOO_FEW for row in chosen)
    assert all(row["respondents_n"] is None for row in chosen)


def test_identifiers_say_that_they_are_fictional():
    place = Place("E13a_share_not_favourable", "ta1", "blended", "rds-ii", "host", "Host A")
    assert identifier(place, "synthetic") == "E13a_share_not_favourable_host_a_blended_rds_ii_ta1_synthetic"
    assert identifier(place, "vault") == "E13a_share_not_favourable_host_a_blended_rds_ii_ta1"


def test_undecided_answers_are_neither_and_conditions_narrow_who_was_asked():
    survey = survey_of(full())
    view = survey.coded(NOT_FAVOURABLE)
    assert not (view.is_decided & view.is_undecided).any()
    assert view.is_undecided.sum() == 20
    assert (survey.coded(FAVOURABLE).yes ^ view.yes)[view.is_decided].all()
    given = survey.coded(GIVEN_DEFENCE)
    assert set(survey.rows.ta6[given.is_asked]) == {"support"}


def test_one_no_settles_that_not_both_hold():
    rows = full()
    rows.loc[0, ["ta1", "re4"]] = ["very_unfavourable", ".refused"]
    rows.loc[15, ["ta1", "re4"]] = ["very_favourable", ".refused"]
    both = survey_of(rows).coded(PUBLIC_SUPPORT)
    assert both.is_decided[0]
    assert not both.yes[0]
    assert both.is_undecided[15]


def truth(**changed):
    row = {
        "estimand_id": "K20_approval_share",
        "truth_group_text": "all",
        "truth_quantity_text": "x",
        "truth_value": 0.333,
    }
    return pd.DataFrame([row | changed])


def test_recovery_puts_the_truth_beside_the_estimate(results):
    found = recovery_rows(results.estimates, truth())
    check(found, TABLES["synthetic_recovery"])
    assert set(found.estimand_id) == {"K20_approval_share"}
    share = found[found.estimator_text == "share of answers"].iloc[0]
    assert share.estimation_error == round(share.value - 0.333, 3)


def test_no_truth_is_told_about_a_real_study():
    rows = responses(ta1=lambda i: every(i, 3, "very_favourable", "very_unfavourable"))
    found = estimate(survey_of(rows, "vault"), margins(), SIZES, "made up")
    recovery = recovery_rows(found.estimates, truth())
    assert recovery.empty
    check(recovery, TABLES["vault_recovery"])


def test_the_same_seed_gives_the_same_rows(results):
    again = estimate(survey_of(full()), margins(), SIZES, "made up")
    pd.testing.assert_frame_equal(again.estimates, results.estimates)


def test_a_refused_method_gives_a_reason_without_counts():
    assert not any(letter.isdigit() for letter in REFUSED)


def test_a_row_shows_what_imputing_the_number_of_acquaintances_changes(results):
    rows = full()
    chosen = rows.index[(rows.sample_source_code == "rds") & (rows.ta1 == "very_favourable")][:15]
    rows.loc[chosen, "nw1"] = ".no_answer"
    direct = Rows(survey_of(rows), "made up")
    rds_rows(direct, 1000.0, 30, np.random.default_rng(1))
    name = "rds-ii, stated numbers only"
    found = {row["estimator_text"]: row for row in direct.found if row["estimand_id"] == FAVOURABLE.estimand}
    assert name in found
    kept = rows[(rows.sample_source_code == "rds") & (rows.nw1 != ".no_answer") & (rows.ta1 != ".refused")]
    weights = 1 / np.maximum(kept.nw1.astype(float), 1)
    expected = float(weights[kept.ta1 == "very_favourable"].sum() / weights.sum())
    step = share_step(floored(len(kept)))
    assert step is not None
    assert found[name]["value"] == share_on_step(expected, step)
    assert name not in set(results.estimates.estimator_text)


@pytest.mark.parametrize(("n", "is_shown"), [(180, False), (400, True)])
def test_no_group_below_its_floor_is_reported_by_any_part(n, is_shown):
    """A masked answer by host, the versions of a ballot and a robust interval keep the floor of every group."""
    plan = edited(("    no: exactly_one\n    groups: [service_household]", "    no: exactly_one\n    groups: [host]"))
    plan = plan.model_copy(
        update={"groups": tuple(each.model_copy(update={"is_sensitive": False}) for each in plan.groups)}
    )
    found = estimate(survey_of(full(n), plan=plan), margins(), SIZES, "made up").estimates
    masked = (found.item_text == "rr1") & (found.group_kind_code == "host")
    robust = (found.estimator_text == "robust interval") & (found.group_kind_code == "service_household")
    assert masked.any() == is_shown
    assert (found.group_kind_code == "ballot_version").any() == is_shown
    assert robust.any() == is_shown
    levels = evidence_rows(survey_of(full(n), plan=plan), {})
    assert levels.is_publishable[levels.group_text == "service household"].eq(is_shown).all()


def equal_list(surplus, n=1600):
    """A list of equal length in which one in five holds the item; some name the fifth item whichever it is."""
    rng, rows = np.random.default_rng(8), full(n)
    arm, others = rng.permutation(n) % 2, rng.binomial(4, 0.45, n)
    fifth = np.where(arm == 1, rng.random(n) < 0.2, False) | (rng.random(n) < surplus)
    return rows.assign(lx4=(others + fifth).astype(str), lx4_arm=np.where(arm == 1, "treatment", "control"))


def of_list(rows, item="lx4"):
    found = estimate(survey_of(rows), margins(), SIZES, "made up")
    check(found.estimates, TABLES["synthetic_survey_estimates"])
    chosen = found.estimates[(found.estimates.item_text == item) & (found.estimates.group_text == "all")]
    return found, chosen.set_index(["weighting_code", "estimator_text"])


def test_a_list_of_equal_length_leaves_out_what_a_longer_list_adds():
    _, honest = of_list(equal_list(0.0))
    found, careless = of_list(equal_list(0.1))
    for lists in (honest, careless):
        assert lists.value["unweighted", EQUAL_LENGTH] == pytest.approx(0.2, abs=0.09)  # 2 standard errors
    checks = found.diagnostics[found.diagnostics.item_text == "lx4"].set_index("check_code")
    assert not checks.is_passed["placebo_item_named"]
    assert ("unweighted", "maximum likelihood") not in careless.index
    assert {"rds", "blended", "envelope"} <= set(careless.index.get_level_values(0))


def test_every_list_has_a_row_with_its_error_of_length_allowed_for():
    rows = equal_list(0.0)
    for item, errors in (("lx4", (-0.08, 0.0)), ("lx1", None)):
        _, lists = of_list(rows, item)
        wide = lists.loc["envelope", LENGTH_ALLOWED]
        plain = lists.loc["unweighted", EQUAL_LENGTH if item == "lx4" else "difference in means"]
        assert wide.ci_low <= plain.ci_low
        assert wide.ci_high >= plain.ci_high
        if errors:
            assert wide.ci_high >= plain.ci_high + 0.07
            assert "errors of -0.08 to 0" in wide.method_text
        else:
            assert wide.ci_high - wide.ci_low > plain.ci_high - plain.ci_low + 0.1  # the placebo list's own interval
            assert "the study's own placebo list" in wide.method_text


def test_a_list_that_its_placebo_list_speaks_against_has_no_envelope_either():
    rows = full(800)
    longer = (rows.lx3_arm == "treatment") & (np.arange(800) % 2 == 0)
    rows.loc[longer, "lx3"] = (rows.lx3[longer].astype(int) + 1).astype(str)
    _, lists = of_list(rows, "lx1 and lx2")
    assert lists.unusable_reason["envelope", LENGTH_ALLOWED] == PLACEBO_FAILS
    assert np.isnan(lists.ci_low["envelope", LENGTH_ALLOWED])


def test_both_arms_of_a_list_of_equal_length_can_name_five():
    counts = list_counts(survey_of(equal_list(0.1)))
    reached = (
        counts[counts.list_answer_text != "all answers"].groupby(["item_text", "list_arm_code"]).list_answer_text.max()
    )
    assert reached["lx4", "control"] == reached["lx4", "treatment"] == "5"
    assert reached["lx1", "control"] == "4"


def test_lists_of_one_estimand_fail_each_by_its_own_checks():
    rows = equal_list(0.0)
    assert estimate(survey_of(rows), margins(), SIZES, "made up").failed["lx4"] is None
    rows["lx3"] = ".not_asked"  # the placebo list of the double list
    failed = estimate(survey_of(rows), margins(), SIZES, "made up").failed
    assert failed["lx4"] is None
    assert failed["lx1 and lx2"] is not None
