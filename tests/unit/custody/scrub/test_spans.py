"""Overlapping matches become one, and its kind is that of the longest; placeholders stand where spans stood."""

import pytest

from analysis.custody.scrub.spans import KINDS, Match, Span, placed, resolve


@pytest.mark.parametrize(
    ("matches", "united"),
    [
        ([], []),
        ([Match(0, 3, "ID", 5)], [Match(0, 3, "ID", 5)]),
        # Neighbours that only touch stay two.
        ([Match(3, 6, "IP", 1), Match(0, 3, "ID", 5)], [Match(0, 3, "ID", 5), Match(3, 6, "IP", 1)]),
        # The longer names the kind, wherever it begins.
        ([Match(0, 3, "ID", 1), Match(2, 9, "URL", 9)], [Match(0, 9, "URL", 9)]),
        ([Match(0, 7, "ID", 9), Match(6, 9, "URL", 1)], [Match(0, 9, "ID", 9)]),
        ([Match(0, 9, "ID", 9), Match(2, 5, "URL", 1)], [Match(0, 9, "ID", 9)]),
        # Of equally long ones the lower rank names it.
        ([Match(0, 4, "ID", 9), Match(0, 4, "URL", 1)], [Match(0, 4, "URL", 1)]),
        ([Match(0, 4, "ID", 1), Match(2, 6, "URL", 9)], [Match(0, 6, "ID", 1)]),
        # A chain of overlaps is one span.
        ([Match(0, 3, "ID", 1), Match(2, 6, "IP", 1), Match(5, 8, "MAC", 1)], [Match(0, 8, "IP", 1)]),
        # What begins behind a short one still lies within the long one in front.
        ([Match(0, 9, "ID", 1), Match(1, 2, "IP", 1), Match(8, 10, "MAC", 1)], [Match(0, 10, "ID", 1)]),
    ],
)
def test_matches_are_united(matches, united):
    assert resolve(iter(matches)) == united


def test_placeholders_stand_where_spans_stood():
    assert placed("call 07 or @x now", [Span(5, 7, "PHONE"), Span(11, 13, "HANDLE")]) == "call [PHONE] or [HANDLE] now"
    assert placed("07@x", [Span(0, 2, "PHONE"), Span(2, 4, "HANDLE")]) == "[PHONE][HANDLE]"
    assert placed("nothing", []) == "nothing"


def test_every_kind_has_a_name_of_its_own():
    assert KINDS == (
        "PHONE", "EMAIL", "URL", "TGLINK", "HANDLE", "IBAN", "CARD", "IP", "MAC", "COORD", "ID", "CRYPTO",
        "ADDRESS", "PLATE", "BIRTH", "TRANSFER",
    )  # fmt: skip
