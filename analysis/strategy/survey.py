"""The order of work of the survey's estimation: every table of the stage from one frame, one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strategy.comparisons import comparison_rows, robust_comparison_rows
from analysis.strategy.complements import withhold_complements
from analysis.strategy.direct import composite_rows, direct_rows, rds_rows, robust_rows, seen_rows
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
    """Tables `survey_estimates`, `survey_diagnostics` and `survey_sensitivity`, and what lies behind them.

    Attributes
    ----------
    rows : the rows before their steps
    failed : name of each list experiment to the reason for which its design failed, None where it did not
    """

    rows: Rows
    failed: Mapping[str, str | None]
    estimates: pd.DataFrame
    diagnostics: pd.DataFrame
    sensitivity: pd.DataFrame


def field_rows(
    rows: Rows, checks: Checks, population: float | None, resampling: tuple[int, np.random.Generator]
) -> dict[str, str | None]:
    """Everything that rests on the design alone: shares, recruitment, experiments, comparisons; no model.

    Parameters
    ----------
    rows, checks
        Where estimates and diagnostics are gathered.
    population : float or None
        Persons in the margins.
    resampling : tuple
        Bootstrap draws, and their generator.

    Returns
    -------
    dict
        Name of each list experiment to the reason for which its design failed, None where it did not.
    """
    direct_rows(rows)
    seen_rows(rows)
    rds_rows(rows, population, *resampling)
    robust_rows(rows)
    composite_rows(rows)
    failed = list_rows(rows, checks)
    comparison_rows(rows, failed)
    robust_comparison_rows(rows, failed)
    endorsement_rows(rows, checks)
    device_rows(rows)
    return failed


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
    failed = field_rows(rows, checks, population, (sizes.bootstrap_draws, resampling))
    model_rows(rows, margins, sizes.model_draws, chains)
    comparability_rows(rows, checks)
    withhold_complements(rows)
    diagnostics = pd.DataFrame(checks.found, columns=list(CHECK_COLUMNS))
    return Results(rows, failed, pd.DataFrame(rows.found), diagnostics, sensitivity_rows(survey, population, source))
