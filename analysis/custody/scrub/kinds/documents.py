"""ID: numbers of persons, documents and cases, by the grammar of the authority that issues them.

Where the grammar alone is telling (groups, check digits, letters in fixed places) it suffices; where it is not, a word
for the document has to stand in front.
"""

from collections.abc import Callable, Iterator
from functools import partial

from stdnum import verhoeff
from stdnum.ch import ssn as ch_ssn
from stdnum.de import idnr as de_idnr
from stdnum.fi import hetu as fi_hetu
from stdnum.fr import nir as fr_nir
from stdnum.it import codicefiscale
from stdnum.no import fodselsnummer
from stdnum.se import personnummer
from stdnum.tr import tckimlik

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.document_words import STRONG, WEAK
from analysis.custody.scrub.rules import DIGITS, LATIN, Rule, byte_at, stands_alone
from analysis.custody.scrub.spans import Match

RANK_NAMED, RANK_GRAMMAR, RANK_CHECKED = 16, 18, 25

Check = Callable[[str], bool]


NINO_LETTERS = r"[a-ceghj-prstw-z][a-ceghj-nprstw-z]"
VISA_POSTS = r"ioe|eac|wac|lin|src|msc|nbc|ysc|gwf|kbl|isl|ank|dha|abd|tbs|fkt|krt|isb"
DATE = Rule(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")


def _always(_: str) -> bool:
    return True


def _is_iranian(text: str) -> bool:
    digits = [int(digit) for digit in text if digit.isdigit()]
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    remainder = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return digits[9] == (remainder if remainder < 2 else 11 - remainder)


def _is_icao_checked(text: str) -> bool:
    """The 7-3-1 check digit of travel documents behind nine characters."""
    values = [int(c, 36) for c in text]
    total = sum(value * weight for value, weight in zip(values[:9], (7, 3, 1) * 3, strict=True))
    return total % 10 == values[9] and sum(c.isdigit() for c in text) >= 5 and not text[:9].isdigit()


def _is_aadhaar(text: str) -> bool:
    return text[0] not in "01" and verhoeff.is_valid(text.replace(" ", ""))


def _is_ssn(text: str) -> bool:
    return text[:3] not in ("000", "666") and text[0] != "9" and text[4:6] != "00" and text[-4:] != "0000"


def _is_nino(text: str) -> bool:
    return text[:2].upper() not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def _is_no_row_of_years(text: str) -> bool:
    return not all(group[:2] in ("13", "14", "19", "20") for group in text[:19].split("-"))


def _is_birth_number(text: str) -> bool:
    return 1 <= int(text[:2]) <= 31 and 1 <= int(text[2:4]) <= 12


def _is_pension_number(text: str) -> bool:
    digits = "".join(character for character in text if character.isdigit())
    return 1 <= int(digits[2:4]) <= 31 + 50 and 0 <= int(digits[4:6]) <= 12


Grammar = tuple[Rule, Check, int]
LONG: tuple[Grammar, ...] = (
    (Rule(r"[1-8]\d{4}-\d{7}-\d"), _always, RANK_GRAMMAR),  # Pakistan: CNIC, Afghan citizen card
    (Rule(r"\d{4}-\d{4}-\d{5}"), _always, RANK_GRAMMAR),  # Afghanistan: electronic tazkira
    (Rule(r"\d{3}-\d{6}-\d"), _is_iranian, RANK_GRAMMAR),  # Iran: national code as printed
    (Rule(r"\d{3}-\d{2}-\d{4}"), _is_ssn, RANK_GRAMMAR),  # United States: social security
    (Rule(rf"(?:{VISA_POSTS})[ -]?\d{{9,13}}"), _always, RANK_GRAMMAR),  # US and UK visa cases
    (Rule(rf"(?:{VISA_POSTS})[ -]\d{{2}}-\d{{3}}-\d{{5}}"), _always, RANK_GRAMMAR),  # the same, as printed
    (Rule(r"a[ -]?\d{3}-\d{3}-\d{3}"), _always, RANK_GRAMMAR),  # United States: alien registration
    (Rule(r"A[ -]?\d{3} ?\d{3} ?\d{3}", cased=True), _always, RANK_GRAMMAR),
    (Rule(r"(?:\d{7}|\d \d{3} \d{3}) ?[/-] ?423"), _always, RANK_GRAMMAR),  # BAMF: file with Afghanistan's state key
    (Rule(r"\d{4}-\d{4}-\d{4}-\d{4}(?:/\d{2})?"), _is_no_row_of_years, RANK_GRAMMAR),  # United Kingdom: application
    (Rule(r"1(?:3\d|4[01])\d{10}"), _always, RANK_CHECKED),  # Afghanistan: electronic tazkira without hyphens
    (Rule(r"784-?\d{4}-?\d{7}-?\d"), _always, RANK_GRAMMAR),  # Emirates
    (Rule(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"), ch_ssn.is_valid, RANK_GRAMMAR),  # Switzerland
    (Rule(r"\d{2}\.\d{2}\.\d{2}[-.]\d{3}[.-]\d{2}"), _always, RANK_GRAMMAR),  # Belgium
    (Rule(r"(?:19|20)?\d{6}[-+]\d{4}"), personnummer.is_valid, RANK_GRAMMAR),  # Sweden
    (Rule(r"\d{6}-\d{4}"), _is_birth_number, RANK_CHECKED),  # Denmark
    (Rule(r"\d{6}[-+a-fu-y]\d{3}[0-9a-y]"), fi_hetu.is_valid, RANK_GRAMMAR),  # Finland
    (Rule(r"[12] ?\d{2} ?\d{2} ?\d[\dab] ?\d{3} ?\d{3} ?\d{2}"), fr_nir.is_valid, RANK_GRAMMAR),  # France
    (Rule(r"\d{2} ?\d{6} ?[a-z] ?\d{3}"), _is_pension_number, RANK_GRAMMAR),  # Germany: pension insurance
    (Rule(r"\d{2} \d{3} \d{3} \d{3}"), de_idnr.is_valid, RANK_CHECKED),  # Germany: tax
    (Rule(r"\d{4} \d{4} \d{4}"), _is_aadhaar, RANK_GRAMMAR),  # India
    (Rule(r"[1-9]\d{10}"), tckimlik.is_valid, RANK_CHECKED),  # Turkey, residents included
    (Rule(r"\d{6} \d{5}"), fodselsnummer.is_valid, RANK_CHECKED),  # Norway
)
"""Nine digits or more."""
SHORT: tuple[Grammar, ...] = (
    (Rule(rf"{NINO_LETTERS}[ -]?\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}}[ -]?[a-d]"), _is_nino, RANK_GRAMMAR),  # United Kingdom
    (Rule(r"[a-z0-9]{3}-\d{2}[a-z]\d{5}"), _always, RANK_GRAMMAR),  # UNHCR: registration group
    (
        Rule(
            r"\d{1,3} (?:[A-Z]|AS|SO|BvR|ZB) \d{1,6}[./]\d{2}(?:[. ][A-Z]{1,2})?|"
            r"[A-Z]{1,2} \d{1,2} [A-Z] \d{2}\.\d{3,6}",
            cased=True,
        ),
        _always,
        RANK_GRAMMAR,
    ),  # German courts
    (Rule(r"[A-Z]\d{7}/\d{1,4}", cased=True), _always, RANK_GRAMMAR),  # United Kingdom: Home Office
    (Rule(r"[A-Z]\d{3} \d{7}-\d{1,2}/\d{1,3}[A-Z]", cased=True), _always, RANK_GRAMMAR),  # Austria: asylum court
    (Rule(r"[a-z]{6}\d{2}[a-ehlmprst]\d{2}[a-z]\d{3}[a-z]"), codicefiscale.is_valid, RANK_GRAMMAR),  # Italy
    (Rule(r"[cfghj-nprtv-z][0-9cfghj-nprtv-z]{8}\d"), _is_icao_checked, RANK_GRAMMAR),  # Germany: passport, card
    (Rule(r"[a-z]{3}[abcfghljpt][a-z]\d{4}[a-z]"), _always, RANK_GRAMMAR),  # India: tax
)
"""Four digits or more."""
MACHINE_READABLE: tuple[Grammar, ...] = ((Rule(r"[a-z0-9<]{5,44}<<[a-z0-9<]{3,44}"), _always, RANK_GRAMMAR),)
VALUE = (
    r"(?:[a-z]{1,5}-?)?\d(?:(?:[ ./-]{0,2}| [/-] |[./-]?[a-z]{1,3}[./-]?)\d){4,24}(?:[./-]?[a-z]{1,2}\b)?(?: [a-d]\b)?"
)
FILLER = (
    r"(?:no|nr|num|number|nummer|numara|code|card|case|file|id|is|ist|lautet|my|mein|meine|the|of|for|and|was|"
    r"afghan|holder|"
    r"شماره|نمبر|من|ما|ام|زما|مې|مه|شما|است|هست|کارت|کد|برقی|کاغذی|الکترونیکی|د|را|با|به|این|شمېره|شمیره|کیس|"
    r"پرونده|پناهندگی)"
)
NAMED = Rule(rf"(?:{STRONG})(?:[ :#.=()/-]{{1,3}}{FILLER}){{0,4}}[ :#.=()/-]{{0,4}}{VALUE}")
LOOSELY_NAMED = Rule(rf"(?:{WEAK})(?: ?(?:no|nr|number|nummer|id|شماره|نمبر)\.? ?[:#.]?| ?[:#]) ?#?{VALUE}")
LAST_VALUE = Rule(rf"{VALUE}$")


def _by_grammar(grammars: tuple[Grammar, ...], data: bytes) -> Iterator[Match]:
    for rule, check, rank in grammars:
        for start, end in rule.spans(data):
            if stands_alone(data, start, end, b"-") and check(data[start:end].decode("latin-1")):
                yield Match(start, end, "ID", rank)


def _behind_a_word(data: bytes) -> Iterator[Match]:
    for rule in (NAMED, LOOSELY_NAMED):
        for start, end in rule.spans(data):
            yield from _named(data, start, end)


def _named(data: bytes, start: int, end: int) -> Iterator[Match]:
    """The value behind a word for a document: at least five digits, not a date."""
    if byte_at(data, start - 1) in LATIN and data[start] in LATIN:
        return
    found = LAST_VALUE.at_end(data[start:end])
    if found is None or byte_at(data, end) in b"@":
        return
    first = start + found[0]
    value = data[first:end]
    if sum(byte in DIGITS for byte in value) >= 5 and not DATE.fits(value) and byte_at(data, first - 1) not in LATIN:
        yield Match(first, end, "ID", RANK_NAMED)


FINDERS = (
    *(
        Finder(tuple(rule for rule, _, _ in grammars), partial(_by_grammar, grammars))
        for grammars in (LONG, SHORT, MACHINE_READABLE)
    ),
    Finder((NAMED, LOOSELY_NAMED), _behind_a_word),
)
