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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import yaml
from rich.console import Console
from rich.table import Table

from analysis.claims.register import load_register
from analysis.errors import ReleaseError
from analysis.store import write_atomically

NOT_SOURCE = (".venv", ".git", ".dvc/cache", ".dvc/tmp", ".cache", "build", "dist", "data/release", "data/candidate",
              "data/restricted", "data/fiction", "data/vault", "dvc.lock")  # fmt: skip
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "matplotlib", "jupyter-book", "dvc")
IDENTICAL, SAME_CONTENT, DIFFERS, ABSENT = "identical bytes", "identical content", "differs", "absent"


@dataclass(frozen=True)
class Comparison:
    """One output: what it was compared with, the outcome, and where it differs."""

    path: str
    compared_with: str
    outcome: str
    detail: str = ""

    @property
    def holds(self) -> bool:
        """The same content, whatever the bytes; an output that was never built here cannot differ."""
        return self.outcome != DIFFERS


def verify() -> None:
    """Rebuild from nothing and compare; exit code 2 when anything differs."""
    root = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        rebuilt = Path(folder) / "project"
        copy_source(root, rebuilt)
        rebuild(rebuilt)
        comparisons = [*against_lock(root, rebuilt), *against_outputs(root, rebuilt)]
    register = load_register(root / "data/claims/claims.yml", root / "data/claims/FROZEN.sha256")
    show(comparisons, register.sha256)
    write_atomically(root / "build/verify.json", report(comparisons, register.sha256))
    failed = [comparison.path for comparison in comparisons if not comparison.holds]
    if failed:
        raise ReleaseError(f"{len(failed)} output(s) are not what the source gives: {', '.join(failed)}")


def copy_source(root: Path, target: Path) -> None:
    """Copy what the outputs are made from, and nothing that was made."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(root)
        return {name for name in names if (inside / name).as_posix() in NOT_SOURCE or name == "__pycache__"}

    shutil.copytree(root, target, ignore=left_out, symlinks=True)


def rebuild(project: Path) -> None:
    """Run the whole pipeline in a copy without cache, outputs or lock; ReleaseError with its last words if it fails."""
    command = [str(Path(sys.executable).with_name("dvc")), "repro"]
    environment = os.environ | {"PYTHONPATH": str(project)}
    result = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ReleaseError(f"the pipeline does not run from nothing:\n{(result.stdout + result.stderr)[-4000:]}")


def against_lock(root: Path, rebuilt: Path) -> list[Comparison]:
    """Every stage of the committed lock against the lock that the rebuild wrote."""
    if not (root / "dvc.lock").is_file():
        raise ReleaseError("no dvc.lock: nothing to compare with; restore it from git, or run `./run repro`")
    committed, written = (_locked_outs(path / "dvc.lock") for path in (root, rebuilt))
    return [
        Comparison(path, "dvc.lock", IDENTICAL)
        if committed.get(path) == written.get(path)
        else _differing_out(path, committed.get(path), written.get(path))
        for path in sorted(committed.keys() | written.keys())
    ]


def _differing_out(path: str, committed: str | None, written: str | None) -> Comparison:
    return Comparison(
        path, "dvc.lock", DIFFERS, f"lock {committed or 'has no such output'}, rebuilt {written or 'nothing'}"
    )


def _locked_outs(path: Path) -> dict[str, str]:
    """Path of every output → hash, with the commands and the hashes of what it was made from folded in."""
    stages: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    found = {}
    for name, stage in stages.items():
        made_from = json.dumps([stage["cmd"], stage.get("deps"), stage.get("params")], sort_keys=True, default=str)
        found[f"stages/inputs/{name}"] = hashlib.sha256(made_from.encode()).hexdigest()[:12]
        found |= {out["path"]: out["md5"] for out in stage["outs"]}
    return found


def against_outputs(root: Path, rebuilt: Path) -> list[Comparison]:
    """Every file that stands in the release and product folders here against the rebuilt one."""
    comparisons = []
    for folder in ("data/release", "dist"):
        if not (root / folder).is_dir():
            comparisons.append(Comparison(folder, "files here", ABSENT, "never built here"))
            continue
        names = {file.relative_to(base).as_posix() for base in (root, rebuilt) for file in _files(base / folder)}
        comparisons += [_compare_files(name, root / name, rebuilt / name) for name in sorted(names)]
    return comparisons


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _compare_files(name: str, here: Path, there: Path) -> Comparison:
    if not here.is_file() or not there.is_file():
        return Comparison(
            name, "files here", DIFFERS, "missing here" if there.is_file() else "not made by the pipeline"
        )
    if here.read_bytes() == there.read_bytes():
        return Comparison(name, "files here", IDENTICAL)
    if here.suffix == ".parquet":
        return _compare_tables(name, here, there)
    return Comparison(name, "files here", DIFFERS, "bytes differ")


def _compare_tables(name: str, here: Path, there: Path) -> Comparison:
    """Cell by cell: how many differ, the first of them, and the largest difference of numbers."""
    try:
        ours, theirs = pq.read_table(here).to_pandas(), pq.read_table(there).to_pandas()
    except (OSError, ValueError) as error:
        return Comparison(name, "files here", DIFFERS, f"not readable: {error}")
    if ours.shape != theirs.shape or list(ours.columns) != list(theirs.columns):
        return Comparison(name, "files here", DIFFERS, f"shape {ours.shape}, rebuilt {theirs.shape}")
    unequal = (ours != theirs) & ~(ours.isna() & theirs.isna())
    if not unequal.to_numpy().any():
        return Comparison(name, "files here", SAME_CONTENT)
    rows, columns = unequal.to_numpy().nonzero()
    first = f"row {rows[0]}, column {ours.columns[columns[0]]}"
    return Comparison(name, "files here", DIFFERS, f"{len(rows)} cell(s), first {first}{_largest_gap(ours, theirs)}")


def _largest_gap(ours: pd.DataFrame, theirs: pd.DataFrame) -> str:
    numbers = ours.select_dtypes("number").columns
    gaps = [(ours[name] - theirs[name]).abs().max() for name in numbers]
    known = [float(gap) for gap in gaps if pd.notna(gap) and gap > 0]
    return f"; largest difference {max(known):g}" if known else ""


def summarised(comparisons: list[Comparison]) -> list[Comparison]:
    """What differs, each on its own; what is identical, counted per folder."""
    identical = [item for item in comparisons if item.outcome == IDENTICAL]
    groups = Counter(("/".join(item.path.split("/")[:2]), item.compared_with) for item in identical)
    whole = [Comparison(folder, other, IDENTICAL, f"{count} of {count}") for (folder, other), count in groups.items()]
    return [*whole, *(item for item in comparisons if item not in identical)]


def show(comparisons: list[Comparison], register_sha256: str) -> None:
    """One table on the terminal, then what it was made with."""
    shown = Table(title="Rebuilt from nothing, compared")
    for heading in ("output", "compared with", "outcome", "detail"):
        shown.add_column(heading, overflow="fold")
    for item in summarised(comparisons):
        shown.add_row(item.path, item.compared_with, item.outcome, item.detail)
    console = Console()
    console.print(shown)
    console.print(f"claims register {register_sha256}")
    console.print(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}: {_versions()}"
    )


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def report(comparisons: list[Comparison], register_sha256: str) -> bytes:
    """The comparison as JSON, with its own checksum as last entry."""
    content = {
        "holds": all(item.holds for item in comparisons),
        "claims_register_sha256": register_sha256,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": _versions(),
        "comparisons": [vars(item) for item in comparisons],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return (json.dumps({**content, "sha256_of_the_above": digest}, indent=2) + "\n").encode()
