"""`check` says how far consent covers an export, when it is shown a ledger or a manifest, and nothing about it else."""

import json
import re
import shutil

import pytest

from analysis.commands.check import check
from analysis.errors import CustodyError
from tests.pipeline.vaults import small_fiction
from tests.studies import ROOT

SURVEY = "exports/surveys/synthetic_survey_spss.sav"
POSTS = "exports/posts/synthetic_posts_mastodon.json"
PLAN = ROOT / "data/study/study.yml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fiction")
    for name, content in small_fiction().files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def report(capsys, path, **papers):
    check([path], as_json=True, **papers)
    return json.loads(capsys.readouterr().out)


def test_without_papers_the_report_is_the_same_as_ever(folder, capsys):
    assert "consent" not in report(capsys, folder / SURVEY)


@pytest.mark.parametrize("papers", ["ledger", "sources"])
def test_every_respondent_is_covered_or_not(folder, capsys, papers):
    named = {"ledger": folder / "synthetic_ledger.jsonl", "sources": folder / "synthetic_sources.yml"}
    found = report(capsys, folder / SURVEY, **{papers: named[papers]})
    assert set(found["consent"]) == {"in_force", "not_in_force"}
    assert sum(found["consent"].values()) == found["items"] - found["quarantined"]


def test_posts_are_counted_by_what_their_account_allows(folder, capsys):
    found = report(capsys, folder / POSTS, sources=folder / "synthetic_sources.yml", study=PLAN)
    assert {"institution", "in_force", "account_not_listed"} <= set(found["consent"])
    assert sum(found["consent"].values()) == found["items"] - found["quarantined"]


def test_without_a_plan_nobody_knows_what_a_kind_of_account_is(folder, capsys):
    found = report(capsys, folder / POSTS, sources=folder / "synthetic_sources.yml")
    assert "kind_of_account_not_in_the_plan" in found["consent"]
    assert "institution" not in found["consent"]


def test_a_manifest_is_held_against_the_plan_as_admission_does(folder, tmp_path, capsys):
    other = (
        (folder / "synthetic_sources.yml").read_text(encoding="utf-8").replace("kind: institutional", "kind: firm", 1)
    )
    (tmp_path / "sources.yml").write_text(other, encoding="utf-8")
    with pytest.raises(CustodyError, match="kind: got 'firm'"):
        check([folder / POSTS], sources=tmp_path / "sources.yml", study=PLAN)


def test_without_a_manifest_a_post_is_its_authors_and_covered_by_no_consent(folder, capsys):
    found = report(capsys, folder / POSTS, ledger=folder / "synthetic_ledger.jsonl")
    assert set(found["consent"]) == {"not_in_force"}


def test_a_source_without_ground_in_the_platforms_terms_covers_nothing(folder, tmp_path, capsys):
    manifest = (folder / "synthetic_sources.yml").read_text(encoding="utf-8")
    for name in ("synthetic_ledger.jsonl", POSTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    groundless = re.sub(r"platform_terms_basis: \w+", "platform_terms_basis: null", manifest)
    (tmp_path / "synthetic_sources.yml").write_text(groundless, encoding="utf-8")
    found = report(capsys, tmp_path / POSTS, sources=tmp_path / "synthetic_sources.yml")
    assert set(found["consent"]) == {"no_platform_terms_basis"}


def test_people_read_the_same_counts_in_a_table(folder, capsys):
    found = report(capsys, folder / SURVEY, ledger=folder / "synthetic_ledger.jsonl")
    check([folder / SURVEY], ledger=folder / "synthetic_ledger.jsonl")
    shown = " ".join(re.sub("[^\\w:]", " ", capsys.readouterr().out).split())
    for said, count in (("items", found["items"]), ("set aside in quarantine", found["quarantined"]),
                        ("consent: in force", found["consent"]["in_force"]),
                        ("consent: not in force", found["consent"]["not_in_force"])):  # fmt: skip
        assert f"{said} {count}" in shown


def test_a_broken_ledger_is_refused(folder, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes((folder / "synthetic_ledger.jsonl").read_bytes().replace(b"granted", b"refused", 1))
    with pytest.raises(CustodyError, match="line 1: its content does not give its hash"):
        check([folder / SURVEY], ledger=ledger)


def test_what_the_manifest_names_is_known_and_what_it_names_in_vain_is_said(folder, tmp_path, capsys):
    (tmp_path / "exports").symlink_to(folder / "exports")
    (tmp_path / "synthetic_ledger.jsonl").symlink_to(folder / "synthetic_ledger.jsonl")
    manifest = (folder / "synthetic_sources.yml").read_text(encoding="utf-8")
    (tmp_path / "named.yml").write_text(manifest, encoding="utf-8")
    (tmp_path / "vain.yml").write_text(manifest.replace("duration: ", "duration: absent_", 1), encoding="utf-8")
    named, vain = (
        report(capsys, tmp_path / SURVEY, sources=tmp_path / name, study=PLAN)["warnings"]
        for name in ("named.yml", "vain.yml")
    )
    assert not [each for each in named if "manifest names" in each]
    assert [
        each for each in vain if re.match("no variable 'absent_.+', which the manifest names for duration: adm", each)
    ]


def test_a_variable_that_the_manifest_names_is_not_strange_to_the_plan(folder, tmp_path, capsys):
    shutil.copytree(PLAN.parent, tmp_path / "study")
    plan = tmp_path / "study/study.yml"
    plan.write_text(PLAN.read_text(encoding="utf-8").replace('"interview_seconds"', '"some_other"'), encoding="utf-8")
    beside = {"ledger": folder / "synthetic_ledger.jsonl"}, {"sources": folder / "synthetic_sources.yml"}
    strange, known = (
        [each for each in report(capsys, folder / SURVEY, study=plan, **papers)["warnings"] if "17 characters" in each]
        for papers in beside
    )
    assert (len(strange), known) == (1, [])
