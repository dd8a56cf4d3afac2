"""PLATE: registration numbers of vehicles, beside a word for them or in a notation that nothing else has."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import COUNTED
from analysis.custody.scrub.kinds.word_cues import PLATE_CUE
from analysis.custody.scrub.rules import DIGITS, LATIN, Rule, behind, byte_at, stands_alone
from analysis.custody.scrub.spans import Match

RANK = 23
WORDS = (
    r"(?:\b(?:(?:number|license|licence|registration|car|vehicle)[ -]?)?(?:plates?|palet|pelak)|"
    r"\breg(?:istration)?(?: (?:no|number|mark))?|\btag(?: number)?|"
    r"kennzeichen|nummernschild|auto-?nummer|kfz-?kz|\bplaka(?:si|sinin|niz|m)?|\bplaque|immatriculation|"
    r"immatricule|kenteken|"
    r"\btarga|\bmatricula|پلاک|پلیت|پلېټ|پلیټ|پلیٹ|لوحه|(?:نمبر|نمره|شماره) (?:موټر|موتر|گاڑی)|گاڑی(?: کا)? نمبر)"
)
FILLER = (
    r"(?:no|nr|number|nummer|numara|is|was|ist|war|lautet|mit|dem|der|des|the|with|car|auto|namber|nambar|e|"
    r"motar|motaresh|mashin|kabul|herat|numarasi|ماشین|خودرو|موتر|موټر|نمبر|شماره|شمېره|کابل|هرات|بلخ|شخصی|تاکسی|سواری|"
    r"د|آن|این|ام|ش|کا|رقم|سیاره|السیاره)"
)
LATIN_VALUE = r"[A-Z0-9]{1,8}(?:[ -]{1,2}[A-Z0-9]{1,5}){0,3}\b"
ONE_WORD = r"(?i:[a-z]{1,3}-?\d{2,5}(?:-?[a-z]{1,3})?|\d{1,3}-?[a-z]{1,4}-?\d{1,4})\b"
IRANIAN = r"\d{2} ?-? ?(?:\d{3} ?[<AR>]{1,3} ?\d{2}|[<AR>]{1,3} ?\d{3}(?: ?[/-]? ?(?:ایران)? ?-? ?\d{2})?)"
STATE_AND_NUMBER = r"\d{1,2} ?- ?\d{3,6}"
AFGHAN = r"\d{4,7}"
BEHIND_A_WORD = Rule(
    rf"(?i:{WORDS})(?i:[ :.#=(-]{{1,3}}{FILLER}[<AR>]{{0,3}}){{0,4}}[ :.#=(-]{{1,3}}(?:{IRANIAN}|{STATE_AND_NUMBER}|"
    rf"{LATIN_VALUE}|{ONE_WORD}|{AFGHAN})",
    cased=True,
)
VALUE = Rule(rf"(?:{IRANIAN}|{STATE_AND_NUMBER}|{AFGHAN}|{LATIN_VALUE}|{ONE_WORD})$", cased=True)
BEFORE_A_WORD = Rule(
    r"\b[A-Z0-9]{1,3}[ -]?[A-Z]{1,3}[ -]?[0-9]{1,5}[A-Z]?(?i: (?:plakali|plaka\w*|(?:auf|als|am) (?:dem |"
    r"der )?(?:nummernschild|kennzeichen)|"
    r"(?:is |was )?(?:the |his |her |their )?(?:number |license |licence )?plate))\b",
    cased=True,
)
VALUE_FIRST = Rule(r"^[A-Z0-9]{1,3}[ -]?[A-Z]{1,3}[ -]?[0-9]{1,5}[A-Z]?\b", cased=True)
NOTATION = Rule(
    r"\d{2} ?[<AR>]{1,3} ?\d{3} ?-? ?ایران ?-? ?\d{2}|\b[A-HJ-PR-Y][A-HJ-Y][0-9]{2} [A-HJ-PR-Z]{3}\b", cased=True
)
"""Iranian plates with the country's name, British ones with their space."""
YEAR = Rule(r"(?:13|14|19|20)\d{2}")


def _beside_a_word(data: bytes) -> Iterator[Match]:
    for start, end in BEHIND_A_WORD.spans(data):
        found = VALUE.at_end(data[start:end])
        if found and _is_plate(data, start + found[0], end):
            yield Match(start + found[0], end, "PLATE", RANK)
    for start, end in BEFORE_A_WORD.spans(data):
        found = VALUE_FIRST.at_end(data[start:end])
        if found and _is_plate(data, start, start + found[1]):
            yield Match(start, start + found[1], "PLATE", RANK)


def _is_plate(data: bytes, start: int, end: int) -> bool:
    """Letters with two digits, or four digits that are no year; nothing is counted by them."""
    value = data[start:end]
    digits = sum(byte in DIGITS for byte in value)
    is_mixed = digits >= 2 and any(byte in LATIN or byte >= 0x80 for byte in value)
    if not (is_mixed or digits >= 4) or YEAR.fits(value) or byte_at(data, end) in DIGITS:
        return False
    return not COUNTED.is_in(behind(data, end, 16))


def _by_notation(data: bytes) -> Iterator[Match]:
    return (Match(*span, "PLATE", RANK) for span in NOTATION.spans(data) if stands_alone(data, *span, b"-"))


FINDERS = (Finder((BEHIND_A_WORD, BEFORE_A_WORD), _beside_a_word, Rule(PLATE_CUE)), Finder((NOTATION,), _by_notation))
