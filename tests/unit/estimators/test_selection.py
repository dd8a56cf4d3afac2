"""Bounds and sensitivity curves under selection and bogus answers."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.estimate import Interval
from analysis.estimators.selection import (
    bogus_sensitivity,
    contamination_bounds,
    data_defect_curve,
    interval_of_bounds,
    unadjusted_bias,
)


def test_a_true_two_percent_reads_almost_six_with_four_percent_bogus():
    case = bogus_sensitivity(0.0592)[1]
    assert case.read_from_two_percent == pytest.approx(0.0592)
    assert case.low == pytest.approx(0.02)


@pytest.mark.parametrize("kind", ["contaminated", "corrupted", "missing"])
def test_bounds_contain_every_truth_that_fits(kind):
    rng = np.random.default_rng(1)
    for _ in range(200):
        part, genuine, other = rng.random(3) * [0.5, 1, 1]
        seen = (1 - part) * genuine + part * other
        truth = {"contaminated": genuine, "missing": seen, "corrupted": (1 - part) * genuine + part * rng.random()}[
            kind
        ]
        observed = genuine if kind == "missing" else seen
        bounds = contamination_bounds(observed, part, kind)
        assert bounds.low - 1e-12 <= truth <= bounds.high + 1e-12


def test_bounds_are_sharp_both_ways():
    assert contamination_bounds(0.3, 0.1) == Interval(pytest.approx(0.2 / 0.9), pytest.approx(0.3 / 0.9))
    assert contamination_bounds(0.02, 0.1).low == 0.0
    with pytest.raises(EstimationError, match="share is"):
        contamination_bounds(1.2, 0.1)
    with pytest.raises(EstimationError, match="kind is"):
        contamination_bounds(0.2, 0.1, "odd")


def test_imbens_manski_lies_between_one_and_two_sided():
    point = interval_of_bounds(Interval(0.3, 0.3), (0.1, 0.1))
    wide = interval_of_bounds(Interval(0.3, 0.9), (0.01, 0.01))
    assert (0.3 - point.low) / 0.1 == pytest.approx(1.95996, abs=1e-4)
    assert (0.3 - wide.low) / 0.01 == pytest.approx(1.64485, abs=1e-4)
    assert interval_of_bounds(Interval(0.3, 0.9), (0.01, 0.01), "set").low == pytest.approx(
        0.3 - 1.95996 * 0.01, abs=1e-5
    )


def test_data_defect_identity_holds_in_a_finite_population():
    rng = np.random.default_rng(4)
    y = (rng.random(20000) < 0.3).astype(float)
    answered = rng.random(20000) < np.where(y == 1, 0.12, 0.10)
    rho = np.corrcoef(y, answered)[0, 1]
    made = data_defect_curve(float(y[answered].mean()), int(answered.sum()), 20000, [rho])[0]
    assert made.share == pytest.approx(y.mean(), abs=1e-12)
    assert data_defect_curve(0.5, 100, 1000, [0.0])[0].effective_n is None
    with pytest.raises(EstimationError, match="n is"):
        data_defect_curve(0.5, 1000, 1000, [0.01])


def test_unadjusted_bias_recovers_selection_on_the_proxy_and_on_the_outcome():
    rng = np.random.default_rng(2)
    x = rng.normal(size=200000)
    y = 0.6 * x + 0.8 * rng.normal(size=200000)
    for driver, phi in ((x, 0.0), (y, 1.0)):
        chosen = rng.random(200000) < 1 / (1 + np.exp(2 - driver))
        made = unadjusted_bias(y[chosen], x[chosen], float(x.mean()), [phi])[0]
        assert made.adjusted_mean == pytest.approx(y.mean(), abs=0.05)
    with pytest.raises(EstimationError, match="correlate"):
        unadjusted_bias([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], 2.0)
