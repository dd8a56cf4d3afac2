"""Do a list and an endorsement experiment measure the same attitude? Their correlation in each arm of the list.

What belongs here: correlations of counts with endorsement answers, and their linearised covariance.
What must not: prevalence, support on a scale, or a verdict on either question.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, usable_estimate
from analysis.estimators.list_experiment.responses import checked_weights, list_responses
from analysis.estimators.variance import FloatArray, design_covariance

Correlation = Literal["pearson", "kendall"]


def list_endorsement_correlations(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    endorsement: npt.ArrayLike,
    *,
    kind: Correlation = "pearson",
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> tuple[Estimate, Estimate, Estimate]:
    """Compare how counts go with endorsement answers where the sensitive item is in the list, and where it is not.

    Use it when the same respondents answered both. Only the treated count holds the sensitive item, so only there can
    the attitude tie it to the endorsement; a difference of 0 or less means that the two do not measure the same.
    Assumes that the arms of the list were drawn independently of the endorsement's.

    Parameters
    ----------
    response, treat, items
        As `list_responses`.
    endorsement
        (n,) answers under the endorsement, or their mean over policies; a higher value means more support.
    kind
        `pearson`, or Kendall's tau-b, which uses only the order of both.
    weights, strata, clusters
        (n,) each, or None.

    Returns
    -------
    tuple of Estimate
        `difference` (treated minus control), `correlation_treated`, `correlation_control`; unit `correlation`.

    Raises
    ------
    EstimationError
        When the endorsement has another length or a missing answer, one of the two does not vary within an arm, the
        kind is unknown, or as `list_responses`, `checked_weights` and `design_covariance`.

    Source
        Blair, Imai & Lyall 2014, American Journal of Political Science 58(4), 1043–1063; the contrast of
        `comp.listEndorse` in R list 9.2.6, whose bootstrap gives the 47.5 % quantile as upper limit. Linearisation:
        influence function of the correlation, Devlin, Gnanadesikan & Kettenring 1975, Biometrika 62(3), 531–545; of
        tau-b, Hájek projection of its three U-statistics, Hoeffding 1948, Annals of Mathematical Statistics 19(3).

    Example
    -------
    >>> counts, arms = [0, 1, 2] * 10, [0] * 15 + [1] * 15
    >>> made = list_endorsement_correlations(counts, arms, 2, [1, 2, 2] * 5 + [1, 2, 3] * 5)
    >>> [round(e.value, 3) for e in made]
    [0.134, 1.0, 0.866]
    """
    if kind not in get_args(Correlation):
        raise EstimationError(f"kind is '{kind}'; choose {' or '.join(get_args(Correlation))}")
    given = list_responses(response, treat, items)
    answers = _checked_answers(endorsement, given.n)
    w = checked_weights(weights, given.n)
    own_weight = np.ones(given.n) if w is None else w
    correlation = pearson if kind == "pearson" else kendall
    values, scores = np.zeros(2), np.zeros((given.n, 2))
    for column, arm in enumerate((1, 0)):
        own = given.treat == arm
        counted = own & (own_weight > 0)
        _refuse_constant(given.y[counted], answers[counted], arm)
        values[column], scores[own, column] = correlation(given.y[own], answers[own], own_weight[own])
    covariance = design_covariance(scores, strata, clusters)
    is_design_based = any(argument is not None for argument in (weights, strata, clusters))
    contrasts = {"difference": (1.0, -1.0), "correlation_treated": (1.0, 0.0), "correlation_control": (0.0, 1.0)}
    made = tuple(
        usable_estimate(
            term,
            float(np.dot(contrast, values)),
            float(np.sqrt(np.dot(contrast, covariance.matrix @ contrast))),
            n=given.n,
            unit="correlation",
            method=f"{kind} correlation, linearised",
            degrees_of_freedom=covariance.degrees_of_freedom if is_design_based else None,
        )
        for term, contrast in contrasts.items()
    )
    return made[0], made[1], made[2]


def _checked_answers(endorsement: npt.ArrayLike, n: int) -> FloatArray:
    answers = np.asarray(endorsement, dtype=float)
    if answers.shape != (n,):
        raise EstimationError(f"endorsement has shape {answers.shape}; give one answer for each of the {n} respondents")
    missing = ~np.isfinite(answers)
    if missing.any():
        position = int(missing.argmax()) + 1
        raise EstimationError(f"endorsement is missing at position {position}; drop the respondent from all columns")
    return answers


def _refuse_constant(counts: FloatArray, answers: FloatArray, arm: int) -> None:
    for name, values in (("response", counts), ("endorsement", answers)):
        if len(np.unique(values)) < 2:
            shown = "no value" if not len(values) else f"the value {values[0]:g} only"
            raise EstimationError(f"{name} holds {shown} in arm {arm}; a correlation needs at least two values")


def pearson(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[float, FloatArray]:
    """Give the weighted correlation and its linearised scores, (n,), which add up to 0."""
    share = w / w.sum()
    z = [v / np.sqrt(share @ v**2) for v in (x - share @ x, y - share @ y)]
    r = float(share @ (z[0] * z[1]))
    return r, share * (z[0] * z[1] - r / 2 * (z[0] ** 2 + z[1] ** 2))


def kendall(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[float, FloatArray]:
    """Give the weighted tau-b and its linearised scores, (n,), which add up to 0; from the table of distinct values."""
    (rows, row), (columns, column) = (np.unique(v, return_inverse=True) for v in (x, y))
    table = np.zeros((len(rows), len(columns)))
    np.add.at(table, (row, column), w)
    concordant = _below_minus_above(_below_minus_above(table, 0), 1)
    untied = [w.sum() - table.sum(axis=1), w.sum() - table.sum(axis=0)]
    own = concordant[row, column], untied[0][row], untied[1][column]
    pairs = [float(w @ v) for v in own]
    scale = float(np.sqrt(pairs[1] * pairs[2]))
    tau = pairs[0] / scale
    scores: FloatArray = 2 * w * (own[0] / scale - tau / 2 * (own[1] / pairs[1] + own[2] / pairs[2]))
    return tau, scores


def _below_minus_above(table: FloatArray, axis: int) -> FloatArray:
    """Give the sum of the cells before each one, minus the sum of those behind it."""
    until = np.cumsum(table, axis=axis)
    return np.asarray(2 * until - table - table.sum(axis=axis, keepdims=True))
