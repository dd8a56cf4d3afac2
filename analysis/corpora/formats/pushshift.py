"""Reddit: Pushshift dumps (one item per line), its API's `data` lists, and listings of Reddit's own interface.

Item: a comment or a submission, in listings also every reply inside `replies`. Beside the items: "more" stubs and
replies of the interface that hold no post. `subreddit_type` says who can read, several marks that an item was taken
away. `created_utc` is a number or a text; "[deleted]" and "[removed]" are codes.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_at
from analysis.corpora.markup import unescape
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_unix

_NESTED = ("data.children", "data")
_OPEN = ("public", "restricted", "archived", "user", "gold_restricted")
"""Kinds of subreddit that anybody may read."""
_BY_AUTHOR = ("deleted", "author")
_ITEM = ("body", "selftext", "title", "link_id", "subreddit", "author", "created_utc")


ABOUT = About(
    code="pushshift",
    title="Pushshift/Reddit",
    rank=120,
    fields=(
        "`id`",
        "`created_utc`",
        "`body`",
        "`selftext`",
        "`title`",
        "`author`",
        "`subreddit`",
        "`parent_id`",
        "`ups`",
        "`num_comments`",
        "`subreddit_type`",
        "`removed_by_category`",
        "`edited`",
    ),
    never=(
        "flairs",
        "awards",
        "who moderated",
        "gildings",
    ),
    seen_by="`subreddit_type`",
    standing="`[deleted]`: deleted; `[removed]` and `removed_by_category`: removed",
    times="seconds since 1970",
    set_aside="items without id or time",
    checked=(
        ("dumps of Pushshift and Arctic Shift, Reddit's own interface", "Pushshift and Arctic Shift descriptions"),
    ),
)


def recognises(outline: Outline) -> bool:
    """A listing, or the fields of a comment or submission."""
    if outline.kind != "json":
        return False
    listing = outline.values.get("kind") == "Listing" or outline.has("data.children")
    flat = any(
        outline.has(f"{at}created_utc") and outline.has_any(f"{at}subreddit", f"{at}body") for at in ("", "data.")
    )
    return listing or flat or outline.has("link_id", "body") or outline.has("subreddit", "selftext")


def read(source: Source) -> Iterator[Entry]:
    """Items in the order of the dump; replies of a listing depth first."""
    for element in json_stream.elements(source, _NESTED):
        if isinstance(element, Quarantined):
            yield element
        elif not _is_rest(element):
            yield from _things(element.value, element.position)


def _is_rest(element: json_stream.Element) -> bool:
    """What is left of a listing or of an API page when its items are taken out."""
    value = element.value
    if element.path or not isinstance(value, dict):
        return False
    return value.get("kind") == "Listing" or value.keys() <= {"metadata", "error", "data"}


def _things(value: Any, position: str) -> Iterator[Entry]:
    pending = [(value, position)]
    while pending:
        thing, where = pending.pop()
        kind, content = at(thing, "kind"), at(thing, "data")
        is_wrapped = isinstance(kind, str) and isinstance(content, dict)
        if kind == "more" and is_wrapped:
            yield Aside("stub for more comments")
            continue
        if isinstance(thing, dict) and "access_token" in thing:
            yield Aside("reply of the interface without a post")
            continue
        item = content if is_wrapped else thing
        yield guarded(where, item, lambda item=item, where=where: _post(mapping(item), where))  # type: ignore[misc]
        replies = at(item, "replies", "data", "children")
        listed = replies if isinstance(replies, list) else []
        pending += [(each, f"{where}, reply {number}") for number, each in reversed([*enumerate(listed)])]


def _post(item: dict[str, Any], position: str) -> Post:
    if item.keys().isdisjoint(_ITEM):
        raise MalformedItemError("item", item, "an item is a comment or a submission")
    is_comment = "body" in item or "link_id" in item
    created = from_unix(first_of(item, "created_utc", "created"), "created_utc")
    parent = id_at(item, "parent_id")
    is_edited, edited_at = _edited(at(item, "edited"))
    handle = _known(text_at(item, "author"))
    text = _known(text_at(item, "body" if is_comment else "selftext"))
    return Post(
        position=position,
        post_id=required_id(at(item, "id"), "id"),
        post_kind=_kind(is_comment, parent),
        visibility=_visibility(at(item, "subreddit_type")),
        state=_state(item, text),
        container_id=id_at(item, "subreddit"),
        author_id=handle if handle is Absence.DELETED else id_at(item, "author_fullname"),
        author_handle=handle,
        created_at=created.at,
        date_source=created.source,
        text=text,
        title=Absence.NOT_EXPORTED if is_comment else _known(text_at(item, "title")),
        reply_to_id=parent,
        is_edited=is_edited,
        is_edited_reliable="edited" in item,
        edited_at=edited_at,
        reactions_n=count_at(item, "ups"),
        replies_n=count_at(item, "num_comments"),
        links=() if is_comment or not isinstance(item.get("url"), str) else (item["url"],),
    )


def _visibility(kind: object) -> Visibility:
    if not isinstance(kind, str):
        return Visibility.UNKNOWN
    return Visibility.PUBLIC if kind in _OPEN else Visibility.FOLLOWERS


def _state(item: dict[str, Any], text: Text) -> PostState:
    """Whether the item was taken away, by any of the marks of Reddit, Pushshift or Arctic Shift."""
    named = (at(item, "removed_by_category"), at(item, "_meta", "removal_type"))
    is_own = any(mark in _BY_AUTHOR for mark in named) or at(item, "_meta", "was_deleted_later") is True
    if text is Absence.DELETED or is_own:
        return PostState.DELETED
    marks = (at(item, name) for name in ("removed", "spam", "banned_by", "removal_reason"))
    is_held = any(mark is True or (isinstance(mark, str) and bool(mark)) for mark in (*marks, *named))
    return PostState.REMOVED if text is Absence.REMOVED or is_held else PostState.PRESENT


def _kind(is_comment: bool, parent: Text) -> PostKind:
    if not is_comment:
        return PostKind.POST
    return PostKind.REPLY if isinstance(parent, str) and parent.startswith("t1_") else PostKind.COMMENT


def _known(text: Text) -> Text:
    """The text, or the code for what Reddit writes in the place of one."""
    if not isinstance(text, str):
        return text
    if "[" not in text:
        return unescape(text)
    sign = text.strip().lower()
    if sign in ("[deleted]", "[deleted by user]"):
        return Absence.DELETED
    if sign == "[removed]" or sign.startswith("[ removed by reddit"):
        return Absence.REMOVED
    return unescape(text)


def _edited(value: object) -> tuple[Flag, Text]:
    """`False`, the time of the edit, or (before 2012) `True`."""
    if isinstance(value, bool):
        return value, Absence.NOT_EXPORTED if value else Absence.NULL
    if not is_given(value):
        return (value if isinstance(value, Absence) else Absence.UNPARSEABLE), Absence.NOT_EXPORTED
    try:
        return True, from_unix(value, "edited").at
    except MalformedItemError:
        return Absence.UNPARSEABLE, Absence.UNPARSEABLE
