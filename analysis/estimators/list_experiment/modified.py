"""Modified list: the control arm answers each item openly, the treated arm gives a count of all (Corstange 2009).

What belongs here: its likelihood and validation. What must not: the standard list, whose control arm gives a count.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, bernoulli, component, constant
from analysis.estimators.likelihood import fitted_covariance, maximise
from analysis.estimators.list_experiment.mixture import START_MARGIN, convergence_of, search_warnings
from analysis.estimators.list_experiment.regression import ListRegression, coefficient_names, regression_data
from analysis.estimators.variance import FloatArray

# Every combination of answers is a component: beyond this there are too many.
MAX_ITEMS = 7


def modified_list(
    count: npt.ArrayLike,
    treat: npt.ArrayLike,
    open_answers: npt.ArrayLike,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> ListRegression:
    """Fit the modified list by maximum likelihood.

    Use it when controls were asked item by item, which tells more about the other items than their sum. Assumes that
    asking openly does not change the answers to them, that items are independent given covariates, and no liars.

    Parameters
    ----------
    count
        (n,) number of items, used in the treated arm; NaN elsewhere.
    treat
        (n,) 0 control, 1 treated.
    open_answers
        (n, J) 0/1 answers of the control arm; NaN elsewhere.
    X, names, weights, strata, clusters
        As in `regression_data`.

    Returns
    -------
    ListRegression
        Terms `sensitive.…`, then `item1.…` to `itemJ.…`.

    Raises
    ------
    EstimationError
        As `regression_data`; when an open answer is missing or not 0/1 in the control arm, or there are more than seven
        items.

    Source
        Corstange 2009, Political Analysis 17(1), 45–63; as `ictreg` of R list 9.2.6 with a matrix of answers.

    Example
    -------
    >>> rng = np.random.default_rng(1)
    >>> treat, items = np.arange(200) % 2, rng.integers(0, 2, (200, 2)).astype(float)
    >>> count = items.sum(axis=1) + treat * rng.integers(0, 2, 200)
    >>> modified_list(count, treat, items).terms
    ('sensitive.Intercept', 'item1.Intercept', 'item2.Intercept')
    """
    z = np.asarray(treat, dtype=np.float64)
    items = _checked_items(open_answers, z)
    J = items.shape[1]
    total = np.where(z == 1, np.asarray(count, dtype=np.float64), np.nansum(items, axis=1))
    data = regression_data(total, treat, J, X, names, weights=weights, strata=strata, clusters=clusters)
    fit = maximise(
        lambda eta, rows: _combinations(eta, total[rows], z[rows], items[rows]),
        [data.X] * (J + 1),
        weights=data.weights,
        starts=[_moment_start(data.X, data.w, total, z, items)],
    )
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    convergence, df = convergence_of(fit), covariance.degrees_of_freedom
    terms = coefficient_names(data.names, [f"item{j}" for j in range(1, J + 1)])
    return ListRegression(
        estimator="modified",
        model="modified",
        method=f"maximum likelihood (modified list), {covariance.method}",
        terms=terms,
        coefficients=fit.theta,
        covariance=covariance.matrix,
        influence=covariance.influence,
        sensitive_n=data.X.shape[1],
        link="logit",
        data=data,
        degrees_of_freedom=float(data.responses.n - len(terms)) if df is None else float(df),
        log_likelihood=fit.log_likelihood,
        convergence=convergence,
        undetermined=fit.undetermined,
        warnings=search_warnings(convergence, terms, covariance.matrix),
    )


def _checked_items(open_answers: npt.ArrayLike, z: FloatArray) -> FloatArray:
    items = np.asarray(open_answers, dtype=np.float64)
    if items.ndim != 2 or len(items) != len(z):
        raise EstimationError(f"open answers have shape {items.shape}; give {len(z)} rows, one column for each item")
    if items.shape[1] > MAX_ITEMS:
        raise EstimationError(f"the modified list has {items.shape[1]} open items; at most {MAX_ITEMS} are supported")
    wrong = ~np.isin(items, (0.0, 1.0)) & (z == 0)[:, None]
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise EstimationError(
            f"open item {column + 1} is {items[row, column]:g} at position {row + 1}; every control answers 0 or 1"
        )
    return items


def _combinations(eta: FloatArray, total: FloatArray, z: FloatArray, items: FloatArray) -> list[Component]:
    """Every combination of answers, sensitive item first. Controls told the others, the treated told the sum."""
    axes = np.eye(eta.shape[1])
    factors = [[bernoulli(eta[:, m], value, axis) for value in (0, 1)] for m, axis in enumerate(axes)]
    made = []
    for held in product((0, 1), repeat=len(axes)):
        told = np.where(z == 1, total == held.count(1), (items == np.array(held[1:])).all(axis=1))
        chosen = [factors[m][value] for m, value in enumerate(held)]
        made.append(component(*chosen, constant(np.where(told, 0.0, -np.inf), len(axes))))
    return made


def _moment_start(X: FloatArray, w: FloatArray, total: FloatArray, z: FloatArray, items: FloatArray) -> FloatArray:
    shares = np.average(items[z == 0], axis=0, weights=w[z == 0])
    sensitive = float(np.average(total[z == 1], weights=w[z == 1])) - float(shares.sum())
    logits = special.logit(np.clip([sensitive, *shares], START_MARGIN, 1 - START_MARGIN))
    flat = np.linalg.lstsq(X, np.ones(len(X)), rcond=None)[0]
    return np.concatenate([logit * flat for logit in logits])
