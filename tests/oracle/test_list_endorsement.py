"""Correlation of a list with endorsements against R list 9.2.6, on our own simulated respondents."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.estimators.list_experiment.with_endorsement import list_endorsement_correlations

HERE = Path(__file__).parent / "own_synthetic"
CASES = json.loads((HERE / "list_endorsement.json").read_text(encoding="utf-8"))["cases"]
CLOSED_FORM = 1e-10
# A bootstrap of 2,000 draws: three Monte Carlo errors of a 2.5 % quantile and of a small p-value.
QUANTILE, TAIL = 0.015, 0.006


@pytest.fixture(scope="module")
def rows():
    return pd.read_csv(HERE / "list_endorsement.csv")


@pytest.fixture(params=["pearson", "kendall"])
def both(request, rows):
    answers = rows.filter(like="y_endorse").mean(axis=1)
    made = list_endorsement_correlations(rows.y_list, rows.treat, 4, answers, kind=request.param)
    return {e.term: e for e in made}, CASES[f"comp_listEndorse_{request.param}"]


def test_correlations_equal_comp_list_endorse(both):
    made, want = both
    assert made["correlation_treated"].value == pytest.approx(want["cor_treat"], abs=CLOSED_FORM)
    assert made["correlation_control"].value == pytest.approx(want["cor_control"], abs=CLOSED_FORM)


def test_interval_is_near_the_bootstrap_but_not_near_the_one_that_r_prints(both):
    """comp.listEndorse takes the 47.5 % quantile as its upper limit."""
    made, want = both
    low, high = want["bootstrap_2.5_97.5"]
    assert made["difference"].low == pytest.approx(low, abs=QUANTILE)
    assert made["difference"].high == pytest.approx(high, abs=QUANTILE)
    assert want["ci_names"] == ["2.5%", "47.5%"]
    assert made["difference"].high > want["ci"][1] + 0.1


def test_tail_probability_is_near_the_bootstrap(both):
    made, want = both
    gap = made["difference"]
    assert stats.norm.sf(gap.value / gap.se) == pytest.approx(want["p"], abs=TAIL)


def test_error_equals_the_bootstrap_of_the_same_contrast(rows):
    """Two halves of the same rows: 400 resamples of ours against the linearised error, within 15 %."""
    rng = np.random.default_rng(20261126)
    answers = rows.filter(like="y_endorse").mean(axis=1).to_numpy()
    y, treat = rows.y_list.to_numpy(), rows.treat.to_numpy()
    want = list_endorsement_correlations(y, treat, 4, answers, kind="kendall")[0].se
    drawn = []
    for _ in range(400):
        i = rng.integers(0, len(y), len(y))
        drawn.append(list_endorsement_correlations(y[i], treat[i], 4, answers[i], kind="kendall")[0].value)
    assert want == pytest.approx(np.std(drawn), rel=0.15)
