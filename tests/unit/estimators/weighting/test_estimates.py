"""Means, totals and ratios under a design, by their formulas."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import kish_effect, survey_mean, survey_ratio, survey_total

Y = np.array([3.0, 5.0, 4.0, 9.0, 7.0, 2.0])
Z = np.array([1.0, 2.0, 2.0, 4.0, 3.0, 3.0])
W = np.array([2.0, 1.0, 3.0, 1.0, 2.0, 1.0])


def spread(scores):
    """Variance of a total of independent scores."""
    n = len(scores)
    return n / (n - 1) * ((scores - scores.mean()) ** 2).sum()


def test_mean_and_its_design_effects():
    made = survey_mean(Y, survey_design(6, weights=W))
    mean = (W @ Y) / 10
    variance = spread(W * (Y - mean) / 10)
    assert made.values == pytest.approx([mean])
    assert made.covariance == pytest.approx(np.array([[variance]]))
    assert made.standard_errors == pytest.approx([np.sqrt(variance)])
    population = (W @ (Y - mean) ** 2) / 10 * 6 / 5
    assert made.design_effect_replace == pytest.approx([variance / (population / 6)])
    assert made.design_effect == pytest.approx([variance / (population / 6 * (10 - 6) / 10)])
    assert (made.degrees_of_freedom, made.n) == (5, 6)


def test_several_means_have_a_joint_covariance():
    both = np.column_stack([Y, Z])
    made = survey_mean(both, survey_design(6, weights=W))
    scores = W[:, None] * (both - made.values) / 10
    left = scores - scores.mean(axis=0)
    assert made.values == pytest.approx([(W @ Y) / 10, (W @ Z) / 10])
    assert made.covariance == pytest.approx(6 / 5 * left.T @ left)


def test_a_domain_keeps_the_rows_outside_in_the_design():
    inside = np.array([True, True, False, True, False, True])
    y = np.where(inside, Y, np.nan)
    made = survey_mean(y, survey_design(6, weights=W), inside)
    w = W * inside
    mean = (w @ Y) / w.sum()
    assert made.values == pytest.approx([mean])
    assert made.covariance[0, 0] == pytest.approx(spread(w * (Y - mean) / w.sum()))
    assert (made.n, made.degrees_of_freedom) == (4, 3)


def test_totals_and_ratios():
    design = survey_design(6, weights=W)
    total = survey_total(Y, design)
    assert total.values == pytest.approx([W @ Y])
    assert total.covariance[0, 0] == pytest.approx(spread(W * Y))
    assert (total.design_effect, total.design_effect_replace) == (None, None)
    assert (total.n, total.degrees_of_freedom) == (6, 5)
    ratio = survey_ratio(Y, Z, design)
    r = (W @ Y) / (W @ Z)
    assert ratio.values == pytest.approx([r])
    assert ratio.covariance[0, 0] == pytest.approx(spread(W * (Y - r * Z) / (W @ Z)))
    assert (ratio.design_effect, ratio.design_effect_replace) == (None, None)
    assert (ratio.n, ratio.degrees_of_freedom) == (6, 5)
    inside = np.array([True, False, True, True, True, True])
    assert survey_total(Y, design, inside).values == pytest.approx([W @ Y - 5])
    assert survey_total(Y, design, inside).n == 5
    assert survey_ratio(Y, Z, design, inside).values == pytest.approx([(W @ Y - 5) / (W @ Z - 2)])
    assert survey_ratio(Y, Z, design, inside).degrees_of_freedom == 4


def test_design_effects_exist_where_something_varies():
    flat = survey_mean(np.ones(6), survey_design(6, weights=W))
    assert (flat.design_effect, flat.design_effect_replace) == (None, None)
    equal = survey_mean(Y, survey_design(6))
    # weights that add up to the sample leave no finite population to compare with
    assert equal.design_effect is None
    assert equal.design_effect_replace == pytest.approx([1.0])
    one = survey_mean(Y, survey_design(6, weights=[0, 0, 0, 2, 0, 0]))
    assert (one.design_effect, one.design_effect_replace, one.n) == (None, None, 1)
    two = survey_mean(Y, survey_design(6, weights=[0, 0, 0, 2, 2, 0]))
    assert two.design_effect_replace[0] == pytest.approx(spread(np.array([0, 0, 0, 0.5, -0.5, 0])) / 1)


@pytest.mark.parametrize(
    ("estimate", "message"),
    [
        (lambda d: survey_mean(Y[:5], d), "y has 5 rows and the design 6; give one value for each row"),
        (lambda d: survey_mean(Y, d, [True]), r"domain has shape \(1,\); give true or false for each of the 6 rows"),
        (
            lambda d: survey_mean([1, 2, np.nan, 4, 5, 6], d),
            "y is missing at position 3; leave the row out of the domain",
        ),
        (
            lambda d: survey_mean(Y, d, np.zeros(6, bool)),
            "weights add up to 0 in the domain; a mean needs a row with wei",
        ),
        (lambda d: survey_ratio(Y, Z - Z, d), "denominator adds up to 0; a ratio needs a total other than 0"),
    ],
)
def test_what_has_no_estimate_is_refused(estimate, message):
    with pytest.raises(EstimationError, match=message):
        estimate(survey_design(6, weights=W))


def test_the_price_of_unequal_weights():
    made = kish_effect([1.0, 2.0, 0.0, 3.0])
    assert made.design_effect == pytest.approx(3 * 14 / 36)
    assert made.effective_n == pytest.approx(36 / 14)
    assert made.coefficient_of_variation == pytest.approx(np.std([1, 2, 3]) / 2)
    assert kish_effect([0.1] * 7).coefficient_of_variation == pytest.approx(0, abs=1e-7)
    with pytest.raises(EstimationError, match="weights are all zero; give some respondents a positive weight"):
        kish_effect([0.0, 0.0])
