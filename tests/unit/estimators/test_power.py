"""Power and sample size of every technique: closed forms, the numbers of a textbook, and what is refused."""

import math

import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.endorsement.power import (
    endorsement_power,
    endorsement_required_n,
    endorsement_standard_error,
)
from analysis.estimators.list_experiment.power import (
    count_variance,
    double_list_variance_ratio,
    list_power,
    list_required_n,
    list_standard_error,
    practice_standard_error,
)
from analysis.estimators.price import technique_prices
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.power import (
    masked_standard_error,
    power_one_sample,
    power_two_samples,
    price,
    required_n,
)
from analysis.estimators.sample_size import incidents_needed, normal_power, smallest_n

MIRRORED = device("mirrored", 0.75)
FORCED = device("forced", 0.6, p1=0.3, p0=0.1)


def upper(effect, null_sd, sd, alpha):
    """Chance that a normal estimate exceeds the critical value."""
    return stats.norm.sf((stats.norm.isf(alpha) * null_sd - effect) / sd)


def test_power_of_a_normal_estimate():
    assert normal_power(1.3, 0.5, is_two_sided=False) == pytest.approx(upper(1.3, 0.5, 0.5, 0.05))
    assert normal_power(1.3, 0.5, null_sd=0.8, alpha=0.01, is_two_sided=False) == pytest.approx(
        upper(1.3, 0.8, 0.5, 0.01)
    )
    both = upper(1.3, 0.8, 0.5, 0.005) + upper(-1.3, 0.8, 0.5, 0.005)
    assert normal_power(1.3, 0.5, null_sd=0.8, alpha=0.01) == pytest.approx(both)
    assert normal_power(0.0, 0.5) == pytest.approx(0.05)
    for alpha in (0.0, 1.0):
        with pytest.raises(EstimationError, match=f"alpha is {alpha:g}; give a level between 0 and 1"):
            normal_power(1.0, 0.5, alpha=alpha)
    for sd, null_sd in ((0.0, None), (0.5, 0.0), (-1.0, 0.5)):
        with pytest.raises(EstimationError, match="power is defined for standard errors above 0"):
            normal_power(1.0, sd, null_sd=null_sd)


def test_the_smallest_number_is_found_and_no_smaller_one_is_asked_for():
    asked = []

    def power_of(n):
        asked.append(n)
        return 1 - 1 / n

    for wanted, n in ((0.8, 5), (0.5, 2), (0.99, 100), (0.795, 5)):
        assert smallest_n(power_of, wanted) == n
    assert min(asked) == 1
    asked.clear()
    assert smallest_n(power_of, 0.5, smallest=7) == 7
    assert min(asked) == 7
    for power in (0.0, 1.0):
        with pytest.raises(EstimationError, match=f"power is {power:g}; give a number between 0 and 1"):
            smallest_n(power_of, power)
    with pytest.raises(EstimationError, match=r"no n reaches power 0\.8; check the true and the tested value"):
        smallest_n(lambda n: 0.5, 0.8)
    # a milliard is still searched
    assert smallest_n(lambda n: float(n >= 400_000_000), 0.8) == 400_000_000


def test_standard_error_of_an_endorsement():
    group = 900 / 3
    one = 2 / group + 0.4**2 / (2 * group)
    assert endorsement_standard_error(900, 0.4, policies=1, endorsers=2) == pytest.approx(math.sqrt(one))
    assert endorsement_standard_error(900, 0.4, policies=5, endorsers=2) == pytest.approx(math.sqrt(one / 5))
    shared = math.sqrt(one * (1 + 4 * 0.3) / 5)
    assert endorsement_standard_error(900, 0.4, policies=5, endorsers=2, correlation=0.3) == pytest.approx(shared)
    assert endorsement_standard_error(900, 0.4, policies=5, endorsers=2, correlation=1) == pytest.approx(math.sqrt(one))
    assert endorsement_standard_error(900, 0.4, policies=1) == pytest.approx(math.sqrt((2 + 0.08) / 450))


@pytest.mark.parametrize(
    "wrong",
    [
        {"policies": 0}, {"endorsers": 0}, {"correlation": -0.1}, {"correlation": 1.1}, {"n": 5},
    ],
)  # fmt: skip
def test_impossible_endorsements_are_refused(wrong):
    given = {"n": 6, "effect": 0.1, "policies": 1, "endorsers": 2, "correlation": 0.0}
    assert endorsement_standard_error(given.pop("n"), given.pop("effect"), **given) > 0
    given |= {"n": 6, "effect": 0.1} | wrong
    with pytest.raises(EstimationError) as raised:
        endorsement_standard_error(given.pop("n"), given.pop("effect"), **given)
    assert str(raised.value) == (
        f"n is {wrong.get('n', 6)}, policies {wrong.get('policies', 1)}, endorsers {wrong.get('endorsers', 2)}, "
        f"correlation {wrong.get('correlation', 0):g}; give two or more respondents per group, one or more policies "
        "and endorsers, and a correlation within 0 and 1"
    )


def test_power_of_an_endorsement_is_that_of_its_error():
    given = {"policies": 3, "endorsers": 2, "correlation": 0.2}
    se = endorsement_standard_error(700, -0.2, **given)
    for alpha, is_two_sided in ((0.05, True), (0.1, False)):
        made = endorsement_power(700, -0.2, **given, alpha=alpha, is_two_sided=is_two_sided)
        assert made == pytest.approx(normal_power(0.2, se, alpha=alpha, is_two_sided=is_two_sided))
    assert endorsement_power(700, -0.2, **given) == pytest.approx(normal_power(0.2, se))
    for more in ({}, {"power": 0.9, "alpha": 0.01}, {"is_two_sided": False}):
        n = endorsement_required_n(-0.2, **given, **more)
        power = more.get("power", 0.8)
        rule = {key: value for key, value in more.items() if key != "power"}
        assert endorsement_power(n - 1, -0.2, **given, **rule) < power <= endorsement_power(n, -0.2, **given, **rule)
    assert endorsement_required_n(50.0, policies=1, endorsers=3, power=0.5) == 8


def test_standard_error_of_a_masked_share():
    for how, share in ((MIRRORED, 0.1), (FORCED, 0.4)):
        yes = how.c0 + how.c1 * share
        wanted = math.sqrt(yes * (1 - yes) / how.c1**2 / 500)
        assert masked_standard_error(how, 500, share) == pytest.approx(wanted)
    assert masked_standard_error(MIRRORED, 1, 0.0) == pytest.approx(math.sqrt(3 / 16) / 0.5)
    with pytest.raises(
        EstimationError, match=r"n is 0, alpha 0.5, shares \(0.1,\); n is 1 or more, the others within 0"
    ):
        masked_standard_error(MIRRORED, 0, 0.1)


@pytest.mark.parametrize("alternative", ["one.sided", "two.sided"])
def test_power_of_masked_shares(alternative):
    sd = [masked_standard_error(FORCED, 300, share) for share in (0.35, 0.2, 0.3)]
    rule = {"alpha": 0.02, "is_two_sided": alternative == "two.sided"}
    made = power_one_sample(FORCED, 300, 0.35, 0.2, alpha=0.02, alternative=alternative)
    assert made == pytest.approx(normal_power(0.15, sd[0], null_sd=sd[1], **rule))
    two = power_two_samples(FORCED, 300, (0.35, 0.2), (0.3, 0.3), alpha=0.02, alternative=alternative)
    assert two == pytest.approx(normal_power(0.15, math.hypot(sd[0], sd[1]), null_sd=math.hypot(sd[2], sd[2]), **rule))
    n = required_n(FORCED, 0.35, 0.2, power=0.7, alpha=0.02, alternative=alternative)
    given = {"alpha": 0.02, "alternative": alternative}
    assert power_one_sample(FORCED, n - 1, 0.35, 0.2, **given) < 0.7 <= power_one_sample(FORCED, n, 0.35, 0.2, **given)


def test_masked_tests_look_to_one_side_at_five_in_a_hundred_by_default():
    sd = [masked_standard_error(FORCED, 300, share) for share in (0.35, 0.2)]
    assert power_one_sample(FORCED, 300, 0.35, 0.2) == pytest.approx(upper(0.15, sd[1], sd[0], 0.05))
    assert power_two_samples(FORCED, 300, (0.35, 0.2), (0.2, 0.2)) == pytest.approx(
        upper(0.15, math.sqrt(2) * sd[1], math.hypot(*sd), 0.05)
    )
    n = required_n(FORCED, 0.35, 0.2)
    assert power_one_sample(FORCED, n - 1, 0.35, 0.2) < 0.8 <= power_one_sample(FORCED, n, 0.35, 0.2)


@pytest.mark.parametrize(
    ("n", "share", "null", "alpha"),
    [(0, 0.1, 0, 0.05), (9, 1.1, 0, 0.05), (9, 0.1, -1, 0.05), (9, 0.1, 0, 0), (9, 0, 0, 1)],
)
def test_impossible_masked_shares_are_refused(n, share, null, alpha):
    with pytest.raises(
        EstimationError, match=f"n is {n}, alpha {alpha:g}, shares .*; n is 1 or more, the others within"
    ):
        power_one_sample(MIRRORED, n, share, null, alpha=alpha)


def test_the_price_of_a_device_is_the_ratio_of_variances():
    assert price(MIRRORED, 0.2) == pytest.approx((0.35 * 0.65 / 0.25) / 0.16)
    assert price(device("forced", 1.0, p1=0.0, p0=0.0), 0.2) == pytest.approx(1.0)
    for share in (0.0, 1.0):
        with pytest.raises(EstimationError, match=f"share is {share:g}; a price exists strictly between 0 and 1"):
            price(MIRRORED, share)


def test_list_power():
    assert count_variance([0.5, 0.2]) == pytest.approx(0.25 + 0.16)
    assert list_standard_error(800, 0.3, 0.9, treated_share=0.25) == pytest.approx(
        math.sqrt((0.9 + 0.21) / 200 + 0.9 / 600)
    )
    se = math.sqrt((0.9 + 0.21) / 400 + 0.9 / 400)
    assert list_power(800, 0.3, 0.9, null=0.1, alpha=0.1) == pytest.approx(normal_power(0.2, se, alpha=0.1))
    one = list_power(800, 0.3, 0.9, is_two_sided=False)
    assert one == pytest.approx(upper(0.3, se, se, 0.05))
    n = list_required_n(0.3, 0.9, null=0.1, power=0.9, alpha=0.1, is_two_sided=False)
    rule = {"null": 0.1, "alpha": 0.1, "is_two_sided": False}
    assert list_power(n - 1, 0.3, 0.9, **rule) < 0.9 <= list_power(n, 0.3, 0.9, **rule)
    assert list_required_n(0.999, 0.0001) == 2
    assert [double_list_variance_ratio(r) for r in (-1, 0, 0.5, 1)] == [1.0, 0.5, 0.25, 0.0]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: count_variance([]), r"item shares are \[\]; give one or more shares within 0 and 1"),
        (lambda: count_variance([0.5, 1.5]), r"item shares are \[0.5, 1.5\]"),
        (
            lambda: list_standard_error(1, 0.2, 1.0),
            "n is 1, share 0.2, treated share 0.5, variance 1; n is 2 or more, ",
        ),
        (lambda: list_standard_error(9, -0.2, 1.0), "share -0.2"),
        (
            lambda: list_standard_error(9, 0.2, -1.0),
            "variance -1; n is 2 or more, shares are within 0 and 1, the varianc",
        ),
        (lambda: list_standard_error(9, 0.2, 1.0, treated_share=1), "treated share 1"),
        (lambda: list_standard_error(9, 0.2, 1.0, treated_share=0), "treated share 0"),
        (lambda: double_list_variance_ratio(1.1), "correlation is 1.1; give a number within -1 and 1"),
        (lambda: double_list_variance_ratio(-1.1), "correlation is -1.1"),
        (lambda: technique_prices(0, 0.1, {}), "share is 0, margin 0.1; both lie strictly between 0 and 1"),
        (lambda: technique_prices(1, 0.1, {}), "share is 1"),
        (lambda: technique_prices(0.1, 0, {}), "margin 0"),
        (lambda: technique_prices(0.1, 1, {}), "margin 1"),
    ],
)
def test_impossible_lists_are_refused(ask, message):
    with pytest.raises(EstimationError, match=message):
        ask()


def test_prices_of_techniques_stand_beside_each_other():
    made = technique_prices(0.2, 0.03, {"coin": MIRRORED}, item_shares=(0.5, 0.1), list_correlation=0.4)
    direct = 0.16
    listed = (4 * (0.25 + 0.09) + 2 * direct) / direct
    practice = 2 * practice_standard_error(2) ** 2 / direct
    ratios = [1.0, listed, listed * 0.3, practice, price(MIRRORED, 0.2)]
    assert [p.technique for p in made] == ["direct", "list", "double-list", "list-practice", "coin"]
    assert [p.variance_ratio for p in made] == pytest.approx(ratios)
    z = stats.norm.isf(0.025)
    assert [p.required_n for p in made] == [math.ceil(z**2 * direct * r / 0.03**2) for r in ratios]
    four = technique_prices(0.2, 0.03, {})
    assert four[1].variance_ratio == pytest.approx((4 * 1.0 + 2 * direct) / direct)
    assert four[2].variance_ratio == pytest.approx(four[1].variance_ratio / 2)


def test_an_unknown_alternative_is_refused():
    message = r"alternative is 'TWO.SIDED'; choose one of one\.sided, two\.sided"
    with pytest.raises(EstimationError, match=message):
        power_one_sample(FORCED, 300, 0.35, 0.2, alternative="TWO.SIDED")
    with pytest.raises(EstimationError, match=message):
        power_two_samples(FORCED, 300, (0.35, 0.2), (0.2, 0.2), alternative="TWO.SIDED")


def test_incidents_needed_reach_the_power_and_one_fewer_does_not():

    n, ratio = incidents_needed(1.25), 1.25

    def power(count):
        distance = math.log(ratio) / math.sqrt(1 / count + 1 / (ratio * count))
        return stats.norm.cdf(distance - 1.959963984540054) + stats.norm.cdf(-distance - 1.959963984540054)

    assert power(n - 1) < 0.8 <= power(n)
    assert incidents_needed(1.25) > incidents_needed(2.0)


@pytest.mark.parametrize("ratio", [1.0, 0.0, -2.0])
def test_an_impossible_ratio_of_incidents_is_refused(ratio):
    with pytest.raises(EstimationError, match="give a ratio above 0"):
        incidents_needed(ratio)
