"""Draws from the Pólya–Gamma distribution against its closed forms."""

import numpy as np
import pytest

from analysis.estimators.polya_gamma import polya_gamma, polya_gamma_mean

DRAWS = 100_000


@pytest.mark.parametrize("tilt", [0.0, 0.5, 2.0, 8.0, 30.0])
def test_mean_variance_and_laplace_transform(tilt):
    x = polya_gamma(np.ones(DRAWS, dtype=int), np.full(DRAWS, tilt), np.random.default_rng(2))
    mean = polya_gamma_mean(np.array([1.0]), np.array([tilt]))[0]
    variance = 1 / 24 if tilt == 0 else (np.sinh(tilt) - tilt) / (4 * tilt**3 * np.cosh(tilt / 2) ** 2)
    assert x.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / DRAWS))
    assert x.var() == pytest.approx(variance, rel=0.05)
    transform = np.cosh(tilt / 2) / np.cosh(np.sqrt((tilt**2 / 2 + 0.7) / 2))
    made = np.exp(-0.7 * x)
    assert made.mean() == pytest.approx(transform, abs=4 * made.std() / np.sqrt(DRAWS))


def test_shapes_add_up_and_zero_stays_zero():
    x = polya_gamma(np.array([0, 40]), np.array([1.0, 1.0]), np.random.default_rng(1))
    assert x[0] == 0
    many = polya_gamma(np.full(20_000, 3), np.full(20_000, 1.0), np.random.default_rng(1))
    assert many.mean() == pytest.approx(polya_gamma_mean(np.array([3.0]), np.array([1.0]))[0], rel=0.01)
