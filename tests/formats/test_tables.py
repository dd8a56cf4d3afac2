"""Tables as they are really delivered: any delimiter, any language of headings, joined, lengthened, with formulas."""

import csv
import datetime
import io
import re
import zipfile

import openpyxl
import pytest

from analysis.corpora.absence import Absence
from analysis.corpora.csv_stream import delimiter_of
from analysis.corpora.surveys import Codebook
from analysis.corpora.xlsx_stream import cell_text
from tests.formats.miniatures import KOBO, LIMESURVEY, QUALTRICS, Read, source
from tests.studies import INSTRUMENT


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    "cells",
    [
        [["How old, in years?", "Where, in which city, or town?"], ["34", "Hamburg, Altona"], ["35", "x"]],
        [["a;b", "c;d;e"], ["1;2", "3"], ["4", "5"]],
        [["only", "header,with;marks"]],
        [["a", "b"], ["a quotation \" mark", "2;3;4;5"], ["1,2,3,4", "9"]],
    ],
)  # fmt: skip
def test_the_delimiter_is_the_one_under_which_rows_are_as_wide_as_the_header(mark, cells):
    quoted = "".join(mark.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells)
    assert delimiter_of(source(quoted.encode())) == mark


def test_headings_without_quotation_marks_and_more_marks_of_another_kind():
    table = b"id;How old, in years, today, about;c\n1;34;x\n2;35;y\n"
    assert delimiter_of(source(table)) == ";"
    assert delimiter_of(source(b"a,b;c;d;e\n1,2\n3,4\n")) == ","


def test_old_line_ends_read_like_new_ones():
    old = QUALTRICS.replace(b"\r\n", b"\n").replace(b",\nview", b", view")
    assert Read(old.replace(b"\n", b"\r")).respondents == Read(old).respondents
    assert len(Read(old.replace(b"\n", b"\r")).respondents) == 3


def test_blank_rows_before_the_header_and_headers_of_joined_files_are_no_respondents():
    found = Read(b";;;;;;;;\n" + KOBO + KOBO.replace(b"u-1", b"u-3").replace(b"u-2", b"u-4"))
    assert [row.respondent_id for row in found.respondents] == ["u-1", "u-2", "u-3", "u-4"]
    assert found.asides["header row of a joined file"] == 1
    joined = Read(QUALTRICS + QUALTRICS.decode("utf-8-sig").encode())
    assert len(joined.respondents) == 6
    assert joined.asides["header row of a joined file"] == 3


LENGTHENED = (
    "grp/SC9;grp/SC9/none;_id;_uuid;_submission_time\nnone;1;1;u-1;2030-01-01T00:00:00\n"
    "a new one;0;2;u-2;2030-01-01T00:00:00;{}\nnone;1;{};u-3;2030-01-01T00:00:00;1\n"
)


def test_rows_that_an_unknown_choice_lengthened_are_kept():
    found = Read(LENGTHENED.format("1", "3").encode())
    assert [row.answers["grp/SC9"] for row in found.respondents] == ["none", "a new one", "none"]
    assert "2 rows are longer than the header" in found.notices[0]


@pytest.mark.parametrize(("extra", "number"), [("words", "3"), ("1", "2030-01-01")])
def test_rows_that_are_longer_for_another_reason_are_set_aside(extra, number):
    found = Read(LENGTHENED.format(extra, number).encode())
    assert (len(found.respondents), len(found.quarantined)) == (2, 1)


def lime(*header: str) -> bytes:
    rows = [header, ("1", "2030-01-01 00:00:00", "3", "fa", "123", "2"), ("2", "", "1", "de-informal", "124", "")]
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    "names",
    [("Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Zufallsstartwert"),
     ("شناسه", "تاریخ", "صفحه", "زبان", "عدد"), ("id. A", "submitdate. B", "lastpage. C", "startlanguage. D", "seed")],
)  # fmt: skip
def test_limesurvey_is_known_in_any_language_and_submitted_is_told_from_begun(names):
    found = Read(lime(*names, "TA1"))
    assert found.code == "limesurvey"
    assert [(row.respondent_id, row.state.value) for row in found.respondents] == [("1", "complete"), ("2", "partial")]
    assert list(found.respondents[0].answers)[:2] == ["id", "submitdate"]


def test_five_columns_of_other_things_are_not_limesurvey():
    with pytest.raises(Exception, match="of no known format"):
        Read(lime("a", "b", "c", "d", "e", "f").replace(b'"fa"', b'"Farsi spoken"'))


def test_a_vv_file_names_columns_by_code_in_its_second_row():
    vv = "Response ID\tDate submitted\tLast page\tHow?\nid\tsubmitdate\tlastpage\tTA1\n"
    vv += "7\t{question_not_shown}\t1\t{question_not_shown}\n8\t2030-01-01 00:00:00\t3\tA1\n"
    found = Read(vv.encode())
    assert [(row.respondent_id, row.state.value) for row in found.respondents] == [("7", "partial"), ("8", "complete")]
    assert found.respondents[0].answers["TA1"] is Absence.NULL
    (codebook,) = [each for each in found.entries if isinstance(each, Codebook)]
    assert [(each.name, each.label) for each in codebook.variables][-1] == ("TA1", "How?")


def workbook(rows, before=(), cover=False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if cover:
        sheet.append(["Exported on a day"])
        sheet = book.create_sheet("data")
    for row in [*before, *rows]:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_value(book: bytes, value: bytes) -> bytes:
    """The workbook, with a value where the library leaves that of a formula empty."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"</f><v\s*/>|</f><v></v>", b"</f><v>" + value + b"</v>", old.read(name)))
    return stream.getvalue()


FORMULA = [["_id", "_uuid", "_submission_time", "EX5"], [1, "u-1", "2030-01-01", "=-) hello"]]


@pytest.mark.parametrize(("value", "answer"), [(b"", Absence.UNPARSEABLE), (b"0", Absence.UNPARSEABLE), (b"5", "5")])
def test_an_answer_that_begins_with_an_equals_sign_is_never_a_number_that_nobody_gave(value, answer):
    data = with_value(workbook(FORMULA), value) if value else workbook(FORMULA)
    (row,) = Read(data).respondents
    assert row.answers["EX5"] == answer
    instrument = INSTRUMENT
    reading = instrument.read(instrument.place("EX5"), row.answers["EX5"])
    assert (reading.missing.value if reading.missing else reading.code) == ("5" if answer == "5" else "unparseable")


def test_a_formula_whose_value_is_an_error_has_none():
    book = with_value(workbook(FORMULA), b"#NAME?")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<c r="D2"[^>]*>', b'<c r="D2" t="e">', old.read(name)))
    (row,) = Read(stream.getvalue()).respondents
    assert row.answers["EX5"] is Absence.UNPARSEABLE
    (row,) = Read(workbook([FORMULA[0], [1, "u-1", "2030-01-01", "#NAME?"]])).respondents
    assert row.answers["EX5"] == "#NAME?"


@pytest.mark.parametrize(
    ("hours", "shown"), [(30.5, "30:30:00"), (2, "2:00:00"), (-0.5, "-0:30:00"), (0.0125, "0:00:45")]
)
def test_a_span_of_time_keeps_its_days(hours, shown):
    assert cell_text(datetime.timedelta(hours=hours)) == shown
    if hours > 0:
        rows = [["_id", "_uuid", "_submission_time", "EX5"], [1, "u-1", "2030", datetime.timedelta(hours=hours)]]
        (row,) = Read(workbook(rows)).respondents
        assert row.answers["EX5"] == shown


def test_blank_rows_and_a_cover_sheet_before_the_data():
    rows = [["_id", "_uuid", "_submission_time"], [1, "u-1", "2030-01-01"]]
    for data in (workbook(rows, before=[[None], [None]]), workbook(rows, cover=True)):
        assert [row.respondent_id for row in Read(data).respondents] == ["u-1"]


def as_workbook(table: bytes, mark: str) -> bytes:
    return workbook(list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=mark)))


@pytest.mark.parametrize(
    ("code", "table"), [("qualtrics", QUALTRICS), ("limesurvey", LIMESURVEY.replace(b'"",\n', b'""\n'))]
)
def test_workbooks_read_like_tables(code, table):
    found, plain = Read(as_workbook(table, ",")), Read(table)
    assert found.code == code
    assert [row.respondent_id for row in found.respondents] == [row.respondent_id for row in plain.respondents]
