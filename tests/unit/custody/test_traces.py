"""Every encoding and packing in which something of a person may lie is searched; words of others are not found."""

import bz2
import gzip
import html
import io
import json
import lzma
import subprocess
import urllib.parse
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from analysis.custody import traces
from analysis.custody.traces import Search, traces_in_file, traces_in_git

PHRASE = 'my "own" words about یک چیز & more'
NEEDLES = {"A-0042": "key", "A-7": "key", "kabul": "account", "uuid:12ab34": "id", PHRASE: "phrase"}


@pytest.fixture(scope="module")
def search():
    return Search(NEEDLES)


def zstd(content):
    return pa.compress(content, "zstd", asbytes=True)


def found(search, content):
    return dict(traces.traces(io.BytesIO(content), search))


@pytest.mark.parametrize(
    "encode",
    [
        str.encode, lambda t: t.encode("utf-16-le"), lambda t: t.encode("utf-16-be"), lambda t: json.dumps(t).encode(),
        lambda t: json.dumps(t, ensure_ascii=False).encode(), lambda t: html.escape(t).encode(),
        lambda t: urllib.parse.quote(t).encode(), lambda t: ('"' + t.replace('"', '""') + '"').encode(),
    ],
)  # fmt: skip
def test_a_phrase_is_found_in_every_encoding(search, encode):
    assert found(search, b"before " + encode(PHRASE) + b" after") == {"phrase": 1}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_packed_files_are_opened(search, pack):
    # Zstandard leaves single words as they are: they are found packed and unpacked.
    assert found(search, pack(pack(b"x" * 5_000_000 + b" A-0042,")))["key"] == (3 if pack is zstd else 1)
    assert found(search, pack(b"long enough to be packed")[:-9]) == {"unsearched": 1}


def test_an_archive_a_workbook_a_table_and_coded_data_are_opened(search, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["A-0042", "uuid:12ab34"])
    book.save(tmp_path / "a.xlsx")
    pd.DataFrame({"a": [PHRASE], "b": [1]}).to_parquet(tmp_path / "a.parquet", compression="zstd")
    pyreadstat.write_sav(pd.DataFrame({"a": ["number A-0042 of my own"]}), tmp_path / "a.sav", row_compress=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as package:
        package.write(tmp_path / "a.xlsx", "A-7.xlsx")
    assert traces_in_file(tmp_path / "a.xlsx", search) == {"key": 1, "id": 1}
    assert traces_in_file(tmp_path / "a.parquet", search)["phrase"] >= 1
    assert traces_in_file(tmp_path / "a.sav", search)["key"] >= 1
    assert traces_in_file(tmp_path / "a.zip", search)["key"] >= 2
    assert traces_in_file(tmp_path / "none", search) == {"unsearched": 1}


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (b"A-7", {"key": 1}), (b"1,A-7\n", {"key": 1}), (b"A-71 BA-7 A-7x", {}),
        (b"in kabul, kabul", {}), (b"@kabul t.me/kabul", {"account": 2}), (b'{"u": "kabul"}', {"account": 1}),
        (b"uuid:12ab345", {}), (b"A-0042 A-0042", {"key": 2}),
    ],
)  # fmt: skip
def test_a_name_is_found_where_it_means_somebody(search, content, kinds):
    assert found(search, content) == kinds


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"198.51.100.20", 1), (b"198.51.100.205", 0), (b"1198.51.100.20", 0), (b"at%20198.51.100.20", 1),
        (b"\\n198.51.100.20", 1),
        (b"I came by sea", 1), (b"KunduzI came by sea\0", 1),
    ],
)  # fmt: skip
def test_a_phrase_is_no_piece_of_a_longer_number(content, count):
    search = Search({"198.51.100.20": "phrase", "I came by sea": "phrase"})
    assert found(search, content).get("phrase", 0) == count


@pytest.mark.parametrize("content", [b'"first\\nA-7"', b"?q=%20A-7", b"\\u06ccA-7"])
def test_what_stands_behind_a_sign_in_the_spelling_of_a_machine_is_whole(search, content):
    assert found(search, content) == {"key": 1}


def test_what_lies_across_two_blocks_is_found_once(search, monkeypatch):
    monkeypatch.setattr(traces, "BLOCK", 10)
    for offset in range(25):
        assert found(search, b"." * offset + b" A-0042 " + b"." * 30) == {"key": 1}, offset


def test_what_was_added_to_git_once_is_found(search, tmp_path):
    assert traces_in_git(tmp_path, search) == {}
    path = tmp_path / "a.csv"
    path.write_text("A-0042")
    for arguments in (["init", "-q"], ["add", "-f", "a.csv"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    path.unlink()
    assert traces_in_git(tmp_path, search) == {"key": 1}


def test_nothing_to_look_for_finds_nothing():
    assert found(Search({}), b"anything") == {}
