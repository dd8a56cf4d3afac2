"""Exact draws from the Pólya–Gamma distribution.

What belongs here: PG(1, z) by Devroye's method, vectorised, and sums of it. What must not: models.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from analysis.estimators.variance import FloatArray, IntArray

# Where the two series of the Jacobi density are cut; Devroye's and Polson, Scott & Windle's value.
CUT = 0.64


def polya_gamma(shape: IntArray, tilt: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw ω ~ PG(b, z) for whole b.

    Parameters
    ----------
    shape
        (n,) b, 0 or more; 0 gives 0.
    tilt
        (n,) z.
    rng
        Where randomness comes from.

    Returns
    -------
    numpy.ndarray
        (n,).

    Randomness
        From `rng`.

    Source
        Polson, Scott & Windle 2013, JASA 108(504), 1339–1349, section 4; b draws are added up.

    Example
    -------
    >>> bool(polya_gamma(np.array([3]), np.array([0.5]), np.random.default_rng(1))[0] > 0)
    True
    """
    owner = np.repeat(np.arange(len(shape)), shape)
    drawn = _one(np.abs(tilt[owner]) / 2, rng)
    return np.asarray(np.bincount(owner, weights=drawn, minlength=len(shape)), dtype=np.float64)


def polya_gamma_mean(shape: FloatArray, tilt: FloatArray) -> FloatArray:
    """Mean of PG(b, z): b/(2z) tanh(z/2).

    Parameters
    ----------
    shape, tilt
        (n,) each.

    Returns
    -------
    numpy.ndarray
        (n,).

    Example
    -------
    >>> polya_gamma_mean(np.array([4.0]), np.array([0.0])).tolist()
    [1.0]
    """
    small = np.abs(tilt) < 1e-8
    z = np.where(small, 1.0, tilt)
    return np.asarray(shape * np.where(small, 0.25, np.tanh(z / 2) / (2 * z)))


def _one(z: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw PG(1, 2z) for each z of 0 or more."""
    out = np.empty(len(z))
    rate = math.pi**2 / 8 + z**2 / 2
    log_p = np.log(math.pi / (2 * rate)) - rate * CUT
    root = math.sqrt(CUT)
    log_q = math.log(2) + np.logaddexp(-z + log_ndtr((CUT * z - 1) / root), z + log_ndtr(-(CUT * z + 1) / root))
    right = 1 / (1 + np.exp(log_q - log_p))
    open_rows = np.arange(len(z))
    while len(open_rows):
        tail = rng.random(len(open_rows)) < right[open_rows]
        x = np.empty(len(open_rows))
        x[tail] = CUT + rng.exponential(size=int(tail.sum())) / rate[open_rows[tail]]
        x[~tail] = _truncated_inverse_gaussian(z[open_rows[~tail]], rng)
        kept = _accepted(x, rng)
        out[open_rows[kept]] = x[kept] / 4
        open_rows = open_rows[~kept]
    return out


def _truncated_inverse_gaussian(z: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw from IG(1/z, 1) below the cut."""
    out = np.empty(len(z))
    near = z < 1 / CUT
    for rows, draw in ((np.flatnonzero(near), _small_tilt), (np.flatnonzero(~near), _large_tilt)):
        left = rows
        while len(left):
            x, kept = draw(z[left], rng)
            out[left[kept]] = x[kept]
            left = left[~kept]
    return out


def _small_tilt(z: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    e = rng.exponential(size=(2, len(z)))
    x = CUT / (1 + CUT * e[0]) ** 2
    kept = (e[0] ** 2 <= 2 * e[1] / CUT) & (rng.random(len(z)) <= np.exp(-(z**2) * x / 2))
    return x, np.asarray(kept)


def _large_tilt(z: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    mean = 1 / z
    y = rng.standard_normal(len(z)) ** 2
    x = mean + mean**2 * y / 2 - mean / 2 * np.sqrt(4 * mean * y + (mean * y) ** 2)
    x = np.where(rng.random(len(z)) > mean / (mean + x), mean**2 / x, x)
    return x, np.asarray(x <= CUT)


def _accepted(x: FloatArray, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Alternating series: accept when below a lower partial sum, reject when above an upper one."""
    accepted = np.zeros(len(x), dtype=bool)
    total = _term(0, x)
    height = rng.random(len(x)) * total
    open_rows, n = np.arange(len(x)), 0
    while len(open_rows):
        n += 1
        total[open_rows] += (-1 if n % 2 else 1) * _term(n, x[open_rows])
        below = height[open_rows] <= total[open_rows]
        if n % 2:
            accepted[open_rows[below]] = True
        open_rows = open_rows[~below] if n % 2 else open_rows[below]
    return accepted


def _term(n: int, x: FloatArray) -> FloatArray:
    k = math.pi * (n + 0.5)
    left = (2 / (math.pi * x)) ** 1.5 * np.exp(-2 * (n + 0.5) ** 2 / x)
    return np.asarray(k * np.where(x <= CUT, left, np.exp(-(k**2) * x / 2)))
