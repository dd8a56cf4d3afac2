"""Tables of researchers' own as programs write them: delimiters, decimal signs, digits of other scripts, workbooks."""

import io

import openpyxl
import pandas as pd
import pytest

from analysis.commands.table_file import read_rows
from analysis.errors import InputError
from tests.formats.portables import MINIATURE as PORTABLE


def frame_of(tmp_path, content, name="a.csv", **how):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_rows(path, **how)


PLAIN = pd.DataFrame({"y": [1.5, 2.25], "group": ["a", "b,c"]})


@pytest.mark.parametrize(
    "content",
    [
        'y,group\n1.5,a\n2.25,"b,c"\n',
        "y;group\n1,5;a\n2,25;b,c\n",
        "y\tgroup\n1.5\ta\n2.25\tb,c\n",
        "sep=;\ny;group\n1,5;a\n2,25;b,c\n",
        "\n;;\n  \ny;group\n1.5;a\n2.25;b,c\n",
        'y,group\r1.5,a\r2.25,"b,c"\r',
        "y;group\n1,5;a\ny;group\n2,25;b,c\n",
        "\ufeffy;group\r\n1,5;a\r\ny;group\r\n2,25;b,c",
        "y;group\n۱٫۵;a\n۲,۲۵;b,c\n",
        "y,group\n۱٫۵,a\n2.25,\"b,c\"\n",
        "y,group\n1.5,a\n2.25,\"b,c\"\n".encode("utf-16"),
    ],
)  # fmt: skip
def test_one_table_is_read_alike_however_it_was_written(content, tmp_path):
    pd.testing.assert_frame_equal(frame_of(tmp_path, content), PLAIN)


def test_categories_are_the_same_in_every_script(tmp_path):
    found = frame_of(tmp_path, "band,place\n۱۸-۲۵,کابل ۱\n18-25,کابل ۱\n٠١,x\n", as_text=True)
    assert found.band.tolist() == ["18-25", "18-25", "01"]
    assert found.place.tolist() == ["کابل ۱", "کابل ۱", "x"]


@pytest.mark.parametrize(
    ("content", "column", "cells"),
    [
        ("y;z\n1.234,5;a\n2;b\n", "y", ["1.234,5", "2"]),
        ('y,z\n"1,5",a\n2,b\n', "y", ["1,5", "2"]),
        ("y;z\n1,2,3;a\n2;b\n", "y", ["1,2,3", "2"]),
    ],
)
def test_what_could_be_two_numbers_stays_a_text(content, column, cells, tmp_path):
    assert frame_of(tmp_path, content)[column].tolist() == cells


def test_a_row_like_the_header_inside_a_file_of_words_is_left_out_only_where_it_is_whole(tmp_path):
    assert frame_of(tmp_path, "a,b\na,x\na,b\n").values.tolist() == [["a", "x"]]


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def test_a_workbook_is_read_and_a_formula_without_a_value_is_refused(tmp_path):
    rows = ["y", "group", "n"], [1.5, "a", 1], [2.25, "b,c", 2]
    pd.testing.assert_frame_equal(frame_of(tmp_path, workbook([], *rows), "a.xlsx"), PLAIN.assign(n=[1, 2]))
    with pytest.raises(InputError, match="row 2, column 1: a formula that was never calculated"):
        frame_of(tmp_path, workbook(["y", "group", "n"], ["=1+1", "a", 1]), "a.xlsx")


def test_bytes_that_are_no_text_are_refused_with_their_place(tmp_path):
    with pytest.raises(InputError, match="not UTF-8"):
        frame_of(tmp_path, "y,z\né,1\n".encode("latin-1"))


def test_a_portable_file_is_named_and_not_taken_for_a_table(tmp_path):
    with pytest.raises(InputError, match=r"is an SPSS portable file; save it as \.sav"):
        frame_of(tmp_path, PORTABLE, "a.por")
