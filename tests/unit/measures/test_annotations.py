"""Sheets out and in, adjudication, and probabilities of posts that nobody labelled."""

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.measures.annotations import decide, demand_labels, inclusion_probabilities, of_posts, read_sheet

SHEET = (
    "item,coder,label,inclusion_probability\n"
    "1,a,Against,0.1\n1,b,against,0.1\n2,a,neutral,0.2\n2,b,against,0.2\n2,adjudicator,neutral,0.2\n"
    "3,a,neutral,0.2\n3,b,neutral,0.2\n3,c,against,0.2\n"
)


def read(text=SHEET):
    return read_sheet(text.encode(), "sheet.csv")


def test_labels_are_decided_by_all_by_most_and_by_the_adjudicator():
    found = decide(read())
    assert dict(found.labels.itertuples(index=False)) == {"1": "against", "2": "neutral", "3": "neutral"}
    assert (found.unanimous_n, found.majority_n, found.adjudicated_n) == (1, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("coder", "person", "no column 'coder'"),
        ("1,a,Against,0.1", "1,a,,0.1", "column 'label' is empty in row 2"),
        ("1,a,Against,0.1", "1,a,against,0", "inclusion_probability is '0' in row 2"),
        ("1,b,", "1,a,", "coder 'a' labels item '1' again in row 3"),
        ("1,b,against,0.1", "1,b,against,0.2", "item '1' has several inclusion probabilities"),
    ],
)
def test_a_broken_sheet_is_refused(old, new, words):
    with pytest.raises(InputError, match=words):
        read(SHEET.replace(old, new, 1))


def test_a_tie_waits_for_the_adjudicator():
    with pytest.raises(InputError, match=r"1 item.*'2' first"):
        decide(read(SHEET.replace("2,adjudicator,neutral,0.2\n", "")))


def test_one_coder_is_none():
    with pytest.raises(InputError, match="item '1' has one coder"):
        decide(read(SHEET.replace("1,b,against,0.1\n", "")))


POSTS = pd.DataFrame({"post_pseudonym": ["a" * 32, "b" * 32], "post_text": ["text 7", "text 8"]})


def rows_of(*items):
    return pd.DataFrame({"item": items, "coder": "a", "label": "neutral", "inclusion_probability": 0.5})


def test_rows_of_posts_that_have_left_are_left_out():
    found = of_posts(rows_of("a" * 32, "c" * 32), POSTS, is_fictional=False)
    assert found["item"].tolist() == ["a" * 32]


@pytest.mark.parametrize(
    ("items", "counted"),
    [
        (("735", "1172"), "2 of 2 rows, row 2 first"),
        (("a" * 32, "735"), "1 of 2 rows, row 3 first"),
        (("c" * 32, "d" * 32), "2 of 2 rows"),
    ],
    ids=["ids of a platform", "one of them", "pseudonyms under another key"],
)
def test_rows_that_name_no_post_are_an_error_that_counts_them(items, counted):
    with pytest.raises(InputError, match=f"own.csv: column 'item' of {counted}.*sheet draw") as told:
        of_posts(rows_of(*items), POSTS, is_fictional=False, name="own.csv")
    assert "735" not in str(told.value)


def test_an_item_of_the_fiction_is_the_number_in_the_text():
    assert of_posts(rows_of("8", "9"), POSTS, is_fictional=True)["item"].tolist() == ["b" * 32]


def test_no_rows_are_no_error():
    assert of_posts(rows_of(), POSTS, is_fictional=False).empty


def test_a_label_is_one_of_the_plans():
    rows = read()
    demand_labels(rows, {"against", "neutral"}, "sheet.csv")
    with pytest.raises(InputError, match=r"label 'against' in row 2 \(4 rows in all\).*known: neutral"):
        demand_labels(rows, {"neutral"}, "sheet.csv")


def test_every_post_gets_the_probability_of_its_kind():
    kinds = pd.Series(["a", "b", "a"])
    assert inclusion_probabilities(kinds, pd.Series(["a", "b"]), pd.Series([0.1, 0.3])).tolist() == [0.1, 0.3, 0.1]
    with pytest.raises(InputError, match="kind 'b'"):
        inclusion_probabilities(kinds, pd.Series(["a", "a"]), pd.Series([0.1, 0.1]))
