"""`bench disclosure`: risk, local suppression and secondary suppression, as ratios in one run.

What belongs here: made-up data and calls. What must not: a figure that was measured elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.commands.cpu_time import cpu_seconds
from analysis.disclosure.additive import feasible_intervals
from analysis.disclosure.classes import Ints, partition
from analysis.disclosure.local_suppression import suppress_locally
from analysis.disclosure.risk import assess
from analysis.disclosure.secondary import protect
from analysis.disclosure.two_way import two_way
from benchmarks.report import Comparison

CATEGORIES = (7, 3, 9, 7, 35, 11)
RISK_ROWS, SUPPRESSION_ROWS, PEER_ROWS = 1_000_000, 100_000, 5_000
K, THRESHOLD = 3, 10
ROWS_PACE = "records per CPU second"
SDCMICRO = """
suppressMessages(library(sdcMicro)); d <- read.csv("{data}"); d[] <- lapply(d, factor); t <- proc.time()
s <- localSuppression(d, keyVars = names(d), k = {k}); t <- proc.time() - t; cat(sum(t[1:2]))
"""


def records(rows: int, seed: int) -> Ints:
    """Coded keys of made-up persons."""
    generator = np.random.default_rng(seed)
    return np.column_stack([generator.integers(1, size + 1, rows) for size in CATEGORIES])


def measure() -> list[Comparison]:
    """Every comparison of this part."""
    return [_risk(), _suppression(), _secondary()]


def _risk() -> Comparison:
    codes = records(RISK_ROWS, 1)
    ours = cpu_seconds(lambda: assess(codes, codes[:, 0], np.full(len(codes), 20.0)))
    limit = cpu_seconds(lambda: partition(codes))
    what = f"risk of {RISK_ROWS:,} records on {len(CATEGORIES)} keys: classes, SUDA2, individual risk, l-diversity"
    return Comparison(what, "counting the classes once", "CPU seconds", ours, limit, kind="limit")


def _suppression() -> Comparison:
    large, small = records(SUPPRESSION_ROWS, 2), records(PEER_ROWS, 3)
    ours = SUPPRESSION_ROWS / cpu_seconds(lambda: suppress_locally(large, K))
    peer = _sdcmicro_seconds(small)
    what = f"local suppression, k = {K}, {SUPPRESSION_ROWS:,} records"
    if isinstance(peer, str):
        return Comparison(what, "R, package sdcMicro", ROWS_PACE, ours, None, peer)
    note = f"sdcMicro on {PEER_ROWS:,} records"
    return Comparison(what, "R, package sdcMicro", ROWS_PACE, ours, PEER_ROWS / peer, note)


def _sdcmicro_seconds(codes: Ints) -> float | str:
    """CPU seconds of sdcMicro on the same kind of records, or why it was not measured."""
    if not shutil.which("Rscript"):
        return "skipped: R is not installed"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "records.csv"
        pd.DataFrame(codes, columns=[f"k{i}" for i in range(codes.shape[1])]).to_csv(data, index=False)
        command = ["Rscript", "-e", SDCMICRO.format(data=data, k=K)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (
        float(run.stdout.split()[-1])
        if run.returncode == 0
        else "skipped: R has no package sdcMicro; name its library in R_LIBS"
    )


def _secondary() -> Comparison:
    generator = np.random.default_rng(4)
    counts = generator.poisson(generator.gamma(1, 25, (12, 11)))
    table = {(f"r{i}", f"c{j}"): int(counts[i, j]) for i in range(12) for j in range(11)}
    system = two_way(table, "Total").system
    primary = (system.value < THRESHOLD) & (system.value > 0)
    at_least = np.maximum(system.value + 1, THRESHOLD)
    exact = protect(system, primary, at_least)
    exact_seconds = cpu_seconds(lambda: protect(system, primary, at_least))
    audit_seconds = cpu_seconds(lambda: feasible_intervals(system, exact.suppressed))
    hidden = f"{int(primary.sum())} small cells, {int(exact.suppressed.sum())} hidden ({exact.method})"
    what = f"choosing secondary suppressions among {system.size} cells"
    return Comparison(what, "auditing the choice", "CPU seconds", exact_seconds, audit_seconds, hidden, kind="limit")
