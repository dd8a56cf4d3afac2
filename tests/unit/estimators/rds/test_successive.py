"""Successive sampling: the integral against simulation, and the two ends of the population size."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.successive import inclusion_probabilities, successive_weights
from analysis.estimators.rds.weights import volz_heckathorn_weights

SIMULATIONS = 4000


@pytest.mark.parametrize(("counts", "sample_n"), [((40, 30, 20, 5), 12), ((40, 30, 20, 5), 70), ((8, 6, 4, 2), 15)])
def test_integral_equals_simulated_inclusion(counts, sample_n):
    size, count = np.array([1.0, 3.0, 8.0, 25.0]), np.array(counts)
    owner = np.repeat(np.arange(4), count)
    rng = np.random.default_rng(1)
    times = rng.exponential(size=(SIMULATIONS, len(owner))) / size[owner]
    taken = np.argpartition(times, sample_n - 1, axis=1)[:, :sample_n]
    simulated = np.bincount(owner[taken].ravel(), minlength=4) / SIMULATIONS / count
    made = inclusion_probabilities(size, count.astype(float), sample_n)
    spread = np.sqrt(simulated * (1 - simulated) / SIMULATIONS / count) + 1e-12
    assert (np.abs(made - simulated) < 4.5 * spread + 1e-3).all()
    assert made @ count == pytest.approx(sample_n, rel=1e-5)  # probabilities are cut at 1


def test_weights_run_from_equal_to_those_of_rds_ii():
    degree = np.random.default_rng(2).integers(1, 30, 200).astype(float)
    census = successive_weights(degree, 200).weights
    assert census == pytest.approx(np.full(200, 1 / 200))
    huge = successive_weights(degree, 10_000_000).weights
    assert huge == pytest.approx(volz_heckathorn_weights(degree), rel=1e-3)
    middle = successive_weights(degree, 400).weights
    assert census.std() < middle.std() < huge.std()


def test_a_population_below_the_sample_is_refused():
    with pytest.raises(EstimationError, match="population is 3"):
        inclusion_probabilities(np.array([1.0]), np.array([3.0]), 4)


def test_weights_are_the_fixed_point_of_their_own_population():
    degree = np.array([2.0] * 5 + [4.0] * 10 + [9.0] * 6 + [20.0] * 3)
    made = successive_weights(degree, 60)
    assert made.classes.tolist() == [2, 4, 9, 20]
    sampled = np.array([5, 10, 6, 3])
    assert made.population_counts.sum() == pytest.approx(60)
    assert made.population_counts / made.population_counts.sum() == pytest.approx(
        sampled / made.probabilities / (sampled / made.probabilities).sum(), rel=1e-5
    )
    again = inclusion_probabilities(made.classes, made.population_counts, len(degree))
    assert again == pytest.approx(made.probabilities, rel=1e-4)
    each = 1 / made.probabilities[np.searchsorted(made.classes, degree)]
    assert made.weights == pytest.approx(each / each.sum())
    assert (np.diff(made.probabilities) > 0).all()
    assert made.rounds > 1


def test_a_population_as_large_as_the_sample_is_drawn_whole():
    size, count = np.array([1.0, 4.0]), np.array([3.0, 2.0])
    assert inclusion_probabilities(size, count, 5).tolist() == [1.0, 1.0]
    nearly = inclusion_probabilities(size, np.array([30.0, 20.0]), 49)
    assert 0.95 < nearly[0] < nearly[1] <= 1
    assert nearly @ [30.0, 20.0] == pytest.approx(49, rel=1e-4)
    with pytest.raises(EstimationError, match="population is 4 where 5 were sampled; give a larger one"):
        inclusion_probabilities(size, np.array([2.0, 2.0]), 5)


def test_equal_degrees_have_equal_chances():
    assert inclusion_probabilities(np.array([7.0]), np.array([100.0]), 20) == pytest.approx([0.2])
    two = inclusion_probabilities(np.array([5.0, 5.0]), np.array([40.0, 60.0]), 30)
    assert two == pytest.approx([0.3, 0.3], rel=1e-6)
