"""Zeeschuimer: what a browser showed to somebody who collects, one item per line, with the platform that sent it.

Item: a video of TikTok, a post of Instagram. Items of other platforms are counted beside them. What was shown was shown
to one account: only the platform's own mark says that everybody could see it. Who collected, and with what browser, is
not read.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Text
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import (
    at,
    count_at,
    first_of,
    id_at,
    is_given,
    mapping,
    optional_id,
    required_id,
    text_at,
)
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.quarantine import Aside, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_unix

_TIKTOK, _INSTAGRAM = "tiktok.com", "instagram.com"
_NARROW = ("privateItem", "secret", "forFriend")
"""Marks of a video that not everybody sees."""

ABOUT = About(
    code="zeeschuimer",
    title="Zeeschuimer (and 4CAT) NDJSON",
    rank=75,
    fields=(
        "`source_platform`",
        "of TikTok `id`, `desc`, `createTime`, `author.uniqueId`, `stats`, `textLanguage`",
        "`privateItem`, `secret`, `forFriend`",
        "of Instagram `pk`, `caption.text`, `edge_media_to_caption`, `taken_at`",
        "`user.username`, `owner.username`, `is_private`, `audience`",
        "`like_count`, `comment_count`",
    ),
    never=(
        "who collected: browser, addresses, times",
        "biographies and pictures",
        "mentions and tagged persons",
        "places",
    ),
    seen_by="`privateItem`, `secret`, `forFriend`; `is_private` of the account, `audience`; else unknown",
    standing="present: an item that is gone is not shown",
    times="seconds since 1970",
    set_aside="items without id or time",
    checked=(("items of TikTok and Instagram; other platforms are counted", "Zeeschuimer's modules, 4CAT's map_item"),),
)


def recognises(outline: Outline) -> bool:
    """The envelope around every item."""
    return outline.kind == "json" and outline.has("source_platform", "item_id", "data")


def read(source: Source) -> Iterator[Entry]:
    """Items in the order in which they were shown."""
    for element in json_stream.elements(source):
        yield element if isinstance(element, Quarantined) else _entry(element.value, element.position)


def _entry(value: Any, position: str) -> Entry:
    platform, data = at(value, "source_platform"), at(value, "data")
    decode = {_TIKTOK: _video, _INSTAGRAM: _picture}.get(platform if isinstance(platform, str) else "")
    if isinstance(platform, str) and not decode:
        return Aside(f"item of {platform[:40]}")
    # The envelope names the collector's browser.
    return guarded(position, data, lambda: (decode or _video)(mapping(data, "data"), position))


def _video(video: dict[str, Any], position: str) -> Post:
    created = from_unix(at(video, "createTime"), "createTime")
    counts = first_of(video, "statsV2", "stats")
    return Post(
        position=position,
        post_id=required_id(at(video, "id"), "id"),
        visibility=_seen_by(video),
        state=PostState.PRESENT,
        author_id=id_at(video, "author", "id"),
        author_handle=text_at(video, "author", "uniqueId"),
        created_at=created.at,
        date_source=created.source,
        text=text_at(video, "desc"),
        language=text_at(video, "textLanguage"),
        reactions_n=count_at(counts, "diggCount"),
        replies_n=count_at(counts, "commentCount"),
        reposts_n=count_at(counts, "shareCount"),
        views_n=count_at(counts, "playCount"),
        media_kind="video",
    )


def _seen_by(video: dict[str, Any]) -> Visibility:
    """Public where a mark of the video itself says so and none speaks against it; its account's alone does not."""
    own = [mark for name in _NARROW if is_given(mark := at(video, name))]
    account = at(video, "author", "privateAccount")
    if any(mark is True for mark in (*own, account)):
        return Visibility.FOLLOWERS
    is_open = own and all(mark is False for mark in own) and (account is False or not is_given(account))
    return Visibility.PUBLIC if is_open else Visibility.UNKNOWN


def _picture(post: dict[str, Any], position: str) -> Post:
    created = from_unix(first_of(post, "taken_at", "taken_at_timestamp"), "taken_at")
    owner = first_of(post, "user", "owner")
    return Post(
        position=position,
        post_id=required_id(first_of(post, "pk", "id"), "pk"),
        visibility=_shown_to(post, owner),
        state=PostState.PRESENT,
        author_id=optional_id(first_of(owner, "pk", "id")),
        author_handle=text_at(owner, "username"),
        created_at=created.at,
        date_source=created.source,
        text=_caption(post),
        reactions_n=count_at(post, "like_count"),
        replies_n=count_at(post, "comment_count"),
        views_n=count_at(post, "play_count"),
        media_kind=Absence.NOT_EXPORTED,
    )


def _shown_to(post: dict[str, Any], owner: Any) -> Visibility:
    """Public where the account is and the post names no narrower audience, as that of close friends."""
    is_private, audience = at(owner, "is_private"), at(post, "audience")
    if is_private is True or (is_given(audience) and audience not in ("", "default")):
        return Visibility.FOLLOWERS
    return Visibility.PUBLIC if is_private is False else Visibility.UNKNOWN


def _caption(post: dict[str, Any]) -> Text:
    """The caption in either of the two shapes in which the platform sends a post."""
    edges = at(post, "edge_media_to_caption", "edges")
    if isinstance(edges, list):
        return text_at(edges[0], "node", "text") if edges else Absence.EMPTY
    return text_at(post, "caption", "text")
