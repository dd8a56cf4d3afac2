"""Spellings, windows and readings, value by value."""

import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
    assert haystack.all_text == "first text\nsecond"
    assert haystack.holds(start_hashes(["t\ns"], 3), 3).tolist() == [True]
    assert Haystack({}).holds(start_hashes(["abc"], 3), 3).tolist() == [False]
    # The largest hash of all is no place past the end.
    assert haystack.holds(np.array([2**64 - 1], dtype=np.uint64), 3).tolist() == [False]


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
    assert found["release/b.txt"] == "release/b.txt <b>ki</b>tes \\u0041\\u00e9 <b>ki</b>tes aé"
    assert found["release/c.bin"] == "release/c.bin ÿ plain é".casefold()
    assert found["release/deep/a.html"] == (
        "release/deep/a.html <b>ki</b>tes &amp; more <i >x</i> <b>ki</b>tes & more <i >x</i> "
        "ki tes & more x kites & more x"
    )
    assert found["bundle.zip:in/e.svg"] == "bundle.zip:in/e.svg <t>inside</t> inside inside"
    assert found["release/d.parquet"].startswith("release/d.parquet {b'k': b'meta'} one 7 8 par1")
