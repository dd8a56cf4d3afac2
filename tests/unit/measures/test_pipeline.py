"""Stages and tiers as `dvc.yaml` states them; the real file too."""

from pathlib import Path

import pytest

from analysis.errors import SchemaError
from analysis.measures.pipeline import pipeline_flow
from analysis.schemas import TABLES
from analysis.schemas.check import check

ROOT = Path(__file__).resolve().parents[3]
MADE_UP = """
stages:
  read_exports:
    cmd: x
    deps: [requirements.lock, analysis/store.py, data/fiction, data/codelists/policy.yml, CITATION.cff]
    outs:
      - data/restricted/restricted__${study}_rows.parquet: {cache: false}
      - data/candidate/candidate__${study}_counts.parquet: {cache: false}
      - data/candidate/candidate__${study}_sums.parquet: {cache: false}
  clear:
    cmd: x
    deps: ["data/candidate/candidate__${study}_counts.parquet", data/release_history, book]
    outs: [data/release, dist/report.json]
"""


def flow(tmp_path, text):
    (tmp_path / "dvc.yaml").write_text(text, encoding="utf-8")
    return pipeline_flow(tmp_path / "dvc.yaml")


def test_files_are_counted_by_stage_and_tier(tmp_path):
    rows = flow(tmp_path, MADE_UP)
    assert list(rows.itertuples(index=False, name=None)) == [
        (1, "read_exports", "candidate", 0, 2),
        (1, "read_exports", "exports", 1, 0),
        (1, "read_exports", "reference", 2, 0),
        (1, "read_exports", "restricted", 0, 1),
        (2, "clear", "candidate", 1, 0),
        (2, "clear", "product", 0, 1),
        (2, "clear", "reference", 1, 0),
        (2, "clear", "release", 1, 1),
    ]


def test_a_path_in_no_tier_is_named(tmp_path):
    with pytest.raises(SchemaError, match=r"dvc\.yaml, stage clear: 'elsewhere/x\.csv' lies in no tier"):
        flow(tmp_path, MADE_UP.replace("dist/report.json", "elsewhere/x.csv"))


def test_only_the_gate_writes_the_release():
    assert (ROOT / "data/codelists/pipeline.yaml").resolve() == (ROOT / "dvc.yaml").resolve()
    rows = pipeline_flow(ROOT / "data/codelists/pipeline.yaml")
    check(rows, TABLES["pipeline_flow"])
    written = rows[rows.files_written_n > 0]
    assert set(written.stage_text[written.tier_code == "release"]) == {"gate_release"}
    assert set(written.stage_text[written.tier_code == "exports"]) == {"simulate_study"}
