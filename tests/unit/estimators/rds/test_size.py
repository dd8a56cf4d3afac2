"""The size of a population from the order of degrees: its prior, what order and ties mean, and what is refused."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.rds.size import MOST_OVERLAP, SizePrior, population_size


def successive(population, n, seed=1, shape=2.0, mean=8.0):
    g = np.random.default_rng(seed)
    degree = 1.0 + g.negative_binomial(shape, shape / (shape + mean), population)
    return degree[np.argsort(g.exponential(size=population) / degree)[:n]]


@pytest.mark.parametrize("median", [350.0, 600.0, 5000.0])
def test_the_prior_has_the_median_that_was_stated(median):
    prior = SizePrior(median=median)
    assert float(prior.below(np.array([median]), 300)[0]) == pytest.approx(0.5)
    assert float(prior.below(np.array([prior.end(300)]), 300)[0]) == pytest.approx(0.999, abs=1e-4)
    made = population_size(successive(600, 300), prior)
    assert float(made.quantiles(0.5, prior=True)) == pytest.approx(median, rel=0.02)


def test_a_flat_prior_is_flat_up_to_its_end():
    made = population_size(successive(600, 300), SizePrior(largest=2000))
    assert made.edges[[0, -1]].tolist() == [300, 2001]
    assert made.believed == pytest.approx(np.diff(made.edges) / 1701)
    assert made.found.sum() == pytest.approx(1)


def test_a_sample_that_uses_the_population_up_is_told_from_one_that_does_not():
    used = population_size(successive(500, 400), SizePrior(median=2000))
    assert used.size.low < 500 < used.size.high < 1000
    assert used.size.se is not None
    assert used.overlap < 0.2
    unused = population_size(successive(50_000, 400), SizePrior(median=2000))
    assert unused.fall < 1.92
    assert unused.size.value is None or unused.size.se is None


def test_an_order_that_says_nothing_has_no_estimate_and_names_the_share_that_is_the_prior():
    made = population_size(successive(10**6, 100), SizePrior(median=300))
    assert not made.size.is_usable
    assert made.overlap > MOST_OVERLAP
    assert "of the posterior is the prior" in made.size.unusable_reason
    assert np.isfinite(made.quantiles([0.025, 0.5, 0.975])).all()


def test_the_order_is_what_it_learns_from():
    d = np.sort(successive(500, 300))
    falling, rising = (population_size(x, SizePrior(median=1000)) for x in (d[::-1], d))
    assert falling.quantiles(0.5) < 320
    assert rising.quantiles(0.5) > 2 * falling.quantiles(0.5)


def test_times_say_the_order_and_rows_do_not():
    d, g = successive(500, 300), np.random.default_rng(2)
    shuffled = g.permutation(300)
    made = population_size(d, SizePrior(median=1000))
    moved = population_size(d[shuffled], SizePrior(median=1000), when=np.arange(300.0)[shuffled])
    assert moved.quantiles([0.1, 0.5, 0.9]) == pytest.approx(made.quantiles([0.1, 0.5, 0.9]), rel=1e-9)
    waves = np.repeat(np.arange(6.0), 50)
    first = population_size(d, SizePrior(median=1000), when=waves)
    again = population_size(d[shuffled], SizePrior(median=1000), when=waves[shuffled])
    assert again.size == first.size or again.quantiles(0.5) == pytest.approx(float(first.quantiles(0.5)), rel=1e-9)
    assert first.quantiles(0.5) == pytest.approx(float(made.quantiles(0.5)), rel=0.1)


def test_within_a_tie_sorted_degrees_are_no_order():
    """A file sorted by degree inside its waves must not look like depletion."""
    d = successive(50_000, 300)
    waves = np.repeat(np.arange(6.0), 50)
    fell = np.concatenate([np.sort(part)[::-1] for part in d.reshape(6, 50)])
    rose = np.concatenate([np.sort(part) for part in d.reshape(6, 50)])
    a, b = (population_size(x, SizePrior(median=1000), when=waves).quantiles(0.5) for x in (fell, rose))
    assert a == pytest.approx(float(b), rel=1e-9)
    taken_for_order = population_size(fell, SizePrior(median=1000)).quantiles(0.5)
    assert abs(np.log(taken_for_order / a)) > 0.05


@pytest.mark.parametrize(
    ("degree", "prior", "message"),
    [
        ([3.0] * 9, SizePrior(median=50), "an order of fewer than 10"),
        ([3.0] * 11 + [0.0], SizePrior(median=50), "degree is 0 at position 12"),
        ([3.0] * 11 + [np.nan], SizePrior(median=50), "degree is nan at position 12"),
        ([3.0] * 12, SizePrior(), "prior states nothing"),
        ([3.0] * 12, SizePrior(median=12), "prior-median is 12 where 12 were sampled"),
        ([3.0] * 12, SizePrior(largest=10), "prior-largest is 10 where 12 were sampled"),
        ([3.0] * 12, SizePrior(median=50, largest=40), "prior-largest is 40, the median 50"),
    ],
)
def test_what_cannot_be_answered_is_refused(degree, prior, message):
    with pytest.raises(EstimationError, match=message):
        population_size(degree, prior)


def test_times_must_be_whole():
    with pytest.raises(EstimationError, match="time has 11 numbers for 12"):
        population_size([3.0] * 12, SizePrior(median=50), when=np.arange(11.0))


@pytest.mark.parametrize("degree", [[4.0] * 50, [1.0] * 50, [1.0, 900.0] * 25])
def test_degenerate_degrees_give_finite_posteriors(degree):
    made = population_size(degree, SizePrior(median=200))
    assert np.isfinite(made.found).all()
    assert made.found.sum() == pytest.approx(1)
