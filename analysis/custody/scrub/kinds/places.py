"""COORD: coordinates in decimals, in degrees, as geo addresses, grid references, plus codes and three words."""

import re
from collections.abc import Iterator
from functools import partial

from analysis.custody.scrub.alphabet import ARABIC_FIRST
from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.rules import DIGITS, Rule, before, byte_at, stands_alone
from analysis.custody.scrub.spans import Match

RANK = 12
DOT = 0x2E
NUMBER = r"[+-]?\d{1,3}\.\d{1,12}"
SIDE = r"(?: ?\x03)?(?: ?(?:[NSEW]\b|شمالی|جنوبی|شرقی|غربی|nord|sud|ost|west|north|south|east))?"
BETWEEN = r"(?: ?[,;/|] ?| {1,2}|,? (?:and|und|و) )"
LATITUDE = r"(?:lat(?:itude)?|breite|عرض(?: جغرافیایی)?)[ :=]{0,3}"
LONGITUDE = r"(?:lon(?:g|gitude)?|lng|lange|طول(?: جغرافیایی)?)[ :=]{0,3}"
PAIR = Rule(rf"[+-]?\d{{1,3}}\.\d{{2,15}}{SIDE}{BETWEEN}[+-]?\d{{1,3}}\.\d{{2,15}}{SIDE}")
SIDED = Rule(
    r"(?:\b[NS] ?\d{1,2}\.\d{1,12}\x03?[ ,;]{1,2}[EW] ?\d{1,3}\.\d{1,12}\x03?"
    r"|\d{1,2}\.\d{1,12} ?\x03? ?[NS][ ,;]{0,2}\d{1,3}\.\d{1,12} ?\x03? ?[EWO]\b)"
)
NAMED = Rule(
    rf"{LATITUDE}[+-]?\d{{1,3}}(?:\.\d{{1,15}})?\x03?[ ,;]{{1,3}}(?:and |و )?{LONGITUDE}[+-]?\d{{1,3}}(?:\.\d{{1,15}})?"
)
COMMA_PAIR = Rule(r"[+-]?\d{1,3},\d{4,15} ?[;/|] ?[+-]?\d{1,3},\d{4,15}")
DEGREES = r"\d{1,3} ?\x03 ?(?:\d{1,2}(?:\.\d{1,8})? ?'{1} ?)(?:\d{1,2}(?:[.,]\d{1,8})? ?(?:\"|'') ?)?"
SEXAGESIMAL = Rule(
    rf"(?:\b[NS] ?{DEGREES}(?:[ ,;/]{{0,3}}[EWO] ?{DEGREES})?|{DEGREES}[NS]\b(?:[ ,;/]{{0,3}}{DEGREES}[EWO]\b)?"
    rf"|{DEGREES}[EWO]\b|{DEGREES}[ ,;/]{{1,3}}{DEGREES})"
)
MINUTES = Rule(
    r"\b[NS] ?\d{1,2}[ \x03]{1,2}\d{1,2}\.\d{1,6}'?[ ,;/]{1,3}[EWO] ?\d{1,3}[ \x03]{1,2}\d{1,2}\.\d{1,6}'?"
    r"|\d{1,2} \d{1,2} \d{1,2}(?:\.\d+)? ?[NS][ ,;]{1,2}\d{1,3} \d{1,2} \d{1,2}(?:\.\d+)? ?[EWO]\b"
)
PERSIAN = (
    r"\d{1,3} ?درجه(?: و)? \d{1,2}(?:\.\d+)? ?دقیقه(?:(?: و)? \d{1,2}(?:\.\d+)? ?ثانیه)?"
    r"(?: ?(?:عرض |طول )?(?:شمالی|جنوبی|شرقی|غربی))?"
)
SPELLED = Rule(rf"{PERSIAN}(?:[ ,و]{{1,3}}{PERSIAN})?")
GEO = Rule(
    r"geo:[+-]?\d{1,3}(?:\.\d{1,15})?,[+-]?\d{1,3}(?:\.\d{1,15})?(?:,[+-]?\d+(?:\.\d+)?)?(?:[;?&][a-z0-9=.,%()+_-]+)*"
)
CODE = "23456789CFGHJMPQRVWX"
PLUS_CODE = Rule(rf"[{CODE}]{{8}}\+[{CODE}]{{2,7}}|[{CODE}]{{4,6}}\+[{CODE}]{{2,3}}")
GRID = Rule(r"\b\d{1,2} ?[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?(?:\d{3} ?\d{3}|\d{4} ?\d{4}|\d{5} ?\d{5})\b", cased=True)
ZONED = Rule(r"\b\d{1,2} ?[C-HJ-NP-X] \d{6}(?:\.\d+)?(?: ?m ?E)?,? \d{7}(?:\.\d+)?(?: ?m ?N)?\b", cased=True)
WORDS = Rule(r"///[a-z<AR>]{3,20}\.[a-z<AR>]{3,20}\.[a-z<AR>]{3,20}")
PLACE_WORDS = Rule(r"\b(?:gps|coord\w*|koord\w*|location|position|lat|standort)\b|موقعیت|لوکیشن|نقشه|مختصات")
MARKED = Rule(r"\x03|\d ?[NSEW]\b|شمالی|جنوبی|شرقی|غربی|nord|sud|ost|west|north|south|east")
DECIMALS = re.compile(rb"[+-]?\d{1,3}\.\d+")


def _place(data: bytes, start: int, end: int) -> Match:
    return Match(start, start + len(data[start:end].rstrip(b" ,;/")), "COORD", RANK)


def _pairs(data: bytes) -> Iterator[Match]:
    for start, end in PAIR.spans(data):
        if stands_alone(data, start, end) and not _is_in_a_row(data, start, end) and _is_pair(data, start, end):
            yield _place(data, start, end)


def _written(rules: tuple[Rule, ...], data: bytes) -> Iterator[Match]:
    for rule in rules:
        yield from (_place(data, *span) for span in rule.spans(data) if byte_at(data, span[0] - 1) not in DIGITS)


def _plus_codes(data: bytes) -> Iterator[Match]:
    for start, end in PLUS_CODE.spans(data):
        if stands_alone(data, start, end, b"+") and _is_plus_code(data[start:end]):
            yield _place(data, start, end)


def _grids(data: bytes) -> Iterator[Match]:
    for rule in (GRID, ZONED):
        yield from (_place(data, *span) for span in rule.spans(data))


def _is_in_a_row(data: bytes, start: int, end: int) -> bool:
    """Whether a dot ties the numbers to another one; a dot that ends a sentence does not."""
    return byte_at(data, start - 1) == DOT or (byte_at(data, end) == DOT and byte_at(data, end + 1) in DIGITS)


def _is_pair(data: bytes, start: int, end: int) -> bool:
    """Two numbers in the range of a latitude and a longitude, as exact as a place is written."""
    text = data[start:end]
    numbers = DECIMALS.findall(text)
    if len(numbers) != 2 or not _are_on_the_globe(*(abs(float(number)) for number in numbers)):
        return False
    places = min(len(number.partition(b".")[2]) for number in numbers)
    needed = 3 if any(byte in b",;/|" for byte in text) else 4
    is_joined_by_word = any(byte in b"andu" or byte >= ARABIC_FIRST for byte in text)
    is_exact = places >= needed and not is_joined_by_word
    return is_exact or MARKED.is_in(text) or PLACE_WORDS.is_in(before(data, start, 30))


def _are_on_the_globe(first: float, second: float) -> bool:
    """Whether one is a latitude and one a longitude; two numbers under one are shares or errors, not a place at sea."""
    return max(first, second) >= 1 and min(first, second) <= 90 and max(first, second) <= 180


def _is_plus_code(code: bytes) -> bool:
    """A plus code has a letter; a sum of two numbers has none."""
    first = code.partition(b"+")[0]
    return any(byte in b"CFGHJMPQRVWXcfghjmpqrvwx" for byte in code) and (len(first) == 8 or first.isupper())


FINDERS = (
    Finder((PAIR,), _pairs),
    *(
        Finder(rules, partial(_written, rules))
        for rules in ((SIDED, MINUTES), (COMMA_PAIR,), (SEXAGESIMAL,), (NAMED, SPELLED), (GEO,), (WORDS,))
    ),
    Finder((PLUS_CODE,), _plus_codes),
    Finder((GRID, ZONED), _grids),
)
