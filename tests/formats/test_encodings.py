"""Texts that are not UTF-8: read where somebody or the file says what they are, refused with candidates where not."""

import struct

import pandas as pd
import pyreadstat
import pytest

from analysis.corpora.encodings import is_plausible
from analysis.corpora.exports import open_export
from analysis.corpora.surveys import Respondent
from analysis.errors import ExportError
from tests.formats.miniatures import _written, source

GERMAN, PERSIAN = "müde Grüße", "كابل شهر"


def answers(data: bytes, encoding: str = "") -> list[str]:
    rows = [each for each in open_export(source(data), None, encoding).entries() if isinstance(each, Respondent)]
    return [str(row.answers["note"]) for row in rows]


def in_place(data: bytes, encoded: bytes) -> bytes:
    assert data.count(b"X" * len(encoded)) == 1
    return data.replace(b"X" * len(encoded), encoded)


def sav(text: str, encoding: str, page: int | None, name: bytes | None = None) -> bytes:
    """An SPSS file whose texts are in an encoding and whose dictionary states a page, a name, or neither."""
    encoded = text.encode(encoding)
    frame = pd.DataFrame({"caseid": ["1"], "note": ["X" * len(encoded)]})
    data = in_place(_written(lambda path: pyreadstat.write_sav(frame, path), ".sav"), encoded)
    machine = data.index(struct.pack("<4i", 7, 3, 4, 8)) + 16 + 28
    data = data[:machine] + struct.pack("<i", page or 0) + data[machine + 4 :]
    record = struct.pack("<3i", 7, 20, 1)
    at = data.index(record)
    length = struct.unpack("<i", data[at + 12 : at + 16])[0]
    stated = b"" if name is None else record + struct.pack("<i", len(name)) + name
    return data[:at] + stated + data[at + 16 + length :]


@pytest.mark.parametrize(
    ("text", "encoding", "page", "name"),
    [(GERMAN, "cp1252", 1252, None), (PERSIAN, "cp1256", 1256, None), (PERSIAN, "cp1256", None, b"windows-1256"),
     (PERSIAN, "utf-8", 1252, None), (PERSIAN, "utf-8", None, None)],
    ids=["its page", "its page, Persian", "its name", "UTF-8 under a wrong page", "UTF-8 that says nothing"],
)  # fmt: skip
def test_an_spss_file_is_read_as_utf_8_or_as_it_says(text, encoding, page, name):
    assert answers(sav(text, encoding, page, name)) == [text]


@pytest.mark.parametrize(
    ("text", "encoding", "page"), [(PERSIAN, "cp1256", 1252), (PERSIAN, "cp1256", None), (GERMAN, "cp1252", None)]
)
def test_an_spss_file_that_is_doubtful_stops_with_candidates_and_takes_what_is_stated(text, encoding, page):
    data = sav(text, encoding, page)
    with pytest.raises(ExportError, match=rf"windows-{encoding[2:]} \((U\+[0-9A-F]{{4}} ?)+\).*encoding:") as error:
        answers(data)
    assert text not in str(error.value)
    assert answers(data, f"windows-{encoding[2:]}") == [text]


def dta(text: str, encoding: str) -> bytes:
    encoded = text.encode(encoding)
    frame = pd.DataFrame({"caseid": ["1"], "note": ["X" * len(encoded)]})
    return in_place(_written(lambda path: pyreadstat.write_dta(frame, path, version=12), ".dta"), encoded)


def test_an_old_stata_file_is_utf_8_or_stops():
    assert answers(dta(PERSIAN, "utf-8")) == [PERSIAN]
    with pytest.raises(ExportError, match=r"does not state its encoding; it could be windows-1256 \(U\+0643 "):
        answers(dta(PERSIAN, "cp1256"))
    assert answers(dta(PERSIAN, "cp1256"), "cp1256") == [PERSIAN]
    with pytest.raises(ExportError, match="not in the stated encoding utf-8"):
        answers(dta(PERSIAN, "cp1256"), "utf-8")


TABLE = "SubmissionDate,KEY,note\n2030-01-01,uuid:1,{}\n"


@pytest.mark.parametrize(("text", "encoding"), [(GERMAN, "cp1252"), (PERSIAN, "cp1256")])
def test_a_table_in_a_code_page_stops_and_takes_what_is_stated(text, encoding):
    data = TABLE.format(text).encode(encoding)
    with pytest.raises(ExportError, match=rf"line 2, byte \d+.*windows-{encoding[2:]} \(U\+") as error:
        answers(data)
    assert text not in str(error.value)
    assert answers(data, encoding) == [text]


def test_a_table_in_utf_16_without_a_mark_stops_and_takes_what_is_stated():
    data = TABLE.format(PERSIAN).encode("utf-16-le")
    with pytest.raises(ExportError, match="without a byte order mark; it could be utf-16-le"):
        answers(data)
    assert answers(data, "utf-16-le") == [PERSIAN]


def test_what_is_utf_8_stays_so_whatever_is_stated():
    assert answers(TABLE.format(PERSIAN).encode(), "windows-1252") == [PERSIAN]
    assert answers(TABLE.format(PERSIAN).encode("utf-8-sig"), "windows-1252") == [PERSIAN]


def test_an_unknown_encoding_is_refused():
    with pytest.raises(ExportError, match="encoding 'klingon' is not known; usual ones are utf-8, windows-1252"):
        answers(TABLE.format("x").encode(), "klingon")


@pytest.mark.parametrize(
    ("text", "written", "read", "plausible"),
    [(GERMAN, "cp1252", "cp1252", True), ("Österreich über Übung", "cp1252", "cp1252", True),
     ("Привет мир", "cp1251", "cp1251", True), (PERSIAN, "cp1256", "cp1252", False),
     ("Größe schön", "cp1252", "cp1256", False), ("Привет мир", "cp1251", "cp1252", False)],
)  # fmt: skip
def test_words_tell_whether_a_code_page_is_plausible(text, written, read, plausible):
    assert is_plausible([text.encode(written)], read) is plausible


def sav_times() -> bytes:
    values = {
        "span": [93_600.0, -60.0, 183_845.5],
        "day": [13_955_414_400.0, 1e15, 0.0],
        "at": [13_923_482_400.0, 1e18, 0.0],
    }
    formats = {"span": "DTIME12", "day": "DATE11", "at": "DATETIME20"}
    return _written(lambda path: pyreadstat.write_sav(pd.DataFrame(values), path, variable_format=formats), ".sav")


def test_spans_of_time_are_seconds_and_an_impossible_date_costs_its_cell():
    entries = list(open_export(source(sav_times())).entries())
    assert [each.unit for each in entries[0].variables] == ["seconds", "", ""]
    found = [[str(getattr(value, "value", value)) for value in row.answers.values()] for row in entries[1:]]
    assert found == [
        ["93600", "2025-01-05", "2024-01-01T10:00:00"], ["-60", "unparseable", "unparseable"],
        ["183845.5", "1582-10-14", "1582-10-14T00:00:00"],
    ]  # fmt: skip


def test_stata_days_and_clocks():
    values = {"day": [23_746.0, 1e9], "at": [1_893_456_000_000.0, 1e300], "clock": [5_400_000.0, 1.0]}
    formats = {"day": "%td", "at": "%tc", "clock": "%tcHH:MM:SS"}
    data = _written(lambda path: pyreadstat.write_dta(pd.DataFrame(values), path, variable_format=formats), ".dta")
    entries = list(open_export(source(data)).entries())
    found = [[str(getattr(value, "value", value)) for value in row.answers.values()] for row in entries[1:]]
    assert found == [["2025-01-05", "2020-01-01T00:00:00", "5400"], ["unparseable", "unparseable", "0.001"]]
