"""Identifiers that are hard to find, in nine languages, and texts that only look as if they held one."""

import pyarrow as pa
import pytest

from analysis.custody.scrub import find_all
from analysis.custody.scrub.prefilter import may_hold
from tests.oracle.hard_cases import hard_cases

RECALL, PRECISION = 0.97, 0.98
FILES = ("open.txt", "held_out.txt")


def shares(cases, found):
    wanted = sum(len(case.parts) for case in cases)
    missed = sum(len(case.missed(spans)) for case, spans in zip(cases, found, strict=True))
    strays = sum(len(case.strays(spans)) for case, spans in zip(cases, found, strict=True))
    spans = sum(map(len, found))
    return 1 - missed / wanted, 1 - strays / spans if spans else 1.0


@pytest.mark.parametrize("name", FILES)
def test_recall_and_precision_on_hard_cases(name):
    cases = hard_cases(name)
    recall, precision = shares(cases, find_all([case.text for case in cases]))
    assert recall >= RECALL
    assert precision >= PRECISION


@pytest.mark.parametrize("name", FILES)
def test_every_family_has_its_cases_and_nothing_is_found_by_chance(name):
    cases = hard_cases(name)
    families = {case.family for case in cases}
    assert {"address", "plate", "birth", "transfer", "did", "tazkira", "words", "none"} <= families
    assert all(bool(case.parts) == (case.family != "none") for case in cases)
    assert shares(cases, [() for _ in cases]) == (0.0, 1.0)


@pytest.mark.parametrize("name", FILES)
def test_the_prefilter_keeps_every_hard_case_that_holds_something(name):
    texts = [case.text for case in hard_cases(name)]
    kept = may_hold(pa.array(texts)).to_pylist()
    assert [
        text for text, spans, is_kept in zip(texts, find_all(texts), kept, strict=True) if spans and not is_kept
    ] == []


def test_a_span_too_many_and_a_part_too_few_are_counted():
    (case,) = [case for case in hard_cases("open.txt") if case.text == "DOB: 01/01/1990"]
    assert case.missed(()) == ["01/01/1990"]
    assert case.strays(find_all([case.text])[0]) == []
    assert shares([case], find_all(["0790123456 DOB"])) == (0.0, 1.0)
