"""X API v2 as a table: what `twarc2 csv` makes of the pages.

Item: a row. Lists stand as JSON in a cell. The text of a repost is the original's: the program puts it there. An
account's `author.protected` says who could read; nothing else does.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence, Flag
from analysis.corpora.audience import protected
from analysis.corpora.cut_texts import is_cut
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, optional_id, required_id, text_value
from analysis.corpora.markup import unescape
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, TextSource
from analysis.corpora.sources import Source
from analysis.corpora.times import from_iso

_REPOST, _REPLY, _QUOTE = (f"referenced_tweets.{kind}.id" for kind in ("retweeted", "replied_to", "quoted"))
_METRICS = "public_metrics"

ABOUT = About(
    code="twarc_csv",
    title="X API v2 as CSV (twarc2 csv)",
    rank=145,
    fields=(
        "`id`", "`created_at`", "`text`", "`note_tweet.text`", "`author_id`", "`author.username`", "`author.protected`",
        "`lang`",
        "`referenced_tweets`", "`edit_history_tweet_ids`", "`public_metrics`", "`entities.urls`", "`withheld`",
    ),
    never=("names, descriptions and places of profiles", "coordinates and places", "mentions", "polls"),
    seen_by="`author.protected`",
    standing="`withheld`: removed; an earlier version of an edited post: edited",
    times="UTC with Z",
    set_aside="rows without id or with an impossible time",
    checked=(("columns of twarc-csv 0.7", "twarc-csv's source, list of columns"),),
    network="x",
)  # fmt: skip


def recognises(outline: Outline) -> bool:
    """Columns that only the program writes."""
    return (
        outline.kind == "table"
        and {"id", "text", "author_id", "conversation_id"} <= outline.header
        and bool(outline.header & {_REPOST, "edit_history_tweet_ids", "__twarc.version", "author.username"})
    )


def read(source: Source) -> Iterator[Entry]:
    """Rows in the order of the file."""
    return csv_stream.decoded(source, _post)


def _post(cells: Mapping[str, str], position: str) -> Post:
    post_id = required_id(at(cells, "id"), "id")
    created = from_iso(at(cells, "created_at"), "created_at")
    reply, is_repost = id_at(cells, _REPLY), is_given(id_at(cells, _REPOST))
    versions, links = _listed(cells, "edit_history_tweet_ids"), _links(cells)
    note = at(cells, "note_tweet.text")
    text = text_value(note if is_given(note) and note else at(cells, "text"), "text")
    is_short = isinstance(text, str) and is_cut(text, post_id, links)
    return Post(
        position=position,
        post_id=post_id,
        post_kind=PostKind.REPOST if is_repost else PostKind.REPLY if is_given(reply) else PostKind.POST,
        visibility=protected(at(cells, "author.protected")),
        state=_state(cells, post_id, versions),
        replaces=tuple(map(str, versions[:-1])),
        author_id=optional_id(first_of(cells, "author_id", "author.id")),
        author_handle=text_value(at(cells, "author.username"), "author.username"),
        created_at=created.at,
        date_source=created.source,
        text=unescape(text) if isinstance(text, str) else text,
        text_source=TextSource.TRUNCATED if is_short else TextSource.REFERENCED if is_repost else TextSource.OWN,
        language=text_value(at(cells, "lang"), "lang"),
        reply_to_id=reply,
        repost_of_id=id_at(cells, _REPOST),
        quote_of_id=id_at(cells, _QUOTE),
        is_edited=_is_edited(cells, versions),
        is_edited_reliable=bool(versions),
        reactions_n=count_at(cells, f"{_METRICS}.like_count"),
        replies_n=count_at(cells, f"{_METRICS}.reply_count"),
        reposts_n=count_at(cells, f"{_METRICS}.retweet_count"),
        views_n=count_at(cells, f"{_METRICS}.impression_count"),
        links=links,
    )


def _state(cells: Mapping[str, str], post_id: str, versions: list[Any]) -> PostState:
    if post_id in map(str, versions[:-1]):
        return PostState.EDITED
    is_withheld = any(cells.get(f"withheld.{name}") for name in ("scope", "country_codes", "copyright"))
    return PostState.REMOVED if is_withheld else PostState.PRESENT


def _is_edited(cells: Mapping[str, str], versions: list[Any]) -> Flag:
    if versions:
        return len(versions) > 1
    return Absence.EMPTY if "edit_history_tweet_ids" in cells else Absence.NOT_EXPORTED


def _listed(cells: Mapping[str, str], name: str) -> list[Any]:
    """The list that a cell holds as JSON; nothing where it holds none."""
    try:
        found = json.loads(cells.get(name) or "[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _links(cells: Mapping[str, str]) -> tuple[str, ...]:
    found = [at(each, "expanded_url") for each in _listed(cells, "entities.urls")]
    return tuple(each for each in found if isinstance(each, str))
