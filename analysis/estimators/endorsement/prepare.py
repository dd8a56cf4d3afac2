"""From answers to the cells and patterns that the ideal-point likelihood needs.

What belongs here: coding of answers as categories, distinct covariate rows, cells and patterns.
What must not: densities.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import EndorsementAnswers
from analysis.estimators.endorsement.posterior import Cells, Posterior, Prior
from analysis.estimators.variance import FloatArray, IntArray

MIN_CATEGORIES = 2
MAX_CATEGORIES = 20


def prepare(
    answers: EndorsementAnswers,
    Z: FloatArray,
    prior: Prior | None = None,
    *,
    is_common: bool = False,
    area: IntArray | None = None,
) -> Posterior:
    """Code answers as categories, and people as patterns of cells.

    Parameters
    ----------
    answers, Z
        Answers, whole numbers; (n, p) covariates, intercept first.
    prior, is_common
        Prior, None for the standard one; whether policies share effects and variances of support.
    area
        (n,) code of each respondent's area, 0, 1, …; None without areas.

    Returns
    -------
    Posterior

    Raises
    ------
    EstimationError
        When an answer is not a whole number, or a policy has one category only, or more than twenty.

    Example
    -------
    >>> from analysis.estimators.endorsement.answers import endorsement_answers
    >>> answers = endorsement_answers([[1], [2]] * 20, [[0], [0], [1], [1]] * 10, ["policy"], ["actor"])
    >>> prepare(answers, np.ones((40, 1))).size
    4
    """
    category, categories = _coded(answers)
    placed = Z if area is None else np.column_stack([Z, area])
    rows, row = np.unique(placed, axis=0, return_inverse=True)
    return Posterior(
        rows[:, : Z.shape[1]],
        _cells(row.ravel(), category, answers.endorser),
        categories,
        len(answers.endorsers),
        prior=prior or Prior(),
        is_common=is_common,
        area=None if area is None else rows[:, -1].astype(np.int64),
    )


def _coded(answers: EndorsementAnswers) -> tuple[IntArray, IntArray]:
    """Categories 0, 1, … within each policy, −1 where missing, and how many each policy has."""
    category = np.full(answers.y.shape, -1, dtype=np.int64)
    categories = np.zeros(len(answers.policies), dtype=np.int64)
    for j, policy in enumerate(answers.policies):
        given = np.isfinite(answers.y[:, j])
        values = answers.y[given, j]
        if (values != np.floor(values)).any():
            raise EstimationError(
                f"policy '{policy}' holds the answer {values[values != np.floor(values)][0]:g}; "
                "the ordered-probit model needs whole numbers"
            )
        levels, code = np.unique(values, return_inverse=True)
        if not MIN_CATEGORIES <= len(levels) <= MAX_CATEGORIES:
            raise EstimationError(
                f"policy '{policy}' has {len(levels)} different answer(s); give 2 to 20, join or drop others"
            )
        category[given, j], categories[j] = code, len(levels)
    return category, categories


def _cells(row: IntArray, category: IntArray, endorser: IntArray) -> Cells:
    n, J = category.shape
    person, policy = np.nonzero(category >= 0)
    columns = np.column_stack([row[person], policy, endorser[person, policy], category[person, policy]])
    cells, cell = np.unique(columns, axis=0, return_inverse=True)
    of_person = np.full((n, J), -1, dtype=np.int64)
    of_person[person, policy] = cell.ravel()
    patterns, count = np.unique(of_person[(of_person >= 0).any(axis=1)], axis=0, return_counts=True)
    one, two = np.nonzero(patterns >= 0)
    shape = (len(patterns), len(cells))
    pattern = sparse.csr_array((np.ones(len(one)), (one, patterns[one, two])), shape=shape)
    row_code, policy_code, endorser_code, answer_code = cells.T.astype(np.int64)
    return Cells(row_code, policy_code, endorser_code, answer_code, pattern, count.astype(np.float64))
