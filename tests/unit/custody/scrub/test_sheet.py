"""Folding texts into one sheet, and places back to the texts they came from."""

import pytest

from analysis.custody.scrub.alphabet import ARABIC_FIRST, BARRIER, SEPARATOR, expansion, to_bytes
from analysis.custody.scrub.sheet import Sheet
from analysis.custody.scrub.spans import Match, Span

MARK = bytes([SEPARATOR])


def match(start, end, kind="ID"):
    return Match(start, end, kind, 0)


def test_texts_are_joined_with_a_separator_between_them():
    sheet = Sheet.of(["ab", "", "۷x"])
    assert sheet.data == b"ab" + MARK + MARK + b"7x"
    assert sheet.origin.tolist() == [0, 1, 2, 3, 4, 5]
    assert sheet.starts.tolist() == [0, 3, 4]
    assert not sheet.has_expansions


def test_dropped_characters_leave_a_gap_in_the_places():
    sheet = Sheet.of(["a\u200fb", "\u200fc"])
    assert sheet.data == b"ab" + MARK + b"c"
    assert sheet.origin.tolist() == [0, 2, 3, 5]
    assert list(sheet.located([match(0, 2), match(3, 4)])) == [(0, Span(0, 3, "ID")), (1, Span(1, 2, "ID"))]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a\u200cb", b"ab"),
        ("\u200cb", b"b"),
        ("ا\u200cب", to_bytes("ا") + b" " + to_bytes("ب")),
        ("ا\u200cb", to_bytes("ا") + b" b"),
        ("ﷺ\u200cb", expansion("ﷺ") + b"b"),
    ],
)
def test_a_non_joiner_is_a_space_behind_an_arabic_letter_only(text, data):
    assert Sheet.of([text]).data == data


def test_an_expanded_character_has_one_place():
    sheet = Sheet.of(["x½y", "ﬁ"])
    assert sheet.data == b"x1/2y" + MARK + b"fi"
    assert sheet.origin.tolist() == [0, 1, 1, 1, 2, 3, 4, 4]
    assert sheet.has_expansions
    assert list(sheet.whole([match(2, 3), match(6, 7), match(0, 1)])) == [match(1, 4), match(6, 8), match(0, 1)]
    assert list(sheet.located([match(1, 4), match(6, 8)])) == [(0, Span(1, 2, "ID")), (1, Span(0, 1, "ID"))]
    plain = Sheet.of(["xy"])
    assert list(plain.whole([match(0, 1)])) == [match(0, 1)]


def test_marks_upon_the_last_character_belong_to_it():
    assert list(Sheet.of(["e\u0301\u0302x"]).located([match(0, 1)])) == [(0, Span(0, 3, "ID"))]
    assert list(Sheet.of(["ex"]).located([match(0, 1)])) == [(0, Span(0, 1, "ID"))]
    assert list(Sheet.of(["e\u20dd"]).located([match(0, 1)])) == [(0, Span(0, 2, "ID"))]
    assert list(Sheet.of(["e\u200f"]).located([match(0, 1)])) == [(0, Span(0, 1, "ID"))]


def test_what_was_found_becomes_one_barrier():
    sheet = Sheet.of(["abcd", "efg"]).masked([match(1, 3), match(5, 6)])
    assert sheet.data == b"a" + bytes([BARRIER]) + b"d" + MARK + bytes([BARRIER]) + b"fg"
    assert sheet.origin.tolist() == [0, 1, 3, 4, 5, 6, 7]


def test_only_some_rows_are_kept_with_their_places():
    sheet = Sheet.of(["ab", "cd", "ef"])
    kept = sheet.only([0, 2])
    assert kept.data == b"ab" + MARK + b"ef"
    assert list(kept.located([match(3, 5)])) == [(2, Span(0, 2, "ID"))]
    assert sheet.only([1]).data == b"cd" + MARK
    assert sheet.rows_of([7, 0, 1, 6]) == [0, 2]
    assert sheet.rows_of([3]) == [1]


def test_a_letter_and_its_variants_are_one_byte():
    assert {to_bytes(letter) for letter in "اآأإٱ"} == {bytes([ARABIC_FIRST])}
    assert {to_bytes(digit) for digit in "7۷٧"} == {b"7"}
