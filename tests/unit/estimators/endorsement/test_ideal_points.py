from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.errors import EstimationError
from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.chains import ChainDiagnostics, diagnose
from analysis.estimators.endorsement.hamiltonian import Target, _Chain, _path
from analysis.estimators.endorsement.ideal_points import _estimate, _terms, _warnings, ideal_points
from analysis.estimators.endorsement.posterior import Prior
from analysis.estimators.endorsement.prepare import prepare
from analysis.estimators.endorsement.soft_bounds import soft_beta

POLICIES, ENDORSERS = ("a", "b", "c"), ("x",)
QUADRATURE = 1e-6  # trapezoids against adaptive integration, per respondent
DIFFERENCED = 1e-4  # central differences of a log-likelihood of some hundreds


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
    theta = np.concatenate([soft_beta(np.array([1.0, 0.8, 1.2])), [-0.5] * 3, [0.1] * 3, [0.8] * 3, [0.3] * 3])
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


@pytest.mark.parametrize("area", [None, np.arange(60) // 10], ids=["no areas", "areas"])
@pytest.mark.parametrize("is_common", [False, True])
def test_gradient_is_that_of_the_density(is_common, area):
    y, arm = simulated(3, n=60)
    matrix = np.column_stack([np.ones(60), np.arange(60) % 3, np.arange(60) % 2])
    posterior = prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), matrix, is_common=is_common, area=area)
    theta, phi2 = np.random.default_rng(4).normal(size=posterior.size) * 0.3, np.full((1, 3), 0.7)
    theta[:3] += soft_beta(np.ones(3))
    _, gradient = posterior.log_density(theta, phi2)
    for e in 1e-5 * np.eye(posterior.size):
        slope = (posterior.log_density(theta + e, phi2)[0] - posterior.log_density(theta - e, phi2)[0]) / 2e-5
        assert gradient @ e == pytest.approx(slope * 1e-5, abs=DIFFERENCED * 1e-5)


def test_soft_bounds_leave_the_prior_of_a_variance_uniform():
    posterior = prepare(endorsement_answers(*simulated(3, n=60), POLICIES, ENDORSERS), np.ones((60, 1)), Prior())
    at = np.zeros(posterior.size)
    soft = np.linspace(-3, 13, 4001)
    density, variance = np.empty(4001), np.empty(4001)
    for i, value in enumerate(soft):
        at[posterior.cuts[4]] = value
        density[i] = np.exp(posterior._log_slope(at)[0][0])
        variance[i] = posterior.unpack(at).omega2[0, 0]
    mass = integrate.cumulative_trapezoid(density, soft, initial=0)
    assert np.abs(mass - variance).max() < 1e-4  # of 10; trapezoids of width .004


@pytest.mark.parametrize("effects", [(0.2, 0.9, 1.4), (3.0, 3.1, 3.2), (-2.0, 0.0, 2.0)])
def test_variances_over_policies_are_drawn_from_their_conditional(effects):
    """Against the density on a grid: mean of the draws, spread of the draws."""
    posterior = prepare(endorsement_answers(*simulated(3, n=60), POLICIES, ENDORSERS), np.ones((60, 1)))
    at = np.zeros(posterior.size)
    at[posterior.cuts[3] : posterior.cuts[4]] = effects
    grid = np.linspace(1e-4, 10, 20_001)
    lam = posterior.unpack(at).lam[:, 0, 0]
    weight = np.exp(posterior.effects_given(3 * lam.var(), lam.mean() ** 2, grid))
    wanted = float(grid @ weight / weight.sum())
    rng, phi2, drawn = np.random.default_rng(1), posterior.first_phi2(), []
    for _ in range(4000):
        phi2 = posterior.draw_phi2(at, phi2, rng)
        drawn.append(phi2[0, 0])
    assert np.mean(drawn) == pytest.approx(wanted, rel=0.1)  # Monte Carlo error about 3 %


def test_policies_may_have_different_scales():
    y, arm = simulated(5, n=400)
    y[:, 0] = np.where(y[:, 0] == 2, 1, y[:, 0])
    posterior = prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.ones((400, 1)))
    assert posterior.categories.tolist() == [2, 3, 3]
    assert np.isinf(posterior.unpack(np.zeros(posterior.size)).alpha[0, 1])


def test_support_is_recovered_and_mixes():
    y, arm = simulated(5)
    result = ideal_points(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.random.default_rng(6), draws=1000)
    support = result.estimates[0]
    assert support.term == "support[x]"
    assert abs(support.value - 0.8) < 3 * support.se
    assert support.low > 0
    assert result.warnings == ()
    assert max(d.r_hat for d in result.diagnostics) <= 1.01
    assert min(min(d.ess_bulk, d.ess_tail) for d in result.diagnostics) >= 400


def test_short_chains_are_flagged():
    answers = endorsement_answers(*simulated(5, n=120), POLICIES, ENDORSERS)
    short = ideal_points(answers, np.random.default_rng(6), draws=100, extensions=0)
    assert "ask for more draws" in short.warnings[0]
    assert short.draws_n == 100


def test_chains_go_on_until_they_have_mixed():
    answers = endorsement_answers(*simulated(5), POLICIES, ENDORSERS)
    result = ideal_points(answers, np.random.default_rng(6), draws=200)
    assert result.draws_n > 200
    assert result.warnings == ()


def test_same_seed_gives_the_same_draws():
    answers = endorsement_answers(*simulated(5, n=120), POLICIES, ENDORSERS)
    one, two, other = (
        ideal_points(answers, np.random.default_rng(s), draws=100, extensions=0).estimates for s in (1, 1, 2)
    )
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
    y[:, 0] = 2
    with pytest.raises(EstimationError, match="policy 'a' has the same answer"):
        prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), np.ones((120, 1)))


def test_likelihood_with_areas_is_the_one_of_shifted_centres():
    """An area's effects are a covariate that is 1 in the area: the same likelihood from dummies with fixed effects."""
    y, arm = simulated(4, n=90)
    area = np.arange(90) % 3
    answers = endorsement_answers(y, arm, POLICIES, ENDORSERS)
    varying = prepare(answers, np.ones((90, 1)), area=area)
    dummies = prepare(answers, np.column_stack([np.ones(90), area == 1, area == 2]), is_common=True)
    theta = np.random.default_rng(2).normal(size=varying.size) * 0.4
    theta[:3] = soft_beta(np.ones(3))
    theta[varying.cuts[3] : varying.cuts[4]] = 0.6  # the same support of every policy
    theta[varying.cuts[4] : varying.cuts[5]] = 0.5
    at = varying.unpack(theta)
    off, base = at.area - at.area[0], at.area[0]
    first = theta[varying.cuts[1] : varying.cuts[2]] - at.beta * base[0] / np.sqrt(1 + at.beta**2)
    lam = [0.6 + base[1], off[1, 1], off[2, 1]]
    fixed = np.concatenate(
        [theta[:3], first, theta[varying.cuts[2] : varying.cuts[3]], lam, [0.5], [off[1, 0], off[2, 0]]]
    )
    assert fixed.shape == (dummies.size,)
    # Moving the origin of the ideal points moves the nodes of the quadrature with it.
    assert varying.log_likelihood(theta) == pytest.approx(dummies.log_likelihood(fixed), abs=90 * QUADRATURE)


@pytest.mark.deep
def test_variances_over_areas_and_areas_are_recovered():
    rng, A, each = np.random.default_rng(12), 30, 60
    area = np.repeat(np.arange(A), each)
    effect = rng.normal(size=(A, 2)) * np.array([0.5, 0.8])
    arm = rng.integers(0, 2, (A * each, 3))
    x = (rng.normal(size=A * each) + effect[area, 0])[:, None] + (arm == 1) * (
        0.4 + effect[area, 1][:, None] + 0.4 * rng.normal(size=(A * each, 3))
    )
    y = 1.0 + np.digitize(np.array([1.0, 0.8, 1.2]) * x + rng.normal(size=x.shape), [-0.8, 0.8])
    names = np.array([f"area {i:02d}" for i in range(A)])
    answers = endorsement_answers(y, arm, POLICIES, ENDORSERS)
    result = ideal_points(answers, np.random.default_rng(1), draws=300, areas=names[area], extensions=0)
    found = {e.term: e for e in result.estimates}
    for k, varying in enumerate(("ideal_point", "x")):
        tau2 = found[f"tau2[{varying}]"]
        assert tau2.low < np.mean(effect[:, k] ** 2) < tau2.high
        told = np.array([found[f"area[{varying}.{name}]"].value for name in names])
        assert np.corrcoef(told, effect[:, k])[0, 1] > 0.8
        inside = [found[f"area[{varying}.{n}]"].low < e < found[f"area[{varying}.{n}]"].high
                  for n, e in zip(names, effect[:, k], strict=True)]  # fmt: skip
        assert sum(inside) >= 25  # of 30 at 95 %; fewer has a probability of 3e-3
    assert abs(found["support[x]"].value - 0.4) < 3 * found["support[x]"].se


def test_areas_are_few_or_nameless_only_with_an_error():
    answers = endorsement_answers(*simulated(5, n=120), POLICIES, ENDORSERS)
    with pytest.raises(EstimationError, match=r"areas holds 2 area\(s\); a variance over areas needs at least 3"):
        ideal_points(answers, np.random.default_rng(1), areas=np.arange(120) % 2)
    with pytest.raises(EstimationError, match="areas is missing at position 1"):
        ideal_points(answers, np.random.default_rng(1), areas=np.where(np.arange(120) == 0, np.nan, 1.0))


@pytest.mark.parametrize("area", [None, np.arange(60) % 4], ids=["no areas", "areas"])
def test_density_is_likelihood_times_prior_times_jacobian(area):
    """The parameters of the paper against the vector that is sampled: the volume by central differences."""
    y, arm = simulated(3, n=60)
    matrix = np.column_stack([np.ones(60), np.arange(60) % 2])
    prior = Prior(normal_variance=1.5, largest_variance=4.0, gap_rate=0.7)
    posterior = prepare(endorsement_answers(y, arm, POLICIES, ENDORSERS), matrix, prior, area=area)
    phi2 = np.array([[0.7, 0.3]])

    def natural(theta):
        at = posterior.unpack(theta)
        gaps = np.diff(at.alpha, axis=1)
        support = [at.lam.ravel(), at.omega2.ravel(), at.delta, at.area.ravel(), at.tau2]
        return np.concatenate([at.beta, at.alpha[:, 0], gaps.ravel(), *support])

    def log_prior(at):
        spread = [np.eye(3) * v + prior.normal_variance for v in phi2[0]]
        told = -np.sum(at.beta**2) - np.sum(at.alpha[:, 0] ** 2) - np.sum(at.delta**2)
        effects = sum(stats.multivariate_normal(cov=spread[i]).logpdf(at.lam[:, 0, i]) for i in (0, 1))
        areas = stats.norm.logpdf(at.area, scale=np.sqrt(at.tau2)).sum() if area is not None else 0.0
        return told / (2 * prior.normal_variance) - prior.gap_rate * np.diff(at.alpha, axis=1).sum() + effects + areas

    rest, rng = [], np.random.default_rng(8)
    for _ in range(4):
        theta = rng.normal(size=posterior.size) * 0.4
        theta[:3] += soft_beta(np.ones(3))
        theta[posterior.soft] += 1.0
        volume = np.array([(natural(theta + e) - natural(theta - e)) / 2e-5 for e in 1e-5 * np.eye(posterior.size)])
        wanted = posterior.log_likelihood(theta) + log_prior(posterior.unpack(theta)) + np.linalg.slogdet(volume)[1]
        rest.append(posterior.log_density(theta, phi2)[0] - wanted)
    assert np.ptp(rest) < 1e-5  # the same constant everywhere


@pytest.mark.parametrize("is_common", [False, True])
def test_each_quantity_is_named_after_what_it_is_a_draw_of(is_common):
    y, arm = simulated(5, n=120)
    y[:, 1] = np.where(y[:, 1] > 2, 3 + (np.arange(120) % 2), y[:, 1])
    answers, x = endorsement_answers(y, arm, POLICIES, ENDORSERS), np.column_stack([np.ones(120), np.arange(120) % 7])
    posterior = prepare(answers, x, is_common=is_common)
    rng, sets = np.random.default_rng(2), 1 if is_common else 3
    shapes = {"beta": (3,), "alpha": (3, 3), "lam": (sets, 1, 2), "omega2": (sets, 1), "delta": (1,)}
    values = {name: rng.normal(size=(50, *shape)) for name, shape in shapes.items()}
    if not is_common:
        values["mean"] = rng.normal(size=(50, 1, 2))
    made = _terms(answers, posterior, (("Intercept", "age"), ()), values)
    wanted = {"support[x]": values["lam"][:, :, 0, 0].mean(axis=1)}
    for j, p in enumerate(POLICIES):
        wanted |= {f"beta[{p}]": values["beta"][:, j], f"alpha[{p}]": values["alpha"][:, j, 0]}
        wanted |= {f"cut[{p}.{c + 1}]": values["alpha"][:, j, c] for c in ((1, 2) if p == "b" else (1,))}
    for s, p in enumerate([""] if is_common else [f"{p}." for p in POLICIES]):
        wanted |= {f"omega2[{p}x]": values["omega2"][:, s, 0], f"lambda[{p}x.Intercept]": values["lam"][:, s, 0, 0]}
        wanted |= {f"lambda[{p}x.age]": values["lam"][:, s, 0, 1]}
    wanted |= {"delta[age]": values["delta"][:, 0]}
    if not is_common:
        wanted |= {f"theta[x.{n}]": values["mean"][:, 0, i] for i, n in enumerate(("Intercept", "age"))}
    assert list(made) == list(wanted)
    assert all((made[term] == drawn).all() for term, drawn in wanted.items())


def test_a_posterior_is_told_by_its_mean_spread_and_middle_95_percent():
    drawn = np.random.default_rng(3).normal(size=(4, 200))
    one = _estimate(120, "delta[age]", drawn)
    assert (one.value, one.se) == pytest.approx((drawn.mean(), drawn.std(ddof=1)))
    assert (one.low, one.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))
    assert (one.term, one.n, one.confidence, one.effective_n, one.degrees_of_freedom) == (
        "delta[age]", 120, 0.95, None, None,
    )  # fmt: skip
    assert one.unit == "ideal-point scale (standard deviations of ideal points)"
    assert one.method == "ordered-probit ideal points, Hamiltonian Monte Carlo"


def test_terms_that_have_not_mixed_are_named():
    fine = ChainDiagnostics(r_hat=1.01, ess_bulk=400.0, ess_tail=400.0)
    assert _warnings({"a": fine}) == ()
    poor = {"b": replace(fine, r_hat=1.011), "c": replace(fine, ess_bulk=399.0), "d": replace(fine, ess_tail=399.0)}
    assert _warnings({"a": fine, **poor}) == (
        "not mixed well enough (R-hat above 1.01 or fewer than 400 effective draws): b, c, d; ask for more draws",
    )


def test_a_path_that_diverges_stays_where_it_was_and_counts_as_refused():
    falling = Target(lambda theta, rest: (-1e12 * float(theta @ theta), -2e12 * theta), None, lambda slope, rest: slope)
    state = _Chain(np.ones(2), np.zeros(1), np.random.default_rng(1))
    theta, chance = _path(falling, np.eye(2), state, 0.5)
    assert theta is state.theta
    assert chance == 0.0


def test_a_path_in_a_flat_place_is_always_taken():
    flat = Target(lambda theta, rest: (0.0, np.zeros(2)), None, lambda slope, rest: slope)
    state = _Chain(np.ones(2), np.zeros(1), np.random.default_rng(1))
    theta, chance = _path(flat, np.eye(2), state, 0.5)
    assert chance == 1.0
    assert (theta != state.theta).all()


def test_means_over_policies_are_drawn_from_their_normal_conditional():
    prior = Prior(normal_variance=1.5)
    posterior = prepare(endorsement_answers(*simulated(3, n=60), POLICIES, ENDORSERS), np.ones((60, 1)), prior)
    lam, phi2, rng = np.array([0.2, 0.9, 1.4]).reshape(3, 1, 1), np.array([[0.6]]), np.random.default_rng(4)
    drawn = np.array([posterior.draw_means(lam, phi2, rng)[0, 0] for _ in range(4000)])
    precision = 1 / 1.5 + 3 / 0.6
    assert drawn.mean() == pytest.approx(2.5 / 0.6 / precision, abs=4.5 / np.sqrt(4000 * precision))
    assert drawn.var() == pytest.approx(1 / precision, rel=4.5 * np.sqrt(2 / 4000))


def test_stretching_back_undoes_the_stretch():
    plain = prepare(endorsement_answers(*simulated(3, n=60), POLICIES, ENDORSERS), np.ones((60, 1)))
    posterior = plain.tuned(plain.softness, np.full((1, 1), 0.3))
    vector = np.random.default_rng(5).normal(size=posterior.size)
    for phi2 in (np.array([[0.05]]), np.array([[4.0]])):
        moved = posterior.stretch(vector, phi2)
        assert posterior.stretch(moved, phi2, is_back=True) == pytest.approx(vector)
    assert (posterior.stretch(vector, np.array([[0.05]])) != posterior.stretch(vector, np.array([[4.0]]))).any()
