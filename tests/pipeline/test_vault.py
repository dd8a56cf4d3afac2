"""A team's files in the vault survive whatever the pipeline does, and a vault study leaves the public lock alone."""

import hashlib
import signal
import subprocess
import time

import pytest
import yaml

from tests.pipeline.vaults import SMALLER, furnish, outside_key


@pytest.fixture
def vault(project):
    return furnish(project.folder)


@pytest.fixture
def key(project, tmp_path):
    return outside_key(tmp_path, project.folder)


def fingerprint(folder):
    """Every file of the vault but the lock that runs leave in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "dvc.lock"
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
    assert "restricted__vault_posts" in (vault / "dvc.lock").read_text(encoding="utf-8")
    tables = {path.name for path in (project.folder / "data/release/tables").iterdir()}
    assert "open__vault_survey_admission.csv" in tables
    fictional = {name.split(".")[0] for name in tables if "synthetic" in name}
    assert fictional == {"open__synthetic_deep_diagnosis", "open__synthetic_design_diagnosis"}
    again = project.run("repro", STUDY_KEY_FILE=str(key))
    assert "Running stage 'admit_survey'" in again.stdout
    assert "Running stage 'gate_release'" not in again.stdout


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
    assert "retention.restricted_rows_until lies before the release" in result.stderr + result.stdout


def test_dvc_alone_does_not_run_a_vault_study(project, vault, key):
    choose_vault(project)
    command = "import subprocess, sys; sys.exit(subprocess.run(['dvc', 'repro', 'admit_survey']).returncode)"
    result = project.run("python", "-c", command, STUDY_KEY_FILE=str(key))
    assert result.returncode != 0
    assert "start it with `./run repro`" in result.stderr + result.stdout
    lock = project.folder / "dvc.lock"
    assert not lock.exists() or "restricted__vault" not in lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_an_ended_run_gives_the_public_lock_back(project, vault, key, end):
    """At once when it is asked to stop, at the next call when it was killed."""
    public = b"schema: '2.0'\nstages: {}\n"
    lock = project.folder / "dvc.lock"
    lock.write_bytes(public)
    choose_vault(project)
    process = subprocess.Popen(
        [project.folder / "run", "repro"], cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=project.environment(STUDY_KEY_FILE=str(key)), start_new_session=True,
    )  # fmt: skip
    kept = project.folder / ".dvc/tmp/public-dvc.lock"
    while not kept.exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(1)
    assert kept.read_bytes() == public
    subprocess.run(["kill", f"-{end.value}", "--", f"-{process.pid}"], check=True)
    process.wait()
    if end is signal.SIGKILL:
        assert not lock.exists() or lock.read_bytes() != public
        project.run("python", "-c", "")
    assert lock.read_bytes() == public
    assert not kept.exists()


def test_a_synthetic_study_leaves_the_vault_alone(project, vault):
    before = fingerprint(vault)
    result = project.run("repro", "-f", "admit_survey")
    assert result.returncode == 0, result.stdout + result.stderr
    assert fingerprint(vault) == before


def test_the_check_would_notice_a_loss(vault):
    before = fingerprint(vault)
    (vault / "synthetic_ledger.jsonl").unlink()
    assert fingerprint(vault) != before
