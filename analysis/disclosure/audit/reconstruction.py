"""Work out hidden frequencies from the published ones, as a solver would that knows how the tables add up.

Reads the CSV files and the data package of the release; knows rounding, and knows that what is hidden was small or
stood beside something small. What must not be here: anything of the gate's.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.published import Cell, Published, frequency_cells, sums

INFEASIBLE, UNBOUNDED = 2, 3


@dataclass
class Knowledge:
    """What published files say: the range of every cell, which cells are hidden where, and which cells add up."""

    minimum: int
    base: int
    low: dict[Cell, float] = field(default_factory=dict)
    high: dict[Cell, float] = field(default_factory=dict)
    hidden: dict[Cell, str] = field(default_factory=dict)
    equations: list[tuple[Cell, list[Cell]]] = field(default_factory=list)


def reconstruction(folder: Path, minimum: int, base: int, history: Sequence[Path] = ()) -> list[Finding]:
    """Find hidden cells that can be pinned down, or known to lie below the threshold.

    Parameters
    ----------
    folder
        Release folder.
    minimum, base
        Smallest frequency that is shown, and what frequencies are rounded to, as the disclosure report says.
    history
        Folders of earlier releases: a count that equals an earlier one may have been kept although it moved a little.
    """
    return list(pinned(what_is_known([folder], minimum, base, kept_counts(history))))


def kept_counts(history: Sequence[Path]) -> set[tuple[Cell, int]]:
    """Every count that an earlier release shows."""
    packages = [(folder, json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))) for folder in history]
    cells = [published for folder, package in packages for published in frequency_cells(folder, package)]
    return {(published.cell, published.value) for published in cells if published.value is not None}


def what_is_known(
    folders: Sequence[Path], minimum: int, base: int, kept: Collection[tuple[Cell, int]] = ()
) -> Knowledge:
    """Everything that the releases in these folders say about the same cells."""
    known = Knowledge(minimum, base)
    for folder in folders:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        for published in frequency_cells(folder, package):
            _learn(known, published, (published.cell, published.value) in kept)
        for whole, parts in sums(folder, package):
            known.low.setdefault(whole, 0.0)
            known.high.setdefault(whole, np.inf)
            known.equations.append((whole, parts))
    return known


def _learn(known: Knowledge, published: Published, is_kept: bool) -> None:
    cell, value = published.cell, published.value
    known.low.setdefault(cell, 0.0)
    known.high.setdefault(cell, np.inf)
    if value is None:
        known.hidden.setdefault(cell, published.file)
        return
    moved = (known.minimum - 1) // known.base * known.base if is_kept else 0
    down = known.base // 2 + moved
    known.low[cell] = max(known.low[cell], float(known.minimum), float(value - down))
    known.high[cell] = min(known.high[cell], float(value + known.base - 1 - known.base // 2 + moved))


@dataclass(frozen=True)
class HiddenRange:
    """A hidden cell, the file that hides it, and the smallest and the largest count that it can have."""

    cell: Cell
    file: str
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Only one whole number lies between the two."""
        return self.high - self.low < 1


def hidden_ranges(known: Knowledge) -> list[HiddenRange] | None:
    """Solve the smallest and the largest value of every hidden cell; None when what is published contradicts itself."""
    position = {cell: number for number, cell in enumerate(known.low)}
    matrix = _matrix(
        [(position[whole], [position[p] for p in parts]) for whole, parts in known.equations], len(position)
    )
    bounds = np.column_stack([list(known.low.values()), list(known.high.values())])
    found = []
    for cell, file in sorted(known.hidden.items()):
        ends = _range(position[cell], matrix, bounds)
        if ends is None:
            return None
        found.append(HiddenRange(cell, file, *ends))
    return found


def pinned(known: Knowledge) -> Iterator[Finding]:
    """Hidden cells whose range is not safe: one number only, or wholly below the threshold."""
    ranges = hidden_ranges(known)
    if ranges is None:
        file = min(known.hidden.items())[1]
        yield Finding("reconstruction", file, "the published frequencies contradict each other")
        return
    for found in ranges:
        where = ", ".join(f"{key} {value}" for key, value in found.cell[1]) or "the total"
        if found.is_exact:
            yield Finding(
                "reconstruction", found.file, f"the hidden frequency of {where} can only be {round(found.low)}"
            )
        elif found.high < known.minimum:
            yield Finding(
                "reconstruction", found.file, f"the hidden frequency of {where} is known to lie below {known.minimum}"
            )


def _matrix(equations: Sequence[tuple[int, list[int]]], size: int) -> sparse.csr_array:
    rows = [row for row, (_, parts) in enumerate(equations) for _ in range(len(parts) + 1)]
    columns = [cell for whole, parts in equations for cell in (whole, *parts)]
    signs = [sign for _, parts in equations for sign in (-1.0, *[1.0] * len(parts))]
    return sparse.csr_array((signs, (rows, columns)), shape=(len(equations), size))


def _range(cell: int, matrix: sparse.csr_array, bounds: object) -> tuple[float, float] | None:
    extremes = []
    for sign in (1.0, -1.0):
        target = np.zeros(matrix.shape[1])
        target[cell] = sign
        found = linprog(target, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds, method="highs-ipm")
        if found.status == INFEASIBLE:
            return None
        extremes.append(-sign * np.inf if found.status == UNBOUNDED else sign * found.fun)
    return extremes[0], extremes[1]
