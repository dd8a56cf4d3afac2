"""Studies of fictional worlds, one after the other: what the answer strategy says beside what is true there.

Every study draws a population, recruits and interviews it, screens, weights and estimates it with the very code that
estimates a study in the field; the same answers are estimated again after consent loss and after the gate, which is the
price of privacy. What must not be here: an estimator, exports, files, field data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.design.truths import Truths, truth_of
from analysis.errors import EstimationError
from analysis.measures.quality import flagged, screened
from analysis.strategy.experiments import Checks
from analysis.strategy.frame import read_survey
from analysis.strategy.rows import Number, Place, Rows
from analysis.strategy.survey import field_rows
from analysis.strategy.weights import weight_rows
from analysis.study.plan import Plan
from analysis.synthetic.answers import interview
from analysis.synthetic.margins import CROSSED, EVERYBODY, SOURCE, cell_totals
from analysis.synthetic.recruitment import recruit
from analysis.synthetic.responses import responses
from analysis.synthetic.truth import survey_truths
from analysis.synthetic.world import Population, populate

POPULATION = 10_000
RDS_SHARE = 0.6
CONSENT_KEPT_SHARE = 0.91
"""Share of respondents whose consent holds at the cut-off in the fictional world."""


class Answer(NamedTuple):
    """One estimator in one study: the truth there, and the estimate with its interval; None where it was withheld."""

    truth: float
    value: float | None
    low: float | None
    high: float | None


class Key(NamedTuple):
    """An estimator at one step of privacy: the keys of its row, as the tables of results have them."""

    estimand_id: str
    item_text: str
    group_text: str
    weighting_code: str
    estimator_text: str
    privacy_step_text: str


Study = Mapping[Key, Answer]


@dataclass(frozen=True)
class Simulation:
    """What is simulated.

    Attributes
    ----------
    plan : of the fictional study; groups that no estimate of the diagnosis needs are left out
    respondents : people interviewed, most through the network, the others from an opt-in panel
    cut_at : weights above so many times the median are cut
    bootstrap_draws : resampled recruitments per estimate
    """

    plan: Plan
    respondents: int
    cut_at: float
    bootstrap_draws: int


def simulation(plan: Plan, respondents: int, cut_at: float, bootstrap_draws: int) -> Simulation:
    """The plan without groups that only make more rows of the same kind, and the sizes."""
    asked = [kind for question in plan.questions for kind in question.groups or ()]
    asked += [kind for device in plan.devices for kind in device.groups]
    kept = tuple(group for group in plan.groups if group.kind in asked)
    return Simulation(plan.model_copy(update={"groups": kept}), respondents, cut_at, bootstrap_draws)


def simulate_study(what: Simulation, generator: np.random.Generator) -> Study:
    """Draw one world, ask it, and estimate at every step of privacy.

    Parameters
    ----------
    what
        Plan and sizes.
    generator
        Of this study alone.
    """
    population = populate(POPULATION, generator)
    recruits = recruit(population, round(RDS_SHARE * what.respondents), generator)
    opt_in = generator.choice(population.size, what.respondents - len(recruits.person), replace=False)
    everybody = _admitted(responses(interview(population, recruits, opt_in, generator)), what.plan)
    consenting = generator.random(len(everybody)) < CONSENT_KEPT_SHARE
    known = {(truth.estimand_id, truth.group): truth.value for truth in survey_truths(population)}
    margins = _margins(population, what.plan)
    found: dict[Key, Answer] = {}
    for step, rows in (("all answers", everybody), ("consenting only", _those(everybody, consenting))):
        made = _estimated(what, rows, margins, generator)
        for place, truth, number, shown in _with_truth(made, known):
            found[_key(place, step)] = Answer(truth, *(number or (None, None, None)))
            if step == "consenting only":
                found[_key(place, "after the gate")] = Answer(truth, *(shown or (None, None, None)))
    return found


def _admitted(rows: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Free texts screened and deleted, as admission does."""
    free = [column for column, (item, _) in plan.columns.items() if item.free_text and column != plan.place]
    return rows.assign(**{column: screened(rows[column].tolist()) for column in free})


def _those(rows: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Some respondents; whoever was recruited by somebody else begins a chain."""
    kept = rows[chosen].reset_index(drop=True)
    is_here = kept.recruiter_pseudonym.isin(kept.respondent_pseudonym)
    return kept.assign(recruiter_pseudonym=kept.recruiter_pseudonym.where(is_here, None))


def _margins(population: Population, plan: Plan) -> pd.DataFrame | None:
    """Totals of the world, as `analysis.measures.margins.read_margins` gives those of a file."""
    if plan.margins is None or ":".join(plan.margins.crossed) != CROSSED:
        return None
    levels, totals = cell_totals(population)
    cells = pd.DataFrame([level.split(":") for level in levels], columns=list(plan.margins.crossed))
    return cells.assign(total=totals.astype("float64"), population=EVERYBODY, source=SOURCE)


def _estimated(
    what: Simulation, rows: pd.DataFrame, margins: pd.DataFrame | None, generator: np.random.Generator
) -> Rows:
    missing = {name: None for name in ABSENT if name not in rows}
    rows = rows.assign(**missing)
    excluded = flagged(rows, what.plan.screen).is_excluded.to_numpy(bool)
    weights = weight_rows(what.plan, rows, excluded, margins, what.cut_at)
    made = Rows(read_survey(what.plan, rows, weights, "synthetic"), "simulated")
    population = None if margins is None else float(margins.total.sum())
    field_rows(made, Checks("simulated"), population, (what.bootstrap_draws, generator))
    return made


ABSENT = (
    "linkage_pseudonym", "person_pseudonym", "recruitment_code", "wave", "is_recontact_allowed", "is_microdata_allowed",
    "base_weight", "stratum_pseudonym", "cluster_pseudonym",
)  # fmt: skip
"""Columns of the table of responses that no estimate reads here."""

Values = tuple[float | None, float | None, float | None]


def _with_truth(made: Rows, known: Truths) -> Iterator[tuple[Place, float, Values | None, Values | None]]:
    """Every estimate with an interval for which the world states a truth: before its steps, and as published."""
    for (place, number), is_allowed, row in zip(made.exact, made.allowed, made.found, strict=True):
        truth = truth_of(place, known)
        if truth is None or (is_allowed and number.limits is None):
            continue
        shown = tuple(row[name] for name in ("value", "ci_low", "ci_high")) if row["is_usable"] else None
        yield place, truth, _values(number) if is_allowed else None, shown  # type: ignore[misc] # three numbers


def _values(number: Number) -> Values:
    assert number.limits is not None  # noqa: S101 - asked before
    return number.value, number.limits.low, number.limits.high


def _key(place: Place, step: str) -> Key:
    return Key(place.estimand_id, place.item, place.group, place.weighting, place.estimator, step)


@dataclass(frozen=True)
class Characteristics:
    """How one estimator did over all studies, at one step of privacy.

    Attributes
    ----------
    worlds_n, answered_n
        Studies; those in which the estimator gave an interval.
    truth, bias, rmse, mean_width
        Means over the answered studies, in the unit of the estimate.
    coverage, coverage_low, coverage_high
        Share of nominal 95 % intervals that held the truth, with 99 % Clopper–Pearson limits.
    power
        Share of intervals that leave out zero.
    """

    worlds_n: int
    answered_n: int
    truth: float
    bias: float
    rmse: float
    mean_width: float
    coverage: float
    coverage_low: float
    coverage_high: float
    power: float


def characteristics(answers: list[Answer]) -> Characteristics:
    """Summarise one estimator.

    Raises
    ------
    EstimationError
        The estimator answered in no study.
    """
    given = [(a.truth, a.value, a.low, a.high) for a in answers if a.value is not None and a.low is not None]
    if not given:
        raise EstimationError("an estimator answered in no simulated study; look at its warnings on one of them")
    truth, value, low, high = np.array(given, dtype=np.float64).T
    held = int(((low <= truth) & (truth <= high)).sum())
    limits = stats.binomtest(held, len(given)).proportion_ci(0.99, method="exact")
    return Characteristics(
        worlds_n=len(answers),
        answered_n=len(given),
        truth=float(truth.mean()),
        bias=float((value - truth).mean()),
        rmse=float(np.sqrt(((value - truth) ** 2).mean())),
        mean_width=float((high - low).mean()),
        coverage=held / len(given),
        coverage_low=float(limits.low),
        coverage_high=float(limits.high),
        power=float(((low > 0) | (high < 0)).mean()),
    )
