"""Rows out of workbooks, with the repeat groups of the same submissions on further sheets."""

import io

import openpyxl
import pytest

from analysis.custody.erasure.cut import Cut
from analysis.custody.erasure.workbook import without_rows
from analysis.errors import CustodyError


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def left(content, rows, marks=None, own=None):
    new, texts = without_rows(content, "a.xlsx", Cut(frozenset(rows), marks or {}), own or {})
    return {
        sheet.title: [list(row) for row in sheet.values] for sheet in openpyxl.load_workbook(io.BytesIO(new))
    }, texts


MAIN = [["_uuid", "_id", "_index", "recruiter"], ["u-1", 11, 1, None], ["u-2", 12, 2, "u-1"], ["u-3", 13, 3, None]]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("_submission__uuid", ["u-1", "u-2", "u-1"]),
        ("_submission__id", [11, 12, 11]),
        ("_parent_index", [1, 2, 1]),
    ],
)
def test_a_repeat_group_goes_with_its_submission(column, values):
    household = [["name", column], *([f"member {n}", value] for n, value in enumerate(values))]
    found, texts = left(workbook(survey=MAIN, household=household), [2], {3: frozenset(["recruiter"])})
    assert found["survey"] == [MAIN[0], ["u-2", 12, 2, "erased"], MAIN[3]]
    assert found["household"] == [["name", column], ["member 1", values[1]]]
    assert {"member 0", "member 2"} <= texts
    assert "member 1" not in texts


def test_a_repeat_inside_a_repeat_goes_too():
    sheets = {
        "survey": [["KEY"], ["uuid:1"], ["uuid:2"]],
        "member": [["n", "PARENT_KEY"], ["a", "uuid:1"], ["b", "uuid:2"], ["c", "uuid:10"]],
        "job": [["j", "PARENT_KEY"], ["x", "uuid:1/member[1]"], ["y", "uuid:2/member[1]"]],
    }
    found, _ = left(workbook(**sheets), [2])
    assert found["member"] == [["n", "PARENT_KEY"], ["b", "uuid:2"], ["c", "uuid:10"]]
    assert found["job"] == [["j", "PARENT_KEY"], ["y", "uuid:2/member[1]"]]


def test_the_index_counts_in_the_sheet_that_a_row_names():
    sheets = {
        "survey": MAIN,
        "member": [
            ["n", "_index", "_parent_table_name", "_parent_index"],
            ["a", 1, "survey", 2],
            ["b", 2, "survey", 1],
        ],
        "job": [["j", "_parent_table_name", "_parent_index"], ["x", "member", 1], ["y", "member", 2]],
    }
    found, _ = left(workbook(**sheets), [2])
    assert [row[0] for row in found["member"]] == ["n", "a"]
    assert [row[0] for row in found["job"]] == ["j", "x"]


def test_without_an_index_column_rows_are_counted():
    sheets = {"survey": [["_uuid"], ["u-1"], ["u-2"]], "member": [["_parent_index", "n"], [1, "a"], [2, "b"]]}
    assert left(workbook(**sheets), [2])[0]["member"] == [["_parent_index", "n"], [2, "b"]]


def test_a_sheet_that_repeats_the_key_loses_its_rows():
    sheets = {"survey": [["key"], ["x"], ["y"]], "second": [["key", "a"], ["x", 1], ["y", 2]], "third": [["a"], ["x"]]}
    found, _ = left(workbook(**sheets), [2], own={"key": frozenset(["x"])})
    assert found["second"] == [["key", "a"], ["y", 2]]
    assert found["third"] == [["a"], ["x"]]


def test_what_rewriting_would_lose_is_named():
    content = workbook(survey=[["a", "b"], [1, "=A2+1"]])
    with pytest.raises(CustodyError, match=r"^a\.xlsx: holds formulas, whose values rewriting would lose"):
        without_rows(content, "a.xlsx", Cut(frozenset([2])), {})
    book = openpyxl.load_workbook(io.BytesIO(workbook(survey=MAIN)))
    book.active.add_chart(openpyxl.chart.BarChart(), "E1")
    sink = io.BytesIO()
    book.save(sink)
    with pytest.raises(CustodyError, match=r"^a\.xlsx: holds charts, drawings, which rewriting would lose"):
        without_rows(sink.getvalue(), "a.xlsx", Cut(frozenset([2])), {})


def test_a_broken_workbook_is_named():
    with pytest.raises(CustodyError, match=r"^a\.xlsx: not a readable workbook \(BadZipFile\)$"):
        without_rows(b"PK\x03\x04broken", "a.xlsx", Cut(frozenset()), {})
