"""Maximum likelihood list regression: the sensitive answer is unseen, the count is a mixture over it.

What belongs here: the constrained, unconstrained and beta-binomial likelihoods of Imai (2011) and Blair & Imai (2012).
What must not: the maximiser (`likelihood`), predictions, error models (`misreport`).

Where the item may be held (z = 1) or not (z = 0), a treated respondent with count y endorses y − z other items.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, bernoulli, beta_binomial, binomial, component
from analysis.estimators.likelihood import SEPARATED_LOGIT, Density, LikelihoodFit, fitted_covariance, maximise
from analysis.estimators.list_experiment.regression import (
    Convergence,
    ListRegression,
    RegressionData,
    coefficient_names,
)
from analysis.estimators.list_experiment.responses import ListResponses
from analysis.estimators.variance import FloatArray

ControlModel = Literal["constrained", "unconstrained", "beta-binomial"]
MODELS = ("constrained", "unconstrained", "beta-binomial")
# Below this intra-list correlation the beta-binomial is the binomial and its extra parameter has no standard error.
NO_OVERDISPERSION = 1e-4
# The implied share that starts a search is kept this far from 0 and 1.
START_MARGIN = 0.02
# A standard error this many times larger than a logit can sensibly move says that the data do not know.
HUGE_LOGIT_SE = 50.0

NOT_CONVERGED = "the likelihood search stopped before its maximum: do not use the coefficients"
FALLBACK = "no overdispersion was found: the beta-binomial is the binomial here, which is reported instead"


def maximum_likelihood(data: RegressionData, model: ControlModel = "constrained") -> ListRegression:
    """Fit the list regression by maximum likelihood.

    More precise than least squares when its assumptions hold: no design effect, no liars, and binomial (or
    beta-binomial) control counts. `constrained` has one control model for those who hold the item and those who do
    not, `unconstrained` one for each.

    Parameters
    ----------
    data
        From `regression_data`.
    model
        `constrained`, `unconstrained` or `beta-binomial`.

    Returns
    -------
    ListRegression
        Terms `sensitive.…` and `control.…`; unconstrained: `control.psi0.…`, `control.psi1.…`; beta-binomial: also
        `control.overdispersion` (logit of the intra-list correlation).

    Raises
    ------
    EstimationError
        When the model is unknown, or as `maximise` and `design_covariance`.

    Source
        Imai 2011, JASA 106(494), section 3; Blair & Imai 2012, Political Analysis 20(1), section 2.3. `ictreg` of R
        list 9.2.6 stops up to 1e-7 below this maximum. With weights R inverts the weighted Hessian, whose
        size follows the scale of the weights; here it is the sandwich.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> maximum_likelihood(data).terms
    ('sensitive.Intercept', 'control.Intercept')
    """
    if model not in MODELS:
        raise EstimationError(f"model is '{model}'; choose one of {', '.join(MODELS)}")
    fit = fit_list_likelihood(data, model)
    if model == "beta-binomial" and special.expit(fit.theta[-1]) < NO_OVERDISPERSION:
        return _regression(data, "constrained", fit_list_likelihood(data, "constrained"), (FALLBACK,))
    return _regression(data, model, fit, ())


def fit_list_likelihood(data: RegressionData, model: ControlModel) -> LikelihoodFit:
    """Maximise one of the list likelihoods.

    Parameters
    ----------
    data, model
        As in `maximum_likelihood`.

    Returns
    -------
    LikelihoodFit

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> fit_list_likelihood(data, "constrained").is_converged
    True
    """
    X, one = data.X, np.ones((data.responses.n, 1))
    designs = {"constrained": [X, X], "unconstrained": [X, X, X], "beta-binomial": [X, X, one]}[model]
    starts = [moment_start(data, [M.shape[1] for M in designs])]
    return maximise(list_density(data, model), designs, weights=data.weights, starts=starts)


def list_density(data: RegressionData, model: ControlModel) -> Density:
    """Build the density of the counts: one component for each unseen answer to the sensitive item.

    Parameters
    ----------
    data, model
        As in `maximum_likelihood`.

    Returns
    -------
    callable
        From (n, M) predictors of some rows, and these rows, to the two components.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3)
    >>> len(list_density(data, "constrained")(np.zeros((20, 2)), slice(None)))
    2
    """
    return lambda eta, rows: [_held(data.responses.rows(rows), model, eta, z) for z in (0, 1)]


def _held(responses: ListResponses, model: ControlModel, eta: FloatArray, z: int) -> Component:
    """Joint density of holding (z = 1) or not (z = 0) and of the y − zT other items."""
    J, others = responses.items, responses.y - z * responses.treat
    axes = np.eye(eta.shape[1])
    item = bernoulli(eta[:, 0], z, axes[0])
    if model == "beta-binomial":
        return component(item, beta_binomial(eta[:, 1], eta[:, 2], others, J, axes[1:]))
    block = 1 + z if model == "unconstrained" else 1
    return component(item, binomial(eta[:, block], others, J, axes[block]))


def moment_start(data: RegressionData, widths: list[int]) -> FloatArray:
    """Start from the intercepts that the arm means imply: a second climb beside the one from zero.

    Parameters
    ----------
    data
        As in `maximum_likelihood`.
    widths
        Coefficients per block; sensitive first, then control blocks; a block of one is left at zero.

    Returns
    -------
    numpy.ndarray

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> moment_start(regression_data([0, 1] * 10, [0] * 10 + [1] * 10, 3), [1, 1]).shape
    (2,)
    """
    y, z, J = data.responses.y, data.responses.treat, data.responses.items
    means = [float(np.average(y, weights=data.w * (z == arm))) for arm in (0, 1)]
    shares = [means[1] - means[0], *[means[0] / J] * (len(widths) - 1)]
    logits = special.logit(np.clip(shares, START_MARGIN, 1 - START_MARGIN))
    flat = np.linalg.lstsq(data.X, np.ones(data.responses.n), rcond=None)[0]
    k = data.X.shape[1]
    return np.concatenate([a * flat if m == k else np.zeros(m) for a, m in zip(logits, widths, strict=True)])


def _regression(
    data: RegressionData, model: ControlModel, fit: LikelihoodFit, warnings: tuple[str, ...]
) -> ListRegression:
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    df = covariance.degrees_of_freedom
    convergence = convergence_of(fit)
    terms = _terms(data, model)
    return ListRegression(
        estimator="ml",
        model=model,
        method=f"maximum likelihood ({model}), {covariance.method}",
        terms=terms,
        coefficients=fit.theta,
        covariance=covariance.matrix,
        influence=covariance.influence,
        sensitive_n=data.X.shape[1],
        link="logit",
        data=data,
        degrees_of_freedom=float(data.responses.n - len(fit.theta)) if df is None else float(df),
        log_likelihood=fit.log_likelihood,
        convergence=convergence,
        undetermined=fit.undetermined,
        warnings=(*warnings, *search_warnings(convergence, terms, covariance.matrix)),
    )


def _terms(data: RegressionData, model: ControlModel) -> tuple[str, ...]:
    if model == "unconstrained":
        return coefficient_names(data.names, ("control.psi0", "control.psi1"))
    names = coefficient_names(data.names)
    return (*names, "control.overdispersion") if model == "beta-binomial" else names


def convergence_of(fit: LikelihoodFit) -> Convergence:
    """Summarise how a likelihood search ended; separation is looked for in the first predictor.

    Parameters
    ----------
    fit
        From `maximise`.

    Returns
    -------
    Convergence

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> convergence_of(fit_list_likelihood(data, "constrained")).separated_n
    0
    """
    separated = int(np.sum(np.abs(fit.predictors[:, 0]) > SEPARATED_LOGIT))
    return Convergence(fit.is_converged, fit.iterations, fit.remaining_gain, fit.undetermined_n, separated)


def search_warnings(convergence: Convergence, terms: tuple[str, ...], covariance: FloatArray) -> tuple[str, ...]:
    """Say in words what a reader must know about a likelihood search.

    Parameters
    ----------
    convergence, terms, covariance
        Of the fit.

    Returns
    -------
    tuple of str

    Example
    -------
    >>> search_warnings(Convergence(False, 1, 1.0, 0, 0), ("a",), np.eye(1))
    ('the likelihood search stopped before its maximum: do not use the coefficients',)
    """
    found = [] if convergence.is_converged else [NOT_CONVERGED]
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    huge = [term for term, value in zip(terms, se, strict=True) if value > HUGE_LOGIT_SE]
    if convergence.undetermined_n:
        found.append(
            f"the data do not determine {convergence.undetermined_n} coefficient(s), which have no standard error"
        )
    if convergence.separated_n or huge:
        named = f" ({', '.join(huge)})" if huge else ""
        found.append(
            f"separation{named}: the fitted probability is 0 or 1 for {convergence.separated_n} respondent(s); "
            "the coefficient has no finite estimate: drop the covariate or join its levels"
        )
    return tuple(found)
