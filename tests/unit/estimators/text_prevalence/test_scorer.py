"""Estimates straight from texts: folds of whole channels, and scores that make no claim of their own."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.estimators import Model, estimate_text
from analysis.estimators.text_prevalence.sample import labelled_texts
from analysis.estimators.text_prevalence.scorer import _balanced_folds, _cross_fitted, estimate_from_texts

N, CHANNELS = 400, 20


def world(seed=1):
    g = np.random.default_rng(seed)
    y, r = g.random(N) < 0.4, g.random(N) < 0.5
    texts = [f"{'good news' if a else 'bad weather'} {g.integers(999)}" for a in y]
    return texts, y.astype(float), r, g.integers(0, CHANNELS, N)


TEXTS, Y, R, CHANNEL = world()
GIVEN = {"labelled": R, "probability": np.full(N, 0.5), "channel": CHANNEL}


def estimate(**changed):
    given = {"texts": TEXTS, "values": {"good": np.where(R, Y, np.nan)}, "estimators": ["dsl"], **GIVEN, **changed}
    return estimate_from_texts(given.pop("texts"), given.pop("values"), generator=np.random.default_rng(2), **given)


def test_folds_deal_out_channels_with_labels_first():
    codes = np.repeat(np.arange(11), 3)
    labelled = codes < 7
    for seed in range(5):
        fold = _balanced_folds(codes, labelled, 3, np.random.default_rng(seed))
        assert sorted(np.bincount(fold[:7], minlength=3).tolist()) == [2, 2, 3]
        assert sorted(np.bincount(fold, minlength=3).tolist()) == [3, 4, 4]
    orders = {tuple(_balanced_folds(codes, labelled, 3, np.random.default_rng(seed))) for seed in range(20)}
    assert len(orders) > 10


def test_a_channel_is_scored_by_a_model_that_never_saw_its_labels():
    """Turning round the labels of a channel does not move the scores of this channel, but those of the others."""
    features = HashingVectorizer(analyzer="char", ngram_range=(2, 4), n_features=2**15).transform(TEXTS)
    fold = (CHANNEL % 4).astype(np.int64)
    value = np.where(R, Y, np.nan)
    turned = np.where(CHANNEL == 0, 1 - value, value)
    one, two = _cross_fitted(features, value, R, fold), _cross_fitted(features, turned, R, fold)
    assert (one[fold == 0] == two[fold == 0]).all()
    assert (one[fold != 0] != two[fold != 0]).all()
    assert ((one > 0.5) == (Y == 1)).mean() > 0.99
    assert ((one > 0) & (one < 1)).all()
    with pytest.raises(
        EstimationError, match="labels outside a fold have one value only; use fewer folds or label more"
    ):
        _cross_fitted(features, np.where(R, 1.0, np.nan), R, fold)


def test_the_estimate_is_dsl_of_the_scores_it_made():
    made = estimate(splits=3)["good"]["dsl"]
    features = HashingVectorizer(analyzer="char", ngram_range=(2, 4), n_features=2**15).transform(TEXTS)
    codes, value, g = np.unique(CHANNEL, return_inverse=True)[1], np.where(R, Y, np.nan), np.random.default_rng(2)
    folds = [_balanced_folds(codes, R, 5, g)[codes] for _ in range(3)]
    scores = np.array([_cross_fitted(features, value, R, fold) for fold in folds])
    wanted = estimate_text(labelled_texts(value, R, GIVEN["probability"], scores, codes), "dsl", term="good")
    assert made.estimates[0] == wanted.estimates[0]
    assert made.estimates[0].term == "good"
    assert abs(made.estimates[0].value - Y.mean()) < 3 * made.estimates[0].se


def test_every_value_has_every_estimator_and_every_further_regression():
    period = Model("linear", np.column_stack([CHANNEL < 10, CHANNEL >= 10]).astype(float), ("early", "late"))
    made = estimate(
        values={"good": np.where(R, Y, np.nan), "bad": np.where(R, 1 - Y, np.nan)},
        estimators=["dsl", "labelled"], further={"by period": period}, splits=1,
    )  # fmt: skip
    assert {term: list(fits) for term, fits in made.items()} == {
        term: ["dsl", "labelled", "by period"] for term in ("good", "bad")
    }
    early, late = (e.value for e in made["good"]["by period"].estimates)
    share = np.mean(CHANNEL < 10)
    assert share * early + (1 - share) * late == pytest.approx(made["good"]["dsl"].estimates[0].value, abs=0.03)
    assert made["good"]["labelled"].estimates[0].value == pytest.approx(Y[R].mean())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"texts": TEXTS[:-1]}, "texts has 399 entries; give one text, value, flag and channel for each row"),
        ({"labelled": R[:-1]}, "texts has 400 entries; give one text, value, flag and channel"),
        ({"channel": CHANNEL[:-1]}, "texts has 400 entries; give one text"),
        ({"values": {"good": Y[:-1]}}, "texts has 400 entries"),
        ({"folds": 1}, r"folds is 1 and 20 channel\(s\) have labels; folds are made of whole channels"),
        ({"folds": 21}, r"folds is 21 and 20 channel\(s\) have labels"),
        ({"channel": np.where(R, 7, CHANNEL)}, r"folds is 5 and 1 channel\(s\) have labels"),
        (
            {"values": {"good": np.where(R, Y + 0.5, np.nan)}},
            f"y holds .* at position {R.argmax() + 1}; labels are 1 and 0",
        ),
        ({"probability": np.where(R, 0.0, 0.5)}, "probab"),
    ],
)
def test_texts_without_a_probability_sample_of_labels_are_refused(changed, message):
    with pytest.raises(EstimationError, match=message):
        estimate(**changed)


def test_two_folds_and_as_many_folds_as_channels_are_enough():
    two = np.arange(N) % 2
    made = estimate(channel=two, folds=2, splits=1)["good"]["dsl"].estimates[0]
    assert abs(made.value - Y.mean()) < 0.05
