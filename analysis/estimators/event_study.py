"""Event studies around fixed dates: segmented regression, with inference by the rank among placebo dates.

What belongs here: a weekly series and an event in, the jump at the event and its rank out. What must not: choosing the
date. Model-based standard errors are given as a diagnostic only: with series this short they are too small.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from statsmodels.regression.linear_model import GLSAR
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, demand_reachable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Response = Literal["count", "number"]
FEWEST_PLACEBOS = 39
"""With 39 placebo dates the smallest two-sided rank p-value is 1/40."""
FEWEST_BEFORE, FEWEST_AFTER = 4, 2
ROUNDING = 1e-9
MOST_STEPS, SETTLED = 60, 1e-10
HALF_A_POST = 0.5
"""Added to every week's count, so that a week without posts keeps its logarithm finite."""
MODEL_WARNING = "model-based standard errors are too small for series this short; inference is by placebo rank"


@dataclass(frozen=True)
class Window:
    """Weeks looked at: `before` the event, and from the event on (`after`, the event's week included)."""

    before: int = 10
    after: int = 4

    def __post_init__(self) -> None:
        """Refuse windows in which no slope can be told."""
        if self.before < FEWEST_BEFORE or self.after < FEWEST_AFTER:
            raise EstimationError(
                f"window has {self.before} weeks before and {self.after} after; "
                f"give at least {FEWEST_BEFORE} and {FEWEST_AFTER}"
            )


@dataclass(frozen=True, eq=False)
class EventStudy:
    """The jump at an event and where it stands among jumps at dates without event.

    Attributes
    ----------
    jump
        `jump`: change of the log rate (count) or of the level (number) in the event's week. Its interval comes from the
        placebo distribution and agrees with the p-value: it excludes 0 when that is at most 1 − confidence.
    p_value
        (1 + placebo jumps at least as large) / (1 + placebo dates).
    placebo_jumps
        (m,) jumps at the placebo dates, in order of the dates.
    model_standard_error
        What the regression alone would say.
    """

    jump: Estimate
    p_value: float
    placebo_jumps: FloatArray
    model_standard_error: float


def event_study(
    series: FloatArray,
    event: int,
    *,
    other_events: tuple[int, ...] = (),
    exposure: FloatArray | None = None,
    by_source: FloatArray | None = None,
    response: Response = "count",
    window: Window | None = None,
    term: str = "jump",
    confidence: float = DEFAULT_CONFIDENCE,
    fewest: int = FEWEST_PLACEBOS,
) -> EventStudy:
    """Estimate the jump of a weekly series at a fixed event, and rank it among placebo dates.

    Use it when the date was fixed by something outside the series. Assumes that, but for the event, jumps at its week
    are drawn like jumps at other weeks. Placebo windows never touch the weeks from any event on.

    Parameters
    ----------
    series
        (t,) counts, or numbers, of consecutive weeks.
    event, other_events
        Positions in the series.
    exposure
        (t,) positive numbers that a count is proportional to (all other posts, say); None for none.
    by_source
        (s, t) the counts by source, where they are known; an event at which their mix breaks is refused.
    response
        `count`: quasi-Poisson with a log link; `number`: least squares with AR(1) errors.
    window
        Weeks of each regression.
    term, confidence
        Name of the estimate; coverage of the interval.
    fewest
        Placebo dates below which there is no estimate; the interval needs 1 / (1 − confidence) − 1 of them anyway.

    Returns
    -------
    EventStudy

    Raises
    ------
    EstimationError
        An event too close to the ends, too few placebo dates, negative counts, a series without variation, or no count
        at all around the event.

    Source
        Segmented regression: Wagner et al. 2002, J. Clin. Pharm. Ther. 27, 299–309. Rank of the event among placebo
        dates: Abadie, Diamond & Hainmueller 2010, J. Am. Stat. Assoc. 105(490), section 2.4, in time.

    Example
    -------
    >>> y = np.random.default_rng(1).poisson(50, 104).astype(float)
    >>> y[60:63] *= 3
    >>> event_study(y, 60).p_value < 0.05
    True
    """
    chosen = window or Window()
    demand_series(series, exposure, response)
    demand_room(len(series), event, chosen)
    if by_source is not None:
        demand_same_sources(by_source, event, chosen)
    jump, model_se = _jump(series, exposure, event, chosen, response)
    dates = placebo_dates(len(series), (event, *other_events), chosen)
    if len(dates) < fewest:
        raise EstimationError(
            f"series has {len(dates)} placebo dates beside its events; want {fewest} or more: a longer series "
            "or a shorter window"
        )
    if response == "count":
        placebo = count_jumps(series, exposure, dates, chosen)
    else:
        placebo = np.array([_jump(series, exposure, int(date), chosen, response)[0] for date in dates])
    low, high = placebo_interval(jump, placebo, confidence)
    estimate = Estimate(
        term=term, value=jump, se=float(placebo.std(ddof=1)), low=low, high=high,
        confidence=confidence, n=chosen.before + chosen.after, effective_n=None, degrees_of_freedom=None,
        unit="log rate ratio" if response == "count" else "unit of the series",
        method=f"segmented regression at the event; interval and rank from {len(dates)} placebo dates",
        warnings=(MODEL_WARNING,),
    )  # fmt: skip
    p_value = float((1 + (np.abs(placebo) >= abs(jump)).sum()) / (1 + len(placebo)))
    return EventStudy(estimate, p_value, placebo, model_se)


def placebo_interval(jump: float, placebo: FloatArray, confidence: float) -> tuple[float, float]:
    """Interval of a jump from jumps at dates without event.

    Symmetric, as the rank is of absolute jumps: it excludes 0 exactly when the rank p-value is at most 1 − confidence.
    The order statistic is the one that at most 1 − confidence of m + 1 exchangeable dates exceed; a quantile by
    interpolation would be too small with so few.

    Parameters
    ----------
    jump
        At the event.
    placebo
        (m,) at other dates.
    confidence
        Coverage.

    Returns
    -------
    (low, high)
        Both finite; the interval holds the jump.

    Raises
    ------
    EstimationError
        Too few dates for the confidence.

    Source
        Conformal prediction: Vovk, Gammerman & Shafer 2005, section 2.1; the interval shifts by the jump.
    """
    rank = int(np.floor((1 - confidence) * (len(placebo) + 1) + ROUNDING))
    if rank < 1:
        raise EstimationError(f"{len(placebo)} placebo dates give no interval at {confidence:g}; lower the confidence")
    half = float(np.sort(np.abs(placebo))[-rank])
    return jump - half, jump + half


def placebo_dates(weeks: int, events: tuple[int, ...], window: Window) -> IntArray:
    """Weeks whose whole window lies in the series and touches no week from an event on to where its window ends.

    Parameters
    ----------
    weeks
        Length of the series.
    events
        Positions of real events.
    window
        As in `event_study`.

    Returns
    -------
    numpy.ndarray
        (m,) positions.
    """
    date = np.arange(window.before, weeks - window.after + 1)
    free = np.ones(len(date), dtype=bool)
    for event in events:
        # An effect that outlasts its window would bend the placebo's baseline: twice the window is left out.
        free &= (date + window.after <= event) | (date - window.before >= event + 2 * window.after)
    return date[free]


MOST_MIX_DISTANCE = 0.25
"""A mix of sources that moves further than this breaks a series: a jump would be that of what is collected."""


def mix_distance(by_source: FloatArray, event: int, window: Window) -> float:
    """Tell how far the mix of sources moves at an event, from 0 (not at all) to 1 (other sources altogether).

    Parameters
    ----------
    by_source
        (s, t) counts of consecutive weeks by source.
    event, window
        As in `event_study`.

    Returns
    -------
    float
        Total variation distance between the sources' shares before the event and from it on.

    Raises
    ------
    EstimationError
        When the window leaves the series, or one side of it is empty.

    Example
    -------
    >>> mix_distance(np.array([[5.0] * 10 + [0.0] * 4, [5.0] * 10 + [9.0] * 4]), 10, Window(10, 4))
    0.5
    """
    demand_room(by_source.shape[1], event, window)
    sides = (by_source[:, event - window.before : event], by_source[:, event : event + window.after])
    sums = [side.sum(axis=1) for side in sides]
    if not all(side.sum() > 0 for side in sums):
        raise EstimationError("by_source is empty before or after the event; give a longer window")
    before, after = (side / side.sum() for side in sums)
    return float(np.abs(before - after).sum() / 2)


def demand_same_sources(by_source: FloatArray, event: int, window: Window) -> None:
    """Refuse an event at which the mix of sources breaks.

    Parameters
    ----------
    by_source, event, window
        As in `mix_distance`.

    Raises
    ------
    EstimationError
        When the mix moves by more than a quarter; names the distance and the fix.

    Example
    -------
    >>> demand_same_sources(np.ones((2, 14)), 10, Window(10, 4))
    """
    distance = mix_distance(by_source, event, window)
    if distance > MOST_MIX_DISTANCE:
        raise EstimationError(
            f"the mix of sources moves by {distance:.2f} at the event (at most {MOST_MIX_DISTANCE:g} is accepted): the "
            "series breaks there; use a series of sources that report on both sides"
        )


def segments(window: Window) -> FloatArray:
    """(weeks, 4) design of the segmented regression: level and slope before, step and change of slope at the event."""
    since = np.arange(-window.before, window.after, dtype=np.float64)
    after = (since >= 0).astype(np.float64)
    return np.column_stack([np.ones_like(since), since / window.before, after, after * since])


def demand_series(series: FloatArray, exposure: FloatArray | None, response: Response) -> None:
    """Refuse a series that no jump can be told from."""
    if not np.isfinite(series).all() or np.ptp(series) == 0:
        raise EstimationError("series holds a gap, or one value only; give one number for each week")
    if response == "count" and (series < 0).any():
        raise EstimationError(f"series holds {series.min():g}; counts are 0 or more, or use response 'number'")
    if exposure is not None and (exposure.shape != series.shape or not (exposure > 0).all()):
        raise EstimationError("exposure holds a week without exposure, or has another length; leave such weeks out")
    if exposure is not None and response == "number":
        raise EstimationError("exposure goes with counts; divide a number by it beforehand")


def demand_room(weeks: int, event: int, window: Window) -> None:
    """Refuse an event whose window does not lie in the series."""
    if not window.before <= event <= weeks - window.after:
        raise EstimationError(
            f"event is week {event} of {weeks}; its window needs {window.before} weeks before "
            f"and {window.after} from it on"
        )


def has_counts_around(series: FloatArray, event: int, window: Window) -> bool:
    """Whether anything was counted in the window of an event: weeks of zeros tell of no change."""
    return bool(series[max(0, event - window.before) : event + window.after].any())


def _jump(
    series: FloatArray, exposure: FloatArray | None, date: int, window: Window, response: Response
) -> tuple[float, float]:
    """Coefficient of the step at a date: level and slope before, another level and slope from the date on."""
    if response == "count":
        return _count_jump(series, exposure, date, window)
    y = series[date - window.before : date + window.after]
    if np.ptp(y) == 0:
        return 0.0, 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = GLSAR(y, segments(window), rho=1).iterative_fit(maxiter=10)
    return float(fitted.params[2]), float(fitted.bse[2])


def _count_jump(series: FloatArray, exposure: FloatArray | None, date: int, window: Window) -> tuple[float, float]:
    """The same of counts, with the standard error of a quasi-Poisson regression: Pearson's X² over its freedom."""
    if not has_counts_around(series, date, window):
        raise EstimationError(
            f"nothing was counted in the {window.before} weeks before week {date} and the {window.after} from it on: "
            "no change can be told; take frames together, or leave the event out"
        )
    design, rows = segments(window), slice(date - window.before, date + window.after)
    beta = _fitted(series, exposure, np.array([date]), window)[0]
    rate = np.exp(design @ beta) * (1.0 if exposure is None else exposure[rows])
    scale = float((((series[rows] + HALF_A_POST - rate) ** 2) / rate).sum()) / (len(design) - design.shape[1])
    covariance = np.linalg.inv(design.T @ (design * rate[:, None]))
    return float(beta[2]), float(np.sqrt(scale * covariance[2, 2]))


def count_jumps(series: FloatArray, exposure: FloatArray | None, dates: IntArray, window: Window) -> FloatArray:
    """Jump of a series of counts at every date, all dates at once.

    Parameters
    ----------
    series, exposure, window
        As in `event_study`.
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
    return np.asarray(_fitted(series, exposure, dates, window)[:, 2])


def _fitted(series: FloatArray, exposure: FloatArray | None, dates: IntArray, window: Window) -> FloatArray:
    """(m, 4) coefficients at every date."""
    design = segments(window)
    rows = dates[:, None] + np.arange(-window.before, window.after)
    y = series[rows] + HALF_A_POST
    offset = np.zeros_like(y) if exposure is None else np.log(exposure[rows])
    # Start from least squares of the logarithm.
    beta = (np.log(y) - offset) @ np.linalg.pinv(design).T
    for _ in range(MOST_STEPS):
        rate = np.exp(beta @ design.T + offset)
        score = (y - rate) @ design
        information = np.einsum("mt,ti,tj->mij", rate, design, design)
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        beta = beta + step
        if np.abs(step).max() < SETTLED:
            return np.asarray(beta)
    raise EstimationError("the regression does not settle at a date; the window may be too short")


@dataclass(frozen=True)
class Covariate:
    """Whether something that cannot react to the event jumped at it all the same."""

    name: str
    jump: float
    p_value: float
    adjusted_p_value: float
    jumps: bool


def predetermined_jumps(
    covariates: dict[str, FloatArray],
    event: int,
    *,
    other_events: tuple[int, ...] = (),
    window: Window | None = None,
    level: float = 0.05,
    fewest: int = FEWEST_PLACEBOS,
) -> tuple[Covariate, ...]:
    """Check that quantities fixed before the event do not jump at it: if they do, other people are being observed.

    Parameters
    ----------
    covariates
        Name → (t,) weekly means.
    event, other_events, window, fewest
        As in `event_study`.
    level
        Of the test over all covariates together.

    Returns
    -------
    tuple of Covariate

    Raises
    ------
    EstimationError
        As `event_study`; when there are too few placebo dates for any covariate to reach the level.

    Source
        Muñoz, Falcó-Gimeno & Hernández 2020, Political Analysis 28(2), 186–206. Adjustment: Westfall & Young 1993,
        Resampling-Based Multiple Testing, algorithm 2.8 (step-down, largest statistic of each date), over dates: one
        covariate that stands out among m + 1 dates reaches 1/(m + 1), however many covariates there are. Holm's
        adjustment of rank p-values could not reach .05 with 49 placebo dates and three covariates.

    Example
    -------
    >>> g = np.random.default_rng(1)
    >>> [c.jumps for c in predetermined_jumps({"age": g.normal(35, 1, 104)}, 60)]
    [False]
    """
    studies = {
        name: event_study(values, event, other_events=other_events, response="number", window=window, fewest=fewest)
        for name, values in covariates.items()
    }
    if not studies:
        return ()
    demand_reachable(len(next(iter(studies.values())).placebo_jumps), level, "placebo dates")
    jumps = np.array([[float(s.jump.value or 0.0), *s.placebo_jumps] for s in studies.values()])
    adjusted = stepped_down(jumps)
    return tuple(
        Covariate(name, float(study.jump.value or 0.0), study.p_value, float(p), bool(p <= level))
        for (name, study), p in zip(studies.items(), adjusted, strict=True)
    )


def stepped_down(jumps: FloatArray) -> FloatArray:
    """Adjusted rank p-values of several series at one event, by the largest statistic of each date.

    Parameters
    ----------
    jumps
        (k, m + 1): each series' jump at the event, then at m placebo dates.

    Returns
    -------
    numpy.ndarray
        (k,) p-values; the chance that any series without a jump falls below the level is at most the level.

    Source
        Westfall & Young 1993, algorithm 2.8. Series are put on one scale by their root mean square over all dates, the
        event's included: dates stay exchangeable.

    Example
    -------
    >>> stepped_down(np.array([[9.0, 1.0, -1.0, 2.0], [0.1, 1.0, -2.0, 1.0]])).tolist()
    [0.25, 1.0]
    """
    size = np.sqrt(np.mean(jumps**2, axis=1, keepdims=True))
    statistic = np.abs(jumps) / np.where(size > 0, size, 1.0)
    order = np.argsort(-statistic[:, 0], kind="stable")
    adjusted, so_far = np.empty(len(jumps)), 0.0
    for place, series in enumerate(order):
        largest = statistic[order[place:]].max(axis=0)
        so_far = max(so_far, float((largest >= statistic[series, 0] * (1 - ROUNDING)).mean()))
        adjusted[series] = so_far
    return adjusted


@dataclass(frozen=True)
class Replication:
    """A second event as replication: same sign and a small rank p-value both times."""

    first: float
    second: float
    first_p_value: float
    second_p_value: float
    is_replicated: bool


def replication(first: EventStudy, second: EventStudy, level: float = 0.05) -> Replication:
    """Compare the jumps at two events.

    Parameters
    ----------
    first, second
        Studies of the same series.
    level
        Each p-value has to reach it.

    Returns
    -------
    Replication

    Raises
    ------
    EstimationError
        A study without a jump, or with too few placebo dates to reach the level.
    """
    for study in (first, second):
        demand_reachable(len(study.placebo_jumps), level, "placebo dates")
    one, two = first.jump.value, second.jump.value
    if one is None or two is None:
        raise EstimationError("a study has no jump to compare")
    both = max(first.p_value, second.p_value) <= level and one * two > 0
    return Replication(one, two, first.p_value, second.p_value, both)
