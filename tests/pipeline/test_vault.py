"""A team's files in the vault survive whatever the pipeline does."""

import hashlib

import pytest
import yaml

from tests.unit.custody.test_governance import VALID


@pytest.fixture
def vault(project):
    folder = project.folder / "data/vault/exports"
    folder.mkdir(parents=True)
    (folder / "survey.csv").write_text("id,answer\n1,2\n", encoding="utf-8")
    (folder.parent / "ledger.jsonl").write_text("{}\n", encoding="utf-8")
    return folder.parent


def fingerprint(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("arguments", [("repro",), ("repro", "-f"), ("repro", "admit_study")])
def test_a_vault_study_never_loses_a_file(project, vault, arguments):
    before = fingerprint(vault)
    project.edit("params.yaml", "study: published", "study: vault")
    result = project.run(*arguments)
    assert fingerprint(vault) == before
    assert result.returncode != 0
    assert "governance.yml: cannot be read" in result.stderr + result.stdout


def test_a_governed_vault_study_is_told_that_nothing_admits_it_yet(project, vault):
    (vault / "governance.yml").write_text(yaml.safe_dump(VALID), encoding="utf-8")
    before = fingerprint(vault)
    project.edit("params.yaml", "study: published", "study: vault")
    result = project.run("repro")
    assert fingerprint(vault) == before
    assert "error: params.yaml: study is 'vault'" in result.stderr + result.stdout


def test_a_published_study_leaves_the_vault_alone(project, vault):
    before = fingerprint(vault)
    result = project.run("repro", "-f", "admit_study")
    assert result.returncode == 0, result.stdout + result.stderr
    assert fingerprint(vault) == before


def test_the_check_would_notice_a_loss(vault):
    before = fingerprint(vault)
    (vault / "ledger.jsonl").unlink()
    assert fingerprint(vault) != before
