"""Cell counts and floor–ceiling checks, made before any estimate of a list experiment is read.

What belongs here: numerically defined checks, their thresholds and the reason for each.
What must not: estimates; corrections; the no-design-effect test (it looks for another failure and misses this one).

The idea. Under truthful answers Pr(Y = 0 | treated) = Pr(Y(0) = 0, Z = 0): whoever endorses nothing and does not hold
the sensitive item must answer 0. If many controls answer 0 and hardly any treated respondent does, either nearly all
of them hold the item or they avoid the answer 0. The mirror image holds at J + 1.

The thresholds are this project's own. They were set with the Afghanistan table of Blair, Chou & Imai (2019,
doi:10.1017/pan.2018.56) already known, so what they say about that table is post hoc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.estimators.list_experiment.joint_types import JointTypes, types_of
from analysis.estimators.list_experiment.responses import ListResponses, list_responses
from analysis.estimators.variance import FloatArray

# An extreme control cell below this share predicts too few treated answers for their absence to mean anything.
MIN_CONTROL_CELL_SHARE = 0.05
# People at an extreme may differ from the rest, but reject (hold) the item at least a quarter as often as everybody:
# a fourfold contrast, the allowance this project makes for control items that go with or against the sensitive one.
EXTREME_GROUP_RATIO = 0.25
# An extreme cell as thin as observed must be rarer than this, if the ratio above holds, before it counts as avoidance.
THIN_CELL_PROBABILITY = 0.01
# Implied supporters are concentrated when most of them fall in one extreme cell ...
CONCENTRATED_SHARE = 0.5
# ... and when that cell holds the item more than twice as often as respondents at large.
CONCENTRATION_RATIO = 2.0
# One-sided limits of cell shares and of the difference inside the checks.
LIMIT_CONFIDENCE = 0.95
# A difference counts as distinguishable from zero beyond this many standard errors (two-sided 5 %).
DISTINGUISHABLE_Z = 1.959963984540054

UNUSABLE = "floor and ceiling avoidance: not usable as a prevalence"

# Probabilities beyond these are said as beyond them.
SMALL_PROBABILITY, LARGE_PROBABILITY = 0.001, 0.995


@dataclass(frozen=True, slots=True)
class ScreenCheck:
    """One named check of the screen; a row of a table.

    Attributes
    ----------
    code
        `thin_floor_cell`, `thin_ceiling_cell`, `supporters_at_floor`, `supporters_at_ceiling`, `unreached_extremes`.
    statistic, threshold
        What was compared, share or count as `meaning` says; None where the check cannot be judged.
    probability
        How likely a result as extreme is if answers are truthful and the stated bound holds; None where undefined.
    is_judged
        False when the data cannot tell; an unjudged check never fails.
    passed
        False when the check fires.
    is_blocking
        True when firing forbids reading the difference as a prevalence.
    meaning
        One sentence with the numbers.
    """

    code: str
    statistic: float | None
    threshold: float | None
    probability: float | None
    is_judged: bool
    passed: bool
    is_blocking: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class FloorCeilingScreen:
    """All checks of one list.

    Attributes
    ----------
    checks
        In a fixed order.
    items, control_n, treated_n
        J and the arm sizes.
    control_counts, treated_counts
        Respondents answering 0..J + 1.
    """

    checks: tuple[ScreenCheck, ...]
    items: int
    control_n: int
    treated_n: int
    control_counts: tuple[int, ...]
    treated_counts: tuple[int, ...]

    @property
    def passed(self) -> bool:
        """True when no blocking check fired."""
        return all(check.passed or not check.is_blocking for check in self.checks)

    @property
    def failures(self) -> tuple[ScreenCheck, ...]:
        """Checks that fired, blocking or not."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def reason(self) -> str | None:
        """Why the list gives no prevalence; None when it may."""
        return None if self.passed else UNUSABLE


@dataclass(frozen=True, slots=True)
class _Extreme:
    """One end of the list: its cells, and what truthful answers make likely there."""

    end: str  # floor or ceiling
    treated_answer: int
    treated_cell_n: int
    control_share: float
    control_share_low: float
    holders_share: float  # implied supporters in this cell over all implied supporters
    holders_z: float  # evidence that the share exceeds its threshold, in standard errors
    threshold: float


def floor_ceiling_screen(response: npt.ArrayLike, treat: npt.ArrayLike, items: int) -> FloorCeilingScreen:
    """Check whether respondents avoid the revealing answers 0 and J + 1.

    Use it before reading any list experiment. The usual no-design-effect test does not see this failure: evasion of
    both extremes leaves all implied shares non-negative.

    Parameters
    ----------
    response, treat, items
        As in `list_responses`.

    Returns
    -------
    FloorCeilingScreen

    Raises
    ------
    EstimationError
        As `list_responses`.

    Source
        Types and floor/ceiling effects: Blair & Imai 2012, Political Analysis 20(1), section 3.2, Table 4; the table
        that motivates it: Blair, Chou & Imai 2019. Numerical definition: this module's constants.

    Example
    -------
    >>> floor_ceiling_screen([0, 1, 2, 3] * 5, [0] * 10 + [1] * 10, 3).passed
    True
    """
    return screen_of(list_responses(response, treat, items))


def screen_of(data: ListResponses) -> FloorCeilingScreen:
    """Run the screen on validated answers.

    Parameters
    ----------
    data
        As made by `list_responses`.

    Returns
    -------
    FloorCeilingScreen

    Example
    -------
    >>> len(screen_of(list_responses([0, 1] * 10, [0] * 10 + [1] * 10, 3)).checks)
    5
    """
    types = types_of(data)
    floor, ceiling = _extreme(data, types, "floor"), _extreme(data, types, "ceiling")
    tau, se = _difference(types)
    low, high = tau - _limit_z() * se, tau + _limit_z() * se
    is_positive = tau > DISTINGUISHABLE_Z * se and tau > 0
    checks = (
        _thin_cell(floor, data.treated_n, max(0.0, 1 - high), is_defined=high < 1),
        _thin_cell(ceiling, data.treated_n, max(0.0, low), is_defined=is_positive),
        _concentration(floor, tau, is_positive),
        _concentration(ceiling, tau, is_positive),
        _unreached(data),
    )
    counts = (tuple(int(c) for c in cells) for cells in (data.control_counts, data.treated_counts))
    return FloorCeilingScreen(checks, data.items, data.control_n, data.treated_n, *counts)


def _limit_z() -> float:
    return float(stats.norm.ppf(LIMIT_CONFIDENCE))


def _difference(types: JointTypes) -> tuple[float, float]:
    """Difference in means as the sum of the implied supporters, with its standard error."""
    return float(types.holders.sum()), float(np.sqrt(max(types.holders_covariance.sum(), 0.0)))


def _extreme(data: ListResponses, types: JointTypes, end: str) -> _Extreme:
    J, is_floor = data.items, end == "floor"
    control_answer, treated_answer = (0, 0) if is_floor else (J, J + 1)
    control_n = int(data.control_counts[control_answer])
    share = control_n / data.control_n
    threshold = max(CONCENTRATED_SHARE, CONCENTRATION_RATIO * share)
    tau = float(types.holders.sum())
    return _Extreme(
        end=end,
        treated_answer=treated_answer,
        treated_cell_n=int(data.treated_counts[treated_answer]),
        control_share=share,
        control_share_low=_share_lower_limit(control_n, data.control_n),
        holders_share=float(types.holders[control_answer]) / tau if tau > 0 else 0.0,
        holders_z=_contrast_z(types.holders, types.holders_covariance, control_answer, threshold),
        threshold=threshold,
    )


def _share_lower_limit(count: int, n: int) -> float:
    """Clopper & Pearson 1934, one-sided."""
    return float(stats.beta.ppf(1 - LIMIT_CONFIDENCE, count, n - count + 1)) if count else 0.0


def _contrast_z(holders: FloatArray, covariance: FloatArray, cell: int, share: float) -> float:
    """Standardise holders[cell] − share × sum(holders): Fieller's device, no ratio is formed."""
    a = np.full(len(holders), -share)
    a[cell] += 1
    variance = float(a @ covariance @ a)
    return float(a @ holders) / np.sqrt(variance) if variance > 0 else 0.0


def _thin_cell(extreme: _Extreme, treated_n: int, group_share: float, *, is_defined: bool) -> ScreenCheck:
    """Check whether the treated extreme cell is thinner than truthful answers allow."""
    expected_share = extreme.control_share_low * EXTREME_GROUP_RATIO * group_share
    is_judged = is_defined and extreme.control_share >= MIN_CONTROL_CELL_SHARE
    probability = float(stats.binom.cdf(extreme.treated_cell_n, treated_n, expected_share)) if is_judged else None
    return ScreenCheck(
        code=f"thin_{extreme.end}_cell",
        statistic=extreme.treated_cell_n / treated_n if is_judged else None,
        threshold=expected_share if is_judged else None,
        probability=probability,
        is_judged=is_judged,
        passed=probability is None or probability >= THIN_CELL_PROBABILITY,
        is_blocking=True,
        meaning=_thin_cell_meaning(extreme, treated_n, expected_share, probability),
    )


def _thin_cell_meaning(extreme: _Extreme, treated_n: int, expected_share: float, probability: float | None) -> str:
    other = "nothing" if extreme.end == "floor" else "everything"
    seen = (
        f"{extreme.treated_cell_n} of {treated_n} treated respondents answered {extreme.treated_answer}; "
        f"{extreme.control_share:.1%} of controls endorsed {other}"
    )
    if probability is None:
        return f"{seen}: too little to judge the {extreme.end}"
    return (
        f"{seen}; with truthful answers at least {expected_share:.2%} would be expected, and the probability of so few "
        f"is {_probability_words(probability)}"
    )


def _probability_words(probability: float) -> str:
    """Two figures; never 1 for what is not certain, and no power of ten."""
    if probability >= LARGE_PROBABILITY:
        return f"above {LARGE_PROBABILITY:g}"
    return f"below {SMALL_PROBABILITY:g}" if probability < SMALL_PROBABILITY else f"{probability:.2g}"


def _concentration(extreme: _Extreme, tau: float, is_positive: bool) -> ScreenCheck:
    """Check whether most implied supporters sit in one extreme cell, beyond what the control distribution suggests."""
    probability = float(stats.norm.sf(extreme.holders_z)) if is_positive else None
    return ScreenCheck(
        code=f"supporters_at_{extreme.end}",
        statistic=extreme.holders_share if is_positive else None,
        threshold=extreme.threshold if is_positive else None,
        probability=probability,
        is_judged=is_positive,
        passed=not (is_positive and extreme.holders_z > _limit_z()),
        is_blocking=True,
        meaning=_concentration_meaning(extreme, tau, is_positive),
    )


def _concentration_meaning(extreme: _Extreme, tau: float, is_positive: bool) -> str:
    other = "nothing else" if extreme.end == "floor" else "everything else"
    if not is_positive:
        return f"the difference in mean counts ({tau:.3f}) is not distinguishable from zero or not positive: not judged"
    return (
        f"{extreme.holders_share:.0%} of implied supporters would endorse {other}, against {extreme.control_share:.0%} "
        f"of controls; up to {extreme.threshold:.0%} is accepted"
    )


def _unreached(data: ListResponses) -> ScreenCheck:
    """Check whether one end of the list is reached by nobody in either arm: an item that all or none endorse."""
    J = data.items
    bottom = bool(data.control_counts[0] == 0 and data.treated_counts[0] == 0)
    top = bool(data.control_counts[J] == 0 and data.treated_counts[J + 1] == 0)
    named = (("0 (an item is endorsed by all)", bottom), (f"{J} (an item is endorsed by none)", top))
    ends = [name for name, is_unreached in named if is_unreached]
    short = f"nobody reaches {' or '.join(ends)}: the list is shorter than it looks"
    return ScreenCheck(
        code="unreached_extremes",
        statistic=float(len(ends)),
        threshold=0.0,
        probability=None,
        is_judged=True,
        passed=not ends,
        is_blocking=False,
        meaning=short if ends else "each end is reached in at least one arm",
    )
