import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpora.absence import Absence
from analysis.corpora.field_values import at, count_value, optional_id, required_id, text_value
from analysis.corpora.markup import plain_text, unescape
from analysis.corpora.quarantine import MalformedItemError
from analysis.corpora.repeats import RepeatCounter
from analysis.corpora.times import DateSource, from_iso, from_unix, from_x


def test_not_exported_null_and_empty_are_three_things():
    record = {"null": None, "empty": "", "text": "x"}
    found = [text_value(at(record, name), name) for name in ("absent", "null", "empty", "text")]
    assert found == [Absence.NOT_EXPORTED, Absence.NULL, Absence.EMPTY, "x"]
    assert at({"a": None}, "a", "b") is Absence.NULL
    assert at({"a": 5}, "a", "b") is Absence.NOT_EXPORTED


@given(st.integers(-(2**70), 2**70))
def test_ids_keep_every_digit(number):
    assert required_id(number, "id") == optional_id(str(number)) == str(number)


@pytest.mark.parametrize("value", [1.0, True, None, "", " ", [], {}, "1.2E+17", "9E+15", Absence.NULL])
def test_what_cannot_identify_is_refused(value):
    with pytest.raises(MalformedItemError):
        required_id(value, "id")


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), ("1,234", 1234), ("12.0", 12), ("-", Absence.NULL), ("N/A", Absence.NULL), ("", Absence.EMPTY)]
    + [(value, Absence.UNPARSEABLE) for value in ("1,23", "many", 1.5, True, float("nan"), float("inf"), [1], "1e3")],
)
def test_counts(value, count):
    assert count_value(value) == count


@pytest.mark.parametrize("value", [1893456000, 1893456000.0, "1893456000", "1893456000.0", " 1893456000 "])
def test_unix_times_come_as_numbers_and_texts(value):
    assert from_unix(value, "t").at == "2030-01-01T00:00:00Z"


@pytest.mark.parametrize("value", [None, True, "soon", "", 10**30, float("nan"), [], "1" * 40])
def test_other_values_are_no_unix_times(value):
    with pytest.raises(MalformedItemError):
        from_unix(value, "t")


def test_a_time_without_zone_is_not_given_one():
    assert from_iso("2030-01-01T00:00:00", "t").source is DateSource.NAIVE_LOCAL
    assert from_iso("2030-01-01T00:00:00", "t").at == "2030-01-01T00:00:00"
    assert from_iso("2030-01-01 00:00:00", "t", DateSource.UTC_BY_CONVENTION).at == "2030-01-01T00:00:00Z"
    assert from_iso("2030-01-01T02:00:00+0200", "t").at == "2030-01-01T00:00:00Z"
    assert from_x("Tue Jan 01 02:30:00 +0230 2030", "t").at == "2030-01-01T00:00:00Z"


@given(st.text(max_size=40))
def test_times_fail_only_in_their_own_way(text):
    for read in (from_iso, from_unix, from_x):
        with contextlib.suppress(MalformedItemError):
            assert read(text, "t").at


def test_entities_are_decoded_once_and_bare_ampersands_stay():
    assert unescape("a &amp;amp; b &lt; &#39; &copy R&D &nosuch;") == "a &amp; b < ' &copy R&D &nosuch;"


def test_markup_becomes_what_a_reader_sees():
    plain = plain_text('<p>a<br/>b</p><p>c &amp; <a href="https://x.example/?a=1&amp;b=2">d</a></p><script>no</script>')
    assert (plain.text, plain.links) == ("a\nb\n\nc & d", ("https://x.example/?a=1&b=2",))


@given(st.text(max_size=200))
def test_no_markup_is_fatal(text):
    assert isinstance(plain_text(text).text, str)


@given(st.lists(st.integers(0, 30), max_size=200))
def test_repeats_are_counted_exactly(numbers):
    counter = RepeatCounter()
    for number in numbers:
        counter.add(str(number))
    assert counter.repeated() == len(numbers) - len(set(numbers))


def test_repeats_are_counted_exactly_across_parts(monkeypatch):
    monkeypatch.setattr("analysis.corpora.repeats._PART_ROWS", 100)
    counter = RepeatCounter()
    for number in itertools.chain(range(1000), range(250)):
        counter.add(str(number))
    assert counter.repeated() == 250
