"""The fast ways through JSON, times, tags and headers say what the slow and plain ones say."""

import html
import io
import json
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import limits
from analysis.corpora import json_cursor, markup
from analysis.corpora.absence import Absence
from analysis.corpora.csv_stream import Places
from analysis.corpora.json_cursor import BrokenJsonError, Cursor
from analysis.corpora.markup import plain_text
from analysis.corpora.plain_json import UNUSUAL, plain_value
from analysis.corpora.times import DateSource, from_iso, from_unix

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(
    st.dictionaries(st.sampled_from(["id", "text", "inner"]), VALUES, min_size=1)
    | st.builds(lambda text: {"id": text, "inner": [{"id": 1}, {"id": "}, {"}]}, st.text(max_size=20))
    | VALUES,
    max_size=30,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_a_plain_value_is_that_of_the_standard_library(value, is_ascii, indent):
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    found = plain_value(text.encode("utf-8", "surrogatepass"))
    assert found is UNUSUAL or repr(found) == repr(json.loads(text))


@pytest.mark.parametrize("number", [10**19 - 1, 2**63, 1 - 10**18, 10**18, 0, -1, 1.5, "1" * 40])
@pytest.mark.parametrize("form", ["{}", "[{}]", '{{"a": {}}}', '{{"a":1,"b":{}}}'])
def test_what_fits_into_64_bits_and_digits_of_a_text_are_plain(number, form):
    text = form.format(json.dumps(number))
    assert plain_value(text.encode()) == json.loads(text)


@pytest.mark.parametrize("number", [2**64, 10**25, -(2**63) - 1, "1." + "1" * 990, "1e" + "0" * 1_000, "NaN", "1e400"])
@pytest.mark.parametrize("form", ["{}", " {}", "[{}]", '{{"a":{}}}', '{{"a": 1, "b":\n{}}}', "[1,{}]"])
def test_a_number_that_the_fast_parser_would_round_or_refuse_is_left_to_the_other(number, form):
    assert plain_value(form.format(number).encode()) is UNUSUAL


@pytest.mark.parametrize("text", [b'"\\ud800"', b"[1,]", b"", b"\xff", b"[" * 501 + b"]" * 501])
def test_what_is_broken_or_too_deep_is_left_to_the_other(text):
    assert plain_value(text) is UNUSUAL


def test_a_record_of_more_bytes_than_values_are_borne_is_left_to_the_other(monkeypatch):
    assert plain_value(b'["long"]') == ["long"]
    monkeypatch.setattr(limits, "JSON_TOKENS", 7)
    assert plain_value(b'["long"]') is UNUSUAL


def listed(text: bytes) -> list:
    return [repr(value) for value in Cursor(io.BytesIO(text), "a.json").values()]


@given(
    RECORDS, st.sampled_from([None, 2]), st.booleans(), st.sampled_from([40, 300, 2**14]), st.sampled_from([16, 2**20])
)
def test_values_taken_several_at_once_are_those_taken_one_by_one(records, indent, is_ascii, piece, block):
    text = json.dumps(records, indent=indent, ensure_ascii=is_ascii).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_cursor, "_PIECE", piece)
        patch.setattr(json_cursor, "BLOCK", block)
        patch.setattr(json_cursor, "_WINDOW", 16)
        assert listed(text) == [repr(each) for each in json.loads(text)]


def test_alike_values_are_taken_several_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr(json_cursor, "plain_value", lambda piece: asked.append(piece) or plain_value(piece))
    text = json.dumps([{"id": number, "text": "آب"} for number in range(1_000)], ensure_ascii=False).encode()
    assert len(listed(text)) == 1_000
    assert sum(map(len, asked)) > 0.9 * len(text)


@pytest.mark.parametrize("fault", [b"\xff", b'"', b"]", b"{", b"nul", b",,"])
@pytest.mark.parametrize("place", [3, 40, 90])
def test_values_before_a_fault_come_before_the_error(fault, place):
    whole = [json.dumps({"id": number, "text": "word"}).encode() for number in range(100)]
    cursor = Cursor(
        io.BytesIO(b"[" + b", ".join([*whole[:place], b'{"id": ' + fault + b"}", *whole[place:]]) + b"]"), ""
    )
    found = []
    with pytest.raises(BrokenJsonError):
        deque(map(found.append, cursor.values()))
    assert [each["id"] for each in found] == list(range(place))


CLOCKS = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))


@given(
    CLOCKS,
    st.sampled_from("T "),
    st.sampled_from(["", ".000", ".120"]),
    st.sampled_from(["", "Z", "+00:00", "+0000", " UTC"]),
)
@example(datetime(2030, 1, 1), "T", ".000", "Z")
def test_a_time_in_its_usual_form_is_what_the_standard_library_makes_of_it(clock, sign, fraction, zone):
    written = clock.strftime("%m-%d{}%H:%M:%S").format(sign)
    found = from_iso(f"{clock.year:04}-{written}{fraction}{zone}", "t", DateSource.UTC_BY_CONVENTION)
    moment = clock.replace(microsecond=int(fraction[1:] or 0) * 1_000, tzinfo=UTC)
    assert found.at == moment.isoformat().replace("+00:00", "Z")
    assert found.source is (DateSource.ZONED if zone else DateSource.UTC_BY_CONVENTION)


@given(st.integers(0, 253_402_300_799))
@example(0)
@example(253_402_300_799)
def test_seconds_are_the_time_that_the_standard_library_makes_of_them(seconds):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    shown = moment.isoformat().replace("+00:00", "Z")
    assert from_unix(seconds, "t").at == from_unix(str(seconds), "t").at == shown


TAGS = st.lists(
    st.sampled_from([
        "<p>", "</p>", "<br>", "<br/>", "<br />", '<a href="https://x.example/a?b=1">', '<a href="u" class="added">',
        "</a>", '<span class="invisible">', '<span class="added x">', "</span>", "word ", "&amp;", "&lt;", "&am", "<",
        ">", "آب", "\n", "<script>", "</script>", "<div>", "</div>", "<li>", "<P>", '<a href="a&amp;b">',
        "<a href='q'>", "<ul >", "<p/>", "</br>", "<!-- c -->", '<b x="">', '"', '<a href="x" href="y">',
    ])
)  # fmt: skip


@given(TAGS.map("".join), st.sampled_from(["", "added"]))
def test_plain_tags_are_read_as_the_parser_of_the_standard_library_reads_them(text, without):
    reader = markup._TextReader(without)
    reader.feed(text)
    reader.close()
    short = plain_text(text, without)
    if "<" in markup._USUAL.sub("", text):
        assert short == markup.PlainText(markup._settled("".join(reader.pieces)), tuple(reader.links))
    else:
        assert short.text == markup._settled(html.unescape(markup._as_lines(text)))


def test_a_column_stands_where_the_first_of_its_names_does():
    places = Places(("b", "a", "text"))
    row = places.row(("1", "2", ""))
    assert [row[places.first(*names)] for names in (("a", "b"), ("z", "b"), ("text",), ("z",))] == [
        "2", "1", "", Absence.NOT_EXPORTED,
    ]  # fmt: skip
