"""A text is looked at for a cue, or for a character that folds to several; nothing that folding does hides a cue."""

import pyarrow as pa
import pytest

from analysis.custody.scrub.alphabet import to_bytes
from analysis.custody.scrub.column import FoldedColumn
from analysis.custody.scrub.cues import WORDS, cues
from analysis.custody.scrub.prefilter import has_cue, is_suspect, may_hold
from analysis.custody.scrub.rules import Rule

CUES = (*cues(), *WORDS)


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("nothing here", False),
        ("سلام دوستان", False),
        ("می\u200cروند", False),
        ("a\u200cb", False),
        ("a\u200f@\u200fb", True),
        ("س\u064eلام", False),
        ("❤\ufe0f", False),
        ("½", True),
        ("漢", False),
        ("Ａ", False),
        ("１２３４５", True),
        ("12345", True),
        ("1234", False),
        ("a@b", True),
        ("#tag12 kabul", False),
        ("one two", False),
        ("one two thr", True),
        ("5 one two", True),
        ("born here", False),
        ("born in 90", True),
    ],
)
def test_a_text_is_kept_for_a_cue_or_for_what_folding_spells_out(text, is_kept):
    assert may_hold(pa.array([text])).to_pylist() == [is_kept]


def test_a_null_holds_nothing():
    assert may_hold(pa.array([None, "a@b"])).to_pylist() == [False, True]
    assert may_hold(pa.array([], pa.string())).to_pylist() == []


EXAMPLES = [
    "1 2-3.4/5", "12ab34 5", "@", "http:/", "a.bc", "t . me /", "t.dog/", "joinchat/", "[dot]", "( at )", "<نقطه>",
    " dot a", "_punkt_b", "-dot ر", "صفر, یک و دو", "1 یک دو", "12 →", "com /", "did:plc", "1.2.3.4",
    "::", ":ab:", "ab-cd-01-", "ab01.cd23.",
    "5°", "geo:", "///", "34 درجه", "5n 6", "5 nord", "5 شرق", "5 and 6.25", "n 5.5", "s 12 5.5", "lat: 5", "عرض ۵",
    "gxx4+xx", "5s wd 190", "de89 3704 0044", "a" * 25, "bc1" + "q" * 11, "<<", "جلد ۱۲", "abcde1234f", "5 k 12/21",
    "u/abc", "#1234", "insta: a", "telegram من ab", "C1LLL234L5", "AB12 CDE",
]  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_text_with_a_cue_is_kept(text):
    assert any(Rule(cue).is_in(to_bytes(text)) for cue in CUES)
    assert may_hold(pa.array([text])).to_pylist() == [True]


def test_every_cue_has_an_example():
    idle = [cue for cue in CUES if not any(Rule(cue).is_in(to_bytes(text)) for text in EXAMPLES)]
    assert idle == []


def test_a_word_in_what_was_found_still_tells_something_beside_a_digit():
    found, whole = (FoldedColumn.of(pa.array(texts)) for texts in (["x 3", "x y"], ["hawala 3", "hawala y"]))
    assert is_suspect(found).tolist() == [False, False]
    assert has_cue(found, whole).tolist() == [True, False]
