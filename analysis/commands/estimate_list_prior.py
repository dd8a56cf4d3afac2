"""`estimate list-experiment --estimator bayes`: the list with prior evidence and direct answers.

What belongs here: which priors are tried, and what is said beside the posterior. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.commands.estimate_report import Report
from analysis.commands.list_length import length_envelopes
from analysis.commands.list_rows import ListOptions, ListRows
from analysis.errors import EstimationError, InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.list_experiment.posterior import FLAT, BetaPrior, ListPosterior, is_mixed, list_posterior
from analysis.estimators.list_experiment.standing import analyse
from analysis.results.method_flags import told

METHOD = "list-experiment"
CONFLICT_P = 0.05
# What the prior's evidence may count for, beside its full weight.
WEIGHTS = (0.5, 2.0)
WITHOUT = "flat: the list without the prior"


@dataclass(frozen=True, slots=True)
class OtherPrior:
    """The prevalence under a prior: in words, its yes and no, and the posterior."""

    prior: str
    yes: float
    no: float
    value: float | None
    low: float | None
    high: float | None


def refuse_prior_options(options: ListOptions) -> None:
    """Refuse options that the posterior has no place for, and a prior without it.

    Raises
    ------
    InputError
        Naming the option.
    """
    if options.estimator != "bayes":
        if options.prior is not None:
            raise InputError("--prior belongs to --estimator bayes; add that, or leave it out")
        return
    taken = ("covariates", "weights", "strata", "clusters", "predict", "endorsement", "placebo", "test")
    for name in taken:
        if getattr(options, name) is not None:
            raise InputError(f"--estimator bayes takes no --{name}: its model has no place for it; leave it out")
    if options.list_design != "conventional":
        raise InputError("--estimator bayes describes a conventional list; leave --design out")


def read_prior(given: str | None) -> BetaPrior:
    """Read `--prior`, flat without it.

    Raises
    ------
    InputError
        When it is not two numbers above 0.
    """
    if given is None:
        return FLAT
    try:
        a, b = (float(part) for part in given.split(","))
        return BetaPrior(a, b)
    except (ValueError, EstimationError) as error:
        raise InputError(
            f"--prior is '{given}'; write the yes and the no that it is worth, such as 2,18, both above 0"
        ) from error


def estimate_posterior(options: ListOptions, rows: ListRows) -> Report:
    """Compute the posterior under the prior, and under others beside it.

    Parameters
    ----------
    options, rows
        As declared on the command line; rows that were not asked directly may be among them.

    Returns
    -------
    Report
        Terms `prevalence`, and with direct answers `admitting`; withheld when the list fails its screen.
    """
    prior = read_prior(options.prior)
    standing = analyse(rows.response, rows.arm, options.items)
    made = {words: _posterior(options, rows, tried) for words, tried in (("as given", prior), *_others(prior).items())}
    own, reason = made["as given"], standing.prevalence.unusable_reason
    estimates = [e for e in (own.prevalence, own.admitting) if e is not None]
    if reason is not None:
        estimates = [unusable_estimate(e.term, reason, n=e.n, unit=e.unit, method=e.method) for e in estimates]
    tried = {"as given": prior} | _others(prior)
    diagnostics: dict[str, Any] = {
        "usable": reason is None,
        "reason": reason,
        "screen": {"passed": standing.screen.passed, "checks": standing.screen.checks},
        "design_effect_p_value": standing.design_effect_unselected.p_value,
        "prior_against_list": None if prior == FLAT else own.conflict,
        "sampler": own.diagnostics,
        "under_other_priors": [
            _shown(words, tried[words], one.prevalence, is_usable=reason is None) for words, one in made.items()
        ],
        **length_envelopes(estimates, "conventional", None),
    }
    flagged = [] if prior == FLAT else told("list_prior_wrong")
    warnings = [*standing.warnings, *_doubts(made), *flagged]
    return Report(METHOD, "bayes", own.prevalence.n, estimates, None, diagnostics, warnings)


def _others(prior: BetaPrior) -> dict[str, BetaPrior]:
    if prior == FLAT:
        return {}
    weighed = {f"at {w:g} times its weight": BetaPrior(w * prior.a, w * prior.b) for w in WEIGHTS}
    return {WITHOUT: FLAT} | weighed


def _posterior(options: ListOptions, rows: ListRows, prior: BetaPrior) -> ListPosterior:
    rng = np.random.default_rng(options.seed)
    return list_posterior(rows.response, rows.arm, options.items, rng, direct=rows.direct, prior=prior)


def _shown(words: str, prior: BetaPrior, made: Estimate, *, is_usable: bool) -> OtherPrior:
    numbers = (made.value, made.low, made.high) if is_usable else (None, None, None)
    return OtherPrior(words, prior.a, prior.b, *numbers)


def _doubts(made: dict[str, ListPosterior]) -> list[str]:
    own, said = made["as given"], []
    flat = made.get(WITHOUT)
    if flat is not None and own.conflict.p_value < CONFLICT_P:
        said.append(
            f"list and prior disagree (p = {own.conflict.p_value:.3g}): one of them is wrong, and their average is no "
            "answer; report the list alone"
        )
    if flat is not None and own.prevalence.high is not None and flat.prevalence.value is not None:
        low, high = own.prevalence.low or 0.0, own.prevalence.high
        if not low <= flat.prevalence.value <= high:
            said.append("the estimate without the prior lies outside this interval: the prior decides, not the list")
    if not all(is_mixed(one.diagnostics) for one in made.values()):
        said.append("the sampler did not converge; try another --seed, and do not report these numbers if it stays so")
    return said
