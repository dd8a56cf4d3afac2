"""A respondent as every survey vendor receives it: ids, traces of the person, the answers as the world drew them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.synthetic.answers import Answers
from analysis.synthetic.canaries import OUTSIDE, SENTENCES, Canary, hatch

PLANTED_ANSWER_SHARE = 0.03
"""Of free answers that carry a canary."""

NOT_ASKED_IF_SEED = ("NW3",)
FIRST_DAY = date(2100, 3, 1)
FIELD_DAYS = 60
"""Interviews are spread over them without regard to who answers: nothing changes in this world."""


@dataclass(frozen=True)
class SurveyRow:
    """One respondent.

    Attributes
    ----------
    respondent_id, consent_key : ids of the fictional field office
    recruiter_id : of the person who passed a coupon on; empty for a seed or a volunteer
    wave : 0 for a seed or a volunteer
    seconds : length of the interview
    trace : the name, telephone and addresses that a survey system would have recorded
    answers : the world's answers by item
    """

    number: int
    respondent_id: str
    consent_key: str
    recruiter_id: str
    wave: int
    seconds: int
    trace: Canary
    answers: Mapping[str, str]

    @property
    def day(self) -> str:
        """Day of the interview."""
        return (FIRST_DAY + timedelta(days=self.number % FIELD_DAYS)).isoformat()

    @property
    def address(self) -> str:
        """An internet address of a range kept for documentation."""
        return f"203.0.113.{self.number % 256}"


def respondent_ids(size: int, generator: np.random.Generator) -> list[str]:
    """Ids in an order that tells nothing about recruitment."""
    return [f"SYNR{number:06d}" for number in generator.permutation(900_000)[:size] + 100_000]


def consent_key(respondent_id: str) -> str:
    """The key under which the ledger knows a respondent."""
    return f"SYNK-{respondent_id[4:]}"


def survey_rows(
    answers: Answers, wave: "np.typing.NDArray[np.int64]", generator: np.random.Generator
) -> list[SurveyRow]:
    """Every respondent in the order of the answers: the recruits, then the volunteers."""
    ids = respondent_ids(len(answers.person), generator)
    by_item = {item: values.tolist() for item, values in answers.by_item.items()}
    waves = np.concatenate([wave, np.zeros(len(ids) - len(wave), dtype=np.int64)])
    planted = generator.random(len(ids)) < PLANTED_ANSWER_SHARE
    rows = []
    for number, identity in enumerate(ids):
        recruiter = int(answers.recruiter[number])
        given = {item: values[number] for item, values in by_item.items()}
        trace = hatch(1_000_000 + number, generator, OUTSIDE)
        if planted[number]:
            given["EX5"] = SENTENCES["en"].format(**vars(trace))
        if recruiter < 0:
            given |= dict.fromkeys(NOT_ASKED_IF_SEED, "not_asked")
        rows.append(
            SurveyRow(
                number=number,
                respondent_id=identity,
                consent_key=consent_key(identity),
                recruiter_id=ids[recruiter] if recruiter >= 0 else "",
                wave=int(waves[number]),
                seconds=round(float(answers.minutes[number]) * 60),
                trace=trace,
                answers=given,
            )
        )
    return rows
