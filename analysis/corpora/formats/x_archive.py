"""The archive that X gives an account's owner: `tweets.js` and its parts, older `tweet.js` and `Grailbird` files.

Item: a post. The list stands behind a JavaScript assignment, counts are texts, the author is the archive's owner and
not named. A repost is cut to 140 characters; its original is not in the archive. A long post is cut as well: its whole
text stands in `note-tweet.js`, what the owner took back in `deleted-tweets.js` and `deleted-tweet-headers.js`, whether
the account is protected in `protected-history.js`; these are looked for beside the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Flag, Text
from analysis.corpora.cut_texts import is_cut, reaches_limit
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, first_of, id_at, is_given, mapping, required_id, text_value
from analysis.corpora.markup import unescape
from analysis.corpora.outline import ASSIGNMENT, Outline
from analysis.corpora.posts import Gone, Post, PostKind, PostState, TextSource, Visibility
from analysis.corpora.quarantine import Aside, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_x

_HEAD = 4096
_WRAPPERS = ("tweet", "deletedTweet", "communityTweet")
_PREFIX = 50
"""Characters at the beginning of a cut text that have to be the whole text's own."""

PARTS = ("tweet-part*.js", "tweets-part*.js", "community-tweet*.js")
NOTES, DELETED, PROTECTION = "note-tweet*.js", "deleted-tweet*.js", "protected-history*.js"


ABOUT = About(
    code="x_archive",
    title="X archive tweets.js",
    rank=60,
    fields=(
        "`id_str`",
        "`created_at`",
        "`full_text`",
        "`lang`",
        "`in_reply_to_status_id`",
        "`edit_info`",
        "`favorite_count`",
        "`retweet_count`",
        "`entities.urls`",
        "`note-tweet.js`",
        "`deleted-tweets.js`",
        "`protected-history.js`",
    ),
    never=(
        "direct messages",
        "contacts",
        "likes",
        "mentions",
        "coordinates",
        "media",
        "device and login lists",
    ),
    seen_by="`protected-history.js`; unknown where it is not delivered",
    standing="`deleted-tweets.js` and its headers: deleted; an earlier version of an edited post: edited",
    times="zone in the text, turned into UTC",
    set_aside="posts with an impossible date or without id",
    checked=(
        (
            "layouts of 2012, 2019 and 2023; long posts by public descriptions only",
            "readers of archives that are public",
        ),
    ),
    network="x",
)


def recognises(outline: Outline) -> bool:
    """The assignment, or the wrapper object that only the archive has."""
    return outline.kind == "assignment" or (
        outline.kind == "json" and outline.has_any("tweet.id_str", "tweet.full_text")
    )


@dataclass(frozen=True)
class _Archive:
    """What other files of the archive say: whole texts by beginning and by second, and who could read."""

    by_beginning: Mapping[str, str]
    by_second: Mapping[str, tuple[str, ...]]
    visibility: Visibility

    def whole(self, cut: str, second: str) -> str | None:
        """The whole text of a cut post: by its beginning, else the only long post of that second."""
        found = self.by_beginning.get(cut[:_PREFIX]) if len(cut) >= _PREFIX else None
        same = self.by_second.get(second, ())
        return found or (same[0] if len(same) == 1 else None)


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the archive, then what the files beside it say is deleted.

    Inside a packed archive the further parts of the list are read too; unpacked ones are named one by one.
    """
    archive = _archive(source)
    parts = [each for pattern in PARTS for each in source.beside(pattern)] if source.is_member else []
    for part in (source, *parts):
        for name, value, position in _values(part):
            yield _entry(value, position, name, archive)
    for other in source.beside(DELETED):
        for _, value, _ in _values(other):
            yield from _deletions(value)


def _values(source: Source) -> Iterator[tuple[str, Any, str]]:
    """The list's name, and each of its values with its position."""
    with source.open_utf8() as stream:
        start = ASSIGNMENT.match(stream.read(_HEAD))
    name = (start[1] or start[2]).decode() if start else "tweets"
    for element in json_stream.document_elements(source, start.group() if start else b""):
        yield name, element.value, element.position


def _archive(source: Source) -> _Archive:
    by_beginning: dict[str, str] = {}
    by_second: dict[str, tuple[str, ...]] = {}
    for other in source.beside(NOTES):
        for _, value, _ in _values(other):
            text, created = at(value, "noteTweet", "core", "text"), at(value, "noteTweet", "createdAt")
            if isinstance(text, str) and isinstance(created, str):
                by_beginning[text[:_PREFIX]] = text
                second = _second(from_x(created, "createdAt").at)
                by_second[second] = (*by_second.get(second, ()), text)
    return _Archive(by_beginning, by_second, _visibility(source))


def _second(moment: str) -> str:
    return moment[: len("2030-01-01T00:00:00")]


def _visibility(source: Source) -> Visibility:
    """By the last entry of the account's history of protection; an empty history: never protected."""
    histories = source.beside(PROTECTION)
    if not histories:
        return Visibility.UNKNOWN
    entries = [at(value, "protectedHistory") for each in histories for _, value, _ in _values(each)]
    last = max(entries, key=lambda entry: str(at(entry, "protectedAt")), default=None)
    if last is None or at(last, "action") == "Unprotect":
        return Visibility.PUBLIC
    return Visibility.FOLLOWERS


def _deletions(value: Any) -> Iterator[Gone]:
    inner = _unwrapped(value)
    name = first_of(inner, "id_str", "tweet_id", "id")
    if is_given(name):
        yield Gone(str(name), PostState.DELETED)


def _unwrapped(value: Any) -> Any:
    return next((value[key] for key in _WRAPPERS if isinstance(value, dict) and key in value), value)


def _entry(value: Any, position: str, name: str, archive: _Archive) -> Entry:
    inner = _unwrapped(value)
    is_deleted = name.lower().startswith("deleted") or (isinstance(value, dict) and "deletedTweet" in value)
    if is_deleted and is_given(at(inner, "tweet_id")):
        return Gone(str(inner["tweet_id"]), PostState.DELETED)
    holds_posts = ("tweet" in name.lower() or inner is not value) and "headers" not in name
    if not holds_posts or (
        isinstance(inner, dict) and not {"full_text", "text", "id_str", "created_at"} & inner.keys()
    ):
        return Aside(f"entry of the archive's {name[:80]} list")
    return guarded(position, value, lambda: _post(mapping(inner), position, archive, is_deleted))


def _post(post: dict[str, Any], position: str, archive: _Archive, is_deleted: bool) -> Post:
    created = from_x(at(post, "created_at"), "created_at")
    reply = _id(post, "in_reply_to_status_id")
    text, text_source = _text(post, _second(created.at), archive)
    is_repost = isinstance(text, str) and text.startswith("RT @")
    versions = _versions(at(post, "edit_info"))
    post_id = required_id(first_of(post, "id_str", "id"), "id_str")
    return Post(
        position=position,
        post_id=post_id,
        post_kind=PostKind.REPOST if is_repost else PostKind.REPLY if is_given(reply) else PostKind.POST,
        visibility=archive.visibility,
        state=_state(post_id, versions, is_deleted or "deleted_at" in post),
        replaces=versions[:-1],
        created_at=created.at,
        date_source=created.source,
        text=text,
        text_source=text_source,
        language=text_value(at(post, "lang"), "lang"),
        reply_to_id=reply,
        is_edited=_is_edited(at(post, "edit_info")),
        is_edited_reliable="edit_info" in post,
        reactions_n=count_at(post, "favorite_count"),
        reposts_n=count_at(post, "retweet_count"),
        links=_links(post),
    )


def _state(post_id: str, versions: tuple[str, ...], is_deleted: bool) -> PostState:
    if is_deleted:
        return PostState.DELETED
    return PostState.EDITED if versions and post_id in versions[:-1] else PostState.PRESENT


def _text(post: dict[str, Any], second: str, archive: _Archive) -> tuple[Text, TextSource]:
    """The text, a long post's from the file that holds it whole; cut where none does."""
    text = text_value(first_of(post, "full_text", "text"), "full_text")
    if not isinstance(text, str):
        return text, TextSource.OWN
    if text.startswith("RT @"):
        return unescape(text), TextSource.TRUNCATED if text.endswith("…") else TextSource.OWN
    text = unescape(text)
    cut = _is_cut(post, text)
    whole = archive.whole(text, second) if cut or reaches_limit(text) else None
    if whole and (cut or whole.startswith(text)):
        return whole, TextSource.OWN
    return text, TextSource.TRUNCATED if cut else TextSource.OWN


def _is_cut(post: dict[str, Any], text: str) -> bool:
    """A long post says so, or links to itself for its rest, or breaks off before its last address."""
    own = str(first_of(post, "id_str", "id"))
    return str(at(post, "truncated")).lower() == "true" or is_cut(text, own, _links(post))


def _id(post: dict[str, Any], name: str) -> Text:
    return id_at(post, f"{name}_str") if f"{name}_str" in post else id_at(post, name)


def _versions(info: object) -> tuple[str, ...]:
    """Ids of every version of a post, the first one first."""
    listed = at(info, "initial", "editTweetIds")
    return tuple(str(each) for each in listed) if isinstance(listed, list) else ()


def _is_edited(info: object) -> Flag:
    if not isinstance(info, dict):
        return info if isinstance(info, Absence) else Absence.UNPARSEABLE
    return "edit" in info or len(_versions(info)) > 1


def _links(post: dict[str, Any]) -> tuple[str, ...]:
    urls = at(post, "entities", "urls")
    found = [at(each, "expanded_url") for each in urls] if isinstance(urls, list) else []
    return tuple(each for each in found if isinstance(each, str))
