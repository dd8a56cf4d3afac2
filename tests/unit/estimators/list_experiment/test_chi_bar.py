import numpy as np
import pytest
from scipy import optimize, stats

from analysis.estimators.list_experiment.chi_bar import (
    _counted_weights,
    chi_bar_tail,
    chi_bar_weights,
    orthant_probability,
)

QUADRATURE = 1e-8  # 48 Gauss–Legendre nodes on a smooth path
LATTICE = 1e-4  # scipy's quasi-Monte-Carlo rule
SORTED_POINTS = 1e-2  # 8,192 points sorted into faces


def equicorrelated(k, rho):
    return np.full((k, k), rho) + (1 - rho) * np.eye(k)


def bridge(k):
    steps = np.arange(1, k + 1) / (k + 1)
    return np.minimum.outer(steps, steps) - np.outer(steps, steps)


@pytest.mark.parametrize("k", range(7))
def test_independent_orthant(k):
    assert orthant_probability(np.eye(k)) == pytest.approx(0.5**k, abs=LATTICE if k > 5 else 1e-14)


@pytest.mark.parametrize("k", range(1, 7))
def test_orthant_of_half_correlated_normals_is_one_over_k_plus_one(k):
    """With correlation ½ the event is that one of k + 1 independent normals is the smallest."""
    want = pytest.approx(1 / (k + 1), abs=LATTICE if k > 5 else QUADRATURE)
    assert orthant_probability(equicorrelated(k, 0.5)) == want


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_orthant_agrees_with_the_lattice_rule(k):
    covariance = bridge(k)
    sd = np.sqrt(np.diag(covariance))
    zero = np.zeros(k)
    cdf = stats.multivariate_normal.cdf(
        zero, zero, covariance / np.outer(sd, sd), rng=np.random.default_rng(1), abseps=1e-7
    )
    assert orthant_probability(covariance) == pytest.approx(cdf, abs=LATTICE)


def test_orthant_ignores_scale_but_not_sign():
    covariance = equicorrelated(4, 0.3)
    scale = np.diag([1.0, 10.0, 0.1, 5.0])
    assert orthant_probability(scale @ covariance @ scale) == pytest.approx(orthant_probability(covariance), abs=1e-12)
    assert orthant_probability(equicorrelated(4, -0.3)) < 0.5**4 < orthant_probability(covariance)


@pytest.mark.parametrize("k", [*range(1, 8), 10])
def test_weights_are_a_distribution_with_equal_even_and_odd_parts(k):
    w = chi_bar_weights(bridge(k))
    assert (w >= 0).all()
    assert w.sum() == pytest.approx(1.0, abs=LATTICE)
    assert w[::2].sum() == pytest.approx(0.5, abs=LATTICE if k <= 5 else SORTED_POINTS)


@pytest.mark.parametrize("k", [3, 4, 5])
def test_sorting_points_into_faces_gives_the_exact_weights(k):
    """The rule for long lists, where the exact one can be had too; a wrong sign of the multipliers would not pass."""
    covariance = bridge(k) + np.diag(np.arange(1.0, k + 1)) * 0.1
    exact, sorted_points = chi_bar_weights(covariance), _counted_weights(covariance)
    assert sorted_points == pytest.approx(exact, abs=SORTED_POINTS)
    assert sorted_points != pytest.approx(exact[::-1], abs=SORTED_POINTS)


def test_weights_of_independent_coordinates_are_binomial():
    np.testing.assert_allclose(chi_bar_weights(np.eye(4)), stats.binom.pmf(np.arange(5), 4, 0.5), atol=QUADRATURE)


def test_weights_agree_with_simulated_projections():
    covariance, draws = bridge(4), 4000
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    x = np.random.default_rng(11).multivariate_normal(np.zeros(4), covariance, draws)
    zeros = [int((optimize.nnls(root, root @ row)[0] == 0).sum()) for row in x]
    simulated = np.bincount(zeros, minlength=5) / draws
    np.testing.assert_allclose(
        chi_bar_weights(covariance), simulated, atol=4 * 0.5 / np.sqrt(draws)
    )  # four standard errors


@pytest.mark.parametrize("k", [4, 6])
def test_results_are_the_same_every_time(k):
    assert chi_bar_weights(bridge(k)).tolist() == chi_bar_weights(bridge(k)).tolist()


def test_tail_counts_the_point_mass_at_zero():
    w = np.array([0.5, 0.5])
    assert chi_bar_tail(0.0, w) == 1.0
    assert chi_bar_tail(1e-9, w) == pytest.approx(0.5, abs=1e-4)
    assert chi_bar_tail(2.705543454095404, w) == pytest.approx(0.05, abs=1e-12)
