"""Coverage in simulated corpora, unusual options, and what each estimator refuses."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence import Model, estimate_text, expected_standard_errors, labelled_texts

WORLDS = 200


def corpus(seed, n=2000, share=0.3):
    """Labels drawn more often where the prediction is unsure; predictions are biased towards the positive class."""
    g = np.random.default_rng(seed)
    x = g.normal(size=n)
    y = (g.random(n) < 1 / (1 + np.exp(-(np.log(share / (1 - share)) + 0.7 * x)))).astype(float)
    score = np.clip(0.25 + 0.45 * y + g.normal(0, 0.15, n), 0.01, 0.99)
    pi = np.where(np.abs(score - 0.5) < 0.2, 0.25, 0.08)
    labelled = g.random(n) < pi
    return labelled_texts(np.where(labelled, y, np.nan), labelled, pi, score), x, y


@pytest.fixture(scope="module")
def worlds():
    return [corpus(seed) for seed in range(WORLDS)]


def coverage(worlds, estimator):
    found = [estimate_text(texts, estimator).estimates[0] for texts, _, _ in worlds]
    # The population: the intercept of the model averaged over x.
    grid = np.random.default_rng(0).normal(size=400_000)
    truth = float(np.mean(1 / (1 + np.exp(-(np.log(3 / 7) + 0.7 * grid)))))
    return np.mean([e.low <= truth <= e.high for e in found]), np.mean([e.value for e in found]) - truth


def test_naive_never_covers_and_says_so(worlds):
    covered, bias = coverage(worlds, "naive")
    assert covered == 0
    assert bias > 0.03
    assert "bias" in estimate_text(worlds[0][0], "naive").estimates[0].warnings[-1]


@pytest.mark.parametrize("estimator", ["dsl", "ppi++", "ppi", "labelled"])
def test_corrected_estimates_cover(worlds, estimator):
    """With 200 worlds at 95 %, fewer than 181 hits has a chance below 1 %."""
    covered, bias = coverage(worlds, estimator)
    assert covered >= 181 / WORLDS
    assert abs(bias) < 0.005


def test_tuning_does_not_widen(worlds):
    plain, tuned, alone = (
        np.mean([estimate_text(texts, e).estimates[0].se for texts, _, _ in worlds[:50]])
        for e in ("ppi", "ppi++", "labelled")
    )
    assert tuned <= plain * 1.001
    assert tuned < alone


def test_a_logistic_slope_is_recovered(worlds):
    found = []
    for texts, x, _ in worlds[:100]:
        model = Model("logistic", np.column_stack([np.ones(len(x)), x]), ("Intercept", "x"))
        found.append([estimate_text(texts, e, model).estimates[1] for e in ("dsl", "ppi++")])
    for each in zip(*found, strict=True):
        assert np.mean([e.low <= 0.7 <= e.high for e in each]) >= 0.88
        assert abs(np.mean([e.value for e in each]) - 0.7) < 0.05


def test_more_splits_give_the_median_and_a_wider_error():
    texts, _, _ = corpus(1)
    shifted = np.vstack([texts.predictions, texts.predictions**2, np.sqrt(texts.predictions)])
    many = labelled_texts(texts.value, texts.labelled, texts.probability, shifted)
    each = [
        estimate_text(labelled_texts(texts.value, texts.labelled, texts.probability, g), "dsl").estimates[0]
        for g in shifted
    ]
    middle = float(np.median([e.value for e in each]))
    found = estimate_text(many, "dsl").estimates[0]
    assert found.value == middle
    assert found.se == pytest.approx(np.sqrt(np.median([e.se**2 + (e.value - middle) ** 2 for e in each])))


def test_expected_errors_agree_with_what_more_labels_give():
    """Labels four times as likely: the promised error against the one that comes out, over 40 corpora."""
    promised, realised = [], []
    for seed in range(40):
        texts, _, y = corpus(seed)
        promised.append(expected_standard_errors(texts, np.array([1.0, 2.0])))
        g = np.random.default_rng(1000 + seed)
        pi = np.minimum(texts.probability * 2, 1)
        drawn = g.random(len(y)) < pi
        twice = labelled_texts(np.where(drawn, y, np.nan), drawn, pi, texts.predictions)
        realised.append([estimate_text(t, "dsl").estimates[0].se for t in (texts, twice)])
    assert np.mean(promised, axis=0) == pytest.approx(np.mean(realised, axis=0), rel=0.06)


def test_a_linear_outcome_may_be_large():
    texts, x, _ = corpus(3)
    money = labelled_texts(texts.value * 1e6, texts.labelled, texts.probability, texts.predictions * 1e6)
    model = Model("linear", np.column_stack([np.ones(len(x)), x]), ("Intercept", "x"))
    small, large = estimate_text(texts, "dsl", model), estimate_text(money, "dsl", model)
    assert [e.value / 1e6 for e in large.estimates] == pytest.approx([e.value for e in small.estimates], rel=1e-9)


@pytest.mark.parametrize(
    ("estimator", "change", "words"),
    [
        ("acc", lambda t: t.value * 2, "values other than 0 and 1"),
        ("emq", lambda t: t.value * 2, "values other than 0 and 1"),
    ],
)
def test_shares_only(estimator, change, words):
    texts, _, _ = corpus(1)
    with pytest.raises(EstimationError, match=words):
        estimate_text(labelled_texts(change(texts), texts.labelled, texts.probability, texts.predictions), estimator)


def test_classes_are_no_probabilities():
    texts, _, _ = corpus(1)
    hard = labelled_texts(texts.value, texts.labelled, texts.probability, (texts.predictions > 0.5).astype(float))
    with pytest.raises(EstimationError, match="EMQ needs probabilities"):
        estimate_text(hard, "emq")


def test_useless_predictions_cannot_be_adjusted():
    texts, _, _ = corpus(1)
    noise = np.random.default_rng(9).random(len(texts))
    with pytest.raises(EstimationError, match="ACC divides by it"):
        estimate_text(labelled_texts(texts.value, texts.labelled, texts.probability, noise), "acc")


def test_a_repeated_column_is_refused():
    texts, x, _ = corpus(1)
    model = Model("linear", np.column_stack([np.ones(len(x)), x, 2 * x]), ("Intercept", "x", "twice"))
    with pytest.raises(EstimationError, match="3 columns but a lower rank"):
        estimate_text(texts, "dsl", model)


def test_separated_labels_are_refused():
    texts, _, y = corpus(1)
    model = Model("logistic", np.column_stack([np.ones(len(y)), y]), ("Intercept", "y"))
    with pytest.raises(EstimationError, match="separated"):
        estimate_text(texts, "labelled", model)


def test_unknown_names_are_refused():
    texts, x, _ = corpus(1)
    with pytest.raises(EstimationError, match="estimator is 'best'"):
        estimate_text(texts, "best")
    with pytest.raises(EstimationError, match="'emq' is for shares without covariates"):
        estimate_text(texts, "emq", Model("linear", np.ones((len(x), 1)), ("Intercept",)))
