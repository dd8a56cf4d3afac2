"""Attacks on a table whose answers are known: what each protection gives away is counted by hand."""

import pandas as pd
import pytest

from analysis.disclosure import rehearsal
from analysis.disclosure.rehearsal import Limits, rehearse
from analysis.disclosure.tabular import Protected
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import canonical

LIMITS = Limits(10, 5)
CELLS = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60, ("c", "x"): 70, ("c", "y"): 80}
"""One small count; its row total and column total are shown, so that it can be worked out."""


@pytest.fixture(scope="module")
def answers():
    rows = [cell for cell, n in CELLS.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["place", "answer"])


@pytest.fixture(scope="module")
def found(answers):
    return rehearse(answers, LIMITS).set_index(["attack_code", "protection_code"])


@pytest.mark.parametrize(
    ("protection", "learnt"),
    [
        ("as_counted", (1, 1, 0)),  # it is read
        ("small_hidden", (1, 1, 0)),  # 43 less 40
        ("small_hidden_rounded", (1, 0, 1)),  # at most 47 less at least 38
        ("gate", (1, 0, 0)),
    ],
)
def test_what_a_solver_learns_of_the_small_count(found, protection, learnt):
    assert tuple(found.loc[("reconstruction", protection)]) == learnt


def test_without_rounding_every_departure_is_seen_and_with_the_gate_none(found):
    seen = found.loc["differencing"]
    assert seen.attacked_n.tolist() == [rehearsal.DEPARTURES] * 4
    assert seen.exact_n.loc[["as_counted", "small_hidden", "gate"]].tolist() == [rehearsal.DEPARTURES] * 2 + [0]


def test_rounding_alone_shows_a_departure_that_crosses_an_edge():
    """Of 13 and 21 persons one leaves: 13 becomes 12, which rounds to 10 instead of 15; 21 becomes 20 and stays."""
    rows = [("a", "x")] * 13 + [("b", "x")] * 21
    crossing = rehearse(pd.DataFrame(rows, columns=["place", "answer"]), LIMITS)
    crossing = crossing.set_index(["attack_code", "protection_code"]).loc["differencing"]
    leavers = [rows[place] for place in (0, 8, 16, 24)]
    # The total of 34 becomes 33, which rounds to 35 as before.
    assert crossing.exact_n["small_hidden_rounded"] == leavers.count(("a", "x"))


def test_the_table_meets_its_declaration(answers):
    table = TABLES["attack_results"]
    check(canonical(rehearse(answers, LIMITS), table), table)


def test_a_gate_that_hides_nothing_beside_is_found_out(answers, monkeypatch):
    """The mutant: only small counts are hidden, under the gate's name."""

    def careless(frames, tables, minimum, base, earlier=None):
        shown = {
            name: frame.assign(respondents_n=frame.respondents_n.astype("Int64").mask(frame.respondents_n < minimum))
            for name, frame in frames.items()
        }
        return Protected(shown, 1, 0, 12, "exact", 0)

    monkeypatch.setattr(rehearsal, "protect_frequencies", careless)
    rows = rehearse(answers, LIMITS).set_index(["attack_code", "protection_code"])
    assert rows.exact_n["reconstruction", "gate"] + rows.bounded_n["reconstruction", "gate"] == 1
    assert rows.exact_n["differencing", "gate"] == rehearsal.DEPARTURES
