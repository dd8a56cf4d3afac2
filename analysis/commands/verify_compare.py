"""What `verify` holds against what: the committed lock and the files here against a rebuild.

What must not be here: rebuilding, printing, or a comparison that passes because something was missing.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import yaml

from analysis.commands.prepare_run import md5_of
from analysis.errors import ReleaseError

IDENTICAL, SAME_CONTENT, DIFFERS, ABSENT = "identical bytes", "identical content", "differs", "absent"
LOCK, FILES = "dvc.lock", "files here"


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


def against_lock(root: Path, rebuilt: Path) -> list[Comparison]:
    """Every stage of the committed lock against the lock that the rebuild wrote."""
    if not (root / "dvc.lock").is_file():
        raise ReleaseError("no dvc.lock: nothing to compare with; restore it from git, or run `./run repro`")
    committed, written = (_locked_outs(path / "dvc.lock") for path in (root, rebuilt))
    return [
        Comparison(path, LOCK, IDENTICAL)
        if committed.get(path) == written.get(path)
        else _differing_out(path, committed.get(path), written.get(path), root, rebuilt)
        for path in sorted(committed.keys() | written.keys())
    ]


def _differing_out(path: str, committed: str | None, written: str | None, root: Path, rebuilt: Path) -> Comparison:
    """Other bytes: the same content where the table that the lock names still stands here and has equal cells."""
    here = root / path
    if written and here.suffix == ".parquet" and here.is_file() and md5_of(here) == committed:
        return replace(_compare_tables(path, here, rebuilt / path), compared_with=LOCK)
    return Comparison(path, LOCK, DIFFERS, f"lock {committed or 'has no such output'}, rebuilt {written or 'nothing'}")


def _locked_outs(path: Path) -> dict[str, str]:
    """Path of every output → hash; and per stage a hash of its command, parameters and what no stage made."""
    stages: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    made = {out["path"] for stage in stages.values() for out in stage["outs"]}
    found = {}
    for name, stage in stages.items():
        sources = [each for each in stage.get("deps", ()) if each["path"] not in made]
        made_from = json.dumps([stage["cmd"], sources, stage.get("params")], sort_keys=True, default=str)
        found[f"stages/inputs/{name}"] = hashlib.sha256(made_from.encode()).hexdigest()[:12]
        found |= {out["path"]: out["md5"] for out in stage["outs"]}
    return found


def against_outputs(root: Path, rebuilt: Path) -> list[Comparison]:
    """Every file that stands in the release and product folders here against the rebuilt one."""
    comparisons = []
    for folder in ("data/release", "dist"):
        if not (root / folder).is_dir():
            comparisons.append(Comparison(folder, FILES, ABSENT, "never built here"))
            continue
        names = {file.relative_to(base).as_posix() for base in (root, rebuilt) for file in _files(base / folder)}
        comparisons += [_compare_files(name, root / name, rebuilt / name) for name in sorted(names)]
    return comparisons


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _compare_files(name: str, here: Path, there: Path) -> Comparison:
    if not here.is_file() or not there.is_file():
        return Comparison(name, FILES, DIFFERS, "missing here" if there.is_file() else "not made by the pipeline")
    if here.read_bytes() == there.read_bytes():
        return Comparison(name, FILES, IDENTICAL)
    if here.suffix == ".parquet":
        return _compare_tables(name, here, there)
    return Comparison(name, FILES, DIFFERS, "bytes differ")


def _compare_tables(name: str, here: Path, there: Path) -> Comparison:
    """Cell by cell: how many differ, the first of them, and the largest difference of numbers."""
    try:
        ours, theirs = pq.read_table(here).to_pandas(), pq.read_table(there).to_pandas()
    except (OSError, ValueError) as error:
        return Comparison(name, FILES, DIFFERS, f"not readable: {error}")
    if ours.shape != theirs.shape or list(ours.columns) != list(theirs.columns):
        return Comparison(name, FILES, DIFFERS, f"shape {ours.shape}, rebuilt {theirs.shape}")
    unequal = (ours != theirs) & ~(ours.isna() & theirs.isna())
    if not unequal.to_numpy().any():
        return Comparison(name, FILES, SAME_CONTENT)
    rows, columns = unequal.to_numpy().nonzero()
    first = f"row {rows[0]}, column {ours.columns[columns[0]]}"
    return Comparison(name, FILES, DIFFERS, f"{len(rows)} cell(s), first {first}{_largest_gap(ours, theirs)}")


def _largest_gap(ours: pd.DataFrame, theirs: pd.DataFrame) -> str:
    numbers = ours.select_dtypes("number").columns
    gaps = [(ours[name] - theirs[name]).abs().max() for name in numbers]
    known = [float(gap) for gap in gaps if pd.notna(gap) and gap > 0]
    return f"; largest difference {max(known):g}" if known else ""
