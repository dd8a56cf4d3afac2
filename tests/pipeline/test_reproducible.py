"""Another folder, locale, time zone, hash seed, umask, user and no git: the same bytes."""

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


def outs(lock):
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}


def test_a_perturbed_run_without_git_writes_the_committed_lock(elsewhere, tmp_path):
    result = elsewhere.run("repro", HOME=str(tmp_path), **PERTURBED)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (elsewhere.folder / ".git").exists()
    assert outs(elsewhere.folder / "dvc.lock") == outs(ROOT / "dvc.lock")
    assert (elsewhere.folder / "dvc.lock").read_bytes() == (ROOT / "dvc.lock").read_bytes()


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
