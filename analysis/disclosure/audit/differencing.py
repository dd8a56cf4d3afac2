"""Compare a release with every earlier one: what changed by a few persons speaks of those few.

Reads released files alone. What must not be here: anything of the gate's, or a number of withdrawals.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.published import Cell, frequency_cells
from analysis.disclosure.audit.reconstruction import kept_counts, pinned, what_is_known


def differencing(release: Path, history: Path, minimum: int, base: int) -> list[Finding]:
    """Find cells whose change between two releases implies a group below the threshold.

    Two things are tried on every earlier release: the difference of each cell that both show, and, where the two
    releases could both be true of the same persons, everything that they say together.

    Parameters
    ----------
    release
        Release folder.
    history
        Folder with one folder per earlier release.
    minimum, base
        Smallest frequency that is shown; what frequencies are rounded to.
    """
    findings: list[Finding] = []
    for earlier in earlier_releases(history):
        findings += _small_changes(release, earlier, minimum)
        findings += _joint(release, earlier, minimum, base)
    return findings


def earlier_releases(history: Path) -> list[Path]:
    """Folders of earlier releases, each with its data package."""
    return sorted(package.parent for package in history.glob("*/datapackage.json"))


def _small_changes(release: Path, earlier: Path, minimum: int) -> Iterator[Finding]:
    before = dict(_shown(earlier))
    for cell, now in _shown(release):
        change = abs(now - before.get(cell, now))
        if 0 < change < minimum:
            where = ", ".join(f"{key} {value}" for key, value in cell[1]) or "the total"
            text = f"{cell[0]} of {where} differs by {change} from release {earlier.name}: fewer than {minimum} persons"
            yield Finding("differencing", "datapackage.json", text)


def _shown(folder: Path) -> Iterator[tuple[Cell, int]]:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for published in frequency_cells(folder, package):
        if published.value is not None:
            yield published.cell, published.value


def _joint(release: Path, earlier: Path, minimum: int, base: int) -> list[Finding]:
    """Hidden cells that both releases together pin down; nothing where the two contradict each other."""
    kept = kept_counts([earlier])
    findings = list(pinned(what_is_known([release, earlier], minimum, base, kept)))
    if any("contradict" in finding.text for finding in findings):
        return []
    return [Finding("differencing", f.file, f"{f.text}, given release {earlier.name}") for f in findings]
