"""One field of a decoded record: present, empty, null or not exported; ids as text, counts as integers.

What must not be here: field names. Required fields raise `MalformedItemError`; others say why they have no value.
"""

import math
import re
from typing import Any

from analysis.corpora.absence import Absence, Count, Flag, Text
from analysis.corpora.quarantine import MalformedItemError

_SPREADSHEET = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+")
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_INTEGER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d+")


_NULL, _EMPTY, _NOT_EXPORTED = Absence.NULL, Absence.EMPTY, Absence.NOT_EXPORTED
"""Looked up once: a member of an enumeration is slower to find than the key of a record."""


def mapping(value: object, column: str = "item") -> dict[str, Any]:
    """A JSON object, or the rule that it breaks."""
    if not isinstance(value, dict):
        raise MalformedItemError(column, value, f"{column} is a JSON object")
    return value


def at(record: object, key: str, *inner: str) -> Any:
    """The value behind a path of keys; `NOT_EXPORTED` when a key is missing, `NULL` where the export says null."""
    for each in (key, *inner) if inner else (key,):
        if record.__class__ is not dict:
            return _NULL if record is None else _NOT_EXPORTED
        record = record.get(each, _NOT_EXPORTED)
    return _NULL if record is None else record


def first_of(record: object, *names: str) -> Any:
    """The value of the first of several names for one field that the record has."""
    if record.__class__ is dict:
        for name in names:
            if name in record:
                return _NULL if record[name] is None else record[name]
    return _NOT_EXPORTED


def text_value(value: object, column: str) -> Text:
    """A text as it is; empty, null and not exported keep their code; anything else is malformed."""
    if isinstance(value, str):
        return (value if value.isascii() else sound(value, column)) if value else _EMPTY
    if isinstance(value, Absence):
        return value
    raise MalformedItemError(column, value, f"{column} is a text")


# A field behind one key that is what it mostly is takes no further call; anything else takes the way of every field.


def text_at(record: object, key: str, *inner: str) -> Text:
    """The text behind a path of keys."""
    if not inner and record.__class__ is dict:
        value = record.get(key)
        if value.__class__ is str and value and value.isascii():
            return value
    value = at(record, key, *inner)
    return value if value.__class__ is Absence else text_value(value, ".".join((key, *inner)))


def sound(text: str, column: str) -> str:
    """The same text, unless it holds half of a surrogate pair, which no file can store."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            rule = f"{column} holds no half of a surrogate pair"
            raise MalformedItemError(column, ascii(text), rule) from error
    return text


def required_id(value: object, column: str) -> str:
    """An id as text, whatever its size; a floating-point number has already lost digits."""
    text = value.strip() if isinstance(value, str) else ""
    if text:
        if "+" in text and _SPREADSHEET.fullmatch(text):
            rule = (
                f"{column} has all its digits (a spreadsheet rounded it: export again and do not open the file in one)"
            )
            raise MalformedItemError(column, value, rule)
        return sound(text, column)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        raise MalformedItemError(column, value, f"{column} is a text or a whole number (a decimal number loses digits)")
    shown = value.value if isinstance(value, Absence) else value
    raise MalformedItemError(column, shown, f"{column} is present and identifies the item")


def optional_id(value: object) -> Text:
    """An id as text, or why there is none."""
    if isinstance(value, str):
        return value.strip() or _EMPTY
    if isinstance(value, Absence):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else Absence.UNPARSEABLE


def id_at(record: object, key: str, *inner: str) -> Text:
    """The optional id behind a path of keys."""
    if not inner and record.__class__ is dict:
        value = record.get(key)
        if value.__class__ is str:
            return value.strip() or _EMPTY
    return optional_id(at(record, key, *inner))


def count_value(value: object) -> Count:
    """A count from a number or from text such as "1,234"; negative and broken numbers are unparseable."""
    if value.__class__ is int:
        return value
    if isinstance(value, str):
        return int(value[:30]) if value.isdecimal() and value.isascii() else _count_text(value.strip())
    if isinstance(value, Absence):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value % 1:
        return Absence.UNPARSEABLE
    return int(value)


def _count_text(text: str) -> Count:
    if not text:
        return Absence.EMPTY
    if text.upper() in ("N/A", "-", "NA", "NULL"):
        return Absence.NULL
    digits = text.removesuffix(".0")
    return int(digits.replace(",", "")[:30]) if _INTEGER.fullmatch(digits) else Absence.UNPARSEABLE


def count_at(record: object, key: str, *inner: str) -> Count:
    """The count behind a path of keys."""
    if not inner and record.__class__ is dict:
        value = record.get(key)
        if value.__class__ is int:
            return value
    return count_value(at(record, key, *inner))


def flag_value(value: object) -> Flag:
    """True or false from JSON or from text."""
    if isinstance(value, bool | Absence):
        return value
    text = str(value).strip().lower()
    return _FLAGS.get(text, Absence.UNPARSEABLE) if text else _EMPTY


def is_given(value: object) -> bool:
    """Whether a value is there at all."""
    return value.__class__ is not Absence
