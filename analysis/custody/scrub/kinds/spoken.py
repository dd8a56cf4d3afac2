"""PHONE: numbers written as words, digit by digit or in tens and hundreds, in one language or several.

Words are a phone number when they start with a zero, or when nearly all are digits, or when a word for phones stands
beside. Tens and hundreds that only count upwards are none, and neither is what goes on in thousands.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from analysis.custody.scrub.alphabet import ARABIC_FIRST, ARABIC_OTHER, to_bytes
from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.number_words import ANY, BETWEEN, VALUES
from analysis.custody.scrub.kinds.phones import WORDS
from analysis.custody.scrub.rules import LATIN, Rule, before, behind, byte_at
from analysis.custody.scrub.spans import Match

RANK = 20
TOKEN = rf"(?:{ANY}|\d{{1,4}})"
SPOKEN = Rule(rf"{TOKEN}(?:{BETWEEN}{TOKEN}){{5,40}}")
TOKENS = re.compile(rb"[a-zA-Z\x80-\xbf]+|\d+")
JOINING = frozenset(to_bytes(word) for word in ("and", "und", "ve", "و"))
LARGE = Rule(
    r"^[ ,.-]{0,2}(?:thousand|million|billion|tausend|bin\b|milyon|هزار|زره|میلیون|ملیون|میلیارد|لاکھ|کروڑ|الف|"
    r"hezar|hazar|mille)"
)


def _spoken(data: bytes) -> Iterator[Match]:
    for start, end in SPOKEN.spans(data):
        if not _is_part_of_a_word(data, start, end) and _is_phone(data, start, end):
            yield Match(start, end, "PHONE", RANK)


def _is_phone(data: bytes, start: int, end: int) -> bool:
    words = [word.lower() for word in TOKENS.findall(data[start:end])]
    values = [VALUES.get(word, 20) for word in words if not word.isdigit() and word not in JOINING]
    figures = [word for word in words if word.isdigit()]
    if len(values) < max(5, 2 * len(figures)) or _only_counts(values) or LARGE.is_in(behind(data, end, 16)):
        return False
    digits = sum(value < 10 for value in values)
    total = len(values) + sum(map(len, figures))
    if values[0] == 0 or digits >= 6:
        return total >= 6 + (values[0] != 0)
    return total >= 6 and (WORDS.is_in(before(data, start, 30)) or WORDS.is_in(behind(data, end, 20)))


def _only_counts(values: Sequence[int]) -> bool:
    """Whether there are tens or hundreds and no number is smaller than the one before."""
    return max(values) >= 10 and all(later >= earlier for earlier, later in pairwise(values))


def _is_part_of_a_word(data: bytes, start: int, end: int) -> bool:
    neighbours = (byte_at(data, start - 1), byte_at(data, end))
    return any(byte in LATIN or ARABIC_FIRST <= byte <= ARABIC_OTHER for byte in neighbours)


FINDERS = (Finder((SPOKEN,), _spoken),)
