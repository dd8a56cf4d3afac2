"""The crosswise question with an anchor: the paper's correction by hand, its interval by simulation."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.randomised_response.anchored import anchored_prevalence

P = 0.15


def answers(n=1000, share=0.05, attentive=0.8, seed=1, anchor_share=0.0):
    rng = np.random.default_rng(seed)
    attends, held, anchor_held = rng.random(n) < attentive, rng.random(n) < share, rng.random(n) < anchor_share
    beside, other = rng.random(n) < P, rng.random(n) < P
    y = np.where(attends, held == beside, rng.random(n) < 0.5)
    a = np.where(attends, anchor_held == other, rng.random(n) < 0.5)
    return y.astype(float), a.astype(float)


def test_estimates_are_those_of_the_paper():
    y, a = answers()
    made = anchored_prevalence(y, a, P, P)
    gamma = (a.mean() - 0.5) / (0.5 - P)
    naive = (y.mean() + P - 1) / (2 * P - 1)
    bias = (0.5 - 1 / (2 * gamma)) * (y.mean() - 0.5) / (P - 0.5)
    assert made.attentive.value == pytest.approx(gamma)
    assert made.uncorrected.value == pytest.approx(naive)
    assert made.corrected.value == pytest.approx(naive - bias)


def test_errors_are_those_of_the_linearised_ratio_under_clusters():
    y, a = answers()
    w, cluster = np.random.default_rng(2).uniform(0.5, 2, 1000), np.arange(1000) // 10
    made = anchored_prevalence(y, a, P, P, weights=w, clusters=cluster)
    top, bottom = w @ y / w.sum() - 0.5, w @ a / w.sum() - 0.5
    score = w / w.sum() * ((y - 0.5 - top) / bottom - top * (a - 0.5 - bottom) / bottom**2)
    totals = np.bincount(cluster, weights=score)
    factor = (1 - 2 * P) * 0.5 / (2 * P - 1)
    assert made.corrected.se == pytest.approx(abs(factor) * np.sqrt(100 / 99 * (totals**2).sum()), rel=1e-6)
    assert made.corrected.degrees_of_freedom == 99


@pytest.mark.parametrize(("share", "attentive", "anchor_share"), [(0.05, 0.8, 0.0), (0.02, 0.6, 0.0), (0.3, 0.7, 0.1)])
def test_the_corrected_interval_holds_the_share_and_the_uncorrected_one_does_not(share, attentive, anchor_share):
    made = [
        anchored_prevalence(*answers(1500, share, attentive, seed, anchor_share), P, P, anchor_share=anchor_share)
        for seed in range(200)
    ]
    hits = np.mean([m.corrected.low <= share <= m.corrected.high for m in made])
    twin = np.mean([m.uncorrected.low <= share <= m.uncorrected.high for m in made])
    assert hits >= 0.9
    assert twin < 0.5
    assert np.mean([m.attentive.value for m in made]) == pytest.approx(attentive, abs=0.02)


def test_where_everybody_attends_both_agree():
    y, a = answers(20_000, 0.1, 1.0)
    made = anchored_prevalence(y, a, P, P)
    assert made.attentive.value == pytest.approx(1.0, abs=0.03)
    assert made.corrected.value == pytest.approx(made.uncorrected.value, abs=0.02)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_nobody_attends_nothing_is_said(seed):
    made = anchored_prevalence(*answers(400, 0.1, 0.0, seed), P, P)
    assert made.corrected.value is None
    assert "nothing can be said" in made.corrected.unusable_reason
    assert made.uncorrected.value == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": 0.5}, "p is 0.5: at one half the question says nothing"),
        ({"anchor_p": 1.2}, "anchor_p is 1.2; a probability lies between 0 and 1"),
        ({"anchor_share": 0.5}, "anchor_share is 0.5: at one half"),
        ({"anchor": [0.0, 1.0] * 10}, "anchor has 20 answers for 40"),
    ],
)
def test_what_says_nothing_is_refused(change, message):
    given = {"answer": [0.0, 1.0] * 20, "anchor": [0.0, 1.0] * 20, "p": 0.15, "anchor_p": 0.15} | change
    with pytest.raises(EstimationError, match=message):
        anchored_prevalence(**given)
