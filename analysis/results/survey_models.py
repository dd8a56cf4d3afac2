"""What lies beyond weighting: poststratified models, sensitivity to selection, modes and languages side by side.

What belongs here: which model runs on which items. What must not: the models themselves.
"""

from __future__ import annotations

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
from analysis.results.survey_direct import PLAN_WEIGHTINGS, blended_share, robust
from analysis.results.survey_experiments import Checks
from analysis.results.survey_frame import (
    FAVOURABLE,
    IN_PUBLIC,
    LEAST_IN_GROUP,
    NOT_FAVOURABLE,
    Bools,
    Coded,
    Floats,
    Question,
    Survey,
)
from analysis.results.survey_rows import REFUSED, Number, Place, Rows, reason_against
from analysis.schemas.precision import floored, publish_share

Ints = npt.NDArray[np.int64]

MODEL_QUESTIONS = (FAVOURABLE, IN_PUBLIC)
CELL_ITEMS = ("sc2", "sc4", "sc3")
NOT_MIXED = "the chains of the model did not mix"
CORRELATIONS = (-0.05, -0.02, -0.01, -0.005, 0.0, 0.005, 0.01, 0.02, 0.05)
BOGUS = (0.0, 0.04, 0.07)
SCALE = tuple(f"ip{number:02d}" for number in range(1, 13))
ADJUSTED = ("sc4", "sc3", "sc2", "sc5")


def model_rows(rows: Rows, margins: pd.DataFrame, draws: int, rng: np.random.Generator) -> None:
    """Multilevel regression and poststratification, for everybody and by host.

    Sex enters as a covariate, host, age band and their cells as groupings; the population is that of the margins.
    """
    survey = rows.survey
    levels = [sorted(margins[item].unique()) for item in CELL_ITEMS]
    answers = {item: survey.answer(item) for item in CELL_ITEMS}
    answers["sc3"] = under_levels(answers["sc3"], levels[2])
    at = np.column_stack(
        [answers[item].map({level: i for i, level in enumerate(found)}).fillna(-1).to_numpy("int64")
         for item, found in zip(CELL_ITEMS, levels, strict=True)]
    )  # fmt: skip
    known: Bools = np.asarray((at >= 0).all(axis=1))
    for question in MODEL_QUESTIONS:
        coded = survey.coded(question).among(known)
        place = Place(question.estimand_id, question.item, "model", "mrp", quantity="answer_share")
        if not coded.is_decided.any():
            continue
        try:
            found = _poststratified(survey, coded, at, (margins, levels), (draws, rng))
        except EstimationError:
            rows.add(place, Number(0.0, None, None, int(coded.is_decided.sum()), "mrp"), REFUSED)
            continue
        _add_shares(rows, question, coded, found)


def _poststratified(
    survey: Survey,
    coded: Coded,
    at: Ints,
    population: tuple[pd.DataFrame, list[list[str]]],
    how: tuple[int, np.random.Generator],
) -> tuple[PoststratifiedShare, ...]:
    margins, levels = population
    chosen = coded.is_decided
    sizes = (len(levels[0]), len(levels[2]), len(levels[0]) * len(levels[2]))
    cells = multilevel_cells(
        coded.yes[chosen].astype(np.float64), _fixed(at[chosen]), _groupings(at[chosen], sizes), sizes
    )
    draws = sample_multilevel(cells, how[1], draws=how[0], warm_up=how[0] // 2)
    places = np.column_stack(
        [margins[item].map({level: i for i, level in enumerate(found)}).to_numpy("int64")
         for item, found in zip(CELL_ITEMS, levels, strict=True)]
    )  # fmt: skip
    domains = {"all": np.ones(len(margins), dtype=bool)}
    domains |= {host: (margins.sc2 == host).to_numpy() for host, _ in survey.hosts() if (margins.sc2 == host).any()}
    counts = margins.total.to_numpy("float64")
    return poststratify_draws(draws, _fixed(places), _groupings(places, sizes), counts, domains)


def _fixed(at: Ints) -> Floats:
    return np.column_stack([np.ones(len(at)), at[:, 1] - 0.5])


def _groupings(at: Ints, sizes: tuple[int, int, int]) -> Ints:
    return np.column_stack([at[:, 0], at[:, 2], at[:, 0] * sizes[1] + at[:, 2]])


def _add_shares(rows: Rows, question: Question, coded: Coded, found: tuple[PoststratifiedShare, ...]) -> None:
    members = {"all": np.ones(rows.survey.n, dtype=bool)} | dict(rows.survey.hosts())
    for share in found:
        inside = coded.among(members[share.term])
        yes_n, n = int((inside.yes & inside.is_decided).sum()), int(inside.is_decided.sum())
        kind = "all" if share.term == "all" else "host"
        place = Place(question.estimand_id, question.item, "model", "mrp", kind, share.term, "answer_share")
        method = (
            "multilevel logit by host, age band and their cells, with sex; averaged over the margins; posterior mean"
        )
        number = Number(share.value, share.sd, Interval(share.low, share.high), n, method, yes_n)
        reason = reason_against(yes_n, n - yes_n, group_kind=kind)
        rows.add(place, number, reason or (None if share.is_mixed else NOT_MIXED))


def sensitivity_rows(survey: Survey, population: float, source: str) -> pd.DataFrame:
    """Table `survey_sensitivity`: the steps of the robust interval, bogus shares, and the data defect correlation.

    Everything but the robust steps is computed from the share and the number of respondents as they are published.
    """
    coded = survey.coded(NOT_FAVOURABLE)
    yes_n, n = int((coded.yes & coded.is_decided).sum()), int(coded.is_decided.sum())
    shown = publish_share(yes_n / n, (None, None, None), n) if n else None
    found: list[tuple[str, int, str, float, float]] = []
    if shown is not None and reason_against(yes_n, n - yes_n, group_kind="all") is None:
        found = [*_robust_steps(survey, coded), *_bogus(shown.value), *_defects(shown.value, floored(n), population)]
    columns = ["sensitivity_code", "step_rank", "assumption_text", "bound_low", "bound_high"]
    rows = pd.DataFrame(found, columns=columns)
    rows[["bound_low", "bound_high"]] = rows[["bound_low", "bound_high"]].astype("float64").round(3)
    return rows.assign(estimand_id=NOT_FAVOURABLE.estimand_id, respondents_n=floored(n), source=source)


def _bogus(share: float) -> list[tuple[str, int, str, float, float]]:
    return [
        ("bogus", rank, f"{case.bogus_share:.0%} of respondents are bogus", case.low, case.high)
        for rank, case in enumerate(bogus_sensitivity(share, BOGUS))
    ]


def _defects(share: float, n: int, population: float) -> list[tuple[str, int, str, float, float]]:
    curve = data_defect_curve(share, n, population, CORRELATIONS) if n < population else ()
    return [
        ("data_defect", rank, f"{point.correlation:+.3f}", point.share, point.share) for rank, point in enumerate(curve)
    ]


def _robust_steps(survey: Survey, coded: Coded) -> list[tuple[str, int, str, float, float]]:
    """One assumption after the other is let go; each interval holds the one before, and the one before rounding."""
    blended = ("blended",)
    certain: dict[str, object] = {"weightings": blended, "bogus_shares": (0.0,)}
    steps: list[tuple[str, dict[str, object]]] = [
        ("blended weights, undecided answers left out", {**certain, "with_undecided": False, "design_effect": 1.0}),
        ("and a design effect of at least 2", {**certain, "with_undecided": False}),
        ("and undecided answers as no, and as yes", certain),
        ("and up to 7 % bogus respondents", {"weightings": blended}),
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
    """Whether modes and languages give the same answers, and whether the integration scale measures alike in two."""
    survey = rows.survey
    coded = survey.coded(FAVOURABLE)
    modes = survey.answer("survey_mode_code")
    _add_contrast(rows, coded, modes, ("web", "face_to_face"), ("K48_mode_difference", "face to face minus web"))
    languages = survey.answer("sc6")
    _add_contrast(
        rows, coded, languages, ("dari", "pashto"), ("K49_language_difference", "second language minus first")
    )
    _scale_checks(checks, survey, languages)


def _add_contrast(
    rows: Rows, coded: Coded, values: pd.Series[str], sides: tuple[str, str], named: tuple[str, str]
) -> None:
    chosen = coded.is_decided & values.isin(sides).to_numpy()
    second = (values == sides[1]).to_numpy()[chosen]
    if min(second.sum(), (~second).sum()) < LEAST_IN_GROUP:
        return
    matrix, _ = rows.survey.covariates()
    covariates = matrix[chosen, 1:]
    covariates = covariates[:, np.ptp(covariates, axis=0) > 0]
    weights = rows.survey.weights["blended"][chosen]
    place = Place(named[0], "ta1", "blended", named[1], quantity="difference_in_shares")
    try:
        found = mode_difference(
            coded.yes[chosen].astype(np.float64), second, survey_design(int(chosen.sum()), weights=weights), covariates
        )
    except EstimationError:
        rows.add(place, Number(0.0, None, None, int(chosen.sum()), named[1]), REFUSED)
        return
    if found.adjusted is not None:
        rows.add_estimate(place, found.adjusted)


def _scale_checks(checks: Checks, survey: Survey, languages: pd.Series[str]) -> None:
    items = np.column_stack([pd.to_numeric(survey.answer(item), errors="coerce").to_numpy("float64") for item in SCALE])
    chosen: Bools = np.isfinite(items).all(axis=1) & languages.isin(["dari", "pashto"]).to_numpy()
    second = (languages == "pashto").to_numpy()[chosen]
    if min(second.sum(), (~second).sum()) < LEAST_IN_GROUP:
        return
    n = int(chosen.sum())
    try:
        invariance = measurement_invariance(items[chosen], np.where(second, "b", "a"))
    except EstimationError:
        invariance = None
    if invariance is not None:
        text = f"integration scale in two languages: {invariance.meaning}"
        checks.add("ip01 to ip12", "invariance", text, n, passed=invariance.highest == "scalar")
    try:
        functions = item_functions(items[chosen], second.astype(np.float64))
    except EstimationError:
        return
    for name, found in zip(SCALE, functions, strict=True):
        text = f"p-value, after Holm, that the item works alike in two languages; size of the difference: {found.size}"
        checks.add_function(name, found.adjusted_p, text, n, passed=not found.flagged)
