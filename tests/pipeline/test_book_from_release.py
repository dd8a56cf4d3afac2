"""Whoever downloads the release and the chapters builds the same book: no other table, no other data."""

import hashlib
import os
import shutil
import subprocess

import pytest

from analysis.__main__ import stated_environment
from tests.pipeline.conftest import ROOT, Project


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_checkout_that_holds_only_the_release_builds_the_same_book(tmp_path):
    if not (ROOT / "dist/book/index.html").is_file():
        pytest.skip("no built book in dist/book: run ./run repro")
    project = Project(tmp_path / "project")
    shutil.rmtree(project.folder / "data")
    shutil.copytree(ROOT / "data/release", project.folder / "data/release")
    within = {"PATH": f"{project.folder}/.venv/bin:{os.environ['PATH']}", **stated_environment()}
    for stage in ("bundle_release", "build_book"):
        command = [str(project.folder / ".venv/bin/python"), "-m", "analysis", "stage", stage]
        finished = subprocess.run(
            command, cwd=project.folder, env=Project.environment(**within), capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
    assert contents(project.folder / "dist/book") == contents(ROOT / "dist/book")
