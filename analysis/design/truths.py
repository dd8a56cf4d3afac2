"""Which truth of the fictional world belongs to which estimate.

What must not be here: a truth, an estimate.
"""

from collections.abc import Mapping

from analysis.strategy.rows import Place

QUANTITIES = ("answer_share", "prevalence", "difference_in_shares", "points_of_scale")
"""What the world states a truth for: shares by group, points by the endorser."""

Truths = Mapping[tuple[str, str], float]
"""(estimand, group) → value."""


def truth_of(place: Place, known: Truths) -> float | None:
    """What is true of an estimate; None where the world does not state it."""
    if place.quantity not in QUANTITIES:
        return None
    return known.get((place.estimand_id, place.estimator if place.quantity == "points_of_scale" else place.group))
