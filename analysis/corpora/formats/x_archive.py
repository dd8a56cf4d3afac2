"""The archive that X gives an account's owner: `tweets.js` and its parts, older `tweet.js` and `Grailbird` files.

Item: a post. The list stands behind a JavaScript assignment, counts are texts, the author is the archive's owner and
not named. A repost is cut to 140 characters; its original is not in the archive.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_value
from analysis.corpora.markup import unescape
from analysis.corpora.outline import ASSIGNMENT, Outline
from analysis.corpora.posts import Post, PostKind, TextSource
from analysis.corpora.quarantine import Aside, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_x

_HEAD = 4096
_WRAPPERS = ("tweet", "deletedTweet", "communityTweet")


def recognises(outline: Outline) -> bool:
    """The assignment, or the wrapper object that only the archive has."""
    return outline.kind == "assignment" or (
        outline.kind == "json" and outline.has_any("tweet.id_str", "tweet.full_text")
    )


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the archive."""
    with source.open_utf8() as stream:
        start = ASSIGNMENT.match(stream.read(_HEAD))
    name = (start[1] or start[2]).decode() if start else "tweets"
    for element in json_stream.document_elements(source, start.group() if start else b""):
        yield _entry(element.value, element.position, name)


def _entry(value: Any, position: str, name: str) -> Entry:
    inner = next((value[key] for key in _WRAPPERS if isinstance(value, dict) and key in value), value)
    holds_posts = "tweet" in name.lower() or inner is not value
    if not holds_posts or (
        isinstance(inner, dict) and not {"full_text", "text", "id_str", "created_at"} & inner.keys()
    ):
        return Aside(f"entry of the archive's {name[:80]} list")
    return guarded(position, value, lambda: _post(mapping(inner), position))


def _post(post: dict[str, Any], position: str) -> Post:
    created = from_x(at(post, "created_at"), "created_at")
    text = text_value(first_of(post, "full_text", "text"), "full_text")
    reply = _id(post, "in_reply_to_status_id")
    is_repost = isinstance(text, str) and text.startswith("RT @")
    return Post(
        position=position,
        post_id=required_id(first_of(post, "id_str", "id"), "id_str"),
        post_kind=PostKind.REPOST if is_repost else PostKind.REPLY if is_given(reply) else PostKind.POST,
        created_at=created.at,
        date_source=created.source,
        text=unescape(text) if isinstance(text, str) else text,
        text_source=TextSource.TRUNCATED if is_repost and str(text).endswith("…") else TextSource.OWN,
        language=text_value(at(post, "lang"), "lang"),
        reply_to_id=reply,
        is_edited=_is_edited(at(post, "edit_info")),
        is_edited_reliable="edit_info" in post,
        reactions_n=count_at(post, "favorite_count"),
        reposts_n=count_at(post, "retweet_count"),
        links=_links(post),
    )


def _id(post: dict[str, Any], name: str) -> Text:
    return id_at(post, f"{name}_str") if f"{name}_str" in post else id_at(post, name)


def _is_edited(info: object) -> Flag:
    if not isinstance(info, dict):
        return info if isinstance(info, Absence) else Absence.UNPARSEABLE
    versions = at(info, "initial", "editTweetIds")
    return "edit" in info or (isinstance(versions, list) and len(versions) > 1)


def _links(post: dict[str, Any]) -> tuple[str, ...]:
    urls = at(post, "entities", "urls")
    found = [at(each, "expanded_url") for each in urls] if isinstance(urls, list) else []
    return tuple(each for each in found if isinstance(each, str))
