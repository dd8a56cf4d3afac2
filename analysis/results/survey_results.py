"""The order of work of the survey's estimation: every table of the stage from one frame, one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results.survey_complements import withhold_complements
from analysis.results.survey_direct import composite_rows, difference_rows, direct_rows, rds_rows, robust_rows
from analysis.results.survey_experiments import Checks, crosswise_rows, endorsement_rows, list_rows
from analysis.results.survey_frame import Survey
from analysis.results.survey_models import comparability_rows, model_rows, sensitivity_rows
from analysis.results.survey_rows import Rows

CHECK_COLUMNS = (
    "item_text", "check_code", "statistic", "threshold", "is_passed", "check_text", "respondents_n", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Sizes of resampling and simulation, and two constants of the instrument."""

    seed: int
    bootstrap_draws: int
    model_draws: int
    list_items: int
    crosswise_chance: float


@dataclass(frozen=True, eq=False)
class Results:
    """Tables `survey_estimates`, `survey_diagnostics` and `survey_sensitivity`, and the rows before their steps."""

    rows: Rows
    estimates: pd.DataFrame
    diagnostics: pd.DataFrame
    sensitivity: pd.DataFrame


def estimate(survey: Survey, margins: pd.DataFrame, plan: Plan, source: str) -> Results:
    """Estimate everything that the instrument allows.

    Parameters
    ----------
    survey : Survey
    margins : DataFrame
        As `analysis.measures.margins.read_margins` gives them.
    plan : Plan
    source : str
        Whose answers these are.
    """
    rows, checks = Rows(survey, source), Checks(source)
    resampling, chains = (np.random.default_rng(seed) for seed in np.random.SeedSequence(plan.seed).spawn(2))
    population = float(margins.total.sum())
    direct_rows(rows)
    difference_rows(rows)
    rds_rows(rows, population, plan.bootstrap_draws, resampling)
    robust_rows(rows)
    composite_rows(rows)
    model_rows(rows, margins, plan.model_draws, chains)
    list_rows(rows, checks, plan.list_items)
    endorsement_rows(rows, checks)
    crosswise_rows(rows, plan.crosswise_chance)
    comparability_rows(rows, checks)
    withhold_complements(rows)
    diagnostics = pd.DataFrame(checks.found, columns=list(CHECK_COLUMNS))
    return Results(rows, pd.DataFrame(rows.found), diagnostics, sensitivity_rows(survey, population, source))
