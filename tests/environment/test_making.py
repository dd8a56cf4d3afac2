"""An environment holds what the lock states, whatever an index has today, and says what to do where it cannot."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.environment.newer_index import write_index

ROOT = Path(__file__).resolve().parents[2]
DEAD_INDEX = "http://127.0.0.1:9/simple"


def loaded():
    specification = importlib.util.spec_from_file_location("environment", ROOT / "environment.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


environment = loaded()


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment") / "empty"
    environment.create(folder)
    return folder


@pytest.fixture
def quick(empty, monkeypatch):
    """An empty environment is copied, which takes a tenth of making one."""

    def copied(folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(empty, folder, symlinks=True, copy_function=os.link)

    monkeypatch.setattr(environment, "create", copied)


def wheel(folder, name, version, requires=(), extras=()):
    """An invented package with one module that knows its version."""
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {needed}" for needed in requires]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: invented\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def locked(*wheels):
    """A lock in the form that `uv pip compile --generate-hashes` writes."""
    blocks = []
    for path in wheels:
        name, version = path.name.split("-")[:2]
        blocks.append(f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    return "".join(blocks)


@pytest.fixture
def wheels(tmp_path):
    """A package that asks for an extra of another, as pytest-cov asks for coverage[toml]."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, "asking", "1.0", requires=["answering[more]>=1"])
    wheel(folder, "answering", "1.5", extras=["more"])
    wheel(folder, "testing", "3.0")
    return folder


@pytest.fixture
def locks(tmp_path, wheels):
    run, test = tmp_path / "run.lock", tmp_path / "test.lock"
    run.write_text(locked(wheels / "asking-1.0-py3-none-any.whl", wheels / "answering-1.5-py3-none-any.whl"))
    test.write_text(locked(wheels / "testing-3.0-py3-none-any.whl"))
    return [run, test]


@pytest.fixture
def another_day(tmp_path, wheels, monkeypatch, quick):
    """pip reaches one index, in which everything has a newer version."""
    write_index(wheels, tmp_path / "index")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())


def versions(folder):
    listed = subprocess.run(
        [folder / "bin/python", "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    found = {package["name"]: package["version"] for package in json.loads(listed.stdout)}
    return {name: found[name] for name in ("asking", "answering", "testing") if name in found}


@pytest.mark.usefixtures("another_day")
def test_the_lock_is_installed_as_it_stands_though_newer_versions_exist(tmp_path, locks, capsys, monkeypatch):
    monkeypatch.setattr(environment, "create", loaded().create)
    folder = tmp_path / "Übung دری πέντε" / "venv"
    folder.parent.mkdir()
    environment.ensure(folder, locks[:1])
    assert versions(folder) == {"asking": "1.0", "answering": "1.5"}
    said = capsys.readouterr().err
    assert "this happens once" in said
    assert "installing 2 packages" in said


def test_the_index_of_another_day_would_be_believed_by_a_resolver(tmp_path, wheels, another_day):
    """The twin: without --no-deps the newer, empty package is what pip takes."""
    environment.create(tmp_path / "venv")
    command = [tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", "asking==1.0"]
    subprocess.run(command, check=True, capture_output=True)
    assert versions(tmp_path / "venv")["answering"] == "9999.0"


@pytest.mark.usefixtures("another_day")
def test_a_whole_environment_is_left_alone_and_a_lock_is_added_to_it(tmp_path, locks, capsys):
    folder = tmp_path / "venv"
    environment.ensure(folder, locks[:1])
    (folder / "mark").touch()
    capsys.readouterr()
    environment.ensure(folder, locks[:1])
    assert capsys.readouterr().err == ""
    environment.ensure(folder, locks)
    environment.ensure(folder, locks[:1])
    assert versions(folder) == {"asking": "1.0", "answering": "1.5", "testing": "3.0"}
    assert (folder / "mark").exists()


@pytest.mark.usefixtures("another_day")
@pytest.mark.parametrize("change", ["lock", "cut", "python", "broken"])
def test_an_environment_that_is_not_what_the_locks_state_is_made_anew(tmp_path, wheels, locks, change):
    folder = tmp_path / "venv"
    environment.ensure(folder, locks)
    (folder / "mark").touch()
    if change == "lock":
        locks[1].write_text(locks[1].read_text() + "# another day\n")
    elif change == "cut":  # a run that was killed wrote no key
        (folder / ".key").unlink()
    elif change == "python":
        state = json.loads((folder / ".key").read_text()) | {"python": "3.11.0 (another build)"}
        (folder / ".key").write_text(json.dumps(state))
    else:
        (folder / "bin/python").unlink()
    environment.ensure(folder, locks)
    assert not (folder / "mark").exists()
    assert versions(folder)["testing"] == "3.0"


@pytest.mark.usefixtures("another_day")
def test_another_file_under_the_locked_name_is_refused(tmp_path, wheels, locks):
    wheel(wheels, "asking", "1.0", requires=["answering"])
    with pytest.raises(environment.MakingError, match=r"not the one that the lock states"):
        environment.ensure(tmp_path / "venv", locks[:1])
    assert not (tmp_path / "venv/.key").exists()


@pytest.mark.usefixtures("another_day")
def test_a_lock_that_leaves_a_package_out_is_an_error_of_the_project(tmp_path, wheels):
    (tmp_path / "short.lock").write_text(locked(wheels / "asking-1.0-py3-none-any.whl"))
    with pytest.raises(environment.MakingError, match=r"do not fit together.*\n.*answering"):
        environment.ensure(tmp_path / "venv", [tmp_path / "short.lock"])


@pytest.mark.usefixtures("another_day")
def test_without_a_network_the_message_names_the_folder_of_wheels(tmp_path, locks, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", DEAD_INDEX)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(environment.MakingError, match=r"asking==1.0 is not to be had for Python.*fetch-wheels"):
        environment.ensure(tmp_path / "venv", locks[:1])


@pytest.mark.usefixtures("another_day")
def test_a_folder_of_wheels_is_fetched_and_is_enough(tmp_path, locks, monkeypatch):
    environment.fetch(tmp_path / "fetched", locks)
    assert len(list((tmp_path / "fetched").iterdir())) == 3
    monkeypatch.setenv("PIP_INDEX_URL", DEAD_INDEX)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "fetched"))
    environment.ensure(tmp_path / "venv", locks)
    (tmp_path / "fetched/testing-3.0-py3-none-any.whl").unlink()
    locks[1].write_text(locks[1].read_text() + "# another day\n")
    with pytest.raises(environment.MakingError, match=r"testing==3.0 is not to be had"):
        environment.ensure(tmp_path / "venv", locks)


@pytest.mark.usefixtures("another_day")
def test_settings_that_lead_elsewhere_are_not_followed(tmp_path, locks, monkeypatch):
    (tmp_path / "constraints.txt").write_text("asking==0.1\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraints.txt"))
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    environment.ensure(tmp_path / "venv", locks[:1])
    assert versions(tmp_path / "venv") == {"asking": "1.0", "answering": "1.5"}


def test_too_little_room_is_said_before_anything_is_removed(tmp_path, locks, monkeypatch):
    monkeypatch.setattr(environment, "NEEDED_BYTES", 10**18)
    with pytest.raises(environment.MakingError, match=r"GB free.*make room"):
        environment.ensure(tmp_path / "venv", locks)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("something else\nwent wrong", "pip failed\nsomething else"),
    ],
)
def test_what_pip_said_is_explained(said, advice):
    assert environment.explained(said).startswith(advice)


def test_a_wrong_python_is_named(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = subprocess.run(
        [ROOT / "run", "python"], env=os.environ | {"PYTHON": str(old)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert f"PYTHON={old} is no Python 3.11 to 3.14" in result.stderr


# The whole locks, as a stranger's machine meets them on another day.

WHEELS = ROOT / "build/wheels"
FIRST_PIPS = {"3.11": "22.3", "3.12": "23.2.1", "3.13": "24.2", "3.14": "25.2"}


@pytest.mark.deep
@pytest.mark.parametrize("version", FIRST_PIPS)
def test_the_first_pip_of_every_python_installs_the_locks_of_another_day(tmp_path, version):
    """Under the wheels of this Python only; a missing Python or folder is said."""
    python = shutil.which(f"python{version}")
    if (
        not python
        or subprocess.run([python, "-m", "ensurepip", "--version"], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"no Python {version} with ensurepip here")
    wheels = Path(f"{WHEELS}-{version}")
    if not wheels.is_dir():
        pytest.skip(
            f"no folder {wheels.name}: PYTHON=python{version} ./run fetch-wheels build/{wheels.name}, and its first pip"
        )
    write_index(wheels, tmp_path / "index")
    script = (
        "import sys, subprocess, environment\n"
        "from pathlib import Path\n"
        "folder, first, wheels = Path(sys.argv[1]), sys.argv[2], sys.argv[3]\n"
        "locks = [environment.ROOT / name for name in environment.LOCKS]\n"
        "environment.create(folder)\n"
        "pip = [environment.python_of(folder), '-m', 'pip', 'install', '-q', '--no-index', '--find-links', wheels]\n"
        "subprocess.run([*pip, f'pip=={first}'], check=True)\n"
        "for lock in locks: environment.install(folder, lock)\n"
        "environment.check(folder)\n"
    )
    within = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    within |= {"PIP_INDEX_URL": (tmp_path / "index").as_uri(), "PIP_CONFIG_FILE": os.devnull, "PYTHONPATH": str(ROOT)}
    command = [python, "-c", script, str(tmp_path / "venv"), FIRST_PIPS[version], str(wheels)]
    result = subprocess.run(command, env=within, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    listed = subprocess.run(
        [tmp_path / "venv/bin/python", "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    found = {package["name"]: package["version"] for package in json.loads(listed.stdout)}
    assert found["pip"] == FIRST_PIPS[version]
    assert "9999.0" not in found.values()
    shutil.rmtree(tmp_path / "venv")
