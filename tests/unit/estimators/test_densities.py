import numpy as np
import pytest
from scipy import stats

from analysis.estimators.densities import (
    bernoulli,
    beta_binomial,
    binomial,
    component,
    constant,
    gaussian,
    mix,
)

DIFFERENCED = 1e-5  # central differences of step 1e-5 lose about ten digits of sixteen
EXACT = 1e-10
RNG = np.random.default_rng(7)
N = 30
Y = RNG.integers(0, 5, N).astype(float)
ETA = RNG.normal(size=(N, 3))

MAKERS = {
    "bernoulli": lambda eta: component(bernoulli(eta[:, 0], Y > 2, [1, 0, 0])),
    "binomial": lambda eta: component(binomial(eta[:, 1], Y, 4, [0, 1, 0])),
    "beta-binomial": lambda eta: component(beta_binomial(eta[:, 0], eta[:, 2], Y, 4, [[1, 0, 0], [0, 0, 1]])),
    "gaussian": lambda eta: component(gaussian(eta[:, 0], eta[:, 1], Y, [[1, 0, 0], [0, 1, 0]])),
    "mixture": lambda eta: mix(
        [
            component(bernoulli(eta[:, 0], z, [1, 0, 0]), binomial(eta[:, 1] + z * eta[:, 2], Y, 4, [0, 1, z]))
            for z in (0, 1)
        ]
    )[0],
}


@pytest.mark.parametrize("name", MAKERS)
def test_derivatives_are_those_of_the_value(name):
    make, step = MAKERS[name], 1e-5
    at = make(ETA)
    for m in range(3):
        up, down = ETA.copy(), ETA.copy()
        up[:, m] += step
        down[:, m] -= step
        np.testing.assert_allclose((make(up).value - make(down).value) / (2 * step), at.first[:, m], atol=DIFFERENCED)
        slope = (make(up).first - make(down).first) / (2 * step)
        np.testing.assert_allclose(slope, at.second[:, m, :], atol=DIFFERENCED)


def test_a_wrong_derivative_would_be_seen():
    """Negative twin: the check can tell a curvature that is a tenth off."""
    at = MAKERS["binomial"](ETA)
    assert np.abs(0.1 * at.second[:, 1, 1]).max() > DIFFERENCED


def test_densities_equal_scipy():
    p = 1 / (1 + np.exp(-ETA[:, 0]))
    s = np.exp(-ETA[:, 1])
    np.testing.assert_allclose(binomial(ETA[:, 0], Y, 4, [1]).value, stats.binom.logpmf(Y, 4, p), atol=EXACT)
    ours = beta_binomial(ETA[:, 0], ETA[:, 1], Y, 4, np.eye(2)).value
    np.testing.assert_allclose(ours, stats.betabinom.logpmf(Y, 4, p * s, (1 - p) * s), atol=EXACT)
    ours = gaussian(ETA[:, 0], ETA[:, 1], Y, np.eye(2)).value
    np.testing.assert_allclose(ours, stats.norm.logpdf(Y, ETA[:, 0], np.exp(ETA[:, 1])), atol=EXACT)


def test_beta_binomial_becomes_the_binomial():
    flat = beta_binomial(ETA[:, 0], np.full(N, -60.0), Y, 4, np.eye(2)).value
    np.testing.assert_allclose(flat, binomial(ETA[:, 0], Y, 4, [1]).value, atol=EXACT)


def test_impossible_counts_have_no_chance():
    assert np.isneginf(binomial(np.zeros(2), np.array([-1.0, 5.0]), 4, [1]).value).all()
    mixed, shares = mix([component(constant(np.array([-np.inf]), 1)), component(constant(np.zeros(1), 1))])
    assert mixed.value[0] == 0
    assert shares.tolist() == [[0.0, 1.0]]


def test_mixture_of_everything_impossible_has_no_likelihood():
    never = component(constant(np.array([-np.inf]), 1))
    assert np.isneginf(mix([never, never])[0].value[0])


def test_posterior_is_a_distribution():
    parts = [component(bernoulli(ETA[:, 0], z, [1, 0, 0]), binomial(ETA[:, 1], Y - z, 4, [0, 1, 0])) for z in (0, 1)]
    shares = mix(parts)[1]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=EXACT)
