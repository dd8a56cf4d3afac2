"""The fraud and quality screen of respondents: rules that the plan fixes before there are data.

Flags say what an answer sheet looks like, never what a person is; they are counted in the open and serve estimation.
What must not be here: a rule that looks at an attitude, an item.
"""

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from analysis.schemas.items import MISSING_KINDS
from analysis.study.plan import Quality

FEWEST_LETTERS = 10
FEWEST_WORDS_REPEATED = 5
"""Shorter answers coincide by chance."""

NOT_ANSWERS = (
    "respondent_pseudonym", "linkage_pseudonym", "person_pseudonym", "recruiter_pseudonym", "recruitment_code", "wave",
    "interview_minutes", "is_recontact_allowed", "is_microdata_allowed", "survey_mode_code", "sample_source_code",
    "interview_period_text", "base_weight", "stratum_pseudonym", "cluster_pseudonym",
)  # fmt: skip
FLAGS = {
    "duplicate_answers": "is_duplicate_answers",
    "speeder": "is_speeder",
    "straight_liner": "is_straight_liner",
    "inattentive": "is_inattentive",
    "foil_claimed": "is_foil_claimed",
    "text_repeated": "is_text_repeated",
}
"""Rule → column."""


def sentence(screen: Quality, rule: str) -> str:
    """A rule in words."""
    answer = screen.attention.answer if screen.attention else ""
    return {
        "duplicate_answers": "every answer equals those of another respondent; all but one are flagged",
        "speeder": f"interview shorter than {100 * screen.speeder_share:.3g} % of the median of the sample",
        "straight_liner": f"one and the same answer to all {len(screen.agreement)} agree-disagree items",
        "inattentive": f"the instructed item was not answered with {answer}",
        "foil_claimed": "says to have seen the message that was invented for this question",
        "text_repeated": "the free sentence, of at least five words, equals another respondent's",
        "any": "breaks at least one rule",
        "excluded": f"duplicate, or breaks at least {screen.excluding_flags} {_which(screen)}: left out of estimation",
    }[rule]


def _which(screen: Quality) -> str:
    spares = screen.foil is not None and not screen.foil.is_excluding
    return "rules beside that on the invented message" if spares else "rules"


def flagged(responses: pd.DataFrame, screen: Quality) -> pd.DataFrame:
    """Which rules each respondent breaks.

    Parameters
    ----------
    responses : DataFrame
        Table `survey_responses`, in key order.
    screen : Quality
        Of the plan; a rule that it lacks flags nobody.

    Returns
    -------
    DataFrame
        Table `respondent_quality`.
    """
    answers, attention, foil = responses.drop(columns=list(NOT_ANSWERS)), screen.attention, screen.foil
    median = responses.groupby("sample_source_code").interview_minutes.transform("median")
    flags = pd.DataFrame(
        {
            "is_duplicate_answers": answers.duplicated(keep="first"),
            "is_speeder": (responses.interview_minutes < screen.speeder_share * median).fillna(False),
            "is_straight_liner": _straight(responses, screen),
            "is_inattentive": _differs(responses, attention.item, attention.answer) if attention else False,
            "is_foil_claimed": _differs(responses, foil.item, foil.absent) if foil else False,
            "is_text_repeated": responses[screen.free_text] == "repeated" if screen.free_text else False,
        },
        index=responses.index,
    ).astype(bool)
    flags["flags_count"] = flags.sum(axis=1)
    spared = flags.is_foil_claimed if foil and not foil.is_excluding else False
    flags["is_excluded"] = flags.is_duplicate_answers | (flags.flags_count - spared >= screen.excluding_flags)
    return flags.assign(respondent_pseudonym=responses.respondent_pseudonym)


def _straight(responses: pd.DataFrame, screen: Quality) -> "pd.Series[bool] | bool":
    if not screen.agreement:
        return False
    block = responses[list(screen.agreement)]
    return block.eq(block.iloc[:, 0], axis=0).all(axis=1) & ~_is_missing(block.iloc[:, 0])


def _differs(responses: pd.DataFrame, item: str, code: str) -> "pd.Series[bool]":
    """Whether an item was answered with anything but one code."""
    answers = responses[item]
    return (answers != code) & ~_is_missing(answers)


def flag_counts(flags: pd.DataFrame, responses: pd.DataFrame, screen: Quality, minimum: int) -> pd.DataFrame:
    """Respondents per rule and sample; counts under `minimum` are left out, and so are those of all but a few.

    Returns
    -------
    DataFrame
        Table `quality_flags`.
    """
    columns = {**FLAGS, "any": "", "excluded": "is_excluded"}
    rows = []
    for source, chosen in flags.groupby(responses.sample_source_code.to_numpy()):
        for rule, column in columns.items():
            count = int((chosen.flags_count > 0).sum() if rule == "any" else chosen[column].sum())
            if minimum <= count <= len(chosen) - minimum:
                rows.append((source, rule, sentence(screen, rule), count))
    return pd.DataFrame(rows, columns=["sample_source_code", "quality_rule_code", "quality_rule_text", "respondents_n"])


def _is_missing(answers: pd.Series) -> "pd.Series[bool]":
    return answers.str.startswith(".")


def screened(texts: Sequence[str]) -> list[str]:
    """What stays of free answers to one item: `given`, `too_short`, `repeated`, or why there is none; no word."""
    seen = Counter(map(_words, texts))
    return [text if text in MISSING_KINDS else _how_given(_words(text), seen) for text in texts]


def _how_given(words: tuple[str, ...], seen: "Counter[tuple[str, ...]]") -> str:
    if len(words) >= FEWEST_WORDS_REPEATED and seen[words] > 1:
        return "repeated"
    return "given" if len("".join(words)) >= FEWEST_LETTERS else "too_short"


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))
