"""Sheets out and in: opaque numbers, labels of the plan, and every row that does not fit counted."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.measures.sheets import draw, filled, read_key, sheet_of, without_majority
from analysis.spreadsheet import csv_text, inert

LABELS = {"praise", "critical", "unclear"}


def posts(n=4000):
    return pd.DataFrame(
        {
            "post_pseudonym": [f"{number:032x}" for number in range(n)],
            "account_kind_code": np.where(np.arange(n) % 4 == 0, "foundation", "person"),
            "language_code": "en",
            "post_text": [f"=text {number}" for number in range(n)],
        }
    )


@pytest.fixture(scope="module")
def key():
    return draw(posts(40), {"foundation": 1.0, "person": 0.5}, np.random.default_rng(1))


def as_bytes(rows):
    return csv_text(inert(rows)).encode()


def returned(key, coder, label="praise"):
    return csv_text(sheet_of(key, coder).assign(label=label)).encode()


def stored(key):
    return read_key(as_bytes(key), "key.csv")


def test_a_sheet_draws_with_its_probabilities():
    drawn = draw(posts(), {"foundation": 0.4, "person": 0.1}, np.random.default_rng(1))
    counts = drawn.inclusion_probability.value_counts()
    assert abs(counts[0.4] - 400) < 4 * np.sqrt(240)
    assert abs(counts[0.1] - 300) < 4 * np.sqrt(270)
    assert sorted(drawn.number) == list(range(1, len(drawn) + 1))
    assert not drawn["item"].is_monotonic_increasing


def test_posts_of_a_kind_may_have_chances_of_their_own_and_the_key_keeps_them():
    every = posts()
    own = {p: 0.05 if n % 8 else 0.35 for n, p in enumerate(every.post_pseudonym)}

    def spread(rows, mean_chance):
        assert rows.account_kind_code.nunique() == 1
        return rows.post_pseudonym.map(own).to_numpy() * mean_chance

    drawn = draw(every, {"foundation": 1.0, "person": 0.5}, np.random.default_rng(1), spread)
    kinds = every.set_index("post_pseudonym").account_kind_code
    wanted = [own[p] * {"foundation": 1.0, "person": 0.5}[kinds[p]] for p in drawn["item"]]
    assert drawn.inclusion_probability.tolist() == pytest.approx(wanted)
    expected = sum(own[p] * (1.0 if kinds[p] == "foundation" else 0.5) for p in own)
    assert abs(len(drawn) - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize(("chances", "told"), [({"foundation": 0.4}, "'person' has inclusion probability 0"),
                                               ({"foundation": 0.4, "person": 1.5}, "probability 1.5")])  # fmt: skip
def test_every_kind_has_a_probability(chances, told):
    with pytest.raises(InputError, match=told):
        draw(posts(), chances, np.random.default_rng(1))


def test_a_sheet_names_no_post_and_holds_no_formula(key):
    sheet = sheet_of(key, "anna")
    assert list(sheet.columns) == ["number", "coder", "language_code", "post_text", "label"]
    assert not sheet.isin(set(key["item"])).to_numpy().any()
    assert sheet.post_text.str.startswith("'=text").all()


def test_filled_sheets_come_back_under_pseudonyms(key):
    rows = filled({name: returned(key, name) for name in ("anna", "omid")}, stored(key), LABELS)
    assert len(rows) == 2 * len(key)
    assert set(rows["item"]) == set(key["item"])
    assert set(rows.inclusion_probability.astype(float)) == {0.5, 1.0}


def broken(key, change):
    sheet = pd.DataFrame(sheet_of(key, "anna").assign(label="praise"))
    return {"anna.csv": csv_text(change(sheet)).encode(), "omid.csv": returned(key, "omid")}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.assign(label="liked"), r"anna\.csv: label 'liked' in row 2 .*; known: critical"),
        (lambda rows: rows.assign(label=""), r"column 'label' is empty in row 2"),
        (lambda rows: rows.assign(number=rows.number + 1000), r"rows, row 2 first, have a number that was not drawn"),
        (lambda rows: rows.iloc[1:], r"1 of \d+ drawn posts, number \d+ first, have fewer than 2 coders"),
        (lambda rows: rows.assign(coder="omid"), r"coder 'omid' labels number \d+ again"),
        (lambda rows: rows.drop(columns="label"), r"no column 'label'"),
    ],
    ids=["unknown label", "empty", "foreign numbers", "a gap", "twice", "no column"],
)  # fmt: skip
def test_a_sheet_that_does_not_fit_is_refused_and_counted(key, change, told):
    with pytest.raises(InputError, match=told):
        filled(broken(key, change), stored(key), LABELS)


def test_no_sheet_is_no_answer(key):
    with pytest.raises(InputError, match="no sheet was given"):
        filled({}, stored(key), LABELS)


def test_what_coders_do_not_agree_on_waits_for_the_adjudicator(key):
    first = key.number.astype(str).iloc[0]
    sheets = {"anna": returned(key, "anna"), "omid": returned(key, "omid", "critical")}
    rows = filled(sheets, stored(key), LABELS)
    assert len(without_majority(rows, stored(key))) == len(key)
    decided = returned(key[key.number.astype(str) == first], "adjudicator", "unclear")
    rows = filled(sheets | {"adjudicator": decided}, stored(key), LABELS)
    assert len(without_majority(rows, stored(key))) == len(key) - 1
    same = filled({name: returned(key, name) for name in ("anna", "omid")}, stored(key), LABELS)
    assert without_majority(same, stored(key)).empty


def test_a_key_with_a_number_twice_is_refused(key):
    with pytest.raises(InputError, match=r"key\.csv: number 1 stands twice"):
        read_key(as_bytes(key.assign(number=1)), "key.csv")
