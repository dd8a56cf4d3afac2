"""Sheets out and in, adjudication, and probabilities of posts that nobody labelled."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.measures.annotations import decide, draw_sheet, inclusion_probabilities, read_sheet

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


def posts(n=4000):
    kinds = np.where(np.arange(n) % 4 == 0, "institutional", "consented")
    return pd.DataFrame(
        {
            "post_pseudonym": [f"p{i}" for i in range(n)],
            "account_kind_code": kinds,
            "language_code": "en",
            "post_text": "x",
        }
    )


def test_a_sheet_draws_with_its_probabilities():
    sheet = draw_sheet(posts(), {"institutional": 0.4, "consented": 0.1}, np.random.default_rng(1))
    counts = sheet.inclusion_probability.value_counts()
    assert abs(counts[0.4] - 400) < 4 * np.sqrt(240)
    assert abs(counts[0.1] - 300) < 4 * np.sqrt(270)
    with pytest.raises(InputError, match="'consented' has inclusion probability 0"):
        draw_sheet(posts(), {"institutional": 0.4}, np.random.default_rng(1))


def test_every_post_gets_the_probability_of_its_kind():
    kinds = pd.Series(["a", "b", "a"])
    assert inclusion_probabilities(kinds, pd.Series(["a", "b"]), pd.Series([0.1, 0.3])).tolist() == [0.1, 0.3, 0.1]
    with pytest.raises(InputError, match="kind 'b'"):
        inclusion_probabilities(kinds, pd.Series(["a", "a"]), pd.Series([0.1, 0.1]))
