import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.with_endorsement import kendall, list_endorsement_correlations, pearson

ROUNDING = 1e-10
J = 3
seeds = st.integers(0, 100_000)
KINDS = {"pearson": (pearson, stats.pearsonr), "kendall": (kendall, stats.kendalltau)}


def simulated(seed, n=80):
    rng = np.random.default_rng(seed)
    treat = rng.permutation(np.repeat([0, 1], n // 2))
    attitude = rng.normal(size=n)
    counts = rng.binomial(J, 0.5, n) + treat * (attitude > 0.3)
    return counts, treat, np.round(attitude + rng.normal(size=n), 1), rng.integers(1, 4, n)


def values(made):
    return [e.value for e in made]


@pytest.mark.parametrize("kind", KINDS)
@given(seeds)
@settings(max_examples=25, deadline=None)
def test_correlations_equal_scipy_and_scores_add_up_to_nothing(kind, seed):
    ours, theirs = KINDS[kind]
    counts, _, answers, w = simulated(seed)
    value, scores = ours(counts.astype(float), answers, np.ones(len(counts)))
    assert value == pytest.approx(theirs(counts, answers).statistic, abs=ROUNDING)
    assert scores.sum() == pytest.approx(0, abs=ROUNDING)
    repeated, _ = ours(np.repeat(counts, w).astype(float), np.repeat(answers, w), np.ones(w.sum()))
    assert ours(counts.astype(float), answers, w.astype(float))[0] == pytest.approx(repeated, abs=ROUNDING)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_the_derivative_by_the_weights(kind):
    """The linearised score of a respondent is the slope of the correlation in that respondent's weight."""
    counts, _, answers, w = simulated(3)
    x, w, step = counts.astype(float), w.astype(float), 1e-6
    _, scores = KINDS[kind][0](x, answers, w)
    for i in (0, 17, 79):
        more, less = w.copy(), w.copy()
        more[i] += step
        less[i] -= step
        slope = (KINDS[kind][0](x, answers, more)[0] - KINDS[kind][0](x, answers, less)[0]) / (2 * step)
        assert scores[i] == pytest.approx(w[i] * slope, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_difference_is_the_one_of_the_arms_and_independent_arms_add_their_variances(kind):
    counts, treat, answers, _ = simulated(5)
    gap, treated, control = list_endorsement_correlations(counts, treat, J, answers, kind=kind)
    assert gap.value == pytest.approx(treated.value - control.value, abs=ROUNDING)
    # Independent respondents: the arms' scores are centred apart, so nothing ties them.
    assert gap.se == pytest.approx(np.hypot(treated.se, control.se), rel=1e-9)
    assert [e.term for e in (gap, treated, control)] == ["difference", "correlation_treated", "correlation_control"]
    assert (gap.unit, gap.n, gap.degrees_of_freedom) == ("correlation", 80, None)


def test_error_of_pearson_under_independence_is_one_over_root_n():
    rng = np.random.default_rng(8)
    n = 40_000
    counts, treat = rng.integers(0, J + 1, n), np.arange(n) % 2
    _, treated, _ = list_endorsement_correlations(counts, treat, J, rng.normal(size=n))
    assert treated.se == pytest.approx((n / 2) ** -0.5, rel=0.02)


def test_a_design_changes_the_error_and_gives_degrees_of_freedom():
    counts, treat, answers, w = simulated(9)
    villages = np.repeat(np.arange(20), 4)
    plain = list_endorsement_correlations(counts, treat, J, answers)[0]
    gap = list_endorsement_correlations(counts, treat, J, answers, weights=w, clusters=villages, strata=villages % 2)[0]
    assert gap.degrees_of_freedom == 18
    assert gap.se != pytest.approx(plain.se, rel=1e-3)
    scaled = list_endorsement_correlations(
        counts, treat, J, answers, weights=w * 7.0, clusters=villages, strata=villages % 2
    )
    assert scaled[0].se == pytest.approx(gap.se, rel=1e-9)


def test_weights_of_zero_leave_a_respondent_out():
    counts, treat, answers, w = simulated(11)
    w[:20] = 0
    made = list_endorsement_correlations(counts, treat, J, answers, weights=w)
    kept = list_endorsement_correlations(counts[20:], treat[20:], J, answers[20:], weights=w[20:])
    assert values(made) == pytest.approx(values(kept), abs=ROUNDING)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "spearman"}, "kind is 'spearman'; choose pearson or kendall"),
        ({"endorsement": np.ones(80)}, "endorsement holds the value 1 only in arm 1"),
        ({"endorsement": np.ones(79)}, r"endorsement has shape \(79,\); give one answer for each of the 80"),
        ({"endorsement": np.where(np.arange(80) == 4, np.nan, 1.0)}, "endorsement is missing at position 5"),
        ({"response": np.ones(80)}, "response holds the value 1 only in arm 1"),
        ({"weights": -np.ones(80)}, "weights is -1 at position 1"),
    ],
)
def test_what_cannot_be_correlated_is_refused(change, message):
    counts, treat, answers, _ = simulated(13)
    given = {"response": counts, "treat": treat, "items": J, "endorsement": answers} | change
    with pytest.raises(EstimationError, match=message):
        list_endorsement_correlations(**given)


def test_an_arm_without_weight_is_refused():
    counts, treat, answers, _ = simulated(13)
    with pytest.raises(EstimationError, match="response holds no value in arm 0"):
        list_endorsement_correlations(counts, treat, J, answers, weights=treat)
