"""Copies of the project in which a test may run the pipeline."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.commands.verify import copy_source
from tests.pipeline.vaults import SMALLER

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "HOME", "EXTERNAL_MIRROR", "COVERAGE_PROCESS_CONFIG")


class Project:
    """A copy of the project's sources with the environment of this checkout."""

    def __init__(self, folder: Path):
        copy_source(ROOT, folder)
        self.folder = folder
        (folder / ".venv").symlink_to(ROOT / ".venv")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`./run` with these arguments; nothing of the test's own environment but `PASSED_ON` and what is given."""
        umask = environment.pop("UMASK", "022")
        command = ["sh", "-c", f'umask {umask} && exec "$@"', "sh", str(self.folder / "run"), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(**environment), capture_output=True, text=True, check=False
        )

    @staticmethod
    def environment(**changed: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**kept, **changed}

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def made_through_run():
    if not (ROOT / ".venv/.key").is_file():
        pytest.skip("no .venv made by ./run: these tests run the pipeline through it")


def smaller(project: Project) -> Project:
    for old, new in SMALLER.items():
        project.edit("params.yaml", old, new)
    return project


@pytest.fixture
def project(tmp_path):
    made_through_run()
    return Project(tmp_path / "project")


@pytest.fixture(scope="session")
def small_project(tmp_path_factory):
    """A copy with small worlds after a whole run; who changes it puts it back."""
    made_through_run()
    project = smaller(Project(tmp_path_factory.mktemp("small") / "project"))
    finished = project.run("repro")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    yield project
    shutil.rmtree(project.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory):
    """A copy under a path with a space and letters of three scripts."""
    made_through_run()
    folder = tmp_path_factory.mktemp("elsewhere") / "Übung دری πέντε"
    yield Project(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def elsewhere_small(tmp_path_factory):
    """The same with small worlds."""
    made_through_run()
    folder = tmp_path_factory.mktemp("elsewhere") / "Übung دری πέντε"
    yield smaller(Project(folder))
    shutil.rmtree(folder, ignore_errors=True)
