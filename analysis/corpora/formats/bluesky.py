"""Bluesky (AT Protocol): repositories (CAR), records, `getPosts`, feeds, threads, search replies and stream lines.

Item: a post of `app.bsky.feed.post`, and a repost, in a feed, a repository or a stream. Handed on: what a stream, a
thread or a label says is gone, posts and accounts. Beside the items: likes, follows, generators, embedded and parent
originals, blocked posts. `createdAt` is set by the author's program; `indexedAt` by the server. Everything in the
protocol is public, but an author may ask that only people who are logged in be shown a post.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import car_stream, json_stream
from analysis.corpora.absence import Absence, Text
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
from analysis.corpora.made_often import made_often
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Gone, Post, PostKind, PostState, TextSource, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import DateSource, Moment, from_iso

_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_PROFILE = "app.bsky.actor.profile"
_CLOSED = {"deleted": PostState.DELETED, "deactivated": PostState.DELETED}
"""Status of an account that is not active; any other one was set by the platform."""
_TAKEN_DOWN = ("!takedown", "!suspend", "!hide")
_NO_LABELS: frozenset[str] = frozenset()
_LOGGED_IN = "!no-unauthenticated"
_NESTED = ("posts", "feed", "records")
_EVENT = ("commit", "kind", "account", "val")
"""Keys of which every event of a stream that is no record has one."""
_SHELL = frozenset(["cursor", "hitsTotal", "thread", "threadgate"])


ABOUT = About(
    code="bluesky",
    title="Bluesky repositories, records, feeds, threads",
    rank=70,
    fields=(
        "`uri`",
        "`author.did`",
        "`author.handle`",
        "`record.text`",
        "`record.createdAt`",
        "`indexedAt`",
        "`langs`",
        "`reply.parent`",
        "`embed`",
        "`facets`",
        "`labels`",
        "counts",
    ),
    never=(
        "display names",
        "who liked",
        "followers",
        "profiles, but for their labels",
    ),
    seen_by="public by protocol; unlisted where `!no-unauthenticated` is set",
    standing="deletions and account status of a stream, takedown labels, `notFoundPost`",
    times="`createdAt` is set by the author's program, `indexedAt` by the server",
    set_aside="records with an impossible date",
    checked=(
        (
            "lexicons of 2024, repository version 3, files of @atproto/repo, Jetstream lines",
            "AT Protocol specifications",
        ),
    ),
)


def recognises(outline: Outline) -> bool:
    """A repository, or record types and addresses of the protocol."""
    if outline.kind == "car":
        return True
    if outline.kind != "json":
        return False
    typed = any(value.startswith("app.bsky.") for value in outline.values.values())
    return typed or any(path.endswith("uri") and value.startswith("at://") for path, value in outline.values.items())


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the export; threads depth first; a repository by the keys of its records."""
    yield from _repository(source) if car_stream.is_car(source) else _json(source)


def _repository(source: Source) -> Iterator[Entry]:
    """Posts and reposts of one account; of its profile nothing but what it asks of those who show its posts."""
    labels: list[Any] = []
    for entry in car_stream.entries(source, frozenset([_PROFILE, _POST, _REPOST])):
        collection = entry.key.partition("/")[0]
        if collection == _PROFILE:
            stated = at(entry.value, "labels", "values")
            labels = stated if isinstance(stated, list) else []
        if collection not in (_POST, _REPOST):
            yield Aside(f"record of type {collection[:80]}")
            continue
        uri = f"at://{entry.did}/{entry.key}"
        yield from _entry({"uri": uri, "author": {"labels": labels}, "value": entry.value}, entry.key)


def _json(source: Source) -> Iterator[Entry]:
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
            yield _not_shown(node)
            continue
        yield from _entry(node["post"], where)
        replies = node.get("replies")
        listed = replies if isinstance(replies, list) else []
        pending += [(each, f"{where}, reply {number}") for number, each in reversed([*enumerate(listed)])]
        if isinstance(node.get("parent"), dict):
            pending.append((node["parent"], f"{where}, parent"))


def _not_shown(node: Any) -> Entry:
    """A post of a thread that is gone; one that is only blocked for the reader is not."""
    if at(node, "notFound") is True and isinstance(at(node, "uri"), str):
        return Gone(node["uri"], PostState.DELETED)
    return Aside("post of a thread that is blocked or gone")


def _entry(value: Any, position: str) -> Iterator[Entry]:
    if isinstance(value, dict) and "post" in value:
        yield from _feed_entry(value, position)
        return
    word = _word(value)
    if word:
        yield word
        return
    record = _record(value)
    kind = at(record, "$type")
    if kind == _REPOST:
        yield guarded(position, value, lambda: _repost_record(mapping(value), mapping(record, "record"), position))
        return
    if is_given(kind) and kind != _POST:
        yield Aside(f"record of type {str(kind)[:80]}")
        return
    yield guarded(position, value, lambda: _post(mapping(value), mapping(record, "record"), position))
    if "record" in mapping_or_empty(at(value, "embed")):
        yield Aside("included original")


def _word(value: Any) -> Gone | Aside | None:
    """What an event of a stream says that is no record: a deletion, an account's status, a label, anything else."""
    if not isinstance(value, dict) or value.keys().isdisjoint(_EVENT):
        return None
    if at(value, "commit", "operation") == "delete" or at(value, "commit", "type") == "d":
        return Gone(str(_address(value)), PostState.DELETED)
    if at(value, "kind") in ("account", "identity") or isinstance(at(value, "account"), dict):
        return _account(value)
    if isinstance(at(value, "val"), str) and isinstance(at(value, "uri"), str):
        return _labelled(value)
    return None


def _account(value: dict[str, Any]) -> Gone | Aside:
    account = at(value, "account")
    name = first_of(account, "did")
    if not isinstance(name, str) or not isinstance(at(account, "active"), bool):
        return Aside("event about an account")
    since = at(value, "time_us")
    state = PostState.PRESENT if account["active"] else _CLOSED.get(str(at(account, "status")), PostState.REMOVED)
    return Gone(name, state, is_account=True, since=float(since) if isinstance(since, int) else 0.0)


def _labelled(label: dict[str, Any]) -> Gone | Aside:
    if label["val"] not in _TAKEN_DOWN or at(label, "neg") is True:
        return Aside("label")
    return Gone(label["uri"], PostState.REMOVED, is_account=not label["uri"].startswith("at://"))


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


def _labels(value: dict[str, Any], record: Any) -> frozenset[str]:
    """Labels of the post, of its author, and those that the author's program wrote into the record."""
    listed = (at(value, "labels"), at(value, "author", "labels"), at(record, "labels", "values"))
    stated = [each for labels in listed if isinstance(labels, list) for each in labels]
    if not stated:
        return _NO_LABELS
    return frozenset([str(at(each, "val")) for each in stated if at(each, "neg") is not True])


def _visibility(labels: frozenset[str]) -> Visibility:
    return Visibility.UNLISTED if _LOGGED_IN in labels else Visibility.PUBLIC


def _state(labels: frozenset[str]) -> PostState:
    return PostState.REMOVED if labels.intersection(_TAKEN_DOWN) else PostState.PRESENT


def _post(value: dict[str, Any], record: dict[str, Any], position: str) -> Post:
    address = required_id(_address(value), "uri")
    created = _moment(record, value)
    parent = id_at(record, "reply", "parent", "uri")
    labels, embedded = _labels(value, record), _embedded(record.get("embed", Absence.NOT_EXPORTED))
    return Post(
        position=position,
        post_id=address,
        post_kind=PostKind.REPLY if is_given(parent) else PostKind.POST,
        visibility=_visibility(labels),
        state=_state(labels),
        replaces=(address,) if at(value, "commit", "operation") == "update" else (),
        author_id=_author(value, address),
        author_handle=text_at(value, "author", "handle"),
        created_at=created.at,
        date_source=created.source,
        text=text_at(record, "text"),
        title=text_value(embedded.title, "embed.external.title"),
        language=_languages(at(record, "langs")),
        reply_to_id=parent,
        quote_of_id=embedded.quoted,
        reactions_n=count_at(value, "likeCount"),
        replies_n=count_at(value, "replyCount"),
        reposts_n=count_at(value, "repostCount"),
        media_kind=text_value(embedded.kind, "embed.$type"),
        links=_links(record),
    )


def _repost(post: Any, reason: dict[str, Any], position: str) -> Post:
    original = required_id(at(mapping(post, "post"), "uri"), "uri")
    author = required_id(at(reason, "by", "did"), "reason.by.did")
    own = at(reason, "uri")
    moment = from_iso(at(reason, "indexedAt"), "reason.indexedAt")
    record = mapping(_record(post), "record")
    labels = _labels(post, record)
    return Post(
        position=position,
        post_id=own if isinstance(own, str) and own else f"{original}#repost-by-{author}",
        post_kind=PostKind.REPOST,
        visibility=_visibility(labels),
        state=_state(labels),
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


def _repost_record(value: dict[str, Any], record: dict[str, Any], position: str) -> Post:
    """A repost as a repository or a stream holds it: the original's address without its text."""
    address = required_id(_address(value), "uri")
    created = _moment(record, value)
    labels = _labels(value, record)
    return Post(
        position=position,
        post_id=address,
        post_kind=PostKind.REPOST,
        visibility=_visibility(labels),
        state=_state(labels),
        author_id=_author(value, address),
        author_handle=text_at(value, "author", "handle"),
        created_at=created.at,
        date_source=created.source,
        text_source=TextSource.TRUNCATED,
        repost_of_id=required_id(at(record, "subject", "uri"), "subject.uri"),
    )


def _author(value: dict[str, Any], address: str) -> Text:
    stated = at(value, "author", "did")
    if isinstance(stated, str):
        return stated
    repository = address.removeprefix("at://").split("/")[0]
    return repository if address.startswith("at://did:") else Absence.NOT_EXPORTED


@made_often
class _Embedded:
    """What a record shows below its text, as it came: its kind, the title of a page; and the quoted post."""

    kind: Any
    title: Any
    quoted: Text


def _embedded(embed: Any) -> _Embedded:
    if not isinstance(embed, dict):
        nothing = at(embed, "$type")
        return _Embedded(nothing, nothing, nothing)
    direct = id_at(embed, "record", "uri")
    quoted = direct if is_given(direct) else id_at(embed, "record", "record", "uri")
    return _Embedded(at(embed, "$type"), at(embed, "external", "title"), quoted)


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
    return ",".join([each for each in value if isinstance(each, str)]) or Absence.EMPTY


def _links(record: dict[str, Any]) -> tuple[str, ...]:
    if record.keys().isdisjoint(("facets", "embed")):
        return ()
    facets = at(record, "facets")
    features = [at(facet, "features") for facet in facets] if isinstance(facets, list) else []
    found = [at(each, "uri") for listed in features if isinstance(listed, list) for each in listed]
    return tuple(each for each in (*found, at(record, "embed", "external", "uri")) if isinstance(each, str))
