"""X API v1.1: timelines, searches and streams; a list, a `statuses` page or one post per line.

Item: a post; a stream's notices of what is gone are handed on. Beside the items: other notices, included originals. Ids
come from `id_str`: the number beside it may have lost digits. A repost's text is the original's.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Text
from analysis.corpora.audience import protected
from analysis.corpora.cut_texts import is_cut
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_value
from analysis.corpora.markup import unescape
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Gone, Post, PostKind, PostState, TextSource
from analysis.corpora.quarantine import Aside, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_x

_NOTICES = ("limit", "scrub_geo", "disconnect", "warning", "errors")
_GONE = {
    "delete": PostState.DELETED,
    "status_withheld": PostState.REMOVED,
    "user_delete": PostState.DELETED,
    "user_withheld": PostState.REMOVED,
    "user_suspend": PostState.REMOVED,
    "user_undelete": PostState.PRESENT,
    "user_unsuspend": PostState.PRESENT,
}
_ORIGINALS = ("retweeted_status", "quoted_status")


ABOUT = About(
    code="x_v1_1",
    title="X API v1.1",
    rank=130,
    fields=(
        "`id_str`",
        "`created_at`",
        "`full_text`",
        "`extended_tweet`",
        "`user.id_str`",
        "`user.screen_name`",
        "`user.protected`",
        "`lang`",
        "`retweeted_status`",
        "`quoted_status_id`",
        "counts",
    ),
    never=(
        "names and descriptions of profiles",
        "places and coordinates",
        "followers",
    ),
    seen_by="`user.protected`",
    standing="`delete`, `user_delete`, `status_withheld` of a stream",
    times="zone in the text, turned into UTC",
    set_aside="posts with an impossible date or without id",
    checked=(("API v1.1, compatibility and extended mode", "X's description of the Tweet object"),),
    network="x",
)


def recognises(outline: Outline) -> bool:
    """Posts with `id_str` and a user, or a search page of them."""
    if outline.kind != "json":
        return False
    posts = any(
        outline.has(f"{at}id_str") and outline.has_any(f"{at}full_text", f"{at}text") for at in ("", "statuses.")
    )
    return posts or outline.has("search_metadata", "statuses") or outline.has("delete.status")


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the file."""
    for element in json_stream.elements(source, ("statuses",)):
        if isinstance(element, Quarantined):
            yield element
        else:
            yield from _entries(element.value, element.position)


def _entries(value: Any, position: str) -> Iterator[Entry]:
    if isinstance(value, dict) and "id" not in value and "id_str" not in value:
        if "search_metadata" in value or not value:
            return
        gone = next((name for name in _GONE if name in value), None)
        if gone:
            yield guarded(position, value, lambda: _gone(value[gone], gone))
            return
        notice = next((name for name in _NOTICES if name in value), None)
        if notice:
            yield Aside(f"notice of the interface ({notice})")
            return
    yield guarded(position, value, lambda: _post(mapping(value), position))
    originals = sum(isinstance(at(value, name), dict) for name in _ORIGINALS)
    if originals:
        yield Aside("included original", originals)


def _gone(notice: Any, name: str) -> Gone:
    status = at(notice, "status") if name == "delete" else notice
    since = count_at(notice, "timestamp_ms")
    return Gone(
        required_id(_id(status, "id"), f"{name}.id"),
        _GONE[name],
        is_account=name.startswith("user_"),
        since=since if isinstance(since, int) else 0.0,
    )


def _post(post: dict[str, Any], position: str) -> Post:
    original = at(post, "retweeted_status")
    is_repost = isinstance(original, dict)
    created = from_x(at(post, "created_at"), "created_at")
    reply = _id(post, "in_reply_to_status_id")
    text, text_source = _text(post, original if is_repost else None)
    return Post(
        position=position,
        post_id=required_id(first_of(post, "id_str", "id"), "id_str"),
        post_kind=PostKind.REPOST if is_repost else PostKind.REPLY if is_given(reply) else PostKind.POST,
        visibility=protected(at(post, "user", "protected")),
        state=PostState.REMOVED if _is_withheld(post) else PostState.PRESENT,
        author_id=_id(at(post, "user"), "id"),
        author_handle=text_value(at(post, "user", "screen_name"), "user.screen_name"),
        created_at=created.at,
        date_source=created.source,
        text=text,
        text_source=text_source,
        language=text_value(at(post, "lang"), "lang"),
        reply_to_id=reply,
        repost_of_id=_id(original, "id") if is_repost else Absence.NOT_EXPORTED,
        quote_of_id=_id(post, "quoted_status_id"),
        reactions_n=count_at(post, "favorite_count"),
        replies_n=count_at(post, "reply_count"),
        reposts_n=count_at(post, "retweet_count"),
        links=_links(post),
    )


def _is_withheld(post: dict[str, Any]) -> bool:
    """Whether the platform hides the post in some country, whichever it is."""
    countries = at(post, "withheld_in_countries")
    return isinstance(countries, list) and bool(countries)


def _id(record: Any, name: str) -> Text:
    text = f"{name}_str"
    return id_at(record, text if isinstance(record, dict) and text in record else name)


def _text(post: dict[str, Any], original: dict[str, Any] | None) -> tuple[Text, TextSource]:
    if original is not None and isinstance(text := _full_text(original), str):
        return text, TextSource.TRUNCATED if _is_cut(original) else TextSource.REFERENCED
    is_broken_off = original is not None or _is_cut(post)
    return _full_text(post), TextSource.TRUNCATED if is_broken_off else TextSource.OWN


def _is_cut(post: dict[str, Any]) -> bool:
    """Whether a post says that it is cut, or ends as long posts do in this interface, which never holds them whole."""
    text = first_of(post, "full_text", "text")
    if "extended_tweet" in post or not isinstance(text, str):
        return False
    return at(post, "truncated") is True or is_cut(text, str(first_of(post, "id_str", "id")), _links(post))


def _full_text(post: dict[str, Any]) -> Text:
    extended = at(post, "extended_tweet", "full_text")
    text = text_value(extended if is_given(extended) else first_of(post, "full_text", "text"), "full_text")
    return unescape(text) if isinstance(text, str) else text


def _links(post: dict[str, Any]) -> tuple[str, ...]:
    urls = at(post, "entities", "urls")
    found = [at(each, "expanded_url") for each in urls] if isinstance(urls, list) else []
    return tuple(each for each in found if isinstance(each, str))
