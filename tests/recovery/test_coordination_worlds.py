"""Coordination in 100 worlds of shared rhythm, with and without a planted cluster."""

import numpy as np

from analysis.estimators.coordination import coordination_null
from tests.unit.estimators.coordination.test_coordination import rhythmic, with_cluster

WORLDS, DRAWS = 100, 39


def nulls(world):
    return [
        coordination_null(world(g), 20, 2, generator=g, draws=DRAWS) for g in map(np.random.default_rng, range(WORLDS))
    ]


def test_rhythm_alone_is_seldom_called_coordination():
    """At 5 %, more than 11 of 100 worlds have a chance below 1 %."""
    assert np.sum([null.edges_above > 0 for null in nulls(rhythmic)]) <= 11


def test_the_planted_cluster_is_found_and_nothing_else():
    found = [(null.accounts_above, null.components_above) for null in nulls(with_cluster)]
    assert found.count((5, 1)) >= 95
