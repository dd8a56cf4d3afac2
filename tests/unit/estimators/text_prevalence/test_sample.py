"""Labels that are no probability sample are refused, each with its reason."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence import labelled_texts

N = 400


def drawn(seed=1, probability=0.25):
    g = np.random.default_rng(seed)
    score = g.random(N)
    pi = np.full(N, probability)
    labelled = g.random(N) < pi
    value = (g.random(N) < score).astype(float)
    return {"value": np.where(labelled, value, np.nan), "labelled": labelled, "probability": pi, "predictions": score}


def test_a_probability_sample_passes_without_a_word():
    assert labelled_texts(**drawn()).warnings == ()


def changed(name, position, to):
    sample = drawn()
    at = int(np.flatnonzero(sample["labelled"])[0]) if position == "labelled" else position
    sample[name] = sample[name].copy()
    sample[name][at] = to
    return sample


@pytest.mark.parametrize(
    ("name", "position", "to", "words"),
    [
        ("probability", 3, 0.0, "probability is 0.0 at position 4"),
        ("probability", 3, 1.2, "probability is 1.2 at position 4"),
        ("probability", 3, np.nan, "probability is nan at position 4"),
        ("value", "labelled", np.nan, "y is missing at position"),
        ("predictions", 5, np.nan, "predictions are missing at position 6"),
    ],
)
def test_a_gap_is_refused_by_position(name, position, to, words):
    with pytest.raises(EstimationError, match=words):
        labelled_texts(**changed(name, position, to))


def test_a_certain_row_without_label_is_refused():
    sample = drawn()
    row = int(np.flatnonzero(~sample["labelled"])[0])
    sample["probability"][row] = 1.0
    with pytest.raises(EstimationError, match=f"probability is 1 at position {row + 1} but the row has no label"):
        labelled_texts(**sample)


def test_labels_chosen_by_their_score_are_refused():
    sample = drawn()
    top = np.argsort(sample["predictions"])[-100:]
    sample["labelled"] = np.isin(np.arange(N), top)
    sample["value"] = np.where(sample["labelled"], 1.0, np.nan)
    with pytest.raises(EstimationError, match=r"mean prediction of labelled rows is .* no probability sample"):
        labelled_texts(**sample)


def test_probabilities_that_promise_other_numbers_are_refused():
    sample = drawn() | {"probability": np.full(N, 0.6)}
    with pytest.raises(EstimationError, match="number of labels in all rows"):
        labelled_texts(**sample)


def test_a_stratum_without_labels_is_refused():
    sample = drawn()
    first = np.arange(N) < 100
    sample["probability"] = np.where(first, 0.3, 0.25)
    sample["labelled"] = sample["labelled"] & ~first
    with pytest.raises(EstimationError, match=r"probability 0\.3 promises 30 labels and there is none"):
        labelled_texts(**sample)


def test_too_few_labels_are_refused():
    sample = drawn()
    sample["labelled"] = np.arange(N) < 9
    with pytest.raises(EstimationError, match="labelled marks 9 row"):
        labelled_texts(**sample)


def test_an_honest_sample_is_seldom_doubted():
    """Four judgements a sample at 3 standard errors: about 1 % doubted; more than 8 of 200 has a chance below 1e-4."""
    doubted = [bool(labelled_texts(**drawn(seed)).warnings) for seed in range(200)]
    assert np.sum(doubted) <= 8
