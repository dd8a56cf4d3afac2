"""A WhatsApp chat as a phone exports it (`_chat.txt`, `WhatsApp Chat with ….txt`).

Item: a message. Beside the items: lines of the program (who joined, a changed subject, calls, polls). A chat is a
private place: one of two people is `direct`, and of a larger one the file does not say who could read it, so that
nothing enters unless the manifest states why it was public. Never read: names of files, contact cards, places. The
export has no ids, no zone, and no word on what was forwarded or answered.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from analysis.corpora.absence import Absence, Text
from analysis.corpora.chat_lines import Chat, Message, date_order, stamps
from analysis.corpora.declaration import About
from analysis.corpora.digits import folded
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import sound
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.quarantine import Aside, MalformedItemError, Notice, guarded
from analysis.corpora.sources import Source
from analysis.corpora.times import DateSource

_INSERTED = "\u200e"
"""What the program puts before words of its own, in most versions."""
_QUOTES = re.compile('["“”„«»]')
"""In a line such as: somebody changed the subject from “a: b” to “c”."""
_DELETED = (
    "this message was deleted", "you deleted this message", "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht", "این پیام حذف شد", "این پیام حذف شده است", "شما این پیام را حذف کردید",
    "تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة", "ce message a été supprimé", "vous avez supprimé ce message",
    "se eliminó este mensaje", "eliminaste este mensaje", "bu mesaj silindi", "bu mesajı sildiniz",
    "данное сообщение удалено", "вы удалили данное сообщение", "این پیغام ڈیلیٹ کر دیا گیا",
    "este mensaje fue eliminado",
)  # fmt: skip
_REMOVED = re.compile(r"(?:this message was deleted by admin|diese nachricht wurde von admin) [^\n]*", re.IGNORECASE)
_EDITED = re.compile(
    r"\s*(?:<(?:This message was edited|Diese Nachricht wurde bearbeitet\.?|Ce message a été modifié\.?|"
    r"Se editó este mensaje\.?|Bu mesaj düzenlendi\.?|Данное сообщение изменено\.?|این پیام ویرایش شد(?:ه است)?\.?|"
    r"تم تعديل هذه الرسالة\.?)>|\u200e<[^<>\n:]{4,60}>)\s*$",
    re.IGNORECASE,
)
_OMITTED = re.compile(
    r"<(?:Media omitted|Medien ausgeschlossen|Médias omis|Multimedia omitido|Medya dahil edilmedi|Без медиафайлов|"
    r"رسانه حذف شد|تم استبعاد الوسائط|View once voice message omitted|Video note omitted)>"
    r"|(?:image|video|video note|audio|GIF|sticker|document|contact card) omitted"
    r"|(?:Bild|Video|Audio|GIF|Sticker|Dokument|Kontaktkarte) weggelassen"
    r"|image absente|vidéo absente|audio omis|imagen omitida|audio omitido|video omitido|sticker omitido",
    re.IGNORECASE,
)
_FILES = (
    re.compile(r"\u200e?<[^<>\n:]{2,20}: [^<>\n]+\.\w{2,5}>"),
    re.compile(r"^\u200e?[^\n]+\.\w{2,5} \([^()\n]{3,40}\)(?=\n|$)"),
)
"""`<attached: 00000012-PHOTO.jpg>` and `IMG-1.jpg (file attached)`, in whatever language."""
_PLACE = re.compile(r"^\u200e?[^\n:]{2,30}: https://(?:maps\.google\.com/\?q=|foursquare\.com/)\S+", re.IGNORECASE)

ABOUT = About(
    code="whatsapp",
    title="WhatsApp chat, as a phone exports it",
    rank=190,
    fields=(
        "date and clock",
        "sender, as the phone names them",
        "text",
        "marks of deleted, edited and omitted",
    ),
    never=(
        "names of files",
        "contact cards",
        "places",
        "who joined or left",
    ),
    seen_by="direct for up to two senders; else unknown: the file does not say whether a chat was open to everybody",
    standing="messages that the export calls deleted are deleted; forwards and replies are not told apart",
    times="local clock of the phone; the order of day and month must show from the rows",
    set_aside="messages with a date that no calendar has",
    checked=(
        ("lines of Android and iOS as users and converters of such exports show them", "no description by the vendor"),
    ),
)


def recognises(outline: Outline) -> bool:
    """The first line begins with a date, a clock and a separator."""
    return outline.kind == "chat"


def read(source: Source) -> Iterator[Entry]:
    """Messages in the order of the file.

    Raises
    ------
    ExportError
        The order of day and month does not show.
    """
    order = date_order(source.name, stamps(source), source.day_order)
    chat = Chat(source, order)
    numbers = _Numbers()
    visibility = _visibility(source)
    for message in chat.messages():
        yield guarded(f"line {message.line}", message.text, _Decoder(message, visibility, numbers).entry)
    if not chat.is_ended:
        yield Notice("the last line does not end: if the file was cut, its last message is")
    if chat.quoted:
        yield Notice(
            f"{chat.quoted} lines begin like messages and go back in time: taken as quoted by the messages before"
        )


def _visibility(source: Source) -> Visibility:
    """Direct unless more than two people wrote."""
    senders: set[str] = set()
    for _, stamp in stamps(source):
        name, rest = _sender(stamp.rest)
        senders |= {name} if name and not rest.startswith(_INSERTED) else set()
        if len(senders) > 2:
            return Visibility.UNKNOWN
    return Visibility.DIRECT


def _sender(line: str) -> tuple[str, str]:
    """Who wrote, and the rest of the line; nobody for a line of the program."""
    name, colon, rest = line.partition(": ")
    if not colon and line.rstrip().endswith(":"):
        name, colon = line.rstrip()[:-1], ":"
    if not colon or _QUOTES.search(name):
        return "", line
    return " ".join(folded(name).replace("\u202f", " ").lstrip("~ ").split()), rest


@dataclass
class _Numbers:
    """Tells messages apart that one person wrote in one minute with the same words."""

    moment: datetime | None = None
    seen: Counter[str] = field(default_factory=Counter)

    def name(self, moment: datetime, sender: str, text: str) -> str:
        """An id that a second export of the same chat gives again."""
        if moment != self.moment:
            self.moment, self.seen = moment, Counter()
        content = f"{moment.isoformat()}\x1f{sender}\x1f{text}"
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        self.seen[digest] += 1
        return f"{digest}-{self.seen[digest]}"


@dataclass(frozen=True)
class _Decoder:
    """One message of a chat."""

    message: Message
    visibility: Visibility
    numbers: _Numbers

    def entry(self) -> Entry:
        """The post, or what the program itself wrote."""
        first, line_end, rest = self.message.text.partition("\n")
        sender, start = _sender(first)
        body = start + line_end + rest
        if not sender:
            return Aside("line of the program")
        if self.message.moment is None:
            raise MalformedItemError(
                "date", first[: len(first) - len(start)], "date is a day and a clock that there is"
            )
        text, media, edited = _parts(body)
        state = _state(text)
        if text.startswith(_INSERTED) and state is PostState.PRESENT:
            return Aside("line of the program")
        return self._post(self.message.moment, sender, (text, media, edited), state)

    def _post(self, moment: datetime, sender: str, parts: tuple[str, str, bool], state: PostState) -> Post:
        text, media, edited = parts
        said: Text = sound(text, "text") or Absence.EMPTY
        return Post(
            position=f"line {self.message.line}",
            post_id=self.numbers.name(moment, sender, text),
            visibility=self.visibility,
            state=state,
            author_id=sound(sender, "sender"),
            created_at=moment.isoformat(),
            date_source=DateSource.NAIVE_LOCAL,
            text=said if state is PostState.PRESENT else Absence.DELETED,
            is_edited=edited,
            is_edited_reliable=True,
            media_kind=media or Absence.NOT_EXPORTED,
        )


def _state(text: str) -> PostState:
    plain = text.strip(f"{_INSERTED} .").casefold()
    if plain in _DELETED:
        return PostState.DELETED
    return PostState.REMOVED if _REMOVED.fullmatch(plain) else PostState.PRESENT


def _parts(body: str) -> tuple[str, str, bool]:
    """What somebody wrote, what kind of thing stood beside it, and whether they changed it."""
    text, edits = _EDITED.subn("", body) if not _is_omitted(body) else (body, 0)
    place = _PLACE.subn("", text)
    if place[1]:
        return place[0].strip(), "place", bool(edits)
    if _is_omitted(text):
        return "", "omitted", bool(edits)
    for pattern in _FILES:
        text, found = pattern.subn("", text)
        if found:
            return text.strip(), "file", bool(edits)
    return text, "", bool(edits)


def _is_omitted(text: str) -> bool:
    return _OMITTED.fullmatch(text.strip(f"{_INSERTED} ").removesuffix(".")) is not None
