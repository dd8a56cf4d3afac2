"""Dawid–Skene on our own synthetic annotations, against crowd-kit run to convergence and an EM by hand."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.agreement import Annotations
from analysis.estimators.dawid_skene import dawid_skene
from tests.oracle.test_agreement import LABELS, OWN, long_form

CASE = OWN["dawid_skene"]


@pytest.fixture(scope="module")
def found():
    item, coder, label = long_form()
    return dawid_skene(
        Annotations(
            np.array([int(each) for each in item]),
            np.unique(coder, return_inverse=True)[1],
            np.array([LABELS.index(each) for each in label]),
            np.arange(3.0),
        )
    )


def test_classes_prior_and_error_rates(found):
    assert found.prior == pytest.approx(CASE["priors"], abs=5e-4)
    assert found.probabilities[:30] == pytest.approx(np.array(CASE["probas_first30"]), abs=5e-4)
    for number, rates in enumerate(found.error_rates, start=1):
        assert rates == pytest.approx(np.array(CASE["confusion_rows_true"][f"ann_{number}"]), abs=5e-4)


def test_two_coders_are_too_few():
    with pytest.raises(EstimationError, match="coder has 2 values"):
        dawid_skene(Annotations(np.array([0, 0]), np.array([0, 1]), np.array([0, 1]), np.arange(2.0)))


def test_the_likelihood_is_no_lower_than_by_hand(found):
    assert found.log_likelihood >= CASE["own_em"]["logLik"] - 1e-6
