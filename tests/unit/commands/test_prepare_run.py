"""Before DVC starts: the cache holds what its names say, and the study is known."""

import fcntl
import hashlib
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from analysis.commands.prepare_run import damaged_objects, prepare_run, renew_anchors
from analysis.commands.vault_pipeline import lay_out
from analysis.custody.governance import Anchors, load_governance
from analysis.custody.ledger import append, read_ledger
from analysis.errors import CustodyError, ParameterError
from tests.pipeline.vaults import furnish, outside_key

ROOT = Path(__file__).resolve().parents[3]
STAGES = """
stages:
  one:
    cmd: make one
    deps: [requirements.lock, data/fiction/a.csv]
    params: [study]
    outs: [data/release, {data/restricted/b: {cache: false}}]
  two:
    cmd: make two
    deps: [book]
    outs: [dist/c]
"""


def vault_study(folder):
    (folder / "params.yaml").write_text("study: vault\n", encoding="utf-8")
    (folder / "dvc.yaml").write_text(STAGES, encoding="utf-8")


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
    vault_study(tmp_path)
    assert prepare_run() == "vault"
    said = capsys.readouterr()
    assert said.out == ""
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
    vault_study(tmp_path)
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
    standing = {name for name in standing if not name.startswith("data/vault/.run/")}
    assert standing == {"params.yaml", "dvc.yaml", "data/vault/.d.x.part", "data/restricted/whole.parquet"}


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


def test_a_vault_study_gets_a_dvc_project_of_its_own_that_keeps_no_copy(tmp_path):
    vault_study(tmp_path)
    place = lay_out(tmp_path)
    (place / "dvc.lock").write_text("earlier")
    assert lay_out(tmp_path) == place == tmp_path / "data/vault/.run"
    assert (place / "dvc.lock").read_text() == "earlier"
    assert yaml.safe_load((place / "dvc.yaml").read_text()) == {
        "stages": {
            "one": {
                "cmd": "cd ../../.. && make one",
                "deps": ["requirements.lock", "data/fiction/a.csv"],
                "params": ["study"],
                "outs": [{"data/release": {"cache": False}}, {"data/restricted/b": {"cache": False}}],
                "always_changed": True,
            },
            "two": {"cmd": "cd ../../.. && make two", "deps": ["book"], "outs": [{"dist/c": {"cache": False}}]},
        }
    }
    links = {path.name: (place / path).resolve() for path in place.iterdir() if path.is_symlink()}
    assert links == {
        name: tmp_path / name for name in (".dvcignore", "params.yaml", "requirements.lock", "data", "book", "dist")
    }


def test_a_vault_is_closed_to_others_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    vault_study(tmp_path)
    path = tmp_path / "data/vault/exports/a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    for each, mode in ((path, 0o644), (path.parent, 0o755), (path.parents[1], 0o755)):
        each.chmod(mode)
    umask = os.umask(0o022)
    try:
        prepare_run()
    finally:
        os.umask(umask)
    assert "3 of its files and folders were open to other users" in capsys.readouterr().err
    modes = {
        stat.S_IMODE(each.lstat().st_mode) for each in (tmp_path / "data/vault").rglob("*") if not each.is_symlink()
    }
    assert modes == {0o600, 0o700}


def test_anchors_follow_the_papers_and_stop_a_second_key(tmp_path, monkeypatch):
    vault_study(tmp_path)
    folder = furnish(tmp_path)
    keys = []
    for name in ("a", "b"):
        (tmp_path.parent / f"{tmp_path.name}_{name}").mkdir()
        keys.append(outside_key(tmp_path.parent / f"{tmp_path.name}_{name}", tmp_path))
    monkeypatch.setenv("STUDY_KEY_FILE", str(keys[0]))
    renew_anchors(tmp_path)
    first = load_governance(folder / "governance.yml").anchors
    ledger = folder / "synthetic_ledger.jsonl"
    last = append(ledger, replace(read_ledger(ledger)[0].event, event="withdrawn", scopes=(), expires=None))
    renew_anchors(tmp_path)
    assert load_governance(folder / "governance.yml").anchors == Anchors(first.key_fingerprint, last.hash)
    monkeypatch.setenv("STUDY_KEY_FILE", str(keys[1]))
    with pytest.raises(CustodyError, match="is that of another key"):
        renew_anchors(tmp_path)
    assert load_governance(folder / "governance.yml").anchors == Anchors(first.key_fingerprint, last.hash)


STAGE = {"stages": {"write": {"cmd": "echo made > out.txt", "deps": ["params.yaml"], "outs": ["out.txt"]}}}


def repro(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "analysis", "repro", "--", *arguments], cwd=folder, capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_dvc_runs_what_changed_and_advises_nobody_to_send_results_away(tmp_path):
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = True\n    analytics = false\n", encoding="utf-8")
    (tmp_path / "params.yaml").write_text("study: synthetic\n", encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump(STAGE), encoding="utf-8")
    first, second = repro(tmp_path), repro(tmp_path)
    assert first.returncode == 0, first.stderr
    assert "Running stage 'write'" in first.stdout
    assert "push" not in first.stdout + first.stderr
    assert "Data and pipelines are up to date" in second.stdout
    assert "Running stage" in repro(tmp_path, "--force").stdout
    assert repro(tmp_path, "--no-such-option").returncode != 0
    (tmp_path / "params.yaml").write_text("study: synthetic \n", encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump(STAGE).replace("echo made", "false"), encoding="utf-8")
    assert repro(tmp_path).returncode != 0
