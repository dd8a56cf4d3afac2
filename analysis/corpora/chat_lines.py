"""Lines of a chat that a phone wrote for reading: how a message begins, and in which order its date stands.

A line that does not begin like the first one belongs to the message before it, and so does one that goes back by more
than a day: a message may quote a piece of a chat. What must not be here: what a message says.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.corpora.digits import folded
from analysis.corpora.sources import Line, Source, lines
from analysis.errors import ExportError, LimitError

LONGEST_MESSAGE = 2**20
"""Characters; the platform allows some sixty thousand."""

_MOST_BEFORE = 80
"""Characters in which a line shows that it begins a message."""
_BACK = timedelta(hours=26)
"""By how much a clock may go back: a journey across all zones, and the end of summer time."""
_STAMP = re.compile(
    r"(?P<open>\[?)(?P<a>\d{1,4})(?P<mark>[./-]) ?(?P<b>\d{1,2})(?P=mark) ?(?P<c>\d{1,4})\.?,? (?:(?:à|klo|kl\.?|um) )?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?: ?(?P<half>[^\W\d][^\d\]:-]{0,11}?))?"
    r"(?:\]| -) "
)
_HALVES = {
    **dict.fromkeys(("am", "قظ", "ص", "öö", "vorm", "غم"), 0),
    **dict.fromkeys(("pm", "بظ", "م", "ös", "nachm", "غو"), 12),
}
"""Morning and afternoon as phones name them in English, Persian, Arabic, Turkish, German and Pashto."""
_NOT_A_LETTER = re.compile(r"[\W_]+")
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "،": ","})
ORDERS = {"day/month/year": "bac", "month/day/year": "abc", "year/month/day": "bca"}
"""Order of a date → where month, day and year stand among its three numbers: in `bac` the month is the second."""


@dataclass(frozen=True)
class Stamp:
    """What a message's first line begins with: its date and clock as numbers, its shape, and what follows.

    `unknown` is a word of the clock that is neither morning nor afternoon in a language known here, or "".
    """

    parts: tuple[str, str, str]
    clock: tuple[int, int, int]
    shape: tuple[str, str, bool, bool]
    rest: str
    unknown: str = ""

    def moment(self, order: str) -> datetime | None:
        """The moment in an order of the date; None where the calendar or the clock has no such one."""
        month, day, year = (self.parts["abc".index(each)] for each in ORDERS[order])
        try:
            return datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day), *self.clock)
        except ValueError:
            return None


def stamp_of(text: str) -> Stamp | None:
    """The stamp of a line, or None for one that begins no message."""
    start = text[:_MOST_BEFORE]
    if not any(each.isdecimal() for each in start[:8]):
        return None
    found = _matched(start)
    if found is None:
        return None
    match, end = found
    word = _NOT_A_LETTER.sub("", match["half"] or "").casefold()
    clock = (_hour(int(match["hour"]), word), int(match["minute"]), int(match["second"] or 0))
    shape = (match["open"], match["mark"], match["second"] is not None, bool(word))
    return Stamp((match["a"], match["b"], match["c"]), clock, shape, text[end:], "" if word in _HALVES else word)


def _matched(start: str) -> tuple[re.Match[str], int] | None:
    """The parts of a stamp, and where it ends; marks of direction may stand anywhere in it."""
    plain = start if start.isascii() else start.translate(_SPACES)
    if match := _STAMP.match(plain):
        return match, match.end()
    if plain.isascii():
        return None
    visible = [(at, each) for at, each in enumerate(map(folded, plain), 1) if each]
    match = _STAMP.match("".join(each for _, each in visible))
    return (match, visible[match.end() - 1][0]) if match else None


def _hour(hour: int, word: str) -> int:
    """The hour of the day; one that no day has where the clock of twelve hours has no such one."""
    return hour if not word else hour % 12 + _HALVES.get(word, 0) if 1 <= hour <= 12 else 24


def begins_chat(text: str) -> bool:
    """Whether a file's first line begins a message."""
    return stamp_of(text.lstrip("\ufeff")) is not None


@dataclass
class _Order:
    """One order of the date, tried on every line: how often messages would go back in time."""

    name: str
    backwards: int = 0
    last: datetime = datetime.min + _BACK

    def note(self, moment: datetime) -> None:
        """One more message."""
        self.backwards += moment < self.last - _BACK
        self.last = max(moment, self.last)


def date_order(name: str, stamps: Iterable[tuple[int, Stamp]], stated: str = "") -> str:
    """The order in which a chat writes its dates, as its own rows decide.

    A number of four digits is the year, and dates with dots begin with the day; else an order falls where the calendar
    has no such day, and else where messages would go back in time more often.

    Parameters
    ----------
    name : str
        The file, for messages.
    stamps : iterable of (line, Stamp)
        Of every message.
    stated : str
        The order that a person states for rows that do not decide; "" states nothing.

    Raises
    ------
    ExportError
        No order fits all rows, or not the stated one, or two do that mean different days; or the clock has a word that
        is not known.
    """
    orders, differs = [_Order(each) for each in ORDERS], False
    for line, stamp in stamps:
        _demand_known_clock(name, line, stamp)
        possible = {each: moment for each in ORDERS if _can_be(each, stamp) and (moment := stamp.moment(each))}
        if not possible:
            continue  # a date that no order can read costs its message
        differs = differs or int(stamp.parts[0]) != int(stamp.parts[1])
        orders = [each for each in orders if each.name in possible]
        for each in orders:
            each.note(possible[each.name])
        if not orders:
            raise ExportError(
                f"{name}, line {line}: the date stands in another order of day, month and year than those before; "
                "export the chat again from one phone, with its region unchanged"
            )
    left = _likely(orders)
    if stated and stated not in left:
        raise ExportError(
            f"{name}: the rows show {left[0]}, and {stated} is stated; correct day_order, or leave it out"
        )
    if len(left) > 1 and differs and not stated:
        raise ExportError(
            f"{name}: every date can be read as {' and as '.join(left)}; state the `day_order` of the phone in "
            "sources.yml or --day-order, or export a longer stretch of the chat"
        )
    return stated or left[0]


def _demand_known_clock(name: str, line: int, stamp: Stamp) -> None:
    if stamp.unknown:
        raise ExportError(
            f"{name}, line {line}: the clock names half of the day with {points(stamp.unknown)}, which is not known "
            "here; set the phone to the clock of 24 hours, and export again"
        )


def _likely(orders: list[_Order]) -> list[str]:
    """The orders by which messages go back in time least often."""
    fewest = min(each.backwards for each in orders)
    return [each.name for each in orders if each.backwards == fewest]


def points(text: str) -> str:
    """A text as code points."""
    return " ".join(f"U+{ord(each):04X}" for each in text)


def _can_be(order: str, stamp: Stamp) -> bool:
    first, _, last = stamp.parts
    if len(first) > 2 or len(last) > 2:
        return (order == "year/month/day") is (len(first) > 2)
    return order == "day/month/year" if stamp.shape[1] == "." else order != "year/month/day"


@dataclass(frozen=True)
class Message:
    """One message: its first line's number, its moment (None: no such one), what follows the stamp."""

    line: int
    moment: datetime | None
    text: str


def stamps(source: Source) -> Iterator[tuple[int, Stamp]]:
    """Every line that begins like the chat's first one."""
    shape = None
    for line in lines(source):
        stamp = stamp_of(_text(line, source))
        shape = shape or (stamp and stamp.shape)
        if stamp and stamp.shape == shape:
            yield line.number, stamp


@dataclass
class Chat:
    """The messages of a chat whose order of dates is known.

    `quoted` counts lines that were taken for quotations; `is_ended` says whether the last line has its end.
    """

    source: Source
    order: str
    quoted: int = 0
    is_ended: bool = True
    _shape: tuple[str, str, bool, bool] | None = None
    _latest: datetime = datetime.min + _BACK

    def messages(self) -> Iterator[Message]:
        """Each message with the lines that belong to it.

        Raises
        ------
        LimitError
            A message is longer than any.
        """
        found: list[str] = []
        line, moment, size = 0, None, 0
        for each in lines(self.source):
            text, self.is_ended = _text(each, self.source), each.is_terminated
            stamp = self._beginning(text)
            if stamp is None:
                found.append(text)
                size += len(text)
            if size > LONGEST_MESSAGE:
                raise LimitError(
                    f"{self.source.name}, line {line}: a message of more than {LONGEST_MESSAGE} characters"
                )
            if stamp:
                if line:
                    yield Message(line, moment, "\n".join(found))
                line, moment, found, size = each.number, stamp.moment(self.order), [stamp.rest], 0
        if line:
            yield Message(line, moment, "\n".join(found))

    def _beginning(self, text: str) -> Stamp | None:
        """The stamp of a line that begins a message of this chat, and not one that a message quotes."""
        stamp = stamp_of(text)
        self._shape = self._shape or (stamp.shape if stamp else None)
        if stamp is None or stamp.shape != self._shape:
            return None
        moment = stamp.moment(self.order)
        if moment and stamp.shape[0] and moment < self._latest - _BACK:
            self.quoted += 1
            return None
        self._latest = max(moment or self._latest, self._latest)
        return stamp


def _text(line: Line, source: Source) -> str:
    return line.text(source).rstrip("\r\n")
