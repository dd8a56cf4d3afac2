"""Posts of a study's post exports: of admissible accounts only, pseudonymised, scrubbed, texts never kept otherwise."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.admission.standing import NOT_STANDING, REFUSALS, Departures, Names, key_of, names_of, refusal
from analysis.admission.study import PUBLICATION, Study
from analysis.admission.tally import (
    ADMITTED,
    NO_BASIS,
    NO_IDENTITY,
    NOT_ADMISSIBLE,
    OUTSIDE_PERIOD,
    REPEATED,
    UNREADABLE,
    Outcome,
    Tally,
)
from analysis.corpora.entries import Entry
from analysis.corpora.exports import Export, open_export
from analysis.corpora.posts import Gone, Post, PostKind, PostState
from analysis.corpora.quarantine import Quarantined
from analysis.custody.language import families
from analysis.custody.manifest import Account, Manifest, PostSource
from analysis.custody.scrub import Span, find_all, placed
from analysis.custody.scrub.prefilter import may_hold
from analysis.errors import CustodyError
from analysis.study.faults import nearest
from analysis.study.posts import DAYS_PER_WEEK, Posts

BATCH = 4_096
"""Posts that are scrubbed together."""

INSTITUTION, CONSENT = "institution", "consent"
"""Why an account may be read, in the words of a plan."""

ADDRESSES = ("URL", "TGLINK")
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
COLUMNS = (
    "post_pseudonym", "channel_pseudonym", "linkage_pseudonym", "platform_code", "account_kind_code", "language_code",
    "week_index", "posted_at_utc", "date_source_code", "is_repost", "is_reply", "edited_code",
    "shared_object_pseudonym", "text_source_code", "visibility_code", "post_state_code", "post_text",
)  # fmt: skip


@dataclass(frozen=True)
class AdmittedPosts:
    """Rows of table `posts`, and what happened to every row of the exports."""

    rows: pd.DataFrame
    tally: Tally
    authors: Mapping[Outcome, int]


def admit_posts(study: Study, plan: Posts | None) -> AdmittedPosts:
    """Admit every post export of a study.

    A post enters when its source states a basis in the platform's terms, when it is public and still stands, when
    its account is an institution's, or a person's who consented, and when its day lies in the plan's period.
    Everything else is counted; its text is never kept.

    Raises
    ------
    CustodyError
        The manifest has exports of posts and the plan has no posts, or names a kind of account that the plan lacks.
    ExportError
        An export is missing or damaged.
    """
    if plan is None:
        demand_no_posts(study.manifest)
        return AdmittedPosts(pd.DataFrame(columns=list(COLUMNS)), Counter(), {})
    demand_kinds(study.manifest, plan)
    desk = _Desk(study, plan)
    for source in study.manifest.posts:
        desk.take(source)
    desk.withdraw()
    authors = {outcome: len(names) for outcome, names in desk.authors.items()}
    return AdmittedPosts(pd.DataFrame(desk.rows, columns=list(COLUMNS)), desk.tally, authors)


def demand_no_posts(manifest: Manifest) -> None:
    """Refuse exports that no part of the plan is about."""
    if manifest.posts:
        raise CustodyError(
            f"sources.yml: `posts` names {len(manifest.posts)} export(s), and the plan of the study has no `posts`; "
            "add that part to the plan, or remove the exports from the manifest"
        )


def demand_kinds(manifest: Manifest, plan: Posts) -> None:
    """Refuse accounts of a kind that the plan does not have, persons without a key of the ledger, another first day."""
    bases = bases_of(plan)
    for source in manifest.posts:
        for number, account in enumerate(source.accounts.values()):
            where = f"sources.yml: posts, source {source.source_id}, accounts[{number}]"
            if account.kind not in bases:
                raise CustodyError(f"{where}: kind: got {account.kind!r}; {nearest(account.kind, bases)}")
            if bases[account.kind] == CONSENT and not account.consent_subject:
                raise CustodyError(
                    f"{where}: kind {account.kind!r} without consent_subject: the ledger's key is needed"
                )
    if manifest.week_zero not in (None, plan.first_day):
        raise CustodyError(
            f"sources.yml: week_zero: got {manifest.week_zero}; the plan's posts begin on {plan.first_day}: "
            "remove week_zero, or correct one of them"
        )


def bases_of(plan: Posts) -> dict[str, str]:
    """Kind of account to why it may be read."""
    return {kind.code: kind.basis for kind in plan.accounts}


@dataclass(frozen=True)
class _Entered:
    """An admitted post, without anything that was written: what a deletion may call it, and whose it is."""

    platform: str
    names: Names
    author: str
    key: str


@dataclass
class _Desk:
    """Rows admitted so far, and the identities of those that came before."""

    study: Study
    plan: Posts
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    entered: list[_Entered] = field(default_factory=list)
    departures: Departures = field(default_factory=Departures)
    seen: set[str] = field(default_factory=set)
    replaced: dict[int, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Counter)
    authors: dict[Outcome, set[str]] = field(default_factory=dict)

    @cached_property
    def bases(self) -> dict[str, str]:
        """Kind of account to why it may be read: looked up for every post."""
        return bases_of(self.plan)

    def take(self, source: PostSource) -> None:
        """Admit one export."""
        path = self.study.folder / source.file
        export = open_export(path, source.format or None, source.encoding, source.day_order)
        waiting: list[tuple[Post, Account]] = []
        scribe = _Scribe(self.study, self.plan, export.format.code)
        for entry in export.entries():
            account = self._hear(entry, source, export)
            if isinstance(entry, Post) and account:
                waiting.append((entry, account))
            if len(waiting) >= BATCH:
                self.rows += scribe.rows(waiting)
                waiting.clear()
        self.rows += scribe.rows(waiting)

    def withdraw(self) -> None:
        """Let leave again what any file says is gone; count the rest as admitted."""
        kept = []
        for number, (each, row) in enumerate(zip(self.entered, self.rows, strict=True)):
            outcome = self.departures.outcome(each.names) or self.replaced.get(number) or ADMITTED
            self._count(each.platform, outcome, each.author)
            kept += [row] if outcome == ADMITTED else []
        self.rows = kept

    def _hear(self, entry: Entry, source: PostSource, export: Export) -> Account | None:
        """Count an entry, or what it says is gone; the account of a post that enters."""
        platform, network = export.format.code, export.format.network
        if isinstance(entry, Gone):
            self.departures.hear(network, entry)
        if isinstance(entry, Quarantined):
            self.tally[platform, UNREADABLE] += 1
        if not isinstance(entry, Post):
            return None
        self.departures.read(network, entry)
        outcome, account = self._outcome(entry, source, platform)
        if account:
            self._enter(_Entered(platform, names_of(network, entry), author_of(entry, source), key_of(entry)), entry)
        else:
            self._count(platform, outcome, author_of(entry, source))
        return account

    def _enter(self, entered: _Entered, post: Post) -> None:
        """Note a post that enters; it takes the place of the versions that it says it replaces."""
        if post.post_id in post.replaces:
            earlier = (number for number, each in enumerate(self.entered) if each.key == entered.key)
            self.replaced |= dict.fromkeys(earlier, NOT_STANDING[PostState.EDITED])
        self.entered.append(entered)

    def _count(self, platform: str, outcome: str, author: str) -> None:
        self.tally[platform, outcome] += 1
        if outcome in (ADMITTED, NOT_ADMISSIBLE, OUTSIDE_PERIOD, *REFUSALS):
            self.authors.setdefault((platform, outcome), set()).add(author)

    def _outcome(self, post: Post, source: PostSource, platform: str) -> tuple[str, Account | None]:
        """What happens to a post, and its account where it enters."""
        if not source.platform_terms_basis:
            return NO_BASIS, None
        refused = refusal(post, source)
        if refused:
            return refused, None
        name = author_of(post, source)
        if not name:
            return NO_IDENTITY, None
        account = source.accounts.get(name)
        if not account or not self._may_be_read(account):
            return NOT_ADMISSIBLE, None
        posted_at = _posted_at(post)
        if posted_at and not self.plan.first_day <= date.fromisoformat(posted_at[:10]) <= self.plan.last_day:
            return OUTSIDE_PERIOD, None
        return self._once(post, platform, account)

    def _may_be_read(self, account: Account) -> bool:
        basis = self.bases[account.kind]
        return basis == INSTITUTION or (basis == CONSENT and self.study.allows(account.consent_subject, PUBLICATION))

    def _once(self, post: Post, platform: str, account: Account) -> tuple[str, Account | None]:
        identity = f"{platform}|{post.identity}"
        if identity in self.seen and post.post_id not in post.replaces:
            return REPEATED, None
        self.seen.add(identity)
        return ADMITTED, account


def author_of(post: Post, source: PostSource) -> str:
    """The account as the manifest may name it: the author's id, else the handle, else the export's owner."""
    for name in (post.author_id, post.author_handle):
        if isinstance(name, str) and name in source.accounts:
            return name
    stated = next((name for name in (post.author_id, post.author_handle) if isinstance(name, str)), "")
    return stated or source.owner


@dataclass(frozen=True)
class _Written:
    """A text as it came, what identifies somebody in it, the text without that, and its language."""

    text: str | None
    spans: tuple[Span, ...]
    scrubbed: str | None
    spoken: str | None


class _Scribe:
    """Writes rows of one export: pseudonyms instead of identities, placeholders instead of identifiers."""

    def __init__(self, study: Study, plan: Posts, platform: str) -> None:
        self.study, self.plan, self.platform = study, plan, platform
        self.accounts: dict[str, tuple[str, str | None]] = {}

    def rows(self, posts: list[tuple[Post, Account]]) -> Iterator[tuple[Any, ...]]:
        """One row per post."""
        texts = [_text(post) for post, _ in posts]
        found = _spans(texts)
        scrubbed = [None if text is None else placed(text, spans) for text, spans in zip(texts, found, strict=True)]
        spoken = families(pa.array(scrubbed, pa.string())).to_pylist()
        for (post, account), *written in zip(posts, texts, found, scrubbed, spoken, strict=True):
            yield self._row(post, account, _Written(*written))

    def _row(self, post: Post, account: Account, written: "_Written") -> tuple[Any, ...]:
        posted_at = _posted_at(post)
        return (
            self._pseudonym(post.identity),
            *self._channel(account),
            self.platform,
            account.kind,
            written.spoken or "other",
            week_index(posted_at, self.plan.first_day) if posted_at else None,
            posted_at,
            post.date_source.value,
            post.post_kind is PostKind.REPOST,
            post.post_kind in (PostKind.REPLY, PostKind.COMMENT),
            _edited(post),
            self._shared(post, written.text, written.spans),
            post.text_source.value,
            post.visibility.value,
            post.state.value,
            # The words of a repost are somebody else's, who was not asked.
            None if post.post_kind is PostKind.REPOST else written.scrubbed,
        )

    def _pseudonym(self, identity: str) -> str:
        return self.study.key.pseudonym("posts", f"{self.platform}|{identity}")

    def _channel(self, account: Account) -> tuple[str, str | None]:
        if account.account not in self.accounts:
            linkage = self.study.linkage(account.consent_subject)
            self.accounts[account.account] = (self._pseudonym(f"account|{account.account}"), linkage)
        return self.accounts[account.account]

    def _shared(self, post: Post, text: str | None, spans: tuple[Span, ...]) -> str | None:
        """What a post passes on: the original of a repost, else the first address in it; the same on every platform."""
        if isinstance(post.repost_of_id, str):
            return self._pseudonym(f"object|{post.repost_of_id}")
        written = (text[span.start : span.end] for span in spans if span.type in ADDRESSES) if text else ()
        address = next((each for each in (*post.links, *written) if each), None)
        return self.study.key.pseudonym("posts", f"object|{plain_address(address)}") if address else None


def _posted_at(post: Post) -> str | None:
    """The time of a post where its zone is known."""
    return post.created_at if isinstance(post.created_at, str) and post.created_at.endswith("Z") else None


def plain_address(address: str) -> str:
    """An address without what differs between two ways of writing it."""
    return _SCHEME.sub("", address.strip()).rstrip("/.,;").casefold() or address


def week_index(posted_at: str, week_zero: date) -> int:
    """Whole weeks between the study's first day and a time in UTC."""
    return (date.fromisoformat(posted_at[:10]) - week_zero).days // DAYS_PER_WEEK


def _text(post: Post) -> str | None:
    """What the author wrote: title and text; nothing where the export holds neither."""
    parts = [each for each in (post.title, post.text) if isinstance(each, str)]
    return "\n".join(parts) if parts else None


def _spans(texts: list[str | None]) -> list[tuple[Span, ...]]:
    """The identifiers of each text; the prefilter spares those that cannot hold any."""
    found: list[tuple[Span, ...]] = [()] * len(texts)
    held = may_hold(pa.array(texts, pa.string())).to_numpy(zero_copy_only=False)
    chosen = [int(row) for row in np.flatnonzero(held) if texts[row] is not None]
    for row, spans in zip(chosen, find_all([texts[row] or "" for row in chosen]), strict=True):
        found[row] = spans
    return found


def _edited(post: Post) -> str:
    if not isinstance(post.is_edited, bool):
        return "not_exported"
    if not post.is_edited_reliable:
        return "unreliable"
    return "edited" if post.is_edited else "not_edited"
