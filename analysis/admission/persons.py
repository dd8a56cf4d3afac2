"""Whose a row of a survey export is: one rule for the door, which makes pseudonyms of it, and for an erasure.

What must not be here: a pseudonym, or what somebody answered.
"""

from collections.abc import Iterable

from analysis.corpora.digits import folded
from analysis.corpora.surveys import Respondent
from analysis.custody.manifest import SurveySource


def text_of(respondent: Respondent, name: str) -> str:
    """The text of a variable, its digits as 0 to 9, or nothing."""
    answer = respondent.answers.get(name) if name else None
    return folded(answer).strip() if isinstance(answer, str) else ""


def identity_of(respondent: Respondent, source: SurveySource) -> str:
    """The respondent's id: the manifest's variable, or the one that the vendor's format gives; nothing without one."""
    if source.variables.respondent:
        return text_of(respondent, source.variables.respondent)
    # A vendor counts within one export: the same number elsewhere is another person.
    return f"{source.source_id}|{respondent.identity}" if respondent.identity else ""


def in_period(identity: str, period: str) -> str:
    """Whose row it is: the person's, in a study with periods the person's in one of them."""
    return f"{identity}\n{period}" if period else identity


def every_row(identity: str, periods: Iterable[str]) -> list[str]:
    """All that `in_period` can make of a person: without a period, and in each."""
    return [in_period(identity, period) for period in ("", *periods)]
