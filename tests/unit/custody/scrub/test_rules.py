"""What a rule answers, and what stands around a place of a sheet."""

from analysis.custody.scrub.alphabet import SEPARATOR, to_bytes
from analysis.custody.scrub.rules import Rule, before, behind, byte_at, stands_alone

MARK = bytes([SEPARATOR])
SHEET = b"one" + MARK + b"two three"


def test_a_rule_finds_fits_and_ends():
    rule = Rule(r"ab+")
    assert list(rule.spans(b"xabbx AB")) == [(1, 4), (6, 8)]
    assert (rule.is_in(b"xab"), rule.is_in(b"xa")) == (True, False)
    assert (rule.fits(b"abb"), rule.fits(b"abbx"), rule.fits(b"xabb")) == (True, False, False)
    assert Rule(r"b+$").at_end(b"abb") == (1, 3)
    assert Rule(r"b+$").at_end(b"abba") is None


def test_a_cased_rule_tells_letters_apart():
    rule = Rule("ab", cased=True)
    assert list(rule.spans(b"ab AB")) == [(0, 2)]
    assert (rule.is_in(b"AB"), rule.fits(b"AB")) == (False, False)


def test_classes_of_scripts_are_spelled_in_brackets():
    assert list(Rule("[<AR>]+").spans(to_bytes("ab سلام"))) == [(3, 7)]
    assert list(Rule("[<LT>]+").spans(to_bytes("ab яя"))) == [(3, 5)]
    assert list(Rule("شماره").spans(to_bytes("x شماره"))) == [(2, 7)]


def test_context_ends_where_the_text_ends():
    assert before(SHEET, 7, 2) == b"wo"
    assert before(SHEET, 7, 9) == b"two"
    assert before(SHEET, 4, 9) == b""
    assert before(SHEET, 2, 9) == b"on"
    assert behind(SHEET, 1, 1) == b"n"
    assert behind(SHEET, 1, 9) == b"ne"
    assert behind(SHEET, 8, 99) == b"three"


def test_a_place_outside_is_a_separator():
    assert byte_at(SHEET, 0) == ord("o")
    assert byte_at(SHEET, len(SHEET) - 1) == ord("e")
    assert (byte_at(SHEET, -1), byte_at(SHEET, len(SHEET))) == (SEPARATOR, SEPARATOR)


def test_neighbours_decide_whether_something_stands_alone():
    assert stands_alone(b"-12-", 1, 3)
    assert not stands_alone(b"-12-", 1, 3, b"-")
    assert not stands_alone(b"a12", 1, 3)
    assert not stands_alone(b"12Z", 0, 2)
    assert not stands_alone(b"912", 1, 3)
    assert not stands_alone(b"129", 0, 2)
    assert stands_alone(b"12", 0, 2)
