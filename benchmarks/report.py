"""What every benchmark reports: one line per comparison, shown as a table.

What belongs here: the record, timing of a call, the table. What must not: what is measured.
"""

from __future__ import annotations

import os
import platform
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rich.table import Table

from analysis.commands.cpu_time import cpu_seconds
from analysis.commands.screen import display

SAMPLED_SECONDS = 0.2


@dataclass(frozen=True)
class Comparison:
    """Ours beside a peer, a limit or our own work on something else, in one unit.

    Attributes
    ----------
    what, compared_with
        In words.
    unit
        Of both figures, such as `CPU seconds`; `per CPU second` where more is better.
    ours, other
        Figures; `other` is None where the peer was not there, and `note` says why.
    note
        What a reader must know beside the numbers.
    kind
        What the other is: another program that does the same, less work that nobody can avoid, or our own program on
        other work.
    """

    what: str
    compared_with: str
    unit: str
    ours: float
    other: float | None
    note: str = ""
    kind: Literal["peer", "limit", "own"] = "peer"

    @property
    def times_better(self) -> float | None:
        """How many times ours is better than the other; below 1 where it is worse; None without another."""
        if self.other is None:
            return None
        return self.ours / self.other if "per CPU second" in self.unit else self.other / self.ours


def peak_memory(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run a command; the most memory that it and its children held together, sampled, in bytes."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    process.wait()
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], int(np.sum([_resident(pid) for pid in process_tree(process.pid)])))
        time.sleep(SAMPLED_SECONDS)


def process_tree(root: int) -> Iterator[int]:
    """A process and its descendants, as /proc shows them."""
    yield root
    try:
        threads = [path.name for path in Path(f"/proc/{root}/task").iterdir()]
        children = [pid for t in threads for pid in Path(f"/proc/{root}/task/{t}/children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from process_tree(int(child))


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def in_turn(ours: Callable[[], object], other: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median CPU seconds of two calls, made in turn A B A B after one warm-up each."""
    ours(), other()
    times = [(cpu_seconds(ours), cpu_seconds(other)) for _ in range(repeats)]
    medians = np.median(np.array(times), axis=0)
    return float(medians[0]), float(medians[1])


def show(part: str, comparisons: Sequence[Comparison]) -> None:
    """Print a table."""
    shown = Table(title=f"bench {part}, on {os.cpu_count()} cores, {platform.machine()}")
    for heading in ("what", "compared with", "unit", "ours", "other", "times better", "note"):
        shown.add_column(heading)
    for c in comparisons:
        numbers = (f"{c.ours:,.4g}", _shown(c.other), _shown(c.times_better))
        shown.add_row(c.what, c.compared_with, c.unit, *numbers, c.note)
    display(shown)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}"
