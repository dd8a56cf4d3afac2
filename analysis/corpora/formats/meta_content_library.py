"""Meta Content Library, CSV download: posts and comments of Facebook and Instagram.

Item: a row. Ids are above 2^53 and unquoted, so every cell is read as text; an author may be withheld (empty id).
The library holds public content only (its documentation says so); a column that names an audience is read.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence
from analysis.corpora.audience import audience
from analysis.corpora.csv_stream import Record
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
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.quarantine import guarded
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
    for record in csv_stream.records(source):
        if not isinstance(record, Record):
            yield record
        else:
            yield guarded(record.position, record.cells, _Row(record).post)


class _Row:
    """One row of the download."""

    def __init__(self, record: Record) -> None:
        self.cells, self.position = record.cells, record.position

    def post(self) -> Post:
        """The row as a post."""
        created = from_iso(first_of(self.cells, "creation_time"), "creation_time")
        parent = optional_id(first_of(self.cells, "parent_id", "parent_comment_id", "reply_to"))
        is_comment = is_given(parent) or "root_post_id" in self.cells
        return Post(
            position=self.position,
            post_id=required_id(first_of(self.cells, "id"), "id"),
            post_kind=self._kind(is_comment),
            visibility=self._visibility(),
            state=PostState.PRESENT,
            container_id=optional_id(first_of(self.cells, "surface.id", "root_post_id")),
            author_id=optional_id(first_of(self.cells, *_AUTHOR)),
            author_handle=text_value(first_of(self.cells, *_HANDLE), "username"),
            created_at=created.at,
            date_source=created.source,
            text=text_value(first_of(self.cells, "text"), "text"),
            title=text_value(first_of(self.cells, "link_attachment.name", "link_title"), "link title"),
            language=text_value(first_of(self.cells, "lang", "language"), "lang"),
            reply_to_id=parent,
            repost_of_id=optional_id(first_of(self.cells, "shared_post_id")),
            is_edited=Absence.NOT_EXPORTED,
            reactions_n=count_value(first_of(self.cells, *_REACTIONS)),
            replies_n=count_value(first_of(self.cells, *_REPLIES)),
            reposts_n=count_value(first_of(self.cells, "statistics.shares", "statistics.share_count")),
            views_n=count_value(first_of(self.cells, "statistics.views", "statistics.view_count")),
            media_kind=text_value(first_of(self.cells, "media_type", "content_type"), "media_type"),
            links=tuple(each for each in (self.cells.get("link_url"), self.cells.get("link_attachment.link")) if each),
        )

    def _visibility(self) -> Visibility:
        stated = first_of(self.cells, *_AUDIENCE)
        return audience(stated) if is_given(stated) and stated else Visibility.PUBLIC

    def _kind(self, is_comment: bool) -> PostKind:
        if is_comment:
            return PostKind.COMMENT
        return PostKind.REPOST if flag_value(first_of(self.cells, "is_reshare")) is True else PostKind.POST
