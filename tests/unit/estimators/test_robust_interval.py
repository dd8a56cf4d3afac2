"""The envelope over bogus shares, undecided answers, weightings and design effects."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.robust_interval import robust_interval, with_other_weights
from analysis.estimators.shares import share_interval
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import share_evidences, survey_mean, survey_share

RNG = np.random.default_rng(3)
Y = (RNG.random(400) < 0.2).astype(float)
PLAIN = survey_design(400)
TILTED = with_other_weights(PLAIN, 1 + Y)


def test_each_source_widens_and_nothing_narrows():
    narrow = robust_interval(Y, {"none": PLAIN}, bogus_shares=[0.0], design_effect=1)
    for wider in (
        robust_interval(Y, {"none": PLAIN}, bogus_shares=[0.0, 0.04], design_effect=1),
        robust_interval(Y, {"none": PLAIN}, bogus_shares=[0.0], design_effect=2),
        robust_interval(Y, {"none": PLAIN, "tilted": TILTED}, bogus_shares=[0.0], design_effect=1),
        robust_interval(Y, {"none": PLAIN}, undecided=np.arange(400) < 20, bogus_shares=[0.0], design_effect=1),
    ):
        assert wider.low <= narrow.low
        assert wider.high >= narrow.high
        assert (wider.low, wider.high) != (narrow.low, narrow.high)


def test_without_extras_it_is_the_share_interval():
    made = robust_interval(Y, {"none": PLAIN}, bogus_shares=[0.0], design_effect=1)
    _, (plain,) = survey_share(Y, PLAIN)
    assert (made.low, made.high) == (pytest.approx(plain.low, rel=1e-9), pytest.approx(plain.high, rel=1e-9))


def test_ends_name_their_case():
    made = robust_interval(Y, {"none": PLAIN, "tilted": TILTED}, undecided=np.arange(400) < 40)
    assert made.lowest.undecided_as == 0
    assert made.lowest.bogus_share == 0.07
    assert (made.highest.weighting, made.highest.undecided_as) == ("tilted", 1)
    assert made.undecided_share == 0.1
    assert len(made.cases) == 2 * 2 * 3


def test_nobody_said_yes_gives_exact_limits_of_the_effective_sample():
    made = robust_interval(np.zeros(100), {"none": survey_design(100)}, bogus_shares=[0.0], design_effect=2)
    assert made.low == 0.0
    assert made.high == pytest.approx(1 - 0.025 ** (1 / 50), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"answers": [0.0, 2.0, 1.0]}, "answers is 2"),
        ({"designs": {}}, "designs is empty"),
        ({"design_effect": 0.5}, "design_effect is 0.5"),
        ({"designs": {"w": survey_design(2)}}, "weighting 'w'"),
    ],
)
def test_what_cannot_be_answered_is_refused(change, word):
    given = {"answers": [0.0, 1.0, 1.0], "designs": {"w": survey_design(3)}} | change
    with pytest.raises(EstimationError, match=word):
        robust_interval(given.pop("answers"), given.pop("designs"), **given)


def test_every_case_by_hand():
    w = RNG.uniform(1, 2, 400)
    design = survey_design(400, weights=w, clusters=np.arange(400) // 4)
    undecided = np.arange(400) % 20 == 0
    made = robust_interval(Y, {"own": design}, undecided=undecided, bogus_shares=[0.0, 0.05], confidence=0.9)
    assert [(c.weighting, c.undecided_as, c.bogus_share) for c in made.cases] == [
        ("own", 0, 0.0), ("own", 0, 0.05), ("own", 1, 0.0), ("own", 1, 0.05),
    ]  # fmt: skip
    for decided in (0, 1):
        mean = survey_mean(np.where(undecided, decided, Y), design)
        share = float(mean.values[0])
        variance = max(float(mean.covariance[0, 0]), 2.0 * share * (1 - share) / 399)
        evidence = share_evidences(np.where(undecided, decided, Y), design)[0]
        evidence = replace(evidence, effective_n=min(evidence.effective_n, 200))
        plain = share_interval(share, variance, evidence, 0.9)
        for bogus, case in zip((0.0, 0.05), made.cases[2 * decided : 2 * decided + 2], strict=True):
            assert case.share == pytest.approx(share)
            assert (case.low, case.high) == pytest.approx(
                (max((plain.low - bogus) / (1 - bogus), 0), plain.high / (1 - bogus))
            )
    assert (made.low, made.high) == (min(c.low for c in made.cases), max(c.high for c in made.cases))
    assert (made.lowest, made.highest) == (made.cases[1], made.cases[3])
    assert (made.design_effect, made.undecided_share) == (2.0, 0.05)


def test_a_design_that_is_worse_than_assumed_counts():
    clustered = survey_design(400, clusters=np.argsort(np.argsort(Y, kind="stable")) // 20)
    made = robust_interval(Y, {"none": clustered}, bogus_shares=[0.0])
    mean, (plain,) = survey_share(Y, clustered)
    # Half the sample is assumed to count, which only t could tell.
    assert (made.low, made.high) == pytest.approx((plain.low, plain.high), rel=0.01)
    assert mean.covariance[0, 0] > 2 * mean.values[0] * (1 - mean.values[0]) / 399


def test_everybody_said_yes_and_tiny_samples_have_exact_limits():
    made = robust_interval(np.ones(100), {"none": survey_design(100)}, bogus_shares=[0.0], design_effect=4)
    assert (made.low, made.high) == (pytest.approx(0.025 ** (1 / 25)), 1.0)
    tiny = robust_interval(np.ones(3), {"none": survey_design(3)}, bogus_shares=[0.0], design_effect=50)
    assert tiny.low == pytest.approx(0.025)


@pytest.mark.parametrize("seed", range(40))
def test_everybody_said_yes_under_any_weights(seed):
    """Σw·1/Σw is 1 ± 1e-16: a unanimous share has the exact limits of a share of 1, nobody's weights overflow them."""
    rng = np.random.default_rng(seed)
    w = np.round(rng.gamma(2, 0.7, int(rng.integers(20, 300))), 3) + 0.01
    design = survey_design(len(w), weights=w)
    made = robust_interval(np.ones(len(w)), {"w": design}, bogus_shares=[0.0], design_effect=1)
    kish = w.sum() ** 2 / (w @ w)
    assert (made.low, made.high) == (pytest.approx(0.025 ** (1 / kish)), 1.0)
    assert survey_mean(np.ones(len(w)), design).values[0] == 1.0
    nearly = np.where(np.arange(len(w)) == 0, 0.0, 1.0)
    assert survey_mean(nearly, design).values[0] < 1.0


def test_other_weights_keep_the_design_and_drop_calibrations():
    made = with_other_weights(survey_design(4, strata=[1, 1, 2, 2]), [1, 2, 3, 4])
    assert made.weights.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert made.weights.dtype == np.float64
    assert made.projections == ()
    assert made.degrees_of_freedom() == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answers": [0.0, 2.0, 1.0]}, "answers is 2 at position 2; give 1, 0, or mark the row as undecided"),
        ({"answers": []}, r"answers has shape \(0,\) and undecided \(0,\); give one of each for each row"),
        ({"answers": [[0.0, 1.0]]}, r"answers has shape \(1, 2\) and undecided \(1,\)"),
        ({"undecided": [True]}, r"answers has shape \(3,\) and undecided \(1,\)"),
        ({"designs": {}}, "designs is empty; name at least one weighting"),
        ({"design_effect": np.nan}, "design_effect is nan; give 1 or more"),
        ({"bogus_shares": []}, "bogus_shares is empty; give at least 0"),
        ({"designs": {"w": survey_design(2)}}, "weighting 'w' has 2 rows and answers 3; give the same rows"),
        (
            {"designs": {"w": survey_design(3, clusters=[1, 1, 1], lonely="remove")}},
            "clusters holds one unit only; a robust interval needs a variance",
        ),
    ],
)
def test_each_refusal_says_what_to_give(change, message):
    given = {"answers": [0.0, 1.0, 1.0], "designs": {"w": survey_design(3)}} | change
    with pytest.raises(EstimationError, match=message):
        robust_interval(given.pop("answers"), given.pop("designs"), **given)
    undecided = robust_interval([5.0, 1.0, 0.0], {"w": survey_design(3)}, undecided=[True, False, False])
    assert undecided.undecided_share == pytest.approx(1 / 3)
