"""List-length error: what a longer list alone does to the count, and how far that can carry an estimate.

What belongs here: the sizes that studies have measured, the envelope that follows, the screen by a study's own placebo
list. What must not: means and their variance (`difference`), the rule for a prevalence (`standing`).

Respondents who do not read, or round, name more items when there are more. Where the arms' lists differ in length, the
difference in mean counts holds that surplus too, and no test of the other assumptions sees it: one item that nobody
can hold raised the count by as much as many attitudes do. A control list of equal length, with such an item in place of
the sensitive one, takes the surplus out of the difference as far as both items attract it alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate, Interval
from analysis.estimators.list_experiment.double import PlaceboList
from analysis.estimators.list_experiment.responses import ListDesign, ListResponses
from analysis.estimators.list_experiment.screen import ScreenCheck

PLACEBO_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class MeasuredError:
    """An error of length that a study could measure, as a share of respondents, with its 95 % interval and source."""

    value: float
    low: float
    high: float
    source: str


# The same figures as in the table replication_results, which a test compares.
PLACEBO_ITEM = MeasuredError(0.155, 0.092, 0.219, "Agerberg & Tannenberg 2021, doi:10.1177/20531680211013154")
ABOVE_DIRECT = MeasuredError(0.078, 0.044, 0.112, "Blair, Coppock & Moor 2020, doi:10.1017/S0003055420000374")
EQUAL_LENGTH = MeasuredError(0.088, 0.019, 0.156, PLACEBO_ITEM.source)
KNOWN_TRUTH = 1 / 6

# Assumed errors, in whole points rounded outward: an added item that nobody holds, and how far lists lie above direct
# answers that are rare; for lists of equal length what that design missed of the only known truth.
LENGTH_ERRORS: dict[ListDesign, tuple[float, ...]] = {"conventional": (0.0, 0.08, 0.16), "placebo-list": (-0.08, 0.0)}


@dataclass(frozen=True, slots=True)
class LengthEnvelope:
    """Where an estimate from lists may lie once the error of length is allowed for.

    Attributes
    ----------
    design, errors
        Which lists were compared; the errors taken out, one after the other.
    low, high
        From the lowest lower to the highest upper limit, in the unit of the estimate; None where it has no interval.
    """

    design: ListDesign
    errors: tuple[float, ...]
    low: float | None
    high: float | None


def length_envelope(
    estimate: Estimate, design: ListDesign = "conventional", errors: Sequence[float] | None = None
) -> LengthEnvelope:
    """Take every assumed error of length out of an interval.

    Use it beside every number that rests on a list. The errors are those of other studies unless the study has measured
    its own with a placebo list; then use `own_errors`.

    Parameters
    ----------
    estimate
        A difference in mean counts, or a share made from one.
    design
        Whether the lists differ in length.
    errors
        Shares of respondents; None for `LENGTH_ERRORS` of the design.

    Returns
    -------
    LengthEnvelope

    Raises
    ------
    EstimationError
        When `errors` is empty or holds a number outside −1 to 1.

    Source
        Errors: Agerberg & Tannenberg 2021, Research & Politics 8(2); Blair, Coppock & Moor 2020, APSR 114(4). The
        envelope is this project's own.

    Example
    -------
    >>> from analysis.estimators.estimate import usable_estimate
    >>> made = usable_estimate("difference", 0.24, 0.0, n=100, unit="items", method="by hand")
    >>> round(length_envelope(made).low, 2), length_envelope(made).high
    (0.08, 0.24)
    """
    taken = LENGTH_ERRORS[design] if errors is None else tuple(float(e) for e in errors)
    if not taken or not all(-1 <= e <= 1 for e in taken):
        raise EstimationError(f"errors is {list(taken)}; give one or more shares within -1 and 1")
    low = None if estimate.low is None else estimate.low - max(taken)
    high = None if estimate.high is None else estimate.high - min(taken)
    return LengthEnvelope(design, taken, low, high)


def own_errors(placebo: Estimate) -> tuple[float, float]:
    """Give the errors that a study's own placebo list allows: none, and both limits of its interval.

    Example
    -------
    >>> from analysis.estimators.estimate import usable_estimate
    >>> own_errors(usable_estimate("difference", 0.1, 0.0, n=100, unit="items", method="by hand"))
    (0.0, 0.1)
    """
    if placebo.low is None or placebo.high is None:
        raise EstimationError("placebo has no interval; a placebo list needs at least ten respondents in each arm")
    return min(0.0, placebo.low), max(0.0, placebo.high)


def as_share(envelope: LengthEnvelope) -> Interval | None:
    """The envelope within 0 and 1; None where there is none.

    Example
    -------
    >>> as_share(LengthEnvelope("conventional", (0.0,), -0.1, 0.2))
    Interval(low=0.0, high=0.2)
    """
    if envelope.low is None or envelope.high is None:
        return None
    low, high = np.clip([envelope.low, envelope.high], 0.0, 1.0)
    return Interval(float(low), float(high))


def length_warning(estimate: Estimate, design: ListDesign, errors: Sequence[float] | None = None) -> str:
    """Say what an error of length would make of an estimate.

    Example
    -------
    >>> from analysis.estimators.estimate import usable_estimate
    >>> made = usable_estimate("difference", 0.24, 0.01, n=100, unit="items", method="by hand")
    >>> length_warning(made, "conventional").startswith("list-length error: the arms' lists differ in length")
    True
    """
    envelope = length_envelope(estimate, design, errors)
    interval = "no interval" if envelope.low is None else f"[{envelope.low:.3f}, {envelope.high:.3f}]"
    allowed = f"allowing for errors of {min(envelope.errors):.3g} to {max(envelope.errors):.3g}, it is {interval}"
    found = PLACEBO_ITEM if design == "conventional" else EQUAL_LENGTH
    measured = f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
    if design == "placebo-list":
        return (
            "list-length error: lists of equal length take out what both added items attract alike, not all; where the "
            f"truth was known to be 1/6 ({found.source}) this design gave {measured}, and so it, too, misses 1/6; "
            f"{allowed}"
        )
    return (
        "list-length error: the arms' lists differ in length, and a longer list alone can raise the count: an item "
        f"that nobody can hold added {measured} ({found.source}), and lists exceed rare direct answers by "
        f"{ABOVE_DIRECT.value:.3f} [{ABOVE_DIRECT.low:.3f}, {ABOVE_DIRECT.high:.3f}] ({ABOVE_DIRECT.source}); {allowed}"
    )


def placebo_check(found: PlaceboList) -> ScreenCheck:
    """Check with a study's own placebo list whether a longer list alone moves the count.

    A placebo list that does not reject shows no more than its interval: its limits, not zero, go into the envelope.

    Example
    -------
    >>> from analysis.estimators.list_experiment.double import placebo_list
    >>> placebo_check(placebo_list([0, 1] * 10, [0] * 10 + [1] * 10, 3)).passed
    True
    """
    made = found.difference
    seen = f"an item that nobody can hold moved the mean count by {made.value:.3f} [{made.low:.3f}, {made.high:.3f}]"
    return ScreenCheck(
        code="placebo_list",
        statistic=made.value,
        threshold=0.0,
        probability=found.p_value,
        is_judged=True,
        passed=found.p_value >= PLACEBO_LEVEL,
        is_blocking=True,
        meaning=f"{seen}; without an error of length that has probability {found.p_value:.2g}",
    )


def named_placebo_check(data: ListResponses) -> ScreenCheck:
    """Count controls who named every item, the placebo among them: nobody who read the list could.

    Parameters
    ----------
    data
        From the design `placebo-list`.

    Example
    -------
    >>> from analysis.estimators.list_experiment.responses import list_responses
    >>> given = list_responses([0, 4] * 5 + [1, 2] * 5, [0] * 10 + [1] * 10, 3, design="placebo-list")
    >>> named_placebo_check(given).statistic
    0.5
    """
    n, named = data.control_n, int(data.control_counts[-1])
    return ScreenCheck(
        code="placebo_item_named",
        statistic=named / n,
        threshold=0.0,
        probability=None,
        is_judged=True,
        passed=named == 0,
        is_blocking=False,
        meaning=f"{named} of {n} controls named every item, the placebo item among them, which nobody can hold",
    )
