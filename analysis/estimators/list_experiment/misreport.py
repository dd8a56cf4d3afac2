"""List likelihoods in which some respondents do not answer as they hold: floor, ceiling and response errors.

What belongs here: liars at the ends of the list (Blair & Imai 2012), top-coded and uniform errors (Blair, Chou &
Imai 2019).
What must not: the likelihoods without them (`mixture`), tests of whether they are needed (`screen`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.densities import Component, Term, bernoulli, binomial, component, constant
from analysis.estimators.likelihood import LikelihoodFit, fitted_covariance, maximise
from analysis.estimators.list_experiment.mixture import convergence_of, fit_list_likelihood, search_warnings
from analysis.estimators.list_experiment.regression import ListRegression, RegressionData, coefficient_names
from analysis.estimators.list_experiment.responses import ListResponses
from analysis.estimators.variance import FloatArray

MisreportModel = Literal["floor", "ceiling", "floor-ceiling", "top-code", "uniform"]
MISREPORTS: dict[str, tuple[str, ...]] = {
    "floor": ("floor",),
    "ceiling": ("ceiling",),
    "floor-ceiling": ("floor", "ceiling"),
    "top-code": ("error",),
    "uniform": ("error_control", "error_treated"),
}
# Logit of misreporting from which a climb starts beside 0 and never.
RARE = -2.0
NEVER = -12.0
EDGE_WARNING = (
    "the estimated share of misreports ({}) is 0: this model is the constrained one here, and its further parameter "
    "has no standard error"
)


def misreport_likelihood(data: RegressionData, model: MisreportModel) -> ListRegression:
    """Fit the constrained list likelihood with a process of misreporting.

    Use it beside the constrained fit, when the screen points at an end of the list or when a share of careless answers
    is plausible. `floor` and `ceiling`: holders of the item who hold no (or every) other item may hide it. `top-code`:
    some answer the largest number whatever they hold. `uniform`: some answer any number with the same chance, with a
    share of its own in each arm. The shares of misreports are constant over respondents.

    Parameters
    ----------
    data
        From `regression_data`.
    model
        `floor`, `ceiling`, `floor-ceiling`, `top-code` or `uniform`.

    Returns
    -------
    ListRegression
        Terms `sensitive.…`, `control.…`, and logits of misreporting `misreport.floor`, `misreport.ceiling`,
        `misreport.error`, or `misreport.error_control` and `misreport.error_treated`.

    Raises
    ------
    EstimationError
        When the model is unknown, or as `maximise` and `design_covariance`.

    Source
        Blair & Imai 2012, Political Analysis 20(1), section 3.2; Blair, Chou & Imai 2019, Political Analysis 27(4),
        section 3. `ictreg(error = "topcode" | "uniform")` and `ictreg(floor =, ceiling =)` of R list 9.2.6, whose floor
        and ceiling models give liars covariates; here one share. The constrained fit is among the starting points, so
        that the likelihood is never below it.

    Example
    -------
    >>> from analysis.estimators.list_experiment.regression import regression_data
    >>> data = regression_data([0, 1, 2, 1] * 10 + [0, 1, 2, 3] * 10, [0] * 40 + [1] * 40, 3)
    >>> misreport_likelihood(data, "ceiling").terms
    ('sensitive.Intercept', 'control.Intercept', 'misreport.ceiling')
    """
    if model not in MISREPORTS:
        raise EstimationError(f"model is '{model}'; choose one of {', '.join(MISREPORTS)}")
    fit = _maximised(data, model)
    covariance = fitted_covariance(
        fit, is_weighted=data.weights is not None, strata=data.strata, clusters=data.clusters
    )
    terms = (*coefficient_names(data.names), *(f"misreport.{name}" for name in MISREPORTS[model]))
    convergence = convergence_of(fit)
    df = covariance.degrees_of_freedom
    never = [name for name, value in zip(terms, fit.theta, strict=True) if "misreport" in name and value < NEVER]
    honest_n = 2 * data.X.shape[1]
    edge = [EDGE_WARNING.format(", ".join(never))] if never else []
    return ListRegression(
        estimator="ml",
        model=model,
        method=f"maximum likelihood (constrained, {model}), {covariance.method}",
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
        warnings=(*edge, *search_warnings(convergence, terms[:honest_n], covariance.matrix[:honest_n, :honest_n])),
    )


def _maximised(data: RegressionData, model: MisreportModel) -> LikelihoodFit:
    extra = len(MISREPORTS[model])
    one = np.ones((data.responses.n, 1))
    honest = fit_list_likelihood(data, "constrained")
    rare, never = (np.concatenate([honest.theta, np.full(extra, logit)]) for logit in (RARE, NEVER - 2))
    density = _liars if model in ("floor", "ceiling", "floor-ceiling") else _errors

    def climbed(*starts: FloatArray) -> LikelihoodFit:
        designs = [data.X, data.X, *[one] * extra]
        return maximise(
            lambda eta, rows: density(data.responses.rows(rows), model, eta),
            designs,
            weights=data.weights,
            starts=starts,
        )

    found = climbed(rare)
    return found if found.is_converged and found.log_likelihood >= honest.log_likelihood else climbed(rare, never)


def _liars(responses: ListResponses, model: MisreportModel, eta: FloatArray) -> list[Component]:
    """Holders and others who answer as they hold, and holders at an end of the list who do not."""
    y, z, J, axes = responses.y, responses.treat, responses.items, np.eye(eta.shape[1])
    ends = {"floor": 0, "ceiling": J}
    others = y - z
    holder, not_holder = (bernoulli(eta[:, 0], held, axes[0]) for held in (1, 0))
    honest = [holder, binomial(eta[:, 1], others, J, axes[1])]
    made = [component(not_holder, binomial(eta[:, 1], y, J, axes[1]))]
    for m, name in enumerate(MISREPORTS[model], start=2):
        at_end = (z == 1) & (others == ends[name])
        honest.append(_only(bernoulli(eta[:, m], 0, axes[m]), at_end))
        hides = np.where((z == 1) & (y == ends[name]), 0.0, -np.inf)
        count = binomial(eta[:, 1], np.full_like(y, ends[name]), J, axes[1])
        made.append(component(holder, count, bernoulli(eta[:, m], 1, axes[m]), constant(hides, len(axes))))
    return [*made, component(*honest)]


def _errors(responses: ListResponses, model: MisreportModel, eta: FloatArray) -> list[Component]:
    """Holders and others without an error, and answers that are an error."""
    y, z, J, axes = responses.y, responses.treat, responses.items, np.eye(eta.shape[1])
    largest = J + z
    if model == "top-code":
        loading, chance = np.broadcast_to(axes[2], (len(y), len(axes))), np.where(y == largest, 0.0, -np.inf)
    else:
        loading, chance = np.where(z[:, None] == 1, axes[3], axes[2]), -np.log(largest + 1.0)
    logit = np.sum(loading * eta, axis=1)
    right = [
        component(
            bernoulli(eta[:, 0], held, axes[0]),
            binomial(eta[:, 1], y - held * z, J, axes[1]),
            bernoulli(logit, 0, loading),
        )
        for held in (0, 1)
    ]
    return [*right, component(bernoulli(logit, 1, loading), constant(chance, len(axes)))]


def _only(term: Term, rows: npt.NDArray[np.bool_]) -> Term:
    """Keep a factor for some respondents; it is 1 for the others."""
    return Term(
        np.where(rows, term.value, 0.0), term.first * rows[:, None], term.second * rows[:, None, None], term.loadings
    )
