"""How fast sampling methods are: the part of `bench estimators` about RDS bootstraps and raking.

What belongs here: measurements as CPU seconds beside a peer. What must not: the table and file of all measurements
(`bench`).

What limits the bootstrap: n steps that cannot be vectorised (each recruit changes who is left), each of them a dozen
array operations over draws × degrees; at a thousand draws memory traffic of these arrays is most of it, the interpreter
little.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import svy

from analysis.estimators.rds.bootstrap_successive import successive_bootstrap
from analysis.estimators.rds.estimates import RdsSample, rds_sample
from analysis.estimators.rds.simulation import NetworkPlan, recruit, simulate_network
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.margins import Margin
from benchmarks.report import Comparison

REPEATS = 3
DRAWS = 1000
SAMPLE_N = 500
# CPU seconds of 1,000 draws by RDS.bootstrap.intervals of R RDS 0.9-10 (n = 500, N = 1,000), recorded with the
# reference
# values in tests/oracle/reference/rds.json.
R_BOOTSTRAP_SECONDS = 13.443
RESPONDENTS = 1_000_000
LEVELS = (2, 4, 8, 17, 30)


def measure() -> list[Comparison]:
    """Every comparison of this part."""
    return [bootstrap_measurement(), raking_measurement()]


def bootstrap_measurement() -> Comparison:
    """Measure 1,000 SS bootstrap draws of a simulated sample of 500.

    Returns
    -------
    Comparison
    """
    sample = _recruited_sample()
    ours = _median(lambda: successive_bootstrap(sample, DRAWS, np.random.default_rng(1)))
    return Comparison(
        f"{DRAWS:,} successive sampling bootstrap draws, n = {SAMPLE_N}",
        "R RDS 0.9-10",
        "CPU seconds",
        ours,
        R_BOOTSTRAP_SECONDS,
        "R's figure was measured elsewhere, on its own example data of the same size",
    )


def _recruited_sample() -> RdsSample:
    rng = np.random.default_rng(2)
    network = simulate_network(NetworkPlan(1000, 0.2, 10.0, 1.4, 1.5), rng)
    tree, member = recruit(network, SAMPLE_N, 10, rng)
    return rds_sample(
        tree, network.degree[member], group=network.group[member], levels=("0", "1"), population=len(network.group)
    )


def raking_measurement() -> Comparison:
    """Measure raking of a million respondents on five margins, against svy in the same run.

    Returns
    -------
    Comparison
    """
    rng = np.random.default_rng(3)
    codes = [rng.choice(k, size=RESPONDENTS, p=rng.dirichlet(np.full(k, 20.0))) for k in LEVELS]
    totals = [5e7 * rng.dirichlet(np.full(k, 20.0)) for k in LEVELS]
    weights = rng.uniform(1, 20, RESPONDENTS)
    margins = [
        Margin(f"m{i}", code.astype(np.int64), tuple(str(v) for v in range(len(total))), total)
        for i, (code, total) in enumerate(zip(codes, totals, strict=True))
    ]
    ours = _median(lambda: rake(weights, margins))
    frame = pl.DataFrame({"w": weights} | {m.name: m.code.astype(str) for m in margins})
    sample = svy.Sample(frame, svy.Design(wgt="w"))
    asked: Any = {m.name: dict(zip(m.levels, m.totals.tolist(), strict=True)) for m in margins}
    other = _median(lambda: sample.weighting.rake(controls=asked, tol=1e-10, max_iter=200))
    return Comparison(f"raking {RESPONDENTS:,} respondents on {len(LEVELS)} margins", "svy", "CPU seconds", ours, other)


def _median(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPEATS):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)
