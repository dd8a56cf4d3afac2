"""The model of coders by its equations: at the end every quantity follows from the others."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.agreement import Annotations
from analysis.estimators.dawid_skene import dawid_skene

RNG = np.random.default_rng(7)
CODERS, ITEMS = 4, 80
TRUTH = RNG.choice(3, ITEMS, p=[0.5, 0.3, 0.2])
CORRECT = np.array([0.95, 0.85, 0.75, 0.6])
VALUES = np.array([0.0, 1.0, 2.0])


def sheet(keep=1.0):
    item, coder = np.repeat(np.arange(ITEMS), CODERS), np.tile(np.arange(CODERS), ITEMS)
    right = RNG.random(len(item)) < CORRECT[coder]
    label = np.where(right, TRUTH[item], (TRUTH[item] + RNG.integers(1, 3, len(item))) % 3)
    kept = (RNG.random(len(item)) < keep) | (coder == 0)
    return Annotations(item[kept] * 10 + 3, coder[kept], label[kept], VALUES)


@pytest.mark.parametrize("keep", [1.0, 0.7])
def test_the_solution_satisfies_the_equations_of_the_paper(keep):
    given = sheet(keep)
    made = dawid_skene(given)
    assert made.items.tolist() == (np.arange(ITEMS) * 10 + 3).tolist()
    votes = np.zeros((ITEMS, CODERS, 3))
    votes[(given.item - 3) // 10, given.coder, given.label] = 1
    # eq 2.3 and 2.4: rates and shares are averages over the posterior
    counts = np.einsum("nk,nca->cka", made.probabilities, votes)
    assert made.error_rates == pytest.approx(counts / counts.sum(axis=2, keepdims=True), abs=1e-4)
    assert made.prior == pytest.approx(made.probabilities.mean(axis=0), abs=1e-4)
    assert made.error_rates.sum(axis=2) == pytest.approx(np.ones((CODERS, 3)))
    # eq 2.5: the posterior is Bayes' rule on independent coders
    joint = np.tile(made.prior, (ITEMS, 1))
    for c in range(CODERS):
        for a in range(3):
            rows = votes[:, c, a] == 1
            joint[rows] *= made.error_rates[c, :, a]
    assert made.probabilities == pytest.approx(joint / joint.sum(axis=1, keepdims=True), abs=1e-6)
    assert made.log_likelihood == pytest.approx(np.log(joint.sum(axis=1)).sum(), rel=1e-9)
    assert made.steps > 2


def test_good_coders_are_told_from_bad_ones():
    made = dawid_skene(sheet())
    diagonal = np.einsum("ckk->ck", made.error_rates) @ made.prior
    assert (np.argsort(-diagonal) == [0, 1, 2, 3]).all()
    assert (made.probabilities.argmax(axis=1) == TRUTH).mean() > 0.9


def test_coders_who_agree_leave_no_doubt():
    item, coder = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
    made = dawid_skene(Annotations(item, coder, (item % 2).astype(np.int64), VALUES[:2]))
    assert made.probabilities == pytest.approx(np.eye(2)[np.arange(6) % 2])
    assert made.error_rates == pytest.approx(np.tile(np.eye(2), (3, 1, 1)))
    assert made.prior == pytest.approx([0.5, 0.5])
    assert made.log_likelihood == pytest.approx(6 * np.log(0.5))


def test_two_coders_are_too_few():
    with pytest.raises(EstimationError, match="coder has 2 values; the model needs 3 coders or more"):
        dawid_skene(Annotations(np.repeat([0, 1], 2), np.tile([0, 1], 2), np.array([0, 0, 1, 1]), VALUES[:2]))
