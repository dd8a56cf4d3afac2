"""What a run of `bench` leaves: a report as Markdown, Parquet and figure, and a history that is tracked.

What belongs here: rows of table `performance`, files. What must not: measuring.
"""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.atomic import write_atomically
from analysis.reading.figures_performance import draw_ratios
from analysis.schemas import TABLES
from analysis.store import Store, canonical, csv_bytes, parquet_bytes
from benchmarks.report import Comparison

HISTORY = "reference__performance"
TABLE = TABLES["performance"]
CPU_INFO = Path("/proc/cpuinfo")
SOURCE = "./run bench, on made-up data"
UNNAMED = "processor without a name"


def record(part: str, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Rows of table `performance`, as of today on this machine."""
    today = pd.Timestamp(datetime.now(UTC).date())
    return [
        {
            "measured_date": today,
            "part_text": part,
            "comparison_text": c.what,
            "compared_with_text": c.compared_with,
            "reference_kind_code": c.kind,
            "figure_unit_text": c.unit,
            "own_figure": c.ours,
            "other_figure": c.other,
            "times_better": c.times_better,
            "note": c.note or None,
            "machine_text": machine(),
            "source": SOURCE,
        }
        for c in comparisons
    ]


def machine() -> str:
    """Cores, processor, Python and system of this machine; nothing that names it."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.machine()}, {python}"


def _processor() -> str:
    lines = CPU_INFO.read_text(encoding="utf-8").splitlines() if CPU_INFO.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, UNNAMED)


def write_report(rows: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Write the rows as Markdown, as Parquet and as a figure; the paths that were written."""
    frame = canonical(pd.DataFrame(rows), TABLE)
    drawing = draw_ratios(frame)
    contents = {
        "bench.md": _markdown(frame).encode(),
        "bench.parquet": parquet_bytes(frame, TABLE),
        "bench.svg": drawing.page_svg,
        "bench.png": drawing.page_png,
    }
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def _markdown(frame: pd.DataFrame) -> str:
    shown = frame.assign(measured_date=frame.measured_date.dt.strftime("%Y-%m-%d"))
    cells = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
    lines = [list(frame.columns), ["---"] * len(frame.columns), *cells]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"# Benchmarks\n\n![Times better than the peer or the limit](bench.svg)\n\n{table}\n"


def _cell(value: Any) -> str:
    if pd.isna(value):
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def keep(rows: list[dict[str, Any]], root: Path) -> Path:
    """Add the rows to the tracked history; what was measured before on the same day is replaced."""
    store = Store(root)
    path = store.path(HISTORY)
    new = pd.DataFrame(rows)
    if path.is_file():
        old = store.read(HISTORY)
        key = list(TABLE.key)
        repeated = old.set_index(key).index.isin(new.set_index(key).index)
        new = pd.concat([old[~repeated], new], ignore_index=True) if not repeated.all() else new
    write_atomically(path, csv_bytes(canonical(new, TABLE), TABLE))
    return path.relative_to(root)
