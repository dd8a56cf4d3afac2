"""Estimated shares of respondent types: how many other items, and the sensitive one or not.

What belongs here: the identified joint distribution of (Y(0), Z) and its sampling covariance.
What must not: tests, thresholds, corrections of negative estimates (a negative share is a finding).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.estimators.list_experiment.responses import ListResponses, list_responses
from analysis.estimators.variance import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class JointTypes:
    """Estimated Pr(Y(0) = y, Z = z), y = 0..J, under no design effect and no liars.

    Attributes
    ----------
    items
        J.
    holders, others
        (J + 1,) estimated shares of all respondents with Z = 1 and with Z = 0; may be negative.
    holders_covariance, others_covariance
        (J + 1, J + 1) sampling covariances.
    control_n, treated_n
        Respondents per arm.
    """

    items: int
    holders: FloatArray
    others: FloatArray
    holders_covariance: FloatArray
    others_covariance: FloatArray
    control_n: int
    treated_n: int

    @property
    def holders_se(self) -> FloatArray:
        """Standard errors of `holders`, (J + 1,)."""
        return np.sqrt(np.diag(self.holders_covariance))

    @property
    def others_se(self) -> FloatArray:
        """Standard errors of `others`, (J + 1,)."""
        return np.sqrt(np.diag(self.others_covariance))


def joint_types(response: npt.ArrayLike, treat: npt.ArrayLike, items: int) -> JointTypes:
    """Estimate the share of each respondent type.

    Use it to see which types a list implies; assumes random assignment, no design effect and truthful answers, and
    independent respondents.

    Parameters
    ----------
    response, treat, items
        As in `list_responses`.

    Returns
    -------
    JointTypes

    Raises
    ------
    EstimationError
        As `list_responses`.

    Source
        Blair & Imai 2012, Political Analysis 20(1), eqs (2)–(3), Table 6; covariance eqs (A8)–(A9).

    Example
    -------
    >>> float(joint_types([0, 1] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3).holders.sum())
    1.0
    """
    return types_of(list_responses(response, treat, items))


def types_of(data: ListResponses) -> JointTypes:
    """Estimate the share of each respondent type from validated answers.

    Parameters
    ----------
    data
        As made by `list_responses`.

    Returns
    -------
    JointTypes

    Example
    -------
    >>> types_of(list_responses([0, 1] * 10, [0] * 10 + [1] * 10, 3)).items
    3
    """
    J, n0, n1 = data.items, data.control_n, data.treated_n
    F0 = _distribution(data.control_counts)[: J + 1]
    F1 = _distribution(data.treated_counts)[: J + 1]
    F0_before = np.concatenate([[0.0], F0[:-1]])  # Pr(Y <= y - 1 | T = 0)
    return JointTypes(
        items=J,
        holders=F0 - F1,
        others=F1 - F0_before,
        holders_covariance=_bridge(F0) / n0 + _bridge(F1) / n1,
        others_covariance=_bridge(F0_before) / n0 + _bridge(F1) / n1,
        control_n=n0,
        treated_n=n1,
    )


def _distribution(counts: npt.NDArray[np.int64]) -> FloatArray:
    """Empirical distribution function; integer sums first, so that a full cell gives exactly 1."""
    cumulative = np.cumsum(counts)
    return np.asarray(cumulative / cumulative[-1], dtype=np.float64)


def _bridge(F: FloatArray) -> FloatArray:
    """Covariance of one indicator vector 1{Y <= y}: F(y)(1 − F(y')) for y <= y', eq. (A7)."""
    return np.asarray(np.minimum.outer(F, F) - np.outer(F, F), dtype=np.float64)
