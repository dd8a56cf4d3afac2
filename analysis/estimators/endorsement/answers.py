"""What the answers to an endorsement experiment must look like before anything is estimated.

What belongs here: boundary validation, cell counts. What must not: estimates, recoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.responses import checked_weights
from analysis.estimators.variance import FloatArray, IntArray

CONTROL = 0
# A mean and a variance of one cell need at least this many answers to be read as anything.
MIN_PER_CELL = 10


@dataclass(frozen=True, slots=True, eq=False)
class EndorsementAnswers:
    """Validated answers of an endorsement experiment.

    Attributes
    ----------
    y
        (n, J) answers, larger for more support of the policy; NaN where not answered.
    endorser
        (n, J) 0 without endorsement, 1..K the endorser that was named.
    policies, endorsers
        J and K names.
    weights, strata, clusters
        (n,) each, or None.
    """

    y: FloatArray
    endorser: IntArray
    policies: tuple[str, ...]
    endorsers: tuple[str, ...]
    weights: FloatArray | None
    strata: npt.ArrayLike | None
    clusters: npt.ArrayLike | None

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.y)

    @property
    def w(self) -> FloatArray:
        """Weights, all one when none were given."""
        return np.ones(self.n) if self.weights is None else self.weights

    def cell(self, policy: int, endorser: int) -> npt.NDArray[np.bool_]:
        """Who answered one policy under one endorser, (n,); endorser 0 is none."""
        return np.asarray((self.endorser[:, policy] == endorser) & np.isfinite(self.y[:, policy]))


def endorsement_answers(
    y: npt.ArrayLike,
    endorser: npt.ArrayLike,
    policies: Sequence[str],
    endorsers: Sequence[str],
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> EndorsementAnswers:
    """Validate an endorsement experiment.

    Parameters
    ----------
    y
        (n, J) answers, larger for more support; NaN where not answered.
    endorser
        (n, J) 0 for no endorsement, 1..K for the endorser named.
    policies, endorsers
        J and K names.
    weights, strata, clusters
        (n,) each, or None.

    Returns
    -------
    EndorsementAnswers

    Raises
    ------
    EstimationError
        On a wrong shape, an infinite answer, an endorser that has no name, or a cell of fewer than ten answers.

    Missing
        NaN answers are left out of their policy only.

    Example
    -------
    >>> answers = endorsement_answers([[1], [2]] * 20, [[0], [0], [1], [1]] * 10, ["policy"], ["actor"])
    >>> int(answers.cell(0, 1).sum())
    20
    """
    answers, named = np.asarray(y, dtype=np.float64), np.asarray(endorser)
    J, K = len(policies), len(endorsers)
    if answers.ndim != 2 or answers.shape[1] != J or named.shape != answers.shape:
        raise EstimationError(f"answers have shape {answers.shape} and endorsers {named.shape}; give (n, {J}) for both")
    if not np.isin(named, np.arange(K + 1)).all():
        raise EstimationError(f"endorser holds other values than 0 (none) to {K}; name every endorser")
    if np.isinf(answers).any():
        raise EstimationError("answers hold an infinite number; leave a missing answer empty")
    w = checked_weights(weights, len(answers))
    made = EndorsementAnswers(answers, named.astype(np.int64), tuple(policies), tuple(endorsers), w, strata, clusters)
    _refuse_small_cells(made)
    return made


def _refuse_small_cells(answers: EndorsementAnswers) -> None:
    for j, policy in enumerate(answers.policies):
        for k, name in enumerate(("control", *answers.endorsers)):
            n = int((answers.cell(j, k) & (answers.w > 0)).sum())
            if n < MIN_PER_CELL:
                raise EstimationError(
                    f"policy '{policy}' has {n} answer(s) under '{name}'; give {MIN_PER_CELL} or more, or drop it"
                )
            if np.ptp(answers.y[answers.cell(j, k), j]) == 0 and k == CONTROL:
                raise EstimationError(f"policy '{policy}' has the same answer from all controls; drop the policy")
