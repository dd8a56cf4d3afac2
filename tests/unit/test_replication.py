import hashlib
import urllib.error
import urllib.request

import pytest

from analysis.errors import ReplicationError
from analysis.replication.files import MIRROR_VARIABLE, Source, load_sources, obtain

CONTENT = b"one,two\n1,2\n"
SOURCE = Source(
    name="made_up.csv",
    address="https://example.org/made_up.csv",
    repository="somebody/somewhere",
    commit="abc",
    licence="CC0",
    citation="Somebody 2026",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size_bytes=len(CONTENT),
)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / SOURCE.name).write_bytes(CONTENT)
    monkeypatch.setenv(MIRROR_VARIABLE, str(folder))
    return folder


def test_a_file_from_the_mirror_is_kept(mirror, tmp_path):
    assert obtain(SOURCE, tmp_path / "external") == CONTENT
    (mirror / SOURCE.name).unlink()
    assert obtain(SOURCE, tmp_path / "external") == CONTENT


def test_another_hash_is_refused_and_not_kept(mirror, tmp_path):
    (mirror / SOURCE.name).write_bytes(CONTENT + b"3,4\n")
    with pytest.raises(ReplicationError, match=r"made_up.csv from .*SHA-256 is .*want .*12 bytes, got 16"):
        obtain(SOURCE, tmp_path / "external")
    assert not (tmp_path / "external").exists()


def test_a_kept_file_that_was_changed_is_fetched_again(mirror, tmp_path):
    obtain(SOURCE, tmp_path)
    (tmp_path / SOURCE.name).write_bytes(b"changed")
    assert obtain(SOURCE, tmp_path) == CONTENT


def test_a_missing_file_names_the_mirror_and_the_address(mirror, tmp_path):
    (mirror / SOURCE.name).unlink()
    with pytest.raises(ReplicationError, match=rf"not in {MIRROR_VARIABLE}=.*https://example.org/made_up.csv"):
        obtain(SOURCE, tmp_path / "external")


def test_without_network_the_error_says_what_helps(tmp_path, monkeypatch):
    def unreachable(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    with pytest.raises(ReplicationError, match=rf"cannot be reached.*no route to host.*{MIRROR_VARIABLE}"):
        obtain(SOURCE, tmp_path / "external")


def test_only_https_is_fetched(tmp_path, monkeypatch):
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    source = Source(**{**vars(SOURCE), "address": "http://example.org/made_up.csv"})
    with pytest.raises(ReplicationError, match="is not https"):
        obtain(source, tmp_path / "external")


def test_an_entry_with_an_unknown_field_is_refused(tmp_path):
    (tmp_path / "sources.yml").write_text("a.csv: {address: https://x, mood: good}\n", encoding="utf-8")
    with pytest.raises(ReplicationError, match="exactly the fields of a source"):
        load_sources(tmp_path / "sources.yml")


@pytest.mark.parametrize("field", ["licence", "citation", "sha256"])
@pytest.mark.parametrize("value", ["''", "null", "'  '"])
def test_an_empty_field_is_refused_with_its_name(tmp_path, field, value):
    fields = {name: repr(v) for name, v in vars(SOURCE).items() if name != "name"} | {field: value}
    entry = ", ".join(f"{name}: {text}" for name, text in fields.items())
    (tmp_path / "sources.yml").write_text(f"a.csv: {{{entry}}}\n", encoding="utf-8")
    with pytest.raises(ReplicationError, match=rf"a.csv has no {field}; state it"):
        load_sources(tmp_path / "sources.yml")
