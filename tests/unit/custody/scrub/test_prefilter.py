"""Cues over raw text match what their folding matches; a hidden character lets a text through."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analysis.custody.scrub.cues import cues
from analysis.custody.scrub.prefilter import may_hold, raw_pattern


def matches(cue, text):
    return pc.match_substring_regex(pa.array([text]), raw_pattern(cue))[0].as_py()


@pytest.mark.parametrize(
    ("cue", "held", "not_held"),
    [
        ("ab", ["xABy", "áb", "ab"], ["a b", "ba"]),
        ("a b", ["a b", "a\u200cb", "a\u00a0b"], ["ab"]),
        (r"\d", ["7", "۷", "٧"], ["x", "d"]),
        ("[a-c]", ["a", "b", "c", "B"], ["d", "-"]),
        ("[a-]", ["a", "-", "–"], ["b"]),
        (r"[a\-c]", ["a", "-", "c"], ["b"]),
        (r"[\d.]", ["5", ".", "٫"], ["x"]),
        ("x{2,3}y", ["xxy", "xxxy"], ["xy", "x{2,3}y"]),
        ("(?:ab|cd)e", ["abe", "cde"], ["ade", "abd"]),
        ("ab?c", ["ac", "abc"], ["abbc"]),
        ("ab*c", ["ac", "abbc"], ["adc"]),
        ("^ab", ["abc"], ["xab"]),
        (r"a\.b", ["a.b", "a۔b"], ["axb"]),
        (r"a\(b", ["a(b", "a（b"], ["ab"]),
        (r"\x03", ["°", "º"], ["x", "3"]),
        (r"[\x80-\x82]", ["ا", "ب", "پ", "آ"], ["ت", "a"]),
        ("سلام", ["سلام"], ["سلم"]),
        ("یک", ["يك", "یک"], ["بک"]),
    ],
)
def test_a_cue_is_translated_letter_by_letter(cue, held, not_held):
    assert [matches(cue, text) for text in held] == [True] * len(held)
    assert [matches(cue, text) for text in not_held] == [False] * len(not_held)


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("nothing here", False),
        ("سلام دوستان", False),
        ("می\u200cروند", False),
        ("a\u200cb", True),
        ("\u200c\u200c", True),
        ("a\u200fb", True),
        ("\u200fabc", False),
        ("س\u064eلام", True),
        ("½", True),
        ("漢", False),
        ("Ａ", True),
        ("☃", False),
        ("12345", True),
        ("1234", False),
        ("a@b", True),
    ],
)
def test_a_text_is_kept_for_a_cue_or_for_what_cues_cannot_speak_of(text, is_kept):
    assert may_hold(pa.array([text])).to_pylist() == [is_kept]


def test_a_null_holds_nothing():
    assert may_hold(pa.array([None, "a@b"])).to_pylist() == [False, True]


EXAMPLES = [
    "1 2-3.4/5", "12ab34 5", "@", "http:/", "a.bc", "t . me /", "t.dog/", "joinchat/", "[dot]", "( at )", "<نقطه>",
    " dot a", "_punkt_b", "-dot ر", "صفر, یک", "12 →", "com /", "did:plc", "1.2.3.4",
    "::", ":ab:", "ab-cd-01-", "ab01.cd23.",
    "5°", "geo:", "///", "34 درجه", "5n 6", "5 nord", "5 شرق", "5 and 6.25", "n 5.5", "s 12 5.5", "lat: 5", "عرض ۵",
    "gxx4+xx", "5s wd 190", "de89 3704 0044", "a" * 25, "bc1" + "q" * 11, "<<", "جلد ۱۲", "abcde1234f", "5 k 12/21",
    "u/abc", "a_b", "#1234", "a1", "1a", ": abc", "=@abc", ">- abc",
]  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_text_with_a_cue_is_kept(text):
    assert any(matches(cue, text) for cue in cues())
    assert may_hold(pa.array([text])).to_pylist() == [True]


def test_every_cue_has_an_example():
    idle = [cue for cue in cues() if not any(matches(cue, text) for text in EXAMPLES)]
    assert idle == []
