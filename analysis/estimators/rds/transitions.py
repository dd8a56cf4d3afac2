"""Recruitment between groups: counts, the equilibrium they imply, homophily.

What belongs here: the group-level Markov chain. What must not: degrees, weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.rds.tree import RecruitmentTree
from analysis.estimators.variance import FloatArray, IntArray

MISSING = -1


def transition_counts(group: IntArray, recruiter: IntArray, groups_n: int) -> IntArray:
    """Count recruitments from each group to each group.

    Parameters
    ----------
    group
        (n,) 0 to groups_n − 1, −1 for missing (such recruitments do not count).
    recruiter
        (n,) positions, −1 for seeds.
    groups_n
        Number of groups.

    Returns
    -------
    numpy.ndarray
        (g, g): from row to column.

    Example
    -------
    >>> transition_counts(np.array([0, 1, 1]), np.array([-1, 0, 1]), 2).tolist()
    [[0, 1], [0, 1]]
    """
    rows = np.flatnonzero((recruiter >= 0) & (group >= 0))
    rows = rows[group[recruiter[rows]] >= 0]
    codes = group[recruiter[rows]] * groups_n + group[rows]
    return np.bincount(codes, minlength=groups_n**2).reshape(groups_n, groups_n).astype(np.int64)


def equilibrium(rates: FloatArray) -> FloatArray:
    """Find the stationary distribution of a transition matrix, or of a stack of them.

    Parameters
    ----------
    rates
        (..., g, g) rows that add up to 1.

    Returns
    -------
    numpy.ndarray
        (..., g).

    Raises
    ------
    EstimationError
        When no single distribution is stationary: groups that recruit among themselves only.

    Example
    -------
    >>> equilibrium(np.array([[0.5, 0.5], [0.25, 0.75]])).round(4).tolist()
    [0.3333, 0.6667]
    """
    g = rates.shape[-1]
    system = np.swapaxes(np.eye(g) - rates, -1, -2).copy()
    system[..., -1, :] = 1.0
    right = np.zeros((*rates.shape[:-1], 1))
    right[..., -1, 0] = 1.0
    if (np.abs(np.linalg.det(system)) < 1e-12).any():
        raise EstimationError("y splits recruitment into groups that never recruit each other; no equilibrium exists")
    return np.asarray(np.linalg.solve(system, right)[..., 0], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Homophily:
    """How much recruitment stays inside groups.

    Attributes
    ----------
    counts
        (g, g) recruitments.
    rates
        (g, g) row shares; a row that recruited nobody is None.
    index
        Recruitments inside groups over the number expected if who recruits were unrelated to who is recruited; 1 means
        no homophily.
    by_group
        The same for each group, None where nobody was expected.
    """

    counts: IntArray
    rates: tuple[tuple[float, ...] | None, ...]
    index: float | None
    by_group: tuple[float | None, ...]


def recruitment_homophily(group: IntArray, tree: RecruitmentTree, groups_n: int) -> Homophily:
    """Compare recruitment inside groups with what independence would give.

    Parameters
    ----------
    group, groups_n
        As in `transition_counts`.
    tree
        Of the same n respondents.

    Returns
    -------
    Homophily

    Source
        Heckathorn 2002, Social Problems 49(1), 11–34; the ratio form is that of R RDS (`recruitment=TRUE`).

    Example
    -------
    >>> from analysis.estimators.rds.tree import recruitment_tree
    >>> tree = recruitment_tree([1, 2, 3, 4], [0, 1, 1, 2])
    >>> recruitment_homophily(np.array([0, 0, 1, 0]), tree, 2).index
    1.0
    """
    counts = transition_counts(group, tree.recruiter, groups_n)
    total = int(counts.sum())
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = rows * columns / total if total else np.zeros(groups_n)
    inside = np.diag(counts)
    rates = tuple(tuple((c / r).tolist()) if r else None for c, r in zip(counts, rows, strict=True))
    by_group = tuple(float(i / e) if e > 0 else None for i, e in zip(inside, expected, strict=True))
    return Homophily(counts, rates, float(inside.sum() / expected.sum()) if expected.sum() > 0 else None, by_group)


def group_codes(values: npt.ArrayLike) -> tuple[IntArray, tuple[str, ...]]:
    """Code levels as 0, 1, … in sorted order; missing becomes −1.

    Parameters
    ----------
    values
        (n,) text, numbers or None.

    Returns
    -------
    tuple
        Codes, and the levels as text.
    """
    given = [None if _absent(v) else v for v in np.asarray(values, dtype=object).tolist()]
    levels = sorted({v for v in given if v is not None}, key=lambda v: (isinstance(v, str), v))
    position = {level: i for i, level in enumerate(levels)}
    codes = np.array([MISSING if v is None else position[v] for v in given], dtype=np.int64)
    return codes, tuple(_level_name(v) for v in levels)


def _absent(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _level_name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
