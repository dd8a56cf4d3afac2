"""Respondents written by every survey vendor come back with every answer; the two sides share no code."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.corpora.exports import open_export
from analysis.corpora.interviews import InterviewState
from analysis.corpora.quarantine import Quarantined
from analysis.corpora.surveys import Codebook, Respondent
from analysis.synthetic import answers, recruitment, world
from analysis.synthetic.exports.survey_rows import survey_rows
from analysis.synthetic.exports.survey_vendors import VENDORS
from analysis.synthetic.questionnaire import QUESTIONS
from tests.studies import INSTRUMENT

SIZE = 120
MISSING = {"pns": "refused", "dk": "dont_know", "not_asked": "not_asked"}


def rows(seed):
    generator = np.random.default_rng(seed)
    people = world.populate(4 * SIZE, generator)
    recruits = recruitment.recruit(people, SIZE, generator)
    drawn = answers.interview(people, recruits, np.arange(10), generator)
    return survey_rows(drawn, recruits.wave, generator)


def read_back(vendor, written, tmp_path):
    """Respondent's id → question → code or kind of missing."""
    path = tmp_path / "export"
    path.write_bytes(VENDORS[vendor][1](written))
    export = open_export(path)
    assert export.format.code == vendor
    found, places = {}, {}
    for entry in export.entries():
        if isinstance(entry, Codebook):
            places = {each.name: INSTRUMENT.place(each.name) for each in entry.variables}
            assert [name for name, place in places.items() if place is None] == []
        if isinstance(entry, Respondent) and entry.state is InterviewState.COMPLETE:
            found[entry.answers["respondent_id"]] = by_question(entry, places)
    return found


def by_question(entry, places):
    read = {}
    for name, place in places.items():
        if place.item:
            column = f"{place.item.item_id}_{place.part}" if place.part else place.item.item_id
            reading = INSTRUMENT.read(place, entry.answers[name])
            assert reading.unknown is None, f"{name}: {reading.unknown!r}"
            read[column] = reading.code if reading.code is not None else f".{reading.missing.value}"
    return read


def expected(question, row):
    drawn = row.answers[question.source]
    if question.kind != "text" and drawn in MISSING:
        return f".{MISSING[drawn]}"
    return next((name for own, name, _ in question.choices if own == drawn), drawn)


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_every_answer_comes_back(vendor, seed, tmp_path):
    written = rows(seed)
    found = read_back(vendor, written, tmp_path)
    assert len(found) == len(written)
    for row in written:
        for question in QUESTIONS:
            if question.kind == "several":
                continue
            assert found[row.respondent_id][question.flat_name] == expected(question, row), question.flat_name


@pytest.mark.parametrize("vendor", VENDORS)
def test_equal_rows_give_equal_bytes_whatever_the_clock(vendor, monkeypatch):
    import time

    first = VENDORS[vendor][1](rows(3))
    time.sleep(1.1)
    assert VENDORS[vendor][1](rows(3)) == first


@pytest.mark.parametrize("vendor", ["qualtrics", "limesurvey"])
def test_broken_rows_are_set_aside(vendor, tmp_path):
    path = tmp_path / "export"
    path.write_bytes(VENDORS[vendor][1](rows(4)))
    entries = list(open_export(path).entries())
    assert sum(isinstance(entry, Quarantined) for entry in entries) == 12
    assert sum(isinstance(entry, Respondent) and entry.state is not InterviewState.COMPLETE for entry in entries) == 12
