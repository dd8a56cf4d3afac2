"""`verify`: rebuild everything from nothing in a temporary copy and compare with the committed `dvc.lock`.

A lock can be made up and outputs can be edited; neither survives this. What must not be here: a comparison that passes
because something was missing.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from analysis.atomic import UNFINISHED, write_atomically
from analysis.claims.register import project_register
from analysis.commands.cpu_time import cpu_seconds
from analysis.commands.screen import display, screen
from analysis.commands.verify_compare import IDENTICAL, Comparison, against_lock, against_outputs
from analysis.commands.verify_evidence import attacks, replications
from analysis.errors import ReleaseError, StoreError

NOT_SOURCE = (".venv", ".git", ".dvc/cache", ".dvc/tmp", ".cache", "build", "dist", "data/release", "data/candidate",
              "data/restricted", "data/fiction", "data/vault", "dvc.lock")  # fmt: skip
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "matplotlib", "jupyter-book", "dvc")
REPORT = Path("build/verify.json")


def verify(
    report_file: Annotated[Path, typer.Option("--report", help="Where the checksummed report goes")] = REPORT,
) -> None:
    """Rebuild from nothing and compare; exit code 2 when anything differs."""
    root = Path.cwd()
    register = project_register(root)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        rebuilt = Path(folder) / "project"
        copy_source(root, rebuilt)
        seconds = cpu_seconds(lambda: rebuild(rebuilt))
        comparisons = [
            *against_lock(root, rebuilt),
            *against_outputs(root, rebuilt),
            *replications(root),
            *attacks(rebuilt),
        ]
    show(comparisons, register.sha256, seconds)
    written = keep(report(comparisons, register.sha256, seconds), report_file)
    print(f"report: {written}")
    failed = [comparison.path for comparison in comparisons if not comparison.holds]
    if failed:
        raise ReleaseError(f"{len(failed)} output(s) are not what the source gives: {', '.join(failed)}")


def keep(content: bytes, path: Path) -> Path:
    """Write the report; among the machine's temporary files when its place may not be written."""
    try:
        write_atomically(path, content)
    except StoreError:
        path = Path(tempfile.gettempdir()) / path.name
        write_atomically(path, content)
    return path


def copy_source(root: Path, target: Path) -> None:
    """Copy what the outputs are made from, and nothing that was made."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(root)
        return {
            name
            for name in names
            if (inside / name).as_posix() in NOT_SOURCE or name == "__pycache__" or name.endswith(UNFINISHED)
        }

    shutil.copytree(root, target, ignore=left_out, symlinks=True)
    # A source that may not be written gives a copy that may.
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o700 if path.is_dir() else 0o600))


def rebuild(project: Path) -> None:
    """Run the whole pipeline in a copy without cache, outputs or lock; ReleaseError with its last words if it fails."""
    command = [str(Path(sys.executable).with_name("dvc")), "repro"]
    environment = os.environ | {"PYTHONPATH": str(project)}
    result = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ReleaseError(f"the pipeline does not run from nothing:\n{(result.stdout + result.stderr)[-4000:]}")


def summarised(comparisons: list[Comparison]) -> list[Comparison]:
    """What differs, each on its own; what is identical, counted per folder."""
    identical = [item for item in comparisons if item.outcome == IDENTICAL]
    groups = Counter(("/".join(item.path.split("/")[:2]), item.compared_with) for item in identical)
    whole = [Comparison(folder, other, IDENTICAL, f"{count} of {count}") for (folder, other), count in groups.items()]
    return [*whole, *(item for item in comparisons if item not in identical)]


def show(comparisons: list[Comparison], register_sha256: str, seconds: float) -> None:
    """One table on the terminal, then what it was made with."""
    shown = Table(title="Rebuilt from nothing, compared")
    for heading in ("output", "compared with", "outcome", "detail"):
        shown.add_column(heading, overflow="fold")
    for item in summarised(comparisons):
        shown.add_row(item.path, item.compared_with, item.outcome, item.detail)
    console = screen()
    display(shown)
    console.print(f"claims register {register_sha256}")
    console.print(f"{seconds:.0f} CPU seconds for the whole pipeline")
    console.print(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}: {_versions()}"
    )


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def report(comparisons: list[Comparison], register_sha256: str, seconds: float) -> bytes:
    """The comparison as JSON, with its own checksum as last entry."""
    content = {
        "holds": all(item.holds for item in comparisons),
        "claims_register_sha256": register_sha256,
        "cpu_seconds": round(seconds, 1),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": _versions(),
        "comparisons": [vars(item) for item in comparisons],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return (json.dumps({**content, "sha256_of_the_above": digest}, indent=2) + "\n").encode()
