"""The fraud and quality screen of respondents: rules that are fixed in the parameters before there are data.

Flags say what an answer sheet looks like, never what a person is; they are counted in the open and serve estimation.
What must not be here: a rule that looks at an attitude.
"""

from dataclasses import dataclass

import pandas as pd

AGREEMENT_ITEMS = ("dm1", "dm2", "dm3", "dm4", "ta7")
"""Agree-disagree items in one block, `dm4` reversed: one answer throughout contradicts itself."""

ATTENTION_ITEM, FOIL_ITEM = "qc1", "ex2_foil"
FREE_TEXT_ITEM = "qc2"
"""A sentence of one's own; the other free answer is short, and people give the same one in good faith."""

NOT_ANSWERS = (
    "respondent_pseudonym", "linkage_pseudonym", "recruiter_pseudonym", "recruitment_code", "wave", "interview_minutes",
    "is_recontact_allowed", "is_microdata_allowed", "survey_mode_code", "sample_source_code",
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


@dataclass(frozen=True)
class Screen:
    """The rules' numbers.

    Attributes
    ----------
    speeder_share : share of the sample's median length under which an interview is too short
    attention_answer : the answer that the instructed item asks for
    excluding_flags : rules broken from which on a respondent is left out; duplicates always are
    """

    speeder_share: float
    attention_answer: str
    excluding_flags: int

    def sentence(self, rule: str) -> str:
        """A rule in words."""
        return {
            "duplicate_answers": "every answer equals those of another respondent; all but one are flagged",
            "speeder": f"interview shorter than {100 * self.speeder_share:.3g} % of the median of the sample",
            "straight_liner": f"one and the same answer to all {len(AGREEMENT_ITEMS)} agree-disagree items",
            "inattentive": f"the instructed item was not answered with {self.attention_answer}",
            "foil_claimed": "says to have seen the message that was invented for this question",
            "text_repeated": "the free sentence, of at least five words, equals another respondent's",
            "any": "breaks at least one rule",
            "excluded": f"duplicate, or breaks at least {self.excluding_flags} rules: left out of estimation",
        }[rule]


def flagged(responses: pd.DataFrame, screen: Screen) -> pd.DataFrame:
    """Which rules each respondent breaks.

    Parameters
    ----------
    responses : DataFrame
        Table `survey_responses`, in key order.
    screen : Screen

    Returns
    -------
    DataFrame
        Table `respondent_quality`.
    """
    answers = responses.drop(columns=list(NOT_ANSWERS))
    block = responses[list(AGREEMENT_ITEMS)]
    median = responses.groupby("sample_source_code").interview_minutes.transform("median")
    attention, foil = responses[ATTENTION_ITEM], responses[FOIL_ITEM]
    flags = pd.DataFrame(
        {
            "is_duplicate_answers": answers.duplicated(keep="first"),
            "is_speeder": (responses.interview_minutes < screen.speeder_share * median).fillna(False),
            "is_straight_liner": (block.nunique(axis=1) == 1) & ~_is_missing(block.iloc[:, 0]),
            "is_inattentive": (attention != screen.attention_answer) & ~_is_missing(attention),
            "is_foil_claimed": (foil != "never") & ~_is_missing(foil),
            "is_text_repeated": responses[FREE_TEXT_ITEM] == "repeated",
        }
    ).astype(bool)
    flags["flags_count"] = flags.sum(axis=1)
    flags["is_excluded"] = flags.is_duplicate_answers | (flags.flags_count >= screen.excluding_flags)
    return flags.assign(respondent_pseudonym=responses.respondent_pseudonym)


def flag_counts(flags: pd.DataFrame, responses: pd.DataFrame, screen: Screen, minimum: int) -> pd.DataFrame:
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
                rows.append((source, rule, screen.sentence(rule), count))
    return pd.DataFrame(rows, columns=["sample_source_code", "quality_rule_code", "quality_rule_text", "respondents_n"])


def _is_missing(answers: pd.Series) -> "pd.Series[bool]":
    return answers.str.startswith(".")
