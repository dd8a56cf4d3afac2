"""How many rows entered and why others did not: counted by outcome, released only where the counts are large enough."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from analysis.corpora.interviews import InterviewState

ADMITTED = "admitted"
NO_CONSENT = "no_consent"
"""Never given, refused, expired or ended: one outcome, so that no count tells how many changed their mind."""
NO_IDENTITY = "no_identity"
NOT_ADMISSIBLE = "account_not_admissible"
"""Neither an institution's nor a person's whose consent is in force: one outcome, for the same reason."""
NO_BASIS = "no_platform_terms_basis"
OUTSIDE_PERIOD = "outside_period"
REPEATED = "repeats_an_earlier_row"
NO_WEIGHT = "no_design_weight"
NO_PERIOD = "outside_every_period"
UNREADABLE = "unreadable"
NOT_COUNTING = {
    InterviewState.UNKNOWN: "interview_state_unknown",
    InterviewState.PARTIAL: "interview_not_complete",
    InterviewState.FURTHER: "further_row_of_a_person",
    InterviewState.ON_HOLD: "review_on_hold",
    InterviewState.TRIAL: "preview_or_test",
    InterviewState.SPAM: "marked_as_spam",
    InterviewState.REJECTED: "review_rejected",
    InterviewState.ENCRYPTED: "not_decrypted",
    InterviewState.DELETED: "deleted_in_the_system",
}
"""Interviews that do not count unless the manifest asks for their state."""


NO_NETWORK_SIZE = "network_size_imputed"
"""Counted once more among the admitted: estimation takes the median for them."""

Outcome = tuple[str, str]
"""Sample or platform, and what happened to a row."""

Tally = Counter[Outcome]


def released(
    tally: Tally, columns: tuple[str, str, str], minimum: int, authors: Mapping[Outcome, int] | None = None
) -> pd.DataFrame:
    """The outcomes that may be listed.

    Parameters
    ----------
    tally : Counter
        Rows by group and outcome.
    columns : tuple of str
        Names of the group, the outcome and the count.
    minimum : int
        Smallest releasable count. Smaller outcomes are left out, not emptied: no total of the table gives them away.
    authors : mapping, optional
        Accounts behind the rows of an outcome, where they are known: few are left out, however much they wrote.
    """
    known = authors or {}
    listed = {key: count for key, count in tally.items() if min(count, known.get(key, count)) >= minimum}
    return pd.DataFrame([(*key, count) for key, count in sorted(listed.items())], columns=list(columns))
