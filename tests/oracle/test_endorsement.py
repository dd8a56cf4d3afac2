"""Endorsement experiments against R: values stand beside the call in the JSON file."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.ideal_points import ideal_points
from analysis.estimators.endorsement.quick import quick_endorsement

HERE = Path(__file__).parent / "own_synthetic"
CASES = json.loads((HERE / "endorsement.json").read_text(encoding="utf-8"))["cases"]
POLICIES = ("Return", "Funding", "Border", "School")
CLOSED_FORM = 1e-12  # the same formula


def answers(**design):
    with (HERE / "endorsement.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    given = np.array([[[float(r[f"{p}.{s}"] or "nan") for s in "abc"] for p in POLICIES] for r in rows])
    y = np.where(np.isfinite(given).any(axis=2), np.nansum(given, axis=2), np.nan)
    arm = np.isfinite(given).argmax(axis=2)
    return endorsement_answers(y, arm, POLICIES, ("groupA", "groupB"), **design)


@pytest.mark.parametrize("case", CASES)
def test_differences_equal_r(case):
    _, policy, endorser = case.split("_")
    found = {e.term: e for e in quick_endorsement(answers()).differences}[f"difference[{policy}.{endorser}]"]
    assert found.value == pytest.approx(CASES[case]["estimate"], abs=CLOSED_FORM)
    assert found.se == pytest.approx(CASES[case]["se"], abs=CLOSED_FORM)
    assert found.n == CASES[case]["n_endorser"] + CASES[case]["n_control"]


def test_a_design_changes_the_errors():
    """Negative twin: clustering the respondents does not leave the errors as they were."""
    plain, clustered = quick_endorsement(answers()), quick_endorsement(answers(clusters=np.arange(1200) // 40))
    assert clustered.differences[0].value == plain.differences[0].value
    assert clustered.differences[0].se != pytest.approx(plain.differences[0].se, rel=1e-3)


IDEAL = json.loads((HERE / "endorsement_ideal_points.json").read_text(encoding="utf-8"))["cases"]
# Two Monte Carlo errors together; R's chains mix so slowly that their effective draws are themselves uncertain.
STANDARD_ERRORS = 4.5
SPREAD = 0.15  # posterior standard deviations from a few hundred effective draws


@pytest.mark.parametrize("case", IDEAL)
def test_identified_quantities_equal_long_chains_of_r(case):
    matrix = np.ones((1200, 1))
    if case == "female":
        with (HERE / "endorsement.csv").open(encoding="utf-8") as lines:
            matrix = np.column_stack([matrix, [float(row["female"]) for row in csv.DictReader(lines)]])
    names = ("Intercept", "female")[: matrix.shape[1]]
    result = ideal_points(answers(), np.random.default_rng(1), matrix, names, draws=800)
    mixing = {e.term: d for e, d in zip(result.estimates, result.diagnostics, strict=True)}
    ours = {e.term: e for e in result.estimates}
    for term, theirs in IDEAL[case]["terms"].items():
        error = np.hypot(ours[term].se / mixing[term].ess_bulk ** 0.5, theirs["sd"] / theirs["ess"] ** 0.5)
        assert abs(ours[term].value - theirs["mean"]) < STANDARD_ERRORS * error, term
        assert ours[term].se == pytest.approx(theirs["sd"], rel=SPREAD), term
