"""TRANSFER: codes by which money is handed out or a parcel is followed, behind a word for them."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import COUNTED
from analysis.custody.scrub.kinds.word_cues import TRANSFER_CUE
from analysis.custody.scrub.rules import DIGITS, LATIN, Rule, before, behind, byte_at
from analysis.custody.scrub.spans import Match

RANK = 24
TRANSFER = (
    r"(?:\bh[ae][wv]al[ae]h?|western ?union|money ?gram|\bria\b|\bxoom\b|money transfer|remittance|\bsarr?af\w*|"
    r"uberweisung\w*|حوال[هی]|حواله|صراف[<AR>]*)"
)
CODE = (
    r"(?:\b(?:code|kod[eu]?|codes|pin|ref(?:erence)?|number|no|nr|nummer|numarasi|control number|ramz|ramzash|"
    r"nomre|namber|password)\b|"
    r"-?code\b|کد|کوډ|کود|کوڈ|رمز|نمبر|شماره|شمېره|شمیره|پین)"
)
ITSELF = (
    r"(?:\bmtcn\b|uberweisungs?-?(?:code|nummer|pin)|\b(?:tracking|transfer|remittance|control) ?(?:code|number|"
    r"no|nr|id|pin)\b|sendungsnummer|کد (?:رهگیری|پیگیری|ارجاع)|شماره (?:رهگیری|پیگیری|ارجاع)|رقم الحواله)"
)
FILLER = (
    r"(?:پستی|مرسوله|بسته|is|was|the|of|my|your|for|at|ist|lautet|e|no|number|nr|pin|code|ref|reference|شما|من|"
    r"ما|تان|ش|است|به|د|"
    r"دی|ده|را|کا|هے|نمبر|شماره|کد|کود|کوډ|رمز)"
)
VALUE = r"(?:[A-Z]{1,3}-?)?\d[\dA-Z]*(?:[ -]\d[\dA-Z]*){0,4}\b"
GAP = rf"(?:[ :.#=()-]{{1,3}}{FILLER}){{0,3}}[ :.#=()-]{{1,4}}"
NAMED = Rule(
    rf"(?i:{TRANSFER}{GAP}?(?:-|ash)?{CODE}|{CODE}(?: ?:)? (?:د |e |(?:of |for |at |from )?(?:the |my )?|"
    rf"ال)?{TRANSFER}|{ITSELF}|"
    rf"{TRANSFER} (?:mtcn|pin))(?i:{GAP}){VALUE}",
    cased=True,
)
SECRET = Rule(rf"(?:رمز|کود|کد)(?i:{GAP}){VALUE}", cased=True)
SENT = Rule(r"(?:western ?union|money ?gram|\bria\b)[ :#]{1,3}\d{8,11}")
LAST = Rule(rf"{VALUE}$", cased=True)
TRANSFER_BESIDE = Rule(TRANSFER)


def _codes(data: bytes) -> Iterator[Match]:
    for start, end in NAMED.spans(data):
        yield from _value(data, start, end)
    for start, end in SENT.spans(data):
        yield from _value(data, start, end)
    for start, end in SECRET.spans(data):
        if TRANSFER_BESIDE.is_in(behind(data, end, 24)) or TRANSFER_BESIDE.is_in(before(data, start, 24)):
            yield from _value(data, start, end)


def _value(data: bytes, start: int, end: int) -> Iterator[Match]:
    """The code at the end: three digits or more, which count nothing."""
    found = LAST.at_end(data[start:end])
    if found is None:
        return
    first = start + found[0]
    is_code = sum(byte in DIGITS for byte in data[first:end]) >= 3 and byte_at(data, first - 1) not in LATIN
    if is_code and not COUNTED.is_in(behind(data, end, 16)):
        yield Match(first, end, "TRANSFER", RANK)


FINDERS = (Finder((NAMED, SENT, SECRET), _codes, Rule(TRANSFER_CUE)),)
