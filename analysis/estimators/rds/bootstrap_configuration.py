"""Bootstrap of the homophily configuration graph: the same tree, new groups and degrees.

What belongs here: simulating along the tree that was observed. What must not: other bootstraps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.rds.bootstrap import RdsDraws, finished_draws
from analysis.estimators.rds.bootstrap_successive import _pick
from analysis.estimators.rds.estimates import RdsSample
from analysis.estimators.rds.homophily_configuration import HomophilyConfiguration, homophily_configuration
from analysis.estimators.variance import FloatArray, IntArray


def configuration_bootstrap(sample: RdsSample, draws_n: int, rng: np.random.Generator) -> RdsDraws:
    """Bootstrap the homophily configuration graph estimator by refitting it to simulated samples.

    Each draw refits the likelihood, so that a thousand draws take minutes.

    Parameters
    ----------
    sample
        With groups and a population size.
    draws_n, rng
        Number of draws, and where randomness comes from.

    Returns
    -------
    RdsDraws

    Raises
    ------
    EstimationError
        As `homophily_configuration`.

    Randomness
        From `rng`.

    Source
        Fellows 2019, Statistics in Medicine 38(8), 1279–1296, section 3.
    """
    if sample.group is None or sample.population is None:
        raise EstimationError("population is missing or y is a number; hcg needs a size and groups")
    groups_n, recruiter, order = len(sample.levels), sample.tree.recruiter, sample.order
    known: dict[str, Any] = {"order": order, "population": sample.population, "groups_n": groups_n}
    fitted = homophily_configuration(sample.degree, sample.group, recruiter, **known)
    groups, degrees = _simulated(sample, fitted, draws_n, rng)
    made = np.full((draws_n, groups_n), np.nan)
    for row in range(draws_n):
        try:
            refit = homophily_configuration(degrees[row], groups[row], recruiter, **known)
        except EstimationError:
            continue
        made[row] = refit.weights @ (groups[row][:, None] == np.arange(groups_n))
    return finished_draws(made, "homophily configuration bootstrap")


def _simulated(
    sample: RdsSample, fitted: HomophilyConfiguration, draws_n: int, rng: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Groups and degrees (B, n) along the observed tree, drawn without replacement."""
    assert sample.group is not None  # noqa: S101 - refused by the caller
    assert sample.population is not None  # noqa: S101
    groups_n = len(sample.levels)
    classes, position = np.unique(sample.degree, return_inverse=True)
    units = np.zeros((groups_n, len(classes)))
    known = sample.answered
    np.add.at(units, (sample.group[known], position[known]), fitted.weights[known] * sample.population)
    ends = units @ classes
    left = np.repeat((units * classes)[None], draws_n, axis=0)
    used = np.zeros((draws_n, groups_n))
    groups = np.zeros((draws_n, sample.n), dtype=np.int64)
    degrees = np.ones((draws_n, sample.n))
    each = np.arange(draws_n)
    for row in sample.order:
        recruiter = sample.tree.recruiter[row]
        if recruiter < 0:
            chance = np.repeat(fitted.shares[None], draws_n, axis=0)
        else:
            chance = np.maximum(fitted.rates[groups[:, recruiter]] * (1 - used / ends), 0.0)
        group = _pick(chance, rng.random(draws_n))
        block = left[each, group]
        empty = block.sum(axis=1) <= 0
        block[empty] = (units * classes)[group[empty]]
        column = _pick(block, rng.random(draws_n))
        groups[:, row], degrees[:, row] = group, classes[column]
        left[each, group, column] = np.maximum(left[each, group, column] - classes[column], 0.0)
        used[each, group] += classes[column]
    groups[:, ~sample.answered] = -1
    return groups, degrees
