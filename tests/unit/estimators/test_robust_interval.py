"""The envelope over bogus shares, undecided answers, weightings and design effects."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.robust_interval import robust_interval, with_other_weights
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean
from analysis.estimators.weighting.intervals import proportion_interval

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


def test_without_extras_it_is_the_logit_interval():
    made = robust_interval(Y, {"none": PLAIN}, bogus_shares=[0.0], design_effect=1)
    mean = survey_mean(Y, PLAIN)
    plain = proportion_interval(float(mean.values[0]), float(mean.covariance[0, 0]), 400, 399)
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
