"""PHONE: numbers that a numbering plan has, written as people write them.

A plus, two zeros or a trunk zero tell a phone number; without them only the country's own grouping or a word beside
the number does. Dates, prices, page and verse numbers have none of these.
"""

from collections.abc import Iterator

from analysis.custody.scrub import numbering
from analysis.custody.scrub.alphabet import PICTURE
from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import MONEY_BEFORE, MONEY_BEHIND
from analysis.custody.scrub.rules import DIGITS, LATIN, Rule, before, behind, byte_at
from analysis.custody.scrub.runs import RUN, Run, Window, runs
from analysis.custody.scrub.spans import Match

RANK = 20
REACH_BEFORE, REACH_BEHIND = 32, 18
"""How far from a number a word for it may stand."""
LENGTHS = range(7, 18)
UNTRUNKED_TOO = ("TJ", "UZ", "GR", "IT", "IN")
LISTED_CODES = frozenset(numbering._code(region) for region in numbering.REGIONS)
MESSENGERS = (
    r"whats? ?app|wh?ats?a?pp?|viber|signal|imo|telegrame?|wechat|واتس ?ا[پب]|واتسپ|وتس ?اپ|وتسپ|واټس ?اپ|واټسپ|"
    r"واٹس ?ا?ی?پ|"
    r"وٹس ?ایپ|واتس|واټس|تل[یگ]?گرام|تلگرم|تیلی?گرام|ټیلی?ګرام|ټیلیګرام|ټلی?ګرام|ټلیګرام|ٹیلی ?گرام|وایبر|سیگنال|ایمو"
)
WORDS = Rule(
    r"\b(?:call\w*|phone|telephone|tel|telefon\w*|fon|mobile?|mobil\w*|cell|handy\w*|wa|wp|"
    r"fax|sms|text|dial|ring|number|nummer|numara|contact|kontakt|ruf\w*|anruf\w*|erreich\w*|hotline|numero|nr|no)\b"
    r"|شماره|تماس|تلفن|تلفون|زنگ|موبایل|مبایل|همراه|گوشی|نمبر|ټلیفون|تلیفون|ټیلیفون|ټلفون|"
    rf"تیلفون|اړیک|شمېر|شمیر|رابطه|فون|پیامک|فکس|خط|کال|پیغام|{MESSENGERS}"
)
BESIDE_MESSENGER = Rule(rf"(?:{MESSENGERS}|\bwp\b|\bwa\b)")
GLUED_WORDS = Rule(r"(?:tel|phone|call|whatsapp|mob|mobile|handy|telefon|fon|fax|nr|no|wa|t|m|p)$")
CALLED = Rule(r"\b(?:call|dial|phone|tel|telephone|cell|text|fax|ring)(?: me)?(?: at| on)?[ .:]{1,3}$")
SCHEME = Rule(r"(?:tel|sms|callto|whatsapp|fax):(?://)?$")
PLUS = Rule(r"[+(\[] ?[+(\[]? ?$")
EXTENSION = Rule(r"^(?: ?[,;]? ?(?:ext\.?|extension|x|durchwahl|dw|app\.?|داخلی) ?\.?:? ?\d{1,6}\b|;ext=\d{1,6})")
OTHER_END = Rule(r"^(?: ?/ ?\d{1,4}|-\d{1,2})\b")
"""A second number that differs in its last digits only, written as those."""


def _written(data: bytes) -> Iterator[Match]:
    for run in runs(data):
        yield from _in_run(data, run)


def _in_run(data: bytes, run: Run) -> Iterator[Match]:
    """Numbers of a run from the left; what one number took is not looked at again."""
    first = 0
    while first < len(run.groups):
        window = next((found for found in run.windows_from(first, LENGTHS) if _is_phone(data, found)), None)
        if window is None:
            first += 1
            continue
        match = _with_surroundings(data, window)
        first += len(window.groups)
        while first < len(run.groups) and run.places[first][0] < match.end:
            first += 1
        yield match


def _with_surroundings(data: bytes, window: Window) -> Match:
    """The number with its plus, its opening bracket, its scheme and its extension."""
    start, end = window.start, window.end
    plus = PLUS.at_end(before(data, start, 4))
    if plus:
        start -= plus[1] - plus[0]
    while data[start] in b"[ " or (data[start] in b"(" and b")" not in data[start:end]):
        start += 1
    scheme = SCHEME.at_end(before(data, start, 14))
    if scheme:
        start -= scheme[1] - scheme[0]
    if _has_plus_behind(data, window):
        end += 1
    end += _length_of_other_end(data, end)
    extension = EXTENSION.at_end(behind(data, end, 24))
    return Match(start, end + (extension[1] if extension else 0), "PHONE", RANK)


def _length_of_other_end(data: bytes, end: int) -> int:
    """How long the end is that a second number has instead, followed by no further digit."""
    found = OTHER_END.at_end(behind(data, end, 8))
    length = found[1] if found else 0
    follows = behind(data, end + length, 3)
    return 0 if any(byte in DIGITS for byte in follows) else length


def _is_phone(data: bytes, window: Window) -> bool:
    if not _is_free(data, window) or (window.is_loose and not _is_loosely_written(data, window)):
        return False
    digits = window.digits.decode()
    if _has_plus(data, window):
        return is_after_plus(digits)
    if _has_plus_behind(data, window) and numbering.split_international(digits):
        return True
    if digits.startswith(("00", "011")):
        found = numbering.split_international(digits[2:] if digits.startswith("00") else digits[3:])
        return found is not None or (_has_word(data, window) and digits.startswith("00") and len(digits) >= 11)
    if digits.startswith("0"):
        return _is_trunked(data, window, digits)
    return _is_unmarked(data, window, digits)


def _is_loosely_written(data: bytes, window: Window) -> bool:
    """Whether the same mark stands between all groups, and they are no amount and no list of single digits."""
    marks = {mark.replace(b" ", b"").replace(b"\n", b"") for mark in window.marks}
    lengths = [*map(len, window.groups)]
    is_amount = marks <= {b",", b"'"} and _is_thousands(window) and window.groups[0][:1] != b"0"
    if is_amount:
        return False
    if min(lengths) == 1:
        return max(lengths) == 1 == len(marks) and PICTURE not in min(marks) and _is_mobile_somewhere(window)
    if len(marks) > 1:
        return _has_plus(data, window) or (lengths[0] >= 3 and _is_mobile_somewhere(window))
    starts_like_one = window.groups[0].startswith(b"0") and len(window.digits) >= 9
    return starts_like_one or _has_plus(data, window) or _has_word(data, window)


def _is_mobile_somewhere(window: Window) -> bool:
    digits = window.digits.decode()
    return digits[0] == "0" and any(numbering.is_mobile(digits[1:], region) for region in numbering.TRUNKED)


def _is_free(data: bytes, window: Window) -> bool:
    """Whether the digits are a number of their own: not the tail of a word, a decimal or a longer number."""
    previous, following = byte_at(data, window.start - 1), byte_at(data, window.end)
    if following in b"0123456789@" or (following in LATIN and not EXTENSION.at_end(behind(data, window.end, 12))):
        return False
    if previous in LATIN:
        return bool(GLUED_WORDS.at_end(before(data, window.start, 10)))
    if previous in b"_#=&/\\" and byte_at(data, window.start - 2) in LATIN:
        return False
    is_decimal = len(window.groups) == 2 and window.marks[0] == b"." and len(window.groups[0]) < 3
    return not is_decimal or _has_plus(data, window)


def _has_plus(data: bytes, window: Window) -> bool:
    context = before(data, window.start, 4)
    leading = PLUS.at_end(context)
    return leading is not None and b"+" in context[leading[0] :]


def _has_plus_behind(data: bytes, window: Window) -> bool:
    """Whether the plus stands behind, where a right-to-left text shows it in front."""
    is_there = byte_at(data, window.end) in b"+" and byte_at(data, window.end + 1) not in DIGITS
    return is_there and b"/" not in window.marks


def is_after_plus(digits: str) -> bool:
    """Whether the digits behind a plus are a number of some country."""
    digits = digits.removeprefix("00")
    if numbering.split_international(digits):
        return True
    return len(digits) >= 10 and numbering.is_possible_international(digits)


def trunked_regions(digits: str) -> tuple[str, ...]:
    """The regions in which the digits are a number with its trunk zero; Italy's zero belongs to the number itself."""
    regions = numbering.regions_of(digits[1:], numbering.TRUNKED)
    return (*regions, "IT") if "IT" in regions or numbering.regions_of(digits, ("IT",)) else regions


def _is_trunked(data: bytes, window: Window, digits: str) -> bool:
    """A number with its country's trunk zero."""
    national, regions = digits[1:], trunked_regions(digits)
    if not regions or _has_stray_digit(window):
        return False
    if len(digits) >= 9 or _has_word(data, window):
        return True
    grouping = tuple(len(group) for group in window.groups)
    return any(grouping == numbering.national_grouping(national, region) for region in regions if region != "IT")


def _has_stray_digit(window: Window) -> bool:
    """Whether a single digit stands among longer groups: another number, or a count."""
    is_boxed = window.groups[0] == b"0" and any(byte in b"()" for byte in b"".join(window.marks[:1]))
    lengths = [len(group) for group in window.groups[is_boxed:]]
    return min(lengths) == 1 < max(lengths)


def _is_unmarked(data: bytes, window: Window, digits: str) -> bool:
    """A number without plus or trunk zero: a country code in front, the country's grouping, or a word beside it."""
    if MONEY_BEHIND.at_end(behind(data, window.end, 14)) or MONEY_BEFORE.at_end(before(data, window.start, 14)):
        return False
    grouping = tuple(len(group) for group in window.groups)
    if _is_north_american(data, window, digits, grouping):
        return True
    international = numbering.split_international(digits)
    if international and international[0] in LISTED_CODES and len(digits) >= 11 and international[0] != 1:
        return _is_likely_international(data, window, international, grouping)
    if len(digits) < 8 or _is_years(window):
        return False
    regions = numbering.regions_of(digits)
    if _is_thousands(window):
        return bool(regions) and digits[-3:] != "000" and _is_beside_messenger(data, window)
    return _has_own_grouping(digits, grouping, regions) or (bool(regions) and _has_word(data, window))


def _has_own_grouping(digits: str, grouping: tuple[int, ...], regions: tuple[str, ...]) -> bool:
    """Whether a region in which such a number may stand without its trunk zero writes it in these groups."""
    own = (region for region in regions if region in UNTRUNKED_TOO or numbering.is_mobile(digits, region))
    return len(grouping) > 1 and len(digits) >= 9 and any(grouping == _trunkless_grouping(digits, r) for r in own)


def _is_likely_international(data: bytes, window: Window, found: tuple[int, str], grouping: tuple[int, ...]) -> bool:
    code, national = found
    regions = [region for region in numbering.REGIONS if numbering._code(region) == code]
    if any(numbering.is_mobile(national, region) for region in regions):
        return not _is_thousands(window)
    return (len(grouping) > 1 and grouping[0] == len(str(code))) or _has_word(data, window)


def _is_north_american(data: bytes, window: Window, digits: str, grouping: tuple[int, ...]) -> bool:
    if grouping == (3, 4) and window.marks[0] == b"-":
        return CALLED.at_end(before(data, window.start, 16)) is not None
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(national) != 10 or not numbering.regions_of(national, ("US", "CA")):
        return False
    is_whole = grouping == (10,) and digits[-3:] != "000" and byte_at(data, window.start - 1) not in b".,"
    return is_whole or grouping in ((3, 3, 4), (1, 3, 3, 4)) or _has_word(data, window)


def _trunkless_grouping(digits: str, region: str) -> tuple[int, ...]:
    """The region's grouping with the trunk zero taken off the first group."""
    grouping = numbering.national_grouping(digits, region)
    return grouping if sum(grouping) == len(digits) else (grouping[0] - 1, *grouping[1:])


def _is_thousands(window: Window) -> bool:
    groups = window.groups
    return len(groups) > 1 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _is_years(window: Window) -> bool:
    return len(window.groups) == 2 and all(len(g) == 4 and g[:2] in (b"13", b"14", b"19", b"20") for g in window.groups)


def _has_word(data: bytes, window: Window) -> bool:
    return WORDS.is_in(before(data, window.start, REACH_BEFORE)) or WORDS.is_in(behind(data, window.end, REACH_BEHIND))


def _is_beside_messenger(data: bytes, window: Window) -> bool:
    return BESIDE_MESSENGER.is_in(before(data, window.start, 16)) or BESIDE_MESSENGER.is_in(
        behind(data, window.end, 16)
    )


FINDERS = (Finder((RUN,), _written),)
