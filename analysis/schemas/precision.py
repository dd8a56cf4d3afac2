"""How finely a number about persons may be published, from how many persons stand behind it.

A number is published on a step so wide that at least `FEWEST_COUNTS` numbers of persons fit everything the row shows:
its value, its standard error and both ends of its interval. What must not be here: which rows may be shown at all.

The interval is published by its distances from the published value, each at least the true distance and half a step, so
that it holds the whole unrounded interval and gives away nothing that the value hides.
"""

import math
from dataclasses import dataclass

import numpy as np

FEWEST_COUNTS = 10
"""Numbers of persons that fit a published row: as many as the threshold of a cell."""

SHARE_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""Steps of a share; where the widest would give fewer than `FEWEST_COUNTS` persons away, no share is published."""

FINER = (5, 2, 1)
"""How many times finer than the value its standard error and distances are published: the finest that hides the count."""

COUNT_BASE = 5
SAFE = 1e-9


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


Spread = tuple[float | None, float | None, float | None]
"""Standard error, and how far the lower and the upper end of the interval lie from the value; None where there is none."""


def shown_at(value: float, spread: Spread, steps: tuple[float, float], *, is_share: bool) -> Shown:
    """A number on a step: the value to the nearest, standard error and distances upwards on a finer one.

    Parameters
    ----------
    value
        The estimate.
    spread
        Standard error and distances.
    steps
        Of the value, and of the spread.
    is_share
        Ends of an interval that lies in the unit interval stay in it.
    """
    step, fine = steps
    centre = share_on_step(value, step) if is_share else on_step(value, step)
    se = None if spread[0] is None else up_to_step(spread[0], fine)
    low, high = (None if d is None else up_to_step(max(d, 0.0) + step / 2, fine) for d in spread[1:])
    ends = (None if low is None else tidy(centre - low), None if high is None else tidy(centre + high))
    if is_share:
        ends = tuple(None if end is None else min(max(end, 0.0), 1.0) for end in ends)  # type: ignore[assignment] # two
    return Shown(centre, se, *ends, step)


def counts_that_fit(value: float, spread: Spread, steps: tuple[float, float], n: int) -> int:
    """How many numbers y of n persons, as the share y/n, would be published exactly alike.

    The spread of another share p' is taken as the row's own times √(p'(1−p')/p(1−p)): whoever solves for y knows the
    design effect.
    """
    step, fine = steps
    centre = share_on_step(value, step)
    y = np.arange(max(1, math.ceil((centre - step / 2) * n - SAFE)), min(n - 1, (centre + step / 2) * n + SAFE) + 1)
    p = y / n
    nearest = np.where(p <= 0.5, np.floor(p / step + 0.5 + SAFE), 1 / step - np.floor((1 - p) / step + 0.5 + SAFE))
    fits = np.abs(nearest * step - centre) < step / 2
    scale = np.sqrt(p * (1 - p) / (value * (1 - value)))
    for distance, half in zip(spread, (0.0, step / 2, step / 2), strict=True):
        if distance is not None:
            fits &= np.ceil((scale * distance + half) / fine - SAFE) == math.ceil((distance + half) / fine - SAFE)
    return int(fits.sum())


def publish_share(value: float, spread: Spread, n: int) -> Shown | None:
    """A share of n persons on the finest steps that hide the count, or None where no step does.

    Parameters
    ----------
    value
        Between 0 and 1.
    spread
        Standard error and distances.
    n
        Persons, or posts, behind it.
    """
    least = share_step(n)
    if least is None or not 0 < value < 1:
        return None
    for step in SHARE_STEPS[SHARE_STEPS.index(least) :]:
        for steps in ((step, step / finer) for finer in FINER):
            if counts_that_fit(value, spread, steps, n) >= FEWEST_COUNTS:
                return shown_at(value, spread, steps, is_share=True)
    return None


def publish_number(value: float, spread: Spread, n: int) -> Shown | None:
    """A number that is no share of counted persons (a difference, a mean), on the step of a share of n."""
    step = share_step(n)
    return None if step is None else shown_at(value, spread, (step, step / FINER[0]), is_share=False)
