"""Facebook's *Download your information* (JSON): the posts that an account's owner wrote.

Item: a post with words. Beside the items: entries without words of the owner (a changed picture, a shared memory). The
files hold no id of a post, no author but the owner, and not who could read it. Texts are UTF-8 whose bytes are written
as characters; they are put together again.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence
from analysis.corpora.declaration import About
from analysis.corpora.encodings import put_together
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, mapping, sound
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.quarantine import Aside, Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_unix

_LISTS = ("status_updates", "status_updates_v2")

ABOUT = About(
    code="facebook_download",
    title="Facebook, download of one's own information",
    rank=92,
    fields=("`timestamp`", "`data.post`", "addresses of links in `attachments.data.external_context.url`"),
    never=("titles, which name friends", "tags of persons", "places", "pictures", "messages, contacts and log-ins"),
    seen_by="not in the files: unknown",
    standing="present: what was deleted is not in the files",
    times="seconds since 1970",
    set_aside="entries without time",
    checked=(
        ("`posts/your_posts_1.json` of 2019 to 2024, by public descriptions", "readers of downloads that are public"),
    ),
)


def recognises(outline: Outline) -> bool:
    """A list of entries with a time and words of the owner."""
    at_top = outline.has("timestamp") and outline.has_any("data.post", "attachments.data", "data.update_timestamp")
    in_list = outline.has_any(*(f"{name}.data.post" for name in _LISTS))
    return outline.kind == "json" and (at_top or in_list) and not outline.has("source_platform")


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the file."""
    for element in json_stream.elements(source, _LISTS):
        if isinstance(element, Quarantined):
            yield element
        elif element.path or element.value:
            yield _entry(element.value, element.position)


def _entry(value: Any, position: str) -> Entry:
    words = "\n".join(_words(value))
    if isinstance(value, dict) and "timestamp" in value and not words:
        return Aside("entry without words of its owner")
    # The whole entry names friends and places.
    return guarded(position, "", lambda: _post(mapping(value), words, position))


def _words(value: Any) -> Iterator[str]:
    listed = at(value, "data")
    for each in listed if isinstance(listed, list) else []:
        text = at(each, "post")
        if isinstance(text, str) and text:
            yield put_together(text)


def _post(entry: dict[str, Any], words: str, position: str) -> Post:
    created = from_unix(at(entry, "timestamp"), "timestamp")
    return Post(
        position=position,
        post_id=f"{entry['timestamp']}, {position}",
        visibility=Visibility.UNKNOWN,
        state=PostState.PRESENT,
        created_at=created.at,
        date_source=created.source,
        text=sound(words, "data.post") if words else Absence.EMPTY,
        links=tuple(_links(entry)),
    )


def _links(entry: dict[str, Any]) -> Iterator[str]:
    attached = at(entry, "attachments")
    for each in attached if isinstance(attached, list) else []:
        data = at(each, "data")
        for part in data if isinstance(data, list) else []:
            url = at(part, "external_context", "url")
            if isinstance(url, str):
                yield put_together(url)
