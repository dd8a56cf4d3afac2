"""Mastodon: statuses of its interface (lists, contexts, searches) and the `outbox.json` of an account's archive.

Item: a status, a boost (its text is the original's), an activity that creates, updates or announces. Handed on: what a
`Delete`, an `Undo` or a tombstone says is gone. Beside the items: accounts, the versions of an edited status, other
activities. `content` is HTML; the paragraph "RE: …" that a server puts before a quote is nobody's words and left out.
Who could read stands in `visibility`, or follows from whom an activity is addressed to.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.audience import audience, narrowest
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
from analysis.corpora.posts import Gone, Post, PostKind, PostState, TextSource, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_iso

_NESTED = ("orderedItems", "statuses", "ancestors", "descendants")
_STATUS = ("content", "reblog", "visibility", "spoiler_text", "text")
_ACTIVITIES = ("Create", "Update", "Announce", "Delete", "Undo")
_EVERYBODY = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_QUOTES = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
_ADDED = "quote-inline"
"""Class of the paragraph that a server adds for programs that cannot show a quote."""


ABOUT = About(
    code="mastodon",
    title="Mastodon statuses or outbox.json",
    rank=110,
    fields=(
        "`id`",
        "`uri`",
        "`created_at`",
        "`content`",
        "`spoiler_text`",
        "`visibility`",
        "`to`",
        "`cc`",
        "`account.acct`",
        "`in_reply_to_id`",
        "`reblog`",
        "`quote`",
        "`edited_at`",
        "counts",
    ),
    never=(
        "display names",
        "notes of profiles",
        "mentions",
        "who favourited",
        "polls",
    ),
    seen_by="`visibility`, or whom an activity is addressed to",
    standing="`Delete`, `Undo` and tombstones: deleted; earlier versions: edited",
    times="UTC with Z",
    set_aside="statuses without id or time",
    checked=(("API of versions 3.5 to 4.5", "Mastodon documentation, Status; ActivityStreams 2.0"),),
)


def recognises(outline: Outline) -> bool:
    """A status of the interface, or an ActivityPub collection."""
    if outline.kind != "json":
        return False
    status = any(outline.has(f"{at}content", f"{at}account") for at in ("", "statuses.", "descendants.", "ancestors."))
    is_deleted_status = outline.has("account.acct", "visibility")
    outbox = outline.values.get("type") in ("OrderedCollection", "OrderedCollectionPage", *_ACTIVITIES)
    return status or is_deleted_status or (outbox and outline.has_any("orderedItems", "actor", "object"))


def read(source: Source) -> Iterator[Entry]:
    """Statuses or activities in the order of the export."""
    for element in json_stream.elements(source, _NESTED):
        if isinstance(element, Quarantined):
            yield element
        else:
            yield from _entry(element.value, element.position, is_rest=not element.path)


def _entry(value: Any, position: str, is_rest: bool) -> Iterator[Entry]:
    if isinstance(value, list):
        yield Aside("version of an edited status", len(value))
    elif isinstance(value, dict) and isinstance(value.get("type"), str) and {"actor", "object"} & value.keys():
        yield from _activity(value, position)
    elif isinstance(value, dict) and "acct" in value and "content" not in value:
        yield Aside("account")
    elif isinstance(value, dict) and "error" in value:
        yield Aside("error reply of the interface")
    elif isinstance(value, dict) and value.get("type") == "Tombstone":
        yield guarded(position, value, lambda: Gone(required_id(at(value, "id"), "id"), PostState.DELETED))
    elif isinstance(value, dict) and value.get("type") in ("Note", "Question", "Article"):
        yield guarded(position, value, lambda: _note(value, value, position))
    elif not (is_rest and _is_shell(value)):
        yield guarded(position, value, lambda: _status(mapping(value), position))


def _is_shell(value: Any) -> bool:
    """What is left of a collection, a context or a search when its lists are taken out."""
    if not isinstance(value, dict):
        return False
    return str(value.get("type", "")).startswith("OrderedCollection") or value.keys() <= {"accounts", "hashtags"}


def _status(status: dict[str, Any], position: str) -> Post:
    if status.keys().isdisjoint(_STATUS):
        raise MalformedItemError("item", status, "an item is a status with its content")
    original = at(status, "reblog")
    is_boost = isinstance(original, dict)
    text, links = _text(original if is_boost else status)
    created = from_iso(at(status, "created_at"), "created_at")
    is_edited, edited_at = _edited(status, "edited_at")
    reply = id_at(status, "in_reply_to_id")
    return Post(
        position=position,
        post_id=required_id(at(status, "id"), "id"),
        post_kind=PostKind.REPOST if is_boost else PostKind.REPLY if is_given(reply) else PostKind.POST,
        visibility=audience(at(status, "visibility")),
        # Deleting a status returns it with the plain text that its author typed.
        state=PostState.PRESENT if is_boost or "content" in status else PostState.DELETED,
        other_names=_names(at(status, "uri")),
        author_id=id_at(status, "account", "id"),
        author_handle=text_at(status, "account", "acct"),
        created_at=created.at,
        date_source=created.source,
        text=text,
        text_source=TextSource.REFERENCED if is_boost else TextSource.OWN,
        title=text_at(original if is_boost else status, "spoiler_text"),
        language=text_at(original if is_boost else status, "language"),
        reply_to_id=reply,
        repost_of_id=id_at(original, "id") if is_boost else Absence.NULL,
        quote_of_id=_quoted_status(at(status, "quote")),
        is_edited=is_edited,
        is_edited_reliable="edited_at" in status,
        edited_at=edited_at,
        reactions_n=count_at(status, "favourites_count"),
        replies_n=count_at(status, "replies_count"),
        reposts_n=count_at(status, "reblogs_count"),
        links=links,
    )


def _activity(activity: dict[str, Any], position: str) -> Iterator[Entry]:
    kind, inner = activity["type"], at(activity, "object")
    if kind not in _ACTIVITIES or (kind == "Undo" and at(inner, "type") != "Announce"):
        yield Aside(f"activity of type {kind[:80]}")
    elif kind in ("Delete", "Undo"):
        name = at(inner, "id") if isinstance(inner, dict) else inner
        yield guarded(position, activity, lambda: Gone(required_id(name, "object"), PostState.DELETED))
    elif kind == "Announce":
        yield guarded(position, activity, lambda: _announcement(activity, position))
    else:
        yield guarded(position, activity, lambda: _note(mapping(inner, "object"), activity, position))


def _announcement(activity: dict[str, Any], position: str) -> Post:
    created = from_iso(at(activity, "published"), "published")
    inner = at(activity, "object")
    return Post(
        position=position,
        post_id=required_id(at(activity, "id"), "id"),
        post_kind=PostKind.REPOST,
        visibility=_addressed(activity),
        state=PostState.PRESENT,
        author_id=id_at(activity, "actor"),
        created_at=created.at,
        date_source=created.source,
        text_source=TextSource.TRUNCATED,
        repost_of_id=id_at(inner, "id") if isinstance(inner, dict) else id_at(activity, "object"),
    )


def _note(note: dict[str, Any], activity: dict[str, Any], position: str) -> Post:
    created = from_iso(first_of(note if "published" in note else activity, "published"), "published")
    text, links = _text(note)
    reply = id_at(note, "inReplyTo")
    is_edited, edited_at = _edited(note, "updated")
    author = id_at(activity, "actor")
    return Post(
        position=position,
        post_id=required_id(at(note, "id"), "id"),
        post_kind=PostKind.REPLY if is_given(reply) else PostKind.POST,
        visibility=narrowest(_addressed(each) for each in (note, activity) if {"to", "cc"} & each.keys()),
        state=PostState.PRESENT,
        replaces=_names(at(note, "id")) if activity.get("type") == "Update" else (),
        author_id=author if is_given(author) else id_at(note, "attributedTo"),
        created_at=created.at,
        date_source=created.source,
        text=text,
        title=text_at(note, "summary"),
        language=_mapped_language(at(note, "contentMap")),
        reply_to_id=reply,
        quote_of_id=_quoted(note),
        is_edited=is_edited if is_given(is_edited) else Absence.NOT_EXPORTED,
        is_edited_reliable="updated" in note,
        edited_at=edited_at,
        links=links,
    )


def _names(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else ()


def _addressed(record: dict[str, Any]) -> Visibility:
    """Who could read, by the addressees of an activity or of its object."""
    to, cc = _addressees(record, "to"), _addressees(record, "cc")
    if not {"to", "cc"} & record.keys():
        return Visibility.UNKNOWN
    if to.intersection(_EVERYBODY):
        return Visibility.PUBLIC
    if cc.intersection(_EVERYBODY):
        return Visibility.UNLISTED
    is_for_followers = any(each.rstrip("/").endswith("/followers") for each in to | cc)
    return Visibility.FOLLOWERS if is_for_followers else Visibility.DIRECT


def _addressees(record: dict[str, Any], name: str) -> frozenset[str]:
    listed = record.get(name)
    return frozenset(each for each in (listed if isinstance(listed, list) else [listed]) if isinstance(each, str))


def _quoted_status(quote: object) -> Text:
    """The quoted status of the interface: by its id, or inside; no id where it may not be shown."""
    if not isinstance(quote, dict):
        return quote if isinstance(quote, Absence) else Absence.UNPARSEABLE
    stated = id_at(quote, "quoted_status_id")
    return stated if is_given(stated) else id_at(quote, "quoted_status", "id")


def _quoted(note: dict[str, Any]) -> Text:
    """The address of the quoted note; a tombstone says that there was one."""
    quote = first_of(note, *_QUOTES)
    if isinstance(quote, dict):
        return Absence.DELETED if quote.get("type") == "Tombstone" else id_at(quote, "id")
    return text_value(quote, "quote")


def _text(record: dict[str, Any]) -> tuple[Text, tuple[str, ...]]:
    """`content` without its markup; a deleted status comes back with the plain `text` its author typed."""
    content = text_at(record, "content")
    if not isinstance(content, str):
        return text_at(record, "text") if "text" in record else content, ()
    plain = plain_text(content, without_class=_ADDED)
    return plain.text or Absence.EMPTY, plain.links


def _edited(record: dict[str, Any], column: str) -> tuple[Flag, Text]:
    value = at(record, column)
    if not is_given(value):
        return (False if value is Absence.NULL else value), value
    return True, from_iso(value, column).at


def _mapped_language(value: object) -> Text:
    if isinstance(value, dict) and len(value) == 1:
        return str(next(iter(value)))
    return value if isinstance(value, Absence) else Absence.UNPARSEABLE
