import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.randomised_response.cheating import detect_cheating, prevalence_if_cheating
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.power import price, required_n
from analysis.estimators.randomised_response.predictor import masked_predictor
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import masked_average, masked_data, masked_regression

SEARCHED = 1e-6  # two searches of the same likelihood
BETA = np.array([-0.5, 0.8])
DEVICES = {
    "forced": device("forced", 0.7, p1=0.2, p0=0.1),
    "mirrored": device("mirrored", 0.8),
    "disguised": device("disguised", 0.25),
    "unrelated": device("unrelated", 0.75, q=0.4),
    "crosswise": device("crosswise", 0.2),
    "triangular": device("triangular", 0.3),
}


def simulated(how, seed=1, n=8000):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    z = rng.random(n) < 1 / (1 + np.exp(-x @ BETA))
    return (rng.random(n) < how.c0 + how.c1 * z).astype(float), x, z


@pytest.mark.parametrize("design", DEVICES)
def test_truth_is_recovered(design):
    y, x, z = simulated(DEVICES[design])
    fit = masked_regression(masked_data(y, DEVICES[design], x))
    assert (np.abs(fit.coefficients - BETA) < 3 * np.sqrt(np.diag(fit.covariance))).all()
    share = prevalence(y, DEVICES[design])
    assert abs(share.value - z.mean()) < 3 * share.se
    assert masked_average(fit).value == pytest.approx(share.value, abs=3 * share.se)


def test_the_wrong_device_is_not_recovered():
    """Negative twin."""
    y, x, _ = simulated(DEVICES["forced"])
    fit = masked_regression(masked_data(y, DEVICES["triangular"], x))
    assert (np.abs(fit.coefficients - BETA) > 3 * np.sqrt(np.diag(fit.covariance))).any()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), p=st.floats(0.55, 0.95))
def test_swapping_the_labels_of_a_mirrored_device_changes_nothing(seed, p):
    y, x, _ = simulated(device("mirrored", p), seed, n=600)
    one = masked_regression(masked_data(y, device("mirrored", p), x))
    two = masked_regression(masked_data(1 - y, device("mirrored", 1 - p), x))
    assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=SEARCHED)


def test_order_weights_and_duplicates():
    y, x, _ = simulated(DEVICES["forced"], n=600)
    how, order = DEVICES["forced"], np.random.default_rng(0).permutation(600)
    first = masked_regression(masked_data(y, how, x, weights=np.ones(600), clusters=np.arange(600)))
    shuffled = masked_regression(masked_data(y[order], how, x[order], weights=np.full(600, 9.0)))
    np.testing.assert_allclose(shuffled.coefficients, first.coefficients, atol=SEARCHED)
    np.testing.assert_allclose(shuffled.covariance, first.covariance, rtol=1e-4)
    twice = np.repeat(np.arange(600), 2)
    again = masked_regression(masked_data(y[twice], how, x[twice], weights=np.full(1200, 0.5), clusters=twice))
    np.testing.assert_allclose(again.covariance, first.covariance, rtol=1e-4)


def test_prevalence_outside_the_possible_is_withheld():
    got = prevalence(np.zeros(500), DEVICES["forced"])
    assert got.value is None
    assert "outside 0 to 1" in got.unusable_reason


def test_design_enters_the_error():
    y, _, _ = simulated(DEVICES["forced"], n=1000)
    cluster = np.argsort(np.argsort(y, kind="stable")) // 50
    assert prevalence(y, DEVICES["forced"], clusters=cluster).se > 3 * prevalence(y, DEVICES["forced"]).se


def test_predictor_recovers_the_effect_of_a_hidden_trait():
    y, x, z = simulated(DEVICES["unrelated"])
    rng = np.random.default_rng(5)
    outcome = 1.0 + 0.7 * z + rng.normal(size=len(y))
    fit = masked_predictor(masked_data(y, DEVICES["unrelated"], x), outcome, "linear")
    effect = dict(zip(fit.terms, fit.estimates(), strict=True))["outcome.sensitive_item"]
    assert abs(effect.value - 0.7) < 3 * effect.se


def test_cheaters_are_detected_and_honest_groups_are_not():
    rng = np.random.default_rng(3)
    n, group = 20_000, np.arange(20_000) % 2
    pair = [device("forced", 0.6, p1=0.3, p0=0.1), device("forced", 0.6, p1=0.1, p0=0.3)]
    yes = np.array([d.c0 for d in pair])[group] + 0.6 * (rng.random(n) < 0.2)
    honest = (rng.random(n) < yes).astype(float)
    assert detect_cheating(honest, group, *pair).p_no_cheating > 0.01
    cheating = honest * (rng.random(n) > 0.15)
    found = detect_cheating(cheating, group, *pair)
    assert found.p_no_cheating < 0.01
    assert abs(found.cheaters.value - 0.15) < 3 * found.cheaters.se


def test_prevalence_under_assumed_cheating_grows():
    how = DEVICES["forced"]
    assert prevalence_if_cheating(0.4, how, 0.0) == pytest.approx((0.4 - how.c0) / how.c1)
    assert prevalence_if_cheating(0.4, how, 0.2) > prevalence_if_cheating(0.4, how, 0.1)
    with pytest.raises(EstimationError, match="cheaters is 1"):
        prevalence_if_cheating(0.4, how, 1.0)


def test_privacy_has_a_price():
    assert price(device("mirrored", 1.0), 0.05) == pytest.approx(1)
    assert price(device("mirrored", 0.6), 0.05) > price(device("mirrored", 0.9), 0.05) > 1
    assert required_n(device("mirrored", 0.6), 0.1, 0.05) > required_n(device("mirrored", 0.9), 0.1, 0.05)
    with pytest.raises(EstimationError, match="no n reaches"):
        required_n(device("mirrored", 0.9), 0.1, 0.1, alternative="two.sided", power=0.9)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("warner", 0.7), {}, "design is 'warner'"),
        (("mirrored", 0.5), {}, "says nothing"),
        (("mirrored", 1.5), {}, "between 0 and 1"),
        (("forced", 0.7), {}, "p1 and p0 are missing"),
        (("forced", 0.7), {"p1": 0.2, "p0": 0.2}, "must add up to 1"),
        (("unrelated", 0.7), {}, "q is missing"),
        (("mirrored", 0.7), {"q": 0.5}, "q belongs to the unrelated design"),
        (("mirrored", 0.7), {"p1": 0.1}, "p1 and p0 belong to the forced design"),
    ],
)
def test_impossible_devices_are_refused(arguments, options, message):
    with pytest.raises(EstimationError, match=message):
        device(*arguments, **options)


def test_two_of_three_forced_probabilities_are_enough():
    assert device("forced", 0.7, p0=0.1).c0 == pytest.approx(0.2)
    assert device("forced", 0.7, p1=0.2).c0 == 0.2


@pytest.mark.parametrize(
    ("answer", "message"), [([0, 1, 2] * 5, "response is 2 at position 3"), ([0, 1], "at least 10")]
)
def test_broken_answers_are_refused(answer, message):
    with pytest.raises(EstimationError, match=message):
        prevalence(answer, DEVICES["forced"])


def test_outcomes_are_checked():
    y, x, _ = simulated(DEVICES["forced"], n=100)
    with pytest.raises(EstimationError, match="other values than 0 and 1"):
        masked_predictor(masked_data(y, DEVICES["forced"], x), np.arange(100), "logistic")
    with pytest.raises(EstimationError, match="one finite number"):
        masked_predictor(masked_data(y, DEVICES["forced"], x), np.full(100, np.nan), "linear")


def test_groups_of_cheating_detection_are_checked():
    y, _, _ = simulated(DEVICES["forced"], n=100)
    with pytest.raises(EstimationError, match="respondents in both"):
        detect_cheating(y, np.zeros(100), DEVICES["forced"], DEVICES["mirrored"])
    with pytest.raises(EstimationError, match="do not tell cheaters apart"):
        detect_cheating(y, np.arange(100) % 2, DEVICES["forced"], DEVICES["forced"])


@pytest.mark.parametrize(
    ("how", "c0", "c1"),
    [
        (device("forced", 0.7, p1=0.2, p0=0.1), 0.2, 0.7),
        (device("mirrored", 0.8), 0.2, 0.6),
        (device("disguised", 0.25), 0.75, -0.5),
        (device("unrelated", 0.75, q=0.4), 0.1, 0.75),
        (device("crosswise", 0.2), 0.8, -0.6),
        (device("triangular", 0.3), 0.3, 0.7),
    ],
)
def test_the_chance_of_a_yes_follows_from_the_device(how, c0, c1):
    assert (how.c0, how.c1) == pytest.approx((c0, c1))
    assert (how.yes_given(0), how.yes_given(1)) == pytest.approx((c0, c0 + c1))


@pytest.mark.parametrize("name", ["p", "p1", "p0", "q"])
def test_an_impossible_probability_is_named(name):
    design = "unrelated" if name == "q" else "forced"
    given = {"p": 0.7} | ({"q": 0.5} if design == "unrelated" else {"p1": 0.2, "p0": 0.1})
    for value in (-0.1, 1.1):
        with pytest.raises(EstimationError, match=f"^{name} is {value:g}; a probability lies between 0 and 1"):
            device(design, **(given | {name: value}))


def test_prevalence_by_hand():
    y = np.array([1.0] * 12 + [0.0] * 18)
    how = device("forced", 0.6, p1=0.3, p0=0.1)
    made = prevalence(y, how)
    assert (made.value, made.se) == pytest.approx(((0.4 - 0.3) / 0.6, np.sqrt(0.24 / 30) / 0.6))
    assert made.high - made.value == pytest.approx(1.959963984540054 * made.se)
    assert (made.term, made.n, made.unit) == ("prevalence", 30, "share of respondents")
    assert (made.method, made.warnings) == ("share of yes corrected for the device", ())
    outside = prevalence(np.array([1.0] * 8 + [0.0] * 22), how)
    assert outside.value == pytest.approx((8 / 30 - 0.3) / 0.6)
    assert outside.warnings == ("the estimated share lies outside 0 to 1, its interval does not",)
    # a device that turns answers round has a positive error
    turned = prevalence(y, device("mirrored", 0.25))
    assert (turned.value, turned.se) == pytest.approx(((0.4 - 0.75) / -0.5, np.sqrt(0.24 / 30) / 0.5))


def test_prevalence_under_a_design_by_hand():
    rng = np.random.default_rng(8)
    y, w, strata = (rng.random(40) < 0.5).astype(float), rng.uniform(0.5, 2, 40), np.arange(40) % 2
    made = prevalence(y, DEVICES["unrelated"], weights=w, strata=strata, confidence=0.9)
    share = w @ y / w.sum()
    pull = w * (y - share) / w.sum()
    variance = sum(20 / 19 * ((pull[strata == s] - pull[strata == s].mean()) ** 2).sum() for s in (0, 1))
    assert (made.value, made.se) == pytest.approx(((share - 0.1) / 0.75, np.sqrt(variance) / 0.75))
    assert made.degrees_of_freedom == 38
    assert made.high - made.value == pytest.approx(1.6859544601667388 * made.se)  # t with 38 degrees of freedom
    assert made.method == "weighted share of yes corrected for the device, linearised"
    for part in ({"weights": w}, {"strata": strata}, {"clusters": np.arange(40) // 2}):
        assert prevalence(y, DEVICES["unrelated"], **part).degrees_of_freedom is not None


def test_cheating_by_hand():
    first, second = device("forced", 0.6, p1=0.3, p0=0.1), device("forced", 0.6, p1=0.1, p0=0.3)
    y = np.array([1.0] * 20 + [0.0] * 30 + [1.0] * 14 + [0.0] * 36)
    made = detect_cheating(y, [0] * 50 + [1] * 50, first, second, 0.9)
    # 0.4 = 0.3 (1 − λ) + 0.6 π and 0.28 = 0.1 (1 − λ) + 0.6 π
    cheaters = 1 - (0.4 - 0.28) / 0.2
    honest = (0.28 - 0.1 * (1 - cheaters)) / 0.6
    assert (made.cheaters.value, made.honest_yes.value) == pytest.approx((cheaters, honest))
    one, two = 0.4 * 0.6 / 50, 0.28 * 0.72 / 50
    assert made.cheaters.se == pytest.approx(np.sqrt(one + two) / 0.2)
    assert made.honest_yes.se == pytest.approx(np.sqrt(0.25 * one + 2.25 * two) / 0.6)
    assert made.p_no_cheating == pytest.approx(stats.norm.sf(made.cheaters.value / made.cheaters.se))
    assert (made.honest_yes.term, made.cheaters.term) == ("honest_yes", "cheaters")
    assert made.cheaters.confidence == 0.9
    assert made.cheaters.n == 100


def test_whether_a_prevalence_is_withheld_goes_by_the_interval_that_is_given():
    """Three clusters: with two degrees of freedom the interval reaches 0, with a normal quantile it would not."""
    how = device("forced", 0.6, p1=0.3, p0=0.1)
    y = np.concatenate([np.repeat([1.0, 0.0], [4, 36]), np.repeat([1.0, 0.0], [7, 33]), np.repeat([1.0, 0.0], [9, 31])])
    made = prevalence(y, how, clusters=np.repeat([0, 1, 2], 40))
    assert made.is_usable
    assert made.degrees_of_freedom == 2
    assert made.high > 0 > made.value + 1.959963984540054 * made.se


def test_where_everybody_cheats_the_test_says_so():
    how = [device("forced", p, p1=1 - p) for p in (0.75, 0.25)]
    made = detect_cheating([0] * 200, [0] * 100 + [1] * 100, *how)
    assert made.cheaters.value == pytest.approx(1.0)
    assert made.p_no_cheating == 0.0
