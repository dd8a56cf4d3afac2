"""Each search finds what is planted, in any spelling and any kind of file, and leaves other text alone."""

import base64
import hashlib
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.haystack import Haystack, one_spelling, read_haystack, window_hashes
from analysis.disclosure.audit.persons import hashed_identifiers, identifiers, verbatim

WRITTEN = "the seven green kites flew over the old harbour at noon"
HANDLE = "planted_handle_77"


def product(tmp_path, name, content):
    folder = tmp_path / "book"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_haystack([folder])


def files(findings):
    return [finding.file for finding in findings]


@pytest.mark.parametrize(
    "content",
    [
        "<p>Quote: seven green kites flew over</p>",
        "<p>seven <b>green</b> kites   flew\nover the old</p>",
        "SEVEN GREEN KITES FLEW OVER THE",
        '{"t": "seven green kit\\u0065s flew over the"}',
        "seven gre\u200ben kites flew over the",
    ],
)
def test_a_quotation_is_found_whatever_it_is_wrapped_in(tmp_path, content):
    assert set(files(verbatim(product(tmp_path, "a.html", content), [WRITTEN]))) == {"book/a.html"}


def test_six_words_are_enough_and_five_are_not(tmp_path):
    short = "a b c d e f g"
    assert files(verbatim(product(tmp_path, "x.txt", "x a b c d e f y"), [short])) == ["book/x.txt"]
    assert verbatim(product(tmp_path, "x.txt", "x a b c d e y f"), [short]) == []


def test_persian_spellings_are_one(tmp_path):
    written = "کتاب‌های تازهٔ ما در این شهر بسیار است"
    printed = "كتابهاي تازه ما در اين شهر بسيار است"
    assert files(verbatim(product(tmp_path, "a.html", printed), [written])) == ["book/a.html"]


def test_other_text_is_left_alone(tmp_path):
    assert verbatim(product(tmp_path, "a.html", "<p>Nothing of the kind stands here.</p>"), [WRITTEN]) == []


def test_an_identifier_is_found_in_parquet_zip_paths_and_binary_files(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    pq.write_table(pa.table({"x": [HANDLE]}), folder / "a.parquet", compression="zstd")
    with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{HANDLE}.txt", "nothing")
        archive.writestr("c.txt", f"by @{HANDLE.upper()}")
    (folder / "d.png").write_bytes(b"\x89PNG\xff\xfe" + HANDLE.encode())
    found = identifiers(read_haystack([folder]), [HANDLE, "somebody else", "abc"])
    inside = {f"release/b.zip:{HANDLE}.txt", "release/b.zip:c.txt"}
    assert set(files(found)) == {"release/a.parquet", "release/d.png", *inside}


@pytest.mark.parametrize("make", [hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512, hashlib.blake2b])
def test_an_unkeyed_hash_is_found(tmp_path, make):
    content = f"id: {make(HANDLE.encode()).hexdigest()[:16].upper()}"
    assert files(hashed_identifiers(product(tmp_path, "a.csv", content), [f"@{HANDLE}"])) == ["book/a.csv"]


def test_a_keyed_pseudonym_is_no_hash(tmp_path):
    content = hashlib.blake2b(HANDLE.encode(), key=b"k" * 32).hexdigest()
    assert hashed_identifiers(product(tmp_path, "a.csv", content), [HANDLE]) == []


def test_a_short_word_counts_as_a_handle_only(tmp_path):
    assert identifiers(product(tmp_path, "a.html", "news from herat today"), ["herat"]) == []
    assert files(identifiers(product(tmp_path, "a.html", "news from @herat today"), ["herat"])) == ["book/a.html"]


def test_no_finding_repeats_what_it_found(tmp_path):
    found = identifiers(product(tmp_path, "a.html", HANDLE), [HANDLE])
    assert HANDLE not in "".join(finding.text for finding in found)


def test_a_phrase_that_the_project_publishes_is_no_leak_and_what_follows_it_is():
    phrase = "Defence of the homeland against interference"
    shown = holding(a=f"codebook: {phrase}; another phrase", b="nothing")
    assert files(verbatim(shown, [f"we speak of {phrase.lower()} today"])) == ["a"]
    assert verbatim(shown, [f"we speak of {phrase.lower()} today"], [phrase, "another phrase"]) == []
    leaked = holding(a=f"codebook: {phrase}", b=f"{phrase} today and tomorrow")
    assert files(verbatim(leaked, [f"we speak of {phrase} today and tomorrow"], [phrase])) == ["b"]
    assert verbatim(holding(a=f"German {phrase}"), [f"men {phrase}"], [phrase]) == []
    assert files(verbatim(holding(a=f"said men {phrase}"), [f"said men {phrase}"], [phrase])) == ["a"]
    split = ["Defence of the homeland", "against interference"]
    assert files(verbatim(shown, [phrase], split)) == ["a"]


@given(st.text(max_size=60), st.integers(1, 30))
def test_window_hashes_are_equal_for_equal_runs(text, length):
    hashes = window_hashes(text, length)
    assert len(hashes) == max(0, len(text) - length + 1)
    if len(hashes):
        assert window_hashes(text[-length:], length)[0] == hashes[-1]


@given(st.text())
def test_one_spelling_is_stable(text):
    assert one_spelling(one_spelling(text)) == one_spelling(text)


def holding(**texts):
    return Haystack({name: one_spelling(text) for name, text in texts.items()})


def test_a_quotation_is_reported_once_for_each_file_and_in_order():
    found = verbatim(holding(b=f"x {WRITTEN} y", a=WRITTEN, c="nothing"), [WRITTEN, WRITTEN])
    assert found == [Finding("verbatim", name, "repeats what somebody wrote") for name in "ab"]


def test_twenty_five_characters_are_enough_and_twenty_four_are_not():
    run = "abcdefghijklmnopqrstuvwxyz"
    assert files(verbatim(holding(a=f"0{run[:25]}0"), [run])) == ["a"]
    assert verbatim(holding(a=f"0{run[:24]}0"), [run]) == []


def test_two_persons_words_do_not_make_one_run():
    assert verbatim(holding(a="abcdefghijklm\0nopqrstuvwxyz"), ["abcdefghijklm", "nopqrstuvwxyz"]) != []
    assert verbatim(holding(a="abcdefghijklmnopqrstuvwxyz"), ["abcdefghijklm", "nopqrstuvwxyz"]) == []


@pytest.mark.parametrize(
    ("needle", "text", "is_found"),
    [
        ("abcd", "abcd", False),
        ("abc12", "x abc12 y", True),
        ("herat", "herat", False),
        ("herat", "@herat", True),
        ("@herat", "@herat", True),
        ("herat", "example.org/herat", True),
        ("heratian", "heratian", False),
        ("heratians", "heratians", True),
        ("12345", "0123456", True),
        ("HANDLE_1", "by handle_1!", True),
    ],
)
def test_a_needle_is_long_enough_or_stands_as_a_handle(needle, text, is_found):
    wanted = [Finding("identifiers", "a", "holds something that names a person or an account")]
    assert identifiers(holding(a=text), [needle]) == wanted * is_found


@pytest.mark.parametrize("spelling", [HANDLE, f"@{HANDLE}"])
@pytest.mark.parametrize(
    "make",
    [
        hashlib.md5, hashlib.sha1, hashlib.sha224, hashlib.sha256, hashlib.sha512, hashlib.blake2b, hashlib.blake2s,
        lambda data: hashlib.blake2b(data, digest_size=16),
    ],
)  # fmt: skip
def test_each_common_hash_of_each_spelling_is_found_from_twelve_digits_on(make, spelling):
    digits = make(spelling.encode()).hexdigest()
    wanted = [Finding("hashed_identifiers", "a", "holds a hash of something that names a person")]
    assert hashed_identifiers(holding(a=f"x{digits[:12]}"), [HANDLE]) == wanted
    assert hashed_identifiers(holding(a=f"x{digits[:11]}"), [HANDLE]) == []


def test_the_hash_of_a_lower_case_name_is_found():
    digits = hashlib.sha256(b"somebody").hexdigest()
    assert files(hashed_identifiers(holding(a=digits), ["SomeBody"])) == ["a"]
    assert files(hashed_identifiers(holding(a=hashlib.sha256(b"SomeBody").hexdigest()), ["@SomeBody"])) == ["a"]


def test_needles_of_every_length_are_screened():
    for length in (5, 7, 8, 11, 12, 24, 25, 40):
        needle = "a1b2c3d4e5" * 4
        assert files(identifiers(holding(a=f"-{needle[:length]}-", b="-"), [needle[:length]])) == ["a"]
        assert identifiers(holding(a=f"-{needle[: length - 1]}-"), [needle[:length]]) == []


KEY, PHONE, SHORT = "SYNK-100963", "+12025550101", "A-7"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", '<a href="x?id=SYNK%2D100963">'),
        ("a.html", "&#83;YNK&#45;100963"),
        ("a.json", '{"a": "S&#89;NK-100963"}'),
        ("a.json", json.dumps({"a": base64.b64encode(KEY.encode()).decode()})),
        ("a.json", json.dumps({"a": base64.b64encode(b"key=" + KEY.encode() + b"; more").decode()})),
        ("a.json", json.dumps({"a": base64.b64encode(b"{" + KEY.encode() + b"}").decode()})),
        ("a.txt", "S Y N K - 1 0 0 9 6 3"),
        ("a.txt", "SYNK-\n100963"),
        ("a.html", "<b>SYN</b>K-1<i>00963</i>"),
        ("a.txt", "SYNK_100_963"),
        ("a.txt", "call +1 (202) 555-0101 today"),
        ("a.html", "call %2B1%20202%20555%200101"),
        ("a.csv", "name,key\nx,A-7,y\n"),
        ("a.json", '{"key": "A-7"}'),
        ("a.html", "<td>A-7</td>"),
    ],
)
def test_a_name_is_found_in_any_disguise(tmp_path, name, content):
    assert set(files(identifiers(product(tmp_path, name, content), [KEY, PHONE, SHORT]))) == {f"book/{name}"}


@pytest.mark.parametrize(
    "content",
    [
        "<p>SYNK-100964 and 100963 and A-70, size A 7</p>",
        json.dumps({"a": base64.b64encode(b"SYNK-900963 and something else").decode()}),
        "1 202 555 0101 1202 5550 101",
    ],
)
def test_what_only_resembles_a_name_is_none(tmp_path, content):
    assert identifiers(product(tmp_path, "a.html", content), [KEY, PHONE, SHORT, "12025"]) == []
