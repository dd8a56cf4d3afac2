"""Before DVC starts: the cache holds what its names say, and the study is known."""

import fcntl
import hashlib
import os

import pytest

from analysis.commands.prepare_run import damaged_objects, prepare_run
from analysis.errors import ParameterError


def put(folder, content, ending=""):
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    path = folder / digest[:2] / f"{digest[2:]}{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_only_damaged_objects_are_found(tmp_path):
    put(tmp_path, b"whole")
    put(tmp_path, b"[]", ".dir")
    cut, listing = put(tmp_path, b"cut"), put(tmp_path, b"[1]", ".dir")
    cut.write_bytes(b"cu")
    listing.write_bytes(b"")
    assert set(damaged_objects(tmp_path)) == {cut, listing}


def test_a_project_without_a_cache_has_nothing_damaged(tmp_path):
    assert damaged_objects(tmp_path / "none") == []


def test_the_study_is_printed_and_damage_is_thrown_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    object_ = put(tmp_path / ".dvc/cache/files/md5", b"cut")
    object_.write_bytes(b"c")
    (tmp_path / "params.yaml").write_text("study: vault\n", encoding="utf-8")
    prepare_run()
    said = capsys.readouterr()
    assert said.out == "vault\n"
    assert "thrown out, and made anew" in said.err
    assert not object_.exists()


@pytest.mark.parametrize("content", ["", "study: 3\n", "- study\n"])
def test_parameters_without_a_study_are_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"names no study; write `study: synthetic`"):
        prepare_run()


def test_what_dead_runs_left_is_removed_everywhere_but_in_the_vault(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("study: vault\n", encoding="utf-8")
    left = [
        tmp_path / name
        for name in ("data/restricted/.a.x.part", "dist/book/.b.x.part", "data/release/tables/.c.x.part")
    ]
    folder, private = tmp_path / "data/.release.new.part/tables", tmp_path / "data/vault/.d.x.part"
    for path in (*left, private, folder / "whole.csv", tmp_path / "data/restricted/whole.parquet"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    prepare_run()
    standing = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert standing == {"params.yaml", "data/vault/.d.x.part", "data/restricted/whole.parquet"}


def test_what_a_living_run_writes_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("study: synthetic\n", encoding="utf-8")
    folder = tmp_path / "data/.release.new.part"
    folder.mkdir(parents=True)
    (folder / "whole.csv").write_bytes(b"x")
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        prepare_run()
        assert (folder / "whole.csv").exists()
    finally:
        os.close(handle)
    prepare_run()
    assert not folder.exists()
