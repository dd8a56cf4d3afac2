"""Invariance of scales and functioning of items where the truth is planted."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.invariance import measurement_invariance
from analysis.estimators.item_function import item_functions

LOADINGS = np.array([0.8, 0.7, 0.9, 0.6])


def planted(intercepts=(0, 0, 0, 0), loading=None, seed=1):
    rng = np.random.default_rng(seed)
    group = np.repeat(["a", "b"], 800)
    factor = rng.normal(np.where(group == "a", 0.0, 0.4), 1.0)
    lam = np.where((group == "a")[:, None], LOADINGS, LOADINGS if loading is None else loading)
    shift = np.where((group == "a")[:, None], 0.0, np.asarray(intercepts, dtype=float))
    return 3 + shift + lam * factor[:, None] + rng.normal(0, 0.6, (1600, 4)), group


def test_an_invariant_scale_may_have_its_means_compared():
    made = measurement_invariance(*planted())
    assert made.highest == "scalar"
    assert made.fits[2].factor_mean[1] == pytest.approx(0.4, abs=0.12)
    assert "means and effects may be compared" in made.meaning


def test_a_shifted_item_stops_at_metric_and_a_lost_loading_at_configural():
    assert measurement_invariance(*planted(intercepts=(0, 0, 1.0, 0))).highest == "metric"
    assert measurement_invariance(*planted(loading=[0.8, 0.7, 0.9, 0.0])).highest == "configural"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, g: (x[:, :2], g), "needs 3 items"),
        (lambda x, g: (x, ["a"] * len(x)), "one level"),
        (lambda x, g: (np.where(np.arange(len(x))[:, None] == 4, np.nan, x), g), "missing at position 5"),
        (lambda x, g: (x, ["c" if i < 3 else v for i, v in enumerate(g)]), "group 'c' has 3 rows"),
    ],
)
def test_what_has_no_factor_is_refused(change, words):
    with pytest.raises(EstimationError, match=words):
        measurement_invariance(*change(*planted()))


def test_a_planted_shift_is_flagged_and_nothing_else():
    rng = np.random.default_rng(3)
    x, group = planted(seed=4)
    second = (group == "b").astype(float)
    shifted = np.column_stack([x, 3 + 0.8 * (x.mean(axis=1) - 3) + 1.2 * second + rng.normal(0, 0.5, len(x))])
    answers = np.clip(np.round(shifted), 1, 5)
    made = item_functions(answers, second)
    assert made[4].flagged
    assert made[4].uniform_effect > 1
    assert made[4].size == "large"
    assert [m.flagged for m in item_functions(np.clip(np.round(x), 1, 5), second)] == [False] * 4


def test_items_without_a_match_are_refused():
    with pytest.raises(EstimationError, match="one answer only"):
        item_functions(np.column_stack([np.ones(10), np.arange(10) % 3]), np.arange(10) % 2)
    with pytest.raises(EstimationError, match="group is not 0 and 1"):
        item_functions(np.arange(20).reshape(10, 2) % 3, np.arange(10) % 3)
