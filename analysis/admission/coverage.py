"""How much of an export consent covers: what a researcher looks at before anything is admitted; counts only."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from analysis.admission.posts import CONSENT, INSTITUTION, author_of
from analysis.admission.standing import refusal
from analysis.admission.study import PUBLICATION, SURVEY
from analysis.corpora.exports import Export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.ledger import Consent, allows
from analysis.custody.manifest import Manifest, PostSource, SurveySource, Variables

DEFAULT_SUBJECT = "consent_key"
"""The variable of a survey export that is looked at when no manifest names one."""

IN_FORCE, NOT_IN_FORCE, NO_SUBJECT = "in_force", "not_in_force", "no_subject"
NO_KIND = "kind_of_account_not_in_the_plan"
NOT_LISTED, NO_TERMS = "account_not_listed", "no_platform_terms_basis"


def coverage(
    export: Export,
    consents: Mapping[str, Consent],
    source: SurveySource | PostSource | None,
    bases: Mapping[str, str],
) -> dict[str, int]:
    """Rows of an export by what consent says about them.

    Parameters
    ----------
    export : Export
    consents : mapping
        What each subject allows today.
    source : SurveySource, PostSource or None
        The manifest's entry for this file; without one, a survey's subject stands in `consent_key` and a post's author
        is the subject.
    bases : mapping
        Kind of account to why it may be read, as the plan says; without a plan, none is known.

    Returns
    -------
    dict
        Counts; who never consented, refused and withdrew are one group.
    """
    counts: Counter[str] = Counter()
    survey = source if isinstance(source, SurveySource) else _unlisted_survey()
    for entry in export.entries():
        if isinstance(entry, Respondent):
            answer = entry.answers.get(survey.variables.consent_subject)
            counts[_of_subject(answer.strip() if isinstance(answer, str) else "", consents, SURVEY, PUBLICATION)] += 1
        elif isinstance(entry, Post):
            counts[_of_post(entry, consents, source if isinstance(source, PostSource) else None, bases)] += 1
    return dict(sorted(counts.items()))


def source_of(path: Path, folder: Path, manifest: Manifest) -> SurveySource | PostSource | None:
    """The manifest's entry for a file, or None."""
    sources: list[SurveySource | PostSource] = [*manifest.surveys, *manifest.posts]
    return next((each for each in sources if (folder / each.file).resolve() == path.resolve()), None)


def _unlisted_survey() -> SurveySource:
    return SurveySource("", "", "opt_in", "web", Variables(DEFAULT_SUBJECT))


def _of_subject(subject: str, consents: Mapping[str, Consent], *scopes: str) -> str:
    if not subject:
        return NO_SUBJECT
    return IN_FORCE if all(allows(consents, subject, scope) for scope in scopes) else NOT_IN_FORCE


def _of_post(post: Post, consents: Mapping[str, Consent], source: PostSource | None, bases: Mapping[str, str]) -> str:
    refused = refusal(post, source)
    if refused:
        return refused
    if source is None:
        return _of_subject(post.author_id if isinstance(post.author_id, str) else "", consents, PUBLICATION)
    if not source.platform_terms_basis:
        return NO_TERMS
    account = source.accounts.get(author_of(post, source))
    if account is None:
        return NOT_LISTED
    basis = bases.get(account.kind, NO_KIND)
    if basis == CONSENT:
        return _of_subject(account.consent_subject, consents, PUBLICATION)
    return basis if basis in (INSTITUTION, NO_KIND) else NOT_LISTED
