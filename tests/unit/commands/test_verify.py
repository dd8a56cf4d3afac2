"""What `verify` compares, on a made-up project whose pipeline is one copy command."""

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.commands import verify, verify_compare, verify_evidence
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
    found = [*verify_compare.against_lock(*pair), *verify_compare.against_outputs(*pair)]
    assert {item.outcome for item in found} == {verify_compare.IDENTICAL}
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
    assert outcomes(verify_compare.against_lock(*pair))[path] == verify_compare.DIFFERS


def test_a_missing_lock_is_no_success(pair):
    (pair[0] / "dvc.lock").unlink()
    with pytest.raises(ReleaseError, match=r"no dvc\.lock: nothing to compare with"):
        verify_compare.against_lock(*pair)


def test_an_edited_table_names_its_cells_and_the_largest_difference(pair):
    pd.DataFrame({"x": [1.0, 2.5], "y": ["b", None]}).to_parquet(pair[0] / "data/release/tables/t.parquet")
    item = next(item for item in verify_compare.against_outputs(*pair) if item.path.endswith("t.parquet"))
    assert item.outcome == verify_compare.DIFFERS
    assert item.detail == "2 cell(s), first row 0, column y; largest difference 0.5"


def test_other_bytes_with_the_same_content_are_told_apart(pair):
    pd.DataFrame({"x": [1.0, 2.0], "y": ["a", None]}).to_parquet(
        pair[0] / "data/release/tables/t.parquet", compression="gzip"
    )
    assert (
        outcomes(verify_compare.against_outputs(*pair))["data/release/tables/t.parquet"] == verify_compare.SAME_CONTENT
    )


@pytest.mark.parametrize("content", [b"", b"not parquet"])
def test_a_broken_table_differs(pair, content):
    (pair[0] / "data/release/tables/t.parquet").write_bytes(content)
    assert outcomes(verify_compare.against_outputs(*pair))["data/release/tables/t.parquet"] == verify_compare.DIFFERS


def test_an_edited_figure_differs(pair):
    (pair[0] / "dist/book/figure.svg").write_text("<svg></svg>", encoding="utf-8")
    assert outcomes(verify_compare.against_outputs(*pair))["dist/book/figure.svg"] == verify_compare.DIFFERS


def test_added_and_missing_files_differ(pair):
    (pair[0] / "dist/book/figure.svg").rename(pair[0] / "dist/book/other.svg")
    found = {item.path: item.detail for item in verify_compare.against_outputs(*pair)}
    assert found["dist/book/figure.svg"] == "missing here"
    assert found["dist/book/other.svg"] == "not made by the pipeline"


def test_what_was_never_built_is_said_and_holds(pair):
    shutil.rmtree(pair[0] / "dist")
    item = next(item for item in verify_compare.against_outputs(*pair) if item.path == "dist")
    assert (item.outcome, item.holds) == (verify_compare.ABSENT, True)


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
    lines = [(item.path, item.detail) for item in verify.summarised(verify_compare.against_outputs(*pair))]
    assert lines == [("data/release", "1 of 1"), ("dist/book/figure.svg", "bytes differ")]


def test_the_report_carries_its_own_checksum(pair):
    content = yaml.safe_load(verify.report(verify_compare.against_outputs(*pair), "abc", 1.26))
    assert content["holds"] is True
    assert content["cpu_seconds"] == 1.3
    assert len(content["sha256_of_the_above"]) == 64


def test_a_stage_that_was_skipped_differs(pair):
    """The lock here knows one stage; the rebuild ran two."""
    stages = yaml.safe_load((pair[1] / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    stages["more"] = {"cmd": "make more", "outs": [{"path": "c", "md5": "4"}]}
    (pair[1] / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    found = outcomes(verify_compare.against_lock(*pair))
    assert found["stages/inputs/more"] == found["c"] == verify_compare.DIFFERS


def test_a_table_of_the_lock_with_other_bytes_and_equal_cells_holds(pair):
    """As on a machine whose writer packs otherwise: the lock's bytes stand here, the rebuild's differ."""
    name = "data/release/tables/t.parquet"
    pd.DataFrame({"x": [1.0, 2.0], "y": ["a", None]}).to_parquet(pair[1] / name, compression="gzip")
    for folder in pair:
        digest = hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest()
        write_lock(folder, outs=[{"path": name, "md5": digest}])
    item = next(item for item in verify_compare.against_lock(*pair) if item.path == name)
    assert (item.outcome, item.holds) == (verify_compare.SAME_CONTENT, True)


def test_an_output_that_another_stage_reads_is_compared_once(pair):
    """Were it also a source of the stage that reads it, one changed table would be named at every later stage."""
    for folder, digest in zip(pair, ("2", "3"), strict=True):
        stages = {
            "make": {"cmd": "make", "outs": [{"path": "b", "md5": digest}]},
            "read": {"cmd": "read", "deps": [{"path": "b", "md5": digest}], "outs": [{"path": "c", "md5": "5"}]},
        }
        (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    found = outcomes(verify_compare.against_lock(*pair))
    assert [path for path, outcome in found.items() if outcome == verify_compare.DIFFERS] == ["b"]


def test_a_source_that_may_not_be_written_gives_a_copy_that_may(tmp_path):
    source = tmp_path / "project"
    (source / "data").mkdir(parents=True)
    (source / "data/x.csv").write_text("x", encoding="utf-8")
    for path in (source / "data/x.csv", source / "data", source):
        path.chmod(0o555 if path.is_dir() else 0o444)
    verify.copy_source(source, tmp_path / "copy")
    for path in (source, source / "data"):
        path.chmod(0o755)
    modes = {path.name: path.stat().st_mode & 0o200 for path in (tmp_path / "copy").rglob("*")}
    assert modes == {"data": 0o200, "x.csv": 0o200}


def test_the_report_of_a_project_that_may_not_be_written_goes_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert verify.keep(b"content", tmp_path / "file/verify.json") == tmp_path / "verify.json"
    assert (tmp_path / "verify.json").read_bytes() == b"content"


@pytest.mark.parametrize(
    ("content", "outcome", "detail"),
    [
        (None, verify_compare.DIFFERS, "no attack was made"),
        ({"attacks": []}, verify_compare.DIFFERS, "no attack was made"),
        ({"attacks": [{"attack": "strings", "findings": [{}]}]}, verify_compare.DIFFERS, "leaks found by strings"),
        ({"attacks": [{"attack": "strings", "findings": []}]}, verify_compare.IDENTICAL, "no leak found by strings"),
    ],
)
def test_attacks_are_reported_and_none_is_no_success(tmp_path, content, outcome, detail):
    if content is not None:
        (tmp_path / "dist").mkdir()
        for name in verify_evidence.AUDITS:
            (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    assert {(item.outcome, item.detail) for item in verify_evidence.attacks(tmp_path)} == {(outcome, detail)}
