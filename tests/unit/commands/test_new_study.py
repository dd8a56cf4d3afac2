"""`new-study` writes files that fit together, and keeps what is there."""

import stat

import pytest

from analysis.admission.posts import demand_kinds
from analysis.claims.register import load_field_links, load_register
from analysis.commands import new_study as module
from analysis.commands.new_study import contents, new_study
from analysis.custody.governance import load_governance
from analysis.custody.manifest import load_manifest
from analysis.errors import CustodyError, InputError
from analysis.study import load_plan
from tests.studies import ROOT


@pytest.fixture
def project(tmp_path, monkeypatch):
    for template in (*module.TEMPLATES.values(), module.SURVEY, module.POSTS, module.FRAMES, module.TRUTHS[1]):
        path = tmp_path / template
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / template).read_bytes())
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_every_file_is_read_by_what_reads_it(project, capsys):
    new_study("trust_2027")
    vault = project / "data/vault"
    plan = load_plan(vault / "study.yml")
    assert plan.study == "trust_2027"
    assert plan.by_estimand["K01_trust"].robust == "all"
    assert load_manifest(vault / "sources.yml").surveys
    register = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
    assert load_field_links(vault / "evidence_links.csv", register) == ()
    assert "check-study data/vault/study.yml" in capsys.readouterr().out


@pytest.mark.parametrize(("has", "survey", "posts"), [("survey", 1, 0), ("posts", 0, 1), ("both", 1, 1)])
def test_a_study_has_the_parts_that_were_asked_for(project, has, survey, posts):
    new_study("trust_2027", has=has)
    plan = load_plan(project / "data/vault/study.yml")
    assert (plan.has_survey, plan.posts is not None) == (bool(survey), bool(posts))
    manifest = load_manifest(project / "data/vault/sources.yml")
    assert (len(manifest.surveys), len(manifest.posts)) == (survey, posts)
    assert (project / "data/vault/frames.csv").exists() == bool(posts)
    if posts:
        demand_kinds(manifest, plan.posts)
        assert len(plan.posts.event_weeks) == 2


def test_an_unanswered_governance_file_still_stops_the_study(project):
    new_study("trust_2027")
    with pytest.raises(CustodyError):
        load_governance(project / "data/vault/governance.yml")


def test_nobody_else_can_read_the_vault(project):
    new_study("trust_2027")
    paths = [project / "data/vault", *(project / "data/vault").rglob("*")]
    assert not any(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) for path in paths)


def test_what_is_there_is_kept_and_nothing_is_half_written(project):
    kept = project / "data/vault/sources.yml"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"data/vault/sources\.yml: exists"):
        new_study("trust_2027")
    assert kept.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in kept.parent.iterdir()] == ["sources.yml"]


@pytest.mark.parametrize("name", ["", "Trust 2027", "2027", "../out", "a: b"])
def test_a_name_is_one_word(project, name):
    with pytest.raises(InputError, match="small letters"):
        new_study(name)


def test_the_name_stands_in_the_plan_alone():
    texts = contents("trust_2027")
    assert [path for path, text in texts.items() if "trust_2027" in text] == ["data/vault/study.yml"]
