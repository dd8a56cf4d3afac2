import numpy as np
import pytest
from scipy import integrate, stats

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.chains import diagnose
from analysis.estimators.endorsement.ideal_points import ideal_points, prepare

POLICIES, ENDORSERS = ("a", "b", "c"), ("x",)
QUADRATURE = 1e-6  # 21 Gauss–Hermite nodes against adaptive integration, per respondent
DIFFERENCED = 1e-3  # central differences of a log-likelihood of some hundreds


def simulated(seed, n=500, effect=0.8):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, (n, 3))
    x = rng.normal(size=(n, 1)) + (arm == 1) * (effect + 0.4 * rng.normal(size=(n, 3)))
    y = 1.0 + np.digitize(np.array([1.0, 0.8, 1.2]) * x + rng.normal(size=(n, 3)), [-0.8, 0.8])
    y[rng.random((n, 3)) < 0.02] = np.nan
    return y, arm


def test_diagnostics_know_independent_draws_from_stuck_ones():
    rng = np.random.default_rng(0)
    good = diagnose(rng.normal(size=(4, 1000)))
    assert good.r_hat < 1.01
    assert 3000 < good.ess_bulk < 5000
    stuck = diagnose(rng.normal(size=(4, 1000)) + np.arange(4)[:, None])
    assert stuck.r_hat > 1.5
    assert stuck.ess_bulk < 40


def test_effective_draws_of_an_autoregression_are_the_known_ones():
    rng, rho = np.random.default_rng(1), 0.9
    draws = np.zeros((4, 20_000))
    for s in range(1, draws.shape[1]):
        draws[:, s] = rho * draws[:, s - 1] + rng.normal(size=4)
    assert diagnose(draws).ess_bulk == pytest.approx(80_000 * (1 - rho) / (1 + rho), rel=0.1)


def test_likelihood_is_the_integral_over_ideal_points():
    y, arm = simulated(2, n=40)
    posterior = prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.ones((40, 1)))
    theta = np.concatenate([np.log([1.0, 0.8, 1.2]), [-0.8] * 3, [0.4] * 3, [0.8] * 3, [-1.5] * 3])
    at = posterior.unpack(theta)
    edges = np.column_stack([np.full(3, -np.inf), at.alpha, np.full(3, np.inf)])

    def density(x, i):
        told = stats.norm.pdf(x)
        for j in range(3):
            if np.isfinite(y[i, j]):
                spread = np.sqrt(1 + arm[i, j] * at.beta[j] ** 2 * at.omega2[j, 0])
                mean = at.beta[j] * (x + arm[i, j] * at.lam[j, 0, 0])
                low, high = (edges[j, int(y[i, j]) - 1 + step] for step in (0, 1))
                told *= stats.norm.cdf((high - mean) / spread) - stats.norm.cdf((low - mean) / spread)
        return told

    want = sum(np.log(integrate.quad(density, -8, 8, args=(i,))[0]) for i in range(40))
    assert posterior.log_likelihood(theta) == pytest.approx(want, abs=40 * QUADRATURE)


def test_gradient_is_that_of_the_density():
    y, arm = simulated(3, n=60)
    posterior = prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.ones((60, 1)))
    theta, hyper = np.random.default_rng(4).normal(size=15) * 0.3, (np.zeros((1, 1)), np.ones((1, 1)))
    _, gradient = posterior.log_density(theta, *hyper)
    for i in range(15):
        e = 1e-4 * np.eye(15)[i]
        slope = (posterior.log_density(theta + e, *hyper)[0] - posterior.log_density(theta - e, *hyper)[0]) / 2e-4
        assert gradient[i] == pytest.approx(slope, abs=DIFFERENCED)


def test_support_is_recovered_and_short_chains_are_flagged():
    y, arm = simulated(5)
    result = ideal_points(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.random.default_rng(6), draws=300)
    support = result.estimates[0]
    assert support.term == "support[x]"
    assert abs(support.value - 0.8) < 3 * support.se
    assert support.low > 0
    assert "ask for more draws" in result.warnings[0]


def test_same_seed_gives_the_same_draws():
    answers = endorsement_answers(*simulated(5, n=120), POLICIES, ENDORSERS)
    one, two, other = (ideal_points(answers, np.random.default_rng(s), draws=100).estimates for s in (1, 1, 2))
    assert one == two
    assert one != other


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"weights": np.ones(120)}, {}, "no form in the ideal-point model"),
        ({}, {"draws": 5}, "draws is 5"),
    ],
)
def test_what_the_model_has_no_form_for_is_refused(change, options, message):
    answers = endorsement_answers(*simulated(5, n=120), POLICIES, ENDORSERS, **change)
    with pytest.raises(EstimationError, match=message):
        ideal_points(answers, np.random.default_rng(1), **options)


def test_answers_must_be_categories():
    y, arm = simulated(5, n=120)
    with pytest.raises(EstimationError, match="whole numbers"):
        prepare(endorsement_answers(y + 0.5, arm, POLICIES, ENDORSERS), np.ones((120, 1)))
    y[:, 0] = np.where(y[:, 0] == 2, 1, y[:, 0])
    with pytest.raises(EstimationError, match="policy 'a' has no answer 2"):
        prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.ones((120, 1)))
