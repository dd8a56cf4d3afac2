"""Rows that no reader may take for posts: one kind of damage per vendor, in the vendor's own form."""

import json
from collections.abc import Callable, Mapping

BROKEN = 14


def add(vendor: str, export: bytes) -> bytes:
    """The export with broken rows in it."""
    return _ADDERS[vendor](export)


def _into_list(export: bytes, opening: bytes, broken: Mapping[str, object]) -> bytes:
    """Put objects at the beginning of the first list that opens so."""
    start = export.index(opening) + len(opening)
    rows = b"".join(json.dumps(broken).encode() + b",\n" for _ in range(BROKEN))
    return export[:start] + rows + export[start:]


def _telegram(export: bytes) -> bytes:
    message = {"type": "message", "date": "2100-01-01T00:00:00", "text": "no id"}
    return _into_list(export, b'"messages": [', message)


def _x(export: bytes) -> bytes:
    return export + b'{"id": "1", "text": "breaks off\n' * BROKEN + b'{"meta": {"result_count": 0}}\n'


def _youtube(export: bytes) -> bytes:
    snippet = {"textOriginal": "when", "publishedAt": "no day"}
    comment = {"kind": "youtube#comment", "id": "broken", "snippet": snippet}
    thread = {"kind": "youtube#commentThread", "id": "broken", "snippet": {"topLevelComment": comment}}
    return _into_list(export, b'"items": [', thread)


def _mastodon(export: bytes) -> bytes:
    status = {
        "id": "1",
        "created_at": "no day",
        "content": "<p>when</p>",
        "visibility": "public",
        "account": {"id": "1"},
    }
    return _into_list(export, b"[", status)


def _bluesky(export: bytes) -> bytes:
    record = {"$type": "app.bsky.feed.post", "createdAt": "no day", "text": "when"}
    return _into_list(
        export, b'"feed": [', {"post": {"uri": "at://did:plc:broken/app.bsky.feed.post/1", "record": record}}
    )


def _meta(export: bytes) -> bytes:
    return export + b"1,2100-01-01T00:00:00+0000,too few cells\n" * BROKEN


_ADDERS: dict[str, Callable[[bytes], bytes]] = {
    "telegram_desktop": _telegram,
    "x_api_v2": _x,
    "youtube_comment_threads": _youtube,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "meta_content_library": _meta,
}
