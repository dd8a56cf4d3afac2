"""A clone or a download is the same project, whatever git was told on that machine, or without git."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git, or not a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name]


def clone(target, *settings):
    options = [word for setting in settings for word in ("-c", setting)]
    subprocess.run(["git", "clone", "--quiet", *options, ROOT, target], capture_output=True, check=True)
    return target


def test_a_clone_that_git_makes_for_windows_has_the_same_bytes(tmp_path):
    names = tracked()
    foreign = clone(tmp_path / "foreign", "core.autocrlf=true", "core.eol=crlf")
    plain = clone(tmp_path / "plain", "core.autocrlf=false")
    inside = [name for name in names if (plain / name).is_file()]
    assert len(inside) > 500
    assert [name for name in inside if (foreign / name).read_bytes() != (plain / name).read_bytes()] == []


def test_without_the_attributes_the_line_ends_would_differ(tmp_path):
    """The twin: git does rewrite line ends where nothing forbids it."""
    tracked()
    source = tmp_path / "source"
    source.mkdir()
    (source / "run").write_bytes(b"#!/bin/sh\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "run"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *arguments], cwd=source, capture_output=True, check=True)
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", source, tmp_path / "foreign"], check=True)
    assert (tmp_path / "foreign/run").read_bytes() == b"#!/bin/sh\r\n"


def test_a_download_without_git_and_with_a_home_that_takes_no_file_starts(tmp_path):
    """In a path with a space and letters of three scripts; the environment is the one of this checkout."""
    if not (ROOT / ".venv/.key").is_file():
        pytest.skip("no .venv made by ./run")
    folder = tmp_path / "Übung دری πέντε"
    for name in (
        "run",
        "environment.py",
        "requirements.lock",
        "reproducible.env",
        "params.yaml",
        "dvc.yaml",
        ".dvc",
        "analysis",
    ):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("cache", "tmp", "__pycache__"))
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(source, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    command = [folder / "run", "python", "-m", "analysis", "--help"]
    path = f"{ROOT / '.venv/bin'}:/usr/bin:/bin"
    result = subprocess.run(
        command, env={"PATH": path, "HOME": "/proc"}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "verify-bundle" in result.stdout
