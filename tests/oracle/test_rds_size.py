"""Size of a population by successive sampling: against every way in which the unseen people could be, one by one."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from analysis.estimators.rds.size import SizePrior, _left, _log_likelihood, population_size
from tests.oracle.survey_files import cases

MOST = 120  # unseen degrees beyond have no probability worth counting here
NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)
CHANCE, CHANCE_WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
SHAPES = np.linspace(-7, 7, 141)
FALLING, RISING = (5, 3, 4, 1, 2, 1), (1, 2, 1, 4, 3, 5)


def drawn_in_order(seen, unseen):
    """Probability that a population of these degrees gives up the seen ones first, in this order."""
    everybody, chance = sum(seen) + sum(unseen), 1.0
    for d in seen:
        chance, everybody = chance * d / everybody, everybody - d
    return chance


def by_enumeration(seen, more):
    """Log-likelihood of `more` unseen people: sums over their degrees, integrals over both parameters."""
    total = 0.0
    labelled = np.prod([len(seen) + more - k for k in range(len(seen))])
    sums = np.arange(more * MOST + 1)
    chance_of_order = np.array([drawn_in_order(seen, [more + s]) if more else drawn_in_order(seen, []) for s in sums])
    for s in SHAPES:
        shape = np.exp(s)
        one = stats.nbinom.pmf(np.arange(MOST + 1)[:, None], shape, CHANCE[None, :])
        together = np.eye(1, len(sums))[0][:, None] * np.ones_like(CHANCE)
        for _ in range(more):
            together = np.stack(
                [np.convolve(together[:, j], one[:, j])[: len(sums)] for j in range(len(CHANCE))], axis=1
            )
        of_seen = np.prod([one[d - 1] for d in seen], axis=0)
        total += stats.norm.pdf(s, 0, 1.5) * float((chance_of_order @ together * of_seen) @ CHANCE_WEIGHTS)
    return np.log(labelled * total)


def test_only_the_sum_of_unseen_degrees_matters():
    """The step that both sides share, by enumeration of each unseen person."""
    seen, shape, p = (3, 1), 1.3, 0.4
    pmf = stats.nbinom.pmf(np.arange(8), shape, p)
    each = sum(
        pmf[a] * pmf[b] * drawn_in_order(seen, [1 + a, 1 + b]) for a, b in product(range(8), repeat=2) if a + b < 8
    )
    twice = np.convolve(pmf, pmf)[:8]
    assert each == pytest.approx(sum(twice[s] * drawn_in_order(seen, [2 + s]) for s in range(8)))


def ours(seen, more):
    d = np.array(seen, dtype=float)
    return _log_likelihood(d, _left(d, np.arange(len(d))), np.array(more, dtype=float))


@pytest.mark.parametrize("seen", [FALLING, RISING])
def test_the_likelihood_is_the_sum_over_all_populations(seen):
    """Tolerance .02 nats: the enumeration cuts degrees at 121, the mesh meets its first whole numbers nearly."""
    more = [1, 2, 4, 7]
    made = ours(seen, more)
    exact = np.array([by_enumeration(seen, m) for m in more])
    assert made - made[0] == pytest.approx(exact - exact[0], abs=0.02)


def test_orders_that_fall_and_rise_differ_as_they_should():
    falling, rising = (np.diff(ours(s, [1, 7]))[0] for s in (FALLING, RISING))
    assert rising - falling > 0.5
    assert by_enumeration(RISING, 7) - by_enumeration(RISING, 1) == pytest.approx(rising, abs=0.02)


@pytest.mark.parametrize("case", cases("own_synthetic", "rds_size.json"), ids=lambda c: str(c["population"]))
def test_the_posterior_is_near_that_of_r_sspse(case):
    """Degrees there are Conway–Maxwell–Poisson with a prior from the data: a different model of the same people.

    Tolerance: a fifth of each quartile, of which the chain's own error is up to a quarter.
    """
    made = population_size(case["degree"], SizePrior(largest=case["largest"]))
    assert made.quantiles([0.25, 0.5, 0.75]) == pytest.approx(case["quantiles"][1:4], rel=0.2)
    assert made.size.low < case["population"] < made.size.high
    assert abs(np.log(made.size.value / case["population"])) < 0.35
