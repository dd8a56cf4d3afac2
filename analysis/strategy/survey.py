"""The order of work of the survey's estimation: every table of the stage from one frame, one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strategy.complements import withhold_complements
from analysis.strategy.direct import composite_rows, difference_rows, direct_rows, rds_rows, robust_rows
from analysis.strategy.experiments import Checks, device_rows, endorsement_rows, list_rows
from analysis.strategy.frame import Survey
from analysis.strategy.models import comparability_rows, model_rows, sensitivity_rows
from analysis.strategy.rows import Rows

CHECK_COLUMNS = (
    "item_text", "check_code", "statistic", "threshold", "is_passed", "check_text", "respondents_n", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """Seed and sizes of resampling and simulation."""

    seed: int
    bootstrap_draws: int
    model_draws: int


@dataclass(frozen=True, eq=False)
class Results:
    """Tables `survey_estimates`, `survey_diagnostics` and `survey_sensitivity`, and the rows before their steps."""

    rows: Rows
    estimates: pd.DataFrame
    diagnostics: pd.DataFrame
    sensitivity: pd.DataFrame


def estimate(survey: Survey, margins: pd.DataFrame | None, sizes: Sizes, source: str) -> Results:
    """Estimate everything that the plan asks for.

    Parameters
    ----------
    survey : Survey
    margins : DataFrame or None
        As `analysis.measures.margins.read_margins` gives them; without any, nothing rests on a population.
    sizes : Sizes
    source : str
        Whose answers these are.
    """
    rows, checks = Rows(survey, source), Checks(source)
    resampling, chains = (np.random.default_rng(seed) for seed in np.random.SeedSequence(sizes.seed).spawn(2))
    population = None if margins is None else float(margins.total.sum())
    direct_rows(rows)
    difference_rows(rows)
    rds_rows(rows, population, sizes.bootstrap_draws, resampling)
    robust_rows(rows)
    composite_rows(rows)
    model_rows(rows, margins, sizes.model_draws, chains)
    list_rows(rows, checks)
    endorsement_rows(rows, checks)
    device_rows(rows)
    comparability_rows(rows, checks)
    withhold_complements(rows)
    diagnostics = pd.DataFrame(checks.found, columns=list(CHECK_COLUMNS))
    return Results(rows, pd.DataFrame(rows.found), diagnostics, sensitivity_rows(survey, population, source))
