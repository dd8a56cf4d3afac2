"""A finder that reads only the texts in which one of its rules matches finds what it finds when it reads them all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.custody.scrub.alphabet import SEPARATOR
from analysis.custody.scrub.gates import Finder, Texts
from analysis.custody.scrub.kinds import FINDERS, RULES
from analysis.custody.scrub.rules import Rule, RuleSet
from analysis.custody.scrub.runs import runs
from analysis.custody.scrub.sheet import Sheet
from analysis.custody.scrub.spans import Match
from tests.oracle.hard_cases import hard_cases
from tests.oracle.survey_files import cases
from tests.unit.custody.scrub.test_engine import FRAGMENTS
from tests.unit.custody.scrub.test_kinds import FOUND

KNOWN = [case["text"] for case in cases("reference", "pii_cases.json")] + [
    *(text for text, _ in FOUND),
    *(case.text for case in hard_cases("open.txt")),
]
texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(KNOWN), st.text(max_size=4)), max_size=6)


def ungated(data):
    """What all finders find, each text by itself: a cue has to stand in the same text."""
    found, place = set(), 0
    for text in data.split(bytes([SEPARATOR])):
        finders = (finder for finder in FINDERS if finder.cue is None or finder.cue.is_in(text))
        matches = (match for finder in finders for match in finder.find(text))
        found |= {Match(m.start + place, m.end + place, m.kind, m.rank) for m in matches}
        place += len(text) + 1
    return found


def gated(data):
    texts = Texts(data, RULES)
    return {match for finder in FINDERS for match in texts.matches(finder)}


def test_known_identifiers_pass_the_gates_one_by_one_and_together():
    for text in KNOWN:
        data = Sheet.of([text]).data
        assert gated(data) == ungated(data), text
    together = Sheet.of([part for text in KNOWN for part in (text, "", "nothing here")]).data
    assert len(ungated(together)) > len(KNOWN) / 2
    assert gated(together) == ungated(together)


@settings(max_examples=400, deadline=None)
@given(st.lists(texts.map("".join), min_size=1, max_size=5))
def test_no_gate_loses_anything(several):
    data = Sheet.of(several).data
    assert gated(data) == ungated(data)


def test_every_finder_asks_just_the_rules_that_it_states(monkeypatch):
    """Whatever the data: a finder asks all its rules, unless it has no match of one to go on from."""
    asked = set()

    def spans(rule, data):
        asked.add(rule)
        return iter(())

    monkeypatch.setattr(Rule, "spans", spans)
    runs.cache_clear()
    for finder in FINDERS:
        asked.clear()
        runs.cache_clear()
        assert list(finder.find(b"whatever")) == []
        assert asked == set(finder.rules)
    runs.cache_clear()


def test_texts_outside_are_not_read_and_places_are_of_the_sheet():
    data = bytes([SEPARATOR]).join([b"a@b", b"", b"12 plain", b"x@1", b"34"])
    at, digits, never = Rule("@"), Rule(r"\d\d"), Rule("z")
    texts = Texts(data, RuleSet((at, digits, never)))
    read = []

    def find(part):
        read.append(part)
        yield from (Match(place, place + 1, "X", 0) for place, byte in enumerate(part) if byte in b"@")

    assert [data[m.start : m.end] for m in texts.matches(Finder((at, never), find))] == [b"@", b"@"]
    assert read == [bytes([SEPARATOR]).join([b"a@b", b"x@1"])]
    assert list(texts.matches(Finder((never,), find))) == []
    assert len(read) == 1
    assert texts.has((digits,)).tolist() == [False, False, True, False, True]
    assert texts.has((at, digits)).tolist() == [True, False, True, True, True]
