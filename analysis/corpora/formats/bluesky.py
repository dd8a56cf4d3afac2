"""Bluesky (AT Protocol): records, `getPosts`, author feeds, threads, search replies and event-stream lines.

Item: a post of `app.bsky.feed.post`, and a repost in a feed. Beside the items: likes, follows, generators, embedded
and parent originals, blocked posts. `createdAt` is set by the author's program; `indexedAt` by the server.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Text
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_at
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, TextSource
from analysis.corpora.quarantine import Aside, MalformedItemError, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import DateSource, Moment, from_iso

_POST = "app.bsky.feed.post"
_NESTED = ("posts", "feed", "records")
_SHELL = frozenset(["cursor", "hitsTotal", "thread", "threadgate"])


def recognises(outline: Outline) -> bool:
    """Record types and addresses of the protocol."""
    if outline.kind != "json":
        return False
    typed = any(value.startswith("app.bsky.") for value in outline.values.values())
    return typed or any(path.endswith("uri") and value.startswith("at://") for path, value in outline.values.items())


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the export; threads depth first."""
    for element in json_stream.elements(source, _NESTED):
        if isinstance(element, Quarantined):
            yield element
        elif isinstance(element.value, dict) and "thread" in element.value:
            yield from _thread(element.value["thread"], element.position)
        elif element.path or not isinstance(element.value, dict) or element.value.keys() - _SHELL:
            yield from _entry(element.value, element.position)


def _thread(root: Any, position: str) -> Iterator[Entry]:
    pending = [(root, f"{position}, thread")]
    while pending:
        node, where = pending.pop()
        if not isinstance(node, dict) or "post" not in node:
            yield Aside("post of a thread that is blocked or gone")
            continue
        yield from _entry(node["post"], where)
        replies = node.get("replies")
        listed = replies if isinstance(replies, list) else []
        pending += [(each, f"{where}, reply {number}") for number, each in reversed([*enumerate(listed)])]
        if isinstance(node.get("parent"), dict):
            pending.append((node["parent"], f"{where}, parent"))


def _entry(value: Any, position: str) -> Iterator[Entry]:
    if isinstance(value, dict) and "post" in value:
        yield from _feed_entry(value, position)
        return
    record = _record(value)
    kind = at(record, "$type")
    if is_given(kind) and kind != _POST:
        yield Aside(f"record of type {str(kind)[:80]}")
        return
    yield guarded(position, value, lambda: _post(mapping(value), mapping(record, "record"), position))
    if "record" in mapping_or_empty(at(value, "embed")):
        yield Aside("included original")


def mapping_or_empty(value: object) -> dict[str, Any]:
    """The object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def _feed_entry(value: dict[str, Any], position: str) -> Iterator[Entry]:
    reason = at(value, "reason")
    originals = len([each for each in mapping_or_empty(at(value, "reply")).values() if isinstance(each, dict)])
    if originals:
        yield Aside("included original", originals)
    if isinstance(at(reason, "by"), dict):
        yield guarded(position, value, lambda: _repost(value["post"], mapping(reason), position))
    else:
        yield from _entry(value["post"], position)


def _record(value: Any) -> Any:
    """The record inside a view, a repository listing, an event or itself."""
    if isinstance(at(value, "commit"), dict):
        return first_of(value["commit"], "record")
    found = first_of(value, "record", "value")
    return found if is_given(found) else value


def _address(value: dict[str, Any]) -> Any:
    commit = at(value, "commit")
    if isinstance(commit, dict) and isinstance(value.get("did"), str):
        return f"at://{value['did']}/{commit.get('collection')}/{commit.get('rkey')}"
    return at(value, "uri")


def _post(value: dict[str, Any], record: dict[str, Any], position: str) -> Post:
    address = required_id(_address(value), "uri")
    created = _moment(record, value)
    parent = id_at(record, "reply", "parent", "uri")
    return Post(
        position=position,
        post_id=address,
        post_kind=PostKind.REPLY if is_given(parent) else PostKind.POST,
        author_id=_author(value, address),
        author_handle=text_at(value, "author", "handle"),
        created_at=created.at,
        date_source=created.source,
        text=text_at(record, "text"),
        title=text_at(record, "embed", "external", "title"),
        language=_languages(at(record, "langs")),
        reply_to_id=parent,
        quote_of_id=_quoted(record),
        reactions_n=count_at(value, "likeCount"),
        replies_n=count_at(value, "replyCount"),
        reposts_n=count_at(value, "repostCount"),
        media_kind=text_at(record, "embed", "$type"),
        links=_links(record),
    )


def _repost(post: Any, reason: dict[str, Any], position: str) -> Post:
    original = required_id(at(mapping(post, "post"), "uri"), "uri")
    author = required_id(at(reason, "by", "did"), "reason.by.did")
    own = at(reason, "uri")
    moment = from_iso(at(reason, "indexedAt"), "reason.indexedAt")
    record = mapping(_record(post), "record")
    return Post(
        position=position,
        post_id=own if isinstance(own, str) and own else f"{original}#repost-by-{author}",
        post_kind=PostKind.REPOST,
        author_id=author,
        author_handle=text_at(reason, "by", "handle"),
        created_at=moment.at,
        date_source=DateSource.SERVER_INDEXED,
        text=text_at(record, "text"),
        text_source=TextSource.REFERENCED,
        language=_languages(at(record, "langs")),
        repost_of_id=original,
        links=_links(record),
    )


def _author(value: dict[str, Any], address: str) -> Text:
    stated = first_of(mapping_or_empty(at(value, "author")), "did")
    if isinstance(stated, str):
        return stated
    repository = address.removeprefix("at://").split("/")[0]
    return repository if address.startswith("at://did:") else Absence.NOT_EXPORTED


def _moment(record: dict[str, Any], value: dict[str, Any]) -> Moment:
    try:
        return Moment(from_iso(at(record, "createdAt"), "createdAt").at, DateSource.CLIENT_SET)
    except MalformedItemError:
        if not is_given(at(value, "indexedAt")):
            raise
        return Moment(from_iso(at(value, "indexedAt"), "indexedAt").at, DateSource.SERVER_INDEXED)


def _languages(value: object) -> Text:
    if not isinstance(value, list):
        return value if isinstance(value, Absence) else Absence.UNPARSEABLE
    return ",".join(each for each in value if isinstance(each, str)) or Absence.EMPTY


def _quoted(record: dict[str, Any]) -> Text:
    direct, with_media = id_at(record, "embed", "record", "uri"), id_at(record, "embed", "record", "record", "uri")
    return direct if is_given(direct) else with_media


def _links(record: dict[str, Any]) -> tuple[str, ...]:
    facets = at(record, "facets")
    features = [at(facet, "features") for facet in facets] if isinstance(facets, list) else []
    found = [at(each, "uri") for listed in features if isinstance(listed, list) for each in listed]
    return tuple(each for each in (*found, at(record, "embed", "external", "uri")) if isinstance(each, str))
