"""How fast survey methods are beside R's packages: the part of `bench estimators` about weights and hidden groups.

What belongs here: simulated data, the same in R, CPU seconds of the fit alone. What must not: installing anything; a
comparison without its peer is skipped and says why.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from analysis.estimators.rds.simulation import NetworkPlan, recruit, simulate_network
from analysis.estimators.rds.size import SizePrior, population_size
from analysis.estimators.scale_up import scale_up
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.calibration import calibrate
from analysis.estimators.weighting.design import SurveyDesign, survey_design
from analysis.estimators.weighting.replicates import (
    ReplicateDesign,
    given_replicates,
    replicate_design,
    replicate_spread,
)
from benchmarks.estimators import list_in_r, median_seconds, r_output
from benchmarks.report import Comparison

SEED = 20261130
CALIBRATED, TOTALS = 1_000_000, 20
REPLICATED, REPLICATES, CLUSTER = 100_000, 500, 20
LISTED = 10_000
RECRUITED, PEOPLE = 300, 1000
ASKED, POPULATION, KNOWN = 1000, 1_000_000, 10
MIB = 2**20
R_HEAD = """
read <- function(name) readBin(file.path("{folder}", name), "double", 1e9)
timed <- function(call) {{ t <- system.time(call); cat(sum(t[1:2]), "") }}
"""
CALIBRATE_R = """
suppressMessages(library(survey)); w <- read("w"); d <- as.data.frame(matrix(read("x"), length(w))[, -1])
s <- svydesign(ids = ~1, weights = ~w, data = d)
total <- setNames(read("totals"), c("(Intercept)", names(d))); form <- reformulate(names(d))
timed(made <- calibrate(s, form, population = total, calfun = "linear")); cat(weights(made)[1])
"""
MAKE_R = """
suppressMessages(library(survey)); d <- data.frame(y = read("y"), w = read("w"), psu = read("psu"), st = read("st"))
s <- svydesign(ids = ~psu, strata = ~st, weights = ~w, data = d, nest = TRUE); set.seed(1)
timed(m <- svymean(~y, as.svrepdesign(s, type = "bootstrap", replicates = {replicates}))); cat(SE(m))
"""
GIVEN_R = """
suppressMessages(library(survey)); w <- read("w"); d <- data.frame(y = read("y"))
each <- matrix(read("each"), length(w)); r <- rep(1, ncol(each))
timed(m <- svymean(~y, svrepdesign(data = d, weights = w, repweights = each, type = "bootstrap",
  combined.weights = TRUE, scale = {scale}, rscales = r))); cat(SE(m))
"""
# Version 1.1.0 asks for a `network.size` outside its arguments when it is given degrees alone.
SIZE_R = """
suppressMessages(library(sspse)); network.size <- read("degree")
timed(invisible(capture.output(made <- suppressMessages(posteriorsize(network.size, median.prior.size = {median},
  visibility = FALSE, K = NULL, seed = 1, verbose = FALSE))))); cat(median(made$sample[, "N"]))
"""
SCALE_UP_R = """
suppressMessages(library(NSUM)); set.seed(1); all <- read("counts"); counts <- matrix(all, {asked})
timed(invisible(capture.output(made <- nsum.mcmc(counts, read("sizes"), {population}, model = "degree"))))
cat(median(made$NK.values[1, ]))
"""


def measure() -> list[Comparison]:
    """Every comparison of this part."""
    return [
        list_in_r(LISTED),
        calibration_measurement(),
        *replicate_measurements(),
        size_measurement(),
        scale_up_measurement(),
    ]


def calibration_measurement() -> Comparison:
    """Measure linear calibration on many totals, and the memory that it takes beside its data."""
    rng = np.random.default_rng(SEED)
    x = np.column_stack([np.ones(CALIBRATED), rng.normal(size=(CALIBRATED, TOTALS - 1))])
    w = rng.uniform(1, 5, CALIBRATED)
    totals = 1.05 * (w @ x)
    names = [str(k) for k in range(TOTALS)]
    tracemalloc.start()
    made = calibrate(w, x, totals, names).weights
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    note = f"memory {memory / MIB:.0f} MiB beside {x.nbytes / MIB:.0f} MiB of data; first weight {made[0]:.6f}"
    return _beside(
        (f"linear calibration, {CALIBRATED:,} respondents on {TOTALS} totals", "R, package survey", note),
        lambda: calibrate(w, x, totals, names),
        CALIBRATE_R,
        {"x": x.T, "w": w, "totals": totals},
    )


def replicate_measurements() -> list[Comparison]:
    """Measure a mean with bootstrap weights that are made, and with the same weights given in a file."""
    rng = np.random.default_rng(SEED)
    y, w = (rng.random(REPLICATED) < 0.2).astype(float), rng.uniform(1, 5, REPLICATED)
    psu = np.arange(REPLICATED) // CLUSTER
    st = psu // 500
    design = survey_design(REPLICATED, weights=w, clusters=psu, strata=st)
    made = _made(design)
    each = made.replicates
    data = {"y": y, "w": w}
    what = f"mean and error of {REPLICATED:,} rows, {REPLICATES} replicate weights"
    error = f"standard error {_error(made, y):.6f}"
    return [
        _beside(
            (f"{what}: drawn", "R, package survey", error),
            lambda: _error(_made(design), y),
            MAKE_R.replace("{replicates}", str(REPLICATES)),
            data | {"psu": psu.astype(float), "st": st.astype(float)},
        ),
        _beside(
            (f"{what}: given", "R, package survey", error),
            lambda: _error(given_replicates(w, each, scale=made.scale), y),
            GIVEN_R.replace("{scale}", repr(made.scale)),
            data | {"each": each.T},
        ),
    ]


def _made(design: SurveyDesign) -> ReplicateDesign:
    return replicate_design(design, "bootstrap", replicates_n=REPLICATES, rng=np.random.default_rng(1))


def _error(design: ReplicateDesign, y: FloatArray) -> float:
    each = design.totals(np.column_stack([y, np.ones(len(y))]))
    full = np.array([design.weights @ y / design.weights.sum()])
    made = replicate_spread(design, full, each[:, :1] / each[:, 1:])
    return float(np.sqrt(made.covariance[0, 0]))


def size_measurement() -> Comparison:
    """Measure the size of a population from the order of recruitment."""
    rng = np.random.default_rng(SEED)
    network = simulate_network(NetworkPlan(PEOPLE, 0.3, 12.0, 1.0, 1.0), rng)
    degree = network.degree[recruit(network, RECRUITED, 6, rng)[1]].astype(float)
    prior = SizePrior(median=PEOPLE)
    size = population_size(degree, prior)
    return _beside(
        (
            f"population size from {RECRUITED} recruited",
            "R, package sspse",
            f"median {float(size.quantiles(0.5)):.0f}; R samples 1,000 times and ends its prior earlier; its median",
        ),
        lambda: population_size(degree, prior),
        SIZE_R.replace("{median}", str(PEOPLE)),
        {"degree": degree},
    )


def scale_up_measurement() -> Comparison:
    """Measure a network scale-up with an interval."""
    rng = np.random.default_rng(SEED)
    acquaintances = rng.lognormal(5, 0.7, ASKED).astype(int)
    sizes = rng.uniform(2000, 20_000, KNOWN).round()
    known = rng.binomial(acquaintances[:, None], sizes / POPULATION)
    hidden = rng.binomial(acquaintances, 3000 / POPULATION)
    names, design = [str(k) for k in range(KNOWN)], survey_design(ASKED)
    found = scale_up(hidden, known, sizes.tolist(), names, design)
    return _beside(
        (
            f"scale-up from {ASKED} respondents and {KNOWN} known groups",
            "R, package NSUM",
            f"size {found.size.value:.0f} of 3000; R samples a posterior, its median",
        ),
        lambda: scale_up(hidden, known, sizes.tolist(), names, design),
        SCALE_UP_R.replace("{asked}", str(ASKED)).replace("{population}", str(POPULATION)),
        {"counts": np.vstack([known.T, hidden[None]]).astype(float), "sizes": sizes},
    )


def _beside(
    words: tuple[str, str, str], ours: Callable[[], object], script: str, data: Mapping[str, FloatArray]
) -> Comparison:
    """CPU seconds of ours, and of an R script that prints its seconds and one number, on the same arrays."""
    what, peer, note = words
    seconds = median_seconds(ours)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name, values in data.items():
            np.ascontiguousarray(values, dtype=np.float64).tofile(Path(folder) / name)
        told, why = r_output(R_HEAD.format(folder=folder) + script, peer.rsplit(" ", 1)[-1])
    if told is None:
        return Comparison(what, peer, "CPU seconds", seconds, None, f"{note}; {why}")
    other, shown = told.split()
    return Comparison(what, peer, "CPU seconds", seconds, float(other), f"{note} {float(shown):.6g} in R")
