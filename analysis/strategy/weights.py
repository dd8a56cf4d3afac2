"""How much each respondent counts: degrees, Volz–Heckathorn weights, raking of volunteers, and both samples together.

What belongs here: the weightings of the plan and their tables. What must not: estimates of answers; any output about
who recruited whom beyond sums over many respondents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EstimationError
from analysis.estimators.rds.transitions import recruitment_homophily
from analysis.estimators.rds.tree import RecruitmentTree, recruitment_tree
from analysis.estimators.rds.weights import volz_heckathorn_weights
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import kish_effect, survey_mean
from analysis.estimators.weighting.margins import Margin, margin
from analysis.estimators.weighting.trimming import trim_weights
from analysis.measures.margin_levels import under_levels
from analysis.schemas.precision import floored, on_step, open_step, share_step
from analysis.study.plan import Level, Plan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

POOLED = "pooled"
LEAST_IN_LEVEL = 10
"""A level of a margin with fewer respondents is pooled with the other small ones before raking."""

PROBABILITY = "probability"
WAVES_PER_SPAN = 2
PERCENTILES = (1, 99)


@dataclass(frozen=True, eq=False)
class Recruitment:
    """The respondent-driven sample as positions; identifiers do not survive.

    Attributes
    ----------
    rows : (m,) positions of its respondents in the table of responses
    tree : who recruited whom among them
    degree : (m,) acquaintances, 1 or more
    is_imputed : (m,) bool, none was stated and the median stands in
    """

    rows: npt.NDArray[np.int64]
    tree: RecruitmentTree
    degree: Floats
    is_imputed: Bools


def recruitment(plan: Plan, responses: pd.DataFrame, item: str | None = None) -> Recruitment | None:
    """Check the recruitment tree and the degrees; None when nobody came through a respondent.

    Whoever was recruited by somebody whose row is not here counts as the root of a chain. A missing number of
    acquaintances is taken as the median, and 0 as 1: whoever takes part knows somebody who does.

    Parameters
    ----------
    plan : Plan
    responses : DataFrame
        Table `survey_responses`, those who were left out of estimation included: chains run through them.
    item : str, optional
        Column of the number of acquaintances, where it is not the plan's.

    Raises
    ------
    EstimationError
        The plan has no recruitment, or recruitment runs in a circle or names somebody twice.
    """
    is_rds = (responses.sample_source_code == "rds").to_numpy()
    if not is_rds.any():
        return None
    if plan.recruitment is None:
        raise EstimationError(
            f"study {plan.study}: respondents recruit each other, and the plan has no `recruitment`; name the item "
            "that asks for the number of acquaintances"
        )
    item = item or plan.recruitment.degree
    chosen = responses[is_rds]
    ids, recruiters = chosen.respondent_pseudonym.tolist(), chosen.recruiter_pseudonym.fillna("").tolist()
    known = set(ids)
    tree = recruitment_tree(ids, [name if name in known else "" for name in recruiters])
    reported = pd.to_numeric(chosen[item], errors="coerce").to_numpy("float64")
    if not np.isfinite(reported).any():
        raise EstimationError(
            f"item {item}: no respondent states a number of acquaintances; respondents cannot be weighted"
        )
    is_imputed = ~np.isfinite(reported)
    filled = np.where(is_imputed, np.nanmedian(reported), reported)
    return Recruitment(np.flatnonzero(is_rds), tree, np.maximum(filled, 1.0), is_imputed)


def weight_rows(
    plan: Plan, responses: pd.DataFrame, excluded: Bools, margins: pd.DataFrame | None, cut_at: float
) -> pd.DataFrame:
    """Every respondent that estimation uses with each of the weights.

    Parameters
    ----------
    plan : Plan
    responses : DataFrame
        Table `survey_responses`.
    excluded : (n,) bool
        Left out by the quality screen.
    margins : DataFrame or None
        As `analysis.measures.margins.read_margins` gives them; without any, nobody is raked.
    cut_at : float
        Weights above so many times the median of the blended weights are cut.

    Returns
    -------
    DataFrame
        Table `respondent_weights`.
    """
    degree, imputed = np.full(len(responses), np.nan), pd.array([pd.NA] * len(responses), dtype="boolean")
    made = recruitment(plan, responses)
    if made is not None:
        degree[made.rows], imputed[made.rows] = made.degree, made.is_imputed
    kept = responses[~excluded].reset_index(drop=True)
    degree = degree[~excluded]
    is_rds, is_drawn = np.isfinite(degree), (kept.sample_source_code == PROBABILITY).to_numpy()
    is_volunteer = ~is_rds & ~is_drawn
    rds, volunteers, design = (np.full(len(kept), np.nan) for _ in range(3))
    if is_rds.any():
        rds[is_rds] = _averaging_one(volz_heckathorn_weights(degree[is_rds]))
    if is_volunteer.any():
        volunteers[is_volunteer] = raked(plan, kept[is_volunteer], np.ones(int(is_volunteer.sum())), margins)
    if is_drawn.any():
        design[is_drawn] = raked(plan, kept[is_drawn], kept.base_weight[is_drawn].to_numpy("float64"), margins)
    return pd.DataFrame(
        {
            "respondent_pseudonym": kept.respondent_pseudonym,
            "degree_n": pd.array(degree, dtype="Float64").astype("Int64") if is_rds.any() else pd.NA,
            "is_degree_imputed": imputed[~excluded],
            "rds_weight": rds,
            "raked_weight": volunteers,
            "design_weight": design,
            "blended_weight": blended(plan, kept, (rds, volunteers, design), margins, cut_at),
        }
    )


def raked(plan: Plan, rows: pd.DataFrame, start: Floats, margins: pd.DataFrame | None) -> Floats:
    """Rake to every item of the margins; respondents without such an answer keep the starting weight. 1 on average.

    Levels that too few respondents hold are pooled, in the sample and in the margins alike.
    """
    weights = _averaging_one(start)
    if plan.margins is None or margins is None:
        return weights
    names, joined = plan.margins.crossed, plan.margins.joined
    held = {name: rows[name] for name in names}
    if joined:
        held[joined] = under_levels(rows[joined], margins[joined])
    known = np.logical_and.reduce([held[name].isin(margins[name]).to_numpy() for name in names])
    if not known.any():
        raise EstimationError(
            f"no respondent has answers that the margins hold ({plan.margins.words}); give totals for them"
        )
    chosen = [_margin(name, held[name][known], margins) for name in names]
    weights[known] = rake(start[known], [each for each in chosen if len(each.levels) > 1] or chosen[:1]).weights
    weights[known] = _averaging_one(weights[known])
    return weights


def _margin(name: str, answers: pd.Series[str], margins: pd.DataFrame) -> Margin:
    totals = margins.groupby(name).total.sum()
    counts = answers.value_counts().reindex(totals.index, fill_value=0)
    small = set(counts.index[counts < LEAST_IN_LEVEL])
    if small and not counts[list(small)].sum():
        # Nobody stands for these levels: they join the smallest that somebody holds.
        small.add(str(counts[counts > 0].idxmin()))
    labels = {level: POOLED if level in small else str(level) for level in totals.index}
    pooled = totals.groupby(labels).sum()
    return margin(name, answers.map(labels).to_numpy(), pooled.to_dict())


def blended(
    plan: Plan, rows: pd.DataFrame, made: tuple[Floats, ...], margins: pd.DataFrame | None, cut_at: float
) -> Floats:
    """All samples in one: each raked, shares in proportion to their effective sizes, extreme weights cut.

    `made` holds the weights of the respondent-driven sample, which is raked here, and those of the other samples, which
    are already; NaN for who is in another one.

    Source: Elliott and Haviland 2007 weigh by precision; here all samples are taken as equally biased.
    """
    parts = [(np.isfinite(weights), weights[np.isfinite(weights)]) for weights in made]
    is_rds, rds = parts[0]
    if is_rds.any():
        parts[0] = (is_rds, raked(plan, rows[is_rds], rds, margins))
    parts = [(chosen, weights) for chosen, weights in parts if chosen.any()]
    sizes = [kish_effect(weights).effective_n for _, weights in parts]
    together = np.zeros(len(rows))
    for (chosen, weights), size in zip(parts, sizes, strict=True):
        together[chosen] = weights * size / weights.sum()
    together = _averaging_one(together)
    if not all(reaches_everywhere(plan, rows, chosen) for chosen, _ in parts):
        # Samples of different places stand beside each other: margins alone say how much each place counts.
        together = raked(plan, rows, together, margins)
    return _averaging_one(trim_weights(together, 0.0, cut_at * float(np.median(together))).weights)


def reaches_everywhere(plan: Plan, rows: pd.DataFrame, chosen: Bools) -> bool:
    """Whether some respondents live in every place, or belong to every domain, that all respondents are reported for.

    Parameters
    ----------
    plan : Plan
    rows : DataFrame
        Table `survey_responses`.
    chosen : (n,) bool
        A sample.
    """
    item = plan.domain.item if plan.domain else plan.place
    if item is None:
        return True
    answers = rows[item]
    counts = answers[~answers.str.startswith(".")].value_counts()
    reported = counts.index[counts >= plan.disclosure.least_in_group]
    inside = answers[chosen].value_counts().reindex(reported, fill_value=0)
    return bool((inside >= plan.disclosure.least_answers).all())


def _averaging_one(weights: Floats) -> Floats:
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def wave_rows(responses: pd.DataFrame) -> pd.DataFrame:
    """Table `recruitment_waves`: respondents by spans of waves, and all of them."""
    waves = responses.wave[responses.sample_source_code == "rds"].dropna().astype("int64")
    spans = waves // WAVES_PER_SPAN
    rows = [
        (f"waves {span * WAVES_PER_SPAN} to {(span + 1) * WAVES_PER_SPAN - 1}", int(count))
        for span, count in spans.value_counts().sort_index().items()
    ]
    total = [("all waves", len(waves))] if rows else []
    return pd.DataFrame([*rows, *total], columns=["wave_text", "respondents_n"])


def homophily_rows(plan: Plan, responses: pd.DataFrame, source: str) -> pd.DataFrame:
    """Table `recruitment_homophily`, for levels that many recruited respondents hold.

    Parameters
    ----------
    plan : Plan
    responses : DataFrame
        Table `survey_responses`.
    source : str
        Whose answers these are.
    """
    made = recruitment(plan, responses)
    rows: list[tuple[object, ...]] = []
    for level in plan.recruitment.homophily if made is not None and plan.recruitment else ():
        assert made is not None  # noqa: S101 - the loop is empty otherwise
        answers = responses[level.item].iloc[made.rows].map(_namer(plan, level))
        names = sorted(set(answers.dropna()))
        group = answers.map({name: code for code, name in enumerate(names)}).fillna(-1).to_numpy("int64")
        found = recruitment_homophily(group, made.tree, len(names))
        for code, name in enumerate(names):
            count, ratio = int((group == code).sum()), found.by_group[code]
            if share_step(count) is not None and ratio is not None:
                shown = on_step(ratio, open_step(count, max(ratio, 1.0)))
                rows.append((level.item, name, shown, floored(count), source))
    return pd.DataFrame(rows, columns=["item_text", "level_text", "homophily_ratio", "respondents_n", "source"])


def _namer(plan: Plan, level: Level) -> Callable[[str], str | None]:
    """What an answer is called: yes and no of a question, or the name under which its group is released."""
    names = next((group.names for group in plan.groups if group.item == level.item), {})

    def name(code: str) -> str | None:
        if code.startswith("."):
            return None
        if level.question:
            return level.yes if code in plan.by_estimand[level.question].yes else level.no
        return names.get(code, code)

    return name


def diagnostic_rows(plan: Plan, weights: pd.DataFrame, responses: pd.DataFrame, source: str) -> pd.DataFrame:
    """Table `weight_diagnostics`: sizes, Kish's and the realised design effect, and the range of each weighting."""
    rows = responses.set_index("respondent_pseudonym").loc[weights.respondent_pseudonym]
    main = plan.main
    answers = rows[main.item]
    columns = {
        "unweighted": np.ones(len(weights)),
        "rds": weights.rds_weight.to_numpy("float64"),
        "raked": weights.raked_weight.to_numpy("float64"),
        "design": weights.design_weight.to_numpy("float64"),
        "blended": weights.blended_weight.to_numpy("float64"),
    }
    found = [
        _diagnostics(name, w[np.isfinite(w)], (answers[np.isfinite(w)], main.yes), source)
        for name, w in columns.items()
        if np.isfinite(w).any()
    ]
    return pd.DataFrame(found)


def _diagnostics(
    name: str, weights: Floats, given: tuple[pd.Series[str], tuple[str, ...]], source: str
) -> dict[str, object]:
    kish, (answers, yes) = kish_effect(weights), given
    answered = ~answers.str.startswith(".").to_numpy()
    low, high = np.percentile(weights / weights.mean(), PERCENTILES)
    said_yes = answers.isin(yes).to_numpy().astype(np.float64)
    effect = survey_mean(said_yes, survey_design(len(weights), weights=weights), answered).design_effect_replace
    n = len(weights)
    cost = _ratio_shown(kish.design_effect, n)
    return {
        "weighting_code": name,
        "respondents_n": floored(n),
        "kish_design_effect": cost,
        "realised_design_effect": None if effect is None else _ratio_shown(float(effect[0]), n),
        "effective_n": floored(int(floored(n) / cost)),
        "weight_low_ratio": _ratio_shown(float(low), n),
        "weight_high_ratio": _ratio_shown(float(high), n),
        "source": source,
    }


def _ratio_shown(ratio: float, n: int) -> float:
    return on_step(ratio, open_step(n, max(ratio, 1.0)))
