"""One automaton for many patterns says what Arrow's RE2 says of each, on any text, with little memory as with much."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.custody.scrub.alphabet import to_bytes
from analysis.custody.scrub.cues import WORDS, cues
from analysis.custody.scrub.kinds import RULES
from analysis.custody.scrub.kinds.word_cues import BESIDE_DIGITS
from analysis.custody.scrub.rules import Rule
from analysis.texts import patterns
from analysis.texts.library import library
from analysis.texts.patterns import PatternSet
from tests.unit.custody.scrub.mixtures import KNOWN

compiled = pytest.mark.skipif(library() is None, reason="no C compiler: there is only one way")
WRITTEN = [
    rb"abc", rb"(?i:aBc)", rb"(?i:a(?-i:B)c)", rb"a|bc|", rb"^ab", rb"bc$", rb"^$", rb"\bab\b", rb"a\Bb",
    rb"[a-c]{2,3}x", rb"(?:ab?c*){2}", rb"a+?b", rb"[^a-c\d]b", rb"(?i:[^a])c", rb".b", rb"\d\s\w\W\S\D",
    rb"\x80[\x90-\xbf]", rb"(?:^|\x01)b", rb"a{3,}", rb"(?:a|b){0,2}c", rb"\.\[", rb"a.{0,3}c",
]  # fmt: skip
BYTES = st.lists(st.sampled_from([*b"aAbBcCx1 _-.[\n\x01\x80\x95\xff"]), max_size=12).map(bytes)


def told(masks, count):
    return [[bool(row[k // 64] >> np.uint64(k % 64) & np.uint64(1)) for k in range(count)] for row in masks]


def by_arrow(written, texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "library", lambda: None)
        return PatternSet(written).matches(texts)


@compiled
@settings(max_examples=500, deadline=None)
@given(st.lists(BYTES, max_size=9))
def test_every_construct_matches_where_re2_does(texts):
    column = pa.array([b"before", *texts], pa.binary()).slice(1)
    assert told(PatternSet(WRITTEN).matches(column), len(WRITTEN)) == told(by_arrow(WRITTEN, column), len(WRITTEN))


@pytest.fixture(scope="module")
def known():
    return pa.array([to_bytes(text) for text in (*KNOWN, "", *(" ".join(KNOWN[n : n + 3]) for n in range(len(KNOWN))))])


@compiled
@pytest.mark.parametrize("most_bytes", [patterns.MOST_BYTES, 300_000])
@pytest.mark.parametrize("family", [[*cues()], [*WORDS], [*BESIDE_DIGITS], [rule.written for rule in RULES.rules]])
def test_the_scrubbers_own_patterns_agree(family, most_bytes, known, monkeypatch):
    """With so little memory the states are forgotten again and again."""
    monkeypatch.setattr(patterns, "MOST_BYTES", most_bytes)
    written = [Rule(each, cased=True)._bytes for each in family]
    found = PatternSet(written).matches(known)
    assert np.array_equal(found, by_arrow(written, known))
    assert found.any()


@compiled
def test_loose_patterns_match_wherever_exact_ones_do(known):
    loose, exact = (RULES._patterns.matches(known), PatternSet([rule._bytes for rule in RULES.rules]).matches(known))
    assert np.array_equal(loose & exact, exact)
    assert not np.array_equal(loose, exact)


@compiled
def test_an_automaton_with_little_room_forgets_and_stays_small(monkeypatch):
    monkeypatch.setattr(patterns, "MOST_BYTES", 20_000)
    held = PatternSet([rb"a.{9}b"])
    random = np.random.default_rng(1)
    texts = pa.array([bytes(random.choice([*b"abc"], 500).tolist()) for _ in range(40)])
    assert np.array_equal(held.matches(texts), by_arrow([rb"a.{9}b"], texts))
    assert 0 < held._automata[0].states < 500


def test_more_than_64_patterns_have_numbers_of_their_own():
    letters = [bytes([byte]) for byte in range(0x30, 0x7B) if chr(byte).isalnum()] + [b"\x80", b"\x81", b"\x82"]
    held = PatternSet(letters)
    assert held.words == 2
    masks = held.matches(pa.array([b"0", letters[-1], b"", b"0\x82"]))
    assert [[k for k, is_in in enumerate(row) if is_in] for row in told(masks, len(letters))] == [
        [0], [len(letters) - 1], [], [0, len(letters) - 1]
    ]  # fmt: skip


def test_what_no_automaton_can_tell_is_refused():
    if library() is None:
        pytest.skip("no C compiler")
    with pytest.raises(ValueError, match="ASSERT"):
        PatternSet([rb"a(?=b)"]).matches(pa.array([b"ab"]))
