import numpy as np
import pytest
from scipy import stats

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


def by_hand(y, arm, w, k, j):
    """Difference, control deviation, and pulls on the difference and the standardised difference."""
    known = np.isfinite(y[:, j])
    answer = np.where(known, y[:, j], 0.0)
    one, zero = (w * known * (arm[:, j] == a) for a in (k, 0))
    one, zero = one / one.sum(), zero / zero.sum()
    mean, base = one @ answer, zero @ answer
    variance = zero @ (answer - base) ** 2
    pull = one * (answer - mean) - zero * (answer - base)
    of_deviation = zero * ((answer - base) ** 2 - variance) / (2 * np.sqrt(variance))
    return mean - base, np.sqrt(variance), pull, pull / np.sqrt(variance) - (mean - base) / variance * of_deviation


@pytest.mark.parametrize("is_designed", [False, True])
def test_every_difference_by_hand(is_designed):
    y, arm = simulated(7, n=300)
    rng = np.random.default_rng(8)
    w, clusters = rng.uniform(0.5, 2, 300), np.arange(300) // 3
    design = {"weights": w, "clusters": clusters} if is_designed else {}
    made = quick_endorsement(endorsement_answers(y, arm, POLICIES, ENDORSERS, **design), 0.9)
    w = w if is_designed else np.ones(300)
    groups = clusters if is_designed else np.arange(300)
    n, at = groups.max() + 1, 0
    t = stats.t.ppf(0.95, 99) if is_designed else stats.norm.ppf(0.95)

    def covariance(pulls):
        totals = np.column_stack([np.bincount(groups, weights=p) for p in pulls])
        return n / (n - 1) * (totals - totals.mean(axis=0)).T @ (totals - totals.mean(axis=0))

    for k, name in enumerate(ENDORSERS, 1):
        parts = [by_hand(y, arm, w, k, j) for j in range(3)]
        values, matrix = np.array([p[0] / p[1] for p in parts]), covariance([p[3] for p in parts])
        for j, policy in enumerate(POLICIES):
            points, scaled = made.differences[at], made.standardised[at]
            at += 1
            cells = [y[(arm[:, j] == a) & np.isfinite(y[:, j]), j] for a in (k, 0)]
            neyman = sum(c.var(ddof=1) / len(c) for c in cells)
            wanted = covariance([parts[j][2]])[0, 0] if is_designed else neyman
            assert (points.value, points.se) == pytest.approx((parts[j][0], np.sqrt(wanted)))
            assert (points.term, points.unit) == (f"difference[{policy}.{name}]", "points of the answer scale")
            assert points.n == (300 if is_designed else sum(len(c) for c in cells))
            linearised = "difference in means, linearised variance"
            assert points.method == (linearised if is_designed else "difference in means, neyman variance")
            assert (scaled.value, scaled.se) == pytest.approx((values[j], np.sqrt(matrix[j, j])))
            assert (scaled.term, scaled.method) == (f"standardised[{policy}.{name}]", linearised)
            assert scaled.unit == "standard deviations of the control answers"
            for one in (points, scaled):
                assert one.high - one.value == pytest.approx(t * one.se)
        pooled = made.pooled[k - 1]
        assert (pooled.value, pooled.se) == pytest.approx((values.mean(), np.sqrt(matrix.sum()) / 3))
        assert (pooled.term, pooled.unit, pooled.n) == (f"support[{name}]", scaled.unit, 300)
        d = values[:-1] - values[1:]
        turn = np.array([[1, -1, 0], [0, 1, -1]])
        wald = d @ np.linalg.solve(turn @ matrix @ turn.T, d)
        assert made.p_heterogeneity[k - 1] == pytest.approx(stats.chi2.sf(wald, 2))


def test_cells_need_ten_answers_with_weight():
    y = np.tile([1.0, 2.0], 10)[:, None]
    arm = np.repeat([0, 1], 10)[:, None]
    assert endorsement_answers(y, arm, ["a"], ["x"]).n == 20
    assert endorsement_answers(y, arm, ["a"], ["x"]).w.tolist() == [1.0] * 20
    with pytest.raises(EstimationError, match=r"policy 'a' has 9 answer\(s\) under 'x'; give 10 or more, or drop it"):
        endorsement_answers(y, arm, ["a"], ["x"], weights=[1] * 19 + [0])
    with pytest.raises(EstimationError, match=r"policy 'a' has 9 answer\(s\) under 'control'"):
        endorsement_answers(y, arm, ["a"], ["x"], weights=[0] + [1] * 19)
    with pytest.raises(EstimationError, match="policy 'a' has the same answer from all controls; drop the policy"):
        endorsement_answers(np.where(arm == 0, 1.0, y), arm, ["a"], ["x"])
    assert endorsement_answers(np.where(arm == 1, 1.0, y), arm, ["a"], ["x"]).n == 20
