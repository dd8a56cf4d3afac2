import math

import pytest

from analysis.errors import ReleaseError
from analysis.reading import wording


def test_every_verdict_has_a_word_and_a_look_of_its_own():
    marks = wording.VERDICTS.values()
    assert [mark.word for mark in marks] == [
        "supported", "contradicted", "inconclusive", "not yet answerable", "not answerable",
    ]  # fmt: skip
    assert len({(mark.shape, mark.is_open) for mark in marks}) == len({mark.colour for mark in marks}) == 5


def test_a_verdict_outside_the_vocabulary_is_refused():
    with pytest.raises(ReleaseError, match="verdict_code is 'proven'; allowed: supported"):
        wording.mark("proven")


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (0.139, 0, "14"),
        (0.139, 1, "13.9"),
        (0.001, 0, "under 1"),
        (0.999, 0, "over 99"),
        (0.0, 0, "0"),
        (1.0, 0, "100"),
    ],
)
def test_a_share_is_never_rounded_to_nobody_or_everybody(share, places, text):
    assert wording.percent(share, places) == f"{text}%"


@pytest.mark.parametrize(
    ("value", "text"), [(3_966_159, "3.97 million"), (774_405, "774 thousand"), (9_624, "9,624"), (512, "512")]
)
def test_counts_are_spoken(value, text):
    assert wording.spoken_count(value) == text


def test_numbers_are_plain():
    assert (wording.plain(8.0), wording.plain(49.5), wording.plain(1000.0)) == ("8", "49.5", "1,000")
    assert (wording.decimal(-0.0486), wording.decimal(-0.0001)) == ("−0.049", "0.000")
    assert [wording.half_up(value) for value in (0.5, 1.5, 49.5, 49.4)] == [1, 2, 50, 49]


def test_an_empty_cell_is_seen_whatever_its_kind():
    assert not any(wording.is_given(hole) for hole in (None, math.nan, ""))
    assert all(wording.is_given(value) for value in (0, 0.0, "text", False))


def test_a_list_in_a_cell_becomes_sentences():
    assert wording.entries("one thing | another") == ["One thing", "Another"]
    assert wording.entries("n of 10") == ["n of 10"]
    assert wording.entries(None) == wording.entries(math.nan) == []
    assert wording.listing(["a", "b", "c"]) == "a, b and c"


def test_claims_stand_in_the_register_s_order():
    assert sorted(["C10", "C05.2", "C02.1", "C05.1"], key=wording.claim_order) == ["C02.1", "C05.1", "C05.2", "C10"]


def test_text_is_cut_at_a_word():
    assert wording.clipped("a few words more", 11) == "a few words …"
    assert wording.clipped("a few words more", 10) == "a few …"
    assert wording.clipped("wordwithoutend", 4) == "word …"
    assert wording.clipped("short", 10) == "short"


def test_estimators_and_days_beside_a_shock_are_words():
    assert wording.estimator("ss, half the size") == "successive sampling (Gile), half the size"
    assert wording.estimator("rds-ii by nw2") == "RDS-II (Volz and Heckathorn), degree from NW2"
    assert wording.estimator("share of answers") == "share of answers"
    hosts = {"DEU": "Germany", "USA": "United States of America"}
    assert wording.beside("V34 in USA, +1 d; V35 in USA, +1 d; V36 in USA, -3 d", hosts) == (
        "United States, one day later; United States, three days earlier"
    )
    assert wording.beside("V44 in DEU, +0 d", hosts) == "Germany, the same day"
    assert wording.beside("V44 in DEU, +0 d", {}) == "DEU, the same day"
