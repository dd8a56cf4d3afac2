"""Lists of the instrument: who answered which, in which arm, and how many gave each answer.

What must not be here: an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results.survey_frame import Bools, Floats, Survey

LISTS = ("lx1", "lx2")
PLACEBO = "lx3"
ARMS = ("control", "treatment")
ALL = "all answers"


@dataclass(frozen=True, eq=False)
class ListAnswers:
    """One list among those who answered it.

    Attributes
    ----------
    item : the list
    rows : (n) respondents of the survey who answered it
    y : (m,) number of items named
    treat : (m,) 1 where the list had one item more
    """

    item: str
    rows: Bools
    y: Floats
    treat: Floats


def list_answers(survey: Survey, item: str) -> ListAnswers:
    """Counts and arms of one list."""
    counts = pd.to_numeric(survey.answer(item), errors="coerce").to_numpy("float64")
    arm = survey.answer(f"{item}_arm")
    rows = np.isfinite(counts) & arm.isin(ARMS).to_numpy()
    return ListAnswers(item, rows, counts[rows], (arm == "treatment").to_numpy("float64")[rows])


def list_counts(survey: Survey, items: int) -> pd.DataFrame:
    """Table `list_counts`: respondents by list, arm and answer, as the gate needs them: none hidden, zeros too.

    Parameters
    ----------
    survey : Survey
    items : int
        Control items of each list. An answer that an arm cannot give has no row; a list that an arm did not answer
        has none either.
    """
    found = []
    for item in (*LISTS, PLACEBO):
        given = list_answers(survey, item)
        for treated, arm in enumerate(ARMS):
            answers = given.y[given.treat == treated].astype(np.int64)
            if not len(answers):
                continue
            counts = np.bincount(answers, minlength=items + treated + 1)
            found += [(item, arm, str(answer), int(n)) for answer, n in enumerate(counts)]
            found.append((item, arm, ALL, len(answers)))
    return pd.DataFrame(found, columns=["item_text", "list_arm_code", "list_answer_text", "list_answers_n"])
