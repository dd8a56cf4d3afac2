"""YouTube Data API v3: `commentThreads.list` and `comments.list` replies, one page, a list of pages or one per line.

Item: a top-level comment, and each reply that the thread embeds (a subset: the rest is counted in a notice).
`textDisplay` is HTML and serves only where `textOriginal` is missing; the interface has no language field. A thread's
`isPublic` and a comment's `moderationStatus` say who can see it; the latter is sent to the channel's owner only.
"""

from collections.abc import Iterator
from functools import partial
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
    required_id,
    text_at,
    text_value,
)
from analysis.corpora.markup import plain_text
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Notice, Quarantined, guarded, quarantined
from analysis.corpora.sources import Source
from analysis.corpora.times import from_iso

_THREAD, _COMMENT = "youtube#commentThread", "youtube#comment"


ABOUT = About(
    code="youtube_comment_threads",
    title="YouTube commentThreads",
    rank=80,
    fields=(
        "`id`",
        "`snippet.textOriginal`",
        "`textDisplay`",
        "`authorChannelId`",
        "`publishedAt`",
        "`updatedAt`",
        "`likeCount`",
        "`totalReplyCount`",
        "`parentId`",
        "`moderationStatus`",
        "`isPublic`",
    ),
    never=(
        "display names",
        "pictures",
        "addresses of channels",
        "who may rate",
    ),
    seen_by="`isPublic` and `moderationStatus`",
    standing="`heldForReview` and `rejected`: removed",
    times="UTC with Z",
    set_aside="comments without id or text field",
    checked=(("Data API v3", "YouTube Data API reference"),),
)


def recognises(outline: Outline) -> bool:
    """The interface names the kind of everything it sends."""
    kinds = (outline.values.get("kind", ""), outline.values.get("items.kind", ""))
    return outline.kind == "json" and (
        any(kind.startswith("youtube#comment") for kind in kinds)
        or outline.has_any("snippet.topLevelComment", "items.snippet.topLevelComment")
    )


def read(source: Source) -> Iterator[Entry]:
    """Comments thread by thread, each followed by its embedded replies."""
    missing = 0
    for element in json_stream.elements(source, ("items",)):
        if isinstance(element, Quarantined):
            yield element
            continue
        missing += _unembedded(element.value)
        yield from _record(element.value, element.position)
    if missing:
        yield Notice(f"{missing} replies exist that the export does not embed: fetch them with comments.list")


def _record(value: Any, position: str) -> Iterator[Entry]:
    kind = at(value, "kind")
    if kind == _THREAD or is_given(at(value, "snippet", "topLevelComment")):
        yield from _thread(value, position)
    elif isinstance(kind, str) and kind.endswith("ListResponse"):
        yield from _page_rest(value, position)
    elif isinstance(kind, str) and kind.startswith("youtube#") and kind != _COMMENT:
        yield Aside(f"{kind.removeprefix('youtube#')} resource")
    elif is_given(at(value, "error")):
        yield Aside("error reply of the interface")
    else:
        yield guarded(position, value, lambda: _comment(value, position, Absence.NOT_EXPORTED, Visibility.UNKNOWN))


def _page_rest(page: Any, position: str) -> Iterator[Entry]:
    items = at(page, "items")
    if is_given(items):
        yield quarantined(position, page, MalformedItemError("items", items, "items is a list"))


def _thread(thread: Any, position: str) -> Iterator[Entry]:
    video = id_at(thread, "snippet", "videoId")
    visibility = _visibility(at(thread, "snippet", "isPublic"))
    top = at(thread, "snippet", "topLevelComment")
    yield guarded(position, thread, lambda: _comment(top, position, video, visibility))
    replies = at(thread, "replies", "comments")
    for number, reply in enumerate(replies if isinstance(replies, list) else []):
        where = f"{position}, reply {number}"
        decode = partial(_comment, reply, where, video, visibility)
        yield guarded(where, reply, decode)


def _visibility(is_public: object) -> Visibility:
    """Of a thread: its own word; a thread that is not public can be seen by the channel's owner."""
    if not isinstance(is_public, bool):
        return Visibility.UNKNOWN
    return Visibility.PUBLIC if is_public else Visibility.DIRECT


def _state(snippet: dict[str, Any]) -> PostState:
    """Held for review, rejected and likely spam are not shown; without a status the comment is published."""
    status = at(snippet, "moderationStatus")
    return PostState.PRESENT if not is_given(status) or status == "published" else PostState.REMOVED


def _comment(comment: Any, position: str, video: Text, visibility: Visibility) -> Post:
    snippet = mapping(at(mapping(comment, "comment"), "snippet"), "snippet")
    created = from_iso(at(snippet, "publishedAt"), "publishedAt")
    edited_at = _edited_at(snippet, created.at)
    parent = id_at(snippet, "parentId")
    text, links = _text(snippet)
    own_video = id_at(snippet, "videoId")
    return Post(
        position=position,
        post_id=required_id(at(comment, "id"), "id"),
        post_kind=PostKind.REPLY if is_given(parent) else PostKind.COMMENT,
        visibility=visibility,
        state=_state(snippet),
        container_id=own_video if is_given(own_video) else video,
        author_id=id_at(snippet, "authorChannelId", "value"),
        created_at=created.at,
        date_source=created.source,
        text=text,
        reply_to_id=parent,
        is_edited=isinstance(edited_at, str) if edited_at is not Absence.NOT_EXPORTED else edited_at,
        is_edited_reliable="updatedAt" in snippet,
        edited_at=edited_at,
        reactions_n=count_at(snippet, "likeCount"),
        links=links,
    )


def _edited_at(snippet: dict[str, Any], created_at: str) -> Text:
    """When the comment was last changed; null when it never was."""
    value = first_of(snippet, "updatedAt")
    if not is_given(value):
        return Absence.NOT_EXPORTED
    if value == snippet.get("publishedAt"):
        return Absence.NULL
    moment = from_iso(value, "updatedAt")
    return moment.at if moment.at != created_at else Absence.NULL


def _text(snippet: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    original, display = text_at(snippet, "textOriginal"), at(snippet, "textDisplay")
    shown = original if display == original else text_value(display, "textDisplay")
    plain = plain_text(shown) if isinstance(shown, str) else None
    links = plain.links if plain else ()
    if original is not Absence.NOT_EXPORTED or plain is None:
        return original if original is not Absence.NOT_EXPORTED else shown, links
    return plain.text or Absence.EMPTY, links


def _unembedded(thread: Any) -> int:
    total = count_at(thread, "snippet", "totalReplyCount")
    if not isinstance(total, int) or total <= 0:
        return 0
    embedded = at(thread, "replies", "comments")
    return max(total - len(embedded), 0) if isinstance(embedded, list) else total
