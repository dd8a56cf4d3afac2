"""Earlier releases, and what keeps a new one from giving away those who came or left in between.

A frequency that moved by fewer persons than the threshold keeps the count that was published before. What must not be
here: how many withdrew, or any file outside the release history.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import DisclosureError
from analysis.schemas import TABLES
from analysis.store import parse_csv

KEPT = ("frequency", "estimate", "verdict")
"""Kinds of output that are kept: what speaks of persons of this study."""

Earlier = Mapping[str, Sequence[pd.DataFrame]]
"""Table name → its frames in all earlier releases, the oldest first."""


def load_history(folder: Path) -> Earlier:
    """Read the frequencies of every earlier release; tables that are no longer declared are left out."""
    found: dict[str, list[pd.DataFrame]] = {}
    for package in sorted(folder.glob("*/datapackage.json")):
        for name, path in _resources(package):
            if name in TABLES and TABLES[name].output_kind == "frequency":
                found.setdefault(name, []).append(parse_csv(path.read_bytes(), TABLES[name]))
    return found


@dataclass(frozen=True)
class PastVerdicts:
    """Verdicts of one earlier release: its version, its day, and its table `claim_verdicts`."""

    version: str
    day: date
    verdicts: pd.DataFrame


def load_verdicts(folder: Path) -> list[PastVerdicts]:
    """Read the verdicts of every earlier release, the oldest first."""
    found = []
    for package in sorted(folder.glob("*/datapackage.json")):
        created = json.loads(package.read_text(encoding="utf-8"))["created"]
        for name, path in _resources(package):
            if name == "claim_verdicts":
                rows = parse_csv(path.read_bytes(), TABLES[name])
                found.append(PastVerdicts(package.parent.name, date.fromisoformat(created[:10]), rows))
    return sorted(found, key=lambda one: (one.day, one.version))


def _resources(package: Path) -> Iterator[tuple[str, Path]]:
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        yield resource["name"].replace("-", "_"), package.parent / resource["path"]


def archive_release(release: Path, history: Path, version: str) -> list[str]:
    """Keep what a published release says about persons, for the comparison with every later one.

    Parameters
    ----------
    release
        Release folder that was published.
    history
        Folder of earlier releases.
    version
        Name of the new folder in it.

    Returns
    -------
    list of str
        Names of the tables that were kept.

    Raises
    ------
    DisclosureError
        The version is there already: what was published cannot be replaced.
    """
    target = history / version
    if target.exists():
        raise DisclosureError(f"{target} exists; a published release is not replaced: raise the version in params.yaml")
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [entry for entry in package["resources"] if entry["outputKind"] in KEPT]
    unfinished = history / f".{version}"
    shutil.rmtree(unfinished, ignore_errors=True)
    for entry in package["resources"]:
        (unfinished / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release / entry["path"], unfinished / entry["path"])
    (unfinished / "datapackage.json").write_text(
        json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    unfinished.rename(target)
    return [entry["name"] for entry in package["resources"]]


def held(count: int, earlier: Sequence[int], minimum: int) -> int:
    """The count to publish: the nearest earlier one when it is nearer than the threshold, else the new one.

    Counts of earlier releases lie a threshold apart or are equal, so the result does so too.

    Examples
    --------
    >>> held(20, [15], 10), held(20, [], 10), held(30, [15], 10)
    (15, 20, 30)
    """
    near = [value for value in earlier if abs(value - count) < minimum]
    return min(reversed(near), key=lambda value: abs(value - count)) if near else count
