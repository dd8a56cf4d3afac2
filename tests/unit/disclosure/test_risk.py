import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from analysis.disclosure.classes import combined_key, encode, partition
from analysis.disclosure.local_suppression import suppress_locally
from analysis.disclosure.risk import MOST_KEYS, assess, individual_risk, violations
from analysis.errors import DisclosureError

small_files = st.integers(1, 4).flatmap(
    lambda m: st.lists(st.tuples(*[st.integers(0, 3)] * m), min_size=1, max_size=40).map(np.array)
)


def brute_special_uniques(codes):
    """Scores by the definition, record by record."""
    n, keys = codes.shape
    scores = []
    for record in range(n):
        minimal = []
        for size in range(1, keys + 1):
            for subset in itertools.combinations(range(keys), size):
                alone = (codes[:, subset] == codes[record, subset]).all(axis=1).sum() == 1
                if alone and not any(set(found) <= set(subset) for found in minimal):
                    minimal.append(subset)
        scores.append(sum(math.factorial(keys - len(subset)) for subset in minimal))
    return scores


@given(small_files)
def test_special_uniques_follow_the_definition(codes):
    scores = brute_special_uniques(codes)
    found = assess(codes).suda2
    assert (found.sum, found.max, found.records) == (sum(scores), max(scores), sum(s > 0 for s in scores))


@given(small_files, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(codes, random):
    order = list(range(len(codes)))
    random.shuffle(order)
    assert assess(codes[order], codes[order, 0]) == assess(codes, codes[:, 0])


@pytest.mark.parametrize("f", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("ratio", [1.02, 1.5, 4, 60, 5000])
def test_individual_risk_is_the_integral(f, ratio):
    """₂F₁ in Euler's integral, after u = pt/(1 − (1−p)t): r = ∫ u^(f−1) p/(p + (1−p)u) du over 0..1."""
    p = 1 / ratio
    exact, _ = integrate.quad(lambda u: u ** (f - 1) * p / (p + (1 - p) * u), 0, 1, epsabs=1e-13, points=[p, 0.1])
    assert individual_risk(np.array([f]), np.array([f * ratio]))[0] == pytest.approx(exact, rel=1e-6)


def test_a_class_that_is_its_population_is_matched_at_random():
    assert individual_risk(np.array([1, 4]), np.array([1.0, 3.0])).tolist() == [1.0, 0.25]


def test_large_classes_have_a_risk_and_no_nan():
    assert individual_risk(np.array([200_000]), np.array([2e7]))[0] == pytest.approx(1 / 2e7, rel=1e-3)


def test_blank_is_one_category_whatever_wrote_it():
    assert encode([[None, float("nan"), "", "x"]]).tolist() == [[0], [0], [0], [1]]


def test_combined_keys_stay_apart_when_the_product_would_overflow():
    codes = np.repeat(np.arange(5)[:, None], 40, axis=1) * 1_000_003
    assert len(set(combined_key(codes)[0].tolist())) == 5
    assert partition(codes).count == 5


@pytest.mark.parametrize(
    ("codes", "weights", "message"),
    [
        (np.zeros((0, 2), dtype=int), None, "no records"),
        (np.ones((3, 1), dtype=int), np.array([1.0, -2.0, 1.0]), "a weight is -2.0"),
        (np.eye(MOST_KEYS + 1, dtype=int), None, "quasi-identifiers: special uniqueness"),
    ],
)
def test_what_cannot_be_assessed_is_refused(codes, weights, message):
    with pytest.raises(DisclosureError, match=message):
        assess(codes, None, weights)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(DisclosureError, match="lengths 2, 3"):
        encode([["a", "b"], ["a", "b", "c"]])
    with pytest.raises(DisclosureError, match="no quasi-identifier"):
        encode([])


@given(small_files, st.integers(2, 5))
def test_local_suppression_leaves_no_violation_and_blanks_only(codes, k):
    if len(codes) < k:
        with pytest.raises(DisclosureError, match="cannot form a class"):
            suppress_locally(codes, k)
        return
    found = suppress_locally(codes, k)
    assert violations(partition(found.codes), k) == 0
    changed = found.codes != codes
    assert (found.codes[changed] == 0).all()
    assert changed.sum(axis=0).tolist() == found.blanks.tolist()


@given(small_files)
def test_a_safe_file_is_left_alone(codes):
    safe = np.repeat(codes, 3, axis=0)
    assert suppress_locally(safe, 3).blanks.sum() == 0


def test_k_of_one_is_refused():
    with pytest.raises(DisclosureError, match="k is 1"):
        suppress_locally(np.ones((4, 1), dtype=int), 1)


# Two alike, one alone on its first key, one alone on its second and on its third.
HAND = np.array([[1, 1, 1], [1, 1, 1], [2, 1, 1], [1, 2, 2]])


def test_a_small_file_is_assessed_as_by_hand():
    found = assess(HAND, np.array([1, 2, 1, 1]), np.array([2.0, 2.0, 3.0, 1.0]))
    assert (found.n, found.classes, found.sample_uniques) == (4, 3, 2)
    assert found.violations == {2: 2, 3: 4, 5: 4, 11: 4}
    assert (found.suda2.sum, found.suda2.max, found.suda2.records) == (2 + 4, 4, 2)
    assert (found.diversity.min, found.diversity.violations_2) == (1, 2)
    assert found.mean_prosecutor_risk == 3 / 4
    # f = 2 of 4: 2·(1 − ln 2); f = 1 of 3: ln(3)/2; f = 1 of 1: 1.
    assert found.individual_risk_sum == pytest.approx(2 * (1 - math.log(2)) + math.log(3) / 2 + 1, rel=1e-12)


def test_without_answers_and_weights_nothing_is_said_about_them():
    found = assess(HAND)
    assert found.diversity is None
    assert found.individual_risk_sum is None


def test_two_answers_in_a_class_are_no_violation():
    found = assess(np.array([[1], [1], [2], [2], [2]]), np.array([1, 2, 1, 2, 3])).diversity
    assert (found.min, found.violations_2) == (2, 0)


def test_a_class_of_exactly_k_is_no_violation():
    found = partition(np.array([[1]] * 2 + [[2]] * 3 + [[3]] * 5))
    assert [violations(found, k) for k in (2, 3, 5, 6)] == [0, 2, 5, 10]


def test_as_many_keys_as_are_allowed_are_assessed():
    codes = np.zeros((2, MOST_KEYS), dtype=int)
    codes[0, 0] = 1
    assert assess(codes).suda2.sum == 2 * math.factorial(MOST_KEYS - 1)


@pytest.mark.parametrize("weight", [0.0, -2.0, np.inf, np.nan])
def test_a_weight_that_is_no_positive_number_is_named(weight):
    with pytest.raises(DisclosureError, match=rf"^a weight is {weight}; individual risk wants positive numbers: drop"):
        assess(HAND, None, np.array([1.0, weight, 1.0, 1.0]))


def test_refusals_say_what_to_do():
    with pytest.raises(DisclosureError, match=r"^the file holds no records; there is nothing to assess$"):
        assess(np.zeros((0, 2), dtype=int))
    with pytest.raises(
        DisclosureError, match=r"^13 quasi-identifiers: special uniqueness looks at every subset; name 12 or fewer$"
    ):
        assess(np.eye(13, dtype=int))
