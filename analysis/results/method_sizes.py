"""Simulated respondent-driven samples of populations whose size is asked for.

What belongs here: how each population and sample is drawn, and its true size. What must not: counting
(`method_coverage`). Nobody in these populations exists.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.estimators.rds.simulation import NetworkPlan, recruit, simulate_network
from analysis.estimators.rds.size import SHAPE_SD, SizePrior, population_size
from analysis.results.method_surveys import Method, Rng, Trial

SAMPLE, MEDIAN = 150, 300
_RECRUITED = "300 recruited through a network of 600"


def _of_the_prior(rng: Rng) -> Trial:
    """Size and degrees come from the prior, recruitment is successive sampling: ranks must be uniform."""
    prior = SizePrior(median=MEDIAN)
    # Its cumulative is 1 − n/N here; sizes beyond the end are drawn anew by cutting the uniform.
    end = 1 - SAMPLE / (prior.end(SAMPLE) + 1)
    truth = int(SAMPLE / (1 - rng.random() * end))
    shape, chance = np.exp(rng.normal(0, SHAPE_SD)), 1 - rng.random()
    degree = 1.0 + rng.poisson(rng.gamma(shape, (1 - chance) / chance, truth))
    first = np.argsort(rng.exponential(size=truth) / degree)[:SAMPLE]
    return Trial(population_size(degree[first], prior).size, truth)


def network_trial(
    size: int, n: int, median: float, *, degree: float = 12.0, homophily: float = 1.0, activity: float = 1.0
) -> Callable[[Rng], Trial]:
    """Recruit through a random network from six seeds, and estimate its size from the order.

    Parameters
    ----------
    size, n, median
        People, respondents, median of the prior.
    degree, homophily, activity
        As `NetworkPlan`.

    Returns
    -------
    callable
        From a Generator to a `Trial`.
    """
    plan = NetworkPlan(size, 0.3, degree, homophily, activity)

    def trial(rng: Rng) -> Trial:
        network = simulate_network(plan, rng)
        _, member = recruit(network, n, 6, rng)
        made = population_size(network.degree[member], SizePrior(median=median))
        return Trial(made.size, float(len(network.group)))

    return trial


def _network(median: float, homophily: float, activity: float) -> Callable[[Rng], Trial]:
    return network_trial(600, 300, median, homophily=homophily, activity=activity)


SIZE_METHODS = (
    Method("size_prior", f"{SAMPLE} recruited in proportion to degree; worlds from the prior", SAMPLE, _of_the_prior),
    Method("size_network", f"{_RECRUITED}; prior median 600", 300, _network(600, 1.0, 1.0)),
    Method("size_network_high", f"{_RECRUITED}; prior median 2,400", 300, _network(2400, 1.0, 1.0)),
    Method("size_homophily", f"{_RECRUITED}, groups that keep apart; prior median 600", 300, _network(600, 1.5, 2.0)),
)
