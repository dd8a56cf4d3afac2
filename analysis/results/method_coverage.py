"""How often a method's 95 % interval holds the truth, over simulated surveys.

What belongs here: counting, the rule for failure.
What must not: how surveys and corpora are drawn (`method_surveys`, `method_samples`).
"""

from __future__ import annotations

import math
import warnings

import numpy as np
from scipy import stats

from analysis.errors import EstimationError
from analysis.results.method_edges import EDGE_METHODS
from analysis.results.method_flags import FLAGS
from analysis.results.method_models import MODEL_METHODS
from analysis.results.method_samples import SAMPLE_METHODS
from analysis.results.method_sizes import SIZE_METHODS
from analysis.results.method_surveys import SURVEY_METHODS, Method, Trial

METHODS = (*SURVEY_METHODS, *SAMPLE_METHODS, *EDGE_METHODS, *SIZE_METHODS, *MODEL_METHODS)
ROOT_SEED = 20261125
SOURCE = "simulated surveys, ./run coverage"
# A method fails when even the upper end of what its coverage may be lies below this.
REQUIRED_COVERAGE = 0.94
CERTAINTY = 0.99
# Surveys at the beginning whose hits are recorded apart, so that a slice can be run again and compared.
SLICE = 40


def covered(method: Method, survey: int) -> tuple[Trial | None, bool]:
    """Draw and answer one survey, whatever was drawn before.

    Parameters
    ----------
    method, survey
        Method; number of the survey from 0.

    Returns
    -------
    tuple
        The trial, None when the estimator refused the survey or gave no interval, and whether the interval held the
        truth.
    """
    rng = np.random.default_rng([ROOT_SEED, *method.method_id.encode(), survey])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            trial = method.trial(rng)
    except (EstimationError, np.linalg.LinAlgError):
        return None, False
    low, high = trial.estimate.low, trial.estimate.high
    if low is None or high is None:
        return None, False
    return trial, low <= trial.truth <= high


def coverage_row(method: Method, surveys_n: int) -> dict[str, object]:
    """Count over the first surveys of a method: one row of table `method_coverage`.

    Refused surveys count neither for nor against the interval; their number is in the row.

    Parameters
    ----------
    method, surveys_n
        Method; how many surveys.

    Returns
    -------
    dict
    """
    runs = [covered(method, survey) for survey in range(surveys_n)]
    trials = [trial for trial, _ in runs if trial is not None]
    hits, n = len([1 for _, hit in runs if hit]), len(trials)
    errors = [float(t.estimate.value or 0.0) - t.truth for t in trials]
    bias = math.fsum(errors) / n
    spread = math.sqrt(math.fsum((e - bias) ** 2 for e in errors) / (n - 1))
    mean_error = math.fsum(float(t.estimate.se or 0.0) for t in trials) / n
    low, high = clopper_pearson(hits, n)
    return {
        "method_id": method.method_id,
        "survey_text": method.survey_text,
        "respondents_n": method.respondents_n,
        "surveys_n": surveys_n,
        "answered_n": n,
        "coverage_share": hits / n,
        "coverage_low_share": low,
        "coverage_high_share": high,
        "bias": bias,
        "spread_of_estimates": spread,
        "mean_standard_error": mean_error,
        "is_failed": high < REQUIRED_COVERAGE,
        "failure_text": FLAGS.get(method.method_id) if high < REQUIRED_COVERAGE else None,
        "slice_n": SLICE,
        "slice_covered_n": len([1 for _, hit in runs[:SLICE] if hit]),
        "seed": ROOT_SEED,
    }


def clopper_pearson(hits: int, n: int) -> tuple[float, float]:
    """Give the exact 99 % interval of a share.

    Parameters
    ----------
    hits, n
        Successes among trials.

    Returns
    -------
    tuple of float

    Source
        Clopper & Pearson 1934, Biometrika 26(4), 404–413.
    """
    tail = (1 - CERTAINTY) / 2
    low = 0.0 if hits == 0 else float(stats.beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if hits == n else float(stats.beta.ppf(1 - tail, hits + 1, n - hits))
    return low, high
