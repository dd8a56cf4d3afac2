"""Coordinated co-posting: who shares the same things at nearly the same time, counted and held against chance.

What belongs here: integer arrays in, counts and a null distribution out. What must not: names, and any function that
returns which account is in which component: membership stays inside the function that counts it.
"""

from analysis.estimators.coordination.counts import Coordination, coordination
from analysis.estimators.coordination.null import CoordinationNull, coordination_null
from analysis.estimators.coordination.pairs import DEFAULT_MAX_PAIRS, Shares
from analysis.estimators.coordination.tally import HERE, Runner

__all__ = [
    "DEFAULT_MAX_PAIRS",
    "HERE",
    "Coordination",
    "CoordinationNull",
    "Runner",
    "Shares",
    "coordination",
    "coordination_null",
]
