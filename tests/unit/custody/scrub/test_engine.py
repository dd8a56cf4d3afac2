import importlib
import sys

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.custody.scrub import KINDS, Span, engine, find, find_all, scrub, scrub_batch
from analysis.custody.scrub.prefilter import may_hold
from analysis.custody.scrub.rules import Rule

FRAGMENTS = (
    *(
        "+93 70 123 4567",
        "۰۷۰۱۲۳۴۵۶۷",
        "0701234567",
        "91 712 3456",
        "call ",
        "شماره ",
        "user@example.org",
        "user (at) example",
    ),
    *(
        " dot com",
        " دات ",
        "@",
        "@user_1",
        "t.me/",
        "example.org",
        "https://",
        "DE89370400440532013000",
        "4111111111111111",
    ),
    *(
        "192.0.2.1",
        "2001:db8::1",
        "00:00:5e:00:53:af",
        "34.5553, 69.2075",
        "34°33'",
        "تذکره ",
        "1400-0101-12345",
        "0x",
        "<<",
    ),
    *(
        "[PHONE]",
        "[EMAIL]",
        "[",
        "]",
        "\u200c",
        "\u200f",
        "\ufe0f\u20e3",
        "\u0301",
        "ﷺ",
        "½",
        "…",
        "\n",
        "\x00",
        "\x01",
        "\x7f",
    ),
    *(
        "٫",
        "。",
        "：",
        "ä",
        "é",
        "ñ",
        "я",
        "漢",
        "😀",
        "\ud800",
        " ",
        ".",
        "-",
        "/",
        "9",
        "0",
        "صفر ",
        "یک ",
        "insta: ",
        "u/",
    ),
)
texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=5)), max_size=12).map("".join)


def test_offsets_are_code_points_of_the_original():
    text = "😀 \u200eشماره: \u206603\u200f0123\u200c456\u2069 — ½"
    (span,) = find("😀 تماس +93\u200f 70 123 4567 ﷺ")
    assert span == Span(7, 23, "PHONE")
    assert all(0 <= found.start < found.end <= len(text) for found in find(text))


def test_marks_inside_are_taken_and_marks_around_are_left():
    assert scrub("‎+93 70 123 4567‎ !").text == "‎[PHONE]‎ !"
    assert scrub("user\u200cname@example.org").text == "[EMAIL]"


def test_an_expanded_character_keeps_its_place():
    assert scrub("ﷺ 0701234567 ½").text == "ﷺ [PHONE] ½"


def test_a_character_that_is_partly_found_is_taken_whole():
    once = scrub("34.5553, 69.2075½@user_1").text
    assert scrub(once).text == once


def test_placeholders_are_left_alone():
    assert scrub("[PHONE] or [EMAIL]").spans == ()
    assert scrub("call 0701234567").text == "call [PHONE]"


@settings(max_examples=400, deadline=None)
@given(texts)
def test_scrubbing_twice_changes_nothing(text):
    once = scrub(text).text
    assert scrub(once).text == once


@settings(max_examples=300, deadline=None)
@given(texts)
def test_everything_outside_the_spans_is_untouched(text):
    scrubbed = scrub(text)
    place, rest = 0, scrubbed.text
    for span in scrubbed.spans:
        kept = text[place : span.start] + f"[{span.type}]"
        assert rest.startswith(kept)
        assert span.type in KINDS
        assert place <= span.start < span.end <= len(text)
        place, rest = span.end, rest[len(kept) :]
    assert rest == text[place:]


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=6))
def test_a_text_is_read_as_if_it_were_alone(several):
    assert find_all(several) == [find(text) for text in several]


def test_what_ends_a_text_is_found_whatever_text_follows():
    several = ["come to 12 Main St", "nothing here", "I live at 12 Baker Ave.", "we walked to the St"]
    assert find_all(several) == [find(text) for text in several]
    assert [len(spans) for spans in find_all(several)] == [1, 0, 1, 0]


@settings(max_examples=500, deadline=None)
@given(texts)
def test_the_prefilter_keeps_whatever_is_found(text):
    written = text.replace("\ud800", "")
    assert not find(written) or may_hold(pa.array([written], pa.string())).to_pylist() == [True]


def test_a_column_is_scrubbed_row_by_row():
    column = pa.array(["call 0701234567", None, "nothing here", "", "a@example.org b@example.org"])
    batch = scrub_batch(column)
    assert batch.texts.to_pylist() == ["call [PHONE]", None, "nothing here", "", "[EMAIL] [EMAIL]"]
    assert batch.counts == dict.fromkeys(KINDS, 0) | {"PHONE": 1, "EMAIL": 2}
    assert batch.texts.type == column.type


@pytest.mark.parametrize(
    "column", [pa.array([], pa.string()), pa.array(["x", "0701234567"]).slice(1), pa.array(["x"], pa.large_string())]
)
def test_empty_sliced_and_large_columns(column):
    assert len(scrub_batch(column).texts) == len(column)


UNITS = (
    "1 ", "a@", "(at) ", "۱.", "http://", "34°", "x dot ", "::", "صفر ", "\u200f1", "https://a.de/)", "0790 ", "0,",
    "1*", "0790 123 456 / ", "Az. 1 ", "جلد ۱ ", "کوچه ۱ ", "کوچه ", "Am Weg 1 ", "did:a:1", "plate A1 ", "born 1.1.",
    "one two ", "حواله ۱", "کوچه ۱", "House 1 Street 2, ", "\u2764\ufe0f1", "house 1 ", "a. b. ", "0", "A1-", "\n1",
    "u/", "12 A St ", "تذکره ", "user1", "یک دو ", "\u0301", "[", "ﷺ", "Flat 1 ", "0701234567 8", "A123456789 home ",
)  # fmt: skip


def work(text, monkeypatch):
    """How many bytes a search gives to its rules, and how many functions it calls."""
    counted = [0]

    def counting(method):
        def counts(rule, data):
            counted[0] += len(data)
            return method(rule, data)

        return counts

    def profile(_frame, _event, _argument):
        counted[0] += 1

    with monkeypatch.context() as patch:
        for name in ("spans", "is_in", "fits", "at_end"):
            patch.setattr(Rule, name, counting(getattr(Rule, name)))
        sys.setprofile(profile)
        try:
            find(text)
        finally:
            sys.setprofile(None)
    return counted[0]


@pytest.mark.parametrize("unit", UNITS)
def test_work_grows_with_length_and_no_faster(unit, monkeypatch):
    once, twice = (work(unit * count, monkeypatch) for count in (400, 800))
    assert twice <= 2.2 * once


def test_a_text_that_would_be_searched_without_end_is_taken_whole(monkeypatch):
    texts = ["call 0701234567", "nothing here"]
    assert find_all(texts) == [(Span(5, 15, "PHONE"),), ()]
    monkeypatch.setattr(engine, "ROUNDS", 1)
    assert find_all(texts) == [(Span(0, 15, "ID"),), ()]


def test_work_that_grows_faster_is_seen(monkeypatch):
    rule = Rule("a")
    monkeypatch.setattr(engine, "_matches", lambda data: [rule.is_in(data) for _ in data] and [])
    once, twice = (work("a" * count, monkeypatch) for count in (400, 800))
    assert twice > 3 * once


def test_a_text_that_only_looks_like_one_stays_as_it_is():
    batch = scrub_batch(pa.array(["12345 plain", "call 0701234567"]))
    assert batch.texts.to_pylist() == ["12345 plain", "call [PHONE]"]
    assert batch.counts == dict.fromkeys(KINDS, 0) | {"PHONE": 1}


def test_the_room_offers_what_it_names():
    package = importlib.import_module("analysis.custody.scrub")
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
