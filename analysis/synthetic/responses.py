"""Respondents of the fictional world as a table of answers, without the way through exports: for simulated studies.

A test holds this table against what admission makes of the exports. What must not be here: a file, an id of a person.
"""

import numpy as np
import pandas as pd

from analysis.synthetic.answers import FIELD_DAYS, Answers
from analysis.synthetic.questionnaire import QUESTIONS
from analysis.vendors.form import Question

MISSING = {"pns": ".refused", "dk": ".dont_know", "not_asked": ".not_asked"}
PERIODS = ("first", "second", "third")


def responses(answers: Answers) -> pd.DataFrame:
    """The table: one row a respondent in the order of the answers, every answer as the code of its option.

    Columns are those of the table `survey_responses`. Free texts stand in full, and everybody answered on the web.
    """
    n = len(answers.person)
    names = np.array([f"{number:032x}" for number in range(n)], dtype=object)
    is_recruited = answers.recruiter >= 0
    frame = {
        "respondent_pseudonym": names,
        "sample_source_code": answers.source,
        "interview_period_text": np.array(PERIODS, dtype=object)[_period(n)],
        "recruiter_pseudonym": pd.Series(names[answers.recruiter]).where(pd.Series(is_recruited), None),
        "survey_mode_code": "web",
        "interview_minutes": answers.minutes,
    }
    return pd.DataFrame(frame | {each.flat_name.lower(): _codes(each, answers) for each in QUESTIONS})


def _period(n: int) -> "np.typing.NDArray[np.int64]":
    """Third of the fieldwork in which each interview falls."""
    return np.arange(n) % FIELD_DAYS // (FIELD_DAYS // len(PERIODS))


def _codes(question: Question, answers: Answers) -> "np.typing.NDArray[np.object_]":
    """Names of the drawn options; numbers and texts as they are."""
    drawn, places = np.unique(answers.by_item[question.source], return_inverse=True)
    names = {choice[0]: choice[1] for choice in question.choices} | (MISSING if question.kind != "text" else {})
    return np.array([names.get(text, text) for text in drawn.tolist()], dtype=object)[places]
