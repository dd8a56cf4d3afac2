"""Work out hidden frequencies from the published ones, as a solver would that knows how the tables add up.

Reads the CSV files and the data package of the release; knows rounding, and knows that what is hidden was small or
stood beside something small. What must not be here: anything of the gate's.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from analysis.disclosure.audit.findings import Finding

Cell = tuple[str, tuple[tuple[str, str], ...]]
INFEASIBLE, UNBOUNDED = 2, 3


@dataclass
class _Knowledge:
    """What the published files say: the range of every cell, and which cells add up to which."""

    minimum: int
    base: int
    low: dict[Cell, float] = field(default_factory=dict)
    high: dict[Cell, float] = field(default_factory=dict)
    hidden: dict[Cell, str] = field(default_factory=dict)
    sums: dict[Cell, list[list[Cell]]] = field(default_factory=lambda: defaultdict(list))


def reconstruction(folder: Path, minimum: int, base: int) -> list[Finding]:
    """Find hidden cells that can be pinned down, or known to lie below the threshold.

    Parameters
    ----------
    folder
        Release folder.
    minimum, base
        Smallest frequency that is shown, and what frequencies are rounded to, as the disclosure report says.
    """
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    known = _Knowledge(minimum, base)
    for resource in (r for r in package["resources"] if r["outputKind"] == "frequency"):
        _learn(known, resource, folder / resource["path"])
    return list(_pinned(known))


def _learn(known: _Knowledge, resource: dict[str, Any], path: Path) -> None:
    fields = resource["schema"]["fields"]
    totals = {f["name"]: f.get("total", "") for f in fields if f["name"] in resource["schema"]["primaryKey"]}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for counted in (f["name"] for f in fields if f["role"] == "measure" and f.get("unit") == "persons"):
        subject = f"{resource.get('counts', resource['name'])}: {counted}"
        for row in rows:
            _learn_cell(known, _cell(subject, row, totals), row[counted], path.name)
        _learn_sums(known, subject, rows, totals)


def _cell(subject: str, row: dict[str, str], totals: dict[str, str]) -> Cell:
    return subject, tuple(sorted((key, row[key]) for key, total in totals.items() if not total or row[key] != total))


def _learn_cell(known: _Knowledge, cell: Cell, published: str, file: str) -> None:
    if not published:
        known.hidden.setdefault(cell, file)
        known.low.setdefault(cell, 0.0)
        known.high.setdefault(cell, np.inf)
        return
    down = known.base // 2
    known.low[cell] = max(known.low.get(cell, 0.0), float(known.minimum), int(published) - down)
    known.high[cell] = min(known.high.get(cell, np.inf), int(published) + known.base - 1 - down)
    known.hidden.pop(cell, None)


def _learn_sums(known: _Knowledge, subject: str, rows: list[dict[str, str]], totals: dict[str, str]) -> None:
    for key, total in ((key, total) for key, total in totals.items() if total):
        groups: dict[Cell, list[Cell]] = defaultdict(list)
        for row in (row for row in rows if row[key] != total):
            groups[_cell(subject, row | {key: total}, totals)].append(_cell(subject, row, totals))
        for whole, parts in groups.items():
            known.low.setdefault(whole, 0.0)
            known.high.setdefault(whole, np.inf)
            known.sums[whole].append(parts)


def _pinned(known: _Knowledge) -> Iterator[Finding]:
    cells = list(known.low)
    position = {cell: number for number, cell in enumerate(cells)}
    equations = [
        (position[whole], [position[part] for part in parts])
        for whole, all_parts in known.sums.items()
        for parts in all_parts
    ]
    matrix = _matrix(equations, len(cells))
    bounds = np.column_stack([[known.low[c] for c in cells], [known.high[c] for c in cells]])
    for cell, file in sorted(known.hidden.items()):
        found = _range(position[cell], matrix, bounds)
        where = ", ".join(f"{key} {value}" for key, value in cell[1]) or "the total"
        if found is None:
            yield Finding("reconstruction", file, "the published frequencies contradict each other")
            return
        low, high = found
        if high - low < 1:
            yield Finding("reconstruction", file, f"the hidden frequency of {where} can only be {round(low)}")
        elif high < known.minimum:
            yield Finding(
                "reconstruction", file, f"the hidden frequency of {where} is known to lie below {known.minimum}"
            )


def _matrix(equations: Iterable[tuple[int, list[int]]], size: int) -> sparse.csr_array:
    rows, columns, signs = [], [], []
    count = 0
    for whole, parts in equations:
        rows += [count] * (len(parts) + 1)
        columns += [whole, *parts]
        signs += [-1.0, *[1.0] * len(parts)]
        count += 1
    return sparse.csr_array((signs, (rows, columns)), shape=(count, size))


def _range(cell: int, matrix: sparse.csr_array, bounds: Any) -> tuple[float, float] | None:
    extremes = []
    for sign in (1.0, -1.0):
        target = np.zeros(matrix.shape[1])
        target[cell] = sign
        found = linprog(target, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds, method="highs-ipm")
        if found.status == INFEASIBLE:
            return None
        extremes.append(-sign * np.inf if found.status == UNBOUNDED else sign * found.fun)
    return extremes[0], extremes[1]
