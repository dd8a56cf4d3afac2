"""Rows out of delimited text, and every other byte kept."""

import pytest

from analysis.custody.erasure.cut import Cut
from analysis.custody.erasure.text import replaced_cells, rows_with, without_rows
from analysis.errors import CustodyError


def left(text, *rows, encoding="utf-8", **marks):
    marked = {int(row.removeprefix("row")): frozenset(columns) for row, columns in marks.items()}
    return without_rows(text.encode(encoding), "a.csv", Cut(frozenset(rows), marked)).decode(encoding)


@pytest.mark.parametrize(
    ("text", "row", "kept"),
    [
        ("key,answer\nx,1\ny,2\n", 2, "key,answer\ny,2\n"),
        ("key;answer\r\ny;2\r\n x ;1\r\n", 3, "key;answer\r\ny;2\r\n"),
        ("\ufeffkey,answer\nx,1\n", 2, "\ufeffkey,answer\n"),
        ('key,answer\ny,"a, ""b""\nc"\nx,1\n', 4, 'key,answer\ny,"a, ""b""\nc"\n'),
        ('key,answer\ny,"a, ""b""\nc"\nx,1\n', 2, "key,answer\nx,1\n"),
        # Quotation that no writer would write is kept as it was.
        ('key,answer\n"y","2"\nx,1\nz,3', 3, 'key,answer\n"y","2"\nz,3'),
        ('sep=;\nkey;answer\nx;1\ny;"2"\n', 3, 'sep=;\nkey;answer\ny;"2"\n'),
        ('key,answer\nx"x"x,"1"2\ny,2\n', 2, "key,answer\ny,2\n"),
    ],
)
def test_rows_go_by_the_line_on_which_they_start(text, row, kept):
    assert left(text, row) == kept


def test_the_encoding_stays():
    assert left("key,answer\nx,1\nü,2\n", 2, encoding="utf-16") == "key,answer\nü,2\n"


def test_a_marked_cell_names_nobody_and_its_row_stays():
    text = 'key,recruiter,"a"\r\ny,x,"1"\r\nz,y,"2"\r\n'
    assert left(text, row2=["recruiter"]) == 'key,recruiter,"a"\r\ny,erased,1\r\nz,y,"2"\r\n'


def test_cells_of_posts_are_cleaned_below_the_header():
    content = b"x,text\nx,1\ny,2 x\nz,3\n"
    found = replaced_cells(content, "a.csv", frozenset([2]), lambda cell: cell.replace("x", "-"))
    assert found == b"x,text\ny,2 -\nz,3\n"


def test_rows_are_found_by_their_columns():
    content = b"a, item \nitem,1\n1,2\n3, 1 \n"
    assert rows_with(content, "a.csv", lambda cells: cells.get("item") == "1") == {2, 4}


def test_what_is_not_text_is_named():
    with pytest.raises(CustodyError, match=r"^a\.csv: not UTF-8 at byte 4$"):
        without_rows(b"a,b\n\xff", "a.csv", Cut(frozenset()))
    with pytest.raises(CustodyError, match=r"^a\.csv: not UTF-16-LE at byte 2$"):
        without_rows(b"\xff\xfea", "a.csv", Cut(frozenset()))
