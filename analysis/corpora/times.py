"""Times as ISO 8601 text with the source that vouches for them; a time without a zone is never given one.

What must not be here: guessing a zone. Only a vendor's documented convention makes a zoneless time UTC.
"""

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import lru_cache

from analysis.corpora.made_often import made_often
from analysis.corpora.quarantine import MalformedItemError

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_X_TIME = re.compile(r"\w{3} (\w{3}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_IN_UTC = re.compile(rf"\d{{4}}-\d\d-\d\dT{_CLOCK}(?:\.000)?Z", re.ASCII)
_WITHOUT_FRACTION = len("2030-01-31T12:00:00Z")
_USUAL = re.compile(rf"(\d{{4}}-\d\d-\d\d)[T ]({_CLOCK})(\.\d{{3}})?(Z|\+00:?00| UTC)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")
_LAST = 253_402_300_799
"""Seconds from 1970 to the end of the year 9999."""
_ZONE_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})$")


class DateSource(Enum):
    """Who says when a post was made."""

    UNIX = "unix"
    """Seconds since 1970, set by the platform."""
    ZONED = "zone_stated"
    """A clock time with its zone, set by the platform."""
    UTC_BY_CONVENTION = "utc_by_convention"
    """A clock time without a zone that the vendor documents as UTC."""
    NAIVE_LOCAL = "naive_local"
    """A clock time in the zone of whoever made the export; the zone is not known."""
    CLIENT_SET = "client_set"
    """Set by the author's own program: it can be wrong or forged."""
    SERVER_INDEXED = "server_indexed"
    """When the platform first saw the post; stands in when the author's time cannot be read."""
    NOT_EXPORTED = "not_exported"
    """The export has no time."""


@made_often
class Moment:
    """A time as ISO 8601 text (ending in Z when the zone is known) and its source."""

    at: str
    source: DateSource


_ZONED, _UNIX = DateSource.ZONED, DateSource.UNIX


def from_unix(value: object, column: str) -> Moment:
    """Seconds since 1970 as a number or as text."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        number = float(value) if "." in value else int(value)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if number.__class__ is int and 0 <= number <= _LAST:
        day, second = divmod(number, 86_400)
        return Moment(f"{_day(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z", _UNIX)
    if number is None or not math.isfinite(number):
        raise MalformedItemError(column, value, f"{column} is a number of seconds since 1970")
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    except (OverflowError, ValueError) as error:
        raise MalformedItemError(column, value, f"{column} lies between the years 1 and 9999") from error
    return Moment(_shown(moment), DateSource.UNIX)


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    """A day by its distance from the first of January 1970."""
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def from_iso(value: object, column: str, zoneless: DateSource = DateSource.NAIVE_LOCAL) -> Moment:
    """ISO 8601 or `YYYY-MM-DD HH:MM:SS`, with or without a zone; `zoneless` says what the lack of one means."""
    if not isinstance(value, str):
        raise MalformedItemError(column, value, _rule(column))
    if _IN_UTC.fullmatch(value) and _is_day(value[:10]):
        return Moment(value if len(value) == _WITHOUT_FRACTION else f"{value[:19]}Z", _ZONED)
    usual = _USUAL.fullmatch(value)
    if usual and _is_day(usual[1]):
        return _usual_moment(usual, zoneless)
    text = _ZONE_WITHOUT_COLON.sub(r"\1:\2", value.strip().upper().removesuffix(" UTC"))
    try:
        moment = datetime.fromisoformat(text + "+00:00" * value.strip().upper().endswith(" UTC"))
        if moment.tzinfo:
            return Moment(_shown(moment.astimezone(UTC)), DateSource.ZONED)
    except (ValueError, OverflowError) as error:
        raise MalformedItemError(column, value, _rule(column)) from error
    is_utc = zoneless is DateSource.UTC_BY_CONVENTION
    return Moment(_shown(moment.replace(tzinfo=UTC)) if is_utc else moment.isoformat(), zoneless)


def _rule(column: str) -> str:
    return f"{column} is a date and time such as 2030-01-31T12:00:00Z"


def _usual_moment(match: re.Match[str], zoneless: DateSource) -> Moment:
    """What `datetime` makes of the usual forms, by taking them apart."""
    day, clock, milliseconds, zone = match.groups()
    at = f"{day}T{clock}" if milliseconds in (None, ".000") else f"{day}T{clock}{milliseconds}000"
    if zone:
        return Moment(f"{at}Z", _ZONED)
    return Moment(f"{at}Z" if zoneless is DateSource.UTC_BY_CONVENTION else at, zoneless)


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    """Whether a day is one of the calendar; most items of an export share theirs with others."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def from_x(value: object, column: str) -> Moment:
    """The clock of X's older interfaces: `Tue Jan 01 00:00:00 +0000 2030`; ISO 8601 as well."""
    match = _X_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or match[1] not in _MONTHS:
        return from_iso(value, column)
    month, day, hour, minute, second, sign, zone_hours, zone_minutes, year = match.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
    try:
        clock = (int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second))
        moment = datetime(*clock, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedItemError(column, value, f"{column} is a date of the calendar") from error
    return Moment(_shown(moment), DateSource.ZONED)


def _shown(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
