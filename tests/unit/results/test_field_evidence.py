"""A study moves the verdict of its own book when its evidence meets a rule, and only then."""

import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.claims.entries import FieldLink
from analysis.claims.register import FIELD_COLUMNS, load_field_links, load_register, with_own
from analysis.claims.verdict import UNLINKED, judge_register, outward_points
from analysis.errors import ClaimsError
from analysis.results import claims
from analysis.results.field_evidence import field_pieces, links_to, p_value, screens
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.schemas.evidence_levels import LEVELS
from analysis.strategy import weights as weighting
from analysis.strategy.direct import robust_rows
from analysis.strategy.evidence import evidence_rows
from analysis.strategy.frame import read_survey
from analysis.strategy.rows import Rows
from tests.rehearsals import PLANS, design_of
from tests.studies import ROOT, edited
from tests.unit.results.surveys import margins, quality, responses

REGISTER = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
CLAIM, ESTIMAND = "C13.1", "E13a_share_not_favourable"
MAIN = "main_question: K20_approval_share"
PLAN = edited((MAIN, f'planned_n: {{{ESTIMAND}: 1000}}\nasked_from: "2027-05-01"\n{MAIN}'))
GOOD = (
    f'{CLAIM},{ESTIMAND},true,true,,the investigators,2027-06-30,"Adults of the named hosts, asked after the clashes."'
)


def survey_of(favourable_in, n=1600, plan=PLAN):
    """Every so many respondents views the authorities favourably; the others do not."""
    answers = responses(
        n,
        ta1=lambda number: "very_favourable" if number % favourable_in == 0 else "very_unfavourable",
        ta6=lambda number: "support" if number % 2 else "oppose",
    )
    weights = weighting.weight_rows(plan, answers, quality(answers), margins(), 100.0)
    return read_survey(plan, answers, weights, "vault")


def rows_of(favourable_in, n=1600):
    return evidence_rows(survey_of(favourable_in, n), {})


@pytest.fixture(scope="module")
def few():
    return rows_of(25)


@pytest.fixture(scope="module")
def half():
    return rows_of(2)


def linked(tmp_path, *rows):
    path = tmp_path / "evidence_links.csv"
    path.write_text("\n".join([",".join(FIELD_COLUMNS), *rows]) + "\n", encoding="utf-8")
    return load_field_links(path, REGISTER)


def judged(rows, links, plan=PLAN):
    found = field_pieces(REGISTER, rows, links, plan)
    check(claims.evidence_rows(found), TABLES["claim_evidence"])
    made = judge_register(REGISTER, [piece.evidence for piece in found])
    check(claims.verdict_rows(made), TABLES["claim_verdicts"])
    return next(verdict for verdict in made if verdict.claim_id == CLAIM)


def test_every_level_is_there_and_wider_levels_hold_narrower_ones(few):
    rows = check(few, TABLES["vault_survey_evidence"])
    own = rows[rows.estimand_id == ESTIMAND].sort_values("confidence_level")
    assert own.confidence_level.tolist() == sorted(LEVELS)
    assert (np.diff(own.robust_low) <= 0).all()
    assert (np.diff(own.robust_high) >= 0).all()


def test_an_estimate_that_meets_the_rule_supports_the_claim(few, tmp_path):
    verdict = judged(few, linked(tmp_path, GOOD))
    assert verdict.verdict == "supported"
    assert verdict.low_points > 80
    assert not verdict.is_post_hoc


def test_an_estimate_on_the_other_side_contradicts_it(half, tmp_path):
    assert judged(half, linked(tmp_path, GOOD)).verdict == "contradicted"


def test_an_estimate_that_holds_the_threshold_decides_nothing(tmp_path):
    assert judged(rows_of(5), linked(tmp_path, GOOD)).verdict == "inconclusive"


@pytest.mark.parametrize(("n", "favourable_in"), [(323, 3), (407, 4), (1607, 25)])
def test_a_verdict_tells_no_more_than_the_row_that_the_study_publishes(tmp_path, n, favourable_in):
    """Ends of a verdict are those of the published interval: on finer ones a count could be worked out."""
    survey = survey_of(favourable_in, n)
    rows = Rows(survey, "made up")
    robust_rows(rows)
    row = next(each for each in rows.found if each["estimand_id"] == ESTIMAND)
    plan = edited((MAIN, f'planned_n: {{{ESTIMAND}: 300}}\nasked_from: "2027-05-01"\n{MAIN}'))
    verdict = judged(evidence_rows(survey, {}), linked(tmp_path, GOOD), plan)
    shown = outward_points(row["ci_low"], row["ci_high"])
    assert (verdict.low_points, verdict.high_points) == (shown.low, shown.high)


def test_without_a_written_match_there_is_no_verdict_and_the_row_says_so(few, tmp_path):
    for links in ((), load_field_links(tmp_path / "none.csv", REGISTER)):
        verdict = judged(few, links)
        assert verdict.verdict == "not_yet_answerable"
        assert verdict.reason.endswith(UNLINKED)
        row = claims.evidence_rows(field_pieces(REGISTER, few, links, PLAN)).set_index("claim_id").loc[CLAIM]
        assert not row.is_admissible
        assert row.admissibility_reason == UNLINKED


@pytest.mark.parametrize(
    ("old", "new", "reason"), [("true,true", "false,true", "population"), ("true,true", "true,false", "period")]
)
def test_a_match_that_does_not_hold_leaves_the_estimate_context(few, tmp_path, old, new, reason):
    links = linked(tmp_path, GOOD.replace(old, new))
    assert judged(few, links).verdict == "not_yet_answerable"
    assert reason in claims.evidence_rows(field_pieces(REGISTER, few, links, PLAN)).admissibility_reason.iloc[-1]


def test_too_few_respondents_fail_the_screen_whatever_a_person_vouches_for(few, tmp_path):
    plan = edited((MAIN, f"planned_n: {{{ESTIMAND}: 5000}}\n{MAIN}"))
    verdict = judged(few, linked(tmp_path, GOOD.replace("true,true,,", "true,true,planned_n,")), plan)
    assert verdict.verdict == "inconclusive"
    assert "planned n" in verdict.reason
    assert verdict.low_points is None


def test_a_screen_that_nobody_reports_has_failed_and_a_vouched_one_passes(few, tmp_path):
    plan = edited()
    assert judged(few, linked(tmp_path, GOOD), plan).verdict == "inconclusive"
    assert (
        judged(few, linked(tmp_path, GOOD.replace("true,true,,", "true,true,planned_n,")), plan).verdict == "supported"
    )


def test_interviews_before_the_register_was_frozen_are_post_hoc(few, tmp_path):
    plan = edited((MAIN, f'planned_n: {{{ESTIMAND}: 1000}}\nasked_from: "2026-01-01"\n{MAIN}'))
    assert judged(few, linked(tmp_path, GOOD), plan).is_post_hoc


def test_what_may_not_be_shown_moves_no_verdict(few, tmp_path):
    assert judged(few.assign(is_publishable=False), linked(tmp_path, GOOD)).verdict == "inconclusive"


def test_the_label_was_random_only_where_the_plan_has_a_split_ballot(few):
    rows = few[few.estimand_id == "E03_regime_given_defence"]
    assert screens(PLAN, rows, None)["random_label"]
    assert not screens(PLAN.model_copy(update={"split_ballots": ()}), rows, None)["random_label"]


def test_a_share_needs_no_three_waves_and_a_study_of_one_period_can_decide_on_it(half, tmp_path):
    one_period = PLAN.model_copy(update={"periods": {}})
    assert "three_waves" not in screens(one_period, half[half.estimand_id == ESTIMAND], None)
    assert judged(half, linked(tmp_path, GOOD), one_period).verdict == "contradicted"


def test_a_link_to_what_was_not_estimated_is_refused(few, tmp_path):
    link = GOOD.replace(CLAIM, "C01.2").replace(ESTIMAND, "E01b_public_support_service_household")
    rows = few[few.estimand_id == ESTIMAND]
    with pytest.raises(ClaimsError, match=r"received 'E01b_public_support_service_household' for claim C01\.2"):
        field_pieces(REGISTER, rows, linked(tmp_path, link), PLAN)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (GOOD.replace(CLAIM, "C99"), "row 2, column claim_id: received 'C99'"),
        (GOOD.replace(ESTIMAND, "E99_x"), "row 2, column estimand_id: received 'E99_x'"),
        (GOOD.replace("true,true,,", "true,true,lucky,"), "row 2, column screens_passed: received 'lucky'"),
        (GOOD.replace("the investigators", " "), "row 2, column decided_by"),
        (GOOD.replace("2027-06-30", "June"), "row 2, column decided_on: received 'June'"),
        (GOOD.replace("true,true", "yes,true"), "row 2, column is_population_matched: received 'yes'"),
        (GOOD + ",more", "row 2: received 'another number of cells'"),
    ],
)
def test_a_malformed_link_is_refused_with_its_row(tmp_path, row, told):
    with pytest.raises(ClaimsError, match=re.escape(told)):
        linked(tmp_path, row)


def test_a_link_stands_once(tmp_path):
    with pytest.raises(ClaimsError, match="each once"):
        linked(tmp_path, GOOD, GOOD)


def test_p_values_are_those_of_the_widest_interval_on_one_side():
    ends = {0.9: (0.2, 0.3), 0.95: (0.1, 0.4), 0.99: (0.05, 0.5)}
    assert p_value(ends, 0.08, is_above=True) == pytest.approx(0.025)
    assert p_value(ends, 0.6, is_above=False) == pytest.approx(0.005)
    assert p_value(ends, 0.25, is_above=True) == 1.0


DEVICE = "{of: E01b_public_support_service_household, how: device, periods: [%s]}"
CHANGE_PLAN = edited(
    (MAIN, f'planned_n: {{E02_change_public_support: 6000}}\nasked_from: "2027-05-01"\n{MAIN}'),
    (DEVICE % "third", "{of: K20_approval_share, periods: [third]}"),
    (DEVICE % "first", "{of: K20_approval_share, periods: [first]}"),
)
VOUCHED = "three_waves same_instrument fixed_composition no_recall_items foil_does_not_reproduce"
CHANGED = (
    f"C02.1,E02_change_public_support,true,true,{VOUCHED},the investigators,2027-06-30,Three waves of one instrument."
)


def waves(rise, n=9000):
    """A fifth views the authorities favourably; in the last of three periods so many more, in hundredths."""
    periods = ("first", "second", "third")
    answers = responses(
        n,
        ta1=lambda i: "very_favourable" if i // 3 % 100 < 20 + rise * (i % 3 == 2) else "very_unfavourable",
        interview_period_text=lambda i: periods[i % 3],
    )
    weights = weighting.weight_rows(CHANGE_PLAN, answers, quality(answers), margins(), 100.0)
    return evidence_rows(read_survey(CHANGE_PLAN, answers, weights, "vault"), {})


def judged_change(rows, links, plan=CHANGE_PLAN):
    made = judge_register(REGISTER, [piece.evidence for piece in field_pieces(REGISTER, rows, links, plan)])
    return next(verdict for verdict in made if verdict.claim_id == "C02.1" and verdict.verdict != "not_answerable")


@pytest.mark.parametrize(("rise", "verdict"), [(15, "supported"), (0, "contradicted"), (3, "inconclusive")])
def test_a_change_between_waves_moves_a_verdict_both_ways(tmp_path, rise, verdict):
    n = 60_000 if rise == 0 else 9000
    assert judged_change(waves(rise, n), linked(tmp_path, CHANGED)).verdict == verdict


def test_two_waves_are_no_trend_whoever_vouches_for_three(tmp_path):
    two = CHANGE_PLAN.model_copy(update={"periods": dict(list(CHANGE_PLAN.periods.items())[::2])})
    found = judged_change(waves(15), linked(tmp_path, CHANGED), two)
    assert found.verdict == "inconclusive"
    assert "three waves" in found.reason


def test_a_change_without_a_written_match_decides_nothing():
    assert judged_change(waves(15), ()).verdict == "not_yet_answerable"


@pytest.mark.parametrize("passed", [True, False])
def test_a_conventional_list_passes_the_screens_of_lists_unless_its_design_failed(passed):
    """The envelope allows for the error of length, as the register asks; what failed stops it."""
    plan = design_of("team").plan
    about = {"estimand_id": "E51_join", "quantity_code": "prevalence", "respondents_count": 2_000}
    rows = pd.DataFrame([about | {"is_design_passed": passed}])
    seen = screens(plan, rows, None)
    assert (seen["list_length"], seen["list_floor_ceiling"], seen["planned_n"]) == (passed, passed, True)


@pytest.mark.parametrize(("value", "kept"), [(1.03, (0.9, 1.0, 1.0)), (-0.02, (0.0, 0.0, 0.1)), (0.5, (0.4, 0.5, 0.6))])
def test_a_list_that_counts_beyond_what_a_share_can_be_is_judged_within_it(value, kept):
    """A difference of mean counts may lie above 1 or below 0; before, the stage of verdicts stopped."""
    design = design_of("team")
    register = with_own(REGISTER, PLANS / "team/claims.yml", is_frozen=False)
    about = {"estimand_id": "E51_join", "quantity_code": "prevalence", "respondents_count": 2_000, "group_text": "all",
             "is_publishable": True, "is_design_passed": True, "robust_value": value}  # fmt: skip
    rows = pd.DataFrame([about | {"confidence_level": level, "robust_low": value - 0.1, "robust_high": value + 0.1}
                         for level in LEVELS])  # fmt: skip
    made = field_pieces(register, rows, [], design.plan)[0].evidence
    assert (made.low, made.estimate, made.high) == pytest.approx(kept, abs=0.04)
    assert 0 <= made.low <= made.estimate <= made.high <= 1


def test_two_waves_stop_no_rule_that_asks_for_no_third():
    plan = design_of("team").plan
    about = {"estimand_id": "E52_change", "quantity_code": "difference_in_shares", "respondents_count": 2_000}
    link = FieldLink("C52", "E52_change", True, True, ("three_waves",), "x", date(2027, 12, 1), "x")
    assert "three_waves" not in screens(plan, pd.DataFrame([about]), link)


def test_a_link_to_an_estimate_that_is_not_published_yet_waits_and_one_to_nothing_stays():
    rows = pd.DataFrame({"estimand_id": ["E50_old"]})
    links = [SimpleNamespace(estimand_id=name) for name in ("E50_old", "E51_new", "E52_nowhere")]
    kept = links_to(rows, links, {"E50_old", "E51_new"})
    assert [link.estimand_id for link in kept] == ["E50_old", "E52_nowhere"]
