import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement

POLICIES, ENDORSERS = ("a", "b", "c"), ("x", "y")
ROUNDING = 1e-9


def simulated(seed, n=900, effect=0.4):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 3, (n, 3))
    latent = rng.normal(size=(n, 1)) + rng.normal(size=(n, 3)) + effect * (arm == 1)
    y = 1.0 + np.digitize(latent, [-1.5, -0.5, 0.5, 1.5])
    y[rng.random((n, 3)) < 0.03] = np.nan
    return y, arm


def test_effect_is_found_for_the_endorser_that_has_one():
    found = quick_endorsement(endorsement_answers(*simulated(1), POLICIES, ENDORSERS))
    x, y = found.pooled
    assert x.low > 0
    assert y.low < 0 < y.high
    assert found.p_heterogeneity[0] > 0.01


def test_errors_are_those_of_repeated_samples():
    draws = [quick_endorsement(endorsement_answers(*simulated(s), POLICIES, ENDORSERS)).pooled[0] for s in range(150)]
    spread = np.std([d.value for d in draws], ddof=1)
    assert np.mean([d.se for d in draws]) == pytest.approx(spread, rel=0.2)  # error of a spread over 150 draws: 6 %


def test_order_and_duplicates_do_not_matter():
    y, arm = simulated(2)
    rows, order = np.arange(900), np.random.default_rng(0).permutation(900)
    first = quick_endorsement(endorsement_answers(y, arm, POLICIES, ENDORSERS, clusters=rows))
    again = quick_endorsement(endorsement_answers(y[order], arm[order], POLICIES, ENDORSERS, clusters=rows))
    twice = np.repeat(rows, 2)
    half = endorsement_answers(y[twice], arm[twice], POLICIES, ENDORSERS, weights=np.full(1800, 0.5), clusters=twice)
    for one, two, three in zip(first.pooled, again.pooled, quick_endorsement(half).pooled, strict=True):
        assert (two.value, three.value) == pytest.approx((one.value, one.value), abs=ROUNDING)
        assert (two.se, three.se) == pytest.approx((one.se, one.se), rel=ROUNDING)


def test_scale_of_the_answers_matters_to_points_only():
    y, arm = simulated(3)
    first = quick_endorsement(endorsement_answers(y, arm, POLICIES, ENDORSERS))
    again = quick_endorsement(endorsement_answers(10 * y, arm, POLICIES, ENDORSERS))
    assert again.pooled[0].value == pytest.approx(first.pooled[0].value, abs=ROUNDING)
    assert again.differences[0].value == pytest.approx(10 * first.differences[0].value, abs=ROUNDING)


def test_effects_that_differ_over_policies_are_noticed():
    y, arm = simulated(4, effect=0.0)
    y[:, 0] += arm[:, 0] == 1
    y[:, 1] -= arm[:, 1] == 1
    assert quick_endorsement(endorsement_answers(y, arm, POLICIES, ENDORSERS)).p_heterogeneity[0] < 1e-6


def test_one_policy_has_nothing_to_differ_from():
    y, arm = simulated(5)
    assert quick_endorsement(endorsement_answers(y[:, :1], arm[:, :1], ("a",), ENDORSERS)).p_heterogeneity == (1.0, 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y, a: (y[:, :2], a), r"give \(n, 3\) for both"),
        (lambda y, a: (y, a + 1), "name every endorser"),
        (lambda y, a: (y * np.inf, a), "infinite number"),
        (lambda y, a: (y, np.where(a == 2, 1, a)), "has 0 answer"),
        (lambda y, a: (np.where(a == 0, 3.0, y), a), "same answer from all controls"),
    ],
)
def test_broken_answers_are_refused(change, message):
    with pytest.raises(EstimationError, match=message):
        endorsement_answers(*change(*simulated(6)), POLICIES, ENDORSERS)
