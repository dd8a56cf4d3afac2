"""`bench`: how fast, as ratios against a limit or a peer measured in the same run."""

import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analysis.commands.bench_estimators import bench_estimators
from analysis.commands.verify import copy_source
from analysis.errors import InputError
from analysis.estimators.list_experiment import analyse
from analysis.schemas import TABLES
from analysis.store import canonical, parquet_bytes, write_atomically

REPEATS = 5
ROWS = 1_000_000
ITEMS = 4


@dataclass(frozen=True)
class Ratio:
    """Median CPU seconds of ours and of the limit or peer, in turn A B A B, and their ratio."""

    what: str
    compared_with: str
    ours_seconds: float
    other_seconds: float

    @property
    def ratio(self) -> float:
        """Ours over the other."""
        return self.ours_seconds / self.other_seconds


def bench(
    part: Annotated[str | None, typer.Argument(help="estimators, to compare with R where it is installed")] = None,
) -> None:
    """Measure and write build/bench.json, or build/bench_estimators.json."""
    if part == "estimators":
        bench_estimators()
        return
    if part is not None:
        raise InputError(f"part '{part}' is unknown; give estimators, or nothing")
    measurements = [table_write, list_experiment, pipeline_no_op]
    ratios = [measure() for measure in track(measurements, description="measuring", transient=True)]
    shown = Table(title=f"Median of {REPEATS}, on {os.cpu_count()} cores, {platform.machine()}")
    for heading in ("what", "compared with", "ours (s)", "other (s)", "ratio"):
        shown.add_column(heading)
    for item in ratios:
        numbers = (f"{item.ours_seconds:.3f}", f"{item.other_seconds:.3f}", f"{item.ratio:.1f}")
        shown.add_row(item.what, item.compared_with, *numbers)
    Console().print(shown)
    entries = [{**vars(item), "ratio": item.ratio} for item in ratios]
    write_atomically(Path.cwd() / "build/bench.json", (json.dumps(entries, indent=2) + "\n").encode())


def compared(what: str, compared_with: str, ours: Callable[[], object], other: Callable[[], object]) -> Ratio:
    """Time two calls in turn after one warm-up each; medians of CPU seconds, children included."""
    ours(), other()
    times = [(_cpu_seconds(ours), _cpu_seconds(other)) for _ in range(REPEATS)]
    medians = np.median(np.array(times), axis=0)
    return Ratio(what, compared_with, float(medians[0]), float(medians[1]))


def _cpu_seconds(call: Callable[[], object]) -> float:
    before = os.times()
    call()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]) or time.get_clock_info("process_time").resolution


def table_write() -> Ratio:
    """A checked, sorted, rounded table against writing the same columns unchecked."""
    generator = np.random.default_rng(1)
    table = TABLES["base_rates"]
    frame = pd.DataFrame({name: generator.uniform(0, 1, ROWS // 10) for name in table.column_names})
    frame["prevalence_share"] = np.linspace(0, 1, len(frame))
    frame = frame.assign(sensitivity_share=np.arange(len(frame)) / len(frame))
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    return compared(
        f"store: {len(frame):,} rows checked, sorted, written",
        "pyarrow writing the same columns",
        lambda: parquet_bytes(canonical(frame, table), table),
        lambda: pq.write_table(arrow, io.BytesIO(), compression="zstd"),
    )


def list_experiment() -> Ratio:
    """All diagnostics and the difference against one pass over the data."""
    generator = np.random.default_rng(2)
    treat = generator.integers(0, 2, ROWS)
    response = generator.binomial(ITEMS, 0.5, ROWS) + treat * generator.binomial(1, 0.2, ROWS)
    return compared(
        f"list experiment: {ROWS:,} respondents, screen, test, difference",
        "counting the answers once per arm",
        lambda: analyse(response, treat, ITEMS),
        lambda: [np.bincount(response[treat == arm], minlength=ITEMS + 2) for arm in (0, 1)],
    )


def pipeline_no_op() -> Ratio:
    """A pipeline with nothing to do against starting DVC."""
    dvc = str(Path(sys.executable).with_name("dvc"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        project = Path(folder) / "project"
        copy_source(Path.cwd(), project)

        def run(*arguments: str) -> None:
            subprocess.run([dvc, *arguments], cwd=project, capture_output=True, check=True)

        run("repro")
        return compared(
            "pipeline: a run with nothing to do", "dvc --version", lambda: run("repro"), lambda: run("version")
        )
