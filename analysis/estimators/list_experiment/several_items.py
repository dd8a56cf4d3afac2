"""Several sensitive items, one to each treated arm, and one control list for all.

What belongs here: levels of treatment; linear, two-step and likelihood regressions with one sensitive block per item.
What must not: single items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, bernoulli, binomial, component
from analysis.estimators.likelihood import LikelihoodFit, fitted_covariance, maximise
from analysis.estimators.list_experiment.mixture import convergence_of, moment_start, search_warnings
from analysis.estimators.list_experiment.nonlinear import SINGULAR_WARNING, nonlinear_least_squares
from analysis.estimators.list_experiment.regression import (
    ListRegression,
    RegressionData,
    hc3_or_design,
    regression_data,
)
from analysis.estimators.variance import FloatArray, IntArray, design_covariance

Condition = Literal["none", "level"]
CONTROL_LEVEL = "control"


@dataclass(frozen=True, slots=True, eq=False)
class SeveralItemsData:
    """Validated answers of a list experiment with K sensitive items.

    Attributes
    ----------
    base
        All respondents; `base.responses.treat` is 1 in every treated arm.
    level
        (n,) 0 control, 1..K the sensitive item that was added.
    labels
        K names of the items.
    """

    base: RegressionData
    level: IntArray
    labels: tuple[str, ...]


def several_items_data(
    response: npt.ArrayLike,
    level: npt.ArrayLike,
    items: int,
    X: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    labels: Sequence[str] | None = None,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> SeveralItemsData:
    """Validate a list experiment with several sensitive items.

    Parameters
    ----------
    response, items, X, names, weights, strata, clusters
        As in `regression_data`.
    level
        (n,) 0 for the control list, 1..K for the sensitive item that was added.
    labels
        K names; 1..K when None.

    Returns
    -------
    SeveralItemsData

    Raises
    ------
    EstimationError
        As `regression_data`, for the control list with each treated arm; when a level is missing.

    Example
    -------
    >>> several_items_data([0, 1] * 15, [0] * 10 + [1] * 10 + [2] * 10, 3).labels
    ('1', '2')
    """
    given = np.asarray(level, dtype=np.float64)
    K = int(given.max()) if len(given) and np.isfinite(given).all() else 0
    if K < 1 or not np.isin(given, np.arange(K + 1)).all():
        raise EstimationError("treat: give 0 for the control list and 1..K for the sensitive items, without gaps")
    codes = given.astype(np.int64)
    base = regression_data(response, codes > 0, items, X, names, weights=weights, strata=strata, clusters=clusters)
    for item in range(1, K + 1):
        _arm(base, codes, item)
    named = tuple(str(i) for i in range(1, K + 1)) if labels is None else tuple(labels)
    if len(named) != K:
        raise EstimationError(f"sensitive levels: {len(named)} names for {K} items; give one name for each")
    return SeveralItemsData(base, codes, named)


def _arm(base: RegressionData, level: IntArray, item: int) -> RegressionData:
    """The control list with one treated arm; without a design, which is applied to all arms together."""
    rows = (level == 0) | (level == item)
    w = None if base.weights is None else base.weights[rows]
    return regression_data(
        base.responses.y[rows], level[rows] == item, base.responses.items, base.X[rows], base.names, weights=w
    )


def linear_several(data: SeveralItemsData) -> ListRegression:
    """Fit the linear list regression with one sensitive block per item.

    Parameters
    ----------
    data
        From `several_items_data`.

    Returns
    -------
    ListRegression
        Terms `sensitive.<item>.…`, then `control.…`. Without covariates: each item's difference in means.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 2.5; equals `ictreg(method = "lm")` of R list 9.2.6.

    Example
    -------
    >>> linear_several(several_items_data([0, 1] * 15, [0] * 10 + [1] * 10 + [2] * 10, 3)).terms[0]
    'sensitive.1.Intercept'
    """
    X, base = data.base.X, data.base
    blocks = [X * (data.level == k)[:, None] for k in range(1, len(data.labels) + 1)]
    theta, covariance, influence, df, method = hc3_or_design(base.responses.y, np.hstack([*blocks, X]), base)
    k = X.shape[1]
    return ListRegression("linear", None, method, _terms(data), theta, covariance, influence, k, "identity", base, df)


def _terms(data: SeveralItemsData, condition: Condition = "none") -> tuple[str, ...]:
    sensitive = [f"sensitive.{label}.{name}" for label in data.labels for name in data.base.names]
    control = [f"control.{name}" for name in data.base.names]
    levels = [f"sensitive.{label}.other_items" for label in data.labels] if condition == "level" else []
    return (*sensitive, *control, *levels)


def nonlinear_several(data: SeveralItemsData) -> ListRegression:
    """Fit the two-step nonlinear list regression: one control model, one sensitive model per item.

    Parameters
    ----------
    data
        From `several_items_data`.

    Returns
    -------
    ListRegression

    Source
        Blair & Imai 2012, section 2.5; the first step is shared, and so is its part of the covariance.

    Example
    -------
    >>> y = [0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10 + [2, 1, 1, 2] * 10
    >>> nonlinear_several(several_items_data(y, [0] * 40 + [1] * 40 + [2] * 40, 3)).terms[1]
    'sensitive.2.Intercept'
    """
    K, k, n = len(data.labels), data.base.X.shape[1], data.base.responses.n
    fits = [nonlinear_least_squares(_arm(data.base, data.level, item)) for item in range(1, K + 1)]
    influence = np.zeros((n, (K + 1) * k))
    for item, fit in enumerate(fits):
        rows = (data.level == 0) | (data.level == item + 1)
        influence[rows, item * k : (item + 1) * k] = fit.influence[:, :k]
    influence[(data.level == 0) | (data.level == 1), K * k :] = fits[0].influence[:, k:]
    theta = np.concatenate([*(fit.coefficients[:k] for fit in fits), fits[0].coefficients[k:]])
    has_plan = data.base.strata is not None or data.base.clusters is not None
    design = design_covariance(influence, data.base.strata, data.base.clusters) if has_plan else None
    covariance = influence.T @ influence if design is None else design.matrix
    df = float(n - len(theta)) if design is None else float(design.degrees_of_freedom)
    is_singular = any(fit.warnings for fit in fits)
    return ListRegression(
        "nls",
        None,
        "two-step nonlinear least squares, two-step sandwich",
        _terms(data),
        theta,
        covariance,
        influence,
        k,
        "logit",
        data.base,
        df,
        warnings=(SINGULAR_WARNING,) if is_singular else (),
    )


def likelihood_several(data: SeveralItemsData, condition: Condition = "none") -> ListRegression:
    """Fit several sensitive items by maximum likelihood with one control model.

    Parameters
    ----------
    data
        From `several_items_data`.
    condition
        `none`, or `level`: holding an item may depend on how many of the other items are held.

    Returns
    -------
    ListRegression
        Terms `sensitive.<item>.…`, `control.…`, and with `level` also `sensitive.<item>.other_items`.

    Raises
    ------
    EstimationError
        When the condition is unknown, and as `maximise`.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 2.5 and appendix 2; `ictreg(multi.condition = …)` of R list
        9.2.6, whose `indicator` condition crashes and is not offered.

    Example
    -------
    >>> y = [0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10 + [2, 1, 1, 2] * 10
    >>> likelihood_several(several_items_data(y, [0] * 40 + [1] * 40 + [2] * 40, 3)).model
    'none'
    """
    if condition not in ("none", "level"):
        raise EstimationError(f"condition is '{condition}'; choose 'none' or 'level'")
    fit = _maximised(data, condition)
    base = data.base
    covariance = fitted_covariance(
        fit, is_weighted=base.weights is not None, strata=base.strata, clusters=base.clusters
    )
    convergence, terms = convergence_of(fit), _terms(data, condition)
    df = covariance.degrees_of_freedom
    return ListRegression(
        estimator="ml",
        model=condition,
        method=f"maximum likelihood, several items, {covariance.method}",
        terms=terms,
        coefficients=fit.theta,
        covariance=covariance.matrix,
        influence=covariance.influence,
        sensitive_n=base.X.shape[1],
        link="logit",
        data=base,
        degrees_of_freedom=float(base.responses.n - len(terms)) if df is None else float(df),
        log_likelihood=fit.log_likelihood,
        convergence=convergence,
        undetermined=fit.undetermined,
        warnings=search_warnings(convergence, terms, covariance.matrix),
    )


def _maximised(data: SeveralItemsData, condition: Condition) -> LikelihoodFit:
    K, X = len(data.labels), data.base.X
    one = np.ones((len(X), 1))
    designs = [X] * (K + 1) + [one] * (K if condition == "level" else 0)
    first = moment_start(data.base, [X.shape[1]] * 2)
    k = X.shape[1]
    start = np.concatenate([*[first[:k]] * K, first[k:], np.zeros(len(designs) - K - 1)])
    return maximise(
        lambda eta, rows: [_held(data, rows, condition, eta, z) for z in (0, 1)],
        designs,
        weights=data.base.weights,
        starts=[start],
    )


def _held(data: SeveralItemsData, rows: slice, condition: Condition, eta: FloatArray, z: int) -> Component:
    """Density of holding the item that was asked (z), and of the other items; controls were asked none."""
    K, M = len(data.labels), eta.shape[1]
    treated, asked = data.level[rows] > 0, np.maximum(data.level[rows], 1) - 1
    others = data.base.responses.y[rows] - z * treated
    each = np.arange(len(eta))
    loading = np.zeros((len(eta), M))
    loading[each, asked] = treated
    if condition == "level":
        loading[each, K + 1 + asked] = treated * np.clip(others, 0, data.base.responses.items)
    item = bernoulli(np.sum(loading * eta, axis=1), z, loading)
    counts = binomial(eta[:, K], others, data.base.responses.items, np.eye(M)[K])
    return component(item, counts)
