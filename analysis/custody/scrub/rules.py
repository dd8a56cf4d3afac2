r"""How a rule is written: an RE2 pattern over the matching alphabet, and what stands before or behind a match.

In a pattern, Arabic-script words are written as they are and fold with the pattern; `<AR>` inside a class means any
Arabic-script letter, `<LT>` any letter that is neither Latin nor Arabic. `\b` is the border between a Latin letter or
digit and everything else. A negated class is not written: it would reach across barriers. What must not be here: any
one kind of identifier.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import re2

from analysis.custody.scrub.alphabet import DROPPED, EXPAND, SEPARATOR, to_bytes
from analysis.texts.patterns import Masks, PatternSet, has_any

Flags = npt.NDArray[np.bool_]
FEW = 64
"""Bytes that a backtracking search may be given."""
_SEPARATOR = bytes([SEPARATOR])
LATIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset(b"0123456789")
LATIN_OR_DIGIT = LATIN | DIGITS


class Rule:
    """A pattern, compiled when first asked: RE2 for a sheet, in linear time; the standard library for a few bytes.

    A call of RE2 costs more than a few bytes are worth, and a few bytes cannot make backtracking dear; what is longer
    than `FEW` goes to RE2 always.
    """

    def __init__(self, pattern: str, *, cased: bool = False) -> None:
        """Compile a pattern; letters of either case match unless `cased`."""
        self.written = pattern if cased else f"(?i:{pattern})"
        self._bytes = _folded(self.written)

    @cached_property
    def _pattern(self) -> Any:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        # The captures of a pattern are never asked for, and counting them is what costs.
        options.never_capture = True
        return re2.compile(self._bytes, options)

    @cached_property
    def _short(self) -> re.Pattern[bytes]:
        return re.compile(self._bytes)

    @classmethod
    def either(cls, rules: "Iterable[Rule]") -> "Rule":
        """The rule that matches where any of several does."""
        return cls("|".join(rule.written for rule in rules), cased=True)

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Every match from left to right."""
        return (match.span() for match in self._pattern.finditer(data))

    def is_in_each(self, texts: pa.BinaryArray) -> Flags:
        """Whether the pattern matches anywhere, for each text of a column of folded bytes."""
        return self._alone.in_each(texts)

    @cached_property
    def _alone(self) -> "RuleSet":
        return RuleSet((self,))

    def is_in(self, data: bytes) -> bool:
        """Whether the pattern matches anywhere."""
        return self._for(data).search(data) is not None

    def fits(self, data: bytes) -> bool:
        """Whether the pattern matches from the first to the last byte."""
        return self._for(data).fullmatch(data) is not None

    def at_end(self, data: bytes) -> tuple[int, int] | None:
        """The match that the pattern, written with a closing `$`, has in the data."""
        match = self._for(data).search(data)
        return match.span() if match else None

    def _for(self, data: bytes) -> Any:
        return self._short if len(data) <= FEW else self._pattern


class RuleSet:
    """Rules that are asked together, which of them match in which text; compiled when first asked."""

    def __init__(self, rules: Iterable[Rule], *, is_loose: bool = False) -> None:
        """Keep the rules; loose ones may also match where something stands more often than they allow."""
        self.rules, self._is_loose = tuple(dict.fromkeys(rules)), is_loose

    @cached_property
    def _patterns(self) -> PatternSet:
        return PatternSet([rule._bytes for rule in self.rules], is_loose=self._is_loose)

    def in_each(self, texts: pa.BinaryArray) -> Flags:
        """Whether any of the rules matches anywhere, for each text of a column of folded bytes."""
        return has_any(self.masks(texts))

    def masks(self, texts: pa.BinaryArray) -> Masks:
        """The same as one bit for each rule, in so many numbers for each text as it takes."""
        return self._patterns.matches(texts)

    def mask_of(self, rules: Iterable[Rule]) -> Masks:
        """The bits of some of the rules."""
        mask = np.zeros(self._patterns.words, np.uint64)
        for place in map(self.rules.index, rules):
            mask[place // 64] |= np.uint64(1 << place % 64)
        return mask

    def found_in(self, texts: pa.BinaryArray) -> dict[Rule, Flags]:
        """The same as flags for each rule."""
        masks = self.masks(texts)
        return {rule: has_any(masks & self.mask_of([rule])) for rule in self.rules}


def _folded(pattern: str) -> bytes:
    folded = to_bytes(pattern.replace("<AR>", r"\x80-\xbf").replace("<LT>", r"\xff"))
    if DROPPED in folded or EXPAND in folded:
        raise ValueError(f"a rule holds a character that folding drops or spells out: {pattern!r}")
    return folded


def binary_column(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.integer[Any]]) -> pa.BinaryArray:
    """Texts that lie one behind the other, as a column; `offsets` has one entry more than there are texts."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets, np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def before(data: bytes, place: int, reach: int) -> bytes:
    """Up to `reach` bytes in front of a place, within its text."""
    return data[max(0, place - reach) : place].rpartition(_SEPARATOR)[2]


def behind(data: bytes, place: int, reach: int) -> bytes:
    """Up to `reach` bytes behind a place, within its text."""
    return data[place : place + reach].partition(_SEPARATOR)[0]


def byte_at(data: bytes, place: int) -> int:
    """The byte at a place, or a separator where the sheet ends."""
    return data[place] if 0 <= place < len(data) else SEPARATOR


def stands_alone(data: bytes, start: int, end: int, joiners: bytes = b"") -> bool:
    """Whether neither neighbour is a Latin letter, a digit or one of the given joiners."""
    touching = LATIN_OR_DIGIT | frozenset(joiners)
    return byte_at(data, start - 1) not in touching and byte_at(data, end) not in touching
