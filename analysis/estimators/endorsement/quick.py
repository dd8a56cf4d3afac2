"""Quick endorsement estimates: differences in means, standardised and pooled over policies.

What belongs here: closed forms with design-based errors. What must not: latent ideal points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.estimators.endorsement.answers import CONTROL, EndorsementAnswers
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.variance import DesignCovariance, FloatArray, design_covariance, neyman_variance

POINTS = "points of the answer scale"
DEVIATIONS = "standard deviations of the control answers"


@dataclass(frozen=True, slots=True)
class QuickEndorsement:
    """Differences in means of an endorsement experiment.

    Attributes
    ----------
    differences
        Per policy and endorser, in points: terms `difference[policy.endorser]`.
    standardised
        The same in standard deviations of the control answers: terms `standardised[policy.endorser]`.
    pooled
        Per endorser, the mean of the standardised differences: terms `support[endorser]`.
    p_heterogeneity
        Per endorser, test that the standardised differences are equal over policies.
    """

    differences: tuple[Estimate, ...]
    standardised: tuple[Estimate, ...]
    pooled: tuple[Estimate, ...]
    p_heterogeneity: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Contrast:
    """One endorser on one policy: difference in points, control deviation, and each respondent's pull on both."""

    difference: float
    deviation: float
    pull: FloatArray
    standardised_pull: FloatArray


def quick_endorsement(answers: EndorsementAnswers, confidence: float = DEFAULT_CONFIDENCE) -> QuickEndorsement:
    """Estimate how an endorsement moves the support of each policy, and on average over policies.

    Use it as the first look, and where the ordered-probit model is too much: it assumes random assignment only. It is
    an effect on policies, not a share of supporters of the endorser.

    Parameters
    ----------
    answers
        From `endorsement_answers`.
    confidence
        Coverage of the intervals.

    Returns
    -------
    QuickEndorsement

    Raises
    ------
    EstimationError
        As `design_covariance`.

    Source
        Bullock, Imai & Shapiro 2011, Political Analysis 19(4), section 2; Neyman's variance for each policy without a
        design. Standardisation divides by the estimated control deviation, whose error is carried along; respondents
        answer several policies, so the pooled variance uses their joint influence.

    Example
    -------
    >>> from analysis.estimators.endorsement.answers import endorsement_answers
    >>> answers = endorsement_answers([[1], [2], [2], [3]] * 10, [[0], [1], [0], [1]] * 10, ["a"], ["actor"])
    >>> round(quick_endorsement(answers).differences[0].value, 6)
    1.0
    """
    J, K = len(answers.policies), len(answers.endorsers)
    made = [[_contrast(answers, j, k) for j in range(J)] for k in range(1, K + 1)]
    differences, standardised, pooled, p_values = [], [], [], []
    for name, contrasts in zip(answers.endorsers, made, strict=True):
        design = design_covariance(
            np.column_stack([c.standardised_pull for c in contrasts]), answers.strata, answers.clusters
        )
        values = np.array([c.difference / c.deviation for c in contrasts])
        for j, (policy, c) in enumerate(zip(answers.policies, contrasts, strict=True)):
            differences.append(_in_points(answers, j, f"{policy}.{name}", c, confidence))
            se = float(np.sqrt(design.matrix[j, j]))
            term = f"standardised[{policy}.{name}]"
            standardised.append(_estimate(answers, term, float(values[j]), se, design=design, confidence=confidence))
        se = float(np.sqrt(design.matrix.sum())) / J
        pooled.append(
            _estimate(answers, f"support[{name}]", float(values.mean()), se, design=design, confidence=confidence)
        )
        p_values.append(_heterogeneity(values, design.matrix))
    return QuickEndorsement(tuple(differences), tuple(standardised), tuple(pooled), tuple(p_values))


def _has_design(answers: EndorsementAnswers) -> bool:
    return any(x is not None for x in (answers.weights, answers.strata, answers.clusters))


def _contrast(answers: EndorsementAnswers, j: int, k: int) -> _Contrast:
    y = np.where(np.isfinite(answers.y[:, j]), answers.y[:, j], 0.0)
    treated, control = (answers.w * answers.cell(j, arm) for arm in (k, CONTROL))
    treated, control = treated / treated.sum(), control / control.sum()
    mean, base = float(treated @ y), float(control @ y)
    variance = float(control @ (y - base) ** 2)
    deviation, difference = float(np.sqrt(variance)), mean - base
    pull = treated * (y - mean) - control * (y - base)
    pull_of_deviation = control * ((y - base) ** 2 - variance) / (2 * deviation)
    standardised = pull / deviation - difference / variance * pull_of_deviation
    return _Contrast(difference, deviation, pull, standardised)


def _in_points(answers: EndorsementAnswers, j: int, name: str, contrast: _Contrast, confidence: float) -> Estimate:
    term = f"difference[{name}]"
    k = answers.endorsers.index(name.removeprefix(f"{answers.policies[j]}.")) + 1
    if _has_design(answers):
        design = design_covariance(contrast.pull[:, None], answers.strata, answers.clusters)
        se = float(np.sqrt(design.matrix[0, 0]))
        return _estimate(answers, term, contrast.difference, se, design=design, confidence=confidence, unit=POINTS)
    groups = [answers.y[answers.cell(j, arm), j] for arm in (k, CONTROL)]
    return usable_estimate(
        term,
        contrast.difference,
        float(np.sqrt(neyman_variance(groups[0], groups[1]))),
        n=sum(len(g) for g in groups),
        unit=POINTS,
        method="difference in means, neyman variance",
        confidence=confidence,
    )


def _estimate(
    answers: EndorsementAnswers,
    term: str,
    value: float,
    se: float,
    *,
    design: DesignCovariance,
    confidence: float,
    unit: str = DEVIATIONS,
) -> Estimate:
    return usable_estimate(
        term,
        value,
        se,
        n=answers.n,
        unit=unit,
        method="difference in means, linearised variance",
        confidence=confidence,
        degrees_of_freedom=design.degrees_of_freedom if _has_design(answers) else None,
    )


def _heterogeneity(values: FloatArray, covariance: FloatArray) -> float:
    """Wald test that all values are equal."""
    J = len(values)
    if J == 1:
        return 1.0
    contrast = np.eye(J)[:-1] - np.eye(J)[1:]
    d = contrast @ values
    statistic = float(d @ np.linalg.pinv(contrast @ covariance @ contrast.T) @ d)
    return float(stats.chi2.sf(statistic, J - 1))
