"""Make an environment that holds just what lock files state, or fetch what one needs that has no network.

`./run` calls this with nothing but Python's own library. A lock is a list to be installed and no question to a
resolver: pip is told every package, version and hash, and takes no dependency from elsewhere. What must not be here:
choosing a version, or naming an index (pip's own settings do: PIP_INDEX_URL, PIP_NO_INDEX, PIP_FIND_LINKS).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NEEDED_BYTES = 2_500_000_000
LOCKS = ("requirements.lock", "requirements-test.lock")
# Their authors publish no wheel; they are built by the locked packages of BUILDERS, never by what an index has today.
SOURCE_ONLY = ("antlr4-python3-runtime", "docopt", "jsonpath-rw", "pyspark")
BUILDERS = ("packaging", "setuptools", "wheel")
AS_STATED = (
    "--no-deps", "--require-hashes", "--no-build-isolation",
    "--only-binary=:all:", *(f"--no-binary={name}" for name in SOURCE_ONLY),
    "--disable-pip-version-check", "--no-input",
)  # fmt: skip
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)==.*?(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)
# A reader's settings that would put packages elsewhere, or other packages here.
FOREIGN_SETTINGS = (
    "PIP_CONSTRAINT", "PIP_NO_BINARY", "PIP_ONLY_BINARY",
    "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_TARGET", "PIP_USER",
)  # fmt: skip
NOT_TO_BE_HAD = re.compile(r"No matching distribution found for (\S+)")


class MakingError(Exception):
    """What a person has to do before there can be an environment."""


def pins(lock: Path) -> dict[str, str]:
    """The packages of a lock: name and the block of lines that states version, marker and hashes."""
    return {match["name"]: match[0].rstrip() + "\n" for match in PIN.finditer(lock.read_text(encoding="utf-8"))}


def state_of(locks: list[Path]) -> dict[str, str]:
    """What an environment with these locks is made from: Python, and the SHA-256 of each lock."""
    return {"python": sys.version} | {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks}


def recorded_state(folder: Path) -> dict[str, str]:
    """What the environment in `folder` was made from; nothing if it is not there, not whole or does not start."""
    try:
        state: dict[str, str] = json.loads((folder / ".key").read_text(encoding="utf-8"))
        subprocess.run([python_of(folder), "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return state


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"


def ensure(folder: Path, locks: list[Path]) -> None:
    """An environment in `folder` that holds these locks: as it is, with a lock added, or made anew."""
    wanted, found = state_of(locks), recorded_state(folder)
    missing = [lock for lock in locks if lock.name not in found]
    if any(found.get(name, wanted[name]) != wanted[name] for name in wanted) or "python" not in found:
        missing, found = locks, {}
    if not missing:
        return
    require_room(folder)
    if not found:
        print(f"making {folder} for Python {sys.version.split()[0]}; this happens once", file=sys.stderr)
        create(folder)
    # An environment without its key is not whole: the next call makes it anew.
    (folder / ".key").unlink(missing_ok=True)
    for lock in missing:
        install(folder, lock)
    check(folder)
    (folder / ".key").write_text(json.dumps(found | wanted, indent=1) + "\n", encoding="utf-8")


def require_room(folder: Path) -> None:
    """Refuse to start what would fill the disk."""
    free = shutil.disk_usage(folder.parent).free
    if free < NEEDED_BYTES:
        raise MakingError(
            f"{folder.parent} has {free / 1e9:.1f} GB free and the environment takes {NEEDED_BYTES / 1e9:.1f} with what"
            " is built in it; make room, then run the same again"
        )


def create(folder: Path) -> None:
    """An empty environment with the pip that comes with this Python, in place of whatever was there."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise MakingError(
            f"{sys.executable} cannot make a virtual environment; on Debian: apt install python3-venv\n"
            f"{(made.stdout + made.stderr).strip()}"
        )


def install(folder: Path, lock: Path) -> None:
    """What one lock states, into an environment."""
    install_builders(folder, lock)
    # Python compiles what is imported when it is; most modules never are.
    pip(folder, "install", "--no-compile", "-r", str(lock), watched=lock)


def install_builders(folder: Path, lock: Path) -> None:
    """The packages of a lock that others are built with, into an environment."""
    stated = pins(lock)
    builders = "".join(stated[name] for name in BUILDERS if name in stated)
    if builders:
        with tempfile.TemporaryDirectory() as scratch:
            first = Path(scratch) / "builders.lock"
            first.write_text(builders, encoding="utf-8")
            pip(folder, "install", "-r", str(first))


def check(folder: Path) -> None:
    """The locks left nothing out: every package finds what it asks for."""
    found = subprocess.run([python_of(folder), "-m", "pip", "check"], capture_output=True, text=True, check=False)
    if found.returncode:
        raise MakingError(f"the locks do not fit together; this is an error of the project:\n{found.stdout.strip()}")


def fetch(target: Path, locks: list[Path]) -> None:
    """Every file that the locks need on this kind of machine, for one without a network.

    Parameters
    ----------
    target : Path
        Folder of wheels and source archives; files that are there already are not fetched again.
    locks : list of Path
        The lock that holds BUILDERS comes first.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "environment"
        create(folder)
        for lock in locks:
            install_builders(folder, lock)
            pip(folder, "download", "--dest", str(target), "-r", str(lock), watched=lock)
    files = [path for path in target.iterdir() if path.is_file()]
    print(f"{target}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB", file=sys.stderr)


def pip(folder: Path, verb: str, *arguments: str, watched: Path | None = None) -> None:
    """Run the environment's pip, say how far it is, and say what to do where it fails."""
    process = subprocess.Popen(
        [python_of(folder), "-m", "pip", verb, *AS_STATED, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        env=pip_environment(),
    )  # fmt: skip
    with process:
        said = list(reported(process.stdout or (), watched))
    if process.returncode:
        raise MakingError(explained("".join(said)))


def pip_environment() -> dict[str, str]:
    """The process's environment without settings that lead elsewhere, and with a cache that can be written."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_SETTINGS} | {
        "PYTHONUNBUFFERED": "1"
    }
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - a home that does not exist is no error here
    if "PIP_CACHE_DIR" not in kept and "XDG_CACHE_HOME" not in kept and not os.access(home, os.W_OK):
        kept["PIP_CACHE_DIR"] = str(ROOT / ".cache" / "pip")
    return kept


def reported(lines: Iterable[str], watched: Path | None) -> Iterator[str]:
    """Hand on what pip says, and show how many packages of a lock it has reached."""
    total, reached = (len(pins(watched)), 0) if watched else (0, 0)
    for line in lines:
        yield line
        if not watched:
            continue
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
            reached += 1
            show(f"{watched.name}: package {reached} of at most {total}", reached % 25 == 0)
        elif line.startswith("Installing collected packages"):
            show(f"{watched.name}: installing {reached} packages, half a minute or so", True)
    if watched and sys.stderr.isatty():
        print(file=sys.stderr)


def show(text: str, milestone: bool) -> None:
    """One line that moves on a terminal; elsewhere a line now and then."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif milestone:
        print(text, file=sys.stderr, flush=True)


def explained(said: str) -> str:
    """What a person can do about pip's failure, and pip's own last words."""
    errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-5:]
    lacking = NOT_TO_BE_HAD.search(said)
    if "No space left on device" in said:
        advice = "the disk is full; make room, then run the same again: what was fetched is kept"
    elif "DO NOT MATCH THE HASHES" in said:
        advice = (
            "a file is not the one that the lock states; do not use it, and ask the index's owner where it comes from"
        )
    elif lacking:
        advice = (
            f"{lacking[1]} is not to be had for Python {sys.version.split()[0]} on this machine: connect to a package"
            " index and run the same again (what was fetched is kept), or name a folder from `./run fetch-wheels`, made"
            " on a machine like this with the same Python: PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER ./run"
        )
    else:
        advice = "pip failed"
    return "\n".join([advice, *errors])


def main(arguments: list[str]) -> int:
    """`environment.py install FOLDER LOCK…` or `environment.py fetch FOLDER [LOCK…]`."""
    try:
        verb, folder, *names = arguments
        locks = [ROOT / name for name in names or LOCKS]
        {"install": ensure, "fetch": fetch}[verb](Path(folder), locks)
    except MakingError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; run the same again: what was fetched is kept", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
