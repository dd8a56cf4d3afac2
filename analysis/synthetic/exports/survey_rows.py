"""A respondent as every survey vendor receives it: ids, traces of the person, the answers as the world drew them."""

from datetime import timedelta

import numpy as np

from analysis.synthetic.answers import FIELD_DAYS, FIRST_DAY, Answers
from analysis.synthetic.canaries import OUTSIDE, SENTENCES, hatch
from analysis.vendors.form import Row

PLANTED_ANSWER_SHARE = 0.03
"""Of free answers that carry a canary."""

NOT_ASKED_IF_SEED = ("NW3",)


def respondent_ids(size: int, generator: np.random.Generator) -> list[str]:
    """Ids in an order that tells nothing about recruitment."""
    return [f"SYNR{number:06d}" for number in generator.permutation(900_000)[:size] + 100_000]


def consent_key(respondent_id: str) -> str:
    """The key under which the ledger knows a respondent."""
    return f"SYNK-{respondent_id[4:]}"


def survey_rows(answers: Answers, wave: "np.typing.NDArray[np.int64]", generator: np.random.Generator) -> list[Row]:
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
            Row(
                number=number,
                respondent_id=identity,
                consent_key=consent_key(identity),
                recruiter_id=ids[recruiter] if recruiter >= 0 else "",
                wave=int(waves[number]),
                seconds=round(float(answers.minutes[number]) * 60),
                day=(FIRST_DAY + timedelta(days=number % FIELD_DAYS)).isoformat(),
                trace=trace,
                answers=given,
            )
        )
    return rows
