"""The intervals that claims are judged by, at many levels: restricted, and read by the stage of verdicts alone.

What must not be here: a limit of any rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.schemas.evidence_levels import LEVELS
from analysis.strategy.comparisons import Comparison, is_large_enough, judged, robust_comparison
from analysis.strategy.direct import blended_share, is_reported, robust, robust_group
from analysis.strategy.frame import Survey
from analysis.strategy.rows import reason_against
from analysis.study.estimands import Question

COLUMNS = [
    "estimand_id", "item_text", "group_text", "quantity_code", "respondents_count", "is_publishable",
    "is_design_passed", "robust_value", "confidence_level", "robust_low", "robust_high",
]  # fmt: skip


def evidence_rows(survey: Survey, failed: Mapping[str, str | None]) -> pd.DataFrame:
    """Table `survey_evidence`: the robust interval of every estimand that asks for it, at every level.

    Parameters
    ----------
    survey : Survey
    failed : mapping
        Name of each list experiment to the reason for which its design failed, None where it did not.
    """
    rows = [row for question in survey.plan.questions if question.robust for row in _of_share(survey, question)]
    rows += [row for made in judged(survey, failed) for row in _of_comparison(survey, made)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_share(survey: Survey, question: Question) -> Iterator[tuple[object, ...]]:
    kind, members = robust_group(survey, question)
    coded = survey.coded(question).among(members)
    yes_n, n = int((coded.yes & coded.is_decided).sum()), int(coded.is_decided.sum())
    is_publishable = is_reported(survey, question) and reason_against(survey.plan, yes_n, n - yes_n, kind) is None
    item = survey.plan.item_text(question)
    shown = (question.estimand, item, question.robust, "answer_share", n, is_publishable, True)
    for level in LEVELS:
        found = robust(survey, coded, confidence=level)
        if found is not None:
            yield *shown, blended_share(survey, coded), level, found.low, found.high


def _of_comparison(survey: Survey, made: Comparison) -> Iterator[tuple[object, ...]]:
    if not is_large_enough(survey.plan, made):
        return
    place, passed = made.place, made.reason is None
    for level in LEVELS:
        found = robust_comparison(survey, made, level)
        if found is None:
            return
        plain = made.estimator(survey.weights["blended"], None)
        shown = (place.estimand_id, place.item, place.group, place.quantity, int(plain.counted.sum()), passed, passed)
        yield *shown, plain.value, level, found.low, found.high
