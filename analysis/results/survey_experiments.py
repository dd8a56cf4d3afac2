"""The experiments of the instrument: double list, placebo list, endorsements, crosswise question; diagnostics first.

What belongs here: what runs on which items, and when a design has failed. What must not: closed forms.
A design that fails a check gives a row without a number, and the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import EndorsementAnswers, endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement
from analysis.estimators.list_experiment.balance import balance_test
from analysis.estimators.list_experiment.double import double_list, placebo_list
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import linear_regression, regression_data
from analysis.estimators.list_experiment.standing import ListAnalysis, analyse
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.results.survey_frame import LEAST_IN_GROUP, SERVICE_GROUPS, Bools, Floats, Survey
from analysis.results.survey_lists import LISTS, PLACEBO, ListAnswers, list_answers
from analysis.results.survey_rows import LEAST_PER_SIDE, REFUSED, TOO_FEW, Number, Place, Rows
from analysis.schemas.precision import SHARE_STEPS, down_to_step, floored, share_step, up_to_step

APPROVAL = "K20_approval_share"
PUBLIC_SUPPORT = "E01b_public_support_service_household"
ENDORSEMENT = "K47_endorsement_shift"
POLICIES = ("en1", "en2", "en3", "en4")
ENDORSERS = ("current_authorities", "un_agency", "diaspora_council")
LEVEL = 0.05
CHECK_WORDS = {
    "thin_floor_cell": "nobody may avoid the answer of no item",
    "thin_ceiling_cell": "nobody may avoid the answer of every item",
    "supporters_at_floor": "implied holders are not concentrated among those who hold nothing else",
    "supporters_at_ceiling": "implied holders are not concentrated among those who hold everything else",
    "unreached_extremes": "both ends of the list are reached",
}
DISAGREES = "the two lists disagree: at least one of them fails"
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


def list_rows(rows: Rows, checks: Checks, items: int) -> None:
    """Both lists, their average, and the regressions on the first, or the reason why there is no number.

    Parameters
    ----------
    rows, checks : Rows, Checks
        Where estimates and diagnostics go.
    items : int
        Control items of each list.
    """
    survey = rows.survey
    first, second = (list_answers(survey, item) for item in LISTS)
    n = int(first.rows.sum())
    try:
        found = [analyse(each.y, each.treat, items) for each in (first, second)]
    except EstimationError:
        _refuse(rows, Place(APPROVAL, "lx1 and lx2", "unweighted", "double list"), n)
        return
    for each, analysis in zip((first, second), found, strict=True):
        _list_checks(checks, survey, each, analysis, items)
        place = Place(APPROVAL, each.item, "unweighted", "difference in means")
        rows.add_estimate(place, analysis.prevalence, _generic(analysis))
    placebo = _placebo_reason(checks, survey, items)
    reason = SCREEN_FAILS if any(not each.prevalence.is_usable for each in found) else placebo
    _double_rows(rows, checks, (first, second), items, reason)
    _regression_rows(rows, first, items, _generic(found[0]) or placebo)


def _generic(analysis: ListAnalysis) -> str | None:
    return None if analysis.prevalence.is_usable else SCREEN_FAILS


def _refuse(rows: Rows, place: Place, n: int) -> None:
    if n >= LEAST_PER_SIDE:
        rows.add(place, Number(0.0, None, None, n, place.estimator), REFUSED)


def _list_checks(checks: Checks, survey: Survey, given: ListAnswers, analysis: ListAnalysis, items: int) -> None:
    n = len(given.y)
    for check in analysis.screen.checks:
        passed = check.passed if check.is_judged else None
        checks.add(given.item, check.code, CHECK_WORDS[check.code], n, passed=passed)
    test = analysis.design_effect_unselected
    text = "p-value of the no-design-effect test of Blair and Imai; it looks for negative shares only"
    checks.add_test(given.item, "design_effect", test.p_value, text, n)
    matrix, names = survey.covariates()
    try:
        found = balance_test(regression_data(given.y, given.treat, items, matrix[given.rows], names))
    except EstimationError:
        # Somebody's group is missing from one arm: there is no joint test, and the other checks stand.
        return
    text = "p-value of the joint test that sex, age, host and cohort do not tell the arms apart"
    checks.add_test(given.item, "balance", found.p_value, text, n)


def _placebo_reason(checks: Checks, survey: Survey, items: int) -> str | None:
    given = list_answers(survey, PLACEBO)
    try:
        found = placebo_list(given.y, given.treat, items)
    except EstimationError:
        return None
    text = "p-value of the test that an item which nobody can hold leaves the mean count alone"
    checks.add_test(PLACEBO, "placebo", found.p_value, text, len(given.y))
    return PLACEBO_FAILS if found.p_value < LEVEL else None


def _double_rows(
    rows: Rows, checks: Checks, lists: tuple[ListAnswers, ListAnswers], items: int, reason: str | None
) -> None:
    survey, (first, second) = rows.survey, lists
    both = first.rows & second.rows
    counts = [pd.to_numeric(survey.answer(item), errors="coerce").to_numpy("float64") for item in LISTS]
    arms = [(survey.answer(f"{item}_arm") == "treatment").to_numpy() for item in LISTS]
    both &= arms[0] != arms[1]
    groups = [("all", "all", both), *(("host", host, both & members) for host, members in survey.hosts())]
    for kind, group, chosen in groups:
        place = Place(APPROVAL, "lx1 and lx2", "unweighted", "double list", kind, group)
        if chosen.sum() < LEAST_IN_GROUP:
            continue
        try:
            made = double_list(counts[0][chosen], counts[1][chosen], arms[0][chosen], items)
        except EstimationError:
            _refuse(rows, place, int(chosen.sum()))
            continue
        if kind == "all":
            text = "p-value of the test that both lists give the same share"
            checks.add_test("lx1 and lx2", "agreement", made.p_disagreement, text, int(chosen.sum()))
            reason = reason or (DISAGREES if made.p_disagreement < LEVEL else None)
        rows.add_estimate(place, made.average, reason)
        if kind == "all":
            _weighted_double(rows, (counts[0], counts[1], arms[0]), chosen, items, reason)


def _weighted_double(
    rows: Rows, given: tuple[Floats, Floats, Bools], chosen: Bools, items: int, reason: str | None
) -> None:
    for weighting in ("rds", "blended"):
        if weighting not in rows.survey.weights:
            continue
        counted = chosen & (rows.survey.weights[weighting] > 0)
        place = Place(APPROVAL, "lx1 and lx2", weighting, "double list")
        try:
            first, second, arm = (each[counted] for each in given)
            made = double_list(first, second, arm, items, weights=rows.survey.weights[weighting][counted])
        except EstimationError:
            _refuse(rows, place, int(counted.sum()))
            continue
        rows.add_estimate(place, made.average, reason)


def _regression_rows(rows: Rows, given: ListAnswers, items: int, reason: str | None) -> None:
    matrix, names = rows.survey.covariates()
    fits = {"linear regression": linear_regression, "maximum likelihood": maximum_likelihood}
    for estimator, fit in fits.items():
        place = Place(APPROVAL, given.item, "unweighted", estimator)
        try:
            made = fit(regression_data(given.y, given.treat, items, matrix[given.rows], names))
            estimate = predict(made, {"prediction": average(made)})[0]
        except EstimationError:
            _refuse(rows, place, len(given.y))
            continue
        rows.add_estimate(place, estimate, reason)


def endorsement_rows(rows: Rows, checks: Checks) -> None:
    """Every policy under every endorser in points, and pooled over policies in standard deviations."""
    survey = rows.survey
    made = _endorsement(survey)
    if made is None:
        _refuse(
            rows,
            Place(ENDORSEMENT, "en1 to en4", "unweighted", "endorsement", quantity="standardised_effect"),
            survey.n,
        )
        return
    found = quick_endorsement(made)
    cells = [(policy, endorser) for endorser in made.endorsers for policy in made.policies]
    for (policy, endorser), estimate in zip(cells, found.differences, strict=True):
        place = Place(ENDORSEMENT, policy, "unweighted", _words(endorser), quantity="points_of_scale")
        rows.add_estimate(place, estimate)
    for endorser, estimate, p_value in zip(made.endorsers, found.pooled, found.p_heterogeneity, strict=True):
        place = Place(ENDORSEMENT, "en1 to en4", "unweighted", _words(endorser), quantity="standardised_effect")
        rows.add_estimate(place, estimate)
        text = f"p-value of the test that the endorsement ({_words(endorser)}) moves every policy alike"
        checks.add_test("en1 to en4", f"one_effect_{endorser}", p_value, text, made.n)


def _words(endorser: str) -> str:
    return endorser.replace("_", " ")


def _endorsement(survey: Survey) -> EndorsementAnswers | None:
    answers = [pd.to_numeric(survey.answer(policy), errors="coerce").to_numpy("float64") for policy in POLICIES]
    codes = {"none": 0} | {name: number for number, name in enumerate(ENDORSERS, start=1)}
    named = [survey.answer(f"{policy}_endorser").map(codes) for policy in POLICIES]
    y = np.column_stack([np.where(each.notna(), answer, np.nan) for answer, each in zip(answers, named, strict=True)])
    endorser = np.column_stack([each.fillna(0).to_numpy("int64") for each in named])
    try:
        return endorsement_answers(y, endorser, POLICIES, ENDORSERS)
    except EstimationError:
        return None


def crosswise_rows(rows: Rows, chance: float) -> None:
    """Public support behind the crosswise question: everybody, and service households with all hosts together.

    Parameters
    ----------
    rows : Rows
    chance : float
        Probability of the innocuous statement.
    """
    survey = rows.survey
    answers = survey.answer("rr1")
    decided = answers.isin(["both_or_neither", "exactly_one"]).to_numpy()
    yes = (answers == "both_or_neither").to_numpy()
    groups = {"all": np.ones(survey.n, dtype=bool), **survey.service}
    for name, members in groups.items():
        kind = "service_household" if name in SERVICE_GROUPS else "all"
        for weighting in ("unweighted", "blended") if kind == "all" else ("blended",):
            place = Place(PUBLIC_SUPPORT, "rr1", weighting, "crosswise", kind, name)
            _add_crosswise(rows, place, (yes, decided & members), chance)


def _add_crosswise(rows: Rows, place: Place, given: tuple[Bools, Bools], chance: float) -> None:
    yes, chosen = given
    n, yes_n = int(chosen.sum()), int((yes & chosen).sum())
    if n < LEAST_PER_SIDE:
        return
    weights = None if place.weighting == "unweighted" else rows.survey.weights[place.weighting][chosen]
    try:
        found = prevalence(yes[chosen].astype(np.float64), device("crosswise", chance), weights=weights)
    except EstimationError:
        _refuse(rows, place, n)
        return
    is_small = place.group_kind == "service_household" and n < LEAST_IN_GROUP
    is_one_sided = min(yes_n, n - yes_n) < LEAST_PER_SIDE
    rows.add_estimate(place, found, TOO_FEW if is_small or is_one_sided else None)
