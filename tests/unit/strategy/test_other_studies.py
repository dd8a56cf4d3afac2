"""Studies with other items, other groups and fewer parts: everything that the plan holds is estimated, nothing else."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import EstimationError
from analysis.measures.margins import coverage
from analysis.measures.quality import flag_counts, flagged
from analysis.results.members import survey_members
from analysis.results.questionnaire import questionnaire_rows, term_rows
from analysis.schemas import TABLES, with_items
from analysis.schemas.check import check
from analysis.strategy import weights as weighting
from analysis.strategy.experiments import LENGTH_ALLOWED
from analysis.strategy.frame import read_survey
from analysis.strategy.lists import list_counts
from analysis.strategy.survey import Sizes, estimate
from tests.studies import one_list, survey_only

SIZES = Sizes(seed=1, bootstrap_draws=20, model_draws=40)
RNG = np.random.default_rng(4)
N = 1200
HELD = RNG.random(N) < 0.3
COIN = RNG.random(N) < 0.5


def rows_of(plan, answers, recruited=0):
    rows = pd.DataFrame({column: answers.get(column, [".not_exported"] * N) for column in plan.columns})
    ids = [f"{number:032x}" for number in range(N)]
    is_rds = np.arange(N) < recruited
    by = [ids[number // 4] if is_rds[number] and number >= 4 else None for number in range(N)]
    kinds = ["recruited" if name else "seed" if rds else "volunteer" for name, rds in zip(by, is_rds, strict=True)]
    return rows.assign(
        respondent_pseudonym=ids,
        linkage_pseudonym=None,
        person_pseudonym=None,
        interview_period_text=None,
        base_weight=None,
        stratum_pseudonym=None,
        cluster_pseudonym=None,
        sample_source_code=np.where(is_rds, "rds", "opt_in"),
        recruitment_code=kinds,
        recruiter_pseudonym=by,
        wave=pd.array([None] * N, "Int64"),
        survey_mode_code="face_to_face",
        interview_minutes=20.0,
        is_recontact_allowed=False,
        is_microdata_allowed=False,
    )


def trusting():
    plan = survey_only()
    answers = {
        "region": [("North", "South", "West")[number % 3] for number in range(N)],
        "gender": ["w" if number % 2 else "m" for number in range(N)],
        "vote": ["yes" if number % 5 else "no" for number in range(N)],
        "trust": ["high" if held else ("middle", "low")[number % 2] for number, held in enumerate(HELD)],
        "awake": ["b"] * (N - 30) + ["a"] * 30,
        **{f"s{number}": [str(each) for each in RNG.integers(0, 11, N)] for number in range(1, 8)},
    }
    return plan, rows_of(plan, answers)


def returning(count=None):
    plan = one_list()
    others = RNG.binomial(4, 0.5, N)
    answers = {
        "land": ["Here" if number % 2 else "There" for number in range(N)],
        "sex": ["f" if number % 4 < 2 else "m" for number in range(N)],
        "known": [str(2 + number % 9) for number in range(N)],
        "view": ["yes" if held else "no" for held in HELD],
        "groups": [str(each) for each in (others + (COIN & HELD) if count is None else count)],
        "groups_half": ["long" if coin else "short" for coin in COIN],
        "p1": [str(each) for each in RNG.integers(0, 11, N)],
        "p2": [str(each) for each in np.clip(RNG.integers(0, 8, N) + 3 * COIN, 0, 10)],
        "p1_by": ["nobody" if number % 3 else "union" for number in range(N)],
        "p2_by": ["union" if coin else "nobody" for coin in COIN],
    }
    return plan, rows_of(plan, answers, recruited=600)


def totals(plan, *cells):
    parts = [dict(zip(plan.margins.crossed, cell, strict=True)) for cell in cells]
    return pd.DataFrame(parts).assign(total=1000.0, population="adults", source="made up")


def estimated(plan, rows, margins=None):
    flags = flagged(rows, plan.quality)
    weights = weighting.weight_rows(plan, rows, flags.is_excluded.to_numpy(bool), margins, 6.0)
    survey = read_survey(plan, rows, weights, "vault")
    check(weights, TABLES["vault_respondent_weights"])
    check(rows, with_items(TABLES["vault_survey_responses"], plan))
    found = estimate(survey, margins, SIZES, "this study")
    check(found.estimates, TABLES["vault_survey_estimates"])
    check(found.diagnostics, TABLES["vault_survey_diagnostics"])
    check(found.sensitivity, TABLES["vault_survey_sensitivity"])
    return survey, found, weights


def test_a_survey_alone_gives_its_shares_by_its_own_groups():
    plan, rows = trusting()
    survey, found, weights = estimated(plan, rows)
    shares = found.estimates[found.estimates.is_usable.astype(bool)]
    assert set(shares.estimand_id) == {"K01_trust", "K02_vote"}
    assert {"region"} | {"all"} == set(shares.group_kind_code)
    assert set(shares.population_text) == {"adults who answered"}
    whole = shares[(shares.estimand_id == "K01_trust") & (shares.group_text == "all")].set_index("weighting_code")
    kept = ~flagged(rows, plan.quality).is_excluded
    expected = rows.trust[kept].isin(["high", "middle"]).mean()
    assert whole.value["unweighted"] == pytest.approx(expected, abs=0.01)
    assert whole.value["blended"] == pytest.approx(expected, abs=0.01)
    assert "mrp" not in set(found.estimates.estimator_text)
    assert set(found.sensitivity.sensitivity_code) == {"robust", "bogus"}
    assert (found.diagnostics.item_text.str.startswith("s")).all()
    assert len(found.diagnostics) > 0
    assert list_counts(survey).empty
    assert weighting.homophily_rows(plan, rows, "x").empty
    assert coverage(None, plan.margins).empty
    assert survey.n == N - 30
    assert weights.rds_weight.isna().all()


def test_the_screen_of_a_study_flags_by_the_rules_that_it_has():
    plan, rows = trusting()
    flags = flagged(rows, plan.quality)
    assert flags.is_inattentive.sum() == 30
    assert not flags[["is_straight_liner", "is_foil_claimed", "is_text_repeated"]].any(axis=None)
    counts = flag_counts(flags, rows, plan.quality, minimum=10)
    assert set(counts.quality_rule_code) == {"inattentive", "any", "excluded"}
    assert counts.quality_rule_text[counts.quality_rule_code == "inattentive"].str.endswith("with b").all()


def test_one_list_is_estimated_with_its_own_arms():
    plan, rows = returning()
    margins = totals(plan, ("Here", "f"), ("Here", "m"), ("There", "f"), ("There", "m"))
    survey, found, _ = estimated(plan, rows, margins)
    lists = found.estimates[found.estimates.item_text == "groups"]
    assert set(lists.estimator_text) == {
        "difference in means",
        "linear regression",
        "maximum likelihood",
        LENGTH_ALLOWED,
    }
    assert set(lists.weighting_code) == {"unweighted", "rds", "blended", "envelope"}
    whole = lists[(lists.group_text == "all") & (lists.weighting_code == "unweighted")].set_index("estimator_text")
    counts = pd.to_numeric(rows.groups)
    assert whole.value["difference in means"] == pytest.approx(counts[COIN].mean() - counts[~COIN].mean(), abs=0.01)
    assert {"Here", "There"} <= set(lists.group_text)
    assert {"design_effect", "balance"} <= set(found.diagnostics.check_code[found.diagnostics.item_text == "groups"])
    told = found.diagnostics.check_text[found.diagnostics.check_code == "balance"].iloc[0]
    assert "that sex does not tell" in told
    profile = list_counts(survey)
    assert set(profile.list_arm_code) == {"control", "treatment"}
    assert profile[profile.list_answer_text == "all answers"].list_answers_n.sum() == survey.n


def test_a_list_that_is_avoided_at_its_floor_gives_no_number_anywhere():
    counts = RNG.binomial(4, 0.4, N) + (COIN & HELD)
    counts[COIN & (counts == 0)] = 1
    plan, rows = returning(counts)
    _, found, _ = estimated(plan, rows, totals(plan, ("Here", "f"), ("There", "m")))
    lists = found.estimates[found.estimates.item_text == "groups"]
    assert not lists.is_usable.any()


def test_two_policies_are_estimated_in_points_of_their_own_scale():
    plan, rows = returning()
    _, found, _ = estimated(plan, rows, totals(plan, ("Here", "f"), ("There", "m")))
    shifts = found.estimates[found.estimates.estimand_id == "K12_union"].set_index("item_text")
    assert set(shifts.index) == {"p1", "p2", "p1 and p2"}
    assert shifts.value["p2"] == pytest.approx(3, abs=0.5)
    assert shifts.is_usable.all()
    assert "one_effect_the_union" in set(found.diagnostics.check_code)


def test_recruitment_is_estimated_by_the_item_that_the_plan_names():
    plan, rows = returning()
    survey, found, _ = estimated(plan, rows, totals(plan, ("Here", "f"), ("There", "m")))
    assert survey.recruited.degree[:3].tolist() == [2.0, 3.0, 4.0]
    network = found.estimates[found.estimates.estimator_text == "rds-ii"]
    assert set(network.group_text) == {"all", "Here", "There"}
    assert "ss" not in set(found.estimates.estimator_text)
    levels = weighting.homophily_rows(plan, rows, "x")
    assert set(levels.level_text) == {"Here", "There", "yes", "no"}


def test_a_recruited_sample_without_an_item_for_it_is_refused_by_name():
    plan, rows = trusting()
    with pytest.raises(EstimationError, match="the plan has no `recruitment`"):
        weighting.recruitment(plan, rows.assign(sample_source_code="rds"))


def test_members_stand_in_the_groups_of_their_plan():
    plan, rows = trusting()
    found = survey_members(plan, rows, pd.Series(data=False, index=rows.respondent_pseudonym))
    kinds = {group.partition(" = ")[0] for group in found.member_group_text}
    assert kinds == {"all", "region", "sample", "mode", "screen"}


@pytest.mark.parametrize("plan", [survey_only(), one_list()], ids=["survey_only", "one_list"])
def test_questionnaire_and_terms_are_those_of_the_plan(plan):
    items = check(questionnaire_rows(plan), TABLES["questionnaire_items"])
    assert items.item_id.tolist() == list(plan.items)
    terms = check(term_rows(plan), TABLES["study_terms"])
    assert dict(plan.estimands()).items() <= dict(zip(terms.term_text, terms.words_text, strict=True)).items()


def of_two_countries():
    """Recruits live here, volunteers there; nine tenths of the margins' people live there."""
    plan, rows = returning()
    rows["land"] = np.where(rows.sample_source_code == "rds", "Here", "There")
    cells = [(land, sex) for land in ("Here", "There") for sex in ("f", "m")]
    margins = totals(plan, *cells).assign(total=[100.0, 100.0, 900.0, 900.0])
    return plan, rows, margins


def test_samples_of_different_countries_are_weighed_by_the_margins():
    plan, rows, margins = of_two_countries()
    survey, _, _ = estimated(plan, rows, margins)
    here = (survey.rows.land == "Here").to_numpy()
    assert survey.weights["blended"][here].sum() / survey.n == pytest.approx(0.1, abs=0.01)
    assert set(survey.weights) == {"unweighted", "blended"}
    assert set(survey.partial) == {"rds", "raked"}
    # Negative twin: where both samples live everywhere, none of this happens.
    plan, rows = returning()
    survey, _, _ = estimated(plan, rows, margins)
    assert set(survey.weights) == {"unweighted", "rds", "raked", "blended"}
    assert not survey.partial


def test_a_sample_of_one_country_has_no_number_for_everybody_and_the_row_says_why():
    plan, rows, margins = of_two_countries()
    _, found, _ = estimated(plan, rows, margins)
    everybody = found.estimates[found.estimates.group_kind_code == "all"]
    partial = everybody[everybody.weighting_code.isin(["rds", "raked"])]
    assert set(partial.weighting_code) == {"rds", "raked"}
    assert partial.value.isna().all()
    assert partial.unusable_reason.str.contains("does not reach every place that is reported").all()
    by_place = found.estimates[found.estimates.group_kind_code == plan.domain.kind]
    assert by_place[by_place.weighting_code == "blended"].is_usable.astype(bool).all()
