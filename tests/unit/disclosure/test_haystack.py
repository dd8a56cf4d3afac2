"""Spellings, windows and readings, value by value."""

import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure.audit import haystack as haystack_module
from analysis.disclosure.audit.haystack import (
    MULTIPLIER,
    Haystack,
    one_spelling,
    read_haystack,
    start_hashes,
    window_hashes,
)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("  Two\t words\n", "two words"),
        ("STRASSE Straße", "strasse strasse"),
        ("ﬁne ＡＢ", "fine ab"),
        ("كتابي ۀ أإآؤئىة", "کتابی ه اااوییه"),
        ("کِتاب", "کتاب"),
        ("می\u200cرود\u200f", "میرود"),
        ("ټ ډ ړ ښ ګ څ ځ", "ټ ډ ړ ښ ګ څ ځ"),
        ("cafe\u0301 café", "café café"),
    ],
)
def test_what_differs_only_in_writing_is_one(text, spelled):
    assert one_spelling(text) == spelled


def test_hashes_are_polynomials_modulo_two_to_the_64():
    m = int(MULTIPLIER)
    by_hand = [(ord(a) * m + ord(b)) % 2**64 for a, b in ("ab", "bc", "cپ")]
    assert window_hashes("abcپ", 2).tolist() == by_hand
    assert start_hashes(["abx", "bcd", "cپ"], 2).tolist() == by_hand
    assert start_hashes(["abc"], 3).tolist() == window_hashes("abc", 3).tolist()
    assert window_hashes("ab", 3).dtype == np.uint64
    assert window_hashes("abc", 3).tolist() == [(97 * m * m + 98 * m + 99) % 2**64]


def test_a_run_is_held_wherever_it_stands():
    haystack = Haystack({"a": "first text", "b": "second"})
    assert haystack.holds(start_hashes(["fir", "ext", "sec", "ond", "xyz", "tse"], 3), 3).tolist() == [
        True, True, True, True, False, False,
    ]  # fmt: skip
    assert Haystack({}).holds(start_hashes(["abc"], 3), 3).tolist() == [False]
    # The largest hash of all is no place past the end.
    assert haystack.holds(np.array([2**64 - 1], dtype=np.uint64), 3).tolist() == [False]


def test_a_run_is_held_across_the_parts_that_are_hashed_at_a_time(monkeypatch):
    monkeypatch.setattr(haystack_module, "PART", 7)
    text = "".join(chr(97 + place % 26) for place in range(60)) + "پښ"
    runs = [text[start : start + 5] for start in range(len(text) - 4)]
    absent = [run[::-1] for run in runs]
    found = Haystack({"": text}).holds(start_hashes([*runs, *absent], 5), 5)
    assert found.tolist() == [True] * len(runs) + [False] * len(absent)


@given(st.lists(st.text("abپ", min_size=2, max_size=6), min_size=1), st.lists(st.text("abپ", min_size=4), max_size=4))
def test_what_is_held_is_what_a_plain_search_finds(needles, texts):
    haystack = Haystack({str(number): text for number, text in enumerate(texts)})
    for length in (2, 3):
        asked = [needle[:length] for needle in needles if len(needle) >= length]
        found = haystack.holds(start_hashes(asked, length), length)
        assert found.tolist() == [any(needle in text for text in texts) for needle in asked]


def test_names_are_searched_and_equal_files_are_named_each(tmp_path):
    for name in ("one.txt", "Two.txt"):
        (tmp_path / name).write_text("Same content", encoding="utf-8")
    found = read_haystack([tmp_path])
    assert found.files_with("same") == [f"{tmp_path.name}/Two.txt", f"{tmp_path.name}/one.txt"]
    assert found.files_with("two.txt") == [f"{tmp_path.name}/Two.txt"]
    assert found.holds(start_hashes(["two.t", "three"], 5), 5).tolist() == [True, False]


def test_files_are_named_that_hold_a_text_in_any_spelling():
    haystack = Haystack({"a": "the book", "b": "another", "c": "books"})
    assert haystack.files_with(" BOOK ") == ["a", "c"]
    assert haystack.files_with("none") == []


def test_every_file_is_opened_as_what_it_is(tmp_path):
    folder = tmp_path / "release"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/a.html").write_text("<b>Ki</b>tes &amp; more <i\n>x</i>", encoding="utf-8")
    (folder / "b.txt").write_text("<b>Ki</b>tes \\u0041\\u00e9", encoding="utf-8")
    (folder / "c.bin").write_bytes(b"\xff plain \xe9")
    table = pa.table({"x": ["One", None], "n": [7, 8]}).replace_schema_metadata({"k": "Meta"})
    pq.write_table(table, folder / "d.parquet", compression="zstd")
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        archive.writestr("in/e.svg", "<t>Inside</t>")
    found = read_haystack([folder, tmp_path / "bundle.zip"]).texts
    assert list(found) == [
        "release/b.txt", "release/c.bin", "release/d.parquet", "release/deep/a.html", "bundle.zip:in/e.svg",
    ]  # fmt: skip
    assert found["release/b.txt"] == "<b>ki</b>tes \\u0041\\u00e9 <b>ki</b>tes aé"
    assert found["release/c.bin"] == "ÿ plain é".casefold()
    assert found["release/deep/a.html"] == (
        "<b>ki</b>tes &amp; more <i >x</i> <b>ki</b>tes & more <i >x</i> ki tes & more x kites & more x"
    )
    assert found["bundle.zip:in/e.svg"] == "<t>inside</t> inside inside"
    assert found["release/d.parquet"].startswith("{b'k': b'meta'} one 7 8 par1")
