"""The one cheap look at every text, for whether anything can be in it at all.

Each cue, a condition in the matching alphabet, is translated letter by letter into a pattern over raw text: a byte
becomes the class of all characters that fold to it. A character that folding drops lets the text through by itself
when it stands behind anything a cue can name (the non-joiner behind an Arabic letter, which Persian needs, is a space
to both), and so does every character whose folding is not written down. The filter therefore cannot lose what the
cues do not lose.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.custody.scrub.alphabet import DROPPED, DROPPED_RANGES, EXPLICIT, raw_characters, to_bytes
from analysis.custody.scrub.cues import NUMBER_WORDS, cues
from analysis.custody.scrub.kinds.word_cues import BESIDE_DIGITS

EXOTIC_RANGES = (
    *((0xA8, 0xA8), (0xAA, 0xAA), (0xAF, 0xAF), (0xB2, 0xB5), (0xB8, 0xBA), (0xBC, 0xBE), (0x132, 0x133)),
    *((0x13F, 0x140), (0x149, 0x149), (0x17F, 0x17F), (0x1C4, 0x1CC), (0x1F1, 0x1F3), (0x2B0, 0x387)),
    *((0x3D0, 0x3F9), (0x483, 0x489), (0x587, 0x58A), (0x591, 0x5C7), (0x600, 0x605), (0x675, 0x678)),
    *((0x70F, 0x1DFF), (0x1E9A, 0x1E9B), (0x1F00, 0x1FFF), (0x2010, 0x2010), (0x2015, 0x2017)),
    *((0x201B, 0x201B), (0x201F, 0x201F), (0x2024, 0x2025), (0x2033, 0x2038), (0x203C, 0x203F), (0x2047, 0x2057)),
    *((0x2070, 0x209F), (0x20A8, 0x20A8), (0x2100, 0x2121), (0x2123, 0x218F), (0x2212, 0x2212), (0x222C, 0x2236)),
    *((0x2329, 0x232A), (0x2460, 0x24FF), (0x2A00, 0x2AFF), (0x2C7C, 0x2CF1), (0x2D6F, 0x2FFF), (0x3002, 0x3400)),
    *((0xA4D0, 0xABFF), (0xF900, 0xFDFF), (0xFE10, 0xFEFE), (0xFF00, 0xFFFF), (0x10000, 0x1F190)),
    *((0x1F200, 0x1F2FF), (0x1FB00, 0x1FBFF), (0x2F800, 0x2FFFF), (0xE0000, 0xE0FFF)),
)
"""A superset of the characters that NFKC changes, that are dropped or digits, and that the table does not name."""

NON_JOINER = 0x200C
META = frozenset("()|?*+^")


def _class_of(ranges: tuple[tuple[int, int], ...]) -> str:
    return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in ranges) + "]"


def _class_of_codes(codes: list[int]) -> str:
    """A class of code points, neighbours joined to ranges."""
    ranges: list[tuple[int, int]] = []
    for code in codes:
        is_next = bool(ranges) and code == ranges[-1][1] + 1
        ranges = [*ranges[:-1], (ranges[-1][0], code)] if is_next else [*ranges, (code, code)]
    return _class_of(tuple(ranges))


EXOTIC = _class_of(EXOTIC_RANGES)
CONTROLS = _class_of(DROPPED_RANGES)
PLAIN = _class_of_codes(sorted(code for code, byte in EXPLICIT.items() if ord(byte) < DROPPED and code != NON_JOINER))
NAMEABLE = _class_of_codes(sorted(code for code, byte in EXPLICIT.items() if ord(byte) != DROPPED))
HIDDEN = rf"{NAMEABLE}{CONTROLS}|{PLAIN}\x{{200c}}|\x{{200c}}\x{{200c}}"
"""A dropped character where a cue could be broken by it."""


@cache
def pattern() -> str:
    """All cues over raw text, and every character that the cues cannot speak of."""
    return "|".join((*(f"(?:{raw_pattern(cue)})" for cue in cues()), HIDDEN, EXOTIC))


def may_hold(texts: pa.Array) -> pa.BooleanArray:
    """True where a text has to be looked at; a null has not.

    One pattern of everything would have more states than its automaton may keep. What is left by the first one is
    asked for Latin number words, and what has a digit for the words that tell something beside one.
    """
    held = _matching(texts, pattern())
    held |= _matching_all(texts, ~held, NUMBER_WORDS)
    held |= _matching_all(texts, ~held, r"\d", "|".join(BESIDE_DIGITS))
    return pa.array(held)


def _matching_all(texts: pa.Array, asked: npt.NDArray[np.bool_], *cues: str) -> npt.NDArray[np.bool_]:
    """Those of the texts asked that match every cue; each is asked of those only that the one before let through."""
    rest = np.flatnonzero(asked)
    for cue in cues:
        if not len(rest):
            break
        rest = rest[_matching(texts.take(pa.array(rest)), raw_pattern(cue))]
    matching = np.zeros(len(texts), bool)
    matching[rest] = True
    return matching


def _matching(texts: pa.Array, wanted: str) -> npt.NDArray[np.bool_]:
    found = pc.fill_null(pc.match_substring_regex(texts, wanted), False)
    return np.array(found.to_numpy(zero_copy_only=False), bool)


@cache
def raw_pattern(cue: str) -> str:
    """A cue in the matching alphabet, translated to a pattern over raw text."""
    return "(?i)" + "".join(_translated(cue))


def _translated(cue: str) -> Iterator[str]:
    place = 0
    while place < len(cue):
        copied = _copied(cue, place)
        if copied:
            yield copied
            place += len(copied)
        else:
            members, place = _atom(cue, place)
            yield _raw_class(members)


def _copied(cue: str, place: int) -> str:
    """What stands for itself in both languages: groups, alternatives, counts."""
    if cue.startswith("(?:", place):
        return "(?:"
    if cue[place] == "{":
        return cue[place : cue.index("}", place) + 1]
    return cue[place] if cue[place] in META else ""


def _atom(cue: str, place: int) -> tuple[frozenset[int], int]:
    """The bytes that a character, an escape or a class stands for, with the place behind it."""
    if cue[place] != "[":
        return _single(cue, place)
    members: frozenset[int] = frozenset()
    place += 1
    while cue[place] != "]":
        first, place = _single(cue, place)
        if cue[place] == "-" and cue[place + 1] != "]":
            last, place = _single(cue, place + 1)
            first = frozenset(range(min(first), max(last) + 1))
        members |= first
    return members, place + 1


def _single(cue: str, place: int) -> tuple[frozenset[int], int]:
    if cue[place] != "\\":
        return frozenset(to_bytes(cue[place])), place + 1
    if cue[place + 1] == "d":
        return frozenset(b"0123456789"), place + 2
    if cue[place + 1] == "n":
        return frozenset(b"\n"), place + 2
    if cue[place + 1] == "x":
        return frozenset({int(cue[place + 2 : place + 4], 16)}), place + 4
    return frozenset(to_bytes(cue[place + 1])), place + 2


@cache
def _raw_class(members: frozenset[int]) -> str:
    codes = [code for byte in members for code in raw_characters(byte)]
    return _class_of_codes(sorted([*codes, NON_JOINER] if ord(" ") in members else codes))
