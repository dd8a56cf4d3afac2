"""Lists of the plan: who answered which, in which arm, and how many gave each answer.

What must not be here: an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.strategy.frame import Bools, Floats, Survey
from analysis.study.estimands import ItemList

ARMS = ("control", "treatment")
ALL_ANSWERS = "all answers"
EQUAL_LENGTH = "difference in means, lists of equal length"


@dataclass(frozen=True, eq=False)
class ListAnswers:
    """One list among those who answered it.

    Attributes
    ----------
    declared : the list
    rows : (n) respondents of the survey who answered it
    y : (m,) number of items named
    treat : (m,) 1 where the list had one item more
    """

    declared: ItemList
    rows: Bools
    y: Floats
    treat: Floats

    @property
    def item(self) -> str:
        """Its column."""
        return self.declared.item

    @property
    def items(self) -> int:
        """Items that everybody saw."""
        return self.declared.control_items

    @property
    def estimator(self) -> str:
        """How tables name the difference between its arms."""
        return "difference in means" if self.declared.design == "conventional" else EQUAL_LENGTH

    def highest(self, arm: int) -> int:
        """The largest answer that an arm can give."""
        return self.items + (arm or self.declared.design == "placebo-list")


def list_answers(survey: Survey, declared: ItemList) -> ListAnswers:
    """Counts and arms of one list; whoever names more than the arm could see is left out, see `impossible_counts`."""
    counts, arm = counts_of(survey, declared), survey.answer(declared.arm)
    rows = np.isfinite(counts) & arm.isin([declared.control, declared.treatment]).to_numpy()
    rows &= ~_is_impossible(counts, arm, declared)
    return ListAnswers(declared, rows, counts[rows], (arm == declared.treatment).to_numpy("float64")[rows])


def impossible_counts(survey: Survey, declared: ItemList) -> int:
    """Respondents who name more items than their arm had."""
    return int(_is_impossible(counts_of(survey, declared), survey.answer(declared.arm), declared).sum())


def _is_impossible(counts: Floats, arm: pd.Series[str], declared: ItemList) -> Bools:
    shown = declared.control_items + ((arm == declared.treatment) | (declared.design == "placebo-list")).astype(int)
    return np.asarray(counts > shown.to_numpy())


def counts_of(survey: Survey, declared: ItemList) -> Floats:
    """(n,) number of items that each respondent named, nan where there is none."""
    return np.asarray(pd.to_numeric(survey.answer(declared.item), errors="coerce").to_numpy("float64"))


def list_counts(survey: Survey) -> pd.DataFrame:
    """Table `list_counts`: respondents by list, arm and answer, as the gate needs them: none hidden, zeros too.

    An answer that an arm cannot give has no row; a list that an arm did not answer has none either.
    """
    found = []
    for declared in dict.fromkeys(each for one in survey.plan.list_experiments for each in one.all_lists):
        given = list_answers(survey, declared)
        for treated, arm in enumerate(ARMS):
            answers = given.y[given.treat == treated].astype(np.int64)
            if not len(answers):
                continue
            counts = np.bincount(answers, minlength=given.highest(treated) + 1)
            found += [(given.item, arm, str(answer), int(n)) for answer, n in enumerate(counts)]
            found.append((given.item, arm, ALL_ANSWERS, len(answers)))
    return pd.DataFrame(found, columns=["item_text", "list_arm_code", "list_answer_text", "list_answers_n"])
