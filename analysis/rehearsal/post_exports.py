"""The rehearsal's posts as exports of platforms, with the accounts that a manifest lists and their consents.

What belongs here: which account stands in which export, and under which name. What must not: the bytes of a format
(`vendors`), what anybody writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from analysis.rehearsal.post_truths import ACCOUNTS, PostTruths
from analysis.rehearsal.posts import Published, address, publish
from analysis.rehearsal.truths import Truths
from analysis.study.posts import Posts
from analysis.vendors import POST_WRITERS, PostRow
from analysis.vendors.platforms import account_name

FEWEST_LISTED = 10
"""Accounts of a kind from which on as many are rehearsed as a manifest lists: with fewer nothing would be shown."""

SIGNS = {"telegram": "telegram_desktop", "mastodon": "mastodon", "bluesky": "bluesky",
         "youtube": "youtube_comment_threads", "meta": "meta_content_library"}  # fmt: skip
ENDINGS = {".csv": "meta_content_library", ".json": "mastodon"}
STAND_IN = "x_api_v2"
"""The format of an export whose own format says nothing, or cannot be written."""


@dataclass(frozen=True)
class PostSource:
    """One export of posts that a study expects.

    Attributes
    ----------
    source_id, file, basis : as the manifest has them; the file with the ending of its format
    vendor : code of the format in which it is written
    kinds : kinds of accounts that stand in it; empty for all
    stands_for : the format that it has in the field, where that cannot be written; empty otherwise
    """

    source_id: str
    file: str
    basis: str
    vendor: str
    kinds: tuple[str, ...] = ()
    stands_for: str = ""


def post_source(source_id: str, file: str, basis: str, format_code: str, kinds: Sequence[str]) -> PostSource:
    """An export in the format that its manifest names, or that its name tells."""
    vendor = format_code or _told_by(file)
    stands_for, vendor = (vendor, STAND_IN) if vendor not in POST_WRITERS else ("", vendor)
    named = str(PurePosixPath(file).with_suffix(POST_WRITERS[vendor][0]))
    return PostSource(source_id, named, basis, vendor, tuple(dict.fromkeys(kinds)), stands_for)


def _told_by(file: str) -> str:
    name = file.lower()
    by_name = next((code for sign, code in SIGNS.items() if sign in name), "")
    return by_name or ENDINGS.get(PurePosixPath(name).suffix, STAND_IN)


EXPECTED = post_source("posts", "exports/posts.jsonl", "written_permission", STAND_IN, ())
"""Where no manifest says anything: one export."""


@dataclass(frozen=True)
class Press:
    """The posts that are rehearsed: how many, by how many accounts of every kind, in which exports."""

    plan: Posts
    posts_n: int
    accounts: Mapping[str, int]
    sources: tuple[PostSource, ...]


@dataclass(frozen=True)
class Handed:
    """What platforms hand out.

    Attributes
    ----------
    files : path in the vault → export
    subjects : keys in the ledger of the persons whose consent is needed
    accounts : path → accounts as the manifest lists them
    traces : strings that nothing that is released may hold
    """

    files: Mapping[str, bytes]
    subjects: Sequence[str]
    accounts: Mapping[str, list[dict[str, str]]]
    traces: Sequence[str]


def numbers_of_accounts(plan: Posts, truths: PostTruths, listed: Mapping[str, int]) -> dict[str, int]:
    """Accounts of every kind: as the truths state, or as the manifest lists, or thirty."""
    return {kind.code: truths.accounts.get(kind.code, _listed(listed.get(kind.code, 0))) for kind in plan.accounts}


def _listed(number: int) -> int:
    return number if number >= FEWEST_LISTED else ACCOUNTS


def hand_out(press: Press, truths: Truths, generator: np.random.Generator) -> Handed:
    """Publish, and write every source's export.

    Parameters
    ----------
    press, truths
    generator
    """
    plan, sources = press.plan, press.sources
    kinds = [kind for kind, number in press.accounts.items() for _ in range(number)]
    published = publish(plan, truths.posts, kinds, press.posts_n, generator)
    place = _placed(sources, kinds)
    rows = _rows(published, kinds)
    repeated = generator.random(len(rows)) < truths.habits.written_twice
    asked = {kind.code for kind in plan.accounts if kind.basis == "consent"}
    subjects = {number: f"ACCOUNT-{number:05d}" for number, kind in enumerate(kinds) if kind in asked}
    files, accounts = {}, {}
    for source in sources:
        own = [row for row in rows if place[row.channel_number] is source]
        files[source.file] = POST_WRITERS[source.vendor][1]([*own, *(row for row in own if repeated[row.number])])
        accounts[source.file] = [
            {"account": account_name(source.vendor, _row(number).account_id), "kind": kind}
            | ({"consent_subject": subjects[number]} if number in subjects else {})
            for number, kind in enumerate(kinds) if place[number] is source
        ]  # fmt: skip
    traces = [text for number in range(len(kinds)) for text in (_handle(number), address(number))]
    return Handed(files, list(subjects.values()), accounts, traces)


def _placed(sources: Sequence[PostSource], kinds: Sequence[str]) -> list[PostSource]:
    """The export of every account: in turn among those that list its kind, or among all."""
    turn: dict[str, int] = {}
    found = []
    for kind in kinds:
        able = [source for source in sources if not source.kinds or kind in source.kinds] or list(sources)
        found.append(able[turn.get(kind, 0) % len(able)])
        turn[kind] = turn.get(kind, 0) + 1
    return found


def _handle(account: int) -> str:
    return f"invented_account_{account:05d}"


def _row(account: int) -> PostRow:
    return PostRow(0, account, "", 0, 0, "", "", "")


def _rows(published: Published, kinds: Sequence[str]) -> list[PostRow]:
    links = [f"https://rehearsal.example/thing/{thing}" if thing >= 0 else "" for thing in published.thing.tolist()]
    return [
        PostRow(number, account, _handle(account), 100 + account % len(kinds), at, language, text, link)
        for number, (account, at, language, text, link) in enumerate(
            zip(published.account.tolist(), published.at.tolist(), published.language.tolist(), published.text, links,
                strict=True)
        )
    ]  # fmt: skip
