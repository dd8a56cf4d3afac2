"""`bench estimators`: CPU seconds of list and endorsement models beside R's packages, in one run on the same data.

What belongs here: simulated data, calls, ratios. What must not: installing anything; a comparison without its peer is
skipped and says why.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from analysis.estimators.endorsement.answers import EndorsementAnswers, endorsement_answers
from analysis.estimators.endorsement.chains import diagnose
from analysis.estimators.endorsement.ideal_points import ideal_points
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.regression import RegressionData, regression_data
from analysis.estimators.variance import FloatArray
from benchmarks.nuts import nuts_output
from benchmarks.report import Comparison

SEED = 20261125
ITEMS, RESPONDENTS = 4, 1500
ESS_UNIT = "effective draws per CPU second, worst quantity"
POLICIES = ("a", "b", "c", "d")
DRAWS_R, DRAWS = 15_000, 2000
SCALES = (10_000, 100_000, 1_000_000, 10_000_000)
MIB = 2**20
LIST_R = """
suppressMessages(library(list)); d <- read.csv("{data}"); t <- proc.time()
f <- ictreg(y ~ x + g, data = d, treat = "treat", J = 4, method = "ml", overdispersed = {over}, constrained = TRUE)
t <- proc.time() - t; cat(sum(t[1:2]), f$llik)
"""
ENDORSE_R = """
suppressMessages(library(endorse)); d <- read.csv("{data}")
Y <- list(Q1 = c("a0", "a1"), Q2 = c("b0", "b1"), Q3 = c("c0", "c1"), Q4 = c("d0", "d1")); set.seed(1); t <- proc.time()
e <- endorse(Y, d, identical.lambda = FALSE, hierarchical = FALSE, MCMC = {draws}, burn = 1000, verbose = FALSE)
t <- proc.time() - t; write.csv(cbind(e$beta, e$lambda, e$omega2), "{out}", row.names = FALSE); cat(sum(t[1:2]))
"""


def measure() -> list[Comparison]:
    """Every comparison of this part."""
    return [
        *(list_in_r(RESPONDENTS, name) for name in ("constrained", "beta-binomial")),
        *_endorsement(),
        *(_scaling(n) for n in SCALES),
    ]


def median_seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """Median CPU seconds, after one call to warm up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return float(np.median(times))


def r_output(script: str, package: str) -> tuple[str | None, str]:
    """Run an R script: its output and no reason, or nothing and the reason it was skipped."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None, "skipped: R is not installed"
    probe = [rscript, "-e", f'stopifnot(requireNamespace("{package}", quietly = TRUE))']
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        return None, f"skipped: R has no package {package}; name its library in R_LIBS"
    done = subprocess.run([rscript, "-e", script], capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines()
    return (done.stdout, "") if done.returncode == 0 else (None, f"R ended in an error: {lines[-1] if lines else ''}")


def _list_data(n: int, overdispersion: float = 0.0) -> RegressionData:
    rng = np.random.default_rng(SEED)
    matrix = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)])
    p = special.expit(matrix @ np.array([0.2, 0.3, -0.2]))
    if overdispersion:
        p = rng.beta(p * (1 / overdispersion - 1), (1 - p) * (1 / overdispersion - 1))
    treat = rng.integers(0, 2, n)
    held = rng.random(n) < special.expit(matrix @ np.array([-1.2, 0.6, -0.5]))
    return regression_data(rng.binomial(ITEMS, p) + treat * held, treat, ITEMS, matrix, ("Intercept", "x", "g"))


def list_in_r(n: int, model: str = "constrained") -> Comparison:
    """Measure the likelihood of a list of n respondents beside R's."""
    data = _list_data(n, 0.15 if model == "beta-binomial" else 0.0)
    ours = median_seconds(lambda: maximum_likelihood(data, model))  # type: ignore[arg-type]
    reached = maximum_likelihood(data, model).log_likelihood or float("nan")  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "list.csv"
        columns = {"y": data.responses.y, "treat": data.responses.treat, "x": data.X[:, 1], "g": data.X[:, 2]}
        pd.DataFrame(columns).to_csv(path, index=False)
        told, why = r_output(LIST_R.format(data=path, over=str(model == "beta-binomial").upper()), "list")
    what = f"list, {model}, {n:,} respondents"
    if told is None:
        return Comparison(what, "R, package list", "CPU seconds", ours, None, why)
    peer, llik = (float(x) for x in told.split())
    note = f"log-likelihood {reached:.6f}, R {llik:.6f}"
    return Comparison(what, "R, package list", "CPU seconds", ours, peer, note)


def _answers(n: int = 1200) -> EndorsementAnswers:
    rng = np.random.default_rng(SEED)
    arm = rng.integers(0, 2, (n, len(POLICIES)))
    x = rng.normal(size=(n, 1)) + (arm == 1) * (0.4 + 0.6 * rng.normal(size=(n, len(POLICIES))))
    y = 1.0 + np.digitize(np.array([1.0, 0.8, 1.2, 0.9]) * x + rng.normal(size=x.shape), [-1.5, -0.5, 0.5, 1.5])
    return endorsement_answers(y, arm, POLICIES, ("e",))


def _endorsement() -> list[Comparison]:
    answers = _answers()
    begin = time.process_time()
    result = ideal_points(answers, np.random.default_rng(SEED), draws=DRAWS)
    seconds = time.process_time() - begin
    fewest = min(min(d.ess_bulk, d.ess_tail) for d in result.diagnostics)
    ours, worst = fewest / seconds, max(d.r_hat for d in result.diagnostics)
    note = f"fewest effective draws {fewest:.0f} of any reported quantity, largest R-hat {worst:.4f}"
    return [_beside_r(answers, ours, note), _beside_nuts(answers, ours, note)]


def _beside_r(answers: EndorsementAnswers, ours: float, note: str) -> Comparison:
    told, drawn, why = _endorse_in_r(answers)
    what = f"endorsement, {answers.n} respondents"
    if told is None or drawn is None:
        return Comparison(what, "R, package endorse", ESS_UNIT, ours, None, f"{note}; {why}")
    peer = _fewest([column.reshape(2, -1) for column in drawn.T]) / told
    return Comparison(what, "R, package endorse", ESS_UNIT, ours, peer, f"{note}; R {DRAWS_R} draws in {told:.1f} s")


def _beside_nuts(answers: EndorsementAnswers, ours: float, note: str) -> Comparison:
    drawn, seconds, why = nuts_output(answers)
    what = f"endorsement, {answers.n} respondents"
    if drawn is None:
        return Comparison(what, "numpyro, NUTS", ESS_UNIT, ours, None, f"{note}; {why}")
    fewest = _fewest(list(drawn))
    worst = max(diagnose(values).r_hat for values in drawn)
    told = f"numpyro: fewest {fewest:.0f}, largest R-hat {worst:.4f}, {seconds:.1f} s with compilation"
    return Comparison(what, "numpyro, NUTS", ESS_UNIT, ours, fewest / seconds, f"{note}; {told}")


def _fewest(quantities: list[FloatArray]) -> float:
    found = [diagnose(values) for values in quantities]
    return min(min(d.ess_bulk, d.ess_tail) for d in found)


def _endorse_in_r(answers: EndorsementAnswers) -> tuple[float | None, np.ndarray | None, str]:
    versions = {
        f"{policy}{k}": np.where(answers.endorser[:, j] == k, answers.y[:, j], np.nan)
        for j, policy in enumerate(POLICIES)
        for k in (0, 1)
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data, out = Path(folder) / "answers.csv", Path(folder) / "draws.csv"
        pd.DataFrame(versions).to_csv(data, index=False)
        told, why = r_output(ENDORSE_R.format(data=data, draws=DRAWS_R, out=out), "endorse")
        return (None, None, why) if told is None else (float(told), pd.read_csv(out).to_numpy(), "")


def _scaling(n: int) -> Comparison:
    data = _list_data(n)
    y, treat = data.responses.y, data.responses.treat
    simple = median_seconds(lambda: difference_in_means(y, treat, ITEMS), 1)
    tracemalloc.start()
    begin = time.process_time()
    maximum_likelihood(data)
    model = time.process_time() - begin
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    note = (
        f"peer is the difference in means; {1e6 * model / n:.2f} s for each million rows, and {memory / MIB:.0f} MiB "
        f"beside {data.X.nbytes / MIB:.0f} MiB of covariates"
    )
    return Comparison(
        f"list, constrained likelihood, {n:,} rows",
        "difference in means",
        "CPU seconds",
        model,
        simple,
        note,
        kind="limit",
    )
