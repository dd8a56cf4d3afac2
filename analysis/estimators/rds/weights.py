"""RDS-I and RDS-II weights.

What belongs here: closed forms. What must not: successive sampling, bootstraps.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.rds.transitions import equilibrium
from analysis.estimators.variance import FloatArray, IntArray


def volz_heckathorn_weights(degree: FloatArray) -> FloatArray:
    """Weight by the inverse of the degree: RDS-II.

    It assumes a connected network, reciprocal ties, recruitment at random among contacts, a sample that is small
    against the population, and degrees reported without error.

    Parameters
    ----------
    degree
        (..., n) above 0.

    Returns
    -------
    numpy.ndarray
        (..., n) adding up to 1.

    Source
        Volz & Heckathorn 2008, Journal of Official Statistics 24(1), 79–97.

    Example
    -------
    >>> volz_heckathorn_weights(np.array([1.0, 3.0])).tolist()
    [0.75, 0.25]
    """
    inverse = 1 / degree
    made: FloatArray = inverse / inverse.sum(axis=-1, keepdims=True)
    return made


def salganik_heckathorn_shares(
    counts: FloatArray, harmonic_degree: FloatArray, *, smoothed: bool = False
) -> FloatArray:
    """Estimate group shares from recruitment between groups and mean degrees: RDS-I.

    Parameters
    ----------
    counts
        (..., g, g) recruitments from row to column.
    harmonic_degree
        (..., g) harmonic mean degree of each group.
    smoothed
        Whether to make the flows between groups reciprocal first.

    Returns
    -------
    numpy.ndarray
        (..., g) shares.

    Raises
    ------
    EstimationError
        When a group recruited nobody, or the groups never recruit each other.

    Source
        Salganik & Heckathorn 2004, Sociological Methodology 34, 193–239; smoothing: Heckathorn 2002, Social Problems
        49(1), 11–34, eq. (16).

    Example
    -------
    >>> salganik_heckathorn_shares(np.array([[2.0, 2.0], [2.0, 2.0]]), np.array([1.0, 3.0])).tolist()
    [0.75, 0.25]
    """
    rows = counts.sum(axis=-1, keepdims=True)
    if (rows == 0).any():
        raise EstimationError("y has a group that recruited nobody, so rds-i is not defined; use rds-ii or ss")
    rates = counts / rows
    q = equilibrium(rates)
    if smoothed:
        flows = q[..., :, None] * rates
        flows = (flows + np.swapaxes(flows, -1, -2)) / 2
        q = equilibrium(flows / flows.sum(axis=-1, keepdims=True))
    raw = q / harmonic_degree
    shares: FloatArray = raw / raw.sum(axis=-1, keepdims=True)
    return shares


def harmonic_degrees(degree: FloatArray, group: IntArray, groups_n: int) -> FloatArray:
    """Harmonic mean degree of each group.

    Parameters
    ----------
    degree, group
        (n,) each; group −1 does not count.
    groups_n
        Number of groups, each of them held by somebody.

    Returns
    -------
    numpy.ndarray
        (g,).
    """
    kept = group >= 0
    size = np.bincount(group[kept], minlength=groups_n)
    return np.asarray(size / np.bincount(group[kept], weights=1 / degree[kept], minlength=groups_n))


def spread_over_groups(shares: FloatArray, group: IntArray) -> FloatArray:
    """Give every respondent of a group the same part of the group's share.

    Parameters
    ----------
    shares
        (g,).
    group
        (n,); −1 gets 0.

    Returns
    -------
    numpy.ndarray
        (n,) adding up to 1.
    """
    size = np.bincount(group[group >= 0], minlength=len(shares))
    each = np.divide(shares, size, out=np.zeros_like(shares), where=size > 0)
    return np.where(group >= 0, each[group], 0.0)
