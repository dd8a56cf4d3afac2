"""Coordinates without hard ends for quantities that have them: how well a policy measures, and variances.

What belongs here: the maps, and the log density that they leave. What must not: a model, a prior that is not uniform.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from analysis.estimators.variance import FloatArray

TINY = 1e-300
# Below this a variance is 0 for every purpose, and its logarithm is not.
SMALLEST_VARIANCE = 1e-12
# Width of the soft bound of log β/(1 + β), which is below 0.
BETA_SOFTNESS = 0.1


def hard_beta(soft: FloatArray) -> FloatArray:
    """β of its soft form, between e⁻⁵⁰ and 200,000: beyond, no density is left to tell values apart."""
    return np.asarray(1 / np.expm1(BETA_SOFTNESS * np.logaddexp(0.0, -np.clip(soft, -50.0, 1.0) / BETA_SOFTNESS)))


def soft_beta(beta: FloatArray) -> FloatArray:
    """Coordinate of β in the parameter vector: log β/(1 + β) until β is about 5, and less steep beyond.

    Example
    -------
    >>> bool(np.allclose(hard_beta(soft_beta(np.array([0.1, 1.0, 9.0]))), [0.1, 1.0, 9.0]))
    True
    """
    return np.asarray(-BETA_SOFTNESS * np.log(np.expm1(np.log1p(1 / beta) / BETA_SOFTNESS)))


def bounded_variance(soft: FloatArray, width: FloatArray, largest: float) -> FloatArray:
    """Variance between 0 and the largest one: the identity well inside, exponential outside.

    Example
    -------
    >>> bounded_variance(np.array([3.0]), np.array([0.1]), 10.0).round(6).tolist()
    [3.0]
    """
    inside = width * (np.logaddexp(0.0, soft / width) - np.logaddexp(0.0, (soft - largest) / width))
    return np.asarray(np.clip(inside, SMALLEST_VARIANCE, largest))


def log_slope(soft: FloatArray, width: FloatArray, largest: float) -> tuple[FloatArray, FloatArray]:
    """Log derivative of `bounded_variance`, the log density of `soft` when variances are uniform; its derivative."""
    up = special.expit(soft / width) * special.expit((largest - soft) / width)
    slope = special.expit(-soft / width) - special.expit((soft - largest) / width)
    return np.log(np.maximum(up, TINY)) + np.log1p(-np.exp(-largest / width)), slope / width
