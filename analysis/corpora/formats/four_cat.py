"""4CAT: its own CSV results, and the CSV layouts that its importer accepts from YouTube Data Tools and Facepager.

Item: a row. 4CAT writes times as UTC without saying so; `unix_timestamp` is preferred where it is there. A forward, a
retweet or a reblog is a repost. 4CAT collects with somebody's account: who else could read is not in its files.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.audience import audience
from analysis.corpora.cut_texts import is_cut
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import (
    count_value,
    first_of,
    flag_value,
    is_given,
    optional_id,
    required_id,
    text_value,
)
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, TextSource
from analysis.corpora.sources import Source
from analysis.corpora.times import DateSource, Moment, from_iso, from_unix

_LAYOUTS = (
    {"id", "thread_id", "body", "timestamp"},
    {"id", "isReplyTo", "authorName", "text", "publishedAt"},
    {"publishedAt", "videoId", "channelId", "videoDescription"},
    {"id", "parent_id", "level", "object_id", "query_status", "query_time"},
)

_REPOST_FLAGS = ("is_retweet", "is_repost", "is_reblog", "is_forward", "is_share")
_ORIGINALS = ("retweet_id", "retweeted_id", "repost_of", "reblogged_id", "shared_post_id", "original_id")
_QUOTED = ("quoted_id", "quote_tweet_id", "quote_of", "quoted_post_id")
_STATES = {"[deleted]": PostState.DELETED, "[removed]": PostState.REMOVED}


ABOUT = About(
    code="4cat",
    title="4CAT CSV",
    rank=170,
    fields=(
        "`id`",
        "`thread_id`",
        "`author_id`",
        "`author_username`",
        "`body`",
        "`timestamp`",
        "`unix_timestamp`",
        "`reply_to`",
        "forwards",
        "retweets",
        "quotes",
        "edits",
        "counts",
    ),
    never=(
        "names of authors",
        "mentions",
        "attachments",
    ),
    seen_by="an audience column; else unknown: 4CAT collects with somebody's account",
    standing="`[deleted]` and `[removed]` as text",
    times="UTC by convention; `unix_timestamp` where it is there",
    set_aside="rows without id or time",
    checked=(
        (
            "tables of 4CAT 1.56; layouts of YouTube Data Tools and Facepager",
            "4CAT's source, `map_item` of each data source",
        ),
    ),
)


def recognises(outline: Outline) -> bool:
    """The columns of one of the layouts."""
    return outline.kind == "table" and any(layout <= outline.header for layout in _LAYOUTS)


def read(source: Source) -> Iterator[Entry]:
    """Rows in the order of the file."""
    return csv_stream.decoded(source, _post)


def _post(cells: dict[str, str], position: str) -> Post:
    moment = _moment(cells)
    names = ("id",) if "id" in cells else ("videoId",)
    post_id = required_id(first_of(cells, *names), names[0])
    reply = _reply(cells, post_id)
    is_repost = _is_repost(cells)
    author, handle = _author(cells)
    is_edited, edited_at = _edited(cells)
    text = text_value(first_of(cells, "body", "text", "videoDescription", "message"), "body")
    return Post(
        position=position,
        post_id=post_id,
        post_kind=_kind(is_repost, is_given(reply) and reply != post_id),
        visibility=audience(first_of(cells, "visibility", "privacy", "audience")),
        state=_STATES.get(str(text).strip().lower(), PostState.PRESENT),
        container_id=optional_id(first_of(cells, "thread_id", "object_id", "channelId")),
        author_id=author,
        author_handle=handle,
        created_at=moment.at,
        date_source=moment.source,
        text=text,
        text_source=_text_source(text, post_id, is_repost),
        title=text_value(first_of(cells, "subject", "title", "videoTitle", "name"), "subject"),
        language=text_value(first_of(cells, "language", "lang"), "language"),
        reply_to_id=reply,
        repost_of_id=optional_id(first_of(cells, *_ORIGINALS)),
        quote_of_id=optional_id(first_of(cells, *_QUOTED)),
        forwarded_from_id=optional_id(first_of(cells, "author_forwarded_from_id")),
        is_edited=is_edited,
        edited_at=edited_at,
        reactions_n=count_value(first_of(cells, "likes", "like_count", "likeCount")),
        replies_n=count_value(first_of(cells, "replyCount", "comment_count", "commentCount")),
        views_n=count_value(first_of(cells, "views", "view_count", "viewCount")),
    )


def _text_source(text: Text, post_id: str, is_repost: bool) -> TextSource:
    if isinstance(text, str) and is_cut(text, post_id):
        return TextSource.TRUNCATED
    return TextSource.REFERENCED if is_repost else TextSource.OWN


def _kind(is_repost: bool, is_reply: bool) -> PostKind:
    return PostKind.REPOST if is_repost else PostKind.REPLY if is_reply else PostKind.POST


def _is_repost(cells: dict[str, str]) -> bool:
    """A forward of Telegram names its author in one of several ways; other sources say yes or no, or the original."""
    forwarded = any(value for name, value in cells.items() if name.startswith("author_forwarded_from_"))
    return (
        forwarded
        or any(flag_value(cells[name]) is True for name in _REPOST_FLAGS if name in cells)
        or any(cells.get(name) for name in _ORIGINALS)
    )


def _author(cells: dict[str, str]) -> tuple[Text, Text]:
    """The author's id and handle: where a column of its own holds the handle, `author` is the id."""
    handle = first_of(cells, "author_username", "author_handle", "author_screen_name", "author_fullname")
    if is_given(handle) and "author_id" not in cells:
        return optional_id(first_of(cells, "author")), text_value(handle, "author_username")
    names = ("author", "authorName", "channelTitle", "from.name")
    stated = optional_id(first_of(cells, "author_id", "authorChannelId", "channelId", "from.id"))
    return stated, text_value(handle if is_given(handle) else first_of(cells, *names), "author")


def _reply(cells: dict[str, str], post_id: str) -> Text:
    """The item that this one answers, under the id that it has here; 4CAT puts a Telegram chat before a message's."""
    stated = optional_id(first_of(cells, "reply_to", "in_reply_to", "isReplyTo", "parent_id"))
    if not isinstance(stated, str) or stated in ("0", ""):
        return Absence.NULL if isinstance(stated, str) else stated
    chat = f"{cells.get('thread_id', '')}-"
    return f"{chat}{stated}" if post_id.startswith(chat) and stated.isdigit() and len(chat) > 1 else stated


def _edited(cells: dict[str, str]) -> tuple[Flag, Text]:
    """When the item was last changed, where 4CAT has a column for it; Telegram also changes it for a reaction."""
    unix, shown = first_of(cells, "unix_timestamp_edited"), first_of(cells, "timestamp_edited", "updatedAt")
    if not is_given(unix) and not is_given(shown):
        return Absence.NOT_EXPORTED, Absence.NOT_EXPORTED
    if unix not in ("", Absence.NOT_EXPORTED):
        return True, from_unix(unix, "unix_timestamp_edited").at
    if shown in ("", Absence.NOT_EXPORTED):
        return False, Absence.NULL
    return True, from_iso(shown, "timestamp_edited", DateSource.UTC_BY_CONVENTION).at


def _moment(cells: dict[str, str]) -> Moment:
    unix = cells.get("unix_timestamp") or cells.get("timestamp_unix")
    if unix:
        return from_unix(unix, "unix_timestamp")
    stated = first_of(cells, "timestamp", "publishedAt", "created_time")
    if isinstance(stated, str) and stated.strip().isdigit():
        return from_unix(stated, "timestamp")
    return from_iso(stated, "timestamp", DateSource.UTC_BY_CONVENTION)
