"""The frequencies of a release as its data package describes them: cells, and how they add up."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COUNTED = ("persons", "posts")
Cell = tuple[str, tuple[tuple[str, str], ...]]
"""What is counted, and the categories that the count is restricted to; a total drops out."""


@dataclass(frozen=True)
class Published:
    """One cell of one file; `value` is None where it is hidden."""

    cell: Cell
    value: int | None
    file: str


def frequency_cells(folder: Path, package: dict[str, Any]) -> Iterator[Published]:
    """Every frequency of a release."""
    for resource in _frequency_resources(package):
        for subject, rows, totals in _counted(folder, resource):
            counted = subject.rpartition(": ")[2]
            for row in rows:
                value = int(row[counted]) if row[counted] else None
                yield Published(_cell(subject, row, totals), value, Path(resource["path"]).name)


def sums(folder: Path, package: dict[str, Any]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Every total with its parts, for keys that declare which value stands for the total."""
    for resource in _frequency_resources(package):
        for subject, rows, totals in _counted(folder, resource):
            for key, total in ((key, total) for key, total in totals.items() if total):
                groups: dict[Cell, list[Cell]] = defaultdict(list)
                for row in (row for row in rows if row[key] != total):
                    groups[_cell(subject, row | {key: total}, totals)].append(_cell(subject, row, totals))
                yield from groups.items()


def _frequency_resources(package: dict[str, Any]) -> list[dict[str, Any]]:
    return [resource for resource in package["resources"] if resource["outputKind"] == "frequency"]


def _counted(folder: Path, resource: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, str]], dict[str, str]]]:
    """Per column of persons: what it counts, the rows, and the value of each key that stands for a total."""
    fields, keys = resource["schema"]["fields"], resource["schema"]["primaryKey"]
    totals = {f["name"]: f.get("total", "") for f in fields if f["name"] in keys}
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for counted in (f["name"] for f in fields if f["role"] == "measure" and f.get("unit") in COUNTED):
        yield f"{resource.get('counts', resource['name'])}: {counted}", rows, totals


def _cell(subject: str, row: dict[str, str], totals: dict[str, str]) -> Cell:
    return subject, tuple(sorted((key, row[key]) for key, total in totals.items() if not total or row[key] != total))
