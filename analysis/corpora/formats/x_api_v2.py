"""X API v2 as collected by twarc2 and others: pages with `data` and `includes`, or one flattened post per line.

Item: an element of `data`, or a flattened post. Handed on: which posts and accounts are gone, by the errors of a page
or the results of a compliance job. Beside the items: included originals, profiles, count buckets. An account's
`protected` says who could read; nothing else does. The text of a repost is the original's, when the export includes it;
a long post's text and links stand in `note_tweet`; where that was not asked for, the text is called cut.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.audience import protected
from analysis.corpora.cut_texts import LIMIT, is_cut, reaches_limit
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, id_at, is_given, mapping, required_id, text_at, text_value
from analysis.corpora.markup import unescape
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Gone, Post, PostKind, PostState, TextSource, Visibility, dated
from analysis.corpora.quarantine import Aside, MalformedItemError, Notice, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_iso

_PAGE = ("data", "includes", "meta", "errors")
_ERRORS = {
    "Not Found Error": PostState.DELETED,
    "Authorization Error": PostState.REMOVED,
    "Forbidden": PostState.REMOVED,
}
_COMPLIANCE = frozenset(["id", "action", "reason"])
_REASONS = {"deleted": PostState.DELETED, "deactivated": PostState.DELETED}
_FLAT = ("author_id", "edit_history_tweet_ids", "conversation_id", "public_metrics", "referenced_tweets", "__twarc")


ABOUT = About(
    code="x_api_v2",
    title="X API v2 (twarc2)",
    rank=140,
    fields=(
        "`id`",
        "`created_at`",
        "`text`",
        "`note_tweet`",
        "`author_id`",
        "`username`",
        "`protected`",
        "`lang`",
        "`referenced_tweets`",
        "`edit_history_tweet_ids`",
        "`public_metrics`",
        "`entities.urls`",
        "`errors`",
    ),
    never=(
        "names and descriptions of profiles",
        "places",
        "context annotations",
        "polls",
    ),
    seen_by="`protected` of the author's profile",
    standing="`errors` of a page, results of compliance jobs, `withheld`",
    times="UTC with Z",
    set_aside="posts without id or text, or with references that are no list",
    checked=(("API v2, pages of twarc2 and flattened lines", "X API data dictionary"),),
    network="x",
)


def recognises(outline: Outline) -> bool:
    """Pages from twarc say so; others show fields that only v2 has, beside an id and a text."""
    if outline.kind != "json":
        return False
    in_page = outline.has("data.id", "data.text") or outline.has_any(*(f"data.{name}" for name in _FLAT))
    flat = outline.has("id", "text") and (
        outline.has_any(*_FLAT) or (outline.has("created_at") and not outline.has("user"))
    )
    return (
        in_page
        or flat
        or outline.has_any("__twarc")
        or outline.has("id", "action", "reason")
        or outline.has("meta.result_count")
    )


def read(source: Source) -> Iterator[Entry]:
    """Posts page by page, or line by line; last, how many could be cut although they do not show it."""
    doubtful = 0
    for entry in _entries(source):
        doubtful += isinstance(entry, Post) and _could_be_cut(entry)
        yield entry
    if doubtful:
        yield Notice(
            f"{doubtful} posts are as long as those that X cuts at a word's end where `note_tweet` is not requested; "
            "collect again with tweet.fields=note_tweet unless that was done"
        )


def _could_be_cut(post: Post) -> bool:
    text = post.text
    is_long = isinstance(text, str) and reaches_limit(text) and len(text) <= LIMIT
    return is_long and post.text_source is not TextSource.TRUNCATED


def _entries(source: Source) -> Iterator[Entry]:
    for element in json_stream.elements(source):
        if isinstance(element, Quarantined):
            yield element
        elif isinstance(element.value, dict) and not element.value.keys().isdisjoint(_PAGE):
            yield from _page(element.value, element.position)
        else:
            yield _entry(element.value, element.position, {}, {})


def _page(page: dict[str, Any], position: str) -> Iterator[Entry]:
    originals, users = _included(page, "tweets"), _included(page, "users")
    data = page.get("data")
    posts = data if isinstance(data, list) else [] if data is None else [data]
    for number, post in enumerate(posts):
        yield _entry(post, f"{position}, data[{number}]", originals, users)
    if originals:
        yield Aside("included original", len(originals))
    errors = page.get("errors")
    for error in errors if isinstance(errors, list) else []:
        yield _gone_or_aside(error)


def _gone_or_aside(error: Any) -> Entry:
    """What an error says of a post or account that was asked for: not found, or not to be read by others."""
    kind, name = at(error, "resource_type"), at(error, "resource_id")
    state = _ERRORS.get(str(at(error, "title")))
    if state and kind in ("tweet", "user") and isinstance(name, str):
        return Gone(name, state, is_account=kind == "user")
    return Aside("error note of the interface")


def _included(page: dict[str, Any], name: str) -> dict[str, Any]:
    listed = at(page, "includes", name)
    included = listed if isinstance(listed, list) else []
    return {each["id"]: each for each in included if isinstance(each, dict) and isinstance(each.get("id"), str)}


def _entry(post: Any, position: str, originals: dict[str, Any], users: dict[str, Any]) -> Entry:
    if isinstance(post, dict) and "text" not in post:
        if post.keys() >= _COMPLIANCE:
            return guarded(position, post, lambda: _complied(post))
        if "username" in post:
            return Aside("profile")
        if "tweet_count" in post:
            return Aside("count of posts per period")
    return guarded(position, post, lambda: _post(mapping(post), position, originals, users))


def _complied(result: dict[str, Any]) -> Gone:
    """A result of a compliance job: a post or account to be deleted, with the reason."""
    state = _REASONS.get(str(result["reason"]), PostState.REMOVED)
    return Gone(required_id(result["id"], "id"), state, is_account="redacted_at" not in result)


def _post(post: dict[str, Any], position: str, originals: dict[str, Any], users: dict[str, Any]) -> Post:
    references = _references(post, originals)
    repost = references.get("retweeted")
    links = _links(post)
    text, text_source = _text(post, repost, links)
    created = at(post, "created_at")
    created_at, date_source = dated(from_iso(created, "created_at") if is_given(created) else None)
    author, versions = id_at(post, "author_id"), _versions(post)
    metrics = post.get("public_metrics", Absence.NOT_EXPORTED)
    return Post(
        position=position,
        post_id=required_id(at(post, "id"), "id"),
        post_kind=_kind(references),
        visibility=_visibility(post, users, author),
        state=_state(post, versions),
        replaces=versions[:-1],
        author_id=author,
        author_handle=_handle(post, users, author),
        created_at=created_at,
        date_source=date_source,
        text=text,
        text_source=text_source,
        language=text_at(post, "lang"),
        reply_to_id=_referenced(references, "replied_to"),
        repost_of_id=_referenced(references, "retweeted"),
        quote_of_id=_referenced(references, "quoted"),
        is_edited=_is_edited(at(post, "edit_history_tweet_ids")),
        is_edited_reliable="edit_history_tweet_ids" in post,
        reactions_n=count_at(metrics, "like_count"),
        replies_n=count_at(metrics, "reply_count"),
        reposts_n=count_at(metrics, "retweet_count"),
        views_n=count_at(metrics, "impression_count"),
        links=links,
    )


def _visibility(post: dict[str, Any], users: dict[str, Any], author: Text) -> Visibility:
    profile = post["author"] if "author" in post else users.get(author) if isinstance(author, str) else None
    return protected(at(profile, "protected"))


def _versions(post: dict[str, Any]) -> tuple[str, ...]:
    """Ids of every version of the post, the first one first."""
    history = at(post, "edit_history_tweet_ids")
    return tuple(str(each) for each in history) if isinstance(history, list) else ()


def _state(post: dict[str, Any], versions: tuple[str, ...]) -> PostState:
    if str(post.get("id")) in versions[:-1]:
        return PostState.EDITED
    return PostState.REMOVED if is_given(at(post, "withheld")) else PostState.PRESENT


def _references(post: dict[str, Any], originals: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Type of reference → the referenced post, with whatever the export holds of it."""
    listed = at(post, "referenced_tweets")
    if not is_given(listed):
        return {}
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise MalformedItemError("referenced_tweets", listed, "referenced_tweets is a list of objects")
    return {str(each.get("type")): {**_known(originals, each.get("id")), **each} for each in listed}


def _referenced(references: dict[str, dict[str, Any]], kind: str) -> Text:
    return id_at(references[kind], "id") if kind in references else Absence.NOT_EXPORTED


def _known(originals: dict[str, Any], name: Any) -> dict[str, Any]:
    known = originals.get(name, {}) if isinstance(name, str) else {}
    return known if isinstance(known, dict) else {}


def _kind(references: dict[str, Any]) -> PostKind:
    if "retweeted" in references:
        return PostKind.REPOST
    return PostKind.REPLY if "replied_to" in references else PostKind.POST


def _text(post: dict[str, Any], repost: dict[str, Any] | None, links: tuple[str, ...]) -> tuple[Text, TextSource]:
    if repost is None:
        text, is_short = _full_text(post, links)
        return text, TextSource.TRUNCATED if is_short else TextSource.OWN
    text, is_short = _full_text(repost, _links(repost))
    if not isinstance(text, str):
        return _full_text(post, links)[0], TextSource.TRUNCATED
    return text, TextSource.TRUNCATED if is_short else TextSource.REFERENCED


def _full_text(post: dict[str, Any], links: tuple[str, ...]) -> tuple[Text, bool]:
    """The text, and whether it is cut: a long post came without `note_tweet`, which has to be asked for."""
    long_text = at(post, "note_tweet", "text")
    if is_given(long_text):
        text = text_value(long_text, "text")
        return unescape(text) if isinstance(text, str) else text, False
    text = text_at(post, "text")
    if not isinstance(text, str):
        return text, text is Absence.EMPTY and is_cut("", str(post.get("id")), links)
    return unescape(text), is_cut(text, str(post.get("id")), links)


def _handle(post: dict[str, Any], users: dict[str, Any], author: Text) -> Text:
    if "author" in post:
        return text_value(at(post["author"], "username"), "author.username")
    return text_at(users.get(author, {}), "username") if isinstance(author, str) else Absence.NOT_EXPORTED


def _is_edited(history: object) -> Flag:
    if isinstance(history, list):
        return len(history) > 1
    return history if isinstance(history, Absence) else Absence.UNPARSEABLE


def _links(post: dict[str, Any]) -> tuple[str, ...]:
    if "entities" not in post and "note_tweet" not in post:
        return ()
    listed = (at(post, "note_tweet", "entities", "urls"), at(post, "entities", "urls"))
    found = [at(each, "expanded_url") for urls in listed if isinstance(urls, list) for each in urls]
    return tuple(dict.fromkeys([each for each in found if isinstance(each, str)])) if found else ()
