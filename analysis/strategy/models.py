"""What lies beyond weighting: poststratified models, sensitivity to selection, modes and languages side by side.

What belongs here: which model runs on which part of the plan. What must not: the models themselves, an item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.estimate import Interval
from analysis.estimators.fieldwork import mode_difference
from analysis.estimators.invariance import measurement_invariance
from analysis.estimators.item_function import item_functions
from analysis.estimators.mrp import PoststratifiedShare, multilevel_cells, poststratify_draws, sample_multilevel
from analysis.estimators.selection import bogus_sensitivity, data_defect_curve
from analysis.estimators.weighting.design import survey_design
from analysis.measures.margin_levels import under_levels
from analysis.schemas.precision import floored, publish_share
from analysis.strategy.direct import PLAN_WEIGHTINGS, blended_share, robust
from analysis.strategy.experiments import Checks
from analysis.strategy.frame import ALL, Bools, Coded, Floats, Survey
from analysis.strategy.rows import REFUSED, Number, Place, Rows, reason_against
from analysis.study.estimands import Contrast, Question, Scale

Ints = npt.NDArray[np.int64]

NOT_MIXED = "the chains of the model did not mix"
CORRELATIONS = (-0.05, -0.02, -0.01, -0.005, 0.0, 0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True, eq=False)
class Cells:
    """The population in cells, and where each respondent stands in it.

    Attributes
    ----------
    totals : population of each cell
    places, at : (cells, 3) and (n, 3) position among the levels of the domain, the covariate and the joined item; −1
        for a respondent whose answer the margins do not hold
    domains : name of each level of the domain
    sizes : levels of the three groupings: domain, joined item, and their cells
    words : what the model is by
    """

    totals: Floats
    places: Ints
    at: Ints
    domains: list[str]
    sizes: tuple[int, int, int]
    words: str

    @property
    def known(self) -> Bools:
        """Respondents whose cell the margins hold."""
        return np.asarray((self.at >= 0).all(axis=1))


def cells(survey: Survey, margins: pd.DataFrame) -> Cells | None:
    """The cells of the plan's model.

    None where the plan names no domain, covariate and joined item, or the covariate has other than two answers.
    """
    plan = survey.plan
    if plan.margins is None or plan.domain is None or not (plan.margins.fixed and plan.margins.joined):
        return None
    items = (plan.domain.item, plan.margins.fixed, plan.margins.joined)
    levels = [sorted(margins[item].unique()) for item in items]
    if len(levels[1]) != 2:
        return None
    answers = {item: survey.answer(item) for item in items}
    answers[items[2]] = under_levels(answers[items[2]], levels[2])
    at, places = (
        np.column_stack(
            [source[item].map({level: i for i, level in enumerate(found)}).fillna(-1).to_numpy("int64")
             for item, found in zip(items, levels, strict=True)]
        )
        for source in (answers, margins)
    )  # fmt: skip
    sizes = (len(levels[0]), len(levels[2]), len(levels[0]) * len(levels[2]))
    words = tuple(plan.label(item) for item in items)
    told = f"{words[0]}, {words[2]} band and their cells, with {words[1]}"
    return Cells(margins.total.to_numpy("float64"), places, at, levels[0], sizes, told)


def model_rows(rows: Rows, margins: pd.DataFrame | None, draws: int, rng: np.random.Generator) -> None:
    """Multilevel regression and poststratification, for everybody and by domain.

    The margins' fixed item enters as a covariate, domain, joined item and their cells as groupings; the population is
    that of the margins.
    """
    survey = rows.survey
    found = None if margins is None else cells(survey, margins)
    if found is None:
        return
    for question in (each for each in survey.plan.questions if each.modelled):
        coded = survey.coded(question).among(found.known)
        place = Place(question.estimand, survey.plan.item_text(question), "model", "mrp", quantity="answer_share")
        if not coded.is_decided.any():
            continue
        try:
            shares = _poststratified(survey, coded, found, (draws, rng))
        except EstimationError:
            rows.add(place, Number(0.0, None, None, int(coded.is_decided.sum()), "mrp"), REFUSED)
            continue
        _add_shares(rows, question, coded, (shares, found.words))


def _poststratified(
    survey: Survey, coded: Coded, population: Cells, how: tuple[int, np.random.Generator]
) -> tuple[PoststratifiedShare, ...]:
    chosen, sizes = coded.is_decided, population.sizes
    at = population.at[chosen]
    made = multilevel_cells(coded.yes[chosen].astype(np.float64), _fixed(at), _groupings(at, sizes), sizes)
    draws = sample_multilevel(made, how[1], draws=how[0], warm_up=how[0] // 2)
    places = population.places
    domains = {ALL: np.ones(len(places), dtype=bool)}
    for name, members in survey.domains():
        code = survey.answer(survey.group(survey.domain_kind).item)[members].iloc[0]
        if code in population.domains:
            domains[name] = places[:, 0] == population.domains.index(code)
    return poststratify_draws(draws, _fixed(places), _groupings(places, sizes), population.totals, domains)


def _fixed(at: Ints) -> Floats:
    return np.column_stack([np.ones(len(at)), at[:, 1] - 0.5])


def _groupings(at: Ints, sizes: tuple[int, int, int]) -> Ints:
    return np.column_stack([at[:, 0], at[:, 2], at[:, 0] * sizes[1] + at[:, 2]])


def _add_shares(
    rows: Rows, question: Question, coded: Coded, found: tuple[tuple[PoststratifiedShare, ...], str]
) -> None:
    plan, (shares, words) = rows.survey.plan, found
    members = {ALL: np.ones(rows.survey.n, dtype=bool)} | dict(rows.survey.domains())
    method = f"multilevel logit by {words}; averaged over the margins; posterior mean"
    for share in shares:
        inside = coded.among(members[share.term])
        yes_n, n = int((inside.yes & inside.is_decided).sum()), int(inside.is_decided.sum())
        kind = ALL if share.term == ALL else rows.survey.domain_kind
        place = Place(question.estimand, plan.item_text(question), "model", "mrp", kind, share.term, "answer_share")
        number = Number(share.value, share.sd, Interval(share.low, share.high), n, method, yes_n)
        reason = reason_against(plan, yes_n, n - yes_n, kind)
        rows.add(place, number, reason or (None if share.is_mixed else NOT_MIXED))


def sensitivity_rows(survey: Survey, population: float | None, source: str) -> pd.DataFrame:
    """Table `survey_sensitivity`: the steps of the robust interval, bogus shares, and the data defect correlation.

    Everything but the robust steps is computed from the share and the number of respondents as they are published.
    """
    plan = survey.plan
    found: list[tuple[str, int, str, float, float]] = []
    n = 0
    if plan.sensitivity is not None:
        coded = survey.coded(plan.by_estimand[plan.sensitivity])
        yes_n, n = int((coded.yes & coded.is_decided).sum()), int(coded.is_decided.sum())
        shown = publish_share(yes_n / n, (None, None, None), n) if n else None
        if shown is not None and reason_against(plan, yes_n, n - yes_n) is None:
            bogus = _bogus(shown.value, plan.robust.bogus_shares)
            found = [*_robust_steps(survey, coded), *bogus, *_defects(shown.value, floored(n), population)]
    columns = ["sensitivity_code", "step_rank", "assumption_text", "bound_low", "bound_high"]
    rows = pd.DataFrame(found, columns=columns)
    rows[["bound_low", "bound_high"]] = rows[["bound_low", "bound_high"]].astype("float64").round(3)
    return rows.assign(estimand_id=plan.sensitivity, respondents_n=floored(n), source=source)


def _bogus(share: float, shares: tuple[float, ...]) -> list[tuple[str, int, str, float, float]]:
    return [
        ("bogus", rank, f"{case.bogus_share:.0%} of respondents are bogus", case.low, case.high)
        for rank, case in enumerate(bogus_sensitivity(share, shares))
    ]


def _defects(share: float, n: int, population: float | None) -> list[tuple[str, int, str, float, float]]:
    curve = data_defect_curve(share, n, population, CORRELATIONS) if population and n < population else ()
    return [
        ("data_defect", rank, f"{point.correlation:+.3f}", point.share, point.share) for rank, point in enumerate(curve)
    ]


def _robust_steps(survey: Survey, coded: Coded) -> list[tuple[str, int, str, float, float]]:
    """One assumption after the other is let go; each interval holds the one before, and the one before rounding."""
    blended = ("blended",)
    assumed = survey.plan.robust
    certain: dict[str, object] = {"weightings": blended, "bogus_shares": (0.0,)}
    steps: list[tuple[str, dict[str, object]]] = [
        ("blended weights, undecided answers left out", {**certain, "with_undecided": False, "design_effect": 1.0}),
        (f"and a design effect of at least {assumed.design_effect:g}", {**certain, "with_undecided": False}),
        ("and undecided answers as no, and as yes", certain),
        (f"and up to {100 * max(assumed.bogus_shares):g} % bogus respondents", {"weightings": blended}),
        ("and every weighting of the plan", {"weightings": PLAN_WEIGHTINGS}),
    ]
    share, n = blended_share(survey, coded), int(coded.is_decided.sum())
    found = []
    for rank, (words, changed) in enumerate(steps):
        made = robust(survey, coded, **changed)  # type: ignore[arg-type] # keywords of `robust`
        shown = publish_share(share, (None, share - made.low, made.high - share), n) if made is not None else None
        if shown is not None and shown.low is not None and shown.high is not None:
            found.append(("robust", rank, words, shown.low, shown.high))
    return found


def comparability_rows(rows: Rows, checks: Checks) -> None:
    """Whether modes and languages give the same answers, and whether scales measure alike in two groups."""
    for contrast in rows.survey.plan.contrasts:
        _add_contrast(rows, contrast)
    for scale in rows.survey.plan.scales:
        _scale_checks(checks, rows.survey, scale)


def _add_contrast(rows: Rows, contrast: Contrast) -> None:
    survey = rows.survey
    question, values = survey.plan.by_estimand[contrast.question], survey.answer(contrast.by)
    coded = survey.coded(question)
    chosen = coded.is_decided & values.isin([contrast.first, contrast.second]).to_numpy()
    second = (values == contrast.second).to_numpy()[chosen]
    if min(second.sum(), (~second).sum()) < survey.plan.disclosure.least_in_group:
        return
    matrix, _ = survey.covariates()
    covariates = matrix[chosen, 1:]
    covariates = covariates[:, np.ptp(covariates, axis=0) > 0]
    weights = survey.weights["blended"][chosen]
    item = survey.plan.item_text(question)
    place = Place(contrast.estimand, item, "blended", contrast.method, quantity="difference_in_shares")
    try:
        found = mode_difference(
            coded.yes[chosen].astype(np.float64), second, survey_design(int(chosen.sum()), weights=weights), covariates
        )
    except EstimationError:
        rows.add(place, Number(0.0, None, None, int(chosen.sum()), contrast.method), REFUSED)
        return
    if found.adjusted is not None:
        rows.add_estimate(place, found.adjusted)


def _scale_checks(checks: Checks, survey: Survey, scale: Scale) -> None:
    columns = [pd.to_numeric(survey.answer(item), errors="coerce").to_numpy("float64") for item in scale.items]
    items, groups = np.column_stack(columns), survey.answer(scale.by)
    chosen: Bools = np.isfinite(items).all(axis=1) & groups.isin([scale.first, scale.second]).to_numpy()
    second = (groups == scale.second).to_numpy()[chosen]
    if min(second.sum(), (~second).sum()) < survey.plan.disclosure.least_in_group:
        return
    n = int(chosen.sum())
    try:
        invariance = measurement_invariance(items[chosen], np.where(second, "b", "a"))
    except EstimationError:
        invariance = None
    if invariance is not None:
        text = f"{scale.name} in {scale.words}: {invariance.meaning}"
        checks.add(scale.range, "invariance", text, n, passed=invariance.highest == "scalar")
    try:
        functions = item_functions(items[chosen], second.astype(np.float64))
    except EstimationError:
        return
    for name, found in zip(scale.items, functions, strict=True):
        text = f"p-value, after Holm, that the item works alike in {scale.words}; size of the difference: {found.size}"
        checks.add_function(name, found.adjusted_p, text, n, passed=not found.flagged)
