"""`bench disclosure`: risk, local suppression and secondary suppression, as ratios in one run.

What belongs here: made-up data and calls. What must not: a figure that was measured elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from analysis.disclosure.classes import Ints, partition
from analysis.disclosure.local_suppression import suppress_locally
from analysis.disclosure.risk import assess
from analysis.disclosure.secondary import protect
from analysis.disclosure.two_way import two_way

CATEGORIES = (7, 3, 9, 7, 35, 11)
RISK_ROWS, SUPPRESSION_ROWS, PEER_ROWS = 1_000_000, 100_000, 5_000
K, THRESHOLD = 3, 10
SDCMICRO = """
suppressMessages(library(sdcMicro)); d <- read.csv("{data}"); d[] <- lapply(d, factor); t <- proc.time()
s <- localSuppression(d, keyVars = names(d), k = {k}); t <- proc.time() - t; cat(sum(t[1:2]))
"""


def records(rows: int, seed: int) -> Ints:
    """Coded keys of made-up persons."""
    generator = np.random.default_rng(seed)
    return np.column_stack([generator.integers(1, size + 1, rows) for size in CATEGORIES])


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def bench_disclosure() -> list[dict[str, object]]:
    """Measure, print, and return one entry per line."""
    entries = [_risk(), *_suppression(), _secondary()]
    shown = Table(title="Disclosure control, CPU seconds")
    for heading in ("what", "seconds", "compared with", "ratio"):
        shown.add_column(heading)
    for entry in entries:
        shown.add_row(*(str(entry[name]) for name in ("what", "seconds", "compared_with", "ratio")))
    Console().print(shown)
    return entries


def _entry(what: str, seconds: float, compared_with: str, ratio: float | None) -> dict[str, object]:
    shown = None if ratio is None else round(ratio, 2)
    return {"what": what, "seconds": round(seconds, 3), "compared_with": compared_with, "ratio": shown}


def _risk() -> dict[str, object]:
    codes = records(RISK_ROWS, 1)
    ours = cpu_seconds(lambda: assess(codes, codes[:, 0], np.full(len(codes), 20.0)))
    limit = cpu_seconds(lambda: partition(codes))
    what = f"risk of {RISK_ROWS:,} records on {len(CATEGORIES)} keys: classes, SUDA2, individual risk, l-diversity"
    return _entry(what, ours, "counting the classes once", ours / limit)


def _suppression() -> list[dict[str, object]]:
    large, small = records(SUPPRESSION_ROWS, 2), records(PEER_ROWS, 3)
    ours = cpu_seconds(lambda: suppress_locally(large, K))
    what = f"local suppression, k = {K}, {SUPPRESSION_ROWS:,} records"
    peer = _sdcmicro_seconds(small)
    if isinstance(peer, str):
        return [_entry(what, ours, peer, None)]
    per_row = (peer / PEER_ROWS) / (ours / SUPPRESSION_ROWS)
    return [
        _entry(what, ours, f"sdcMicro per row, measured on {PEER_ROWS:,} records ({peer:.1f} s): times faster", per_row)
    ]


def _sdcmicro_seconds(codes: Ints) -> float | str:
    """CPU seconds of sdcMicro on the same kind of records, or why it was not measured."""
    if not shutil.which("Rscript"):
        return "sdcMicro: skipped, R is not installed"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "records.csv"
        pd.DataFrame(codes, columns=[f"k{i}" for i in range(codes.shape[1])]).to_csv(data, index=False)
        command = ["Rscript", "-e", SDCMICRO.format(data=data, k=K)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    return float(run.stdout.split()[-1]) if run.returncode == 0 else "sdcMicro: skipped, the package is not installed"


def _secondary() -> dict[str, object]:
    generator = np.random.default_rng(4)
    counts = generator.poisson(generator.gamma(1, 25, (12, 11)))
    table = {(f"r{i}", f"c{j}"): int(counts[i, j]) for i in range(12) for j in range(11)}
    system = two_way(table, "Total").system
    primary = (system.value < THRESHOLD) & (system.value > 0)
    at_least = np.maximum(system.value + 1, THRESHOLD)
    exact = protect(system, primary, at_least)
    seconds = cpu_seconds(lambda: protect(system, primary, at_least))
    hidden = f"{int(primary.sum())} small cells, {int(exact.suppressed.sum())} hidden ({exact.method})"
    return _entry(f"secondary suppression of {system.size} cells: {hidden}", seconds, "no peer", None)
