"""The one rule for the interval of a share, wherever in the project a share is estimated.

What belongs here: limits from a share, its variance and what that variance rests on.
What must not: the share, its variance, any file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval, quantile

FloatArray = npt.NDArray[np.float64]
# Correlation within clusters that is assumed where the sample cannot show it, and the number of independent pieces of
# information from which on a variance is believed. Chosen by simulated coverage: docs and table `share_coverage`.
ASSUMED_CORRELATION = 0.2
ENOUGH_PIECES = 20.0
RULE = "share interval (Korn–Graubard with bounded effective sample size)"


@dataclass(frozen=True, slots=True)
class ShareEvidence:
    """What the variance of a share rests on.

    Attributes
    ----------
    effective_n
        Kish's effective sample size of the weights, n for equal ones.
    degrees_of_freedom
        Primary units minus strata.
    effective_clusters
        (Σw)²/Σ_g(Σw in g)² over clusters; None where every row is its own.
    pieces
        Degrees of freedom that the variance really has, judged by how few clusters carry it; infinity without clusters.
    """

    effective_n: float
    degrees_of_freedom: float
    effective_clusters: float | None = None
    pieces: float = float("inf")


def share_evidence(
    weights: npt.ArrayLike,
    degrees_of_freedom: float,
    clusters: npt.ArrayLike | None = None,
    contributions: npt.ArrayLike | None = None,
) -> ShareEvidence:
    """Sum up what a share's variance rests on.

    Parameters
    ----------
    weights
        (n,) of the rows that count, 0 or more (a negative one counts by its size).
    degrees_of_freedom
        Primary units minus strata.
    clusters
        (n,) codes from 0 of their primary units; None where every row is its own.
    contributions
        (G,) centred contributions of the primary units to the variance; None where they are not known.

    Returns
    -------
    ShareEvidence

    Example
    -------
    >>> share_evidence([1.0, 1.0, 1.0, 1.0], 1, [0, 0, 1, 1]).effective_clusters
    2.0
    """
    w = np.abs(np.asarray(weights, dtype=np.float64))
    total = float(w.sum())
    kish = total**2 / float(w @ w)
    if clusters is None or len(np.unique(np.asarray(clusters)[w > 0])) == int((w > 0).sum()):
        return ShareEvidence(kish, degrees_of_freedom)
    held = np.bincount(np.asarray(clusters, dtype=np.int64), weights=w)
    pieces = degrees_of_freedom if contributions is None else variance_pieces(contributions)
    return ShareEvidence(kish, degrees_of_freedom, total**2 / float(held @ held), pieces)


def variance_pieces(contributions: npt.ArrayLike) -> float:
    """Degrees of freedom of a sum of squares, from how unequal its parts are: 2(Σu²)²/(Σu⁴ − (Σu²)²/G).

    Parameters
    ----------
    contributions
        (G,) u.

    Returns
    -------
    float
        About G for normal u, about twice the number of parts that are not 0 where few are; 0 where all are 0.

    Source
        Satterthwaite 1946, Biometrics Bulletin 2(6), 110–114, with the fourth moment estimated.

    Example
    -------
    >>> variance_pieces([1.0, 0.0, 0.0, 0.0]) < 3
    True
    """
    u = np.asarray(contributions, dtype=np.float64)
    scale = float(np.max(np.abs(u), initial=0.0))
    if scale == 0:
        return 0.0
    squares = (u / scale) ** 2
    second, fourth = float(squares.sum()), float((squares**2).sum())
    away = fourth - second**2 / len(u)
    return 2 * second**2 / away if away > 1e-12 * fourth else float("inf")


def share_interval(
    share: float, variance: float, evidence: ShareEvidence, confidence: float = DEFAULT_CONFIDENCE
) -> Interval:
    """Give the limits of a share under any design: exact at 0 and 1, honest where few clusters answered yes.

    The Korn–Graubard interval with three bounds on its effective sample size. It is never larger than Kish's, since a
    variance that comes out small is mostly chance for a rare answer. Its t has no more degrees of freedom than the
    clusters that carry the variance. And as far as fewer than twenty of them do, a correlation of .2 within clusters is
    assumed, more so near 0 and 1: a share of 0 in five clusters is no proof of anything.

    Parameters
    ----------
    share, variance
        Estimate in [0, 1], and its design variance, 0 or more.
    evidence
        What the variance rests on.
    confidence
        Coverage.

    Returns
    -------
    Interval

    Raises
    ------
    EstimationError
        When the share lies outside [0, 1], or there are no degrees of freedom.

    Source
        Korn & Graubard 1998, Survey Methodology 24(2), 193–201; Clopper & Pearson 1934, Biometrika 26(4), 404–413. The
        bounds are this project's, chosen by simulated coverage (table `share_coverage`).

    Example
    -------
    >>> limits = share_interval(0.0, 0.0, ShareEvidence(100, 99))
    >>> limits.low, round(limits.high, 4)
    (0.0, 0.0362)
    """
    if not 0 <= share <= 1:
        raise EstimationError(f"share is {share:g}; a share interval needs a value from 0 to 1")
    if not evidence.degrees_of_freedom >= 1:
        raise EstimationError(
            f"degrees of freedom are {evidence.degrees_of_freedom:g}; 1 is needed: more clusters than strata"
        )
    tail = (1 - confidence) / 2
    n = _effective_n(share, variance, evidence, tail)
    yes, no = n * share, n * (1 - share)
    low = 0.0 if yes == 0 else float(special.betaincinv(yes, no + 1, tail))
    high = 1.0 if no == 0 else float(special.betaincinv(yes + 1, no, 1 - tail))
    return Interval(min(low, share), max(high, share))


def _effective_n(share: float, variance: float, evidence: ShareEvidence, tail: float) -> float:
    is_varied = variance > 0 and 0 < share < 1
    pieces = min(evidence.degrees_of_freedom, max(evidence.pieces, 1.0)) if is_varied else 0.0
    bound = _assumed_n(share, pieces, evidence)
    if not is_varied:
        return bound
    # As in R survey the t of the sample size stands against the t of the design.
    most = max(evidence.effective_n - 1, 1.0)
    ratio = quantile(tail, max(most, pieces)) / quantile(tail, pieces)
    return min(share * (1 - share) / variance * ratio**2, bound)


def _assumed_n(share: float, pieces: float, evidence: ShareEvidence) -> float:
    if evidence.effective_clusters is None:
        return evidence.effective_n
    doubt = max(0.0, 1 - pieces / ENOUGH_PIECES) * (1 - 2 * share) ** 2
    rho = ASSUMED_CORRELATION * doubt
    return 1 / ((1 - rho) / evidence.effective_n + rho / evidence.effective_clusters)
