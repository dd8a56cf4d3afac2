r"""The matching alphabet: every character of a text becomes at most one byte, or vanishes.

Rules are written against these bytes, so that `\b` stands between a Latin and an Arabic letter, a Persian digit is a
digit, and a mark inside a number is not there. NFKC, removal of marks and of bidirectional and zero-width controls,
folding of yeh, kaf and digits all happen in one table. What must not be here: any rule about identifiers.
"""

import sys
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt

BARRIER = 0x00
"""Stands for something already found; no rule reaches across it."""
SEPARATOR = 0x01
"""Stands between two texts of one sheet."""
OTHER = 0x02
DEGREE = 0x03
BULLET = 0x04
CURRENCY = 0x05
PICTURE = 0x07
"""An arrow, a flag, a face: what people put between the groups of a number."""
JOINER = 0x06
"""A zero-width non-joiner: behind an Arabic letter it parts a word like a space, elsewhere it vanishes."""
EXPAND = 0x0E
"""A character that NFKC turns into several; the sheet spells it out."""
DROPPED = 0x7F
ARABIC_FIRST, ARABIC_OTHER = 0x80, 0xBF
"""Arabic-script letters have the bytes 0x80 to 0xBF, which Latin-1 case folding leaves alone."""
LETTER_OTHER = 0xFF

ARABIC_LETTERS = "ابپتټٹثجچځڅحخدډڈذرړڑزژږسشښصضطظعغفقکگلمنڼوهیء"
ARABIC_VARIANTS = {
    "ا": "آأإٱ",
    "ی": "يىېۍئےۓ",
    "ک": "كڪګ",
    "و": "ؤۇۋ",
    "ه": "ةۀہۂھەۃ",
    "ن": "ں",
}
PUNCTUATION = {
    ".": "٫۔。．｡․",
    ",": "،٬‚，、",
    ";": "؛；",
    ":": "：ː꞉∶",
    "?": "؟？",
    "%": "٪％",
    "'": "‘’‛′´`＇ʼ",
    '"': "“”„‟″＂",
    "/": "⁄∕／",
    "@": "＠﹫",
    "-": "‐‑‒–—―−－﹣֊",
    "+": "＋",
    "_": "＿",
    "(": "（",
    ")": "）",
    "[": "［",
    "]": "］",
    "~": "～∼",
    "#": "＃",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\r\u0085\u2028\u2029",
    chr(DEGREE): "°º˚",
    chr(BULLET): "•·‧∙●▪",
    chr(CURRENCY): "€£¥₹؋₺₽¢₨",
    chr(OTHER): "™",
    chr(PICTURE): "…",
}
LATIN_BASES = {"ß": "s", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "a", "œ": "o"}
DROPPED_RANGES = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x0610, 0x061A),
    (0x061C, 0x061C),
    (0x0640, 0x0640),  # tatweel
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DD),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x200B, 0x200B),
    (0x200D, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x206F),
    (0x20D0, 0x20F0),  # the keycap among them
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
)
LATIN_RANGES = ((0x00C0, 0x0131), (0x0134, 0x013E), (0x0141, 0x0148), (0x014A, 0x017E), (0x0180, 0x01C3))
MORE_LATIN_RANGES = ((0x01CD, 0x01F0), (0x01F4, 0x024F), (0x1E00, 0x1E99), (0x1E9C, 0x1EFF))
PICTURE_RANGES = (
    (0x2190, 0x245F),
    (0x2500, 0x2A0B),
    (0x2A0D, 0x2BFF),
    (0x1F000, 0x1F0FF),
    (0x1F191, 0x1F1FF),
    (0x1F300, 0x1FAFF),
)
DIGIT_ZEROES = (0x0660, 0x06F0)


def _explicit() -> dict[int, str]:
    """Characters whose byte is written down above: the ones that rules and the prefilter speak of."""
    table = {code: chr(code) for code in range(0x20, 0x7F)} | {0x0A: "\n"}
    table |= {zero + value: str(value) for zero in DIGIT_ZEROES for value in range(10)}
    table |= {ord(letter): chr(ARABIC_FIRST + place) for place, letter in enumerate(ARABIC_LETTERS)}
    for letter, variants in ARABIC_VARIANTS.items():
        table |= {ord(variant): table[ord(letter)] for variant in variants}
    for mark, variants in PUNCTUATION.items():
        table |= {ord(variant): mark for variant in variants}
    table |= {code: chr(DROPPED) for first, last in DROPPED_RANGES for code in range(first, last + 1)}
    return _latin() | table | {0x200C: chr(JOINER)}


def _latin() -> dict[int, str]:
    codes = (code for first, last in LATIN_RANGES + MORE_LATIN_RANGES for code in range(first, last + 1))
    bases = {code: LATIN_BASES.get(chr(code)) or unicodedata.normalize("NFKD", chr(code))[0] for code in codes}
    return {code: base if base.isascii() else chr(LETTER_OTHER) for code, base in bases.items()}


EXPLICIT = _explicit()


UNKNOWN = 0x7E + 0x80
"""Not a byte of the alphabet: a character that has not been met yet."""


def _initial_table() -> npt.NDArray[np.uint8]:
    table = np.full(sys.maxunicode + 1, UNKNOWN, np.uint8)
    table[list(EXPLICIT)] = [ord(byte) for byte in EXPLICIT.values()]
    return table


TABLE = _initial_table()
"""Code point → byte; characters that nobody has met yet are unknown (`learn`)."""
BLOCK = 256


def to_codes(text: str) -> npt.NDArray[np.uint8]:
    """One byte for each character, DROPPED, JOINER and EXPAND among them."""
    return to_folded(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32))


def to_folded(points: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """The same for code points."""
    folded: npt.NDArray[np.uint8] = TABLE[points]
    if (folded == UNKNOWN).any():
        for block in np.unique(points[folded == UNKNOWN] // BLOCK):
            learn(int(block) * BLOCK)
        folded = TABLE[points]
    return folded


def learn(point: int) -> None:
    """Fill the table about a code point, with its neighbours: texts of one script meet them next."""
    first = point - point % BLOCK
    for code in range(first, first + BLOCK):
        _learn_one(chr(code))


def _learn_one(character: str) -> int:
    if TABLE[ord(character)] == UNKNOWN:
        TABLE[ord(character)] = _folded_one(character)
    return int(TABLE[ord(character)])


def is_joined_as_space(codes: npt.NDArray[np.uint8], places: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether a zero-width non-joiner at a place stands behind an Arabic letter, which it parts from the next one."""
    previous = codes[np.maximum(places - 1, 0)]
    return (previous >= ARABIC_FIRST) & (previous < LETTER_OTHER)


def to_bytes(text: str) -> bytes:
    """The codes of a text as bytes."""
    return to_codes(text).tobytes()


def _folded_one(character: str) -> int:
    compatible = unicodedata.normalize("NFKC", character)
    if compatible != character:
        # What normalisation makes is normal: this goes no deeper.
        folded = [_learn_one(each) for each in compatible]
        return folded[0] if len(folded) == 1 else EXPAND
    return _by_category(character)


def _by_category(character: str) -> int:
    category = unicodedata.category(character)
    if any(first <= ord(character) <= last for first, last in PICTURE_RANGES):
        return PICTURE
    if category in ("Mn", "Me", "Cf"):
        return DROPPED
    if category == "Nd":
        return ord("0") + unicodedata.digit(character)
    if category == "Pd":
        return ord("-")
    if not category.startswith("L"):
        return OTHER
    return ARABIC_OTHER if unicodedata.name(character, "").startswith("ARABIC") else LETTER_OTHER


def expansion(character: str) -> bytes:
    """The bytes of a character that NFKC turns into several."""
    return to_bytes(unicodedata.normalize("NFKC", character))
