"""How finely a number about persons may be published, from how many persons stand behind it.

The step of a share depends on the number of persons alone and is so wide that at least `FEWEST_COUNTS` counts fit each
published share. Standard error and interval are then published as they would be at the published share: they follow from
it, and tell nothing more about the count. What must not be here: which rows may be shown at all.

The interval is published by its distances from the published share, each the largest over the shares that the step
covers and half a step, rounded up: so it holds the whole unrounded interval.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

FEWEST_COUNTS = 10
"""Numbers of persons that fit a published row: as many as the threshold of a cell."""

SHARE_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""Steps of a share; where the widest would give fewer than `FEWEST_COUNTS` persons away, no share is published."""

FINER = 5
"""Standard errors and distances are published so many times finer than the value."""

COUNT_BASE = 5
SAFE = 1e-9


Spread = tuple[float | None, float | None, float | None]
"""Standard error, and how far the lower and the upper end of the interval lie from the value; None where there is none."""

Limits = Callable[[float, float], tuple[float, float]]
"""Ends of an interval from a share and its standard error."""


@dataclass(frozen=True)
class Shown:
    """A number as it is published."""

    value: float
    se: float | None
    low: float | None
    high: float | None
    step: float


def floored(n: int) -> int:
    """A number of persons as it is published: rounded down to a multiple of `COUNT_BASE`."""
    return int(n) // COUNT_BASE * COUNT_BASE


def share_step(n: int) -> float | None:
    """The finest step of a share of `n` persons, or None where none is wide enough.

    Examples
    --------
    >>> share_step(2350), share_step(310), share_step(105)
    (0.005, 0.05, None)
    """
    return next((step for step in SHARE_STEPS if step * floored(n) >= FEWEST_COUNTS + 1 - SAFE), None)


def open_step(n: int, scale: float = 1.0) -> float:
    """The step of a number without upper end (a ratio, a logarithm): 1, 2 or 5 times a power of ten, at least .005.

    Parameters
    ----------
    n
        Persons or posts behind the number.
    scale
        By how much a single one can move the number, times `n`.
    """
    wanted = max(scale * (FEWEST_COUNTS + 1) / max(floored(n), 1), SHARE_STEPS[0])
    power = 10.0 ** math.floor(math.log10(wanted) + SAFE)
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= wanted * (1 - SAFE)))


def on_step(number: float, step: float) -> float:
    """The nearest multiple of a step."""
    return tidy(math.floor(number / step + 0.5 + SAFE) * step)


def share_on_step(share: float, step: float) -> float:
    """The nearest multiple of a step; a share and what is left of one are always published alike, at a tie too."""
    return on_step(share, step) if share <= 0.5 else tidy(1 - on_step(1 - share, step))


def up_to_step(number: float, step: float) -> float:
    """The smallest multiple of a step that is not below."""
    return tidy(math.ceil(number / step - SAFE) * step)


def down_to_step(number: float, step: float) -> float:
    """The largest multiple of a step that is not above."""
    return tidy(math.floor(number / step + SAFE) * step)


def tidy(number: float) -> float:
    """Without the dust of binary fractions; never minus zero."""
    return round(float(number), 6) + 0.0


def shown_at(value: float, spread: Spread, step: float, *, is_share: bool) -> Shown:
    """A number on a step: the value to the nearest, standard error and distances upwards on a finer one.

    Parameters
    ----------
    value
        The estimate; already on its step for a share.
    spread
        Standard error and distances.
    step
        Of the value.
    is_share
        Ends of an interval that lies in the unit interval stay in it.
    """
    centre, fine = share_on_step(value, step) if is_share else on_step(value, step), step / FINER
    se = None if spread[0] is None else up_to_step(spread[0], fine)
    low, high = (None if d is None else up_to_step(max(d, 0.0) + step / 2, fine) for d in spread[1:])
    ends = (None if low is None else tidy(centre - low), None if high is None else tidy(centre + high))
    if is_share:
        ends = tuple(None if end is None else min(max(end, 0.0), 1.0) for end in ends)  # type: ignore[assignment] # two
    return Shown(centre, se, *ends, step)


def publish_share(value: float, spread: Spread, n: int, limits: Limits | None = None) -> Shown | None:
    """A share of n persons on a step that hides the count, or None where no step does or where a side may be small.

    Parameters
    ----------
    value
        Between 0 and 1.
    spread
        Standard error and distances. Both are taken to grow like √(p(1 − p)), as they do where counts vary.
    n
        Persons, or posts, behind it.
    limits
        How the interval follows from share and standard error, where that is known.
    """
    step = share_step(n)
    if step is None or not 0 < value < 1:
        return None
    centre = share_on_step(value, step)
    covered = (centre - step / 2, centre, centre + step / 2)
    if floored(n) * min(covered[0], 1 - covered[2]) < FEWEST_COUNTS - SAFE:
        return None
    roots = [math.sqrt(share * (1 - share)) for share in covered]
    unit = [None if one is None else one / math.sqrt(value * (1 - value)) for one in spread]
    wide = [None if one is None else one * max(roots) for one in unit]
    if limits is not None and unit[0] is not None:
        ends = [limits(share, unit[0] * root) for share, root in zip(covered, roots, strict=True)]
        wide[1] = max(share - low for share, (low, _) in zip(covered, ends, strict=True))
        wide[2] = max(high - share for share, (_, high) in zip(covered, ends, strict=True))
    return shown_at(centre, (wide[0], wide[1], wide[2]), step, is_share=True)


def publish_number(value: float, spread: Spread, n: int) -> Shown | None:
    """A number that is no share of counted persons (a difference, a mean), on the step of a share of n."""
    step = share_step(n)
    return None if step is None else shown_at(value, spread, step, is_share=False)
