"""What the pipeline of a vault notices: the files that its stages read beside those of the project."""

import shutil

import pytest
import yaml

from analysis.commands.vault_pipeline import lay_out
from tests.studies import ROOT

LINKS, CLAIMS = "data/vault/evidence_links.csv", "data/vault/claims.yml"


@pytest.fixture
def root(tmp_path):
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "data/study", tmp_path / "data/study")
    (tmp_path / "data/vault").mkdir()
    shutil.copy(ROOT / "data/study/study.yml", tmp_path / "data/vault/study.yml")
    shutil.copy(ROOT / "data/study/frames.csv", tmp_path / "data/vault/frames.csv")
    return tmp_path


def deps_of(root, stage):
    stages = yaml.safe_load((lay_out(root) / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return stages[stage]["deps"]


def test_a_verdict_is_judged_anew_when_a_match_is_written_down_or_changed(root):
    assert LINKS not in deps_of(root, "judge_claims")
    (root / LINKS).write_text("", encoding="utf-8")
    assert LINKS in deps_of(root, "judge_claims")
    assert LINKS not in deps_of(root, "estimate_survey")


@pytest.mark.parametrize("stage", ["judge_claims", "diagnose_design"])
def test_claims_of_the_study_are_noticed_by_every_stage_that_reads_them(root, stage):
    assert CLAIMS not in deps_of(root, stage)
    (root / CLAIMS).write_text("", encoding="utf-8")
    assert CLAIMS in deps_of(root, stage)
