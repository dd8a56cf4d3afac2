"""Diagnostics of Markov chains: split R-hat, bulk and tail effective sample size.

What belongs here: rank-normalised diagnostics of an array of draws. What must not: samplers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft, stats

from analysis.estimators.variance import FloatArray


@dataclass(frozen=True, slots=True)
class ChainDiagnostics:
    """How well one quantity was sampled: split R-hat, bulk and tail effective sample sizes."""

    r_hat: float
    ess_bulk: float
    ess_tail: float


def diagnose(draws: FloatArray) -> ChainDiagnostics:
    """Diagnose the chains of one quantity.

    Parameters
    ----------
    draws
        (chains, draws).

    Returns
    -------
    ChainDiagnostics

    Source
        Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, Bayesian Analysis 16(2), 667–718.

    Example
    -------
    >>> diagnose(np.random.default_rng(1).normal(size=(4, 500))).r_hat < 1.02
    True
    """
    halves = _split(draws)
    z = _rank_normalised(halves)
    folded = _rank_normalised(np.abs(halves - np.median(halves)))
    tails = [_ess((halves <= np.quantile(halves, q)).astype(float)) for q in (0.05, 0.95)]
    return ChainDiagnostics(max(_r_hat(z), _r_hat(folded)), _ess(z), min(tails))


def _split(draws: FloatArray) -> FloatArray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _rank_normalised(draws: FloatArray) -> FloatArray:
    ranks = stats.rankdata(draws, method="average").reshape(draws.shape)
    return np.asarray(stats.norm.ppf((ranks - 0.375) / (draws.size + 0.25)))


def _r_hat(draws: FloatArray) -> float:
    n = draws.shape[1]
    within = float(draws.var(axis=1, ddof=1).mean())
    between = n * float(draws.mean(axis=1).var(ddof=1))
    return float(np.sqrt(((n - 1) / n * within + between / n) / within)) if within > 0 else 1.0


def _ess(draws: FloatArray) -> float:
    """Geyer's initial monotone sequence over the chains' joint autocorrelation."""
    m, n = draws.shape
    within = float(draws.var(axis=1, ddof=1).mean())
    if within == 0:
        return float(m * n)
    total = (n - 1) / n * within + float(draws.mean(axis=1).var(ddof=1))
    covariance = _autocovariance(draws).mean(axis=0)
    rho = 1 - (within - covariance * n / (n - 1)) / total
    rho[0] = 1.0
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs < 0)
    kept = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    tau = max(-1 + 2 * float(kept.sum()), 1 / np.log10(m * n))
    return float(m * n / tau)


def _autocovariance(draws: FloatArray) -> FloatArray:
    n = draws.shape[1]
    centred = draws - draws.mean(axis=1, keepdims=True)
    spectrum = fft.rfft(centred, n=2 * n, axis=1)
    return np.asarray(fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :n] / n)
