"""Direct questions: shares by group and weighting, respondent-driven estimators, the robust interval.

What belongs here: which estimator runs on which question. What must not: experiments, tables of diagnostics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.blending import blend
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval, normal_interval, usable_estimate
from analysis.estimators.rds.bootstrap import salganik_bootstrap
from analysis.estimators.rds.bootstrap_successive import successive_bootstrap
from analysis.estimators.rds.estimates import RdsSample, rds_point, rds_sample
from analysis.estimators.robust_interval import RobustInterval, robust_interval
from analysis.estimators.shares import ShareEvidence, share_interval
from analysis.estimators.weighting.estimates import kish_effect, share_evidences, survey_mean
from analysis.schemas.precision import floored
from analysis.strategy.complements import withhold_complements
from analysis.strategy.frame import ALL, Bools, Coded, Survey
from analysis.strategy.rows import REFUSED, Number, Place, Rows, listing, reason_against
from analysis.study.estimands import Question, SplitBallot
from analysis.study.plan import Group

SHARE = "share of answers"
PARTIAL = "this sample does not reach every place that is reported: groups by place hold what it says"
PLAN_WEIGHTINGS = ("rds", "raked", "design", "blended")
LINEARISED = "weighted share of those who gave an answer; linearised variance, {}, share interval"
INDEPENDENT, BY_UNIT = "respondents taken as independent", "by primary units and strata"


def direct_rows(rows: Rows) -> None:
    """Every direct question in every group; all weightings for everybody, the blended one for groups."""
    survey = rows.survey
    for question in survey.plan.questions:
        coded = survey.coded(question)
        for group, name, members in survey.groups():
            if not _is_reported(question, group):
                continue
            for weighting in _weightings(survey, question, group):
                kind = group.kind if group else ALL
                place = _place(survey, question, weighting, SHARE, (kind, name))
                _add_share(rows, place, coded.among(members))
        _say_partial(rows, question, coded)
    for ballot in survey.plan.split_ballots:
        _version_rows(rows, ballot)
    withhold_complements(rows)


def _say_partial(rows: Rows, question: Question, coded: Coded) -> None:
    """A sample that does not reach every place says nothing about everybody, and its row says so."""
    for weighting, weights in rows.survey.partial.items() if _is_reported(question, None) else ():
        n = int((coded.is_decided & (weights > 0)).sum())
        if n >= rows.survey.plan.disclosure.least_answers:
            rows.add(_place(rows.survey, question, weighting, SHARE), Number(0.0, None, None, n, "none"), PARTIAL)


def _place(
    survey: Survey, question: Question, weighting: str, estimator: str, within: tuple[str, str] = (ALL, ALL)
) -> Place:
    item, (kind, group) = survey.plan.item_text(question), within
    return Place(question.estimand, item, weighting, estimator, kind, group, "answer_share")


def _is_reported(question: Question, group: Group | None) -> bool:
    return question.groups is None or (group is not None and group.kind in question.groups)


def _version_rows(rows: Rows, ballot: SplitBallot) -> None:
    """The share of yes to each version."""
    survey, question = rows.survey, rows.survey.plan.by_estimand[ballot.question]
    versions = survey.answer(ballot.version)
    for version in sorted(set(versions[~versions.str.startswith(".")])):
        members = (versions == version).to_numpy()
        if members.sum() < survey.plan.disclosure.least_in_group:
            continue
        place = _place(survey, question, "blended", SHARE, (ballot.kind, version.replace("_", " ")))
        _add_share(rows, place, survey.coded(question).among(members))


def _weightings(survey: Survey, question: Question, group: Group | None) -> tuple[str, ...]:
    """All for everybody; for domains those that the model is compared with; the blended one for other groups.

    No group has an unweighted share: it would be a count over a count, and the weighted one serves.
    """
    if group is None:
        return tuple(survey.weights)
    if group.is_domain and question.modelled:
        return tuple(name for name in ("raked", "design", "blended") if name in survey.weights)
    return ("blended",)


def _add_share(rows: Rows, place: Place, coded: Coded) -> None:
    survey, weights = rows.survey, rows.survey.weights[place.weighting]
    counts = coded.is_decided & (weights > 0)
    yes_n, n = int((coded.yes & counts).sum()), int(counts.sum())
    if n < survey.plan.disclosure.least_answers:
        return
    yes, design = coded.yes.astype(np.float64), survey.design(place.weighting)
    made = survey_mean(yes, design, counts)
    share, variance = float(made.values[0]), float(made.covariance[0, 0])
    reason = reason_against(survey.plan, yes_n, n - yes_n, place.group_kind)
    evidence = share_evidences(yes, design, counts)[0] if survey.cluster is not None else None
    interval = _share_limits(n, kish_effect(weights).design_effect, evidence)
    limits = Interval(*interval(share, math.sqrt(variance))) if reason is None else None
    method = LINEARISED.format(INDEPENDENT if evidence is None else BY_UNIT)
    rows.add(place, Number(share, math.sqrt(variance), limits, n, method, yes_n, interval), reason)


def _share_limits(
    n: int, weighting_effect: float, evidence: ShareEvidence | None
) -> Callable[[float, float], tuple[float, float]]:
    """Ends of the interval of any share, for as many respondents as are published.

    Kish's effect is that of the whole weighting, which is published too: the effect of a group's own weights would tell
    something about them. `evidence` says what clusters carry; None where everybody is a unit.
    """
    shown = floored(n)
    held = evidence or ShareEvidence(shown, shown - 1)
    held = replace(held, effective_n=shown / weighting_effect)

    def limits(share: float, se: float) -> tuple[float, float]:
        found = share_interval(share, se**2, held)
        return found.low, found.high

    return limits


def seen_rows(rows: Rows) -> None:
    """Mean over the real messages of each battery of who saw them at all."""
    survey = rows.survey
    for battery in survey.plan.batteries:
        items = [survey.answer(item) for item in battery.messages]
        asked = np.all([~answers.str.startswith(".").to_numpy() for answers in items], axis=0)
        if asked.sum() < survey.plan.disclosure.least_answers:
            continue
        seen = np.mean([(answers != battery.never).to_numpy("float64") for answers in items], axis=0)
        made = survey_mean(np.where(asked, seen, 0.0), survey.design("blended"), asked)
        value, se = float(made.values[0]), float(made.standard_errors[0])
        limits = normal_interval(value, se, degrees_of_freedom=made.degrees_of_freedom)
        method = "mean over messages seen at all, linearised variance"
        rows.add(Place(battery.seen, battery.name, "blended", SHARE), Number(value, se, limits, made.n, method))


def rds_rows(rows: Rows, population: float | None, draws_n: int, rng: np.random.Generator) -> None:
    """Volz–Heckathorn and Gile's estimator with their bootstraps, for everybody and by domain, as questions ask."""
    survey = rows.survey
    if survey.recruited is None:
        return
    is_whole = "rds" in survey.weights
    for question in survey.plan.questions:
        coded, how = survey.coded(question), (draws_n, rng)
        if "rds-ii" in question.network and is_whole:
            _add_rds_ii(rows, _place(survey, question, "rds", "rds-ii"), coded, None, how)
        if "domains" in question.network:
            for name, members in survey.domains():
                inside = _place(survey, question, "rds", "rds-ii", (survey.domain_kind, name))
                _add_rds_ii(rows, inside, coded, members, how)
        if "degree" in question.network and is_whole:
            _add_other_wording(rows, question)
            _add_stated_only(rows, question)
        if "successive" in question.network and population is not None and is_whole:
            _add_successive(rows, _place(survey, question, "rds", "ss"), coded, population, how)


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
    if n < rows.survey.plan.disclosure.least_answers:
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
    reason = reason_against(rows.survey.plan, yes_n, n - yes_n, place.group_kind)
    method = f"Volz–Heckathorn weights; {draws.method}, {how[0]} draws"
    rows.add(place, Number(share, se, _resampled_limits(share, se, n), n, method, yes_n), reason)


def _in_recruitment(survey: Survey) -> Bools:
    found = np.zeros(survey.n, dtype=bool)
    found[survey.in_sample[survey.in_sample >= 0]] = True
    return found


def _resampled_limits(share: float, se: float, n: int) -> Interval:
    """The share interval of a resampled standard error."""
    return share_interval(min(max(share, 0.0), 1.0), se**2, ShareEvidence(n, n - 1))


def _add_other_wording(rows: Rows, question: Question) -> None:
    """The same share when people count by whom they could invite: how much the wording of the degree matters."""
    survey = rows.survey
    if survey.other_degree is None or survey.plan.recruitment is None:
        return
    made = _sample(survey, survey.coded(question), None)
    n = int(made.answered.sum())
    weights = np.where(made.answered, 1 / survey.other_degree, 0.0)
    share = float(weights @ made.values[:, 1] / weights.sum())
    yes_n = int(made.values[made.answered, 1].sum())
    other = str(survey.plan.recruitment.other_degree)
    place = _place(survey, question, "rds", f"rds-ii by {other}")
    method = f"Volz–Heckathorn weights by the number of {survey.plan.label(other)}; no interval"
    rows.add(place, Number(share, None, None, n, method, yes_n), reason_against(rows.survey.plan, yes_n, n - yes_n))


def _add_stated_only(rows: Rows, question: Question) -> None:
    """The same share without those whose number of acquaintances is imputed: how much the imputation matters."""
    survey = rows.survey
    assert survey.recruited is not None  # noqa: S101 - asked before
    if not survey.recruited.is_imputed.any():
        return
    made = _sample(survey, survey.coded(question), None)
    counted = made.answered & ~survey.recruited.is_imputed
    n, yes_n = int(counted.sum()), int(made.values[counted, 1].sum())
    if n < rows.survey.plan.disclosure.least_answers:
        return
    weights = 1 / survey.recruited.degree[counted]
    share = float(weights @ made.values[counted, 1] / weights.sum())
    place = _place(survey, question, "rds", "rds-ii, stated numbers only")
    method = "Volz–Heckathorn weights, without respondents whose number of acquaintances is imputed; no interval"
    rows.add(place, Number(share, None, None, n, method, yes_n), reason_against(rows.survey.plan, yes_n, n - yes_n))


def _add_successive(
    rows: Rows, place: Place, coded: Coded, population: float, how: tuple[int, np.random.Generator]
) -> None:
    n = int((coded.is_decided & _in_recruitment(rows.survey)).sum())
    if n < rows.survey.plan.disclosure.least_answers:
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
        reason_against(rows.survey.plan, yes_n, n - yes_n),
    )


def robust_rows(rows: Rows) -> None:
    """The robust interval of the claims' conventions, for the shares that ask for it."""
    survey = rows.survey
    assumed = survey.plan.robust
    shares = listing([f"{100 * share:g}" for share in assumed.bogus_shares])
    for question in survey.plan.questions:
        if not question.robust:
            continue
        kind, members = robust_group(survey, question)
        coded = survey.coded(question).among(members)
        found = robust(survey, coded) if is_reported(survey, question) else None
        if found is None:
            continue
        share = blended_share(survey, coded)
        yes_n, n = int((coded.yes & coded.is_decided).sum()), int(coded.is_decided.sum())
        place = _place(survey, question, "envelope", "robust interval", (kind, question.robust))
        method = (
            f"blended share; envelope over bogus shares of {shares} %, undecided answers as no and as yes, the "
            f"weightings of the plan, and a design effect of at least {found.design_effect:g}"
        )
        number = Number(share, None, Interval(found.low, found.high), n, method, yes_n)
        rows.add(place, number, reason_against(survey.plan, yes_n, n - yes_n, kind))


def robust_group(survey: Survey, question: Question) -> tuple[str, Bools]:
    """Kind and members of the group for which a question's robust interval is computed."""
    for group in survey.plan.groups:
        for name, members in survey.levels(group):
            if name == question.robust:
                return group.kind, members
    return ALL, np.ones(survey.n, dtype=bool)


def is_reported(survey: Survey, question: Question) -> bool:
    """Whether the group of a question's robust interval is large enough to be reported by itself."""
    return question.robust in {name for _, name, _ in survey.groups()}


def robust(
    survey: Survey,
    coded: Coded,
    *,
    weightings: tuple[str, ...] = PLAN_WEIGHTINGS,
    bogus_shares: tuple[float, ...] | None = None,
    with_undecided: bool = True,
    design_effect: float | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> RobustInterval | None:
    """The robust interval over those who were asked; None where a weighting leaves too few of them.

    Bogus shares and design effect are those of the plan where none are given.
    """
    assumed = survey.plan.robust
    rows = coded.is_asked if with_undecided else coded.is_decided
    usable = [
        name
        for name in weightings
        if name in survey.weights and (survey.weights[name][rows] > 0).sum() >= survey.plan.disclosure.least_answers
    ]
    designs = {name: survey.design(name, rows) for name in usable}
    if not designs:
        return None
    yes, undecided = coded.yes[rows].astype(np.float64), coded.is_undecided[rows]
    return robust_interval(
        yes,
        designs,
        undecided=undecided,
        bogus_shares=assumed.bogus_shares if bogus_shares is None else bogus_shares,
        design_effect=design_effect or assumed.design_effect,
        confidence=confidence,
    )


def blended_share(survey: Survey, coded: Coded) -> float:
    """The blended share of yes among those who decided."""
    w = survey.weights["blended"] * coded.is_decided
    return float(w @ coded.yes / w.sum())


def composite_rows(rows: Rows) -> None:
    """The respondent-driven and the opt-in estimate in one; no interval, as nothing bounds the opt-in bias."""
    by_key = {
        (row["estimand_id"], row["group_text"], row["estimator_text"], row["weighting_code"]): row for row in rows.found
    }
    for question in rows.survey.plan.questions:
        first = by_key.get((question.estimand, ALL, "rds-ii", "rds"))
        second = by_key.get((question.estimand, ALL, SHARE, "raked"))
        if not (first and second and first["is_usable"] and second["is_usable"]):
            continue
        item = rows.survey.plan.item_text(question)
        parts = [
            usable_estimate(item, float(str(row["value"])), float(str(row["standard_error"])),
                            n=int(str(row["respondents_n"])), unit="share", method=str(row["estimator_text"]))
            for row in (first, second)
        ]  # fmt: skip
        made = blend(parts[0], parts[1])
        rows.add_estimate(_place(rows.survey, question, "envelope", "composite"), made.composite)
