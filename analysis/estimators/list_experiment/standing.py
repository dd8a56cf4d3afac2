"""The standing of a list experiment: what its difference in mean counts may be called.

What belongs here: the order of work (screen, types, test, then the difference) and the rule for a prevalence.
What must not: new arithmetic; a percentage where the screen forbids one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, unusable_estimate
from analysis.estimators.list_experiment.design_effect import DesignEffectTest, design_effect_test
from analysis.estimators.list_experiment.difference import DifferenceResult, difference_in_means
from analysis.estimators.list_experiment.double import PlaceboList
from analysis.estimators.list_experiment.joint_types import JointTypes, joint_types
from analysis.estimators.list_experiment.length_error import (
    LengthEnvelope,
    length_envelope,
    length_warning,
    named_placebo_check,
    own_errors,
    placebo_check,
)
from analysis.estimators.list_experiment.responses import ListDesign, ListResponses, list_responses
from analysis.estimators.list_experiment.screen import FloorCeilingScreen, floor_ceiling_screen
from analysis.estimators.variance import FloatArray

# Conventional level of the no-design-effect test. Only the test without moment selection, which keeps its level
# everywhere, can block a prevalence; with selection it warns.
DESIGN_EFFECT_LEVEL = 0.05

PLACEBO_REASON = "the study's placebo list moved the counts: a longer list alone does: not usable as a prevalence"
DESIGN_EFFECT_REASON = "design effect: the sensitive item changes the other answers: not usable as a prevalence"
IMPOSSIBLE_REASON = "the whole interval lies outside 0 to 1: not usable as a prevalence"
NEGATIVE_WARNING = "the difference in mean counts is negative, which no share can be; its interval includes 0"
SELECTION_WARNING = "the no-design-effect test rejects with moment selection but not without: read with care"
INDEPENDENCE_WARNING = "screen and design-effect test ignore weights, strata and clusters: no weighted form is defined"
PREVALENCE_UNIT = "share of respondents"


@dataclass(frozen=True, slots=True)
class ListAnalysis:
    """Diagnostics and estimates of one list experiment.

    Attributes
    ----------
    screen, types, design_effect, design_effect_unselected
        Diagnostics: floor–ceiling screen, respondent types, the test with and without moment selection.
    means
        Difference in mean counts and the arm means; always present.
    prevalence
        The difference read as a share; without a value when a diagnostic forbids that reading.
    length
        The difference with the error of length allowed for; claims are judged by it, never by the interval alone.
    warnings
        Sentences that belong beside the numbers.
    """

    screen: FloorCeilingScreen
    types: JointTypes
    design_effect: DesignEffectTest
    design_effect_unselected: DesignEffectTest
    means: DifferenceResult
    prevalence: Estimate
    length: LengthEnvelope
    warnings: tuple[str, ...]


def analyse(
    response: npt.ArrayLike,
    treat: npt.ArrayLike,
    items: int,
    *,
    design: ListDesign = "conventional",
    placebo: PlaceboList | None = None,
    weights: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> ListAnalysis:
    """Diagnose a list experiment, then estimate it, and call the result a prevalence only if it may be.

    Use it for every list that is reported. The prevalence is withheld when the screen fails, when the no-design-effect
    test without moment selection rejects at 5 %, when the study's own placebo list moved the counts, or when the
    interval excludes every possible share. The error of length is said in a warning and an envelope, whatever the
    checks say. In a placebo list an answer that counts the placebo item is taken for the largest honest one by the
    screen, the types and the test; means are those of the answers as given.

    Parameters
    ----------
    response, treat, items, design, weights, strata, clusters, confidence
        As in `difference_in_means`.
    placebo
        The study's own placebo list against its conventional control list, None where there is none.

    Returns
    -------
    ListAnalysis

    Raises
    ------
    EstimationError
        As `difference_in_means` and `design_effect_test`.

    Source
        Order of work: Blair & Imai 2012, Political Analysis 20(1), section 4; withholding: this project.

    Example
    -------
    >>> analyse([0, 1, 2, 3] * 5 + [1, 2, 3, 0] * 5, [0] * 20 + [1] * 20, 3).prevalence.is_usable
    True
    """
    data = list_responses(response, treat, items, design=design)
    honest = np.where(data.treat == 0, np.minimum(data.y, items), data.y)
    screen = _screen(data, honest, design, placebo)
    selected = design_effect_test(honest, treat, items)
    unselected = design_effect_test(honest, treat, items, moment_selection=False)
    means = difference_in_means(
        response, treat, items, design=design, weights=weights, strata=strata, clusters=clusters, confidence=confidence
    )
    errors = None if placebo is None else own_errors(placebo.difference)
    warnings = _warnings(screen, selected, unselected, means.difference)
    warnings = (*warnings, length_warning(means.difference, design, errors))
    if any(x is not None for x in (weights, strata, clusters)):
        warnings = (*warnings, INDEPENDENCE_WARNING)
    prevalence = _prevalence(means.difference, _reason(screen, unselected, means.difference), warnings)
    length = length_envelope(means.difference, design, errors)
    types = joint_types(honest, treat, items)
    return ListAnalysis(screen, types, selected, unselected, means, prevalence, length, warnings)


def _screen(
    data: ListResponses, honest: FloatArray, design: ListDesign, placebo: PlaceboList | None
) -> FloorCeilingScreen:
    """The floor–ceiling screen, and what the placebo item says where there is one."""
    screen = floor_ceiling_screen(honest, data.treat, data.items)
    named = [named_placebo_check(data)] if design == "placebo-list" else []
    own = [] if placebo is None else [placebo_check(placebo)]
    return replace(screen, checks=(*screen.checks, *named, *own))


def _reason(screen: FloorCeilingScreen, test: DesignEffectTest, difference: Estimate) -> str | None:
    """First reason against reading the difference as a share; None when there is none."""
    blocking = [check.code for check in screen.failures if check.is_blocking]
    if blocking:
        return PLACEBO_REASON if blocking == ["placebo_list"] else screen.reason
    if test.p_value < DESIGN_EFFECT_LEVEL:
        return DESIGN_EFFECT_REASON
    is_below = difference.high is not None and difference.high < 0
    is_above = difference.low is not None and difference.low > 1
    return IMPOSSIBLE_REASON if is_below or is_above else None


def _prevalence(difference: Estimate, reason: str | None, warnings: tuple[str, ...]) -> Estimate:
    if reason is None:
        return replace(difference, term="prevalence", unit=PREVALENCE_UNIT, warnings=warnings)
    return unusable_estimate(
        "prevalence",
        reason,
        n=difference.n,
        unit=PREVALENCE_UNIT,
        method=difference.method,
        confidence=difference.confidence,
        warnings=warnings,
    )


def _warnings(
    screen: FloorCeilingScreen, selected: DesignEffectTest, unselected: DesignEffectTest, difference: Estimate
) -> tuple[str, ...]:
    found = [check.meaning for check in screen.failures]
    if selected.p_value < DESIGN_EFFECT_LEVEL <= unselected.p_value:
        found.append(SELECTION_WARNING)
    if difference.value is not None and difference.high is not None and difference.value < 0 <= difference.high:
        found.append(NEGATIVE_WARNING)
    return tuple(found)
