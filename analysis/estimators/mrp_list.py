"""List answers by cells, for a multilevel regression of what the sensitive item adds to the count.

What belongs here: how counts become a likelihood of the cells' shares. What must not: sampling, poststratification
(`mrp`), models of how the other items are distributed (`list_experiment.mixture`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.mrp import check_groups
from analysis.estimators.mrp_posterior import INDIRECT_PRIOR, Likelihood, MultilevelPrior, list_differences
from analysis.estimators.variance import FloatArray, IntArray

# Standard deviation around 0 of the coefficients of the mean of the other items: vague, in numbers of items.
VAGUE = 10.0
# Variances below this are rounding.
NONE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ListCells:
    """List answers by cells that share covariates and groups.

    Attributes
    ----------
    precision, pull
        (c, c) and (c,): log-likelihood b'π − ½ π'Aπ of the cells' shares.
    X, groups, levels_n
        As of `MultilevelCells`.
    difference
        Plain difference in means of all answers.
    """

    precision: FloatArray
    pull: FloatArray
    X: FloatArray
    groups: IntArray
    levels_n: tuple[int, ...]
    difference: Estimate

    @property
    def likelihood(self) -> Likelihood:
        """Normal in the differences."""
        return list_differences(self.precision, self.pull)

    @property
    def prior(self) -> MultilevelPrior:
        """`INDIRECT_PRIOR`."""
        return INDIRECT_PRIOR

    @property
    def leaves_open(self) -> tuple[bool, bool]:
        """Whether the interval of the plain difference reaches 0, and 1."""
        low, high = self.difference.low, self.difference.high
        return low is None or low <= 0, high is None or high >= 1


def list_cells(
    y: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    *,
    X: npt.ArrayLike,
    groups: npt.ArrayLike,
    levels_n: Sequence[int],
) -> ListCells:
    """Count list answers by distinct rows of covariates and groups.

    The mean of the other items is linear in covariates and groups, the arms differ by the cell's share, and each arm
    has one variance. Nothing else is assumed of the counts. A cell with one arm only says what the others leave to it.

    Parameters
    ----------
    y
        (n,) counts of items.
    treat
        (n,) 1 for the list with the sensitive item, 0 for the other.
    items
        Of the list without the sensitive one.
    X, groups, levels_n
        As for `multilevel_cells`.

    Returns
    -------
    ListCells

    Raises
    ------
    EstimationError
        As `multilevel_cells` and `difference_in_means`, or when counts of an arm do not differ within groups.

    Source
        Difference in means: Imai 2011, JASA 106(494), 407–416, eq. 1; multilevel and poststratified: Gelman & Little
        1997, Survey Methodology 23(2), 127–135. The normal likelihood with the other items integrated out is ours.
    """
    answer, x, g = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    check_groups(len(answer), x, g, levels_n)
    arm = np.asarray(treat, dtype=np.int64)
    difference = difference_in_means(answer, arm, items).difference
    design = np.hstack([x, *(np.eye(levels)[g[:, k]] for k, levels in enumerate(levels_n))])
    rows, cell = np.unique(np.column_stack([x, g.astype(np.float64)]), axis=0, return_inverse=True)
    cell = cell.ravel()
    weight = 1 / _variances(answer, arm, design)[arm]
    shared = np.linalg.inv(design.T @ (design * weight[:, None]) + np.eye(design.shape[1]) / VAGUE**2)
    own = np.bincount(cell[arm == 1], weights=weight[arm == 1], minlength=len(rows))
    # What the treated of each cell share with the mean of the other items.
    joint = np.zeros((len(rows), design.shape[1]))
    np.add.at(joint, cell[arm == 1], (design * weight[:, None])[arm == 1])
    sums = np.bincount(cell[arm == 1], weights=(weight * answer)[arm == 1], minlength=len(rows))
    return ListCells(
        np.diag(own) - joint @ shared @ joint.T,
        sums - joint @ shared @ (design.T @ (weight * answer)),
        rows[:, : x.shape[1]],
        rows[:, x.shape[1] :].astype(np.int64),
        tuple(map(int, levels_n)),
        difference,
    )


def _variances(answer: FloatArray, arm: IntArray, design: FloatArray) -> FloatArray:
    """Of each arm's answers around their own linear mean, (2,)."""
    made = []
    for value in (0, 1):
        taken = arm == value
        coefficients, _, rank, _ = np.linalg.lstsq(design[taken], answer[taken], rcond=None)
        left, free = answer[taken] - design[taken] @ coefficients, int(taken.sum()) - int(rank)
        made.append(float(left @ left) / free if free > 0 else 0.0)
    if min(made) <= NONE:
        raise EstimationError("answers of one list do not differ within groups; leave out groups, or pool their levels")
    return np.array(made)
