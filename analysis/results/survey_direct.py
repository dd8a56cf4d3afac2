"""Direct questions: shares by group and weighting, respondent-driven estimators, the robust interval.

What belongs here: which estimator runs on which question. What must not: experiments, tables of diagnostics.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.blending import blend
from analysis.estimators.estimate import Interval, normal_interval, usable_estimate
from analysis.estimators.rds.bootstrap import salganik_bootstrap
from analysis.estimators.rds.bootstrap_successive import successive_bootstrap
from analysis.estimators.rds.estimates import RdsSample, rds_point, rds_sample
from analysis.estimators.robust_interval import RobustInterval, robust_interval
from analysis.estimators.shares import ShareEvidence, share_interval
from analysis.estimators.weighting.design import SurveyDesign, survey_design
from analysis.estimators.weighting.estimates import kish_effect, survey_mean
from analysis.results.survey_complements import withhold_complements
from analysis.results.survey_frame import (
    FAVOURABLE,
    FOIL,
    GIVEN_DEFENCE,
    IN_PUBLIC,
    MESSAGE_SEEN,
    MESSAGES,
    NOT_FAVOURABLE,
    OFTEN,
    PUBLIC_SUPPORT,
    QUESTIONS,
    Bools,
    Coded,
    Floats,
    Question,
    Survey,
)
from analysis.results.survey_rows import REFUSED, Number, Place, Rows, reason_against
from analysis.schemas.precision import floored

SHARE = "share of answers"
ROBUST_QUESTIONS = (NOT_FAVOURABLE, GIVEN_DEFENCE)
PLAN_WEIGHTINGS = ("rds", "raked", "blended")
RDS_QUESTIONS = (FAVOURABLE, NOT_FAVOURABLE, IN_PUBLIC)
COMPARED_BY_HOST = (FAVOURABLE, IN_PUBLIC)
LEAST_ANSWERS = 10
LINEARISED = (
    "weighted share of those who gave an answer; linearised variance, respondents taken as independent, share interval"
)


def direct_rows(rows: Rows) -> None:
    """Every direct question in every group; all weightings for everybody, the blended one for groups."""
    survey = rows.survey
    for question in QUESTIONS:
        coded = survey.coded(question)
        for kind, name, members in survey.groups():
            if question is PUBLIC_SUPPORT and kind != "service_household":
                continue
            weightings = _weightings(survey, question, kind)
            for weighting in weightings:
                place = Place(question.estimand_id, question.item, weighting, SHARE, kind, name, "answer_share")
                _add_share(rows, place, coded.among(members), survey.weights[weighting])
    for version in sorted(set(survey.answer("ta6_version")[~survey.answer("ta6_version").str.startswith(".")])):
        members = (survey.answer("ta6_version") == version).to_numpy()
        place = Place(
            "K44_response_support", "ta6", "blended", SHARE, "ballot_version", version.replace("_", " "), "answer_share"
        )
        _add_share(rows, place, survey.coded(_question("ta6")).among(members), survey.weights["blended"])
    withhold_complements(rows)


def _weightings(survey: Survey, question: Question, kind: str) -> tuple[str, ...]:
    """All for everybody; for hosts those that the model is compared with; the blended one for other groups.

    No group has an unweighted share: it would be a count over a count, and the weighted one serves.
    """
    if kind == "all":
        return tuple(survey.weights)
    if kind == "host" and question in COMPARED_BY_HOST:
        return tuple(name for name in ("raked", "blended") if name in survey.weights)
    return ("blended",)


def _question(item: str) -> Question:
    return next(question for question in QUESTIONS if question.item == item)


def _add_share(rows: Rows, place: Place, coded: Coded, weights: Floats) -> None:
    counts = coded.is_decided & (weights > 0)
    yes_n, n = int((coded.yes & counts).sum()), int(counts.sum())
    if n < LEAST_ANSWERS:
        return
    design = survey_design(len(weights), weights=weights)
    made = survey_mean(coded.yes.astype(np.float64), design, counts)
    share, variance = float(made.values[0]), float(made.covariance[0, 0])
    reason = reason_against(yes_n, n - yes_n, group_kind=place.group_kind)
    interval = _share_limits(n, kish_effect(weights).design_effect)
    limits = Interval(*interval(share, math.sqrt(variance))) if reason is None else None
    rows.add(place, Number(share, math.sqrt(variance), limits, n, LINEARISED, yes_n, interval), reason)


def _share_limits(n: int, weighting_effect: float) -> Callable[[float, float], tuple[float, float]]:
    """Ends of the interval of any share, for as many respondents as are published.

    Kish's effect is that of the whole weighting, which is published too: the effect of a group's own weights would tell
    something about them.
    """
    shown = floored(n)
    evidence = ShareEvidence(shown / weighting_effect, shown - 1)

    def limits(share: float, se: float) -> tuple[float, float]:
        found = share_interval(share, se**2, evidence)
        return found.low, found.high

    return limits


def difference_rows(rows: Rows) -> None:
    """The effect of the label in the split ballot, and what was seen of real messages against the foil."""
    survey = rows.survey
    weights = survey.weights["blended"]
    coded, version = survey.coded(_question("ta6")), survey.answer("ta6_version")
    named = (version == "authorities_forces").to_numpy()
    other = (version == "afghan_side").to_numpy()
    place = Place("E03b_label_effect", "ta6", "blended", "difference in shares", quantity="difference_in_shares")
    _add_difference(rows, place, coded.yes, (coded.is_decided & other, coded.is_decided & named), weights)
    asked = np.all([~survey.answer(item).str.startswith(".").to_numpy() for item in (*MESSAGES, FOIL)], axis=0)
    if asked.sum() < LEAST_ANSWERS:
        return
    often = [survey.answer(item).isin(OFTEN).to_numpy("float64") for item in MESSAGES]
    net = np.mean(often, axis=0) - survey.answer(FOIL).isin(OFTEN).to_numpy("float64")
    method = "mean over messages seen at least weekly minus the foil, linearised variance"
    _add_mean(
        rows,
        Place("E05b_reach_net_of_foil", "ex2", "blended", "real messages minus foil", quantity="difference_in_shares"),
        net,
        asked,
        method,
    )
    seen = np.mean([(survey.answer(item) != "never").to_numpy("float64") for item in MESSAGES], axis=0)
    _add_mean(
        rows,
        Place(MESSAGE_SEEN.estimand_id, "ex2", "blended", SHARE),
        seen,
        asked,
        "mean over messages seen at all, linearised variance",
    )


def _add_mean(rows: Rows, place: Place, values: Floats, chosen: Bools, method: str) -> None:
    design = survey_design(rows.survey.n, weights=rows.survey.weights["blended"])
    made = survey_mean(np.where(chosen, values, 0.0), design, chosen)
    value, se = float(made.values[0]), float(made.standard_errors[0])
    number = Number(value, se, normal_interval(value, se, degrees_of_freedom=made.degrees_of_freedom), made.n, method)
    rows.add(place, number)


def _add_difference(rows: Rows, place: Place, yes: Bools, sides: tuple[Bools, Bools], weights: Floats) -> None:
    method = "difference between two randomised halves, linearised variance"
    if min(int(side.sum()) for side in sides) < LEAST_ANSWERS:
        return
    design = survey_design(len(weights), weights=weights)
    made = [survey_mean(yes.astype(np.float64), design, side) for side in sides]
    value = float(made[0].values[0] - made[1].values[0])
    se = float(np.hypot(made[0].standard_errors[0], made[1].standard_errors[0]))
    rows.add(place, Number(value, se, normal_interval(value, se), made[0].n + made[1].n, method))


def rds_rows(rows: Rows, population: float, draws_n: int, rng: np.random.Generator) -> None:
    """Volz–Heckathorn and Gile's estimator with their bootstraps, for everybody and by host."""
    survey = rows.survey
    if survey.recruited is None:
        return
    for question in RDS_QUESTIONS:
        coded = survey.coded(question)
        place = Place(question.estimand_id, question.item, "rds", "rds-ii", quantity="answer_share")
        _add_rds_ii(rows, place, coded, None, (draws_n, rng))
        if question is FAVOURABLE:
            for host, members in survey.hosts():
                inside = Place(question.estimand_id, question.item, "rds", "rds-ii", "host", host, "answer_share")
                _add_rds_ii(rows, inside, coded, members, (draws_n, rng))
            _add_other_wording(rows, coded)
            _add_stated_only(rows, coded)
        if question is not NOT_FAVOURABLE:
            place = Place(question.estimand_id, question.item, "rds", "ss", quantity="answer_share")
            _add_successive(rows, place, coded, population, (draws_n, rng))


def _sample(survey: Survey, coded: Coded, members: Bools | None, population: float | None = None) -> RdsSample:
    """The whole recruitment tree; groups are no, yes and, where there are members, everybody else."""
    made = survey.recruited
    assert made is not None  # noqa: S101 - asked before
    group = np.full(len(made.rows), -1, dtype=np.int64)
    kept = survey.in_sample >= 0
    at = survey.in_sample[kept]
    answer = np.where(coded.is_decided[at], coded.yes[at].astype(np.int64), -1)
    if members is not None:
        answer = np.where((answer >= 0) & ~members[at], 2, answer)
    group[kept] = answer
    levels = ("no", "yes") if members is None else ("no", "yes", "elsewhere")
    return rds_sample(made.tree, made.degree, group=group, levels=levels, population=population)


def _add_rds_ii(
    rows: Rows, place: Place, coded: Coded, members: Bools | None, how: tuple[int, np.random.Generator]
) -> None:
    inside = coded if members is None else coded.among(members)
    sampled = _in_recruitment(rows.survey)
    yes_n = int((inside.yes & inside.is_decided & sampled).sum())
    n = int((inside.is_decided & sampled).sum())
    if n < LEAST_ANSWERS:
        return
    try:
        sample = _sample(rows.survey, coded, members)
        point, draws = rds_point(sample, "rds-ii"), salganik_bootstrap(sample, "rds-ii", *how)
    except EstimationError:
        rows.add(place, Number(0.0, None, None, n, "rds-ii"), REFUSED)
        return
    share = float(point.values[1] / (point.values[0] + point.values[1]))
    both = draws.estimates[:, 0] + draws.estimates[:, 1]
    ratios = draws.estimates[both > 0, 1] / both[both > 0]
    se = float(ratios.std(ddof=1))
    reason = reason_against(yes_n, n - yes_n, group_kind=place.group_kind)
    method = f"Volz–Heckathorn weights; {draws.method}, {how[0]} draws"
    rows.add(place, Number(share, se, _resampled_limits(share, se, n), n, method, yes_n), reason)


def _in_recruitment(survey: Survey) -> Bools:
    found = np.zeros(survey.n, dtype=bool)
    found[survey.in_sample[survey.in_sample >= 0]] = True
    return found


def _resampled_limits(share: float, se: float, n: int) -> Interval:
    """The share interval of a resampled standard error."""
    return share_interval(min(max(share, 0.0), 1.0), se**2, ShareEvidence(n, n - 1))


def _add_other_wording(rows: Rows, coded: Coded) -> None:
    """The same share when people count by whom they could invite: how much the wording of the degree matters."""
    survey = rows.survey
    if survey.other_degree is None:
        return
    made = _sample(survey, coded, None)
    n = int(made.answered.sum())
    weights = np.where(made.answered, 1 / survey.other_degree, 0.0)
    share = float(weights @ made.values[:, 1] / weights.sum())
    yes_n = int(made.values[made.answered, 1].sum())
    place = Place(FAVOURABLE.estimand_id, "ta1", "rds", "rds-ii by nw2", quantity="answer_share")
    method = "Volz–Heckathorn weights by the number of adults who could be invited; no interval"
    rows.add(place, Number(share, None, None, n, method, yes_n), reason_against(yes_n, n - yes_n, group_kind="all"))


def _add_stated_only(rows: Rows, coded: Coded) -> None:
    """The same share without those whose number of acquaintances is imputed: how much the imputation matters."""
    survey = rows.survey
    assert survey.recruited is not None  # noqa: S101 - asked before
    if not survey.recruited.is_imputed.any():
        return
    made = _sample(survey, coded, None)
    counted = made.answered & ~survey.recruited.is_imputed
    n, yes_n = int(counted.sum()), int(made.values[counted, 1].sum())
    if n < LEAST_ANSWERS:
        return
    weights = 1 / survey.recruited.degree[counted]
    share = float(weights @ made.values[counted, 1] / weights.sum())
    place = Place(FAVOURABLE.estimand_id, "ta1", "rds", "rds-ii, stated numbers only", quantity="answer_share")
    method = "Volz–Heckathorn weights, without respondents whose number of acquaintances is imputed; no interval"
    rows.add(place, Number(share, None, None, n, method, yes_n), reason_against(yes_n, n - yes_n, group_kind="all"))


def _add_successive(
    rows: Rows, place: Place, coded: Coded, population: float, how: tuple[int, np.random.Generator]
) -> None:
    n = int((coded.is_decided & _in_recruitment(rows.survey)).sum())
    if n < LEAST_ANSWERS:
        return
    method = (
        f"Gile's successive sampling, population of {population:,.0f} as in the margins; its bootstrap, {how[0]} draws"
    )
    try:
        sample = _sample(rows.survey, coded, None, population)
        point, draws = rds_point(sample, "ss"), successive_bootstrap(sample, *how)
    except EstimationError:
        rows.add(place, Number(0.0, None, None, n, method), REFUSED)
        return
    share, se = float(point.values[1]), float(draws.standard_errors[1])
    yes_n = int((coded.yes & coded.is_decided & _in_recruitment(rows.survey)).sum())
    rows.add(
        place,
        Number(share, se, _resampled_limits(share, se, n), n, method, yes_n),
        reason_against(yes_n, n - yes_n, group_kind="all"),
    )


def robust_rows(rows: Rows) -> None:
    """The robust interval of the claims' conventions, for the shares that claims are about."""
    survey = rows.survey
    wanted = [(question, "all", "all", np.ones(survey.n, dtype=bool)) for question in ROBUST_QUESTIONS]
    service = survey.service["service household"]
    wanted.append((PUBLIC_SUPPORT, "service_household", "service household", service))
    for question, kind, group, members in wanted:
        coded = survey.coded(question).among(members)
        found = robust(survey, coded)
        if found is None:
            continue
        share = blended_share(survey, coded)
        yes_n, n = int((coded.yes & coded.is_decided).sum()), int(coded.is_decided.sum())
        place = Place(question.estimand_id, question.item, "envelope", "robust interval", kind, group, "answer_share")
        method = (
            "blended share; envelope over bogus shares of 0, 4 and 7 %, undecided answers as no and as yes, the "
            f"weightings of the plan, and a design effect of at least {found.design_effect:g}"
        )
        number = Number(share, None, Interval(found.low, found.high), n, method, yes_n)
        rows.add(place, number, reason_against(yes_n, n - yes_n, group_kind=kind))


def robust(
    survey: Survey,
    coded: Coded,
    *,
    weightings: tuple[str, ...] = PLAN_WEIGHTINGS,
    bogus_shares: tuple[float, ...] = (0.0, 0.04, 0.07),
    with_undecided: bool = True,
    design_effect: float = 2.0,
) -> RobustInterval | None:
    """The robust interval over those who were asked; None where a weighting leaves fewer than ten of them."""
    rows = coded.is_asked if with_undecided else coded.is_decided
    usable = [
        name
        for name in weightings
        if name in survey.weights and (survey.weights[name][rows] > 0).sum() >= LEAST_ANSWERS
    ]
    designs = {name: _design(survey, name, rows) for name in usable}
    if not designs:
        return None
    yes, undecided = coded.yes[rows].astype(np.float64), coded.is_undecided[rows]
    return robust_interval(yes, designs, undecided=undecided, bogus_shares=bogus_shares, design_effect=design_effect)


def _design(survey: Survey, weighting: str, rows: Bools) -> SurveyDesign:
    return survey_design(int(rows.sum()), weights=survey.weights[weighting][rows])


def blended_share(survey: Survey, coded: Coded) -> float:
    """The blended share of yes among those who decided."""
    w = survey.weights["blended"] * coded.is_decided
    return float(w @ coded.yes / w.sum())


def composite_rows(rows: Rows) -> None:
    """The respondent-driven and the opt-in estimate in one; no interval, as nothing bounds the opt-in bias."""
    by_key = {
        (row["estimand_id"], row["group_text"], row["estimator_text"], row["weighting_code"]): row for row in rows.found
    }
    for question in (FAVOURABLE, NOT_FAVOURABLE, IN_PUBLIC):
        first = by_key.get((question.estimand_id, "all", "rds-ii", "rds"))
        second = by_key.get((question.estimand_id, "all", SHARE, "raked"))
        if not (first and second and first["is_usable"] and second["is_usable"]):
            continue
        parts = [
            usable_estimate(question.item, float(str(row["value"])), float(str(row["standard_error"])),
                            n=int(str(row["respondents_n"])), unit="share", method=str(row["estimator_text"]))
            for row in (first, second)
        ]  # fmt: skip
        made = blend(parts[0], parts[1])
        place = Place(question.estimand_id, question.item, "envelope", "composite", quantity="answer_share")
        rows.add_estimate(place, made.composite)
