"""Shares and means of texts: each estimator and its error written out, and what a fit says about itself."""

import numpy as np
import pytest
from scipy import special, stats

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.estimators import (
    ESTIMATORS,
    Model,
    estimate_text,
    expected_standard_errors,
)
from analysis.estimators.text_prevalence.sample import labelled_texts
from analysis.estimators.text_prevalence.shares import MEANS

N = 120
RNG = np.random.default_rng(9)
TRUTH = (RNG.random(N) < 0.4).astype(float)
G = np.clip(0.25 + 0.45 * TRUTH + RNG.normal(0, 0.2, N), 0.02, 0.98)
R = np.arange(N) % 3 == 0
PI = np.where(np.arange(N) < 60, 0.25, 0.5)
CLUSTER = np.arange(N) // 6
Y = np.where(R, TRUTH, 0.0)
W = R / PI


def texts(cluster=None, g=G, probability=PI, labelled=R, truth=TRUTH):
    return labelled_texts(np.where(labelled, truth, np.nan), labelled, probability, g, cluster)


def error(influence, cluster, weight=None):
    """Root of the squares; with clusters of their totals, each over the root of what its weight leaves (CR2)."""
    if cluster is None:
        return np.sqrt((influence**2).sum())
    held = np.bincount(cluster, weights=np.full(N, 1 / N) if weight is None else weight)
    return np.sqrt((np.bincount(cluster, weights=influence) ** 2 / (1 - held)).sum())


def se(made, given):
    return np.sqrt(made.spread(given).covariance[0, 0])


def naive():
    return G.mean(), (G - G.mean()) / N


def labelled():
    value = W @ Y / W.sum()
    return value, W * (Y - value) / W.sum()


def counted():
    positive = (G > 0.5).astype(float)
    true, false = (W * Y) @ positive / (W * Y).sum(), (W * (1 - Y)) @ positive / (W * (1 - Y)).sum()
    value = (positive.mean() - false) / (true - false)
    pull = (positive - positive.mean()) / N
    pull = pull - value * W * Y * (positive - true) / (W * Y).sum()
    pull = pull - (1 - value) * W * (1 - Y) * (positive - false) / (W * (1 - Y)).sum()
    return value, pull / (true - false)


def powered(weight):
    w, u = W / W.sum(), np.where(R, 0, 1 / (1 - PI))
    u = u / u.sum()
    rectifier, imputed = w @ (Y - weight * G), weight * (u @ G)
    return rectifier + imputed, w * (Y - weight * G - rectifier) + u * (weight * G - imputed)


@pytest.mark.parametrize("cluster", [None, CLUSTER])
@pytest.mark.parametrize(
    ("estimator", "wanted"), [("naive", naive), ("labelled", labelled), ("acc", counted), ("ppi", lambda: powered(1.0))]
)
def test_estimates_and_errors_are_those_of_the_definition(estimator, wanted, cluster):
    made = MEANS[estimator](texts(cluster), G)
    value, influence = wanted()
    assert made.value == pytest.approx(value)
    weight = W / W.sum() if estimator == "labelled" else None
    assert se(made, texts(cluster)) == pytest.approx(error(influence, cluster, weight))


def test_adjusted_counts_tell_their_rates():
    made = MEANS["acc"](texts(), G)
    positive = G > 0.5
    assert made.details == pytest.approx(
        {
            "true_positive_rate": W[(Y == 1) & positive].sum() / W[Y == 1].sum(),
            "false_positive_rate": W[(Y == 0) & positive].sum() / W[Y == 0].sum(),
        }
    )


def test_the_tuned_weight_is_covariance_over_variance():
    made = MEANS["ppi++"](texts(), G)
    w, u = W / W.sum(), np.where(R, 0, 1 / (1 - PI))
    u = u / u.sum()
    covariance = w @ ((Y - w @ Y) * (G - w @ G))
    relative = np.where(R, R.sum() * w, (~R).sum() * u)
    spread = np.var(relative * (G - (w @ Y - w @ G + u @ G)), ddof=1)
    weight = covariance / ((1 + R.sum() / (~R).sum()) * spread)
    assert 0 < weight < 1
    assert made.details["lambda"] == pytest.approx(weight)
    value, influence = powered(weight)
    assert (made.value, se(made, texts())) == pytest.approx((value, error(influence, None)))
    assert MEANS["ppi"](texts(), G).details == {"lambda": 1.0}
    against = MEANS["ppi++"](texts(), 1 - G)
    assert against.details["lambda"] == 0.0
    assert against.value == pytest.approx(labelled()[0])


@pytest.mark.parametrize("cluster", [None, CLUSTER])
def test_dsl_corrects_predictions_by_their_weighted_errors(cluster):
    made = MEANS["dsl"](texts(cluster), G)
    corrected = G + W * (Y - G)
    influence = (corrected - corrected.mean()) / N
    small = 1.0 if cluster is not None else np.sqrt(N / (N - 1))
    assert made.value == pytest.approx(corrected.mean())
    assert se(made, texts(cluster)) == pytest.approx(error(influence, cluster) * small)


def test_emq_reproduces_itself_at_its_prior():
    made = MEANS["emq"](texts(), G)
    prior = labelled()[0]
    odds = (made.value / (1 - made.value)) / (prior / (1 - prior)) * G / (1 - G)
    assert np.mean(odds / (1 + odds)) == pytest.approx(made.value, abs=1e-9)
    assert made.spread(texts()) is None
    assert made.details == {"prior": pytest.approx(prior)}


@pytest.mark.parametrize(
    ("estimator", "change", "message"),
    [
        (
            "acc",
            {"g": 1 - G},
            r"predictions separate labels by -.* only \(true minus false positive rate\); ACC divides by",
        ),
        (
            "ppi",
            {"labelled": np.ones(N, bool), "probability": np.ones(N)},
            "labelled marks every row: predictions add not",
        ),
        (
            "emq",
            {"g": np.where(G > 0.9, 1.0, G)},
            "predictions hold 0 or 1; EMQ needs probabilities strictly between them",
        ),
        ("emq", {"g": np.where(G < 0.1, 0.0, G)}, "predictions hold 0 or 1"),
        ("emq", {"truth": np.ones(N)}, r"y has one value only among labelled rows \(share 1\); EMQ needs both"),
        (
            "acc",
            {"truth": np.ones(N)},
            "y never holds label 0 among labelled rows; its error rate cannot be estimated",
        ),
        ("acc", {"truth": np.zeros(N)}, "y never holds label 1 among labelled rows"),
    ],
)
def test_what_has_no_estimate_is_refused(estimator, change, message):
    with pytest.raises(EstimationError, match=message):
        MEANS[estimator](texts(**change), change.get("g", G))


@pytest.mark.parametrize(
    ("estimator", "method"),
    [
        ("naive", "predictions taken for labels, uncorrected"),
        ("labelled", "labelled rows alone, weighted by 1/π"),
        ("acc", "adjusted classify and count"),
        ("ppi", "prediction-powered inference"),
        ("ppi++", "prediction-powered inference, tuned"),
        ("dsl", "design-based supervised learning"),
        ("emq", "expectation-maximisation quantification"),
    ],
)
def test_a_fit_says_what_it_is(estimator, method):
    made = estimate_text(texts(), estimator, term="hope", confidence=0.9)
    (one,) = made.estimates
    mean = MEANS[estimator](texts(), G)
    assert (one.term, one.unit, one.method, one.n, one.confidence) == ("hope", "share of posts", method, N, 0.9)
    assert one.value == pytest.approx(mean.value)
    assert made.details == pytest.approx(mean.details)
    assert made.splits == 1
    if estimator == "emq":
        assert (one.se, one.low, one.high, made.covariance) == (None, None, None, None)
        assert (one.effective_n, one.degrees_of_freedom) == (None, None)
    else:
        error_of_mean = se(mean, texts())
        assert one.se == pytest.approx(error_of_mean)
        plain = estimate_text(texts(), estimator, confidence=0.9, interval="normal").estimates[0]
        assert plain.high - plain.value == pytest.approx(stats.norm.ppf(0.95) * error_of_mean)
        assert 0 <= one.low < one.value < one.high <= 1
        assert made.covariance == pytest.approx(np.array([[error_of_mean**2]]))
    told = estimate_text(texts(), "naive").estimates[0].warnings
    assert [w for w in told if w not in estimate_text(texts(), "dsl").estimates[0].warnings] == [
        "rests on predictions alone: its error is not in its interval; shown beside corrected estimates for its bias"
    ]


def test_estimators_are_seven_in_their_order():
    assert ESTIMATORS == ("naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq")
    assert estimate_text(texts(), "dsl").estimates[0].term == "prevalence"


def test_splits_of_a_regression_are_combined_by_medians():
    x = np.column_stack([np.ones(N), np.arange(N) % 2])
    model = Model("linear", x, ("Intercept", "odd"))
    three = np.vstack([G, G**2, np.sqrt(G)])
    fits = [estimate_text(texts(g=g), "ppi++", model) for g in three]
    made = estimate_text(texts(g=three), "ppi++", model)
    values = np.array([[e.value for e in f.estimates] for f in fits])
    middle = np.median(values, axis=0)
    assert [e.value for e in made.estimates] == pytest.approx(middle)
    each = [f.covariance + np.outer(v - middle, v - middle) for f, v in zip(fits, values, strict=True)]
    assert made.covariance == pytest.approx(np.median(each, axis=0))
    assert [e.se for e in made.estimates] == pytest.approx(np.sqrt(np.diag(made.covariance)))
    assert made.details == {"lambda": pytest.approx(np.median([f.details["lambda"] for f in fits]))}
    assert made.splits == 3
    assert [(e.term, e.unit) for e in made.estimates] == [("Intercept", "coefficient"), ("odd", "coefficient")]


def test_expected_errors_by_hand():
    flat = np.full(N, 1 / 3)
    given = texts(probability=flat)
    made = expected_standard_errors(given, np.array([1.0, 2.0, 9.0]))
    e = np.where(R, Y - G, 0.0)
    w = R * 3.0
    value = np.mean(G + w * e)
    between = np.mean((G - value) ** 2 + 2 * w * e * (G - value) + w * e**2)
    wanted = [between + (1 / min(f / 3, 1) - 1) * np.mean(w * e**2) for f in (1, 2, 9)]
    assert made == pytest.approx(np.sqrt(np.array(wanted) / N))


def test_labels_that_all_say_no_leave_the_exact_interval_of_the_labels():
    none = np.zeros(N)
    for estimator in ("labelled", "ppi", "ppi++", "dsl"):
        (one,) = estimate_text(texts(truth=none), estimator).estimates
        kish = W.sum() ** 2 / (W @ W)
        assert one.high >= 1 - 0.025 ** (1 / kish) - 1e-9
        assert any("all labels say 0" in w for w in one.warnings)
    (some,) = estimate_text(texts(), "labelled").estimates
    assert not any("all labels" in w for w in some.warnings)


def test_few_clusters_get_a_wider_t_and_are_said():
    few, many = np.arange(N) // 20, np.arange(N) // 2
    wide, narrow = (estimate_text(texts(c), "dsl").estimates[0] for c in (few, many))
    assert wide.degrees_of_freedom == pytest.approx(5, abs=0.5)
    assert narrow.degrees_of_freedom > 50
    assert any("6 clusters only" in w for w in wide.warnings)
    assert not any("clusters only" in w for w in narrow.warnings)


@pytest.mark.parametrize("clusters", [5, 12, 40])
def test_intervals_of_few_clusters_hold_the_truth(clusters):
    """Size of the design: leaning channels, with the plain normal interval as negative twin at five of them."""
    rows, hits = clusters * 40, []
    every = special.expit(-0.5 + 0.8 * special.ndtri((np.arange(4000) + 0.5) / 4000)).mean()
    for world in range(150):
        rng = np.random.default_rng([world, clusters])
        channel = np.repeat(np.arange(clusters), 40)
        y = (rng.random(rows) < special.expit(-0.5 + 0.8 * rng.normal(size=clusters))[channel]).astype(float)
        g = np.clip(0.25 + 0.5 * y + rng.normal(0, 0.15, rows), 0.01, 0.99)
        r = rng.random(rows) < 0.4
        given = labelled_texts(np.where(r, y, np.nan), r, np.full(rows, 0.4), g, channel)
        ours, plain = (estimate_text(given, "dsl", interval=rule).estimates[0] for rule in ("share", "normal"))
        hits.append((ours.low <= every <= ours.high, plain.low <= every <= plain.high))
    ours, plain = np.mean(hits, axis=0)
    assert ours >= 0.91
    if clusters == 5:
        assert plain < 0.9
