"""A team's files in the vault survive whatever the pipeline does, and a vault study leaves the public lock alone."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from analysis.__main__ import stated_environment
from analysis.commands.vault_pipeline import PLACE
from analysis.corpora.exports import open_export
from analysis.corpora.surveys import Respondent
from analysis.custody.governance import load_governance
from analysis.custody.manifest import load_manifest
from tests.pipeline.vaults import SMALLER, furnish, outside_key

DYING = Path(__file__).parent / "dying"
LOCK = f"{PLACE}/dvc.lock"


@pytest.fixture
def vault(project):
    return furnish(project.folder)


@pytest.fixture
def key(project, tmp_path):
    return outside_key(tmp_path, project.folder)


def fingerprint(folder):
    """Every file of the vault but the DVC project that runs leave in it, and the anchors in the governance file."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "governance.yml" and ".run" not in path.relative_to(folder).parts
    }


def choose_vault(project):
    """And a fictional world that is small, since it is written all the same."""
    project.edit("params.yaml", "study: synthetic", "study: vault")
    for old, new in SMALLER.items():
        project.edit("params.yaml", old, new)


@pytest.mark.parametrize("arguments", [("repro",), ("repro", "-f"), ("repro", "admit_survey")])
def test_an_ungoverned_vault_study_does_not_start_and_loses_no_file(project, vault, key, arguments):
    (vault / "governance.yml").unlink()
    before, lock = fingerprint(vault), (project.folder / "dvc.lock").exists()
    choose_vault(project)
    result = project.run(*arguments, STUDY_KEY_FILE=str(key))
    assert fingerprint(vault) == before
    assert result.returncode != 0
    assert "governance.yml: cannot be read" in result.stderr + result.stdout
    assert (project.folder / "dvc.lock").exists() == lock


def test_a_governed_vault_study_builds_its_release(project, vault, key):
    """And then the same command finds consents and exports that changed, though DVC is not shown them."""
    public = b"schema: '2.0'\nstages: {}\n"
    (project.folder / "dvc.lock").write_bytes(public)
    before = fingerprint(vault)
    choose_vault(project)
    result = project.run("repro", STUDY_KEY_FILE=str(key))
    assert result.returncode == 0, result.stdout + result.stderr
    assert fingerprint(vault) == before
    assert (project.folder / "dvc.lock").read_bytes() == public
    assert "restricted__vault_posts" in (project.folder / LOCK).read_text(encoding="utf-8")
    assert not list((project.folder / ".dvc/cache").rglob("*"))
    assert load_governance(vault / "governance.yml").anchors
    tables = {path.name for path in (project.folder / "data/release/tables").iterdir()}
    assert "open__vault_survey_admission.csv" in tables
    fictional = {name.split(".")[0] for name in tables if "synthetic" in name}
    assert fictional == {"open__synthetic_deep_diagnosis", "open__synthetic_design_diagnosis"}
    again = project.run("repro", STUDY_KEY_FILE=str(key))
    assert "Running stage 'admit_survey'" in again.stdout
    assert "Running stage 'gate_release'" not in again.stdout
    assert_two_persons_can_be_erased(project, vault, key)


def assert_two_persons_can_be_erased(project, vault, key):
    """From exports, sheets, digests behind an earlier release, and whatever the run left; every byte is searched."""
    # The vault's rows are fictional too, and keys of that world stand in its own folder.
    shutil.rmtree(project.folder / "data/fiction")
    archived = project.run("python", "-m", "analysis", "archive-release")
    assert archived.returncode == 0, archived.stderr
    kept = next((vault / "release_history").glob("*/vault_release_members.parquet"))
    for source_id, subject in dict(_subjects(vault)).values():
        before = pq.read_table(kept).to_pandas()
        erased = project.run("python", "-m", "analysis", "withdraw", subject, "--erase", STUDY_KEY_FILE=str(key))
        assert erased.returncode == 0, (source_id, *re.findall(r"remains: .*", erased.stdout))
        assert "Nothing of the person is left" in erased.stdout
        after = pq.read_table(kept).to_pandas()
        assert len(before) == len(after)
        assert len(set(before.member_digest) - set(after.member_digest)) == 1


def _subjects(vault):
    """By source: a respondent, recruited where some are, and a consenting account without a survey."""
    manifest = load_manifest(vault / "sources.yml")
    for source in manifest.surveys:
        rows = [each for each in open_export(vault / source.file).entries() if isinstance(each, Respondent)]
        recruited = [each for each in rows if each.answers.get("recruiter")]
        yield ("survey", (source.source_id, (recruited or rows)[-1].answers["consent_key"]))
    for source in manifest.posts:
        listed = [each.consent_subject for each in source.accounts.values() if each.consent_subject]
        if listed and not source.source_id.endswith("without_terms"):
            yield ("posts", (source.source_id, listed[-1]))


def test_a_vault_study_needs_a_key(project, vault):
    choose_vault(project)
    result = project.run("repro", "admit_survey")
    assert result.returncode != 0
    assert "STUDY_KEY_FILE is not set; create a key with" in result.stderr + result.stdout


def readable_by_others(key, project):
    key.chmod(0o640)
    return key


def short(key, project):
    key.write_text("abc123\n", encoding="utf-8")
    return key


def not_random(key, project):
    key.write_text("ab" * 40, encoding="utf-8")
    return key


def inside(key, project):
    return key.rename(project / "study.key")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (readable_by_others, "others can use it; run: chmod 600"),
        (short, "want at least 32; create one with `python -m analysis create-key FILE`"),
        (not_random, "repeats a few bytes and is not random"),
        (inside, "a key inside the repository could be published; move it out"),
    ],
)
def test_a_key_that_protects_nobody_is_refused(project, vault, key, spoil, reason):
    choose_vault(project)
    named = spoil(key, project.folder)
    result = project.run("repro", "admit_survey", STUDY_KEY_FILE=str(named))
    assert result.returncode != 0
    assert reason in result.stderr + result.stdout
    assert not list((project.folder / "data").glob("restricted/*vault*"))


def test_a_vault_study_past_its_retention_does_not_start(project, vault, key):
    governance = yaml.safe_load((vault / "governance.yml").read_text(encoding="utf-8"))
    governance["retention"]["restricted_rows_until"] = governance["dpia"]["completed_on"]
    (vault / "governance.yml").write_text(yaml.safe_dump(governance), encoding="utf-8")
    choose_vault(project)
    result = project.run("repro", "admit_survey", STUDY_KEY_FILE=str(key))
    assert "retention.restricted_rows_until lies before today" in result.stderr + result.stdout


def test_dvc_alone_does_not_run_a_vault_study(project, vault, key):
    choose_vault(project)
    command = "import subprocess, sys; sys.exit(subprocess.run(['dvc', 'repro', 'admit_survey']).returncode)"
    result = project.run("python", "-c", command, STUDY_KEY_FILE=str(key))
    assert result.returncode != 0
    assert "start it with `./run repro`" in result.stderr + result.stdout
    lock = project.folder / "dvc.lock"
    assert not lock.exists() or "restricted__vault" not in lock.read_text(encoding="utf-8")


PUBLIC = b"schema: '2.0'\nstages: {}\n"


@pytest.fixture
def repository(project):
    """The project in git, with a lock, before there is a vault."""
    (project.folder / "dvc.lock").write_bytes(PUBLIC)
    choose_vault(project)
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "A"],
    ):
        subprocess.run(["git", *arguments], cwd=project.folder, check=True)
    return project


def would_be_added(folder):
    added = subprocess.run(["git", "add", "-A", "-n"], cwd=folder, capture_output=True, text=True, check=True)
    return added.stdout


def assert_nothing_private_shows(project):
    """Git would take nothing, the public lock is as it was, and whatever the study wrote is its owner's."""
    assert would_be_added(project.folder) == ""
    assert (project.folder / "dvc.lock").read_bytes() == PUBLIC
    made = [path for name in ("data/vault", "data/restricted", "data/candidate", "data/release", "dist")
            for path in (project.folder / name, *(project.folder / name).rglob("*"))]  # fmt: skip
    assert [path for path in made if path.exists() and not path.is_symlink() and path.stat().st_mode & 0o077] == []


def one_stage(project, stage, key, **within):
    """Run one stage as `./run` does; its output is gone until it has ended."""
    path = {"PATH": f"{project.folder}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": f"{DYING}:{project.folder}"}
    process = subprocess.Popen(
        ["sh", "-c", "umask 077; exec dvc repro --single-item --force " + stage], cwd=project.folder / PLACE,
        env=project.environment(**path, **stated_environment(), STUDY_KEY_FILE=str(key), **within),
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said, _ = process.communicate()
    return process.returncode, said


def killed_in(project, stage, key):
    """Kill a stage and DVC before it puts its first file in place."""
    code, said = one_stage(project, stage, key, DIES_IN=stage, DIES_BEFORE="1")
    assert code == -signal.SIGKILL, said


def by_hand(project, *arguments):
    """DVC as somebody types it in the project."""
    command = f"import subprocess, sys; sys.exit(subprocess.run({['dvc', *arguments]!r}).returncode)"
    return project.run("python", "-c", command)


def test_git_sees_nothing_of_a_vault_whenever_a_run_ends(repository, key):
    furnish(repository.folder)
    assert would_be_added(repository.folder) == ""
    finished = repository.run("repro", "simulate_study", STUDY_KEY_FILE=str(key))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    killed_in(repository, "admit_survey", key)
    assert_nothing_private_shows(repository)
    finished = repository.run("repro", "measure_respondents", STUDY_KEY_FILE=str(key))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "restricted__vault_survey_responses" in (repository.folder / LOCK).read_text(encoding="utf-8")
    assert_nothing_private_shows(repository)
    typed = by_hand(repository, "repro", "-s", "-f", "measure_respondents")
    assert typed.returncode != 0
    assert "start it with `./run repro`" in typed.stdout + typed.stderr
    assert_nothing_private_shows(repository)


def test_git_would_show_what_is_not_ignored(repository):
    (repository.folder / "dvc.lock").write_bytes(PUBLIC + b"#")
    assert "dvc.lock" in would_be_added(repository.folder)
    with pytest.raises(AssertionError):
        assert_nothing_private_shows(repository)


@pytest.mark.deep
def test_git_sees_nothing_of_a_vault_killed_in_any_stage(repository, key):
    """And a whole run afterwards heals, its product as much its owner's as its rows."""
    furnish(repository.folder)
    finished = repository.run("repro", STUDY_KEY_FILE=str(key))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert_nothing_private_shows(repository)
    for stage in yaml.safe_load((repository.folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]:
        killed_in(repository, stage, key)
        assert_nothing_private_shows(repository)
        code, said = one_stage(repository, stage, key)
        assert code == 0, said
    finished = repository.run("repro", STUDY_KEY_FILE=str(key))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert_nothing_private_shows(repository)


def test_a_synthetic_study_leaves_the_vault_alone(project, vault):
    before = fingerprint(vault)
    result = project.run("repro", "-f", "admit_survey")
    assert result.returncode == 0, result.stdout + result.stderr
    assert fingerprint(vault) == before


def test_the_check_would_notice_a_loss(vault):
    before = fingerprint(vault)
    (vault / "synthetic_ledger.jsonl").unlink()
    assert fingerprint(vault) != before
