"""Attacks on three invented studies: nothing beyond guessing with the rules, and each attack succeeds without them."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.audit.estimates import (
    few_carriers,
    possible_counts,
    rounding_undone,
    rows_of,
    whole_minus_groups,
)
from analysis.disclosure.audit.two_releases import guess_person
from analysis.results import attack_histories
from analysis.results.attack_histories import BATCHES, JOINS, SINGLES, Event, attack_rows, events, unprotected_answers
from analysis.results.attack_studies import SHAPES, invented_answers, invented_posts
from analysis.schemas import TABLES
from analysis.store import canonical
from tests.studies import REHEARSAL

SEED, MINIMUM = 20261127, 10
TWO = ["person_of_two_releases", "answer_of_two_releases", "account_of_two_releases"]


@pytest.fixture(scope="module")
def found():
    return attack_rows(REHEARSAL, SEED, MINIMUM).set_index(["protection_code", "attack_code", "study_code"])


def test_the_table_meets_its_declaration(found):
    canonical(found.reset_index(), TABLES["attack_success"])


def test_with_the_rules_nobody_does_better_than_guessing(found):
    rows = found.loc["gate"]
    assert (rows.exact_n <= rows.guessed_n).all()
    assert (rows.loc[TWO].attacked_n >= 40).all()
    assert rows.loc[["rounding_undone", "whole_minus_groups", "few_carriers"]].exact_n.sum() == 0


def test_without_the_rules_every_attack_succeeds(found):
    rows = found.loc["off"]
    assert (
        rows.loc[["person_of_two_releases", "account_of_two_releases"]].exact_n.groupby("study_code").sum() > 10
    ).all()
    for attack in rows.index.unique("attack_code"):
        assert rows.loc[attack].exact_n.sum() > rows.loc[attack].guessed_n.sum()


def test_a_gate_that_holds_nothing_shows_that_somebody_left(monkeypatch):
    """The mutant: steps and withheld rows stay, but every release is computed anew, and its numbers move."""
    monkeypatch.setattr(attack_histories, "hold", lambda past, members, minimum: type("Moved", (), {"since": {}}))
    guesses = []
    monkeypatch.setattr(
        attack_histories, "guess_person", lambda *pair: guesses.append(guess_person(*pair)) or guesses[-1]
    )
    monkeypatch.setattr(attack_histories, "SHAPES", SHAPES[1:2])
    attack_rows(REHEARSAL, SEED, MINIMUM)
    assert sum(guess.is_told for guess in guesses[: SINGLES + JOINS]) > SINGLES / 2


def test_histories_hold_singles_joins_and_batches_of_every_size():
    planned = events(300, max(BATCHES), np.random.default_rng(1))
    sizes = [len(event.left or event.came) for event in planned]
    assert sizes.count(1) == SINGLES + JOINS
    assert {size for size in sizes if size > 1} == set(BATCHES)
    assert any(event.came for event in planned if len(event.came) > 1)
    assert Event(came=(7,)).target == 7


def test_plain_counts_are_solved_and_a_small_rest_is_named():
    answers = invented_answers(REHEARSAL, SHAPES[2], np.random.default_rng(5))
    rows = rows_of(unprotected_answers(REHEARSAL, answers))
    whole = next(row for row in rows if row["group_kind_code"] == "all" and row["item_text"] == "view")
    yes = int((answers["view"] == "for").sum())
    assert (len(answers), yes) in {(count.n, count.yes) for count in possible_counts(whole, len(answers))}
    assert list(rounding_undone(rows, MINIMUM))
    assert any("by host" in text for text in whole_minus_groups(rows, MINIMUM))


def test_a_row_on_a_step_has_many_counts():
    row = {"value": "0.350000", "standard_error": "", "ci_low": "", "ci_high": "", "quantity_code": "post_share",
           "basis_posts_n": "2500", "estimate_id": "x"}  # fmt: skip
    assert len({count.yes for count in possible_counts(row)}) >= MINIMUM
    assert len({count.yes for count in possible_counts(row | {"value": "0.351234"})}) < MINIMUM


POSTS = {"value": "0.3", "standard_error": "0.02", "basis_posts_n": "500", "estimate_id": "x"}


@pytest.mark.parametrize(
    ("changed", "is_found"),
    [
        ({"quantity_code": "post_share"}, False),
        ({"quantity_code": "post_share", "value": "0.010"}, True),
        ({"quantity_code": "channel_share"}, False),
        ({"quantity_code": "channel_share", "value": "0.02"}, True),
        ({"quantity_code": "count", "value": "15.0"}, False),
        ({"quantity_code": "count", "value": "6.0"}, True),
        ({"quantity_code": "count", "value": "16.0"}, True),
    ],
)
def test_a_number_of_few_posts_or_accounts_is_found(changed, is_found):
    assert bool(list(few_carriers([POSTS | changed], MINIMUM))) == is_found


def test_equal_releases_leave_the_margins():
    data = unprotected_answers(REHEARSAL, invented_answers(REHEARSAL, SHAPES[0], np.random.default_rng(2)))
    guess = guess_person(data, data, ("host",), ("view",))
    assert not guess.is_told
    assert guess.said["view"] == "no"


def test_one_account_carries_the_rare_frame():
    tables = invented_posts(REHEARSAL, SHAPES[1], np.random.default_rng(3))
    rare = tables.coded[lambda rows: rows.frame_code == "F2"]
    assert rare.channel_pseudonym.nunique() == 1
    assert len(rare) == 3
    assert isinstance(tables.posts, pd.DataFrame)
