r"""Folding of texts before words are looked for in them: one column at a time, and a short way for plain texts.

What belongs here: which characters are alike, and which are plain. What must not: phrases.

A text is plain when every character of it is in a short list of letters, digits, marks and signs of which everything
is known beforehand: it folds by itself, whatever stands beside it, and whether it belongs to a word needs no table of
the whole of Unicode. Nearly all posts are plain. The tests hold the short way against the long one, character by
character and on mixed texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import polars as pl

LETTERS = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ۍ": "ی", "ك": "ک", "ګ": "گ", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا",
    "ؤ": "و", "ـ": "", "\u200c": " ", "\u200d": "", "’": "", "'": "", "`": "",
}  # fmt: skip
DROPPED = r"[\u064B-\u065F\u0670\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u00AD]"
LONGEST = 20_000
"""Characters of a text that are looked at: a dictionary needs no more, and one huge text must not stop a batch."""
PLAIN_RANGES = (
    *((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x7E), (0xA0, 0x17F), (0x600, 0x6FF), (0x2000, 0x206F), (0x20A0, 0x20BF)),
    *((0x2190, 0x21FF), (0x2500, 0x27BF), (0xFE0F, 0xFE0F), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF)),
)
"""Where plain characters are looked for: Latin, Arabic script, punctuation, currencies, arrows, emoji."""
CHANGED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ\u00a0…\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670") | {
    *LETTERS, *map(chr, (0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))
}  # fmt: skip
"""What may fold to something else in a plain text: fewer than a hundred; above, replacing takes twice as long."""
LAST_SPLIT = 0x30000
"""No character from here on has a decomposition."""
WORD = r"[\w]"
WORD_CATEGORIES = ("L", "M", "Nd", "Pc")


def fold_text(text: str) -> str:
    """Fold one text as `folded` folds a column.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str

    Example
    -------
    >>> fold_text("Girls’ Education")
    'girls education'
    """
    return " ".join(_folded_one(text).split())


def _folded_one(text: str) -> str:
    text = re.sub(DROPPED, "", unicodedata.normalize("NFKC", text).lower())
    return text.translate(str.maketrans(dict[str, str | int | None](LETTERS)))


def folded(text: pl.Expr) -> pl.Expr:
    """Fold a column of texts for matching; its beginning only when a text is huge.

    Parameters
    ----------
    text
        Column of texts; null counts as empty.

    Returns
    -------
    polars.Expr
    """
    start = text.fill_null("").str.head(LONGEST).str.normalize("NFKC").str.to_lowercase()
    return start.str.replace_all(DROPPED, "").str.replace_many(list(LETTERS), list(LETTERS.values()))


def folded_plain(text: pl.Expr) -> pl.Expr:
    """The same as `folded` on plain texts, in one step.

    Parameters
    ----------
    text
        Column of plain texts.

    Returns
    -------
    polars.Expr
    """
    changed = {character: to for character, to in plain().items() if character != to}
    return text.str.head(LONGEST).str.replace_many(list(changed), list(changed.values()))


@cache
def plain() -> dict[str, str]:
    """Every plain character with what it folds to.

    Returns
    -------
    dict
        Character → none, one or (an ellipsis) more characters.
    """
    seconds = _second_characters()
    characters = (chr(code) for first, last in PLAIN_RANGES for code in range(first, last + 1))
    return {c: _folded_one(c) for c in characters if _is_plain(c, seconds)}


def _second_characters() -> frozenset[str]:
    """Characters that normalisation may unite with what stands before them."""
    split = (held.split() for held in filter(None, map(unicodedata.decomposition, map(chr, range(LAST_SPLIT)))))
    return frozenset(chr(int(parts[1], 16)) for parts in split if len(parts) == 2 and not parts[0].startswith("<"))


def _is_plain(character: str, seconds: frozenset[str]) -> bool:
    if unicodedata.category(character) in ("Cn", "Co", "Cs") or character in seconds:
        return False
    compatible = unicodedata.normalize("NFKC", character)
    if _folded_one(character) != character and character not in CHANGED:
        return False
    is_simple = compatible == character or character in "\u00a0…"
    # A mark may change places with its neighbours, which is no matter when all of them are dropped.
    is_settled = unicodedata.combining(character) == 0 or _folded_one(character) == ""
    is_lowered_alone = len(character.lower()) == 1 and character not in "Σς"
    return is_simple and is_settled and is_lowered_alone


def class_of(characters: Iterable[str], *, negated: bool = False) -> str:
    """A class of characters, neighbours joined to ranges.

    Parameters
    ----------
    characters, negated
        Members, or everything else.

    Returns
    -------
    str
        As a pattern of Polars.
    """
    ranges: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    inside = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in ranges)
    return f"[{'^' if negated else ''}{inside}]"


@cache
def not_plain() -> str:
    """A pattern for any character that is not plain."""
    return class_of(plain(), negated=True)


@cache
def plain_word() -> str:
    r"""What `\w` means among folded plain characters."""
    return class_of({c for to in plain().values() for c in to if unicodedata.category(c).startswith(WORD_CATEGORIES)})
