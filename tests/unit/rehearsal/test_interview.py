"""What is said differs from what is held as the habits state, and experiments are drawn as the plan declares."""

import numpy as np
import pytest

from analysis.rehearsal.interview import MASKS, interview, sensitive_columns
from analysis.rehearsal.population import populate
from analysis.rehearsal.sampling import recruits, volunteers
from analysis.rehearsal.truths import Habits, Network
from analysis.study.estimands import Device
from tests.rehearsals import design_of

QUIET = Habits(
    refused=0, dont_know=0, sensitive_refused=0, denied=0, careless=0, inattentive=0, overclaimed=0, written_twice=0,
    answered_twice=0,
)  # fmt: skip


def asked(study="shipped", n=4_000, habits=QUIET, **stated):
    design = design_of(study, habits=habits, **stated)
    people = populate(design.plan, design.truths, design.hosts, 20_000, np.random.default_rng(3))
    person = np.random.default_rng(4).choice(people.size, n, replace=False)
    return people, person, interview(people, person, np.random.default_rng(9))


def test_quiet_respondents_say_what_they_hold():
    people, person, said = asked("trust")
    for column, held in people.answers.items():
        assert (said.answers[column] == held[person]).all()


def test_holders_deny_what_a_list_asks_too_and_nobody_claims_it():
    people, person, said = asked(habits=QUIET.model_copy(update={"denied": 0.5}))
    approves = ("somewhat_favourable", "very_favourable")
    held, claimed = np.isin(people.answers["ta1"][person], approves), np.isin(said.answers["ta1"], approves)
    assert claimed[held].mean() == pytest.approx(0.5, abs=0.05)
    assert not claimed[~held].any()
    assert (said.answers["ta2"] == people.answers["ta2"][person]).all()


def test_only_what_a_list_or_a_device_asks_is_sensitive():
    assert set(sensitive_columns(design_of("shipped").plan)) == {"ta1", "re4"}
    assert sensitive_columns(design_of("trust").plan) == {}


def test_a_longer_list_counts_one_more_for_holders_only():
    people, person, said = asked(habits=QUIET)
    holds, count = people.holds("K20_approval_share")[person], said.answers["lx1"].astype(int)
    treated = said.answers["lx1_arm"] == "treatment"
    for chosen, more in ((holds, 1.0), (~holds, 0.0)):
        difference = count[chosen & treated].mean() - count[chosen & ~treated].mean()
        assert difference == pytest.approx(more, abs=0.12)
    assert (treated == (said.answers["lx2_arm"] == "control")).all()
    placebo = said.answers["lx3"].astype(int)
    longer = said.answers["lx3_arm"] == "treatment"
    assert placebo[longer].mean() == pytest.approx(placebo[~longer].mean(), abs=0.12)


def test_even_careless_respondents_count_no_more_items_than_they_were_shown():
    _, _, said = asked(habits=QUIET.model_copy(update={"careless": 0.5}))
    count, treated = said.answers["lx1"].astype(int), said.answers["lx1_arm"] == "treatment"
    assert (count[~treated].max(), count[treated].max()) == (4, 5)


def test_the_careless_are_fast_fail_the_instructed_item_and_write_alike():
    _, _, said = asked(habits=QUIET.model_copy(update={"careless": 0.1}))
    fast = said.seconds < 0.3 * np.median(said.seconds)
    assert fast.mean() == pytest.approx(0.1, abs=0.02)
    assert ((said.answers["qc1"] != "4") == fast).all()
    assert len(set(said.answers["qc2"][fast])) == 1
    assert len(set(said.answers["qc2"][~fast])) == (~fast).sum()
    assert (said.answers["dm1"][fast] == said.answers["dm4"][fast]).all()


def test_whoever_claims_every_message_claims_the_invented_one():
    _, _, said = asked(habits=QUIET.model_copy(update={"overclaimed": 0.1}))
    claims = said.answers["ex2_foil"] != "never"
    assert claims.mean() == pytest.approx(0.1, abs=0.02)
    assert (said.answers["ex2_brotherhood"][claims] != "never").all()


def test_answers_are_refused_as_often_as_stated_and_what_is_drawn_never_is():
    _, _, said = asked(habits=QUIET.model_copy(update={"refused": 0.1, "sensitive_refused": 0.3}))
    assert (said.answers["ta2"] == ".refused").mean() == pytest.approx(0.1, abs=0.02)
    assert (said.answers["ta1"] == ".refused").mean() == pytest.approx(0.3, abs=0.03)
    assert set(said.answers["lx1_arm"]) == {"control", "treatment"}


@pytest.mark.parametrize(
    ("design", "more", "holder", "other"),
    [
        ("forced", {"p1": 0.1, "p0": 0.2}, 0.8, 0.1),
        ("mirrored", {}, 0.7, 0.3),
        ("disguised", {}, 0.7, 0.3),
        ("unrelated", {"q": 0.2}, 0.76, 0.06),
        ("crosswise", {}, 0.7, 0.3),
        ("triangular", {}, 1.0, 0.7),
    ],
)
def test_a_device_answers_yes_as_often_as_its_instructions_say(design, more, holder, other):
    device = Device(estimand="K01_x", item="x", design=design, p=0.7, yes="a", no="b", **more)
    for holds, expected in ((True, holder), (False, other)):
        yes = MASKS[design](np.full(50_000, holds), device, np.random.default_rng(2))
        assert yes.mean() == pytest.approx(expected, abs=0.01)


def test_recruits_are_met_once_know_more_people_and_follow_each_other():
    design = design_of("returns", network=Network(homophily=0.8))
    people = populate(design.plan, design.truths, design.hosts, 20_000, np.random.default_rng(3))
    nobody = np.zeros(people.size, dtype=bool)
    sample = recruits(people, 1_500, nobody, np.random.default_rng(8))
    assert len(set(sample.person)) == 1_500
    assert people.degree[sample.person].mean() > 1.1 * people.degree.mean()
    recruited = sample.recruiter >= 0
    assert (sample.wave[recruited] == sample.wave[sample.recruiter[recruited]] + 1).all()
    own, of_recruiter = (
        people.domain[sample.person[recruited]],
        people.domain[sample.person[sample.recruiter[recruited]]],
    )
    mixed = (people.domain == 0).mean() ** 2 + (people.domain == 1).mean() ** 2
    assert (own == of_recruiter).mean() > mixed + 0.2
    others = volunteers(people, 500, np.isin(np.arange(people.size), sample.person), np.random.default_rng(1))
    assert not set(others.person) & set(sample.person)
