"""Posts as Telegram Desktop, X API v2, YouTube, Mastodon, Bluesky and the Meta Content Library export them.

Every address in them is on a reserved domain. What must not be here: what anybody writes.
"""

import csv
import html
import io
import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from analysis.vendors.post import PostRow

Rows = Sequence[PostRow]


def telegram_desktop(rows: Rows) -> bytes:
    """`result.json` of a whole account: chats with messages, mixed text lists, service messages, naive local dates."""
    chats = []
    for channel, posts in groupby(
        sorted(rows, key=lambda row: (row.channel_number, row.at)), lambda row: row.channel_number
    ):
        messages = [_telegram_message(row, number) for number, row in enumerate(posts, start=2)]
        chats.append({"name": f"channel {channel}", "type": "public_channel", "id": 9_000_000_000 + channel,
                      "messages": [_telegram_service(messages[0]), *messages]})  # fmt: skip
    about = "Here is the data you requested."
    return _json({"about": about, "chats": {"about": about, "list": chats}, "left_chats": {"about": about, "list": []}})


def _telegram_service(first: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "type": "service", "date": first["date"], "date_unixtime": first["date_unixtime"],
            "actor": first["from"], "actor_id": first["from_id"], "action": "create_channel", "text": "",
            "text_entities": []}  # fmt: skip


def _telegram_message(row: PostRow, number: int) -> dict[str, Any]:
    parts: list[Any] = [f"{row.text} ", {"type": "link", "text": row.link}] if row.link else [row.text]
    entities = [part if isinstance(part, dict) else {"type": "plain", "text": part} for part in parts]
    return {
        "id": number,
        "type": "message",
        "date": row.when.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(row.at),
        "from": row.handle,
        "from_id": f"channel{row.account_id}",
        "text": parts if row.link else row.text,
        "text_entities": entities,
    }


def x_api_v2(rows: Rows) -> bytes:
    """Twarc's flattened JSON Lines: identifiers are strings, the author is included."""
    return "".join(json.dumps(_tweet(row), ensure_ascii=False) + "\n" for row in rows).encode()


def _tweet(row: PostRow) -> dict[str, Any]:
    urls = [{"start": 0, "end": 23, "url": row.link, "expanded_url": row.link}] if row.link else []
    return {
        "id": row.post_id,
        "author_id": row.account_id,
        "conversation_id": row.post_id,
        "created_at": row.when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "text": html.escape(row.full_text, quote=False),
        "lang": row.language,
        "entities": {"urls": urls},
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": row.number % 7, "quote_count": 0},
        "author": {"id": row.account_id, "username": row.handle, "name": row.handle, "protected": False,
                   "public_metrics": {"followers_count": row.followers}},
    }  # fmt: skip


def youtube_comment_threads(rows: Rows) -> bytes:
    """One page of commentThreads: the text as HTML and as written, no language field."""
    items = [_thread(row) for row in rows]
    page = {"totalResults": len(items), "resultsPerPage": len(items)}
    return _json({"kind": "youtube#commentThreadListResponse", "etag": "fiction", "pageInfo": page, "items": items})


def _thread(row: PostRow) -> dict[str, Any]:
    written = row.when.strftime("%Y-%m-%dT%H:%M:%SZ")
    comment = {
        "videoId": f"fiction{row.number % 50:04d}",
        "textDisplay": html.escape(row.full_text),
        "textOriginal": row.full_text,
        "authorDisplayName": f"@{row.handle}",
        "authorChannelId": {"value": f"UC{row.account_id}"},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": row.number % 5,
        "publishedAt": written,
        "updatedAt": written,
    }
    identity = f"Ug{row.post_id}"
    top = {"kind": "youtube#comment", "etag": "fiction", "id": identity, "snippet": comment}
    snippet = {
        "videoId": comment["videoId"],
        "topLevelComment": top,
        "canReply": True,
        "totalReplyCount": 0,
        "isPublic": True,
    }
    return {"kind": "youtube#commentThread", "etag": "fiction", "id": identity, "snippet": snippet}


def mastodon(rows: Rows) -> bytes:
    """A list of statuses: content is HTML, the language is the client's."""
    return _json([_status(row) for row in rows])


def _status(row: PostRow) -> dict[str, Any]:
    link = f' <a href="{row.link}">{row.link}</a>' if row.link else ""
    return {
        "id": row.post_id,
        "created_at": row.when.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": row.language,
        "uri": f"https://fiction.example/{row.post_id}",
        "url": f"https://fiction.example/@{row.handle}/{row.post_id}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": row.number % 3,
        "edited_at": None,
        "content": f"<p>{html.escape(row.text)}{link}</p>",
        "reblog": None,
        "account": {"id": row.account_id, "username": row.handle, "acct": row.handle, "followers_count": row.followers},
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
    }


def bluesky(rows: Rows) -> bytes:
    """An author feed: the time is set by the client and only claimed."""
    return _json({"feed": [{"post": _post_view(row)} for row in rows]})


def _post_view(row: PostRow) -> dict[str, Any]:
    claimed = row.when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    record = {"$type": "app.bsky.feed.post", "createdAt": claimed, "langs": [row.language], "text": row.full_text}
    return {
        "uri": f"at://did:plc:fiction{row.account_id}/app.bsky.feed.post/{row.post_id}",
        "cid": f"bafyfiction{row.number}",
        "author": {"did": f"did:plc:fiction{row.account_id}", "handle": f"{row.handle}.fiction.example"},
        "record": record,
        "replyCount": 0,
        "repostCount": 0,
        "likeCount": row.number % 4,
        "quoteCount": 0,
        "indexedAt": claimed,
    }


MCL_COLUMNS = (
    "id", "creation_time", "text", "lang", "post_owner.id", "post_owner.username", "post_owner.name", "post_owner.type",
    "surface.id", "surface.name", "surface.type", "shared_post_id", "is_reshare", "media_type", "link_url",
    "statistics.reactions", "statistics.comments", "statistics.shares", "statistics.views",
)  # fmt: skip


def meta_content_library(rows: Rows) -> bytes:
    """CSV with identifiers beyond 2**53, unquoted."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(MCL_COLUMNS)
    for row in rows:
        time = row.when.strftime("%Y-%m-%dT%H:%M:%S+0000")
        owner = (row.account_id, row.handle, row.handle, "page")
        writer.writerow(
            (row.post_id, time, row.text, row.language, *owner, row.account_id, row.handle, "page", "", "false",
             "link" if row.link else "status", row.link, row.number % 9, 0, 0, row.followers)
        )  # fmt: skip
    return sink.getvalue().encode()


POST_WRITERS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "telegram_desktop": (".json", telegram_desktop),
    "x_api_v2": (".jsonl", x_api_v2),
    "youtube_comment_threads": (".json", youtube_comment_threads),
    "mastodon": (".json", mastodon),
    "bluesky": (".json", bluesky),
    "meta_content_library": (".csv", meta_content_library),
}
"""Format → ending of its files, and its writer."""

ACCOUNTS = {"telegram_desktop": "channel{}", "youtube_comment_threads": "UC{}", "bluesky": "did:plc:fiction{}"}


def account_name(vendor: str, account_id: str) -> str:
    """An account under the name that this vendor's exports give it."""
    return ACCOUNTS.get(vendor, "{}").format(account_id)


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
