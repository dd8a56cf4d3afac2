"""Another folder, locale, time zone, hash seed, umask, user, code path of the processor, no git: the same bytes."""

import pytest
import yaml

from tests.pipeline.conftest import ROOT

PERTURBED = {
    "PYTHONHASHSEED": "4711",
    "LC_ALL": "C",
    "LANG": "POSIX",
    "TZ": "Pacific/Kiritimati",
    "OMP_NUM_THREADS": "7",
    "OPENBLAS_NUM_THREADS": "7",
    "USER": "somebody-else",
    "LOGNAME": "somebody-else",
    "UMASK": "077",
    "MPLBACKEND": "agg",
    "SOURCE_DATE_EPOCH": "1",
    "COLUMNS": "40",
}
STATED = "reproducible.env"
OLDER_PROCESSOR = {
    "OPENBLAS_CORETYPE=Haswell": "OPENBLAS_CORETYPE=Nehalem",
    "NPY_DISABLE_CPU_FEATURES=X86_V4,": "NPY_DISABLE_CPU_FEATURES=X86_V3,X86_V4,",
}
"""Edits after which linear algebra and numpy take code paths that know neither AVX2 nor FMA."""


def recorded(lock):
    """Every stage in its order, with all that the lock says of it but the hash of the file that was edited."""
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    for stage in stages.values():
        stage["deps"] = [each for each in stage["deps"] if each["path"] != STATED]
    return list(stages.items())


def perturb(project, home):
    for stated, other in OLDER_PROCESSOR.items():
        project.edit(STATED, stated, other)
    result = project.run("repro", HOME=str(home), **PERTURBED)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (project.folder / ".git").exists()


@pytest.mark.deep
def test_a_perturbed_run_without_git_writes_the_committed_lock(elsewhere, tmp_path):
    perturb(elsewhere, tmp_path)
    assert recorded(elsewhere.folder / "dvc.lock") == recorded(ROOT / "dvc.lock")


def test_a_perturbed_run_of_small_worlds_writes_the_lock_of_an_undisturbed_one(
    small_project, elsewhere_small, tmp_path
):
    perturb(elsewhere_small, tmp_path)
    assert recorded(elsewhere_small.folder / "dvc.lock") == recorded(small_project.folder / "dvc.lock")


def test_a_second_run_has_nothing_to_do(small_project):
    result = small_project.run("repro")
    assert "Data and pipelines are up to date." in result.stdout
    assert "Running stage" not in result.stdout


def test_a_changed_input_is_noticed(small_project):
    """The twin: were nothing ever noticed, the test above would pass too."""
    small_project.edit("params.yaml", "prevalences: [0.001,", "prevalences: [0.002,")
    result = small_project.run("repro", "--dry")
    small_project.edit("params.yaml", "prevalences: [0.002,", "prevalences: [0.001,")
    assert "Running stage 'tabulate_base_rates'" in result.stdout
