"""Intervals, the gate, and rows that are no labels."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.agreement import Annotations, alpha_by_class, krippendorff_alpha, pairwise_kappa, standing


def simulated(accuracy, items=300, coders=3, seed=1, labels=3):
    g = np.random.default_rng(seed)
    truth = g.integers(0, labels, items)
    right = g.random((items, coders)) < accuracy
    given = np.where(right, truth[:, None], g.integers(0, labels, (items, coders)))
    return Annotations(
        np.repeat(np.arange(items), coders), np.tile(np.arange(coders), items), given.ravel(), np.arange(float(labels))
    )


def alpha(annotations, **options):
    return krippendorff_alpha(annotations, "nominal", generator=np.random.default_rng(7), draws=200, **options)


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.97, "good"), (0.88, "tentative"), (0.5, "not reported")])
def test_the_gate_looks_at_the_lower_limit(accuracy, verdict):
    assert standing(alpha(simulated(accuracy))) == verdict


def test_a_good_point_with_a_poor_limit_is_not_good():
    found = alpha(simulated(0.93, items=40, seed=4))
    assert found.value > 0.80 > found.low
    assert standing(found) != "good"


def test_intervals_cover():
    """Coders who are right with probability p agree with alpha p²; 95 % of 100 intervals, 99 % of the time ≥ 88."""
    covered = [(a := alpha(simulated(0.8, seed=s))).low <= 0.64 <= a.high for s in range(100)]
    assert np.sum(covered) >= 88


def test_classes_agree_like_the_whole_when_errors_are_even():
    found = alpha_by_class(simulated(0.9), generator=np.random.default_rng(1), draws=100)
    assert [round(each.value, 1) for each in found] == [0.8, 0.8, 0.8]


def test_one_label_only_has_no_alpha():
    same = Annotations(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.zeros(4, int), np.array([0.0]))
    found = alpha(same)
    assert not found.is_usable
    assert "all labels are the same" in found.unusable_reason
    assert standing(found) == "not reported"
    assert pairwise_kappa(same)[0].kappa is None


def test_two_labels_of_one_coder_are_refused():
    with pytest.raises(EstimationError, match="item at position 1 has 2 labels of one coder"):
        Annotations(np.array([0, 0]), np.array([1, 1]), np.array([0, 1]), np.arange(2.0))


def test_an_unknown_level_is_refused():
    with pytest.raises(EstimationError, match="level is 'cardinal'"):
        krippendorff_alpha(simulated(0.9), "cardinal", generator=np.random.default_rng(1))
