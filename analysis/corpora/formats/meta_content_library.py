"""Meta Content Library, CSV download: posts and comments of Facebook and Instagram.

Item: a row. Ids are above 2^53 and unquoted, so every cell is read as text; an author may be withheld (empty id).
The library holds public content only (its documentation says so); a column that names an audience is read.
"""

from collections.abc import Iterator
from typing import cast

from analysis.corpora import csv_stream
from analysis.corpora.absence import Text
from analysis.corpora.audience import audience
from analysis.corpora.csv_stream import Places
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import (
    count_value,
    flag_value,
    is_given,
    optional_id,
    required_id,
    text_value,
)
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.sources import Source
from analysis.corpora.times import from_iso

_OWN_COLUMNS = ("post_owner.", "surface.", "statistics.", "author_id", "author.", "owner.", "mcl_url", "is_reshare")
_AUTHOR = ("post_owner.id", "owner.id", "author_id", "author.id", "comment_owner.id", "user.id")
_HANDLE = ("post_owner.username", "owner.username", "author_username", "author.username", "user.username")
_AUDIENCE = ("audience", "privacy", "privacy_scope", "visibility", "surface.privacy")
_REACTIONS = ("statistics.reactions", "statistics.reaction_count", "statistics.likes", "statistics.like_count")
_REPLIES = ("statistics.comments", "statistics.comment_count", "statistics.replies", "statistics.reply_count")


ABOUT = About(
    code="meta_content_library",
    title="Meta Content Library CSV",
    rank=160,
    fields=(
        "`id`",
        "`creation_time`",
        "`text`",
        "`post_owner.id`",
        "`post_owner.username`",
        "`lang`",
        "`content_type`",
        "`statistics`",
        "`views`",
        "an audience column",
    ),
    never=("names of owners",),
    seen_by="public by library; an audience column is read where it is",
    standing="`is_deleted` and the like, where it is there",
    times="ISO 8601 with zone",
    set_aside="rows without id or time",
    checked=(("CSV downloads of 2024", "Meta Content Library documentation"),),
)


def recognises(outline: Outline) -> bool:
    """An id, a creation time, and a column that only the library has."""
    is_own = any(name.startswith(_OWN_COLUMNS) for name in outline.header)
    return outline.kind == "table" and {"id", "creation_time"} <= outline.header and is_own


def read(source: Source) -> Iterator[Entry]:
    """Rows in the order of the download."""
    return csv_stream.decoded_by_place(source, lambda places: _Layout(places).post)


class _Layout:
    """Where the fields stand in one download."""

    def __init__(self, places: Places) -> None:
        first = places.first
        self.id, self.created, self.text = first("id"), first("creation_time"), first("text")
        self.language = first("lang", "language")
        self.parent = first("parent_id", "parent_comment_id", "reply_to")
        self.is_thread = first("root_post_id") >= 0
        self.container = first("surface.id", "root_post_id")
        self.author, self.handle, self.audience = first(*_AUTHOR), first(*_HANDLE), first(*_AUDIENCE)
        self.title = first("link_attachment.name", "link_title")
        self.original, self.is_reshare = first("shared_post_id"), first("is_reshare")
        self.reactions, self.replies = first(*_REACTIONS), first(*_REPLIES)
        self.reposts = first("statistics.shares", "statistics.share_count")
        self.views = first("statistics.views", "statistics.view_count")
        self.media = first("media_type", "content_type")
        self.links = [place for place in (first("link_url"), first("link_attachment.link")) if place >= 0]

    def post(self, row: tuple[Text, ...], position: str) -> Post:
        """The row as a post."""
        created = from_iso(row[self.created], "creation_time")
        parent = optional_id(row[self.parent])
        return Post(
            position=position,
            post_id=required_id(row[self.id], "id"),
            post_kind=self._kind(row, is_comment=self.is_thread or is_given(parent)),
            visibility=self._visibility(row[self.audience]),
            state=PostState.PRESENT,
            container_id=optional_id(row[self.container]),
            author_id=optional_id(row[self.author]),
            author_handle=text_value(row[self.handle], "username"),
            created_at=created.at,
            date_source=created.source,
            text=text_value(row[self.text], "text"),
            title=text_value(row[self.title], "link title"),
            language=text_value(row[self.language], "lang"),
            reply_to_id=parent,
            repost_of_id=optional_id(row[self.original]),
            reactions_n=count_value(row[self.reactions]),
            replies_n=count_value(row[self.replies]),
            reposts_n=count_value(row[self.reposts]),
            views_n=count_value(row[self.views]),
            media_kind=text_value(row[self.media], "media_type"),
            links=tuple([cast(str, row[place]) for place in self.links if row[place]]),
        )

    def _kind(self, row: tuple[Text, ...], *, is_comment: bool) -> PostKind:
        if is_comment:
            return PostKind.COMMENT
        return PostKind.REPOST if flag_value(row[self.is_reshare]) is True else PostKind.POST

    @staticmethod
    def _visibility(stated: Text) -> Visibility:
        return audience(stated) if is_given(stated) and stated else Visibility.PUBLIC
