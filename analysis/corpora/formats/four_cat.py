"""4CAT: its own CSV results, and the CSV layouts that its importer accepts from YouTube Data Tools and Facepager.

Item: a row. 4CAT writes times as UTC without saying so; `unix_timestamp` is preferred where it is there.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence, Text
from analysis.corpora.csv_stream import Record
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import count_value, first_of, is_given, optional_id, required_id, text_value
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind
from analysis.corpora.quarantine import guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import DateSource, Moment, from_iso, from_unix

_LAYOUTS = (
    {"id", "thread_id", "body", "timestamp"},
    {"id", "isReplyTo", "authorName", "text", "publishedAt"},
    {"publishedAt", "videoId", "channelId", "videoDescription"},
    {"id", "parent_id", "level", "object_id", "query_status", "query_time"},
)


def recognises(outline: Outline) -> bool:
    """The columns of one of the layouts."""
    return outline.kind == "table" and any(layout <= outline.header for layout in _LAYOUTS)


def read(source: Source) -> Iterator[Entry]:
    """Rows in the order of the file."""
    for record in csv_stream.records(source):
        if not isinstance(record, Record):
            yield record
        else:
            cells, position = record.cells, record.position
            yield guarded(position, cells, lambda cells=cells, position=position: _post(cells, position))  # type: ignore[misc]


def _post(cells: dict[str, str], position: str) -> Post:
    moment = _moment(cells)
    names = ("id",) if "id" in cells else ("videoId",)
    post_id = required_id(first_of(cells, *names), names[0])
    reply = _reply(cells)
    return Post(
        position=position,
        post_id=post_id,
        post_kind=PostKind.REPLY if is_given(reply) and reply != post_id else PostKind.POST,
        container_id=optional_id(first_of(cells, "thread_id", "object_id", "channelId")),
        author_id=optional_id(first_of(cells, "author_id", "authorChannelId", "channelId", "from.id")),
        author_handle=text_value(first_of(cells, "author", "authorName", "channelTitle", "from.name"), "author"),
        created_at=moment.at,
        date_source=moment.source,
        text=text_value(first_of(cells, "body", "text", "videoDescription", "message"), "body"),
        title=text_value(first_of(cells, "subject", "title", "videoTitle", "name"), "subject"),
        language=text_value(first_of(cells, "language", "lang"), "language"),
        reply_to_id=reply,
        reactions_n=count_value(first_of(cells, "likes", "like_count", "likeCount")),
        replies_n=count_value(first_of(cells, "replyCount", "comment_count", "commentCount")),
        views_n=count_value(first_of(cells, "views", "view_count", "viewCount")),
    )


def _reply(cells: dict[str, str]) -> Text:
    """The item that this one answers; 4CAT's own results name only the thread."""
    stated = optional_id(first_of(cells, "reply_to", "in_reply_to", "isReplyTo", "parent_id"))
    return Absence.NULL if stated in ("0", "") else stated


def _moment(cells: dict[str, str]) -> Moment:
    unix = cells.get("unix_timestamp") or cells.get("timestamp_unix")
    if unix:
        return from_unix(unix, "unix_timestamp")
    stated = first_of(cells, "timestamp", "publishedAt", "created_time")
    if isinstance(stated, str) and stated.strip().isdigit():
        return from_unix(stated, "timestamp")
    return from_iso(stated, "timestamp", DateSource.UTC_BY_CONVENTION)
