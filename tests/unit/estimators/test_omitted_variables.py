"""Robustness values against the worked example of their paper, and against regressions with a planted confounder."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.omitted_variables import robustness


def test_the_worked_example_of_the_paper():
    """Cinelli & Hazlett 2020: partial R² .022, robustness value .139, at 5 % .076."""
    found = robustness(0.09731582, 0.02325654, 783)
    assert (round(found.partial_r2, 4), round(found.value, 4), round(found.value_significance, 4)) == (
        0.0219,
        0.1388,
        0.0763,
    )


def residual(y, x):
    return y - x * (x @ y) / (x @ x)


@pytest.mark.parametrize("seed", range(5))
def test_a_confounder_of_just_that_strength_takes_the_coefficient_to_zero(seed):
    """Brute force: a cause that explains exactly the robustness value of both sides is built, and adjusted for."""
    rng = np.random.default_rng(seed)
    n = 400
    d = rng.normal(size=n)
    y = 0.3 * d + rng.normal(size=n)
    d, y = d - d.mean(), y - y.mean()
    beta = (d @ y) / (d @ d)
    left = y - beta * d
    se = np.sqrt(left @ left / (n - 2) / (d @ d))
    strength = robustness(beta, se, n - 2).value
    noise = residual(residual(rng.normal(size=n), d), left)
    unit_d, unit_left, unit_noise = (v / np.linalg.norm(v) for v in (d, left, noise))
    along_d = np.sqrt(strength)
    along_left = np.sqrt(strength) * np.sqrt(1 - strength)
    rest = np.sqrt(1 - along_d**2 - along_left**2)
    cause = along_d * unit_d + along_left * unit_left + rest * unit_noise
    adjusted = np.linalg.lstsq(np.column_stack([d, cause]), y, rcond=None)[0][0]
    assert adjusted == pytest.approx(0, abs=1e-9)
    weaker = 0.8 * cause + np.sqrt(1 - 0.8**2) * residual(residual(unit_noise, d), left)
    assert np.linalg.lstsq(np.column_stack([d, weaker]), y, rcond=None)[0][0] > 0


def test_an_effect_that_is_not_told_from_zero_needs_no_confounder():
    assert robustness(0.1, 0.1, 100).value_significance == 0
    assert robustness(0.1, 0.1, 100).value > 0


def test_an_effect_so_strong_that_the_other_case_binds():
    strong = robustness(30.0, 0.1, 50)
    assert strong.value_significance < strong.value < 1


@pytest.mark.parametrize(
    ("se", "free", "q", "alpha"), [(0, 10, 1, 0.05), (0.1, 1, 1, 0.05), (0.1, 10, 0, 0.05), (0.1, 10, 1, 1)]
)
def test_arguments_outside_their_range_are_refused(se, free, q, alpha):
    with pytest.raises(EstimationError, match="give an error"):
        robustness(0.1, se, free, q=q, alpha=alpha)
