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


@pytest.mark.parametrize("lock", ["requirements-test.lock", "requirements-spark.lock"])
def test_a_lock_beside_the_first_is_of_the_same_kind_and_repeats_no_package(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    names = {name for name, _, _ in pins(text)}
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(names) >= 2
    assert not names & {name for name, _, _ in pins()}
    assert split_packages(text) == []


def test_what_the_project_asks_for_stands_in_the_lock_of_its_group():
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    of_tests = {name for name, _, _ in pins((ROOT / "requirements-test.lock").read_text(encoding="utf-8"))}
    of_runs = {name for name, _, _ in pins()}
    name = re.compile(r"[a-z0-9-]+")
    assert {name.match(asked)[0] for asked in content["project"]["dependencies"]} <= of_runs
    assert {name.match(asked)[0] for asked in content["dependency-groups"]["test"]} <= of_runs | of_tests
    assert {"pytest", "playwright", "mypy", "ruff", "svy"} <= of_tests
    (pinned,) = (
        version
        for name, version, _ in pins((ROOT / "requirements-spark.lock").read_text(encoding="utf-8"))
        if name == "pyspark"
    )
    assert content["dependency-groups"]["spark"] == [f"pyspark=={pinned.rpartition('.')[0]}.*"]


def test_the_lock_of_mutation_is_of_the_same_kind_and_differs_in_no_version():
    lock = (ROOT / "requirements-mutation.lock").read_text(encoding="utf-8")
    tests = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    versions = {name: version for name, version, _ in (*pins(), *pins(tests))}
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


def test_conda_brings_a_python_and_nothing_that_the_locks_state():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert environment["dependencies"] == [f"python{project['requires-python']}"]


def test_the_pythons_are_the_same_everywhere():
    supported = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    oldest, newest = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", supported).groups()
    run = (ROOT / "run").read_text(encoding="utf-8")
    assert f"(3, {oldest}) <= sys.version_info[:2] <= (3, {int(newest) - 1})" in run
    assert f"Python 3.{oldest} to 3.{int(newest) - 1}" in (ROOT / "README.md").read_text(encoding="utf-8")


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
