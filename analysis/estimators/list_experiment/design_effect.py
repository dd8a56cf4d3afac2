"""Test of no design effect: the sensitive item must not change the answers to the other items.

What belongs here: the likelihood ratio of Blair and Imai, its moment selection and its p-value.
What must not: judging floor and ceiling (a list can pass this test and still be evasion: see `screen`).

Two selection rules, because the published numbers and the cited theory differ

Andrews and Soares drop an inequality whose estimate exceeds √(log n) standard errors. The published p-value of the 1991
"black family" list (.022, .044 after Bonferroni) and R list 9.2.6 are reached only if every visibly positive estimate
is dropped, which is what the rule does when the √n is applied to an estimate already divided by its standard error:
the limit is then √(log n / n) standard errors (inferred from the published numbers). `published` reproduces them and
rejects more often than the others: its reference distribution ignores that the moments were chosen by the sign of the
same estimates. `andrews_soares` follows the theory; without selection the test keeps its level everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.chi_bar import chi_bar_tail, chi_bar_weights
from analysis.estimators.list_experiment.joint_types import JointTypes, types_of
from analysis.estimators.list_experiment.responses import list_responses
from analysis.estimators.variance import FloatArray, IntArray

SelectionRule = Literal["published", "andrews_soares"]

# A correlation this close to 1 means that a cell is empty in both arms, so two inequalities are one.
DUPLICATE_CORRELATION = 1 - 1e-10
# Rounding of distribution functions: a likelihood ratio below this is zero.
ZERO_STATISTIC = 1e-12


@dataclass(frozen=True, slots=True)
class DesignEffectTest:
    """Result of the no-design-effect test.

    Attributes
    ----------
    p_value
        Bonferroni: twice the smaller of the two, at most 1.
    p_value_holders, p_value_others
        Of the two stochastic dominance relations: the treated answers are not below the control answers (shares with
        Z = 1), and not above them by more than one (Z = 0).
    statistic_holders, statistic_others
        Likelihood ratios, λ1 and λ0.
    kept_holders, kept_others
        Values of y whose inequality entered, after moment selection.
    selection
        `none`, `published` or `andrews_soares`.
    n
        Respondents.
    """

    p_value: float
    p_value_holders: float
    p_value_others: float
    statistic_holders: float
    statistic_others: float
    kept_holders: tuple[int, ...]
    kept_others: tuple[int, ...]
    selection: str
    n: int


@dataclass(frozen=True, slots=True)
class _DominanceTest:
    p_value: float
    statistic: float
    kept: tuple[int, ...]


def design_effect_test(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    moment_selection: bool = True,
    rule: SelectionRule = "published",
) -> DesignEffectTest:
    """Test whether adding the sensitive item changed the answers to the other items.

    Not rejecting is no proof: power is low when about half hold the item, and floor or ceiling evasion passes.

    Parameters
    ----------
    response, treat, items
        As in `list_responses`; respondents are taken as independent (no weights, no clusters).
    moment_selection
        Drop the inequalities that are far from binding.
    rule
        `published` or `andrews_soares`; see the module.

    Returns
    -------
    DesignEffectTest

    Raises
    ------
    EstimationError
        As `list_responses`; when `rule` is unknown; when the arms do not overlap at all.

    Randomness
        None: the chi-bar-square weights are computed, not simulated.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 3.1, eqs (19)–(20), (A8)–(A10); selection: Andrews & Soares
        2010, Econometrica 78(1), 119–157.

    Example
    -------
    >>> design_effect_test([0, 1, 2, 3] * 5, [0] * 10 + [1] * 10, 3).selection
    'published'
    """
    types = types_of(list_responses(response, treat, items))
    limit = _selection_limit(types.control_n + types.treated_n, moment_selection, rule)
    y = np.arange(types.items + 1)
    holders = _dominance(types.holders, types.holders_covariance, y[:-1], limit)
    others = _dominance(types.others, types.others_covariance, y[1:], limit)
    return _combine(holders, others, rule if moment_selection else "none", types)


def _combine(holders: _DominanceTest, others: _DominanceTest, selection: str, types: JointTypes) -> DesignEffectTest:
    return DesignEffectTest(
        p_value=min(1.0, 2 * min(holders.p_value, others.p_value)),
        p_value_holders=holders.p_value,
        p_value_others=others.p_value,
        statistic_holders=holders.statistic,
        statistic_others=others.statistic,
        kept_holders=holders.kept,
        kept_others=others.kept,
        selection=selection,
        n=types.control_n + types.treated_n,
    )


def _selection_limit(n: int, moment_selection: bool, rule: SelectionRule) -> float:
    """Largest estimate, in standard errors, whose inequality still enters."""
    if rule not in ("published", "andrews_soares"):
        raise EstimationError(f"rule is '{rule}'; choose 'published' or 'andrews_soares'")
    if not moment_selection:
        return np.inf
    return float(np.sqrt(np.log(n) / n) if rule == "published" else np.sqrt(np.log(n)))


def _dominance(pi: FloatArray, Sigma: FloatArray, tested: IntArray, limit: float) -> _DominanceTest:
    """Test that the listed shares are all non-negative, eq. (20)."""
    se = np.sqrt(np.diag(Sigma))
    _refuse_separated_arms(pi, se)
    kept = [int(y) for y in tested if se[y] > 0 and pi[y] <= limit * se[y]]
    kept = _without_duplicates(kept, pi, Sigma)
    if not kept:
        return _DominanceTest(1.0, 0.0, ())
    S = Sigma[np.ix_(kept, kept)]
    statistic = _likelihood_ratio(pi[kept], S)
    p_value = 1.0 if statistic == 0 else chi_bar_tail(statistic, chi_bar_weights(S))
    return _DominanceTest(p_value, statistic, tuple(kept))


def _refuse_separated_arms(pi: FloatArray, se: FloatArray) -> None:
    if ((se == 0) & (pi < 0)).any():
        y = int(np.argmax((se == 0) & (pi < 0)))
        raise EstimationError(f"response separates the arms at {y}, so no test is defined; check treat and items")


def _without_duplicates(kept: list[int], pi: FloatArray, Sigma: FloatArray) -> list[int]:
    """Of perfectly correlated estimates keep the smallest: it implies the others."""
    chosen: list[int] = []
    for y in sorted(kept, key=lambda k: float(pi[k])):
        if all(Sigma[y, k] < DUPLICATE_CORRELATION * np.sqrt(Sigma[y, y] * Sigma[k, k]) for k in chosen):
            chosen.append(y)
    return sorted(chosen)


def _likelihood_ratio(pi: FloatArray, S: FloatArray) -> float:
    """Squared distance of the estimate from the orthant in the metric of S, by non-negative least squares."""
    if (pi >= 0).all():
        return 0.0
    root = np.linalg.inv(np.linalg.cholesky(S))
    distance = float(optimize.nnls(root, root @ pi)[1]) ** 2
    return 0.0 if distance < ZERO_STATISTIC else distance
