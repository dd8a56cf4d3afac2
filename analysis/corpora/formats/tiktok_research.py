"""TikTok Research API: replies of the video, comment and user-list queries, one page, a list of pages or one per line.

Item: a video or a comment. Beside the items: profiles and error replies. Ids are 64-bit integers and become text. The
interface serves public items only (its documentation says so); marks of a private one are read where they are.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.audience import audience
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_at
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Quarantined, guarded, quarantined
from analysis.corpora.sources import Source
from analysis.corpora.times import from_unix

_LISTS = ("videos", "comments", "user_liked_videos", "user_pinned_videos", "user_reposted_videos", "reposted_videos")
_NESTED = (*(f"data.{name}" for name in _LISTS), "videos", "comments")
_PROFILE = ("bio_description", "follower_count", "display_name")


ABOUT = About(
    code="tiktok_research",
    title="TikTok Research API",
    rank=100,
    fields=(
        "`id`",
        "`create_time`",
        "`video_description`",
        "`username`",
        "`text`",
        "`video_id`",
        "`parent_comment_id`",
        "`playlist_id`",
        "`who_can_view`",
        "`is_removed`",
        "`like_count`",
        "`comment_count`",
        "`share_count`",
        "`view_count`",
    ),
    never=(
        "bios",
        "follower lists",
        "who liked",
    ),
    seen_by="public by interface; marks of a private item where they are",
    standing="present",
    times="seconds since 1970",
    set_aside="items without id or time",
    checked=(("API v2", "TikTok Research API reference"),),
)


def recognises(outline: Outline) -> bool:
    """A query's lists, a video's description or a profile."""
    if outline.kind != "json":
        return False
    pages = outline.has_any(*(f"data.{name}" for name in (*_LISTS, "bio_description", "follower_count")))
    pages = pages or outline.has("error.log_id")
    flat = outline.has_any("video_description", "videos.video_description", "bio_description")
    return pages or flat or (outline.has("video_id", "create_time") and outline.has_any("text", "parent_comment_id"))


def read(source: Source) -> Iterator[Entry]:
    """Videos or comments in the order of the reply."""
    for element in json_stream.elements(source, _NESTED):
        if isinstance(element, Quarantined):
            yield element
        elif element.path or _is_item(element.value):
            where, value = element.position, element.value
            yield guarded(where, value, lambda where=where, value=value: _post(mapping(value), where))  # type: ignore[misc]
        else:
            yield from _page_rest(element.value, element.position)


def _is_item(value: Any) -> bool:
    own = ("video_description", "video_id", "create_time", "parent_comment_id")
    return not isinstance(value, dict) or any(name in value for name in own)


def _page_rest(page: dict[str, Any], position: str) -> Iterator[Entry]:
    data = at(page, "data")
    inner = data if isinstance(data, dict) else page
    if any(name in inner for name in _PROFILE):
        yield Aside("profile")
    misshapen = [name for name in _LISTS if is_given(at(inner, name))]
    for name in misshapen:
        yield quarantined(position, page, MalformedItemError(name, inner[name], f"{name} is a list"))
    code = at(page, "error", "code")
    if is_given(code) and code != "ok":
        yield Aside("error reply of the interface")
    elif not misshapen and not {"data", "error", "cursor", "has_more", "search_id"} & page.keys() and page:
        known = any(name in page for name in _PROFILE)
        rule = "an item is a video, a comment or a page of them"
        if not known:
            yield quarantined(position, page, MalformedItemError("item", page, rule))


def _post(item: dict[str, Any], position: str) -> Post:
    is_comment = "video_description" not in item and "text" in item
    created = from_unix(at(item, "create_time"), "create_time")
    parent = id_at(item, "parent_comment_id")
    video = id_at(item, "video_id")
    names = ("id",) if is_comment else ("id", "video_id")
    return Post(
        position=position,
        post_id=required_id(first_of(item, *names), "id"),
        post_kind=_kind(is_comment, parent, video),
        visibility=_visibility(item),
        state=PostState.REMOVED if at(item, "is_removed") is True else PostState.PRESENT,
        container_id=video if is_comment else id_at(item, "playlist_id"),
        author_handle=text_at(item, "username"),
        created_at=created.at,
        date_source=created.source,
        text=text_at(item, "text" if is_comment else "video_description"),
        reply_to_id=parent,
        reactions_n=count_at(item, "like_count"),
        replies_n=count_at(item, "reply_count" if is_comment else "comment_count"),
        reposts_n=count_at(item, "share_count"),
        views_n=count_at(item, "view_count"),
    )


def _visibility(item: dict[str, Any]) -> Visibility:
    """Public, unless one of the marks that TikTok's programs know says otherwise."""
    stated = first_of(item, "privacy_level", "who_can_view", "visibility")
    if is_given(stated):
        return audience(stated)
    marks = ("is_private", "private_item", "privateItem", "secret", "for_friend", "forFriend", "friends_only")
    is_private = any(at(item, mark) in (True, 1, "true", "1") for mark in marks)
    return Visibility.FOLLOWERS if is_private else Visibility.PUBLIC


def _kind(is_comment: bool, parent: object, video: object) -> PostKind:
    if not is_comment:
        return PostKind.POST
    return PostKind.REPLY if is_given(parent) and parent != video else PostKind.COMMENT
