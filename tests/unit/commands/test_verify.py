"""What `verify` compares, on a made-up project whose pipeline is one copy command."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.commands import verify
from analysis.errors import ReleaseError

LOCK = {
    "stages": {"make": {"cmd": "make it", "deps": [{"path": "a", "md5": "1"}], "outs": [{"path": "b", "md5": "2"}]}}
}


def write_lock(folder: Path, **changes):
    stage = {**LOCK["stages"]["make"], **changes}
    folder.mkdir(exist_ok=True)
    (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": {"make": stage}}), encoding="utf-8")


def outcomes(comparisons):
    return {item.path: item.outcome for item in comparisons}


@pytest.fixture
def pair(tmp_path):
    """A project and its rebuilt twin, with one table and one figure each."""
    for name in ("here", "rebuilt"):
        write_lock(tmp_path / name)
        (tmp_path / name / "data/release/tables").mkdir(parents=True)
        (tmp_path / name / "dist/book").mkdir(parents=True)
        pd.DataFrame({"x": [1.0, 2.0], "y": ["a", None]}).to_parquet(tmp_path / name / "data/release/tables/t.parquet")
        (tmp_path / name / "dist/book/figure.svg").write_text("<svg/>", encoding="utf-8")
    return tmp_path / "here", tmp_path / "rebuilt"


def test_equal_projects_hold(pair):
    found = [*verify.against_lock(*pair), *verify.against_outputs(*pair)]
    assert {item.outcome for item in found} == {verify.IDENTICAL}
    assert all(item.holds for item in found)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"outs": [{"path": "b", "md5": "3"}]}, "b"),
        ({"outs": []}, "b"),
        ({"deps": [{"path": "a", "md5": "9"}]}, "stages/inputs/make"),
        ({"cmd": "make something else"}, "stages/inputs/make"),
    ],
)
def test_an_edited_lock_differs(pair, changes, path):
    write_lock(pair[0], **changes)
    assert outcomes(verify.against_lock(*pair))[path] == verify.DIFFERS


def test_a_missing_lock_is_no_success(pair):
    (pair[0] / "dvc.lock").unlink()
    with pytest.raises(ReleaseError, match=r"no dvc\.lock: nothing to compare with"):
        verify.against_lock(*pair)


def test_an_edited_table_names_its_cells_and_the_largest_difference(pair):
    pd.DataFrame({"x": [1.0, 2.5], "y": ["b", None]}).to_parquet(pair[0] / "data/release/tables/t.parquet")
    item = next(item for item in verify.against_outputs(*pair) if item.path.endswith("t.parquet"))
    assert item.outcome == verify.DIFFERS
    assert item.detail == "2 cell(s), first row 0, column y; largest difference 0.5"


def test_other_bytes_with_the_same_content_are_told_apart(pair):
    pd.DataFrame({"x": [1.0, 2.0], "y": ["a", None]}).to_parquet(
        pair[0] / "data/release/tables/t.parquet", compression="gzip"
    )
    assert outcomes(verify.against_outputs(*pair))["data/release/tables/t.parquet"] == verify.SAME_CONTENT


@pytest.mark.parametrize("content", [b"", b"not parquet"])
def test_a_broken_table_differs(pair, content):
    (pair[0] / "data/release/tables/t.parquet").write_bytes(content)
    assert outcomes(verify.against_outputs(*pair))["data/release/tables/t.parquet"] == verify.DIFFERS


def test_an_edited_figure_differs(pair):
    (pair[0] / "dist/book/figure.svg").write_text("<svg></svg>", encoding="utf-8")
    assert outcomes(verify.against_outputs(*pair))["dist/book/figure.svg"] == verify.DIFFERS


def test_added_and_missing_files_differ(pair):
    (pair[0] / "dist/book/figure.svg").rename(pair[0] / "dist/book/other.svg")
    found = {item.path: item.detail for item in verify.against_outputs(*pair)}
    assert found["dist/book/figure.svg"] == "missing here"
    assert found["dist/book/other.svg"] == "not made by the pipeline"


def test_what_was_never_built_is_said_and_holds(pair):
    shutil.rmtree(pair[0] / "dist")
    item = next(item for item in verify.against_outputs(*pair) if item.path == "dist")
    assert (item.outcome, item.holds) == (verify.ABSENT, True)


def test_the_copy_holds_sources_only(tmp_path):
    made = [
        ".venv/x",
        ".git/x",
        "dist/x",
        "data/release/x",
        "data/vault/secret.csv",
        "dvc.lock",
        "build/x",
        "a/__pycache__/x",
    ]
    kept = ["analysis/x.py", "data/reference/x.csv", ".dvc/config", "params.yaml"]
    for name in made + kept:
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    verify.copy_source(tmp_path / "project", tmp_path / "copy")
    found = {
        path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file()
    }
    assert found == set(kept)


def test_a_pipeline_that_fails_is_reported_with_its_last_words(tmp_path):
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  fail:\n    cmd: echo told you so; false\n    outs: [x]\n", encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match=r"(?s)does not run from nothing.*told you so"):
        verify.rebuild(tmp_path)


def test_identical_files_are_counted_and_others_named(pair):
    (pair[0] / "dist/book/figure.svg").write_text("<svg></svg>", encoding="utf-8")
    lines = [(item.path, item.detail) for item in verify.summarised(verify.against_outputs(*pair))]
    assert lines == [("data/release", "1 of 1"), ("dist/book/figure.svg", "bytes differ")]


def test_the_report_carries_its_own_checksum(pair):
    content = yaml.safe_load(verify.report(verify.against_outputs(*pair), "abc"))
    assert content["holds"] is True
    assert len(content["sha256_of_the_above"]) == 64
