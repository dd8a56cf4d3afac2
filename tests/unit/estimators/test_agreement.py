"""Intervals, the gate, and rows that are no labels."""

from dataclasses import replace

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


def two_coders(first, second, values):
    n = len(first)
    return Annotations(
        np.tile(np.arange(n), 2), np.repeat([0, 1], n), np.concatenate([first, second]).astype(np.int64), values
    )


FIRST, SECOND = np.array([0, 1, 2, 2, 1, 0, 2, 1]), np.array([0, 2, 2, 1, 1, 0, 0, 1])


@pytest.mark.parametrize(
    ("level", "distance"),
    [
        ("nominal", lambda a, b: float(a != b)),
        ("interval", lambda a, b: (a - b) ** 2),
        ("ratio", lambda a, b: ((a - b) / (a + b)) ** 2),
    ],
)
def test_alpha_is_one_minus_observed_over_expected_disagreement(level, distance):
    values = np.array([1.0, 3.0, 4.0])
    made = krippendorff_alpha(
        two_coders(FIRST, SECOND, values), level, generator=np.random.default_rng(1), draws=100, term="topic"
    )
    observed = np.mean([distance(values[a], values[b]) for a, b in zip(FIRST, SECOND, strict=True)])
    pooled = values[np.concatenate([FIRST, SECOND])]
    pairs = [distance(a, b) for i, a in enumerate(pooled) for j, b in enumerate(pooled) if i != j]
    assert made.value == pytest.approx(1 - observed / np.mean(pairs))
    assert (made.term, made.n, made.unit) == ("topic", 8, "chance-corrected agreement")
    assert made.method == "Krippendorff's alpha; interval from a Bayesian bootstrap over items with Jeffreys' prior"
    assert (made.effective_n, made.degrees_of_freedom) == (None, None)


def test_the_interval_is_that_of_reweighted_items():
    """Rows of every pattern, and half an item of each pair of labels in all three half items, weighted by gammas."""
    given = two_coders(FIRST, SECOND, np.arange(3.0))
    made = krippendorff_alpha(given, "nominal", generator=np.random.default_rng(1), draws=300, confidence=0.8)
    counts = np.array([np.eye(3, dtype=int)[a] + np.eye(3, dtype=int)[b] for a, b in zip(FIRST, SECOND, strict=True)])
    patterns, seen = np.unique(counts, axis=0, return_counts=True)
    pairs = [np.eye(3)[i] + np.eye(3)[j] for i in range(3) for j in range(i, 3)]
    shape = np.concatenate([seen, np.full(6, 1.5 / 6)])
    weights = np.random.default_rng(1).standard_gamma(shape, size=(300, len(shape)))
    drawn = []
    for w in 8 * weights / weights.sum(axis=1, keepdims=True):
        table = sum(one * (np.outer(c, c) - np.diag(c)) for one, c in zip(w, np.vstack([patterns, pairs]), strict=True))
        n = table.sum(axis=1)
        off = 1 - np.eye(3)
        drawn.append(1 - (table * off).sum() / ((np.outer(n, n) * off).sum() / (n.sum() - 1)))
    assert made.se == pytest.approx(np.std(drawn, ddof=1))
    assert (made.low, made.high) == pytest.approx(tuple(np.quantile(drawn, [0.1, 0.9])))
    assert made.confidence == 0.8


def rare(positives, disagreed, items):
    """Two coders: so many items both call 1, so many only the first does."""
    first = np.array([1] * (positives + disagreed) + [0] * (items - positives - disagreed))
    second = np.array([1] * positives + [0] * (items - positives))
    return two_coders(first, second, np.arange(2.0))


def test_agreement_on_one_item_is_neither_certain_nor_good():
    one = alpha(rare(1, 0, 150))
    assert one.value == 1.0
    assert one.low < 0.5
    assert standing(one) == "not reported"
    assert "1 item(s) have another label than the commonest" in one.warnings[0]
    many = alpha(rare(60, 1, 150))
    assert standing(many) == "good"
    assert many.warnings == ()


@pytest.mark.parametrize(("prevalence", "items"), [(0.015, 150), (0.05, 150), (0.5, 50)])
def test_the_interval_holds_alpha_of_all_items_for_rare_labels_too(prevalence, items):
    """Coverage over drawn sheets; a bootstrap of the items as they are, the negative twin, misses the rare label."""
    sensitivity, false = 0.8, 0.01
    both = prevalence * sensitivity**2 + (1 - prevalence) * false**2
    neither = prevalence * (1 - sensitivity) ** 2 + (1 - prevalence) * (1 - false) ** 2
    share = both + (1 - both - neither) / 2
    truth = 1 - (1 - both - neither) / (2 * share * (1 - share))
    hits, plain, sheets = 0, 0, 0
    rng = np.random.default_rng(items)
    while sheets < 150:
        agreed, split, _ = rng.multinomial(items, [both, 1 - both - neither, neither])
        if agreed + split == 0:
            continue
        sheets += 1
        made = krippendorff_alpha(rare(agreed, split, items), "nominal", generator=rng, draws=200)
        hits += made.low <= truth <= made.high
        again = rng.multinomial(items, np.array([agreed, split, items - agreed - split]) / items, size=200)
        p = (again[:, 0] + again[:, 1] / 2) / items
        drawn = 1 - again[:, 1] / items / np.maximum(2 * p * (1 - p), 1e-12)
        low, high = np.quantile(drawn[p > 0], [0.025, 0.975])
        plain += low <= truth <= high
    assert hits / sheets >= 0.89
    if prevalence < 0.02:
        assert plain / sheets < 0.85


def test_items_with_one_label_do_not_count():
    more = Annotations(
        np.array([0, 0, 1, 1, 2, 3]), np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 1, 0, 2, 2]), np.arange(3.0)
    )
    assert more.counts().tolist() == [[2, 0, 0], [1, 1, 0]]
    assert alpha(more).n == 2
    few = more.select(np.array([True, True, False, False, True, True]))
    assert alpha(few).unusable_reason == "1 item(s) have two labels; give at least two such items"
    assert alpha(few).n == 1


def test_kappa_by_hand_and_by_pairs_with_items_in_common():
    given = Annotations(
        np.array([0, 1, 2, 3, 0, 1, 2, 3, 3, 9]), np.array([5, 5, 5, 5, 7, 7, 7, 7, 8, 9]),
        np.array([0, 1, 1, 0, 0, 1, 0, 0, 1, 0]), np.arange(2.0),
    )  # fmt: skip
    made = {(p.first, p.second): (p.items_n, p.kappa) for p in pairwise_kappa(given)}
    # 5 and 7: agreement 3/4, expected 1/2 · 3/4 + 1/2 · 1/4
    assert made == {(5, 7): (4, pytest.approx(0.5)), (5, 8): (1, 0.0), (7, 8): (1, 0.0)}
    assert given.one_against_rest(1).label.tolist() == given.label.tolist()
    assert given.one_against_rest(0).label.tolist() == (1 - given.label).tolist()
    assert given.one_against_rest(0).values.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("low", "verdict"), [(0.8, "good"), (0.7999, "tentative"), (0.667, "tentative"), (0.6669, "not reported")]
)
def test_the_gate_opens_at_its_limits(low, verdict):
    assert standing(replace(alpha(simulated(0.9)), low=low)) == verdict


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([0, 1], [0], [0, 0]), "item, coder and label differ in length; give one of each for every label"),
        (([0, 1], [0, 0], [0]), "item, coder and label differ in length"),
        (([], [], []), "there is no label; give at least two coders' labels of one item"),
        (([3, 1, 1], [0, 2, 2], [0, 0, 1]), "item at position 2 has 2 labels of one coder; keep one of them"),
    ],
)
def test_labels_are_checked(rows, message):
    with pytest.raises(EstimationError, match=message):
        Annotations(*(np.array(column, dtype=np.int64) for column in rows), np.arange(2.0))


def test_too_few_draws_are_refused():
    with pytest.raises(
        EstimationError, match="level is 'nominal', draws 99; choose one of nominal, ordinal, interval, rat"
    ):
        krippendorff_alpha(simulated(0.9), "nominal", generator=np.random.default_rng(1), draws=99)
    assert krippendorff_alpha(simulated(0.9), "ordinal", generator=np.random.default_rng(1), draws=100).is_usable


def test_each_class_is_named_by_its_position():
    made = alpha_by_class(simulated(0.9), generator=np.random.default_rng(1), draws=100)
    assert [m.term for m in made] == ["0", "1", "2"]
