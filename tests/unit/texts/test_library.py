"""The compiled part is made once, by whoever comes first; without a compiler all goes the slow way and says so."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.texts import library as module

SAID = "from analysis.texts.library import library, why_slow; print(library() is not None, why_slow())"


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing is made yet, and whatever is made goes to a folder of the test."""
    monkeypatch.setattr(module, "_folders", lambda: [tmp_path / "own", tmp_path / "cache"])
    module.library.cache_clear()
    yield tmp_path
    module.library.cache_clear()


def has_compiler():
    return any(map(shutil.which, ("cc", "gcc", "clang")))


@pytest.mark.skipif(not has_compiler(), reason="no C compiler")
def test_it_is_made_once_and_found_again(fresh, monkeypatch):
    assert module.library() is not None
    (made,) = (fresh / "own").iterdir()
    module.library.cache_clear()
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: pytest.fail("compiled again"))
    assert module.library() is not None
    assert list((fresh / "own").iterdir()) == [made]
    assert module.why_slow() is None


@pytest.mark.skipif(not has_compiler(), reason="no C compiler")
def test_where_one_folder_cannot_be_written_the_next_is_taken(fresh):
    (fresh / "own").write_text("a file where the folder would be")
    assert module.library() is not None
    assert len(list((fresh / "cache").iterdir())) == 1


def test_without_a_compiler_there_is_none_and_the_reason_is_said(fresh, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert module.library() is None
    assert "no C compiler (cc, gcc or clang)" in module.why_slow()
    assert list(fresh.iterdir()) == []


def test_a_compiler_that_fails_leaves_nothing_behind(fresh, monkeypatch, tmp_path):
    bad = tmp_path / "cc"
    bad.write_text("#!/bin/sh\nexit 1\n")
    bad.chmod(bad.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(module.shutil, "which", lambda name: str(bad))
    assert module.library() is None
    assert [*(fresh / "own").iterdir(), *(fresh / "cache").iterdir()] == []


def test_a_library_that_cannot_be_loaded_is_no_library(fresh):
    name = f"scan-{module._version()}.so"
    (fresh / "own").mkdir()
    (fresh / "own" / name).write_bytes(b"no library")
    assert module.library() is None


def test_the_switch_turns_it_off_in_a_process_of_its_own():
    root = Path(__file__).resolve().parents[3]
    result = subprocess.run(
        [sys.executable, "-c", SAID], cwd=root, env={"ANALYSIS_COMPILED": "no", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout == "False ANALYSIS_COMPILED=no: texts are read the slow way, with the same results\n"


@pytest.mark.skipif(not has_compiler(), reason="no C compiler")
def test_the_file_of_c_is_clean(tmp_path):
    strict = ("-Wall", "-Wextra", "-Werror", "-std=c99", "-fsyntax-only")
    compiler = next(filter(None, map(shutil.which, ("gcc", "clang", "cc"))))
    subprocess.run([compiler, *strict, str(module.SOURCE)], check=True)
