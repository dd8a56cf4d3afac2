"""The experiments of the plan: lists alone or in pairs, placebo lists, endorsements, masked answers; diagnostics first.

What belongs here: what runs on which experiment, and when a design has failed. What must not: closed forms, an item.
A design that fails a check gives a row without a number, and the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import EndorsementAnswers, endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement
from analysis.estimators.estimate import Estimate, Interval
from analysis.estimators.list_experiment.balance import balance_test
from analysis.estimators.list_experiment.double import double_list, placebo_list
from analysis.estimators.list_experiment.length_error import LENGTH_ERRORS, length_envelope, own_errors
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data
from analysis.estimators.list_experiment.standing import ListAnalysis, analyse
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.schemas.precision import SHARE_STEPS, down_to_step, floored, share_step, up_to_step
from analysis.strategy.frame import ALL, Bools, Floats, Survey
from analysis.strategy.lists import ListAnswers, counts_of, impossible_counts, list_answers
from analysis.strategy.rows import REFUSED, Number, Place, Rows, listing, reason_against, slug
from analysis.study.estimands import Device, Endorsement, ListExperiment

LEVEL = 0.05
WEIGHTINGS = ("rds", "blended")
"""Under which lists are estimated beside the unweighted respondents."""

CHECK_WORDS = {
    "thin_floor_cell": "the answer “no item” is not avoided",
    "thin_ceiling_cell": "the answer “every item” is not avoided",
    "supporters_at_floor": "implied holders are not concentrated among those who hold nothing else",
    "supporters_at_ceiling": "implied holders are not concentrated among those who hold everything else",
    "unreached_extremes": "both ends of the list are reached",
    "placebo_item_named": "nobody names the item that nobody can hold",
}
LENGTH_ALLOWED = "list, error of length allowed for"
DISAGREES = "the two lists disagree: at least one of them fails"
PLACEBO_UNJUDGED = "the placebo list that the plan names has too few answers to be judged"
PLACEBO_FAILS = "the placebo list moved the counts: a longer list alone changes the answers"
SCREEN_FAILS = "a list fails its floor and ceiling screen or the no-design-effect test"


@dataclass
class Checks:
    """Diagnostics, gathered; texts hold no counts."""

    source: str
    found: list[dict[str, object]] = field(default_factory=list)

    def add_test(self, item: str, code: str, p_value: float, text: str, n: int) -> None:
        """A test that rejects at the conventional level."""
        self._add(item, code, (p_value, LEVEL), text, n, passed=p_value >= LEVEL)

    def add(self, item: str, code: str, text: str, n: int, *, passed: bool | None) -> None:
        """A check without a number of its own; `passed` is None where the data cannot tell."""
        self._add(item, code, (None, None), text, n, passed=passed)

    def add_function(self, item: str, p_value: float, text: str, n: int, *, passed: bool) -> None:
        """A test whose p-value does not decide by itself: a small difference passes however sure it is."""
        self._add(item, "item_function", (p_value, LEVEL), text, n, passed=passed)

    def _add(
        self, item: str, code: str, limits: tuple[float | None, float | None], text: str, n: int, *, passed: bool | None
    ) -> None:
        statistic, threshold = limits
        self.found.append(
            {
                "item_text": item,
                "check_code": code,
                "statistic": None if statistic is None else p_value_shown(statistic, n),
                "threshold": threshold,
                "is_passed": None if passed is None else bool(passed),
                "check_text": text,
                "respondents_n": floored(n),
                "source": self.source,
            }
        )


def p_value_shown(p_value: float, n: int) -> float:
    """On the step of n respondents and away from the level, so that the decision stays what it was."""
    step = share_step(n) or SHARE_STEPS[-1]
    return min(up_to_step(p_value, step), 1.0) if p_value >= LEVEL else down_to_step(p_value, step)


def list_rows(rows: Rows, checks: Checks) -> dict[str, str | None]:
    """Every list experiment: each list, both together where there are two, and regressions on the first.

    A design that its diagnostics speak against gives the reason in place of the number.

    Returns
    -------
    dict
        Name of each experiment to that reason, None where nothing speaks against the design.
    """
    plan = rows.survey.plan
    return {each.name: _experiment_rows(rows, checks, each) for each in plan.list_experiments}


def _experiment_rows(rows: Rows, checks: Checks, experiment: ListExperiment) -> str | None:
    survey = rows.survey
    lists = [list_answers(survey, each) for each in experiment.lists]
    first = lists[0]
    try:
        found = [analyse(each.y, each.treat, each.items, design=each.declared.design) for each in lists]
    except EstimationError:
        _refuse(
            rows, Place(experiment.estimand, experiment.name, "unweighted", _way(experiment)), int(first.rows.sum())
        )
        return REFUSED
    length = _length(checks, survey, experiment)
    for each, analysis in zip(lists, found, strict=True):
        _list_checks(checks, survey, each, analysis)
        place = Place(experiment.estimand, each.item, "unweighted", each.estimator)
        rows.add_estimate(place, analysis.prevalence, _generic(analysis))
        if len(lists) == 2:
            _envelope_row(rows, place, [analysis.prevalence], length.against(_generic(analysis)))
    _regression_rows(rows, experiment.estimand, first, length.against(_generic(found[0])).reason)
    length = length.against(next(filter(None, map(_generic, found)), None))
    if len(lists) == 2:
        return _double_rows(rows, checks, experiment, length)
    _single_rows(rows, experiment.estimand, first, found[0].prevalence, length)
    return length.reason


def _way(experiment: ListExperiment) -> str:
    return "double list" if len(experiment.lists) == 2 else "difference in means"


def _generic(analysis: ListAnalysis) -> str | None:
    return None if analysis.prevalence.is_usable else SCREEN_FAILS


def _refuse(rows: Rows, place: Place, n: int) -> None:
    if n >= rows.survey.plan.disclosure.least_answers:
        rows.add(place, Number(0.0, None, None, n, place.estimator), REFUSED)


def _list_checks(checks: Checks, survey: Survey, given: ListAnswers, analysis: ListAnalysis) -> None:
    n = len(given.y)
    if impossible_counts(survey, given.declared):
        checks.add(given.item, "impossible_count", "nobody names more items than the arm had; who does is left out", n,
                   passed=False)  # fmt: skip
    for check in analysis.screen.checks:
        passed = check.passed if check.is_judged else None
        checks.add(given.item, check.code, CHECK_WORDS[check.code], n, passed=passed)
    test = analysis.design_effect_unselected
    text = "p-value of the no-design-effect test of Blair and Imai; it looks for negative shares only"
    checks.add_test(given.item, "design_effect", test.p_value, text, n)
    matrix, names = survey.covariates()
    if len(names) == 1:
        return
    try:
        found = balance_test(regression_data(given.y, given.treat, given.items, matrix[given.rows], names))
    except EstimationError:
        # Somebody's group is missing from one arm: there is no joint test, and the other checks stand.
        return
    labels = [survey.plan.label(item) for item in survey.plan.covariates]
    told = f"{listing(labels)} {'do' if len(labels) > 1 else 'does'}"
    text = f"p-value of the joint test that {told} not tell the arms apart"
    checks.add_test(given.item, "balance", found.p_value, text, n)


@dataclass(frozen=True)
class _Length:
    """What is known of the error of length: why a list may not be read as a share, and the errors to allow for."""

    reason: str | None
    errors: Sequence[float]
    source: str

    def against(self, reason: str | None) -> _Length:
        """The same, with a reason that comes before its own."""
        return replace(self, reason=reason or self.reason)


def _length(checks: Checks, survey: Survey, experiment: ListExperiment) -> _Length:
    """By the study's own placebo list where it has one that can be judged, else by what other studies measured."""
    design, placebo = experiment.lists[0].design, experiment.placebo
    elsewhere = " to ".join(f"{error:g}" for error in (min(LENGTH_ERRORS[design]), max(LENGTH_ERRORS[design])))
    of_others = _Length(None, LENGTH_ERRORS[design], f"errors of {elsewhere}, measured by other studies")
    if placebo is None:
        return of_others
    given = list_answers(survey, placebo)
    text = "p-value of the test that an item which nobody can hold leaves the mean count alone"
    try:
        found = placebo_list(given.y, given.treat, given.items)
    except EstimationError:
        checks.add(given.item, "placebo", text, len(given.y), passed=None)
        return replace(of_others, reason=PLACEBO_UNJUDGED)
    checks.add_test(given.item, "placebo", found.p_value, text, len(given.y))
    reason = PLACEBO_FAILS if found.p_value < LEVEL else None
    return _Length(reason, own_errors(found.difference), "what the interval of the study's own placebo list allows")


def _envelope_row(rows: Rows, of: Place, made: Sequence[Estimate], length: _Length) -> None:
    """Weightings of everybody's answers together, with every error of length taken out: the list's robust interval."""
    place = replace(of, weighting="envelope", estimator=LENGTH_ALLOWED)
    limits = [length_envelope(each, errors=length.errors) for each in made]
    lows, highs = [each.low for each in limits if each.low is not None], [e.high for e in limits if e.high is not None]
    if not lows or not highs:
        rows.add(place, Number(0.0, None, None, made[-1].n, LENGTH_ALLOWED), length.reason or REFUSED)
        return
    method = f"{made[-1].method}; envelope over weightings and {length.source}"
    rows.add(
        place, Number(made[-1].value or 0.0, None, Interval(min(lows), max(highs)), made[-1].n, method), length.reason
    )


def _double_rows(rows: Rows, checks: Checks, experiment: ListExperiment, length: _Length) -> str | None:
    survey = rows.survey
    counts = [counts_of(survey, each) for each in experiment.lists]
    arms = [(survey.answer(each.arm) == each.treatment).to_numpy() for each in experiment.lists]
    both = np.logical_and.reduce([list_answers(survey, each).rows for each in experiment.lists]) & (arms[0] != arms[1])
    items, kind = experiment.lists[0].control_items, survey.domain_kind
    groups = [(ALL, ALL, both), *((kind, name, both & members) for name, members in survey.domains())]
    for kind, group, chosen in groups:
        place = Place(experiment.estimand, experiment.name, "unweighted", "double list", kind, group)
        if chosen.sum() < survey.plan.disclosure.least_in_group:
            continue
        try:
            made = double_list(counts[0][chosen], counts[1][chosen], arms[0][chosen], items)
        except EstimationError:
            _refuse(rows, place, int(chosen.sum()))
            continue
        if kind == ALL:
            text = "p-value of the test that both lists give the same share"
            checks.add_test(experiment.name, "agreement", made.p_disagreement, text, int(chosen.sum()))
            length = length if length.reason or made.p_disagreement >= LEVEL else length.against(DISAGREES)
        rows.add_estimate(place, made.average, length.reason)
        if kind == ALL:
            weighted = _weighted_double(rows, experiment, (counts[0], counts[1], arms[0], chosen), length.reason)
            _envelope_row(rows, place, [made.average, *weighted], length)
    return length.reason


def _weighted_double(
    rows: Rows, experiment: ListExperiment, given: tuple[Floats, Floats, Bools, Bools], reason: str | None
) -> list[Estimate]:
    found = []
    for weighting in WEIGHTINGS:
        if weighting not in rows.survey.weights:
            continue
        weights = rows.survey.weights[weighting]
        counted = given[3] & (weights > 0)
        place = Place(experiment.estimand, experiment.name, weighting, "double list")
        first, second, arm = (each[counted] for each in given[:3])
        try:
            made = double_list(first, second, arm, experiment.lists[0].control_items, weights=weights[counted])
        except EstimationError:
            _refuse(rows, place, int(counted.sum()))
            continue
        rows.add_estimate(place, made.average, reason)
        found.append(made.average)
    return found


def _single_rows(rows: Rows, estimand: str, given: ListAnswers, everybody: Estimate, length: _Length) -> None:
    """A list without a second one: every domain unweighted, everybody under the other weightings, and the envelope."""
    found = [everybody]
    survey, kind = rows.survey, rows.survey.domain_kind
    cells = [("unweighted", kind, name, members[given.rows]) for name, members in survey.domains()]
    cells += [(name, ALL, ALL, survey.weights[name][given.rows] > 0) for name in WEIGHTINGS if name in survey.weights]
    for weighting, group_kind, group, chosen in cells:
        place = Place(estimand, given.item, weighting, given.estimator, group_kind, group)
        if chosen.sum() < survey.plan.disclosure.least_in_group:
            continue
        weights = None if weighting == "unweighted" else survey.weights[weighting][given.rows][chosen]
        try:
            made = analyse(
                given.y[chosen], given.treat[chosen], given.items, design=given.declared.design, weights=weights
            )
        except EstimationError:
            _refuse(rows, place, int(chosen.sum()))
            continue
        rows.add_estimate(place, made.prevalence, length.reason or _generic(made))
        if group == ALL:
            found.append(made.means.difference)
    _envelope_row(rows, Place(estimand, given.item, "envelope", LENGTH_ALLOWED), found, length)


def _regression_rows(rows: Rows, estimand: str, given: ListAnswers, reason: str | None) -> None:
    matrix, names = rows.survey.covariates()
    design = given.declared.design
    fits = {"linear regression": linear_regression, "maximum likelihood": maximum_likelihood}
    if design == "placebo-list":
        del fits["maximum likelihood"]  # its model of the control arm has no item that nobody holds
    for estimator, fit in fits.items():
        place = Place(estimand, given.item, "unweighted", estimator)
        try:
            made = fit(regression_data(given.y, given.treat, given.items, matrix[given.rows], names, design=design))
            estimate = predict(made, {"prediction": average(made)})[0]
        except EstimationError:
            _refuse(rows, place, len(given.y))
            continue
        rows.add_estimate(place, estimate, reason)


def endorsement_rows(rows: Rows, checks: Checks) -> None:
    """Every policy under every endorser in points, and pooled over policies in standard deviations."""
    for experiment in rows.survey.plan.endorsements:
        _endorsed_rows(rows, checks, experiment)


def _endorsed_rows(rows: Rows, checks: Checks, experiment: Endorsement) -> None:
    place = Place(experiment.estimand, experiment.name, "unweighted", "endorsement", quantity="standardised_effect")
    made = _endorsed(rows.survey, experiment)
    if made is None:
        _refuse(rows, place, rows.survey.n)
        return
    found = quick_endorsement(made)
    cells = [(policy, endorser) for endorser in made.endorsers for policy in made.policies]
    for (policy, endorser), estimate in zip(cells, found.differences, strict=True):
        words = experiment.endorsers[endorser]
        rows.add_estimate(Place(experiment.estimand, policy, "unweighted", words, quantity="points_of_scale"), estimate)
    for endorser, estimate, p_value in zip(made.endorsers, found.pooled, found.p_heterogeneity, strict=True):
        words = experiment.endorsers[endorser]
        rows.add_estimate(replace(place, estimator=words), estimate)
        text = f"p-value of the test that the endorsement ({words}) moves every policy alike"
        checks.add_test(experiment.name, f"one_effect_{slug(words)}", p_value, text, made.n)


def _endorsed(survey: Survey, experiment: Endorsement) -> EndorsementAnswers | None:
    codes = {code: number for number, code in enumerate((experiment.control, *experiment.endorsers))}
    columns = [survey.answer(policy.item) for policy in experiment.policies]
    answers = [pd.to_numeric(each, errors="coerce").to_numpy("float64") for each in columns]
    named = [survey.answer(policy.endorser).map(codes) for policy in experiment.policies]
    y = np.column_stack([np.where(each.notna(), answer, np.nan) for answer, each in zip(answers, named, strict=True)])
    endorser = np.column_stack([each.fillna(0).to_numpy("int64") for each in named])
    items = tuple(policy.item for policy in experiment.policies)
    try:
        return endorsement_answers(y, endorser, items, tuple(experiment.endorsers))
    except EstimationError:
        return None


def device_rows(rows: Rows) -> None:
    """Shares behind masked answers: everybody, and groups that pool all others."""
    survey = rows.survey
    for declared in survey.plan.devices:
        answers = survey.answer(declared.item)
        decided = answers.isin([declared.yes, declared.no]).to_numpy()
        given = ((answers == declared.yes).to_numpy(), decided)
        for weighting in ("unweighted", "blended"):
            _add_masked(rows, declared, given, Place(declared.estimand, declared.item, weighting, declared.design))
        for group, name, members in survey.groups():
            if group and group.kind in declared.groups:
                place = Place(declared.estimand, declared.item, "blended", declared.design, group.kind, name)
                _add_masked(rows, declared, (given[0], decided & members), place)


def _add_masked(rows: Rows, declared: Device, given: tuple[Bools, Bools], place: Place) -> None:
    yes, chosen = given
    n, yes_n = int(chosen.sum()), int((yes & chosen).sum())
    if n < rows.survey.plan.disclosure.least_answers or place.weighting not in rows.survey.weights:
        return
    weights = None if place.weighting == "unweighted" else rows.survey.weights[place.weighting][chosen]
    how = device(declared.design, declared.p, p1=declared.p1, p0=declared.p0, q=declared.q)
    try:
        found = prevalence(yes[chosen].astype(np.float64), how, weights=weights)
    except EstimationError:
        _refuse(rows, place, n)
        return
    rows.add_estimate(place, found, reason_against(rows.survey.plan, yes_n, n - yes_n, place.group_kind))
