"""Response, attrition and mode tables where the selection is planted."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.fieldwork import attrition, mode_difference, response_table
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.regression import survey_regression

RNG = np.random.default_rng(6)
AGE = RNG.normal(0, 1, 3000)
NOISE = RNG.normal(0, 1, 3000)
STAYED = RNG.random(3000) < 1 / (1 + np.exp(-(0.5 + 0.8 * AGE)))


def test_response_is_tabulated_for_all_and_by_group():
    made = response_table(STAYED, np.where(AGE > 0, "older", "younger"))
    assert [r.group for r in made] == ["all", "older", "younger"]
    assert made[0].answered_n == made[1].answered_n + made[2].answered_n
    assert made[1].rate > made[2].rate
    assert made[0].low < made[0].rate < made[0].high


def test_attrition_finds_the_variable_that_drove_it_and_its_weights_repair_it():
    made = attrition(STAYED, np.column_stack([AGE, NOISE]), ["age", "noise"])
    assert made.joint_p < 1e-6
    assert made.balance[0].size == "large"
    assert made.balance[1].size == "negligible"
    repaired = made.weights @ AGE / made.weights.sum()
    assert abs(repaired - AGE.mean()) < 0.2 * abs(AGE[STAYED].mean() - AGE.mean())
    unselective = attrition(RNG.random(3000) < 0.6, np.column_stack([AGE, NOISE]), ["age", "noise"])
    assert unselective.joint_p > 0.01


def test_a_chosen_mode_is_confounded_until_covariates_explain_it():
    phone = RNG.random(3000) < 1 / (1 + np.exp(-AGE))
    y = AGE + 0.2 * phone + RNG.normal(0, 1, 3000)
    made = mode_difference(y, phone, survey_design(3000), AGE[:, None])
    assert made.plain.value > 0.8
    assert made.adjusted.low < 0.2 < made.adjusted.high
    assert made.warnings
    assert not mode_difference(y, phone, survey_design(3000), randomised=True).warnings


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(EstimationError, match="same for everybody"):
        attrition([True, True], [[1.0], [2.0]], ["x"])
    with pytest.raises(EstimationError, match="one mode only"):
        mode_difference([1.0, 2.0], [True, True], survey_design(2))
    with pytest.raises(EstimationError, match="one group for each person"):
        response_table([True], ["a", "b"])


def test_response_has_exact_limits():
    made = response_table([True] * 3 + [False] * 7, ["b", "a"] * 5)
    assert (made[0].group, made[0].invited_n, made[0].answered_n, made[0].rate) == ("all", 10, 3, 0.3)
    assert (made[0].low, made[0].high) == pytest.approx((0.06673951117773447, 0.6524528500599972))
    assert [(r.group, r.invited_n, r.answered_n) for r in made[1:]] == [("a", 5, 1), ("b", 5, 2)]
    with pytest.raises(EstimationError, match="answered has 0 rows and group 0; give one group for each person"):
        response_table([], [])


def test_balance_by_hand():
    stayed = np.array([True] * 4 + [False] * 3)
    x = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [5.0, 5.0], [2.0, 5.0], [3.0, 5.0], [5.5, 5.0]])
    (row,) = attrition(stayed, x[:, :1], ["age"]).balance
    gap = 3.0 - 3.5
    spread = np.sqrt((np.var([1, 2, 4, 5], ddof=1) + np.var([2, 3, 5.5], ddof=1)) / 2)
    assert (row.name, row.stayed, row.left) == ("age", 3.0, 3.5)
    assert row.standardised == pytest.approx(gap / spread)
    assert row.p_value == pytest.approx(stats.ttest_ind(x[:4, 0], x[4:, 0], equal_var=False).pvalue)
    assert row.size == "large"


@pytest.mark.parametrize(
    ("shift", "size"), [(0.0, "negligible"), (0.09, "negligible"), (0.2, "notable"), (1.2, "large")]
)
def test_sizes_of_differences_go_by_their_standardised_value(shift, size):
    stayed = np.array([True, False] * 50)
    x = np.repeat(np.tile([-1.0, 1.0], 25), 2) * np.sqrt(49 / 50) + shift * stayed
    (row,) = attrition(stayed, x[:, None], ["age"]).balance
    assert row.standardised == pytest.approx(shift, abs=1e-12)
    assert row.size == size
    turned = attrition(~stayed, x[:, None], ["age"]).balance[0]
    assert (turned.standardised, turned.size) == (pytest.approx(-shift, abs=1e-12), size)


def test_attrition_is_a_logistic_regression_on_the_design():
    x = np.column_stack([AGE, NOISE])[:500]
    design = survey_design(500, weights=RNG.uniform(1, 3, 500), clusters=np.arange(500) // 5)
    made = attrition(STAYED[:500], x, ["age", "noise"], design)
    full = np.column_stack([np.ones(500), x])
    fit = survey_regression(STAYED[:500].astype(float), full, design, "logistic")
    chance = 1 / (1 + np.exp(-full @ fit.coefficients))
    assert made.propensity == pytest.approx(chance)
    assert made.weights == pytest.approx(np.where(STAYED[:500], design.weights / chance, 0))
    slopes = fit.coefficients[1:]
    wald = slopes @ np.linalg.inv(fit.covariance[1:, 1:]) @ slopes / 2
    assert made.joint_p == pytest.approx(stats.f.sf(wald, 2, 97))
    assert made.warnings == ()


def test_a_small_chance_of_staying_is_told():
    age = np.concatenate([np.linspace(-3, 3, 400), [-9.0]])
    stayed = np.concatenate([RNG.random(400) < 1 / (1 + np.exp(-1.5 * np.linspace(-3, 3, 400))), [True]])
    made = attrition(stayed, age[:, None], ["age"])
    small = int((made.propensity[stayed] < 0.02).sum())
    assert small >= 1
    assert made.warnings == (f"{small} who stayed had a fitted chance below 0.02: their weights explode, trim them",)


def test_mode_differences_are_slopes_with_a_t_interval():
    rows = slice(0, 120)
    phone, x = np.arange(120) % 3 == 0, NOISE[rows]
    y = AGE[rows] + 0.5 * phone
    design = survey_design(120, weights=RNG.uniform(1, 2, 120), clusters=np.arange(120) // 4)
    made = mode_difference(y, phone, design, x[:, None])
    w = design.weights
    plain = (w * phone) @ y / (w @ phone) - (w * ~phone) @ y / (w @ ~phone)
    assert made.plain.value == pytest.approx(plain)
    fit = survey_regression(y, np.column_stack([np.ones(120), phone, x]), design)
    assert (made.adjusted.value, made.adjusted.se) == pytest.approx((fit.coefficients[1], fit.standard_errors[1]))
    for one, term, df in ((made.plain, "difference", 28), (made.adjusted, "adjusted difference", 27)):
        assert (one.term, one.n, one.unit) == (term, 120, "unit of the answer")
        assert one.method == "weighted least squares, linearised variance"
        assert one.high - one.value == pytest.approx(stats.t.ppf(0.975, df) * one.se)
    assert made.warnings == ("people chose their mode: this difference mixes who they are with how they were asked",)
    assert mode_difference(y, phone, design).adjusted is None


@pytest.mark.parametrize(
    ("x", "names"),
    [([[1.0], [2.0]], ["x"]), ([1.0, 2.0, 3.0], ["x"]), ([[1.0], [2.0], [np.nan]], ["x"]), ([[1.0]] * 3, ["x", "y"])],
)
def test_earlier_answers_must_be_complete(x, names):
    with pytest.raises(EstimationError, match="or a missing value"):
        attrition([True, False, True], x, names)
    with pytest.raises(EstimationError, match="stayed leaves fewer than two persons on one side for 'x'; pool waves"):
        attrition([True, False, True, True], [[1.0], [2.0], [1.5], [3.0]], ["x"])
