"""Another folder, locale, time zone, hash seed, umask, user, code path of the processor, no git: the same bytes."""

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


def test_a_perturbed_run_without_git_writes_the_committed_lock(elsewhere, tmp_path):
    for stated, other in OLDER_PROCESSOR.items():
        elsewhere.edit(STATED, stated, other)
    result = elsewhere.run("repro", HOME=str(tmp_path), **PERTURBED)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (elsewhere.folder / ".git").exists()
    assert recorded(elsewhere.folder / "dvc.lock") == recorded(ROOT / "dvc.lock")


def test_a_second_run_has_nothing_to_do(elsewhere):
    result = elsewhere.run("repro")
    assert "Data and pipelines are up to date." in result.stdout
    assert "Running stage" not in result.stdout


def test_a_changed_input_is_noticed(elsewhere):
    """The twin: were nothing ever noticed, the test above would pass too."""
    elsewhere.edit("params.yaml", "prevalences: [0.001,", "prevalences: [0.002,")
    result = elsewhere.run("repro", "--dry")
    elsewhere.edit("params.yaml", "prevalences: [0.002,", "prevalences: [0.001,")
    assert "Running stage 'tabulate_base_rates'" in result.stdout
