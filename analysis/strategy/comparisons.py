"""Differences and gradients: changes between periods, ways of asking, wordings, messages against an invented one.

Every one of them is a number with a score for each respondent, so that what two sides share (persons, clusters, one
list answered by both arms) enters the variance. What must not be here: a share by itself, a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval, normal_interval
from analysis.estimators.list_experiment.length_error import LENGTH_ERRORS
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.selection import contamination_bounds
from analysis.estimators.weighting.design import survey_design, total_covariance
from analysis.strategy.direct import PLAN_WEIGHTINGS
from analysis.strategy.frame import Bools, Coded, Floats, Survey
from analysis.strategy.lists import list_answers
from analysis.strategy.rows import REFUSED, Number, Place, Rows
from analysis.study.estimands import Asked, Battery, Device, Difference, Gradient, ListExperiment, SplitBallot
from analysis.study.plan import Plan

UNDECIDED = (None, 0, 1)
"""Left out, counted as no, counted as yes: on both sides alike."""


@dataclass(frozen=True, eq=False)
class Linear:
    """An estimate that is a sum over respondents, to first order.

    Attributes
    ----------
    value : the estimate
    scores : (n,) what each respondent of the survey adds to it, weight included and centred
    counted : (n,) who it rests on
    """

    value: float
    scores: Floats
    counted: Bools

    def __sub__(self, other: Linear) -> Linear:
        """The difference of two, on the same respondents."""
        return Linear(self.value - other.value, self.scores - other.scores, self.counted | other.counted)


Estimator = Callable[[Floats, int | None], Linear]
"""From weights, and how undecided answers count, to the estimate."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """One estimand that compares: where its row stands, how it is estimated, why it may not be.

    Attributes
    ----------
    place, method : the row, and the method in words
    estimator : the estimate under any weights
    sides : groups of respondents that are compared; each has to be large enough
    is_evidence : whether its interval may move a verdict
    reason : why it may not be reported; None where it may
    errors : what the way of asking alone may have added, each taken out in the robust interval
    """

    place: Place
    method: str
    estimator: Estimator
    sides: tuple[Bools, ...]
    is_evidence: bool
    reason: str | None = None
    errors: tuple[float, ...] = (0.0,)


def comparisons(survey: Survey, failed: Mapping[str, str | None]) -> Iterator[Comparison]:
    """Every comparison that the plan asks for.

    Parameters
    ----------
    survey : Survey
    failed : mapping
        Name of a list experiment to the reason for which its design failed, None where it did not.
    """
    plan = survey.plan
    yield from (_wording(survey, ballot) for ballot in plan.split_ballots)
    yield from (_seen_often(survey, battery) for battery in plan.batteries)
    yield from (_difference(survey, each, failed) for each in plan.differences)
    yield from (_gradient(survey, each) for each in plan.gradients)


def comparison_rows(rows: Rows, failed: Mapping[str, str | None]) -> None:
    """A row for each, under the blended weights, undecided answers left out."""
    survey = rows.survey
    for made in comparisons(survey, failed):
        if not is_large_enough(survey.plan, made):
            continue
        n = int(np.logical_or.reduce(made.sides).sum())
        try:
            found = made.estimator(survey.weights["blended"], None)
        except EstimationError:
            rows.add(made.place, Number(0.0, None, None, n, made.method), REFUSED)
            continue
        design = survey.design("blended")
        se, df = _error(total_covariance(design, found.scores[:, None])), design.degrees_of_freedom(found.counted)
        limits = normal_interval(found.value, se, degrees_of_freedom=df if survey.cluster is not None else None)
        number = Number(found.value, se, limits, int(found.counted.sum()), made.method)
        rows.add(made.place, number, made.reason)


def robust_comparison_rows(rows: Rows, failed: Mapping[str, str | None]) -> None:
    """The robust interval of every comparison, list and device that may move a verdict."""
    survey = rows.survey
    for made in judged(survey, failed):
        found = robust_comparison(survey, made) if is_large_enough(survey.plan, made) else None
        if found is None:
            continue
        plain = made.estimator(survey.weights["blended"], None)
        place = replace(made.place, weighting="envelope", estimator="robust interval")
        method = (
            f"{made.method}; envelope over the weightings of the plan, undecided answers as no and as yes, what the "
            f"length of a list may add, and a design effect of at least {survey.plan.robust.design_effect:g}"
        )
        rows.add(place, Number(plain.value, None, found, int(plain.counted.sum()), method), made.reason)


def judged(survey: Survey, failed: Mapping[str, str | None]) -> Iterator[Comparison]:
    """Everything but direct shares whose robust interval may move a verdict."""
    yield from (made for made in comparisons(survey, failed) if made.is_evidence)
    plan = survey.plan
    alone = [Asked(of=each.estimand, how="device", by=each.item) for each in plan.devices if each.is_evidence]
    alone += [
        Asked(of=each.estimand, how="list", by=each.first_item) for each in plan.list_experiments if each.is_evidence
    ]
    yield from (_share_alone(survey, asked, failed) for asked in alone)


def _share_alone(survey: Survey, asked: Asked, failed: Mapping[str, str | None]) -> Comparison:
    """A share behind a device or a list, by itself."""
    estimator, rows = _share(survey, asked)
    return Comparison(
        Place(asked.of, _item(survey.plan, asked), "blended", asked.how, quantity="prevalence"),
        "share behind a device" if asked.how == "device" else "share behind lists",
        estimator,
        (rows,),
        True,
        failed.get(_item(survey.plan, asked)) if asked.how == "list" else None,
        LENGTH_ERRORS[_list(survey.plan, asked).lists[0].design] if asked.how == "list" else (0.0,),
    )


def is_large_enough(plan: Plan, made: Comparison) -> bool:
    """Whether every side has the respondents that a group needs which is compared by itself."""
    return min(int(side.sum()) for side in made.sides) >= plan.disclosure.least_in_group


def robust_comparison(survey: Survey, made: Comparison, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
    """The envelope of a comparison: every weighting of the plan, undecided answers as no and as yes on both sides.

    The variance is at least that of equal weights times the plan's design effect, and what the length of a list may
    have added is taken out. Bogus answers are taken to be alike on both sides and drop out. None without an estimate.
    """
    ends = []
    for name in PLAN_WEIGHTINGS:
        if name not in survey.weights or not _is_answered(survey, made, name):
            continue
        for undecided in UNDECIDED:
            try:
                ends.append(_limits(survey, made, (name, undecided), confidence))
            except EstimationError:
                return None
    if not ends:
        return None
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return Interval(low, high) if made.place.quantity != "prevalence" else _share_ends(survey, low, high)


def _is_answered(survey: Survey, made: Comparison, weighting: str) -> bool:
    """Whether a weighting leaves enough respondents on every side."""
    counts = survey.weights[weighting] > 0
    return min(int((side & counts).sum()) for side in made.sides) >= survey.plan.disclosure.least_answers


def _share_ends(survey: Survey, low: float, high: float) -> Interval:
    """A share's envelope lets bogus answers go as well, and stays between 0 and 1."""
    ends = [
        (contamination_bounds(_inside(low), bogus).low, contamination_bounds(_inside(high), bogus).high)
        for bogus in survey.plan.robust.bogus_shares
    ]
    return Interval(min(low for low, _ in ends), max(high for _, high in ends))


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _limits(survey: Survey, made: Comparison, case: tuple[str, int | None], confidence: float) -> tuple[float, float]:
    weighting, undecided = case
    design = survey.design(weighting)
    found, alike = (made.estimator(each, undecided) for each in (design.weights, np.ones(survey.n)))
    plain = total_covariance(survey_design(survey.n), alike.scores[:, None])
    least = survey.plan.robust.design_effect * plain
    variance = np.maximum(total_covariance(design, found.scores[:, None]), least)
    df = design.degrees_of_freedom(found.counted) if survey.cluster is not None else None
    limits = normal_interval(found.value, _error(variance), confidence, degrees_of_freedom=df)
    return limits.low - max(made.errors), limits.high - min(made.errors)


def _error(variance: Floats) -> float:
    return float(np.sqrt(variance[0, 0]))


def weighted_mean(values: Floats, weights: Floats, rows: Bools) -> Linear:
    """The weighted mean of some respondents.

    Raises
    ------
    EstimationError
        None of them has weight.
    """
    held = np.where(rows, weights, 0.0)
    total = float(held.sum())
    if not total > 0:
        raise EstimationError("nobody with weight is on one side of a comparison")
    mean = float(held @ np.where(rows, values, 0.0)) / total
    return Linear(mean, held * (np.where(rows, values, mean) - mean) / total, rows & (held > 0))


def _direct(coded: Coded) -> Estimator:
    def estimate(weights: Floats, undecided: int | None) -> Linear:
        if undecided is None:
            return weighted_mean(coded.yes.astype(np.float64), weights, coded.is_decided)
        yes = np.where(coded.is_undecided, float(undecided), coded.yes.astype(np.float64))
        return weighted_mean(yes, weights, coded.is_asked)

    return estimate


def _minus(first: Estimator, second: Estimator) -> Estimator:
    return lambda weights, undecided: first(weights, undecided) - second(weights, undecided)


def _wording(survey: Survey, ballot: SplitBallot) -> Comparison:
    """The first wording's share of yes minus the second's."""
    question, version = survey.plan.by_estimand[ballot.question], survey.answer(ballot.version)
    halves = [survey.coded(question).among((version == side).to_numpy()) for side in (ballot.first, ballot.second)]
    item = survey.plan.item_text(question)
    return Comparison(
        Place(ballot.estimand, item, "blended", "difference in shares", quantity="difference_in_shares"),
        "difference between two randomised halves, linearised variance",
        _minus(_direct(halves[0]), _direct(halves[1])),
        (halves[0].is_decided, halves[1].is_decided),
        ballot.is_evidence,
    )


def _seen_often(survey: Survey, battery: Battery) -> Comparison:
    """Mean over real messages of who saw them often, minus the same of the invented one."""
    items = [survey.answer(item) for item in (*battery.messages, battery.foil)]
    asked = np.all([~answers.str.startswith(".").to_numpy() for answers in items], axis=0)
    often = [answers.isin(battery.often).to_numpy("float64") for answers in items]
    net = np.mean(often[:-1], axis=0) - often[-1]
    return Comparison(
        Place(battery.estimand, battery.name, "blended", "real messages minus foil", quantity="difference_in_shares"),
        "mean over messages seen at least weekly minus the foil, linearised variance",
        lambda weights, _: weighted_mean(net, weights, asked),
        (asked,),
        battery.is_evidence,
    )


def _difference(survey: Survey, declared: Difference, failed: Mapping[str, str | None]) -> Comparison:
    sides = [_share(survey, each) for each in (declared.share, declared.minus)]
    lists = [_list(survey.plan, each) for each in (declared.share, declared.minus) if each.how == "list"]
    place = Place(
        declared.estimand, _named(survey.plan, declared), "blended", way(declared), quantity="difference_in_shares"
    )
    return Comparison(
        place,
        "one share minus the other on the same respondents; linearised variance with what they have in common",
        _minus(sides[0][0], sides[1][0]),
        (sides[0][1], sides[1][1]),
        declared.is_evidence,
        next((reason for each in lists if (reason := failed.get(each.name))), None),
        _length_errors(survey.plan, declared),
    )


def _length_errors(plan: Plan, declared: Difference) -> tuple[float, ...]:
    """What the length of lists alone may have added to the difference."""
    errors = [0.0]
    for each, sign in ((declared.share, 1), (declared.minus, -1)):
        if each.how == "list":
            added = LENGTH_ERRORS[_list(plan, each).lists[0].design]
            errors = [error + sign * one for error in errors for one in added]
    return tuple(errors)


def _list(plan: Plan, asked: Asked) -> ListExperiment:
    return next(each for each in plan.experiments_of(asked) if isinstance(each, ListExperiment))


def _device(plan: Plan, asked: Asked) -> Device:
    return next(each for each in plan.experiments_of(asked) if isinstance(each, Device))


def _named(plan: Plan, declared: Difference) -> str:
    """Items of both sides, each once."""
    return " and ".join(dict.fromkeys(_item(plan, each) for each in (declared.share, declared.minus)))


def _item(plan: Plan, asked: Asked) -> str:
    if asked.how == "list":
        return _list(plan, asked).name
    if asked.how == "device":
        return _device(plan, asked).item
    return plan.item_text(plan.by_estimand[asked.of])


def way(declared: Difference) -> str:
    """How tables name what is compared."""
    first, second = declared.share, declared.minus
    if (first.of, first.how) == (second.of, second.how):
        return f"{first.how}, {' and '.join(first.periods)} minus {' and '.join(second.periods)}"
    return f"{first.how} minus {second.how}"


def _share(survey: Survey, asked: Asked) -> tuple[Estimator, Bools]:
    """A share as one way of asking gives it, and who is asked."""
    inside = _in_periods(survey, asked)
    if asked.how == "direct":
        coded = survey.coded(survey.plan.by_estimand[asked.of]).among(inside)
        return _direct(coded), coded.is_decided
    return _listed(survey, asked, inside) if asked.how == "list" else _masked(survey, asked, inside)


def _in_periods(survey: Survey, asked: Asked) -> Bools:
    if not asked.periods:
        return np.ones(survey.n, dtype=bool)
    return np.asarray(survey.rows.interview_period_text.isin(asked.periods).to_numpy(dtype=bool))


def _masked(survey: Survey, asked: Asked, inside: Bools) -> tuple[Estimator, Bools]:
    """A device: the share of the answer that speaks for the statement, turned back."""
    declared = _device(survey.plan, asked)
    how = device(declared.design, declared.p, p1=declared.p1, p0=declared.p0, q=declared.q)
    answers = survey.answer(declared.item)
    decided = answers.isin([declared.yes, declared.no]).to_numpy() & inside
    held = ((answers == declared.yes).to_numpy("float64") - how.c0) / how.c1
    return lambda weights, _: weighted_mean(held, weights, decided), decided


def _listed(survey: Survey, asked: Asked, inside: Bools) -> tuple[Estimator, Bools]:
    """One list, or the mean of two: treated minus control."""
    arms = []
    for declared in _list(survey.plan, asked).lists:
        given = list_answers(survey, declared)
        counts, treated = np.zeros(survey.n), np.zeros(survey.n, dtype=bool)
        counts[given.rows], treated[given.rows] = given.y, given.treat == 1
        rows = given.rows & inside
        arms.append((counts, rows & treated, rows & ~treated))

    def estimate(weights: Floats, _: int | None) -> Linear:
        found = [weighted_mean(y, weights, yes) - weighted_mean(y, weights, no) for y, yes, no in arms]
        value, scores = (np.mean([getattr(each, name) for each in found], axis=0) for name in ("value", "scores"))
        return Linear(float(value), scores, np.logical_or.reduce([each.counted for each in found]))

    return estimate, np.asarray(np.logical_or.reduce([yes | no for _, yes, no in arms]))


def _gradient(survey: Survey, declared: Gradient) -> Comparison:
    """Least squares of yes on the standardised answer and on what is held fixed: an average marginal effect."""
    plan = survey.plan
    coded = survey.coded(plan.by_estimand[declared.of])
    given = [survey.coded(plan.by_estimand[each]) for each in declared.given]
    x = np.asarray(pd.to_numeric(survey.answer(declared.on), errors="coerce").to_numpy("float64"))
    known: Bools = np.asarray(np.logical_and.reduce([np.isfinite(x), *(each.is_decided for each in given)]))
    fixed = [each.yes.astype(np.float64) for each in given]

    def estimate(weights: Floats, undecided: int | None) -> Linear:
        rows = known & (coded.is_decided if undecided is None else coded.is_asked)
        y = coded.yes.astype(np.float64)
        if undecided is not None:
            y = np.where(coded.is_undecided, float(undecided), y)
        return _slope(y, x, fixed, (weights, rows))

    item = f"{plan.item_text(plan.by_estimand[declared.of])} on {declared.on}"
    held = " and ".join(plan.item_text(plan.by_estimand[each]) for each in declared.given)
    method = "weighted least squares, per standard deviation" + (f", given {held}" if held else "")
    place = Place(declared.estimand, item, "blended", "gradient", quantity="difference_in_shares")
    sides = (known & coded.is_decided,)
    return Comparison(place, f"{method}; linearised variance", estimate, sides, declared.is_evidence)


def _slope(y: Floats, x: Floats, fixed: list[Floats], chosen: tuple[Floats, Bools]) -> Linear:
    weights, rows = chosen
    held = np.where(rows, weights, 0.0)
    spread = _spread(x, held)
    matrix = np.column_stack([np.ones(len(y)), np.where(rows, x, 0.0) / spread, *fixed]) * rows[:, None]
    cross = matrix.T @ (held[:, None] * matrix)
    if np.linalg.matrix_rank(cross) < len(cross):
        raise EstimationError("a gradient needs answers that differ, also within what is held fixed")
    inverse = np.linalg.inv(cross)
    coefficients = inverse @ (matrix.T @ (held * np.where(rows, y, 0.0)))
    residual = np.where(rows, y - matrix @ coefficients, 0.0)
    scores = (held * residual)[:, None] * matrix @ inverse[:, 1]
    return Linear(float(coefficients[1]), np.asarray(scores), rows & (held > 0))


def _spread(x: Floats, held: Floats) -> float:
    """Weighted standard deviation; 0 is refused."""
    values = np.where(held > 0, x, 0.0)
    mean = float(held @ values) / max(float(held.sum()), np.finfo(float).tiny)
    spread = float(np.sqrt(held @ (values - mean) ** 2 / max(float(held.sum()), np.finfo(float).tiny)))
    if not spread > 0:
        raise EstimationError("a gradient needs an item that not everybody answers alike")
    return spread
