"""Packings, the manifest, and many files at once."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest
import yaml

from analysis.custody.erasure import packing, staging
from analysis.custody.erasure.papers import without_accounts
from analysis.errors import CustodyError


@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_a_packed_file_stays_packed(module):
    packed = packing.rewritten(module.compress(b"abc"), "a", bytes.upper)
    assert module.decompress(packed) == b"ABC"
    with pytest.raises(CustodyError, match=r"^a: the packed file is damaged \(\w+\)$"):
        packing.rewritten(module.compress(b"abc" * 50)[:-9], "a", bytes.upper)


def test_a_plain_file_stays_plain():
    assert packing.rewritten(b"abc", "a", bytes.upper) == b"ABC"


def test_more_than_is_rewritten_in_memory_is_refused(monkeypatch):
    monkeypatch.setattr(packing, "LARGEST", 100)
    assert packing.rewritten(gzip.compress(bytes(100)), "a", lambda content: content)
    for content in (gzip.compress(bytes(101)), bz2.compress(bytes(101))):
        with pytest.raises(CustodyError, match=r"^a: unpacks to more than 100 bytes"):
            packing.rewritten(content, "a", lambda content: content)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.json", bytes(60))
        package.writestr("b.json", bytes(60))
    with pytest.raises(CustodyError, match=r"^a: unpacks to more than 100 bytes"):
        packing.rewritten_archive(sink.getvalue(), "a", lambda name, content: content)


def test_every_member_of_an_archive_is_rewritten():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.json", b"abc")
        package.writestr("b/c.txt", b"def")
    new = packing.rewritten_archive(sink.getvalue(), "a", lambda name, content: content + name.encode())
    with zipfile.ZipFile(io.BytesIO(new)) as package:
        assert {name: package.read(name) for name in package.namelist()} == {
            "a.json": b"abca.json",
            "b/c.txt": b"defb/c.txt",
        }
    with pytest.raises(CustodyError, match=r"^a: the archive cannot be read \(BadZipFile\)$"):
        packing.rewritten_archive(b"PK\x03\x04", "a", lambda name, content: content)


MANIFEST = b"""# What lies here.
week_zero: 2026-01-05   # a day
posts:
  - source_id: "one"
    file: a.json
    accounts:           # who is not listed is left
      - {account: "7", kind: consented, consent_subject: "A-1"}
      - {account: "8", kind: consented, consent_subject: "A-2"}
  - source_id: two
    file: b.json
    owner: "7"
"""


def test_the_manifest_keeps_its_comments_and_loses_the_accounts():
    found = without_accounts(MANIFEST, "sources.yml", "A-1", ["b.json"]).decode()
    assert "# What lies here." in found
    assert "# who is not listed is left" in found
    assert yaml.safe_load(found)["posts"] == [
        {"source_id": "one", "file": "a.json",
         "accounts": [{"account": "8", "kind": "consented", "consent_subject": "A-2"}]},
    ]  # fmt: skip
    with pytest.raises(CustodyError, match=r"^sources\.yml: not YAML \(\w+\)$"):
        without_accounts(b"a: [", "sources.yml", "A-1", [])


def test_all_files_are_replaced_with_their_rights(tmp_path):
    one, two, gone = (tmp_path / name for name in ("one", "two", "gone"))
    for path in (one, two, gone):
        path.write_text("old")
        path.chmod(0o640)
    staging.replace_all({one: b"1", two: b"2", gone: None})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": b"1", "two": b"2"}
    assert one.stat().st_mode & 0o777 == 0o640


def test_none_is_replaced_when_one_cannot_be_written(tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    for path in (one, two):
        path.write_text("old")
    written = staging._written

    def full(path, content):
        if path == two:
            raise OSError(28, "No space left on device", str(two))
        return written(path, content)

    monkeypatch.setattr(staging, "_written", full)
    with pytest.raises(CustodyError, match=r"two: cannot be written \(No space left on device\); run the same again"):
        staging.replace_all({one: b"1", two: b"2"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "old", "two": "old"}


def test_what_a_killed_withdrawal_left_goes(tmp_path):
    (tmp_path / "a").mkdir()
    for name in (".erasing.x.csv", "a/.erasing.y", "kept.csv"):
        Path(tmp_path, name).write_text("half")
    staging.remove_left(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept.csv"]


def test_a_manifest_of_a_survey_alone_keeps_everything():
    content = b"hosts: [A]\nsurveys: []\n"
    assert without_accounts(content, "sources.yml", "A-1", []) == content
    assert without_accounts(content + b"posts:\n", "sources.yml", "A-1", []).startswith(content)
