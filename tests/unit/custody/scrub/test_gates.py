"""A rule that reads only the texts behind its gate finds what it finds when it reads them all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.custody.scrub.alphabet import SEPARATOR
from analysis.custody.scrub.gates import EVERY_TEXT, SIGNS, Gate, Texts
from analysis.custody.scrub.kinds import FINDERS
from analysis.custody.scrub.rules import Rule
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
    return {match for _, find in FINDERS for match in find(data)}


def gated(data):
    return {match for gate, find in FINDERS for match in Texts(data).behind(gate).matches(find)}


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


def test_texts_outside_are_not_read_and_places_are_of_the_sheet():
    data = bytes([SEPARATOR]).join([b"a@b", b"", b"12 plain", b"x@1", b"34"])
    read = []

    def find(part):
        read.append(part)
        yield from (Match(place, place + 1, "X", 0) for place, byte in enumerate(part) if byte in b"@")

    part = Texts(data).behind(Gate(all_of=b"@"))
    assert [data[m.start : m.end] for m in part.matches(find)] == [b"@", b"@"]
    assert read == [bytes([SEPARATOR]).join([b"a@b", b"x@1"])]
    assert Texts(data).behind(Gate(digits=2)).data.split(bytes([SEPARATOR])) == [b"12 plain", b"34"]
    assert Texts(data).behind(Gate(cue=Rule("plai"), digits=1)).data == b"12 plain"
    assert Texts(data).behind(Gate(digits=1, any_of=b"@+")).data == b"x@1"
    assert Texts(data).behind(EVERY_TEXT).data == data
    for sign in SIGNS:
        held = bytes([sign])
        assert Texts(b"plain" + bytes([SEPARATOR]) + held).behind(Gate(all_of=held)).data == held
        assert Texts(b"plain" + bytes([SEPARATOR]) + held).behind(Gate(any_of=held)).data == held
    assert Texts(b"@" + bytes([SEPARATOR]) + b"@#").behind(Gate(all_of=b"@#")).data == b"@#"
    assert list(Texts(data).behind(Gate(digits=9)).matches(find)) == []
