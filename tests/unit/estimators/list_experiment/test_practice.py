"""Planning by what published lists were like."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.power import (
    PRACTICE_SPREADS,
    TrueDifferences,
    assurance,
    practice_standard_error,
)
from analysis.estimators.sample_size import normal_power


def test_four_times_the_respondents_halve_the_error():
    assert practice_standard_error(2000) == pytest.approx(practice_standard_error(500) / 2)
    assert practice_standard_error(500, PRACTICE_SPREADS[0]) < practice_standard_error(500, PRACTICE_SPREADS[2])


@pytest.mark.parametrize("asked", [(1, 2.0), (100, 0.0), (100, -1.0), (100, float("nan"))])
def test_what_no_list_can_be_is_refused(asked):
    with pytest.raises(EstimationError, match="n is 2 or more"):
        practice_standard_error(*asked)


def test_assurance_is_power_averaged_over_the_prior():
    prior, error = TrueDifferences(0.05, 0.1), 0.06
    drawn = np.random.default_rng(6).normal(prior.mean, prior.spread, 4000)
    averaged = np.mean([normal_power(effect, error) for effect in drawn])
    assert assurance(prior, error) == pytest.approx(averaged, abs=0.015)  # twice the error of 4,000 draws
    assert assurance(prior, error) != pytest.approx(normal_power(prior.mean, error), abs=0.015)


def test_a_prior_without_spread_leaves_power():
    assert assurance(TrueDifferences(0.1, 0.0), 0.05) == pytest.approx(normal_power(0.1, 0.05))
    with pytest.raises(EstimationError, match="spread of true differences"):
        assurance(TrueDifferences(0.1, -0.1), 0.05)
