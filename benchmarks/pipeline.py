"""`bench pipeline`: a run from nothing, after an edit, with nothing to do, its memory; tables, list diagnostics.

What must not be here: a peer that has to be installed.
"""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.commands.cpu_time import cpu_seconds
from analysis.commands.verify import copy_source
from analysis.estimators.list_experiment import analyse
from analysis.schemas import TABLES
from analysis.store import canonical, parquet_bytes
from benchmarks.report import Comparison, in_turn, peak_memory

REPEATS = 5
ROWS = 1_000_000
ITEMS = 4
GIB = 2.0**30
ALLOWED_GIB = 2.0
EDITED = Path("book/method.md")


def measure() -> list[Comparison]:
    """Every comparison of this part."""
    return [table_write(), list_experiment(), *whole_pipeline()]


def compared(what: str, compared_with: str, ours: Callable[[], object], other: Callable[[], object]) -> Comparison:
    """Median CPU seconds of two calls made in turn."""
    return Comparison(what, compared_with, "CPU seconds", *in_turn(ours, other, REPEATS), kind="limit")


def table_write() -> Comparison:
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


def list_experiment() -> Comparison:
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


def whole_pipeline() -> list[Comparison]:
    """The pipeline in a copy: from nothing, its memory, after an edited chapter, and once more with nothing to do."""
    dvc = str(Path(sys.executable).with_name("dvc"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        project = Path(folder) / "project"
        copy_source(Path.cwd(), project)
        environment = os.environ | {"PYTHONPATH": str(project)}

        def run(*command: str) -> None:
            subprocess.run(command, cwd=project, env=environment, capture_output=True, check=True)

        peaks: list[int] = []
        cold = cpu_seconds(lambda: peaks.append(peak_memory([dvc, "repro"], project, environment)))
        with (project / EDITED).open("a", encoding="utf-8") as chapter:
            chapter.write("\nOne more sentence.\n")
        warm = cpu_seconds(lambda: run(dvc, "repro"))
        idle = compared(
            "pipeline: a run with nothing to do",
            "dvc --version",
            lambda: run(dvc, "repro"),
            lambda: run(dvc, "version"),
        )
    return [
        Comparison(
            "pipeline: after an edited chapter", "the pipeline from nothing", "CPU seconds", warm, cold, kind="own"
        ),
        Comparison(
            "pipeline: peak memory over all processes", "2 GiB", "GiB", peaks[0] / GIB, ALLOWED_GIB, kind="limit"
        ),
        idle,
    ]
