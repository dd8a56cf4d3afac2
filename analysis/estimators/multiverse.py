"""One event under many defensible specifications, with one joint answer: a curve that is ranked among placebo dates.

What belongs here: series, windows and an event in; the curve, its placebo band and joint ranks out. What must not:
choosing the specifications, or picking one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.event_study import (
    FEWEST_PLACEBOS,
    FloatArray,
    IntArray,
    Window,
    count_jumps,
    demand_room,
    demand_series,
    has_counts_around,
    placebo_dates,
    placebo_interval,
)

FEWEST_SPECIFICATIONS = 2
DEFAULT_WINDOW = Window()
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Specification:
    """One way of looking: a weekly series, what it is proportional to, and the weeks around the event.

    Attributes
    ----------
    name
        What was chosen, in words.
    series
        (t,) counts, or weighted counts, of consecutive weeks; 0 or more.
    exposure
        (t,) positive numbers that the series is proportional to; None for none.
    window
        Weeks before and from the event on.
    """

    name: str
    series: FloatArray
    exposure: FloatArray | None = None
    window: Window = DEFAULT_WINDOW


@dataclass(frozen=True, eq=False)
class Multiverse:
    """All specifications of one event, and what they say together.

    Attributes
    ----------
    jumps
        (s,) log rate ratios at the event.
    rank_p_values
        (s,) share of dates, the event among them, with a jump at least as large, for each specification alone.
    band_low, band_high
        (s,) pointwise 2.5 and 97.5 % quantiles of the placebo dates' own curves, each sorted from the smallest jump to
        the largest: compare with the sorted jumps.
    median_jump, median_low, median_high
        Median over specifications; interval from the placebo dates' medians.
    median_p_value
        Rank of the absolute median jump among dates.
    significant_share, significant_p_value
        Share of specifications with p ≤ .05 and the sign of the median, and its rank.
    placebo_medians
        (m,) median over specifications at every placebo date, the same dates for all specifications.
    """

    jumps: FloatArray
    rank_p_values: FloatArray
    band_low: FloatArray
    band_high: FloatArray
    median_jump: float
    median_low: float
    median_high: float
    median_p_value: float
    significant_share: float
    significant_p_value: float
    placebo_medians: FloatArray

    @property
    def placebos_n(self) -> int:
        """Placebo dates."""
        return len(self.placebo_medians)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Interval of the median jump at another confidence; EstimationError with too few placebo dates for it."""
        return placebo_interval(self.median_jump, self.placebo_medians, confidence)

    @property
    def rise_p_value(self) -> float:
        """Share of dates, the event among them, at which the median is at least as high: of a rise, one-sided."""
        return float((1 + (self.placebo_medians >= self.median_jump).sum()) / (1 + self.placebos_n))


def multiverse(
    specifications: Sequence[Specification],
    event: int,
    *,
    other_events: tuple[int, ...] = (),
    confidence: float = 0.95,
    fewest: int = FEWEST_PLACEBOS,
) -> Multiverse:
    """Estimate the jump at an event under every specification, and rank the whole curve among placebo dates.

    Use it when several windows, weights or subsets would all have been defensible for the same quantity. Assumes
    that, but for the event, the curves of all dates are exchangeable. Specifications share data; the joint ranks allow
    for it, because every placebo date goes through the same specifications.

    Parameters
    ----------
    specifications
        Two or more, of one length; all are used, in this order.
    event, other_events
        Positions in the series. Placebo dates are those of the widest window, the same for all specifications.
    confidence
        Coverage of the interval of the median.
    fewest
        Placebo dates below which there is no answer.

    Returns
    -------
    Multiverse

    Raises
    ------
    EstimationError
        Fewer than two specifications, two with the same series and window, series of different lengths, too few
        placebo dates, a specification that counts nothing around the event, or what `event_study` refuses.

    Source
        Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4, 1208–1214 (curve, median, share of significant
        specifications); permutation of labels is replaced by the rank among placebo dates, as in `event_study`.

    Example
    -------
    >>> y = np.random.default_rng(1).poisson(50, 104).astype(float)
    >>> y[60:63] *= 3
    >>> found = multiverse([Specification("long", y), Specification("short", y, None, Window(8, 3))], 60)
    >>> found.median_p_value < 0.05
    True
    """
    weeks, widest = _demand_comparable(specifications)
    demand_room(weeks, event, widest)
    placebos = placebo_dates(weeks, (event, *other_events), widest)
    silent = next((one.name for one in specifications if not has_counts(one, event)), None)
    if silent is not None:
        raise EstimationError(f"specification '{silent}' counts nothing around week {event}; leave it out")
    if len(placebos) < fewest:
        raise EstimationError(
            f"series has {len(placebos)} placebo dates beside its events; want {fewest} or more: a longer "
            "series or a shorter widest window"
        )
    dates = np.concatenate([[event], placebos])
    jumps = np.array([jumps_at(one, dates) for one in specifications])
    return _summary(jumps, confidence)


def has_counts(one: Specification, event: int) -> bool:
    """Whether a specification counts anything in its own window of an event."""
    return has_counts_around(one.series, event, one.window)


def _demand_comparable(specifications: Sequence[Specification]) -> tuple[int, Window]:
    if len(specifications) < FEWEST_SPECIFICATIONS:
        raise EstimationError(f"multiverse has {len(specifications)} specification(s); give at least two")
    weeks = len(specifications[0].series)
    seen: dict[tuple[object, ...], str] = {}
    for one in specifications:
        if len(one.series) != weeks:
            raise EstimationError(f"specification '{one.name}' has {len(one.series)} weeks; the first has {weeks}")
        demand_series(one.series, one.exposure, "count")
        same = (one.series.tobytes(), None if one.exposure is None else one.exposure.tobytes(), one.window)
        if same in seen:
            raise EstimationError(f"specifications '{seen[same]}' and '{one.name}' are the same; leave one out")
        seen[same] = one.name
    windows = [one.window for one in specifications]
    return weeks, Window(max(w.before for w in windows), max(w.after for w in windows))


def jumps_at(one: Specification, dates: IntArray) -> FloatArray:
    """Jump of one specification at every date, all dates at once.

    Parameters
    ----------
    one
        Specification.
    dates
        (m,) positions whose windows lie in the series.

    Returns
    -------
    numpy.ndarray
        (m,) coefficients of the step, those that a quasi-Poisson regression gives (Newton's method, log link).

    Raises
    ------
    EstimationError
        The regression does not settle at a date.
    """
    try:
        return count_jumps(one.series, one.exposure, dates, one.window)
    except EstimationError as error:
        raise EstimationError(f"specification '{one.name}': {error}") from error


def _summary(jumps: npt.NDArray[np.float64], confidence: float) -> Multiverse:
    """From (s, 1 + m) jumps, the event's first: every statistic is computed at every date and ranked."""
    p_values = _ranks(np.abs(jumps))
    median = np.median(jumps, axis=0)
    significant = ((p_values <= LEVEL) & (np.sign(jumps) == np.sign(median))).mean(axis=0)
    tail = (1 - confidence) / 2
    low, high = placebo_interval(float(median[0]), median[1:], confidence)
    band = np.quantile(np.sort(jumps[:, 1:], axis=0), [tail, 1 - tail], axis=1)
    return Multiverse(
        jumps=jumps[:, 0],
        rank_p_values=p_values[:, 0],
        band_low=band[0],
        band_high=band[1],
        median_jump=float(median[0]),
        median_low=low,
        median_high=high,
        median_p_value=float(_ranks(np.abs(median)[None, :])[0, 0]),
        significant_share=float(significant[0]),
        significant_p_value=float(_ranks(significant[None, :])[0, 0]),
        placebo_medians=median[1:],
    )


def _ranks(statistic: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each row and date, the share of dates whose statistic is at least as large."""
    ordered = np.sort(statistic, axis=1)
    n = statistic.shape[1]
    below = np.array([np.searchsorted(o, row, side="left") for o, row in zip(ordered, statistic, strict=True)])
    return np.asarray((n - below) / n)
