"""People of a plan hold what is stated, exactly; what cannot be is refused with the fix."""

import numpy as np
import pytest

from analysis.errors import StudyError
from analysis.rehearsal.population import populate
from analysis.rehearsal.truth import truths
from analysis.rehearsal.truths import Truths, load_truths
from tests.rehearsals import design_of
from tests.studies import edited

SIZE = 20_000


def people(study="shipped", plan=None, cells=None, **stated):
    design = design_of(study, **stated)
    generator = np.random.default_rng(5)
    return populate(plan or design.plan, design.truths, design.hosts, SIZE, generator, cells=cells)


def value(population, estimand, quantity="share", group="all", of=""):
    return next(each.value for each in truths(population)
                if (each.estimand, each.quantity, each.group, each.of) == (estimand, quantity, group, of))  # fmt: skip


@pytest.mark.parametrize("share", [0.0, 0.05, 0.37, 1.0])
def test_a_stated_share_holds_exactly(share):
    made = people(shares={"K20_approval_share": share})
    assert value(made, "K20_approval_share") == pytest.approx(share, abs=1 / SIZE)
    assert value(made, "E13a_share_not_favourable") == pytest.approx(1 - share, abs=1 / SIZE)


def test_the_rest_of_an_item_may_state_it_instead():
    assert value(people(shares={"E13a_share_not_favourable": 0.9}), "K20_approval_share") == pytest.approx(0.1)


def test_two_questions_of_an_item_may_not_contradict_each_other():
    with pytest.raises(StudyError, match="contradict each other: they are of one item; keep one of them"):
        people(shares={"E13a_share_not_favourable": 0.9, "K20_approval_share": 0.2})


def test_an_item_with_two_questions_of_which_none_follows_from_the_other_needs_its_answers():
    change = ("yes: [somewhat_unfavourable, very_unfavourable]", "yes: [somewhat_unfavourable]")
    with pytest.raises(StudyError, match="state the answers of ta1 under `answers`"):
        people(plan=edited(change), shares={"E13a_share_not_favourable": 0.4})


def test_stated_answers_of_an_item_hold_exactly():
    stated = {
        "very_unfavourable": 0.4,
        "somewhat_unfavourable": 0.1,
        "somewhat_favourable": 0.2,
        "very_favourable": 0.3,
    }
    made = people(answers={"ta1": stated})
    assert {code: (made.answers["ta1"] == code).mean() for code in stated} == pytest.approx(stated)


def test_a_wording_turns_the_stated_share_of_people():
    made = people(effects={"E03b_label_effect": 0.12}, shares={"K44_response_support": 0.4})
    assert value(made, "E03b_label_effect", "difference") == pytest.approx(0.12)
    assert value(made, "K44_response_support", group="afghan side") == pytest.approx(0.4)
    assert value(made, "K44_response_support") == pytest.approx(0.34)


def test_a_wording_cannot_turn_more_people_than_there_are():
    with pytest.raises(StudyError, match="give a smaller effect, or another share of K44_response_support"):
        people(effects={"E03b_label_effect": 0.5}, shares={"K44_response_support": 0.2})


def test_an_endorser_moves_answers_by_what_the_ends_of_the_scale_allow():
    made = people(effects={"K47_endorsement_shift": 1.0})
    moved = value(made, "K47_endorsement_shift", "points", of="en1, current authorities")
    assert 0.8 < moved < 1.0
    assert value(made, "K47_endorsement_shift", "points", of="en1, UN agency") == 0.0


def test_a_share_among_some_is_among_those_who_hold_the_condition():
    made = people()
    approves = np.isin(made.answers["ta1"], ("somewhat_favourable", "very_favourable"))
    first, second = made.versions["E03b_label_effect"]
    both = ((approves & first).mean() + (approves & second).mean()) / (first.mean() + second.mean())
    assert value(made, "E03_regime_given_defence") == pytest.approx(both)


def test_groups_are_those_that_tables_name():
    design = design_of("returns")
    names = {each.group for each in truths(people("returns"))}
    assert names == {"all", *design.hosts, "earlier", "later"}


def test_the_study_s_own_totals_are_those_of_the_people():
    cells = {("Northland", "f"): 300.0, ("Northland", "m"): 100.0, ("Southland", "f"): 0.0, ("Southland", "m"): 600.0}
    made = people("returns", cells=cells)
    found = {cell: np.mean((made.answers["land"] == cell[0]) & (made.answers["sex"] == cell[1])) for cell in cells}
    assert found == pytest.approx({cell: total / 1000 for cell, total in cells.items()})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shares: {K20_aproval_share: 0.2}", r"did you mean 'K20_approval_share'"),
        ("shares: {K20_approval_share: 1.2}", "a share lies between 0 and 1"),
        ("shares: {E03_regime_given_defence: 0.2}", "no share of one item or list"),
        ("effects: {K20_approval_share: 0.2}", "nothing in the plan has such an effect"),
        ("answers: {ta9: {a: 1.0}}", "no item has this column"),
        ("answers: {ta1: {good: 1.0}}", "got 'good'"),
        ("answers: {ta1: {very_favourable: 0.7}}", "give shares of 0 or more that add up to 1"),
        ("habit: {refused: 0.2}", "line 1: habit: unknown key; did you mean 'habits'"),
        ("habits:\n  refused: 2", "line 2: habits.refused"),
        ("waves: {thirteenth: {K20_approval_share: 0.2}}", "waves: 'thirteenth': the plan has no such period"),
        ("[", "not readable as YAML"),
    ],
)
def test_truths_that_do_not_fit_are_refused_with_the_fix(text, reason, tmp_path):
    path = tmp_path / "truths.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=reason):
        load_truths(path, design_of("shipped").plan)


def test_without_a_file_everything_has_its_default(tmp_path):
    assert load_truths(tmp_path / "truths.yml", design_of("shipped").plan) == Truths()


RISE = {"november": {"E50_return": 0.6, "E51_join": 0.1}}


def test_a_share_that_changes_is_the_stated_one_in_each_period_and_people_keep_their_rank():
    made = people("team", shares={"E50_return": 0.35, "E51_join": 0.3}, waves=RISE)
    june, november = made.during("june"), made.during("november")
    for estimand, before, after in (("E50_return", 0.35, 0.6), ("E51_join", 0.3, 0.1)):
        assert june.holds(estimand).mean() == pytest.approx(before, abs=1 / SIZE)
        assert november.holds(estimand).mean() == pytest.approx(after, abs=1 / SIZE)
    assert not (june.holds("E50_return") & ~november.holds("E50_return")).any()
    assert not (november.holds("E51_join") & ~june.holds("E51_join")).any()
    assert (june.answers["favour"] == november.answers["favour"]).all()


def test_what_changes_has_a_truth_for_its_change_and_none_for_all_periods_together():
    stated = {"E50_return": 0.35}
    moved, still = (people("team", shares=stated, waves=waves) for waves in (RISE, {}))
    assert value(moved, "E52_change", "difference") == pytest.approx(0.25, abs=2 / SIZE)
    assert value(still, "E52_change", "difference") == 0.0
    assert not [each for each in truths(moved) if each.estimand == "E50_return"]
    assert value(still, "E50_return") == pytest.approx(0.35, abs=1 / SIZE)
    assert value(moved, "K13_public") == value(still, "K13_public")


@pytest.mark.parametrize("plan", ["shipped", "team"])
def test_without_a_stated_change_the_world_is_the_same(plan):
    once, again = people(plan), people(plan, waves={})
    assert all((once.answers[column] == again.during("june").answers[column]).all() for column in once.answers)


def test_what_people_are_does_not_change():
    plan = design_of("team").plan
    traits = plan.model_copy(update={"covariates": ("view",)})
    with pytest.raises(StudyError, match="waves: E50_return: cannot change: view is what people are"):
        people("team", plan=traits, waves=RISE)


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ("E50_retur: 0.2", "waves: november: 'E50_retur': no share of one item or list; did you mean 'E50_return'"),
        ("E50_return: 1.2", "waves: november: E50_return: got 1.2; a share lies between 0 and 1"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(shares, reason, tmp_path):
    (tmp_path / "truths.yml").write_text(f"waves: {{november: {{{shares}}}}}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_truths(tmp_path / "truths.yml", design_of("team").plan)
    assert reason in str(caught.value)
