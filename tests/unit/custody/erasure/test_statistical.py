"""Cases out of SPSS and Stata files: what no writer here could write stays, byte for byte."""

import pandas as pd
import pyreadstat
import pytest

from analysis.custody.erasure.cut import Cut
from analysis.custody.erasure.spss import without_cases
from analysis.custody.erasure.stata import without_observations
from analysis.errors import CustodyError

DATES_AT, END_OF_DICTIONARY = 84, b"\xe7\x03\0\0\0\0\0\0"
FRAME = pd.DataFrame(
    {
        "consent_key": [1001.0, 1002.0, 1003.0],
        "phone": ["+12025550101", "", "+12025550103"],
        "TA1": [1.0, None, 3.5],
        "recruiter": ["A-9", "A-7", "A-7"],
    }
)
LABELS = {"consent_key": {1001.0: "Invented Name", 1002.0: "B"}, "TA1": {1.0: "yes"}}
SPSS = {"plain.sav": {}, "coded.sav": {"row_compress": True}, "packed.zsav": {"compress": True}}
STATA = {f"release_{version}.dta": version for version in (8, 11, 13, 14, 15)}
SKIPPED = ("number_rows", "creation_time", "modification_time", "variable_value_labels", "value_labels")


def written(folder, name):
    path = folder / name
    if name in SPSS:
        note = "Invented Office"
        pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS, note=note, file_label="A file", **SPSS[name])
    else:
        pyreadstat.write_dta(FRAME, path, variable_value_labels=LABELS, file_label="A file", version=STATA[name])
    return path


def dictionary(path):
    """Whatever an SPSS file says of its variables, behind the number of cases."""
    return path.read_bytes()[DATES_AT:].partition(END_OF_DICTIONARY)[0]


def read(path):
    reader = pyreadstat.read_dta if path.suffix == ".dta" else pyreadstat.read_sav
    return reader(path, user_missing=True, disable_datetime_conversion=True)


def cut_out(path, cut):
    function = without_observations if path.suffix == ".dta" else without_cases
    path.write_bytes(function(path.read_bytes(), path.name, cut))


@pytest.mark.parametrize("name", [*SPSS, *STATA])
@pytest.mark.parametrize("rows", [{1}, {2}, {1, 3}, {1, 2, 3}, set()])
def test_the_other_cases_and_the_whole_dictionary_stay(tmp_path, name, rows):
    path = written(tmp_path, name)
    before, known = read(path)
    dictionary_before = dictionary(path)
    cut_out(path, Cut(frozenset(rows)))
    after, found = read(path)
    kept = before.drop(index=[row - 1 for row in rows]).reset_index(drop=True)
    assert after.to_dict("list").__repr__() == kept.to_dict("list").__repr__()
    assert found.variable_value_labels == known.variable_value_labels
    assert {k: v for k, v in vars(found).items() if k not in SKIPPED} == {
        k: v for k, v in vars(known).items() if k not in SKIPPED
    }
    if name in SPSS:
        assert dictionary(path) == dictionary_before


@pytest.mark.parametrize("name", [*SPSS, *STATA])
def test_a_key_loses_its_label_and_a_recruiter_his_name(tmp_path, name):
    path = written(tmp_path, name)
    marks = {2: frozenset(["recruiter", "TA1"]), 3: frozenset(["recruiter"])}
    cut_out(path, Cut(frozenset([1]), marks, {"consent_key": frozenset(["1001"])}))
    after, found = read(path)
    assert after.consent_key.tolist() == [1002.0, 1003.0]
    assert [each.strip() for each in after.recruiter] == ["erased"[: len(each.strip())] for each in after.recruiter]
    assert not after.recruiter.str.contains("A-").any()
    assert after.TA1.tolist() == [-101.0, 3.5]
    assert {float(code): label for code, label in found.variable_value_labels["consent_key"].items()} == {1002.0: "B"}
    assert b"Invented Name" not in path.read_bytes()


@pytest.mark.parametrize("release", [117, 118, 119])
def test_long_strings_go_with_the_case_that_alone_names_them(tmp_path, release):
    path = tmp_path / "a.dta"
    texts = ["shared " * 500, "shared " * 500, "own " * 800, "other " * 500]
    frame = pd.DataFrame({"words": texts, "n": [1.0, 2.0, 3.0, 4.0]})
    frame.to_stata(path, version=release, write_index=False, convert_strl=["words"])
    cut_out(path, Cut(frozenset([1, 3])))
    assert pd.read_stata(path).words.tolist() == [texts[1], texts[3]]
    assert b"own own" not in path.read_bytes()


@pytest.mark.parametrize("start", [b"$FL2 broken", b"$FL2" + bytes(200), b"$FL3" + b"\1" * 300])
def test_a_broken_spss_file_is_named(start):
    with pytest.raises(CustodyError, match=r"^a\.sav: not a readable SPSS file \(\w+\)$"):
        without_cases(start, "a.sav", Cut(frozenset([1])))


@pytest.mark.parametrize("start", [b"<stata_dta>broken", b"\x72\2\1\0\5", b"<stata_dta><header><release>118</release>"])
def test_a_broken_stata_file_is_named(start):
    with pytest.raises(CustodyError, match=r"^a\.dta: not a readable Stata file \(\w+\)$"):
        without_observations(start, "a.dta", Cut(frozenset([1])))


def test_a_release_that_cannot_be_rewritten_is_refused():
    with pytest.raises(CustodyError, match="before release 113 cannot be rewritten; save it with a newer Stata"):
        without_observations(b"\x69\2\1\0", "a.dta", Cut(frozenset([1])))


def test_a_very_long_string_is_not_overwritten_in_place(tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"recruiter": ["x" * 300, "y"]}), path)
    with pytest.raises(CustodyError, match="variable recruiter is a very long string"):
        cut_out(path, Cut(frozenset(), {2: frozenset(["recruiter"])}))
