"""What a published whole leaves without its published parts."""

from types import SimpleNamespace

import pytest

from analysis.strategy.complements import withhold_complements
from analysis.strategy.rows import TOO_FEW, Number, Place, Rows
from tests.studies import SHIPPED


def gathered(whole, groups, *, kind="host", weighting="blended"):
    rows = Rows(SimpleNamespace(study="synthetic", plan=SHIPPED), "made up")
    rows.add(Place("K", "x", weighting, "share of answers", quantity="answer_share"), number(*whole))
    for name, counts in groups.items():
        place = Place("K", "x", weighting, "share of answers", kind, name, "answer_share")
        rows.add(place, number(*counts))
    withhold_complements(rows)
    return {row["group_text"]: row["is_usable"] for row in rows.found}, rows


def number(n, yes):
    return Number(yes / n, None, None, n, "made up", yes)


@pytest.mark.parametrize(
    ("whole", "groups", "kept"),
    [
        ((600, 200), {"a": (300, 100), "b": (300, 100)}, {"a", "b"}),  # nobody is left
        ((650, 220), {"a": (300, 100), "b": (300, 100)}, {"a", "b"}),  # 50 are left, 20 of them yes
        ((608, 205), {"a": (300, 100), "b": (300, 100)}, {"a"}),  # 8 are left: b, the later of two alike… goes
        ((650, 205), {"a": (310, 100), "b": (300, 100)}, {"a"}),  # of 50 only 5 say yes
        ((308, 103), {"a": (300, 100)}, set()),
    ],
)
def test_the_smallest_part_is_withheld_until_no_rest_is_small(whole, groups, kept):
    usable, rows = gathered(whole, groups)
    shown = {name for name, is_usable in usable.items() if is_usable} - {"all"}
    assert len(shown) == len(kept)
    if kept and len(kept) < len(groups) and whole != (608, 205):
        assert shown == kept
    for row in rows.found:
        if not row["is_usable"]:
            assert row["unusable_reason"] == TOO_FEW
            assert row["respondents_n"] is row["value"] is row["ci_low"] is None


def test_the_two_samples_are_parts_of_everybody():
    rows = Rows(SimpleNamespace(study="synthetic", plan=SHIPPED), "made up")
    for weighting, counts in {"unweighted": (506, 200), "rds": (300, 120), "raked": (200, 78)}.items():
        rows.add(Place("K", "x", weighting, "share of answers", quantity="answer_share"), number(*counts))
    withhold_complements(rows)
    assert [row["is_usable"] for row in rows.found] == [True, True, False]
    rows.exact[0] = (rows.exact[0][0], number(500, 198))
    again = Rows(SimpleNamespace(study="synthetic", plan=SHIPPED), "made up")
    for place, one in rows.exact:
        again.add(place, one)
    withhold_complements(again)
    assert all(row["is_usable"] for row in again.found)


def test_parts_of_another_item_are_no_parts():
    rows = Rows(SimpleNamespace(study="synthetic", plan=SHIPPED), "made up")
    rows.add(Place("K", "x", "blended", "share of answers", quantity="answer_share"), number(308, 103))
    rows.add(Place("K", "y", "blended", "share of answers", "host", "a", "answer_share"), number(300, 100))
    withhold_complements(rows)
    assert all(row["is_usable"] for row in rows.found)
