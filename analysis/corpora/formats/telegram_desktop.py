"""Telegram Desktop's machine-readable export (`result.json`): one chat, or all chats of an account.

Item: a message. Beside the items: service messages, and messages that Telegram calls unsupported. A chat's `type` says
who could read it: public channels and groups, private ones, personal chats, the account's own notes.
Never read: who reacted, contact cards, coordinates, actors, members, display names, the account's own contact list.
Source: `export_output_json.cpp` of Telegram Desktop; older versions lack `date_unixtime`, `text_entities`, `from_id`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from analysis.corpora import json_stream
from analysis.corpora.absence import Absence, Count, Text
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import at, count_at, id_at, is_given, mapping, required_id, sound, text_value
from analysis.corpora.made_often import made_often
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostKind, PostState, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Notice, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import Moment, from_iso, from_unix

_CHATS = ("chats.list", "left_chats.list")
_MESSAGES = frozenset(["messages", *(f"{chats}.messages" for chats in _CHATS)])
_HEADERS = frozenset(["id", "type", *_CHATS, *(f"{chats}.{name}" for chats in _CHATS for name in ("id", "type"))])
_VISIBILITY = {
    "public_channel": Visibility.PUBLIC,
    "public_supergroup": Visibility.PUBLIC,
    "private_channel": Visibility.FOLLOWERS,
    "private_supergroup": Visibility.FOLLOWERS,
    "private_group": Visibility.FOLLOWERS,
    "personal_chat": Visibility.DIRECT,
    "bot_chat": Visibility.DIRECT,
    "saved_messages": Visibility.DIRECT,
    "replies": Visibility.DIRECT,
    "verify_codes": Visibility.DIRECT,
}
_MEDIA = ("photo", "poll", "contact_information", "location_information", "game_title", "invoice_information", "file")
_NEVER_EDITED = ("1969-12-31", "1970-01-01")


ABOUT = About(
    code="telegram_desktop",
    title="Telegram Desktop result.json",
    rank=90,
    fields=(
        "`id`",
        "`date_unixtime`",
        "`date`",
        "`text`",
        "`from_id`",
        "`reply_to_message_id`",
        "`forwarded_from`",
        "`edited_unixtime`",
        "`reactions.count`",
        "media kind",
        "chat `type`",
    ),
    never=(
        "who reacted",
        "contact cards",
        "coordinates",
        "actors and members",
        "display names",
        "the account's contact list",
        "phone numbers",
    ),
    seen_by="chat `type`: only public channels and public groups are public",
    standing="present; the export holds no deleted message",
    times="`date_unixtime`; older files have a local clock",
    set_aside="messages without id or date",
    checked=(("the export's source of versions 1.3 to 5", "export_output_json.cpp of Telegram Desktop"),),
)


def recognises(outline: Outline) -> bool:
    """A chat has a type, an id and messages; an account has a list of chats."""
    if outline.kind != "json" or outline.has_any("participants", "messages.sender_name"):
        return False
    is_chat = outline.has("messages", "type", "id") or outline.has("messages.date", "messages.type")
    is_account = outline.has("personal_information", "about")
    return is_chat or is_account or outline.has_any(*_CHATS, *(f"{chats}.messages" for chats in _CHATS))


def read(source: Source) -> Iterator[Entry]:
    """Messages of every chat in the order of the export."""
    chat = _Chat()
    orphans = 0
    for element in json_stream.selected(source, _MESSAGES, _HEADERS):
        if element.position in ("start", "value"):
            chat = chat.told(element.path, element.value) if element.position == "value" else _Chat()
            continue
        orphans += not is_given(chat.name)
        yield guarded(element.position, element.value, _Decoder(element.value, element.position, chat).entry)
    if orphans:
        yield Notice(
            f"{orphans} messages stand before their chat's id or in a chat without one: their chat is not known"
        )


@dataclass(frozen=True)
class _Chat:
    """What stands before the messages of a chat: its id, and the type that says who could read it."""

    name: Text = Absence.NOT_EXPORTED
    visibility: Visibility = Visibility.UNKNOWN

    def told(self, path: str, value: Any) -> "_Chat":
        """The chat with one more of its fields known."""
        if path.rpartition(".")[2] == "id":
            return replace(self, name=id_at({"id": value}, "id"))
        return replace(self, visibility=_VISIBILITY.get(str(value), Visibility.UNKNOWN))


@made_often
class _Decoder:
    """One message of one chat."""

    message: Any
    position: str
    chat: _Chat

    def entry(self) -> Entry:
        kind = at(mapping(self.message), "type")
        if kind == "service":
            return Aside("service message")
        if kind == "unsupported":
            return Aside("message that Telegram did not export")
        if kind != "message":
            raise MalformedItemError("type", kind, "type is one of message, service, unsupported")
        return self._post()

    def _post(self) -> Post:
        message = self.message
        created, edited = self._moment("date"), self._edited()
        text, links = _flat_text(at(message, "text" if "text" in message else "text_entities"), "text")
        return Post(
            position=self.position,
            post_id=required_id(at(message, "id"), "id"),
            post_kind=self._kind(),
            visibility=self.chat.visibility,
            state=PostState.PRESENT,
            container_id=self.chat.name,
            author_id=id_at(message, "from_id"),
            created_at=created.at,
            date_source=created.source,
            text=text,
            title=_flat_text(at(message, "poll", "question"), "poll.question")[0],
            reply_to_id=id_at(message, "reply_to_message_id"),
            forwarded_from_id=id_at(message, "forwarded_from_id"),
            is_edited=edited is not None,
            # Telegram also writes `edited` when somebody reacts.
            is_edited_reliable=False,
            edited_at=edited.at if edited else Absence.NOT_EXPORTED,
            reactions_n=_reactions(at(message, "reactions")),
            media_kind=self._media(),
            links=links,
        )

    def _kind(self) -> PostKind:
        if "forwarded_from" in self.message or "forwarded_from_id" in self.message:
            return PostKind.REPOST
        return PostKind.REPLY if is_given(at(self.message, "reply_to_message_id")) else PostKind.POST

    def _moment(self, name: str) -> Moment:
        stamp = at(self.message, f"{name}_unixtime")
        if is_given(stamp):
            return from_unix(stamp, f"{name}_unixtime")
        return from_iso(at(self.message, name), name)

    def _edited(self) -> Moment | None:
        """The time of the last edit; old exports write the beginning of 1970 for none."""
        local = at(self.message, "edited")
        if not is_given(local) and not is_given(at(self.message, "edited_unixtime")):
            return None
        if isinstance(local, str) and local.startswith(_NEVER_EDITED):
            return None
        return self._moment("edited")

    def _media(self) -> Text:
        kind = at(self.message, "media_type")
        if isinstance(kind, str):
            return kind
        if self.message.keys().isdisjoint(_MEDIA):
            return Absence.NOT_EXPORTED
        return next(name for name in _MEDIA if name in self.message)


def _flat_text(value: object, column: str) -> tuple[Text, tuple[str, ...]]:
    """A text, or a list of texts and `{type, text, href}`, as one text and the addresses behind it."""
    if isinstance(value, Absence):
        return value, ()
    if isinstance(value, str):
        return text_value(value, column), ()
    parts = value if isinstance(value, list) else [value]
    pieces = [_piece(part, column) for part in parts]
    links = tuple(part["href"] for part in parts if isinstance(part, dict) and isinstance(part.get("href"), str))
    text = sound("".join(pieces), column)
    return text or Absence.EMPTY, links


def _piece(part: object, column: str) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    if not isinstance(text, str):
        raise MalformedItemError(column, part, f"{column} is a text, or a list of texts and of objects with a text")
    return text


def _reactions(value: object) -> Count:
    """How many reactions of any kind; who reacted is not read."""
    if not isinstance(value, list):
        return value if isinstance(value, Absence) else Absence.UNPARSEABLE
    counts = [count_at(each, "count") for each in value]
    whole = [each for each in counts if isinstance(each, int)]
    return sum(whole) if len(whole) == len(counts) else Absence.UNPARSEABLE
