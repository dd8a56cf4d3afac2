"""`estimate mrp`: answers as they were given (directly, through a random device, as a list), ready for the model.

What belongs here: which columns an answer has, and what is said beside a number that rests on it. What must not:
groups, cells, sampling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.list_length import length_envelopes
from analysis.commands.survey_file import coded_arms, numeric, require_columns, yes_no
from analysis.errors import InputError
from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.estimators.list_experiment.standing import ListAnalysis, analyse
from analysis.estimators.mrp import GroupedAnswers, multilevel_cells
from analysis.estimators.mrp_list import list_cells
from analysis.estimators.randomised_response.designs import Device, device
from analysis.estimators.variance import FloatArray

MASKED = "answers went through a random device: take anchor and attention checks from estimate randomised-response"
OTHER_ITEMS = "the mean of the other items is taken to be additive in the groups; take checks from list-experiment"


@dataclass(frozen=True)
class AnswerOptions:
    """How `--outcome` was asked, by the names on the command line."""

    design: str | None = None
    p: float | None = None
    p1: float | None = None
    p0: float | None = None
    q: float | None = None
    items: int | None = None
    treatment: str | None = None
    control: str | None = None
    treated: str | None = None

    def device(self) -> Device | None:
        """What the answers went through, None for direct ones and lists.

        Raises
        ------
        InputError, EstimationError
            When the device is half described, or asked for beside a list.
        """
        if (self.design is None) != (self.p is None):
            raise InputError("--design and --p go together; give both for masked answers, or neither")
        if self.design is None or self.p is None:
            return None
        if self.items is not None:
            raise InputError("--design is for masked answers and --items for lists; give one of them")
        return device(self.design, self.p, p1=self.p1, p0=self.p0, q=self.q)


@dataclass(frozen=True, eq=False)
class GivenAnswers:
    """One answer a row, NaN where missing; the arm too, of a list."""

    value: FloatArray
    device: Device | None = None
    arm: FloatArray | None = None
    items: int = 0

    @property
    def is_given(self) -> npt.NDArray[np.bool_]:
        """(n,) rows with an answer, and an arm where there are arms."""
        here = ~np.isnan(self.value)
        return here if self.arm is None else here & ~np.isnan(self.arm)

    def taken(self, rows: npt.NDArray[np.bool_]) -> GivenAnswers:
        """The same of some rows."""
        return replace(self, value=self.value[rows], arm=None if self.arm is None else self.arm[rows])

    def by_cells(self, x: FloatArray, groups: npt.NDArray[np.int64], levels_n: list[int]) -> GroupedAnswers:
        """What the model takes.

        Raises
        ------
        EstimationError
            As `multilevel_cells` and `list_cells`.
        """
        if self.arm is None:
            return multilevel_cells(self.value, x, groups, levels_n, self.device)
        return list_cells(self.value, self.arm, self.items, X=x, groups=groups, levels_n=levels_n)

    def standing(self) -> ListAnalysis | None:
        """Screen of a list, None for other answers."""
        return None if self.arm is None else analyse(self.value, self.arm, self.items)


def read_answers(options: AnswerOptions, sample: pd.DataFrame, outcome: str) -> GivenAnswers:
    """Read a column of answers as the options describe them.

    Parameters
    ----------
    options, sample, outcome
        How they were given; rows; the column.

    Returns
    -------
    GivenAnswers

    Raises
    ------
    InputError
        In one sentence that names the column, the value and the fix.
    """
    through = options.device()
    if (options.items is None) != (options.treatment is None):
        raise InputError("--items and --treatment go together; give both for a list experiment, or neither")
    if options.items is None or options.treatment is None:
        if options.control is not None or options.treated is not None:
            raise InputError("--control and --treated name the arms of a list; give --items and --treatment too")
        return GivenAnswers(yes_no(sample, outcome), through)
    require_columns(sample, {"--treatment": options.treatment})
    counts = numeric(sample, outcome, "a list answer is a number; leave a refusal empty")
    arm = coded_arms(sample, options.treatment, options.control, options.treated)
    return GivenAnswers(counts, None, arm, options.items)


def with_standing(
    estimates: list[Estimate], standing: ListAnalysis | None
) -> tuple[list[Estimate], dict[str, Any], list[str]]:
    """Withhold estimates of a list that fails its screen, and say what stands beside those of one that passes.

    Parameters
    ----------
    estimates, standing
        Of the model; of the list, None for other answers.

    Returns
    -------
    tuple
        Estimates, diagnostics, sentences.
    """
    if standing is None:
        return estimates, {}, []
    reason = standing.prevalence.unusable_reason
    if reason is not None:
        estimates = [unusable_estimate(e.term, reason, n=e.n, unit=e.unit, method=e.method) for e in estimates]
    plain = standing.means.difference
    called = [replace(e, term="prediction") if i == 0 else e for i, e in enumerate(estimates)]
    diagnostics = {
        "usable": reason is None,
        "reason": reason,
        "difference_in_means": [plain.value, plain.low, plain.high],
        **length_envelopes(called[:1], "conventional", None),
    }
    return estimates, diagnostics, [*standing.warnings, OTHER_ITEMS]
