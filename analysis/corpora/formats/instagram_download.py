"""Instagram's *Download your information* (JSON): the posts of an account's owner.

Item: a post; its words are the caption. The files hold no id of a post, no author but the owner, and not who could see
it. Texts are UTF-8 whose bytes are written as characters; they are put together again.
"""

from collections.abc import Iterator
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Text
from analysis.corpora.declaration import About
from analysis.corpora.encodings import put_together
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, first_of, is_given, mapping, sound
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.quarantine import Quarantined, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import from_unix

ABOUT = About(
    code="instagram_download",
    title="Instagram, download of one's own information",
    rank=94,
    fields=("`creation_timestamp`", "`title`", "`media`"),
    never=("pictures and where they were taken", "persons who are tagged", "messages, followers and log-ins"),
    seen_by="not in the files: unknown",
    standing="present: what was deleted is not in the files",
    times="seconds since 1970",
    set_aside="entries without time",
    checked=(
        ("`content/posts_1.json` of 2021 to 2024, by public descriptions", "readers of downloads that are public"),
    ),
)


def recognises(outline: Outline) -> bool:
    """Media with the time of their creation."""
    return outline.kind == "json" and outline.has("media.creation_timestamp", "media.uri")


def read(source: Source) -> Iterator[Entry]:
    """Posts in the order of the file."""
    for element in json_stream.elements(source):
        if isinstance(element, Quarantined):
            yield element
        else:
            value, position = element.value, element.position
            # The whole entry says where a picture was taken.
            yield guarded(position, "", lambda value=value, position=position: _post(mapping(value), position))  # type: ignore[misc]


def _post(entry: dict[str, Any], position: str) -> Post:
    listed = at(entry, "media")
    media = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    stamp = first_of(entry, "creation_timestamp")
    stamp = stamp if is_given(stamp) else at(media[0] if media else {}, "creation_timestamp")
    created = from_unix(stamp, "creation_timestamp")
    return Post(
        position=position,
        post_id=f"{stamp}, {position}",
        visibility=Visibility.UNKNOWN,
        state=PostState.PRESENT,
        created_at=created.at,
        date_source=created.source,
        text=_caption(entry, media),
        media_kind="picture or video" if media else Absence.NOT_EXPORTED,
    )


def _caption(entry: dict[str, Any], media: list[dict[str, Any]]) -> Text:
    """The post's own caption, else the first of its pictures'."""
    titles = (at(each, "title") for each in (entry, *media))
    text = next((each for each in titles if isinstance(each, str) and each), "")
    return sound(put_together(text), "title") if text else Absence.EMPTY
