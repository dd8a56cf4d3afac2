"""The robust interval that claims are judged by: one envelope over what cannot be known.

What belongs here: the envelope and where its ends come from. What must not: thresholds, verdicts.

A share gets its 95 % design-based interval under every combination of
(a) a bogus share, answered yes by all or by none of the bogus,
(b) "don't know" and refusals counted as no, and as yes,
(c) each weighting that the plan names,
(d) a design effect of at least the one assumed for respondent-driven samples,
and the envelope runs from the lowest lower to the highest upper limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval
from analysis.estimators.selection import BOGUS_SHARES, contamination_bounds
from analysis.estimators.shares import share_interval
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.estimates import share_evidences, survey_mean

RDS_DESIGN_EFFECT = 2.0


@dataclass(frozen=True, slots=True)
class RobustCase:
    """One combination of assumptions.

    Attributes
    ----------
    weighting
        Its name.
    undecided_as
        0: "don't know" and refusals as no; 1: as yes.
    bogus_share
        Assumed share of bogus answers.
    share
        Estimate before bogus answers are taken out.
    low, high
        Limits after that, both ways.
    """

    weighting: str
    undecided_as: int
    bogus_share: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RobustInterval:
    """The envelope.

    Attributes
    ----------
    low, high
        Its ends.
    lowest, highest
        The cases that gave them.
    cases
        All of them.
    undecided_share
        Unweighted share of "don't know" and refusals.
    design_effect
        At least this much was assumed.
    """

    low: float
    high: float
    lowest: RobustCase
    highest: RobustCase
    cases: tuple[RobustCase, ...]
    undecided_share: float
    design_effect: float


def robust_interval(
    answers: npt.ArrayLike,
    designs: Mapping[str, SurveyDesign],
    *,
    undecided: npt.ArrayLike | None = None,
    bogus_shares: Sequence[float] = BOGUS_SHARES,
    design_effect: float = RDS_DESIGN_EFFECT,
    confidence: float = DEFAULT_CONFIDENCE,
) -> RobustInterval:
    """Compute the robust interval of a share.

    Parameters
    ----------
    answers
        (n,) 1 yes, 0 no; ignored where `undecided`.
    designs
        Name to design of the same n rows, one for each weighting of the plan.
    undecided
        (n,) true for "don't know", refused and other answers that are neither; None for nobody.
    bogus_shares
        0, 4 and 7 %, or 0 to the study's own bound from its checks.
    design_effect
        Smallest one allowed; 1 for probability samples with their design in `designs`.
    confidence
        Coverage of each interval.

    Returns
    -------
    RobustInterval

    Raises
    ------
    EstimationError
        When an answer is neither 0 nor 1, a design has other rows, there is no weighting, or the design effect is
        below 1.

    Source
        The conventions of this project's claims register; bogus answers as in `contamination_bounds`.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> made = robust_interval([1] * 30 + [0] * 70, {"none": survey_design(100)}, bogus_shares=[0.0], design_effect=1)
    >>> round(made.low, 2), round(made.high, 2)
    (0.22, 0.4)
    """
    y, open_rows = _checked(answers, undecided)
    if not designs:
        raise EstimationError("designs is empty; name at least one weighting")
    if not design_effect >= 1:
        raise EstimationError(f"design_effect is {design_effect:g}; give 1 or more")
    if not bogus_shares:
        raise EstimationError("bogus_shares is empty; give at least 0")
    cases = []
    for name, design in designs.items():
        if design.n != len(y):
            raise EstimationError(f"weighting '{name}' has {design.n} rows and answers {len(y)}; give the same rows")
        for decided in (0, 1):
            share, limits = _interval(np.where(open_rows, float(decided), y), design, design_effect, confidence)
            cases += [_without_bogus(name, decided, b, share, limits) for b in bogus_shares]
    lowest, highest = min(cases, key=lambda c: c.low), max(cases, key=lambda c: c.high)
    return RobustInterval(
        lowest.low, highest.high, lowest, highest, tuple(cases), float(open_rows.mean()), design_effect
    )


def _checked(answers: npt.ArrayLike, undecided: npt.ArrayLike | None) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    y = np.asarray(answers, dtype=np.float64)
    open_rows = np.zeros(len(y), dtype=bool) if undecided is None else np.asarray(undecided, dtype=bool)
    if open_rows.shape != y.shape or y.ndim != 1 or not len(y):
        raise EstimationError(
            f"answers has shape {y.shape} and undecided {open_rows.shape}; give one of each for each row"
        )
    wrong = ~open_rows & ~np.isin(y, (0.0, 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(f"answers is {y[row]:g} at position {row + 1}; give 1, 0, or mark the row as undecided")
    return y, open_rows


def _interval(y: FloatArray, design: SurveyDesign, effect: float, confidence: float) -> tuple[float, Interval]:
    made = survey_mean(y, design)
    share, n, df = float(np.clip(made.values[0], 0.0, 1.0)), made.n, made.degrees_of_freedom
    if df < 1:
        raise EstimationError("clusters holds one unit only; a robust interval needs a variance")
    evidence = share_evidences(y, design)[0]
    variance = max(float(made.covariance[0, 0]), effect * share * (1 - share) / max(n - 1, 1))
    # Weights and recruitment both cost: no more respondents count than the larger of the two leaves.
    held = replace(evidence, effective_n=max(min(evidence.effective_n, n / effect), 1.0))
    return share, share_interval(share, variance, held, confidence)


def _without_bogus(name: str, decided: int, bogus: float, share: float, limits: Interval) -> RobustCase:
    low = contamination_bounds(limits.low, bogus).low
    high = contamination_bounds(limits.high, bogus).high
    return RobustCase(name, decided, bogus, share, low, high)


def with_other_weights(design: SurveyDesign, weights: npt.ArrayLike) -> SurveyDesign:
    """Give a design the weights of another weighting of the plan.

    Parameters
    ----------
    design
        Of n rows.
    weights
        (n,) 0 or more.

    Returns
    -------
    SurveyDesign
        Without the projections of earlier calibrations.
    """
    return replace(design, weights=np.asarray(weights, dtype=np.float64), projections=())
