"""One environment everywhere: one lock, no address in it, one version of whatever the numbers depend on."""

import re
import stat
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
NUMERIC = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "matplotlib", "contourpy")
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<marker> ;.*?)? \\$", re.MULTILINE)


def pins(lock: str = LOCK) -> list[tuple[str, str, str]]:
    return [(match["name"], match["version"], match["marker"] or "") for match in PIN.finditer(lock)]


def split_packages(lock: str = LOCK) -> list[str]:
    """Packages whose version depends on the Python that installs them."""
    names = [name for name, _, _ in pins(lock)]
    return sorted({name for name in names if names.count(name) > 1})


def test_the_lock_holds_hashes_and_no_address():
    assert len(pins()) > 100
    assert "://" not in LOCK
    for block in re.split(r"\n(?=[a-z])", LOCK.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_of_spark_is_of_the_same_kind_and_repeats_no_package():
    lock = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")
    assert {name for name, _, _ in pins(lock)} == {"pyspark", "py4j"}
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= 2
    assert not {name for name, _, _ in pins(lock)} & {name for name, _, _ in pins()}
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    (pinned,) = (version for name, version, _ in pins(lock) if name == "pyspark")
    assert groups["spark"] == [f"pyspark=={pinned.rpartition('.')[0]}.*"]


def test_the_lock_of_mutation_is_of_the_same_kind_and_differs_in_no_version():
    lock = (ROOT / "requirements-mutation.lock").read_text(encoding="utf-8")
    versions = {name: version for name, version, _ in pins()}
    of_mutation = {name: version for name, version, _ in pins(lock)}
    assert "://" not in lock
    assert {"mutmut", "libcst"} <= of_mutation.keys() - versions.keys()
    assert {name: versions.get(name, version) for name, version in of_mutation.items()} == of_mutation
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    assert groups["mutation"] == [f"mutmut=={of_mutation['mutmut'].rpartition('.')[0]}.*"]


def test_no_package_has_two_versions():
    assert split_packages() == []
    assert split_packages("numpy==1 ; x \\\nnumpy==2 ; y \\\n") == ["numpy"]


@pytest.mark.parametrize("package", NUMERIC)
def test_numeric_packages_are_unconditional_and_pinned_in_the_project(package):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [(version, marker) for name, version, marker in pins() if name == package]
    assert [marker for _, marker in found] == [""]
    assert f"{package}=={found[0][0]}" in project["dependencies"]


def test_conda_installs_the_same_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python, pip, packages = environment["dependencies"]
    assert python == f"python{project['requires-python']}"
    assert pip == "pip"
    assert packages == {"pip": ["--require-hashes", "-r requirements.lock"]}


def test_scripts_are_executable_and_portable():
    for name in ("run", ".ci/run"):
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR
    assert (ROOT / "run").read_text(encoding="utf-8").startswith("#!/bin/sh\n")


def test_dvc_neither_calls_home_nor_needs_git():
    config = (ROOT / ".dvc/config").read_text(encoding="utf-8")
    for setting in ("no_scm = true", "analytics = false", "check_update = false"):
        assert setting in config


def test_versions_agree():
    version = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["release"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {version, citation["version"], project["version"]} == {version}
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    day = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["release"]["date"]
    assert str(citation["date-released"]) == day


def test_a_line_of_the_stated_environment_is_one_assignment():
    for line in (ROOT / "reproducible.env").read_text(encoding="utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Z0-9_]+=[\w.,-]+", line), line
