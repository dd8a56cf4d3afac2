"""What is left of a whole when its published parts are subtracted: nobody, or enough people on both sides.

What belongs here: which further rows are withheld so that no total minus published groups is a small group. What must
not: estimates.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.strategy.rows import Number, Place, Rows

SAMPLES = ("rds", "raked")


def withhold_complements(rows: Rows) -> None:
    """Withhold the smallest published part of every whole whose rest is small, until no rest is."""
    for whole, parts in _families(rows):
        while parts and _is_small_rest(
            rows.exact[whole][1], [rows.exact[part][1] for part in parts], rows.survey.plan.disclosure.least_per_side
        ):
            smallest = min(parts, key=lambda part: (rows.exact[part][1].n, part))
            rows.withhold(smallest)
            parts.remove(smallest)


def _families(rows: Rows) -> Iterator[tuple[int, list[int]]]:
    """Positions of every published whole and of its published parts: groups of one kind, or the two samples."""
    shown = [(position, rows.exact[position][0]) for position, row in enumerate(rows.found) if row["is_usable"]]
    wholes = {_line(place): position for position, place in shown if place.group_kind == "all"}
    families: dict[tuple[int, str], list[int]] = {}
    for position, place in shown:
        whole = wholes.get(_line(place)) if place.group_kind != "all" else wholes.get(_unweighted(place))
        if whole is not None and (place.group_kind != "all" or place.weighting in SAMPLES):
            families.setdefault((whole, place.group_kind), []).append(position)
    yield from ((whole, parts) for (whole, _), parts in families.items())


def _line(place: Place) -> tuple[str, ...]:
    return place.estimand_id, place.item, place.weighting, place.estimator, place.quantity


def _unweighted(place: Place) -> tuple[str, ...]:
    return place.estimand_id, place.item, "unweighted", place.estimator, place.quantity


def _is_small_rest(whole: Number, parts: list[Number], least: int) -> bool:
    """Some people are left, and fewer than the threshold, or fewer on one side of the answer."""
    n = whole.n - int(np.sum([part.n for part in parts]))
    if n <= 0:
        return False
    counts = [part.yes_n for part in (whole, *parts)]
    if None in counts:
        return n < least
    yes_n = (whole.yes_n or 0) - int(np.sum([part.yes_n or 0 for part in parts]))
    return min(yes_n, n - yes_n) < least
