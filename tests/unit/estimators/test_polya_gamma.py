"""Draws from the Pólya–Gamma distribution against its closed forms."""

import numpy as np
import pytest
from scipy import stats

from analysis.estimators.polya_gamma import CUT, _large_tilt, _small_tilt, _term, polya_gamma, polya_gamma_mean

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


@pytest.mark.parametrize("x", [0.3, 0.5, 0.64, 0.9, 1.5])
def test_the_series_sums_to_the_density_of_a_jacobi_variable(x):
    """Both forms of Devroye's series are one density: each side of the cut agrees with the form of the other side."""
    n = np.arange(60)
    k = np.pi * (n + 0.5)
    forms = [
        k * (2 / (np.pi * x)) ** 1.5 * np.exp(-2 * (n + 0.5) ** 2 / x),
        k * np.exp(-(k**2) * x / 2),
    ]
    density = [float(((-1.0) ** n * form).sum()) for form in forms]
    assert density[0] == pytest.approx(density[1], rel=1e-9)
    made = [float(_term(int(i), np.array([x]))[0]) for i in n]
    assert made == pytest.approx(forms[0 if x <= CUT else 1].tolist())
    assert sum((-1) ** i * term for i, term in enumerate(made)) == pytest.approx(density[0])


def test_small_and_large_tilts_are_inverse_gaussian_below_the_cut():
    """Draws that are kept follow IG(1/z, 1) cut off at CUT: compared by its distribution function."""
    rng = np.random.default_rng(3)
    for z, draw in ((0.5, _small_tilt), (4.0, _large_tilt)):
        x, kept = draw(np.full(40_000, z), rng)
        assert (x[kept] <= CUT).all()
        below = stats.invgauss(mu=1 / z).cdf
        for at in (0.1, 0.2, 0.3, 0.5):
            wanted = below(at) / below(CUT)
            spread = np.sqrt(wanted * (1 - wanted) / kept.sum())
            assert np.mean(x[kept] <= at) == pytest.approx(wanted, abs=4.5 * spread)
