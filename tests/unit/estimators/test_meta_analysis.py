import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.meta_analysis import three_level


def averaged(effects, errors, groups, **more):
    return three_level(effects, errors, groups, n=1000, unit="share", **more)


def test_balanced_groups_average_to_the_mean_of_group_means_with_the_t_interval_of_those_means():
    """Equal errors, equal groups that differ far more than errors allow: the classical interval of four means."""
    means = np.array([-1.0, 0.0, 0.5, 1.5])
    effects = (means[:, None] + np.array([-0.01, 0.01])).ravel()
    made = averaged(effects, [0.02] * 8, np.repeat(list("abcd"), 2))
    assert made.mean.value == pytest.approx(means.mean(), abs=1e-6)
    assert made.mean.se == pytest.approx(means.std(ddof=1) / 2, rel=1e-4)
    assert made.mean.degrees_of_freedom == 3
    assert made.within_groups == pytest.approx(0.0, abs=1e-3)


def test_effects_that_agree_have_the_error_of_a_weighted_mean():
    made = averaged([0.2, 0.2, 0.2], [0.1, 0.2, 0.4], list("abc"))
    weights = 1 / np.array([0.1, 0.2, 0.4]) ** 2
    assert made.mean.se == pytest.approx(weights.sum() ** -0.5, rel=1e-6)
    assert (made.between_groups, made.within_groups) == (pytest.approx(0, abs=1e-3), pytest.approx(0, abs=1e-3))


def test_one_effect_a_group_is_the_two_level_model():
    """DerSimonian and Laird's example of equal errors: REML has a closed form, the variance less the error's."""
    effects = np.array([0.1, 0.5, 0.9, 0.3])
    made = averaged(effects, [0.1] * 4, list("abcd"))
    total = made.between_groups**2 + made.within_groups**2
    assert total == pytest.approx(effects.var(ddof=1) - 0.01, rel=1e-4)


def test_many_effects_of_one_paper_count_as_one_paper():
    rng = np.random.default_rng(3)
    few = averaged([0.0, 0.4, 0.8], [0.05] * 3, list("abc")).mean
    many = averaged([0.0, *(0.4 + rng.normal(0, 0.001, 50)), 0.8], [0.05] * 52, ["a", *["b"] * 50, "c"]).mean
    assert many.se == pytest.approx(few.se, rel=0.1)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng, held = np.random.default_rng(20261130), 0
    for _ in range(200):
        groups = np.repeat(np.arange(12), 3)
        true = 0.1 + rng.normal(0, 0.08, 12)[groups] + rng.normal(0, 0.05, 36)
        errors = rng.uniform(0.03, 0.1, 36)
        made = averaged(rng.normal(true, errors), errors, groups).mean
        held += made.low <= 0.1 <= made.high
    assert 180 <= held <= 198


@pytest.mark.parametrize(
    ("effects", "errors", "groups", "message"),
    [
        ([0.1, 0.2], [0.1, 0.1], ["a", "b"], "2 label"),
        ([0.1, np.nan, 0.2], [0.1] * 3, list("abc"), "finite"),
        ([0.1, 0.2, 0.3], [0.1, 0.0, 0.1], list("abc"), "errors above 0"),
        ([0.1, 0.2, 0.3], [0.1, 0.1], list("abc"), "as many"),
    ],
)
def test_what_cannot_be_averaged_is_refused(effects, errors, groups, message):
    with pytest.raises(EstimationError, match=message):
        averaged(effects, errors, groups)
