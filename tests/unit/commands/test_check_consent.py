"""`check` says how far consent covers an export, when it is shown a ledger or a manifest, and nothing about it else."""

import json

import pytest

from analysis.commands.check import check
from analysis.errors import CustodyError
from tests.pipeline.vaults import small_fiction

SURVEY = "exports/surveys/synthetic_survey_spss.sav"
POSTS = "exports/posts/synthetic_posts_mastodon.json"


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
    found = report(capsys, folder / POSTS, sources=folder / "synthetic_sources.yml")
    assert {"institutional", "in_force", "account_not_listed"} <= set(found["consent"])
    assert sum(found["consent"].values()) == found["items"] - found["quarantined"]


def test_a_broken_ledger_is_refused(folder, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes((folder / "synthetic_ledger.jsonl").read_bytes().replace(b"granted", b"refused", 1))
    with pytest.raises(CustodyError, match="line 1: its content does not give its hash"):
        check([folder / SURVEY], ledger=ledger)
