"""Non-compliance: respondents who say no whatever the device demands.

What belongs here: cheating detection with two groups and two devices; what an assumed share of cheaters would change.
What must not: corrections that hide how much is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, one_sided_p, usable_estimate
from analysis.estimators.randomised_response.designs import Device
from analysis.estimators.randomised_response.prevalence import UNIT, checked_answers

METHOD = "two devices, method of moments"


@dataclass(frozen=True, slots=True)
class CheatingResult:
    """What two devices tell apart.

    Attributes
    ----------
    honest_yes, cheaters
        Shares of those who hold the trait and follow the device, and of those who say no whatever it demands. Cheaters
        may or may not hold the trait: the prevalence lies between `honest_yes` and `honest_yes` + `cheaters`.
    p_no_cheating
        One-sided test that nobody cheats.
    """

    honest_yes: Estimate
    cheaters: Estimate
    p_no_cheating: float


def detect_cheating(
    answer: npt.ArrayLike,
    group: npt.ArrayLike,
    first: Device,
    second: Device,
    confidence: float = DEFAULT_CONFIDENCE,
) -> CheatingResult:
    """Estimate the share that follows no device from two random halves with different devices.

    Assumes that halves were drawn at random and that a person who cheats does so under either device.

    Parameters
    ----------
    answer
        (n,) 0/1.
    group
        (n,) 0 for the first device, 1 for the second.
    first, second
        Devices with different probabilities of a yes that does not depend on the trait.
    confidence
        Coverage of the intervals.

    Returns
    -------
    CheatingResult
        Estimates may leave 0 to 1 by chance.

    Raises
    ------
    EstimationError
        When a group is empty or the devices do not tell cheaters apart.

    Source
        Clark & Desharnais 1998, Psychological Methods 3(2), 160–168: Pr(yes) = c0 (1 − λ) + c1 π in each half.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> how = [device("forced", p, p1=1 - p) for p in (0.75, 0.25)]
    >>> detect_cheating([0, 1] * 100, [0] * 100 + [1] * 100, *how).p_no_cheating < 0.05
    True
    """
    y, g = checked_answers(answer), np.asarray(group)
    if g.shape != y.shape or not np.isin(g, (0, 1)).all() or len(np.unique(g)) < 2:
        raise EstimationError("group must be 0 (first device) or 1 (second), with respondents in both")
    M = np.array([[d.c1, -d.c0] for d in (first, second)])
    if abs(np.linalg.det(M)) < 1e-6:
        raise EstimationError(
            "the two devices do not tell cheaters apart; give them different forced-yes probabilities"
        )
    halves = [y[g == k] for k in (0, 1)]
    inverse = np.linalg.inv(M)
    shares = np.array([half.mean() for half in halves])
    solution = inverse @ (shares - np.array([first.c0, second.c0]))
    covariance = inverse @ np.diag([half.var() / len(half) for half in halves]) @ inverse.T
    se = np.sqrt(np.diag(covariance))
    honest, cheaters = (
        usable_estimate(term, float(v), float(s), n=len(y), unit=UNIT, method=METHOD, confidence=confidence)
        for term, v, s in zip(("honest_yes", "cheaters"), solution, se, strict=True)
    )
    return CheatingResult(honest, cheaters, one_sided_p(float(solution[1]), float(se[1])))


def prevalence_if_cheating(share_of_yes: float, how: Device, cheaters: float) -> float:
    """Give the prevalence that follows if an assumed share says no whatever the device demands.

    Parameters
    ----------
    share_of_yes
        Observed share of yes.
    how
        From `device`.
    cheaters
        Assumed share, from 0 to below 1; they are counted as not holding the trait.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When the assumed share is impossible.

    Example
    -------
    >>> from analysis.estimators.randomised_response.designs import device
    >>> how = device("forced", 0.5, p1=0.25, p0=0.25)
    >>> prevalence_if_cheating(0.3, how, 0.2) > prevalence_if_cheating(0.3, how, 0.0)
    True
    """
    if not 0 <= cheaters < 1:
        raise EstimationError(f"cheaters is {cheaters:g}; assume a share from 0 to below 1")
    return (share_of_yes - (1 - cheaters) * how.c0) / how.c1
