"""Two lists instead of one: the double list, and the placebo list.

What belongs here: estimates that combine or contrast two lists answered by the same respondents.
What must not: single lists; regressions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, two_sided_p, usable_estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.responses import ListResponses, checked_weights, list_responses
from analysis.estimators.variance import FloatArray, arm_mean_covariance, mean_variance

UNIT = "share of respondents"


@dataclass(frozen=True, slots=True)
class DoubleList:
    """A sensitive item carried by list A for one half and by list B for the other.

    Attributes
    ----------
    average
        Mean of the two differences, term `double_list`.
    list_a, list_b
        Each list's own difference.
    disagreement
        List A minus list B; a large value says that one of the lists fails.
    p_disagreement
        Two-sided.
    """

    average: Estimate
    list_a: Estimate
    list_b: Estimate
    disagreement: Estimate
    p_disagreement: float


@dataclass(frozen=True, slots=True)
class PlaceboList:
    """A list whose added item nobody can hold.

    Attributes
    ----------
    difference
        Its difference in means: 0 unless a longer list alone changes the count.
    p_value
        Two-sided test of 0.
    """

    difference: Estimate
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class _HalfContrast:
    """Means of a per-person contrast among those treated on list A and those treated on list B."""

    means: FloatArray
    covariance: FloatArray
    degrees_of_freedom: float | None


def double_list(
    response_a: npt.ArrayLike,
    response_b: npt.ArrayLike,
    treat_a: npt.ArrayLike,
    items: int,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> DoubleList:
    """Estimate a prevalence from two lists answered by everybody, the item on A for one half and on B for the other.

    The per-person contrast cancels what is common to both answers of a person, so that the variance falls by more than
    half when the lists are positively correlated.

    Parameters
    ----------
    response_a, response_b
        (n,) counts on both lists.
    treat_a
        (n,) 1 where list A held the item (then list B did not), 0 the reverse.
    items
        J, the same for both lists.
    weights, strata, clusters, confidence
        As in `difference_in_means`.

    Returns
    -------
    DoubleList

    Raises
    ------
    EstimationError
        As `list_responses`, for either list.

    Source
        Droitcour et al. 1991; Glynn 2013, Public Opinion Quarterly 77(S1), 159–172, eq. (7).

    Example
    -------
    >>> double_list([0, 1] * 5 + [1, 2] * 5, [1, 2] * 5 + [0, 1] * 5, [0] * 10 + [1] * 10, 3).average.value
    1.0
    """
    a = list_responses(response_a, treat_a, items)
    b = list_responses(response_b, 1 - a.treat, items)
    w = checked_weights(weights, a.n)
    halves = _halves((2 * a.treat - 1) * (a.y - b.y), a.treat, w, strata, clusters)
    average = _combine(halves, (0.5, 0.5), "double_list", a.n, confidence)
    sums = _halves(a.y + b.y, a.treat, w, strata, clusters)  # their arms differ by list A's effect minus list B's
    gap = _combine(sums, (1.0, -1.0), "list_a_minus_list_b", a.n, confidence)
    return DoubleList(
        average,
        _one_list(a, weights, strata, clusters, confidence),
        _one_list(b, weights, strata, clusters, confidence),
        gap,
        _two_sided(gap),
    )


def _one_list(
    data: ListResponses,
    weights: npt.ArrayLike | None,
    strata: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
    confidence: float,
) -> Estimate:
    return difference_in_means(
        data.y, data.treat, data.items, weights=weights, strata=strata, clusters=clusters, confidence=confidence
    ).difference


def _halves(
    v: FloatArray,
    treat: npt.NDArray[np.int64],
    w: FloatArray | None,
    strata: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
) -> _HalfContrast:
    full = np.ones(len(v)) if w is None else w
    means = np.array([np.average(v, weights=full * (treat == arm)) for arm in (1, 0)])
    if w is None and strata is None and clusters is None:
        squares = [mean_variance(v[treat == arm], "neyman") for arm in (1, 0)]
        return _HalfContrast(means, np.diag(squares), None)
    design = arm_mean_covariance(v, treat, w, strata, clusters)
    return _HalfContrast(means, design.matrix, float(design.degrees_of_freedom))


def _combine(halves: _HalfContrast, by: tuple[float, float], term: str, n: int, confidence: float) -> Estimate:
    c = np.array(by)
    return usable_estimate(
        term,
        float(c @ halves.means),
        float(np.sqrt(c @ halves.covariance @ c)),
        n=n,
        unit=UNIT,
        method="per-person contrast of two lists",
        confidence=confidence,
        degrees_of_freedom=halves.degrees_of_freedom,
    )


def _two_sided(estimate: Estimate) -> float:
    assert estimate.value is not None and estimate.se is not None  # noqa: S101, PT018  # made with both
    return two_sided_p(estimate.value, estimate.se, estimate.degrees_of_freedom)


def placebo_list(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> PlaceboList:
    """Test with a placebo item whether a longer list alone changes the count.

    Parameters
    ----------
    response, treat, items
        As in `list_responses`; `treat` is 1 where the list held the placebo item, which nobody can hold.
    weights, strata, clusters, confidence
        As in `difference_in_means`.

    Returns
    -------
    PlaceboList

    Raises
    ------
    EstimationError
        As `difference_in_means`.

    Source
        Riambau & Ostwald 2021, Political Science Research and Methods 9(1), 172–179; Agerberg & Tannenberg 2021,
        Political Analysis 29(1), 44–61.

    Example
    -------
    >>> placebo_list([0, 1] * 10, [0] * 10 + [1] * 10, 3).p_value
    1.0
    """
    result = difference_in_means(
        response, treat, items, weights=weights, strata=strata, clusters=clusters, confidence=confidence
    )
    return PlaceboList(result.difference, _two_sided(result.difference))


def refuse_unpaired(treat_a: npt.ArrayLike, treat_b: npt.ArrayLike) -> None:
    """Refuse a double list in which somebody saw the item on both lists or on none.

    Parameters
    ----------
    treat_a, treat_b
        (n,) 0/1 for each list.

    Raises
    ------
    EstimationError
        Naming the first such respondent.

    Example
    -------
    >>> refuse_unpaired([0, 1], [1, 0])
    """
    wrong = np.asarray(treat_a, dtype=np.float64) + np.asarray(treat_b, dtype=np.float64) != 1
    if wrong.any():
        i = int(wrong.argmax()) + 1
        raise EstimationError(f"treat: respondent {i} saw the item on both lists or on none; a double list needs one")
